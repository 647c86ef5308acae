"""Calls as other languages have them, whose mend hangs on shapes or on what stands around them."""

from __future__ import annotations

import re

from gradcli.diagnostics.diagnostic import Edit
from gradcli.ops.words import ALIASES
from gradcli.program.functions import FUNCTIONS
from gradcli.program.inferring import Inferring
from gradcli.program.integers import integer
from gradcli.program.mends import with_prefix
from gradcli.program.messages import bracketed
from gradcli.program.unify import OpenShape, find, settle
from gradcli.syntax import ast
from gradcli.syntax.excerpt import balanced
from gradcli.syntax.operands import after

Mend = tuple[Edit, ...]
Local = dict[str, OpenShape]

_JOINED = frozenset(
    {"cat", "concatenate", "vstack", "hstack", "column_stack", "row_stack", "vcat", "hcat", "cbind", "rbind"}
)
_WIDE = frozenset({"hstack", "column_stack", "hcat", "cbind"})
_RENAMED = {"total": "sum", "transpose": "transpose", "inverse": "inv", "eigenvalues": "eigvalsh", "plus": "sum"}


def joined_call(inference: Inferring, expr: ast.Call, local: Local) -> Mend:
    """`np.vstack([x, y])`, `torch.cat([A, B], dim=1)`, `hcat(A, B)` as `stack` and `concat`."""
    if expr.fn not in _JOINED or not expr.args:
        return ()
    first = expr.args[0]
    items = first.items if isinstance(first, ast.ListLit) else expr.args
    ranks = {len(settle(inference.infer(item, local))) for item in items}
    axes = [integer(value) for _, value in expr.kwargs] + [
        integer(arg) for arg in expr.args[1:] if items is not expr.args
    ]
    if len(ranks) != 1 or len(axes) > 1 or None in axes:
        return ()
    (rank,) = ranks
    inside = ", ".join(inference.written(item) for item in items)
    axis = axes[0] if axes else int(expr.fn in _WIDE and (rank > 1 or expr.fn != "hstack"))
    by_rows = rank == 1 and expr.fn in ("vstack", "row_stack", "rbind")
    new = f"stack({inside})" if by_rows else f"concat({inside}{f', axis={axis}' if axis else ''})"
    return _whole(inference, expr, new)


def list_opened(inference: Inferring, expr: ast.Call, local: Local) -> Mend:
    """`stack([x, y])` as `stack(x, y)`."""
    if (
        len(expr.args) != 1
        or not isinstance(expr.args[0], ast.ListLit)
        or expr.fn not in ("concat", "stack", "block_diag")
    ):
        return ()
    items = expr.args[0]
    if not any(isinstance(item, ast.ListLit) or settle(inference.infer(item, local)) for item in items.items):
        return ()
    return ((items.span.start, items.span.start + 1, ""), (items.span.end - 1, items.span.end, ""))


def loss_call(inference: Inferring, expr: ast.Call, shapes: list[OpenShape]) -> Mend:
    """Losses and layers whose formula hangs on the shapes or on the library: `nll_loss`, `linear`, `kl_div`."""
    args = [inference.written(arg) for arg in expr.args]
    ranks = [len(settle(shape)) for shape in shapes]
    new = None
    match expr.fn, len(args):
        case "linear", 2 | 3 if ranks[0] == 1:
            new = f"{bracketed(args[1])} @ {bracketed(args[0])}" + (f" + {args[2]}" if len(args) > 2 else "")
        case "nll_loss", 2 if ranks[0] == 1:
            new = f"-{bracketed(args[0])}[{args[1]}]" if args[0].isidentifier() else f"-({args[0]})[{args[1]}]"
        case "nll_loss", 2 if ranks[0] == 2:
            new = f"-sum[i](({args[0]})[i, {args[1]}[i]]) / {find(settle(shapes[0])[0])}"
        case "binary_cross_entropy_with_logits", 2:
            new = f"mean(softplus({args[0]}) - {bracketed(args[1])} * {bracketed(args[0])})"
        case "cosine_similarity", 2 if ranks == [1, 1]:
            new = f"dot({args[0]}, {args[1]}) / (norm({args[0]}) * norm({args[1]}))"
        case (("kl_div" | "kl" | "KL" | "kl_divergence"), 2):
            given = with_prefix(inference.source.text, expr.span.start) < expr.span.start  # PyTorch's is of log q and p
            p, q = bracketed(args[0]), bracketed(args[1])
            new = f"sum({q} * (log({args[1]}) - {p}))" if given else f"sum({p} * log({p} / {q}))"
        case (("diff" | "differences"), 1) if ranks[0] == 1 and isinstance(expr.args[0], ast.Name):
            size = find(settle(shapes[0])[0])
            new = f"({args[0]}[2:{size}] - {args[0]}[1:{size} - 1])"
        case (("length" | "numel" | "len" | "size" | "nrow"), 1) if ranks[0] == 1:
            new = str(find(settle(shapes[0])[0]))
        case (("nrow" | "ncol"), 1) if ranks[0] == 2:
            new = str(find(settle(shapes[0])[expr.fn == "ncol"]))
        case "slogdet", 1:
            return _second_of(inference, expr, f"logdet({args[0]})")
        case "expand_dims" | "unsqueeze", 2 if ranks[0] == 1 and integer(expr.args[1]) in (0, 1, -1):
            new = f"{bracketed(args[0])}{'[None, :]' if integer(expr.args[1]) == 0 else '[:, None]'}"
        case "permute" | "swapaxes" | "transpose", _:
            return ()
    return _whole(inference, expr, new) if new is not None and not expr.kwargs else ()


