"""Names of functions elsewhere: those that are read for one of the language, and those that are known and not read."""

from __future__ import annotations

from gradcli.ops.elsewhere import FORMULAS
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

_SORTED = "a permutation moves by jumps; with the order held, P : R[n, n] permutation, P @ x is sorted"
_PLACE = "a place moves by jumps; softmax(k * x), k large, is smooth and nearly 1 at the place of the largest entry"
_CONVOLVED = "write it in indices, y[i] = sum[k](w[k] * x[i + k - 1])"
_SHAPED = "write reshape(A, m, n)"

UNREAD: dict[str, str] = {
    **{name: f"write {form.format('a', 'b', 'c')}" for name, form in FORMULAS.items()},
    **dict.fromkeys(("diff", "differences"), "write x[2:n] - x[1:n - 1]"),
    "cdist": "write D[i, j] = norm(X[i, :] - Y[j, :])",
    "bilinear": "write x.T @ A @ y",
    "matrix_rank": "the rank moves by jumps and has no derivative",
    "polyval": "write the powers out, or sum[k](c[k] * t**(k - 1))",
    "glu": "write x[1:n] * sigmoid(x[n + 1:2*n])",
    **dict.fromkeys(("length", "numel", "nrow", "ncol", "ndims"), "the name of a dimension is its size: sum(x) / n"),
    **dict.fromkeys(("sort", "argsort"), _SORTED),
    **dict.fromkeys(("argmax", "argmin"), _PLACE),
    **dict.fromkeys(("conv", "conv1d", "conv2d", "convolve", "correlate"), _CONVOLVED),
    **dict.fromkeys(("flatten", "ravel", "view", "squeeze", "unsqueeze", "unflatten"), _SHAPED),
    "cross_entropy": "write logsumexp(z) - z[y], with y : {1..C}; of rows sum[i](logsumexp(Z[i, :]) - Z[i, y[i]])",
    "nll_loss": "write -z[y], with z = logsoftmax(...) and y : {1..C}",
    "binary_cross_entropy": "write -mean(y * log(p) + (1 - y) * log(1 - p))",
    "mse_loss": "write mean((y - t)**2)",
    "l1_loss": "write mean(abs(y - t))",
    **dict.fromkeys(("mse", "均方误差"), "write mean((y - t)**2)"),
    "交叉熵": "write logsumexp(z) - z[y], with y : {1..C}; of rows sum[i](logsumexp(Z[i, :]) - Z[i, y[i]])",
    "linear": "write X @ W.T + b.T",
    **dict.fromkeys(("mtimes", "crossprod", "tcrossprod"), "write A @ B, A.T @ A"),
    **dict.fromkeys(("rowSums", "rowMeans"), "write sum(A, axis=1)"),
    **dict.fromkeys(("colSums", "colMeans"), "write sum(A, axis=0)"),
    **dict.fromkeys(("cosine_similarity", "余弦相似度"), "write dot(a, b) / (norm(a) * norm(b))"),
    "binary_cross_entropy_with_logits": "write mean(softplus(z) - y * z)",
    **dict.fromkeys(("kl_div", "kl_divergence"), "write sum(p * log(p / q))"),
    **dict.fromkeys(("i0", "i1", "i0e", "i1e", "j0", "j1"), "Bessel functions are no functions here"),
    **dict.fromkeys(("alpha_dropout", "alpha_dropout_"), "write mask * x, with mask : R[n] binary"),
    "t_copy": "write A.T",
    "slogdet": "write logdet(A), which is log |det A|",
    "expand_dims": "write x[None, :] or x[:, None]",
    **dict.fromkeys(("permute", "swapaxes"), "write A.T, or A.mT of the last two axes"),
    "matmul": "write A @ B",
    "mm": "write A @ B",
    "bmm": "write A @ B",
    **dict.fromkeys(("mv", "matvec"), "write A @ x"),
    "tensordot": 'write A @ B, dot(A, B) over all axes, or einsum("ijk,kl->ijl", A, B)',
    "multiply": "write a * b",
    "add": "write a + b",
    "subtract": "write a - b",
    "divide": "write a / b",
    "power": "write x ** p",
    "pow": "write x ** p",
    "square": "write x ** 2",
    "inner": "write dot(a, b)",
    "vdot": "write dot(a, b)",
    "exp2": "write 2 ** x",
    "reciprocal": "write 1 / x",
    "rsqrt": "write 1 / sqrt(x)",
    "neg": "write -x",
    "average": "write mean(x)",
    "median": "the median is no function here: with the order held, it is an entry of P @ x, P a permutation",
    "dropout": "write mask * x / (1 - p), with mask : R[n] binary",
    "rank": "the rank moves by jumps and has no derivative",
    **dict.fromkeys(("eig", "eigvals", "eigenvalues", "Eigenvalues"), "write eigvalsh(A) or eigh(A) of a symmetric A"),
    **dict.fromkeys(
        ("迹", "行列式", "逆", "转置", "范数", "求和", "均值", "对数"), "functions have their English names"
    ),
    **dict.fromkeys(("lambda_max", "lambda_min", "λ_max", "λ_min"), "write max(eigvalsh(A)), min(eigvalsh(A))"),
    **dict.fromkeys(("sigma_max", "sigma_min", "σ_max", "σ_min"), "write max(svdvals(A)), min(svdvals(A))"),
    **dict.fromkeys(("sum_squares", "sumsq", "sumabs2", "sum_square"), "write sum(x**2)"),
    **dict.fromkeys(("quad_form", "quadform"), "write x.T @ A @ x"),
    "cov": "write Xc.T @ Xc / (n - 1), with Xc = X - mean(X, axis=0, keepdims=True)",
    "scale": "write (X - mean(X, axis=0, keepdims=True)) / std(X, axis=0, ddof=1, keepdims=True)",
    **dict.fromkeys(
        ("rearrange", "reduce", "repeat"), "write A.T or A.mT, reshape(A, m, n), mean(A, axis=1), or einsum"
    ),
    **dict.fromkeys(("apply", "map"), "functions go entry by entry, sin(x), and reductions by axis, sum(A, axis=1)"),
    **dict.fromkeys(("repmat", "tile"), "write kron(ones(m, n), A); sizes of 1 spread by themselves"),
    "range": "indices run by themselves: Y[i, j] = ...",
    "len": "the name of a dimension is its size: sum(x) / n",
    "shape": "the name of a dimension is its size: sum(x) / n",
    "size": "the name of a dimension is its size: sum(x) / n",
    "array": "a literal stands alone: [[1, 2], [3, 4]]",
    "tensor": "a literal stands alone: [[1, 2], [3, 4]]",
    "matrix": "a literal stands alone: [[1, 2], [3, 4]]",
    "rand": "declare a variable, x : R[n]",
    "randn": "declare a variable, x : R[n]",
    "fft": "write it as a product with its matrix, F @ x, F : R[n, n] constant",
    "gamma": "write exp(lgamma(x))",
    "layer_norm": "write (x - mean(x)) / sqrt(var(x) + eps)",
    "normalize": "write x / norm(x)",
    "int": "write the value itself",
    "float": "write the value itself",
}
"""Well-known functions that are no functions here: what serves instead."""

