"""Shapes of expressions while formulas are read: enough to tell a scaling from a product, a row from a column.

A dimension that is not known is None and goes with any other.  What is finally true of shapes is settled by the
program that the formulas make.
"""

from __future__ import annotations

from collections.abc import Callable

from gradcli.syntax import ast

Dim = object
Shape = tuple[Dim, ...]

_SCALARS = frozenset(
    [
        "tr",
        "det",
        "logdet",
        "norm",
        "norm1",
        "dot",
        "mean",
        "std",
        "var",
        "prod",
        "logsumexp",
        "sum",
        "max",
        "min",
        "trace",
        "Tr",
        "hypot",
    ]
)
_KEEP = frozenset(["inv", "adj", "expm", "logm", "sqrtm", "tril", "triu", "chol", "stop", "softmax", "logsoftmax"])


def settle(shape: Shape) -> Shape:
    """`n x 1` is a vector, `1` a scalar."""
    if len(shape) == 2 and shape[1] == 1:
        shape = shape[:1]
    return () if shape == (1,) else shape


def agree(a: Dim, b: Dim) -> bool:
    """Whether two sizes may be equal."""
    return a is None or b is None or str(a) == str(b)


def fit(a: Shape, b: Shape) -> bool:
    """Whether two shapes may be equal."""
    return len(a) == len(b) and all(map(agree, a, b))


def known(shape: Shape) -> bool:
    """Whether every size is known."""
    return None not in shape


def product(a: Shape, b: Shape) -> Shape | None:
    """The shape of a matrix product; None where the sizes do not fit."""
    if len(a) > 2 or len(b) > 2:
        return None
    inner = (a[1] if len(a) == 2 else 1), (b[0] if b else 1)
    if not agree(*inner) or (None in inner and 1 in inner):
        return None
    return settle((a[0] if a else 1, b[1] if len(b) == 2 else 1))


def transposed(a: Shape) -> Shape:
    """The shape of a transpose."""
    if not a:
        return a
    return settle((a[1] if len(a) == 2 else 1, a[0]))


def joined(a: Shape, b: Shape) -> Shape:
    """The shape of an elementwise combination, broadcast where an axis is 1."""
    if not a or not b:
        return a or b
    if len(a) <= 2 and len(b) <= 2 and len(a) + len(b) > 2:
        wide = [(*s, 1)[:2] for s in (a, b)]
        return settle(tuple(q if p == 1 else p for p, q in zip(*wide, strict=True)))
    return tuple(q if p is None or p == 1 else p for p, q in zip(a, b, strict=False)) if len(a) == len(b) else a


def _list(a: Shape) -> Shape:
    return a[1:] if len(a) == 2 and a[0] == 1 else a


def derivative(of: Shape, by: Shape, layout: str) -> Shape:
    """The shape of a derivative in a layout."""
    of, by = _list(of), _list(by)
    if len(of) + len(by) > 2:
        return by + of if layout == "denominator" else of + by
    if not of and not by:
        return ()
    if not of:
        turned = (by[1], by[0]) if len(by) == 2 else (1, by[0])
        return settle(turned if layout == "numerator" else by)
    if not by:
        return settle((1, of[0])) if layout == "denominator" and len(of) == 1 else of
    return settle((by[0], of[0]) if layout == "denominator" else (of[0], by[0]))


