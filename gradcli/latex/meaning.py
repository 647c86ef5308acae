"""What a chain means: a declaration, a definition, a claim, or nothing that is claimed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from gradcli.latex import build
from gradcli.latex.chains import Chain
from gradcli.latex.context import spellings
from gradcli.latex.definitions import Definitions
from gradcli.latex.derivative_signs import derivative_parts as derivative_parts
from gradcli.latex.differentials import is_differential, varied_in
from gradcli.latex.fault import FormulaFault
from gradcli.latex.lists import split_commas, trimmed
from gradcli.latex.prescan import FUNCTION_LETTERS
from gradcli.latex.said import DEFINED_BY, INDEX_LETTERS, Said
from gradcli.latex.scripts import flattened, index_parts
from gradcli.latex.tree import (
    Bracket,
    Fraction,
    Group,
    Item,
    Items,
    Mark,
    Number,
    Prose,
    Space,
    Symbol,
    Word,
    every,
)
from gradcli.latex.vocabulary import GREEK
from gradcli.syntax import ast


class Meaning(Definitions):
    """Reads the chains of one program of a document, one after another."""

    def said(self, chain: Chain, define: bool = False, claim: bool = False) -> list[Said]:
        """What a chain of a display says.  Raises FormulaFault where it says something that cannot be read."""
        why = self.no_claim(chain)
        if why is not None and not (claim or define):
            return [Said("passed", chain.start, chain.end, why=why)]
        sides, relations = list(chain.sides), list(chain.relations)
        while relations and relations[-1].text == "in":
            relations.pop()
            sides.pop()
        if not relations:
            return [Said("passed", chain.start, chain.end, why="no equation")]
        if any(not trimmed(side) for side in sides):
            empty = next(k for k, side in enumerate(sides) if not trimmed(side))
            at = relations[max(0, empty - 1)]
            raise FormulaFault("D702", "one side of this relation is missing", at.start, at.end)
        if relations[0].text == "=" and self._sets_to_zero(sides) and not claim:
            sides.pop()
            relations.pop()
            if len(sides) < 2:
                return [
                    Said(
                        "passed",
                        chain.start,
                        chain.end,
                        why="a derivative set to zero states a condition",
                        condition=True,
                    )
                ]
            out = self._equation(sides, relations, chain, define, claim)
            out[-1].condition = True
            return out
        return self._equation(sides, relations, chain, define, claim)

    def no_claim(self, chain: Chain) -> str | None:
        """Why a chain claims nothing; None where it may claim something."""
        kept = [item for item in chain.items if not isinstance(item, Space)]
        if not kept:
            return "nothing"
        if not any(isinstance(item, Mark) and item.kind == "rel" and item.text in ("=", ":=", "!=") for item in kept):
            return "no equation"
        if any(self._only_words(side) for side in chain.sides):
            return "words"
        if self._is_range(chain):
            return "a range of indices"
        return None

    def is_prose(self, chain: Chain) -> bool:
        """Whether a chain is words of the text around the maths and no formula."""
        kept = [
            item
            for item in chain.items
            if not isinstance(item, Space) and not (isinstance(item, Mark) and item.kind == "punct")
        ]
        return bool(kept) and all(isinstance(item, Prose) for item in kept)

    def _only_words(self, side: Items) -> bool:
        kept = [
            item
            for item in side
            if not isinstance(item, Space) and not (isinstance(item, Mark) and item.kind == "punct")
        ]
        if not kept:
            return False
        if any(isinstance(item, Prose) for item in kept):
            return True
        words = [item for item in kept if isinstance(item, Word) and not item.command]
        return len(words) > 1 and len(words) == len(kept)

    def _is_range(self, chain: Chain) -> bool:
        r"""`i = 1, \dots, n`, `k \neq i`."""
        left = trimmed(chain.sides[0])
        if len(left) == 1 and isinstance(left[0], Mark) and left[0].text == "forall":
            return True
        left = tuple(item for item in left if not (isinstance(item, Mark) and item.text == "forall"))
        parts = index_parts(left)
        if parts is None or len(left) != len(parts) + sum(isinstance(p, Mark) and p.kind == "punct" for p in left):
            return False
        letters = [p for p in parts if isinstance(p, Symbol)]
        if len(letters) != len(parts) or any(
            p.name not in INDEX_LETTERS or self.context.is_value(p.name) for p in letters
        ):
            return False
        right = [item for item in trimmed(chain.sides[1]) if not isinstance(item, Space)]
        one = right[0] if right else None
        if isinstance(one, Symbol) and len(right) == 1 and len(chain.sides) == 2:
            return one.name in INDEX_LETTERS or one.name in self.context.dims
        return bool(right) and all(
            isinstance(item, Number) or (isinstance(item, Mark) and item.kind in ("dots", "punct")) for item in right
        )

    def _sets_to_zero(self, sides: list[Items]) -> bool:
        last = trimmed(sides[-1])
        if len(last) != 1:
            return False
        core = last[0]
        while isinstance(core, Group) and len(core.items) == 1:
            core = core.items[0]
        zero = (isinstance(core, Number) and core.text == "0") or (isinstance(core, Symbol) and core.name == "0")
        if not zero:
            return False
        reader = self.reader()
        return any(holds_derivative(side) or is_differential(reader, trimmed(side), 0) for side in sides[:-1])

    def _equation(
        self, sides: list[Items], relations: list[Mark], chain: Chain, define: bool, claim: bool
    ) -> list[Said]:
        if not claim:
            made = self.definition(sides, relations, chain, define)
            if made is None and len(relations) > 1 and relations[-1].text == DEFINED_BY:
                made = self._called_last(sides, relations, chain)
            if made is None:
                made = self._named_on_the_right(sides, relations, chain)
            if made is not None:
                return made
        if relations[0].text == "=" and (unknown := self._of_unknown(sides[0], len(sides) > 2)) is not None:
            if len(sides) > 2:  # what the derivative is called, and the steps to its value
                return self.claims(sides[1:], relations[1:], chain, None)
            at = trimmed(sides[0])
            hint = f"define it above, or write `loss {unknown}(...)` with what it is a function of"
            raise FormulaFault("D710", f"{unknown} is not defined", at[0].start, at[-1].end, hint)
        return self.claims(sides, relations, chain, None)

    def _called_last(self, sides: list[Items], relations: list[Mark], chain: Chain) -> list[Said] | None:
        r"""`a = b := e_j`: the claim that a is b, which is called e_j."""
        reader = self.reader()
        left = self.left(reader, sides[-1])
        if left is None or left.known:
            return None
        out = self.claims(sides[:-1], relations[:-1], chain, None)
        return [*out, *self._defined(reader, left, [sides[-1], sides[-2]], relations[-1:], chain)]

    def _of_unknown(self, side: Items, steps: bool) -> str | None:
        r"""The function of which nothing is said in a side that is its derivative alone, `\nabla_\theta J(\theta)`.

        `steps`: others follow, so that it may stand without its arguments.
        """
        items = trimmed(side)
        first = items[0]
        core = flattened(first)[0]
        of: Items = ()
        if isinstance(core, Mark) and core.kind == "nabla":
            of = items[1:]
        elif isinstance(first, Fraction) and (found := derivative_parts(first)) is not None:
            of = found[1] if len(items) == 1 else items[1:] if not found[1] else ()
        of = trimmed(of)
        if len(of) == 1 and isinstance(of[0], Symbol) and steps and of[0].name != "f":
            names = set(spellings(of[0].name))
            context = self.context
            said = names & (context.expected | context.poisoned | context.bare) or any(map(context.known, names))
            return None if said else of[0].name
        if len(of) != 2 or not isinstance(of[1], Bracket) or not isinstance(of[0], Symbol):
            return None
        name = of[0].name
        of_numbers = name in FUNCTION_LETTERS and not (isinstance(core, Mark) and core.kind == "nabla")
        if of_numbers or set(spellings(name)) & (self.context.bare | self.context.expected | self.context.poisoned):
            return None
        if any(self.context.known(one) for one in spellings(name)):
            return None
        params = [self.left(self.reader(), part) for part in split_commas(of[1].items) if part]
        if not any(one is not None and self.context.name_shape(one.name) for one in params):
            return None
        return name

    def _named_on_the_right(self, sides: list[Items], relations: list[Mark], chain: Chain) -> list[Said] | None:
        r"""`\frac{\partial L}{\partial y} = \delta` of which nothing was said: the derivative is called so."""
        if any(relation.text != "=" for relation in relations) or not holds_derivative(sides[0]):
            return None
        reader = self.reader()
        try:
            left = self.left(reader, sides[-1])
        except FormulaFault:
            return None
        if left is None or left.known or left.parts is not None or left.params is not None:
            return None
        context = self.context
        taken = left.name in context.seen or left.name in context.expected or left.name in ("e", "pi", "I", "d")
        letters = set().union(*(self._letters(side) for side in sides[:-1]))
        stem = left.name.split("_")[0]
        once = context.formulas_with[stem] < 2 and stem not in GREEK  # what stands nowhere else may be a slip
        if once or stem in context.stems:
            return None
        if taken or set(spellings(left.name)) & letters or stem in letters:
            return None
        return self._defined(reader, left, [sides[-1], *sides[:-1]], relations, chain)

    def is_of_differentials(self, chain: Chain) -> bool:
        """Whether a chain in the text is an equation of differentials, of variables that are declared."""
        sides = [trimmed(side) for side in chain.sides]
        if len(sides) < 2 or not all(sides) or len(sides[0]) < 2 or sides[0][0].end != sides[0][1].start:
            return False
        reader = self.reader()
        try:
            if not is_differential(reader, sides[0], 0):
                return False
            return any(varied_in(reader, side) & self.context.arrays.keys() for side in sides[1:])
        except FormulaFault:
            return False

    def defines_by_known(self, chain: Chain) -> bool:
        """Whether a chain in the text defines a new name by names that are known."""
        if len(chain.relations) < 1 or any(relation.text not in ("=", DEFINED_BY) for relation in chain.relations):
            return False
        reader = self.reader()
        try:
            left = self.left(reader, chain.sides[0])
        except FormulaFault:
            return False
        if left is None or left.name in self.context.values:
            return False
        if left.name in self.context.arrays and left.name not in self.context.inline:
            return False
        wanted = left.name in self.context.differentiated
        params: set[str] = set()
        for param in left.params or []:
            params |= self._letters(param)
        allowed = params | {"e", "pi", "I", "T", "d", "exp", "log", "max", "min"}
        allowed |= {part.name for part in left.parts or [] if isinstance(part, Symbol)}
        found = letters = False
        called = _called(chain.sides[1])
        for item in every(chain.sides[1]):
            if isinstance(item, Symbol) and item.name.isalpha():
                found = True
                names = set(spellings(item.name))
                if item.name in called and not names & self.context.bare:
                    continue
                upper = item.name.upper()
                index = item.name in INDEX_LETTERS
                if wanted and (names & (self.context.differentiated | self.context.expected) or item.name in GREEK):
                    continue
                if not (
                    names & allowed
                    or any(self.context.known(n) for n in names)
                    or self.context.known(upper)
                    or index
                    or self._agreed(item)
                ):
                    return self._reads_by_known(chain)
                letters = letters or index
        return self._reads_by_known(chain) if letters else found

    def _reads_by_known(self, chain: Chain) -> bool:
        """Whether a definition, read whole, uses known names alone: `v_c` may be known where v is not."""
        before, readers = self.saved(), list(self.readers)
        try:
            statements = [statement for said in self.said(chain) for statement in said.statements]
        except FormulaFault:
            return False
        finally:
            self.restore(before)
            self.readers[:] = readers
        names: set[str] = set()
        found = False
        for statement in statements:
            match statement:
                case ast.Define() | ast.DefineIndexed():
                    indices = statement.indices if isinstance(statement, ast.DefineIndexed) else ()
                    names |= build.names_in(statement.value) - {statement.name.id, *(one.id for one in indices)}
                    found = True
                case ast.DefineFunction():
                    names |= build.names_in(statement.value) - {param.id for param in statement.params}
                    found = True
                case ast.Check():
                    return False
            if isinstance(statement, ast.Define | ast.DefineIndexed):
                parts = build.walk(statement.value)
                names -= {one for part in parts if isinstance(part, ast.IndexSum) for one in part.indices}
        left = next(iter(statements), None)
        params = self.context.params.get(left.name.id, ()) if isinstance(left, ast.Define) else ()
        made = {one.name.id for one in statements if isinstance(one, ast.Define | ast.DefineIndexed)}
        allowed = self.context.dims | self.context.expected | set(params) | made | {"I", "pi", "e_", "inf"}
        wanted = isinstance(left, ast.Define) and left.name.id in self.context.differentiated
        return found and all(
            name in allowed or self.context.known(name) or (wanted and not self.context.convention(name))
            for name in names
        )

    def _agreed(self, item: Symbol) -> bool:
        return any(
            any(
                part == replace(item, start=part.start, end=part.end)
                for part in every(n.pattern)
                if isinstance(part, Symbol)
            )
            for n in self.context.notations
        )

    def poison(self, chain: Chain) -> None:
        """A definition that cannot be read: what uses its names is not decided."""
        if not chain.relations or chain.relations[0].text not in ("=", DEFINED_BY):
            return
        reader = self.reader()
        for one in split_commas(chain.sides[0]):
            try:
                left = self.left(reader, one) if one else None
            except FormulaFault:
                continue
            if left is not None and not left.known:
                self.context.poisoned.add(left.name)

    def saved(self) -> dict[str, object]:
        """What is known now, to come back to."""
        from copy import copy

        context = self.context
        return {one: copy(getattr(context, one)) for one in context.__dataclass_fields__ if not one.startswith("_")}

    def restore(self, before: dict[str, object]) -> None:
        """Come back to what was known."""
        for one, value in before.items():
            setattr(self.context, one, value)
        self.context.shapes.forget()


def holds_derivative(items: Sequence[Item]) -> bool:
    """Whether a derivative stands in a formula."""
    for item in every(items):
        if isinstance(item, Mark) and item.kind in ("nabla", "partial"):
            return True
        if isinstance(item, Fraction) and derivative_parts(item) is not None:
            return True
    return False


def _called(items: Items) -> set[str]:
    """Letters for functions that stand before brackets: of them nothing need be known."""
    found: set[str] = set()
    lists = [items, *(part.items for part in every(items) if isinstance(part, Bracket | Group))]
    lists += [one for part in every(items) if isinstance(part, Fraction) for one in (part.top, part.bottom)]
    for one in lists:
        for item, after in pairwise(one):
            if isinstance(item, Symbol) and item.name in FUNCTION_LETTERS and isinstance(after, Bracket):
                found.add(item.name)
    return found
