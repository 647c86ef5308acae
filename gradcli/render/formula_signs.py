"""The signs of the notations' LaTeX, as Unicode."""

from __future__ import annotations

from collections.abc import Mapping

_GREEK = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ϵ", "varepsilon": "ε", "zeta": "ζ", "eta": "η",
    "theta": "θ", "vartheta": "ϑ", "iota": "ι", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "pi": "π",
    "rho": "ρ", "varrho": "ϱ", "sigma": "σ", "varsigma": "ς", "tau": "τ", "upsilon": "υ", "phi": "ϕ", "varphi": "φ",
    "chi": "χ", "psi": "ψ", "omega": "ω", "Gamma": "Γ", "Delta": "Δ", "Theta": "Θ", "Lambda": "Λ", "Xi": "Ξ", "Pi": "Π",
    "Sigma": "Σ", "Upsilon": "Υ", "Phi": "Φ", "Psi": "Ψ", "Omega": "Ω", "ell": "ℓ",
}  # fmt: skip

LETTERS: Mapping[str, str] = {f"\\{name}": letter for name, letter in _GREEK.items()}

OPERATORS: Mapping[str, str] = {
    r"\partial": "∂", r"\nabla": "∇", r"\in": "∈", r"\times": "×", r"\cdot": "⋅", r"\odot": "⊙", r"\oslash": "⊘",
    r"\otimes": "⊗", r"\le": "≤", r"\ge": "≥", r"\ne": "≠", r"\infty": "∞", r"\sum": "∑", r"\prod": "∏", r"\top": "⊤",
    r"\colon": ":", r"\to": "→", r"\dagger": "†", r"\circ": "∘", r"\ast": "∗", r"\lfloor": "⌊", r"\rfloor": "⌋",
    r"\lceil": "⌈", r"\rceil": "⌉", r"\ldots": "…", r"\dots": "…", r"\mid": "|", r"\%": "%", r"\_": "_", r"\#": "#",
    r"\$": "$", r"\pm": "±", r"\wedge": "∧", r"\vee": "∨",
}  # fmt: skip

FUNCTIONS = frozenset({
    r"\exp", r"\log", r"\ln", r"\sin", r"\cos", r"\tan", r"\arcsin", r"\arccos", r"\arctan", r"\sinh", r"\cosh",
    r"\tanh", r"\max", r"\min", r"\det",
})  # fmt: skip

SPACES: Mapping[str, float] = {r"\,": 0.17, r"\:": 0.22, r"\;": 0.28, r"\ ": 0.25, r"\quad": 1.0, r"\!": -0.17}

STYLES: Mapping[str, str] = {r"\mathbf": "bold", r"\mathbb": "double-struck"}

ACCENTS: Mapping[str, str] = {
    r"\hat": "^", r"\tilde": "~", r"\bar": "¯", r"\dot": "˙", r"\ddot": "¨", r"\check": "ˇ", r"\acute": "´",
    r"\grave": "`",
}  # fmt: skip
