"""Emitted modules, to be compared with JAX."""

from __future__ import annotations

from typing import Any

import numpy as np

from gradcli.derive.derive import derive
from gradcli.derive.model import Answer
from gradcli.emit import emit_numpy
from gradcli.program.elaborate import elaborate
from gradcli.program.model import Program
from gradcli.syntax.ast import Source
from gradcli.syntax.parse import parse_module


def answers(text: str) -> tuple[Program, tuple[Answer, ...]]:
    """A program and the answers to its questions; neither has an error."""
    module, diagnostics = parse_module(Source("<test>", text))
    program = elaborate([module], diagnostics)
    derivation = derive(program)
    errors = [d for d in (*derivation.program.diagnostics, *derivation.diagnostics) if d.is_error]
    assert not errors, errors
    return derivation.program, derivation.answers


def emitted(text: str) -> dict[str, Any]:
    """What stands in the module that is printed for a program's questions."""
    program, found = answers(text)
    namespace: dict[str, Any] = {"__name__": "emitted"}
    exec(compile(emit_numpy(program, found[0].of, found), "<emitted>", "exec"), namespace)
    return namespace


def drawn(seed: int, *shape: int) -> np.ndarray:
    """Normal entries."""
    return np.random.default_rng(seed).normal(size=shape)


def spd(seed: int, n: int) -> np.ndarray:
    """A well-conditioned symmetric positive definite matrix."""
    root = drawn(seed, n, n)
    return root @ root.T + np.eye(n)
