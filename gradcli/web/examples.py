"""The programs that the playground offers to begin with."""

from __future__ import annotations

EXAMPLES: tuple[tuple[str, str], ...] = (
    ("A neuron", "W : R[m, n]\nx : R[n]\nu = W @ x\ny = g(u)\n"),
    ("Least squares", "A : R[m, n]; b : R[m]; x : R[n]\nL = norm(A @ x - b)**2\ngrad L wrt x\nhessian L wrt x\n"),
    (
        "Logistic regression",
        "X : R[N, d]; y : R[N] constant; w : R[d]\nz = X @ w\nL = sum(softplus(z) - y * z) / N\ngrad L wrt w\n",
    ),
    (
        "Softmax cross-entropy",
        "z : R[K]; t : R[K] constant\nL = logsumexp(z) - t.T @ z\ngrad L wrt z\nhessian L wrt z\n",
    ),
    (
        "A two-layer network",
        "X : R[N, p]; T : R[N, q] constant\nW1 : R[p, h]; W2 : R[h, q]\nH = tanh(X @ W1)\nE = H @ W2 - T\n"
        "L = sum(E**2) / N\ngrad L wrt W1, W2\n",
    ),
    (
        "Gaussian log-likelihood",
        "S : R[n, n] spd; r : R[n]\nL = logdet(S) / 2 + r.T @ inv(S) @ r / 2\ngrad L wrt S, r\n",
    ),
    (
        "A homework to check",
        "W : R[m, n]\nx : R[n]\nu = W @ x\ny = g(u)\ncheck grad(f, W) == (grad(f, y) * g'(u)) @ x.T\n"
        "check grad(f, x) == W.T @ grad(f, u) == W.T @ grad(f, y)\n",
    ),
    ("Notes, chain rule", "W : R[m, n]\nx : R[n]\nu = W @ x\ny = g(u)\ngrad f wrt x, W\n"),
    ("Notes, Jacobians", "x, y : R\nf = 3*x**2*y\ng = 2*x + y**8\nF = [f, g]\njacobian F wrt [x, y]\n"),
    ("Notes, rows", "x : R[1, n]\nW : R[n, m]\nz = x @ W\njacobian z wrt x\ngrad f wrt W\n"),
    ("Notes, LU", "X : R[n, n]\nP, L, U = lu(X)\nloss z(L, U)\ngrad z wrt X\n"),
)
