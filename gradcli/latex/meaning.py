"""What a chain means: a declaration, a definition, a claim, or nothing that is claimed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

from gradcli.latex import build
from gradcli.latex.chains import Chain
from gradcli.latex.combine import filled
from gradcli.latex.conditions import cut_off, under
from gradcli.latex.context import Context, Notation, Template, spellings
from gradcli.latex.declarations import declared_names, domain, function_type
from gradcli.latex.derivatives import _parts as derivative_parts
from gradcli.latex.derivatives import is_jacobian, square_root
from gradcli.latex.differentials import differs, is_differential, varied_in
from gradcli.latex.entries import define_by_entries
from gradcli.latex.evaluations import is_inverse
from gradcli.latex.fault import FormulaFault
from gradcli.latex.functions import function_of
from gradcli.latex.lists import split_commas, trimmed
from gradcli.latex.names import _base, _counts, _known, _new_name, _run, with_words
from gradcli.latex.notations import order, rewritten
from gradcli.latex.prescan import FUNCTION_LETTERS
from gradcli.latex.reader import Reader
from gradcli.latex.scripts import flattened, index_parts, is_transpose, plain_number, slug
from gradcli.latex.shapes import fit
from gradcli.latex.spread import Spread, cell, entry, kind, left_over, renamed, whole
from gradcli.latex.tree import (
    Accent,
    Bracket,
    Fraction,
    Grid,
    Group,
    Item,
    Items,
    Mark,
    Named,
    Number,
    Prose,
    Scripted,
    Space,
    Symbol,
    Word,
    every,
)
from gradcli.latex.vocabulary import GREEK
from gradcli.syntax import ast
from gradcli.syntax.ast import Span

_INDEX = frozenset("ijklmnpqrst") | {"ell"}
_DEFINED_BY = ":="


@dataclass(slots=True)
class Said:
    """What was made of a formula: `kind` is declaration, definition, claim or passed; `why` says why it was passed."""

    kind: str
    start: int
    end: int
    statements: list[ast.Statement] = field(default_factory=list)
    why: str = ""
    condition: bool = False


@dataclass(slots=True)
class Left:
    """The left side of what may be a definition: a name, the indices of an entry, or the parameters of a function."""

    name: str
    parts: list[Item] | None
    params: list[Items] | None
    known: bool


class Meaning:
    """Reads the chains of one program of a document, one after another."""

    def __init__(self, context: Context, text: str) -> None:
        self.context = context
        self.text = text
        self.readers: list[Reader] = []
        self.conditions: list[Items] = []  # on the indices of the chain that is read
        self.varied = False  # whether a differential stands on the right in the chain that is read

    def reader(self) -> Reader:
        made = Reader(self.context, self.text)
        self.readers.append(made)
        return made

    def noted(self, taken: Sequence[ast.Statement]) -> list[ast.Statement]:
        """What was declared on the way while a chain was read, and is not among the statements taken from it.

        The names are known from then on, also where the chain itself could not be read.
        """
        kept = [s for one in self.readers for s in one.extra if isinstance(s, ast.Declare | ast.Loss)]
        self.readers.clear()
        out: list[ast.Statement] = []
        for statement in kept:
            if not any(statement is other for other in (*taken, *out)):
                out.append(statement)
        return out

    # ---------------------------------------------------------------- one chain

    def declaration(self, chain: Chain) -> str | None:
        """The declaration that a chain is, in the language; None where it is none."""
        reader = self.reader()
        found = function_type(chain)
        if found is not None:
            names = [self._plain_name(reader, found[0])]
            return f"{names[0]} : {found[1]} -> {found[2]}" if names[0] else None
        if not chain.relations or chain.relations[-1].text != "in" or any(r.text != "in" for r in chain.relations):
            return None
        kind = domain(chain.sides[-1])
        if kind is None or len(chain.sides) != 2:
            return None
        declared = []
        for one in declared_names(chain.sides[0]) or []:
            name = self._plain_name(reader, one)
            if name is None:
                return None
            if not self._is_entry(reader, one):
                declared.append(name)
        return f"{', '.join(declared)} : {kind}" if declared else None

    def _plain_name(self, reader: Reader, items: Items) -> str | None:
        left = self.left(reader, items)
        return (
            left.name
            if left is not None and left.params is None and left.parts is None
            else (self._full_name(reader, items) if left is not None and left.params is None else None)
        )

    def _full_name(self, reader: Reader, items: Items) -> str | None:
        core, scripts = flattened(trimmed(items)[0])
        if not isinstance(core, Symbol | Accent | Word):
            return None
        base, accent = _base(reader, core, scripts)
        label = slug(scripts.label) if scripts.label is not None else ""
        sub = slug(scripts.sub) if scripts.sub is not None else ""
        return _new_name(self.context, base, accent, f"{label}_{sub}" if label and sub else label or sub)

    def _is_entry(self, reader: Reader, items: Items) -> bool:
        """Whether a declared notation is an entry of what is known: it declares nothing."""
        core, scripts = flattened(trimmed(items)[0])
        if scripts.sub is None or not isinstance(core, Symbol | Accent):
            return False
        base, accent = _base(reader, core, scripts)
        known = _known(reader, base, accent, "", "")
        return known is not None and bool(self.context.name_shape(known)) and index_parts(scripts.sub) is not None

    def left(self, reader: Reader, items: Items) -> Left | None:
        """A left side as a name, an entry or a function of names; None where it is something else."""
        if self.context.notations:
            items = rewritten(items, self.context.notations)
        items = trimmed(with_words(reader, items))
        while len(items) == 1 and isinstance(items[0], Group) and not items[0].font.startswith("b"):
            items = trimmed(with_words(reader, items[0].items))
        run = _run(items, 0)
        spelled = "".join(item.name for item in run if isinstance(item, Symbol))
        alone = len(run) == len(items) or (len(items) == len(run) + 1 and isinstance(items[-1], Bracket))
        if alone and len(run) == len(spelled) > 1 and spelled.isupper() and not any(map(self.context.known, spelled)):
            items = (Word(run[0].start, run[-1].end, spelled), *items[len(run) :])
        if len(items) == 2 and is_differential(reader, items, 0):
            return None if isinstance(items[1], Bracket) else self._named_differential(reader, items)
        if (
            len(items) > 1
            and len(_run(items, 0)) == len(items)
            and len({item.font for item in items if isinstance(item, Symbol)}) == 1
        ):
            return None
        params: list[Items] | None = None
        if len(items) == 2 and isinstance(items[1], Bracket) and items[1].open in ("(", "["):
            params = [part for part in split_commas(items[1].items) if part]
            items = items[:1]
        if len(items) != 1:
            return None
        core, scripts = flattened(items[0])
        context = self.context
        if params is not None and len(scripts.powers) == 1 and is_inverse(scripts.powers[0]) and not scripts.primes:
            return self._inverse(core, params)
        if scripts.powers or scripts.primes:
            return None
        if isinstance(core, Named):
            name = core.text.strip()
            if not name.replace("_", "a").isalnum() or name[0].isdigit():
                return None
            parts = index_parts(scripts.sub) if scripts.sub is not None else None
            return Left(name, parts, params, context.known(name))
        if isinstance(core, Group):
            word = "".join(item.name for item in core.items if isinstance(item, Symbol))
            return Left(word, None, params, True) if context.known(word) else None
        if not isinstance(core, Symbol | Accent | Word):
            return None
        if isinstance(core, Word) and core.command and params is None:
            return None
        if isinstance(core, Word) and function_of(core.text) and not context.known(core.text):
            return None
        if params is not None and is_jacobian(reader, core, scripts):
            return None
        base, accent = _base(reader, core, scripts)
        if base in ("1", "0", "I") or (isinstance(core, Symbol) and core.font == "bb"):
            return None
        label = slug(scripts.label) if scripts.label is not None else ""
        sub = slug(scripts.sub) if scripts.sub is not None else ""
        if (
            (scripts.label is not None and not label)
            or (scripts.sub is not None and not sub)
            or scripts.second is not None
        ):
            return None
        whole = _known(reader, base, accent, label, sub)
        if whole is not None:
            return Left(whole, None, params, True)
        if scripts.sub is not None:
            parts = index_parts(scripts.sub)
            stem = _known(reader, base, accent, label, "")
            letters = parts is not None and all(isinstance(p, Symbol) and p.name in _INDEX for p in parts)
            single = parts is not None and len(parts) == 1 and letters
            entry = parts is not None and stem is not None and (single or _counts(reader, stem, parts))
            if parts is not None and stem is not None and entry and context.name_shape(stem):
                return Left(stem, parts, params, True)
            if parts is not None and stem is None and base.islower() and len(base) == 1 and letters:
                upper = _known(reader, base.upper(), None, "", "")
                if upper is not None and len(context.name_shape(upper)) == len(parts):
                    return Left(upper, parts, params, True)
            if (
                parts is not None
                and letters
                and (stem is None or len(parts) == 1)
                and params is None
                and not all(isinstance(p, Symbol) and p.name in ("t", "l") for p in parts)
            ):
                name = _new_name(self.context, base, accent, label)
                if base.islower() and len(parts) == 2 and base.upper() in context.ahead and len(base) == 1:
                    name = base.upper()
                return Left(name, parts, params, False)
        name = _new_name(self.context, base, accent, f"{label}_{sub}" if label and sub else label or sub)
        if label:
            context.labelled.add(name)
        return Left(name, None, params, False)

    def _inverse(self, core: Item, params: list[Items]) -> Left | None:
        r"""`\sigma^{-1}(y) = ...` of a function of numbers that is defined: a function of its own."""
        names = spellings(core.name) if isinstance(core, Symbol) else ()
        name = next((one for one in names if one in self.context.scalar_functions), None)
        if name is None or len(params) != 1 or f"{name}_inv" in self.context.functions:
            return None
        return Left(f"{name}_inv", None, params, False)

    def _named_differential(self, reader: Reader, items: Items) -> Left | None:
        """`dW = ...` where it cannot be a differential is the definition of a name, dW."""
        inner = self.left(reader, items[1:])
        if inner is None or inner.params is not None or inner.parts is not None:
            return None
        if inner.known and self.varied and (inner.name in self.context.values or inner.name in self.context.losses):
            return None
        name = f"d{inner.name}"
        return Left(name, None, None, self.context.known(name))

    # -------------------------------------------------------------- the meaning

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
        if len(letters) != len(parts) or any(p.name not in _INDEX or self.context.is_value(p.name) for p in letters):
            return False
        right = [item for item in trimmed(chain.sides[1]) if not isinstance(item, Space)]
        one = right[0] if right else None
        if isinstance(one, Symbol) and len(right) == 1 and len(chain.sides) == 2:
            return one.name in _INDEX or one.name in self.context.dims
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
            if made is None:
                made = self._named_on_the_right(sides, relations, chain)
            if made is not None:
                return made
        return self.claims(sides, relations, chain, None)

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

    def defines_by_known(self, chain: Chain) -> bool:
        """Whether a chain in the text defines a new name by names that are known."""
        if len(chain.relations) < 1 or any(relation.text not in ("=", _DEFINED_BY) for relation in chain.relations):
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
        found = False
        called = _called(chain.sides[1])
        for item in every(chain.sides[1]):
            if isinstance(item, Symbol) and item.name.isalpha():
                found = True
                names = set(spellings(item.name))
                if item.name in called and not names & self.context.bare:
                    continue
                upper = item.name.upper()
                index = item.name in _INDEX
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
        return found

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
                    names |= build.names_in(statement.value) - {statement.name.id}
                    found = True
                case ast.DefineFunction():
                    names |= build.names_in(statement.value) - {param.id for param in statement.params}
                    found = True
                case ast.Check():
                    return False
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
        if not chain.relations or chain.relations[0].text not in ("=", _DEFINED_BY):
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

    # -------------------------------------------------------------- definitions

    def definition(self, sides: list[Items], relations: list[Mark], chain: Chain, define: bool) -> list[Said] | None:
        """The definition that a chain is, and the claims after it; None where it is a claim."""
        first = relations[0].text
        if first not in ("=", _DEFINED_BY):
            return None
        force = define or first == _DEFINED_BY
        reader = self.reader()
        self.varied = any(differs(reader, side) for side in sides[1:])
        sides = [self._logarithm(reader, self._squared(reader, sides[0])), *sides[1:]]
        left = self.left(reader, sides[0]) or self._own_function(reader, sides)
        if left is None:
            if force:
                at = trimmed(sides[0])
                message = "what is defined is a name, an entry x_i or a function f(x)"
                raise FormulaFault("D708", message, at[0].start, at[-1].end)
            return None
        context = self.context
        if left.name in context.values or left.name in context.losses:
            if force:
                at = trimmed(sides[0])
                message = f"{left.name} is defined already"
                raise FormulaFault(
                    "D708", message, at[0].start, at[-1].end, "write `gradcli: new` before another program"
                )
            return None
        variable = left.name in context.arrays
        if variable and not force:
            free = left.name in context.inline and left.name not in context.touched
            if not free or (left.parts is not None and not free):
                return None
            if left.name in self._letters(sides[1]):
                return None
        if left.name in context.functions and left.params is None and not force:
            return None
        if left.name in context.functions and left.name in context.scalar_functions:
            return None
        if left.params is not None and variable and not force:
            return None
        if left.params is not None and not left.known and not force and not self._are_names(reader, left.params):
            return None
        if (
            left.params is not None
            and left.known
            and left.name in context.functions
            and not self._are_names(reader, left.params)
        ):
            return None
        if left.params is not None and left.name in context.bare and not force and left.name in context.seen:
            return None
        return self._defined(reader, left, sides, relations, chain)

    def _squared(self, reader: Reader, side: Items) -> Items:
        r"""`\sigma^2 = ...` defines a name of its own, where sigma alone is none: the notation is agreed on."""
        items = trimmed(side)
        if len(items) != 1 or not isinstance(items[0], Scripted):
            return side
        core, scripts = flattened(items[0])
        if len(scripts.powers) != 1 or plain_number(scripts.powers[0]) != "2" or not isinstance(core, Symbol | Accent):
            return side
        bare = items[0].base if items[0].sub is None else replace(items[0], sup=None)
        inner = self.left(reader, (bare,))
        names = set(spellings(core.name)) if isinstance(core, Symbol) else set()
        if inner is None or inner.known or inner.parts is not None or names & self.context.alone:
            return side
        name = f"{inner.name}_squared"
        self.context.notations.append(Notation(items, name, frozenset()))
        self.context.notations.sort(key=order)
        return items

    def _own_function(self, reader: Reader, sides: list[Items]) -> Left | None:
        r"""`\text{ELU}(x) = ...` with a letter beside x, an alpha, is the document's own, whatever ELU is elsewhere."""
        items = trimmed(sides[0])
        if len(items) != 2 or not isinstance(items[0], Word) or not isinstance(items[1], Bracket):
            return None
        word = items[0]
        if word.command or function_of(word.text) is None or self.context.known(word.text):
            return None
        letters = {item.name for item in every(items[1].items) if isinstance(item, Symbol)}
        others = {item.name for item in every(sides[1]) if isinstance(item, Symbol)} - letters - {"e", "pi", "d"}
        params = [part for part in split_commas(items[1].items) if part]
        if not others or not params or not self._are_names(reader, params):
            return None
        if any(name in _INDEX or name in FUNCTION_LETTERS for name in others):
            return None
        return Left(word.text.replace("-", "_").replace(" ", "_"), None, params, False)

    def _logarithm(self, reader: Reader, side: Items) -> Items:
        r"""`\ln p(x | \mu) = ...` of a p of which nothing is said defines a name: what is so written from then on."""
        items = tuple(item for item in trimmed(side) if not isinstance(item, Space))
        if len(items) not in (2, 3) or not isinstance(items[0], Word) or items[0].text not in ("log", "ln"):
            return side
        if len(items) == 3 and not isinstance(items[2], Bracket):
            return side
        inner = self.left(reader, items[1:2])
        if inner is None or inner.known or inner.parts is not None or isinstance(items[1], Scripted | Bracket):
            return side
        name = f"log_{inner.name}"
        self.context.notations += [Notation(items[:k], name, frozenset()) for k in {2, len(items)}]
        self.context.notations.sort(key=order)
        return items

    def _letters(self, side: Items) -> set[str]:
        found: set[str] = set()
        for item in every(side):
            if isinstance(item, Symbol):
                found.update(spellings(item.name))
            elif isinstance(item, Word):
                found.add(item.text)
        return found

    def _are_names(self, reader: Reader, params: list[Items]) -> bool:
        names = [self.left(reader, square_root(reader, param) or param) for param in params]
        return bool(names) and all(name is not None and name.parts is None and name.params is None for name in names)

    def _defined(
        self, reader: Reader, left: Left, sides: list[Items], relations: list[Mark], chain: Chain
    ) -> list[Said]:
        context = self.context
        if left.params is None and left.parts is None:
            context.spelled.setdefault(left.name, reader.written(trimmed(sides[0])))
        span = Span(chain.start, chain.end)
        ident = ast.Ident(left.name, build.span(*trimmed(sides[0])))
        if left.parts is not None:
            return self._by_entries(reader, left, ident, sides, relations, chain)
        params = self._params(reader, left)
        squares = tuple(k for k, param in enumerate(left.params or []) if square_root(reader, param))
        target = 1
        if len(sides) > 2 and self._is_open_call(reader, sides[1]):
            return self._through_function(reader, left, ident, sides, relations, chain)
        scalar = len(params) == 1 and not squares and self._looks_scalar(reader, sides[target], params)
        free = bool(params) and all(name in context.functions or not context.is_value(name) for name in params)
        if free and self._numbers_alone(reader, sides[target], params):
            context.scalars.update(name for name in params if not context.known(name))
        if scalar:
            return self._scalar_function(reader, left, ident, params[0], sides, relations, chain)
        value = reader.expression(sides[target])
        if isinstance(value, Spread):
            if set(build.free_indices(value.body)) != set(value.indices):
                reader.fail("the value of this definition is not understood", sides[target])
            row = value.row
            value = define_by_entries(reader, value.indices, value.body, sides[target][0])
            value = ast.Transpose(value.span, value) if row else value
        if build.free_indices(value):
            reader.fail("an index stands on the right and not on the left", sides[target], None, "D703")
        self._whole(reader, value)
        statements: list[ast.Statement] = [*reader.extra]
        self._forget_function(left.name)
        value = filled(reader, value, context.arrays.get(left.name, reader.shape(value)))
        statements.append(
            ast.Define(span if len(sides) == 2 else Span(chain.start, trimmed(sides[target])[-1].end), ident, value)
        )
        self._enter(reader, left.name, value)
        if params:
            context.params[left.name] = tuple(params)
            context.templates[left.name] = Template(tuple(params), sides[target], squares)
        out = [Said("definition", chain.start, chain.end, statements)]
        if len(sides) > 2:
            out += self.claims(sides[1:], relations[1:], chain, value)
        return out

    def _params(self, reader: Reader, left: Left) -> list[str]:
        out = []
        for param in left.params or []:
            found = self.left(reader, square_root(reader, param) or param)
            if found is None or found.parts is not None or found.params is not None:
                reader.fail("a parameter of a function is a name", param, None, "D708")
            out.append(found.name)
        return out

    def _forget_function(self, name: str) -> None:
        """A function that was declared and is now defined as a value."""
        if name in self.context.functions and name not in self.context.scalar_functions:
            del self.context.functions[name]
            self.context.undeclared.add(name)
            self.context.shapes.forget()

    def _enter(self, reader: Reader, name: str, value: ast.Expr) -> None:
        context = self.context
        shape = reader.shape(value)
        names = build.names_in(value)
        depends: set[str] = set()
        for one in names:
            depends |= context.depends.get(one, frozenset({one}))
        context.depends[name] = frozenset(depends)
        derives = any(isinstance(node, ast.Call) and node.fn in ("grad", "jac", "hess") for node in build.walk(value))
        if not derives:
            context.last = name
        context.meanings[name] = value
        context.define(name, shape)
        context.touched.update(names)

    def _looks_scalar(self, reader: Reader, side: Items, params: list[str]) -> bool:
        """Whether a function's body is of numbers, of its one parameter alone: it acts entry by entry."""
        if not self._numbers_alone(reader, side, params):
            return False
        allowed = {*params, "pi", "e", "d", "max", "min"}
        for item in every(side):
            if isinstance(item, Symbol) and item.name.isalpha():
                names = set(spellings(item.name))
                if not names & allowed and not any(name in self.context.functions for name in names):
                    return False
        return True

    def _numbers_alone(self, reader: Reader, side: Items, params: list[str]) -> bool:
        """Whether an expression works on numbers: nothing is transposed, indexed, summed or multiplied as an array."""
        for item in every(side):
            match item:
                case Scripted():
                    if item.sub is not None and index_parts(item.sub):
                        return False
                    if item.sup is not None and is_transpose(item.sup):
                        return False
                    if item.primes and not isinstance(item.base, Symbol):
                        return False
                case Grid() if item.environment not in ("cases", "dcases"):
                    return False
                case Bracket() if item.open in ("||", "<"):
                    return False
                case Mark() if item.kind == "had" or item.kind in ("big", "nabla", "partial"):
                    return False
                case Word() if item.text in ("tr", "Tr", "det", "diag", "vec", "softmax", "trace", "logsumexp", "norm"):
                    return False
                case Symbol():
                    if item.font == "bf":
                        return False
                    names = [name for name in spellings(item.name) if self.context.is_value(name)]
                    if names and self.context.name_shape(names[0]) and names[0] not in params:
                        return False
                    if not names and item.name.isalpha() and item.name.isupper() and len(item.name) == 1:
                        return False
        return True

    def _scalar_function(
        self,
        reader: Reader,
        left: Left,
        ident: ast.Ident,
        param: str,
        sides: list[Items],
        relations: list[Mark],
        chain: Chain,
    ) -> list[Said]:
        r"""`\sigma(z) = \frac{1}{1 + e^{-z}}`: a function of a number, applied entry by entry."""
        from gradcli.latex.context import FunctionInfo

        context = self.context
        declared = context.functions.get(left.name)
        if declared is not None and declared.domain != ((),):
            raise FormulaFault("D708", f"{left.name} is declared as a function of an array", chain.start, chain.end)
        stand_in = build.name(param, ident.span)
        context.shapes.put(stand_in, ())
        reader.locals = {param: stand_in}
        greek = [name for name in spellings(param)]
        reader.locals.update({name: stand_in for name in greek})
        value = reader.expression(sides[1])
        body_span = trimmed(sides[1])
        statement = ast.DefineFunction(
            Span(chain.start, body_span[-1].end), ident, (ast.Ident(param, ident.span),), value
        )
        context.functions[left.name] = FunctionInfo(((),), ())
        context.scalar_functions[left.name] = param
        if declared is not None:
            context.undeclared.add(left.name)
        if not context.known(param):
            context.scalars.add(param)
        context.shapes.forget()
        out = [Said("definition", chain.start, chain.end, [*reader.extra, statement])]
        inverted = left.name.removesuffix("_inv")
        if inverted != left.name and inverted in context.scalar_functions:  # that it is the inverse is claimed
            context.use(param)
            back = build.call(inverted, statement.span, value)
            check = ast.Check(statement.span, "check", (back, build.name(param, statement.span)))
            out = [Said("claim", chain.start, chain.end, [*reader.extra, statement, check])]
        if len(sides) > 2:
            context.use(param)
            out += self.claims(sides[1:], relations[1:], chain, None)
        return out

    def _is_open_call(self, reader: Reader, side: Items) -> bool:
        """Whether a side is `f(x)` with f unknown."""
        found = self.left(reader, side)
        return (
            found is not None and found.params is not None and not found.known and found.name not in self.context.bare
        )

    def _through_function(
        self, reader: Reader, left: Left, ident: ast.Ident, sides: list[Items], relations: list[Mark], chain: Chain
    ) -> list[Said]:
        """`y = f(x) = expression` defines y and f."""
        context = self.context
        function = self.left(reader, sides[1])
        assert function is not None
        params = self._params(reader, function)
        if self._numbers_alone(reader, sides[2], params) and all(not context.is_value(p) for p in params):
            context.scalars.update(p for p in params if not context.known(p))
        value = reader.expression(sides[2])
        end = trimmed(sides[2])[-1].end
        statements: list[ast.Statement] = [*reader.extra, ast.Define(Span(chain.start, end), ident, value)]
        self._enter(reader, left.name, value)
        span = build.span(*trimmed(sides[1]))
        if not context.known(function.name):
            name = build.name(left.name, span)
            statements.append(ast.Define(span, ast.Ident(function.name, span), name))
            context.define(function.name, reader.shape(value))
            context.depends[function.name] = context.depends[left.name]
            context.params[function.name] = tuple(params)
            context.templates[function.name] = Template(tuple(params), sides[2])
        out = [Said("definition", chain.start, chain.end, statements)]
        if len(sides) > 3:
            out += self.claims(sides[2:], relations[2:], chain, value)
        return out

    def _by_entries(
        self, reader: Reader, left: Left, ident: ast.Ident, sides: list[Items], relations: list[Mark], chain: Chain
    ) -> list[Said]:
        """`z_k = ...` for all k."""
        context = self.context
        assert left.parts is not None
        letters = [part for part in left.parts if isinstance(part, Symbol)]
        if len(letters) != len(left.parts) or len({p.name for p in letters}) != len(letters):
            reader.fail("a definition by entries has a letter for each index", sides[0], None, "D708")
        names = [part.name for part in letters]
        reader.open = set(names)
        value = reader.expression(sides[1])
        if isinstance(value, Spread) or reader.shape(value):
            reader.fail("an entry is a number, and this is an array", sides[1], None, "D708")
        self._whole(reader, value)
        value = self.summed_twice(value, set(names))
        if not left.known and not set(names) & set(build.free_indices(value)):
            plain = Left(f"{left.name}_{''.join(names)}", None, None, False)
            return self._defined(self.reader(), plain, sides, relations, chain)
        open_ones = [name for name in build.free_indices(value) if name not in names]
        if open_ones:
            reader.fail(
                f"the index {open_ones[0]} stands on the right and not on the left",
                sides[1],
                r"write \sum over it",
                "D703",
            )
        idents = tuple(ast.Ident(part.name, build.span(part)) for part in letters)
        span = Span(chain.start, trimmed(sides[1])[-1].end)
        statement = ast.DefineIndexed(span, ident, idents, separate(value, set(names), context))
        from gradcli.latex.entries import size_of

        shape = tuple(size_of(reader, name, value) for name in names)
        depends: set[str] = set()
        for one in build.names_in(value):
            depends |= context.depends.get(one, frozenset({one}))
        context.depends[left.name] = frozenset(depends)
        context.define(left.name, shape)
        context.touched.update(build.names_in(value))
        context.last = left.name
        out = [Said("definition", chain.start, chain.end, [*reader.extra, statement])]
        if len(sides) > 2:
            out += self.claims(sides[1:], relations[1:], chain, None)
        return out

    # ------------------------------------------------------------------- claims

    def claims(self, sides: list[Items], relations: list[Mark], chain: Chain, first: ast.Expr | None) -> list[Said]:
        """The claims of a chain: one for each stretch of equals signs."""
        stretches: list[tuple[str, list[Items]]] = [("check", [sides[0]])]
        for relation, side in zip(relations, sides[1:], strict=True):
            if relation.text in ("=", _DEFINED_BY):
                if stretches[-1][0] == "refute":
                    stretches.append(("check", [stretches[-1][1][-1]]))
                stretches[-1][1].append(side)
            elif relation.text == "!=":
                stretches.append(("refute", [stretches[-1][1][-1], side]))
            else:
                stretches.append(("check", [side]))
        out = []
        for statement, parts in stretches:
            if len(parts) > 1:
                out.append(self._claim(statement, parts, chain))
        del first
        if not out:
            return [Said("passed", chain.start, chain.end, why="no equation")]
        return out

    def _claim(self, kind: str, parts: list[Items], chain: Chain) -> Said:
        """The claim, about functions that stand alone too, `(uv)' = u'v + uv'`: at any number."""
        try:
            return self._claimed(kind, parts, chain, "")
        except FormulaFault:
            if not self._stand_alone(parts):
                raise
        point = self.context.fresh("t")
        self.context.scalars.add(point)
        self.context.use(point)
        return self._claimed(kind, parts, chain, point)

    def _stand_alone(self, parts: list[Items]) -> bool:
        """Whether all names of a claim are of functions of numbers, and none is called."""
        letters = {item.name for part in parts for item in every(part) if isinstance(item, Symbol)}
        functions = {
            name for name, info in self.context.functions.items() if info.domain == ((),) and not info.codomain
        }
        return bool(letters) and all(functions & set(spellings(letter)) for letter in letters)

    def _claimed(self, kind: str, parts: list[Items], chain: Chain, point: str) -> Said:
        reader = self.reader()
        reader.point = point
        self._refuse_primed_name(reader, parts)
        last, condition = cut_off(parts[-1], self.context)
        conditions = [*self.conditions, *([condition] if condition is not None else [])]
        parts = [*parts[:-1], last]
        for part in parts:
            reader.varied |= varied_in(reader, part)
        self._open_letters(reader, parts)
        values = [reader.expression(part) for part in parts]
        lists = dict(reader.lists)
        values = self._alike(reader, values, parts)
        values = self._oriented(reader, values, lists)
        self._whole(reader, *values)
        free: set[str] = set()
        for value in values:
            free |= set(build.free_indices(value))
        values = [separate(self.summed_twice(value, None), free, self.context) for value in values]
        if conditions:
            values = under(reader, conditions, values)
        for value in values:
            self.context.touched.update(build.names_in(value))
        placed = [replace(value, span=build.span(*trimmed(part))) for value, part in zip(values, parts, strict=True)]
        start = max(chain.start, trimmed(parts[0])[0].start)  # a display may go on with the side of one before it
        end = trimmed(parts[-1])[-1].end
        check = ast.Check(Span(start, end), kind, tuple(placed))
        if reader.stands_in:
            self.context.standins.add(check.span)
        return Said("claim", start, end, [*reader.extra, check])

    def _open_letters(self, reader: Reader, parts: list[Items]) -> None:
        """The letters at which vectors have their entries, and the sizes that they count."""
        for part in parts:
            for item in every(part):
                if not isinstance(item, Scripted) or item.sub is None:
                    continue
                letters = index_parts(item.sub)
                core = flattened(item)[0]
                if letters is None or len(letters) != 1 or not isinstance(core, Symbol):
                    continue
                letter = letters[0]
                if not isinstance(letter, Symbol) or letter.name not in _INDEX or self.context.is_value(letter.name):
                    continue
                known = next((name for name in spellings(core.name) if self.context.is_value(name)), None)
                shape = self.context.name_shape(known) if known is not None else ()
                if len(shape) == 1:
                    reader.open.add(letter.name)
                    if shape[0] is not None:
                        reader.ranges.setdefault(letter.name, str(shape[0]))

    def _refuse_primed_name(self, reader: Reader, parts: list[Items]) -> None:
        """`h' = ...` of an array h is its transpose, or a name of its own."""
        items = trimmed(parts[0])
        if len(items) != 1 or not isinstance(items[0], Scripted):
            return
        core, scripts = flattened(items[0])
        if scripts.primes != 1 or scripts.powers or not isinstance(core, Symbol):
            return
        name = next((one for one in spellings(core.name) if self.context.is_value(one)), None)
        shape = self.context.name_shape(name) if name is not None else ()
        if not shape:
            return
        right = self.reader().expression(parts[1])
        if not isinstance(right, Spread) and fit(reader.shape(right), shape):
            text = reader.written(items)
            hint = f"write {core.name}^T for the transpose, `{text} as {core.name}_new` for a name"
            reader.fail(f"`{text}`: the transpose of {name}, or another name?", items, hint, "D705")

    def _whole(self, reader: Reader, *values: ast.Expr) -> None:
        """Refuse arrays that are known by their entries within what cannot hold them."""
        found = left_over(*values)
        if found is not None:
            reader.fail_at("an array with open indices stands where it is not understood", found.span)

    def _alike(self, reader: Reader, values: list[ast.Expr], parts: list[Items]) -> list[ast.Expr]:
        """Sides that are known by their entries, compared entry by entry."""
        if not any(isinstance(value, Spread) for value in values):
            return values
        index, other = reader.context.fresh("r"), reader.context.fresh("c")
        zero = [isinstance(value, ast.Num) and value.value == 0 for value in values]
        kinds = {kind(reader, value) for value, is_zero in zip(values, zero, strict=True) if not is_zero}
        if len(kinds) > 1:  # false for the shapes alone
            return [whole(reader, value, values) for value in values]
        out: list[ast.Expr] = []
        for value, is_zero, part in zip(values, zero, parts, strict=True):
            at = build.span(*trimmed(part))
            if is_zero:
                out.append(value)
            elif kinds == {"matrix"}:
                out.append(cell(value, index, other, at))
            else:
                out.append(entry(value, index, at))
        return out

    def _oriented(self, reader: Reader, values: list[ast.Expr], lists: dict[int, ast.Expr]) -> list[ast.Expr]:
        """A list in brackets stands for a row where the other sides are rows; vectors of ones get their size."""
        shapes = [reader.shape(value) for value in values]
        row = any(len(shape) == 2 and shape[0] == 1 for shape in shapes)
        out = []
        for k, value in enumerate(values):
            if row and lists.get(id(value)) is value and len(shapes[k]) == 1:
                value = (
                    ast.ListLit(value.span, (value,))
                    if isinstance(value, ast.ListLit)
                    else ast.Transpose(value.span, value)
                )
            other = next((shape for j, shape in enumerate(shapes) if j != k and shape and None not in shape), ())
            out.append(filled(reader, value, other) if other else value)
        return out

    def summed_twice(self, value: ast.Expr, kept: set[str] | None) -> ast.Expr:
        """Under `einstein`, a product in which an index stands twice is summed over it."""
        return einstein(value, kept or set()) if self.context.einstein else value


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


