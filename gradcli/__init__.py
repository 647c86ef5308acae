"""Matrix calculus that can be checked: derive, check, convert and emit.

    >>> import gradcli
    >>> p = gradcli.parse("W : R[m, n]; x : R[n]; u = W @ x; y = g(u)")
    >>> p.grad("f", "x").text
    "Wᵀ (∇_y f ⊙ g'(u))"

Everything public stands here and is imported when it is first used.
"""

from __future__ import annotations

from gradcli.version import __version__

TYPE_CHECKING = False  # a type checker takes it for true, and `typing` need not be loaded
if TYPE_CHECKING:
    from gradcli.api.answer import Answer, Binding
    from gradcli.api.code import Code
    from gradcli.api.program import Program, ProgramError, Shape, parse
    from gradcli.api.python import from_python
    from gradcli.api.report import Report, Verdict, check
    from gradcli.api.traced import from_jax
    from gradcli.notebook import load_ipython_extension

_PUBLIC = {
    "Answer": "gradcli.api.answer",
    "Binding": "gradcli.api.answer",
    "Code": "gradcli.api.code",
    "Program": "gradcli.api.program",
    "ProgramError": "gradcli.api.program",
    "Report": "gradcli.api.report",
    "Shape": "gradcli.api.program",
    "Verdict": "gradcli.api.report",
    "check": "gradcli.api.report",
    "from_jax": "gradcli.api.traced",
    "from_python": "gradcli.api.python",
    "load_ipython_extension": "gradcli.notebook",
    "parse": "gradcli.api.program",
}

__all__ = [
    "Answer",
    "Binding",
    "Code",
    "Program",
    "ProgramError",
    "Report",
    "Shape",
    "Verdict",
    "__version__",
    "check",
    "from_jax",
    "from_python",
    "load_ipython_extension",
    "parse",
]


def __getattr__(name: str) -> object:
    if name not in _PUBLIC:
        raise AttributeError(f"module 'gradcli' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_PUBLIC[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
