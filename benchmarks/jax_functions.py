"""Functions of JAX as public libraries write them, traced, and their gradients beside `jax.grad`.

    python -m benchmarks.jax_functions

Losses, distributions, layers, attention and a transformer block: how many are read, and the largest difference.
"""

from __future__ import annotations

import argparse
import inspect
import time
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import jax.scipy.stats as stats
import numpy as np
from jax.scipy.linalg import solve_triangular
from jax.scipy.special import gammaln

import gradcli

SIZES = {"n": 4, "d": 3, "m": 5, "t": 4, "s": 3, "e": 2, "k": 2, "h": 2, "b": 2, "V": 5, "c": 3, "L": 4}
ATTRIBUTES = ("pos", "spd", "binary", "lower")


def huber(x: Any, y: Any) -> Any:
    """As in optax."""
    errors = x - y
    absolute = jnp.abs(errors)
    quadratic = jnp.minimum(absolute, 1.0)
    linear = absolute - quadratic
    return jnp.mean(0.5 * quadratic**2 + linear)


def log_cosh(x: Any, y: Any) -> Any:
    """As in optax."""
    errors = x - y
    return jnp.sum(jnp.logaddexp(errors, -errors) - jnp.log(2.0))


def sigmoid_bce(z: Any, t: Any) -> Any:
    """Binary cross entropy of logits."""
    log_p = jax.nn.log_sigmoid(z)
    log_not_p = jax.nn.log_sigmoid(-z)
    return jnp.mean(-t * log_p - (1 - t) * log_not_p)


def focal(z: Any, t: Any) -> Any:
    """Focal loss of logits."""
    p = jax.nn.sigmoid(z)
    ce = -t * jax.nn.log_sigmoid(z) - (1 - t) * jax.nn.log_sigmoid(-z)
    p_t = p * t + (1 - p) * (1 - t)
    return jnp.sum(ce * (1 - p_t) ** 2)


def integer_xent(logits: Any, labels: Any) -> Any:
    """Cross entropy with integer labels."""
    log_normalizers = jax.nn.logsumexp(logits, axis=-1)
    label_logits = jnp.take_along_axis(logits, labels[:, None], axis=-1)[:, 0]
    return jnp.mean(log_normalizers - label_logits)


def smoothed(logits: Any, labels: Any) -> Any:
    """Cross entropy with smoothed labels."""
    classes = logits.shape[1]
    soft = jax.nn.one_hot(labels, classes) * 0.9 + 0.1 / classes
    return -jnp.mean(jnp.sum(soft * jax.nn.log_softmax(logits), axis=1))


def multiclass_hinge(s: Any, y: Any) -> Any:
    """The loss of a support vector machine."""
    correct = s[jnp.arange(s.shape[0]), y]
    return jnp.mean(jnp.sum(jnp.maximum(0, s - correct[:, None] + 1), axis=1))


def cosine(x: Any, y: Any) -> Any:
    """Cosine distance."""
    a = x / jnp.sqrt(jnp.sum(x**2, axis=-1, keepdims=True) + 1e-6)
    b = y / jnp.sqrt(jnp.sum(y**2, axis=-1, keepdims=True) + 1e-6)
    return jnp.sum(1 - jnp.sum(a * b, axis=-1))


def ntxent(x: Any, y: Any) -> Any:
    """A contrastive loss."""
    x = x / jnp.linalg.norm(x, axis=-1, keepdims=True)
    y = y / jnp.linalg.norm(y, axis=-1, keepdims=True)
    logits = x @ y.T / 0.5
    return -jnp.mean(jnp.diag(jax.nn.log_softmax(logits, axis=1)))


def triplet(a: Any, p: Any, q: Any) -> Any:
    """Triplet margin."""
    return jnp.mean(jnp.maximum(0, jnp.sum((a - p) ** 2, -1) - jnp.sum((a - q) ** 2, -1) + 1))


def kl(x: Any, y: Any) -> Any:
    """Distillation."""
    log_p, q = jax.nn.log_softmax(x / 2), jax.nn.softmax(y / 2)
    return 4 * jnp.sum(q * (jnp.log(q) - log_p))


