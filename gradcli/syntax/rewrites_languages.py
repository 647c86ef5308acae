"""Notations of other computer languages: Mathematica's brackets, Julia's and Python's functions of functions."""

from __future__ import annotations

import re

from gradcli.ops.words import ALIASES
from gradcli.syntax.operands import after, before

_NAME = r"[^\W\d]\w*"


def from_languages(s: str) -> str:
    """The statement with the first such notation in it written as here."""
    for rule in _RULES:
        new = rule(s)
        if new != s:
            return new
    return s


def _mathematica(s: str) -> str:
    """`Transpose[x].A.x`, `Sum[x[[i]]^2, {i, 1, n}]`, `f[x_] := x^2`, `D[f, x]`."""
    s = re.sub(rf"^({_NAME})\[((?:{_NAME}_\s*,?\s*)+)\]\s*:?=", lambda m: f"{m[1]}({m[2].replace('_', '')}) =", s)
    s = re.sub(rf"^(D|Grad)\[\s*({_NAME})\s*,\s*\{{?({_NAME})\}}?\s*\]$", _derived, s)
    while found := re.search(r"\bSum\[", s):
        close = after(s, found.end() - 1)
        inside = re.fullmatch(r"(.*),\s*\{\s*(\w)\s*(?:,[^{}]*)?\}\s*", s[found.end() : close - 1])
        if inside is None:
            break
        s = f"{s[: found.start()]}sum[{inside[2]}]({_entries(inside[1].strip())}){s[close:]}"
    turned = re.sub(rf"\bTranspose\[({_NAME})\]", r"\1.T", s)
    if turned != s and re.search(r"\]\s*\.|\.\s*Transpose", s):
        return re.sub(r"(?<=[\w\])])\.(?!T\b|mT\b)(?=[A-Za-z]\d?(?:\W|$))", " @ ", turned)
    return s


def _derived(found: re.Match[str]) -> str:
    return f"{'derivative' if found[1] == 'D' else 'grad'} {found[2]} wrt {found[3]}"


def _entries(text: str) -> str:
    return re.sub(r"\[\[([^\[\]]*)\]\]", r"[\1]", text)


def _mapped(s: str) -> str:
    """`x .|> sin`, `sum(abs2, x)`, `map(sin, x)`, `Sin /@ x`, `reduce(+, x)`, `@. sin(x) + 1`."""
    s = re.sub(r"=\s*@\.\s*", "= ", s)
    s = re.sub(rf"=\s*([^=|]+?)\s*\.\|>\s*({_NAME})$", r"= \2(\1)", s)
    s = re.sub(rf"\b({_NAME})\s*/@\s*({_NAME}|\([^()]*\))", lambda m: f"{m[1].lower()}({_bare(m[2])})", s)
    s = re.sub(r"\breduce\(\s*([+*])\s*,\s*", lambda m: f"{'sum' if m[1] == '+' else 'prod'}(", s)
    s = re.sub(rf"\bmapreduce\(\s*({_NAME})\s*,\s*\+\s*,\s*([^(),]+)\)", r"sum(\1(\2))", s)
    s = re.sub(rf"\b(?:map|broadcast|vmap)\(\s*({_NAME})\s*,\s*([^(),]+)\)", r"\1(\2)", s)
    return re.sub(
        r"\b(sum|mean|prod|maximum|minimum)\(\s*(abs2|abs|exp|log|sqrt|sin|cos)\s*,\s*([^(),]+)\)", _of_each, s
    )


def _of_each(found: re.Match[str]) -> str:
    fn, arg = ALIASES.get(found[1], found[1]), found[3].strip()
    if found[2] == "abs2":
        return f"{fn}({arg if re.fullmatch(_NAME, arg) else f'({arg})'}**2)"
    return f"{fn}({found[2]}({arg}))"


def _bare(text: str) -> str:
    return text[1:-1] if text[:1] == "(" else text


def _comprehension(s: str) -> str:
    """`sum(x[i]^2 for i in range(n))`, `sum([t**2 for t in x])`."""
    found = re.search(
        rf"\b(sum|max|min|prod|mean)\(\s*\[?\s*(.+?)\s+for\s+({_NAME})\s+in\s+(.+?)\s*\]?\s*\)(?=[^)]*$)", s
    )
    if found is None:
        return s
    fn, body, name, over = found.groups()
    if re.fullmatch(rf"{_NAME}", over):
        entries = re.sub(rf"(?<![\w.]){name}(?!\w)", over, body)
        new = f"{fn}({entries})"
    elif re.search(rf"\[[^\[\]]*\b{name}\b[^\[\]]*\]", body) and len(name) == 1:
        new = f"{fn}[{name}]({body})"
    else:
        return s
    return s[: found.start()] + new + s[found.end() :]


def _flipped(s: str) -> str:
    """`np.cumsum(x)[::-1]`."""
    found = re.search(r"\[\s*:\s*:\s*-1\s*\]", s)
    if found is None:
        return s
    left = before(s, found.start())
    return f"{s[:left]}flip({s[left : found.start()]}){s[found.end() :]}" if left < found.start() else s


