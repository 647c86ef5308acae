"""What a forward hands to its backward: outputs with their upstream gradients, caches, arguments."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from gradcli.pairs.find import variables_of
from gradcli.pairs.reading import Reading, array_of, defaults_of, returned_nodes
from gradcli.pysource.constants import constant
from gradcli.pysource.frame import Frame
from gradcli.pysource.program import free
from gradcli.pysource.refusal import Refused
from gradcli.pysource.signature import Parameter
from gradcli.pysource.values import Array, Unknown, Value, Word
from gradcli.pysource.values import Sequence as Items

_CACHES = frozenset({
    "cache", "ctx", "context", "saved", "res", "residuals", "residual", "tape", "memo", "state", "aux", "saved_tensors",
    "caches", "mem", "memory", "store", "ws", "intermediates", "params", "tmp", "vals", "values",
})  # fmt: skip


def bind(
    reading: Reading, value: Value, frame: Frame, arguments: Mapping[str, Value]
) -> tuple[list[Array], dict[str, Value], dict[str, Array]]:
    """The outputs of the forward, the backward's other arguments, and its upstream gradients."""
    returned = list(value.items) if isinstance(value, Items) else [value]
    names = _returned_names(frame, len(returned))
    spec = reading.pair.backward.args
    parameters = [p.arg for p in (*spec.posonlyargs, *spec.args)]
    bound: dict[str, Value] = {}
    if reading.pair.kind == "vjp":
        return _bind_vjp(reading, value, parameters, arguments)
    if reading.carrier is not None and parameters and reading.pair.kind in ("layer", "autograd"):
        bound[parameters.pop(0)] = reading.carrier
        if reading.pair.kind == "autograd":
            needs = tuple(
                Word(isinstance(arguments[n], Array)) for n in arguments if arguments[n] is not reading.carrier
            )
            reading.carrier.items["needs_input_grad"] = Items(needs)
    rest = dict(zip(names, returned, strict=True))
    caches: set[str] = set()
    waiting: list[str] = []
    for name in parameters:
        in_cache = name in rest and (name in _CACHES or not isinstance(rest[name], Array) or len(returned) > 1)
        if in_cache and not (name == names[0] and name not in _CACHES and len(returned) == 1):
            bound[name] = rest[name]
            if name != names[0] or not isinstance(rest[name], Array):
                caches.add(name)
        elif name in arguments:
            bound[name] = arguments[name]
        elif name in frame.names and not _is_gradient(name, frame.names):
            bound[name] = frame.names[name]
        else:
            waiting.append(name)
    if reading.carrier is not None and reading.pair.kind == "autograd" and spec.vararg is not None:
        waiting.append(f"*{spec.vararg.arg}")
    left = [name for name in names if name not in caches]
    shown = {n for n in left if isinstance(value := rest[n], Array) and value.classes is None}
    hidden = [n for n in left if n not in shown]
    for name in [n for n in waiting if n in _CACHES]:
        source = hidden[0] if hidden else left[-1] if len(left) > 1 else None
        if source is None:
            raise Refused(reading.pair.backward, f"{name} is what the forward does not return", f"return out, {name}")
        bound[name] = rest[source]
        left.remove(source)
        hidden = [each for each in hidden if each != source]
        waiting.remove(name)
    outputs = [n for n in left if isinstance(rest[n], Array)]
    for name, default in defaults_of(spec).items():
        if name in waiting and not _looks_upstream(name):
            found = constant(default)
            bound[name] = found if found is not None else Unknown(f"the default of {name}", default)
            waiting.remove(name)
    if hidden and len(waiting) > len(outputs):  # what is left over belongs together
        bound[waiting.pop()] = rest[hidden[0]]
    seeds = _seeds(reading, outputs, waiting, rest)
    return [array_of(rest[name]) for name in outputs], bound, seeds


