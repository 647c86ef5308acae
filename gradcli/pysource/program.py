"""A Python function as a program of the language: declarations, definitions, and what it returns."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from gradcli.pysource.constants import constant
from gradcli.pysource.file import PythonFile
from gradcli.pysource.frame import Frame
from gradcli.pysource.methods import arrays_of
from gradcli.pysource.names import Names
from gradcli.pysource.reader import Line, Reader
from gradcli.pysource.refusal import Refused
from gradcli.pysource.signature import Parameter, parameters_of
from gradcli.pysource.sizes import Size
from gradcli.pysource.values import Array, Function, Record, Unknown, Value


@dataclass(frozen=True, slots=True)
class Declared:
    """A free name of the program: its declaration, and the parameter that it is."""

    name: str
    text: str
    parameter: str


@dataclass(slots=True)
class ReadFunction:
    """A function that was read: `declared` and `reader.lines` are the program, `value` is what it returns."""

    reader: Reader
    declared: list[Declared]
    arguments: dict[str, Value]
    value: Value
    frame: Frame

    def text(self) -> str:
        """The program."""
        lines = [declared.text for declared in self.declared]
        return "\n".join([*lines, *(f"{line.name} = {line.code}" for line in self.reader.lines)]) + "\n"


def read_function(file: PythonFile, name: str, shapes: Mapping[str, Parameter] | None = None) -> ReadFunction:
    """A function of a file by its name (`Class.method` too).  Raises Refused."""
    node, owner = find_function(file, name)
    known = parameters_of(file, node, shapes or {}, owner)
    names = Names(size_names(known.values()))
    reader = Reader(file, names)
    reader.arrays_of = arrays_of(file, [node])
    declared: list[Declared] = []
    carrier = Record(kind="object") if owner is not None and not is_static(node) else None
    arguments = declare(reader, node, known, declared, carrier)
    value, frame = reader.run(Function(node, file.names, name), arguments)
    _name_result(reader, value, node, frame)
    return ReadFunction(reader, declared, arguments, value, frame)


def _name_result(reader: Reader, value: Value, node: ast.FunctionDef, frame: Frame) -> None:
    """What is returned without a name becomes the last definition."""
    last = reader.lines[-1].name if reader.lines else None
    if isinstance(value, Array) and value.code != last:
        returned = next((n for n in ast.walk(node) if isinstance(n, ast.Return)), node)
        reader.define("result" if node.name in ("result",) else "out", value, frame, returned)


def find_function(file: PythonFile, name: str) -> tuple[ast.FunctionDef, ast.ClassDef | None]:
    """A function of the file, or a method.  Raises Refused with the nearest name."""
    if name in file.functions:
        return file.functions[name], None
    head, _, method = name.rpartition(".")
    if head in file.classes:
        for node in file.classes[head].body:
            if isinstance(node, ast.FunctionDef) and node.name == method:
                return node, file.classes[head]
    from difflib import get_close_matches

    every = [*file.functions]
    for title, body in file.classes.items():
        every += [f"{title}.{each.name}" for each in body.body if isinstance(each, ast.FunctionDef)]
    near = get_close_matches(name, every, 1)
    hint = f"did you mean {near[0]}?" if near else f"it has {', '.join(every[:8])}" if every else None
    raise Refused(None, f"{file.name} has no function {name}", hint)


def is_static(node: ast.FunctionDef) -> bool:
    """Whether a method takes no self."""
    return any(ast.unparse(decorator) == "staticmethod" for decorator in node.decorator_list)


def size_names(known: Iterable[Parameter]) -> set[str]:
    """The names of sizes in shapes."""
    sizes = [
        size for parameter in known for size in (*parameter.dims, *([parameter.classes] if parameter.classes else []))
    ]
    return {name for size in sizes for name in size.names}


def declare(
    reader: Reader,
    node: ast.FunctionDef,
    known: Mapping[str, Parameter],
    declared: list[Declared],
    carrier: Record | None = None,
    more: Mapping[str, ast.expr] | None = None,
) -> dict[str, Value]:
    """The parameters of a function as free names, constants, or what they carry.  Raises Refused without a shape.

    `more` are defaults that another function with these parameters has.
    """
    spec = node.args
    positional = [*spec.posonlyargs, *spec.args]
    defaults: dict[str, ast.expr] = dict(
        zip([p.arg for p in positional][len(positional) - len(spec.defaults) :], spec.defaults, strict=True)
    )
    defaults |= {p.arg: d for p, d in zip(spec.kwonlyargs, spec.kw_defaults, strict=True) if d is not None}
    defaults |= more or {}
    bound: dict[str, Value] = {}
    missing: list[str] = []
    for place, parameter in enumerate([*positional, *spec.kwonlyargs]):
        name = parameter.arg
        if carrier is not None and place == 0:
            bound[name] = carrier
        elif name in known:
            bound[name] = free(reader, name, known[name], declared)
        elif name in defaults:
            found = constant(defaults[name])
            bound[name] = found if found is not None else Unknown(f"the default of {name}", defaults[name])
        else:
            missing.append(name)
            bound[name] = Unknown(f"the parameter {name}, whose shape is not known,", parameter)
    if spec.vararg is not None:
        bound[spec.vararg.arg] = Unknown(f"*{spec.vararg.arg}", spec.vararg)
    if spec.kwarg is not None:
        bound[spec.kwarg.arg] = Record()
    if missing:
        shapes = ", ".join(f"{name}: n d" if i == 0 else f"{name}: d" for i, name in enumerate(missing))
        raise Refused(
            next(p for p in (*positional, *spec.kwonlyargs) if p.arg == missing[0]),
            f"the shape of {', '.join(missing)} is not known",
            f"write it above `def {node.name}`: # gradcli: {shapes}",
        )
    return bound


def free(reader: Reader, name: str, parameter: Parameter, declared: list[Declared]) -> Array:
    """A free name with a shape."""
    written = reader.names.fresh(name)
    declared.append(Declared(written, declaration(written, parameter), name))
    truth = bool({"binary", "onehot"} & {*parameter.attributes})
    return Array(written, parameter.dims, truth=truth, classes=parameter.classes)


def declaration(name: str, parameter: Parameter) -> str:
    """`name : R[n, d] attributes`."""
    array = Array(name, parameter.dims)
    dims: tuple[Size, ...] = array.dims if len(array.dims) > 2 or array.is_row else array.real
    shape = f"[{', '.join(map(str, dims))}]" if dims else ""
    kind = f"{{1..{parameter.classes}}}" if parameter.classes is not None else "R"
    return " ".join([f"{name} : {kind}{shape}", *parameter.attributes])


__all__ = ["Declared", "Line", "ReadFunction", "declare", "find_function", "free", "read_function", "size_names"]
