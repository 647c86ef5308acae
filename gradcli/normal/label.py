"""One name for each dummy index: equal terms, however written, become the same tuple.

The term falls into components connected by dummies.  In each, dummies are told apart by where they stand
(colour refinement); where that leaves a tie, each of the tied is tried in turn (individualisation) and the
smallest result kept.
"""

from __future__ import annotations

from collections.abc import Sequence

from gradcli.normal.poly import FIRST_DUMMY, Atom, Factor, Rational, Term, TooLarge, factor_order, settled

MOST_LEAVES = 2_000

Code = tuple[int, int]
Certificate = list[tuple[str, tuple[Code, ...], Rational]]


def canonical(factors: Sequence[Factor]) -> Term:
    """The term with dummies named 100, 101, .. and factors in order.

    Raises TooLarge where the term is too symmetric to be worth it.
    """
    plain: list[Factor] = []
    bound: list[Factor] = []
    for factor in factors:
        (bound if any(i >= FIRST_DUMMY for i in factor[1]) else plain).append(factor)
    if bound:
        labelled = sorted((_label(part) for part in components(bound)), key=lambda pair: pair[0])
        following = FIRST_DUMMY
        for certificate, count in labelled:
            arrays = {array.key: array for array, _, _ in bound}
            for key, codes, exponent in certificate:
                idx = tuple(value + following if kind else value for kind, value in codes)
                plain.append((arrays[key], idx, exponent))
            following += count
    plain = [(array, settled(array, idx) if array.symmetries else idx, exponent) for array, idx, exponent in plain]
    plain.sort(key=factor_order)
    return tuple(plain)


def components(factors: Sequence[Factor]) -> list[list[Factor]]:
    """The factors, grouped by connection through dummies."""
    groups: list[tuple[set[int], list[Factor]]] = []
    for factor in factors:
        indices = {i for i in factor[1] if i >= FIRST_DUMMY}
        members = [factor]
        apart = []
        for group in groups:
            if group[0] & indices:
                indices |= group[0]
                members = group[1] + members
            else:
                apart.append(group)
        groups = [*apart, (indices, members)]
    return [members for _, members in groups]


def _label(component: list[Factor]) -> tuple[Certificate, int]:
    """The smallest certificate of a component, and how many dummies it has."""
    dummies = {i for _, idx, _ in component for i in idx if i >= FIRST_DUMMY}
    if len(dummies) == 1:
        return _certificate(component, dict.fromkeys(dummies, 0)), 1
    best: Certificate | None = None
    leaves = 0
    todo = [_refined(component, dict.fromkeys(dummies, 0))]
    while todo:
        colours = todo.pop()
        classes: dict[int, list[int]] = {}
        for dummy, colour in colours.items():
            classes.setdefault(colour, []).append(dummy)
        tied = [colour for colour, members in classes.items() if len(members) > 1]
        if not tied:
            leaves += 1
            if leaves > MOST_LEAVES:
                raise TooLarge("a sum whose indices are too alike")
            certificate = _certificate(component, colours)
            if best is None or certificate < best:
                best = certificate
            continue
        for chosen in classes[min(tied)]:
            split = {d: 2 * colour + (d != chosen) for d, colour in colours.items()}
            todo.append(_refined(component, split))
    assert best is not None
    return best, len(dummies)


def _refined(component: list[Factor], colours: dict[int, int]) -> dict[int, int]:
    """Colours, ranked from 0, refined until no more dummies can be told apart."""
    count = 0
    while True:
        signatures: dict[int, list[tuple[str, Rational, tuple[tuple[int, int, bool], ...]]]] = {d: [] for d in colours}
        for array, idx, exponent in component:
            for dummy in set(idx):
                if dummy < FIRST_DUMMY:
                    continue
                codes = [(1, colours[i], i == dummy) if i >= FIRST_DUMMY else (0, i, False) for i in idx]
                signatures[dummy].append((array.key, exponent, _least(array, codes)))
        ranked = {d: (colours[d], sorted(signature)) for d, signature in signatures.items()}
        distinct: list[object] = []
        for signature in sorted(ranked.values()):
            if not distinct or distinct[-1] != signature:
                distinct.append(signature)
        colours = {d: distinct.index(ranked[d]) for d in colours}
        if len(distinct) == count or len(distinct) == len(colours):
            return colours
        count = len(distinct)


def _least(array: Atom, codes: list[tuple[int, int, bool]]) -> tuple[tuple[int, int, bool], ...]:
    best = tuple(codes)
    for permutation in array.symmetries:
        best = min(best, tuple(codes[place] for place in permutation))
    return best


def _certificate(component: list[Factor], ranks: dict[int, int]) -> Certificate:
    out: Certificate = []
    for array, idx, exponent in component:
        codes: list[Code] = [(1, ranks[i]) if i >= FIRST_DUMMY else (0, i) for i in idx]
        best = tuple(codes)
        for permutation in array.symmetries:
            best = min(best, tuple(codes[place] for place in permutation))
        out.append((array.key, best, exponent))
    out.sort()
    return out
