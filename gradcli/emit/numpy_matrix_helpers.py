"""Functions of matrices that NumPy lacks; see `numpy_helpers`."""

from __future__ import annotations

from gradcli.emit.cofactor_helpers import cofactor_helpers

_REGULAR = {
    "cofactor_change": """\
    try:
        turned = {np}.linalg.inv(a).T
        if {np}.linalg.norm(a) * {np}.linalg.norm(turned) < 1e8:
            return {np}.linalg.det(a) * ({np}.vdot(direction, turned) * turned - turned @ direction.T @ turned)
    except {np}.linalg.LinAlgError:
        pass
""",
    "cofactor_changes": """\
    try:
        turned = {np}.linalg.inv(a).T
        if {np}.linalg.norm(a) * {np}.linalg.norm(turned) < 1e8:
            change = ({np}.linalg.det(a) * turned)[:, :, None, None] * turned
            return change - change.transpose(2, 1, 0, 3)
    except {np}.linalg.LinAlgError:
        pass
""",
}
"""With the inverse, where it is accurate: some times as fast as the singular values."""

MATRIX_HELPERS: dict[str, str] = {
    **cofactor_helpers(_REGULAR),
    "weighted_gram": '''
def {weighted_gram}(a, weights):
    """a.T @ diag(weights) @ a; where it is large, one half of it, by strips, and that turned over."""
    n, step = a.shape[1], 256
    scaled = weights[:, None] * a
    if n < 2 * step:
        return a.T @ scaled
    out = {np}.empty((n, n))
    for i in range(0, n, step):
        j = min(i + step, n)
        {np}.matmul(a[:, i:j].T, scaled[:, i:], out=out[i:j, i:])
        out[j:, i:j] = out[i:j, j:].T
    return out
''',
    "grams": '''
def {grams}(a, weights):
    """a.T @ diag(column) @ a for each column of the weights."""
    return {np}.stack([a.T @ (column[:, None] * a) for column in weights.T])
''',
    "sample_gram": '''
def {sample_gram}(a, q):
    """The sum over m of a[m, i] * a[m, k] * q[m, j, l], by i, j, k, l; every q[m] is symmetric."""
    n, c = a.shape[1], q.shape[1]
    if n < 3 * c:
        return {sample_gram_any}(a, q)
    out = {np}.empty((c, c, n, n))
    for j in range(c):
        for l in range(j + 1):
            {np}.matmul(a.T, q[:, j, l, None] * a, out=out[j, l])
            if l < j:
                out[l, j] = out[j, l]
    return out.transpose(2, 0, 3, 1)
''',
    "sample_gram_any": '''
def {sample_gram_any}(a, q):
    """The sum over m of a[m, i] * a[m, k] * q[m, j, l], by i, j, k, l."""
    n, c = a.shape[1], q.shape[1]
    out, each = {np}.empty((n, n, c * c)), q.reshape(len(q), c * c)
    for i in range(n):
        {np}.matmul((a[:, i, None] * a[:, i:]).T, each, out=out[i, i:])
        out[i + 1 :, i] = out[i, i + 1 :]
    return out.reshape(n, n, c, c).transpose(0, 2, 1, 3)
''',
    "cho_solve": '''
def {cho_solve}(lower, b):
    """The solution of a @ x == b for a == lower @ lower.T, by blocks."""
    n, step = len(lower), 64
    if n <= step:
        return {np}.linalg.solve(lower.T, {np}.linalg.solve(lower, b))
    x = {np}.array(b)
    for i in range(0, n, step):
        j = min(i + step, n)
        x[i:j] = {np}.linalg.solve(lower[i:j, i:j], x[i:j] - lower[i:j, :i] @ x[:i])
    for i in reversed(range(0, n, step)):
        j = min(i + step, n)
        x[i:j] = {np}.linalg.solve(lower[i:j, i:j].T, x[i:j] - lower[j:, i:j].T @ x[j:])
    return x
''',
    "add_diagonal": '''
def {add_diagonal}(a, entries):
    """Adds to the diagonal of a, in place."""
    a.flat[:: len(a) + 1] += entries
    return a
''',
    "blocks": '''
def {blocks}(core, where, shape):
    """An array of zeros but for the entries that einsum shows as `where`."""
    out = {np}.zeros(shape)
    {np}.einsum(where, out)[...] = core
    return out
''',
    "add_blocks": '''
def {add_blocks}(a, core, where):
    """Adds to the entries of a that einsum shows as `where`, in place."""
    view = {np}.einsum(where, a)
    view += core
    return a
''',
    "plus_transpose": '''
def {plus_transpose}(a):
    """a + a.T, in strips where it is large: a transpose is slow to read."""
    n = len(a)
    if n < 256:
        return a + a.T
    out = {np}.empty_like(a)
    for i in range(0, n, 64):
        {np}.add(a[i : i + 64], a[:, i : i + 64].T, out=out[i : i + 64])
    return out
''',
    "newton": '''
def {newton}(equation, shape, *given):
    """The root of an equation by Newton's method from zero; entries of a matrix are stacked column by column."""
    at = {np}.zeros(math.prod(shape))
    residual, slope = equation(at.reshape(shape[::-1]).T, *given)
    for _ in range(200):
        residual = {np}.reshape(residual, at.shape)
        step = {np}.linalg.solve({np}.reshape(slope, at.shape * 2), residual)
        share, size = 1.0, {np}.max({np}.abs(residual))
        while True:
            nearer = at - share * step
            residual, slope = equation(nearer.reshape(shape[::-1]).T, *given)
            if {np}.max({np}.abs(residual)) < size or share < 1e-9:
                break
            share = share / 2
        done = {np}.max({np}.abs(step)) <= 1e-13 * (1 + {np}.max({np}.abs(at)))
        if share == 1 or not done:
            at = nearer
        if done:
            return at.reshape(shape[::-1]).T
    raise ValueError("Newton's method found no solution of the equation")
''',
    "doolittle": '''
def {doolittle}(a):
    """l, u with a == l @ u, without row exchanges."""
    n = len(a)
    lower, upper = {np}.eye(n), {np}.array(a, dtype={np}.float64)
    for k in range(n - 1):
        lower[k + 1 :, k] = upper[k + 1 :, k] / upper[k, k]
        upper[k + 1 :] -= {np}.outer(lower[k + 1 :, k], upper[k])
    return lower, {np}.triu(upper)
''',
    "expm": '''
def {expm}(a):
    """Pade's approximant of order 13, scaled and squared (Higham 2005)."""
    b = (64764752532480000, 32382376266240000, 7771770303897600, 1187353796428800, 129060195264000)
    b += (10559470521600, 670442572800, 33522128640, 1323241920, 40840800, 960960, 16380, 182, 1)
    size = {np}.linalg.norm(a, 1)
    squarings = max(0, math.ceil(math.log2(size / 5.37))) if size > 0 else 0
    a = a / 2.0**squarings
    unit = {np}.eye(len(a))
    a2 = a @ a
    a4 = a2 @ a2
    a6 = a4 @ a2
    odd = a @ (a6 @ (b[13] * a6 + b[11] * a4 + b[9] * a2) + b[7] * a6 + b[5] * a4 + b[3] * a2 + b[1] * unit)
    even = a6 @ (b[12] * a6 + b[10] * a4 + b[8] * a2) + b[6] * a6 + b[4] * a4 + b[2] * a2 + b[0] * unit
    out = {np}.linalg.solve(even - odd, even + odd)
    for _ in range(squarings):
        out = out @ out
    return out
''',
    "expm_frechet": '''
def {expm_frechet}(a, direction):
    """The derivative of expm at a in a direction: the upper right block of expm([[a, direction], [0, a]])."""
    n = len(a)
    return {expm}({np}.block([[a, direction], [{np}.zeros((n, n)), a]]))[:n, n:]
''',
}
