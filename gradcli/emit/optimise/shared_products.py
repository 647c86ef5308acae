"""What several products have in common, multiplied once: `a * b` of `a * b * c` and `a * b * d`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations

from gradcli.emit.instr import Instr
from gradcli.emit.optimise.rewrite import Graph, Pass, Rules, parts_of_product
from gradcli.emit.plan import Plan

_MOST = 8  # factors of a product that is looked at
_ONE = (Fraction(1), 2)
Pair = tuple[int, int]


class SharedProductsPass(Pass):
    """Pairs of factors that products have in common, where their product is as large as the whole."""

    needs = frozenset({"product"})

    def __init__(self, plan: Plan, rules: Rules, graph: Graph) -> None:
        super().__init__(plan, rules, graph)
        self._pairs: dict[int, list[Pair]] = {}
        self._instrs = {instr.serial: instr for instr in self.order}
        products = {instr.serial: _arrays(instr) for instr in self.order if instr.kind == "product" and instr.rank}
        products = {serial: factors for serial, factors in products.items() if 2 <= len(factors) <= _MOST}
        self._choose(products)

    def _choose(self, products: dict[int, list[int]]) -> None:
        """The pair that most products have, again and again: a pair is then a factor like others."""
        counts: Counter[Pair] = Counter()
        places: dict[Pair, dict[int, None]] = {}
        for serial, factors in products.items():
            for pair in self._worth(serial, factors):
                counts[pair] += 1
                places.setdefault(pair, {})[serial] = None
        shared = sorted((pair for pair, count in counts.items() if count > 1), key=lambda pair: (-counts[pair], pair))
        for pair in shared:
            have = [serial for serial in places[pair] if {*pair} <= {*products[serial]}]
            if len(have) < 2 or all(len(products[serial]) == 2 for serial in have):
                continue
            for serial in have:
                if len(products[serial]) > 2 or not self._is_pair(serial):
                    products[serial] = [factor for factor in products[serial] if factor not in pair]
                    self._pairs.setdefault(serial, []).append(pair)

    def _worth(self, serial: int, factors: Sequence[int]) -> list[Pair]:
        whole = self.plan.shape(self._instrs[serial])
        arrays = [self._instrs[factor] for factor in factors]
        return [
            (a.serial, b.serial)
            for a, b in combinations(sorted(arrays, key=lambda arg: arg.serial), 2)
            if whole is not None and whole in (self.plan.shape(a), self.plan.shape(b))
        ]

    def _is_pair(self, serial: int) -> bool:
        """Whether a product is nothing but a pair: it is what the others share."""
        value, over, under = parts_of_product(self._instrs[serial])
        return value == 1 and len(over) == 2 and not under

    def visit(self, instr: Instr) -> Instr:
        pairs = self._pairs.get(instr.serial)
        if not pairs:
            return super().visit(instr)
        value, over, under = parts_of_product(instr)
        joined = []
        for pair in pairs:
            two = [self._instrs[serial] for serial in pair]
            for part in two:
                over.remove(part)
            joined.append(self.plan.make("product", *(self.memo[p.serial] for p in two), data=_ONE, rank=instr.rank))
        out = self.product(value, [*joined, *(self.memo[p.serial] for p in over)], [self.memo[p.serial] for p in under])
        self._keep_shape(instr, out)
        return out


def _arrays(product: Instr) -> list[int]:
    """The factors that are arrays, each once, of a product that has none twice."""
    _, over, _ = parts_of_product(product)
    arrays = [part.serial for part in over if part.rank]
    return arrays if len({*arrays}) == len(arrays) else []
