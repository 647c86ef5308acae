"""Emitted modules: written by the command, then imported."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection
from contextlib import redirect_stderr, redirect_stdout
from functools import cache
from io import StringIO
from pathlib import Path
from types import ModuleType
from typing import Any


class NotEmittedError(Exception):
    """There is no such code."""


@cache
def emitted_text(file: Path, target: str, wrt: str, kind: str) -> str:
    """What `gradcli emit` prints.  Raises NotEmittedError with what it says instead."""
    from gradcli.cli.main import main

    answer, complaints = StringIO(), StringIO()
    with redirect_stdout(answer), redirect_stderr(complaints):
        status = main(["emit", str(file), "--target", target, "--of", "L", "--wrt", wrt, "--kind", kind])
    if status:
        raise NotEmittedError(complaints.getvalue().strip().split("\n")[0])
    return answer.getvalue()


@cache
def emitted(file: Path, target: str, wrt: str, kind: str, together: bool = False) -> Callable[..., Any]:
    """The function for the derivative, or for the value and all derivatives, imported."""
    module = ModuleType(f"emitted_{file.stem}_{target}_{kind}")
    code = compile(emitted_text(file, target, wrt, kind), f"<{module.__name__}>", "exec")
    exec(code, module.__dict__)
    function: Callable[..., Any] = getattr(module, "value_and_derivatives" if together else f"{kind}_{wrt}")
    return function


def direction_of(function: Callable[..., Any], inputs: Collection[str]) -> str:
    """The name of the parameter of a Hessian-vector product that takes the direction."""
    names = [name for name in inspect.signature(function).parameters if name not in inputs]
    return next(name for name in names if not name.startswith(("grad_", "hess_")))
