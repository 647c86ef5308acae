"""Forms that keep their digits and do not overflow, for the ones that people write."""

from __future__ import annotations

from fractions import Fraction

from gradcli.emit.instr import Instr, held
from gradcli.emit.optimise.rewrite import Pass, Rule, make_sum, parts_of_product, terms_of_sum


def _map(run: Pass, name: str, arg: Instr) -> Instr:
    return run.make("map", arg, data=name, rank=arg.rank)


def _is_map(instr: Instr, name: str) -> bool:
    return instr.kind == "map" and instr.data == name


def negated(run: Pass, instr: Instr) -> Instr:
    """`-a`, simplified."""
    if instr.kind == "sum":
        return make_sum(run, [(not sign, term) for sign, term in terms_of_sum(instr)], instr.rank)
    value, over, under = parts_of_product(instr)
    return run.product(-value, over, under)


def _one_and(instr: Instr) -> tuple[bool, Instr] | None:
    """`(subtracted, t)` of `1 + t` or `1 - t`."""
    terms = terms_of_sum(instr)
    ones = [i for i, (sign, term) in enumerate(terms) if not sign and _is_one(term)]
    return terms[1 - ones[0]] if len(terms) == 2 and len(ones) == 1 else None


def _is_one(term: Instr) -> bool:
    return (term.kind == "number" and term.data == 1) or term.kind == "ones"


def _log(run: Pass, instr: Instr) -> Instr | None:
    """log of 1 + exp, 1 ± t, sigmoid, a sum of exponentials, softmax, det of a definite matrix."""
    if instr.data != "log":
        return None
    (arg,) = instr.args
    match arg.kind:
        case "map" if arg.data == "sigmoid":
            return run.product(-1, [_map(run, "softplus", negated(run, arg.args[0]))])
        case "map" if arg.data == "exp":
            return arg.args[0]
        case "softmax":
            return run.make("logsoftmax", *arg.args, data=arg.data, rank=arg.rank)
        case "total" if _is_map(arg.args[0], "exp") and arg.args[0].rank == 1:
            return run.make("logsumexp", arg.args[0].args[0])
        case "sum_axis" if _is_map(arg.args[0], "exp") and arg.args[0].rank == 2:
            return run.make("logsumexp", arg.args[0].args[0], data=arg.data, rank=arg.rank)
        case "sum":
            return _log_of_sum(run, arg)
    return None


def _log_of_sum(run: Pass, arg: Instr) -> Instr | None:
    found = _one_and(arg)
    if found is None:
        return None
    negative, term = found
    if _is_map(term, "exp") and not negative:
        return _map(run, "softplus", term.args[0])
    if _is_map(term, "sigmoid") and negative:
        return run.product(-1, [_map(run, "softplus", term.args[0])])
    if term.rank != arg.rank:
        return None
    return _map(run, "log1p", negated(run, term) if negative else term)


def _sum(run: Pass, instr: Instr) -> Instr | None:
    """`exp(t) - 1` as expm1, `1 - sigmoid(t)` as sigmoid(-t)."""
    terms = terms_of_sum(instr)
    if len(terms) != 2:
        return None
    if {sign for sign, _ in terms} != {True, False}:
        return None
    added = next(term for sign, term in terms if not sign)
    taken = next(term for sign, term in terms if sign)
    if _is_one(taken) and _is_map(added, "exp"):
        return _map(run, "expm1", added.args[0])
    return None


def _erfc(run: Pass, instr: Instr) -> Instr | None:
    """`a + a * erf(t)` as `a * erfc(-t)`, which keeps its digits where erf is near -1."""
    terms = terms_of_sum(instr)
    numbers = [i for i, (sign, term) in enumerate(terms) if term.kind == "number" and not sign]
    for i in numbers:
        for j, (sign, term) in enumerate(terms):
            value, over, under = parts_of_product(term)
            if under or len(over) != 1 or not _is_map(over[0], "erf") or abs(value) != terms[i][1].data:
                continue
            (arg,) = over[0].args
            joined = run.product(abs(value), [_map(run, "erfc", arg if sign != (value < 0) else negated(run, arg))])
            return make_sum(run, [(False, joined), *(t for k, t in enumerate(terms) if k not in (i, j))], instr.rank)
    return None


def _product(run: Pass, instr: Instr) -> Instr | None:
    """`1 / (1 + exp(-t))`, `exp(t) / (1 + exp(t))` and `s * (1 - s)` with such an s; `exp(a) / sum(exp(a))`."""
    value, over, under = parts_of_product(instr)
    for i, bottom in enumerate(under):
        base, power = _base(bottom)
        if power is None or power < 1:
            continue
        rest = [*under[:i], *([_power(run, base, power - 1)] if power > 1 else []), *under[i + 1 :]]
        found = _quotient(run, over, base)
        if found is not None:
            return run.product(value, found, rest)
    return None


def _base(instr: Instr) -> tuple[Instr, int | None]:
    if instr.kind == "power" and instr.args[1].kind == "number":
        value = held(instr.args[1], Fraction)
        return instr.args[0], int(value) if value.denominator == 1 else None
    return instr, 1


def _power(run: Pass, base: Instr, power: int) -> Instr:
    return base if power == 1 else run.make("power", base, run.number(power), rank=base.rank)


def _quotient(run: Pass, over: list[Instr], base: Instr) -> list[Instr] | None:
    """The factors that stand for `over / base`."""
    one = _one_and(base)
    if one is not None and not one[0] and _is_map(one[1], "exp"):
        (at,) = one[1].args
        if one[1] in over:
            rest = list(over)
            rest.remove(one[1])
            return [*rest, _map(run, "sigmoid", at)]
        return [*over, _map(run, "sigmoid", negated(run, at))]
    if base.kind == "total" and _is_map(base.args[0], "exp") and base.args[0] in over and base.args[0].rank == 1:
        rest = list(over)
        rest.remove(base.args[0])
        return [*rest, run.make("softmax", base.args[0].args[0], rank=1)]
    return None


RULES: dict[str, tuple[Rule, ...]] = {"map": (_log,), "sum": (_sum, _erfc), "product": (_product,)}
