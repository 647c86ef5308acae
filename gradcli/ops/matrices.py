"""Operations on matrices, arrays of any rank, and values that an equation settles."""

from __future__ import annotations

from gradcli.ops.operation import EACH, Cost, Operation
from gradcli.ops.payload import Applied, Component, Settled, Subscripts

_A = "A : R[n, n]\n"
_INVERTIBLE = "A : R[n, n] spd\n"
_M = "A : R[m, n]\n"
_TALL = "A : R[3, 2]\n"
_STACK = "A : R[m, n, n]\n"
_COST = Cost.ELIMINATION

MATRICES = (
    Operation(
        "matmul", "A, B, ...", "matrix product", "A : R[m, n]\nB : R[n, p]\nY = A @ B",
        rules=("product",), linear=EACH, cost=Cost.PRODUCT,
    ),
    Operation("T", "A", "transpose", f"{_M}Y = A.T", rules=("transpose",), linear=(0,)),
    Operation("inv", "A", "inverse", f"{_INVERTIBLE}Y = inv(A)", rules=("inverse",), cost=_COST, call="inv"),
    Operation(
        "mpow", "A", "matrix power; data: k >= 2", f"{_A}Y = A^3",
        payload=int, rules=("matrix_power", "trace_of_power"), cost=Cost.POWER,
    ),
    Operation(
        "diag", "v", "vector to diagonal matrix", "x : R[n]\nY = diag(x)",
        rules=("diag",), linear=(0,), call="diag",
    ),
    Operation("diagonal", "A", "main diagonal", f"{_A}y = diag(A)", rules=("diagonal",), linear=(0,), call="diag"),
    Operation("tr", "A", "trace", f"{_A}y = tr(A)", rules=("trace",), linear=(0,), call="tr"),
    Operation("det", "A", "determinant", f"{_INVERTIBLE}y = det(A)", rules=("determinant",), cost=_COST, call="det"),
    Operation(
        "logdet", "A", "log of the absolute value of the determinant", f"{_INVERTIBLE}y = logdet(A)",
        rules=("log_determinant",), cost=_COST, call="logdet",
    ),
    Operation("adj", "A", "adjugate", f"{_INVERTIBLE}Y = adj(A)", rules=("adjugate",), cost=_COST, call="adj"),
    Operation(
        "tril", "A", "the entries on and below the k-th diagonal", f"{_A}Y = tril(A, -1)",
        payload=int, rules=("lower_triangle",), linear=(0,), call="tril",
    ),
    Operation(
        "triu", "A", "the entries on and above the k-th diagonal", f"{_A}Y = triu(A, 1)",
        payload=int, rules=("upper_triangle",), linear=(0,), call="triu",
    ),
    Operation("pinv", "A", "pseudoinverse", f"{_TALL}Y = pinv(A)", rules=("pinv",), cost=_COST, call="pinv"),
    Operation("expm", "A", "matrix exponential", f"{_A}Y = expm(A)", rules=("expm",), cost=_COST, call="expm"),
    Operation(
        "expm_frechet", "A, E", "derivative of expm at A in the direction E",
        "A : R[n, n]\nE : R[n, n]\nY = expm_frechet(A, E)",
        rules=("expm_frechet",), linear=(1,), cost=_COST, call="expm_frechet",
    ),
    Operation(
        "sqrtm", "A", "principal square root", f"{_INVERTIBLE}Y = sqrtm(A)", rules=("sqrtm",), cost=_COST, call="sqrtm"
    ),
    Operation(
        "logm", "A", "principal logarithm", f"{_INVERTIBLE}Y = logm(A)", rules=("logm",), cost=_COST, call="logm"
    ),
    Operation(
        "logm_frechet", "A, E", "derivative of logm at A in the direction E",
        "A : R[n, n] spd\nE : R[n, n]\nY = logm_frechet(A, E)",
        rules=("logm_frechet",), linear=(1,), cost=_COST, call="logm_frechet",
    ),
    Operation(
        "sylvester", "A, B, C", "X with A @ X + X @ B == C",
        "A, B : R[n, n] spd\nC : R[n, n]\nX = sylvester(A, B, C)",
        rules=("sylvester",), linear=(2,), cost=_COST, call="sylvester",
    ),
    Operation(
        "matrix_power", "A, k", "matrix power whose exponent is no number", f"{_A}Y = A^n",
        rules=("named_power", "trace_of_power"), cost=Cost.POWER,
    ),
    Operation(
        "cross", "a, b", "cross product in three dimensions", "a, b : R[3]\ny = cross(a, b)",
        rules=("cross",), linear=EACH, call="cross",
    ),
    Operation(
        "skew", "v", "the matrix of a cross product", "v : R[3]\nY = skew(v)",
        rules=("skew",), linear=(0,), call="skew",
    ),
    Operation(
        "norm2", "A", "largest singular value", f"{_TALL}y = norm2(A)", rules=("norm2",), cost=_COST, call="norm2"
    ),
    Operation(
        "norm_nuc", "A", "sum of the singular values", f"{_TALL}y = norm_nuc(A)",
        rules=("norm_nuc",), cost=_COST, call="norm_nuc",
    ),
    Operation(
        "inverses", "A", "the inverse of each matrix of a stack", f"{_STACK}Y = inv(A)",
        rules=("inverses",), cost=_COST, call="inv",
    ),
    Operation(
        "determinants", "A", "the determinant of each matrix of a stack", f"{_STACK}y = det(A)",
        rules=("determinants",), cost=_COST, call="det",
    ),
    Operation(
        "logdets", "A", "log |det| of each matrix of a stack", f"{_STACK}y = logdet(A)",
        rules=("log_determinants",), cost=_COST, call="logdet",
    ),
    Operation(
        "cholesky_factors", "A", "the lower factor of each matrix of a stack",
        f"{_STACK}Y = chol(A @ A.mT + eye(n)[None, :, :])",
        rules=("cholesky_factors",), cost=_COST, call="chol",
    ),
    Operation(
        "factor", "X", "a component of a factorisation", "S : R[n, n] spd\nL = chol(S)",
        payload=Component, rules=("lu", "doolittle", "chol", "qr", "eigh", "svd"), cost=_COST,
    ),
)  # fmt: skip

