"""Every line of a derivation says what is so: both sides have the same value at random points."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from gradcli.derive.worked.index import Slope
from gradcli.derive.worked.model import Block, Frontier, Label, LocalJacobian, Words
from gradcli.expr.node import Node, make
from tests.oracle.case import FOLDER as ORACLE
from tests.worked.cases import derived, world
from tests.worked.values import Lines, Unknown, World

ROOT = Path(__file__).resolve().parents[2]
NOTES = sorted(  # across a relation that settles nothing there is no value to compare
    (ROOT / "samples" / "notes").glob("*.mc")
)
NOTES = [path for path in NOTES if path.stem not in ("d5-relation", "d6-relation")]
PROGRAMS = sorted(ORACLE.glob("*.mc"))


def check_block(block: Block, point: World, of: Sequence[Node]) -> int:
    """Compare the lines of a block; how many were compared."""
    lines = Lines(point, block.dims)
    lines.of = of
    compared = 0
    current = None
    for line in block.lines:
        if line.left is not None:
            current = None
            if isinstance(line.left, Label):
                return compared
            try:
                current = lines.value(line.left)
            except (Unknown, KeyError):
                continue
        if current is None or isinstance(line.right, Words) or not np.isfinite(current).all():
            continue
        try:
            value = lines.value(line.right)
        except (Unknown, KeyError):
            continue
        expected = current
        if isinstance(line.right, Frontier | LocalJacobian | Node) or not isinstance(line.left, Slope):
            value, expected = np.squeeze(value), np.squeeze(current)
        if value.shape != expected.shape and isinstance(line.right, LocalJacobian):
            value = value.reshape(expected.shape)
        scale = max(1.0, float(np.abs(expected).max(initial=0)))
        assert value.shape == expected.shape, (line, value.shape, expected.shape)
        assert np.abs(value - expected).max(initial=0) < 2e-5 * scale, (line, value, expected)
        compared += 1
    return compared


def check_all(text: str, steps: str) -> int:
    """Compare all lines of all derivations of a program."""
    found = derived(text, steps)
    assert len(found.worked) == len(found.answers)
    compared = 0
    known: set[tuple[int, Node]] = set()
    for answer, worked in zip(found.answers, found.worked, strict=True):
        try:
            point = world(found.program, worked, answer.of)
        except (Unknown, KeyError):
            continue
        plain = found.program.plain or found.program
        of = [plain.nodes[answer.of]] if answer.of in plain.nodes else []
        if answer.kind == "hessian":
            first = answer.wrt.split(", ")[0]
            of.append(make("cotangent", data=(answer.of, first), shape=plain.nodes[first].shape))
        for block in worked.needed(known):
            compared += check_block(block, point, of)
    return compared


@pytest.mark.parametrize("steps", ["rules", "components"])
@pytest.mark.parametrize("path", NOTES, ids=lambda path: path.stem)
def test_the_lines_of_the_notes_hold(path: Path, steps: str) -> None:
    found = check_all(path.read_text(encoding="utf-8"), steps)
    assert found or path.stem[:2] in ("d5", "d6", "d7", "d8")


@pytest.mark.parametrize("steps", ["rules", "components"])
@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: path.stem)
def test_the_lines_of_other_programs_hold(path: Path, steps: str) -> None:
    check_all(path.read_text(encoding="utf-8"), steps)


ASKED = {
    "hessian of a form": """A : R[n, n]; x : R[n]; t : R
L = x.T@A@x + exp(t*x.T@x)
hessian L wrt x, t
""",
    "hessian through a chain": """A : R[m, n]; x : R[n]; b : R[m]
u = A@x - b
L = sum(u**3) + norm(u)**2
hessian L wrt x
grad L wrt x, A, b
""",
    "a differential": """A : R[m, n]; x : R[n]
y = tanh(A@x)
L = sum(y*y)
differential y
differential L
""",
    "denominator layout": """layout denominator
W : R[m, n]; V : R[p, m]; x : R[n]
u = sin(W@x); y = V@u + sum(x)*ones(p)
jacobian y wrt x, W, u
""",
    "one name used in three places": """x : R[n]; A : R[n, n]
u = A@x; v = u*x; w = v + u
L = w.T@x
grad L wrt x, A
""",
    "rows and traces": """r : R[1, n]; A : R[n, n]; B : R[n, n]
z = r@A@B
L = tr(A.T@B@A) + z@z.T + logdet(A@B)
grad L wrt A, r, B
jacobian z wrt r, A
""",
    "triangles, diagonals and axes": """A : R[n, n]; x : R[n]
y = tril(A)@x + diag(A)*x + sum(A, axis=0) + sum(A, axis=1)
jacobian y wrt A, x
""",
    "kron and vec": """A : R[m, n]; B : R[p, q]
K = kron(A, B)
v = vec(A)
jacobian K wrt A
jacobian v wrt A
""",
    "softmax and norms": """W : R[m, n]; x : R[n]
p = softmax(W@x)
L = log(norm(p)) + logsumexp(W@x)
grad L wrt x, W
""",
    "inverse and determinant": """A : R[n, n]; b : R[n]
x = inv(A)@b
L = x.T@x * det(A)
grad L wrt A, b
jacobian x wrt A
""",
    "scalars through each other": """x, y : R
u = x**2*y + sin(x*y)
v = exp(u)/x
w = u*v - 3/y
derivative w wrt x, y
derivative v wrt x
""",
}


@pytest.mark.parametrize("steps", ["rules", "components"])
@pytest.mark.parametrize("name", ASKED)
def test_the_lines_of_what_is_asked_hold(name: str, steps: str) -> None:
    assert check_all(ASKED[name], steps) > 3