def dice(z: Any, t: Any) -> Any:
    """Dice loss."""
    p = jax.nn.sigmoid(z)
    return 1 - (2 * jnp.sum(p * t) + 1) / (jnp.sum(p) + jnp.sum(t) + 1)


def layer_norm(x: Any, g: Any, b: Any) -> Any:
    """Layer normalisation."""
    mean = x.mean(-1, keepdims=True)
    var = x.var(-1, keepdims=True)
    xhat = (x - mean) * jax.lax.rsqrt(var + 1e-5)
    return xhat * g + b


def group_norm(x: Any, g: Any, b: Any) -> Any:
    """Two groups of channels."""
    n, d = x.shape
    parts = x.reshape(n, 2, d // 2)
    mean = parts.mean(-1, keepdims=True)
    var = parts.var(-1, keepdims=True)
    return jnp.sum(jnp.tanh(((parts - mean) / jnp.sqrt(var + 1e-5)).reshape(n, d) * g + b))


def batch_norm(x: Any, g: Any, b: Any) -> Any:
    """Batch normalisation."""
    mean, var = jnp.mean(x, axis=0), jnp.var(x, axis=0)
    return jnp.sum(jnp.sin((x - mean) / jnp.sqrt(var + 1e-3) * g + b))


def rms_norm(x: Any, g: Any) -> Any:
    """Root mean square normalisation."""
    return jnp.sum(jnp.sin(x * jax.lax.rsqrt(jnp.mean(x**2, -1, keepdims=True) + 1e-6) * g))


def heads(x: Any, wq: Any, wk: Any, wv: Any, wo: Any) -> Any:
    """Causal attention of several heads."""
    q = jnp.einsum("td,dhk->thk", x, wq)
    k = jnp.einsum("td,dhk->thk", x, wk)
    v = jnp.einsum("td,dhk->thk", x, wv)
    logits = jnp.einsum("thk,shk->hts", q, k) / jnp.sqrt(k.shape[-1])
    mask = jnp.tril(jnp.ones((x.shape[0], x.shape[0])))
    probs = jax.nn.softmax(jnp.where(mask == 1, logits, -1e30), axis=-1)
    return jnp.einsum("hts,shk,hkd->td", probs, v, wo)


def block(x: Any, wq: Any, wk: Any, wv: Any, wo: Any, g: Any, b: Any, w1: Any, b1: Any, w2: Any, b2: Any) -> Any:
    """A transformer block."""
    h = x + heads(layer_norm(x, g, b), wq, wk, wv, wo)
    hidden = jax.nn.gelu(layer_norm(h, g, b) @ w1 + b1)
    return jnp.sum((h + hidden @ w2 + b2) ** 2)


def attention(q: Any, k: Any, v: Any) -> Any:
    """One head."""
    scores = q @ k.T / jnp.sqrt(q.shape[-1])
    probs = jax.nn.softmax(scores, axis=-1)
    return jnp.sum((probs @ v) ** 2)


def batched_attention(q: Any, k: Any, v: Any) -> Any:
    """A batch of sequences, causal by comparing positions."""
    scores = q @ k.transpose(0, 2, 1)
    place = jnp.arange(q.shape[1])
    scores = jnp.where(place[:, None] >= place[None, :], scores, -1e9)
    return jnp.sum((jax.nn.softmax(scores) @ v) ** 2)


def gru(x: Any, h: Any, wz: Any, wr: Any, wn: Any, uz: Any, ur: Any, un: Any) -> Any:
    """A cell."""
    z = jax.nn.sigmoid(x @ wz + h @ uz)
    r = jax.nn.sigmoid(x @ wr + h @ ur)
    candidate = jnp.tanh(x @ wn + r * (h @ un))
    return jnp.sum(((1 - z) * candidate + z * h) ** 2)


def lstm(x: Any, h: Any, c: Any, w: Any, u: Any, b: Any) -> Any:
    """A cell."""
    i, f, g, o = jnp.split(x @ w + h @ u + b, 4, axis=-1)
    c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
    return jnp.sum((jax.nn.sigmoid(o) * jnp.tanh(c)) ** 2)


def rnn(h: Any, w: Any) -> Any:
    """Five steps by lax.scan."""

    def step(carry: Any, _: Any) -> Any:
        state = jnp.tanh(w @ carry)
        return state, jnp.sum(state**2)

    last, losses = jax.lax.scan(step, h, None, length=5)
    return jnp.sum(last) + jnp.sum(losses)


def rope(x: Any, cos: Any, sin: Any) -> Any:
    """Rotary positions."""
    a, b = jnp.split(x, 2, axis=-1)
    return jnp.sum(jnp.concatenate([a * cos - b * sin, b * cos + a * sin], axis=-1) ** 3)


def conv(x: Any, w: Any) -> Any:
    """A convolution by slices."""
    length = x.shape[1] - 2
    return jnp.sum(jnp.tanh(w[0] * x[:, :length] + w[1] * x[:, 1 : length + 1] + w[2] * x[:, 2:]))


def mixture(x: Any, mu: Any, logits: Any) -> Any:
    """A mixture of Gaussians."""
    log_w = jax.nn.log_softmax(logits)
    dist = jnp.sum((x[:, None] - mu[None]) ** 2, axis=-1)
    return jnp.sum(jax.nn.logsumexp(log_w[None] - 0.5 * dist, axis=1))


def gaussian_tril(x: Any, mu: Any, C: Any) -> Any:
    """A Gaussian by its Cholesky factor."""
    z = solve_triangular(C, x - mu, lower=True)
    return -0.5 * jnp.sum(z**2) - jnp.sum(jnp.log(jnp.diag(C)))


def gp(K: Any, y: Any) -> Any:
    """A marginal likelihood."""
    chol = jnp.linalg.cholesky(K)
    alpha = solve_triangular(chol, y, lower=True)
    return -0.5 * jnp.sum(alpha**2) - jnp.sum(jnp.log(jnp.diagonal(chol)))


def dirichlet(x: Any, a: Any) -> Any:
    """A log-density at a softmax."""
    return jnp.sum((a - 1) * jax.nn.log_softmax(x)) - jnp.sum(gammaln(a)) + gammaln(jnp.sum(a))


def normals_kl(m: Any, s: Any, p: Any, q: Any) -> Any:
    """Kullback-Leibler of two diagonal Gaussians."""
    return jnp.sum(jnp.log(q / s) + (s**2 + (m - p) ** 2) / (2 * q**2) - 0.5)


def factorisation(x: Any, v: Any, w: Any) -> Any:
    """A factorisation machine."""
    return jnp.sum(x @ w + 0.5 * jnp.sum((x @ v) ** 2 - (x**2) @ (v**2), axis=1))


def history(x: Any) -> Any:
    """Discounted sums from the end."""
    return jnp.sum(jnp.tanh(jnp.flip(jnp.cumsum(jnp.flip(x)))))


def scattered(x: Any, y: Any) -> Any:
    """Writing at labels."""
    return jnp.sum(jnp.tanh(jax.nn.softmax(x).at[jnp.arange(x.shape[0]), y].add(-1.0)))


S = jnp.sum
FUNCTIONS: list[tuple[str, Callable[..., Any]]] = [
    ("x: n, y: n", huber),
    ("x: n, y: n", log_cosh),
    ("z: n, t: n", sigmoid_bce),
    ("z: n, t: n binary", focal),
    ("logits: n c, labels: n of c", integer_xent),
    ("logits: n c, labels: n of c", smoothed),
    ("s: n c, y: n of c", multiclass_hinge),
    ("x: n d, y: n d", cosine),
    ("x: n d, y: n d", ntxent),
    ("a: n d, p: n d, q: n d", triplet),
    ("x: n d, y: n d", kl),
    ("z: n, t: n", dice),
    ("x: n d, t: n d", lambda x, t: -jnp.mean(S(t * jax.nn.log_softmax(x), -1))),
    ("x: n, y: n", lambda x, y: S(jnp.maximum(0, 1 - x * y))),
    ("x: n, m: n, s: n pos", lambda x, m, s: S(stats.norm.logpdf(x, m, s))),
    ("x: n, m: n, s: n pos", lambda x, m, s: S(stats.laplace.logpdf(x, m, s))),
    ("x: n", lambda x: S(stats.logistic.logpdf(x))),
    ("x: n, m: n, s: n pos", lambda x, m, s: S(stats.cauchy.logpdf(x, m, s))),
    ("x: n, v: n pos", lambda x, v: S(stats.t.logpdf(x, v))),
    ("x: n pos, a: n pos", lambda x, a: S(stats.gamma.logpdf(x, a))),
    ("x: n, a: n pos, b: n pos", lambda x, a, b: S(stats.beta.logpdf(jax.nn.sigmoid(x), a, b))),
    ("x: n pos", lambda x: S(stats.expon.logpdf(x))),
    ("p: n, y: n", lambda p, y: S(y * jax.nn.log_sigmoid(p) + (1 - y) * jax.nn.log_sigmoid(-p))),
    ("x: n c, y: n of c", lambda x, y: S(jnp.take_along_axis(jax.nn.log_softmax(x), y[:, None], axis=1))),
    ("x: n d, m: d, s: d pos", lambda x, m, s: S(-0.5 * ((x - m) / s) ** 2 - jnp.log(s))),
    ("x: n, mu: n, C: n n lower", gaussian_tril),
    ("x: n, mu: n, C: n n spd", lambda x, mu, C: stats.multivariate_normal.logpdf(x, mu, C)),
    ("K: n n spd, y: n", gp),
    ("x: n d, mu: k d, logits: k", mixture),
    ("m: n, s: n pos, p: n, q: n pos", normals_kl),
    ("x: n, a: n pos", dirichlet),
    ("x: n d, w: d m, b: m", lambda x, w, b: S(jax.nn.relu(x @ w + b) ** 2)),
    ("x: n d, g: d, b: d", lambda x, g, b: S(jnp.tanh(layer_norm(x, g, b)))),
    ("x: n 2*d, g: 2*d, b: 2*d", group_norm),
    ("x: n d, g: d, b: d", batch_norm),
    ("x: n d, g: d", rms_norm),
    ("E: V d, t: n of V", lambda E, t: S(jnp.tanh(E[t]))),
    ("E: V d, t: n of V", lambda E, t: S(jnp.mean(jnp.take(E, t, axis=0), axis=0) ** 2)),
    ("x: n d, h: n m, wz: d m, wr: d m, wn: d m, uz: m m, ur: m m, un: m m", gru),
    ("x: n d, h: n m, c: n m, w: d 4*m, u: m 4*m, b: 4*m", lstm),
    ("h: n, w: n n", rnn),
    ("x: n d, w: d m, v: d m, u: m d", lambda x, w, v, u: S(jnp.tanh((jax.nn.silu(x @ w) * (x @ v)) @ u))),
    ("x: n 2*d", lambda x: S(jax.nn.glu(x) ** 2)),
    ("q: t d, k: s d, v: s e", attention),
    ("q: b t d, k: b t d, v: b t d", batched_attention),
    ("x: t d, wq: d h k, wk: d h k, wv: d h k, wo: h k d", lambda *a: S(heads(*a) ** 2)),
    ("x: t d, wq: d h k, wk: d h k, wv: d h k, wo: h k d, g: d, b: d, w1: d m, b1: m, w2: m d, b2: d", block),
    ("x: t 2*d, cos: t d, sin: t d", rope),
    ("x: n L+2, w: 3", conv),
    ("x: n", lambda x: S(jax.nn.celu(x) * jax.nn.elu(x) + jax.nn.selu(x) + jax.nn.leaky_relu(x) ** 2)),
    ("x: n", lambda x: S(jax.nn.hard_swish(x) + jax.nn.hard_tanh(x) ** 2)),
    ("x: n", lambda x: S(jax.nn.mish(x) + jax.nn.gelu(x, approximate=False) + jax.nn.soft_sign(x))),
    ("x: n d", lambda x: S(jnp.tanh(jax.nn.standardize(x)))),
    ("x: n d, mask: n d binary", lambda x, mask: S(jnp.where(mask == 1, x / 0.9, 0) ** 2)),
    ("x: n 2*d", lambda x: S(x.reshape(x.shape[0], -1, 2).max(-1) ** 2)),
    ("A: n n spd", lambda A: jnp.linalg.slogdet(A)[1] + S(jnp.linalg.inv(A))),
    ("x: n d", lambda x: S(jnp.std(x, axis=0)) + jnp.var(x)),
    ("x: n", history),
    ("x: n d, w: d", lambda x, w: S(jax.vmap(lambda row: jnp.tanh(row @ w))(x))),
    ("x: n d, v: d k, w: d", factorisation),
    ("x: n c, y: n of c", scattered),
    ("x: n d, y: m d", lambda x, y: S(jnp.exp(-S((x[:, None] - y[None]) ** 2, -1)))),
]


def arguments(shapes: str) -> tuple[dict[str, Any], list[str]]:
    """Random arguments, and the names of those that are labels."""
    rng = np.random.default_rng(7)
    given: dict[str, Any] = {}
    labels = []
    for part in shapes.split(","):
        name, _, words = part.partition(":")
        name, dims = name.strip(), words.split()
        said = [dims.pop() for word in list(dims) if word in ATTRIBUTES]
        if "of" in dims:
            given[name] = rng.integers(0, SIZES[dims[-1]], [SIZES[dims[0]]])
            labels.append(name)
            continue
        value: Any = rng.normal(size=[eval(dim, {}, SIZES) for dim in dims])
        if said == ["pos"]:
            value = np.exp(value)
        if said == ["binary"]:
            value = (value > 0).astype(float)
        if said in (["spd"], ["lower"]):
            value = value @ value.T + 2 * np.eye(len(value))
            value = np.linalg.cholesky(value) if said == ["lower"] else value
        given[name] = value
    return given, labels


def largest_difference(shapes: str, function: Callable[..., Any]) -> float:
    """Between the gradients of the traced program and those of JAX, against their size.  Raises ProgramError."""
    given, labels = arguments(shapes)
    named = function
    if list(inspect.signature(function).parameters) == ["a"] and len(given) > 1:  # lambda *a
        scope = {"inner": function}
        named = eval(f"lambda {', '.join(given)}: inner({', '.join(given)})", scope)
    declared = shapes.replace(" pos", "").replace(" lower", "")
    program = gradcli.from_jax(named, shapes=declared)
    places = [place for place, name in enumerate(given) if name not in labels]
    wanted = jax.grad(function, argnums=tuple(places))(*given.values())
    counted = {name: value + 1 if name in labels else value for name, value in given.items()}
    worst = 0.0
    for place, expected in zip(places, wanted, strict=True):
        name = list(given)[place]
        written = name if name in program.shapes else f"{name}_"  # a word of the language
        found = program.grad("out", written).to_numpy()(**counted)
        worst = max(worst, float(np.abs(found - expected).max() / (1 + np.abs(expected).max())))
    return worst


def main() -> None:
    """Print what is found."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--from", type=int, default=0, dest="first")
    options.add_argument("--to", type=int, default=len(FUNCTIONS))
    chosen = options.parse_args()
    update: Any = jax.config.update
    update("jax_enable_x64", True)
    began, read, worst = time.process_time(), 0, 0.0
    work = FUNCTIONS[chosen.first : chosen.to]
    for number, (shapes, function) in enumerate(work, chosen.first):
        title = f"{number} {getattr(function, '__name__', '')} ({shapes})"
        try:
            difference = largest_difference(shapes, function)
        except gradcli.ProgramError as error:
            print(f"{title} is not read: {error}")
            continue
        read += 1
        worst = max(worst, difference)
        if not difference < 1e-8:
            print(f"{title}: differs by {difference:.1e}")
    print(f"read {read} of {len(work)}, largest difference {worst:.1e}, {time.process_time() - began:.0f} s")


if __name__ == "__main__":
    main()
