"""The passes that each target adds to those of all."""

from __future__ import annotations

from collections.abc import Sequence

from gradcli.emit.optimise import (
    batched,
    jax_passes,
    labels,
    numpy_passes,
    scalars,
    tensors,
    torch_calls,
    torch_passes,
    transposes,
)
from gradcli.emit.optimise.factorisations import FactorisationPass, NumpyFactorisationPass
from gradcli.emit.optimise.rewrite import Pass, Rules, merged
from gradcli.emit.optimise.shared_exp import SharedExpPass
from gradcli.emit.optimise.shared_products import SharedProductsPass
from gradcli.emit.optimise.stacked import StackedSolvesPass
from gradcli.emit.optimise.wide import WidePass

_GATHERED = labels.GATHERS
_TURNED: Rules = {"transpose": transposes.RULES["transpose"]}

NUMPY_PASSES: Sequence[tuple[type[Pass], Rules]] = (
    (WidePass, {}),
    (SharedExpPass, {}),
    (NumpyFactorisationPass, {}),
    (StackedSolvesPass, {}),
    (Pass, scalars.RULES),
    (SharedProductsPass, {}),
    (
        Pass,
        merged(
            labels.GATHERS,
            batched.RULES,
            numpy_passes.RULES,
            scalars.RULES,
            {"transpose": transposes.RULES["transpose"]},
        ),
    ),
)
JAX_PASSES: Sequence[tuple[type[Pass], Rules]] = (
    (WidePass, {}),
    (FactorisationPass, {}),
    (Pass, jax_passes.SYSTEMS),
    (StackedSolvesPass, {}),
    (Pass, scalars.RULES),
    (Pass, merged(_GATHERED, jax_passes.RULES, {"axes": tensors.RULES["axes"]})),
)
TORCH_PASSES: Sequence[tuple[type[Pass], Rules]] = (
    (WidePass, {}),
    (SharedExpPass, {}),
    (FactorisationPass, {}),
    (StackedSolvesPass, {}),
    (Pass, scalars.RULES),
    (SharedProductsPass, {}),
    (Pass, merged(_GATHERED, torch_passes.RULES, scalars.RULES)),
    (Pass, torch_calls.RULES),
)
