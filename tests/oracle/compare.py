"""What gradcli emits, against what JAX computes from the same program."""

from __future__ import annotations

import inspect
import re
import zlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from gradcli.derive.derive import derive
from gradcli.emit import emit
from gradcli.program.elaborate import elaborate
from gradcli.syntax import ast
from gradcli.syntax.ast import Source
from gradcli.syntax.parse import parse_module
from tests.oracle import draw
from tests.oracle.case import Ask, Case
from tests.oracle.jax_ref import Reference

TOLERANCE = 1e-9
_WORDS = {"gradient": "grad", "jacobian": "jacobian", "hessian": "hessian", "derivative": "derivative"}
Natural = dict[str, np.ndarray]


class Setting:
    """A case's program with arguments drawn for it."""

    def __init__(self, case: Case, seed: int = 0) -> None:
        self.case = case
        module, diagnostics = parse_module(Source(case.name, case.text))
        assert not [d for d in diagnostics if d.is_error], diagnostics
        self.statements = module.statements
        declares = [s for s in self.statements if isinstance(s, ast.Declare)]
        self.sizes = {**draw.sizes_of(self._dims(declares)), **case.sizes}
        defined = {s.name.id for s in self.statements if isinstance(s, ast.Define | ast.DefineIndexed)}
        defined |= {n.id for s in self.statements if isinstance(s, ast.Implicit) for n in s.names}
        self.free: Natural = {}
        self.callables: dict[str, Callable[[int], Any]] = {}
        source = np.random.default_rng(zlib.crc32(case.name.encode()) + seed)
        for declare in declares:
            for name in declare.names:
                if isinstance(declare.type, ast.FunctionType):
                    self.callables[name.id] = self._callable(name.id, declare.type)
                elif name.id not in defined:
                    if declare.type.labels is not None:
                        count = self.shape((declare.type.labels,))[0]
                        self.free[name.id] = source.integers(1, count + 1, self.shape(declare.type.dims))
                        continue
                    attributes = [a.id for a in declare.attributes]
                    self.free[name.id] = draw.array(self.shape(declare.type.dims), attributes, source)
        for name_, dims in case.shapes.items():
            self.free[name_] = draw.array(self.shape(dims), (), source)
        for name_ in self._called():
            self.callables.setdefault(name_, draw.scalar_function(name_))
        self.reference = Reference(case.text, self.sizes, self.callables)

    def _dims(self, declares: list[ast.Declare]) -> list[str]:
        dims: list[str] = []
        for declare in declares:
            types = [declare.type]
            if isinstance(declare.type, ast.FunctionType):
                types = [declare.type.domain, declare.type.codomain]
            for one in types:
                assert isinstance(one, ast.ArrayType)
                dims += [str(dim) for dim in one.dims] + ([] if one.labels is None else [str(one.labels)])
        for more in self.case.shapes.values():
            dims += more
        return dims

    def shape(self, dims: tuple[str | int, ...]) -> tuple[int, ...]:
        """Dimensions as sizes."""
        return tuple(int(d) if str(d).isdigit() else self.sizes[str(d)] for d in dims)

    def _callable(self, name: str, kind: ast.FunctionType) -> Callable[[int], Any]:
        if not kind.domain.dims:
            return draw.scalar_function(name)
        return draw.vector_function(name, self.shape(kind.domain.dims), self.shape(kind.codomain.dims))

    def _called(self) -> list[str]:
        """Scalar functions that the program calls and nothing declares: single letters, by custom here."""
        names = re.findall(r"\b([a-zA-Zφσψ]\w?)'*\(", re.sub(r"#.*", "", self.case.text))
        defined = {s.name.id for s in self.statements if isinstance(s, ast.DefineFunction)}
        losses = {s.name.id for s in self.statements if isinstance(s, ast.Loss)}
        known = {"tr", "lu", "qr"} | defined | losses
        return [name for name in dict.fromkeys(names) if name not in known]

    def loss_arguments(self, of: str) -> tuple[str, ...] | None:
        """What an arbitrary scalar function is a function of; None for a defined name."""
        defined = [s.name.id for s in self.statements if isinstance(s, ast.Define | ast.DefineIndexed)]
        if of in defined:
            return None
        for statement in self.statements:
            if isinstance(statement, ast.Loss) and statement.name.id == of:
                return tuple(arg.id for arg in statement.args)
        return (defined[-1],)

    # ------------------------------------------------------------------- the oracle

    def value(self, of: str, given: Mapping[str, Any]) -> Any:
        """The value of a name."""
        return self.reference.value(of, {**self.free, **given})

    def scalar(self, of: str, given: Mapping[str, Any]) -> Any:
        """The scalar to differentiate: of itself, or an arbitrary function of what it names."""
        names = self.loss_arguments(of)
        if names is None:
            return self.value(of, given)
        values = [self.value(name, given) for name in names]
        return sum(draw.arbitrary_scalar(jnp.shape(v))(v) for v in values)

    def seeds(self, of: str) -> Natural:
        """`grad_y` for each y that an arbitrary function is a function of."""
        out = {}
        for name in self.loss_arguments(of) or ():
            value = self.value(name, {})
            out[f"grad_{name}"] = np.asarray(jax.grad(draw.arbitrary_scalar(jnp.shape(value)))(value))
        return out

    def point(self, wrt: str) -> Any:
        """Where a derivative by this name is taken, natural."""
        if wrt.startswith("["):
            return jnp.stack([jnp.asarray(self.free[part]) for part in re.findall(r"\w+", wrt)])
        return jnp.asarray(self.free[wrt] if wrt in self.free else self.value(wrt, {}))

    def given(self, wrt: str, at: Any) -> dict[str, Any]:
        """The arguments that say that this name has this value."""
        if wrt.startswith("["):
            return {part: at[i] for i, part in enumerate(re.findall(r"\w+", wrt))}
        return {wrt: at}

    def expected(self, ask: Ask, wrt: str) -> np.ndarray:
        """The derivative that JAX computes, in the shape that is promised."""
        if ask.kind == "hessian" and "," in wrt and not wrt.startswith("["):
            return self.mixed(ask.of, *wrt.split(", "))
        at = self.point(wrt)
        if ask.kind == "gradient":
            return np.asarray(jax.grad(lambda x: self.scalar(ask.of, self.given(wrt, x)))(at))
        if ask.kind == "hessian":
            full = jax.hessian(lambda x: self.scalar(ask.of, self.given(wrt, x)))(at)
            return np.asarray(full).reshape(as_list(at.shape) * 2)
        of_scalar = self.loss_arguments(ask.of) is not None
        function = self.scalar if of_scalar else self.value
        full = np.asarray(jax.jacobian(lambda x: function(ask.of, self.given(wrt, x)))(at))
        of_shape = () if of_scalar else jnp.shape(self.value(ask.of, {}))
        return in_layout(full, as_list(of_shape), as_list(at.shape), ask.layout)

    def expected_of(self, ask: Ask, labels: Sequence[str]) -> dict[str, np.ndarray]:
        """The value, and the derivatives by several names as `expected` has them, all of them compiled together."""
        places = {name: self.point(name) for name in ask.wrt}
        scalar = ask.kind in ("gradient", "hessian") or self.loss_arguments(ask.of) is not None
        function = self.scalar if scalar else self.value

        def by(name: str) -> Callable[[Any], Any]:
            return lambda at: function(ask.of, self.given(name, at))

        def all_of_them(places: dict[str, Any]) -> dict[str, Any]:
            found = {}
            if ask.kind != "hessian":  # the names are free: all at once
                derivative = jax.grad if ask.kind == "gradient" else jax.jacobian
                found = dict(derivative(lambda given: function(ask.of, given))(places))
            for label in labels if ask.kind == "hessian" else ():
                first, _, second = label.partition(", ")
                if second:
                    both = jax.grad(lambda a, b, x=first, y=second: self.scalar(ask.of, {x: a, y: b}))
                    found[label] = jax.jacobian(both, argnums=1)(places[first], places[second])
                else:
                    found[label] = jax.hessian(by(first))(places[first])
            names = self.loss_arguments(ask.of) or (ask.of,)
            found["value"] = self.value(names[0], {})
            if scalar and self.loss_arguments(ask.of) is not None:
                found["seed"] = jax.grad(draw.arbitrary_scalar(jnp.shape(found["value"])))(found["value"])
            return found

        found = jax.jit(all_of_them)(places)
        out = {name: np.asarray(found.pop(name)) for name in ("value", "seed") if name in found}
        for label, full in found.items():
            shapes = [as_list(places[name].shape) for name in label.split(", ")]
            if ask.kind == "hessian":
                full = np.asarray(full).reshape(shapes[0] + shapes[-1])
            elif ask.kind != "gradient":
                of_shape = () if scalar else as_list(out["value"].shape)
                full = in_layout(np.asarray(full), of_shape, shapes[0], ask.layout)
            out[label] = np.asarray(full)
        return out

    def mixed(self, of: str, first: str, second: str) -> np.ndarray:
        """The mixed second derivative: the axes of the first, then of the second."""
        function = jax.grad(lambda a, b: self.scalar(of, {first: a, second: b}))
        at = self.point(first), self.point(second)
        full = jax.jacobian(function, argnums=1)(*at)
        return np.asarray(full).reshape(as_list(at[0].shape) + as_list(at[1].shape))


