"""Functions that NumPy lacks; a module gets those that it uses.

`HELPERS` gives each its text, in which `np` and `math` are replaced where a program has such names itself.
"""

from __future__ import annotations

HELPERS: dict[str, str] = {
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
    "apply": '''
def {apply}(function, t):
    """A function given by the caller, at every entry."""
    return {np}.broadcast_to({np}.asarray(function(t), dtype={np}.float64), {np}.shape(t))
''',
    "sigmoid": """
def {sigmoid}(t):
    small = {np}.exp(-{np}.abs(t))
    return {np}.where({np}.asarray(t) < 0, small, 1.0) / (1.0 + small)
""",
    "erf": """
def {erf}(t):
    t = {np}.asarray(t, dtype={np}.float64)
    return {np}.array([math.erf(entry) for entry in t.ravel()], dtype={np}.float64).reshape(t.shape)
""",
    "adjugate": '''
def {adjugate}(a):
    """Transposed cofactors, from the singular values: of a singular matrix too."""
    u, s, vt = {np}.linalg.svd(a)
    others = [{np}.prod({np}.delete(s, i)) for i in range(len(s))]
    return {np}.linalg.det(u) * {np}.linalg.det(vt) * (vt.T * others) @ u.T
''',
    "logsumexp": """
def {logsumexp}(a, axis=None):
    top = {np}.max(a, axis=axis, keepdims=True)
    top = {np}.where({np}.isfinite(top), top, 0.0)
    return {np}.log({np}.sum({np}.exp(a - top), axis=axis)) + {np}.squeeze(top, axis=axis)
""",
    "logsoftmax": """
def {logsoftmax}(a, axis=None):
    shifted = a - {np}.max(a, axis=axis, keepdims=True)
    return shifted - {np}.log({np}.sum({np}.exp(shifted), axis=axis, keepdims=True))
""",
    "softmax": """
def {softmax}(a, axis=None):
    weights = {np}.exp(a - {np}.max(a, axis=axis, keepdims=True))
    return weights / {np}.sum(weights, axis=axis, keepdims=True)
""",
    "unit": '''
def {unit}(shape, index):
    """1 at one entry, 0 elsewhere."""
    out = {np}.zeros(shape)
    out[index] = 1.0
    return out
''',
}
