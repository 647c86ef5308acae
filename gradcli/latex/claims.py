"""What a chain claims: equations, stretch by stretch."""

from __future__ import annotations

from dataclasses import replace

from gradcli.latex import build
from gradcli.latex.chains import Chain
from gradcli.latex.combine import filled
from gradcli.latex.conditions import cut_off, under
from gradcli.latex.context import spellings
from gradcli.latex.derivative_signs import derivative_parts as derivative_parts
from gradcli.latex.differentials import varied_in
from gradcli.latex.einstein import einstein, separate
from gradcli.latex.fault import FormulaFault
from gradcli.latex.lists import trimmed
from gradcli.latex.reader import Reader
from gradcli.latex.said import DEFINED_BY, INDEX_LETTERS, Said
from gradcli.latex.scripts import flattened, index_parts
from gradcli.latex.shapes import fit
from gradcli.latex.sides import Sides
from gradcli.latex.spread import Spread, cell, entry, kind, left_over, whole
from gradcli.latex.tree import (
    Items,
    Mark,
    Scripted,
    Symbol,
    every,
)
from gradcli.syntax import ast
from gradcli.syntax.ast import Span


class Claims(Sides):
    """Reads the claims of chains."""

    def claims(self, sides: list[Items], relations: list[Mark], chain: Chain, first: ast.Expr | None) -> list[Said]:
        """The claims of a chain: one for each stretch of equals signs."""
        stretches: list[tuple[str, list[Items]]] = [("check", [sides[0]])]
        for relation, side in zip(relations, sides[1:], strict=True):
            if relation.text in ("=", DEFINED_BY):
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
        if kind == "check" and isinstance(values[0], ast.Name) and values[0].id in self.context.meanings:
            self.context.restated[values[0].id] = values[-1]
        own = not reader.stands_in
        factors: list[ast.Expr] = []
        if conditions:
            values, factors = under(reader, conditions, values)
        for value in values:
            self.context.touched.update(build.names_in(value))
        placed = [replace(value, span=build.span(*trimmed(part))) for value, part in zip(values, parts, strict=True)]
        start = max(chain.start, trimmed(parts[0])[0].start)  # a display may go on with the side of one before it
        end = trimmed(parts[-1])[-1].end
        check = ast.Check(Span(start, end), kind, tuple(placed))
        if reader.stands_in:
            self.context.standins.add(check.span)
            if own:
                self.context.conditioned[check.span] = tuple(factors)
        return Said("claim", start, end, [*reader.extra, check])

    def _open_letters(self, reader: Reader, parts: list[Items]) -> None:
        """The letters at which vectors have their entries, and the sizes that they count."""
        for part in parts:
            for item in every(part):
                if not isinstance(item, Scripted):
                    continue
                self._open_line(reader, item)
                if item.sub is None:
                    continue
                letters = index_parts(item.sub)
                core = flattened(item)[0]
                if letters is None or len(letters) != 1 or not isinstance(core, Symbol):
                    continue
                letter = letters[0]
                if (
                    not isinstance(letter, Symbol)
                    or letter.name not in INDEX_LETTERS
                    or self.context.is_value(letter.name)
                ):
                    continue
                known = next((name for name in spellings(core.name) if self.context.is_value(name)), None)
                shape = self.context.name_shape(known) if known is not None else ()
                if len(shape) == 1:
                    reader.open.add(letter.name)
                    if shape[0] is not None:
                        reader.ranges.setdefault(letter.name, str(shape[0]))

    def _open_line(self, reader: Reader, item: Scripted) -> None:
        """The letter of `m_k`, `x^{(i)}` at which a matrix has the line that a sum took there before."""
        core, scripts = flattened(item)
        letters = index_parts(scripts.label or scripts.sub or ())
        if letters is None or len(letters) != 1 or not isinstance(core, Symbol):
            return
        letter, found = letters[0], self.context.lines.get(core.name + scripts.label_open)
        if found is None or not isinstance(letter, Symbol) or self.context.is_value(letter.name):
            return
        name, column = found
        reader.open.add(letter.name)
        reader.ranges.setdefault(letter.name, str(self.context.name_shape(name)[column]))

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
