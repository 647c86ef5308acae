"""Values of index polynomials by NumPy: every index is an axis, dummies are summed in the end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy_value import ELEMENTWISE, Numeric

from gradcli.normal.poly import Atom, Poly, dummies_of

Array = Any


class PolyValue:
    """Evaluates polynomials where a `Numeric` evaluates names."""

    def __init__(self, numeric: Numeric) -> None:
        self.numeric = numeric

    def __call__(self, poly: Poly, dims: Sequence[str | int]) -> Array:
        """The array with one axis for each free index."""
        sizes = [self.numeric.dim(dim) for dim in dims]
        total: Array = np.zeros(sizes)
        for term, value in poly.terms.items():
            dummies = dummies_of(term)
            axes = [*range(len(dims)), *dummies]
            grid: Array = np.full([*sizes, *(self.numeric.dim(dim) for dim in dummies.values())], float(value))
            for array, idx, exponent in term:
                values = self.atom(array)
                for place, i in reversed(list(enumerate(idx))):
                    if i < 0:
                        values = np.take(values, -i - 1, axis=place)
                kept = [i for i in idx if i >= 0]
                labels = [axes.index(i) for i in kept]
                factor = np.einsum(values, labels, sorted(set(labels)))
                shape = [grid.shape[k] if k in labels else 1 for k in range(grid.ndim)]
                grid = grid * np.power(factor.reshape(shape), float(exponent))
            total = total + grid.sum(axis=tuple(range(len(dims), grid.ndim)))
        return total

    def atom(self, array: Atom) -> Array:
        """The values of an atom."""
        data: Any = array.data
        if array.kind in ("det", "sign"):
            dim = data if array.kind == "det" else array.args[0].dims()[0]
            return np.linalg.det(self(array.args[0], [dim, dim]))
        if array.kind == "inv":
            return np.linalg.inv(self(array.args[0], array.dims))
        if array.kind == "prod":
            return self(array.args[0], list(array.args[0].dims().values())).prod()
        args = [self(arg, array.dims) for arg in array.args]
        if data == "abs":
            args[0] = np.abs(args[0])
        match array.kind:
            case "sym":
                if data[2] == "const":
                    return np.asarray(np.pi)
                found = np.asarray(self.numeric.names[data[0]])
                return (
                    np.diag(found)
                    if data[2] == "diagonal"
                    else found.reshape([self.numeric.dim(d) for d in array.dims])
                )
            case "delta":
                return np.eye(self.numeric.dim(array.dims[0]))
            case "mask":
                return np.tri(*(self.numeric.dim(dim) for dim in array.dims), k=data)
            case "num":
                return np.asarray(float(data))
            case "dim":
                return np.asarray(float(self.numeric.dim(data)))
            case "exp" | "log" | "abs":
                return ELEMENTWISE[array.kind, 0](args[0])
            case "elem":
                return ELEMENTWISE[data](args[0])
            case "step":
                return np.where((args[0] == 0) | (np.abs(args[0]) > 1e-9), args[0] > 0, np.nan)
            case "root":
                return args[0]
            case "power":
                return np.power(args[0], args[1])
        raise AssertionError(array.kind)
