"""Sums of diagonal matrices and of columns times rows: multiplied and solved term by term, never as matrices."""

from __future__ import annotations

from gradcli.emit.instr import Instr
from gradcli.emit.optimise.rewrite import Pass, Rule, make_sum, parts_of_product, terms_of_sum

_MOST_LIGHT = 8  # terms of a light sum


def _light_sum(run: Pass, instr: Instr) -> Instr | None:
    """`(diag(d) + u @ v.T) @ M` and `M @ (diag(d) + u @ v.T)` term by term: none of them is a product of matrices."""
    a, b = instr.args
    if a.rank != 2 or b.rank != 2:
        return None
    if _is_light(a):
        terms = [(sign, _times(run, term, b, left=True)) for sign, term in terms_of_sum(a)]
    elif _is_light(b):
        terms = [(sign, _times(run, term, a, left=False)) for sign, term in terms_of_sum(b)]
    else:
        return None
    return make_sum(run, terms, 2)


def _scaled_sum(run: Pass, instr: Instr) -> Instr | None:
    """`(M @ diag(d) + u @ v.T) @ N` as `M @ diag(d) @ N + u @ (N.T @ v).T`: no more work, and the first product may be
    symmetric; the same from the other side."""
    a, b = instr.args
    if a.rank != 2 or b.rank != 2:
        return None
    for wide, other, left in ((a, b, True), (b, a, False)):
        terms = terms_of_sum(wide)
        if len(terms) != 2 or not run.once(wide) or run.weight(instr) > run.weight(wide):
            continue
        kinds = [array.kind if (array := _array(term)) is not None else "" for _, term in terms]
        if "outer" not in kinds or not {"scale_rows", "scale_cols"} & {*kinds}:
            continue
        return make_sum(run, [(sign, _with_matrix(run, term, other, left)) for sign, term in terms], 2)
    return None


def _array(term: Instr) -> Instr | None:
    """The one array of a term, the rest of which are scalars."""
    _, over, under = parts_of_product(term)
    arrays = [part for part in over if part.rank]
    return arrays[0] if len(arrays) == 1 and not any(part.rank for part in under) else None


def _with_matrix(run: Pass, term: Instr, matrix: Instr, left: bool) -> Instr:
    """A term times a matrix at its right, or at its left."""
    value, over, under = parts_of_product(term)
    array = _array(term)
    assert array is not None
    if array.kind == "outer":
        u, v = array.args
        u, v = (u, run.matmul(run.transpose(matrix), v)) if left else (run.matmul(matrix, u), v)
        body = run.make("outer", u, v, rank=2)
    else:
        body = run.matmul(array, matrix) if left else run.matmul(matrix, array)
    return run.product(value, [body if part is array else part for part in over], under)


def _light_solve(run: Pass, instr: Instr) -> Instr | None:
    """`inv(A) @ (u @ v.T + w @ z.T)` as systems with a list at their right."""
    matrix, right = instr.args
    if right.kind != "sum" or not _is_light(right):
        return None
    terms = []
    for sign, term in terms_of_sum(right):
        value, over, under = parts_of_product(term)
        light = _light(term)
        assert light is not None
        if light.kind != "outer":
            return None
        u, v = light.args
        solved = run.make("outer", run.make("solve", matrix, u, rank=1), v, rank=2)
        terms.append((sign, run.product(value, [solved if part is light else part for part in over], under)))
    return make_sum(run, terms, 2)


def _light_transpose(run: Pass, instr: Instr) -> Instr | None:
    """The transpose of a light sum term by term."""
    (inner,) = instr.args
    if inner.kind != "sum" or not _is_light(inner):
        return None
    terms = []
    for sign, term in terms_of_sum(inner):
        value, over, under = parts_of_product(term)
        light = _light(term)
        turned = [run.transpose(part) if part is light else part for part in over]
        terms.append((sign, run.product(value, turned, under)))
    return make_sum(run, terms, 2)


def _is_light(matrix: Instr) -> bool:
    """Whether a matrix is a sum of some diagonal matrices and outer products."""
    terms = terms_of_sum(matrix)
    return 1 < len(terms) <= _MOST_LIGHT and all(_light(term) is not None for _, term in terms)


def _light(term: Instr) -> Instr | None:
    array = _array(term)
    return array if array is not None and array.kind in ("eye", "diag", "outer") else None


def _times(run: Pass, term: Instr, matrix: Instr, left: bool) -> Instr:
    """A light term times a matrix, from the left or from the right."""
    value, over, under = parts_of_product(term)
    scalars = [part for part in over if not part.rank]
    light = _light(term)
    assert light is not None
    match light.kind:
        case "eye":
            body = matrix
        case "diag" if _is_light(matrix):
            body = _scaled_light(run, light.args[0], matrix, left)
        case "diag":
            body = run.make("scale_rows" if left else "scale_cols", light.args[0], matrix, rank=2)
        case _:
            u, v = light.args
            if left:
                body = run.make("outer", u, _turned_times(run, matrix, v), rank=2)
            else:
                body = run.make("outer", _matrix_times(run, matrix, u), v, rank=2)
    return run.product(value, [*scalars, body], under)


def _matrix_times(run: Pass, matrix: Instr, vector: Instr) -> Instr:
    """`inv(A) @ B @ v` as a system with a list at its right; of any other matrix the product."""
    if matrix.kind == "transpose":
        return _turned_times(run, matrix.args[0], vector)
    if matrix.kind == "solve" and run.once(matrix):
        return run.make("solve", matrix.args[0], run.matmul(matrix.args[1], vector), rank=1)
    return run.matmul(matrix, vector)


def _turned_times(run: Pass, matrix: Instr, vector: Instr) -> Instr:
    """The same of a transpose."""
    if matrix.kind == "transpose":
        return _matrix_times(run, matrix.args[0], vector)
    if matrix.kind == "solve" and run.once(matrix):
        solved = run.make("solve", run.transpose(matrix.args[0]), vector, rank=1)
        return run.matmul(run.transpose(matrix.args[1]), solved)
    return run.matmul(run.transpose(matrix), vector)


def _scaled_light(run: Pass, entries: Instr, matrix: Instr, left: bool) -> Instr:
    """A diagonal matrix times a sum of light terms: light again."""
    terms = []
    for sign, term in terms_of_sum(matrix):
        value, over, under = parts_of_product(term)
        scalars = [part for part in over if not part.rank]
        light = _light(term)
        assert light is not None
        if light.kind == "outer":
            u, v = light.args
            u, v = (run.product(1, [entries, u]), v) if left else (u, run.product(1, [v, entries]))
            body = run.make("outer", u, v, rank=2)
        else:
            diagonal = entries if light.kind == "eye" else run.product(1, [entries, light.args[0]])
            body = run.make("diag", diagonal, rank=2)
        terms.append((sign, run.product(value, [*scalars, body], under)))
    return make_sum(run, terms, 2)


RULES: dict[str, tuple[Rule, ...]] = {
    "matmul": (_light_sum, _scaled_sum),
    "solve": (_light_solve,),
    "transpose": (_light_transpose,),
}
