"""The parameters of a function for a call."""

from __future__ import annotations

import ast

from gradcli.pysource.constants import constant
from gradcli.pysource.refusal import Refused
from gradcli.pysource.values import (
    Function,
    Record,
    Sequence,
    Unknown,
    Value,
)


def bind(function: Function, args: list[Value], named: dict[str, Value], node: ast.AST) -> dict[str, Value]:
    """The parameters of a function by name for a call.  Raises Refused where the call does not fit."""
    spec = function.node.args
    positional = [*spec.posonlyargs, *spec.args]
    if function.owner is not None and positional:
        args = [function.owner, *args]
    title = function.name or "the function"
    bound: dict[str, Value] = {}
    if len(args) > len(positional):
        if spec.vararg is None:
            raise Refused(node, f"{title} takes {len(positional)} arguments, not {len(args)}")
        bound[spec.vararg.arg] = Sequence(tuple(args[len(positional) :]))
    elif spec.vararg is not None:
        bound[spec.vararg.arg] = Sequence(())
    bound.update({parameter.arg: value for parameter, value in zip(positional, args, strict=False)})
    more: dict[str, Value] = {}
    for name, value in named.items():
        if name in bound and name not in more:
            raise Refused(node, f"{title} gets {name} twice")
        if name in {p.arg for p in (*spec.args, *spec.kwonlyargs)}:
            bound[name] = value
        elif spec.kwarg is not None:
            more[name] = value
        else:
            raise Refused(node, f"{title} has no parameter {name}")
    if spec.kwarg is not None:
        bound[spec.kwarg.arg] = Record(more)
    defaults = dict(
        zip([p.arg for p in positional][len(positional) - len(spec.defaults) :], spec.defaults, strict=True)
    )
    defaults |= {p.arg: d for p, d in zip(spec.kwonlyargs, spec.kw_defaults, strict=True) if d is not None}
    for parameter in (*positional, *spec.kwonlyargs):
        if parameter.arg in bound:
            continue
        default = defaults.get(parameter.arg)
        if default is None:
            raise Refused(node, f"{title} is called without {parameter.arg}")
        found = constant(default)
        bound[parameter.arg] = found if found is not None else Unknown(f"the default of {parameter.arg}", default)
    return bound
