"""What stands twice in an answer and is longer than a few symbols is said once."""

from __future__ import annotations

import json

import pytest

from tests.cli.run import run

PROGRAMS = {
    "a part that stands four times": (
        "X : R[N, d]\nf = sum(sigmoid(X@A@X.T)*log(1 + exp(X@A@X.T)))/N + lam*norm(A)^2\ngrad f wrt A",
        ["X @ A @ X.T"],
    ),
    "an inverse": (
        "S : R[n, n] spd\ns : R\nf = logdet(S + s^2*eye(n)) + x.T@inv(S + s^2*eye(n))@x\ngrad f wrt S, s",
        ["inv(S + s**2 * eye(n))"],
    ),
    "a residual, where t is a name": (
        "A : R[m, n]\nt : R\nf = t*log(1 + norm(A@x - b)^2/n)^2\nhessian f wrt x",
        ["A @ x - b", "log(1 + norm(s1) ** 2 / n)"],
    ),
    "nothing in a short answer": ("f = (x.T@A@x)/(x.T@x)\ngrad f wrt x", []),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_what_an_answer_says_twice_has_a_name_in_every_format(name: str) -> None:
    program, parts = PROGRAMS[name]
    results = json.loads(run("derive", "-", "--format", "json", stdin=program).out)["results"]
    bound = {one["name"]: one["mc"] for result in results for one in result["where"]}
    assert sorted(bound.values()) == sorted(parts)
    for form in ("text", "latex", "mc"):
        written = run("derive", "-", "--format", form, stdin=program).out
        assert all((f"{part}_" if form == "latex" else part) in written for part in (key[0] for key in bound))
    assert run("check", "-", stdin=run("derive", "-", "--format", "mc", stdin=program).out).status == 0
    for result in results:  # each alone, with what it needs
        text = [program, "check 1 == 1", *(f"{one['name']} = {one['mc']}" for one in result["where"])]
        asked = "hess" if result["kind"] == "hessian" else "grad"
        text.append(f"check {asked}({result['of']}, {result['wrt']}) == {result['mc']}")
        assert run("check", "-", stdin="\n".join(text)).status == 0
