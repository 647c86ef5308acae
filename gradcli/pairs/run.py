"""Reading a pair: the forward, then the backward with the values that the forward hands to it."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence

from gradcli.pairs.claim import Claim, Claims
from gradcli.pairs.find import Pair
from gradcli.pairs.handed import arranged, bind
from gradcli.pairs.layer import attributes
from gradcli.pairs.reading import Reading, array_of, arrays_in, defaults_of, define_loss, items_in
from gradcli.pairs.returned import gradients
from gradcli.pairs.tangents import read_tangents
from gradcli.pysource.arrays import show_dims
from gradcli.pysource.constants import constant
from gradcli.pysource.file import PythonFile
from gradcli.pysource.frame import Frame
from gradcli.pysource.methods import arrays_of
from gradcli.pysource.program import declare
from gradcli.pysource.rebinding import hides, is_rebound
from gradcli.pysource.refusal import Refused, shown
from gradcli.pysource.signature import Parameter
from gradcli.pysource.values import Array, Function, Record, Unknown, Value
from gradcli.pysource.values import Sequence as Items


def read_pair(file: PythonFile, pair: Pair, shapes: Mapping[str, Parameter] | None = None) -> Claims:
    """What a pair claims.  Raises Refused for what is not read, with its place."""
    _as_written(file, pair)
    reading = Reading(file, pair, shapes or {})
    nodes = [node for node in (pair.primal, pair.forward, pair.backward) if node is not None]
    reading.reader.arrays_of = "torch" if pair.kind == "autograd" else arrays_of(file, nodes)
    return read_tangents(reading) if pair.kind == "jvp" else _read(reading)


def _as_written(file: PythonFile, pair: Pair) -> None:
    """Raises Refused for functions that are not what they say, since the file binds them to something else."""
    if file.opaque is not None:
        raise Refused(file.opaque, f"`{shown(file.opaque)}` may bind every name of the file anew")
    nodes = [node for node in (pair.primal, pair.forward, pair.backward) if node is not None]
    if pair.owner is None:
        for node in nodes:
            if node.name in file.replaced:
                raise Refused(file.replaced[node.name], f"the name {node.name} is bound to something else here")
        return
    hiding = hides(file, pair.owner)
    if hiding is not None:
        raise Refused(hiding, f"`{shown(hiding)}` may change what the class {pair.owner.name} does")
    if pair.owner.name in file.replaced:
        raise Refused(file.replaced[pair.owner.name], f"the name {pair.owner.name} is bound to something else here")
    for node in nodes:
        path = f"{pair.owner.name}.{node.name}"
        if is_rebound(file, path):
            place = next((p for name, p in file.rebound.items() if name.startswith(pair.owner.name)), node)
            raise Refused(place, f"{path} is assigned to in this file: what it does is not known")


def _read(reading: Reading) -> Claims:
    pair = reading.pair
    node = pair.forward
    if pair.kind in ("layer", "autograd") or (pair.owner is not None and _has_self(node)):
        reading.carrier = Record(kind="object")
    has_context = pair.kind != "autograd" or pair.context is None
    attributes(reading, node)
    carrier = reading.carrier if has_context else None
    defaults = _defaults_of_primal(pair)
    arguments = declare(reading.reader, node, reading.known, reading.declared, carrier, defaults)
    value, frame = reading.reader.run(Function(node, reading.file.names, node.name), arguments)
    if pair.context is not None:
        inputs = Items(tuple(arguments.values()))
        names = [p.arg for p in pair.context.args.args]
        bound = dict(zip(names, (reading.carrier or Record(kind="object"), inputs, value), strict=False))
        reading.reader.run(Function(pair.context, reading.file.names, "setup_context"), bound)
    reading.parameters = {name: held for name, held in arguments.items() if isinstance(held, Array)}
    reading.parameters.update(reading.attributes)
    reading.order = [name for name in arguments if arguments[name] is not reading.carrier]
    values = {name: held for name, held in frame.names.items() if isinstance(held, Array)}
    if reading.carrier is not None:
        values.update({n: v for n, v in reading.carrier.items.items() if isinstance(v, Array) and n not in values})
    if pair.kind == "joint":
        return _joint(reading, value, frame, values)
    outputs, bound_backward, upstream = bind(reading, value, frame, arguments)
    same = _same_as_primal(reading, arguments, outputs)
    loss = define_loss(reading, outputs)
    start = len(reading.reader.lines)
    bound_now = {**bound_backward, **upstream}
    reading.reader.goes_on = True
    found, last = reading.reader.run(
        Function(pair.backward, reading.file.names, pair.backward.name), arranged(reading, bound_now)
    )
    claims = Claims(reading.reader, reading.texts(), loss, start, [], values, arrays_in(last.names))
    _other_names(claims, bound_now, arguments)
    if reading.carrier is not None:
        claims.carried = [*reading.attributes.values(), *arrays_in(reading.carrier.items).values()]
    claims.items = items_in(last.names)
    claims.upstream = {name: seed.code for name, seed in upstream.items()}
    claims.claims = [*same, *gradients(reading, found, last, claims)]
    return claims


def _other_names(claims: Claims, bound: Mapping[str, Value], arguments: Mapping[str, Value]) -> None:
    """The forward's values under the names that they have in a cache, and in the backward."""
    forward = {line.name for line in claims.forward_lines()}
    forward |= {held.code for held in arguments.values() if isinstance(held, Array)}
    held = {key: value for each in bound.values() if isinstance(each, Record) for key, value in each.items.items()}
    for name, value in (*held.items(), *claims.local.items()):
        if isinstance(value, Array) and value.code in forward:
            claims.values.setdefault(name, value)


