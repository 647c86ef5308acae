"""The equations of a traced function as expressions of the language, one operation each."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from gradcli.pysource import arrays, indexing
from gradcli.pysource.arrays import as_array
from gradcli.pysource.names import Names
from gradcli.pysource.reader import MOST_TURNS
from gradcli.pysource.refusal import Refused
from gradcli.pysource.sizes import Size, read_size, size
from gradcli.pysource.values import ONE, Array, Number, Slice, Value, Word
from gradcli.pysource.values import Sequence as Items
from gradcli.traced import integers
from gradcli.traced.integers import Integers, Places, Traced
from gradcli.traced.names import names_of

NODE = ast.Pass(lineno=1, col_offset=0)
_NAMED = {
    "logistic": "sigmoid", "integer_pow": "", "lgamma": "lgamma", "digamma": "digamma", "erf_inv": "erfinv",
    **{name: name for name in (
        "exp", "log", "log1p", "expm1", "sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh", "asinh",
        "acosh", "atanh", "sqrt", "cbrt", "abs", "sign", "erf", "erfc", "floor", "ceil", "max", "min",
    )},
}  # fmt: skip
_OPERATORS = {"add": "+", "add_any": "+", "sub": "-", "mul": "*", "div": "/", "pow": "**"}
_NEUTRAL = {"add": ("0",), "add_any": ("0",), "sub": ("0",), "mul": ("1",), "div": ("1",), "max": ("-inf",)}
_COMPARED = {"eq": "==", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}
_MOST_HELD = 64  # entries of an array that the function holds itself
_NAN = "nan"
_INNER = ("jaxpr", "call_jaxpr", "fun_jaxpr")
_SAME = frozenset({"copy", "copy_p", "reduce_precision", "optimization_barrier", "name", "real"})
_REDUCED = {"reduce_sum": "sum", "reduce_max": "max", "reduce_min": "min", "reduce_prod": "prod"}


class Tracing:
    """The definitions that a traced function comes to; `notes` is what was dropped."""

    def __init__(self, names: Names) -> None:
        self.names = names
        self.lines: list[str] = []
        self.notes: dict[str, None] = {}

    def run(self, jaxpr: Any, consts: list[Any], args: Sequence[Traced], function: str | None = None) -> list[Traced]:
        """The values that a jaxpr returns, which `function` calls.  Raises Refused for a primitive that is not read."""
        env: dict[Any, Traced] = {}
        env.update(zip(jaxpr.constvars, [_constant(each) for each in consts], strict=True))
        env.update(zip(jaxpr.invars, args, strict=True))
        uses: dict[Any, int] = {}
        for equation in jaxpr.eqns:
            for used in equation.invars:
                if not hasattr(used, "val"):
                    uses[used] = uses.get(used, 0) + 1

        def get(var: Any) -> Traced:
            return _constant(var.val) if hasattr(var, "val") else env[var]

        named = names_of(jaxpr.eqns, function)
        for place, equation in enumerate(jaxpr.eqns):
            found = self.equation(equation, [get(var) for var in equation.invars])
            for var, value in zip(equation.outvars, found, strict=True):
                env[var] = self.kept(value, uses.get(var, 0), named.get(place))
        return [get(var) for var in jaxpr.outvars]

    def kept(self, value: Traced, uses: int, said: str | None) -> Traced:
        """A value that has a name in the source, is used again, or is long, becomes a definition."""
        if not isinstance(value, Array) or value.code.isidentifier() or value.code in (_NAN, "-inf"):
            return value
        if said is None and uses < 2 and len(value.code) < 60:
            return value
        if value.code.replace(".", "").isdigit():
            return value
        name = self.names.fresh(said or "u")
        self.lines.append(f"{name} = {value.code}")
        return Array(name, value.dims, truth=value.truth, classes=value.classes)

    def equation(self, equation: Any, args: list[Traced]) -> list[Traced]:
        """The results of one equation."""
        name, params = equation.primitive.name, equation.params
        if name in ("scan", "cond"):
            return self.scan(params, args) if name == "scan" else self.branch(params, args)
        if equation.outvars:
            counted = integers.equation(equation, args)
            if counted is not None:
                return [counted]
        inner = next((params[key] for key in _INNER if key in params), None)
        if inner is not None and name not in ("scan", "while", "cond"):
            called = str(params.get("name", "")).strip("_")
            if called in ("inv", "det", "solve", "slogdet") and is_of_library(called, inner, equation.invars):
                return self.linear(called, [_plain(arg) for arg in args])
            closed = getattr(inner, "jaxpr", inner)
            return self.run(closed, list(getattr(inner, "consts", ())), args, str(params.get("name", "")))
        if name == "gather":
            where = args[1]
            return [integers.gathered(params, full(args[0], equation.invars[0]), where, dims_of(equation.outvars[0]))]
        if name == "scatter-add":
            new = as_array(_plain(args[2]), NODE)
            return [integers.scattered(params, full(args[0], equation.invars[0]), args[1], new)]
        handler = _HANDLERS.get(name)
        if name in _SAME:
            return list(args)
        if name == "split":
            return self.split(params, full(args[0], equation.invars[0]))
        if handler is None and name not in _ELEMENTWISE:
            raise Refused(None, f"the primitive {name} is not read")
        if handler is not None:
            shaped = [full(arg, var) for arg, var in zip(args, equation.invars, strict=True)]
            return [handler(self, params, shaped, dims_of(equation.outvars[0]))]
        return [self.elementwise(name, params, [_plain(arg) for arg in args], equation)]

    def scan(self, params: Mapping[str, Any], args: list[Traced]) -> list[Traced]:
        """A loop of a known length, written out."""
        length = params["length"]
        if not isinstance(length, int) or length > MOST_TURNS:
            raise Refused(None, f"a loop of length {length} is not read", f"at most {MOST_TURNS} turns are written out")
        held, carried = int(params["num_consts"]), int(params["num_carry"])
        closed = params["jaxpr"]
        carry = args[held : held + carried]
        outs: list[list[Traced]] = []
        for turn in range(length):
            at = length - 1 - turn if params["reverse"] else turn
            rows = [indexing.pick(as_array(_plain(each), NODE), Number(Fraction(at), True), NODE)
                    for each in args[held + carried :]]  # fmt: skip
            found = self.run(closed.jaxpr, list(closed.consts), [*args[:held], *carry, *rows])
            carry = [self.kept(each, 2, None) for each in found[:carried]]
            outs.append([self.kept(each, 2, None) for each in found[carried:]])
        if params["reverse"]:
            outs.reverse()
        stacks: list[Traced] = []
        for place in range(len(outs[0]) if outs else 0):
            parts = [as_array(_plain(each[place]), NODE) for each in outs]
            wide = [arrays.placed(part, (ONE, *part.dims)) for part in parts]
            stacks.append(indexing.joined(wide, 0, NODE) if len(wide) > 1 else wide[0])
        return [*carry, *stacks]

    def branch(self, params: Mapping[str, Any], args: list[Traced]) -> list[Traced]:
        """A choice by the machine that the code runs on: that for all others; `lax.cond`: the value of one branch.

        Raises Refused for other conditions.
        """
        platforms = params.get("branches_platforms")
        if platforms is not None and None in platforms:
            closed = params["branches"][platforms.index(None)]
            return self.run(closed.jaxpr, list(closed.consts), args[1:], "")
        test, branches = args[0], params["branches"]
        if len(branches) != 2 or not isinstance(test, Array) or not test.truth or test.dims:
            raise Refused(None, "a choice by an index, lax.switch, is not read", "write jnp.where(condition, a, b)")
        runs = [self.run(closed.jaxpr, list(closed.consts), args[1:], "") for closed in branches]
        sides = [[as_array(_plain(each), NODE) for each in run] for run in runs]
        return [one if one.code == other.code else arrays.call("where", [test, one, other], NODE)
                for other, one in zip(*sides, strict=True)]  # fmt: skip

    def elementwise(self, name: str, params: Mapping[str, Any], args: list[Value], equation: Any) -> Value:
        """An operation of every entry."""
        x = [as_array(arg, NODE) for arg in args]
        same = _unchanged(name, x, dims_of(equation.outvars[0]))
        if same is not None:
            return same
        if name in ("eq", "ne") and x[0].code == x[1].code:
            self.notes["guards against nan are dropped: every number is one"] = None
            return Word(name == "eq")
        if name in _OPERATORS:
            return arrays.binary(_OPERATORS[name], x[0], x[1], NODE)
        if name in _COMPARED:
            return arrays.compare(_COMPARED[name], x[0], x[1], NODE)
        match name:
            case "neg":
                return arrays.negative(x[0])
            case "integer_pow":
                return arrays.binary("**", x[0], as_array(Number(Fraction(int(params["y"])), True), NODE), NODE)
            case "square":
                return arrays.binary("**", x[0], Array("2", ()), NODE)
            case "rsqrt":
                return arrays.binary("/", Array("1", ()), arrays.call("sqrt", x, NODE), NODE)
            case "exp2":
                return arrays.binary("**", Array("2", ()), x[0], NODE)
            case "is_finite":
                self.notes["guards by is_finite are dropped: every number is finite"] = None
                return _truth(arrays.full("1", x[0].dims))
            case "stop_gradient":
                return Array(f"stop({x[0].code})", x[0].dims)
            case "convert_element_type":
                if "float" in str(params["new_dtype"]) and "float" in str(equation.invars[0].aval.dtype):
                    self.notes["conversions between precisions are dropped: numbers are real"] = None
                whole = "int" in str(params["new_dtype"])
                if whole and not (x[0].truth or x[0].classes is not None or not x[0].dims):
                    raise Refused(None, "a conversion of numbers to integers is not read")
                return args[0]
            case "clamp":
                return arrays.call("clip", [x[1], x[0], x[2]], NODE)
            case "and":
                return _truth(arrays.binary("*", x[0], x[1], NODE))
            case "or":
                return _truth(arrays.call("max", x, NODE))
            case "not":
                return _truth(arrays.binary("-", Array("1", ()), x[0], NODE))
            case "select_n":
                if len(x) != 3:
                    raise Refused(None, "a choice of more than two is not read")
                if _NAN in (x[1].code, x[2].code):
                    self.notes["guards that give nan are dropped"] = None
                    return x[2] if x[1].code == _NAN else x[1]
                if x[0].code.startswith(("1", "ones(")) and x[0].truth:
                    return x[2]
                if x[0].truth and (x[2].code, x[1].code) == ("1", "0"):
                    return x[0]
                return arrays.call("where", [x[0], x[2], x[1]], NODE)
        return arrays.call(_NAMED[name], x, NODE)

    def linear(self, name: str, args: list[Value]) -> list[Traced]:
        """`inv`, `det`, `slogdet` and `solve`, whose insides are factorisations."""
        x = [as_array(arg, NODE) for arg in args]
        if name == "solve":
            return [Array(f"solve({x[0].code}, {x[1].code})", x[1].dims)]
        if len(x[0].dims) != 2:
            raise Refused(None, f"{name} of a stack of matrices is not read")
        if name == "slogdet":
            return [Array(f"sign(det({x[0].code}))", ()), Array(f"logdet({x[0].code})", ())]
        return [Array(f"{name}({x[0].code})", () if name == "det" else x[0].dims)]

    def split(self, params: Mapping[str, Any], array: Array) -> list[Traced]:
        """`split(x, sizes, axis)`."""
        start, out = size(0), list[Traced]()
        for length in params["sizes"]:
            stop = start + read_size(str(length))
            index: list[Value] = [Slice(None, None)] * len(array.dims)
            index[params["axis"]] = Slice(start, stop)
            out.append(indexing.pick(array, Items(tuple(index)), NODE))
            start = stop
        return out


_ELEMENTWISE = {
    *_NAMED, *_OPERATORS, *_COMPARED, "neg", "square", "rsqrt", "exp2", "is_finite", "stop_gradient",
    "convert_element_type", "clamp", "and", "or", "not", "select_n",
}  # fmt: skip


def is_of_library(name: str, inner: Any, variables: list[Any]) -> bool:
    """Whether an inner function is the one of `jax.numpy.linalg`, and not one of the user's with the same name."""
    import jax

    shaped: Any = jax.ShapeDtypeStruct
    given = [shaped(var.aval.shape, var.aval.dtype) for var in variables]
    meant = jax.make_jaxpr(getattr(jax.numpy.linalg, name))(*given).jaxpr
    inside = next((meant.eqns[0].params[key] for key in _INNER if key in meant.eqns[0].params), None)
    return len(meant.eqns) == 1 and str(inside) == str(inner)


