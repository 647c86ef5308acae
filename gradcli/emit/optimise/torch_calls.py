"""What PyTorch does in one call: `beta * base + alpha * (a @ b)`, a multiple added, a choice by a sign.

A call costs more than to go through a short array, and a Python number has to become a tensor wherever it is not one of
these factors.
"""

from __future__ import annotations

from fractions import Fraction

from gradcli.emit.instr import Instr, held
from gradcli.emit.optimise.rewrite import Pass, Rule, make_sum, parts_of_product, terms_of_sum

_NUMBERS = frozenset({"number", "const", "size", "length", "least"})


def is_number(instr: Instr) -> bool:
    """Whether an instruction's value is a Python number: made of numbers by arithmetic alone."""
    todo = [instr]
    while todo:
        part = todo.pop()
        if part.kind in ("sum", "product", "power"):
            todo.extend(part.args)
        elif part.kind == "sqrt" and part.args[0].kind in ("size", "length"):
            continue
        elif part.kind not in _NUMBERS:
            return False
    return True


def _square(run: Pass, instr: Instr) -> Instr | None:
    """`x * x`: a power takes a number, which becomes a tensor first."""
    base, exponent = instr.args
    if exponent.kind != "number" or exponent.data != 2 or is_number(base):
        return None
    return run.product(1, [base, base])


def _multiple(run: Pass, term: Instr, negative: bool) -> tuple[Instr, Instr]:
    """A term as a number times something."""
    value, over, under = parts_of_product(term)
    rest = [part for part in over if not is_number(part)]
    if term.kind != "product" or len(rest) != 1 or not run.once(term) or not all(map(is_number, under)):
        return run.number(-1 if negative else 1), term
    numbers = [part for part in over if is_number(part)]
    return run.product(-value if negative else value, numbers, under), rest[0]


def _with_product(run: Pass, instr: Instr) -> Instr | None:
    """A sum with a product of matrices, or of lists, in one call."""
    terms = terms_of_sum(instr)
    if not instr.rank or len(terms) < 2:
        return None
    for place in reversed(range(len(terms))):
        negative, term = terms[place]
        alpha, body = _multiple(run, term, negative)
        if not _is_product(body) or not run.once(body) or not run.once(term):
            continue
        if run.shape(body) is None or run.shape(body) != run.shape(instr):
            continue
        others = [*terms[:place], *terms[place + 1 :]]
        rows = [term for term in others if term[1].kind == "row"]
        bases = rows or [term for term in others if _fits(run, term, instr)]
        if bases:
            beta, base = _multiple(run, bases[0][1], bases[0][0])
            base = base.args[0] if base.kind == "row" else base  # a list is repeated as rows without being told
            how = (body.kind, run.plan.in_place)
            joint = run.make("add_product", base, *body.args, beta, alpha, data=how, rank=instr.rank)
            others.remove(bases[0])
            return make_sum(run, [(False, joint), *others], instr.rank)
    return None


def _fits(run: Pass, term: tuple[bool, Instr], instr: Instr) -> bool:
    """Whether a term has the axes of the whole sum."""
    return term[1].rank == instr.rank and not is_number(_multiple(run, term[1], False)[1])


def _is_product(body: Instr) -> bool:
    """Whether this is a matrix times a matrix or a list, or a column times a row."""
    ranks = tuple(arg.rank for arg in body.args)
    return (body.kind == "matmul" and ranks in ((2, 1), (2, 2))) or (body.kind == "outer" and ranks == (1, 1))


def _rank(term: tuple[bool, Instr]) -> int:
    return term[1].rank


def _with_multiple(run: Pass, instr: Instr) -> Instr | None:
    """A sum with a multiple in one call."""
    terms = terms_of_sum(instr)
    if not instr.rank or len(terms) < 2:
        return None
    for place in reversed(range(len(terms))):
        negative, term = terms[place]
        alpha, body = _multiple(run, term, False)
        if term is body or not run.once(term):
            continue
        rest = [*terms[:place], *terms[place + 1 :]]
        if len(rest) == 1 and (rest[0][0] or is_number(rest[0][1])):
            continue
        base = make_sum(run, rest, max(map(_rank, rest)))
        if not is_number(base):
            return run.make("add_multiple", base, body, alpha, data=negative, rank=instr.rank)
    return None


def _scaled(run: Pass, instr: Instr) -> Instr | None:
    """A number times such a call: at its factors."""
    number, body = _multiple(run, instr, False)
    if body.kind != "add_product" or not run.once(body):
        return None
    base, a, b, beta, alpha = body.args
    beta, alpha = (_times(run, number, factor) for factor in (beta, alpha))
    return run.make("add_product", base, a, b, beta, alpha, data=body.data, rank=body.rank)


def _times(run: Pass, a: Instr, b: Instr) -> Instr:
    """The product of two Python numbers."""
    value, over, under = Fraction(1), list[Instr](), list[Instr]()
    for factor in (a, b):
        number, tops, bottoms = parts_of_product(factor)
        value *= number
        for top in tops:
            if top.kind == "number":
                value *= held(top, Fraction)
            else:
                over.append(top)
        under += bottoms
    return run.product(value, over, under)


def _where_positive(run: Pass, instr: Instr) -> Instr | None:
    """What is kept where something of the same shape is positive, and 0 elsewhere."""
    condition, kept, other = instr.args
    if condition.kind != "compare" or condition.data != "<" or other.kind not in ("number", "zeros"):
        return None
    zero, sign = condition.args
    if any(part.kind == "number" and part.data != 0 for part in (zero, other)) or zero.kind not in ("number", "zeros"):
        return None
    if not instr.rank or run.shape(kept) is None or not run.shape(kept) == run.shape(sign) == run.shape(instr):
        return None
    return run.make("where_positive", sign, kept, rank=instr.rank)


def _through_tanh(run: Pass, instr: Instr) -> Instr | None:
    """`a * (1 - y**2)` with y = tanh(...): what goes back through tanh."""
    value, over, under = parts_of_product(instr)
    for slope in over:
        y = _value_of_slope(run, slope)
        if y is None:
            continue
        rest = [part for part in over if part is not slope]
        if len(rest) + 1 != len(over) or not any(part.rank for part in rest):
            continue
        arrived = run.product(value, rest, under)
        if run.shape(arrived) is not None and run.shape(arrived) == run.shape(y) == run.shape(instr):
            return run.make("through_tanh", y, arrived, rank=instr.rank)
    return None


def _value_of_slope(run: Pass, slope: Instr) -> Instr | None:
    """The y of `1 - y**2` that nothing else uses, where it is a hyperbolic tangent."""
    if slope.kind != "sum" or slope.data != (False, True) or not slope.rank or not run.once(slope):
        return None
    one, square = slope.args
    value, over, under = parts_of_product(square)
    if one.kind != "number" or one.data != 1 or value != 1 or len(over) != 2 or over[0] is not over[1] or under:
        return None
    return over[0] if over[0].kind == "map" and over[0].data == "tanh" else None


RULES: dict[str, tuple[Rule, ...]] = {
    "power": (_square,),
    "sum": (_with_product, _with_multiple),
    "product": (_scaled, _through_tanh),
    "where": (_where_positive,),
}
