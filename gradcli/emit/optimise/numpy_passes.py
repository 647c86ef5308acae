"""What NumPy does faster in another way: on the diagonal in place, by symmetric products, without `pow`."""

from __future__ import annotations

from fractions import Fraction

from gradcli.emit.instr import Instr, held
from gradcli.emit.optimise.facts import gram_weights, is_nonnegative
from gradcli.emit.optimise.labels import add_at_labels
from gradcli.emit.optimise.rewrite import Pass, Rule, make_sum, parts_of_product, terms_of_sum

_HIGHEST = 8  # power that is written as products


def _power(run: Pass, instr: Instr) -> Instr | None:
    """`x ** 3` as `x * (x * x)`: squares are fast, other powers are not."""
    base, exponent = instr.args
    if exponent.kind != "number" or not instr.rank:
        return None
    value = held(exponent, Fraction)
    if value.denominator == 2 and 1 < value <= _HIGHEST:
        whole = _whole(run, base, int(value - Fraction(1, 2)))
        return run.product(1, [whole, run.make("sqrt", base, rank=base.rank)])
    if value.denominator != 1 or not 2 < value <= _HIGHEST:
        return None
    return _whole(run, base, int(value))


def _whole(run: Pass, base: Instr, power: int) -> Instr:
    if power == 1:
        return base
    square = run.plan.make("power", base, run.number(2), rank=base.rank)
    if power == 2:
        return square
    if power % 2:
        return run.plan.make("product", _whole(run, base, power - 1), base, data=(Fraction(1), 2), rank=base.rank)
    return _whole(run, square, power // 2)


def _sums_of_products(run: Pass, instr: Instr) -> Instr | None:
    """`(A * B).sum(axis=1)` in one pass over both."""
    inner = instr.args[0]
    shape = run.shape(inner)
    if instr.kind == "einsum":
        inputs, output = str(instr.data).split("->")
        if len(instr.args) != 1 or len(set(inputs)) < len(inputs):
            return None
    elif instr.rank == 1 and inner.rank == 2:
        inputs, output = "ij", "i" if instr.data == 1 else "j"
    else:
        return None
    if not run.once(inner) or shape is None:
        return None
    if inner.kind == "power" and inner.args[1].kind == "number" and inner.args[1].data == 2:
        factors = [inner.args[0], inner.args[0]]
    else:
        value, factors, under = parts_of_product(inner)
        if value != 1 or under or len(factors) != 2:
            return None
    if any(run.shape(part) != shape for part in factors):
        return None
    return run.plan.make("einsum", *factors, data=f"{inputs},{inputs}->{output}", rank=instr.rank)


def add_on_diagonal(run: Pass, instr: Instr) -> Instr | None:
    """A term that is a diagonal matrix is added on the diagonal alone."""
    if instr.rank != 2:
        return None
    terms = terms_of_sum(instr)
    diagonals = [(sign, _on_diagonal(run, term)) for sign, term in terms]
    rest = [term for term, (_, found) in zip(terms, diagonals, strict=True) if found is None]
    there = [(sign, found) for sign, found in diagonals if found is not None]
    if not rest or not there:
        return None
    base = make_sum(run, rest, 2) if len(rest) > 1 else _signed(run, *rest[0])
    if run.shape(base) != run.shape(instr):
        return None  # what is left is spread over the diagonal matrix
    added = make_sum(run, there, max(term.rank for _, term in there))
    return run.make("add_diagonal", base, added, rank=2)


def _on_diagonal(run: Pass, term: Instr) -> Instr | None:
    """The entries of a diagonal matrix: a list, or a scalar."""
    value, over, under = parts_of_product(term)
    arrays = [part for part in over if part.rank]
    if len(arrays) != 1 or any(part.rank for part in under) or arrays[0].kind not in ("eye", "diag"):
        return None
    scalars = [part for part in over if not part.rank]
    entries = [arrays[0].args[0]] if arrays[0].kind == "diag" else []
    return run.product(value, [*scalars, *entries], under)


def _blocks(run: Pass, instr: Instr) -> Instr | None:
    """Blocks on a diagonal are added where they stand."""
    terms = terms_of_sum(instr)
    places = [i for i, (_, term) in enumerate(terms) if term.kind == "blocks"]
    if not places or len(terms) < 2:
        return None
    place = min(places, key=lambda i: run.weight(terms[i][1].args[0]))
    rest = [term for i, term in enumerate(terms) if i != place]
    sign, blocks = terms[place]
    core = run.product(-1, [blocks.args[0]]) if sign else blocks.args[0]
    base = make_sum(run, rest, instr.rank) if len(rest) > 1 else _signed(run, *rest[0])
    if run.shape(base) != run.shape(instr):
        return None
    return run.make("add_blocks", base, core, data=blocks.data, rank=instr.rank)


def _signed(run: Pass, sign: bool, term: Instr) -> Instr:
    """A term, or its negative with the sign where it costs least."""
    value, over, under = parts_of_product(term)
    return run.product(-value if sign else value, over, under)


def _plus_transpose(run: Pass, instr: Instr) -> Instr | None:
    a, b = instr.args if len(instr.args) == 2 else (instr, instr)
    if instr.rank != 2 or instr.data != (False, False):
        return None
    if b is run.plan.transpose(a):
        return run.make("plus_transpose", a if b.kind == "transpose" else b, rank=2)
    return None


def _gram(run: Pass, instr: Instr) -> Instr | None:
    """`X.T @ diag(w) @ X` with w >= 0 as `Y.T @ Y`, which takes half the work; else the signs are looked at."""
    weighted = gram_weights(instr)
    if weighted is None:
        return None
    weights, matrix = weighted
    if not is_nonnegative(run.plan, weights):
        return run.make("weighted_gram", matrix, weights, rank=2)
    half = run.make("scale_rows", run.make("sqrt", weights, rank=1), matrix, rank=2)
    return run.matmul(run.transpose(half), half)


def low_rank(run: Pass, instr: Instr) -> Instr | None:
    """Several outer products as one product of two thin matrices."""
    if instr.rank != 2:
        return None
    terms = terms_of_sum(instr)
    found = [(i, _outer(run, sign, term)) for i, (sign, term) in enumerate(terms)]
    outers = [(i, outer) for i, outer in found if outer is not None]
    if len(outers) < 2:
        return None
    left = run.make("stacked", *(u for _, (u, _) in outers), rank=2)
    right = run.make("stacked_rows", *(v for _, (_, v) in outers), rank=2)
    places = {i for i, _ in outers}
    rest = [term for i, term in enumerate(terms) if i not in places]
    return make_sum(run, [*rest, (False, run.matmul(left, right))], 2)


def _outer(run: Pass, sign: bool, term: Instr) -> tuple[Instr, Instr] | None:
    value, over, under = parts_of_product(term)
    arrays = [part for part in over if part.rank]
    if len(arrays) != 1 or any(part.rank for part in under) or arrays[0].kind != "outer":
        return None
    if not run.once(arrays[0]) or not run.once(term):
        return None
    scalars = [part for part in over if not part.rank]
    u, v = arrays[0].args
    return run.product(-value if sign else value, [*scalars, u], under), v


RULES: dict[str, tuple[Rule, ...]] = {
    "power": (_power,),
    "sum": (add_at_labels, _blocks, add_on_diagonal, low_rank, _plus_transpose),
    "matmul": (_gram,),
    "sum_axis": (_sums_of_products,),
    "einsum": (_sums_of_products,),
}