def dims_of(var: Any) -> tuple[Size, ...]:
    """The shape of a traced value."""
    return tuple(read_size(str(dim)) for dim in var.aval.shape)


def full(value: Traced, var: Any) -> Array:
    """A value in the whole shape that it is traced with; until then axes along which it is spread have length 1."""
    array, dims = as_array(_plain(value), NODE), dims_of(var)
    return array if array.dims == dims else arrays.broadcast_to(array, dims, NODE)


def _unchanged(name: str, x: list[Array], dims: tuple[Size, ...]) -> Array | None:
    """The operand that an operation leaves as it is: `x + 0`, `1 * x`, a mask that is compared with 1."""
    if len(x) != 2:
        return None
    first, second = x
    if first.dims == dims and second.code in _NEUTRAL.get(name, ()):
        return first
    if second.dims == dims and first.code in _NEUTRAL.get(name, ()) and name in ("add", "add_any", "mul", "max"):
        return second
    return first if name == "eq" and first.truth and second.code == "1" and first.dims == dims else None


def _plain(value: Traced) -> Value:
    """A value that is used as a number.  Raises Refused for places."""
    if isinstance(value, Integers) and value.constant:
        return value.offset
    if isinstance(value, Integers | Places) or (isinstance(value, Array) and value.classes is not None):
        raise Refused(None, "labels and places along an axis are read as indices, and not as numbers")
    return value


