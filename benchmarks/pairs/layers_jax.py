"""`jax.custom_vjp` functions with rules by hand; `twins.txt` plants one mistake each."""

from functools import partial

import jax
import jax.numpy as jnp
from jax import custom_vjp


@jax.custom_vjp
def softplus(x):
    # gradcli: x: n
    return jnp.logaddexp(x, 0.0)


def softplus_fwd(x):
    return softplus(x), x


def softplus_bwd(x, g):
    return (g * jax.nn.sigmoid(x),)


softplus.defvjp(softplus_fwd, softplus_bwd)


# gradcli: x: n d
@jax.custom_vjp
def softmax(x):
    e = jnp.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def _softmax_fwd(x):
    y = softmax(x)
    return y, (y,)


def _softmax_bwd(res, g):
    (y,) = res
    gy = g * y
    dx = gy - y * gy.sum(axis=-1, keepdims=True)
    return (dx,)


softmax.defvjp(_softmax_fwd, _softmax_bwd)


# gradcli: x: n d, scale: d, offset: d
@partial(jax.custom_vjp, nondiff_argnums=(3,))
def layer_norm(x, scale, offset, eps=1e-5):
    mean = jnp.mean(x, axis=-1, keepdims=True)
    var = jnp.var(x, axis=-1, keepdims=True)
    return (x - mean) * jax.lax.rsqrt(var + eps) * scale + offset


def layer_norm_fwd(x, scale, offset, eps):
    mean = jnp.mean(x, axis=-1, keepdims=True)
    var = jnp.var(x, axis=-1, keepdims=True)
    inv = jax.lax.rsqrt(var + eps)
    xhat = (x - mean) * inv
    return xhat * scale + offset, (xhat, inv, scale)


def layer_norm_bwd(eps, res, g):
    xhat, inv, scale = res
    gs = g * scale
    dscale = jnp.sum(g * xhat, axis=0)
    doffset = jnp.sum(g, axis=0)
    dx = inv * (gs - gs.mean(-1, keepdims=True) - xhat * (gs * xhat).mean(-1, keepdims=True))
    return dx, dscale, doffset


layer_norm.defvjp(layer_norm_fwd, layer_norm_bwd)


# gradcli: x: n d, w: d m, b: m
@custom_vjp
def dense_relu(x, w, b):
    return jax.nn.relu(x @ w + b)


def dense_relu_fwd(x, w, b):
    h = x @ w + b
    return jax.nn.relu(h), (x, w, h)


def dense_relu_bwd(res, dy):
    x, w, h = res
    dh = jnp.where(h > 0, dy, 0.0)
    dx = dh @ w.T
    dw = x.T @ dh
    db = dh.sum(0)
    return dx, dw, db


dense_relu.defvjp(dense_relu_fwd, dense_relu_bwd)


# gradcli: logits: n c, labels: n c simplex
@jax.custom_vjp
def soft_xent(logits, labels):
    return -jnp.mean(jnp.sum(labels * jax.nn.log_softmax(logits), axis=-1))


def soft_xent_fwd(logits, labels):
    p = jax.nn.softmax(logits)
    return soft_xent(logits, labels), (p, labels, logits)


def soft_xent_bwd(res, g):
    p, labels, logits = res
    n = logits.shape[0]
    dlogits = g * (p - labels) / n
    dlabels = -g * jax.nn.log_softmax(logits) / n
    return dlogits, dlabels


soft_xent.defvjp(soft_xent_fwd, soft_xent_bwd)


# gradcli: x: n d, g: d
@jax.custom_vjp
def rms_norm(x, g):
    return x / jnp.sqrt(jnp.mean(x**2, -1, keepdims=True) + 1e-6) * g


def rms_norm_fwd(x, g):
    rms = jnp.sqrt(jnp.mean(x**2, -1, keepdims=True) + 1e-6)
    return x / rms * g, (x, g, rms)


def rms_norm_bwd(res, dy):
    x, g, rms = res
    xn = x / rms
    dg = jnp.sum(dy * xn, axis=0)
    dxn = dy * g
    dx = (dxn - xn * jnp.mean(dxn * xn, axis=-1, keepdims=True)) / rms
    return dx, dg


rms_norm.defvjp(rms_norm_fwd, rms_norm_bwd)


# gradcli: q: t d, k: s d, v: s e
@jax.custom_vjp
def attention(q, k, v):
    return jax.nn.softmax(q @ k.T / jnp.sqrt(q.shape[-1])) @ v


def attention_fwd(q, k, v):
    logits = q @ k.T / jnp.sqrt(q.shape[-1])
    p = jax.nn.softmax(logits)
    return p @ v, {"q": q, "k": k, "v": v, "p": p}


def attention_bwd(res, g):
    q, k, v, p = res["q"], res["k"], res["v"], res["p"]
    dv = p.T @ g
    dp = g @ v.T
    dlogits = p * (dp - jnp.sum(p * dp, axis=-1, keepdims=True))
    dscaled = dlogits / jnp.sqrt(q.shape[-1])
    return dscaled @ k, dscaled.T @ q, dv


attention.defvjp(attention_fwd, attention_bwd)


# gradcli: x: n
@jax.custom_vjp
def safe_norm(x):
    return jnp.sqrt(jnp.sum(x * x))


def safe_norm_fwd(x):
    n = jnp.sqrt(jnp.sum(x * x))
    return n, (x, n)


def safe_norm_bwd(res, g):
    x, n = res
    return (g * x / n,)


safe_norm.defvjp(safe_norm_fwd, safe_norm_bwd)


# gradcli: x: n d
@jax.custom_vjp
def clip_gradient(x):
    return x


def clip_gradient_fwd(x):
    return x, None


def clip_gradient_bwd(res, g):
    return (g,)


clip_gradient.defvjp(clip_gradient_fwd, clip_gradient_bwd)


# gradcli: A: n n spd
@jax.custom_vjp
def logdet(A):
    return jnp.linalg.slogdet(A)[1]


def logdet_fwd(A):
    return logdet(A), jnp.linalg.inv(A)


def logdet_bwd(Ainv, g):
    return (g * Ainv.T,)


logdet.defvjp(logdet_fwd, logdet_bwd)


# gradcli: z: n c, y: n of c
@jax.custom_vjp
def nll(z, y):
    lse = jax.nn.logsumexp(z, axis=1)
    return jnp.mean(lse - z[jnp.arange(z.shape[0]), y])


def nll_fwd(z, y):
    return nll(z, y), (z, y)


def nll_bwd(res, g):
    z, y = res
    p = jax.nn.softmax(z, axis=1)
    dz = (p - jax.nn.one_hot(y, z.shape[1])) * g / z.shape[0]
    return dz, None


nll.defvjp(nll_fwd, nll_bwd)


# gradcli: x: n, w: n
@jax.custom_jvp
def weighted_mean(x, w):
    return jnp.sum(w * x) / jnp.sum(w)


@weighted_mean.defjvp
def weighted_mean_jvp(primals, tangents):
    x, w = primals
    dx, dw = tangents
    s = jnp.sum(w)
    m = jnp.sum(w * x) / s
    return m, jnp.sum(w * dx) / s + jnp.sum(dw * (x - m)) / s
