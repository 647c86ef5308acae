"""Known functions recognised where they are written out: sigmoid, softplus, softmax, logsumexp, tanh, norms."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction

from gradcli.expr.arith import add, mul, neg, power, split_number
from gradcli.expr.linear import matmul, transpose
from gradcli.expr.node import MINUS_ONE, ONE, Node, num, value_of
from gradcli.expr.reduce import elementwise, norm, over_axis
from gradcli.expr.shapes import is_row
from gradcli.shorten.split import Powers, entry_powers, powers_node

Meaning = Callable[[Node], Node]


def is_call(node: Node, name: str) -> bool:
    """Whether a node is a known function, by entry, of something."""
    return node.op == "elem" and node.data == (name, 0)


def recognised(node: Node, meaning: Meaning) -> Iterator[Node]:
    """Equal expressions in known functions; `meaning` is the value of a name."""
    if node.op in ("mul", "pow"):
        number, powers = entry_powers(node)
        yield from _sigmoids(number, powers)
        yield from _softmax(number, powers, meaning)
        yield from _tanh(number, powers)
    if is_call(node, "log"):
        yield from _logarithm(node.args[0], meaning)
    if node.op == "pow" and (exponent := value_of(node.args[1])) in (Fraction(1, 2), Fraction(-1, 2)):
        yield from (power(root, num(2 * exponent)) for root in _root(node.args[0]))
    if node.op in ("softmax", "logsoftmax", "logsumexp"):
        yield from _shifted(node)
    if node.op == "add":
        yield from _complement(node)
        yield from _unshifted(node)


def _one_plus_exp(node: Node) -> Node | None:
    """w of `1 + exp(w)`."""
    if node.op != "add" or len(node.args) != 2 or ONE not in node.args:
        return None
    other = node.args[1 - node.args.index(ONE)]
    return other.args[0] if is_call(other, "exp") else None


def _sigmoids(number: Fraction, powers: Powers) -> Iterator[Node]:
    """`1 / (1 + exp(-u))`, `exp(u) / (1 + exp(u))`, `exp(u) / (1 + exp(u))**2`."""
    for base, exponent in powers.items():
        inner = _one_plus_exp(base)
        if inner is None or exponent >= 0 or exponent.denominator != 1:
            continue
        rest = {other: e for other, e in powers.items() if other is not base}
        exponential = elementwise("exp", 0, inner)
        raised = rest.pop(exponential, Fraction(0))
        if raised.denominator != 1 or not 0 <= raised <= -exponent:
            if raised:
                rest[exponential] = raised
            raised = Fraction(0)
        up, down = elementwise("sigmoid", 0, inner), elementwise("sigmoid", 0, neg(inner))
        parts = [power(up, num(raised))] * bool(raised)
        parts += [power(down, num(-exponent - raised))] * (-exponent != raised)
        yield mul(num(number), *powers_node(rest), *parts)


def _softmax(number: Fraction, powers: Powers, meaning: Meaning) -> Iterator[Node]:
    """`exp(x) / sum(exp(x))`, and along an axis."""
    for base, exponent in powers.items():
        exponential = meaning(base)
        if exponent < 1 or not is_call(exponential, "exp") or not base.shape:
            continue
        for other, below in powers.items():
            axis = _normaliser(other, below, base, meaning)
            if axis is None or (exponent > 1 and below != -exponent and other.op != "matmul"):
                continue
            times = min(exponent, Fraction(1) if other.op == "matmul" else -below)
            if times.denominator != 1:
                continue
            rest = dict(powers)
            rest[base] -= times
            if other.op == "matmul":
                rest[other] -= 1
            else:
                rest[other] += times
            soft = over_axis("softmax", exponential.args[0], None if len(base.shape) == 1 else axis)
            yield mul(num(number), *powers_node(rest), power(soft, num(times)))
            return


def _normaliser(node: Node, exponent: Fraction, base: Node, meaning: Meaning) -> int | None:
    """The axis over which a factor divides by the sum of `base`; None where it does not."""
    if not node.shape:
        total = meaning(node)
        alike = total.op == "sum" and _same(total.args[0], base, meaning) and len(base.shape) == 1
        return 0 if alike and exponent < 0 else None
    if node.op != "matmul" or exponent != 1 or len(node.args) != 2:
        return None
    left, right = node.args
    if right.op == "ones":
        divisor, axis = left, 1
    elif left.op == "ones":
        divisor, axis = transpose(right), 0
    else:
        return None
    if divisor.op != "pow" or value_of(divisor.args[1]) != -1:
        return None
    total = meaning(divisor.args[0])
    alike = total.op == "sum_axis" and total.data == axis and _same(total.args[0], base, meaning)
    return axis if alike else None


def _same(a: Node, b: Node, meaning: Meaning) -> bool:
    return a is b or meaning(a) is meaning(b)


def _tanh(number: Fraction, powers: Powers) -> Iterator[Node]:
    """`(exp(u) - exp(-u)) / (exp(u) + exp(-u))`."""
    for base, exponent in powers.items():
        if exponent > 0 or base.op != "add" or len(base.args) != 2 or not all(is_call(a, "exp") for a in base.args):
            continue
        u, v = (arg.args[0] for arg in base.args)
        top = add(base.args[0], neg(base.args[1]))
        for sign, over in ((1, top), (-1, neg(top))):
            if neg(u) is v and powers.get(over, 0) == -exponent:
                rest = {b: e for b, e in powers.items() if b not in (base, over)}
                tanh = elementwise("tanh", 0, u)
                yield mul(num(number * sign ** int(-exponent)), *powers_node(rest), power(tanh, num(-exponent)))


def _logarithm(inner: Node, meaning: Meaning) -> Iterator[Node]:
    """`log(1 + exp(u))`, `log(sum(exp(x)))`."""
    w = _one_plus_exp(inner)
    if w is not None:
        yield elementwise("softplus", 0, w)
    total = meaning(inner)
    if total.op == "sum":
        exponential = meaning(total.args[0])
        if is_call(exponential, "exp") and len(exponential.shape) == 1:
            yield over_axis("logsumexp", exponential.args[0], None)
    if total.op == "sum_axis" and len(total.args[0].shape) == 2:
        exponential = meaning(total.args[0])
        if is_call(exponential, "exp") and isinstance(total.data, int):
            yield over_axis("logsumexp", exponential.args[0], total.data)


def _root(inner: Node) -> Iterator[Node]:
    """`sqrt(sum(x**2))`, `sqrt(x.T @ x)`."""
    if inner.op == "sum":
        squared = inner.args[0]
        if squared.op == "pow" and value_of(squared.args[1]) == 2 and len(squared.shape) <= 2:
            yield norm("norm", squared.args[0])
    factors = inner.args if inner.op == "mul" else (inner,)
    lengths = [norm("norm", factor.args[1]) for factor in factors if _is_squared_length(factor)]
    if lengths:
        left = [factor for factor in factors if not _is_squared_length(factor)]
        yield mul(*lengths, power(mul(*left), num(Fraction(1, 2)))) if left else mul(*lengths)


def _is_squared_length(node: Node) -> bool:
    return node.op == "matmul" and not node.shape and len(node.args) == 2 and transpose(node.args[0]) is node.args[1]


def _shifted(node: Node) -> Iterator[Node]:
    """`softmax(x - max(x))` is `softmax(x)`: what is the same for all entries does nothing."""
    inner = node.args[0]
    if inner.op != "add":
        return
    axis = node.data if isinstance(node.data, int) else None
    same = [term for term in inner.args if _is_same_along(term, axis)]
    kept = [term for term in inner.args if term not in same]
    if same and kept and node.op != "logsumexp":
        yield over_axis(node.op, add(*kept), axis)


def _is_same_along(term: Node, axis: int | None) -> bool:
    if not term.shape:
        return True
    _, rest = split_number(term)
    if rest.op != "matmul" or axis is None:
        return False
    if axis == 1:
        return rest.args[-1].op == "ones" and is_row(rest.args[-1].shape)
    return rest.args[0].op == "ones" and len(rest.args[0].shape) == 1


def _unshifted(node: Node) -> Iterator[Node]:
    """`m + logsumexp(x - m)` is `logsumexp(x)`."""
    for term in node.args:
        if term.op != "logsumexp" or term.data is not None or term.args[0].op != "add":
            continue
        scalars = [part for part in term.args[0].args if not part.shape]
        arrays = [part for part in term.args[0].args if part.shape]
        if scalars and arrays:
            rest = add(*(part for part in node.args if part is not term), *scalars)
            yield add(rest, over_axis("logsumexp", add(*arrays), None))


def _complement(node: Node) -> Iterator[Node]:
    """`1 - sigmoid(u)` is `sigmoid(-u)`."""
    number = next((value for term in node.args if (value := _constant(term)) is not None), None)
    if number is None:
        return
    for term in node.args:
        times, rest = split_number(term)
        if is_call(rest, "sigmoid") and times == -number:
            others = [other for other in node.args if other is not term and _constant(other) is None]
            turned = mul(num(number), elementwise("sigmoid", 0, neg(rest.args[0])))
            yield add(turned, *others) if others else turned


def _constant(node: Node) -> Fraction | None:
    number, rest = split_number(node)
    return number if rest is ONE or rest.op == "ones" else None


def complemented(node: Node) -> Iterator[Node]:
    """`sigmoid(-u)` as `1 - sigmoid(u)`, where that has a name, and the other way round in a product."""
    if node.op in ("mul", "matmul"):
        for place, factor in enumerate(node.args):
            for other in _complement(factor) if factor.op == "add" else ():
                join = mul if node.op == "mul" else matmul
                yield join(*node.args[:place], other, *node.args[place + 1 :])
    if is_call(node, "sigmoid") and split_number(node.args[0])[0] < 0:
        yield add(ONE, mul(MINUS_ONE, elementwise("sigmoid", 0, neg(node.args[0]))))
