"""Instructions in JAX: NumPy's names, arrays that do not change, and JAX's default precision."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar

from gradcli.emit.cofactor_helpers import COFACTOR_HELPERS
from gradcli.emit.functions import helper_texts, spellings
from gradcli.emit.numpy_dialect import ACCURATE, NumpyDialect, Rule, factorisation_rules
from gradcli.emit.numpy_helpers import HELPERS
from gradcli.emit.optimise.rewrite import Pass, Rules
from gradcli.emit.optimise.targets import JAX_PASSES
from gradcli.emit.root_helpers import JAX_ROOTS
from gradcli.emit.writer import Code

_OWN: dict[str, str] = {
    "array": '''
def {array}(value):
    """An array of JAX's default float: double where jax_enable_x64 is set."""
    return {np}.asarray(value, dtype=float)
''',
    "input": '''
def {input}(sizes, name, value, *dims):
    """The argument as an array, its lengths checked against those met before."""
    value = {array}(value)
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
    return {np}.broadcast_to({array}(function(t)), {np}.shape(t))
''',
    **COFACTOR_HELPERS,
    "adjugate": '''
def {adjugate}(a):
    """Transposed cofactors, from the singular values: of a singular matrix too."""
    u, s, vt = {np}.linalg.svd(a)
    others = {np}.stack([{np}.prod({np}.delete(s, i)) for i in range(len(s))])
    return {np}.linalg.det(u) * {np}.linalg.det(vt) * (vt.T * others) @ u.T
''',
    "unit": '''
def {unit}(shape, index):
    """1 at one entry, 0 elsewhere."""
    return {np}.zeros(shape).at[index].set(1.0)
''',
    "lu": '''
def {lu}(a):
    """p, l, u with p @ a == l @ u, by row pivoting."""
    packed, _, order = {root}.lax.linalg.lu(a)
    unit = {np}.eye(len(a))
    return unit[order], {np}.tril(packed, -1) + unit, {np}.triu(packed)
''',
    "doolittle": '''
def {doolittle}(a):
    """l, u with a == l @ u, without row exchanges."""
    n = len(a)
    lower, upper = {np}.eye(n), a
    for k in range(n - 1):
        lower = lower.at[k + 1 :, k].set(upper[k + 1 :, k] / upper[k, k])
        upper = upper.at[k + 1 :].add(-{np}.outer(lower[k + 1 :, k], upper[k]))
    return lower, {np}.triu(upper)
''',
    "cholesky_lower": '''
def {cholesky_lower}(a):
    """The lower triangular factor of a positive definite matrix, from its lower triangle."""
    return {root}.lax.linalg.cholesky(a, symmetrize_input=False)
''',
    "cho_solve": '''
def {cho_solve}(lower, b):
    """The solution of a @ x == b for a == lower @ lower.T."""
    return {root}.scipy.linalg.cho_solve((lower, True), b)
''',
    "cho_inverse": '''
def {cho_inverse}(lower):
    """The inverse of a == lower @ lower.T, of a large one by blocks."""
    n, half = len(lower), len(lower) // 2
    if n <= 128:
        return {cho_solve}(lower, {np}.eye(n))
    above, below = {cho_inverse}(lower[:half, :half]), {cho_inverse}(lower[half:, half:])
    left = {root}.scipy.linalg.solve_triangular(lower[:half, :half], lower[half:, :half].T, trans=1, lower=True)
    corner = left @ below
    return {np}.block([[above + corner @ left.T, -corner], [-corner.T, below]])
''',
    "cholesky_factors": '''
def {cholesky_factors}(a):
    """The lower triangular factor of the symmetric part of each matrix."""
    return {np}.linalg.cholesky(a, symmetrize_input=True)
''',
    "cholesky": '''
def {cholesky}(a):
    """The lower triangular factor of the symmetric part."""
    return {np}.linalg.cholesky(a, symmetrize_input=True)
''',
    "grams": '''
def {grams}(a, weights):
    """a.T @ diag(column) @ a for each column of the weights."""
    return {root}.lax.map(lambda column: a.T @ (column[:, None] * a), weights.T)
''',
    "sample_gram": '''
def {sample_gram}(a, q):
    """The sum over m of a[m, i] * a[m, k] * q[m, j, l], by i, j, k, l; every q[m] is symmetric."""
    n, c = a.shape[1], q.shape[1]
    if n < 3 * c:
        return {sample_gram_any}(a, q)
    j, l = {np}.tril_indices(c)
    blocks = {root}.lax.map(lambda weights: a.T @ (weights[:, None] * a), q[:, j, l].T)
    place = {np}.zeros((c, c), dtype=int).at[j, l].set({np}.arange(len(j)))
    return blocks[{np}.maximum(place, place.T)].transpose(2, 0, 3, 1)
''',
    "sample_gram_any": '''
