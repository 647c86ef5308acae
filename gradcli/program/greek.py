"""The names of Greek letters, and which names may be those of unknown functions."""

from __future__ import annotations

import re

GREEK = frozenset(
    {
        *("alpha", "beta", "gamma", "delta", "epsilon", "varepsilon", "eps", "zeta", "eta", "theta", "vartheta"),
        *("iota", "kappa", "lambda", "lam", "lmbda", "mu", "nu", "xi", "omicron", "rho", "varrho", "sigma"),
        *("varsigma", "tau", "upsilon", "phi", "varphi", "chi", "psi", "omega", "pi"),
    }
)
"""As they are spelled in lower case, `lam` and `eps` among them."""

_OPEN = re.compile(rf"(?:[^\W\d_]|{'|'.join(sorted(GREEK))})(?:\d*|_\w+)\Z")


def may_stay_open(name: str) -> bool:
    """Whether an undeclared function may be any scalar function: `g`, `h2`, `phi`, `σ`, `g_out`.

    Any longer word is the name of a function that somebody knows, and is not taken for an unknown one.
    """
    if name[0] >= "\u2e80":  # a Chinese character is a word, 迹
        return False
    if _OPEN.match(name) is None:
        return False
    if len(name) == 1:
        return True
    from gradcli.ops.elsewhere import UNREAD

    return name not in UNREAD  # `j0` and `sigma_max` are known
