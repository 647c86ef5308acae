"""Python expressions as values."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING

from gradcli.pysource import library, masking, methods, numbers
from gradcli.pysource.arrays import as_array, call, compare, matmul, negative
from gradcli.pysource.constants import OPERATORS
from gradcli.pysource.describe import described
from gradcli.pysource.frame import Frame, OuterNames
from gradcli.pysource.indexing import pick
from gradcli.pysource.rebinding import is_rebound
from gradcli.pysource.refusal import Refused, shown
from gradcli.pysource.sizes import Size, size
from gradcli.pysource.structures import carried, entry
from gradcli.pysource.values import (
    NONE,
    ONE,
    Absent,
    Array,
    Function,
    Level,
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
from gradcli.pysource.views import apart, current, is_basic, is_view, sharing, written

if TYPE_CHECKING:
    from gradcli.pysource.reading import Reading

_COMPARISONS = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!="}
_DEEPEST = 150


def value_of(reader: Reading, node: ast.expr, frame: Frame, depth: int = 0) -> Value:
    """The value of an expression.  Raises Refused."""
    if depth > _DEEPEST:
        raise Refused(node, "this is nested too deeply to be read")

    def inner(part: ast.expr) -> Value:
        return value_of(reader, part, frame, depth + 1)

    match node:
        case ast.Constant(value=value):
            return _constant(value, node)
        case ast.Name(id=name):
            return current(_there(reader.lookup(name, frame, node)), node)
        case ast.BinOp():
            return _chain(reader, node, frame, depth)
        case ast.UnaryOp(op=op, operand=operand):
            return _unary(op, inner(operand), node)
        case ast.Compare(left=left, ops=ops, comparators=rights):
            return _comparison(inner(left), [(op, inner(right)) for op, right in zip(ops, rights, strict=True)], node)
        case ast.BoolOp(op=op, values=values):
            return _logical(op, [inner(value) for value in values], node)
        case ast.IfExp(test=test, body=body, orelse=orelse):
            return inner(body if reader.truth(test, frame) else orelse)
        case ast.Tuple(elts=parts) | ast.List(elts=parts):
            items: list[Value] = []
            for part in parts:
                if isinstance(part, ast.Starred):
                    items += reader.items(inner(part.value), part)
                else:
                    items.append(inner(part))
            return Sequence(tuple(items), isinstance(node, ast.List))
        case ast.Dict(keys=keys, values=values):
            return _dictionary(keys, values, inner)
        case ast.Attribute(value=owner, attr=name):
            return current(_there(attribute(inner(owner), name, node)), node)
        case ast.Subscript(value=owner, slice=index):
            return current(subscript(inner(owner), inner(index), node), node)
        case ast.Slice(lower=lower, upper=upper, step=step):
            ends = [None if end is None else _size(inner(end), end) for end in (lower, upper)]
            by = 1 if step is None else _step(inner(step), step)
            return Slice(ends[0], ends[1], by)
        case ast.Call():
            return call_value(reader, node, frame, depth)
        case ast.Lambda():
            return Function(node, OuterNames(frame))
        case ast.ListComp(elt=body, generators=[ast.comprehension(target=target, iter=source, ifs=[], is_async=0)]):
            return _listed(reader, body, target, source, frame)
        case ast.GeneratorExp(elt=body, generators=[ast.comprehension(target=target, iter=source, ifs=[], is_async=0)]):
            return _listed(reader, body, target, source, frame)
        case ast.JoinedStr():
            return Word("")
        case ast.NamedExpr(target=target, value=value):
            found = inner(value)
            reader.assign(target, found, frame, node)
            return reader.lookup(target.id, frame, node)
        case ast.Starred():
            raise Refused(node, f"`{shown(node)}` is not read here")
    raise Refused(node, f"`{shown(node)}` is not read")


def _there(value: Value) -> Value:
    """Raises Clash for what no value was found for, since shapes did not fit."""
    if isinstance(value, Unknown) and value.clash is not None:
        raise value.clash
    return value


def _constant(value: object, node: ast.AST) -> Value:
    match value:
        case bool() | str() | None:
            return Word(value)
        case int():
            return Number(Fraction(value), whole=True)
        case float() if value == value and abs(value) != float("inf"):
            return Number(Fraction(repr(value)))
        case float() if value != value:
            raise Refused(node, "nan is no number")
        case float():
            return Array("inf", ()) if value > 0 else Array("-inf", (), Level.NEGATED)
    if value is Ellipsis:
        return Absent()
    raise Refused(node, f"{value!r} is no real number")


def _chain(reader: Reading, node: ast.BinOp, frame: Frame, depth: int) -> Value:
    """A chain of operators, from the left, without recursion along it."""
    steps: list[ast.BinOp] = []
    first: ast.expr = node
    while isinstance(first, ast.BinOp):
        steps.append(first)
        first = first.left
    value = value_of(reader, first, frame, depth + 1)
    for step in reversed(steps):
        sign = OPERATORS.get(type(step.op))
        right = value_of(reader, step.right, frame, depth + 1)
        if sign is None:
            value = _bits(step.op, value, right, step)
            continue
        value = operate(sign, value, right, step)
    return value


def operate(sign: str, left: Value, right: Value, node: ast.AST) -> Value:
    """`left sign right`."""
    for side in (left, right):
        _usable(side, node)
    if isinstance(left, Masked) or isinstance(right, Masked):
        picked = masking.together([left, right], node, lambda sides: operate(sign, sides[0], sides[1], node))
        assert picked is not None
        return picked
    if sign == "+" and isinstance(left, Sequence) and isinstance(right, Sequence):
        return Sequence(left.items + right.items, left.is_list)
    if sign == "*" and isinstance(left, Sequence) and isinstance(right, Number) and right.whole:
        return Sequence(left.items * min(int(right.value), 1000), left.is_list)
    if sign == "@":
        return matmul(as_array(left, node), as_array(right, node), node)
    _no_numbers(sign, left, right, node)
    found = apart(numbers.combine(sign, left, right, node))
    return found


def _no_numbers(sign: str, left: Value, right: Value, node: ast.AST) -> None:
    """Raises Refused where labels or truth values are taken for numbers."""
    if any(isinstance(side, Array) and side.classes is not None for side in (left, right)):
        raise Refused(node, f"`{shown(node)}` takes labels for numbers", "declare them as numbers: y: n")
    if sign in "+-" and all(isinstance(side, Array) and side.truth for side in (left, right)):
        raise Refused(node, f"`{shown(node)}` of truth values is not their {'sum' if sign == '+' else 'difference'}",
                      "convert them: mask.astype(float)")  # fmt: skip


def _usable(value: Value, node: ast.AST) -> None:
    if isinstance(value, Unknown):
        raise Refused(node, f"{value.why} is not read")


def _bits(op: ast.operator, left: Value, right: Value, node: ast.AST) -> Value:
    """`&` and `|` of masks."""
    if isinstance(left, Array) and isinstance(right, Array) and left.truth and right.truth:
        if isinstance(op, ast.BitAnd):
            return _truth(numbers.combine("*", left, right, node))
        if isinstance(op, ast.BitOr):
            return _truth(call("max", [left, right], node))
    raise Refused(node, f"`{shown(node)}` is not read")


def _truth(value: Value) -> Value:
    return Array(value.code, value.dims, value.level, truth=True) if isinstance(value, Array) else value


def _unary(op: ast.unaryop, value: Value, node: ast.AST) -> Value:
    value = numbers.plain(value)
    _usable(value, node)
    if isinstance(value, Masked) and isinstance(op, ast.USub):
        return Masked(negative(value.held), value.mask)
    if isinstance(op, ast.UAdd):
        return apart(value)
    if isinstance(op, ast.USub):
        if isinstance(value, Number):
            return Number(-value.value, value.whole)
        if isinstance(value, Size):
            return numbers.combine("*", Number(Fraction(-1), True), value, node)
        if isinstance(value, Array) and (value.classes is not None or value.truth):
            raise Refused(node, f"`{shown(node)}` of labels or truth values is not read")
        return negative(as_array(value, node))
    if isinstance(value, Array) and value.truth:
        return _truth(numbers.combine("-", Number(Fraction(1), True), value, node))
    if isinstance(op, ast.Not):
        match value:
            case Word(word):
                return Word(not word)
            case Number(number):
                return Word(number == 0)
            case Sequence(items):
                return Word(not items)
    raise Refused(node, f"`{shown(node)}` is not read")


def _comparison(left: Value, rights: list[tuple[ast.cmpop, Value]], node: ast.AST) -> Value:
    found: Value = Word(True)
    for op, right in rights:
        for side in (left, right):
            if not isinstance(op, ast.Is | ast.IsNot):
                _usable(side, node)
        one = _compared(op, left, right, node)
        if isinstance(one, Word) and not one.value:
            return one
        found = one if isinstance(found, Word) else _truth(numbers.combine("*", found, one, node))
        left = right
    return found


def _compared(op: ast.cmpop, left: Value, right: Value, node: ast.AST) -> Value:
    if isinstance(op, ast.Is | ast.IsNot):
        same = left == right if isinstance(left, Word) and isinstance(right, Word) else False
        return Word(same == isinstance(op, ast.Is))
    if isinstance(op, ast.In | ast.NotIn):
        if isinstance(right, Record):
            inside = isinstance(left, Word) and str(left.value) in right.items
        elif isinstance(right, Sequence):
            inside = left in right.items
        else:
            raise Refused(node, f"`{shown(node)}` is not read")
        return Word(inside == isinstance(op, ast.In))
    sign = _COMPARISONS[type(op)]
    labelled = _labels_compared(sign, left, right, node)
    if labelled is not None:
        return labelled
    known = numbers.compared(sign, left, right, node)
    return Word(known) if known is not None else compare(sign, as_array(left, node), as_array(right, node), node)


def _labels_compared(sign: str, left: Value, right: Value, node: ast.AST) -> Value | None:
    """`y == np.arange(C)` as one-hot rows, `y != 0`, `y == other`; labels count from 1 in the language."""
    if isinstance(left, Array) and left.arange is not None:
        left, right = right, left
    if not isinstance(left, Array) or left.classes is None:
        return None
    if isinstance(right, Array) and right.arange == left.classes and sign in ("==", "!="):
        fits = len(left.dims) == 2 and left.dims[1] == ONE and right.dims[-1] == left.classes
        if not fits or (len(right.dims) == 2 and right.dims[0] != ONE) or len(right.dims) > 2:
            raise Refused(node, f"`{shown(node)}` is not read", "write np.arange(C) == y[:, None]")
        hot = Array(f"onehot({left.code})", (left.dims[0], left.classes), truth=True)
        return hot if sign == "==" else _truth(numbers.combine("-", Number(Fraction(1), True), hot, node))
    if isinstance(right, Array) and right.classes is not None:
        return compare(sign, as_array(left, node), as_array(right, node), node)
    shifted = numbers.plain(right)
    if isinstance(shifted, Number | Size):
        return compare(sign, left, as_array(numbers.combine("+", shifted, Number(Fraction(1), True), node), node), node)
    raise Refused(node, f"`{shown(node)}` takes labels for numbers", "declare them as numbers: y: n")


def _logical(op: ast.boolop, values: list[Value], node: ast.AST) -> Value:
    for value in values:
        value = numbers.plain(value)
        if isinstance(value, Array):
            raise Refused(node, "`and` and `or` of arrays are not read", "write & and | with brackets")
        truth = bool(value.value) if isinstance(value, Word) else True
        if isinstance(value, Number):
            truth = value.value != 0
        if truth == isinstance(op, ast.Or):
            return value
    return values[-1]


def _dictionary(keys: list[ast.expr | None], values: list[ast.expr], inner: object) -> Record:
    assert callable(inner)
    record = Record()
    for key, value in zip(keys, values, strict=True):
        found = inner(value)
        if key is None:
            if not isinstance(found, Record):
                raise Refused(value, "** takes a dictionary")
            record.items.update(found.items)
            continue
        name = inner(key)
        if not isinstance(name, Word | Number):
            raise Refused(key, "a key that is no constant is not read")
        record.items[str(name.value)] = found
    return record


def _listed(reader: Reading, body: ast.expr, target: ast.expr, source: ast.expr, frame: Frame) -> Value:
    items = reader.items(reader.expr(source, frame), source)
    if len(items) > 64:
        raise Refused(source, f"{len(items)} turns are too many to be written out")
    found = []
    before = dict(frame.names)
    for item in items:
        reader.assign(target, item, frame, source)
        found.append(reader.expr(body, frame))
    frame.names.clear()
    frame.names.update(before)
    return Sequence(tuple(found), True)


def _size(value: Value, node: ast.AST) -> Size:
    match value:
        case Size():
            return value
        case Number(number) if number.denominator == 1:
            return size(int(number))
    raise Refused(node, f"{described(value)} is no place in an array")


def _step(value: Value, node: ast.AST) -> int:
    if isinstance(value, Number) and value.value.denominator == 1:
        return int(value.value)
    raise Refused(node, "a slice with such a step is not read")


# --------------------------------------------------------------------- attributes and indices


def attribute(owner: Value, name: str, node: ast.AST) -> Value:
    """`owner.name`."""
    match owner:
        case Array():
            found = methods.attribute(owner, name, node)
            return sharing(found, owner) if is_view(name) else found
        case Record(items, kind):
            if kind == "dict":
                return Method(owner, name)
            if name in items:
                return items[name]
            return Unknown(f"the attribute {name}, which is set nowhere", node)
        case Library(path):
            return library.member(path, name, node)
        case Unknown(why):
            raise Refused(node, f"{why} is not read")
        case Sequence() | Word(str()) | Place():
            return Method(owner, name)
        case Masked():
            return masking.count(owner) if name == "size" else Method(owner, name)
        case Number() | Size():
            if name in ("item", "astype", "float", "to", "type"):
                return Method(owner, name)
    raise Refused(node, f"`{shown(node)}` is not read: {described(owner)} has no {name}")


def subscript(owner: Value, index: Value, node: ast.AST) -> Value:
    """`owner[index]`."""
    match owner:
        case Array():
            if isinstance(index, Array) and index.truth:
                return masking.picked(owner, index, node)
            found = pick(owner, index, node)
            return sharing(found, owner) if is_basic(index) else apart(found)
        case Method(Array() as held, "at"):
            return Place(held, index)
        case Sequence(items, is_list):
            if isinstance(index, Slice):
                start, stop = (None if end is None else end.number for end in (index.start, index.stop))
                return Sequence(items[start : stop : index.step], is_list)
            at = numbers.plain(index)
            if isinstance(at, Number) and at.whole and -len(items) <= at.value < len(items):
                return items[int(at.value)]
            raise Refused(node, f"`{shown(node)}`: there is no such item of {len(items)}")
        case Record(items):
            key = str(index.value) if isinstance(index, Word | Number) else None
            if key is not None and key in items:
                return items[key]
            placed = entry(owner, index) or (owner.declared.get(key) if key is not None else None)
            if placed is not None:
                return placed
            raise Refused(node, f"`{shown(node)}`: there is no such key")
        case Unknown(why):
            raise Refused(node, f"{why} is not read")
    raise Refused(node, f"`{shown(node)}` is not read: {described(owner)} has no items")


# --------------------------------------------------------------------- calls


def arguments(reader: Reading, node: ast.Call, frame: Frame, depth: int = 0) -> tuple[list[Value], dict[str, Value]]:
    """The arguments of a call, by place and by name."""
    args: list[Value] = []
    for arg in node.args:
        if isinstance(arg, ast.Starred):
            args += reader.items(value_of(reader, arg.value, frame, depth + 1), arg)
        else:
            args.append(value_of(reader, arg, frame, depth + 1))
    named: dict[str, Value] = {}
    for keyword in node.keywords:
        value = value_of(reader, keyword.value, frame, depth + 1)
        if keyword.arg is not None:
            named[keyword.arg] = value
        elif isinstance(value, Record):
            named.update(value.items)
        else:
            raise Refused(node, "** takes a dictionary")
    return args, named


def call_value(reader: Reading, node: ast.Call, frame: Frame, depth: int = 0) -> Value:
    """The value of a call."""
    if isinstance(node.func, ast.Attribute) and node.func.attr == "size":  # a method of PyTorch, a number of NumPy
        owner = value_of(reader, node.func.value, frame, depth + 1)
        function = Method(owner, "size") if isinstance(owner, Array) else attribute(owner, "size", node.func)
    else:
        function = value_of(reader, node.func, frame, depth + 1)
    args, named = arguments(reader, node, frame, depth)
    match function:
        case Function():
            return reader.call(function, args, named, node, frame)
        case Structure():
            return carried(reader.file, function, args, named, node)
        case Library(path):
            if is_rebound(reader.file, path):
                called = ast.unparse(node.func)
                raise Refused(node, f"{called} is assigned to in this file: what it does is not known")
            found = library.called(reader, path, args, named, node)
            if path.startswith("builtins."):
                return apart(found) if isinstance(found, Array) and not path.endswith("getattr") else found
            return _placed(found, path.rpartition(".")[2], args[0] if args else NONE, named)
        case Method(owner, name):
            found = methods.called(reader, owner, name, args, named, node)
            return _placed(found, name, owner, named) if isinstance(owner, Array) else found
        case Unknown(why):
            raise Refused(node, f"`{shown(node.func)}` is not read: it is {why}")
    raise Refused(node, f"`{shown(node)}` is not read: {described(function)} is no function")


def _placed(found: Value, name: str, owner: Value, named: Mapping[str, Value]) -> Value:
    """What a function of a library returned, in the memory of its array or in its own."""
    if is_view(name) or "copy" in named:
        return sharing(found, owner)
    return apart(found)


def call_statement(reader: Reading, node: ast.Call, frame: Frame) -> None:
    """A call for what it does: `print(...)` is passed over, `np.add.at(A, y, d)` writes."""
    called = ast.unparse(node.func)
    if called in ("print", "warnings.warn", "logging.info", "logger.info", "logging.debug", "super().__init__"):
        return
    if called.endswith((".add.at", ".subtract.at")):
        owner, place, value = (reader.expr(arg, frame) for arg in node.args)
        sign = "+" if called.endswith("add.at") else "-"
        found = library.scattered(as_array(owner, node), place, as_array(value, node), sign, node)
        reader.replace(node.args[0], found, frame, node)
        return
    if isinstance(node.func, ast.Attribute):
        owner_node, name = node.func.value, node.func.attr
        owner = reader.expr(owner_node, frame)
        if isinstance(owner, Record) and methods.kept(reader, owner, name, node, frame):
            return
        if isinstance(owner, Sequence) and owner.is_list and name in ("append", "extend", "insert"):
            args, _ = arguments(reader, node, frame)
            items = list(owner.items)
            if name == "append":
                title = owner_node.id if isinstance(owner_node, ast.Name) else "item"
                items.append(reader.named(title, args[0], frame, node))
            elif name == "extend":
                items += reader.items(args[0], node)
            else:
                items.insert(int(args[0].value) if isinstance(args[0], Number) else 0, args[1])
            reader.store(owner_node, written(owner, Sequence(tuple(items), True), node), frame, node)
            return
        if isinstance(owner, Sequence) and name not in ("copy", "index", "count"):
            raise Refused(node, f"`{shown(node)}` is not read")
        writes = name.endswith("_") and not name.endswith("__") and name != "requires_grad_"
        if isinstance(owner, Array) and (writes or name == "fill"):
            args, named = arguments(reader, node, frame)
            found = methods.in_place(reader, owner, name, args, named, node)
            reader.replace(owner_node, found, frame, node)
            return
        if isinstance(owner, Array) and name in _WRITING:
            raise Refused(node, f"`{shown(node)}` writes in place, and is not read")
    call_value(reader, node, frame)


_WRITING = ("sort", "partition", "resize", "put", "itemset", "setflags", "byteswap", "setfield")


def builtin(name: str, node: ast.AST) -> Value:
    """A name that only Python itself binds."""
    if name in library.BUILTINS:
        return Library(f"builtins.{name}")
    if name in ("float32", "float64", "int64"):
        return Library(f"numpy.{name}")
    raise Refused(node, f"the name {name} is bound nowhere in this file")


__all__ = ["NONE", "attribute", "call_statement", "call_value", "operate", "subscript", "value_of"]
