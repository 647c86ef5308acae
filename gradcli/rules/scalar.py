"""Derivatives of the scalar functions of the language, from the texts of their rules."""

from __future__ import annotations

from gradcli.expr import reduce
from gradcli.expr.arith import add, mul, ones
from gradcli.expr.node import ONE, SHARED, Node, kept, make, own_program, value_of
from gradcli.expr.ops import rebuild
from gradcli.expr.replace import replace
from gradcli.expr.walk import transform
from gradcli.rules.engine import Engine
from gradcli.rules.fill import fill
from gradcli.rules.load import all_rules
from gradcli.rules.missing import NoRule

with own_program(SHARED):
    PARAMETER = make("param", data="t")
_HIGHEST_ORDER = 12
_MOST_TERMS = 200


def is_known(name: str) -> bool:
    """Whether the derivative of a scalar function is given by a rule (else it is opaque or defined by the user)."""
    rule = all_rules().get(name)
    return rule is not None and rule.derivative is not None


def written_at(name: str, order: int, arg: Node, engine: Engine) -> Node:
    """The derivative of a scalar function at `arg`: a formula where a rule gives one, else `g'(arg)`."""
    if order == 0 or not is_known(name):
        return reduce.elementwise(name, order, arg)
    if order > _HIGHEST_ORDER:
        raise NoRule("E402", f"The derivatives of {name} are written out up to order {_HIGHEST_ORDER}, not {order}.")
    value = replace([known_derivative(name, order, engine)], {PARAMETER: arg})[0]
    return value if value.shape == arg.shape else mul(value, ones(arg.shape))  # a constant has the argument's shape


def known_derivative(name: str, order: int, engine: Engine) -> Node:
    """The formula of a derivative of a function of the language, over PARAMETER."""
    known: dict[tuple[str, int, Engine], Node] = kept("derivatives")
    found = known.get((name, order, engine))
    if found is None:
        found = known[name, order, engine] = _known_derivative(name, order, engine)
    return found


def _known_derivative(name: str, order: int, engine: Engine) -> Node:
    if order == 1:
        text = all_rules()[name].derivative
        assert text is not None
        return fill(text, {"t": PARAMETER})
    body = engine.gradient(known_derivative(name, order - 1, engine), PARAMETER, ONE)
    return body if order == 2 else multiplied_out(body)


def multiplied_out(body: Node) -> Node:
    """A scalar expression without brackets, like terms collected: derivatives of high order stay polynomials."""
    return transform([body], lambda node, args: _opened(rebuild(node, args)))[0]


def _opened(node: Node) -> Node:
    if node.op == "add":
        return add(*(_opened(term) if term.op == "mul" else term for term in node.args))
    if node.op not in ("mul", "pow"):
        return node
    terms: list[Node] = [ONE]
    for factor in node.args if node.op == "mul" else (node,):
        for part in _repeated(factor):
            terms = [mul(term, item) for term in terms for item in (part.args if part.op == "add" else (part,))]
            if len(terms) > _MOST_TERMS:
                return node
            total = add(*terms)
            terms = list(total.args) if total.op == "add" else [total]
    return add(*terms)


def _repeated(factor: Node) -> list[Node]:
    """A power of a sum as that many sums."""
    if factor.op == "pow" and factor.args[0].op == "add":
        power = value_of(factor.args[1])
        if power is not None and power.denominator == 1 and 0 < power <= 12:
            return [factor.args[0]] * int(power)
    return [factor]