def _defaults_of_primal(pair: Pair) -> dict[str, ast.expr]:
    """What the arguments of a custom rule's forward are where the function itself has a default for them."""
    if pair.primal is None:
        return {}
    names = [p.arg for p in (*pair.forward.args.posonlyargs, *pair.forward.args.args)]
    own = [p.arg for p in (*pair.primal.args.posonlyargs, *pair.primal.args.args)]
    defaults = defaults_of(pair.primal.args)
    return {name: defaults[other] for name, other in zip(names, own, strict=False) if other in defaults}


def _same_as_primal(reading: Reading, arguments: Mapping[str, Value], outputs: Sequence[Array]) -> list[Claim]:
    """The forward of a custom_vjp computes what the function itself does."""
    pair = reading.pair
    if pair.kind != "vjp" or pair.primal is None:
        return []
    names = [p.arg for p in (*pair.primal.args.posonlyargs, *pair.primal.args.args)]
    bound: dict[str, Value] = dict(zip(names, arguments.values(), strict=False))
    for name, default in defaults_of(pair.primal.args).items():
        bound.setdefault(name, constant(default) or Unknown(f"the default of {name}", default))
    value, _ = reading.reader.run(Function(pair.primal, reading.file.names, pair.primal.name), bound)
    items = value.items if isinstance(value, Items) else (value,)
    claims = []
    for place, (one, other) in enumerate(zip(items, outputs, strict=False)):
        told = "value" if len(outputs) == 1 else f"value {place + 1}"
        first = array_of(one)
        wrong = (
            None
            if first.dims == other.dims
            else (f"{pair.primal.name} returns {show_dims(first.dims)}, {pair.forward.name} {show_dims(other.dims)}")
        )
        claims.append(Claim(told, first.code, other.code, pair.forward, wrong))
    return claims


def _joint(reading: Reading, value: Value, frame: Frame, values: Mapping[str, Array]) -> Claims:
    """One function that returns a scalar and its gradients."""
    if not isinstance(value, Items) or len(value.items) < 2:
        raise Refused(reading.pair.forward, "a loss and its gradients are returned together, `return loss, dx`")
    first = array_of(value.items[0])
    if first.dims:
        raise Refused(reading.pair.forward, f"the loss has shape {show_dims(first.dims)}, and is to be a scalar")
    rest = value.items[1:]
    loss = (
        first.code
        if first.code.isidentifier()
        else reading.reader.define("L", first, Frame({}, {}), reading.pair.forward).code
    )
    claims = Claims(reading.reader, reading.texts(), loss, 0, [], dict(values), dict(values))
    node = frame.exit.value if frame.exit is not None else None
    inner = Frame({}, {})
    if isinstance(node, ast.Tuple):
        tail: ast.expr = ast.Tuple(elts=node.elts[1:], ctx=ast.Load())
        if len(node.elts) == 2:
            tail = node.elts[1]
        inner.exit = ast.copy_location(ast.Return(value=tail), frame.exit or node)
    found: Value = rest[0] if len(rest) == 1 else Items(rest)
    claims.claims = gradients(reading, found, inner, claims)
    return claims


def _has_self(node: ast.FunctionDef) -> bool:
    names = [p.arg for p in (*node.args.posonlyargs, *node.args.args)]
    return names[:1] == ["self"]
