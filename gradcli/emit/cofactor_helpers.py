"""How cofactors change, from the singular values: at singular matrices too.  The same text serves every target."""

from __future__ import annotations

_HEADS = {
    "cofactor_change": '''
def {cofactor_change}(a, direction):
    """How the cofactors of a change in a direction: where it is singular too, from the singular values."""
''',
    "cofactor_changes": '''
def {cofactor_changes}(a):
    """How the cofactors of a change with each of its entries: where it is singular too, from the singular values."""
''',
}
_BODIES = {
    "cofactor_change": """\
    u, s, vt = {np}.linalg.svd(a)
    eye = {np}.eye(len(s), dtype=s.dtype)
    left = (1 - eye)[:, None] * (1 - eye)[None]
    others = {np}.prod({np}.where(left > 0, s, 1.0), 2) * (1 - eye)
    inner = u.T @ direction @ vt.T
    change = eye * (others @ {np}.diagonal(inner, 0)) - (others * inner).T
    return {np}.linalg.det(u) * {np}.linalg.det(vt) * (u @ change @ vt)
""",
    "cofactor_changes": """\
    u, s, vt = {np}.linalg.svd(a)
    eye = {np}.eye(len(s), dtype=s.dtype)
    left = (1 - eye)[:, None] * (1 - eye)[None]
    others = {np}.prod({np}.where(left > 0, s, 1.0), 2) * (1 - eye)
    parts = {np}.einsum("ia,aj->aij", u, vt)
    change = {np}.einsum("aij,akl->ijkl", parts, {np}.tensordot(others, parts, 1))
    return {np}.linalg.det(u) * {np}.linalg.det(vt) * (change - {np}.einsum("ijkl->kjil", change))
""",
}


def cofactor_helpers(quick: dict[str, str]) -> dict[str, str]:
    """The texts of the helpers; `quick`, for each by name, are lines that answer first where the matrix is regular."""
    return {name: head + quick.get(name, "") + _BODIES[name] for name, head in _HEADS.items()}


COFACTOR_HELPERS = cofactor_helpers({})
