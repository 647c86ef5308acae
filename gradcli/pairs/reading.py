"""What is known of a pair while it is read."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from functools import cached_property

from gradcli.pairs.find import Pair
from gradcli.pysource.arrays import as_array
from gradcli.pysource.frame import Frame
from gradcli.pysource.module import PythonFile
from gradcli.pysource.names import Names
from gradcli.pysource.program import Declared, size_names
from gradcli.pysource.reader import Reader
from gradcli.pysource.signature import Parameter, parameters_of
from gradcli.pysource.values import Array, Record, Value
from gradcli.pysource.values import Sequence as Items


class Reading:
    """One pair: its shapes, the reader with its names, and what stands between forward and backward.

    `parameters` are the arrays that gradients may be by (a layer's held in `attributes`), `order` the forward's
    arguments, `carrier` what stands for self or ctx, `pairing` each output with its upstream gradient.
    """

    def __init__(self, file: PythonFile, pair: Pair, shapes: Mapping[str, Parameter]) -> None:
        self.file = file
        self.pair = pair
        source = pair.primal if pair.kind == "vjp" and pair.primal is not None else pair.forward
        self.known = parameters_of(file, source, shapes, pair.owner)
        if source is not pair.forward:
            self.known = {**self.known, **parameters_of(file, pair.forward, {}, pair.owner)}
            own = [p.arg for p in (*source.args.posonlyargs, *source.args.args)]
            names = [p.arg for p in (*pair.forward.args.posonlyargs, *pair.forward.args.args)]
            for name, other in zip(names, own, strict=False):  # the same arguments under other names
                if name not in self.known and other in self.known:
                    self.known[name] = self.known[other]
        if pair.backward is not pair.forward:
            more = parameters_of(file, pair.backward, {}, None)
            self.upstream_shapes = {name: shape for name, shape in more.items() if name not in self.known}
        else:
            self.upstream_shapes = {}
        self.reader = Reader(file, Names(size_names([*self.known.values(), *self.upstream_shapes.values()])))
        self.declared: list[Declared] = []
        self.carrier: Record | None = None
        self.attributes: dict[str, Array] = {}
        self.parameters: dict[str, Array] = {}
        self.order: list[str] = []
        self.pairing: list[tuple[Array, Array]] = []

    @cached_property
    def in_lower_case(self) -> dict[str, str]:
        """The parameters by their names in lower case; asked when all are known."""
        return {name.lower(): name for name in self.parameters}

    def texts(self) -> list[str]:
        """The declarations."""
        return [declared.text for declared in self.declared]


def array_of(value: Value) -> Array:
    """A value as an array.  Raises Refused."""
    return as_array(value, ast.Pass(lineno=1, col_offset=0))


def arrays_in(names: Mapping[str, Value]) -> dict[str, Array]:
    """The arrays among names."""
    return {name: value for name, value in names.items() if isinstance(value, Array)}


def items_in(names: Mapping[str, Value]) -> dict[str, str]:
    """The arrays that lists and tuples among names hold, by their code: how Python has them."""
    return {item.code: f"{name}[{place}]" for name, value in names.items() if isinstance(value, Items)
            for place, item in enumerate(value.items) if isinstance(item, Array) and item.code.isidentifier()
            and value.is_list}  # fmt: skip


def defaults_of(spec: ast.arguments) -> dict[str, ast.expr]:
    """The defaults of parameters by name."""
    names = [p.arg for p in (*spec.posonlyargs, *spec.args)]
    found = dict(zip(names[len(names) - len(spec.defaults) :], spec.defaults, strict=True))
    return found | {p.arg: d for p, d in zip(spec.kwonlyargs, spec.kw_defaults, strict=True) if d is not None}


def returned_nodes(frame: Frame, count: int) -> list[ast.expr | None]:
    """The expressions of a return statement that returns so many values."""
    node = frame.exit.value if frame.exit is not None else None
    parts: list[ast.expr | None] = list(node.elts) if isinstance(node, ast.Tuple | ast.List) else [node]
    return parts if len(parts) == count else [None] * count


def define_loss(reading: Reading, outputs: Sequence[Array]) -> str:
    """The scalar whose gradients the backward returns: the sum over the outputs of <upstream, output>."""
    if not reading.pairing:
        (only,) = outputs
        return reading.reader.define("L", only, Frame({}, {}), reading.pair.forward).code
    terms = []
    for out, seed in reading.pairing:
        inner = f"{seed.code} * {out.code if out.code.isidentifier() else f'({out.code})'}"
        terms.append(f"sum({inner})" if out.real or len(out.dims) > 2 else inner)
    return reading.reader.define("L", Array(" + ".join(terms), ()), Frame({}, {}), reading.pair.forward).code
