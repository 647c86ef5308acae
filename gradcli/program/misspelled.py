"""Functions that a program leaves open under a name that is nearly one of the language's, or has it elsewhere."""

from __future__ import annotations

from gradcli.diagnostics import Diagnostic
from gradcli.diagnostics.diagnostic import warning
from gradcli.ops.functions import SCALAR_ALIASES
from gradcli.program.functions import ELEMENTWISE, FUNCTIONS
from gradcli.program.infer import Inference
from gradcli.program.spelling import meant_by

_LEAST = 4  # letters: shorter names are near too many
_KNOWN = (*ELEMENTWISE, *(name for name in FUNCTIONS if len(name) > 2))
_ELSEWHERE = {
    **SCALAR_ALIASES,
    "sgn": "sign",
    "expit": "sigmoid",
    "logistic": "sigmoid",
    "lse": "logsumexp",
    "log_softmax": "logsoftmax",
    "trace": "tr",
    "determinant": "det",
    "logabsdet": "logdet",
    "inverse": "inv",
    "adjugate": "adj",
    "cholesky": "chol",
    "average": "mean",
    "frobenius": "norm",
    "transpose": "A.T",
}


def misspelled(inference: Inference) -> list[Diagnostic]:
    """Warnings of functions that are perhaps not meant to be left open."""
    found = []
    for name, (source, span) in inference.opaque.items():
        meant = meant_by(name, _KNOWN if len(name) >= _LEAST else (), _ELSEWHERE)
        if meant is not None:
            said = f"{name} is not declared and no function of the language: it stands for any scalar function."
            found.append(
                warning("W602", said, source, span, f"did you mean {meant}? otherwise declare `{name} : R -> R`")
            )
    return found
