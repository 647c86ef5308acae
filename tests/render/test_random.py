"""Random expressions in the notations for people: always written, and LaTeX that its rules allow."""

from __future__ import annotations

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from gradcli.expr.node import Node
from gradcli.render.latex import latex
from gradcli.render.text import text
from tests.render.test_round_trip import SHAPES, expressions


def double_scripts(written: str) -> bool:
    """Whether something has two exponents or two indices, which TeX refuses."""
    stack: list[set[str]] = [set()]
    position = 0
    while position < len(written):
        char = written[position]
        if char in "^_":
            if char in stack[-1]:
                return True
            stack[-1].add(char)
            depth, position = 0, position + 1
            while True:  # skip the group
                depth += (written[position] == "{") - (written[position] == "}")
                position += 1
                if depth == 0:
                    break
            continue
        if char == "{":
            stack.append(set())
        elif char == "}":
            stack.pop()
            stack[-1] = set()
        elif char != "'":
            stack[-1] = set()
        elif "^" in stack[-1]:
            return True
        position += 1
    return False


def test_the_rule_itself() -> None:
    assert double_scripts("x^{2}^{3}") and double_scripts("x_{1}_{2}") and double_scripts("f^{2}'")
    assert not double_scripts("x_{1}^{2} + {x_{1}}_{2}^{n}") and not double_scripts("f'^{2}")


def groups(written: str) -> list[str]:
    """The insides of the outermost exponents and indices."""
    found, depth, start = [], 0, 0
    for position, char in enumerate(written):
        if char == "{":
            depth += 1
            start = position + 1 if depth == 1 else start
        elif char == "}":
            depth -= 1
            if depth == 0:
                found.append(written[start:position])
    return found


def assert_valid(written: str) -> None:
    todo = [written]
    while todo:
        part = todo.pop()
        assert part.count("{") == part.count("}") and not double_scripts(part), written
        todo += groups(part)
    assert written.count(r"\left") == written.count(r"\right"), written


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(st.data())
def test_random_expressions_are_written(data: st.DataObject) -> None:
    try:
        node: Node = data.draw(expressions(data.draw(st.sampled_from(SHAPES)), 4))
    except ZeroDivisionError:
        assume(False)
        return
    assert_valid(latex(node))
    written = text(node)
    assert written.count("(") == written.count(")") and "  " not in written
