import jax
import jax.numpy as jnp
from functools import partial

@jax.custom_vjp
def safe_norm(x):
    # gradcli: x: n
    return jnp.sqrt(jnp.sum(x**2) + 1e-12)
def safe_norm_fwd(x):
    n = jnp.sqrt(jnp.sum(x**2) + 1e-12)
    return n, (x, n)
def safe_norm_bwd(res, g):
    x, n = res
    return (g * x / n,)
safe_norm.defvjp(safe_norm_fwd, safe_norm_bwd)

@partial(jax.custom_vjp, nondiff_argnums=(1,))
def power(x, p=3):
    # gradcli: x: n
    return x ** p
def power_fwd(x, p):
    return x ** p, x
def power_bwd(p, x, g):
    return (g * p * x ** (p - 1),)
power.defvjp(power_fwd, power_bwd)

@jax.custom_vjp
def softmax_xent(logits, labels):
    # gradcli: logits: n c, labels: n c simplex
    return jnp.mean(jax.nn.logsumexp(logits, axis=-1) - jnp.sum(logits * labels, axis=-1))
def xent_fwd(logits, labels):
    return softmax_xent(logits, labels), (logits, labels)
def xent_bwd(res, g):
    logits, labels = res
    n = logits.shape[0]
    dlogits = g * (jax.nn.softmax(logits) - labels) / n
    return dlogits, -g * logits / n
softmax_xent.defvjp(xent_fwd, xent_bwd)

@jax.custom_jvp
def swish(x):
    # gradcli: x: n
    return x * jax.nn.sigmoid(x)
@swish.defjvp
def swish_jvp(primals, tangents):
    x, = primals
    dx, = tangents
    s = jax.nn.sigmoid(x)
    return x * s, (s + x * s * (1 - s)) * dx

@jax.custom_vjp
def solve(A, b):
    # gradcli: A: n n, b: n
    return jnp.linalg.solve(A, b)
def solve_fwd(A, b):
    x = jnp.linalg.solve(A, b)
    return x, (A, x)
def solve_bwd(res, g):
    A, x = res
    lam = jnp.linalg.solve(A.T, g)
    return -jnp.outer(lam, x), lam
solve.defvjp(solve_fwd, solve_bwd)

@jax.custom_vjp
def logdet(S):
    # gradcli: S: n n invertible
    return jnp.linalg.slogdet(S)[1]
def logdet_fwd(S):
    return jnp.linalg.slogdet(S)[1], S
def logdet_bwd(S, g):
    return (g * jnp.linalg.inv(S).T,)
logdet.defvjp(logdet_fwd, logdet_bwd)
