"""The functions of the language in JAX, on values as `jax_ref` has them: a vector is a column of two axes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

Value = Any

_SCALAR: dict[str, Callable[[Value], Value]] = {
    "exp": jnp.exp,
    "log": jnp.log,
    "sqrt": jnp.sqrt,
    "sin": jnp.sin,
    "cos": jnp.cos,
    "tan": jnp.tan,
    "asin": jnp.arcsin,
    "acos": jnp.arccos,
    "atan": jnp.arctan,
    "sinh": jnp.sinh,
    "cosh": jnp.cosh,
    "tanh": jnp.tanh,
    "sigmoid": jax.nn.sigmoid,
    "relu": jax.nn.relu,
    "softplus": jax.nn.softplus,
    "abs": jnp.abs,
    "sign": jnp.sign,
    "erf": jax.scipy.special.erf,
    "log1p": jnp.log1p,
    "expm1": jnp.expm1,
    "log2": jnp.log2,
    "log10": jnp.log10,
    "asinh": jnp.arcsinh,
    "acosh": jnp.arccosh,
    "atanh": jnp.arctanh,
    "cbrt": lambda t: jnp.sign(t) * jnp.abs(t) ** (1 / 3),
    "erfc": jax.scipy.special.erfc,
    "erfinv": jax.scipy.special.erfinv,
    "lgamma": jax.scipy.special.gammaln,
    "digamma": jax.scipy.special.digamma,
    "sinc": jnp.sinc,
    "silu": jax.nn.silu,
    "gelu": lambda t: jax.nn.gelu(t, approximate=False),
    "gelu_tanh": lambda t: jax.nn.gelu(t, approximate=True),
    "elu": jax.nn.elu,
    "softsign": jax.nn.soft_sign,
    "logsigmoid": jax.nn.log_sigmoid,
    "hardtanh": jax.nn.hard_tanh,
    "floor": jnp.floor,
    "ceil": jnp.ceil,
    "round": jnp.round,
    "frac": lambda t: t - jax.lax.stop_gradient(jnp.floor(t)),
}


def language_scalar(name: str) -> Callable[[Value], Value] | None:
    """An elementwise function of the language."""
    return _SCALAR.get(name)


def nth_derivative(function: Callable[[Value], Value], order: int) -> Callable[[Value], Value]:
    """A derivative of a scalar function, applied to every entry."""
    if order == 0:
        return function
    for _ in range(order):
        function = jax.grad(lambda t, f=function: jnp.asarray(f(t)).reshape(()))

    def everywhere(t: Value) -> Value:
        flat = jnp.asarray(t).reshape(-1)
        return jax.vmap(function)(flat).reshape(jnp.shape(t))

    return everywhere


def _is_list(a: Value) -> bool:
    return jnp.ndim(a) == 2 and 1 in a.shape


Axis = int | tuple[int, ...] | None


def _over_axis(function: Callable[..., Value], a: Value, axis: Axis, keepdims: bool = False) -> Value:
    out = function(a, axis=axis, keepdims=keepdims)
    if keepdims and a.ndim == 2:
        return out.reshape(()) if out.shape == (1, 1) else out
    if out.ndim != 1:
        return out
    return out.reshape(()) if out.shape == (1,) else out[:, None]


def _soft(function: Callable[..., Value]) -> Callable[..., Value]:
    def apply(a: Value, axis: int | None = None) -> Value:
        return function(a, axis=None if axis is None else axis)

    return apply


def _each(function: Callable[..., Value]) -> Callable[..., Value]:
    """A function of a matrix, or of each matrix of a stack."""

    def apply(a: Value) -> Value:
        out = function(a)
        return out[:, None] if jnp.ndim(out) == 1 else out

    return apply


def _norm(a: Value, axis: Axis = None, keepdims: bool = False) -> Value:
    squares = lambda a, **kept: jnp.sqrt(jnp.sum(a * a, **kept))  # noqa: E731
    return squares(a) if axis is None else _over_axis(squares, a, axis, keepdims)


def _concat(natural: list[Value], axis: int = 0) -> Value:
    whole = [jnp.atleast_1d(a) for a in natural]
    rank = max(max(a.ndim for a in whole), axis + 1)
    return jnp.concatenate([a[:, None] if a.ndim == 1 and rank == 2 else a for a in whole], axis=axis)


def windows(a: Value, k: int) -> Value:
    """A list's stretches of k entries, one a row."""
    return jnp.stack([a[i : i + k] for i in range(len(a) - k + 1)])


PARTS: dict[str, Callable[..., Value]] = {
    "concat": _concat,
    "stack": lambda natural, axis=0: jnp.stack(natural, axis=axis),
    "block_diag": lambda natural: jax.scipy.linalg.block_diag(*natural),
}


def _diag(a: Value) -> Value:
    return jnp.diag(a.reshape(-1)) if _is_list(a) else jnp.diagonal(a)[:, None]


def _kron(a: Value, b: Value) -> Value:
    return jnp.kron(jnp.atleast_2d(a), jnp.atleast_2d(b))


def _adj(a: Value) -> Value:
    n = a.shape[0]
    places = [(i, j) for i in range(n) for j in range(n)]
    minors = jnp.stack([jnp.delete(jnp.delete(a, i, 0), j, 1) for i, j in places])
    signs = jnp.array([(-1.0) ** (i + j) for i, j in places])
    return (signs * jnp.linalg.det(minors)).reshape(n, n).T