def _constant(value: Any) -> Value:
    shape: Any = getattr(value, "shape", ())
    if shape is not None and len(shape) > 0:
        if len(shape) == 1 and 1 < shape[0] <= _MOST_HELD:
            parts = [as_array(_constant(each), NODE).code for each in value]
            return Array(f"[{', '.join(parts)}]", (size(len(parts)),))
        raise Refused(None, "an array that the function holds itself is not read", "pass it as an argument")
    number = value.item() if hasattr(value, "item") else value
    if isinstance(number, float):
        number = float(number)
        if number != number:
            return Array(_NAN, ())
    if isinstance(number, bool):
        return Array(str(int(number)), (), truth=True)
    if isinstance(number, int):
        return Number(Fraction(number), True)
    if isinstance(number, float) and abs(number) == float("inf"):
        return Array("inf" if number > 0 else "-inf", ())
    if isinstance(number, float) and number == number:
        return Number(Fraction(repr(number)))
    raise Refused(None, f"the constant {number!r} is not read")


def _truth(array: Array) -> Array:
    return Array(array.code, array.dims, array.level, truth=True)


_Handler = Callable[[Tracing, Mapping[str, Any], list[Array], tuple[Size, ...]], Value]


def _reduce(name: str) -> _Handler:
    def handle(tracing: Tracing, params: Mapping[str, Any], x: list[Array], dims: tuple[Size, ...]) -> Value:
        return arrays.reduced(x[0], params["axes"], False, NODE,
                              lambda a, o: a.code if o == "none" else f"{name}({a.code}{o})")  # fmt: skip

    return handle


