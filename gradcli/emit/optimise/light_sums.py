"""Sums of identities, diagonal matrices, columns times rows, Kronecker products and products through a thin axis:
multiplied, traced and turned term by term, never formed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from gradcli.emit.instr import Instr
from gradcli.emit.optimise.rewrite import Pass, Rule, make_sum, parts_of_product, terms_of_sum
from gradcli.emit.optimise.structure import halves_of, is_thin, on_list

_MOST = 12  # terms of a sum that is taken apart


@dataclass(frozen=True, slots=True)
class _Light:
    """A term of a matrix: scalars times `core`, an identity, a diagonal matrix, a column times a row, a Kronecker
    product or a product through a thin axis."""

    negative: bool
    value: Fraction
    over: tuple[Instr, ...]
    under: tuple[Instr, ...]
    core: Instr


def _turned_kron(run: Pass, instr: Instr) -> Instr | None:
    (inner,) = instr.args
    if inner.kind != "kron" or inner.rank != 2:
        return None
    return run.make("kron", *map(run.transpose, inner.args), rank=2)


def _light_terms(run: Pass, root: Instr) -> list[_Light] | None:
    """The terms of a matrix that is nowhere dense; None where it is."""
    out: list[_Light] = []
    todo = [_Light(False, Fraction(1), (), (), root)]
    while todo:
        light = todo.pop()
        negative, value, over, under, instr = light.negative, light.value, light.over, light.under, light.core
        if len(out) + len(todo) > _MOST:
            return None
        if instr.kind == "sum":
            terms = reversed(terms_of_sum(instr))
            todo += [_Light(negative != sign, value, over, under, term) for sign, term in terms]
        elif instr.kind == "product":
            number, tops, bottoms = parts_of_product(instr)
            arrays = [part for part in tops if part.rank]
            if len(arrays) != 1 or any(part.rank for part in bottoms):
                return None
            scalars = tuple(part for part in tops if not part.rank)
            todo.append(_Light(negative, value * number, over + scalars, under + tuple(bottoms), arrays[0]))
        elif _is_core(run, instr):
            out.append(light)
        else:
            return None
    return out if any(_counts(light.core) for light in out) else None


def _is_core(run: Pass, instr: Instr) -> bool:
    inner = instr.args[1] if instr.kind in ("scale_rows", "scale_cols") else instr
    return instr.kind in ("eye", "diag", "outer", "kron") or is_thin(run, inner) or _is_turned_thin(run, inner)


def _is_turned_thin(run: Pass, instr: Instr) -> bool:
    return instr.kind == "transpose" and is_thin(run, instr.args[0])


def _counts(core: Instr) -> bool:
    """Whether a term is more than `light.py` takes apart."""
    return core.kind not in ("eye", "diag", "outer")


def _spread(run: Pass, lights: Sequence[_Light], of: Callable[[Instr], Instr | None], rank: int) -> Instr | None:
    terms = []
    for light in lights:
        core = of(light.core)
        if core is None:
            return None
        terms.append((light.negative, run.product(light.value, [*light.over, core], light.under)))
    return make_sum(run, terms, rank)


def _times(run: Pass, core: Instr, right: Instr) -> Instr | None:
    """A light term's core times a list, or a matrix."""
    match core.kind:
        case "eye":
            return right
        case "solved":  # times what it was found for
            return core.args[0]
        case "diag":
            if right.rank == 1:
                return run.product(1, [core.args[0], right])
            return run.make("scale_rows", core.args[0], right, rank=2)
        case "outer":
            u, v = core.args
            if right.rank == 1:
                return run.product(1, [run.matmul(v, right), u])
            return run.make("outer", u, run.matmul(run.transpose(right), v), rank=2)
        case "kron":
            halves = halves_of(run, core)
            if halves is None or right.rank != 1:
                return None
            return on_list(run, halves, right, run.matmul)
        case "transpose":
            a, b = core.args[0].args
            return run.matmul(run.transpose(b), run.matmul(run.transpose(a), right))
        case "scale_rows":
            inner = _times(run, core.args[1], right)
            below = core.args[0]
            if inner is None:
                return None
            return run.product(1, [below, inner]) if right.rank == 1 else run.make("scale_rows", below, inner, rank=2)
        case "scale_cols":
            scaled = run.product(1, [core.args[0], right]) if right.rank == 1 else None
            scaled = scaled or run.make("scale_rows", core.args[0], right, rank=2)
            return _times(run, core.args[1], scaled)
    a, b = core.args
    return run.matmul(a, run.matmul(b, right))


