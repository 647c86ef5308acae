"""Values of expressions by NumPy, written from the table of operations: an oracle outside the package."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from gradcli.expr.node import Node
from gradcli.expr.walk import postorder

Array = Any

ELEMENTWISE: dict[tuple[str, int], Callable[[Array], Array]] = {
    ("exp", 0): np.exp,
    ("log", 0): np.log,
    ("sin", 0): np.sin,
    ("cos", 0): np.cos,
    ("tan", 0): np.tan,
    ("asin", 0): np.arcsin,
    ("acos", 0): np.arccos,
    ("atan", 0): np.arctan,
    ("sinh", 0): np.sinh,
    ("cosh", 0): np.cosh,
    ("tanh", 0): np.tanh,
    ("sigmoid", 0): lambda t: 1 / (1 + np.exp(-t)),
    ("relu", 0): lambda t: np.maximum(t, 0),
    ("softplus", 0): lambda t: np.log(1 + np.exp(t)),
    ("abs", 0): np.abs,
    ("erf", 0): np.vectorize(math.erf),
    ("sign", 0): np.sign,
    # An arbitrary g and its derivatives.
    ("g", 0): lambda t: np.sin(t) + t**3,
    ("g", 1): lambda t: np.cos(t) + 3 * t**2,
    ("g", 2): lambda t: -np.sin(t) + 6 * t,
    ("exp", 1): np.exp,
    ("tanh", 1): lambda t: 1 - np.tanh(t) ** 2,
    ("sigmoid", 1): lambda t: np.exp(-t) / (1 + np.exp(-t)) ** 2,
    ("log", 1): lambda t: 1 / t,
    ("tan", 1): lambda t: 1 / np.cos(t) ** 2,
    ("softplus", 1): lambda t: 1 / (1 + np.exp(-t)),
    ("relu", 1): lambda t: np.where(t > 0, 1.0, 0.0),
    ("sigmoid", 2): lambda t: np.exp(-t) * (np.exp(-t) - 1) / (1 + np.exp(-t)) ** 3,
}


def matrix(value: Array) -> Array:
    """A scalar or vector as a matrix with one column."""
    return value.reshape(1, 1) if value.ndim == 0 else value.reshape(-1, 1) if value.ndim == 1 else value


class Numeric:
    """Evaluates nodes at the values `names` gives to variables, with dimensions `sizes`."""

    def __init__(self, names: Mapping[str, Array], sizes: Mapping[str, int]) -> None:
        self.names = names
        self.sizes = sizes

    def dim(self, dim: str | int) -> int:
        if isinstance(dim, int):
            return dim
        size = 1
        for part in dim.split("*"):
            size *= int(part) if part.isdigit() else self.sizes[part]
        return size

    def __call__(self, node: Node) -> Array:
        memo: dict[int, Array] = {}
        for part in postorder(node):
            shape = tuple(self.dim(d) for d in part.shape)
            value = np.asarray(self.one(part, [memo[arg.serial] for arg in part.args], shape), dtype=float)
            memo[part.serial] = (
                value.reshape(shape) if value.size == int(np.prod(shape)) else np.broadcast_to(value, shape)
            )
        return memo[node.serial]

    def one(self, node: Node, args: list[Array], shape: tuple[int, ...]) -> Array:
        data: Any = node.data
        mats = [matrix(arg) if arg.ndim < 3 else arg for arg in args]
        match node.op:
            case "num":
                return float(data)
            case "const":
                return {"pi": np.pi, "e_": np.e, "inf": np.inf}[data]
            case "dim":
                return self.dim(data)
            case "var":
                return self.names[data[0]]
            case "cotangent":
                return self.names[f"grad_{data[1]}"]
            case "param":
                return self.names[data]
            case "zeros" | "ones":
                return np.zeros(shape) if node.op == "zeros" else np.ones(shape)
            case "eye":
                return np.eye(shape[0])
            case "unit":
                out = np.zeros(shape)
                out[tuple(k - 1 for k in data) if len(data) == len(shape) else (data[0] - 1,)] = 1
                return out
            case "add":
                return sum(args[1:], args[0])
            case "mul":
                return np.prod(np.broadcast_arrays(*args), axis=0)
            case "pow":
                return np.power(args[0], args[1])
            case "matmul":
                product = mats[0]
                for factor in mats[1:]:
                    product = product @ factor
                return product
            case "T":
                return mats[0].T
            case "inv":
                return np.linalg.inv(mats[0])
            case "mpow":
                return np.linalg.matrix_power(mats[0], data)
            case "diag":
                return np.diag(args[0].reshape(-1))
            case "diagonal":
                return np.diag(args[0])
            case "tr":
                return np.trace(mats[0])
            case "det":
                return np.linalg.det(mats[0])
            case "logdet":
                return np.linalg.slogdet(mats[0])[1]
            case "adj":
                return np.linalg.det(mats[0]) * np.linalg.inv(mats[0])
            case "sum":
                return args[0].sum()
            case "sum_axis":
                return mats[0].sum(axis=data)
            case "norm":
                return np.sqrt((args[0] ** 2).sum())
            case "norm1":
                return np.abs(args[0]).sum()
            case "elem":
                return ELEMENTWISE[data](args[0])
            case "max":
                return np.maximum(*args)
            case "min":
                return np.minimum(*args)
            case "cmp":
                # Where rounding decides, or a side has no value, there is none.
                gap = args[0] - args[1]
                close = ((gap != 0) & ~(np.abs(gap) > 1e-9)) | ~np.isfinite(gap)
                return np.where(close, np.nan, gap < 0 if data == "<" else gap <= 0)
            case "where":
                chosen = np.where(args[0] != 0, args[1], args[2])
                return np.where(np.isnan(args[0]) | ((args[0] != 0) & (np.abs(args[0]) < 1e-9)), np.nan, chosen)
            case "softmax" | "logsoftmax" | "logsumexp":
                axis = data if data is not None else None
                total = np.exp(args[0]).sum(axis=axis, keepdims=node.op != "logsumexp")
                if node.op == "logsumexp":
                    return np.log(total)
                return np.exp(args[0]) / total if node.op == "softmax" else args[0] - np.log(total)
            case "stack":
                return np.array([float(arg) for arg in args])
            case "entry":
                where = tuple(k - 1 for k in data)
                return args[0].reshape(-1)[where[-1]] if len(where) < args[0].ndim else args[0][where]
            case "tril":
                return np.tril(mats[0], data)
            case "triu":
                return np.triu(mats[0], data)
            case "kron":
                return np.kron(*mats)
            case "reshape":
                return args[0].reshape(shape)
            case "vec":
                return mats[0].T.reshape(-1)
            case "stop":
                return args[0]
            case "einsum":
                inputs, output = data
                letters = {label: k for k, label in enumerate(sorted({x for sub in (*inputs, output) for x in sub}))}
                operands: list[Any] = []
                for sub, arg in zip(inputs, args, strict=True):
                    operands += [arg, [letters[label] for label in sub]]
                return np.einsum(*operands, [letters[label] for label in output])
        raise AssertionError(node.op)
