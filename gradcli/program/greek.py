"""The names of Greek letters."""

from __future__ import annotations

GREEK = frozenset(
    {
        *("alpha", "beta", "gamma", "delta", "epsilon", "varepsilon", "eps", "zeta", "eta", "theta", "vartheta"),
        *("iota", "kappa", "lambda", "lam", "lmbda", "mu", "nu", "xi", "omicron", "rho", "varrho", "sigma"),
        *("varsigma", "tau", "upsilon", "phi", "varphi", "chi", "psi", "omega", "pi"),
    }
)
"""As they are spelled in lower case, `lam` and `eps` among them."""
