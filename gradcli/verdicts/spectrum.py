"""Points at which a polynomial of a matrix is zero, `A @ A == A`: drawn by their eigenvalues, in fractions.

A square matrix is a root of a polynomial just if its Jordan blocks are: of eigenvalues that are roots, each block no
larger than the root's multiplicity (Horn and Johnson, Matrix Analysis, 2nd ed., section 3.3).  Two roots that are not
real come as the companion matrix of their factor.  Where a polynomial has other roots than those and fractions nothing
is drawn: points without them would hide what is true of them alone.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import zip_longest
from random import Random

from gradcli.evaluate.array import Array
from gradcli.evaluate.fields import EXACT
from gradcli.evaluate.matrices import inverse, product
from gradcli.expr.node import Node, value_of
from gradcli.expr.walk import postorder
from gradcli.program.model import Assumption

Rows = list[list[Fraction]]
Coefficients = list[Fraction]  # of powers, the constant first

_HIGHEST = 8
_LARGEST = 10_000  # numbers of which divisors are tried


def polynomial_of(one: Assumption) -> tuple[Node, Coefficients] | None:
    """The one matrix that an equation names, and the polynomial of it that is zero; None of any other equation."""
    order = postorder([one.left, one.right])
    names = [node for node in order if node.op == "var"]
    if one.op != "==" or len(names) != 1 or len(names[0].shape) != 2 or names[0].shape[0] != names[0].shape[1]:
        return None
    known: dict[Node, Coefficients] = {}
    for node in order:
        found = _polynomial(node, names[0], known)
        if found is None or len(found) > _HIGHEST + 1:
            return None
        known[node] = found
    if not one.left.shape or (not one.right.shape and value_of(one.right) != 0):
        return None
    gap = [a - b for a, b in zip_longest(known[one.left], known[one.right], fillvalue=Fraction(0))]
    while gap and gap[-1] == 0:
        gap.pop()
    return (names[0], gap) if len(gap) > 2 else None


def _polynomial(node: Node, name: Node, known: dict[Node, Coefficients]) -> Coefficients | None:
    value = value_of(node)
    if value is not None:
        return [value]
    args = [known[arg] for arg in node.args]
    match node.op:
        case "var":
            return [Fraction(0), Fraction(1)]
        case "eye":
            return [Fraction(1)]
        case "zeros":
            return [Fraction(0)]
        case "add" if all(arg.shape == node.shape for arg in node.args):
            return [sum(column, Fraction(0)) for column in zip_longest(*args, fillvalue=Fraction(0))]
        case "matmul":
            return _times(args)
        case "mul" if sum(bool(arg.shape) for arg in node.args) <= 1:
            return _times(args)
        case "mpow" if isinstance(node.data, int) and 0 < node.data <= _HIGHEST:
            return _times(args * node.data)
    return None


def _times(factors: list[Coefficients]) -> Coefficients:
    out = [Fraction(1)]
    for factor in factors:
        longer = [Fraction(0)] * (len(out) + len(factor) - 1)
        for i, a in enumerate(out):
            for k, b in enumerate(factor):
                longer[i + k] += a * b
        out = longer
    return out


def drawn(polynomial: Coefficients, n: int, symmetric: bool, source: Random) -> Array | None:
    """A random n x n matrix that is a root; None where no such one is known."""
    roots, rest = _roots(polynomial)
    pair = _has_no_root(rest)
    if len(rest) > 1 and not pair:
        return None
    blocks: list[Rows] = []
    for root, multiplicity in roots.items():
        for size in range(1, 2 if symmetric else multiplicity + 1):
            blocks.append([[root if i == k else Fraction(i + 1 == k) for k in range(size)] for i in range(size)])
    if pair and not symmetric:
        constant, linear, square = rest
        blocks.append([[Fraction(0), -constant / square], [Fraction(1), -linear / square]])
    chosen: list[Rows] = []
    left = n
    while left:
        fitting = [block for block in blocks if len(block) <= left]
        if not fitting:
            return None
        chosen.append(source.choice(fitting))
        left -= len(chosen[-1])
    whole = [[Fraction(0)] * n for _ in range(n)]
    at = 0
    for block in chosen:
        for i, row in enumerate(block):
            whole[at + i][at : at + len(row)] = row
        at += len(block)
    basis = _orthogonal(n, source) if symmetric else _regular(n, source)
    rows = product(EXACT, product(EXACT, basis, whole), inverse(EXACT, basis))
    return Array((n, n), [x for row in rows for x in row])


def is_impossible(polynomial: Coefficients, n: int) -> bool:
    """Whether no n x n matrix is a root: all roots come in pairs, and n is odd."""
    return n % 2 == 1 and _has_no_root(polynomial)


def _has_no_root(polynomial: Coefficients) -> bool:
    """Whether this is of degree 2 and without a real root."""
    return len(polynomial) == 3 and polynomial[1] ** 2 < 4 * polynomial[0] * polynomial[2]


def _roots(polynomial: Coefficients) -> tuple[dict[Fraction, int], Coefficients]:
    """The roots that are fractions, by the divisors of the outer coefficients, with their multiplicities; the rest."""
    found: dict[Fraction, int] = {}
    left = list(polynomial)
    while len(left) > 1 and left[0] == 0:
        found[Fraction(0)] = found.get(Fraction(0), 0) + 1
        left = left[1:]
    shared = 1
    for x in left:
        shared *= x.denominator
    outer = [abs(int(left[0] * shared)), abs(int(left[-1] * shared))]
    if max(outer) > _LARGEST:
        return found, left
    tops, bottoms = ([d for d in range(1, size + 1) if size % d == 0] for size in outer)
    for root in sorted({Fraction(sign * top, bottom) for top in tops for bottom in bottoms for sign in (1, -1)}):
        while len(left) > 1 and _value(left, root) == 0:
            found[root] = found.get(root, 0) + 1
            left = _divided(left, root)
    return found, left


def _value(polynomial: Coefficients, x: Fraction) -> Fraction:
    out = Fraction(0)
    for coefficient in reversed(polynomial):
        out = out * x + coefficient
    return out


def _divided(polynomial: Coefficients, root: Fraction) -> Coefficients:
    out: Coefficients = []
    carried = Fraction(0)
    for coefficient in reversed(polynomial[1:]):
        carried = carried * root + coefficient
        out.append(carried)
    return out[::-1]


def _regular(n: int, source: Random) -> Rows:
    """A matrix of whole numbers whose inverse has whole numbers: a lower times an upper one, of unit diagonal."""
    below = [[Fraction(source.randint(-1, 1) if k < i else i == k) for k in range(n)] for i in range(n)]
    above = [[Fraction(source.randint(-2, 2) if k > i else i == k) for k in range(n)] for i in range(n)]
    return product(EXACT, below, above)


def _orthogonal(n: int, source: Random) -> Rows:
    """The product of two rational reflections, `I - 2 v v.T / v.T v`."""
    return product(EXACT, _reflection(n, source), _reflection(n, source))


def _reflection(n: int, source: Random) -> Rows:
    v = [Fraction(source.randint(-2, 2)) for _ in range(n)]
    size = sum(x * x for x in v) or Fraction(1)
    return [[Fraction(i == k) - 2 * v[i] * v[k] / size for k in range(n)] for i in range(n)]
