"""The functions of NumPy, JAX, PyTorch and SciPy that are read, each by what it is in the language."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING

from gradcli.pysource import arrays, indexing, masking, numbers
from gradcli.pysource.arguments import Arguments, converted_to, kind_of
from gradcli.pysource.arrays import as_array
from gradcli.pysource.builtins import BUILTIN_FUNCTIONS, RECORDS
from gradcli.pysource.describe import described
from gradcli.pysource.entrywise import ENTRYWISE
from gradcli.pysource.losses import LOSSES
from gradcli.pysource.making import MAKING
from gradcli.pysource.matrix_functions import MATRIX
from gradcli.pysource.reductions import REDUCTIONS
from gradcli.pysource.refusal import Refused
from gradcli.pysource.values import NONE, Array, Level, Library, Masked, Number, Place, Value
from gradcli.pysource.windows import WINDOWS
from gradcli.pysource.writing import written_to

if TYPE_CHECKING:
    from gradcli.pysource.reading import Reading

Handler = Callable[[Arguments], Value]

BUILTINS = frozenset({
    "len", "range", "abs", "max", "min", "sum", "float", "int", "bool", "tuple", "list", "enumerate", "zip", "reversed",
    "dict", "pow", "round", "isinstance", "print", "str", "getattr", "hasattr", "slice", "super",
})  # fmt: skip

_ROOTS = (
    "jax.numpy.linalg.", "numpy.linalg.", "torch.linalg.", "scipy.linalg.", "jax.scipy.linalg.",
)  # fmt: skip
_PLAIN_ROOTS = (
    "jax.scipy.special.", "scipy.special.", "torch.special.", "torch.nn.functional.", "jax.nn.", "jax.numpy.",
    "jax.lax.", "numpy.", "torch.", "math.", "autograd.numpy.", "jax.",
)  # fmt: skip
_CONSTANTS = {"pi": "pi", "e": "e_", "inf": "inf"}
_DTYPES = frozenset({
    "float16", "float32", "float64", "bfloat16", "float", "double", "half", "int", "int8", "int32", "int64", "long",
    "bool", "bool_", "uint8", "float_", "newaxis",
})  # fmt: skip


def member(path: str, name: str, node: ast.AST) -> Value:
    """`np.name`: a constant, or a further library path."""
    full = f"{path}.{name}"
    base, flavour = spelled(full)
    if flavour is not None and base in _CONSTANTS:
        return Array(_CONSTANTS[base], ())
    if base == "newaxis":
        return NONE
    return Library(full)


def spelled(path: str) -> tuple[str, str | None]:
    """A function's name without its library (`linalg.inv` with that one part), and which library it is of."""
    flavour = path.split(".")[0]
    for root in _ROOTS:
        if path.startswith(root):
            return f"linalg.{path.removeprefix(root)}", flavour
    for root in _PLAIN_ROOTS:
        if path.startswith(root):
            return path.removeprefix(root), flavour
    return (path.removeprefix("builtins."), "builtins") if path.startswith("builtins.") else (path, None)


def called(reader: Reading, path: str, args: list[Value], named: dict[str, Value], node: ast.AST) -> Value:
    """A call of a library function.  Raises Refused for one that is not read."""
    base, flavour = spelled(path)
    given = Arguments(reader, base, args, named, node, flavour or "")
    if any(isinstance(arg, Masked) for arg in args):
        return _of_picked(reader, path, base, args, named, node)
    if path in RECORDS:
        return RECORDS[path](given)
    if flavour == "builtins":
        if base in BUILTIN_FUNCTIONS:
            return BUILTIN_FUNCTIONS[base](given)
        raise Refused(node, f"{base}(...) is not read")
    if base in _DTYPES:
        return _typed(base, given)
    if flavour == "math" and base in ("sqrt", "pow") and not any(isinstance(arg, Array) for arg in args):
        exponent: Value = given.at(1, "y") if base == "pow" else numbers.HALF
        found = numbers.combine("**", given.at(0, "x"), exponent, node)
        return found if base == "pow" or not isinstance(found, Array) else arrays.call("sqrt", [given.array(0)], node)
    entrywise = ENTRYWISE.get(base)
    if entrywise is not None:
        return entrywise.read(given)
    handler = handlers().get(base)
    if handler is None:
        raise Refused(node, f"{path} is not read", _hint(base))
    return handler(given)


