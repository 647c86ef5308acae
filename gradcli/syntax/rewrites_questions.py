"""Derivatives without a variable, `grad(f)`, `∇f`, `hessian(f)`: by the names that f is made of."""

from __future__ import annotations

import re

_NAME = r"[^\W\d]\w*"
_ASKED = {
    **dict.fromkeys(("grad", "gradient", "∇", "nabla", "Grad", "Gradient", "del"), "grad"),
    **dict.fromkeys(("hess", "hessian", "Hess", "Hessian", "∇²", "∇^2", "H"), "hessian"),
    **dict.fromkeys(("jac", "jacobian", "Jacobian", "Jac", "J"), "jacobian"),
    **dict.fromkeys(("diff", "derivative", "Derivative", "D"), "derivative"),
}
_WORDS = "|".join(map(re.escape, sorted(_ASKED, key=len, reverse=True)))
_ALONE = re.compile(rf"({_WORDS})(?:\s*\(\s*({_NAME})\s*\)|(?<=[∇²2])\s*({_NAME})|\s+({_NAME}))")
_INSIDE = re.compile(rf"(∇|\b(?:grad|gradient)\b)\s*(?:\(\s*({_NAME})\s*\)|(?<=∇)({_NAME})(?![\w(\[]))")
_DECLARED = re.compile(rf"({_NAME}(?:\s*,\s*{_NAME})*)\s*(?::|∈)\s*(?:R|ℝ)\b(?![^\n;]*(?:->|→|\bconstant\b))")
_DEFINED = re.compile(rf"(?:^|[\n;])\s*({_NAME})\s*(?:\[[^\]\n;]*\])?\s*=(?!=)([^\n;]*)")


def asked_alone(statement: str, text: str) -> str:
    """`grad(f)` as `grad f wrt x, A`, where the text says what f is made of; else the statement as it was."""
    backward = re.fullmatch(rf"({_NAME})\.backward\(\)", statement)
    if backward is not None and (names := variables_of(backward[1], text)):
        return f"grad {backward[1]} wrt {', '.join(names)}"
    found = _ALONE.fullmatch(statement)
    if found is None:
        return _inside(statement, text)
    of = found[2] or found[3] or found[4]
    names = variables_of(of, text)
    return f"{_ASKED[found[1]]} {of} wrt {', '.join(names)}" if names else statement


def _inside(statement: str, text: str) -> str:
    """`check ∇f == 2*x` as `check grad(f, x) == 2*x`, where f is made of x alone."""
    if not statement.startswith(("check", "refute", "assume")) and "=" not in statement:
        return statement

    def by_its_variable(found: re.Match[str]) -> str:
        names = variables_of(found[2] or found[3], text)
        return f"grad({found[2] or found[3]}, {names[0]})" if len(names) == 1 else found[0]

    return _INSIDE.sub(by_its_variable, statement)


def variables_of(name: str, text: str) -> list[str]:
    """The declared names that a definition leads to, in the order of their declaration."""
    text = re.sub(r"#[^\n]*", "", text)
    declared = [name for names in _DECLARED.findall(text) for name in re.split(r"\s*,\s*", names)]
    defined = dict(_DEFINED.findall(text))
    reached, todo = set[str](), [name]
    while todo:
        one = todo.pop()
        if one not in reached:
            reached.add(one)
            todo += re.findall(_NAME, defined.get(one, ""))
    return [one for one in dict.fromkeys(declared) if one in reached] if name in defined else []