def _matmul(run: Pass, instr: Instr) -> Instr | None:
    """A light sum times a list or a matrix, term by term."""
    a, b = instr.args
    if a.rank == 2 and a.kind in ("sum", "product", "kron") and (lights := _light_terms(run, a)) is not None:
        lights = _without_cancelling(run, lights, b)
        return _spread(run, lights, lambda core: _times(run, core, b), instr.rank)
    if b.rank == 2 and b.kind in ("sum", "product", "kron") and _light_terms(run, b) is not None:
        turned = run.make("transpose", b, rank=2)
        lights = _light_terms(run, turned)
        if lights is not None:
            out = _spread(run, lights, lambda core: _times(run, core, run.transpose(a)), instr.rank)
            return None if out is None else run.transpose(out)
    return None


def _without_cancelling(run: Pass, lights: list[_Light], right: Instr) -> list[_Light]:
    """The terms of `(I - U @ inv(C) @ U.T) / s` times U itself, where C = s * I + U.T @ U: they are `U @ inv(C)`."""
    for unit in lights:
        for thin in lights:
            scale = (unit.value, unit.over, unit.under)
            if (
                unit.core.kind != "eye"
                or unit.negative == thin.negative
                or scale != (thin.value, thin.over, thin.under)
            ):
                continue
            small = _small_of(run, thin.core, right)
            if small is None:
                continue
            matrix, number = small
            solved = run.transpose(run.make("solve", run.transpose(matrix), run.transpose(right), rank=2))
            under = list(unit.under)
            if number in under:
                under.remove(number)
                number = run.number(1)
            over = unit.over if number.kind == "number" and number.data == 1 else (*unit.over, number)
            joined = _Light(unit.negative, unit.value, over, tuple(under), run.make("solved", solved, rank=2))
            rest = [light for light in lights if light is not unit and light is not thin]
            return [joined, *_without_cancelling(run, rest, right)]
    return lights


def _small_of(run: Pass, core: Instr, factor: Instr) -> tuple[Instr, Instr] | None:
    """C and s where the core is `U @ inv(C) @ U.T` for `C = s * I + U.T @ U`."""
    if core.kind != "matmul" or core.args[0] is not factor or core.args[1].kind != "solve":
        return None
    matrix, right = core.args[1].args
    turned = run.transpose(factor)
    terms = terms_of_sum(matrix)
    if right is not turned or len(terms) != 2:
        return None
    gram = run.plan.made("matmul", turned, factor, rank=2)
    rest = [term for sign, term in terms if term is not gram and not sign]
    if len(rest) != 1:
        return None
    value, over, under = parts_of_product(rest[0])
    scalars = [part for part in over if not part.rank]
    if [part.kind for part in over if part.rank] != ["eye"] or any(part.rank for part in under):
        return None
    return matrix, run.product(value, scalars, under)


def _turned_sum(run: Pass, instr: Instr) -> Instr | None:
    """The transpose of a light sum, term by term."""
    (inner,) = instr.args
    lights = _light_terms(run, inner) if inner.kind in ("sum", "product") else None
    if lights is None:
        return None
    return _spread(run, lights, lambda core: _turned(run, core), 2)


