"""A process that answers without end (an editor's server, a notebook) keeps nothing of the programs it is done with."""

from __future__ import annotations

import gc
import importlib
import pkgutil
from collections.abc import Callable

import pytest

import gradcli
from gradcli.convert.convert import convert
from gradcli.expr.node import SHARED, Node, num, own_program
from gradcli.normal.poly import Atom
from gradcli.syntax.ast import Source
from gradcli.verdicts.check import check_source
from gradcli.web.answer import answer

PROGRAM = "W : R[m, n]; x : R[n]; b : R[m]\ny = tanh(W@x + b)\nL = sum(y**{k}) / {k}\n"
CLAIMS = "check grad(L, b) == y**{j} * (1 - y**2)\ncheck grad(L, x) == W.T @ grad(L, b)\nassume sum(x) == {k}\n"


def _check(k: int) -> None:
    checked = check_source(Source("p.mc", (PROGRAM + CLAIMS).format(k=k, j=k - 1)))
    assert [verdict.kind for verdict in checked.verdicts] == ["proved", "proved"]


def _refute(k: int) -> None:
    checked = check_source(Source("p.mc", PROGRAM.format(k=k) + "check grad(L, b) == y * (1 - y)\n"))
    assert [verdict.kind for verdict in checked.verdicts] == ["refuted"]


def _derive(k: int) -> None:
    program = gradcli.parse(PROGRAM.format(k=k))
    assert program.grad("L", "W").text and program.hess("L", "x").latex


def _page(k: int) -> None:
    assert answer({"text": PROGRAM.format(k=k)})["html"]


def _convert(k: int) -> None:
    text = PROGRAM.format(k=k) + "layout numerator\ncheck jac(L, x) == grad(L, b).T @ W\n"
    assert not convert(Source("p.mc", text), "denominator").failed


def _held() -> tuple[int, int]:
    gc.collect()
    kinds = [type(each) for each in gc.get_objects()]
    return kinds.count(Node), kinds.count(Atom)


@pytest.mark.parametrize(("way", "times"), [(_check, 12), (_refute, 3), (_derive, 12), (_page, 4), (_convert, 4)])
def test_nothing_is_kept(way: Callable[[int], None], times: int) -> None:
    for k in (2, 3):
        way(k)
    nodes, atoms = _held()
    for k in range(4, 4 + times):
        way(k)
    more_nodes, more_atoms = _held()
    # numbers near zero are everybody's, and so stay: a few a program; what normal forms remember is bounded
    assert more_nodes - nodes <= 8 * times, f"{more_nodes - nodes} nodes are left of {times} programs"
    assert more_atoms - atoms <= 40 * times + 100, f"{more_atoms - atoms} atoms are left of {times} programs"


def test_hundreds_of_claims() -> None:
    lines = "\n".join(f"check grad({k} * x.T@x, x) == {2 * k} * x" for k in range(200, 250))
    nodes = 0
    for count in range(12):
        assert all(verdict.kind == "proved" for verdict in check_source(Source("p.mc", f"x : R[n]\n{lines}")).verdicts)
        if count == 1:
            nodes, _ = _held()
    assert _held()[0] <= nodes + 10


def test_a_program_keeps_its_expressions_while_it_is_used() -> None:
    with own_program() as scope:
        first = num(12345)
    with own_program():
        assert num(12345) is not first
    with own_program(scope):
        assert num(12345) is first


def test_what_modules_hold_is_shared() -> None:
    """A module may be read while a program is at work: what it holds must not be that program's."""
    for found in pkgutil.walk_packages(gradcli.__path__, "gradcli."):
        if not found.name.endswith("__main__"):
            try:
                module = importlib.import_module(found.name)
            except ModuleNotFoundError:
                continue
            for name, value in vars(module).items():
                if isinstance(value, Node):
                    assert value in SHARED.nodes.values(), f"{found.name}.{name}"
                if isinstance(value, Atom):
                    assert SHARED.store("atoms").get(value.key) is value, f"{found.name}.{name}"
