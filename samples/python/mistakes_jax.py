"""`jax.custom_vjp` functions with one mistake each."""

import jax
import jax.numpy as jnp


# gradcli: z: n c, y: n of c
@jax.custom_vjp
def cross_entropy(z, y):
    return jnp.mean(jax.nn.logsumexp(z, axis=1) - z[jnp.arange(z.shape[0]), y])


def cross_entropy_fwd(z, y):
    return cross_entropy(z, y), (z, y)


def cross_entropy_bwd(res, g):
    z, y = res
    dz = g * (jax.nn.softmax(z, axis=0) - jax.nn.one_hot(y, z.shape[1])) / z.shape[0]  # axis=1
    return dz, None


cross_entropy.defvjp(cross_entropy_fwd, cross_entropy_bwd)


# gradcli: x: n d, w: d m
@jax.custom_vjp
def dense(x, w):
    return jax.nn.relu(x @ w)


def dense_fwd(x, w):
    h = x @ w
    return jax.nn.relu(h), (x, w, h)


def dense_bwd(res, dy):
    x, w, h = res
    dh = dy * (h > 0)
    dx = dh @ w  # w.T
    dw = x.T @ dh
    return dx, dw


dense.defvjp(dense_fwd, dense_bwd)
