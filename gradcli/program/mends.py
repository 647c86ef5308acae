"""What would mend a call or an operand that has no meaning where it stands: changes of the text, tried before told."""

from __future__ import annotations

import re
from typing import NoReturn

from gradcli.diagnostics.diagnostic import Edit
from gradcli.ops.words import ALIASES
from gradcli.program.inferring import Inferring
from gradcli.program.integers import integer
from gradcli.program.messages import bracketed
from gradcli.program.unify import OpenShape, find, settle, show_open
from gradcli.syntax import ast
from gradcli.syntax.excerpt import balanced
from gradcli.syntax.operands import after

Mend = tuple[Edit, ...]
_RUN = re.compile(r"[^-+*/@=<>,;)\]}\n≤≥⊙⊘|‖]*")


def _run(text: str, start: int) -> str:
    """What stands from a place on up to the next sign."""
    found = _RUN.match(text, start)
    return found[0] if found is not None else ""


def without_brackets(inference: Inferring, name: ast.Name) -> NoReturn:
    """Refuse `sin x`, `log det A`, `sin^2 x`: a function takes its argument in brackets; raises GradcliError."""
    fn = ALIASES.get(name.id, name.id)
    text, start, end = inference.source.text, name.span.start, name.span.end
    power = re.match(r"\s*\^\s*(\d+)|\s*([²³])", text[end:])
    place = end + (power.end() if power else 0)
    minus = re.match(r"\s*[-−]\s*", text[place:])
    run_from = place + (minus.end() if minus else 0)
    stop = run_from
    while stop < len(text):
        stop += len(_run(text, stop))
        opening = text.rfind("(", run_from, stop)
        if opening >= 0 and text.count("(", run_from, stop) > text.count(")", run_from, stop):
            closed = after(text, opening)
            if closed > stop:
                stop = closed
                continue
        break
    inside = text[place:stop].strip()
    mend: Mend = ()
    if inside and stop > place and text[stop : stop + 1] != "@":
        determinant = re.fullmatch(r"\|?\s*det\s*\(?([^()|]+)\)?\s*\|?", inside) if fn == "log" and not power else None
        if determinant:
            fn, inside = "logdet", determinant[1].strip()
        raised = f"**{power[1] or '²³'.index(power[2]) + 2}" if power else ""
        blank = text[place:stop][len(text[place:stop].rstrip()) :]
        mend = ((start, stop, f"{fn}({inside}){raised}{blank}"),)
    inference.fail("E205", f"{name.id} is a function and needs arguments.", name, f"{name.id}(...)", mend=mend)


def is_function_word(name: str) -> bool:
    """Whether a name is that of a function elsewhere that is one here, which no variable is silently."""
    return name in ALIASES


def elementwise_beside(
    inference: Inferring, left: tuple[ast.Expr, OpenShape], right: tuple[ast.Expr, OpenShape], op: str
) -> None:
    """Refuse `y log(p)` of two vectors: it is meant by entry; raises GradcliError."""
    a, b = settle(left[1]), settle(right[1])
    if op == "@" and isinstance(right[0], ast.Compare) and a and a == b and (len(a) != 2 or a[0] != a[1]):
        _indicator_beside(inference, left[0], right[0], a)
    if op != "@" or len(a) != 1 or len(b) != 1 or not isinstance(right[0], ast.Call | ast.Sum):
        return
    names = inference.text(left[0]), inference.text(right[0])
    text = inference.source.text
    start = balanced(text, left[0].span.start, left[0].span.end)[1]
    start += isinstance(left[0], ast.Sum) and text[start : start + 1] == ")"
    end = right[0].span.start - (isinstance(right[0], ast.Sum) and text[right[0].span.start - 1] == "(")
    names = bracketed(names[0]), bracketed(names[1])
    hint = f"{names[0]} * {names[1]} by entry, {names[0]}.T @ {names[1]} is a scalar"
    blank = text[start:end]
    mend: Mend = ((start, end, " * "),) if not blank.strip() else ()
    message = f"{names[0]} and {names[1]} are vectors, and two columns have no matrix product"
    inference.fail("E301", message, right[0], hint, mend=mend)