ARRAYS = (
    Operation(
        "kron", "A, B", "Kronecker product", "A : R[2, 3]\nB : R[3, 2]\nY = kron(A, B)",
        rules=("kron",), linear=EACH, call="kron",
    ),
    Operation("vec", "A", "columns stacked", f"{_M}y = vec(A)", rules=("vec",), linear=(0,), call="vec"),
    Operation(
        "reshape", "A", "the entries row by row in the node's shape", "A : R[2, 6]\nY = reshape(A, 3, 4)",
        rules=("reshape",), linear=(0,),
    ),
    Operation(
        "einsum", "operands", "sum over the letters that the result lacks",
        'T : R[m, n, p]\nA : R[n, p]\ny = einsum("ijk,jk->i", T, A)',
        payload=Subscripts, rules=("einsum",), linear=EACH, cost=Cost.CONTRACTION,
    ),
    Operation(
        "onehot", "y", "1 at the label, else 0, along a new last axis",
        "A : R[n, 3]\ny : {1..3}[n]\nY = A * onehot(y)", call="onehot",
    ),
    Operation(
        "vfun", "x", "`h : R[n] -> R[m]` and its derivatives: the shape of h, then `order` times n",
        "h : R[n] -> R[m]\nx : R[n]\ny = h(x)", payload=Applied, rules=("vector_function",),
    ),
    Operation(
        "vrows", "X", "`h : R[n] -> R[m]` and its derivatives of each row, of what lies along the last axis",
        "h : R[n] -> R[m]\nX : R[m, n]\nY = [h(X[i, :])[j]]_ij", payload=Applied, rules=("row_function",),
    ),
    Operation(
        "implicit", "what it depends on", "where the residual is zero",
        "A : R[n, n]\nb : R[n]\nimplicit x : A @ x == b\ny = 2 * x",
        payload=Settled, rules=("implicit",),
    ),
)  # fmt: skip
