"""The language, read from its syntax tree straight into JAX: an oracle that shares nothing with `gradcli.expr`.

Inside, a vector is a column of two axes, so that products and transposes mean what the language reference says
without further thought; scalars have no axes.  `natural` is what goes in and comes out: a vector has one axis.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from math import prod
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from gradcli.syntax import ast
from gradcli.syntax.ast import Source
from gradcli.syntax.parse import parse_module
from tests.oracle.jax_factors import FACTORS
from tests.oracle.jax_functions import FUNCTIONS, PARTS, language_scalar, nth_derivative, windows

# Small programs are compiled once and run once: time is for compiling.
os.environ.setdefault("XLA_FLAGS", "--xla_backend_optimization_level=0 --xla_llvm_disable_expensive_passes=true")
jax.config.update("jax_enable_x64", True)

CONSTANTS = {"pi": jnp.pi, "e_": jnp.e, "inf": jnp.inf}
Value = Any


class Identity:
    """`I`, of whatever size is wanted, times a scalar."""

    def __init__(self, factor: Value = 1.0) -> None:
        self.factor = factor

    def like(self, other: Value) -> Value:
        return self.factor * jnp.eye(other.shape[0])


def inside(natural: Value) -> Value:
    """A vector becomes a column; `1 x 1` a scalar."""
    a = jnp.asarray(natural, dtype=jnp.float64)
    a = a[:, None] if a.ndim == 1 else a
    return a.reshape(()) if a.shape == (1, 1) else a


def outside(value: Value) -> Value:
    """A column becomes a vector."""
    a = jnp.asarray(value)
    return a[:, 0] if a.ndim == 2 and a.shape[1] == 1 else a


def matrix_product(a: Value, b: Value) -> Value:
    """`a @ b`: a scalar is 1 x 1, and a 1 x 1 result a scalar."""
    if isinstance(a, Identity):
        return a.factor * b
    if isinstance(b, Identity):
        return b.factor * a
    a, b = jnp.asarray(a), jnp.asarray(b)
    if a.ndim > 2 or b.ndim > 2:
        vector = b.ndim == 2 and b.shape[1] == 1
        out = a @ b
        return out[..., 0] if vector else out
    out = (a.reshape(1, 1) if a.ndim == 0 else a) @ (b.reshape(1, 1) if b.ndim == 0 else b)
    return out.reshape(()) if out.shape == (1, 1) else out


def together(values: list[Value]) -> list[Value]:
    """Operands of an elementwise operation: of one shape but for scalars and axes of size 1, which are broadcast."""
    shaped = next((v for v in values if not isinstance(v, Identity) and jnp.ndim(v)), None)
    out = []
    for v in values:
        if isinstance(v, Identity):
            assert shaped is not None
            v = v.like(shaped)
        if shaped is not None and jnp.ndim(v) != 0:
            # axes of size 1 go with any, of arrays of one rank
            pairs = zip(jnp.shape(v), shaped.shape, strict=False)
            fit = jnp.ndim(v) == shaped.ndim and all(1 in pair or pair[0] == pair[1] for pair in pairs)
            assert fit, "implicit broadcasting"
        out.append(v)
    return out


class Reference:
    """One program.  `sizes` are the dimensions, `functions` the opaque ones: `name -> f(order)`."""

    def __init__(self, text: str, sizes: Mapping[str, int], functions: Mapping[str, Callable[[int], Any]]) -> None:
        module, diagnostics = parse_module(Source("program", text))
        assert not [d for d in diagnostics if d.is_error], diagnostics
        self.sizes = dict(sizes)
        self.functions = functions
        self.definitions: dict[str, ast.Statement] = {}
        self.defined_functions: dict[str, ast.DefineFunction] = {}
        self.declared: dict[str, ast.Declare] = {}
        for statement in module.statements:
            match statement:
                case ast.Declare():
                    self.declared.update({name.id: statement for name in statement.names})
                case ast.Define() | ast.DefineIndexed():
                    self.definitions[statement.name.id] = statement
                case ast.DefineMany():
                    self.definitions.update({name.id: statement for name in statement.names})
                case ast.Implicit():
                    self.definitions.update({name.id: statement for name in statement.names})
                case ast.DefineFunction():
                    self.defined_functions[statement.name.id] = statement

    def value(self, of: str, arguments: Mapping[str, Value]) -> Value:
        """The value of a name, natural, given all free names; a definition that is given too is not looked at."""
        env: dict[str, Value] = {name: inside(value) for name, value in arguments.items()}
        for name, statement in self.definitions.items():
            if name in arguments:
                continue
            if isinstance(statement, ast.Define):
                env[name] = self.eval(statement.value, env)
            elif isinstance(statement, ast.DefineIndexed):
                env[name] = self.indexed(statement, env)
            elif isinstance(statement, ast.DefineMany) and name not in env:
                outputs = self.eval(statement.value, env)
                env.update({output.id: part for output, part in zip(statement.names, outputs, strict=True)})
            elif isinstance(statement, ast.Implicit):
                env[name] = self.settled(statement, env)
            if name == of:
                break
        return outside(env[of])

    def settled(self, statement: ast.Implicit, env: Mapping[str, Value]) -> Value:
        """The one unknown of a relation, by Newton's method from 0.

        The steps after the first are those that count for derivatives: each makes one more order of them right.
        """
        (unknown,) = [name.id for name in statement.names]
        shape = self.shape_of(unknown)

        def step(flat: Value, env: Mapping[str, Value]) -> Value:
            def residual(flat: Value) -> Value:
                inner = {**env, unknown: flat.reshape(shape)}
                return (self.eval(statement.left, inner) - self.eval(statement.right, inner)).reshape(-1)

            return flat - jnp.linalg.solve(jax.jacobian(residual)(flat), residual(flat))

        held = {name: jax.lax.stop_gradient(value) for name, value in env.items() if not isinstance(value, Identity)}
        flat = jax.lax.fori_loop(0, 30, lambda _, flat: step(flat, held), jnp.zeros(prod(shape)))
        flat = jax.lax.stop_gradient(flat)
        return step(step(flat, env), env).reshape(shape)

    def shape_of(self, name: str) -> tuple[int, ...]:
        """The declared shape of a name, a vector as a column."""
        declared = self.declared[name].type
        assert isinstance(declared, ast.ArrayType)
        dims = tuple(int(dim) if str(dim).isdigit() else self.sizes[str(dim)] for dim in declared.dims)
        return (*dims, 1) if len(dims) == 1 else dims

    # ------------------------------------------------------------------ expressions

    def eval(self, e: ast.Expr, env: Mapping[str, Value]) -> Value:
        match e:
            case ast.Num():
                return np.float64(float(e.value))
            case ast.Name():
                return self.name(e.id, env)
            case ast.Neg():
                inner = self.eval(e.arg, env)
                return Identity(-inner.factor) if isinstance(inner, Identity) else -inner
            case ast.Sum():
                terms = together([self.eval(t, env) for t in e.terms])
                total = terms[0]
                for op, term in zip(e.ops, terms[1:], strict=True):
                    total = total + term if op == "+" else total - term
                return total
            case ast.Product():
                out = self.eval(e.factors[0], env)
                for op, factor in zip(e.ops, e.factors[1:], strict=True):
                    out = self.product(op, out, self.eval(factor, env))
                return out
            case ast.Compare():
                a, b = together([self.eval(e.left, env), self.eval(e.right, env)])
                test = {"<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b, "==": a == b, "!=": a != b}[e.op]
                return test.astype(jnp.float64)
            case ast.Power():
                base, exponent = together([self.eval(e.base, env), self.eval(e.exponent, env)])
                return power(base, exponent, e.exponent)
            case ast.MatPower():
                return self.matrix_power(e, env)
            case ast.Transpose():
                inner = self.eval(e.arg, env)
                return inner.T
            case ast.LastTwoTurned():
                return jnp.swapaxes(self.eval(e.arg, env), -1, -2)
            case ast.Call():
                return self.call(e, env)
            case ast.Index():
                return self.part(e, env) if any(map(_is_open, e.indices)) else self.entry(e, env)
            case ast.ListLit():
                return self.literal(e, env)
            case ast.IndexSum():
                return self.index_sum(e, env)
        raise NotImplementedError(type(e).__name__)

    def name(self, name: str, env: Mapping[str, Value]) -> Value:
        if name in env:
            return env[name]
        if name in CONSTANTS:
            return CONSTANTS[name]
        if name == "I":
            return Identity()
        return np.float64(self.sizes[name])

    def product(self, op: str, a: Value, b: Value) -> Value:
        if op == "@":
            return matrix_product(a, b)
        if op == "kron":
            return FUNCTIONS["kron"](a, b)
        if isinstance(a, Identity) and jnp.ndim(b) == 0:
            return Identity(a.factor * b if op == "*" else a.factor / b)
        if isinstance(b, Identity) and jnp.ndim(a) == 0:
            return Identity(a * b.factor)
        a, b = together([a, b])
        return a * b if op == "*" else a / b

    def matrix_power(self, e: ast.MatPower, env: Mapping[str, Value]) -> Value:
        base, exponent = self.eval(e.base, env), self.eval(e.exponent, env)
        if jnp.ndim(base) == 0:
            return power(base, exponent, e.exponent)
        k = int(exponent)
        if k < 0:
            base, k = jnp.linalg.inv(base), -k
        out = jnp.eye(base.shape[0])
        for _ in range(k):
            out = out @ base
        return out

    def literal(self, e: ast.ListLit, env: Mapping[str, Value]) -> Value:
        rows = [
            [self.eval(cell, env) for cell in item.items] if isinstance(item, ast.ListLit) else [self.eval(item, env)]
            for item in e.items
        ]
        out = jnp.stack([jnp.stack([jnp.asarray(cell).reshape(()) for cell in row]) for row in rows])
        return out.reshape(()) if out.shape == (1, 1) else out

    # ------------------------------------------------------------------------ calls

    def call(self, e: ast.Call, env: Mapping[str, Value]) -> Value:
        if e.fn in ("ones", "zeros", "eye"):
            return self.filled(e.fn, [self.size(arg) for arg in e.args])
        if e.fn == "reshape":
            sizes = [self.size(arg) for arg in e.args[1:]]
            return inside_keeping_rows(jnp.reshape(outside(self.eval(e.args[0], env)), sizes))
        if e.fn == "einsum":
            assert isinstance(e.args[0], ast.Str)
            operands = [self.eval(arg, env) for arg in e.args[1:]]
            subscripts = e.args[0].value.replace(" ", "").split("->")[0].split(",")
            trimmed = [a.reshape(-1) if len(s) < jnp.ndim(a) else a for s, a in zip(subscripts, operands, strict=True)]
            return inside_keeping_rows(jnp.einsum(e.args[0].value, *trimmed))
        if e.fn in self.defined_functions:
            return self.defined(e, env)
        if e.fn == "onehot":
            return jax.nn.one_hot(outside(self.eval(e.args[0], env)) - 1, self.labels(e.args[0]))
        if e.fn == "windows":
            return inside_keeping_rows(windows(outside(self.eval(e.args[0], env)), self.size(e.args[1])))
        if e.fn in PARTS:
            natural = [outside(self.eval(arg, env)) for arg in e.args]
            return inside_keeping_rows(PARTS[e.fn](natural, **self.options(e, env)))
        args = [self.eval(arg, env) for arg in e.args]
        if e.fn in FACTORS:
            factors = FACTORS[e.fn](*args)
            return factors if len(factors) > 1 else factors[0]
        if e.fn in FUNCTIONS and not e.primes:
            return FUNCTIONS[e.fn](*args, **self.options(e, env))
        scalar = language_scalar(e.fn)
        if scalar is not None:
            return nth_derivative(scalar, e.primes)(args[0])
        declared = self.declared.get(e.fn)
        if declared is not None and isinstance(declared.type, ast.FunctionType) and declared.type.domain.dims:
            flat = len(declared.type.domain.dims) == 1  # a row is a list too
            natural = jnp.reshape(args[0], -1) if flat else outside(args[0])
            return inside_keeping_rows(self.functions[e.fn](e.primes)(natural))
        return self.functions[e.fn](e.primes)(args[0])

    def defined(self, e: ast.Call, env: Mapping[str, Value]) -> Value:
        statement = self.defined_functions[e.fn]
        args = [self.eval(arg, env) for arg in e.args]
        params = [param.id for param in statement.params]
        if len(params) > 1:
            return self.eval(statement.value, {**env, **dict(zip(params, args, strict=True))})
        scalar = lambda t: jnp.asarray(self.eval(statement.value, {**env, params[0]: t}))  # noqa: E731
        if e.primes:
            return nth_derivative(scalar, e.primes)(args[0])
        return jax.vmap(scalar)(jnp.reshape(args[0], -1)).reshape(jnp.shape(args[0]))

    def labels(self, e: ast.Expr) -> int:
        """How many labels a declared name has."""
        assert isinstance(e, ast.Name)
        kind = self.declared[e.id].type
        assert isinstance(kind, ast.ArrayType)
        return int(kind.labels) if str(kind.labels).isdigit() else self.sizes[str(kind.labels)]

    def filled(self, name: str, sizes: list[int]) -> Value:
        if name == "eye":
            return jnp.eye(sizes[0])
        fill = jnp.ones if name == "ones" else jnp.zeros
        return inside(fill(sizes))

    def size(self, arg: ast.Expr) -> int:
        if isinstance(arg, ast.Name):
            return self.sizes[arg.id]
        if isinstance(arg, ast.Product):
            return prod(self.size(factor) for factor in arg.factors)
        if isinstance(arg, ast.Sum):
            return sum(
                self.size(t) * (-1 if op == "-" else 1) for op, t in zip(("+", *arg.ops), arg.terms, strict=True)
            )
        assert isinstance(arg, ast.Num)
        return int(arg.value)

    def options(self, e: ast.Call, env: Mapping[str, Value]) -> dict[str, Any]:
        """The options of a call: numbers, True and False, and several axes."""
        out: dict[str, Any] = {}
        for key, value in e.kwargs:
            if isinstance(value, ast.Name) and value.id in ("True", "False"):
                out[key] = value.id == "True"
            elif isinstance(value, ast.ListLit):
                out[key] = tuple(int(self.eval(item, env)) for item in value.items)
            else:
                out[key] = int(self.eval(value, env))
        return out

    def part(self, e: ast.Index, env: Mapping[str, Value]) -> Value:
        """`x[2:n]`, `A[i, :]`, `v[None, :]`, `E[y, :]`: of a matrix an index keeps its axis, in higher rank it goes."""
        base = outside(self.eval(e.base, env))
        keeps = jnp.ndim(base) == 2 and not any(_is_new(index) for index in e.indices)
        items: list[Any] = []
        for index in e.indices:
            if _is_new(index):
                items.append(None)
            elif isinstance(index, ast.Slice):
                first = 0 if index.first is None else int(self.eval(index.first, env)) - 1
                items.append(slice(first, None if index.last is None else int(self.eval(index.last, env))))
            else:
                place = jnp.asarray(outside(self.eval(index, env)), dtype=int) - 1
                items.append(place[None] if keeps and jnp.ndim(place) == 0 else place)
        return inside_keeping_rows(base[tuple(items)])

    # ---------------------------------------------------------------- index notation

    def entry(self, e: ast.Index, env: Mapping[str, Value]) -> Value:
        base = env[_key(e)] if _key(e) in env else self.eval(e.base, env)
        index = tuple(jnp.asarray(self.eval(i, env), dtype=int) - 1 for i in e.indices)
        if len(index) == 1 and base.ndim == 2:
            return base.reshape(-1)[index[0]]
        return base[index]

    def index_sum(self, e: ast.IndexSum, env: Mapping[str, Value]) -> Value:
        ranges, env = self.ranges(e.body, env)
        over = {"sum": jnp.sum, "mean": jnp.mean, "prod": jnp.prod, "max": jnp.max, "min": jnp.min}[e.fn]
        return over(self.everywhere(e.body, env, {name: ranges[name] for name in e.indices}))

    def indexed(self, e: ast.DefineIndexed, env: Mapping[str, Value]) -> Value:
        ranges, env = self.ranges(e.value, env)
        sizes = {index.id: ranges[index.id] for index in e.indices}
        values = self.everywhere(e.value, env, sizes)
        return inside_keeping_rows(values.reshape((*sizes.values(), *values.shape[1:])))

    def everywhere(self, e: ast.Expr, env: Mapping[str, Value], sizes: Mapping[str, int]) -> Value:
        """An expression at every choice of its indices, in order, as a list."""
        if not sizes:
            return jnp.asarray(self.eval(e, env)).reshape(1)
        places = np.indices(tuple(sizes.values())).reshape(len(sizes), -1) + 1.0

        def at(*index: Value) -> Value:
            value = outside(self.eval(e, {**env, **dict(zip(sizes, index, strict=True))}))
            return value.reshape(()) if value.size == 1 else value.reshape(-1)  # a function that gives rows

        return jax.vmap(at)(*places)

    def ranges(self, e: ast.Expr, env: Mapping[str, Value]) -> tuple[dict[str, int], dict[str, Value]]:
        """How far each index name goes (as far as the axes that it indexes), and `env` with the arrays indexed."""
        found: dict[str, int] = {}
        known = dict(env)
        todo: list[Any] = [e]
        shifted: list[tuple[ast.Sum, int]] = []
        while todo:
            part = todo.pop()
            if isinstance(part, ast.Index):
                named = isinstance(part.base, ast.Name)
                if named and part.base.id not in env:
                    continue
                known[_key(part)] = env[part.base.id] if named else self.eval(part.base, env)
                shape = jnp.shape(outside(known[_key(part)]))
                if len(shape) == 2 and shape[0] == 1 and len(part.indices) == 1:
                    shape = shape[1:]
                for index, size in zip(part.indices, shape, strict=True):
                    if isinstance(index, ast.Name):
                        found[index.id] = size
                    elif isinstance(index, ast.Sum):
                        shifted.append((index, size))
            elif isinstance(part, ast.Expr):
                todo.extend(getattr(part, slot) for slot in part.__slots__ if slot != "span")
            elif isinstance(part, tuple):
                todo.extend(part)
        for index, size in shifted:  # `x[i + j - 1]`: as far as it lies in the array where the others are largest
            names = [term.id for term in index.terms if isinstance(term, ast.Name)]
            unknown = [name for name in names if name not in found]
            if len(unknown) == 1:
                numbers = [
                    int(term.value) if isinstance(term, ast.Num) else found.get(getattr(term, "id", ""), 0)
                    for term in index.terms
                ]
                signs = [1, *(-1 if op == "-" else 1 for op in index.ops)]
                found[unknown[0]] = size - sum(sign * number for sign, number in zip(signs, numbers, strict=True))
        return found, known


def _is_new(index: ast.Expr) -> bool:
    return isinstance(index, ast.Name) and index.id == "None"


def _is_open(index: ast.Expr) -> bool:
    """Whether an index leaves an axis or makes one."""
    return isinstance(index, ast.Slice) or _is_new(index)


def _key(e: ast.Index) -> str:
    """Under which the array that is indexed is kept: no name of the language."""
    return f"#{id(e)}"


def inside_keeping_rows(natural: Value) -> Value:
    """A vector becomes a column; anything else stays."""
    a = jnp.asarray(natural)
    return a[:, None] if a.ndim == 1 else a


def power(base: Value, exponent: Value, written: ast.Expr) -> Value:
    """`base ** exponent`; an integer written out is one, so that a negative base has its power."""
    negative = isinstance(written, ast.Neg)
    literal = written.arg if isinstance(written, ast.Neg) else written
    if isinstance(literal, ast.Num) and literal.value.denominator == 1:
        k = -int(literal.value) if negative else int(literal.value)
        return jnp.power(base, k) if k >= 0 else 1 / jnp.power(base, -k)
    return jnp.power(base, exponent)