def as_list(shape: tuple[int, ...]) -> tuple[int, ...]:
    """A row or a column of two axes as the list of its entries; a list of one entry as a scalar."""
    if len(shape) == 2 and 1 in shape:
        shape = (shape[0] * shape[1],)
    return () if shape == (1,) else shape


def in_layout(full: np.ndarray, of: tuple[int, ...], wrt: tuple[int, ...], layout: str) -> np.ndarray:
    """A derivative with the axes of `of`, then of `wrt`, as section 5 of the language reference wants it."""
    full = full.reshape(of + wrt)
    turned = layout == "denominator" or (layout == "mixed" and not of and len(wrt) <= 2)
    if len(of) + len(wrt) > 2:
        axes = [*range(len(of), len(of) + len(wrt)), *range(len(of))]
        return full.transpose(axes) if turned else full
    if not of and not wrt:
        return full
    if len(wrt) == 2:
        return full if turned else full.T
    if len(of) == 2:
        return full.T if turned else full
    numerator = full.reshape((of or (1,)) + (wrt or (1,)))
    return numerator.T if turned else numerator


# ---------------------------------------------------------------------------- gradcli


def emitted(case: Case, ask: Ask, target: str = "numpy") -> tuple[str, dict[str, Any]]:
    """The module that gradcli prints for a question, and what is in it."""
    question = f"\nlayout {ask.layout}\n{_WORDS[ask.kind]} {ask.of} wrt {', '.join(ask.wrt)}\n"
    module, diagnostics = parse_module(Source(case.name, case.text + question))
    program = elaborate([module], diagnostics)
    errors = [d for d in program.diagnostics if d.is_error]
    assert not errors, errors
    derivation = derive(program)
    errors = [d for d in derivation.diagnostics if d.is_error]
    assert not errors, errors
    text = emit(target, derivation.program, ask.of, derivation.answers)
    namespace: dict[str, Any] = {"__name__": "emitted"}
    exec(compile(text, f"<{case.name}>", "exec"), namespace)
    return text, namespace


