r"""Formulas to expressions of the language: a precedence parser over the parts of a formula.

Whether `f(x)` is a call or a product, `x_i` an entry or a name, `^T` a transpose or a power is settled by what the
document has said (`Context`), which no grammar without that knowledge can settle; so this is written by hand.
Loosest first: `+ -`; sums and derivatives, which reach over the rest of their product; `\odot \otimes`;
products; functions without brackets; scripts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NoReturn

from gradcli.latex import (
    build,
    combine,
    compositions,
    derivative_signs,
    derivatives,
    differentials,
    grids,
    nabla,
    names,
    naming,
    spelled,
    sums,
)
from gradcli.latex.context import Context
from gradcli.latex.fault import FormulaFault
from gradcli.latex.functions import ELEMENTWISE, MATRIX_FUNCTIONS, RECIPROCAL, WHOLE_PRODUCT, function_of
from gradcli.latex.lists import split_commas, split_marks, trimmed
from gradcli.latex.notations import rewritten
from gradcli.latex.shapes import Shape, fit
from gradcli.latex.spread import Spread, mapped, renamed, spread_sum, turned
from gradcli.latex.terms import split_terms
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
    Root,
    Scripted,
    Space,
    Symbol,
    Word,
)
from gradcli.syntax import ast
from gradcli.syntax.ast import Span

MOST_DEPTH = 50


class Reader:
    """Reads parts of one formula; `extra` collects the definitions that it needs beside itself."""

    def __init__(self, context: Context, text: str) -> None:
        self.context = context
        self.text = text
        self.extra: list[ast.Statement] = []
        self.bound: dict[str, str] = {}
        self.ranges: dict[str, str] = {}  # to what the indices of sums run, as the document writes it
        self.locals: dict[str, ast.Expr] = {}
        self.used: set[str] = set()
        self.varied: set[str] = set()
        self.depth = 0
        self.lists: dict[int, ast.Expr] = {}
        self.stands_in = False
        self.by_entry = 0
        self.point = ""
        self.open: set[str] = set()  # letters that stand for an entry in the whole formula

    # ------------------------------------------------------------------ helpers

    def fail(self, message: str, at: Item | Items, hint: str | None = None, code: str = "D702") -> NoReturn:
        """Raise the fault at a place."""
        items = at if isinstance(at, tuple) else (at,)
        start, end = (items[0].start, items[-1].end) if items else (0, 0)
        raise FormulaFault(code, message, start, end, hint)

    def fail_at(self, message: str, at: Span, hint: str | None = None, code: str = "D703") -> NoReturn:
        """Raise the fault at a span."""
        raise FormulaFault(code, message, at.start, at.end, hint)

    def written(self, at: Item | Items | Span) -> str:
        """What stands in the document."""
        if isinstance(at, Span):
            return " ".join(self.text[at.start : at.end].split())
        items = at if isinstance(at, tuple) else (at,)
        return " ".join(self.text[items[0].start : items[-1].end].split()) if items else ""

    def shape(self, expr: ast.Expr) -> Shape:
        """The shape of an expression."""
        return self.context.shapes.of(expr)

    def prepared(self, items: Sequence[Item]) -> Items:
        """The parts of one list with notations of the document and words in bare letters put together."""
        if self.context.notations:
            items = rewritten(tuple(items), self.context.notations)
        words = spelled.with_words(self, tuple(items))
        return rewritten(words, self.context.notations) if self.context.notations and words != items else words

    def name_of(self, value: ast.Expr) -> ast.Expr | None:
        """The defined name whose value an expression is."""
        for name, meaning in self.context.meanings.items():
            if meaning == value:
                return build.name(name, value.span)
        return None

    # ---------------------------------------------------------------------- sums

    def expression(self, items: Sequence[Item]) -> ast.Expr:
        """The expression that parts make."""
        whole = trimmed(self.prepared(items))
        if not whole:
            first = items[0] if items else Number(0, 0, "")
            self.fail("an expression is missing here", first)
        return self.sum_of(whole)

    def sum_of(self, whole: Items) -> ast.Expr:
        """Terms with signs between them; the parts are prepared."""
        if len(whole) == 1 and isinstance(whole[0], Group):
            return self.expression(whole[0].items)
        terms, signs = split_terms(self, whole)
        dotted = [
            k for k, term in enumerate(terms) if len(term) == 1 and isinstance(term[0], Mark) and term[0].kind == "dots"
        ]
        if dotted:
            return sums.dotted_sum(self, terms, signs, dotted)
        values = [self.term(term) for term in terms]
        if len(values) > 1 and any(isinstance(value, Spread) for value in values):
            return spread_sum(self, values, signs, build.span(*whole))
        if len(values) == 1 and isinstance(values[0], Spread) and signs[0] == "-":
            only = values[0]
            return replace(only, body=ast.Neg(only.span, only.body))
        values = combine.sized(self, values)
        return build.summed(values, signs, build.span(*whole))

    # --------------------------------------------------------------------- terms

    def term(self, items: Items) -> ast.Expr:
        """One product, with the sums and derivatives that reach over the rest of it."""
        self.depth += 1
        if self.depth > MOST_DEPTH:
            self.fail(f"the formula is nested more than {MOST_DEPTH} deep", items, None, "D711")
        try:
            return self._term(items)
        finally:
            self.depth -= 1

    def _term(self, items: Items) -> ast.Expr:
        for k, item in enumerate(items):
            if isinstance(item, Mark) and item.kind in ("rel", "arrow", "other", "amp", "row"):
                self.fail(f"`{self.written(item)}` is not understood here", item)
            differentiated = k > 0 and (
                derivative_signs.is_nabla(items[k - 1]) or derivative_signs.is_partial(items[k - 1])
            )
            if not differentiated and (sums.is_big(item) or derivative_signs.is_operator(item)):
                body = trimmed(items[k + 1 :])
                read = sums.big if sums.is_big(item) else derivatives.applied
                value = read(self, item, body)
                return self.before(items[:k], value)
        return self.segments(items)

    def before(self, items: Items, value: ast.Expr) -> ast.Expr:
        """What stands before a sum or a derivative, times it."""
        items = trimmed(items)
        if not items:
            return value
        op = "juxt"
        last = items[-1]
        if isinstance(last, Mark) and last.kind in ("mul", "had", "div"):
            op, items = last.text, items[:-1]
        if isinstance(last, Word) and not items[:-1]:
            return self.applied(last, (value,), last)
        if isinstance(last, Word):
            inner = self.applied(last, (value,), last)
            return self.before(items[:-1], inner)
        left = self.segments(items)
        return combine.combined(self, left, op, value, items)

    def segments(self, items: Items) -> ast.Expr:
        r"""Products with `\odot`, `\otimes` and their kin between them, from the left."""
        pieces: list[list[Item]] = [[]]
        ops: list[Mark] = []
        for item in items:
            if isinstance(item, Mark) and item.kind == "had":
                ops.append(item)
                pieces.append([])
            else:
                pieces[-1].append(item)
        if ops and ops[0].text == "circ" and (made := compositions.composed(self, pieces, ops)) is not None:
            return made
        values = []
        for k, piece in enumerate(pieces):
            if not trimmed(tuple(piece)):
                self.fail("there is nothing on one side of this sign", ops[max(0, k - 1)] if ops else items)
            self.by_entry += any(op.text in ("odot", "oslash") for op in ops)
            values.append(self.chain(tuple(piece)))
            self.by_entry -= any(op.text in ("odot", "oslash") for op in ops)
        out = values[0]
        for op, value in zip(ops, values[1:], strict=True):
            out = combine.combined(self, out, op.text, value, (op,))
        return out

    def chain(self, items: Items) -> ast.Expr:
        """Factors side by side, or with signs of products and quotients between them."""
        factors: list[tuple[str, ast.Expr]] = []
        op = "juxt"
        negative = False
        at = 0
        slash: int | None = None
        while at < len(items):
            item = items[at]
            if isinstance(item, Space):
                at += 1
            elif isinstance(item, Mark) and item.kind in ("mul", "div"):
                if not factors:
                    self.fail(f"there is nothing before `{self.written(item)}`", item)
                op = item.text
                at += 1
            elif isinstance(item, Mark) and item.kind == "add":
                negative ^= item.text == "-"
                at += 1
            else:
                if slash is not None and op == "juxt":
                    self.check_slash(factors, items, slash, at)
                    slash = None
                start = at
                factor, at = self.factor(items, at)
                if op == "/":
                    slash = start
                factors.append((op, factor))
                op = "juxt"
        if not factors or op != "juxt":
            self.fail("something is missing at the end of this product", items)
        out = combine.folded(self, factors, items)
        return ast.Neg(out.span, out) if negative else out

    def check_slash(self, factors: list[tuple[str, ast.Expr]], items: Items, slash: int, at: int) -> None:
        """`a / b c` may be two things; `1/2 (...)` and `1/n \\sum` are one."""
        over, under = factors[-2][1], factors[-1][1]
        plain = isinstance(under, ast.Num) or (isinstance(under, ast.Name) and under.id in self.context.dims)
        apart = items[at].start > items[slash].end or not isinstance(items[at], Symbol | Scripted | Accent)
        if plain and isinstance(over, ast.Num | ast.Name) and apart:
            return
        part = self.written(items[slash:at])
        rest = self.written(items[at])
        hint = rf"write \frac{{..}}{{{part}}} {rest}, or \frac{{..}}{{{part} {rest}}}"
        self.fail(f"`/ {part} {rest}`: is {rest} below the line or beside it?", items[slash : at + 1], hint, "D705")

    # ------------------------------------------------------------------- factors

    def factor(self, items: Items, at: int) -> tuple[ast.Expr, int]:
        """One factor that begins at a position, with the arguments that belong to it, and where the next begins."""
        self.depth += 1
        if self.depth > MOST_DEPTH:
            self.fail(f"the formula is nested more than {MOST_DEPTH} deep", items[at], None, "D711")
        try:
            value, at = self._factor(items, at)
            while at < len(items) and isinstance(mark := items[at], Mark) and mark.kind == "bang":
                value, at = combine.factorial(self, value, mark), at + 1
            return value, at
        finally:
            self.depth -= 1

    def _factor(self, items: Items, at: int) -> tuple[ast.Expr, int]:
        item = items[at]
        if derivative_signs.is_nabla(item):
            return nabla.nabla(self, items, at)
        if derivative_signs.is_partial(item):
            return nabla.partial(self, items, at)
        if differentials.is_differential(self, items, at):
            return differentials.differential(self, items, at)
        core, _ = names.unscripted(item)
        if isinstance(core, Bracket) and (composed := compositions.called_composition(self, items, at)) is not None:
            return composed
        if isinstance(core, Symbol | Word | Accent | Named) or (isinstance(core, Group) and core.font):
            return names.named(self, items, at)
        return self.atom(item), at + 1

    def atom(self, item: Item) -> ast.Expr:
        """A part that is no name, with its scripts."""
        if isinstance(item, Scripted):
            return names.scripted(self, item)
        at = build.span(item)
        match item:
            case Number():
                return build.number(item.text, at)
            case Bracket():
                return self.bracket(item)
            case Group():
                return self.expression(item.items)
            case Fraction():
                return self.fraction(item)
            case Root():
                return self.root(item)
            case Grid():
                return grids.grid(self, item)
            case Symbol() | Word() | Accent() | Named():
                return names.named(self, (item,), 0)[0]
            case Prose():
                self.fail("words are no part of an expression", item)
            case Mark() if item.kind == "dots":
                self.fail("dots stand for nothing here", item, "they are read in lists, matrices and sums")
        self.fail(f"`{self.written(item)}` is not understood here", item)

    def bracket(self, item: Bracket) -> ast.Expr:
        """Brackets: grouping, a list, a norm, an absolute value, a determinant, an inner product."""
        at = build.span(item)
        inside = trimmed(item.items)
        if item.open in ("|", "||"):
            value = self.expression(inside)
            if item.open == "||":
                return build.call("norm", at, value)
            return self.bars(value, item)
        if item.open == "<":
            pair = split_commas(inside)
            if len(pair) == 1 and any(isinstance(p, Mark) and p.text == "no claim" for p in inside):
                pair = split_marks(inside, lambda m: m.text == "no claim")
            if len(pair) != 2:
                self.fail("an inner product has two parts", item)
            a, b = (self.expression(part) for part in pair)
            return build.call("dot", at, a, b)
        if item.open in ("floor", "ceil"):
            return build.call(item.open, at, self.expression(inside))
        if item.open == item.close == ".":
            return self.expression(inside)
        if (item.open, item.close) == ("{", ".") and len(inside) == 1 and isinstance(inside[0], Grid):
            return grids.cases(self, inside[0])  # cases, drawn by hand
        if item.close == "|" or item.open == ".":
            self.fail("an evaluation at a point is not understood", item)
        if any(isinstance(part, Mark) and part.kind == "rel" for part in inside):
            return self.indicator(inside, at)
        if item.open in ("[", "(") and grids.is_list(inside):
            return grids.listed(self, item)
        if (item.open, item.close) not in (("(", ")"), ("[", "]"), ("{", "}")):
            self.fail("these brackets do not belong together", item)
        value = self.expression(inside)
        return replace(value, span=at) if at.end > at.start else value

    def bars(self, value: ast.Expr, item: Bracket) -> ast.Expr:
        """`|x|` of a scalar, of a square matrix."""
        shape = self.shape(value)
        at = build.span(item)
        if not shape:
            return build.call("abs", at, value)
        if len(shape) == 2 and fit(shape[:1], shape[1:]):
            return build.call("det", at, value)
        what = "vector" if len(shape) == 1 else "matrix that is not square"
        hint = r"write \| \| for a norm, \operatorname{abs}(..) for absolute values"
        self.fail(f"`{self.written(item)}`: of a {what} bars may mean a norm or absolute values", item, hint, "D705")

    def indicator(self, items: Items, at: Span) -> ast.Expr:
        """`[a > b]`: 1 where it is so."""
        return grids.condition(self, items, at)

    def fraction(self, item: Fraction) -> ast.Expr:
        """A quotient, or a derivative."""
        if derivative_signs.is_derivative(self, item):
            return derivatives.fraction(self, item)
        top, bottom = self.expression(item.top), self.expression(item.bottom)
        return combine.quotient(self, top, bottom, item)

    def root(self, item: Root) -> ast.Expr:
        """A root."""
        at = build.span(item)
        value = self.expression(item.items)
        shape = self.shape(value)
        if item.degree:
            degree = self.expression(item.degree)
            one = build.number(1, at)
            return ast.Power(at, value, ast.Product(at, (one, degree), ("/",)))
        if len(shape) == 2 and fit(shape[:1], shape[1:]):
            self.ask_matrix("sqrt", item)
        return build.call("sqrt", at, value)

    def ask_matrix(self, fn: str, item: Item) -> NoReturn:
        """Of a square matrix, an elementwise function or a function of the matrix: say which."""
        matrix = MATRIX_FUNCTIONS[fn] or f"the matrix function, which is not known: write {fn} as g for any function"
        message = f"{fn} of a square matrix: is it taken entry by entry, or is it the function of the matrix?"
        hint = f"write `\\{fn} as {fn}` for entry by entry, `\\{fn} as {matrix}` for that of the matrix"
        self.fail(message, item, hint, "D705")

    # ----------------------------------------------------------------- functions

    def applied(
        self, word: Item, args: tuple[ast.Expr, ...], item: Item, fn: str | None = None, primes: int = 0
    ) -> ast.Expr:
        """A function of the language on its arguments."""
        at = Span(min(word.start, item.start), max(word.end, item.end, *(arg.span.end for arg in args)))
        text = word.text if isinstance(word, Word) else self.written(word)
        agreed = fn is not None
        fn = fn or function_of(text)
        if fn is None:
            self.fail(
                f"{text} is no function that is known here",
                word,
                f"declare it, `{naming.plain(text)} : R -> R`",
                "D703",
            )
        if len(args) == 1 and isinstance(args[0], Spread):
            return self.applied_to_line(fn, args[0], item, primes)
        if fn in RECIPROCAL:
            return ast.Product(at, (build.number(1, at), build.call(RECIPROCAL[fn], at, *args)), ("/",))
        if fn == "transpose":
            return ast.Transpose(at, args[0])
        if len(args) == 1 and fn in MATRIX_FUNCTIONS and not agreed:
            shape = self.shape(args[0])
            if len(shape) == 2 and 1 not in shape and fit(shape[:1], shape[1:]):
                self.ask_matrix(fn, word)
        if len(args) == 1 and fn == "log":
            inner = args[0]
            if isinstance(inner, ast.Call) and inner.fn == "det" and not inner.primes and not primes:
                return build.call("logdet", at, *inner.args)
            if (
                isinstance(inner, ast.Call)
                and inner.fn == "abs"
                and isinstance(inner.args[0], ast.Call)
                and inner.args[0].fn == "det"
            ):
                return build.call("logdet", at, *inner.args[0].args)
        return build.call(fn, at, *args, primes=primes)

    def applied_to_line(self, fn: str, value: Spread, item: Item, primes: int) -> ast.Expr:
        """A function of a vector that is known by its entries."""
        if fn in ELEMENTWISE:
            return mapped(value, lambda body: build.call(fn, value.span, body, primes=primes))
        if fn == "sum":
            return ast.IndexSum(value.span, value.indices, value.body)
        if fn == "tr" and value.second:
            return ast.IndexSum(value.span, (value.index,), renamed(value.body, value.second, value.index))
        if fn == "transpose":
            return turned(value)
        self.fail(
            f"{fn} of an array with open indices is not understood", item, "write it by entries, with sums", "D703"
        )

    def bare_argument(self, items: Items, at: int, fn: str | None) -> tuple[ast.Expr, int]:
        r"""What a function without brackets takes: `\sin 2x`, `\log\det A`, `\operatorname{tr} A X B`."""
        start = at
        while at < len(items) and isinstance(items[at], Space):
            at += 1
        if at >= len(items):
            self.fail("this function has no argument", items[max(0, start - 1)])
        first = items[at]
        core, _ = names.unscripted(first)
        if isinstance(core, Word) and function_of(core.text):
            return names.named(self, items, at)
        whole = fn in WHOLE_PRODUCT
        factors: list[tuple[str, ast.Expr]] = []
        counted = 0
        negative = isinstance(first, Mark) and first.kind == "add"
        if negative:
            at += 1
        begin = at
        while at < len(items):
            item = items[at]
            core, _ = names.unscripted(item)
            if isinstance(item, Space):
                break
            if isinstance(item, Mark) and item.kind in ("mul", "div") and whole:
                op = item.text
                at += 1
                factor, at = self.factor(items, at)
                factors.append((op, factor))
                continue
            if isinstance(item, Mark) or derivative_signs.is_operator(item):
                break
            if isinstance(core, Word) and function_of(core.text) and counted:
                break
            if not whole and counted and isinstance(core, Bracket | Fraction | Root | Grid):
                break
            if not whole and counted and fn in ("log", "exp"):
                part = self.written(items[begin:at])
                rest = self.written(item)
                hint = rf"write \{fn}({part} {rest}), or (\{fn} {part}) {rest}"
                self.fail(
                    f"`\\{fn} {part} {rest}`: does the function take {rest} too?", items[begin : at + 1], hint, "D705"
                )
            factor, at = self.factor(items, at)
            counted += not isinstance(factor, ast.Num)
            factors.append(("juxt", factor))
            if isinstance(core, Bracket | Fraction) and not whole:
                break
        if not factors:
            self.fail("this function has no argument", items[begin - 1 : begin] or items[-1:])
        out = combine.folded(self, factors, items[begin:at])
        return (ast.Neg(out.span, out) if negative else out), at

    def elementwise(self, fn: str) -> bool:
        """Whether a function of the language acts entry by entry."""
        return fn in ELEMENTWISE


# ------------------------------------------------------------------------ lists
