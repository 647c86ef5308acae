"""Functions that PyTorch lacks; a module gets those that it uses."""

from __future__ import annotations

from gradcli.emit.cofactor_helpers import COFACTOR_HELPERS
from gradcli.emit.root_helpers import TORCH_ROOTS

HELPERS: dict[str, str] = {
    "array": '''
def {array}(value):
    """A tensor of double precision."""
    return {np}.as_tensor(value, dtype={np}.float64)
''',
    "input": '''
def {input}(sizes, name, value, *dims):
    """The argument as a tensor, its lengths checked against those met before."""
    value = {array}(value)
    if value.ndim != len(dims) and 1 in dims and sum(dim != 1 for dim in dims) < 2:
        value = value.reshape([1 if dim == 1 else -1 for dim in dims])
    fits = value.ndim == len(dims)
    for dim, length in zip(dims, value.shape):
        fits = fits and length == (sizes.setdefault(dim, length) if isinstance(dim, str) else dim or length)
    if not fits:
        want = ", ".join(f"{{dim}}={{sizes[dim]}}" if dim in sizes else str(dim) for dim in dims)
        raise ValueError(f"{{name}} has shape {{tuple(value.shape)}}, not ({{want}})")
    return value
''',
    "single": '''
def {single}(function, values, named=None):
    """What a function gives in double precision, in single, where no tensor is given in double; else None."""
    named = named or {{}}
    given = {{
        value.dtype
        for value in (*values, *named.values())
        if type(value) is {np}.Tensor and value.ndim
    }}
    if {np}.float32 not in given or {np}.float64 in given:
        return None
    double = [value.double() if type(value) is {np}.Tensor else value for value in values]
    named = {{
        key: value.double() if type(value) is {np}.Tensor else value
        for key, value in named.items()
    }}
    found = function(*double, **named)
    return tuple(value.float() for value in found) if isinstance(found, tuple) else found.float()
''',
    "top": '''
def {top}(a, dim=None):
    """The largest entries, which exponentials do not change by; 0 for infinite ones."""
    top = a.max() if dim is None else a.amax(dim=dim)
    return {np}.where({np}.isfinite(top), top, 0.0)
''',
    "softmax_logsoftmax": """
def {softmax_logsoftmax}(a, dim):
    logs = a.log_softmax(dim=dim)
    return logs.exp(), logs
""",
    "softmax_logsumexp": """
def {softmax_logsumexp}(a, dim):
    total = a.logsumexp(dim=dim)
    return (a - total.unsqueeze(dim)).exp(), total
""",
    "plain": '''
def {plain}(*arrays):
    """Whether nothing has to be converted."""
    for array in arrays:
        if type(array) is not {np}.Tensor or array.dtype is not {np}.float64:
            return False
    return True
''',
    "scalar": '''
def {scalar}(name, value):
    """The argument as a tensor of no axes."""
    if type(value) is {np}.Tensor and value.dtype is {np}.float64 and not value.ndim:
        return value
    value = {array}(value)
    if value.ndim:
        raise ValueError(f"{{name}} has shape {{tuple(value.shape)}}, not ()")
    return value
''',
    "apply": '''
def {apply}(function, t):
    """A function given by the caller, at every entry."""
    return {np}.broadcast_to({array}(function(t)), t.shape)
''',
    "through_tanh": '''
def {through_tanh}(y, values):
    """The values times 1 - y**2: what goes back through tanh, which is y."""
    return {np}.ops.aten.tanh_backward(values, y)
''',
    "where_positive": '''
def {where_positive}(t, values):
    """The values where t is positive, 0 elsewhere: what goes back through relu."""
    return {np}.ops.aten.threshold_backward(values, t, 0.0)
''',
    "stack": """
def {stack}(items, shape):
    return {np}.stack([{array}(item) for item in items]).reshape(shape)
""",
    **COFACTOR_HELPERS,
    "adjugate": '''
def {adjugate}(a):
    """Transposed cofactors, from the singular values: of a singular matrix too."""
    u, s, vt = {np}.linalg.svd(a)
    others = {np}.stack([{np}.prod({np}.cat([s[:i], s[i + 1 :]])) for i in range(len(s))])
    return {np}.linalg.det(u) * {np}.linalg.det(vt) * (vt.T * others) @ u.T
''',
    "windows": '''
def {windows}(a, count, axis):
    """All runs of so many entries along an axis, which comes after it."""
    starts = {np}.arange(a.shape[axis] - count + 1)
    return a[(slice(None),) * axis + (starts[:, None] + {np}.arange(count),)]
''',
    "add_windows": '''
def {add_windows}(a, count):
    """Adds up runs where they were taken: a[..., i, s] at the index i + s."""
    if a.shape[-1] > a.shape[-2]:
        a = a.swapaxes(-1, -2)
    out = {np}.zeros((*a.shape[:-2], count), dtype=a.dtype)
    for start in range(a.shape[-1]):
        out[..., start : start + a.shape[-2]] += a[..., start]
    return out
''',
    "onehot": '''
def {onehot}(labels, count):
    """1 at the label, counted from 1, 0 elsewhere, along a new last axis."""
    same = {np}.arange(1, count + 1) == {array}(labels).long()[..., None]
    return same.to({np}.float64)
''',
    "sum_at_labels": '''
def {sum_at_labels}(a, labels, count):
    """For each label the sum of the rows of a that have it."""
    out = {np}.zeros((count, a.shape[-1]), dtype=a.dtype)
    return out.index_add(0, labels.reshape(-1) - 1, a.reshape(-1, a.shape[-1]))
''',
    "place": '''
def {place}(shape, steps, start):
    """1 where the last index is the start plus so many steps of the others, 0 elsewhere."""
    column = {np}.asarray(start)
    for axis, step in enumerate(steps):
        lengths = [1] * len(steps)
        lengths[axis] = shape[axis]
        column = column + step * {np}.arange(shape[axis]).reshape(lengths)
    same = {np}.arange(shape[-1]) == column[..., None]
    return same.to({np}.float64)
''',
    "unit": '''
def {unit}(shape, index):
    """1 at one entry, 0 elsewhere."""
    out = {np}.zeros(shape, dtype={np}.float64)
    out[index] = 1.0
    return out
''',
    "each_row": '''
def {each_row}(function, a):
    """The values of a function of what lies along the last axis."""
    values = {np}.stack([{np}.as_tensor(function(row)) for row in a.reshape(-1, a.shape[-1])])
    return values.reshape(a.shape[:-1] + values.shape[1:])
''',
    "cholesky_factors": '''
def {cholesky_factors}(a):
    """The lower triangular factor of the symmetric part of each matrix."""
    return {np}.linalg.cholesky((a + a.mT) / 2)
''',
    "cholesky": '''
def {cholesky}(a):
    """The lower triangular factor of the symmetric part."""
    return {np}.linalg.cholesky((a + a.T) / 2)
''',
    "cholesky_lower": '''
def {cholesky_lower}(a):
    """The lower triangular factor of a positive definite matrix, from its lower triangle."""
    return {np}.linalg.cholesky((a + a.T) / 2 if a.requires_grad else a)
''',
    "cho_solve": '''
def {cho_solve}(lower, b):
    """The solution of a @ x == b for a == lower @ lower.T."""
    if b.ndim == 1:
        return {np}.cholesky_solve(b[:, None], lower)[:, 0]
    return {np}.cholesky_solve(b, lower)
''',
    "add_diagonal": '''
def {add_diagonal}(a, entries):
    """Adds to the diagonal of a, in place."""
    a.diagonal().add_(entries)
    return a
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
    half = [[a.T @ (q[:, j, l, None] * a) for l in range(j + 1)] for j in range(c)]
    blocks = {np}.stack([half[max(j, l)][min(j, l)] for j in range(c) for l in range(c)])
    return blocks.reshape(c, c, n, n).permute(2, 0, 3, 1)
''',
    "sample_gram_any": '''
def {sample_gram_any}(a, q):
    """The sum over m of a[m, i] * a[m, k] * q[m, j, l], by i, j, k, l."""
    n, c = a.shape[1], q.shape[1]
    out, each = q.new_empty((n, n, c * c)), q.reshape(len(q), c * c)
    for i in range(n):
        out[i, i:] = out[i:, i] = (a[:, i, None] * a[:, i:]).T @ each
    return out.reshape(n, n, c, c).permute(0, 2, 1, 3)
''',
    "lu_factor": """
def {lu_factor}(a):
    return {np}.linalg.lu_factor(a)
""",
    "lu_solve": """
def {lu_solve}(factors, b, turned=False):
    if b.ndim == 1:
        return {np}.linalg.lu_solve(*factors, b[:, None], adjoint=turned)[:, 0]
    return {np}.linalg.lu_solve(*factors, b, adjoint=turned)
""",
    "lu_inverse": """
def {lu_inverse}(factors):
    return {np}.linalg.lu_solve(*factors, {np}.eye(len(factors[0]), dtype={np}.float64))
""",
    "lu_logdet": """
def {lu_logdet}(factors):
    return {np}.sum({np}.log({np}.abs({np}.diagonal(factors[0]))))
""",
    "lu": '''
def {lu}(a):
    """p, l, u with p @ a == l @ u, by row pivoting."""
    p, lower, upper = {np}.linalg.lu(a)
    return p.T, lower, upper
''',
    "newton": '''
def {newton}(equation, shape, *given):
    """The root of an equation by Newton's method from zero; entries of a matrix are stacked column by column."""
    def unstacked(entries):
        return entries.reshape(shape[::-1]).T if len(shape) == 2 else entries.reshape(shape)

    at = {np}.zeros(math.prod(shape), dtype={np}.float64)
    residual, slope = equation(unstacked(at), *given)
    for _ in range(200):
        residual = residual.reshape(at.shape)
        step = {np}.linalg.solve(slope.reshape(at.shape * 2), residual)
        share, size = 1.0, {np}.max({np}.abs(residual))
        while True:
            nearer = at - share * step
            residual, slope = equation(unstacked(nearer), *given)
            if {np}.max({np}.abs(residual)) < size or share < 1e-9:
                break
            share = share / 2
        done = {np}.max({np}.abs(step)) <= 1e-13 * (1 + {np}.max({np}.abs(at)))
        if share == 1 or not done:
            at = nearer
        if done:
            return unstacked(at)
    raise ValueError("Newton's method found no solution of the equation")
''',
    "doolittle": '''
def {doolittle}(a):
    """l, u with a == l @ u, without row exchanges."""
    n = len(a)
    lower, upper = {np}.eye(n, dtype={np}.float64), a.clone()
    for k in range(n - 1):
        lower[k + 1 :, k] = upper[k + 1 :, k] / upper[k, k]
        upper[k + 1 :] -= {np}.outer(lower[k + 1 :, k], upper[k])
    return lower, {np}.triu(upper)
''',
    "qr": '''
def {qr}(a):
    """q, r with a == q @ r, the diagonal of r positive."""
    q, r = {np}.linalg.qr(a)
    signs = {np}.where({np}.diagonal(r) < 0, {array}(-1.0), {array}(1.0))
    return q * signs, signs[:, None] * r
''',
    "eigh": '''
def {eigh}(a):
    """Ascending eigenvalues and the eigenvectors of the symmetric part."""
    values, vectors = {np}.linalg.eigh((a + a.T) / 2)
    return values, vectors
''',
    "svd": '''
def {svd}(a):
    """u, s, v with a == u @ diag(s) @ v.T, thin."""
    if a.shape[0] < a.shape[1]:
        raise ValueError("svd takes at least as many rows as columns: give it the transpose")
    return {svd_thin}(a)
''',
    "svd_filled": '''
def {svd_filled}(a):
    """u, s, v of the declared sizes: of a wide matrix too, whose last columns of u and entries of s are 0."""
    if a.shape[0] >= a.shape[1]:
        return {svd_thin}(a)
    u, s, vt = {np}.linalg.svd(a)
    none = {np}.zeros((len(a), a.shape[1] - len(a)), dtype=a.dtype, device=a.device)
    return {np}.cat([u, none], dim=1), {np}.cat([s, none[0]]), vt.T
''',
    "svd_thin": '''
def {svd_thin}(a):
    """u, s, v with a == u @ diag(s) @ v.T, thin."""
    u, s, vt = {np}.linalg.svd(a, full_matrices=False)
    return u, s, vt.T
''',
    **TORCH_ROOTS,
    "expm": """
def {expm}(a):
    return {np}.linalg.matrix_exp(a)
""",
    "expm_frechet": '''
def {expm_frechet}(a, direction):
    """The derivative of expm at a in a direction: the upper right block of expm([[a, direction], [0, a]])."""
    n = len(a)
    top, bottom = {np}.cat([a, direction], dim=1), {np}.cat([{np}.zeros_like(a), a], dim=1)
    return {expm}({np}.cat([top, bottom]))[:n, n:]
''',
}
