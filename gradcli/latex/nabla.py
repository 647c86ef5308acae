r"""`\nabla_x f`, `\nabla f(x)`, `\partial_x f`: derivatives of what follows a sign."""

from __future__ import annotations

from dataclasses import replace

from gradcli.latex import build
from gradcli.latex.context import spellings, through
from gradcli.latex.derivative_signs import is_nabla, is_operator, is_partial, opened
from gradcli.latex.derivatives import arbitrary, by_whole, derivative, fraction, line, of_line, of_value, variable
from gradcli.latex.evaluations import arguments
from gradcli.latex.lists import split_commas
from gradcli.latex.reading import Reading
from gradcli.latex.scripts import flattened, is_transpose, plain_number
from gradcli.latex.spread import Spread
from gradcli.latex.tree import Bracket, Fraction, Item, Items, Mark, Scripted, Space, Symbol, key
from gradcli.syntax import ast
from gradcli.syntax.ast import Span


def nabla(reader: Reading, items: Items, at: int) -> tuple[ast.Expr, int]:
    r"""`\nabla_x f`, `\nabla f(x)`, `\nabla^2 f`; `\nabla f(x)^\top` of a number f is the gradient, transposed."""
    value, end = _nabla(reader, items, at)
    last = items[end - 1]
    if not isinstance(value, ast.Call) or value.fn != "grad" or not isinstance(last, Scripted) or end - 1 == at:
        return value, end
    of = value.args[0]
    if not isinstance(of, ast.Transpose) or reader.shape(of.arg) or not is_transpose(last.sup or ()):
        return value, end
    return ast.Transpose(value.span, replace(value, args=(of.arg, *value.args[1:]))), end


def _nabla(reader: Reading, items: Items, at: int) -> tuple[ast.Expr, int]:
    item = items[at]
    _, scripts = flattened(item)
    order = 1
    if at + 1 < len(items) and is_nabla(items[at + 1]):  # \nabla\nabla f is \nabla^2 f, so is \nabla_x\nabla_x^T f
        _, after = flattened(items[at + 1])
        turned = [power for power in after.powers if not is_transpose(power)] == []
        same = scripts.sub is None or (after.sub is not None and key(scripts.sub) == key(after.sub))
        if turned and same and not scripts.powers:
            scripts = replace(after, powers=[])
            order, at = 2, at + 1
    for power in scripts.powers:
        if plain_number(power) != "2":
            reader.fail(f"`{reader.written(item)}` is not understood", item, None, "D703")
        order = 2
    by_line = line(reader, scripts.sub) if scripts.sub is not None and order == 1 else None
    if by_line is not None:
        assert isinstance(by_line.body, ast.Index)
        of_items, end = _operand(reader, items, at + 1, item, by_line.body.base)
        return of_line(reader, of_items, by_line, item, True), end
    by = _by(reader, scripts.sub) if scripts.sub is not None else None
    turned = isinstance(by, ast.Transpose)
    by = by.arg if isinstance(by, ast.Transpose) else by
    of_items, end = _operand(reader, items, at + 1, item, by[0] if isinstance(by, tuple) else by)
    if not of_items:
        reader.fail("there is nothing to differentiate here", item)
    span = Span(item.start, of_items[-1].end)
    if by is None:
        by = only_variable(reader, of_items, item)
    if isinstance(by, tuple):
        if order == 2:
            reader.fail(r"`\nabla^2` by an entry is not understood", item, None, "D703")
        return derivative(reader, of_value(reader, of_items, by[0]), by[0], by[1], False, item), end
    of = of_value(reader, of_items, by)
    if order == 2:
        if reader.shape(of):
            reader.fail("only a scalar has a Hessian", item, None, "D703")
        return build.call("hess", span, of, by), end
    shape = reader.shape(of)
    if shape:
        return derivative(reader, of, by, None, False, item), end
    free = build.free_indices(of)
    if free:
        by_shape = reader.shape(by)
        if len(by_shape) != 1:
            reader.fail("the gradient of an entry is read by a vector", item, None, "D703")
        made = by_whole(reader, of, by, False, free, span, item)
        reader.context.lying.pop(span, None)
        return (Spread(span, made.index, made.body, False) if isinstance(made, Spread) else made), end
    gradient = build.call("grad", span, of, by)
    return (ast.Transpose(span, gradient) if turned else gradient), end  # of the shape of X^T by X^T


def _by(reader: Reading, sub: Items) -> ast.Expr | tuple[ast.Expr, tuple[ast.Expr, ...]]:
    items = opened(sub)
    if any(isinstance(part, Mark) and part.kind == "punct" for part in items):
        names = [reader.expression(part) for part in split_commas(items) if part]
        return ast.ListLit(build.span(*items), tuple(names))
    base, entries, turned = variable(reader, items)
    if turned and entries is None:
        return ast.Transpose(build.span(*items), base)
    return base if entries is None else (base, entries)


def _operand(reader: Reading, items: Items, at: int, item: Item, by: ast.Expr | None) -> tuple[Items, int]:
    r"""What a gradient takes: a name that depends on the variable alone, with its brackets; else the whole product."""
    while at < len(items) and isinstance(items[at], Space):
        at += 1
    if at >= len(items):
        reader.fail("there is nothing to differentiate here", item)
    probe = _Probe(reader)
    begin = at
    constant = True  # nothing so far depends on the variable
    while at < len(items):
        one = items[at]
        if is_operator(one) or _is_sum(one):
            return items[begin:], len(items)
        if isinstance(one, Mark) and one.kind == "mul" and constant and at > begin:
            at += 1
            continue
        if isinstance(one, Space) and constant:
            at += 1
            continue
        if isinstance(one, Mark | Space) or (at > begin and not constant and (is_nabla(one) or is_partial(one))):
            break
        value, after = probe.factor(items, at)
        if constant and value is not None and _stands_alone(reader, value, by):
            return items[begin:after], after
        constant = constant and value is not None and not _depends(reader, value, by)
        at = after
    return items[begin:at], at


