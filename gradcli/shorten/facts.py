"""What is known of names through their definitions: that a matrix is symmetric, that entries sum to 1."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from gradcli.expr.arith import add, is_zero, mul, ones, size, split_number, zeros
from gradcli.expr.linear import is_symmetric, matmul, split_scalars, transpose
from gradcli.expr.node import MINUS_ONE, ONE, Node, axis_of, has_attribute, num
from gradcli.expr.ops import rebuild
from gradcli.expr.reduce import sum_axis, total
from gradcli.expr.replace import replace
from gradcli.expr.shapes import is_row
from gradcli.expr.walk import leaves, postorder

_LIKE_THEIR_MATRIX = frozenset({"inv", "pinv", "mpow", "expm", "logm", "sqrtm", "adj", "stop"})
_BY_ENTRY = frozenset({"elem", "pow", "max", "min", "mul", "add"})


class Facts:
    """Facts about the expressions of a program; `definitions` are its names with their values, in order."""

    def __init__(self, definitions: Mapping[Node, Node]) -> None:
        self.definitions = definitions
        self._symmetric: dict[Node, bool] = {}
        self._centred: dict[Node, frozenset[int]] = {}
        self._dots: dict[Node, Node] = {}
        self._plain: dict[Node, Node] = {}
        self.values = {name: self.plain(value) for name, value in definitions.items()}

    def symmetric(self, root: Node) -> bool:
        """Whether a matrix is its own transpose (False: not known)."""
        for node in postorder(root) if root not in self._symmetric else ():
            if node not in self._symmetric:
                self._symmetric[node] = self._is_symmetric(node)
        return self._symmetric[root]

    def _is_symmetric(self, node: Node) -> bool:
        if len(node.shape) != 2 or node.shape[0] != node.shape[1]:
            return not node.shape
        if is_symmetric(node):
            return True
        if node.op == "var":
            value = self.definitions.get(node)
            return value is not None and self.symmetric(value)
        if node.op in _LIKE_THEIR_MATRIX:
            return self._symmetric[node.args[0]]
        if node.op in _BY_ENTRY:
            return all(self._symmetric[arg] for arg in node.args)
        if node.op == "matmul":
            chain = node.args
            return all(self._mirrored(a, b) for a, b in zip(chain, reversed(chain), strict=True))
        return False

    def _mirrored(self, a: Node, b: Node) -> bool:
        return transpose(a) is b or (a is b and self._symmetric[a])

    def sums_to_one(self, node: Node) -> int | None:
        """The axis along which the entries sum to 1; None where that is not known."""
        if node.op == "softmax":
            return axis_of(node) or 0
        if node.op == "onehot":
            return len(node.shape) - 1
        if node.op == "var":
            if has_attribute(node, "simplex") and 1 <= len(node.shape) <= 2 and not is_row(node.shape):
                return len(node.shape) - 1
            value = self.definitions.get(node)
            return None if value is None else self.sums_to_one(value)
        return None

    def centred(self, root: Node) -> frozenset[int]:
        """The axes along which the entries of a vector or a matrix sum to 0 (those that are known)."""
        for node in postorder(root) if root not in self._centred else ():
            if node not in self._centred:
                self._centred[node] = self._zero_sums(node) if 1 <= len(node.shape) <= 2 else frozenset()
        return self._centred[root]

    def _zero_sums(self, node: Node) -> frozenset[int]:
        if node.op == "var":
            value = self.definitions.get(node)
            return frozenset() if value is None else self.centred(value)
        if node.op == "add":
            inner = frozenset.intersection(*(self._centred[arg] for arg in node.args))
            if 0 not in inner and self._differ_by_nothing(node):
                inner |= {0}
            whole = self._with_means(node)
            if any(any(part.op in ("sum", "sum_axis") for part in (*arg.args, *_within(arg))) for arg in whole.args):
                inner |= {axis for axis in range(len(node.shape)) if _sums_to_nothing(whole, axis)}
            return inner
        if node.op == "mul":
            arrays = [arg for arg in node.args if arg.shape]
            return self._centred[arrays[0]] if len(arrays) == 1 else frozenset()
        if node.op == "T":
            axes = self._centred[node.args[0]]
            return frozenset(1 - axis for axis in axes) if len(node.args[0].shape) == 2 else axes & {0}
        if node.op == "matmul":
            first, last = node.args[0], node.args[-1]
            return (self._centred[first] & {0}) | (self._centred[last] & {1} if len(last.shape) == 2 else frozenset())
        return frozenset()

    def _with_means(self, node: Node) -> Node:
        """A sum with the values of its names that are sums, or means, of arrays."""
        means = {}
        for leaf in leaves(node):
            value = self.definitions.get(leaf)
            if value is not None and split_scalars(value)[1].op in ("sum", "sum_axis"):
                means[leaf] = value
            if value is not None and not value.shape and any(factor.op == "sum" for factor in value.args):
                means[leaf] = value
        return replace([node], means)[0] if means else node

    def _differ_by_nothing(self, node: Node) -> bool:
        """Whether vectors with entries that sum to 1, or to nothing, are weighted so that the whole sums to nothing."""
        if len(node.shape) != 1:
            return False
        whole = Fraction(0)
        for term in node.args:
            number, rest = split_number(term)
            if self.sums_to_one(rest) == 0:
                whole += number
            elif 0 not in self._centred[term]:
                return False
        return not whole

    def plain(self, root: Node) -> Node:
        """The expression without what is known to be nothing: transposes of symmetric matrices, sums that are 1."""
        for node in postorder(root) if root not in self._plain else ():
            if node not in self._plain:
                self._plain[node] = self._plainly(rebuild(node, tuple(self._plain[arg] for arg in node.args)))
        return self._plain[root]

    def _plainly(self, node: Node) -> Node:
        if node.op == "T" and self.symmetric(node.args[0]):
            return node.args[0]
        if node.op in ("sum", "sum_axis"):
            along = self.sums_to_one(node.args[0])
            if along is not None and along == (0 if node.op == "sum" and len(node.args[0].shape) == 1 else node.data):
                return ones(node.shape) if node.shape else ONE
            gone = self.centred(node.args[0])
            if gone and (node.op == "sum" or node.data in gone):
                return zeros(node.shape)
        if node.op == "sum_axis" and node.data == 0 and (sign := self._parity(node.args[0])):
            return mul(num(sign), sum_axis(node.args[0], 1))
        if node.op == "matmul" and not node.shape:
            return self._one_way(node)
        return node

    def _parity(self, node: Node) -> int:
        """1 for what is its own transpose, -1 for what is minus its transpose, 0 where neither is known."""
        if len(node.shape) != 2 or node.shape[0] != node.shape[1]:
            return 0
        sign = 1
        for factor in node.args if node.op == "mul" else (node,):
            if factor.shape and not self.symmetric(factor):
                if factor.op != "add" or add(*map(transpose, factor.args)) is not mul(MINUS_ONE, factor):
                    return 0
                sign = -sign
        return sign

    def _one_way(self, node: Node) -> Node:
        """`x.T @ y` and `y.T @ x` are one number: as it was written first."""
        if node not in self._dots:
            mirrored = matmul(*(self._turned(arg) for arg in reversed(node.args)))
            self._dots[node] = node
            if mirrored.op == "matmul":
                self._dots.setdefault(mirrored, node)
        return self._dots[node]

    def _turned(self, node: Node) -> Node:
        turned = transpose(node)
        return node if turned.op == "T" and self.symmetric(node) and len(node.shape) == 2 else turned


def _sums_to_nothing(node: Node, axis: int) -> bool:
    """Whether the terms of a sum, each summed along an axis, cancel."""
    if len(node.shape) == 1:
        return is_zero(total(node))
    return is_zero(add(*(_summed(term if term.shape else mul(term, ones(node.shape)), axis) for term in node.args)))


def _summed(term: Node, axis: int) -> Node:
    """The sum of a term along an axis, of `ones(n) @ r` as `n * r.T`."""
    scalars, rest = split_scalars(term)
    if rest.op == "matmul" and len(rest.args) == 2:
        alike, other = rest.args if axis == 0 else rest.args[::-1]
        if alike.op == "ones" and len(other.shape) == (2 if axis == 0 else 1):
            return mul(*scalars, size(rest.shape[axis]), transpose(other) if axis == 0 else other)
    return sum_axis(term, axis)


def _within(term: Node) -> tuple[Node, ...]:
    """What stands inside the factors of a term: the sum of `ones(n) @ sum(X, axis=0).T`."""
    factors = term.args if term.op in ("mul", "matmul", "T") else ()
    return tuple(part for factor in factors for part in (*factor.args, *(p for arg in factor.args for p in arg.args)))