def _of_picked(
    reader: Reading, path: str, base: str, args: list[Value], named: dict[str, Value], node: ast.AST
) -> Value:
    """A function of the entries that a mask picks: of each of them, or of them all."""
    first = args[0]
    if isinstance(first, Masked) and base in ("len", "size", "numel"):
        return masking.count(first)
    if isinstance(first, Masked) and base in ("sum", "mean") and len(args) == 1 and not named:
        return masking.reduced(base, first, node)
    if base not in ENTRYWISE and base not in ("copy", "clone", "abs"):
        raise Refused(node, f"{path} of entries that a mask picks is not read", "write np.where(mask, ..., 0)")
    found = masking.together(args, node, lambda whole: called(reader, path, whole, named, node))
    assert found is not None
    return found


def _typed(base: str, given: Arguments) -> Value:
    """`np.float32(x)`, `np.int64(3)`."""
    value = numbers.plain(given.at(0))
    kind = kind_of(Library(base))
    if isinstance(value, Number):
        return Number(Fraction(int(value.value)), True) if kind == "int" else value
    array = given.array(0)
    converted_to(kind, array, given.node)
    return array


def _hint(base: str) -> str | None:
    if base.startswith("random."):
        return "pass what is drawn as an argument"
    return None


_HANDLERS: Mapping[str, Handler] = {**MAKING, **REDUCTIONS, **MATRIX, **LOSSES, **WINDOWS}


def handlers() -> Mapping[str, Handler]:
    """Every handler by the function's name."""
    return _HANDLERS


_UPDATES = {
    "set": "", "add": "+", "subtract": "-", "multiply": "*", "mul": "*", "divide": "/",
}  # fmt: skip


def updated(place: Place, name: str, given: Arguments) -> Array:
    """`x.at[index].add(new)` and its kin: a new array; where labels repeat, `add` counts each."""
    if name not in _UPDATES:
        raise Refused(given.node, f".at[...].{name} is not read", "set, add, subtract, multiply and divide are")
    given.only(1, "values", "indices_are_sorted", "unique_indices", "mode")
    sign, new = _UPDATES[name], given.array(0, "values")
    owner = as_array(place.owner, given.node)
    if sign in ("+", "-") and isinstance(place.index, Array) and place.index.classes is not None:
        return scattered(owner, place.index, new, sign, given.node)
    return written_to(owner, place.index, new, given.node, sign)


def scattered(owner: Array, place: Value, new: Array, sign: str, node: ast.AST) -> Array:
    """`np.add.at(owner, labels, new)`: rows add up where labels repeat."""
    if not isinstance(place, Array) or place.classes is None:
        raise Refused(node, f"adding at {described(place)} is not read", "labels pick rows, np.add.at(dW, y, dout)")
    hot = indexing.one_hot(place, owner.dims[0], node)
    if len(place.dims) == 1 and len(owner.dims) == 2:
        rows = arrays.broadcast_to(new, (*place.dims, owner.dims[1]), node)
        added = Array(f"{hot}.T @ {rows.at(Level.POWER)}", owner.dims, Level.PRODUCT)
    elif len(place.dims) == 1 and len(owner.dims) == 1:
        column = arrays.broadcast_to(new, place.dims, node)
        added = Array(f"{hot}.T @ {column.at(Level.POWER)}", owner.dims, Level.PRODUCT)
    elif len(place.dims) == 2 and len(owner.dims) == 2:
        rows = arrays.broadcast_to(new, (*place.dims, owner.dims[1]), node)
        added = Array(f'einsum("bti,btj->ij", {hot}, {rows.code})', owner.dims)
    else:
        raise Refused(node, "adding at labels is read for the rows of a matrix and the entries of a vector")
    return arrays.binary(sign, owner, as_array(added, node), node)
