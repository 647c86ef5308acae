"""The reference names every function and every attribute, in English and in Chinese."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gradcli.ops.attributes import ATTRIBUTES
from gradcli.program.functions import DERIVATIVES, FILLED, FUNCTIONS

DOCS = Path(__file__).resolve().parents[2] / "docs"
_OTHER = ("einsum", "reshape", "onehot", "windows", "place")
_SPELLED_AS_NORM = {"norm2", "norm_nuc"}  # norm(A, 2), norm(A, "nuc")
_WITHOUT_PIVOTS = {"doolittle"}  # the table of operations has it


@pytest.mark.parametrize("page", ["language.md", "zh/language.md"])
def test_the_reference_names_every_function(page: str) -> None:
    words = set(re.findall(r"\w+", (DOCS / page).read_text(encoding="utf-8")))
    assert {*FUNCTIONS, *FILLED, *DERIVATIVES, *_OTHER} - words <= _SPELLED_AS_NORM | _WITHOUT_PIVOTS
    assert set(ATTRIBUTES) <= words


# What the language promises, by name: kept apart from the catalogue, which may hold more.
PROMISED = """
exp log sqrt sin cos tan asin acos atan sinh cosh tanh sigmoid relu softplus abs sign erf log1p expm1 log2 log10 asinh
acosh atanh cbrt erfc erfinv lgamma digamma sinc silu gelu gelu_tanh elu softsign logsigmoid hardtanh floor ceil round
frac leaky_relu clip max min atan2 hypot logaddexp where sum mean prod var std norm logsumexp softmax logsoftmax cumsum
cumprod flip roll tr det logdet adj inv pinv solve kron vec tril triu sqrtm logm expm chol lu qr eigh svd eigvalsh
svdvals diag norm1 dot outer cross skew ones zeros eye unit onehot concat stack block_diag reshape einsum stop grad jac
hess
"""
ALIASES = "trace Tr ln transpose inverse Det arcsin arccos arctan cholesky diagonal swish maximum minimum"


@pytest.mark.parametrize("folder", [".", "zh"])
def test_every_promised_function_has_an_example_that_runs(folder: str) -> None:
    """Programs in the pages are replayed by tests/golden."""
    pages = [(DOCS / folder / page).read_text(encoding="utf-8") for page in ("language.md", "functions.md")]
    programs = "\n".join(block for page in pages for block in re.findall(r"```mc\n(.*?)```", page, re.DOTALL))
    called = set(re.findall(r"(\w+)\(", re.sub(r"#.*", "", programs)))
    assert not set(PROMISED.split()) - called
    assert not {*PROMISED.split(), *ALIASES.split()} - set(re.findall(r"\w+", pages[0]))
