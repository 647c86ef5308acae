"""Calls of what is no function of the language or the program: an error that says what was meant."""

from __future__ import annotations

from typing import NoReturn

from gradcli.ops.elsewhere import UNREAD
from gradcli.ops.words import ALIASES
from gradcli.program.functions import DERIVATIVES, FILLED, FUNCTIONS
from gradcli.program.inferring import Inferring
from gradcli.program.mends import declaration, summed, template
from gradcli.program.unify import OpenShape
from gradcli.syntax import ast

_SURELY = 0.85  # how alike a word and a function are that is offered in its place
_KNOWN = (*FUNCTIONS, *FILLED, *DERIVATIVES, "einsum", "reshape", *ALIASES, *UNREAD)


def unknown_function(inference: Inferring, expr: ast.Call, local: dict[str, OpenShape]) -> NoReturn:
    """Say that a called name is neither declared nor known, with the nearest one that is."""
    from difflib import SequenceMatcher, get_close_matches

    from gradcli.program.elsewhere import joined_call, loss_call, patterned_call

    name = expr.fn
    in_indices = summed(inference, expr)
    if in_indices:
        inference.fail("E210", f"{name} is no function.", expr, "a sum over an index is sum[i](...)", mend=in_indices)
    joined = joined_call(inference, expr, local)
    if joined:
        what = "concat and stack put arrays together"
        inference.fail("E210", f"{name} is no function of the language: {what}.", expr, mend=joined)
    declared = declaration(inference, expr)
    if declared:
        inference.fail("E210", f"{name} is no function: a variable is declared.", expr, mend=declared)
    declare = f"otherwise declare `{name} : R -> R`"
    if name in UNREAD:
        if any(isinstance(arg, ast.Str) for arg in expr.args):
            mend = patterned_call(inference, expr)
        else:
            shapes = [inference.infer(arg, local) for arg in expr.args]
            mend = loss_call(inference, expr, shapes) or template(inference, expr, shapes)
        inference.fail("E210", f"{name} is no function of the language.", expr, f"{UNREAD[name]}; {declare}", mend=mend)
    lower = name.lower().replace("_", "")
    by_letters = {known.lower().replace("_", ""): known for known in reversed(_KNOWN)}
    near = get_close_matches(lower[:60], by_letters, n=1, cutoff=0.8)
    meant = ALIASES.get(by_letters[near[0]], by_letters[near[0]]) if near else None
    hint = f"did you mean {meant}? {declare}" if meant else f"declare `{name} : R -> R`, or define it"
    start = inference.source.text.find(name, expr.span.start, expr.span.end)
    surely = near and SequenceMatcher(None, lower, near[0]).ratio() >= _SURELY
    mend = ((start, start + len(name), meant),) if meant and start >= 0 and surely else ()
    inference.fail("E210", f"{name} is not declared and no function that is known.", expr, hint, mend=mend)