def letter_elsewhere(inference: Inferring, name: ast.Name) -> Mend:
    """A bold or script `𝐱` as x, and `‖A‖²_F` as `‖A‖_F²`."""
    from unicodedata import normalize

    text, start, end = inference.source.text, name.span.start, name.span.end
    squared = re.search(r"(‖|\|\|)\s*(²|\^2)$", text[:start]) if name.id in ("_F", "_2", "_1") else None
    if squared is not None:
        return ((start - len(squared[2]), end, f"{name.id}{squared[2]}"),)
    plain = normalize("NFKC", name.id)
    return ((start, end, plain),) if plain != name.id and plain.isidentifier() else ()


def patterned_call(inference: Inferring, expr: ast.Call) -> Mend:
    """einops' `rearrange(X, "n d -> d n")` and `reduce(X, "b t d -> b d", "mean")`."""
    base, *words = (inference.written(arg) for arg in expr.args)
    before, arrow, behind = words[0].strip("\"'").partition("->") if words else ("", "", "")
    old, new = before.split(), behind.split()
    if not arrow or not all(axis.isalnum() for axis in (*old, *new)):
        return ()
    if expr.fn == "rearrange" and new == [*old[:-2], *old[-2:][::-1]]:
        return _whole(inference, expr, f"{bracketed(base)}.{'T' if len(old) == 2 else 'mT'}")
    how = words[1].strip("\"'") if len(words) == 2 else ""
    gone = [at for at, axis in enumerate(old) if axis not in new]
    if expr.fn != "reduce" or how not in ("mean", "sum", "max", "min", "prod"):
        return ()
    if not new or not gone or new != [axis for axis in old if axis in new]:
        return _whole(inference, expr, f"{how}({base})") if not new else ()
    axes = str(gone[0]) if len(gone) == 1 else f"({', '.join(map(str, gone))})"
    return _whole(inference, expr, f"{how}({base}, axis={axes})")


def _second_of(inference: Inferring, expr: ast.Call, new: str) -> Mend:
    """`slogdet(A)[1]`, `slogdet(A).logabsdet`."""
    text, end = inference.source.text, expr.span.end
    behind = re.match(r"\[1\]|\.logabsdet", text[end:])
    return ((with_prefix(text, expr.span.start), end + behind.end(), new),) if behind else ()


def _whole(inference: Inferring, expr: ast.Call, new: str) -> Mend:
    start, end = balanced(inference.source.text, expr.span.start, expr.span.end)
    return ((with_prefix(inference.source.text, start), end, new),)


def square_brackets(inference: Inferring, name: ast.Name) -> Mend:
    """`Tr[A]`, `Exp[x]`: a known function with the brackets of an index."""
    text, end = inference.source.text, name.span.end
    word = name.id.lower()
    known = _RENAMED.get(word) or ALIASES.get(name.id) or ALIASES.get(word) or word
    if text[end : end + 1] != "[" or (known not in FUNCTIONS and known != "transpose"):
        return ()
    close = after(text, end)
    while close > end and text[close - 1] != "]":
        close -= 1
    return ((name.span.start, end + 1, f"{known}("), (close - 1, close, ")")) if close > end + 1 else ()


def last_place(inference: Inferring, name: ast.Name) -> Mend:
    """MATLAB's `x(end)` as `x[end]`."""
    text, start, end = inference.source.text, name.span.start, name.span.end
    if name.id == "end" and re.search(r"\w\($", text[:start]) and text[end : end + 1] == ")":
        return ((start - 1, start, "["), (end, end + 1, "]"))
    return ()


def matrix_for_star(inference: Inferring, expr: ast.Call, shapes: list[OpenShape]) -> Mend:
    """`dot(A*x, x)` as `dot(A @ x, x)`: MATLAB's `*`."""
    edits: list[Edit] = []
    for arg, shape in zip(expr.args, shapes, strict=False):
        if isinstance(arg, ast.Product) and len(settle(shape)) == 2 and set(arg.ops) == {"*"}:
            for left, right in zip(arg.factors, arg.factors[1:], strict=False):
                place = inference.source.text.find("*", left.span.end, right.span.start)
                if place >= 0:
                    edits.append((place, place + 1, " @ "))
    return tuple(edits)