def _dot(tracing: Tracing, params: Mapping[str, Any], x: list[Array], dims: tuple[Size, ...]) -> Value:
    (left, right), (batch_left, batch_right) = params["dimension_numbers"]
    a, b = x
    if not batch_left and len(left) == 1 and left[0] == len(a.dims) - 1 and right[0] == 0 and len(b.dims) <= 2:
        return arrays.matmul(a, b, NODE)
    letters = iter("abcdefghijklmnopqrstuvwxyz")
    first = [next(letters) for _ in a.dims]
    second = ["" for _ in b.dims]
    for i, j in (*zip(left, right, strict=True), *zip(batch_left, batch_right, strict=True)):
        second[j] = first[i]
    second = [letter or next(letters) for letter in second]
    result = [first[i] for i in batch_left]
    result += [each for i, each in enumerate(first) if i not in left and i not in batch_left]
    result += [each for j, each in enumerate(second) if j not in right and j not in batch_right]
    if len(a.dims) == len(b.dims) == 2 and not batch_left:
        one = a if left[0] == 1 else arrays.transpose(a, None, NODE)
        other = b if right[0] == 0 else arrays.transpose(b, None, NODE)
        return arrays.matmul(one, other, NODE)
    return arrays.einsum(f"{''.join(first)},{''.join(second)}->{''.join(result)}", x, NODE)


def _spread(tracing: Tracing, params: Mapping[str, Any], x: list[Array], dims: tuple[Size, ...]) -> Value:
    at = {int(to): place for place, to in enumerate(params["broadcast_dimensions"])}
    array = x[0]
    if not array.dims:
        return array
    return arrays.placed(array, tuple(array.dims[at[axis]] if axis in at else ONE for axis in range(len(dims))))


def _stacked(tracing: Tracing, params: Mapping[str, Any], x: list[Array], dims: tuple[Size, ...]) -> Value:
    at = int(params["axis"])
    wide = [arrays.placed(part, (*part.dims[:at], ONE, *part.dims[at:])) for part in x]
    return indexing.joined(wide, at, NODE) if len(wide) > 1 else wide[0]