def _seeds(reading: Reading, outputs: list[str], waiting: list[str], rest: Mapping[str, Value]) -> dict[str, Array]:
    """An upstream gradient for each output, under the name that the backward has for it."""
    seeds: dict[str, Array] = {}
    reading.pairing = []
    names = list(waiting)
    if names and names[-1].startswith("*"):
        names.pop()
        names += [f"grad_{output}" for output in outputs[len(names) :]]
    if not names:
        (only, *more) = outputs or [""]
        if more or not only or array_of(rest[only]).dims:
            raise Refused(
                reading.pair.backward,
                "the backward takes no upstream gradient, and its forward returns no single scalar",
                f"def {reading.pair.backward.name}(dout, cache)",
            )
        return {}
    taken: set[str] = set()
    for place, name in enumerate(names):
        wanted = next((out for out in variables_of(name) if out in outputs and out not in taken), None)
        free_outputs = [output for output in outputs if output not in taken]
        by_place = outputs[place] if place < len(outputs) and outputs[place] not in taken else None
        output = wanted or by_place or (free_outputs[0] if free_outputs else None)
        if output is None:
            raise Refused(
                reading.pair.backward,
                f"it is not clear what {name} is, beside the {len(outputs)} outputs of the forward",
                "call upstream gradients dout, what was kept cache, and arguments of the forward as there",
            )
        taken.add(output)
        out = array_of(rest[output])
        seed = free(reading.reader, name, Parameter(out.dims, ("constant",)), reading.declared)
        seeds[name] = seed
        reading.pairing.append((out, seed))
    return seeds


def _bind_vjp(
    reading: Reading, value: Value, parameters: list[str], arguments: Mapping[str, Value]
) -> tuple[list[Array], dict[str, Value], dict[str, Array]]:
    """`fwd` returns (out, residuals); `bwd` takes static arguments, residuals, and the cotangent of out."""
    if not isinstance(value, Items) or len(value.items) != 2:
        raise Refused(reading.pair.forward, "the forward of a custom_vjp returns a pair: out, residuals")
    out, residuals = value.items
    bound: dict[str, Value] = {}
    names = list(arguments)
    for at in reading.pair.static:
        bound[parameters.pop(0)] = arguments[names[at]]
    if len(parameters) != 2:
        raise Refused(reading.pair.backward, "the backward of a custom_vjp takes residuals and a cotangent")
    bound[parameters[0]] = residuals
    outputs = [array_of(item) for item in out.items] if isinstance(out, Items) else [array_of(out)]
    reading.pairing = []
    seeds = []
    for place, output in enumerate(outputs):
        name = parameters[1] if len(outputs) == 1 else f"{parameters[1]}_{place}"
        seed = free(reading.reader, name, Parameter(output.dims, ("constant",)), reading.declared)
        seeds.append(seed)
        reading.pairing.append((output, seed))
    bound[parameters[1]] = Items(tuple(seeds)) if isinstance(out, Items) else seeds[0]
    return outputs, bound, {}


def arranged(reading: Reading, bound: dict[str, Value]) -> dict[str, Value]:
    """The arguments of the backward, starred ones gathered."""
    spec = reading.pair.backward.args
    if spec.vararg is not None:
        names = {p.arg for p in (*spec.posonlyargs, *spec.args, *spec.kwonlyargs)}
        more = [name for name in bound if name not in names]
        bound[spec.vararg.arg] = Items(tuple(bound.pop(name) for name in more))
    for name, default in defaults_of(spec).items():
        bound.setdefault(name, constant(default) or Unknown(f"the default of {name}", default))
    return bound


def _is_gradient(name: str, names: Mapping[str, Value]) -> bool:
    return any(each in names for each in variables_of(name))


def _looks_upstream(name: str) -> bool:
    return next(variables_of(name), None) is not None or name in ("g", "upstream", "delta", "ct")


def _returned_names(frame: Frame, count: int) -> list[str]:
    """Names for what a forward returns: those of the return statement, else made up."""
    nodes = returned_nodes(frame, count)
    names: list[str] = []
    for place, node in enumerate(nodes):
        name = node.id if isinstance(node, ast.Name) else f"out{place + 1}" if count > 1 else "out"
        names.append(name if name not in names else f"{name}_{place}")
    return names
