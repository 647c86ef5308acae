"""What a chain defines: a value, a function, an array by its entries."""

from __future__ import annotations

from dataclasses import replace

from gradcli.latex import build
from gradcli.latex.chains import Chain
from gradcli.latex.claims import Claims
from gradcli.latex.combine import filled
from gradcli.latex.context import Notation, Template, spellings
from gradcli.latex.derivative_signs import derivative_parts as derivative_parts
from gradcli.latex.derivatives import square_root
from gradcli.latex.differentials import differs
from gradcli.latex.einstein import separate
from gradcli.latex.entries import define_by_entries
from gradcli.latex.fault import FormulaFault
from gradcli.latex.functions import function_of
from gradcli.latex.lists import split_commas, trimmed
from gradcli.latex.naming import base_of, new_name
from gradcli.latex.notations import order
from gradcli.latex.prescan import FUNCTION_LETTERS
from gradcli.latex.reader import Reader
from gradcli.latex.said import DEFINED_BY, INDEX_LETTERS, Left, Said
from gradcli.latex.scripts import flattened, index_parts, is_transpose, plain_number
from gradcli.latex.spread import Spread
from gradcli.latex.tree import (
    Accent,
    Bracket,
    Grid,
    Items,
    Mark,
    Scripted,
    Space,
    Symbol,
    Word,
    every,
)
from gradcli.syntax import ast
from gradcli.syntax.ast import Span


