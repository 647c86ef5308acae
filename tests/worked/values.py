"""Values of derivations line by line, by NumPy and central differences; nothing here knows a rule."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from math import prod
from typing import Any

import numpy as np

from gradcli.derive.worked.index import Delta, Entry, Factor, Groups, IndexSum, Slope, SlopeOf, flat
from gradcli.derive.worked.model import Formula, Frontier, LocalJacobian, Pending
from gradcli.expr.factor import parts_of
from gradcli.expr.node import Node, make, name_of
from gradcli.expr.walk import postorder
from tests.normal.numpy_value import ELEMENTWISE, Numeric

Array = Any
STEP = 1e-5


class Unknown(Exception):
    """A formula that is not evaluated here."""


def _opaque(name: str, order: int, t: Array) -> Array:
    phase = zlib.crc32(name.encode()) % 97 / 31
    wave = [np.sin, np.cos, lambda u: -np.sin(u), lambda u: -np.cos(u)][order % 4]
    poly = [0.3 * t**2 + 2.5, 0.6 * t, 0.6 + 0 * t, 0 * t][min(order, 3)]
    return 0.8 * 1.3**order * wave(1.3 * t + phase) + poly


class Values(Numeric):
    """Evaluates nodes; opaque functions are settled by their names."""

    def one(self, node: Node, args: list[Array], shape: tuple[int, ...]) -> Array:
        data: Any = node.data
        if node.op == "elem" and data not in ELEMENTWISE:
            return _opaque(*data, args[0])
        if node.op == "vfun":
            name, order = data
            n, out = args[0].size, shape[: len(shape) - order]
            source = np.random.default_rng(zlib.crc32(name.encode()))
            weights = source.uniform(-1, 1, (*out, n))
            inner = weights @ args[0].reshape(-1)
            wave = [np.sin, np.cos, lambda u: -np.sin(u)][order](inner)
            for _ in range(order):
                wave = wave[..., None] * weights.reshape(*out, *(1,) * (wave.ndim - len(out)), n)
            return wave
        if node.op == "factor":
            return self._factor(node, args[0])
        try:
            return super().one(node, args, shape)
        except (AssertionError, KeyError) as error:
            raise Unknown(node.op) from error

    def _factor(self, node: Node, matrix: Array) -> Array:
        kind, part = parts_of(node)
        if kind == "chol":
            return np.linalg.cholesky((matrix + matrix.T) / 2)
        if kind == "qr":
            if len(matrix) < matrix.shape[1]:
                raise Unknown(kind)  # of at least as many rows as columns
            q, r = np.linalg.qr(matrix)
            signs = np.sign(np.diag(r))
            return q * signs if part == "Q" else (r.T * signs).T
        if kind == "lu":
            n = len(matrix)
            p, lower, u = np.eye(n), np.eye(n), np.array(matrix)
            for k in range(n):
                best = k + int(np.argmax(np.abs(u[k:, k])))
                u[[k, best]], p[[k, best]] = u[[best, k]], p[[best, k]]
                lower[[k, best], :k] = lower[[best, k], :k]
                for row in range(k + 1, n):
                    lower[row, k] = u[row, k] / u[k, k]
                    u[row] = u[row] - lower[row, k] * u[k]
            return {"P": p, "L": lower, "U": u}[part]
        raise Unknown(kind)


def called(name: Node) -> str:
    """What a name's value is called: that of a gradient `grad_x`."""
    return f"grad_{name.data[1]}" if name.op == "cotangent" and isinstance(name.data, tuple) else name_of(name)