TEMPLATES: dict[str, str] = {
    **FORMULAS,
    **dict.fromkeys(("matmul", "mm", "bmm", "mv", "matvec"), "{0} @ {1}"),
    **dict.fromkeys(("multiply", "mul"), "{0} * {1}"),
    **dict.fromkeys(("inner", "vdot"), "dot({0}, {1})"),
    **dict.fromkeys(("eig", "eigvals", "eigenvalues", "Eigenvalues"), "eigvalsh({0})"),
    **{"迹": "tr({0})", "行列式": "det({0})", "逆": "inv({0})", "转置": "{0}.T"},
    **{"范数": "norm({0})", "求和": "sum({0})", "均值": "mean({0})", "对数": "log({0})"},
    **dict.fromkeys(("lambda_max", "λ_max"), "max(eigvalsh({0}))"),
    **dict.fromkeys(("lambda_min", "λ_min"), "min(eigvalsh({0}))"),
    **dict.fromkeys(("sigma_max", "σ_max"), "max(svdvals({0}))"),
    **dict.fromkeys(("sigma_min", "σ_min"), "min(svdvals({0}))"),
    **dict.fromkeys(("sum_squares", "sumsq", "sumabs2", "sum_square"), "sum({0}**2)"),
    **dict.fromkeys(("quad_form", "quadform"), "{0}.T @ {1} @ {0}"),
    "repmat": "kron(ones({1}, {2}), {0})",
    "add": "{0} + {1}",
    **dict.fromkeys(("subtract", "sub"), "{0} - {1}"),
    **dict.fromkeys(("divide", "div"), "{0} / {1}"),
    **dict.fromkeys(("power", "pow"), "{0}**{1}"),
    "square": "{0}**2",
    "exp2": "2**{0}",
    "reciprocal": "1 / {0}",
    "rsqrt": "1 / sqrt({0})",
    "neg": "-{0}",
    "average": "mean({0})",
    **dict.fromkeys(("mse_loss", "mse", "均方误差"), "mean(({0} - {1})**2)"),
    "l1_loss": "mean(abs({0} - {1}))",
    "binary_cross_entropy": "-mean({1} * log({0}) + (1 - {1}) * log(1 - {0}))",
    "交叉熵": "-log(softmax({0})[{1}])",
    "nll_loss": "-{0}[{1}]",
    "binary_cross_entropy_with_logits": "mean(softplus({0}) - {1} * {0})",
    **dict.fromkeys(("cosine_similarity", "余弦相似度"), "dot({0}, {1}) / (norm({0}) * norm({1}))"),
    "linear": "{0} @ {1}.T + {2}.T",
    "normalize": "{0} / norm({0})",
    "mtimes": "{0} @ {1}",
    "crossprod": "{0}.T @ {0}",
    "tcrossprod": "{0} @ {0}.T",
    **{
        f"{line}{of}": f"{fn}({{0}}, axis={axis})"
        for line, axis in (("row", 1), ("col", 0))
        for of, fn in (("Sums", "sum"), ("Means", "mean"))
    },
}
"""The same as formulas of the arguments, where there is one."""
