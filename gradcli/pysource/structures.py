"""Classes of the file that only carry values: named tuples, data classes, and classes with nothing but attributes."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from gradcli.pysource.constants import constant
from gradcli.pysource.rebinding import hides, is_rebound, resolved
from gradcli.pysource.refusal import Refused
from gradcli.pysource.values import Number, Record, Sequence, Structure, Unknown, Value, Word

if TYPE_CHECKING:
    from gradcli.pysource.file import PythonFile

_BASES = {"typing.NamedTuple": "tuple", "typing_extensions.NamedTuple": "tuple"}


def structure_of(file: PythonFile, node: ast.ClassDef) -> Structure | None:
    """What a class carries; None of one that does more than that."""
    own = [base for base in node.bases if ast.unparse(base) != "object"]
    kinds = [_BASES.get(resolved(file, base) or "") for base in own] or ["object"]
    decorated = [resolved(file, each.func if isinstance(each, ast.Call) else each) for each in node.decorator_list]
    kind = kinds[0]
    if len(kinds) > 1 or kind is None or node.keywords or hides(file, node) is not None:
        return None
    if decorated not in ([], ["dataclasses.dataclass"]) or is_rebound(file, "dataclasses.dataclass"):
        return None
    fields: dict[str, Value | None] = {}
    for statement in node.body:
        match statement:
            case ast.AnnAssign(target=ast.Name(id=name), value=None):
                fields[name] = None
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                fields[name] = constant(value) or Unknown(f"the default of {name}", value)
            case ast.Pass() | ast.Expr(value=ast.Constant()):
                continue
            case _:
                return None
    carries = bool(decorated) or kind == "tuple"
    if fields and not carries:
        return None
    return Structure(node.name, tuple(fields.items()), kind, node)


def named_tuple(name: str, fields: Value, node: ast.AST) -> Structure | None:
    """`namedtuple("Cache", "x w")` and `namedtuple("Cache", ["x", "w"])`."""
    names: list[str] = []
    match fields:
        case Word(str() as text):
            names = text.replace(",", " ").split()
        case Sequence(items):
            names = [str(item.value) for item in items if isinstance(item, Word)]
            if len(names) != len(items):
                return None
    return Structure(name, tuple((each, None) for each in names), "tuple", node) if names else None


def carried(
    file: PythonFile, structure: Structure, args: list[Value], named: dict[str, Value], node: ast.AST
) -> Record:
    """`Cache(x, w=w)`: the values under the names of the fields.  Raises Refused where the call does not fit."""
    names = [name for name, _ in structure.fields]
    if any(path.startswith(f"{structure.name}.") for path in file.rebound):
        raise Refused(node, f"the class {structure.name} is assigned to in this file: what it does is not known")
    if len(args) > len(names):
        raise Refused(node, f"{structure.name} takes {len(names)} values, not {len(args)}")
    given = {**dict(zip(names, args, strict=False)), **named}
    wrong = next((name for name in named if name not in names or name in names[: len(args)]), None)
    if wrong is not None:
        raise Refused(node, f"{structure.name} has no field {wrong} that is free")
    items: dict[str, Value] = {}
    for name, default in structure.fields:
        found = given.get(name, default)
        if found is None:
            raise Refused(node, f"{structure.name} is made without {name}")
        items[name] = found
    return Record(items, structure.kind)


def entry(record: Record, place: Value) -> Value | None:
    """`cache[0]` of a named tuple."""
    values = list(record.items.values())
    if record.kind != "tuple" or not isinstance(place, Number) or not place.whole:
        return None
    at = int(place.value)
    return values[at] if -len(values) <= at < len(values) else None
