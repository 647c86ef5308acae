"""Arrays of known size as literals: `2 * x[1] * e_1 + e_3` is `[2 * x[1], 0, 1]`."""

from __future__ import annotations

from gradcli.expr.arith import add, mul, power
from gradcli.expr.node import ONE, ZERO, Node
from gradcli.expr.ops import rebuild
from gradcli.expr.reduce import entry, stack
from gradcli.expr.shapes import Shape
from gradcli.expr.walk import postorder

_MOST_CELLS = 16
_READ = frozenset(
    {"add", "mul", "pow", "matmul", "T", "unit", "stack", "zeros", "ones", "eye", "diag", "var", "cotangent"}
)
_PLACED = frozenset({"add", "mul", "T"})
_COUNTED = 10_000
Cells = dict[tuple[int, int], Node]


def as_literal(node: Node, multiplied: bool = False) -> Node:
    """The literal that an array built of unit arrays is; any other expression as it is.

    `multiplied` asks for the products of literals too, where no unit array stands.
    """
    order = postorder(node)
    if not _is_small(node.shape) or not (multiplied or any(part.op == "unit" for part in order)):
        return node
    memo: dict[int, Cells] = {}
    for part in order:
        if not part.shape:
            continue
        if not _is_small(part.shape) or part.op not in _READ:
            return node
        memo[part.serial] = _cells(part, memo)
    whole = _stacked(node, memo)
    if multiplied:
        return whole
    parts = _with_literals(node, order, memo)
    return parts if _length(parts) < _length(whole) else whole


def _stacked(node: Node, memo: dict[int, Cells]) -> Node:
    rows, columns = _size(node.shape)
    return stack(tuple(memo[node.serial][i, j] for i in range(rows) for j in range(columns)), node.shape)


def _with_literals(root: Node, order: list[Node], memo: dict[int, Cells]) -> Node:
    """The expression with literals only for those parts that are sums of unit arrays: `[[0, -1], [1, 0]] @ p`."""
    placed: set[Node] = set()
    for part in order:
        arrays = [arg for arg in part.args if arg.shape]
        if part.op == "unit" or (part.op in _PLACED and arrays and placed.issuperset(arrays)):
            placed.add(part)
    built: dict[Node, Node] = {}
    for part in order:
        if part in placed:
            built[part] = _stacked(part, memo)
        else:
            built[part] = rebuild(part, tuple(built[arg] for arg in part.args))
    return built[root]


def _length(root: Node) -> int:
    """How many operations and names are written."""
    sizes: dict[Node, int] = {}
    for part in postorder(root):
        sizes[part] = min(_COUNTED, 1 + sum(sizes[arg] for arg in part.args))
    return sizes[root]


def _is_small(shape: Shape) -> bool:
    rows, columns = _size(shape)
    return 0 < rows * columns <= _MOST_CELLS and 0 < len(shape) <= 2


def _size(shape: Shape) -> tuple[int, int]:
    """Rows and columns, or 0 where one is not a number."""
    dims = (*shape, 1, 1)[:2]
    rows, columns = (dim if isinstance(dim, int) else 0 for dim in dims)
    return rows, columns


def _cells(node: Node, memo: dict[int, Cells]) -> Cells:
    rows, columns = _size(node.shape)
    places = [(i, j) for i in range(rows) for j in range(columns)]

    def at(arg: Node, place: tuple[int, int]) -> Node:
        return memo[arg.serial][place] if arg.shape else arg

    op, args = node.op, node.args
    if op in ("add", "mul", "pow"):
        return {place: _combined(op, [at(arg, place) for arg in args]) for place in places}
    if op == "T":
        return {(i, j): at(args[0], (j, i)) for i, j in places}
    if op == "matmul":
        return _product(args, memo, places)
    if op == "diag":
        return {(i, j): at(args[0], (i, 0)) if i == j else ZERO for i, j in places}
    if op == "unit":
        assert isinstance(node.data, tuple)
        row, column = (*node.data, 1)[:2]
        return {(i, j): ONE if (i + 1, j + 1) == (row, column) else ZERO for i, j in places}
    return {(i, j): entry(node, (i + 1, j + 1)[: len(node.shape)]) for i, j in places}


def _combined(op: str, parts: list[Node]) -> Node:
    if op == "pow":
        return power(*parts)
    return add(*parts) if op == "add" else mul(*parts)


def _product(args: tuple[Node, ...], memo: dict[int, Cells], places: list[tuple[int, int]]) -> Cells:
    out = memo[args[0].serial]
    rows = _size(args[0].shape)[0]
    for arg in args[1:]:
        inner, columns = _size(arg.shape)
        factor = memo[arg.serial]
        out = {
            (i, j): add(ZERO, *(mul(out[i, k], factor[k, j]) for k in range(inner)))
            for i in range(rows)
            for j in range(columns)
        }
    return {place: out[place] for place in places}
