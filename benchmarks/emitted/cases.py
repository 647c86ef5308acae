"""One case: a problem at one size; every way to compute one derivative of it."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from benchmarks.emitted.modules import NotEmittedError, direction_of, emitted
from benchmarks.emitted.problems import Inputs, Problem

TOLERANCE = 1e-8
Call = Callable[[], Any]


@dataclass(slots=True)
class Case:
    """`calls` by name ("emitted numpy", "by hand jax", "autodiff torch"); `missing` says what there is no code for."""

    problem: Problem
    kind: str
    n: int
    calls: dict[str, Call] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """What it is called in a table."""
        return f"{self.kind} {self.problem.name} {self.n}"


def build(problem: Problem, kind: str, n: int, targets: tuple[str, ...]) -> Case:
    """The case; what JAX differentiates is always there: the others are compared with it."""
    case = Case(problem, kind, n)
    inputs = problem.inputs(n)
    _add_jax(case, inputs, "jax" in targets)
    if "numpy" in targets:
        _add_numpy(case, inputs)
    if "torch" in targets and kind != "hvp":
        _add_torch(case, inputs)
    return case


def _places(case: Case, inputs: Inputs) -> tuple[int, ...]:
    """The positions of the names whose gradients are taken together."""
    return tuple(list(inputs).index(name) for name in case.problem.together)


def _direction(case: Case, inputs: Inputs) -> Any:
    drawn: Any = np.random.default_rng(7).standard_normal(inputs[case.problem.wrt].shape)
    return drawn + drawn.T if case.problem.symmetric else drawn


def _emitted(case: Case, target: str, inputs: Inputs) -> Callable[..., Any] | None:
    """The emitted function of the inputs by position (and of a direction after them), if there is one."""
    together = case.kind == "together"
    wrt, kind = (",".join(case.problem.together), "gradient") if together else (case.problem.wrt, case.kind)
    try:
        function = emitted(case.problem.file, target, wrt, kind, together)
    except NotEmittedError as reason:
        case.missing[f"emitted {target}"] = str(reason)
        return None
    if case.kind != "hvp":
        return function
    name = direction_of(function, inputs)
    if inspect.signature(function).parameters[name].kind is not inspect.Parameter.KEYWORD_ONLY:
        return function
    return lambda *given: function(*given[:-1], **{name: given[-1]})


def _add_jax(case: Case, inputs: Inputs, all_of_it: bool) -> None:
    import jax
    import jax.numpy as jnp

    from benchmarks.emitted import jax_forms

    name, wrt = case.problem.name, list(inputs).index(case.problem.wrt)
    together = _places(case, inputs)
    given = [jnp.asarray(value) for value in inputs.values()]
    loss = jax_forms.LOSS[name]
    gradient = jax.grad(loss, argnums=wrt)
    if case.kind == "gradient":
        autodiff, hand = gradient, jax_forms.GRADIENT.get(name)
    elif case.kind == "together":
        autodiff, hand = jax.value_and_grad(loss, argnums=together), None
    elif case.kind == "hessian":
        autodiff, hand = jax.hessian(loss, argnums=wrt), jax_forms.HESSIAN.get(name)
    else:
        given.append(jnp.asarray(_direction(case, inputs)))
        hand = None

        def autodiff(*args: Any) -> Any:
            def one(variable: Any) -> Any:
                return gradient(*args[:wrt], variable, *args[wrt + 1 : -1])

            return jax.jvp(one, (args[wrt],), (args[-1],))[1]

    def timed(function: Callable[..., Any]) -> Call:
        compiled = jax.jit(function).lower(*given).compile()
        return lambda: jax.block_until_ready(compiled(*given))

    case.calls["autodiff jax"] = timed(autodiff)
    if not all_of_it:
        return
    if hand is not None:
        case.calls["by hand jax"] = timed(hand)
    function = _emitted(case, "jax", inputs)
    if function is not None:
        case.calls["emitted jax"] = timed(function)


def _add_numpy(case: Case, inputs: Inputs) -> None:
    from benchmarks.emitted import numpy_forms

    given = list(inputs.values())
    if case.kind == "hvp":
        given.append(_direction(case, inputs))
    forms = {"gradient": numpy_forms.GRADIENT, "hessian": numpy_forms.HESSIAN}.get(case.kind, {})
    hand = forms.get(case.problem.name)
    if hand is not None:
        case.calls["by hand numpy"] = lambda: hand(*given)
    function = _emitted(case, "numpy", inputs)
    if function is not None:
        case.calls["emitted numpy"] = lambda: function(*given)


def _add_torch(case: Case, inputs: Inputs) -> None:
    import torch

    from benchmarks.emitted import torch_forms

    name, wrt = case.problem.name, list(inputs).index(case.problem.wrt)
    given = [torch.from_numpy(value.copy()) for value in inputs.values()]
    forms = {"gradient": torch_forms.GRADIENT, "hessian": torch_forms.HESSIAN}.get(case.kind, {})
    if name in forms:
        case.calls["by hand torch"] = lambda: forms[name](*given)
    function = _emitted(case, "torch", inputs)
    if function is not None:
        case.calls["emitted torch"] = lambda: function(*given)
    loss = torch_forms.LOSS[name]
    if case.kind == "hessian":
        hessian = torch.func.hessian(loss, argnums=wrt)
        case.calls["autodiff torch"] = lambda: hessian(*given)
        return
    if case.kind == "together":
        places = _places(case, inputs)
        leaves = [each.clone().requires_grad_() if i in places else each for i, each in enumerate(given)]

        def value_and_gradients() -> Any:
            value = loss(*leaves)
            return value.detach(), torch.autograd.grad(value, [leaves[i] for i in places])

        case.calls["autodiff torch"] = value_and_gradients
        return
    variable = given[wrt].clone().requires_grad_()
    tracked = [*given[:wrt], variable, *given[wrt + 1 :]]
    case.calls["autodiff torch"] = lambda: torch.autograd.grad(loss(*tracked), variable)[0]


def disagreements(case: Case) -> dict[str, float]:
    """The relative difference of each result from JAX's own derivative, where it is beyond `TOLERANCE`."""
    wanted = _compared(case, case.calls["autodiff jax"]())
    found: dict[str, float] = {}
    for name, call in case.calls.items():
        got = _compared(case, call())
        difference = max(map(_difference, got, wanted)) if len(got) == len(wanted) else float("inf")
        if not difference <= TOLERANCE:
            found[name] = difference
    return found


def _difference(got: Any, want: Any) -> float:
    scale = max(float(np.max(np.abs(want))), 1e-300)
    return float(np.max(np.abs(got - want))) / scale if got.shape == want.shape else float("inf")


def _compared(case: Case, result: Any) -> list[Any]:
    """The arrays of a result; a derivative of which only the symmetric part is known, as that part."""
    if isinstance(result, (tuple, list)):
        return [array for part in result for array in _compared(case, part)]
    array = np.asarray(result)
    return [array + array.T if case.problem.symmetric else array]