def _indicator_beside(inference: Inferring, left: ast.Expr, right: ast.Expr, shape: OpenShape) -> NoReturn:
    """Refuse `G [Z > 0]` of one shape, which is meant by entry; raises GradcliError."""
    text = inference.source.text
    start, end = balanced(text, left.span.start, left.span.end)[1], right.span.start
    while end > start and text[end - 1] in " ([":
        end -= 1
    mend: Mend = ((start, end, " * "),) if not text[start:end].strip() else ()
    names = inference.text(left), inference.text(right)
    said = (
        f"shapes do not agree: {names[0]} and {names[1]} are {show_open(shape)}, and stand side by side as in a product"
    )
    inference.fail("E301", said, right, f"{bracketed(names[0])} * ({names[1]}) by entry", mend=mend)


def turned_by_letter(inference: Inferring, expr: ast.MatPower) -> None:
    """Refuse `A^H`, `A^t` and `x^TAx` of undeclared letters; raises GradcliError."""
    from gradcli.program.meant import glued, is_known, names_of

    exponent = expr.exponent
    if not isinstance(exponent, ast.Name) or is_known(inference, exponent.id):
        return
    word, text = exponent.id, inference.source.text
    caret = text.find("^", expr.base.span.end, exponent.span.start)
    if caret < 0:
        return
    if word in ("H", "t", "top", "dagger", "tr", "transpose"):
        mend: Mend = ((caret, exponent.span.end, ".T"),)
        inference.fail("E211", f"`^{word}` is no transpose: {word} is no name of the file.", expr, "A.T", mend=mend)
    if word[0] != "T" or len(word) < 2:
        return
    names = names_of(inference)
    rest = [word[1:]] if word[1:] in names else glued(word[1:], names)
    if rest:
        mend = ((caret, exponent.span.end, f"^T @ {' @ '.join(rest)}"),)
        hint = f"{inference.text(expr.base)}^T @ {' @ '.join(rest)}"
        inference.fail("E211", f"`^{word}` lacks a blank after T.", expr, hint, mend=mend)


def transpose_called(inference: Inferring, *factors: ast.Expr) -> None:
    """Refuse `t(A) @ A`, R's transpose, where a function t of each entry does not fit; raises GradcliError."""
    for part in factors:
        if isinstance(part, ast.Call) and part.fn == "t" and "t" not in inference.scope.functions:
            turned = f"{bracketed(inference.written(part.args[0]))}.T"
            said = f"t is not declared, and as a function of every entry {inference.text(part)} does not fit here."
            mend = ((*balanced(inference.source.text, part.span.start, part.span.end), turned),)
            inference.fail("E301", said, part, f"{turned} is the transpose", mend=mend)


def root_meant(inference: Inferring, expr: ast.MatPower) -> Mend:
    """`A^(1/2)`, `A^-0.5` as the root of a matrix and its inverse."""
    text = inference.source.text
    written = "".join(inference.written(expr.exponent).split()).strip("()").replace("−", "-")
    minus, half = written.startswith("-"), written.lstrip("-(").rstrip(")")
    if half not in ("1/2", "0.5", "½"):
        return ()
    root = f"sqrtm({inference.written(expr.base)})"
    return ((*balanced(text, expr.span.start, expr.span.end), f"inv({root})" if minus else root),)


def template(inference: Inferring, expr: ast.Call, shapes: list[OpenShape]) -> Mend:
    """What serves in place of a function of another library, filled in with the arguments."""
    from gradcli.ops.elsewhere import TEMPLATES
    from gradcli.program.meant import is_known

    args = [inference.written(arg) for arg in expr.args]
    labels: Mend = ()
    form = TEMPLATES.get(expr.fn)
    if expr.fn == "tensordot" and len(args) >= 2:
        axes = [integer(axis) for axis in (*expr.args[2:], *(value for _, value in expr.kwargs))]
        forms = {1: "{0} @ {1}", 2: "dot({0}, {1})"}
        form = forms.get(axes[0] or 0) if len(axes) == 1 and len(settle(shapes[0])) < 3 else None
        args = args[:2]
    if expr.fn == "cross_entropy" and len(args) == 2:
        shape = settle(shapes[0])
        first = expr.args[0]
        if isinstance(first, ast.Call) and first.fn == "softmax" and len(first.args) == 1:
            args[0] = inference.written(first.args[0])
        z, y = args
        form = "logsumexp({0}) - {0}[{1}]"
        if len(shape) == 1 and isinstance(expr.args[1], ast.Name) and not is_known(inference, y):
            head = re.search(r"[^;\n]*$", inference.source.text[: expr.span.start].rstrip(" \t"))
            line = head.start() + len(head[0]) - len(head[0].lstrip()) if head is not None else 0
            labels = ((line, line, f"{y} : {{1..C}}; "),)
        if len(shape) == 2:
            form = f"sum[i](logsumexp({z}[i, :]) - {z}[i, {y}[i]]) / {find(shape[0])}"
    if (
        form is None
        or (expr.kwargs and expr.fn != "tensordot")
        or (form.count("{") and len(args) < 1 + max(map(int, re.findall(r"\{(\d)\}", form))))
    ):
        return ()
    filled = form
    for position, arg in enumerate(args):
        filled = filled.replace(f"({{{position}}})", f"({arg})").replace(f"[{{{position}}}]", f"[{arg}]")
        filled = filled.replace(f"{{{position}}}", bracketed(arg))
    start, end = balanced(inference.source.text, expr.span.start, expr.span.end)
    start = with_prefix(inference.source.text, start)
    return (*labels, (start, end, set_in(inference.source.text, start, end, filled)))


