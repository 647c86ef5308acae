"""The gradients that a backward returns, each with the parameter it belongs to."""

from __future__ import annotations

import ast

from gradcli.pairs.claim import Claim, Claims
from gradcli.pairs.find import variables_of
from gradcli.pairs.reading import Reading, returned_nodes
from gradcli.pysource.arrays import as_array, show_dims
from gradcli.pysource.describe import described
from gradcli.pysource.frame import Frame
from gradcli.pysource.methods import summed_to
from gradcli.pysource.refusal import Refused
from gradcli.pysource.values import NONE, ONE, Array, Number, Record, Unknown, Value
from gradcli.pysource.values import Sequence as Items

_SPREAD = "PyTorch sums a gradient that was spread more widely than its variable; that is counted in"


def gradients(reading: Reading, found: Value, last: Frame, claims: Claims) -> list[Claim]:
    """The returned gradients with the parameters that they belong to."""
    out: list[Claim] = []
    place = last.exit or reading.pair.backward
    for name, value, node in _assigned(reading, found, last, place):
        claim = _claim(reading, name, value, node, claims)
        if claim is not None:
            out.append(claim)
    if reading.pair.kind == "layer" and reading.carrier is not None:
        out += _kept_gradients(reading, claims, {claim.of for claim in out})
    if not out:
        raise Refused(place, "the backward returns no gradient that belongs to an argument of the forward")
    return out


def _assigned(reading: Reading, found: Value, last: Frame, place: ast.AST) -> list[tuple[str, Value, ast.AST]]:
    """Each returned gradient with its parameter: by key, by name, by place."""
    if isinstance(found, Record):
        pairs = []
        for key, value in found.items.items():
            target = key if key in reading.parameters else _by_name(reading, key)
            if target is not None:
                pairs.append((target, value, found.places.get(key, place)))
        return pairs
    values = list(found.items) if isinstance(found, Items) else [found]
    nodes = returned_nodes(last, len(values))
    differentiable = [n for n in reading.order if n in reading.parameters and reading.parameters[n].classes is None]
    if reading.pair.kind == "vjp" and reading.pair.static:
        order = [name for at, name in enumerate(reading.order) if at not in reading.pair.static]
    else:
        order = reading.order
    if reading.pair.kind in ("autograd", "vjp"):
        if len(values) == 1 and not isinstance(found, Items) and len(differentiable) == 1:
            return [(differentiable[0], values[0], nodes[0] or place)]
        if len(values) != len(order):
            raise Refused(
                place,
                f"{reading.pair.name} returns {len(values)} gradients for {len(order)} inputs",
                "return None where an input has none",
            )
        return [
            (n, v, node or place) for n, v, node in zip(order, values, nodes, strict=True) if n in reading.parameters
        ]
    named = [_by_name(reading, node.id) if isinstance(node, ast.Name) else None for node in nodes]
    if len(values) == 1 and named[0] is None and len(differentiable) == 1:
        named = [differentiable[0]]
    taken = set(named)
    waiting = [name for name in differentiable if name not in taken]
    by_place = len(values) == len(reading.order) and not any(named)
    out: list[tuple[str, Value, ast.AST]] = []
    for at, (value, name, node) in enumerate(zip(values, named, nodes, strict=True)):
        if isinstance(value, Record):
            for key, inner in value.items.items():
                found_name = key if key in reading.parameters else _by_name(reading, key)
                if found_name is not None:
                    out.append((found_name, inner, value.places.get(key) or node or place))
            continue
        if value == NONE:
            continue
        target = name or (reading.order[at] if by_place else waiting.pop(0) if waiting else None)
        if target is None or target not in reading.parameters:
            continue
        out.append((target, value, node or place))
    return out


def _by_name(reading: Reading, name: str) -> str | None:
    for wanted in variables_of(name):
        if wanted in reading.parameters:
            return wanted
    for wanted in variables_of(name):
        if wanted.lower() in reading.in_lower_case:
            return reading.in_lower_case[wanted.lower()]
    return None


def _kept_gradients(reading: Reading, claims: Claims, done: set[str]) -> list[Claim]:
    """What a layer's backward puts into self: `reading.dW`, `reading.grads["W"]`."""
    assert reading.carrier is not None
    out = []
    held = dict(reading.carrier.items)
    places = dict(reading.carrier.places)
    for value in list(held.values()):
        if isinstance(value, Record) and value.kind == "dict":
            for name, inner in value.items.items():
                if inner is reading.parameters.get(name):
                    continue
                key = f"grad_{name}" if name in reading.parameters else name
                held[key] = inner
                if name in value.places:
                    places[key] = value.places[name]
    nodes = {line.name: line.node for line in claims.backward_lines()}
    for key, value in held.items():
        target = _by_name(reading, key)
        if target is None or target in done or key in reading.parameters:
            continue
        if not isinstance(value, Array | Number) and not (isinstance(value, Unknown) and value.clash is not None):
            continue
        code = value.code if isinstance(value, Array) else ""
        node = nodes.get(code) or places.get(key, reading.pair.backward)
        claim = _claim(reading, target, value, node, claims)
        if claim is not None:
            done.add(target)
            out.append(claim)
    return out


def _claim(reading: Reading, name: str, value: Value, node: ast.AST, claims: Claims) -> Claim | None:
    if value == NONE:
        return None
    parameter = reading.parameters[name]
    if isinstance(value, Unknown) and value.clash is not None:
        blamed = value.clash.node or node
        left = f"grad({claims.loss}, {parameter.code})" if parameter.code in claims.behind(claims.loss) else "0"
        return Claim(name, left, "0", blamed, value.clash.message, clashes=True)
    if isinstance(value, Unknown):
        raise Refused(value.node or node, f"{value.why} is not read")

    if not isinstance(value, Array | Number):
        raise Refused(node, f"the gradient by {name} is {described(value)}")
    if parameter.classes is not None:
        return Claim(name, "0", as_array(value, node).code, node, f"{name} holds labels: no gradient is taken by them")
    array = as_array(value, node)
    notes: tuple[str, ...] = ()
    wrong = None
    if array.dims != parameter.dims:
        if reading.pair.kind == "autograd" and len(array.dims) >= len(parameter.dims) and _is_spread(array, parameter):
            array = summed_to(array, parameter.dims, node)
            notes = (_SPREAD,)
        elif not array.dims and array.code == "0":
            pass
        else:
            wrong = f"it has shape {show_dims(array.dims)}, and {name} has {show_dims(parameter.dims)}"
    left = f"grad({claims.loss}, {parameter.code})"
    if parameter.code not in claims.behind(claims.loss):
        left = "0"
    return Claim(name, left, array.code, node, wrong, notes)


def _is_spread(array: Array, parameter: Array) -> bool:
    extra = len(array.dims) - len(parameter.dims)
    ones = parameter.dims

    return all(dim in (ONE, array.dims[i + extra]) for i, dim in enumerate(ones))
