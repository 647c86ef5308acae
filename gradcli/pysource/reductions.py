"""Sums, means, norms and what else goes over axes."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from gradcli.pysource import arrays
from gradcli.pysource.arguments import Arguments
from gradcli.pysource.arrays import as_array
from gradcli.pysource.making import stacked
from gradcli.pysource.refusal import Refused
from gradcli.pysource.sizes import product
from gradcli.pysource.values import NONE, Array, Level, Number, Sequence, Unknown, Value, Word

Handler = Callable[[Arguments], Value]


def _over(name: str, given: Arguments, array: Array, option: str = "", alone: str | None = None) -> Array:
    """`name(array, axis=...)`; over axes of length 1 it is `alone`, or the array itself."""

    def write(inner: Array, axis: str) -> str:
        if axis == "none":
            return inner.code if alone is None else alone.format(inner.code)
        return f"{name}({inner.code}{axis}{option})"

    if not array.dims:
        return array if alone is None else Array(alone.format(array.code), ())
    return arrays.reduced(array, given.axes(), given.keep(2 if _kept_by_place(given) else None), given.node, write)


def _kept_by_place(given: Arguments) -> bool:
    """`torch.mean(x, -1, True)`: PyTorch's third argument says whether axes are kept."""
    return given.flavour == "torch" and len(given.args) == 3 and isinstance(given.args[2], Word)


def _reduction(name: str, alone: str | None = None) -> Handler:
    def reduce(given: Arguments) -> Value:
        first = given.at(0, "a", "x", "input")
        if isinstance(first, Sequence):
            first = stacked(given, first)
        given.only(3 if _kept_by_place(given) else 2, "a", "x", "input", "axis", "dim", "keepdims", "keepdim")
        return _over(name, given, as_array(first, given.node), "", alone)

    return reduce


def _extreme(name: str) -> Handler:
    def reduce(given: Arguments) -> Value:
        second = given.get(1, "other", "b")
        if isinstance(second, Array) and given.flavour in ("torch", "method torch"):
            return arrays.call(name, [given.array(0), second], given.node)
        most = 3 if _kept_by_place(given) else 2
        given.only(most, "a", "x", "input", "axis", "dim", "keepdims", "keepdim", "initial")
        found = _over(name, given, given.array(0))
        if given.flavour == "torch" and given.axis() is not None:
            return Sequence((found, Unknown(f"the places that {name} finds", given.node)))
        return found

    return reduce


def _spread(name: str) -> Handler:
    def reduce(given: Arguments) -> Value:
        found = given.get(None, "ddof", "correction")
        unbiased = given.get(None, "unbiased")
        ddof = 1 if given.flavour == "torch" else 0
        if isinstance(found, Number):
            ddof = int(found.value)
        if isinstance(unbiased, Word):
            ddof = int(bool(unbiased.value))
        given.only(2, "a", "x", "input", "axis", "dim", "keepdims", "keepdim", "ddof", "correction", "unbiased")
        if given.flavour == "torch" and isinstance(given.get(1), Word):
            raise Refused(given.node, f"{name} with a truth value in place of an axis is not read", "write unbiased=")
        array = given.array(0)
        axes = given.axes()
        if axes is not None and len(axes) > 1 and len(axes) < len(array.dims):
            return _spread_over(name, array, axes, ddof, given)
        return _over(name, given, array, f", ddof={ddof}" if ddof else "", "0 * {}")

    return reduce


def _spread_over(name: str, array: Array, axes: tuple[int, ...], ddof: int, given: Arguments) -> Array:
    """The variance along several axes, from its definition."""

    def mean(values: Array, keep: bool) -> Array:
        return arrays.reduced(
            values, axes, keep, given.node, lambda a, o: a.code if o == "none" else f"mean({a.code}{o})"
        )

    centred = arrays.binary("-", array, mean(array, True), given.node)
    squared = Array(f"{centred.at(Level.ATOM)}**2", centred.dims, Level.POWER)
    found = mean(squared, given.keep())
    if ddof:
        count = as_array(product(tuple(array.dims[axis] for axis in axes)), given.node)
        fewer = arrays.binary("-", count, Array(str(ddof), ()), given.node)
        found = arrays.binary("*", found, arrays.binary("/", count, fewer, given.node), given.node)
    return found if name == "var" else arrays.call("sqrt", [found], given.node)