def _stands_alone(reader: Reading, value: ast.Expr, by: ast.Expr | None) -> bool:
    """Whether a factor is a whole that depends on the variable: a scalar, or a name."""
    if isinstance(value, ast.Num) or not _depends(reader, value, by):
        return False
    return isinstance(value, ast.Name | ast.Call) or not reader.shape(value)


def _depends(reader: Reading, value: ast.Expr, by: ast.Expr | None) -> bool:
    """Whether an expression depends on a variable, as far as its definitions say; with no variable, on any."""
    names = build.names_in(value)
    context = reader.context
    if by is None:
        return bool(names - context.dims)
    wanted = build.names_in(by)
    for name in names:
        if name in wanted or name in context.losses or name in context.functions:
            return True
        if context.depends.get(name, frozenset()) & wanted or any(through(context, name, one) for one in wanted):
            return True
    calls = (node for node in build.walk(value) if isinstance(node, ast.Call))
    return any(_depends(reader, arg, by) for node in calls for arg in node.args)


def _is_sum(item: Item) -> bool:
    core, _ = flattened(item)
    return isinstance(core, Mark) and core.kind == "big"


class _Probe:
    """Reads factors to see what they are, and takes back what that defined."""

    def __init__(self, reader: Reading) -> None:
        self.reader = reader

    def factor(self, items: Items, at: int) -> tuple[ast.Expr | None, int]:
        core, _ = flattened(items[at])
        if isinstance(core, Symbol):
            found = arbitrary(self.reader, core, not isinstance(items[at], Scripted))
            if found is not None:
                after = at + 1
                if after < len(items) and isinstance(items[after], Bracket):
                    after += 1
                return found, after
            for name in spellings(core.name):
                if name in self.reader.context.functions and not self.reader.context.is_value(name):
                    has = at + 1 < len(items) and isinstance(flattened(items[at + 1])[0], Bracket)
                    if not has and name not in self.reader.context.scalar_functions:
                        return build.name(name, build.span(core)), at + 1
        extra = list(self.reader.extra)
        value, after = self.reader.factor(items, at)
        self.reader.extra[:] = extra
        return value, after


def only_variable(reader: Reading, items: Items, item: Item) -> ast.Expr:
    """By what `\\nabla f` is: the arguments of f, or the one variable on which it depends."""
    context = reader.context
    if len(items) >= 2:
        bracket, _ = flattened(items[-1])
        core, _ = flattened(items[0])
        if isinstance(bracket, Bracket) and isinstance(core, Symbol) and bracket.open == "(":
            args = arguments(reader, bracket)
            if all(isinstance(arg, ast.Name) for arg in args):
                return args[0] if len(args) == 1 else ast.ListLit(build.span(bracket), args)
    name = ""
    core, _ = flattened(items[0])
    if isinstance(core, Symbol) and len(items) == 1:
        for spelled in spellings(core.name):
            given = context.params.get(spelled)
            if given:
                at = build.span(item)
                params = tuple(build.name(param, at) for param in given)
                return params[0] if len(params) == 1 else ast.ListLit(at, params)
            if context.is_value(spelled):
                name = spelled
                break
    free = context.depends.get(name, frozenset()) if name else build.names_in(reader.expression(items))
    if not name:
        free = frozenset(context.reached(free))
    candidates = sorted(
        one for one in free
        if one not in context.values and one not in context.losses and one not in context.dims
        and "constant" not in context.attributes.get(one, ())
        and one not in context.discrete and one not in ("pi", "e_", "inf", "I")
    )  # fmt: skip
    if len(candidates) == 1:
        return build.name(candidates[0], build.span(item))
    names = ", ".join(candidates) or "no variable"
    hint = r"write \nabla_x for the gradient by x, or declare what is constant"
    reader.fail(f"by what is this gradient? it depends on {names}", item, hint, "D705")


def partial(reader: Reading, items: Items, at: int) -> tuple[ast.Expr, int]:
    r"""`\partial_x f`, `\partial f / \partial x`."""
    item = items[at]
    _, scripts = flattened(item)
    if scripts.sub is not None:
        base, entries, turned = variable(reader, scripts.sub)
        of_items, end = _operand(reader, items, at + 1, item, base)
        of = of_value(reader, of_items, base)
        return derivative(reader, of, base, entries, turned, item), end
    rest = enumerate(items[at + 1 :], at + 1)
    slash = next((k for k, part in rest if isinstance(part, Mark) and part.kind == "div"), None)
    if slash is None or slash + 1 >= len(items) or not is_partial(items[slash + 1]):
        reader.fail(f"`{reader.written(item)}` is not understood", item, r"write \frac{\partial f}{\partial x}")
    end = slash + 1
    while end < len(items) and is_partial(items[end]):  # \partial x \, \partial y
        end += 2
        after = end
        while after < len(items) and isinstance(items[after], Space):
            after += 1
        if after < len(items) and is_partial(items[after]) and after + 1 < len(items):
            end = after
    if slash == at + 1 or end > len(items):
        reader.fail("there is nothing to differentiate here", item)
    whole = Fraction(item.start, items[end - 1].end, tuple(items[at:slash]), tuple(items[slash + 1 : end]))
    return fraction(reader, whole), end
