"""Rules of JAX, a third batch."""

from functools import partial

import jax
import jax.numpy as jnp
from jax import custom_vjp


# gradcli: x: n, y: n
@jax.custom_vjp
def safe_div(x, y):
    return x / y


def safe_div_fwd(x, y):
    out = x / y
    return out, (out, y)


def safe_div_bwd(res, g):
    out, y = res
    return g / y, -g * out / y


safe_div.defvjp(safe_div_fwd, safe_div_bwd)


# gradcli: x: n d
@custom_vjp
def log1pexp(x):
    return jnp.log1p(jnp.exp(x))


def _fwd(x):
    return log1pexp(x), x


def _bwd(x, ct):
    return (ct * jax.nn.sigmoid(x),)


log1pexp.defvjp(_fwd, _bwd)


# gradcli: x: n d
@partial(jax.custom_vjp, nondiff_argnums=(1,))
def clip_ste(x, bound=3.0):
    return jnp.clip(x, -bound, bound)


def clip_ste_fwd(x, bound):
    return clip_ste(x, bound), (jnp.abs(x) <= bound,)


def clip_ste_bwd(bound, res, g):
    (inside,) = res
    return (jnp.where(inside, g, 0.0),)


clip_ste.defvjp(clip_ste_fwd, clip_ste_bwd)


# gradcli: params: d m, x: n d
@jax.custom_vjp
def dense(params, x):
    return jnp.matmul(x, params)


def dense_fwd(params, x):
    return dense(params, x), {"w": params, "x": x}


def dense_bwd(res, ct):
    return jnp.einsum("nd,nm->dm", res["x"], ct), jnp.einsum("nm,dm->nd", ct, res["w"])


dense.defvjp(dense_fwd, dense_bwd)


# gradcli: logits: n c, labels: n of c
@jax.custom_vjp
def softmax_xent(logits, labels):
    logp = jax.nn.log_softmax(logits)
    return -jnp.take_along_axis(logp, labels[:, None], axis=-1)[:, 0]


def softmax_xent_fwd(logits, labels):
    logp = jax.nn.log_softmax(logits)
    loss = -jnp.take_along_axis(logp, labels[:, None], axis=-1)[:, 0]
    return loss, (logp, labels)


def softmax_xent_bwd(res, g):
    logp, labels = res
    onehot = jax.nn.one_hot(labels, logp.shape[-1])
    return (g[:, None] * (jnp.exp(logp) - onehot), None)


softmax_xent.defvjp(softmax_xent_fwd, softmax_xent_bwd)


# gradcli: x: n d, scale: d, offset: d
@jax.custom_vjp
def layer_norm(x, scale, offset):
    mean = jnp.mean(x, axis=-1, keepdims=True)
    variance = jnp.var(x, axis=-1, keepdims=True)
    inv = scale * jax.lax.rsqrt(variance + 1e-5)
    return inv * (x - mean) + offset


def ln_fwd(x, scale, offset):
    mean = jnp.mean(x, axis=-1, keepdims=True)
    variance = jnp.var(x, axis=-1, keepdims=True)
    rstd = jax.lax.rsqrt(variance + 1e-5)
    xhat = (x - mean) * rstd
    return xhat * scale + offset, (xhat, rstd, scale)


def ln_bwd(res, dy):
    xhat, rstd, scale = res
    dscale = jnp.sum(dy * xhat, axis=0)
    doffset = jnp.sum(dy, axis=0)
    dxhat = dy * scale
    dx = rstd * (
        dxhat
        - jnp.mean(dxhat, axis=-1, keepdims=True)
        - xhat * jnp.mean(dxhat * xhat, axis=-1, keepdims=True)
    )
    return dx, dscale, doffset


layer_norm.defvjp(ln_fwd, ln_bwd)


# gradcli: x: n d
@jax.custom_jvp
def safe_norm(x):
    return jnp.sqrt(jnp.sum(x**2, axis=-1))


@safe_norm.defjvp
def safe_norm_jvp(primals, tangents):
    (x,) = primals
    (x_dot,) = tangents
    ans = safe_norm(x)
    return ans, jnp.sum(x * x_dot, axis=-1) / ans


# gradcli: x: n d
@jax.custom_jvp
def log_cosh(x):
    return jnp.log(jnp.cosh(x))


log_cosh.defjvps(lambda t, ans, x: jnp.tanh(x) * t)


# gradcli: a: n n, b: n k
@jax.custom_vjp
def linear_solve(a, b):
    return jnp.linalg.solve(a, b)


def solve_fwd(a, b):
    x = linear_solve(a, b)
    return x, (a, x)


def solve_bwd(res, x_bar):
    a, x = res
    b_bar = jnp.linalg.solve(a.T, x_bar)
    a_bar = -b_bar @ x.T
    return a_bar, b_bar


linear_solve.defvjp(solve_fwd, solve_bwd)


# gradcli: q: t d, k: t d, v: t d
@jax.custom_vjp
def causal_attention(q, k, v):
    return _attend(q, k, v)[0]


def _attend(q, k, v):
    t, d = q.shape
    s = q @ k.T / jnp.sqrt(d)
    s = jnp.where(jnp.tril(jnp.ones((t, t), dtype=bool)), s, -jnp.inf)
    p = jax.nn.softmax(s, axis=-1)
    return p @ v, p


def causal_attention_fwd(q, k, v):
    o, p = _attend(q, k, v)
    return o, (q, k, v, p)


def causal_attention_bwd(res, do):
    q, k, v, p = res
    dv = p.T @ do
    dp = do @ v.T
    ds = p * (dp - jnp.sum(p * dp, axis=-1, keepdims=True)) / jnp.sqrt(q.shape[-1])
    return ds @ k, ds.T @ q, dv


causal_attention.defvjp(causal_attention_fwd, causal_attention_bwd)


# gradcli: preds: n, targets: n, weights: n
@jax.custom_vjp
def weighted_mse(preds, targets, weights):
    return jnp.sum(weights * (preds - targets) ** 2) / jnp.sum(weights)


def weighted_mse_fwd(preds, targets, weights):
    err = preds - targets
    wsum = jnp.sum(weights)
    loss = jnp.dot(weights, err**2) / wsum
    return loss, (err, weights, wsum, loss)


def weighted_mse_bwd(res, g):
    err, weights, wsum, loss = res
    dpreds = g * 2 * weights * err / wsum
    dweights = g * (err**2 - loss) / wsum
    return dpreds, -dpreds, dweights


weighted_mse.defvjp(weighted_mse_fwd, weighted_mse_bwd)


# gradcli: z: n k
@jax.custom_vjp
def log_softmax(z):
    return z - jax.scipy.special.logsumexp(z, axis=1, keepdims=True)


def log_softmax_fwd(z):
    y = log_softmax(z)
    return y, (y,)


def log_softmax_bwd(res, g):
    y, = res
    return (g - jnp.exp(y) * g.sum(axis=1, keepdims=True),)


log_softmax.defvjp(log_softmax_fwd, log_softmax_bwd)