class Shapes:
    """Finds shapes; `name_shape` says that of a name, `call_shape` that of a function of the document."""

    def __init__(
        self,
        name_shape: Callable[[str], Shape],
        call_shape: Callable[[str, list[Shape]], Shape | None],
        layout: Callable[[], str],
    ) -> None:
        self._name = name_shape
        self._call = call_shape
        self._layout = layout
        self._memo: dict[int, tuple[ast.Expr, Shape]] = {}

    def forget(self) -> None:
        """Forget what was found: a name has changed its meaning."""
        self._memo.clear()

    def put(self, expr: ast.Expr, shape: Shape) -> None:
        """Say the shape of an expression."""
        self._memo[id(expr)] = (expr, shape)

    def of(self, expr: ast.Expr) -> Shape:
        """The shape of an expression."""
        found = self._memo.get(id(expr))
        if found is not None and found[0] is expr:
            return found[1]
        shape = self._find(expr)
        self._memo[id(expr)] = (expr, shape)
        return shape

    def _find(self, expr: ast.Expr) -> Shape:
        match expr:
            case ast.Name():
                return self._name(expr.id)
            case ast.Neg():
                return self.of(expr.arg)
            case ast.Sum():
                return self._joined(expr.terms)
            case ast.Product():
                return self._product(expr)
            case ast.Compare():
                left, right = self.of(expr.left), self.of(expr.right)
                for one, other, shape in ((expr.left, right, left), (expr.right, left, right)):
                    if isinstance(one, ast.Name) and shape == (None,) and not other:
                        return ()  # y_i = j, k = y: a letter that is nowhere declared, beside a number, is an index
                return joined(left, right)
            case ast.Power():
                return joined(self.of(expr.base), self.of(expr.exponent))
            case ast.MatPower() | ast.Superscript():
                return self.of(expr.base)
            case ast.Entries():
                return tuple(None for _ in expr.indices)
            case ast.Transpose():
                return transposed(self.of(expr.arg))
            case ast.Call():
                return self._called(expr)
            case ast.ListLit():
                return self._literal(expr)
        return ()

    def _joined(self, parts: tuple[ast.Expr, ...]) -> Shape:
        out: Shape = ()
        for part in parts:
            out = joined(out, self.of(part))
        return out

    def _product(self, expr: ast.Product) -> Shape:
        out = self.of(expr.factors[0])
        for op, factor in zip(expr.ops, expr.factors[1:], strict=True):
            shape = self.of(factor)
            if op in ("@", ast.BESIDE) and (op == "@" or (out and shape)):
                out = product(out, shape) or ()
            elif op == "kron":
                out = tuple(None for _ in range(max(len(out), len(shape))))
            else:
                out = joined(out, shape)
        return out

    def _literal(self, expr: ast.ListLit) -> Shape:
        if expr.items and isinstance(expr.items[0], ast.ListLit):
            cells = [self.of(cell) for row in expr.items if isinstance(row, ast.ListLit) for cell in row.items]
            if any(cells):
                return (None, None)
            return settle((len(expr.items), len(expr.items[0].items)))
        return settle((len(expr.items),))

    def _called(self, expr: ast.Call) -> Shape:
        args = [self.of(arg) for arg in expr.args]
        options = dict(expr.kwargs)
        own = self._call(expr.fn, args)
        if own is not None:
            return own
        if not args:
            return ()
        match expr.fn:
            case "grad":
                return args[1] if len(args) > 1 else ()
            case "jac":
                layout = options.get("layout")
                return derivative(args[0], args[1], layout.id if isinstance(layout, ast.Name) else self._layout())
            case "hess":
                first, second = _list(args[1]), _list(args[-1])
                return settle(first + second)
            case "eye":
                dim = _dim(expr.args[0])
                return (dim, dim)
            case "ones" | "zeros":
                return settle(tuple(_dim(arg) for arg in expr.args))
            case "unit":
                return (_dim(expr.args[0]),)
            case "diag":
                a = _list(args[0])
                return (a[0], a[0]) if len(a) == 1 else (a[:1] if len(a) == 2 else ())
            case "vec":
                return (None,) if len(args[0]) > 1 else args[0]
            case "kron":
                return (None, None) if any(len(a) == 2 for a in args) else (None,)
            case "pinv":
                return transposed(args[0])
            case "outer":
                return settle(((args[0] or (1,))[0], (args[1] or (1,))[0]))
            case "solve":
                return args[1]
            case "skew":
                return (3, 3)
            case "max" | "min" if len(args) == 2:
                return joined(*args)
            case "where" if len(args) == 3:
                return joined(joined(args[0], args[1]), args[2])
        if expr.fn in _SCALARS and "axis" not in options:
            return ()
        if "axis" in options and expr.fn in _SCALARS:
            axis = options["axis"]
            at = int(axis.value) if isinstance(axis, ast.Num) else 0
            return settle(tuple(d for k, d in enumerate(args[0]) if k != at))
        if expr.fn in _KEEP:
            return args[0]
        return self._joined(expr.args)


def _dim(expr: ast.Expr) -> Dim:
    if isinstance(expr, ast.Num):
        return int(expr.value)
    return expr.id if isinstance(expr, ast.Name) else None
