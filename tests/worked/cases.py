"""Programs at random points, with their derivations."""

from __future__ import annotations

import zlib

import numpy as np

from gradcli.derive.derive import Derivation, derive
from gradcli.derive.worked.model import Worked
from gradcli.program.elaborate import elaborate
from gradcli.program.model import Program
from gradcli.syntax.ast import Source
from gradcli.syntax.parse import parse_module
from tests.oracle.case import read_case
from tests.oracle.draw import array, sizes_of
from tests.worked.values import World


def read(text: str) -> Program:
    """A program from its text."""
    module, diagnostics = parse_module(Source("<test>", text))
    return elaborate([module], diagnostics)


def derived(text: str, steps: str) -> Derivation:
    """The answers with their steps."""
    return derive(read(text), steps=steps)


def world(program: Program, worked: Worked, of: str) -> World:
    """The program at a random point, as the derivation reads it."""
    dims = [str(dim) for node in program.nodes.values() for dim in node.shape]
    named = [part for dim in dims for part in dim.split("*")]
    sizes = {**sizes_of(named), **read_case("", program.source.text).sizes}
    source = np.random.default_rng(zlib.crc32(program.source.text.encode()))
    free = {}
    for name, variable in program.variables.items():
        shape = tuple(dim if isinstance(dim, int) else sizes[dim] for dim in variable.node.shape)
        value = array(shape, variable.attributes, source)
        if len(shape) == 2 and shape[0] == shape[1]:
            value = value + (0 if variable.attributes else 2.5 * np.eye(shape[0]))
        free[name] = value
    plain = program.plain or program
    definitions = worked.values or {plain.nodes[name]: value for name, value in plain.definitions.items()}
    args = program.losses.get(of) or ((program.nodes[program.last],) if program.last else ())
    loss = None if of in program.nodes else (of, tuple(args))
    return World(free, sizes, definitions, loss)
