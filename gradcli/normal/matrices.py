"""Inverses, determinants and triangles of matrices given as index polynomials.

A matrix is a polynomial in the free indices 0 (row) and 1 (column).
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from gradcli.expr.shapes import Dim
from gradcli.normal import powers, units
from gradcli.normal.label import canonical, components
from gradcli.normal.poly import (
    FIRST_DUMMY,
    ONE,
    Atom,
    Factor,
    Poly,
    Rational,
    Term,
    atom,
    combination,
    delta,
    dummies_of,
    number,
    rational,
    scale,
    term_key,
)
from gradcli.normal.product import dimension
from gradcli.normal.simplify import contract, multiply, substitute, times

# ------------------------------------------------------------- constant matrices


def identity(dim: Dim) -> Poly:
    """The identity."""
    return Poly({((delta(dim), (0, 1), 1),): 1})


def mask(dims: tuple[Dim, ...], band: int) -> Atom:
    """1 where column - row <= band, else 0."""
    return atom("mask", band, dims=dims, positive=True, regular=False)


def lower_part(dims: tuple[Dim, ...]) -> Poly:
    """1 on and below the diagonal: the strict part and the identity."""
    strict = Poly({((mask(dims, -1), (0, 1), 1),): 1})
    return combination([(1, strict), (1, identity(dims[0]))])


def turned_mask(array: Atom) -> Poly:
    """A mask by the other index first: M_k[j, i] is 1 - M_(-k-1)[i, j]; here i, j are 0, 1."""
    assert isinstance(array.data, int)
    other = Poly({((mask(array.dims[::-1], -array.data - 1), (0, 1), 1),): 1})
    return combination([(1, ONE), (-1, other)])


def without_diagonal(array: Atom) -> Poly:
    """A matrix with its diagonal set to 0."""
    whole = Poly({((array, (0, 1), 1),): 1})
    return combination([(1, whole), (-1, contract([(whole, {1: 0}), (identity(array.dims[0]), {})]))])


# ------------------------------------------------------------------------ chains


@dataclass(frozen=True, slots=True)
class Link:
    """A square matrix in a chain, or a vector that scales rows (`diag(vector)`; its index is 0)."""

    matrix: Poly
    scaling: bool


def scalar_content(poly: Poly) -> tuple[Rational, list[Factor], Poly]:
    """`(c, scalars, rest)`: the number and the scalar factors without sums that every term has."""
    if len(poly.terms) == 1:
        ((term, value),) = poly.terms.items()
        scalars: list[Factor] = []
        matrix: list[Factor] = []
        for part in components(term):
            if any(i < FIRST_DUMMY for _, idx, _ in part for i in idx):
                matrix.extend(part)
            elif part[0][1]:
                scalars.append(units.entrywise("root", (Poly({canonical(part): 1}),)))
            else:
                scalars.extend(part)
        return value, scalars, Poly({canonical(matrix): 1})
    lowest: dict[Atom, list[Rational]] = {}
    for term in poly.terms:
        for array, idx, exponent in term:
            if not idx:
                lowest.setdefault(array, []).append(exponent)
    full = len(poly.terms)
    shared: list[Factor] = [
        (array, (), min(found)) for array, found in lowest.items() if len(found) == full or min(found) < 0
    ]
    shared = [factor for factor in shared if factor[0].kind != "root" or factor[2] < 0]
    if shared:
        poly = times(poly, [(array, idx, -exponent) for array, idx, exponent in shared])
        inner_value, inner_scalars, rest = scalar_content(poly)
        return inner_value, [*shared, *inner_scalars], rest
    content, primitive = units.primitive(poly)
    return content, shared, primitive


def chain(poly: Poly, dim: Dim) -> list[Link] | None:
    """A single term as a product of square matrices, in order; None where it is not one."""
    if len(poly.terms) != 1:
        return None
    ((term, _),) = poly.terms.items()
    dims = {0: dim, 1: dim, **dummies_of(term)}
    if any(other != dim for other in dims.values()):
        return None
    scalings: dict[int, list[Factor]] = {}
    edges: dict[frozenset[int], list[Factor]] = {}
    for factor in term:
        ends = frozenset(factor[1])
        if any(i < 0 for i in ends) or len(ends) > 2:
            return None
        if len(ends) == 1:
            scalings.setdefault(min(ends), []).append(factor)
        elif ends:
            edges.setdefault(ends, []).append(factor)
    links: list[Link] = []
    here, used = 0, 0
    while True:
        if here in scalings:
            links.append(Link(_renamed(scalings.pop(here), {here: 0}), True))
        steps = [ends for ends in edges if here in ends]
        if here == 1:
            break
        if len(steps) != 1:
            return None
        ends = steps[0]
        (there,) = ends - {here}
        links.append(Link(_renamed(edges.pop(ends), {here: 0, there: 1}), False))
        here = there
        used += 1
    return links if not edges and not scalings else None


def _renamed(factors: list[Factor], mapping: dict[int, int]) -> Poly:
    """Factors as a polynomial, all their indices renamed to free ones."""
    renamed = [(array, tuple(mapping[i] for i in idx), exponent) for array, idx, exponent in factors]
    return contract([(Poly({canonical(renamed): 1}), {})])


def diagonal_of(poly: Poly) -> Poly | None:
    """The vector v with `poly == diag(v)`; its index is 0.  None where a term is not diagonal."""
    out: dict[Term, Rational] = {}
    for term, value in poly.terms.items():
        others = tuple(factor for factor in term if not (factor[0].kind == "delta" and factor[1] == (0, 1)))
        if len(others) == len(term):
            return None
        out[others] = value
    return Poly(out)


# ------------------------------------------------------------------------ inverse


def inverse(poly: Poly, dim: Dim) -> Poly:
    """The inverse of a square matrix."""
    if not poly.terms:
        raise ZeroDivisionError("inverse of zero")
    diagonal = diagonal_of(poly)
    if diagonal is not None:
        return multiply(powers.power_rational(diagonal, -1), identity(dim))
    content, scalars, rest = scalar_content(poly)
    outer = powers.power_rational(units.product_of(content, scalars), -1)
    links = chain(rest, dim)
    if links is None:
        return multiply(outer, _inverse_atom(rest))
    out = identity(dim)
    for link in reversed(links):
        if link.scaling:
            out = multiply(out, substitute(powers.power_rational(link.matrix, -1), {0: 1}))
        else:
            step = _inverse_of_link(link.matrix)
            out = contract([(out, {1: FIRST_DUMMY}), (step, {0: FIRST_DUMMY})], {FIRST_DUMMY: dim})
    return multiply(outer, out)


def _single(matrix: Poly) -> Factor | None:
    """The one factor that a matrix is, else None."""
    if len(matrix.terms) == 1:
        ((term, value),) = matrix.terms.items()
        if len(term) == 1 and value == 1:
            return term[0]
    return None


def _inverse_of_link(matrix: Poly) -> Poly:
    factor = _single(matrix)
    if factor is not None:
        array, idx, exponent = factor
        if array.kind == "inv" and exponent == 1:
            return substitute(array.args[0], {0: idx[0], 1: idx[1]})
        if array.kind == "sym" and exponent == 1 and set(array.attributes) & {"orthogonal", "permutation"}:
            return substitute(matrix, {0: 1, 1: 0})
    return _inverse_atom(matrix)


def _inverse_atom(matrix: Poly) -> Poly:
    """`inv` of a matrix that is not taken apart; of X or of its transpose, whichever has the smaller key."""
    turned = substitute(matrix, {0: 1, 1: 0})
    symmetric = turned.key == matrix.key
    base, idx = (matrix, (0, 1)) if matrix.key <= turned.key else (turned, (1, 0))
    dims = matrix.dims()
    dim = dims.get(0, dims.get(1))
    if dim is None:
        raise ZeroDivisionError("inverse of a constant matrix")
    array = atom(
        "inv",
        None,
        (base,),
        (dim, dim),
        ((1, 0),) if symmetric else (),
        regular=units.is_regular(matrix),
    )
    return Poly({((array, idx, 1),): 1})


@lru_cache(maxsize=10_000)
def inverse_reductions(array: Atom) -> tuple[Term, Poly, Poly] | None:
    """For V = inv(P), P = c*M + R with leading term M: M, then what `M @ V` and what `V @ M` are.

    None where no term serves as M.
    `M[i, k] V[k, j] = (delta[i, j] - R[i, k] V[k, j]) / c`, in the indices i = 0, j = 1; and
    `V[j, k] M[k, i] = (delta[i, j] - V[j, k] R[k, i]) / c`.
    """
    base, dim = array.args[0], array.dims[0]
    usable = [term for term in base.terms if _spans(term)]
    if not usable:
        return None
    top = max(usable, key=lambda term: (_bound_factors(term), units.degree(term), term_key(term)))
    first = Fraction(base.terms[top])
    k = FIRST_DUMMY + 50
    left: list[tuple[Rational, Poly]] = [(1 / first, identity(dim))]
    right: list[tuple[Rational, Poly]] = [(1 / first, identity(dim))]
    for term, value in base.terms.items():
        if term == top:
            continue
        left.append((rational(-value / first), _beside(term, {1: k}, (array, (k, 1), 1), k, dim)))
        right.append((rational(-value / first), _beside(term, {0: k, 1: 0}, (array, (1, k), 1), k, dim)))
    return top, combination(left), combination(right)


def _beside(term: Term, mapping: dict[int, int], inverse_factor: Factor, k: int, dim: Dim) -> Poly:
    """A term with a factor beside it, summed over k; only identities are contracted."""
    factors: list[Factor] = []
    outer = inverse_factor
    for array, idx, exponent in term:
        renamed = tuple(mapping.get(i, i) for i in idx)
        if array.kind == "delta" and k in renamed:
            (other,) = [i for i in renamed if i != k]
            outer = (outer[0], tuple(other if i == k else i for i in outer[1]), outer[2])
        else:
            factors.append((array, renamed, exponent))
    return Poly({canonical([*factors, outer]): 1})


def _spans(term: Term) -> bool:
    indices = {i for array, idx, _ in term if array.kind != "delta" for i in idx}
    return 0 in indices and 1 in indices


def _bound_factors(term: Term) -> int:
    return sum(bool(idx) for _, idx, _ in term)


# --------------------------------------------------------------------- determinant


def determinant(poly: Poly, dim: Dim) -> Poly:
    """The determinant of a square matrix."""
    if not poly.terms:
        return poly
    diagonal = diagonal_of(poly)
    if diagonal is not None:
        return product_over(diagonal, dim)
    content, scalars, rest = scalar_content(poly)
    outer = powers.power(units.product_of(content, scalars), size(dim))
    links = chain(rest, dim)
    if links is None:
        return multiply(outer, _determinant_atom(rest, dim))
    parts = [product_over(link.matrix, dim) if link.scaling else _of_link(link.matrix, dim) for link in links]
    return multiply(outer, *parts)


def size(dim: Dim) -> Poly:
    """A dimension as a number."""
    return dimension(dim)


def _of_link(matrix: Poly, dim: Dim) -> Poly:
    factor = _single(matrix)
    if factor is not None and factor[2] == 1:
        array, _, _ = factor
        if array.kind == "inv":
            return powers.power_rational(determinant(array.args[0], dim), -1)
        if array.kind == "sym" and set(array.attributes) & {"lower", "upper"}:
            return product_over(substitute(matrix, {1: 0}), dim)
    return _determinant_atom(matrix, dim)


def _determinant_atom(matrix: Poly, dim: Dim) -> Poly:
    turned = substitute(matrix, {0: 1, 1: 0})
    base = min(matrix, turned, key=lambda poly: poly.key)
    terms = list(base.terms)
    definite = len(terms) == 1 and len(terms[0]) == 1 and _definite(terms[0][0])
    if len(terms) == 1 and len(terms[0]) == 1 and _is_orthogonal(terms[0][0]):
        return Poly({((atom("sign", None, (base,)), (), 1),): 1})
    array = atom("det", dim, (base,), positive=definite, regular=units.is_regular(matrix))
    return Poly({((array, (), 1),): 1})


def _is_orthogonal(factor: Factor) -> bool:
    array, _, exponent = factor
    return array.kind == "sym" and exponent == 1 and bool({"orthogonal", "permutation"} & {*array.attributes})


def _definite(factor: Factor) -> bool:
    array, _, exponent = factor
    return array.kind == "sym" and exponent == 1 and "spd" in array.attributes


def product_over(vector: Poly, dim: Dim) -> Poly:
    """The product of the entries of a vector in the index 0."""
    if isinstance(dim, int) and dim <= 8:
        return multiply(*(substitute(vector, {0: -k}) for k in range(1, dim + 1)))
    content, factors = units.factored(vector)
    parts: list[Poly] = [powers.power(number(content), size(dim))] if content != 1 else []
    for array, idx, exponent in factors:
        value = units.unit_value(array, idx)
        if 0 not in idx:
            parts.append(powers.power(powers.power_rational(value, exponent), size(dim)))
            continue
        made = atom("prod", None, (value,), (), (), array.positive, array.regular)
        parts.append(Poly({((made, (), rational(exponent)),): 1}))
    return multiply(*parts) if parts else ONE


__all__ = [
    "chain",
    "determinant",
    "diagonal_of",
    "identity",
    "inverse",
    "inverse_reductions",
    "lower_part",
    "mask",
    "product_over",
    "scale",
    "size",
    "turned_mask",
    "without_diagonal",
]