class Definitions(Claims):
    """Reads the definitions of chains, and the claims that follow in them."""

    def definition(self, sides: list[Items], relations: list[Mark], chain: Chain, define: bool) -> list[Said] | None:
        """The definition that a chain is, and the claims after it; None where it is a claim."""
        first = relations[0].text
        if first not in ("=", DEFINED_BY):
            return None
        force = define or first == DEFINED_BY
        reader = self.reader()
        sides = self._turned(reader, sides)
        self.varied = any(differs(reader, side) for side in sides[1:])
        sides = [self._logarithm(reader, self._squared(reader, sides[0])), *sides[1:]]
        left = self.left(reader, sides[0]) or self._own_function(reader, sides)
        left = left or self._entries_of_call(reader, sides[0])
        left = self._renamed(reader, left, sides[0]) if left is not None and left.params else left
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

    def _turned(self, reader: Reader, sides: list[Items]) -> list[Items]:
        """`-D = ...` of a D of which nothing is said defines D: the signs of all sides are turned."""
        items = trimmed(sides[0])
        if len(items) < 2 or not isinstance(items[0], Mark) or (items[0].kind, items[0].text) != ("add", "-"):
            return sides
        left = self.left(reader, items[1:])
        if left is None or left.known or left.parts is not None or left.name in self.context.expected:
            return sides
        minus = items[0]
        turned: list[Items] = [items[1:]]
        for side in sides[1:]:
            inside = trimmed(side)
            at = inside[0].start, inside[-1].end
            turned.append((replace(minus, start=at[0], end=at[0]), Bracket(*at, "(", ")", inside)))
        return turned

    def _renamed(self, reader: Reader, left: Left, side: Items) -> Left:
        r"""A call that is a name of its own: `p(x_i; \beta) = ...` by entries, `R(\lambda) = ...` beside `R(\beta)`.

        The notation is agreed on, and stands for that name from then on.
        """
        context = self.context
        params = left.params or []
        if not left.known and left.parts is None and not self._are_names(reader, params):
            letters = self._counting(params)
            if len(letters) != 1:
                return left
            letter = letters.pop()
            part = next(item for item in every(side) if isinstance(item, Symbol) and item.name == letter)
            self._agree(trimmed(side), f"{left.name}[{letter}]", letter)
            return Left(left.name, [part], None, False)
        given = context.templates.get(left.name)
        if given is None or len(params) != 1 or len(given.params) != 1 or not self._are_names(reader, params):
            return left
        (own,) = self._params(reader, left)
        if own in given.params or not context.known(own):
            return left
        if context.name_shape(own) == context.name_shape(given.params[0]):
            return left
        name = f"{left.name}_{own}"
        self._agree(trimmed(side), name)
        return Left(name, None, None, context.known(name))

    def _entries_of_call(self, reader: Reader, side: Items) -> Left | None:
        r"""`\sigma(\mathbf z)_i = ...` of a function of which nothing is said: what is so written, by its entries."""
        items = trimmed(side)
        if len(items) != 2 or not isinstance(items[1], Scripted) or not isinstance(items[1].base, Bracket):
            return None
        bracket, sub = items[1].base, items[1].sub
        parts = index_parts(sub) if sub is not None else None
        left = self.left(reader, (items[0], bracket))
        if left is None or left.params is None or left.known or items[1].sup is not None or items[1].primes:
            return None
        if parts is None or not self._are_names(reader, left.params):
            return None
        self._agree((items[0], bracket), left.name)
        return Left(left.name, parts, None, False)

    def _agree(self, items: Items, target: str, letter: str = "") -> None:
        self.context.notations.append(Notation(items, target, frozenset(letter)))
        self.context.notations.sort(key=order)

    def _counting(self, params: list[Items]) -> set[str]:
        """The letters that count samples in arguments: the i of `x_i`, of `x^{(i)}`."""
        found: set[str] = set()
        for param in params:
            for item in every(param):
                core, scripts = flattened(item) if isinstance(item, Scripted) else (item, None)
                parts = index_parts(scripts.label or scripts.sub or ()) if scripts is not None else None
                if isinstance(core, Symbol | Accent) and parts is not None and len(parts) == 1:
                    found |= {one.name for one in parts if isinstance(one, Symbol) and one.name in INDEX_LETTERS}
        return {one for one in found if not self.context.is_value(one)}

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
        self._agree(items, name)
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
        if any(name in INDEX_LETTERS or name in FUNCTION_LETTERS for name in others):
            return None
        return Left(word.text.replace("-", "_").replace(" ", "_"), None, params, False)

    def _logarithm(self, reader: Reader, side: Items) -> Items:
        r"""`\ln p(x | \mu) = ...` of a p of which nothing is said defines a name: what is so written from then on."""
        items = tuple(item for item in trimmed(side) if not isinstance(item, Space))
        if len(items) not in (2, 3) or not isinstance(items[0], Word):
            return side
        if items[0].text not in ("log", "ln", "cos", "sin", "tan"):
            return side
        if len(items) == 3 and not isinstance(items[2], Bracket):
            return side
        inner = self.left(reader, items[1:2])
        if inner is None or inner.known or inner.parts is not None or isinstance(items[1], Scripted | Bracket):
            return side
        name = f"{'log' if items[0].text == 'ln' else items[0].text}_{inner.name}"
        for k in {2, len(items)}:
            self._agree(items[:k], name)
        return items

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
        free_letters = set(build.free_indices(value))
        if free_letters:
            entry = self._by_its_subscript(reader, sides[0], free_letters) if target == 1 and not params else None
            if set(params) == free_letters and len(params) == 1 and not left.known:  # p(k) = ..., of an index k
                letter = next(item for item in every(sides[0]) if isinstance(item, Symbol) and item.name == params[0])
                self._agree(trimmed(sides[0]), f"{left.name}[{letter.name}]", letter.name)
                entry = Left(left.name, [letter], None, False)
            if entry is not None:
                return self._by_entries(
                    self.reader(), entry, ast.Ident(entry.name, ident.span), sides, relations, chain
                )
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

    def _by_its_subscript(self, reader: Reader, side: Items, free: set[str]) -> Left | None:
        r"""`\phi_l = ...` as a definition by entries, where l counts on the right: elsewhere `z_l` is of a layer l."""
        items = trimmed(side)
        core, scripts = flattened(items[0])
        parts = index_parts(scripts.sub) if scripts.sub is not None else None
        if len(items) != 1 or parts is None or {one.name for one in parts if isinstance(one, Symbol)} != free:
            return None
        if not isinstance(core, Symbol | Accent) or scripts.powers or scripts.primes or scripts.label is not None:
            return None
        base, accent = base_of(reader, core, scripts)
        name = new_name(self.context, base, accent, "")
        return None if self.context.known(name) else Left(name, parts, None, False)

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

    def _with_onehots(self, value: ast.Expr, names: set[str]) -> ast.Expr:
        r"""`t_k = 1(k = y)` with a label y: the entry k of its one-hot vector, which has a size."""
        for node in list(build.walk(value)):
            if not isinstance(node, ast.Compare) or node.op != "==":
                continue
            for index, label in ((node.left, node.right), (node.right, node.left)):
                base = label.base if isinstance(label, ast.Index) else label
                is_index = isinstance(index, ast.Name) and index.id in names
                if is_index and isinstance(base, ast.Name) and base.id in self.context.discrete:
                    given = label.indices if isinstance(label, ast.Index) else ()
                    entry = ast.Index(node.span, build.call("onehot", node.span, base), (*given, index))
                    value = build.replaced(value, node, entry)
        return value

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
        value = self._with_onehots(value, set(names))
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