def separate(value: ast.Expr, free: set[str], context: Context) -> ast.Expr:
    """The expression with sums over other letters than those that are open beside them."""
    clashes = {
        index for node in build.walk(value) if isinstance(node, ast.IndexSum) for index in node.indices if index in free
    }
    for index in clashes:
        value = _renamed_sums(value, index, context.fresh(index))
    return value


def _renamed_sums(value: ast.Expr, old: str, new: str) -> ast.Expr:
    from dataclasses import fields

    if isinstance(value, ast.IndexSum) and old in value.indices:
        indices = tuple(new if index == old else index for index in value.indices)
        return replace(value, indices=indices, body=renamed(value.body, old, new))
    changes: dict[str, Any] = {}
    for one in fields(value):
        part = getattr(value, one.name)
        if isinstance(part, ast.Expr):
            changes[one.name] = _renamed_sums(part, old, new)
        elif isinstance(part, tuple) and part and isinstance(part[0], ast.Expr):
            changes[one.name] = tuple(_renamed_sums(sub, old, new) for sub in part)
    return replace(value, **changes) if changes else value


def einstein(value: ast.Expr, kept: set[str]) -> ast.Expr:
    """Terms with each index that stands twice in them summed over."""
    if isinstance(value, ast.Sum):
        return replace(value, terms=tuple(einstein(term, kept) for term in value.terms))
    if isinstance(value, ast.Neg):
        return replace(value, arg=einstein(value.arg, kept))
    counts: dict[str, int] = {}
    bound: set[str] = set()
    for node in build.walk(value):
        if isinstance(node, ast.IndexSum):
            bound |= set(node.indices)
        if isinstance(node, ast.Index):
            for index in node.indices:
                if isinstance(index, ast.Name):
                    counts[index.id] = counts.get(index.id, 0) + 1
    twice = tuple(name for name, count in counts.items() if count > 1 and name not in kept and name not in bound)
    return ast.IndexSum(value.span, twice, value) if twice else value
