"""Collecting terms, as one would write them: `A @ x + A.T @ x` is `(A + A.T) @ x`."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from gradcli.expr.arith import add, mul, split_number
from gradcli.expr.linear import matmul, split_scalars, transpose, within
from gradcli.expr.node import ONE, Node, num, value_of
from gradcli.expr.ops import rebuild
from gradcli.expr.reduce import triangle, where
from gradcli.expr.walk import transform

_MOST_OPENED = 16


def collected(roots: list[Node]) -> list[Node]:
    """The expressions with common factors taken out of every sum."""
    return transform(roots, lambda node, args: _collect(rebuild(node, args)))


def _collect(node: Node) -> Node:
    if node.op != "add":
        return node
    node = _joined_triangles(_joined_choices(node))
    if node.op != "add":
        return node
    common = _common_factor(node)
    if common is not None:
        return common
    return _chains(_multiplied_out(node))


def _joined_choices(node: Node) -> Node:
    """`where(c, a, b) + where(c, p, q)` as one choice."""
    groups: dict[Node, list[Node]] = {}
    others: list[Node] = []
    for term in node.args:
        value, rest = split_number(term)
        if rest.op == "where":
            part = [mul(num(value), branch) for branch in rest.args[1:]]
            groups.setdefault(rest.args[0], []).append(where(rest.args[0], *part))
        else:
            others.append(term)
    if all(len(group) < 2 for group in groups.values()):
        return node
    joined = []
    for condition, group in groups.items():
        yes = add(*(choice.args[1] if choice.op == "where" else choice for choice in group))
        no = add(*(choice.args[2] if choice.op == "where" else choice for choice in group))
        joined.append(where(condition, yes, no))
    return add(*others, *joined)


def _joined_triangles(node: Node) -> Node:
    """`tril(A) - tril(B)` as `tril(A - B)`, and so for triangles that are transposed."""
    if node.op != "add":
        return node
    groups: dict[tuple[bool, str, object], list[Node]] = {}
    where_met: list[Node | tuple[bool, str, object]] = []
    for term in node.args:
        value, rest = split_number(term)
        turned = rest.op == "T"
        core = rest.args[0] if turned else rest
        if core.op not in ("tril", "triu"):
            where_met.append(term)
            continue
        key = (turned, core.op, core.data)
        if key not in groups:
            where_met.append(key)
        groups.setdefault(key, []).append(mul(num(value), core.args[0]))
    if all(len(group) < 2 for group in groups.values()):
        return node
    terms: list[Node] = []
    for item in where_met:
        if isinstance(item, Node):
            terms.append(item)
            continue
        turned, op, k = item
        assert isinstance(k, int)
        joined = triangle(op, _collect(add(*groups[item])), k)
        terms.append(transpose(joined) if turned else joined)
    return add(*terms)


def _multiplied_out(node: Node) -> Node:
    """A sum with the brackets of its elementwise terms multiplied out, where that cancels something; else as it is."""
    if not any(term.op == "mul" and any(factor.op == "add" for factor in term.args) for term in node.args):
        return node
    terms: list[Node] = []
    for term in node.args:
        parts = [ONE]
        for factor in _factors(term):
            parts = [mul(part, item) for part in parts for item in (factor.args if factor.op == "add" else (factor,))]
            if len(parts) > _MOST_OPENED:
                return node
        terms += parts
    opened = add(*terms)
    if opened.shape != node.shape:
        return node
    return opened if _length(opened) < _length(node) else node


def _length(node: Node) -> int:
    """Factors of the terms of a sum, brackets counted with what is in them."""
    count = 0
    for term in node.args if node.op == "add" else (node,):
        for factor in _factors(term):
            count += len(factor.args) if factor.op == "add" else 1
    return count


def _factors(term: Node) -> tuple[Node, ...]:
    return term.args if term.op == "mul" else (term,)


def _common_factor(node: Node) -> Node | None:
    """`G * u + G * v` as `G * (u + v)`; only what is no number and no sum counts as a factor."""
    shared = [
        factor
        for factor in _factors(node.args[0])
        if value_of(factor) is None and factor.op in ("cotangent", "var", "elem", "matmul") and _in_all(factor, node)
    ]
    divisors = [] if not node.shape else [f for f in _factors(node.args[0]) if _is_divisor(f) and _in_all(f, node)]
    if not divisors and not any(factor.op == "cotangent" for factor in shared):
        return None
    if not any(factor.op == "cotangent" for factor in shared):
        shared = []
    shared += divisors
    kept = [mul(*(f for f in _factors(term) if f not in shared)) for term in node.args]
    if any(value_of(part) is not None for part in kept):
        return None
    inner = add(*kept)
    product = mul(*shared, inner)
    return product if product.shape == node.shape else None


def _in_all(factor: Node, total: Node) -> bool:
    return all(factor in _factors(term) for term in total.args[1:])


def _is_divisor(factor: Node) -> bool:
    """Whether a factor is a division by a named scalar or a size."""
    if factor.op != "pow" or factor.args[0].op not in ("var", "dim"):
        return False
    return not factor.shape and (value_of(factor.args[1]) or 0) < 0


def _chain(term: Node) -> tuple[list[Node], tuple[Node, ...]]:
    """`(scalars, chain)` of a term."""
    scalars, rest = split_scalars(term)
    return scalars, rest.args if rest.op == "matmul" else (rest,)


def _chains(node: Node) -> Node:
    """Common first or last factors of matrix products."""
    terms = [(_chain(term), term) for term in node.args]
    for last in (True, False):
        groups: dict[Node, list[int]] = {}
        for i, ((_, chain), _) in enumerate(terms):
            if len(chain) > 1 and not cuts(chain[-2::-1] if last else chain[1:]):
                groups.setdefault(chain[-1 if last else 0], []).append(i)
        for members in groups.values():
            if len(members) < 2:
                continue
            shared = [s for s in terms[members[0]][0][0] if all(s in terms[i][0][0] for i in members)]
            shared = [s for s in shared if value_of(s) is None]
            kept = [[scalar for scalar in terms[i][0][0] if scalar not in shared] for i in members]
            chains = [terms[i][0][1] for i in members]
            length = _common_length(chains, last)
            rests = _without(kept, chains, length, last)
            if length > 1 and all(map(_only_places, rests)):
                length -= 1
                rests = _without(kept, chains, length, last)
            number = _common_number(rests)
            rests = [mul(num(1 / number), rest) for rest in rests]
            rests.sort(key=_negative_or_turned)
            if all(_only_places(rest) for rest in rests):
                continue  # parts put in different places are no factors: concat(0, d) - concat(d, 0)
            inner = _collect(add(*rests))
            run = chains[0][-length:] if last else chains[0][:length]
            product = mul(num(number), *shared, matmul(inner, *run) if last else matmul(*run, inner))
            others = [term for i, (_, term) in enumerate(terms) if i not in members]
            before = [term for i, (_, term) in enumerate(terms) if i < members[0]]
            after = [term for term in others if term not in before]
            return _collect(add(*before, product, *after)) if others else product
    return node


def _common_length(chains: Sequence[tuple[Node, ...]], last: bool) -> int:
    """How many factors some chains, which share the first or last one, have in common there; of matrices, else 1."""
    ends = [chain[::-1] if last else chain for chain in chains]
    length = 1
    while all(len(end) > length + 1 for end in ends) and len({end[length] for end in ends}) == 1:
        if any(len(factor.shape) != 2 or 1 in factor.shape for factor in ends[0][length - 1 : length + 1]):
            break
        length += 1
    return length


def _without(scalars: Sequence[list[Node]], chains: Sequence[tuple[Node, ...]], length: int, last: bool) -> list[Node]:
    """The products without some of their first or last factors."""
    return [
        mul(*outer, within(chain[:-length] if last else chain[length:]))
        for outer, chain in zip(scalars, chains, strict=True)
    ]


def _only_places(node: Node) -> bool:
    """Whether a factor only puts entries in their places."""
    _, rest = split_scalars(node)
    core = rest.args[0] if rest.op == "T" else rest
    return core.op in ("place", "unit")


def cuts(factors: Sequence[Node]) -> bool:
    """Whether the first of some factors beside an array takes a part of it, which the others use.

    `v[1:n] + A.T @ v[n + 1:2 * n]` have no v in common; entries that are only put elsewhere do.
    """
    first = factors[0].args[0] if factors[0].op == "T" else factors[0]
    return first.op == "place" and (len(factors) == 1 or not all(map(_only_places, factors)))


def _common_number(terms: list[Node]) -> Fraction:
    """The rational factor that all terms have, up to sign; 1 where they differ; negative where all of them are."""
    numbers = [split_number(term)[0] for term in terms]
    sign = -1 if all(number < 0 for number in numbers) else 1
    sizes = set(map(abs, numbers))
    return sign * sizes.pop() if len(sizes) == 1 else Fraction(sign)


def _negative_or_turned(node: Node) -> tuple[bool, bool]:
    """Sort key: positive terms first, `A` before `A.T`."""
    value, rest = split_number(node)
    return value < 0, rest.op == "T"
