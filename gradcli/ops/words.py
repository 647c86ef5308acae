"""Names of functions elsewhere: those that are read for one of the language, and those that are known and not read."""

from __future__ import annotations

from gradcli.ops.functions import SCALAR_ALIASES

ALIASES: dict[str, str] = {
    **SCALAR_ALIASES,
    **dict.fromkeys(("trace", "Tr"), "tr"),
    **dict.fromkeys(("Det", "determinant"), "det"),
    "inverse": "inv",
    "transpose": "transpose",
    "cholesky": "chol",
    "diagonal": "diag",
    "maximum": "max",
    "minimum": "min",
    **dict.fromkeys(("clamp", "clip_by_value"), "clip"),
    "arctan2": "atan2",
    **dict.fromkeys(("amax", "nanmax"), "max"),
    **dict.fromkeys(("amin", "nanmin"), "min"),
    "leakyrelu": "leaky_relu",
    "matrix_exp": "expm",
    **dict.fromkeys(("log_softmax", "logSoftmax"), "logsoftmax"),
    **dict.fromkeys(("absolute", "fabs"), "abs"),
    "sgn": "sign",
    **dict.fromkeys(("expit", "logistic"), "sigmoid"),
    **dict.fromkeys(("adjugate", "Adj"), "adj"),
    **dict.fromkeys(("hessian", "Hessian"), "hess"),
    **dict.fromkeys(("jacobian", "Jacobian"), "jac"),
    "gradient": "grad",
    **{f"reduce_{name}": name for name in ("sum", "mean", "max", "min", "prod", "std", "logsumexp")},
    "reduce_variance": "var",
}
"""Other names of functions, read and never printed, unless the file gives them a meaning of its own."""

PREFIXES = frozenset(
    {"np", "numpy", "jnp", "jax", "torch", "scipy", "sp", "sc", "F", "nn", "tf", "math", "K", "linalg", "LA", "la"}
    | {
        "LinearAlgebra",
        "Statistics",
        "Base",
        "Flux",
        "NNlib",
        "random",
        "cp",
        "sympy",
        "keras",
        "ops",
        "autograd",
        "mx",
        "nd",
        "cupy",
        "tfp",
        "fn",
        "nnx",
        "flax",
    }
    | {"functional", "special", "lax", "nnf", "np_"}
)
"""Names of libraries: `np.`, `torch.nn.functional.` before a known function is passed over."""
