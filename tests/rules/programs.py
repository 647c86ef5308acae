"""For every rule a program whose derivative uses it; sizes of different names are different."""

from __future__ import annotations

# rule: (program, the value differentiated, the variable)
PROGRAMS: dict[str, tuple[str, str, str]] = {
    "sum": ("x : R[n]\nc : R\ny = c + x - 2*x", "y", "x"),
    "hadamard": ("A, B : R[m, n]\nc : R\nY = c * A * B / (2 + B*B)", "Y", "B"),
    "power": ("x : R[n]\ny = (1 + x*x) ** x + x**3", "y", "x"),
    "elementwise": ("x : R[n]\ny = g(x) * g'(x)", "y", "x"),
    "maximum": ("x, w : R[n]\ny = max(x, w)", "y", "x"),
    "minimum": ("x, w : R[n]\ny = min(w, x)", "y", "x"),
    "where": ("x, w : R[n]\ny = where(x > w, x**2, 3*x)", "y", "x"),
    "product": ("A : R[m, n]\nB : R[n, p]\nY = A @ B @ B.T", "Y", "B"),
    "transpose": ("A : R[m, n]\nY = exp(A).T", "Y", "A"),
    "inverse": ("A : R[n, n] spd\nY = inv(A)", "Y", "A"),
    "matrix_power": ("A : R[n, n]\nY = A^4", "Y", "A"),
    "trace": ("A : R[m, n]\nB : R[n, m]\nf = tr(A @ B)", "f", "A"),
    "trace_of_power": ("A : R[n, n]\nf = tr(A^3)", "f", "A"),
    "determinant": ("A : R[n, n] spd\nf = det(A)", "f", "A"),
    "log_determinant": ("A : R[n, n] spd\nf = logdet(A)", "f", "A"),
    "adjugate": ("A : R[n, n] spd\nY = adj(A)", "Y", "A"),
    "diag": ("x : R[n]\nY = diag(sin(x))", "Y", "x"),
    "diagonal": ("A : R[n, n]\ny = diag(A @ A)", "y", "A"),
    "lower_triangle": ("A : R[n, n]\nY = tril(A @ A, -1)", "Y", "A"),
    "upper_triangle": ("A : R[n, n]\nY = triu(A @ A)", "Y", "A"),
    "total": ("A : R[m, n]\nf = sum(A**2) * sum(sin(A))", "f", "A"),
    "column_sums": ("A : R[m, n]\ny = sum(exp(A), axis=0)", "y", "A"),
    "row_sums": ("A : R[m, n]\ny = sum(exp(A), axis=1)", "y", "A"),
    "norm": ("A : R[m, n]\nf = norm(A)", "f", "A"),
    "norm1": ("A : R[m, n]\nf = norm1(A)", "f", "A"),
    "softmax": ("x : R[n]\ny = softmax(x)", "y", "x"),
    "softmax_rows": ("A : R[m, n]\nY = softmax(A, axis=1)", "Y", "A"),
    "softmax_columns": ("A : R[m, n]\nY = softmax(A, axis=0)", "Y", "A"),
    "logsumexp": ("x : R[n]\nf = logsumexp(x)", "f", "x"),
    "logsumexp_rows": ("A : R[m, n]\ny = logsumexp(A, axis=1)", "y", "A"),
    "logsumexp_columns": ("A : R[m, n]\ny = logsumexp(A, axis=0)", "y", "A"),
    "logsoftmax": ("x : R[n]\ny = logsoftmax(x)", "y", "x"),
    "logsoftmax_rows": ("A : R[m, n]\nY = logsoftmax(A, axis=1)", "Y", "A"),
    "logsoftmax_columns": ("A : R[m, n]\nY = logsoftmax(A, axis=0)", "Y", "A"),
    "vector_function": ("x : R[n]\nh : R[n] -> R[m]\ny = h(x)", "y", "x"),
    "entry": ("A : R[m, n]\nf = A[1, 2] * A[2, 1]", "f", "A"),
    "literal": ("x : R[3]\nY = [[x[1] * x[2], x[3]], [x[2]**2, 1]]", "Y", "x"),
    **{
        name: (f"x : R[n]\ny = {name}(x)", "y", "x")
        for name in ("sin", "cos", "tan", "atan", "sinh", "cosh", "tanh", "sigmoid", "softplus", "erf", "exp")
    },
    **{name: (f"x : R[n]\ny = {name}(x)", "y", "x") for name in ("relu", "abs", "sign")},
    "log": ("x : R[n] positive\ny = log(x)", "y", "x"),
    "asin": ("x : R[n]\ny = asin(sin(x) / 2)", "y", "x"),
    "acos": ("x : R[n]\ny = acos(sin(x) / 2)", "y", "x"),
}
