"""More `jax.custom_vjp` functions, as libraries write them; `twins.txt` plants one mistake each."""

import functools

import jax
import jax.numpy as jnp
from jax import lax


# gradcli: logits: n c, labels: n c
@jax.custom_vjp
def sigmoid_binary_cross_entropy(logits, labels):
    log_p = jax.nn.log_sigmoid(logits)
    log_not_p = jax.nn.log_sigmoid(-logits)
    return -labels * log_p - (1.0 - labels) * log_not_p


def sbce_fwd(logits, labels):
    return sigmoid_binary_cross_entropy(logits, labels), (logits, labels)


def sbce_bwd(res, g):
    logits, labels = res
    p = jax.nn.sigmoid(logits)
    return g * (p - labels), -g * logits


sigmoid_binary_cross_entropy.defvjp(sbce_fwd, sbce_bwd)


# gradcli: logits: b v, targets: b v simplex
@functools.partial(jax.custom_vjp, nondiff_argnums=(2,))
def t5_cross_entropy(logits, targets, z_loss=1e-4):
    lse = jax.scipy.special.logsumexp(logits, axis=-1, keepdims=True)
    log_softmax = logits - lse
    loss = -jnp.sum(targets * log_softmax, axis=-1)
    log_z = jnp.squeeze(lse, axis=-1)
    return loss + z_loss * lax.square(log_z)


def t5_fwd(logits, targets, z_loss):
    max_logit = logits.max(axis=-1, keepdims=True)
    shifted = logits - max_logit
    exp_shifted = jnp.exp(shifted)
    sum_exp = jnp.sum(exp_shifted, axis=-1, keepdims=True)
    log_softmax = shifted - jnp.log(sum_exp)
    loss = -jnp.sum(targets * log_softmax, axis=-1)
    log_z = jnp.squeeze(jnp.log(sum_exp) + max_logit, axis=-1)
    total = loss + z_loss * log_z**2
    return total, (logits, targets, exp_shifted, sum_exp, log_softmax, log_z)


def t5_bwd(z_loss, res, g):
    logits, targets, exp_shifted, sum_exp, log_softmax, log_z = res
    deriv = (1 + 2 * z_loss * log_z)[..., None] * exp_shifted / sum_exp - targets
    g_logits = jnp.expand_dims(g, axis=-1) * deriv
    g_targets = -jnp.expand_dims(g, axis=-1) * log_softmax
    return g_logits, g_targets


t5_cross_entropy.defvjp(t5_fwd, t5_bwd)


# gradcli: x: n d, y: n d
@jax.custom_vjp
def cosine_similarity(x, y):
    xn = x / jnp.linalg.norm(x, axis=-1, keepdims=True)
    yn = y / jnp.linalg.norm(y, axis=-1, keepdims=True)
    return jnp.sum(xn * yn, axis=-1)


def cos_fwd(x, y):
    nx = jnp.sqrt(jnp.sum(x * x, -1, keepdims=True))
    ny = jnp.sqrt(jnp.sum(y * y, -1, keepdims=True))
    c = jnp.sum(x * y, -1, keepdims=True) / (nx * ny)
    return c[..., 0], (x, y, nx, ny, c)


def cos_bwd(res, g):
    x, y, nx, ny, c = res
    g = g[..., None]
    dx = g * (y / ny - c * x / nx) / nx
    dy = g * (x / nx - c * y / ny) / ny
    return dx, dy


cosine_similarity.defvjp(cos_fwd, cos_bwd)


# gradcli: h: b t c, scale: c, bias: c
@jax.custom_vjp
def group_free_norm(h, scale, bias):
    mean = h.mean((0, 1))
    mean2 = (h**2).mean((0, 1))
    var = mean2 - lax.square(mean)
    mul = lax.rsqrt(var + 1e-5) * scale
    return (h - mean) * mul + bias


def gfn_fwd(h, scale, bias):
    mean = h.mean((0, 1))
    var = ((h - mean) ** 2).mean((0, 1))
    inv = lax.rsqrt(var + 1e-5)
    return (h - mean) * inv * scale + bias, (h, mean, inv, scale)


def gfn_bwd(res, g):
    h, mean, inv, scale = res
    n = h.shape[0] * h.shape[1]
    xhat = (h - mean) * inv
    dbias = g.sum((0, 1))
    dscale = (g * xhat).sum((0, 1))
    dh = scale * inv * (g - dbias / n - xhat * dscale / n)
    return dh, dscale, dbias


group_free_norm.defvjp(gfn_fwd, gfn_bwd)


# gradcli: x: n d, w: d
@jax.custom_vjp
def gated(x, w):
    return x * jax.nn.sigmoid(x * w)


def gated_fwd(x, w):
    s = jax.nn.sigmoid(x * w)
    return x * s, (x, w, s)


def gated_bwd(res, ct):
    x, w, s = res
    ds = ct * x * s * (1 - s)
    return ct * s + ds * w, (ds * x).sum(0)


gated.defvjp(gated_fwd, gated_bwd)


# gradcli: a: n n, b: n
@jax.custom_vjp
def linear_solve(a, b):
    return jnp.linalg.solve(a, b)


def linear_solve_fwd(a, b):
    x = jnp.linalg.solve(a, b)
    return x, (a, x)


