"""Losses and layers of the neural network libraries, by their definitions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction

from gradcli.pysource import arrays, indexing
from gradcli.pysource.arguments import Arguments
from gradcli.pysource.arrays import as_array, binary, call
from gradcli.pysource.refusal import Refused
from gradcli.pysource.values import NONE, Array, Level, Number, Value, Word

Handler = Callable[[Arguments], Value]


def _settled(given: Arguments, losses: Array) -> Array:
    """Losses of single samples put together as `reduction=` says: the mean, if it says nothing."""
    how = given.named.get("reduction", Word("mean"))
    if how == Word("none"):
        return losses
    if how not in (Word("mean"), Word("sum")):
        raise Refused(given.node, f"{given.name} with this reduction is not read")
    name = "mean" if how == Word("mean") else "sum"
    return Array(f"{name}({losses.code})", ()) if losses.dims else losses


def _mse(given: Arguments) -> Value:
    error = binary("-", given.array(0), given.array(1, "target"), given.node)
    return _settled(given, Array(f"{error.at(Level.ATOM)}**2", error.dims, Level.POWER))


def _l1(given: Arguments) -> Value:
    return _settled(given, call("abs", [binary("-", given.array(0), given.array(1, "target"), given.node)], given.node))


def _cross_entropy(given: Arguments) -> Value:
    """Of logits and labels, or of logits and probabilities: `F.cross_entropy(z, y)`."""
    given.only(2, "input", "target", "reduction")
    logits, target = given.array(0), given.array(1, "target")
    axis = "" if len(logits.dims) == 1 else ", axis=1"
    if target.classes is None:
        inner = binary("*", target, Array(f"logsoftmax({logits.code}{axis})", logits.dims), given.node)
        return _settled(given, Array(f"-sum({inner.code}{axis})", logits.dims[:-1], Level.NEGATED))
    hot = indexing.one_hot(target, logits.dims[-1], given.node)
    picked = f"sum({logits.at(Level.PRODUCT)} * {hot}{axis})"
    return _settled(given, Array(f"logsumexp({logits.code}{axis}) - {picked}", logits.dims[:-1], Level.SUM))


def _nll(given: Arguments) -> Value:
    given.only(2, "input", "target", "reduction")
    logs, target = given.array(0), given.array(1, "target")
    if target.classes is None or len(logs.dims) != 2:
        raise Refused(given.node, "nll_loss is read for rows and labels")
    hot = indexing.one_hot(target, logs.dims[1], given.node)
    return _settled(given, Array(f"-sum({logs.at(Level.PRODUCT)} * {hot}, axis=1)", logs.dims[:1], Level.NEGATED))


def _bce_logits(given: Arguments) -> Value:
    given.only(2, "input", "target", "reduction")
    z, y = given.array(0), given.array(1, "target")
    return _settled(given, binary("-", call("softplus", [z], given.node), binary("*", z, y, given.node), given.node))


def _bce(given: Arguments) -> Value:
    given.only(2, "input", "target", "reduction")
    p, y = given.array(0), given.array(1, "target")
    one = Array("1", ())
    first = binary("*", y, call("log", [p], given.node), given.node)
    rest = call("log", [binary("-", one, p, given.node)], given.node)
    second = binary("*", binary("-", one, y, given.node), rest, given.node)
    return _settled(given, arrays.negative(binary("+", first, second, given.node)))


def _layer_norm(given: Arguments) -> Value:
    """Over the last axis: `F.layer_norm(x, (d,), weight, bias, eps)`."""
    x = given.array(0)
    shape = given.dims(given.at(1, "normalized_shape"))
    if shape != x.dims[-1:]:
        raise Refused(given.node, "layer_norm is read over the last axis")
    eps = as_array(given.get(4, "eps") or _number("1e-5"), given.node)
    axis = len(x.dims) - 1

    def over(name: str, array: Array) -> Array:
        return arrays.reduced(
            array, (axis,), True, given.node, lambda a, o: a.code if o == "none" else f"{name}({a.code}{o})"
        )

    centred = binary("-", x, over("mean", x), given.node)
    deviation = call("sqrt", [binary("+", over("var", x), eps, given.node)], given.node)
    found = binary("/", centred, deviation, given.node)
    for place, name, sign in ((2, "weight", "*"), (3, "bias", "+")):
        value = given.get(place, name)
        if value is not None and value != NONE:
            found = binary(sign, found, as_array(value, given.node), given.node)
    return found


def _number(text: str) -> Value:
    return Number(Fraction(text))


def _dropout(given: Arguments) -> Value:
    if given.flag(2, "training", default=True):
        raise Refused(given.node, "dropout draws at random", "pass the mask as an argument, x * mask / keep")
    return given.at(0)


LOSSES: Mapping[str, Handler] = {
    "mse_loss": _mse,
    "l1_loss": _l1,
    "cross_entropy": _cross_entropy,
    "nll_loss": _nll,
    "binary_cross_entropy_with_logits": _bce_logits,
    "binary_cross_entropy": _bce,
    "layer_norm": _layer_norm,
    "dropout": _dropout,
}
