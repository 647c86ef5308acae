"""The functions pinv, expm, expm_frechet, norm2, norm_nuc and cumsum."""

from __future__ import annotations

from gradcli.expr import spectral
from gradcli.expr.node import Node
from gradcli.program.signature import LanguageFunction, Misfit, Options, square
from gradcli.program.unify import OpenShape, find, settle, show_open, unify_shapes


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


def _running(shapes: list[OpenShape], options: Options) -> OpenShape:
    shape = _matrix(shapes[0], "cumsum")
    if len(shape) == 2 and find(shape[0]) != 1 and options.get("axis") not in (0, 1):
        raise Misfit("E406", "cumsum of a matrix needs an axis", "cumsum(A, axis=0) runs down each column")
    return shape


def _cumsum(nodes: list[Node], options: Options) -> Node:
    axis = options.get("axis")
    return spectral.cumsum(nodes[0], axis if isinstance(axis, int) else None)


SPECTRAL_FUNCTIONS: dict[str, LanguageFunction] = {
    "pinv": LanguageFunction(1, 1, _turned, lambda n, o: spectral.pinv(n[0])),
    "expm": LanguageFunction(1, 1, lambda s, o: square(s[0], "expm"), lambda n, o: spectral.expm(n[0])),
    "expm_frechet": LanguageFunction(2, 2, _same_square, lambda n, o: spectral.expm_frechet(*n)),
    "norm2": _norm("norm2"),
    "norm_nuc": _norm("norm_nuc"),
    "cumsum": LanguageFunction(1, 1, _running, _cumsum, ("axis",)),
}
