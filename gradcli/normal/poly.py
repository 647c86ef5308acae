"""The factors of index expressions.

An index is an `int`: 0..99 is a free index (an axis of the whole), 100 and more a dummy (summed over),
and -k the fixed position k, counted from 1.  An `Atom` is an array with one slot for an index per axis; a
`Factor` puts indices into the slots and raises to a rational power; a `Term` is a product of factors, summed
over its dummies.

Order is by `key`, a digest of what the atom is, so that it is the same in every process.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from fractions import Fraction
from hashlib import blake2b
from typing import TypeVar

from gradcli.expr.node import SHARED, kept
from gradcli.expr.shapes import Dim

FIRST_DUMMY = 100

Rational = int | Fraction
Permutation = tuple[int, ...]


class TooLarge(Exception):
    """The normal form would cost more than its budget."""


class Unsupported(Exception):
    """An expression that has no index form here."""


def digest(text: str) -> str:
    """A short name of a text, the same in every process."""
    return blake2b(text.encode(), digest_size=16).hexdigest()


def rational(value: Rational) -> Rational:
    """An `int` where the value is whole (Python computes faster with it)."""
    return value.numerator if value.denominator == 1 else value


T = TypeVar("T")


class Atom:
    """An array with a slot per axis; interned.

    kind:
      `sym` a named array; `delta` the identity; `mask` 1 where column - row <= data, else 0;
      `num` a prime, to be raised to a fraction; `dim` the size of a dimension;
      functions of the entries of `args`, whose free indices 0, 1, .. are the slots: `exp`, `log` (data `abs`:
      of the absolute value), `abs` (to be raised to a fraction), `step` (1 where > 0, else 0), `root` (a sum or
      product, to be raised to a power), `power` (args[0] ** args[1]; data `abs`: of the absolute value), `elem`
      (data: name and order);
      whole arrays made of `args`, whose free indices are not slots: `inv`, `det`, `prod`, `vfun`, and
      `sign`, the determinant of an orthogonal matrix.
    symmetries: the permutations of the slots, other than the identity, that leave the array as it is.
    positive: every entry is known to be >= 0 wherever it is defined.
    regular: its entries are analytic functions that vanish on no open set.
    """

    __slots__ = ("args", "data", "dims", "key", "kind", "positive", "regular", "symmetries")

    def __init__(
        self,
        kind: str,
        data: Hashable,
        args: tuple[Poly, ...],
        dims: tuple[Dim, ...],
        symmetries: tuple[Permutation, ...],
        positive: bool,
        regular: bool,
        key: str,
    ) -> None:
        self.kind = kind
        self.data = data
        self.args = args
        self.dims = dims
        self.symmetries = symmetries
        self.positive = positive
        self.regular = regular
        self.key = key

    def holds(self, kind: type[T]) -> T:
        """The data, which the kind says to be of this type."""
        data = self.data
        assert isinstance(data, kind), self
        return data

    @property
    def attributes(self) -> tuple[str, ...]:
        """What a named array was declared to be, or is by what it stands for."""
        if self.kind != "sym" or not isinstance(self.data, tuple):
            return ()
        declared: tuple[str, ...] = self.data[1]
        return declared

    @property
    def stands_for(self) -> str:
        """What a named array is: `var`, `cotangent`, `factor`, ..."""
        return str(self.data[2]) if self.kind == "sym" and isinstance(self.data, tuple) else ""

    def __repr__(self) -> str:
        return f"{self.kind}:{self.data}" if not self.args else f"{self.kind}:{self.data}{list(self.args)}"


Factor = tuple[Atom, tuple[int, ...], Rational]
Term = tuple[Factor, ...]

# Kinds that apply to each entry: the slots are the free indices of the arguments.
ENTRYWISE = frozenset({"exp", "log", "abs", "step", "root", "power", "elem"})
_shared: dict[str, Atom] = SHARED.store("atoms")


def atom(
    kind: str,
    data: Hashable = None,
    args: tuple[Poly, ...] = (),
    dims: tuple[Dim, ...] = (),
    symmetries: tuple[Permutation, ...] = (),
    positive: bool = False,
    regular: bool = True,
) -> Atom:
    """The atom of this description, the same object each time; the `repr` of `data` says what it is."""
    key = digest("|".join([kind, repr(data), repr(dims), *(arg.key for arg in args)]))
    here: dict[str, Atom] = kept("atoms")
    found = here.get(key) or _shared.get(key)
    if found is None:
        found = here[key] = Atom(kind, data, args, dims, symmetries, positive, regular, key)
    return found


def delta(dim: Dim) -> Atom:
    """The identity: 1 where both indices are equal."""
    return atom("delta", dims=(dim, dim), symmetries=((1, 0),), regular=False)


def settled(array: Atom, idx: tuple[int, ...]) -> tuple[int, ...]:
    """The indices in the smallest order that the symmetries of the array allow."""
    for permutation in array.symmetries:
        other = tuple(idx[place] for place in permutation)
        if other < idx:
            idx = other
    return idx


MOST_TERMS = 10_000


class Poly:
    """A sum of terms, like terms collected; never changed after it is made."""

    __slots__ = ("_key", "terms")

    def __init__(self, terms: dict[Term, Rational]) -> None:
        self.terms = terms
        self._key: str | None = None

    @property
    def key(self) -> str:
        """A digest; equal keys mean equal polynomials."""
        if self._key is None:
            lines = sorted(f"{coefficient}:{term_key(term)}" for term, coefficient in self.terms.items())
            self._key = digest(";".join(lines))
        return self._key

    def __repr__(self) -> str:
        return f"<{' + '.join(f'{c}*{term}' for term, c in self.terms.items()) or '0'}>"

    def number(self) -> Rational | None:
        """The constant that this is, else None."""
        if not self.terms:
            return 0
        if len(self.terms) == 1:
            return self.terms.get(())
        return None

    def free(self) -> list[int]:
        """The free indices in use, in order."""
        return sorted({i for term in self.terms for _, idx, _ in term for i in idx if 0 <= i < FIRST_DUMMY})

    def dims(self) -> dict[int, Dim]:
        """The dimension of each free index in use."""
        return {
            i: dim
            for term in self.terms
            for array, idx, _ in term
            for i, dim in zip(idx, array.dims, strict=True)
            if 0 <= i < FIRST_DUMMY
        }

    def ordered(self) -> list[tuple[Term, Rational]]:
        """The terms in an order that is the same in every process."""
        return sorted(self.terms.items(), key=lambda item: term_key(item[0]))


def term_key(term: Term) -> str:
    """A text that names a term."""
    return ",".join(f"{array.key}{idx}{exponent}" for array, idx, exponent in term)


def factor_order(factor: Factor) -> tuple[str, tuple[int, ...], Rational]:
    """The order of factors in a term."""
    return factor[0].key, factor[1], factor[2]


def dummies_of(term: Iterable[Factor]) -> dict[int, Dim]:
    """The dummies of a term with their dimensions."""
    return {i: dim for array, idx, _ in term for i, dim in zip(idx, array.dims, strict=True) if i >= FIRST_DUMMY}


ZERO = Poly({})
ONE = Poly({(): 1})


def number(value: Rational) -> Poly:
    """A constant."""
    return Poly({(): rational(value)}) if value else ZERO


def add(polys: Iterable[Poly]) -> Poly:
    """Sum."""
    return combination((1, poly) for poly in polys)


def combination(parts: Iterable[tuple[Rational, Poly]]) -> Poly:
    """Sum of rational multiples."""
    out: dict[Term, Rational] = {}
    for factor, poly in parts:
        for term, coefficient in poly.terms.items():
            collect(out, term, factor * coefficient)
    return Poly(out)


def collect(out: dict[Term, Rational], term: Term, coefficient: Rational) -> None:
    """Add one term into a sum being built."""
    total = rational(out.get(term, 0) + coefficient)
    if total:
        out[term] = total
    else:
        out.pop(term, None)


def scale(value: Rational, poly: Poly) -> Poly:
    """A rational multiple."""
    return combination([(value, poly)])