def linear_solve_bwd(res, x_bar):
    a, x = res
    b_bar = jnp.linalg.solve(a.T, x_bar)
    a_bar = -b_bar[:, None] * x[None, :]
    return a_bar, b_bar


linear_solve.defvjp(linear_solve_fwd, linear_solve_bwd)


# gradcli: x: n d, temperature: ()
@jax.custom_vjp
def tempered_softmax(x, temperature):
    return jax.nn.softmax(x / temperature, axis=-1)


def tempered_fwd(x, temperature):
    p = tempered_softmax(x, temperature)
    return p, (x, p, temperature)


def tempered_bwd(res, g):
    x, p, temperature = res
    dz = p * (g - jnp.sum(g * p, axis=-1, keepdims=True))
    dx = dz / temperature
    dtemp = -jnp.sum(dz * x) / temperature**2
    return dx, dtemp


tempered_softmax.defvjp(tempered_fwd, tempered_bwd)


# gradcli: y: d, A: d d, dt: ()
@jax.custom_vjp
def rk2_step(y, A, dt):
    k1 = A @ y
    k2 = A @ (y + 0.5 * dt * k1)
    return y + dt * k2


def rk2_fwd(y, A, dt):
    k1 = A @ y
    mid = y + 0.5 * dt * k1
    k2 = A @ mid
    return y + dt * k2, (y, A, dt, k1, mid, k2)


def rk2_bwd(res, g):
    y, A, dt, k1, mid, k2 = res
    gk2 = dt * g
    gmid = A.T @ gk2
    gk1 = 0.5 * dt * gmid
    gy = g + gmid + A.T @ gk1
    gA = jnp.outer(gk2, mid) + jnp.outer(gk1, y)
    gdt = g @ k2 + 0.5 * (gmid @ k1)
    return gy, gA, gdt


rk2_step.defvjp(rk2_fwd, rk2_bwd)


# gradcli: table: v d, ids: b t of v
@jax.custom_vjp
def embed(table, ids):
    return jnp.take(table, ids, axis=0)


def embed_fwd(table, ids):
    return table[ids], (table, ids)


def embed_bwd(res, g):
    table, ids = res
    dtable = jnp.zeros_like(table).at[ids].add(g)
    return dtable, None


embed.defvjp(embed_fwd, embed_bwd)


# gradcli: mean: n d, log_scale: n d, noise: n d
@jax.custom_vjp
def sample_normal(mean, log_scale, noise):
    return mean + jnp.exp(log_scale) * noise


def sample_fwd(mean, log_scale, noise):
    out = mean + jnp.exp(log_scale) * noise
    return out, (mean, log_scale, out)


def sample_bwd(res, g):
    mean, log_scale, out = res
    return g, g * (out - mean), g * jnp.exp(log_scale)


sample_normal.defvjp(sample_fwd, sample_bwd)


# gradcli: x: n, y: n
@jax.custom_jvp
def hypot(x, y):
    return jnp.sqrt(x**2 + y**2)


@hypot.defjvp
def hypot_jvp(primals, tangents):
    x, y = primals
    dx, dy = tangents
    r = hypot(x, y)
    return r, (x * dx + y * dy) / r


# gradcli: x: n d, W: d d
@jax.custom_vjp
def log_quadratic(x, W):
    return jnp.log1p(jnp.einsum("ni,ij,nj->n", x, W, x) ** 2)


def log_quadratic_fwd(x, W):
    q = jnp.einsum("ni,ij,nj->n", x, W, x)
    return jnp.log1p(q * q), (x, W, q)


def log_quadratic_bwd(res, g):
    x, W, q = res
    gq = g * 2 * q / (1 + q * q)
    gx = gq[:, None] * (x @ (W + W.T))
    gW = jnp.einsum("n,ni,nj->ij", gq, x, x)
    return gx, gW


log_quadratic.defvjp(log_quadratic_fwd, log_quadratic_bwd)


# gradcli: x: n d, k: 3 d
@jax.custom_vjp
def depthwise(x, k):
    n = x.shape[0]
    xp = jnp.pad(x, ((1, 1), (0, 0)))
    return sum(xp[i : i + n] * k[i] for i in range(3))


def depthwise_fwd(x, k):
    return depthwise(x, k), (x, k)


def depthwise_bwd(res, g):
    x, k = res
    n = x.shape[0]
    gp = jnp.pad(g, ((1, 1), (0, 0)))
    xp = jnp.pad(x, ((1, 1), (0, 0)))
    dx = sum(gp[i : i + n] * k[2 - i] for i in range(3))
    dk = jnp.stack([(xp[i : i + n] * g).sum(0) for i in range(3)])
    return dx, dk


depthwise.defvjp(depthwise_fwd, depthwise_bwd)


# gradcli: L: n n, x: n
@jax.custom_vjp
def mahalanobis(L, x):
    z = jax.scipy.linalg.solve_triangular(L, x, lower=True)
    return 0.5 * z @ z


def mahalanobis_fwd(L, x):
    z = jax.scipy.linalg.solve_triangular(L, x, lower=True)
    return 0.5 * z @ z, (L, z)


def mahalanobis_bwd(res, g):
    L, z = res
    a = jax.scipy.linalg.solve_triangular(L.T, z, lower=False)
    return -g * jnp.tril(jnp.outer(a, z)), g * a


mahalanobis.defvjp(mahalanobis_fwd, mahalanobis_bwd)