def arguments(
    setting: Setting, ask: Ask, function: Callable[..., Any], seeds: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Keyword arguments for an emitted function: derivatives beyond the second only where it takes them."""
    given: dict[str, Any] = {**setting.free, **(setting.seeds(ask.of) if seeds is None else seeds)}
    taken = inspect.signature(function).parameters
    for name, function in setting.callables.items():
        for order in range(5):
            key = name if not order else f"{name}_{order}"
            if order <= 2 or key in taken:
                given[key] = in_numpy(function(order))
    return given


def in_numpy(function: Callable[[Any], Any]) -> Callable[[Any], np.ndarray]:
    """A JAX function that takes and gives NumPy arrays."""
    return lambda t: np.array(function(jnp.asarray(np.asarray(t))))


def compare(case: Case, ask: Ask, seed: int = 0, target: str = "numpy") -> None:
    """Assert that value and derivatives agree, in shape and in every entry."""
    setting = Setting(case, seed)
    text, functions = emitted(case, ask, target)
    given = arguments(setting, ask, functions["value"])
    loss = setting.loss_arguments(ask.of)
    if loss is None or len(loss) == 1:
        name = ask.of if loss is None else loss[0]
        same(functions["value"](**given), np.asarray(setting.value(name, {})), f"value of {name}", text)
    for wrt in ask.wrt:
        part = "_".join(re.findall(r"\w+", wrt))
        want = setting.expected(ask, wrt)
        if not np.all(np.isfinite(want)):
            continue  # JAX has no value here: the norm of a zero, a branch that is not taken
        got = functions[f"{ask.kind}_{part}"](**given)
        same(got, want, f"{ask.kind} of {ask.of} by {wrt}", text)
    all_at_once(functions, given, text)


def all_at_once(functions: Mapping[str, Any], given: Mapping[str, Any], text: str) -> None:
    """Assert that the joint function gives what the others give, each in memory of its own."""
    together = functions["value_and_derivatives"]
    names = re.findall(r"\w+", together.__doc__[together.__doc__.index("Returns (") + len("Returns") :])
    results = together(**given)
    assert len(results) == len(names)
    for name, result in zip(names, results, strict=True):
        if name in functions:
            want = np.asarray(functions[name](**given))
            if np.all(np.isfinite(want)):
                same(result, want, f"{name} of value_and_derivatives", text)
    arrays = [result for result in results if isinstance(result, np.ndarray)]
    assert not any(np.shares_memory(a, b) for i, a in enumerate(arrays) for b in arrays[:i]), text


def same(got: Any, want: np.ndarray, what: str, text: str) -> None:
    """Assert that two arrays agree."""
    got = np.asarray(got)
    assert got.shape == want.shape, f"{what}: shape {got.shape}, not {want.shape}\n{text}"
    scale = max(1.0, float(np.max(np.abs(want), initial=0.0)))
    error = float(np.max(np.abs(got - want), initial=0.0))
    assert error <= TOLERANCE * scale, f"{what}: off by {error:.3g}\n{got}\n{want}\n{text}"
