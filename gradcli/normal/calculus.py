"""Derivatives of scalar functions in normal form, and putting a value in for their argument."""

from __future__ import annotations

from gradcli.expr.node import SHARED, kept, own_program
from gradcli.normal import functions, powers, units
from gradcli.normal.late import LATE
from gradcli.normal.poly import (
    ENTRYWISE,
    ONE,
    ZERO,
    Atom,
    Factor,
    Poly,
    Rational,
    Term,
    Unsupported,
    add,
    atom,
    collect,
    combination,
    scale,
)
from gradcli.normal.product import Product
from gradcli.normal.simplify import multiply, simplify
from gradcli.ops import formula
from gradcli.ops.functions import SCALAR_FUNCTIONS

with own_program(SHARED):
    ARGUMENT = atom("sym", ("t", (), "argument", ()))


def argument() -> Poly:
    """The argument t of a scalar function."""
    return Poly({((ARGUMENT, (), 1),): 1})


def _derivative(name: str, order: int) -> Poly:
    known: dict[tuple[str, int], Poly] = kept("derivatives of atoms")
    found = known.get((name, order))
    if found is None:
        found = functions.named(name, 0, argument()) if order == 0 else differentiated(_derivative(name, order - 1))
        known[name, order] = found
    return found


def derivative_at(name: str, order: int, value: Poly) -> Poly:
    """The derivative of a function of the language at a value."""
    return evaluated(_derivative(name, order), value)


def depends(poly: Poly) -> bool:
    """Whether t occurs."""
    return occurs(ARGUMENT, [poly])


def uses(array: Atom, leaf: Atom) -> bool:
    """Whether an atom occurs in the arguments of another."""
    return occurs(leaf, list(array.args))


def occurs(leaf: Atom, polys: list[Poly]) -> bool:
    """Whether an atom occurs anywhere in polynomials."""
    todo, seen = list(polys), set[str]()
    while todo:
        current = todo.pop()
        for term in current.terms:
            for array, _, _ in term:
                if array is leaf:
                    return True
                if array.args and array.key not in seen:
                    seen.add(array.key)
                    todo.extend(array.args)
    return False


def differentiated(poly: Poly) -> Poly:
    """The derivative by t."""
    parts: list[tuple[Rational, Poly]] = []
    for term, value in poly.terms.items():
        for place, factor in enumerate(term):
            inner = _of_factor(factor)
            if not inner.terms:
                continue
            out: dict[Term, Rational] = {}
            simplify(Product(1, [*term[:place], *term[place + 1 :]], {}), out)
            parts.append((value, multiply(Poly(out), inner)))
    return combination(parts)


def _of_factor(factor: Factor) -> Poly:
    array, idx, exponent = factor
    if array is ARGUMENT:
        return scale(exponent, units.single((array, idx, exponent - 1))) if exponent != 1 else ONE
    if not any(depends(arg) for arg in array.args):
        return ZERO
    if array.kind not in ENTRYWISE:
        raise Unsupported(f"the derivative of {array.kind}")
    arg = units.argument(factor)
    inner = differentiated(arg)
    if array.kind == "root":
        return multiply(scale(exponent, powers.power_rational(arg, exponent - 1)), inner)
    own = multiply(_outer(array, idx, arg), inner) if array.kind != "power" else _of_power(factor)
    return multiply(scale(exponent, powers.power_rational(units.single((array, idx, 1)), exponent - 1)), own)


def _of_power(factor: Factor) -> Poly:
    base, exponent = units.argument(factor, 0), units.argument(factor, 1)
    value = powers.power(base, exponent)
    grown = multiply(differentiated(exponent), functions.log(base))
    relative = multiply(exponent, differentiated(base), powers.power_rational(base, -1))
    return multiply(value, add([grown, relative]))


def _outer(array: Atom, idx: tuple[int, ...], arg: Poly) -> Poly:
    """The derivative of the function that an atom applies, at its argument."""
    kind = array.kind
    if kind == "exp":
        return functions.exp(arg)
    if kind == "log":
        return powers.power_rational(arg, -1)
    if kind == "abs":
        return functions.sign(arg)
    if kind in ("step"):
        return ZERO
    assert kind == "elem" and isinstance(array.data, tuple)
    name, order = array.data
    row = SCALAR_FUNCTIONS.get(name)
    if row is None or row.derivative is None or order:
        return functions.named(name, order + 1, arg)
    return formula.value(row.derivative, functions.Entries(arg))


def evaluated(poly: Poly, value: Poly) -> Poly:
    """A scalar function of t at a value, entry by entry."""
    memo: dict[Atom, Poly] = {}

    def image(array: Atom) -> Poly:
        if array not in memo:
            if array is ARGUMENT:
                memo[array] = value
            elif array.args and any(depends(arg) for arg in array.args):
                memo[array] = functions.applied(array, [evaluated(arg, value) for arg in array.args])
            else:
                memo[array] = Poly({((array, (), 1),): 1})
        return memo[array]

    out: dict[Term, Rational] = {}
    for term, coefficient in poly.terms.items():
        parts = [powers.power_rational(image(array), exponent) for array, _, exponent in term]
        for found, own in (multiply(*parts) if parts else ONE).terms.items():
            collect(out, found, coefficient * own)
    return Poly(out)


LATE.derivative_at = derivative_at