def _summed(array: Array, option: str) -> str:
    return array.code if option == "none" else f"sum({array.code}{option})"


def norm(given: Arguments) -> Value:
    """`np.linalg.norm(x, ord, axis, keepdims)`."""
    array = given.array(0)
    order = given.get(1, "ord", "p")
    axes = given.axes(2)
    given.only(4, "x", "input", "a", "A", "ord", "p", "axis", "dim", "keepdims", "keepdim")
    if order is None or order == NONE or order == Word("fro") or (isinstance(order, Number) and order.value == 2):
        if isinstance(order, Number) and axes is None and len(array.real) == 2:
            return Array(f"norm({array.code}, 2)", ())
        squares = Array(f"{array.at(Level.ATOM)}**2", array.dims, Level.POWER)
        if axes is None:
            return Array(f"norm({array.code})", ())
        keep = given.keep(3)
        total = arrays.reduced(
            squares, axes, keep, given.node, lambda a, o: a.code if o == "none" else f"sum({a.code}{o})"
        )
        return arrays.call("sqrt", [total], given.node)
    if isinstance(order, Number) and order.value == 1 and (len(array.real) < 2 or axes is not None):
        total = arrays.call("abs", [array], given.node)
        return arrays.reduced(total, axes, given.keep(3), given.node, _summed)
    raise Refused(given.node, "this norm is not read")


def _along(name: str) -> Handler:
    def apply(given: Arguments) -> Value:
        array = given.array(0)
        axis = given.axis()
        if given.get(1, "axis", "dim") is None and name in ("softmax", "logsoftmax") and given.flavour == "jax":
            axis = -1
        if axis is None and name in ("cumsum", "cumprod", "flip") and len(array.dims) != 1:
            raise Refused(given.node, f"{given.name} without an axis is not read")
        if axis is None and len(array.dims) > 1:
            raise Refused(given.node, f"{given.name} without an axis is not read")
        given.only(2, "a", "x", "input", "m", "axis", "dim")
        return arrays.along(name, array, axis, given.node)

    return apply


def logsumexp(given: Arguments) -> Value:
    """`logsumexp(x, axis, keepdims)`."""
    array = given.array(0)
    given.only(2, "a", "x", "input", "axis", "dim", "keepdims", "keepdim")
    if not array.dims:
        return array
    axes = given.axes()
    if axes is not None and len(axes) > 1 and len(axes) < len(array.dims):
        raise Refused(given.node, "logsumexp over several axes is not read")
    return _over("logsumexp", given, array)


def _every(word: str) -> Handler:
    def reduce(given: Arguments) -> Value:
        found = _over("min" if word == "all" else "max", given, given.array(0))
        return Array(found.code, found.dims, found.level, truth=True)

    return reduce


def _roll(given: Arguments) -> Value:
    array = given.array(0)
    shift = given.integer(given.at(1, "shift", "shifts"))
    axis = given.axis(2)
    if len(array.dims) != 1 and axis is None:
        raise Refused(given.node, "roll without an axis is not read")
    if len(array.real) < 2 and len(array.dims) <= 2:
        return Array(f"roll({array.code}, {shift})", array.dims)
    return Array(f"roll({array.code}, {shift}, axis={(axis or 0) % len(array.dims)})", array.dims)


def _count(given: Arguments) -> Value:
    return product(given.array(0).dims)


REDUCTIONS: Mapping[str, Handler] = {
    "sum": _reduction("sum"),
    "mean": _reduction("mean"),
    "average": _reduction("mean"),
    "prod": _reduction("prod"),
    "nansum": _reduction("sum"),
    "max": _extreme("max"),
    "amax": _extreme("max"),
    "min": _extreme("min"),
    "amin": _extreme("min"),
    "var": _spread("var"),
    "std": _spread("std"),
    "linalg.norm": norm,
    "linalg.vector_norm": norm,
    "norm": norm,
    "softmax": _along("softmax"),
    "log_softmax": _along("logsoftmax"),
    "cumsum": _along("cumsum"),
    "cumprod": _along("cumprod"),
    "flip": _along("flip"),
    "logsumexp": logsumexp,
    "any": _every("any"),
    "all": _every("all"),
    "roll": _roll,
    "size": _count,
    "numel": _count,
}
