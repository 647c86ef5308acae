"""Functions of matrices as wholes, and of vectors of three entries."""

from __future__ import annotations

from collections.abc import Callable

from gradcli.expr import matrix_functions, rotation, spectral
from gradcli.expr.factor import component
from gradcli.expr.node import Node
from gradcli.program.factor import component_shapes
from gradcli.program.signature import LanguageFunction, Misfit, Options, square
from gradcli.program.unify import OpenShape, find, settle, show_open, unify, unify_shapes


def _turned(shapes: list[OpenShape], options: Options) -> OpenShape:
    shape = _matrix(shapes[0], "pinv")
    return settle((shape[1] if len(shape) == 2 else 1, shape[0])) if shape else ()


def _matrix(shape: OpenShape, what: str) -> OpenShape:
    shape = settle(shape)
    if len(shape) > 2:
        raise Misfit("E305", f"{what} takes a vector or a matrix, and this is a tensor of rank {len(shape)}")
    return shape


def _same_square(shapes: list[OpenShape], options: Options) -> OpenShape:
    first = square(shapes[0], "expm_frechet")
    if not unify_shapes(first, shapes[1]):
        a, b = show_open(first), show_open(shapes[1])
        raise Misfit("E301", f"expm_frechet(A, E) takes matrices of one shape, and these are {a} and {b}")
    return settle(first)


def _norm(op: str) -> LanguageFunction:
    def infer(shapes: list[OpenShape], options: Options) -> OpenShape:
        _matrix(shapes[0], op)
        return ()

    return LanguageFunction(1, 1, infer, lambda n, o: spectral.spectral_norm(op, n[0]))


def _sylvester(shapes: list[OpenShape], options: Options) -> OpenShape:
    a, b, c = square(shapes[0], "sylvester"), square(shapes[1], "sylvester"), settle(shapes[2])
    want = (a[0] if a else 1, b[0] if b else 1)
    have = (c[0] if c else 1, c[1] if len(c) == 2 else 1)
    if len(c) > 2 or not all(unify(p, q) for p, q in zip(want, have, strict=True)):
        shown = ", ".join(map(show_open, (a, b, c)))
        raise Misfit("E301", f"sylvester(A, B, C) solves A @ X + X @ B == C, and these are {shown}")
    return settle(c)


def _values(kind: str, part: str) -> LanguageFunction:
    """Eigenvalues or singular values alone."""
    return LanguageFunction(
        1, 1, lambda s, o: component_shapes(kind, s[0])[part], lambda n, o: component(kind, part, n[0])
    )


def _vector(shape: OpenShape, what: str) -> None:
    """Take a shape as that of a vector of 3 entries."""
    shape = settle(shape)
    dims = [dim for dim in shape if find(dim) != 1]
    if len(dims) != 1 or not unify(dims[0], 3):
        raise Misfit("E305", f"{what} takes vectors of 3 entries, and this is {show_open(shape)}")


def _cross(shapes: list[OpenShape], options: Options) -> OpenShape:
    for shape in shapes:
        _vector(shape, "cross")
    return (3,)


def _skew(shapes: list[OpenShape], options: Options) -> OpenShape:
    _vector(shapes[0], "skew")
    return (3, 3)


def _of_square(name: str, build: Callable[[Node], Node]) -> LanguageFunction:
    return LanguageFunction(1, 1, lambda s, o: square(s[0], name), lambda n, o: build(n[0]))


SPECTRAL_FUNCTIONS: dict[str, LanguageFunction] = {
    "pinv": LanguageFunction(1, 1, _turned, lambda n, o: spectral.pinv(n[0])),
    "expm": LanguageFunction(1, 1, lambda s, o: square(s[0], "expm"), lambda n, o: spectral.expm(n[0])),
    "expm_frechet": LanguageFunction(2, 2, _same_square, lambda n, o: spectral.expm_frechet(*n)),
    "norm2": _norm("norm2"),
    "norm_nuc": _norm("norm_nuc"),
    "sqrtm": _of_square("sqrtm", matrix_functions.sqrtm),
    "logm": _of_square("logm", matrix_functions.logm),
    "logm_frechet": LanguageFunction(2, 2, _same_square, lambda n, o: matrix_functions.logm_frechet(*n)),
    "sylvester": LanguageFunction(3, 3, _sylvester, lambda n, o: matrix_functions.sylvester(*n)),
    "svdvals": _values("svd", "s"),
    "eigvalsh": _values("eigh", "w"),
    "cross": LanguageFunction(2, 2, _cross, lambda n, o: rotation.cross(*n)),
    "skew": LanguageFunction(1, 1, _skew, lambda n, o: rotation.skew(n[0])),
}