_NESTED = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")


def set_in(text: str, start: int, end: int, formula: str) -> str:
    """A formula that takes the place of a call, in brackets where its neighbours would tear it apart."""
    left, right = text[:start].rstrip(" \t")[-1:], text[end:].lstrip(" \t")[:1]
    outer = formula
    while _NESTED.search(outer):
        outer = _NESTED.sub("", outer)
    is_sum = any(sign in outer[1:] for sign in "+-<>") or outer[:1] == "-"
    free = ("", *"=([,;\n#)]:")
    loose = free if is_sum else (*free, "+", "-")
    return formula if left in loose and right in loose else bracketed(formula)


def with_prefix(text: str, start: int) -> int:
    """Where `np.linalg.` begins in front of a name."""
    found = re.search(r"(?:[A-Za-z_]\w*\.)+$", text[:start])
    return found.start() if found else start


def summed(inference: Inferring, expr: ast.Call) -> Mend:
    """`sum_i(x_i * y_i)` as `sum[i](x[i] * y[i])`."""
    found = re.fullmatch(r"(?:sum|Sum)_([a-z]{1,3})", expr.fn)
    if found is None or len(expr.args) != 1:
        return ()
    letters = found[1]

    def entry(name: re.Match[str]) -> str:
        return f"{name[1]}[{', '.join(name[2])}]" if set(name[2]) & set(letters) else name[0]

    text, end = inference.source.text, expr.span.end
    body = inference.written(expr.args[0])
    if text[expr.span.start + len(expr.fn)] == " ":  # `sum_i (x_i - y_i)^2` is the sum of the squares
        end += len(_run(text, end).rstrip())
        body = text[expr.span.start + len(expr.fn) : end].strip()
    inside = re.sub(r"\b([^\W\d_]\w*?)_([a-z]{1,3})\b", entry, body)
    return ((expr.span.start, end, f"sum[{', '.join(letters)}]({inside})"),)


def option(inference: Inferring, value: ast.Expr, key: str, allowed: tuple[str, ...]) -> Mend:
    """`sum(A, dim=0)` as `sum(A, axis=0)`."""
    other = {"dim": "axis", "axes": "axis", "keepdim": "keepdims", "ord": ""}.get(key)
    start = inference.source.text.rfind(key, 0, value.span.start)
    if key == "p" and integer(value) == 2 and "ord" in allowed:  # PyTorch's norm, of all entries
        comma = inference.source.text.rfind(",", 0, start)
        return ((comma, value.span.end, ""),) if comma >= 0 else ()
    if other is None or start < 0 or (other and other not in allowed):
        return ()
    return ((start, start + len(key), other),)


def counted_from_one(inference: Inferring, expr: ast.Index) -> Mend:
    """`A[0, 1]` as `A[1, 2]`."""
    literals = [index for index in expr.indices if isinstance(index, ast.Num)]
    if any(index.value == 0 for index in literals):
        return tuple((index.span.start, index.span.end, str(index.value.numerator + 1)) for index in literals)
    return ()


