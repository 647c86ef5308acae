"""Reading a function: each assignment becomes a definition of the language, each expression a value."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction

from gradcli.pysource import expressions, masking, numbers
from gradcli.pysource.allowed import keyword_of, refuse_context, refuse_decorators
from gradcli.pysource.arrays import as_array
from gradcli.pysource.binding import bind
from gradcli.pysource.constants import OPERATORS
from gradcli.pysource.describe import described
from gradcli.pysource.file import PythonFile
from gradcli.pysource.frame import Frame, OuterNames
from gradcli.pysource.indexing import pick
from gradcli.pysource.module import imported
from gradcli.pysource.names import Names
from gradcli.pysource.refusal import Clash, Refused, shown
from gradcli.pysource.sizes import Size
from gradcli.pysource.values import (
    NONE,
    Array,
    Function,
    Library,
    Number,
    Record,
    Sequence,
    Unknown,
    Value,
    Word,
)
from gradcli.pysource.views import current, is_basic, sharing, written
from gradcli.pysource.writing import written_to

MOST_TURNS = 64  # of a loop that is written out
_MOST_CALLS = 30  # calls inside of calls


@dataclass(frozen=True, slots=True)
class Line:
    """One definition of the program: `name = code`, and the Python that it comes from.

    `local` is the Python name, `top` whether it is a local of the function that is read and not of a helper.
    """

    name: str
    code: str
    dims: tuple[Size, ...]
    node: ast.AST
    local: str
    top: bool


class _Returned(Exception):
    """Leaves a function: its value stands in the frame."""


class Reader:
    """Reads functions of one file into one list of definitions.

    `lines` are the definitions so far, `notes` what was dropped or is to be said.  Where `goes_on`, a statement in
    which shapes do not fit gives its names no value, and what does not use them is read all the same.
    """

    def __init__(self, file: PythonFile, names: Names) -> None:
        self.file = file
        self.names = names
        self.lines: list[Line] = []
        self.notes: dict[str, None] = {}
        self.side: dict[str, Value] = {}
        self.goes_on = False
        self.arrays_of: str | None = None

    # ------------------------------------------------------------------- functions

    def run(self, function: Function, args: Mapping[str, Value], depth: int = 0) -> tuple[Value, Frame]:
        """The value that a function returns for arguments, by name, and its locals.  Raises Refused."""
        node = function.node
        frame = Frame(dict(args), function.outer, depth)
        if isinstance(node, ast.Lambda):
            return self.expr(node.body, frame), frame
        refuse_decorators(node)
        with suppress(_Returned):
            self.body(node.body, frame)
        return (NONE if frame.returned is None else frame.returned), frame

    def call(
        self, function: Function, args: list[Value], named: dict[str, Value], node: ast.AST, frame: Frame
    ) -> Value:
        """A call of a function of the file, which is read in its place."""
        if frame.depth >= _MOST_CALLS:
            raise Refused(node, "functions that call each other without end are not read")
        bound = bind(function, args, named, node)
        return self.run(function, bound, frame.depth + 1)[0]

    # ------------------------------------------------------------------ statements

    def body(self, statements: list[ast.stmt], frame: Frame) -> None:
        """The statements of a block, in order."""
        for statement in statements:
            try:
                self.statement(statement, frame)
            except Clash as clash:
                if not self.goes_on or frame.depth:
                    raise
                self.without_value(statement, clash, frame)

    def without_value(self, node: ast.stmt, clash: Clash, frame: Frame) -> None:
        """What a statement leaves behind in which shapes do not fit.  Raises the clash where that is not clear."""
        if not isinstance(clash.node, ast.stmt):
            clash.node = node
        gone = Unknown("what has no shape", clash.node, clash)
        targets: list[ast.expr]
        match node:
            case ast.Assign(targets=several):
                targets = several
            case ast.AnnAssign() | ast.AugAssign():
                targets = [node.target]
            case ast.Return(value=ast.Tuple(elts=parts)):
                frame.returned = Sequence(tuple(self.expr_or(part, gone, frame) for part in parts))
                frame.exit = node
                raise _Returned
            case ast.Return(value=ast.Dict(keys=keys, values=values)):
                kept = {key.value: self.expr_or(value, gone, frame) for key, value in zip(keys, values, strict=True)
                        if isinstance(key, ast.Constant) and isinstance(key.value, str)}  # fmt: skip
                if len(kept) != len(keys):
                    raise clash
                frame.returned, frame.exit = Record(kept), node
                raise _Returned
            case ast.Return():
                frame.returned, frame.exit = gone, node
                raise _Returned
            case _:
                raise clash
        for target in targets:
            self.lose(target, gone, clash, frame)

    def lose(self, target: ast.expr, gone: Unknown, clash: Clash, frame: Frame) -> None:
        """A target that gets no value."""
        match target:
            case ast.Name(id=name):
                frame.names[name] = gone
            case ast.Tuple(elts=targets) | ast.List(elts=targets):
                for each in targets:
                    self.lose(each, gone, clash, frame)
            case ast.Attribute(value=owner, attr=name) if isinstance(held := self.expr(owner, frame), Record):
                held.items[name] = gone
            case ast.Subscript(value=owner, slice=ast.Constant(value=str() as key)) if isinstance(
                held := self.expr(owner, frame), Record
            ):
                held.items[key] = gone
            case ast.Subscript(value=ast.Name(id=name)):
                frame.names[name] = gone
            case _:
                raise clash

    def expr_or(self, node: ast.expr, gone: Unknown, frame: Frame) -> Value:
        """The value of an expression; where shapes do not fit in it, what stands for none."""
        try:
            return self.expr(node, frame)
        except Clash as clash:
            earlier = isinstance(clash.node, ast.stmt) and clash.node is not gone.node
            return Unknown(gone.why, clash.node, clash) if earlier else gone

    def statement(self, node: ast.stmt, frame: Frame) -> None:
        """One statement.  Raises Refused, and _Returned at a return."""
        match node:
            case ast.Assign(targets=targets, value=value):
                found = self.expr(value, frame)
                for target in targets:
                    if isinstance(value, ast.Name) and isinstance(target, ast.Name) and frame.depth == 0:
                        found = self.another_name(target.id, found, frame, node)
                    self.assign(target, found, frame, node)
            case ast.AnnAssign(target=target, value=value):
                if value is not None:
                    self.assign(target, self.expr(value, frame), frame, node)
            case ast.AugAssign():
                self.augmented(node, frame)
            case ast.Return(value=value):
                frame.returned = NONE if value is None else self.expr(value, frame)
                frame.exit = node
                raise _Returned
            case ast.Expr(value=value):
                self.effect(value, frame)
            case ast.If(test=test, body=body, orelse=orelse):
                self.body(body if self.truth(test, frame) else orelse, frame)
            case ast.For():
                self.loop(node, frame)
            case ast.With(items=items, body=body):
                for item in items:
                    refuse_context(item)
                self.body(body, frame)
            case ast.FunctionDef(name=name):
                frame.names[name] = Function(node, OuterNames(frame), name)
            case ast.Import() | ast.ImportFrom():
                frame.names.update(imported(node))
            case ast.Delete(targets=targets):
                for target in targets:
                    if not isinstance(target, ast.Name):
                        raise Refused(node, f"`{shown(node)}` is not read")
            case ast.Pass() | ast.Assert() | ast.Global() | ast.Nonlocal():
                if isinstance(node, ast.Global | ast.Nonlocal):
                    raise Refused(node, f"`{shown(node)}` is not read: a function is read by its arguments alone")
            case ast.Raise():
                raise Refused(node, "this always raises")
            case _:
                raise Refused(node, f"`{keyword_of(node)}` is not read")

    def truth(self, test: ast.expr, frame: Frame) -> bool:
        """A condition that is settled while reading."""
        found = self.expr(test, frame)
        match numbers.plain(found):
            case Word(value):
                return bool(value)
            case Number(value):
                return value != 0
            case Sequence(items):
                return bool(items)
            case Record() | Function() | Library():
                return True
            case Size():
                return True  # sizes are positive
            case Unknown(why):
                raise Refused(test, f"{why} is not read")
        raise Refused(test, f"`if {shown(test)}` depends on the values of arrays", "write np.where(condition, a, b)")

    def loop(self, node: ast.For, frame: Frame) -> None:
        """A loop over what is known while reading, written out."""
        turns = self.items(self.expr(node.iter, frame), node.iter)
        if len(turns) > MOST_TURNS:
            raise Refused(node, f"a loop of {len(turns)} turns is too long to be written out (at most {MOST_TURNS})")
        if any(isinstance(inner, ast.Break | ast.Continue) for inner in ast.walk(node)):
            raise Refused(node, "break and continue are not read")
        for item in turns:
            self.assign(node.target, item, frame, node)
            self.body(node.body, frame)
        self.body(node.orelse, frame)

    def items(self, value: Value, node: ast.AST) -> list[Value]:
        """What an iteration goes over."""
        match value:
            case Sequence(items):
                return list(items)
            case Record(items, "dict"):
                return [Word(key) for key in items]
            case Record(items, "tuple"):
                return list(items.values())
            case Array(arange=length) if length is not None:
                raise Refused(node, f"a loop over a size, {length}, is not read", "write it with array operations")
            case Array(dims=dims) if dims and dims[0].number is not None:
                if dims[0].number > MOST_TURNS:
                    raise Refused(node, f"a loop of {dims[0].number} turns is too long to be written out")
                turns = (pick(value, Number(Fraction(i), True), node) for i in range(dims[0].number))
                return [sharing(each, value) for each in turns]
            case Array(dims=dims) if dims:
                raise Refused(
                    node, f"a loop over an axis of length {dims[0]} is not read", "write it with array operations"
                )
        raise Refused(node, f"a loop over {described(value)} is not read")

    def effect(self, value: ast.expr, frame: Frame) -> None:
        """An expression as a statement: a docstring, a call that writes."""
        if isinstance(value, ast.Constant):
            return
        if isinstance(value, ast.Call):
            expressions.call_statement(self, value, frame)
            return
        self.expr(value, frame)

    # ----------------------------------------------------------------- assignments

    def assign(self, target: ast.expr, value: Value, frame: Frame, node: ast.AST) -> None:
        """`target = value`."""
        match target:
            case ast.Name(id=name):
                frame.names[name] = self.named(name, value, frame, node)
                frame.last[name] = node
            case ast.Tuple(elts=targets) | ast.List(elts=targets):
                self.unpack(targets, value, frame, node)
            case ast.Subscript(value=owner, slice=index):
                self.write(owner, index, value, frame, node)
            case ast.Attribute(value=owner, attr=name):
                held = self.expr(owner, frame)
                if not isinstance(held, Record):
                    raise Refused(target, f"writing to `{shown(target)}` is not read")
                held.items[name] = self.named(name, value, frame, node)
                held.places[name] = node
            case _:
                raise Refused(target, f"assigning to `{shown(target)}` is not read")

    def unpack(self, targets: list[ast.expr], value: Value, frame: Frame, node: ast.AST) -> None:
        items = self.items(value, node)
        starred = [place for place, target in enumerate(targets) if isinstance(target, ast.Starred)]
        if starred:
            at, more = starred[0], len(items) - len(targets) + 1
            if more < 0:
                raise Refused(node, f"{len(items)} values do not go to {len(targets)} names")
            items[at : at + more] = [Sequence(tuple(items[at : at + more]), True)]
        if len(items) != len(targets):
            raise Refused(node, f"{len(items)} values do not go to {len(targets)} names")
        for target, item in zip(targets, items, strict=True):
            self.assign(target.value if isinstance(target, ast.Starred) else target, item, frame, node)

    def named(self, name: str, value: Value, frame: Frame, node: ast.AST) -> Value:
        """A value under the name it is assigned to: what is computed becomes a definition."""
        if isinstance(value, Sequence) and not value.is_list:
            return value
        if not isinstance(value, Array) or value.code.isidentifier() or value.arange is not None:
            return value
        if value.labels is not None or value.code.replace(".", "").replace("-", "").isdigit():
            return value
        return self.define(name, value, frame, node)

    def another_name(self, name: str, value: Value, frame: Frame, node: ast.AST) -> Value:
        """`dh = dout`: a name of its own says something of its own, and so gets a definition."""
        if not isinstance(value, Array) or not value.code.isidentifier() or value.arange is not None:
            return value
        return value if value.code.rstrip("_") == name else self.define(name, value, frame, node)

    def define(self, name: str, value: Array, frame: Frame, node: ast.AST) -> Array:
        """A definition for a value."""
        name_ = self.names.fresh(name)
        self.lines.append(Line(name_, value.code, value.dims, node, name, frame.depth == 0))
        return Array(
            name_, value.dims, truth=value.truth, classes=value.classes, offset=value.offset, whole=value.whole,
            memory=value.memory, version=value.version, pieces=value.pieces,
        )  # fmt: skip

    def write(self, owner: ast.expr, index: ast.expr, value: Value, frame: Frame, node: ast.AST, add: str = "") -> None:
        """`owner[index] = value`, or `+=`: the owner gets a new value."""
        held = self.expr(owner, frame)
        place = self.expr(index, frame)
        if isinstance(held, Record):
            key = _key(place, index)
            old = held.items.get(key)
            new = value if not add else self.changed(add, old if old is not None else NONE, value, node)
            held.items[key] = self.named(key, new, frame, node)
            held.places[key] = node
            return
        if isinstance(held, Sequence) and held.is_list and isinstance(place, Number):
            items = list(held.items)
            at = int(place.value)
            if not -len(items) <= at < len(items):
                raise Refused(node, f"index {at} is outside of a list of {len(items)}")
            items[at] = self.changed(add, items[at], value, node) if add else value
            self.store(owner, written(held, Sequence(tuple(items), True), node), frame, node)
            return
        if isinstance(held, Array) and self.file.is_jax:
            raise Refused(node, "JAX's arrays are not written to", f"write {shown(owner)}.at[...].set(...)")
        if not isinstance(held, Array):
            raise Refused(node, f"writing into {described(held)} is not read")
        _whole(held, value, node)
        new = as_array(masking.put_back(place, value, node), node)
        if is_basic(place) and new.dims and not new.code.isidentifier():
            title = owner.id if isinstance(owner, ast.Name) else owner.attr if isinstance(owner, ast.Attribute) else ""
            new = self.define(f"{title}_part", new, frame, node)
        found = written_to(held, place, new, node, add)
        self.replace(owner, found, frame, node)

    def changed(self, sign: str, before: Value, value: Value, node: ast.AST) -> Value:
        """What `before` is after `before += value` and its kin: arrays and lists are written to in place."""
        current(before, node)
        _whole(before, value, node)
        found = expressions.operate(sign, before, value, node)
        if isinstance(before, Array) and isinstance(found, Array) and not self.file.is_jax:
            if before.dims and before.dims != found.dims:
                raise Refused(node, f"`{shown(node)}` would change the shape of an array in place")
            return written(before, found, node)
        if isinstance(before, Sequence) and before.is_list and isinstance(found, Sequence):
            return written(before, found, node)
        return found

    def replace(self, owner: ast.expr, value: Array, frame: Frame, node: ast.AST) -> None:
        """A new value for what was written to in place."""
        held = self.expr(owner, frame)
        if not isinstance(held, Array):
            raise Refused(node, f"writing to `{shown(owner)}` is not read")
        self.store(owner, written(held, value, node), frame, node)

    def store(self, owner: ast.expr, value: Value, frame: Frame, node: ast.AST) -> None:
        """A new value under the name, the key or the attribute that holds it."""
        match owner:
            case ast.Name(id=name):
                frame.names[name] = self.define(name, value, frame, node) if isinstance(value, Array) else value
                frame.last[name] = node
                return
            case ast.Subscript(value=inner, slice=index):
                held = self.expr(inner, frame)
                place = self.expr(index, frame)
                if isinstance(held, Sequence) and held.is_list and isinstance(place, Number) and place.whole:
                    items = list(held.items)
                    at = int(place.value)
                    items[at] = self.define("item", value, frame, node) if isinstance(value, Array) else value
                    self.store(inner, written(held, Sequence(tuple(items), True), node), frame, node)
                    return
                key = _key(place, index) if isinstance(held, Record) else ""
            case ast.Attribute(value=inner, attr=name):
                held = self.expr(inner, frame)
                key = name
            case _:
                held = NONE
        if not isinstance(held, Record):
            raise Refused(node, f"writing to `{shown(owner)}` is not read")
        held.items[key] = self.define(key, value, frame, node) if isinstance(value, Array) else value

    def augmented(self, node: ast.AugAssign, frame: Frame) -> None:
        """`a += b` and its kin."""
        sign = OPERATORS.get(type(node.op))
        if sign is None:
            raise Refused(node, f"`{shown(node)}` is not read")
        value = self.expr(node.value, frame)
        if isinstance(node.target, ast.Subscript):
            self.write(node.target.value, node.target.slice, value, frame, node, sign)
            return
        found = self.changed(sign, self.expr(node.target, frame), value, node)
        self.assign(node.target, found, frame, node)

    # ----------------------------------------------------------------- expressions

    def expr(self, node: ast.expr, frame: Frame) -> Value:
        """The value of an expression.  Raises Refused."""
        return expressions.value_of(self, node, frame)

    def arguments(self, node: ast.Call, frame: Frame) -> tuple[list[Value], dict[str, Value]]:
        """The arguments of a call, by place and by name."""
        return expressions.arguments(self, node, frame)

    def attribute(self, owner: Value, name: str, node: ast.AST) -> Value:
        """`owner.name`."""
        return expressions.attribute(owner, name, node)

    def lookup(self, name: str, frame: Frame, node: ast.AST) -> Value:
        """What a name stands for."""
        for names in (frame.names, frame.outer, self.file.names):
            if name in names:
                return names[name]
        return expressions.builtin(name, node)


def _whole(held: Value, new: Value, node: ast.AST) -> None:
    """Raises Refused where what is written to an array of integers would be cut off."""
    if not isinstance(held, Array) or not held.whole:
        return
    match numbers.plain(new):
        case Number(value) if value.denominator == 1:
            return
        case Array(truth=True) | Array(whole=True) | Size():
            return
    raise Refused(node, "this writes into an array of integers, which cuts off what is behind the point")


def _key(value: Value, node: ast.AST) -> str:
    match value:
        case Word(str() as key):
            return key
        case Number(number):
            return str(number)
    raise Refused(node, f"a key that is {described(value)} is not read")
