"""Values in words, for messages."""

from __future__ import annotations

from gradcli.pysource.sizes import Size
from gradcli.pysource.values import (
    Absent,
    Array,
    Function,
    Library,
    Masked,
    Method,
    Number,
    Place,
    Record,
    Sequence,
    Slice,
    Structure,
    Unknown,
    Value,
    Word,
)


def described(value: Value) -> str:
    """What a value is, with an article."""
    match value:
        case Array(dims=dims):
            return f"an array of shape ({', '.join(map(str, dims))})"
        case Number() | Size():
            return "a number"
        case Sequence(is_list=is_list):
            return "a list" if is_list else "a tuple"
        case Record(kind=kind):
            return "a dictionary" if kind == "dict" else "an object"
        case Word(None):
            return "None"
        case Word(bool()):
            return "a truth value"
        case Word():
            return "a string"
        case Function(name=name):
            return f"the function {name}" if name else "a function"
        case Library(path):
            return f"{path}"
        case Method(name=name):
            return f"the method {name}"
        case Place():
            return "a place in an array"
        case Slice():
            return "a slice"
        case Absent():
            return "..."
        case Structure(name=name):
            return f"the class {name}"
        case Masked():
            return "an array of the entries that a mask picks"
        case Unknown(why):
            return why