def _extreme(function: Callable[[Value, Value], Value], over: Callable[..., Value]) -> Callable[..., Value]:
    def apply(a: Value, b: Value | None = None, axis: Axis = None, keepdims: bool = False) -> Value:
        if b is None:
            return over(a) if axis is None else _over_axis(over, a, axis, keepdims)
        assert jnp.ndim(a) == 0 or jnp.ndim(b) == 0 or jnp.shape(a) == jnp.shape(b)
        return function(a, b)

    return apply


def _reduced(function: Callable[..., Value]) -> Callable[..., Value]:
    def apply(a: Value, axis: Axis = None, keepdims: bool = False, **options: int) -> Value:
        chosen = lambda a, **kept: function(a, **kept, **options)  # noqa: E731
        return chosen(a) if axis is None else _over_axis(chosen, a, axis, keepdims)

    return apply


def _list_axis(a: Value, axis: int | None) -> int | None:
    """The axis along which a column or a row goes."""
    return axis if axis is not None or not _is_list(a) else int(a.shape[0] == 1)


def _cross(a: Value, b: Value) -> Value:
    return jnp.cross(a.reshape(-1), b.reshape(-1))[:, None]


def _root(a: Value) -> Value:
    """The principal square root, by Newton's method with as many steps as it takes and some to spare."""
    unit = jnp.eye(len(a))
    root = rest = a
    for _ in range(12):
        back = jnp.linalg.inv(rest)
        root, rest = root @ (unit + back) / 2, (2 * unit + rest + back) / 4
    return root


def _log(a: Value) -> Value:
    """The principal logarithm, by two roots and Gregory's series."""
    a = _root(_root(_root(_root(a))))
    unit = jnp.eye(len(a))
    step = jnp.linalg.solve(a + unit, a - unit)
    total = term = step
    for k in range(3, 27, 2):
        term = term @ step @ step
        total = total + term / k
    return 32 * total


def _sylvester(a: Value, b: Value, c: Value) -> Value:
    system = jnp.kron(a, jnp.eye(len(b))) + jnp.kron(jnp.eye(len(a)), b.T)
    return jnp.linalg.solve(system, c.reshape(-1)).reshape(c.shape)


def _solve(a: Value, b: Value) -> Value:
    return jnp.linalg.inv(a) @ b


FUNCTIONS: dict[str, Callable[..., Value]] = {
    "max": _extreme(jnp.maximum, jnp.max),
    "min": _extreme(jnp.minimum, jnp.min),
    "atan2": jnp.arctan2,
    "hypot": lambda a, b: jnp.sqrt(a * a + b * b),
    "logaddexp": jnp.logaddexp,
    "leaky_relu": lambda x, a=0.01: jnp.where(x > 0, x, a * x),
    "clip": lambda x, low, high: jnp.minimum(jnp.maximum(x, low), high),
    "prod": _reduced(jnp.prod),
    "var": _reduced(jnp.var),
    "std": _reduced(jnp.std),
    "where": lambda c, a, b: jnp.where(c != 0, a, b),
    "softmax": _soft(jax.nn.softmax),
    "logsoftmax": _soft(jax.nn.log_softmax),
    "logsumexp": _reduced(jax.scipy.special.logsumexp),
    "sum": _reduced(jnp.sum),
    "mean": _reduced(jnp.mean),
    "tr": _each(lambda a: jnp.trace(a, axis1=-2, axis2=-1)),
    "det": _each(jnp.linalg.det),
    "logdet": _each(lambda a: jnp.linalg.slogdet(a)[1]),
    "adj": _adj,
    "inv": lambda a: 1 / a if jnp.ndim(a) == 0 else jnp.linalg.inv(a),
    "solve": _solve,
    "norm": _norm,
    "norm1": lambda a: jnp.sum(jnp.abs(a)),
    "dot": lambda a, b: jnp.sum(a * b),
    "outer": lambda a, b: jnp.outer(a, b),
    "kron": _kron,
    "vec": lambda a: a.T.reshape(-1, 1),
    "diag": _diag,
    "tril": lambda a, k=0: jnp.tril(a, int(k)),
    "triu": lambda a, k=0: jnp.triu(a, int(k)),
    "stop": jax.lax.stop_gradient,
    "pinv": jnp.linalg.pinv,
    "expm": jax.scipy.linalg.expm,
    "expm_frechet": lambda a, e: jax.jvp(jax.scipy.linalg.expm, (a,), (e,))[1],
    "norm2": lambda a: jnp.linalg.norm(a, 2),
    "norm_nuc": lambda a: jnp.linalg.norm(a, "nuc"),
    "cumsum": lambda a, axis=None: jnp.cumsum(a, axis=_list_axis(a, axis)),
    "cumprod": lambda a, axis=None: jnp.cumprod(a, axis=_list_axis(a, axis)),
    "flip": lambda a, axis=None: jnp.flip(a, axis=axis),
    "roll": lambda a, shift, axis=None: jnp.roll(a, int(shift), axis=_list_axis(a, axis)),
    "cross": _cross,
    "skew": lambda v: jnp.cross(jnp.eye(3), v.reshape(-1)),
    "sqrtm": _root,
    "logm": _log,
    "logm_frechet": lambda a, e: jax.jvp(_log, (a,), (e,))[1],
    "sylvester": _sylvester,
}
