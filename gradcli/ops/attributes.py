"""What may be declared of a value: the attributes, which shapes they speak of, and what follows from several."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Literal

from gradcli.record import dataclass

Speaks = Literal["square", "matrix", "array"]
"""Of square matrices only, of matrices of any shape, or of any array."""


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute: `says` what is true of a value that has it; `entrywise` whether it speaks of each entry alone."""

    name: str
    says: str
    of: Speaks = "square"
    entrywise: bool = False


_ALL = (
    Attribute("symmetric", "A.T is A"),
    Attribute("spd", "symmetric, and x.T @ A @ x > 0 for every x but 0"),
    Attribute("diagonal", "zero off the diagonal", "matrix"),
    Attribute("lower", "zero above the diagonal", "matrix"),
    Attribute("upper", "zero below the diagonal", "matrix"),
    Attribute("unit", "ones on the diagonal"),
    Attribute("orthogonal", "orthonormal columns, Q.T @ Q is I", "matrix"),
    Attribute("permutation", "one 1 in each row and column, else 0"),
    Attribute("positive", "every entry > 0", "array", True),
    Attribute("constant", "held constant", "array", True),
    Attribute("skew", "A.T is -A"),
    Attribute("invertible", "has an inverse"),
    Attribute("binary", "every entry 0 or 1", "array", True),
    Attribute("signs", "every entry 1 or -1", "array", True),
    Attribute("simplex", "entries >= 0 that sum to 1; of a matrix each row", "array"),
    Attribute("onehot", "one 1, else 0; of a matrix in each row", "array"),
    Attribute("unitnorm", "norm 1; of a matrix each row", "array"),
    Attribute("nonnegative", "every entry >= 0", "array", True),
)

ATTRIBUTES: dict[str, Attribute] = {attribute.name: attribute for attribute in _ALL}
ENTRYWISE = frozenset(name for name, attribute in ATTRIBUTES.items() if attribute.entrywise)

EACH = "each "
"""In front of an attribute of the matrices of a stack: points have it, and no algebra takes the stack for a matrix."""

OF_STACKS = frozenset(attribute.name for attribute in _ALL if attribute.of != "array") - {"permutation"}


def of_each(attributes: Iterable[str]) -> tuple[str, ...]:
    """What is declared of a stack of matrices as it is said of the whole array."""
    return tuple(EACH + word if word in OF_STACKS else word for word in attributes)


# What follows from what, of any array.
_ALWAYS: tuple[tuple[frozenset[str], tuple[str, ...]], ...] = (
    (frozenset({"onehot"}), ("binary", "simplex", "unitnorm")),
    (frozenset({"binary", "simplex"}), ("onehot",)),
    (frozenset({"unitnorm", "simplex"}), ("onehot",)),
    (frozenset({"simplex"}), ("nonnegative",)),
    (frozenset({"binary"}), ("nonnegative",)),
    (frozenset({"positive"}), ("nonnegative",)),
    (frozenset({"positive", "binary"}), ("signs",)),
    (frozenset({"nonnegative", "signs"}), ("binary", "positive")),
)

# What follows of a square matrix besides.  `identity` and `zero` are no attributes to be declared: they are values.
_SQUARE: tuple[tuple[frozenset[str], tuple[str, ...]], ...] = (
    (frozenset({"spd"}), ("symmetric", "invertible")),
    (frozenset({"permutation"}), ("orthogonal", "binary", "onehot")),
    (frozenset({"orthogonal"}), ("invertible", "unitnorm")),
    (frozenset({"orthogonal", "nonnegative"}), ("permutation",)),
    (frozenset({"diagonal"}), ("symmetric", "lower", "upper")),
    (frozenset({"lower", "upper"}), ("diagonal",)),
    (frozenset({"symmetric", "lower"}), ("diagonal",)),
    (frozenset({"symmetric", "upper"}), ("diagonal",)),
    (frozenset({"orthogonal", "lower"}), ("diagonal",)),
    (frozenset({"orthogonal", "upper"}), ("diagonal",)),
    (frozenset({"unit", "lower"}), ("invertible",)),
    (frozenset({"unit", "upper"}), ("invertible",)),
    (frozenset({"unit", "diagonal"}), ("identity",)),
    (frozenset({"unit", "orthogonal"}), ("identity",)),
    (frozenset({"orthogonal", "spd"}), ("identity",)),
    (frozenset({"permutation", "diagonal"}), ("identity",)),
    (frozenset({"simplex", "diagonal"}), ("identity",)),
    (frozenset({"simplex", "unit"}), ("identity",)),
    (frozenset({"skew", "symmetric"}), ("zero",)),
    (frozenset({"skew", "lower"}), ("zero",)),
    (frozenset({"skew", "upper"}), ("zero",)),
    (frozenset({"identity"}), ("spd", "permutation", "unit", "diagonal")),
)


def implied(attributes: Iterable[str], square: bool) -> frozenset[str]:
    """The attributes with all that follows from them; `square` says whether they are of a square matrix."""
    return _implied(frozenset(attributes), square)


@lru_cache(maxsize=4096)
def _implied(attributes: frozenset[str], square: bool) -> frozenset[str]:
    rules = (*_ALWAYS, *_SQUARE) if square else _ALWAYS
    known = set(attributes)
    while True:
        new = {word for given, words in rules if given <= known for word in words} - known
        if not new:
            return frozenset(known)
        known |= new


def shortest(attributes: Iterable[str], square: bool) -> tuple[str, ...]:
    """The attributes without those that the others imply: what is written down."""
    given = frozenset(attributes)
    kept = [word for word in ATTRIBUTES if word in given]
    for word in sorted(kept, key=lambda word: len(implied((word,), square))):  # the weakest first
        others = [other for other in kept if other != word]
        if word in implied(others, square):
            kept = others
    return tuple(sorted(kept))
