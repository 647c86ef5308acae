"""The passes that each target adds to those of all."""

from __future__ import annotations

from collections.abc import Sequence

from gradcli.emit.optimise import jax_passes, numpy_passes, scalars, tensors, torch_calls, torch_passes, transposes
from gradcli.emit.optimise.factorisations import FactorisationPass, NumpyFactorisationPass
from gradcli.emit.optimise.rewrite import Pass, Rules, merged
from gradcli.emit.optimise.shared_exp import SharedExpPass
from gradcli.emit.optimise.stacked import StackedSolvesPass
from gradcli.emit.optimise.wide import WidePass

NUMPY_PASSES: Sequence[tuple[type[Pass], Rules]] = (
    (WidePass, {}),
    (SharedExpPass, {}),
    (NumpyFactorisationPass, {}),
    (StackedSolvesPass, {}),
    (Pass, scalars.RULES),
    (Pass, merged(numpy_passes.RULES, scalars.RULES, {"transpose": transposes.RULES["transpose"]})),
)
JAX_PASSES: Sequence[tuple[type[Pass], Rules]] = (
    (WidePass, {}),
    (FactorisationPass, {}),
    (Pass, jax_passes.SYSTEMS),
    (StackedSolvesPass, {}),
    (Pass, scalars.RULES),
    (Pass, merged(jax_passes.RULES, {"axes": tensors.RULES["axes"]})),
)
TORCH_PASSES: Sequence[tuple[type[Pass], Rules]] = (
    (WidePass, {}),
    (SharedExpPass, {}),
    (FactorisationPass, {}),
    (StackedSolvesPass, {}),
    (Pass, scalars.RULES),
    (Pass, merged(torch_passes.RULES, scalars.RULES)),
    (Pass, torch_calls.RULES),
)
