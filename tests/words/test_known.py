"""Nothing well-known is taken for an unknown function."""

from __future__ import annotations

import pytest

from tests.words.programs import errors_of, meaning, program_of

# Names of functions of PyTorch, NumPy and SciPy that take one array.
_NAMES = """
    abs absolute acos acosh adaptive_avg_pool all angle any arccos arccosh arcsin arcsinh arctan arctanh
    argmax argmin argsort asin asinh atan atanh atleast_1d average bartlett_window bernoulli bincount
    bitwise_not block_diag bmm broadcast_to bucketize cartesian_prod cbrt ceil celu cholesky chol_inverse
    clamp clip clone combinations conj convolve copysign corrcoef cos cosh cosine_similarity count_nonzero cov
    cross_entropy cummax cummin cumprod cumsum deg2rad det detach diag diag_embed diagonal diff digamma dist
    dropout eig eigvals elu embedding empty_like entr erf erfc erfinv exp exp2 expand expit expm expm1 fft fix
    flatten flip fliplr floor fmod frac frexp gammaln gelu glu gradcheck hardshrink hardsigmoid hardswish
    hardtanh heaviside histc huber_loss hypot ifft imag inverse isfinite isnan kl_div kthvalue layer_norm
    leaky_relu lerp lgamma log log10 log1p log2 log_softmax logaddexp logcumsumexp logdet logical_not logit
    logm logsigmoid logsumexp lstsq matmul matrix_exp matrix_power matrix_rank max mean median min mish mode
    mse_loss msort mul multigammaln nan_to_num nanmean neg negative nonzero norm normalize numel ones_like
    orgqr outer permute pinverse poisson polygamma positive prelu prod qr quantile rad2deg rand ravel real
    reciprocal relu relu6 renorm repeat reshape roll rot90 round rrelu rsqrt searchsorted selu sgn sigmoid
    sign signbit silu sin sinc sinh slogdet softmax softmin softplus softshrink softsign sort sparse sqrt
    sqrtm square squeeze stack std sum svd swish swapaxes tan tanh tanhshrink threshold topk trace transpose
    triangular_solve tril triu trunc unbind unfold unique unsqueeze vander var vdot view xlogy zeros_like
"""
ELSEWHERE = _NAMES.split()


@pytest.mark.parametrize("name", ELSEWHERE)
def test_a_known_name_is_no_unknown_function(name: str) -> None:
    for program in (f"x : R[n]\ny = {name}(x)", f"A : R[n, n]\ny = {name}(A)", f"x : R[n]\ny = np.{name}(x)"):
        assert not any(function.inferred for function in program_of(program).functions.values()), program


@pytest.mark.parametrize("name", ["g", "h2", "g_1", "g_out", "phi", "σ", "sigma", "psi2", "Φ", "f"])
def test_a_letter_that_is_called_may_be_any_function(name: str) -> None:
    program = program_of(f"x : R[n]\ny = {name}(x)")
    assert not program.diagnostics
    assert program.functions[name].inferred


@pytest.mark.parametrize("name", ["act", "gg", "foo", "phig", "activation"])
def test_a_word_that_is_called_must_be_declared(name: str) -> None:
    assert errors_of(f"x : R[n]\ny = {name}(x)") == ["E210"]
    assert errors_of(f"{name} : R -> R\nx : R[n]\ny = {name}(x)") == []
    assert errors_of(f"{name}(t) = t**2\nx : R[n]\ny = {name}(x)") == []


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("trace(A)", "tr(A)"),
        ("Tr(A @ A)", "tr(A @ A)"),
        ("sum(diagonal(A))", "sum(diag(A))"),
        ("ln(t)", "log(t)"),
        ("transpose(A)", "A.T"),
        ("inverse(A)", "inv(A)"),
        ("Det(A)", "det(A)"),
        ("arcsin(t)", "asin(t)"),
        ("cholesky(S)", "chol(S)"),
        ("maximum(0, x)", "max(0, x)"),
        ("np.exp(x)", "exp(x)"),
        ("np.linalg.inv(A)", "inv(A)"),
        ("torch.nn.functional.softmax(x)", "softmax(x)"),
        ("F.relu(x)", "relu(x)"),
        ("jnp.sum(x) * np.pi", "sum(x) * pi"),
        ("np.linalg.norm(x)", "norm(x)"),
        ("torch.trace(A)", "tr(A)"),
        ("hessian(q, x)", "hess(q, x)"),
        ("jacobian(y, x)", "jac(y, x)"),
        ("gradient(q, x)", "grad(q, x)"),
    ],
)
def test_another_name_is_read_and_not_printed(typed: str, meant: str) -> None:
    given = "A : R[n, n]; S : R[n, n] spd; x : R[n]; t : R positive; y = A @ x; q = x.T @ y\n"
    assert meaning(f"{given}out = {typed}")["out"] == meaning(f"{given}out = {meant}")["out"]


@pytest.mark.parametrize("name", ["λ", "lambda", "lam", "alpha", "eta", "sigma", "beta2", "mu_0", "eps"])
def test_the_name_of_a_greek_letter_is_a_scalar(name: str) -> None:
    program = program_of(f"x : R[n]\nL = {name} * norm(x)^2")
    assert not program.diagnostics
    assert program.variables[name].node.shape == ()


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("W : R[m, n]; x : R[n]; y = Wx", "E211"),
        ("A, B : R[n, n]; C = AB", "E211"),
        ("W1 : R[m, n]; x : R[n]; b1 : R[m]; y = W1x + b1", "E211"),
        ("x : R[n]; y = e^x", "E212"),
        ("x : R[n]; y = e**(-x)", "E212"),
        ("f = sum((x - mean(x))**2) / n", "E212"),
        ("x : R[k]; f = sum(x) / n", "E212"),
    ],
)
def test_what_is_written_without_a_sign_is_no_new_name(typed: str, code: str) -> None:
    assert errors_of(typed) == [code]


def test_a_declared_name_stays_what_it_is() -> None:
    assert meaning("e : R positive; x : R[n]; y = e^2 * x")["y"] == "e**2 * x"
    assert meaning("W : R[m, n]; x : R[n]; Wx = W @ x; y = 2 * Wx")["y"] == "2 * Wx"
    assert errors_of("n : R; x : R[m]; f = sum(x) / n") == []


@pytest.mark.parametrize("module", ["torch", "torch.nn.functional", "torch.linalg", "torch.special"])
def test_no_function_of_pytorch_is_an_unknown_function(module: str) -> None:
    library = pytest.importorskip(module)
    names = [name for name in dir(library) if name.isidentifier() and callable(getattr(library, name))]
    for name in names:
        if name[0] == "_":
            continue
        program = program_of(f"A : R[n, n]\ny = {module}.{name}(A)")
        assert not any(function.inferred for function in program.functions.values()), name


@pytest.mark.parametrize("name", ["t", "i0", "zeta", "g"])
def test_what_a_library_calls_is_never_left_open(name: str) -> None:
    assert "E210" in errors_of(f"x : R[n]\ny = torch.special.{name}(x)")