def {sample_gram_any}(a, q):
    """The sum over m of a[m, i] * a[m, k] * q[m, j, l], by i, j, k, l."""
    n, c = a.shape[1], q.shape[1]
    each = {np}.reshape(q, (len(q), c * c))
    out = {root}.lax.map(lambda column: (column[:, None] * a).T @ each, a.T)
    return {np}.reshape(out, (n, n, c, c)).transpose(0, 2, 1, 3)
''',
    "lu_factor": """
def {lu_factor}(a):
    return {root}.scipy.linalg.lu_factor(a)
""",
    "lu_solve": """
def {lu_solve}(factors, b, turned=False):
    return {root}.scipy.linalg.lu_solve(factors, b, trans=int(turned))
""",
    "lu_inverse": """
def {lu_inverse}(factors):
    return {root}.scipy.linalg.lu_solve(factors, {np}.eye(len(factors[0])))
""",
    "lu_logdet": """
def {lu_logdet}(factors):
    return {np}.sum({np}.log({np}.abs({np}.diagonal(factors[0]))))
""",
    "sum_at_labels": '''
def {sum_at_labels}(a, labels, count):
    """For each label the sum of the rows of a that have it."""
    out = {np}.zeros((count, a.shape[-1]), dtype=a.dtype)
    return out.at[labels.reshape(-1) - 1].add(a.reshape(-1, a.shape[-1]))
''',
    "add_windows": '''
def {add_windows}(a, count):
    """Adds up runs where they were taken: a[..., i, s] at the index i + s."""
    if a.shape[-1] > a.shape[-2]:
        a = a.swapaxes(-1, -2)
    out = {np}.zeros((*a.shape[:-2], count), dtype=a.dtype)
    for start in range(a.shape[-1]):
        out = out.at[..., start : start + a.shape[-2]].add(a[..., start])
    return out
''',
    "softmax": """
def {softmax}(a, axis=None):
    if axis is None:
        weights = {np}.exp(a - a.max())
        return weights / weights.sum()
    weights = {np}.exp(a - a.max(axis=axis, keepdims=True))
    return weights / weights.sum(axis=axis, keepdims=True)
""",
    "logsumexp": """
def {logsumexp}(a, axis=None):
    return {root}.nn.logsumexp(a, axis=axis)
""",
    "single": '''
def {single}(function, values, named=None):
    """What a function gives in double precision, where JAX has that, in single, where no array is given in double; else
    None."""
    named = named or {{}}
    given = {{
        str(value.dtype)
        for value in (*values, *named.values())
        if getattr(value, "ndim", 0)
    }}
    if not {root}.config.jax_enable_x64 or "float32" not in given or "float64" in given:
        return None
    double = [{np}.float64(value) if hasattr(value, "dtype") else value for value in values]
    named = {{
        key: {np}.float64(value) if hasattr(value, "dtype") else value
        for key, value in named.items()
    }}
    found = function(*double, **named)
    return tuple(map({np}.float32, found)) if isinstance(found, tuple) else {np}.float32(found)
''',
    **JAX_ROOTS,
    "expm": """
def {expm}(a):
    return {root}.scipy.linalg.expm(a)
""",
}


class JaxDialect(NumpyDialect):
    """Writes instructions for `jax.numpy`."""

    package: ClassVar[str] = "jax"
    module: ClassVar[str] = "jax.numpy"
    alias: ClassVar[str] = "jnp"
    passes: ClassVar[Sequence[tuple[type[Pass], Rules]]] = JAX_PASSES
    helpers: ClassVar[Mapping[str, str]] = {"array": _OWN["array"], **HELPERS, **helper_texts("jax"), **_OWN}
    maps: ClassVar[Mapping[str, str]] = {**ACCURATE, **spellings("jax")}

    einsum_options: ClassVar[tuple[str, ...]] = ()

    def rules(self) -> Mapping[str, Rule]:
        return _RULES

    def decorators(self) -> list[str]:
        """JAX does not warn."""
        return []

    def array(self, text: str) -> Code:
        return self.help("array", text)

    def fast_arrays(self, helper: Callable[[str], str]) -> tuple[str, str] | None:
        """Checks of shapes cost nothing under jit."""
        return None

    def copied(self, code: Code) -> Code:
        """Arrays do not change: a view is as good as a copy."""
        return code

    def constant(self, code: Code) -> Code:
        return self.help("array", code)


_RULES: dict[str, Rule] = {
    **NumpyDialect.base_rules,
    **factorisation_rules(),
    "stacked": lambda d, i, args: d.call("stack", f"[{', '.join(arg.text for arg in args)}]", "axis=1"),
    "chol_lower": lambda d, i, args: d.help("cholesky_lower", *args),
    "cho_inverse": lambda d, i, args: d.help("cho_inverse", *args),
}