class World:
    """A program at a point: the value of every name, and how values move with each other.

    `free` are the values of the free names; `definitions` stand in order; `loss` is the name of the arbitrary function
    and what it is a function of.
    """

    def __init__(
        self,
        free: Mapping[str, Array],
        sizes: Mapping[str, int],
        definitions: Mapping[Node, Node],
        loss: tuple[str, tuple[Node, ...]] | None,
    ) -> None:
        self.sizes = sizes
        self.definitions = definitions
        self.loss = loss
        self.names: dict[str, Array] = dict(free)
        self._total: dict[tuple[str, str], Array] = {}
        self.definitions = {
            name: value
            for name, value in definitions.items()
            if not any(part.op == "cotangent" and part not in definitions for part in postorder(value))
        }
        for name, value in self.definitions.items():
            self.names[called(name)] = self.node(value)

    # ------------------------------------------------------------------ nodes

    def node(self, node: Node, names: Mapping[str, Array] | None = None) -> Array:
        """The value of an expression, derivatives in it by differences."""
        table = dict(self.names if names is None else names)
        for part in postorder(node):
            if part.op == "cotangent" and isinstance(part.data, tuple) and part not in self.definitions:
                table[f"grad_{part.data[1]}"] = self.total_by_name(str(part.data[0]), str(part.data[1]))
        jacobians = [part for part in postorder(node) if part.op in ("jac", "hess")]
        if jacobians:
            memo: dict[int, Node] = {}
            for part in postorder(node):
                if part.op in ("jac", "hess"):
                    label = f"jac_{part.serial}"
                    table[label] = self.jacobian(part, table)
                    memo[part.serial] = make("var", data=(label, ()), shape=part.shape)
                else:
                    args = tuple(memo[arg.serial] for arg in part.args)
                    memo[part.serial] = part if args == part.args else make(part.op, args, part.data, part.shape)
            node = memo[node.serial]
        with np.errstate(all="ignore"):
            return Values(table, self.sizes)(node)

    def jacobian(self, node: Node, table: Mapping[str, Array]) -> Array:
        """∂of/∂by in a layout, or of an expression that is not differentiated yet."""
        if node.op == "hess":
            of, first, second = node.args
            return self.total(make("cotangent", data=(name_of(of), name_of(first)), shape=first.shape), second)
        of, by = node.args
        if node.data == "*":
            return self.direct(lambda names: self.node(of, names), by, total=True)
        found = self.total(of, by).reshape(self.names[called(of)].size, self.names[called(by)].size)
        return found.T if node.data == "denominator" else found

    # ------------------------------------------------------------------ differences

    def downstream(self, changed: Mapping[str, Array]) -> dict[str, Array]:
        """The names when some have other values, everything after them computed anew."""
        names = {**self.names, **changed}
        for name, value in self.definitions.items():
            if called(name) not in changed:
                names[called(name)] = Values(names, self.sizes)(value)
        return names

    def total(self, of: Node, by: Node) -> Array:
        """The total derivative of a name, or of the arbitrary function, by a name: axes of `of`, then of `by`."""
        if of.op == "loss":
            return self.total_by_name(str(of.data), called(by))
        return self.total_by_name(called(of), called(by))

    def total_by_name(self, of: str, by: str) -> Array:
        if (of, by) not in self._total:
            self._total[of, by] = self._differences(lambda names: self._read(of, names), by, self.downstream)
        return self._total[of, by]

    def _read(self, of: str, names: Mapping[str, Array]) -> Array:
        if self.loss is None or of != self.loss[0]:
            return names[of]
        out = 0.0
        for node in self.loss[1]:
            value = names[name_of(node)]
            weights = np.random.default_rng(zlib.crc32(name_of(node).encode())).uniform(0.5, 1.5, value.shape)
            out = out + np.sum(weights * value + 0.2 * weights**2 * value**2)
        return np.asarray(out)

    def direct(self, read: Any, by: Node, total: bool = False) -> Array:
        """The derivative of what `read` makes of the names, the names in between held (or not: `total`)."""
        move = self.downstream if total else (lambda changed: {**self.names, **changed})
        return self._differences(read, called(by), move)

    def _differences(self, read: Any, by: str, move: Any) -> Array:
        base = np.asarray(self.names[by], dtype=float)
        columns = []
        for place in range(base.size):
            sides = []
            for sign in (1, -1):
                moved = base.copy().reshape(-1)
                moved[place] += sign * STEP
                with np.errstate(all="ignore"):
                    sides.append(np.asarray(read(move({by: moved.reshape(base.shape)})), dtype=float))
            columns.append((sides[0] - sides[1]) / (2 * STEP))
        return np.stack(columns, axis=-1).reshape((*columns[0].shape, *base.shape))


