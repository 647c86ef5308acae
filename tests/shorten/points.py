"""Derivations with and without shorter answers, at random points."""

from __future__ import annotations

import zlib
from collections.abc import Collection, Mapping, Sequence

import numpy as np

from gradcli.derive.derive import derive
from gradcli.derive.model import Answer
from gradcli.expr.node import Node
from gradcli.expr.walk import postorder
from gradcli.program.model import Program
from gradcli.shorten.derive import derive_short
from tests.oracle.case import read_case
from tests.oracle.draw import array, sizes_of
from tests.worked.cases import read
from tests.worked.values import Array, Unknown, Values, called


def names_at(program: Program) -> tuple[dict[str, Array], dict[str, int]]:
    """A value of every name of a program, and the sizes."""
    dims = [str(dim) for node in program.nodes.values() for dim in node.shape]
    named = [part for dim in dims for part in dim.split("*")]
    sizes = {**sizes_of(named), **read_case("", program.source.text).sizes}
    source = np.random.default_rng(zlib.crc32(program.source.text.encode()))
    names = {}
    for name, variable in program.variables.items():
        shape = tuple(dim if isinstance(dim, int) else sizes[dim] for dim in variable.node.shape)
        value = _rows_of_one(shape, variable.attributes, source)
        if value is None:
            value = array(shape, variable.attributes, source)
        if len(shape) == 2 and shape[0] == shape[1]:
            value = value + (0 if variable.attributes else 2.5 * np.eye(shape[0]))
        names[name] = value
    with np.errstate(all="ignore"):
        for name, expression in program.definitions.items():
            names[name] = Values(names, sizes)(expression)
    return names, sizes


def _rows_of_one(shape: tuple[int, ...], attributes: Collection[str], source: np.random.Generator) -> Array | None:
    """Rows that sum to 1, where that is declared."""
    if "onehot" in attributes:
        return np.eye(shape[-1])[source.integers(shape[-1], size=shape[:-1])]
    if "simplex" in attributes:
        weights = source.uniform(0.2, 1, shape)
        return weights / weights.sum(axis=-1, keepdims=True)
    return None


def value_of(answer: Answer, names: Mapping[str, Array], sizes: Mapping[str, int]) -> Array:
    """The value of an answer, what it names among it; gradients of an arbitrary function are drawn by their names."""
    table = dict(names)
    with np.errstate(all="ignore"):
        for step in answer.where:
            table[called(step.name)] = Values(_with_gradients(step.value, table, sizes), sizes)(step.value)
        return Values(_with_gradients(answer.value, table, sizes), sizes)(answer.value)


def _with_gradients(node: Node, table: dict[str, Array], sizes: Mapping[str, int]) -> dict[str, Array]:
    for part in postorder(node):
        if part.op == "cotangent" and called(part) not in table:
            source = np.random.default_rng(zlib.crc32(called(part).encode()))
            shape = tuple(Values(table, sizes).dim(dim) for dim in part.shape)
            table[called(part)] = source.uniform(0.5, 1.5, shape)
    return table


def pairs(text: str) -> Sequence[tuple[Program, Answer, Answer]]:
    """Each answer to a program beside the one before it was shortened, where they differ."""
    program = read(text)
    long, short = derive(program), derive_short(program)
    assert len(long.answers) == len(short.answers)
    both = zip(long.answers, short.answers, strict=True)
    return [(long.program, before, after) for before, after in both if before != after]


def gap(program: Program, before: Answer, after: Answer) -> float | None:
    """How far two answers are apart at a random point, relative to the first; None where it has no value there."""
    assert (before.of, before.wrt, before.kind, before.shape) == (after.of, after.wrt, after.kind, after.shape)
    try:
        names, sizes = names_at(program)
        expected = value_of(before, names, sizes)
    except (Unknown, KeyError, np.linalg.LinAlgError):
        return None
    if not np.isfinite(expected).all():
        return None
    found = value_of(after, names, sizes)
    assert found.shape == expected.shape
    return float(np.abs(found - expected).max(initial=0) / max(1.0, np.abs(expected).max(initial=0)))
