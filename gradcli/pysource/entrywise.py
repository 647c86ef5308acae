"""Functions of every entry, by their names in the libraries."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from gradcli.pysource import arrays
from gradcli.pysource.arguments import Arguments
from gradcli.pysource.arrays import as_array, number_code
from gradcli.pysource.refusal import Refused
from gradcli.pysource.values import NONE, Array, Level, Number, Value, Word

_X = ("x", "a", "input", "z", "X")
_PAIR = (("x1", "a", "input", "x"), ("x2", "b", "other", "y"))
_Writer = Callable[[Arguments, Sequence[Array]], Array]


@dataclass(frozen=True, slots=True)
class Entrywise:
    """How many arrays it takes, under which names; which other options it may have; how it is written."""

    parameters: tuple[tuple[str, ...], ...]
    write: _Writer
    options: tuple[str, ...] = ()

    def read(self, given: Arguments) -> Value:
        """The function of what is given.  Raises Refused."""
        operands = [given.array(place, *names) for place, names in enumerate(self.parameters)]
        names = (name for names in self.parameters for name in names)
        given.only(len(self.parameters) + len(self.options), *names, *self.options)
        return self.write(given, operands)


def _named(name: str) -> Entrywise:
    return Entrywise((_X,), lambda given, x: arrays.call(name, x, given.node))


_NAMES: Mapping[str, tuple[str, ...]] = {
    "exp": ("exp",), "log": ("log", "ln"), "sqrt": ("sqrt",), "sin": ("sin",), "cos": ("cos",), "tan": ("tan",),
    "asin": ("asin", "arcsin"), "acos": ("acos", "arccos"), "atan": ("atan", "arctan"), "sinh": ("sinh",),
    "cosh": ("cosh",), "tanh": ("tanh",), "asinh": ("asinh", "arcsinh"), "acosh": ("acosh", "arccosh"),
    "atanh": ("atanh", "arctanh"), "sigmoid": ("sigmoid", "expit", "logistic"), "relu": ("relu",),
    "abs": ("abs", "absolute", "fabs"), "sign": ("sign", "sgn"), "erf": ("erf",), "erfc": ("erfc",),
    "erfinv": ("erfinv", "erf_inv"), "log1p": ("log1p",), "expm1": ("expm1",), "log2": ("log2",),
    "log10": ("log10",), "cbrt": ("cbrt",), "lgamma": ("lgamma", "gammaln"), "digamma": ("digamma", "psi"),
    "sinc": ("sinc",), "silu": ("silu", "swish"), "softsign": ("softsign", "soft_sign"),
    "logsigmoid": ("logsigmoid", "log_sigmoid"), "hardtanh": ("hard_tanh", "hardtanh"), "floor": ("floor",),
    "ceil": ("ceil",), "round": ("round", "rint", "around"),
}  # fmt: skip


def _power(exponent: str, level: Level = Level.POWER) -> Entrywise:
    return Entrywise((_X,), lambda given, x: Array(f"{x[0].at(Level.ATOM)}**{exponent}", x[0].dims, level))


def _two(name: str) -> Entrywise:
    return Entrywise(
        (("x1", "a", "input", "x"), ("x2", "b", "other", "y")), lambda given, x: arrays.call(name, x, given.node)
    )


def _operator(sign: str) -> Entrywise:
    return Entrywise(
        _PAIR,
        lambda given, x: arrays.binary(sign, x[0], x[1], given.node),
    )


def _comparison(sign: str) -> Entrywise:
    return Entrywise(
        _PAIR,
        lambda given, x: arrays.compare(sign, x[0], x[1], given.node),
    )


def _softplus(given: Arguments, x: Sequence[Array]) -> Array:
    beta = given.get(1, "beta")
    if beta is None or (isinstance(beta, Number) and beta.value == 1):
        return arrays.call("softplus", x, given.node)
    scale = as_array(beta, given.node)
    inner = arrays.call("softplus", [arrays.binary("*", scale, x[0], given.node)], given.node)
    return arrays.binary("/", inner, scale, given.node)


def _gelu(given: Arguments, x: Sequence[Array]) -> Array:
    rough: Value | None = given.get(1, "approximate")
    default = given.flavour == "jax"
    smooth = {
        NONE: default,
        None: default,
        Word("tanh"): True,
        Word("none"): False,
        Word(True): True,
        Word(False): False,
    }
    if rough not in smooth:
        raise Refused(given.node, "gelu with this approximation is not read")
    return arrays.call("gelu_tanh" if smooth[rough] else "gelu", x, given.node)


def _elu(given: Arguments, x: Sequence[Array]) -> Array:
    alpha = given.get(1, "alpha")
    if alpha is None or (isinstance(alpha, Number) and alpha.value == 1):
        return arrays.call("elu", x, given.node)
    scale = as_array(alpha, given.node)
    below = arrays.binary("*", scale, arrays.call("expm1", x, given.node), given.node)
    zero = Array("0", ())
    return arrays.call("where", [arrays.compare(">", x[0], zero, given.node), x[0], below], given.node)


def _leaky(given: Arguments, x: Sequence[Array]) -> Array:
    slope = given.get(1, "negative_slope")
    text = number_code(Fraction(1, 100))[0] if slope is None else as_array(slope, given.node).code
    return arrays.call("leaky_relu", x, given.node, f", {text}")


def _clip(given: Arguments, x: Sequence[Array]) -> Array:
    low = given.get(1, "a_min", "min")
    high = given.get(2, "a_max", "max")
    found = x[0]
    bounds = [None if end is None or end == NONE else as_array(end, given.node) for end in (low, high)]
    if bounds[0] is not None and bounds[1] is not None:
        return arrays.call("clip", [found, bounds[0], bounds[1]], given.node)
    if bounds[0] is not None:
        found = arrays.call("max", [found, bounds[0]], given.node)
    return arrays.call("min", [found, bounds[1]], given.node) if bounds[1] is not None else found


def _where(given: Arguments, x: Sequence[Array]) -> Array:
    return arrays.call("where", x, given.node)


def _truth(write: Callable[[Arguments, Sequence[Array]], Array]) -> _Writer:
    def truth(given: Arguments, x: Sequence[Array]) -> Array:
        found = write(given, x)
        return Array(found.code, found.dims, found.level, truth=True)

    return truth


def _xlogy(given: Arguments, x: Sequence[Array]) -> Array:
    return arrays.binary("*", x[0], arrays.call("log", [x[1]], given.node), given.node)


def _logit(given: Arguments, x: Sequence[Array]) -> Array:
    rest = arrays.binary("-", Array("1", ()), x[0], given.node)
    return arrays.call("log", [arrays.binary("/", x[0], rest, given.node)], given.node)


def _with_product(sign: str) -> Entrywise:
    """`torch.addcmul(c, a, b, value=v)`, `torch.addcdiv`: c + v a b, c + v a / b."""

    def write(given: Arguments, x: Sequence[Array]) -> Array:
        second = arrays.binary(sign, x[1], x[2], given.node)
        scale = given.named.get("value")
        if scale is not None:
            second = arrays.binary("*", as_array(scale, given.node), second, given.node)
        return arrays.binary("+", x[0], second, given.node)

    return Entrywise((("input",), ("tensor1",), ("tensor2",)), write, ("value",))


def _between(given: Arguments, x: Sequence[Array]) -> Array:
    way = arrays.binary("*", x[2], arrays.binary("-", x[1], x[0], given.node), given.node)
    return arrays.binary("+", x[0], way, given.node)


ENTRYWISE: Mapping[str, Entrywise] = {
    **{spelling: _named(name) for name, spellings in _NAMES.items() for spelling in spellings},
    "square": _power("2"),
    "reciprocal": Entrywise((_X,), lambda given, x: arrays.binary("/", Array("1", ()), x[0], given.node)),
    "rsqrt": Entrywise(
        (_X,), lambda given, x: arrays.binary("/", Array("1", ()), arrays.call("sqrt", x, given.node), given.node)
    ),
    "exp2": Entrywise((_X,), lambda given, x: Array(f"2**{x[0].at(Level.ATOM)}", x[0].dims, Level.POWER)),
    "negative": Entrywise((_X,), lambda given, x: arrays.negative(x[0])),
    "neg": Entrywise((_X,), lambda given, x: arrays.negative(x[0])),
    "positive": Entrywise((_X,), lambda given, x: x[0]),
    "maximum": _two("max"),
    "minimum": _two("min"),
    "fmax": _two("max"),
    "fmin": _two("min"),
    "arctan2": _two("atan2"),
    "atan2": _two("atan2"),
    "hypot": _two("hypot"),
    "logaddexp": _two("logaddexp"),
    "add": _operator("+"),
    "subtract": _operator("-"),
    "sub": _operator("-"),
    "multiply": _operator("*"),
    "mul": _operator("*"),
    "divide": _operator("/"),
    "div": _operator("/"),
    "true_divide": _operator("/"),
    "power": _operator("**"),
    "pow": _operator("**"),
    "float_power": _operator("**"),
    "integer_pow": _operator("**"),
    "greater": _comparison(">"),
    "gt": _comparison(">"),
    "greater_equal": _comparison(">="),
    "ge": _comparison(">="),
    "less": _comparison("<"),
    "lt": _comparison("<"),
    "less_equal": _comparison("<="),
    "le": _comparison("<="),
    "equal": _comparison("=="),
    "eq": _comparison("=="),
    "not_equal": _comparison("!="),
    "ne": _comparison("!="),
    "logical_and": Entrywise(_PAIR, _truth(lambda given, x: arrays.binary("*", x[0], x[1], given.node))),
    "logical_or": Entrywise(_PAIR, _truth(lambda given, x: arrays.call("max", x, given.node))),
    "logical_not": Entrywise((_X,), _truth(lambda given, x: arrays.binary("-", Array("1", ()), x[0], given.node))),
    "heaviside": Entrywise(
        _PAIR[:1], _truth(lambda given, x: arrays.compare(">", x[0], Array("0", ()), given.node)), ("x2",)
    ),
    "softplus": Entrywise((_X,), _softplus, ("beta", "threshold")),
    "gelu": Entrywise((_X,), _gelu, ("approximate",)),
    "elu": Entrywise((_X,), _elu, ("alpha",)),
    "leaky_relu": Entrywise((_X,), _leaky, ("negative_slope",)),
    "relu6": Entrywise((_X,), lambda given, x: arrays.call("clip", [x[0], Array("0", ()), Array("6", ())], given.node)),
    "clip": Entrywise((_X,), _clip, ("a_min", "a_max", "min", "max")),
    "clamp": Entrywise((_X,), _clip, ("min", "max")),
    "where": Entrywise((("condition",), ("x", "input", "self"), ("y", "other")), _where),
    "select": Entrywise((("pred", "which"), ("on_true",), ("on_false",)), _where),
    "addcmul": _with_product("*"),
    "addcdiv": _with_product("/"),
    "lerp": Entrywise((("input",), ("end",), ("weight",)), _between),
    "xlogy": Entrywise(_PAIR, _xlogy),
    "logit": Entrywise((_X,), _logit),
}
"""By the library's name; `only` refuses other options."""
