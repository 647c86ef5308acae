"""Scalar algebra by SymPy, where an entry is worth it.

Text never reaches SymPy: expressions are built and read back node by node, and what is not a scalar operation (an
opaque function, an entry of an array) is a symbol to it.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from gradcli.expr.arith import add, mul, power
from gradcli.expr.node import Node, make, num, value_of
from gradcli.expr.reduce import elementwise
from gradcli.expr.walk import postorder, tree_size
from gradcli.ops.functions import SCALAR_FUNCTIONS

if TYPE_CHECKING:
    import sympy

_WORTH = 12
_TOO_LARGE = 150
_SYMPY = {row.name: row.sympy for row in SCALAR_FUNCTIONS.values() if row.sympy}
_FROM_SYMPY = {"Abs": "abs", **{theirs: ours for ours, theirs in _SYMPY.items()}}


def simplified(node: Node) -> Node:
    """An equal scalar expression, shorter where SymPy finds one; small and very large ones are left alone."""
    size = tree_size(node)
    if node.shape or size < _WORTH or size > _TOO_LARGE:
        return node
    import sympy

    symbols: dict[Any, Node] = {}
    before = _to_sympy(node, symbols)
    back = _from_sympy(sympy.simplify(before), symbols)
    return back if back is not None and tree_size(back) < size else node


def _to_sympy(root: Node, symbols: dict[Any, Node]) -> sympy.Expr:
    import sympy

    memo: dict[int, Any] = {}
    for node in postorder(root):
        args = [memo.get(arg.serial) for arg in node.args]
        value = value_of(node)
        made: Any = None
        if value is not None:
            made = sympy.Rational(value.numerator, value.denominator)
        elif node.op == "const" and node.data != "inf":
            made = sympy.pi if node.data == "pi" else sympy.E
        elif node.shape or any(arg is None for arg in args):
            made = None
        elif node.op == "add":
            made = sympy.Add(*args)
        elif node.op == "mul":
            made = sympy.Mul(*args)
        elif node.op == "pow":
            made = sympy.Pow(*args)
        elif node.op == "elem" and isinstance(node.data, tuple) and node.data[0] in _SYMPY and not node.data[1]:
            made = getattr(sympy, _SYMPY[node.data[0]])(*args)
        if made is None and not node.shape:
            made = sympy.Dummy(f"s{node.serial}", real=True)
            symbols[made] = node
        memo[node.serial] = made
    return memo[root.serial]


def _from_sympy(root: sympy.Expr, symbols: dict[Any, Node]) -> Node | None:
    """The node of a SymPy expression; None where it uses something that the language has no word for."""
    import sympy

    memo: dict[Any, Node] = {}
    for expr in sympy.postorder_traversal(root):
        args = [memo.get(arg) for arg in expr.args]
        if expr in symbols:
            memo[expr] = symbols[expr]
        elif expr.is_Rational:
            memo[expr] = num(Fraction(int(expr.p), int(expr.q)))
        elif expr is sympy.pi:
            memo[expr] = make("const", data="pi")
        elif expr is sympy.E:
            memo[expr] = make("const", data="e_")
        elif any(arg is None for arg in args):
            return None
        else:
            made = _rebuilt(expr, [arg for arg in args if arg is not None])
            if made is None:
                return None
            memo[expr] = made
    return memo[root]


def _rebuilt(expr: sympy.Expr, args: list[Node]) -> Node | None:
    if expr.is_Add:
        return add(*args)
    if expr.is_Mul:
        return mul(*args)
    if expr.is_Pow:
        if args[0].op == "const" and args[0].data == "e_":
            return elementwise("exp", 0, args[1])
        return power(*args)
    name = _FROM_SYMPY.get(type(expr).__name__)
    return None if name is None or len(args) != 1 else elementwise(name, 0, args[0])