class Lines:
    """Evaluates the formulas of one block; `dims` has the size of each index."""

    def __init__(self, world: World, dims: Mapping[int, Any]) -> None:
        self.world = world
        self.dims = dims

    def size(self, letter: int) -> int:
        return Values({}, self.world.sizes).dim(self.dims[letter])

    def value(self, formula: Formula) -> Array:
        """The value; of an index expression with an axis for each free index, in the order of `free`."""
        match formula:
            case Node():
                return self.world.node(formula)
            case IndexSum():
                return self.sum(formula, self.world.names)
            case Slope():
                return self.factor(formula, self.world.names)[0]
            case Frontier():
                return sum(self.pending(part) for part in formula.parts)
            case LocalJacobian():
                return sum(self.local(*part, formula.turned) for part in formula.parts)
        raise Unknown(type(formula).__name__)

    def sum(self, form: IndexSum, names: Mapping[str, Array]) -> Array:
        shape = [self.size(letter) for letter in form.free]
        out = np.zeros(shape)
        for term in form.terms:
            operands: list[Any] = []
            present: set[int] = set()
            for factor in term.factors:
                value, letters = self.factor(factor, names)
                operands += [value, list(letters)]
                present.update(letters)
            for letter in form.free:
                if letter not in present:
                    operands += [np.ones(self.size(letter)), [letter]]
            table = {letter: k for k, letter in enumerate(dict.fromkeys((*form.free, *present)))}
            operands = [[table[x] for x in each] if isinstance(each, list) else each for each in operands]
            free = [table[letter] for letter in form.free]
            value = np.einsum(*operands, free, optimize=True) if operands else np.asarray(1.0)
            out = out + float(term.number) * value
        return out

    def factor(self, factor: Factor, names: Mapping[str, Array]) -> tuple[Array, tuple[int, ...]]:
        """A factor as an array with one axis for each of its letters."""
        match factor:
            case Entry():
                value, letters = self.world.node(factor.node, names), flat(factor.index)
            case Delta():
                value = np.eye(prod(self.size(x) for x in factor.left))
                letters = factor.left + factor.right
            case Slope():
                value = self.slope(factor)
                letters = flat(factor.of_index) + flat(factor.by_index)
            case SlopeOf():
                value = self.world.direct(lambda moved: self.sum(factor.inner, moved), factor.by)
                letters = (*factor.inner.free, *flat(factor.by_index))
        return value.reshape(tuple(self.size(letter) for letter in letters)), letters

    def slope(self, factor: Slope) -> Array:
        """The total derivative of what the chain is of; of a name in between the direct one."""
        if factor.of.op == "loss" or factor.of in self.of or factor.of not in self.world.definitions:
            return self.world.total(factor.of, factor.by)
        value = self.world.definitions[factor.of]
        return self.world.direct(lambda names: self.world.node(value, names), factor.by)

    of: Sequence[Node] = ()

    def pending(self, part: Pending | Node) -> Array:
        if isinstance(part, Node):
            return self.world.node(part)
        inner = self.world.definitions.get(part.part, part.part)
        slope = self.world.direct(lambda names: self.world.node(inner, names), part.by)
        if part.adjoint is None:
            return slope.sum(axis=tuple(range(slope.ndim - self.world.names[called(part.by)].ndim)))
        adjoint = self.world.node(part.adjoint)
        axes = adjoint.ndim
        return np.tensordot(adjoint, slope, axes=(list(range(axes)), list(range(axes)))) if axes else adjoint * slope

    def local(self, outer: Node | None, part: Node, by: Node, turned: bool) -> Array:
        inner = self.world.definitions.get(part, part)
        slope = self.world.direct(lambda names: self.world.node(inner, names), by)
        if part is by:
            slope = np.eye(self.world.names[called(by)].size)
        size = self.world.names[called(by)].size
        slope = slope.reshape(-1, size)
        if outer is not None:
            before = self.world.node(outer)
            before = before.reshape(1, 1) if before.ndim == 0 else before
            if before.ndim == 1:
                before = before.reshape(-1, 1)
            before = before.T if turned else before
            slope = before @ slope
        return slope.T if turned else slope


__all__ = ["Array", "Groups", "Lines", "Unknown", "World"]