def _sliced(tracing: Tracing, params: Mapping[str, Any], x: list[Array], dims: tuple[Size, ...]) -> Value:
    if params["strides"] is not None and any(int(step) != 1 for step in params["strides"]):
        raise Refused(None, "a slice with a step is not read")
    ends = zip(params["start_indices"], params["limit_indices"], strict=True)
    index = [Slice(read_size(str(start)), read_size(str(stop))) for start, stop in ends]
    return indexing.pick(x[0], Items(tuple(index)), NODE)


def _running(name: str) -> _Handler:
    def handle(tracing: Tracing, params: Mapping[str, Any], x: list[Array], dims: tuple[Size, ...]) -> Value:
        if not params["reverse"]:
            return arrays.along(name, x[0], params["axis"], NODE)
        turned = arrays.along("flip", x[0], params["axis"], NODE)
        return arrays.along("flip", arrays.along(name, turned, params["axis"], NODE), params["axis"], NODE)

    return handle


def _reversed(tracing: Tracing, params: Mapping[str, Any], x: list[Array], dims: tuple[Size, ...]) -> Value:
    found = x[0]
    for axis in params["dimensions"]:
        found = arrays.along("flip", found, int(axis), NODE)
    return found


def _cholesky(tracing: Tracing, params: Mapping[str, Any], x: list[Array], dims: tuple[Size, ...]) -> Value:
    if len(dims) != 2:
        raise Refused(None, "cholesky of a stack of matrices is not read")
    return Array(f"chol({x[0].code})", dims)


def _triangular(tracing: Tracing, params: Mapping[str, Any], x: list[Array], dims: tuple[Size, ...]) -> Value:
    """`solve_triangular`: the other triangle is not looked at."""
    if len(x[0].dims) != 2 or len(dims) != 2 or params["unit_diagonal"]:
        raise Refused(None, "triangular_solve is read for one matrix with its own diagonal")
    matrix = Array(f"{'tril' if params['lower'] else 'triu'}({x[0].code})", x[0].dims)
    if params["transpose_a"]:
        matrix = arrays.transpose(matrix, None, NODE)
    right = x[1]
    if params["left_side"]:
        return Array(f"solve({matrix.code}, {right.code})", dims)
    matrix, right = arrays.transpose(matrix, None, NODE), arrays.transpose(right, None, NODE)
    return arrays.transpose(Array(f"solve({matrix.code}, {right.code})", right.dims), None, NODE)


def _padded(tracing: Tracing, params: Mapping[str, Any], x: list[Array], dims: tuple[Size, ...]) -> Value:
    """`pad` with zeros before and behind."""
    found = x[0]
    for axis, (low, high, inner) in enumerate(params["padding_config"]):
        before, behind = read_size(str(low)), read_size(str(high))
        negative = any(value < 0 for each in (before, behind) for _, value in each.terms)
        if inner != 0 or negative or x[1].code != "0":
            raise Refused(None, "padding is read with zeros, before and behind")
        parts = [found]
        for place, length in ((0, before), (len(parts) + 1, behind)):
            if length != size(0):
                wide = tuple(length if at == axis else dim for at, dim in enumerate(found.dims))
                parts.insert(place, arrays.full("0", wide))
        found = indexing.joined(parts, axis, NODE)
    return found


_HANDLERS: Mapping[str, _Handler] = {
    **{name: _reduce(word) for name, word in _REDUCED.items()},
    "dot_general": _dot,
    "transpose": lambda t, p, x, dims: arrays.transpose(x[0], p["permutation"], NODE),
    "reshape": lambda t, p, x, dims: arrays.reshape(x[0], dims, NODE),
    "squeeze": lambda t, p, x, dims: arrays.reshape(x[0], dims, NODE),
    "expand_dims": lambda t, p, x, dims: arrays.reshape(x[0], dims, NODE),
    "broadcast_in_dim": _spread,
    "concatenate": lambda t, p, x, dims: indexing.joined(x, p["dimension"], NODE),
    "slice": _sliced,
    "stack": _stacked,
    "dim_as_value": lambda t, p, x, dims: read_size(str(p["dim"])),
    "platform_index": lambda t, p, x, dims: Number(Fraction(0), True),
    "cumsum": _running("cumsum"),
    "cumprod": _running("cumprod"),
    "rev": _reversed,
    "cholesky": _cholesky,
    "triangular_solve": _triangular,
    "pad": _padded,
}
