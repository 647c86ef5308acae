"""Transposes where they cost nothing: none is made of what is symmetric, a vector's product has the matrix first."""

from __future__ import annotations

from gradcli.emit.instr import Instr
from gradcli.emit.optimise.facts import is_symmetric
from gradcli.emit.optimise.rewrite import Pass, Rule

_BLIND = ("det", "logdet", "trace", "total", "norm", "norm1", "norm2", "norm_nuc")  # to a transpose


def _transpose(run: Pass, instr: Instr) -> Instr | None:
    (inner,) = instr.args
    match inner.kind:
        case "transpose":
            return inner.args[0]
        case "outer":
            return run.make("outer", inner.args[1], inner.args[0], rank=2)
        case "column" | "row":
            return run.make("row" if inner.kind == "column" else "column", *inner.args, rank=2)
        case "scale_rows" | "scale_cols" if inner.args[1].kind == "transpose":
            other = "scale_cols" if inner.kind == "scale_rows" else "scale_rows"
            return run.make(other, inner.args[0], run.transpose(inner.args[1]), rank=2)
        case "einsum" if str(inner.data).count("->") == 1:
            inputs, output = str(inner.data).split("->")
            return run.make("einsum", *inner.args, data=f"{inputs}->{output[::-1]}", rank=2)
    return inner if is_symmetric(run.plan, inner) else None


def _blind(run: Pass, instr: Instr) -> Instr | None:
    (inner,) = instr.args
    if inner.kind != "transpose":
        return None
    return run.make(instr.kind, inner.args[0], data=instr.data, rank=instr.rank)


def _vector_first(run: Pass, instr: Instr) -> Instr | None:
    a, b = instr.args
    if a.rank == 1 and b.rank == 2:
        return run.matmul(run.transpose(b), a)
    if a.rank == b.rank == 1 and b.serial < a.serial:
        return run.matmul(b, a)
    return None


def _inverse(run: Pass, instr: Instr) -> Instr | None:
    (inner,) = instr.args
    return run.transpose(run.make("inv", inner.args[0], rank=2)) if inner.kind == "transpose" else None


def _sum_axis(run: Pass, instr: Instr) -> Instr | None:
    (inner,) = instr.args
    if instr.data == 0 and is_symmetric(run.plan, inner):
        return run.make("sum_axis", inner, data=1, rank=1)
    if inner.kind != "transpose" or instr.data not in (0, 1):
        return None
    return run.make("sum_axis", inner.args[0], data=1 - int(str(instr.data)), rank=1)


RULES: dict[str, tuple[Rule, ...]] = {
    "transpose": (_transpose,),
    "matmul": (_vector_first,),
    "inv": (_inverse,),
    "sum_axis": (_sum_axis,),
    **{kind: (_blind,) for kind in _BLIND},
}
