"""What a layer holds in self: arrays with a shape in its comment, constants, methods."""

from __future__ import annotations

import ast

from gradcli.pairs.reading import Reading
from gradcli.pysource.constants import constant
from gradcli.pysource.program import free
from gradcli.pysource.values import Function, Record, Unknown


def attributes(reading: Reading, node: ast.FunctionDef) -> None:
    """Shapes of what a layer holds in self: names in the comment that are no parameters."""
    if reading.carrier is None or reading.pair.kind == "autograd":
        return
    names = {p.arg for p in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)}
    for name, shape in reading.known.items():
        if name not in names:
            held = free(reading.reader, name, shape, reading.declared)
            reading.attributes[name] = held
            if shape.inside:
                holder = reading.carrier.items.setdefault(shape.inside, Record())
                assert isinstance(holder, Record)
                holder.items[name] = held
            else:
                reading.carrier.items[name] = held
    assert reading.pair.owner is not None
    for method in reading.pair.owner.body:
        if isinstance(method, ast.Assign | ast.AnnAssign) and method.value is not None:
            held_value = constant(method.value)
            for target in method.targets if isinstance(method, ast.Assign) else [method.target]:
                if isinstance(target, ast.Name) and held_value is not None:
                    reading.carrier.items.setdefault(target.id, held_value)
        if isinstance(method, ast.FunctionDef) and method.name == "__init__":
            constants(reading, method)
        if isinstance(method, ast.FunctionDef) and method.name not in reading.carrier.items:
            reading.carrier.items[method.name] = Function(method, reading.file.names, method.name, reading.carrier)


def constants(reading: Reading, init: ast.FunctionDef) -> None:
    """Numbers that __init__ puts into self: literals, and parameters with a literal default."""
    assert reading.carrier is not None
    spec = init.args
    names = [p.arg for p in spec.args]
    defaults = dict(zip(names[len(names) - len(spec.defaults) :], spec.defaults, strict=True))
    defaults |= {p.arg: d for p, d in zip(spec.kwonlyargs, spec.kw_defaults, strict=True) if d is not None}
    for statement in init.body:
        if not isinstance(statement, ast.Assign):
            continue
        value = statement.value
        if isinstance(value, ast.Name) and value.id in defaults:
            value = defaults[value.id]
        held = constant(value)
        if isinstance(value, ast.Dict) or (isinstance(value, ast.Call) and ast.unparse(value.func) == "dict"):
            held = Record(declared=reading.attributes)
        for target in statement.targets:
            own = isinstance(target, ast.Attribute) and ast.unparse(target.value) == names[0]
            if own and isinstance(target, ast.Attribute) and target.attr not in reading.carrier.items:
                reading.carrier.items[target.attr] = (
                    held if held is not None else Unknown(f"self.{target.attr}, whose shape is not known,", target)
                )
