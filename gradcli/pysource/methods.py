"""Attributes and methods of arrays, and of the objects that carry values."""

from __future__ import annotations

import ast
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from gradcli.pysource import arrays, library
from gradcli.pysource.arguments import Arguments, converted_to, kind_of
from gradcli.pysource.describe import described
from gradcli.pysource.entrywise import ENTRYWISE
from gradcli.pysource.refusal import Refused, shown
from gradcli.pysource.sizes import Size, product
from gradcli.pysource.values import (
    NONE,
    ONE,
    Array,
    Library,
    Masked,
    Method,
    Number,
    Place,
    Record,
    Sequence,
    Value,
    Word,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gradcli.pysource.file import PythonFile
    from gradcli.pysource.frame import Frame
    from gradcli.pysource.reading import Reading

_AS_IT_IS = frozenset({
    "astype", "float", "double", "half", "to", "type", "type_as", "clone", "contiguous", "copy", "cpu", "cuda", "numpy",
    "item", "tolist", "requires_grad_", "long", "int", "bool", "bfloat16", "block_until_ready", "view_as", "conj",
})  # fmt: skip
# methods whose name is another function's
_OTHER_NAMES = {
    "view": "reshape", "t": "transpose", "masked_fill": "where", "size": "shape", "new_zeros": "zeros",
    "new_ones": "ones", "sum_to_size": "sum_to_size", "dim": "ndim", "expand_as": "expand_as",
}  # fmt: skip


def attribute(array: Array, name: str, node: ast.AST) -> Value:
    """`x.shape`, `x.T` and kin; other names are methods."""
    match name:
        case "T":
            return arrays.transpose(array, None, node)
        case "mT":
            order = [*range(len(array.dims) - 2), -1, -2] if len(array.dims) > 1 else None
            return arrays.transpose(array, order, node)
        case "shape":
            return Sequence(tuple(array.dims))
        case "size":
            return product(array.dims)
        case "ndim":
            return Number(Fraction(len(array.dims)), True)
        case "data" | "real" | "values" | "A":
            return array
        case "dtype" | "device":
            return Library("numpy.float64")
        case "requires_grad":
            return Word(True)
        case "is_cuda":
            return Word(False)
        case "at":
            return Method(array, "at")
    return Method(array, name)


def called(
    reader: Reading, owner: Value, name: str, args: list[Value], named: dict[str, Value], node: ast.AST
) -> Value:
    """`owner.name(...)`."""
    if isinstance(owner, Record):
        return _of_dictionary(owner, name, args, node)
    if isinstance(owner, Sequence):
        if name in ("copy",):
            return owner
        if name == "index" and args and args[0] in owner.items:
            return Number(Fraction(owner.items.index(args[0])), True)
        raise Refused(node, f"the method {name} of {described(owner)} is not read")
    if isinstance(owner, Word):
        if name in ("lower", "upper", "strip") and isinstance(owner.value, str):
            return Word(getattr(owner.value, name)())
        raise Refused(node, f"the method {name} of a string is not read")
    if isinstance(owner, Masked):
        if name in _AS_IT_IS and name not in ("int", "long", "bool"):
            return owner
        root = "torch" if _torch_file(reader) else "numpy"
        return library.called(reader, f"{root}.{name}", [owner, *args], named, node)
    if isinstance(owner, Place):
        return library.updated(owner, name, Arguments(reader, name, args, named, node))
    array = arrays.as_array(owner, node)
    if name in _AS_IT_IS:
        return _converted(owner, name, args, named, node)
    if name == "size" and not args and not named:
        return Sequence(tuple(array.dims))
    if name == "size":
        found = Arguments(reader, name, args, named, node)
        return array.dims[found.integer(found.at(0, "dim")) % len(array.dims)]
    if name in ("numel", "nelement"):
        return product(array.dims)
    if name in ("dim", "ndimension"):
        return Number(Fraction(len(array.dims)), True)
    if name == "fill":
        return arrays.broadcast_to(arrays.as_array(args[0], node), array.dims, node)
    if name == "t":
        return arrays.transpose(array, None, node)
    if name in ("expand_as", "view_as", "reshape_as"):
        target = arrays.as_array(args[0], node).dims
        return (arrays.broadcast_to if name == "expand_as" else arrays.reshape)(array, target, node)
    if name == "masked_fill":
        return arrays.call("where", [arrays.as_array(args[0], node), arrays.as_array(args[1], node), array], node)
    if name in ("new_zeros", "new_ones"):
        given = Arguments(reader, name, args, named, node)
        return arrays.full(
            "0" if name == "new_zeros" else "1", given.dims(args[0] if len(args) == 1 else Sequence(tuple(args)))
        )
    if name == "sum_to_size":
        given = Arguments(reader, name, args, named, node)
        return summed_to(array, given.dims(args[0] if len(args) == 1 else Sequence(tuple(args))), node)
    if name in ("add", "subtract", "sub", "mul", "multiply", "div", "divide") and len(args) == 1 and not named:
        sign = {"add": "+", "sub": "-", "subtract": "-"}.get(name, "*" if name.startswith("mul") else "/")
        return arrays.binary(sign, array, arrays.as_array(args[0], node), node)
    known = _OTHER_NAMES.get(name, name)
    if known in ENTRYWISE or known in library.handlers():
        return _as_function(reader, known, owner, args, named, node)
    raise Refused(node, f"the method {name} of an array is not read")


def _converted(owner: Value, name: str, args: list[Value], named: dict[str, Value], node: ast.AST) -> Value:
    """The array as another type; a mask that becomes numbers is no mask any more."""
    dtype = named.get("dtype", args[0] if args else None)
    if name in ("int", "long", "bool", "short"):
        kind = "int" if name != "bool" else "bool"
    elif name in ("astype", "to", "type"):
        kind = kind_of(dtype)
    else:
        kind = "float"
    converted_to(kind, owner, node)
    numeric = name in ("float", "double", "half", "bfloat16") or (
        name in ("astype", "to", "type") and dtype is not None
    )
    if numeric and kind != "bool" and isinstance(owner, Array) and owner.truth and not _of_device(dtype):
        return replace(owner, truth=False)
    return owner


def _of_device(dtype: Value | None) -> bool:
    return isinstance(dtype, Word) and kind_of(dtype) == "float" and "float" not in str(dtype.value)


def _as_function(
    reader: Reading, name: str, owner: Value, args: list[Value], named: dict[str, Value], node: ast.AST
) -> Value:
    torch = _torch_file(reader)
    root = "torch" if torch else "numpy"
    return library.called(reader, f"{root}.{name}", [owner, *args], named, node)


def _torch_file(reader: Reading) -> bool:
    """Whether the methods of arrays in this file are PyTorch's, which differ in var and in max over an axis."""
    if reader.arrays_of is not None:
        return reader.arrays_of == "torch"
    return "torch" in libraries_of(reader.file.names.values())


def libraries_of(values: Iterable[Value]) -> set[str]:
    """The libraries that names stand for."""
    return {value.path.split(".")[0] for value in values if isinstance(value, Library)}


def arrays_of(file: PythonFile, nodes: list[ast.FunctionDef]) -> str | None:
    """Whose arrays functions of a file have that imports both NumPy and PyTorch; None of any other file.

    Names of libraries tell, then `dim=` beside `axis=`; what tells nothing is NumPy's.
    """
    if not {"numpy", "torch"} <= libraries_of(file.names.values()):
        return None
    names = {inner.id for node in nodes for inner in ast.walk(node) if isinstance(inner, ast.Name)}
    used = libraries_of(file.names[name] for name in names if name in file.names) & {"numpy", "torch", "jax"}
    if len(used) == 1:
        return next(iter(used))
    options = {inner.arg for node in nodes for inner in ast.walk(node) if isinstance(inner, ast.keyword)}
    return "torch" if options & {"dim", "keepdim"} and not options & {"axis", "keepdims"} else "numpy"


def summed_to(array: Array, dims: tuple[Size, ...], node: ast.AST) -> Array:
    """The array summed over the axes along which a smaller one was spread."""
    extra = len(array.dims) - len(dims)
    axes = list(range(extra))
    axes += [i + extra for i, dim in enumerate(dims) if dim != array.dims[i + extra] and dim == ONE]
    if extra < 0 or any(d not in (ONE, array.dims[i + extra]) for i, d in enumerate(dims)):
        raise Refused(node, f"{arrays.show_dims(array.dims)} cannot be summed to {arrays.show_dims(dims)}")
    if not axes:
        return array
    found = arrays.reduced(array, axes, True, node, lambda a, o: a.code if o == "none" else f"sum({a.code}{o})")
    return arrays.reshape(found, dims, node)


def _of_dictionary(owner: Record, name: str, args: list[Value], node: ast.AST) -> Value:
    match name:
        case "keys":
            return Sequence(tuple(Word(key) for key in owner.items))
        case "values":
            return Sequence(tuple(owner.items.values()))
        case "items":
            return Sequence(tuple(Sequence((Word(key), value)) for key, value in owner.items.items()))
        case "copy":
            return Record(dict(owner.items))
        case "get" | "pop":
            key = str(args[0].value) if args and isinstance(args[0], Word | Number) else ""
            return owner.items.get(key, args[1] if len(args) > 1 else NONE)
        case "setdefault":
            key = str(args[0].value) if args and isinstance(args[0], Word | Number) else ""
            return owner.items.setdefault(key, args[1] if len(args) > 1 else NONE)
    raise Refused(node, f"`{shown(node)}` is not read")


def kept(reader: Reading, owner: Record, name: str, node: ast.Call, frame: Frame) -> bool:
    """What an object keeps: `ctx.save_for_backward(x, w)`, `cache.update(...)`; whether this was such a call."""
    if name == "save_for_backward":
        args, _ = reader.arguments(node, frame)
        owner.items["saved_tensors"] = Sequence(tuple(args))
        owner.items["saved_variables"] = owner.items["saved_tensors"]
        return True
    if name in ("mark_non_differentiable", "set_materialize_grads", "mark_dirty", "save_for_forward"):
        if name == "mark_dirty":
            raise Refused(node, "mark_dirty is not read")
        return True
    if name == "update" and owner.kind == "dict":
        args, named = reader.arguments(node, frame)
        for arg in args:
            if not isinstance(arg, Record):
                raise Refused(node, f"`{shown(node)}` is not read")
            owner.items.update(arg.items)
        owner.items.update(named)
        return True
    return False


def in_place(
    reader: Reading, owner: Array, name: str, args: list[Value], named: dict[str, Value], node: ast.AST
) -> Array:
    """PyTorch's methods that write: `dx.mul_(mask)`, `dx.masked_fill_(m, 0)`, `dW.index_add_(0, y, dout)`."""
    base = name.removesuffix("_")
    if base == "index_add" and len(args) == 3:
        if args[0] != Number(Fraction(0), True):
            raise Refused(node, "index_add_ is read along the first axis")
        return library.scattered(owner, args[1], arrays.as_array(args[2], node), "+", node)
    if base == "zero":
        return arrays.full("0", owner.dims)
    if base in ("fill", "copy"):
        return arrays.broadcast_to(arrays.as_array(args[0], node), owner.dims, node)
    found = called(reader, owner, base, args, named, node)
    if not isinstance(found, Array) or found.dims != owner.dims:
        raise Refused(node, f"`{shown(node)}` is not read")
    return found
