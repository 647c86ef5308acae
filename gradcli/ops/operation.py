"""What an operation is: one declaration, which every pass reads."""

from __future__ import annotations

from enum import Enum

from gradcli.record import dataclass


class Cost(Enum):
    """How the time of one evaluation grows with the sizes."""

    ENTRIES = "its entries"
    PRODUCT = "a matrix product"
    CONTRACTION = "one product for each choice of all indices"
    POWER = "some matrix products"
    ELIMINATION = "an elimination"


class Kind(Enum):
    """What a node is for."""

    LEAF = "a leaf"
    OPERATION = "an operation"
    QUESTION = "a derivative asked for, replaced by its answer before anything is computed"


ALL = "all"
EACH = "each"
"""Linear in all operands together, as a sum is; in each while the others are held, as a product is."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of expressions.

    | field | |
    | --- | --- |
    | name | the `op` of its nodes |
    | operands | what they are called, a `...` for any number |
    | meaning | its value, in a few words |
    | payload | the type of `data`: what a node holds beside its operands |
    | rules | the names of the rules that its gradients follow, one for each form that it has |
    | linear | the operands in which it is linear while the others are held, EACH of them, or ALL together |
    | cost | see `Cost` |
    | call | the function that it is written as where a notation has no sign for it |
    | commutative | whether the order of the operands is no matter |
    | example | a program whose last definition is this operation, for the tests of every pass |
    """

    name: str
    operands: str
    meaning: str
    example: str = ""
    kind: Kind = Kind.OPERATION
    payload: type | None = None
    rules: tuple[str, ...] = ()
    linear: tuple[int, ...] | str = ()
    cost: Cost = Cost.ENTRIES
    call: str | None = None
    commutative: bool = False
