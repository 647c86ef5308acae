"""Products over sums, and sums of products: whichever form costs less."""

from __future__ import annotations

from fractions import Fraction

from gradcli.emit.instr import Instr
from gradcli.emit.optimise.rewrite import Pass, Rule, make_sum, parts_of_product, terms_of_sum

_MOST_LISTS = 2  # that a sum of matrices may meet term by term
_FREE = frozenset({"input", "transpose", "outer", "eye", "diag", "matmul"})


def _distribute(run: Pass, instr: Instr) -> Instr | None:
    """`(A + B) @ v` as `A @ v + B @ v`, where neither A nor B has to be made for it."""
    a, b = instr.args
    if a.kind != "sum" or a.rank != 2 or b.rank != 1 or not run.meets_lists(a, _MOST_LISTS):
        return None
    terms = terms_of_sum(a)
    if not all(_free(run, term) for _, term in terms):
        return None
    return make_sum(run, [(sign, _applied(run, term, b)) for sign, term in terms], 1)


def _free(run: Pass, term: Instr) -> bool:
    _, over, under = parts_of_product(term)
    arrays = [part for part in over if part.rank]
    if len(arrays) != 1 or arrays[0].rank != 2 or any(part.rank for part in under):
        return False
    (matrix,) = arrays
    if matrix.kind == "transpose":
        return matrix.args[0].kind == "input"
    if matrix.kind in ("scale_rows", "scale_cols"):
        return matrix.args[1].kind in ("input", "transpose")
    return matrix.kind in _FREE and (matrix.kind != "matmul" or run.once(matrix))


def _applied(run: Pass, term: Instr, vector: Instr) -> Instr:
    value, over, under = parts_of_product(term)
    scalars = [part for part in over if not part.rank]
    (matrix,) = (part for part in over if part.rank)
    match matrix.kind:
        case "eye":
            body = vector
        case "diag":
            body = run.product(1, [matrix.args[0], vector])
        case "outer":
            u, v = matrix.args
            return run.product(value, [*scalars, run.matmul(v, vector), u], under)
        case "scale_rows":
            body = run.product(1, [matrix.args[0], run.matmul(matrix.args[1], vector)])
        case "scale_cols":
            body = run.matmul(matrix.args[1], run.product(1, [matrix.args[0], vector]))
        case "matmul":
            body = run.matmul(matrix.args[0], run.matmul(matrix.args[1], vector))
        case _:
            body = run.matmul(matrix, vector)
    return run.product(value, [*scalars, body], under)


def _common_factors(run: Pass, instr: Instr) -> Instr | None:
    """`a * t - b * t` as `(a - b) * t`, for the terms that share most."""
    terms = terms_of_sum(instr)
    if not instr.rank or len(terms) < 2 or run.shape(instr) is None:
        return None
    shared: dict[Instr, list[int]] = {}
    for i, (_, term) in enumerate(terms):
        if term.kind == "product" and run.once(term):
            for part in dict.fromkeys(_full(run, term, instr)):
                shared.setdefault(part, []).append(i)
    places = max(shared.values(), key=len, default=[])
    if len(places) < 2:
        return None
    apart = {i: _taken_apart(run, terms[i][1]) for i in places}
    tops = [over for _, over, _ in apart.values()]
    common = [part for part in dict.fromkeys(tops[0]) if all(part in over for over in tops)]
    inner = []
    for i, (value, over, under) in apart.items():
        rest = list(over)
        for part in common:
            rest.remove(part)
        inner.append((terms[i][0], run.product(value, rest, under)))
    joined = run.product(1, [*common, make_sum(run, inner, max(part.rank for _, part in inner))])
    return make_sum(run, [(False, joined), *(term for i, term in enumerate(terms) if i not in places)], instr.rank)


def _taken_apart(run: Pass, term: Instr) -> tuple[Fraction, list[Instr], list[Instr]]:
    """A product, the scalars in it taken apart too."""
    value, over, under = parts_of_product(term)
    for part in [part for part in over if not part.rank and part.kind == "product" and run.once(part)]:
        number, tops, bottoms = parts_of_product(part)
        over.remove(part)
        value, over, under = value * number, over + tops, under + bottoms
    return value, over, under


def _full(run: Pass, term: Instr, instr: Instr) -> list[Instr]:
    """The factors of a product that have all axes of a sum; none where the product has not."""
    if run.shape(term) != run.shape(instr):
        return []
    _, over, _ = parts_of_product(term)
    return [part for part in over if part.rank == instr.rank]


def _collect(run: Pass, instr: Instr) -> Instr | None:
    """`A @ B + A @ C` as `A @ (B + C)`, and the like."""
    terms = terms_of_sum(instr)
    if not instr.rank or len(terms) < 2:
        return None
    for side in (0, 1):
        groups: dict[tuple[str, int, int], list[int]] = {}
        for i, (_, term) in enumerate(terms):
            body = _body(run, term)
            if body is not None and _worth(body, side):
                key = (body.kind, body.args[side].serial, body.args[1 - side].rank)
                groups.setdefault(key, []).append(i)
        for places in groups.values():
            if len(places) > 1:
                return _joined(run, instr, places, side)
    return None


def _body(run: Pass, term: Instr) -> Instr | None:
    """The product of arrays in a term, which nothing else uses."""
    _, over, under = parts_of_product(term)
    arrays = [part for part in over if part.rank]
    if len(arrays) != 1 or any(part.rank for part in under) or not run.once(arrays[0]) or not run.once(term):
        return None
    return arrays[0] if arrays[0].kind in ("matmul", "outer", "solve") else None


def _worth(body: Instr, side: int) -> bool:
    """Whether the product costs more than to add what stands on its other side."""
    if body.kind == "solve":
        return side == 0
    return body.kind == "outer" or body.args[side].rank == 2


def _joined(run: Pass, instr: Instr, places: list[int], side: int) -> Instr | None:
    terms = terms_of_sum(instr)
    first = _body(run, terms[places[0]][1])
    assert first is not None
    others: list[tuple[bool, Instr]] = []
    common = _coefficient(terms[places[0]][1]) if _same_coefficients(terms, places) else None
    for i in places:
        sign, term = terms[i]
        body = _body(run, term)
        assert body is not None
        other = body.args[1 - side]
        if common is None:
            value, scalars, under = _coefficient(term)
            other = run.product(value, [*scalars, other], under)
        others.append((sign, other))
    turned = common is not None and others[0][0]
    if turned:
        others = [(not sign, other) for sign, other in others]
    inner = make_sum(run, others, others[0][1].rank)
    args = (first.args[0], inner) if side == 0 else (inner, first.args[1])
    joined = run.make(first.kind, *args, data=first.data, rank=first.rank)
    if common is not None:
        joined = run.product(common[0], [*common[1], joined], common[2])
    rest = [term for i, term in enumerate(terms) if i not in places]
    return make_sum(run, [(turned, joined), *rest], instr.rank)


def _coefficient(term: Instr) -> tuple[Fraction, list[Instr], list[Instr]]:
    value, over, under = parts_of_product(term)
    return value, [part for part in over if not part.rank], under


def _same_coefficients(terms: list[tuple[bool, Instr]], places: list[int]) -> bool:
    first = _coefficient(terms[places[0]][1])
    return all(_coefficient(terms[i][1]) == first for i in places)


DISTRIBUTE: dict[str, tuple[Rule, ...]] = {"matmul": (_distribute,)}
COLLECT: dict[str, tuple[Rule, ...]] = {"sum": (_common_factors, _collect)}
