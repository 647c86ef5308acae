"""Functions that NumPy lacks; a module gets those that it uses.

`HELPERS` gives each its text, in which `np` and `math` are replaced where a program has such names itself.
"""

from __future__ import annotations

from gradcli.emit.numpy_matrix_helpers import MATRIX_HELPERS
from gradcli.emit.root_helpers import NUMPY_ROOTS

HELPERS: dict[str, str] = {
    "float": """
{float} = {np}.dtype({np}.float64)
""",
    "input": '''
def {input}(sizes, name, value, *dims):
    """The argument as an array, its lengths checked against those met before."""
    value = {np}.asarray(value, dtype={np}.float64)
    if value.ndim != len(dims) and 1 in dims and sum(dim != 1 for dim in dims) < 2:
        value = value.reshape([1 if dim == 1 else -1 for dim in dims])
    fits = value.ndim == len(dims)
    for dim, length in zip(dims, value.shape):
        fits = fits and length == (sizes.setdefault(dim, length) if isinstance(dim, str) else dim or length)
    if not fits:
        want = ", ".join(f"{{dim}}={{sizes[dim]}}" if dim in sizes else str(dim) for dim in dims)
        raise ValueError(f"{{name}} has shape {{value.shape}}, not ({{want}})")
    return value
''',
    "plain": '''
def {plain}(*arrays):
    """Whether nothing has to be converted."""
    for array in arrays:
        if type(array) is not {np}.ndarray or array.dtype is not {float}:
            return False
    return True
''',
    "scalar": '''
def {scalar}(name, value):
    """The argument as a number that divides by zero as arrays do."""
    if type(value) is float:
        return {np}.float64(value)
    value = {np}.asarray(value, dtype={np}.float64)
    if value.ndim:
        raise ValueError(f"{{name}} has shape {{value.shape}}, not ()")
    return value[()]
''',
    "apply": '''
def {apply}(function, t):
    """A function given by the caller, at every entry."""
    return {np}.broadcast_to({np}.asarray(function(t), dtype={np}.float64), {np}.shape(t))
''',
    "adjugate": '''
def {adjugate}(a):
    """Transposed cofactors: of a singular matrix too, from the singular values."""
    try:
        inverse = {np}.linalg.inv(a)
        if {np}.linalg.norm(a) * {np}.linalg.norm(inverse) < 1e8:
            return {np}.linalg.det(a) * inverse
    except {np}.linalg.LinAlgError:
        pass
    u, s, vt = {np}.linalg.svd(a)
    others = {np}.stack([{np}.prod({np}.delete(s, i)) for i in range(len(s))])
    return {np}.linalg.det(u) * {np}.linalg.det(vt) * (vt.T * others) @ u.T
''',
    "top": '''
def {top}(a, axis=None):
    """The largest entries, which exponentials do not change by; 0 for infinite ones."""
    top = a.max(axis=axis)
    return {np}.where({np}.isfinite(top), top, 0.0)
''',
    "logsumexp": """
def {logsumexp}(a, axis=None):
    if axis is None:
        top = a.max()
        return {np}.log({np}.exp(a - top).sum()) + top if {np}.isfinite(top) else top
    top = a.max(axis=axis, keepdims=True)
    top = {np}.where({np}.isfinite(top), top, 0.0)
    return {np}.log({np}.exp(a - top).sum(axis=axis)) + {np}.squeeze(top, axis=axis)
""",
    "logsoftmax": """
def {logsoftmax}(a, axis=None):
    shifted = a - a.max(axis=axis, keepdims=True)
    return shifted - {np}.log({np}.exp(shifted).sum(axis=axis, keepdims=True))
""",
    "softmax": """
def {softmax}(a, axis=None):
    weights = a - (a.max() if axis is None else a.max(axis=axis, keepdims=True))
    {np}.exp(weights, out=weights)
    weights /= weights.sum() if axis is None else weights.sum(axis=axis, keepdims=True)
    return weights
""",
    "softmax_logsoftmax": """
def {softmax_logsoftmax}(a, axis=None):
    logs = a - a.max(axis=axis, keepdims=True)
    weights = {np}.exp(logs)
    total = weights.sum(axis=axis, keepdims=True)
    weights /= total
    logs -= {np}.log(total)
    return weights, logs
""",
    "add_at_labels": '''
def {add_at_labels}(a, labels, amount):
    """Adds to the entry of each row that its label tells, in place."""
    a[{np}.arange(len(a)), labels - 1] += amount
    return a
''',
    "add_at_labels_any": '''
def {add_at_labels_any}(a, labels, amount):
    """Adds to the entry along the last axis that the label tells, in place."""
    places = labels[..., None] - 1
    {np}.put_along_axis(a, places, {np}.take_along_axis(a, places, axis=-1) + amount, axis=-1)
    return a
''',
    "sum_at_labels": '''
def {sum_at_labels}(a, labels, count):
    """For each label the sum of the rows of a that have it."""
    a, labels = a.reshape(-1, a.shape[-1]), labels.ravel()
    if count <= 64 or not len(labels):
        return 1.0 * ({np}.arange(1, count + 1)[:, None] == labels) @ a
    order = labels.argsort(kind="stable")
    labels = labels[order]
    starts = {np}.flatnonzero({np}.diff(labels, prepend=0))
    out = {np}.zeros((count, a.shape[1]))
    out[labels[starts] - 1] = {np}.add.reduceat(a[order], starts, axis=0)
    return out
''',
    "softmax_logsumexp": """
def {softmax_logsumexp}(a, axis=None):
    top = a.max() if axis is None else a.max(axis=axis, keepdims=True)
    top = {np}.where({np}.isfinite(top), top, 0.0)
    weights = a - top
    {np}.exp(weights, out=weights)
    total = weights.sum() if axis is None else weights.sum(axis=axis, keepdims=True)
    weights /= total
    return weights, {np}.log(total) + top if axis is None else {np}.squeeze({np}.log(total) + top, axis=axis)
""",
    "single": '''
def {single}(function, values, named=None):
    """What a function gives in double precision, in single, where no array is given in double; else None."""
    named = named or {{}}
    given = {{
        str(value.dtype)
        for value in (*values, *named.values())
        if getattr(value, "ndim", 0)
    }}
    if "float32" not in given or "float64" in given:
        return None
    double = [{np}.float64(value) if hasattr(value, "dtype") else value for value in values]
    named = {{
        key: {np}.float64(value) if hasattr(value, "dtype") else value
        for key, value in named.items()
    }}
    found = function(*double, **named)
    return tuple(map({np}.float32, found)) if isinstance(found, tuple) else {np}.float32(found)
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
    out = {np}.zeros((*a.shape[:-2], count))
    for start in range(a.shape[-1]):
        out[..., start : start + a.shape[-2]] += a[..., start]
    return out
''',
    "onehot": '''
def {onehot}(labels, count):
    """1 at the label, counted from 1, 0 elsewhere, along a new last axis."""
    same = {np}.arange(1, count + 1) == {np}.asarray(labels, dtype=int)[..., None]
    return 1.0 * same
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
    return 1.0 * same
''',
    "unit": '''
def {unit}(shape, index):
    """1 at one entry, 0 elsewhere."""
    out = {np}.zeros(shape)
    out[index] = 1.0
    return out
''',
    "each_row": '''
def {each_row}(function, a):
    """The values of a function of what lies along the last axis."""
    values = {np}.stack([{np}.asarray(function(row)) for row in a.reshape(-1, a.shape[-1])])
    return values.reshape(a.shape[:-1] + values.shape[1:])
''',
    "cholesky_factors": '''
def {cholesky_factors}(a):
    """The lower triangular factor of the symmetric part of each matrix."""
    return {np}.linalg.cholesky((a + a.swapaxes(-1, -2)) / 2)
''',
    "cholesky": '''
def {cholesky}(a):
    """The lower triangular factor of the symmetric part."""
    return {np}.linalg.cholesky((a + a.T) / 2)
''',
    "lu": '''
def {lu}(a):
    """p, l, u with p @ a == l @ u, by row pivoting."""
    n = len(a)
    order, lower, upper = {np}.arange(n), {np}.eye(n), {np}.array(a, dtype={np}.float64)
    for k in range(n - 1):
        pivot = k + int({np}.argmax({np}.abs(upper[k:, k])))
        if upper[pivot, k] == 0:
            continue
        order[[k, pivot]] = order[[pivot, k]]
        upper[[k, pivot]] = upper[[pivot, k]]
        lower[[k, pivot], :k] = lower[[pivot, k], :k]
        lower[k + 1 :, k] = upper[k + 1 :, k] / upper[k, k]
        upper[k + 1 :] -= {np}.outer(lower[k + 1 :, k], upper[k])
    return {np}.eye(n)[order], lower, {np}.triu(upper)
''',
    "qr": '''
def {qr}(a):
    """q, r with a == q @ r, the diagonal of r positive."""
    q, r = {np}.linalg.qr(a)
    signs = {np}.where({np}.diagonal(r) < 0, -1.0, 1.0)
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
    none = {np}.zeros((len(a), a.shape[1] - len(a)))
    return {np}.concatenate([u, none], axis=1), {np}.concatenate([s, none[0]]), vt.T
''',
    "svd_thin": '''
def {svd_thin}(a):
    """u, s, v with a == u @ diag(s) @ v.T, thin."""
    u, s, vt = {np}.linalg.svd(a, full_matrices=False)
    return u, s, vt.T
''',
    **MATRIX_HELPERS,
    **NUMPY_ROOTS,
}
