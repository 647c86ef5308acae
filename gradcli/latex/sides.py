"""What one side of a chain may be: names that are declared, a name, an entry or a function that is defined."""

from __future__ import annotations

from collections.abc import Sequence

from gradcli.latex.chains import Chain
from gradcli.latex.context import Context, spellings
from gradcli.latex.declarations import declared_names, domain, function_type
from gradcli.latex.derivative_signs import derivative_parts as derivative_parts
from gradcli.latex.derivatives import is_jacobian, square_root
from gradcli.latex.differentials import is_differential
from gradcli.latex.evaluations import is_inverse
from gradcli.latex.fault import FormulaFault
from gradcli.latex.functions import function_of
from gradcli.latex.lists import split_commas, trimmed
from gradcli.latex.naming import base_of, counts_indices, known_name, new_name
from gradcli.latex.notations import rewritten
from gradcli.latex.reader import Reader
from gradcli.latex.said import INDEX_LETTERS, Left
from gradcli.latex.scripts import flattened, index_parts, slug
from gradcli.latex.spelled import carried, letter, letters_from, with_words
from gradcli.latex.tree import (
    Accent,
    Bracket,
    Group,
    Item,
    Items,
    Named,
    Symbol,
    Word,
    every,
)
from gradcli.syntax import ast


class Sides:
    """Reads the sides of chains of one program of a document."""

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

    def plain_name(self, items: Items) -> str | None:
        """The name in the language of a notation that stands alone; None where it is none."""
        try:
            return self._plain_name(self.reader(), items)
        except FormulaFault:
            return None

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
        base, accent = base_of(reader, core, scripts)
        label = slug(scripts.label) if scripts.label is not None else ""
        sub = slug(scripts.sub) if scripts.sub is not None else ""
        return new_name(self.context, base, accent, f"{label}_{sub}" if label and sub else label or sub)

    def _is_entry(self, reader: Reader, items: Items) -> bool:
        """Whether a declared notation is an entry of what is known: it declares nothing."""
        core, scripts = flattened(trimmed(items)[0])
        if scripts.sub is None or not isinstance(core, Symbol | Accent):
            return False
        base, accent = base_of(reader, core, scripts)
        known = known_name(reader, base, accent, "", "")
        return known is not None and bool(self.context.name_shape(known)) and index_parts(scripts.sub) is not None

    def left(self, reader: Reader, items: Items) -> Left | None:
        """A left side as a name, an entry or a function of names; None where it is something else."""
        if self.context.notations:
            items = rewritten(items, self.context.notations)
        items = trimmed(with_words(reader, items))
        while len(items) == 1 and isinstance(items[0], Group) and not items[0].font.startswith("b"):
            items = trimmed(with_words(reader, items[0].items))
        run = letters_from(items, 0)
        spelled = "".join(map(letter, run))
        alone = len(run) == len(items) or (len(items) == len(run) + 1 and isinstance(items[-1], Bracket))
        known = [one for one in spelled if self.context.known(one)]
        if spelled.isupper():
            a_word = len(run) > 1 and not known
        else:  # Obj, net_j: no product of names that are known, or of arrays
            a_word = len(run) > 2 and len(known) < len(run) and not any(map(self.context.name_shape, known))
        if alone and a_word:
            last = flattened(run[-1])[0]
            items = (carried(Word(run[0].start, last.end, spelled), run[-1]), *items[len(run) :])
        if len(items) == 2 and is_differential(reader, items, 0):
            return None if isinstance(items[1], Bracket) else self._named_differential(reader, items)
        if (
            len(items) > 1
            and len(letters_from(items, 0)) == len(items)
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
        base, accent = base_of(reader, core, scripts)
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
        whole = known_name(reader, base, accent, label, sub)
        if whole is not None:
            return Left(whole, None, params, True)
        if scripts.sub is not None:
            parts = index_parts(scripts.sub)
            stem = known_name(reader, base, accent, label, "")
            letters = parts is not None and all(isinstance(p, Symbol) and p.name in INDEX_LETTERS for p in parts)
            single = parts is not None and len(parts) == 1 and letters
            entry = parts is not None and stem is not None and (single or counts_indices(reader, stem, parts))
            entry = entry and not any(self._is_number(part) for part in parts or [])
            if parts is not None and stem is not None and entry and context.name_shape(stem):
                return Left(stem, parts, params, True)
            if parts is not None and stem is None and base.islower() and len(base) == 1 and letters:
                upper = known_name(reader, base.upper(), None, "", "")
                if upper is not None and len(context.name_shape(upper)) == len(parts):
                    return Left(upper, parts, params, True)
            if (
                parts is not None
                and letters
                and (stem is None or len(parts) == 1)
                and params is None
                and not all(isinstance(p, Symbol) and p.name in ("t", "l") for p in parts)
            ):
                name = new_name(self.context, base, accent, label)
                if base.islower() and len(parts) == 2 and base.upper() in context.ahead and len(base) == 1:
                    name = base.upper()
                return Left(name, parts, params, False)
        name = new_name(self.context, base, accent, f"{label}_{sub}" if label and sub else label or sub)
        if label:
            context.labelled.add(name)
        return Left(name, None, params, False)

    def _is_number(self, part: Item) -> bool:
        r"""Whether a subscript is a number of the document, the mu of `x_\mu`, and counts nothing."""
        context = self.context
        names = list(spellings(part.name)) if isinstance(part, Symbol) else []
        return any(context.is_value(name) and name not in context.discrete for name in names)

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

    def _params(self, reader: Reader, left: Left) -> list[str]:
        out = []
        for param in left.params or []:
            found = self.left(reader, square_root(reader, param) or param)
            if found is None or found.parts is not None or found.params is not None:
                reader.fail("a parameter of a function is a name", param, None, "D708")
            out.append(found.name)
        return out

    def _is_open_call(self, reader: Reader, side: Items) -> bool:
        """Whether a side is `f(x)` with f unknown."""
        found = self.left(reader, side)
        return (
            found is not None and found.params is not None and not found.known and found.name not in self.context.bare
        )