def _conditional(s: str) -> str:
    """`if x > 0 then x else 0`, `x <> 0`, `det|A|`, `norm(x)₂`, `∑x²`."""
    s = re.sub(r"=\s*if\s+(.+?)\s+then\s+(.+?)\s+else\s+(.+?)(?:\s+end)?$", r"= where(\1, \2, \3)", s)
    s = re.sub(rf"=\s*({_NAME}|\([^()]*\))\s*<>\s*({_NAME}|[\d.]+)$", r"= (\1 != \2)", s)
    s = re.sub(rf"\bdet\s*\|\s*({_NAME})\s*\|", r"det(\1)", s)
    s = re.sub(r"\b(norm\([^()]*\))\s*₂", r"\1", s)
    return re.sub(r"∑\s*([A-Za-zͰ-Ͽ]+[²³]?)(?![\w(\[{]|\s*[\w(])", r"sum(\1)", s)


def _asked(s: str) -> str:
    """`compute grad f wrt x`, `jax.grad(f)(x)`, `∂f/∂x = 1`, `print(sum(x))`."""
    s = re.sub(r"^(?:compute|calculate|find|evaluate|determine|please)\s+(?:the\s+)?(?=\S)", "", s, flags=re.IGNORECASE)
    s = re.sub(rf"^(?:jax\.)?(grad|jacobian|hessian|jacfwd|jacrev)\(({_NAME})\)\(({_NAME})\)$", _transformed, s)
    s = re.sub(r"^((?:∂|d)\w+\s*/\s*(?:∂|d)\w+\s*)=(?!=)", r"check \1==", s)
    return re.sub(r"^print\((.*)\)$", r"out = \1", s)


def _transformed(found: re.Match[str]) -> str:
    word = "jacobian" if found[1].startswith("jac") else found[1]
    return f"{word} {found[2]} wrt {found[3]}"


def _axes(s: str) -> str:
    """`sum(X, -1, keepdim=True)`, `norm(x, dim=-1)`: PyTorch's words for the axis."""
    s = re.sub(rf"\b(sum|mean|max|min|prod|var|std|norm|logsumexp)\(({_NAME}),\s*(-?\d)\s*,\s*keepdim=", _kept, s)
    if re.search(r"\bdim\s*=|\bkeepdim\s*=", s):
        s = re.sub(r"\bkeepdim\s*=", "keepdims=", re.sub(r"\bdim\s*=", "axis=", s))
    return s


def _kept(found: re.Match[str]) -> str:
    return f"{found[1]}({found[2]}, axis={found[3]}, keepdims="


def _theano(s: str) -> str:
    """`T.nnet.sigmoid(x)`: Theano's prefix, which is no transpose."""
    return re.sub(r"(?<![\w.\])])T\.(?:nnet\.|nlinalg\.|slinalg\.)*(?=[a-z]\w*\((?!\s*(?:\)|\w+\s*=)))", "", s)


_LAYERS = {
    "LeakyReLU": "leaky_relu",
    "MSELoss": "mse_loss",
    "L1Loss": "l1_loss",
    "CrossEntropyLoss": "cross_entropy",
    "BCELoss": "binary_cross_entropy",
    "BCEWithLogitsLoss": "binary_cross_entropy_with_logits",
}
_LAYER = re.compile(
    rf"(?:\w+\.)*\b({'|'.join(_LAYERS)}|ReLU6?|Sigmoid|Tanh|GELU|SiLU|ELU|SELU|CELU|Mish|Softplus|Softsign|Softmax|"
    r"LogSoftmax|LogSigmoid|Hardtanh|Hardswish|Hardsigmoid|Tanhshrink)\(([^()]*)\)\("
)


def _layers(s: str) -> str:
    """PyTorch's layers, `nn.ReLU()(x)`, `nn.Softmax(dim=1)(X)`, `nn.LeakyReLU(0.2)(x)`."""
    found = _LAYER.search(s)
    if found is None:
        return s
    close = after(s, found.end() - 1)
    option = re.sub(r"^(?:negative_slope|alpha)\s*=\s*", "", re.sub(r"\bdim\s*=", "axis=", found[2].strip()))
    fn = _LAYERS.get(found[1], found[1].lower())
    inside = s[found.end() : close - 1] + (f", {option}" if option else "")
    return f"{s[: found.start()]}{fn}({inside}){s[close:]}"


def _over(s: str) -> str:
    """`sum(i in 1:n, x[i]^2)`, `sum(x_i^2)`, matrixcalculus.org's `vector(1)`."""
    s = re.sub(r"\b(?:vector|matrix)\(\s*([\d.]+)\s*\)", r"\1", s)
    s = re.sub(r"\bsum\(\s*([a-z])\s+in\s+[^,()]+,\s*", r"sum[\1](", s)
    found = re.search(r"\bsum\(([^()]*)\)", s)
    letters = set(re.findall(r"[^\W_]_([ijk])(?!\w)", found[1])) if found is not None else set()
    if found is None or len(letters) != 1:
        return s
    (letter,) = letters
    body = re.sub(rf"([^\W_])_{letter}(?!\w)", rf"\1[{letter}]", found[1])
    return f"{s[: found.start()]}sum[{letter}]({body}){s[found.end() :]}"


def _marked(s: str) -> str:
    """R's `outer(x, y, "*")`."""
    return re.sub(r"\bouter\(([^()\"']*?),\s*[\"']\*[\"']\s*\)", r"outer(\1)", s)


_RULES = (
    _mathematica,
    _mapped,
    _comprehension,
    _flipped,
    _conditional,
    _asked,
    _layers,
    _axes,
    _theano,
    _over,
    _marked,
)
