"""`jax.custom_vjp` and `jax.custom_jvp`; the file is read, JAX is not needed."""

import jax
import jax.numpy as jnp


@jax.custom_vjp
def logsumexp(x):
    # gradcli: x: n
    m = jnp.max(x)
    return m + jnp.log(jnp.sum(jnp.exp(x - m)))


def logsumexp_fwd(x):
    y = logsumexp(x)
    return y, (x, y)


def logsumexp_bwd(res, g):
    x, y = res
    return (g * jnp.exp(x - y),)


logsumexp.defvjp(logsumexp_fwd, logsumexp_bwd)


@jax.custom_jvp
def log1pexp(x):
    # gradcli: x: n
    return jnp.log1p(jnp.exp(x))


@log1pexp.defjvp
def log1pexp_jvp(primals, tangents):
    (x,) = primals
    (x_dot,) = tangents
    return log1pexp(x), (1 - 1 / (1 + jnp.exp(x))) * x_dot


@jax.custom_vjp
def quadratic(x, A):
    # gradcli: x: n, A: n n
    return 0.5 * x @ A @ x


def quadratic_fwd(x, A):
    return 0.5 * x @ A @ x, (x, A)


def quadratic_bwd(res, g):
    x, A = res
    return 0.5 * g * (A + A.T) @ x, 0.5 * g * jnp.outer(x, x)


quadratic.defvjp(quadratic_fwd, quadratic_bwd)
