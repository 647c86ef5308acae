"""Shapes of a function's parameters: from a comment, from annotations, from a docstring."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from gradcli.pysource.module import PythonFile
from gradcli.pysource.refusal import Refused
from gradcli.pysource.sizes import Size, read_size

ATTRIBUTES = frozenset({
    "symmetric", "spd", "diagonal", "lower", "upper", "unit", "orthogonal", "permutation", "positive", "constant",
    "skew", "invertible", "binary", "signs", "simplex", "onehot", "unitnorm", "nonnegative",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Parameter:
    """The shape of one parameter: sizes as NumPy has them, attributes, and of labels how many classes."""

    dims: tuple[Size, ...]
    attributes: tuple[str, ...] = ()
    classes: Size | None = None
    inside: str = ""  # the dictionary of self that holds it


class BadShapes(ValueError):
    """A text of shapes that is not understood; the message says which part."""


_ENTRY = re.compile(
    r"""\s*(?:(?:self\.)?(\*{0,2}[^\W\d]\w*)|self\.([^\W\d]\w*)\[(?:'([^\W\d]\w*)'|"([^\W\d]\w*)")\])\s*:\s*"""
)


def read_shapes(text: str) -> dict[str, Parameter]:
    """`X: n d, w: d, y: n of C, s: (), S: n n spd, self.params["W"]: d m`.  Raises BadShapes."""
    found: dict[str, Parameter] = {}
    for part in _parted(text):
        if not part.strip():
            continue
        entry = _ENTRY.match(part)
        if entry is None:
            raise BadShapes(f"`{part.strip()}` is no shape: write `name: n d`")
        name = entry[1] or entry[3] or entry[4]
        found[name] = replace(read_shape(part[entry.end() :]), inside=entry[2] or "")
    return found


def _parted(text: str) -> list[str]:
    """The parts between commas outside of brackets."""
    parts, depth = [""], 0
    for sign in text:
        depth += (sign in "([") - (sign in ")]")
        if sign in ",;" and depth == 0:
            parts.append("")
        else:
            parts[-1] += sign
    return parts


def read_shape(text: str) -> Parameter:
    """`n d`, `(n, d)`, `n 2*d spd`, `n of C`, `()`.  Raises BadShapes."""
    words, _, count = f" {text.strip()}".partition(" of ")  # `of C` alone is one label
    pieces = _pieces(words)
    attributes: list[str] = []
    while pieces and pieces[-1] in ATTRIBUTES:
        attributes.insert(0, pieces.pop())
    if count and not attributes:
        *_, last = _pieces(count) or [""]
        while last in ATTRIBUTES:
            attributes.insert(0, last)
            count = count.rstrip()[: -len(last)]
            *_, last = _pieces(count) or [""]
    try:
        dims = tuple(read_size(piece) for piece in pieces)
        classes = read_size(count) if count else None
    except ValueError as wrong:
        raise BadShapes(f"`{text.strip()}` is no shape: {wrong}") from None
    return Parameter(dims, tuple(attributes), classes)


def _pieces(text: str) -> list[str]:
    """Sizes parted by spaces or commas; spaces around + - * belong to one size."""
    text = text.strip()
    if text in ("()", "scalar", "( )", "float"):
        return []
    if text.startswith("(") and text.endswith(")") and _closes_at_end(text):
        text = text[1:-1]
    if "," in text:
        return [part.strip() for part in text.split(",") if part.strip()]
    return re.sub(r"\s*([-+*])\s*", r"\1", text).split()


def _closes_at_end(text: str) -> bool:
    depth = 0
    for place, sign in enumerate(text):
        depth += (sign == "(") - (sign == ")")
        if depth == 0:
            return place == len(text) - 1
    return False


def parameters_of(
    file: PythonFile, node: ast.FunctionDef, given: Mapping[str, Parameter], owner: ast.ClassDef | None = None
) -> dict[str, Parameter]:
    """The shapes that are known of a function's parameters: what is given, then comments, annotations, docstrings.

    Raises Refused for a comment that is not understood.
    """
    found: dict[str, Parameter] = {}
    spec = node.args
    for parameter in (*spec.posonlyargs, *spec.args, *spec.kwonlyargs):
        shape = _annotated(parameter)
        if shape is not None:
            found[parameter.arg] = shape
    found = {**_documented(node), **found}
    if owner is not None:
        found.update(_commented(file, owner))
    found.update(_commented(file, node))
    found.update(given)
    return found


def _commented(file: PythonFile, node: ast.FunctionDef | ast.ClassDef) -> dict[str, Parameter]:
    """Shapes in comments above a function, a class, or its decorators, and at the head of its body."""
    found: dict[str, Parameter] = {}
    first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
    lines = file.lines()
    above = first - 1
    wanted: list[int] = []
    while above >= 1 and lines[above - 1].strip().startswith("#"):
        wanted.insert(0, above)
        above -= 1
    head = node.body[0].lineno if node.body else node.lineno
    if isinstance(node, ast.ClassDef):  # what stands above its first method is for the class as well
        first_method = node.body[0]
        decorated = first_method.decorator_list if isinstance(first_method, ast.FunctionDef) else []
        head = min([first_method.lineno, *(each.lineno for each in decorated)])
    wanted += range(first, head)
    for line in wanted:
        text = file.comments.get(line)
        if text is None or text.startswith(("backward of", "ignore")):
            continue
        try:
            found.update(read_shapes(text))
        except BadShapes as wrong:
            place = ast.Pass(lineno=line, col_offset=0)
            raise Refused(place, str(wrong), "write `# gradcli: X: n d, w: d, y: n of C`") from None
    return found


_STRING_DIMS = re.compile(r"[\w\s+*()-]*")


def _annotated(parameter: ast.arg) -> Parameter | None:
    """`Float[Array, "n d"]` of jaxtyping."""
    note = parameter.annotation
    if isinstance(note, ast.Constant) and isinstance(note.value, str):
        try:
            note = ast.parse(note.value, mode="eval").body
        except SyntaxError:
            return None
    if not isinstance(note, ast.Subscript) or not isinstance(note.slice, ast.Tuple) or len(note.slice.elts) != 2:
        return None
    dims = note.slice.elts[1]
    if not isinstance(dims, ast.Constant) or not isinstance(dims.value, str):
        return None
    kind = ast.unparse(note.value).rpartition(".")[2]
    if kind not in ("Float", "Float32", "Float64", "Real", "Num", "Inexact", "Shaped", "Bool", "Int", "Integer"):
        return None
    if not _STRING_DIMS.fullmatch(dims.value):
        return None
    words = [word.rpartition("=")[2] for word in dims.value.split()]
    try:
        sizes = tuple(read_size(word) for word in words)
    except ValueError:
        return None
    return None if kind in ("Int", "Integer") else Parameter(sizes, ("binary",) if kind == "Bool" else ())


_DOCUMENTED = re.compile(
    r"^\s*[-*]?\s*`{0,2}([^\W\d]\w*)`{0,2}\s*(?::|\()[^\n]*?"
    r"(?:(?:of shape|shape|array|ndarray|Array|tensor|matrix|vector)[^\n(]*\(([\w\s,+*-]*)\)"
    r"|\(([\w\s+*-]+,[\w\s,+*-]*)\))",
    re.MULTILINE,
)


def _documented(node: ast.FunctionDef) -> dict[str, Parameter]:
    """`x : ndarray of shape (n, d)`, `x: (n, d)` and `x (ndarray (n, d)): ...` in a docstring."""
    text = ast.get_docstring(node) or ""
    found: dict[str, Parameter] = {}
    names = {parameter.arg for parameter in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)}
    for match in _DOCUMENTED.finditer(text[:20_000]):
        if match[1] not in names or match[1] in found:
            continue
        try:
            found[match[1]] = read_shape(f"({match[3] or match[2]})")
        except BadShapes:
            continue
    return found
