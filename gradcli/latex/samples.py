"""Samples of a data matrix: `x^{(i)}` is the i-th row of X, `y^{(i)}` an entry of y."""

from __future__ import annotations

from dataclasses import replace

from gradcli.latex import build, powers
from gradcli.latex.indices import indices, rank
from gradcli.latex.naming import known_base, known_name
from gradcli.latex.reading import Reading
from gradcli.latex.scripts import Scripts, index_parts
from gradcli.latex.spread import Spread
from gradcli.latex.tree import (
    Item,
    Symbol,
)
from gradcli.latex.vocabulary import GREEK
from gradcli.syntax import ast


def sample_of(reader: Reading, base: str, accent: str | None, scripts: Scripts, item: Item) -> ast.Expr | None:
    r"""`x^{(i)}` in a sum over i: the i-th row of the matrix X (a column, if i counts those), `y^{(i)}` an entry.

    None where nothing is declared that could hold the samples.
    """
    parts = index_parts(scripts.label or ())
    if parts is None or len(parts) != 1 or not isinstance(parts[0], Symbol):
        return None
    if parts[0].name not in reader.bound and parts[0].name not in reader.open:
        return None
    upper = base.upper() if len(base) == 1 else base.removeprefix("var").capitalize() if base in GREEK else base
    names = (upper, base) if base.islower() and upper != base else (base,)
    if scripts.label is not None and scripts.label_open == "":  # x_i: a row of X, where no x stands for itself
        lower = known_name(reader, base, accent, "", "")
        own_lines = _has_counted_lines(reader, lower, parts[0].name)
        if not own_lines and lower is not None and _counts_others(reader, lower, upper, parts[0].name):
            return sample_of(reader, upper, accent, scripts, item)  # k_i, i to M, of K : R[M, d] beside k : R[d]
        itself = len(names) == 1 or known_base(reader, base)
        bare = base in reader.context.bare and not _has_counted_lines(reader, upper, parts[0].name)
        if not own_lines and (itself or bare):  # a bare x may be any x, pi(x), beside the x_i, rows of X
            return None
        names = (base,) if own_lines else names[:1]
    name = next(
        (
            n
            for one in names
            if (n := known_name(reader, one, accent, "", "")) is not None and n in reader.context.arrays
        ),
        None,
    )
    shape = reader.context.name_shape(name) if name is not None else ()
    inner = index_parts(scripts.sub) if scripts.sub is not None else []
    if name is None or inner is None or rank(shape) not in (1, 2) or len(inner) >= rank(shape):
        return None
    if not scripts.label_open and rank(shape) != 2:
        return None
    at = build.span(item)
    own = indices(reader, parts, 1)[0]
    rest = replace(scripts, sub=None, label=None)
    value = build.name(name, at)
    if rank(shape) == 1:
        return powers.scripted_value(reader, ast.Index(at, value, (own,)), rest, item)
    counted = reader.ranges.get(parts[0].name)
    column = counted is not None and str(shape[1]) == counted and str(shape[0]) != counted
    if inner:
        along = indices(reader, inner, 1)[0]
        return powers.scripted_value(reader, ast.Index(at, value, (along, own) if column else (own, along)), rest, item)
    if counted is not None or parts[0].name in reader.bound:
        reader.context.lines[base + scripts.label_open] = name, column
    index = reader.context.fresh("r")
    along = ast.Name(at, index)
    line = Spread(at, index, ast.Index(at, value, (along, own) if column else (own, along)))
    return powers.scripted_value(reader, line, rest, item)


def _has_counted_lines(reader: Reading, name: str | None, letter: str) -> bool:
    """Whether a letter counts the rows, or the columns, of an array, and not both."""
    counted = reader.ranges.get(letter)
    shape = reader.context.name_shape(name) if name is not None else ()
    return counted is not None and rank(shape) == 2 and [str(dim) for dim in shape].count(counted) == 1


def _counts_others(reader: Reading, name: str, upper: str, letter: str) -> bool:
    """Whether a letter counts the lines of a matrix, and not the entries of the vector of the same letter."""
    counted = reader.ranges.get(letter)
    shape = reader.context.name_shape(name)
    return len(shape) == 1 and upper != name and str(shape[0]) != counted and _has_counted_lines(reader, upper, letter)
