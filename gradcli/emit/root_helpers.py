"""Square roots and logarithms of matrices and Sylvester equations, for every target.

Source: N. J. Higham, "Functions of Matrices", 2008, chapters 6 and 11.
"""

from __future__ import annotations

_QUADRATURE = """    x = a - unit
    nodes = (0.019855071751231884, 0.10166676129318664, 0.2372337950418355, 0.4082826787521751)
    weights = (0.05061426814518813, 0.11119051722668724, 0.15685332293894363, 0.18134189168918100)
    out = 0.0 * x
    for node, weight in zip(nodes, weights):
        for place in (node, 1.0 - node):
            out = out + weight * {np}.linalg.solve(unit + place * x, x)
    return 2.0**halvings * out
"""

_SYLVESTER = '''
def {sylvester}(a, b, c):
    """x with a @ x + x @ b == c."""
    a, b = {np}.atleast_2d(a), {np}.atleast_2d(b)
    rows, columns = {np}.eye(len(a), dtype=a.dtype), {np}.eye(len(b), dtype=b.dtype)
    system = {np}.kron(%s, columns) + {np}.kron(rows, %s)
    return {np}.linalg.solve(system, c.reshape(-1)).reshape(c.shape)
'''


def _eager(kept: str, turned: str) -> dict[str, str]:
    return {
        "sqrtm": '''
def {sqrtm}(a):
    """The principal square root: of a symmetric matrix by its eigenvalues, else by Denman's and Beavers's iteration."""
    if bool((a == a.T).all()):
        values, vectors = {np}.linalg.eigh(a)
        root = (vectors * {np}.sqrt(values)) @ vectors.T
        return (root + root.T) / 2.0
    unit = {np}.eye(len(a), dtype=a.dtype)
    root, rest = a, a
    for _ in range(100):
        back = {np}.linalg.inv(rest)
        root = root @ (unit + back) / 2.0
        done = float({np}.abs(rest - unit).max()) < 1e-13
        if done:
            return root
        rest = (2.0 * unit + rest + back) / 4.0
    return root * {np}.nan
''',
        "logm": '''
def {logm}(a):
    """The principal logarithm: roots until the matrix is near the identity, then a quadrature (Higham 2008, 11.4)."""
    unit = {np}.eye(len(a), dtype=a.dtype)
    halvings = 0
    while float({np}.abs(a - unit).sum()) > 0.25 and halvings < 60:
        a = {sqrtm}(a)
        halvings += 1
'''
        + _QUADRATURE,
        "sylvester": _SYLVESTER % (kept, turned),
    }


NUMPY_ROOTS: dict[str, str] = {
    "polygamma": '''
def {polygamma}(k, t):
    """A derivative of digamma, by the recurrence up to 16 + k and the asymptotic series (DLMF 5.15.5, 5.15.8)."""
    t = {np}.array(t, dtype={np}.float64)
    moved = {np}.zeros_like(t)
    for _ in range(10000):
        low = t < 16.0 + k
        if not low.any():
            break
        moved = moved + {np}.where(low, {np}.where(low, t, 1.0) ** -(k + 1.0), 0.0)
        t = {np}.where(low, t + 1.0, t)
    bernoulli = (1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6)
    out = math.factorial(k - 1) / t**k + math.factorial(k) * (0.5 / t ** (k + 1) + moved)
    for j, number in enumerate(bernoulli, 1):
        out = out + number * math.factorial(2 * j + k - 1) / math.factorial(2 * j) / t ** (2 * j + k)
    return out if k % 2 else -out
''',
    **_eager("a", "b.T"),
    "logm_frechet": '''
def {logm_frechet}(a, direction):
    """The derivative of logm at a in a direction: the upper right block of logm([[a, direction], [0, a]])."""
    n = len(a)
    return {logm}({np}.block([[a, direction], [{np}.zeros((n, n)), a]]))[:n, n:]
''',
}

TORCH_ROOTS: dict[str, str] = {
    "polygamma": """
def {polygamma}(k, t):
    return {np}.special.polygamma(k, {array}(t))
""",
    **_eager("a.contiguous()", "b.T.contiguous()"),
    "logm_frechet": '''
def {logm_frechet}(a, direction):
    """The derivative of logm at a in a direction: the upper right block of logm([[a, direction], [0, a]])."""
    n = len(a)
    top, bottom = {np}.cat([a, direction], dim=1), {np}.cat([{np}.zeros_like(a), a], dim=1)
    return {logm}({np}.cat([top, bottom]))[:n, n:]
''',
}

JAX_ROOTS: dict[str, str] = {
    **NUMPY_ROOTS,
    "polygamma": """
def {polygamma}(k, t):
    return {root}.scipy.special.polygamma(k, {array}(t))
""",
    "sqrtm": '''
def {sqrtm}(a):
    """The principal square root, by the iteration of Denman and Beavers."""
    unit = {np}.eye(len(a), dtype=a.dtype)

    def far(state):
        root, rest, steps = state
        return {np}.logical_and({np}.max({np}.abs(rest - unit)) >= 1e3 * {np}.finfo(a.dtype).eps, steps < 100)

    def nearer(state):
        root, rest, steps = state
        back = {np}.linalg.inv(rest)
        return root @ (unit + back) / 2.0, (2.0 * unit + rest + back) / 4.0, steps + 1

    root, rest, steps = {root}.lax.while_loop(far, nearer, (a, a, 0))
    return {np}.where(steps < 100, root @ (unit + {np}.linalg.inv(rest)) / 2.0, {np}.nan)
''',
    "logm": '''
def {logm}(a):
    """The principal logarithm: roots until the matrix is near the identity, then a quadrature (Higham 2008, 11.4)."""
    unit = {np}.eye(len(a), dtype=a.dtype)

    def far(state):
        return {np}.logical_and({np}.sum({np}.abs(state[0] - unit)) > 0.25, state[1] < 60)

    a, halvings = {root}.lax.while_loop(far, lambda state: ({sqrtm}(state[0]), state[1] + 1), (a, 0))
'''
    + _QUADRATURE,
}