def counted_back(inference: Inferring, expr: ast.Index, index: ast.Expr, shape: OpenShape) -> Mend:
    """`x[-1]`, `x[end]` and `A[0, :]` with the place that is meant, the axis having a name or a number."""
    taken = [item for item in expr.indices if not (isinstance(item, ast.Name) and item.id == "None")]
    dims = shape[1:] if len(shape) == 2 and shape[0] == 1 and len(taken) == 1 else shape
    ends = [(item, (item.first, item.last) if isinstance(item, ast.Slice) else (item,)) for item in taken]
    place = next((k for k, (_, parts) in enumerate(ends) if index in parts), len(dims))
    size = find(dims[place]) if place < len(dims) else None
    number = 1 if isinstance(index, ast.Name) else _negative(index)
    if isinstance(index, ast.Num) and index.value == 0:
        return ((index.span.start, index.span.end, "1"),)
    if number is None or not isinstance(size, int | str):
        return ()
    last = next((item.last for item, _ in ends if isinstance(item, ast.Slice)), None)
    back = number if index is last and not isinstance(index, ast.Name) else number - 1  # in Python a slice ends before
    written = str(size - back) if isinstance(size, int) else f"{size} - {back}" if back else size
    mended = (index.span.start, index.span.end, written)
    return (mended, *_counted_from_zero(inference, index)) if index is last and _negative(index) else (mended,)


def _counted_from_zero(inference: Inferring, index: ast.Expr) -> Mend:
    """`x[1:]` beside `x[:-1]` is Python's, from the second entry on."""
    text, place = inference.source.text, index.span.start
    start = max(text.rfind("\n", 0, place), text.rfind(";", 0, place)) + 1
    end = min((found for found in (text.find(mark, place) for mark in "\n;#") if found >= 0), default=len(text))
    found = re.finditer(r"[\[,]\s*(\d+)\s*:(?=\s*[\],])", text[start:end])
    return tuple((start + one.start(1), start + one.end(1), str(int(one[1]) + 1)) for one in found)


def _negative(index: ast.Expr) -> int | None:
    """k of an index -k."""
    if isinstance(index, ast.Neg) and isinstance(index.arg, ast.Num) and index.arg.value.denominator == 1:
        return index.arg.value.numerator
    return None


def by_its_variable(inference: Inferring, expr: ast.Call) -> Mend:
    """`grad(f)` as `grad(f, x)`, where f is made of x alone."""
    if expr.fn not in ("grad", "jac", "hess") or len(expr.args) != 1 or not isinstance(expr.args[0], ast.Name):
        return ()
    from gradcli.syntax.rewrites_questions import variables_of

    names = variables_of(expr.args[0].id, inference.source.text)
    place = expr.args[0].span.end
    return ((place, place, f", {names[0]}"),) if len(names) == 1 else ()


_DECLARING = re.compile(
    r"(?:rand|randn|random|normal|vector|matrix|[vV]ariable|(?:matrix_?)?symbol|param(?:eter)?|array)", re.I
)


def declaration(inference: Inferring, expr: ast.Call) -> Mend:
    """`x = vector(n)`, `A = np.random.randn(m, n)`, `x = cp.Variable(n)` as declarations."""
    text, end = inference.source.text, balanced(inference.source.text, expr.span.start, expr.span.end)[1]
    start = with_prefix(text, expr.span.start)
    line = re.search(r"(?:^|[\n;])[ \t]*([^\W\d]\w*)\s*=\s*$", text[:start])
    stops = re.match(r"[ \t]*(?:[\n;#]|$)", text[end:])
    if line is None or stops is None or not _DECLARING.fullmatch(expr.fn):
        return ()
    sizes = [arg for arg in expr.args if not isinstance(arg, ast.Str)]
    if len(sizes) == 1 and isinstance(sizes[0], ast.ListLit):
        sizes = list(sizes[0].items)
    from gradcli.program.dimensions import dimension_of

    if any(dimension_of(size) is None for size in sizes) or (not sizes and not expr.args):
        return ()
    shape = ", ".join(inference.written(size) for size in sizes)
    return ((line.start(1), end, f"{line[1]} : R[{shape}]" if shape else f"{line[1]} : R"),)


def count_mend(inference: Inferring, expr: ast.Call) -> Mend:
    """What is meant by another number of arguments than a function takes."""
    if expr.fn == "solve" and len(expr.args) == 1:  # R's inverse
        start = inference.source.text.find("solve", expr.span.start, expr.span.end)
        return ((start, start + len("solve"), "inv"),) if start >= 0 else ()
    return axis_by_position(inference, expr) or by_its_variable(inference, expr)


def axis_by_position(inference: Inferring, expr: ast.Call) -> Mend:
    """`sum(A, 0)` as `sum(A, axis=0)`."""
    if len(expr.args) == 2 and integer(expr.args[1]) is not None and not expr.kwargs:
        start = expr.args[1].span.start
        return ((start, start, "axis="),)
    return ()
