"""What XLA does best: one loop over an array, whatever is computed at its entries."""

from __future__ import annotations

from gradcli.emit.instr import Instr
from gradcli.emit.optimise.rewrite import Pass, Rule


def _blocks(run: Pass, instr: Instr) -> Instr | None:
    """Blocks as a product with identities, which XLA makes no array of."""
    pattern = str(instr.data)
    core, *sizes = instr.args
    letters = "".join(dict.fromkeys(pattern))
    axes = [letters.index(letter) if pattern.index(letter) == i else None for i, letter in enumerate(pattern)]
    out = [run.make("axes", core, data=tuple(axes), rank=len(pattern))]
    for letter in dict.fromkeys(pattern):
        first, *others = (i for i, other in enumerate(pattern) if other == letter)
        for second in others:
            eye = run.make("eye", sizes[first], rank=2)
            spread = tuple(0 if i == first else 1 if i == second else None for i in range(len(pattern)))
            out.append(run.make("axes", eye, data=spread, rank=len(pattern)))
    shape = run.shape(core) or ()
    for i, letter in enumerate(pattern):
        if pattern.count(letter) == 1 and len(shape) == len(letters) and shape[letters.index(letter)] == 1:
            ones = run.make("ones", sizes[i], rank=1)
            spread = tuple(0 if j == i else None for j in range(len(pattern)))
            out.append(run.make("axes", ones, data=spread, rank=len(pattern)))
    return run.product(1, out)


def _from_the_left(run: Pass, instr: Instr) -> Instr | None:
    """A transposed matrix times a vector as the vector times the matrix: XLA copies what is transposed."""
    a, b = instr.args
    if a.kind == "transpose" and a.args[0].rank == 2 and b.rank == 1:
        return run.make("matmul", b, a.args[0], rank=1)
    if b.kind == "transpose" and b.args[0].rank == 2 and a.rank == 1:
        return run.make("matmul", b.args[0], a, rank=1)
    return None


def _through_factor(run: Pass, instr: Instr) -> Instr | None:
    """A system is solved by the factor, even where the inverse is needed too: closer, and quicker where it is small."""
    a, b = instr.args
    if a.kind == "cho_inverse" and b.rank == 1:
        return run.make("cho_solve", a.args[0], b, rank=1)
    return None


SYSTEMS: dict[str, tuple[Rule, ...]] = {"matmul": (_through_factor,)}
RULES: dict[str, tuple[Rule, ...]] = {"blocks": (_blocks,), "matmul": (_from_the_left,)}