def _turned(run: Pass, core: Instr) -> Instr:
    if core.kind in ("scale_rows", "scale_cols"):
        other = "scale_cols" if core.kind == "scale_rows" else "scale_rows"
        return run.make(other, core.args[0], run.transpose(core.args[1]), rank=2)
    return run.transpose(core)


def _trace(run: Pass, instr: Instr) -> Instr | None:
    (inner,) = instr.args
    lights = _light_terms(run, inner) if inner.kind in ("sum", "product", "kron") else None
    return None if lights is None else _spread(run, lights, lambda core: _trace_of(run, core), 0)


def _trace_of(run: Pass, core: Instr) -> Instr | None:
    match core.kind:
        case "kron":
            return run.product(1, [run.make("trace", half) for half in core.args])
        case "transpose":
            return run.make("trace", core.args[0])
        case "scale_rows" | "scale_cols":
            return run.matmul(core.args[0], run.make("diagonal", core.args[1], rank=1))
        case "eye":
            return core.args[0]
        case "diag":
            return run.make("total", core.args[0])
        case "outer":
            return run.matmul(*core.args)
    return run.make("dot", core.args[0], run.transpose(core.args[1]))


def _diagonal(run: Pass, instr: Instr) -> Instr | None:
    (inner,) = instr.args
    lights = _light_terms(run, inner) if inner.kind in ("sum", "product") else None
    if lights is None or any(light.core.kind == "kron" for light in lights):
        return None
    return _spread(run, lights, lambda core: _diagonal_of(run, core), 1)


def _diagonal_of(run: Pass, core: Instr) -> Instr | None:
    match core.kind:
        case "transpose":
            return run.make("diagonal", core.args[0], rank=1)
        case "scale_rows" | "scale_cols":
            return run.product(1, [core.args[0], run.make("diagonal", core.args[1], rank=1)])
        case "eye":
            return run.make("ones", core.args[0], rank=1)
        case "diag":
            return core.args[0]
        case "outer":
            return run.product(1, list(core.args))
    return run.make("sum_axis", run.product(1, [core.args[0], run.transpose(core.args[1])]), data=1, rank=1)


def _einsum(run: Pass, instr: Instr) -> Instr | None:
    """A Kronecker product, or a column times a row, whose axes are taken apart: as its factors."""
    inputs, output = str(instr.data).split("->")
    letters = inputs.split(",")
    for place, arg in enumerate(instr.args):
        if arg.kind != "reshape" or arg.rank != 4 or arg.args[0].rank != 2:
            continue
        lights = _light_terms_of_blocks(run, arg.args[0])
        if lights is None:
            continue

        def remade(core: Instr, place: int = place, sizes: tuple[Instr, ...] = arg.args[1:]) -> Instr | None:
            i, j, k, m = list(letters[place])
            if core.kind == "kron":
                parts, names = list(core.args), [i + k, j + m]
            else:
                u, v = core.args
                parts = [run.make("reshape", u, *sizes[:2], rank=2), run.make("reshape", v, *sizes[2:], rank=2)]
                names = [i + j, k + m]
            args = [*instr.args[:place], *parts, *instr.args[place + 1 :]]
            spelled = ",".join([*letters[:place], *names, *letters[place + 1 :]])
            return run.make("einsum", *args, data=f"{spelled}->{output}", rank=instr.rank)

        return _spread(run, lights, remade, instr.rank)
    return None


def _light_terms_of_blocks(run: Pass, inner: Instr) -> list[_Light] | None:
    lights = _light_terms(run, inner)
    if lights is None or not all(light.core.kind in ("kron", "outer") for light in lights):
        return None
    return lights


RULES: dict[str, tuple[Rule, ...]] = {
    "transpose": (_turned_kron, _turned_sum),
    "matmul": (_matmul,),
    "trace": (_trace,),
    "diagonal": (_diagonal,),
    "einsum": (_einsum,),
}
