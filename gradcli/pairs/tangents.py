"""The rule of a `jax.custom_jvp`: a value and its tangent."""

from __future__ import annotations

from gradcli.pairs.claim import Claim, Claims
from gradcli.pairs.reading import Reading, array_of, arrays_in, define_loss
from gradcli.pysource.arrays import show_dims
from gradcli.pysource.frame import Frame
from gradcli.pysource.program import declare, free
from gradcli.pysource.refusal import Refused
from gradcli.pysource.signature import Parameter
from gradcli.pysource.values import NONE, Array, Function, Value
from gradcli.pysource.values import Sequence as Items


def read_tangents(reading: Reading) -> Claims:
    """A custom_jvp: its tangent is linear in the tangents, with the derivative as coefficient."""
    pair = reading.pair
    node = pair.forward
    arguments = declare(reading.reader, node, reading.known, reading.declared)
    reading.order = list(arguments)
    reading.parameters = {name: held for name, held in arguments.items() if isinstance(held, Array)}
    primal, frame = reading.reader.run(Function(node, reading.file.names, node.name), arguments)
    outputs = [array_of(item) for item in primal.items] if isinstance(primal, Items) else [array_of(primal)]
    seeds = [
        free(
            reading.reader,
            "bar" if len(outputs) == 1 else f"bar_{i}",
            Parameter(out.dims, ("constant",)),
            reading.declared,
        )
        for i, out in enumerate(outputs)
    ]
    reading.pairing = list(zip(outputs, seeds, strict=True))
    loss = define_loss(reading, outputs)
    names = [p.arg for p in (*pair.backward.args.posonlyargs, *pair.backward.args.args)]
    bound: dict[str, Value] = {}
    moving = [name for at, name in enumerate(reading.order) if at not in pair.static]
    for at in pair.static:
        bound[names.pop(0)] = arguments[reading.order[at]]
    if len(names) != 2:
        raise Refused(pair.backward, "the rule of a custom_jvp takes primals and tangents")
    tangents = {
        name: free(reading.reader, f"{name}_dot", Parameter(reading.parameters[name].dims), reading.declared)
        for name in moving
        if name in reading.parameters and reading.parameters[name].classes is None
    }
    bound[names[0]] = Items(tuple(arguments[name] for name in moving))
    bound[names[1]] = Items(tuple(tangents.get(name, NONE) for name in moving))
    start = len(reading.reader.lines)
    found, last = reading.reader.run(Function(pair.backward, reading.file.names, pair.backward.name), bound)
    place = last.exit or pair.backward
    if not isinstance(found, Items) or len(found.items) != 2:
        raise Refused(place, "the rule of a custom_jvp returns a pair: the value and its tangent")
    values, moved = (
        [array_of(i) for i in part.items] if isinstance(part, Items) else [array_of(part)] for part in found.items
    )
    claims = Claims(reading.reader, [], loss, start, [], arrays_in(frame.names), arrays_in(last.names))
    out: list[Claim] = []
    for one, other in zip(outputs, values, strict=True):
        out.append(Claim("value", one.code, other.code, place))
    terms = []
    for seed, tangent, output in zip(seeds, moved, outputs, strict=True):
        if tangent.dims != output.dims:
            told = f"the tangent has shape {show_dims(tangent.dims)}, the value {show_dims(output.dims)}"
            out.append(Claim("tangent", "0", "1", place, told))
            continue
        inner = f"{seed.code} * ({tangent.code})"
        terms.append(f"sum({inner})" if output.real else inner)
    if terms:
        moved_loss = reading.reader.define("L_dot", Array(" + ".join(terms), ()), Frame({}, {}), place).code
        for name, tangent in tangents.items():
            left = f"grad({loss}, {reading.parameters[name].code})"
            used = claims.behind(moved_loss)
            right = f"grad({moved_loss}, {tangent.code})" if tangent.code in used else "0"
            if reading.parameters[name].code not in claims.behind(loss):
                left = "0"
            out.append(Claim(name, left, right, place))
    claims.declared = reading.texts()
    claims.claims = out
    return claims
