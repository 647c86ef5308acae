"""Programs from functions of JAX, by tracing them (the extra `jax`)."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from importlib import import_module
from typing import Any

from gradcli.api.needed import need
from gradcli.api.program import Program, ProgramError, program_of
from gradcli.api.python import given_shapes
from gradcli.diagnostics.diagnostic import error, note
from gradcli.pysource.names import Names
from gradcli.pysource.program import declaration, size_names
from gradcli.pysource.refusal import Refused
from gradcli.pysource.sizes import read_size
from gradcli.pysource.values import Array, Value
from gradcli.syntax.ast import Source, Span
from gradcli.syntax.parse import parse_module
from gradcli.syntax.sources import source_of_text


def from_jax(function: Callable[..., Any], shapes: str) -> Program:
    """The program of a function of JAX, which is traced with sizes as symbols: `shapes="X: n d, w: d"`.

    The value that it returns is the last definition, `out`; of several each has one, by its key in a dictionary, else
    `out_1`, `out_2`.  Other names are those of the source where a line assigns one.  `warnings` tells what was dropped.
    Raises ProgramError with the primitive that is not read, ImportError without JAX.
    """
    need("jax", "from_jax()")
    import jax
    from jax import export

    from gradcli.traced.jaxpr import Tracing, full

    known = given_shapes(shapes)
    order = [name for name in inspect.signature(function).parameters if name in known]
    sizes = sorted(size_names(known.values()))
    symbols = dict(zip(sizes, export.symbolic_shape(", ".join(sizes)), strict=True)) if sizes else {}
    specs = {}
    shaped: Any = jax.ShapeDtypeStruct
    for name in order:
        dims = [dim.number if dim.number is not None else _symbol(str(dim), symbols) for dim in known[name].dims]
        with _double():
            specs[name] = shaped(tuple(dims), "int32" if known[name].classes is not None else "float64")
    names = Names(set(sizes))
    free: dict[str, Value] = {}
    declared = []
    for name in order:
        written = names.fresh(name)
        declared.append(declaration(written, known[name]))
        free[name] = Array(written, known[name].dims, classes=known[name].classes)
    tracing = Tracing(names)
    try:
        with _double():
            make = jax.make_jaxpr(lambda *args: function(**dict(zip(order, args, strict=True))), return_shape=True)
            traced, returned = make(*specs.values())
        titles = [names.fresh(title) for title in _titles(returned)]
        found = tracing.run(traced.jaxpr, list(traced.consts), [free[name] for name in order])
        outs = [full(value, var).code for value, var in zip(found, traced.jaxpr.outvars, strict=True)]
    except Refused as refused:
        title = getattr(function, "__name__", "the function")
        text = f"{title} cannot be read: {refused.message}"
        raise ProgramError([error("P702", text, Source("<jax>", ""), Span(0, 0), refused.hint)]) from None
    ends = [f"{title} = {code}" for title, code in zip(titles, outs, strict=True)]
    text = "\n".join([*declared, *tracing.lines, *ends]) + "\n"
    module, said = parse_module(source_of_text(text))
    return program_of(module, [*said, *(note("P704", dropped) for dropped in tracing.notes)])


def _titles(returned: Any) -> list[str]:
    """Names for what a function returns: `out`; the keys of a dictionary; `out_1`, `out_2` of several."""
    from jax import tree_util

    paths = [path for path, _ in tree_util.tree_flatten_with_path(returned)[0]]
    if paths == [()]:
        return ["out"]
    keys = ["_".join(str(getattr(key, "key", getattr(key, "name", ""))) for key in path) for path in paths]
    return [key if key.isidentifier() else f"out_{place}" for place, key in enumerate(keys, 1)]


def _double() -> Any:
    """Constants are to be kept as they are written, not rounded to single precision."""
    import jax

    if hasattr(jax, "enable_x64"):
        return jax.enable_x64(True)
    older: Any = import_module("jax.experimental")
    return older.enable_x64()


def _symbol(text: str, symbols: dict[str, Any]) -> Any:
    """A size, as JAX has it."""
    found: Any = 0
    for names, value in read_size(text).terms:
        term: Any = int(value)
        for name in names:
            term = term * symbols[name]
        found = found + term
    return found
