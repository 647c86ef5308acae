"""From a side that is wrong to the hint that mends it and the side as it ought to be."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import permutations

from gradcli.expr.arith import is_zero, neg, split_number, sub
from gradcli.expr.node import Node
from gradcli.expr.shapes import ShapeError
from gradcli.expr.walk import postorder, tree_size
from gradcli.normal.lower import Lowering
from gradcli.normal.poly import TooLarge, Unsupported
from gradcli.normal.raise_poly import raise_node
from gradcli.program.indices import free_indices
from gradcli.program.model import LAYOUTS
from gradcli.render.mc import mc
from gradcli.rules.missing import NoRule
from gradcli.syntax import ast
from gradcli.syntax.unparse import unparse
from gradcli.verdicts.book import Book
from gradcli.verdicts.hints import trees
from gradcli.verdicts.hints.edits import FAMILIES, Edit
from gradcli.verdicts.hints.expected import answer
from gradcli.verdicts.hints.samples import Samples
from gradcli.verdicts.hints.setting import setting_of
from gradcli.verdicts.hints.sites import sites
from gradcli.verdicts.parts import partial_parts
from gradcli.verdicts.shared import with_shared_named
from gradcli.verdicts.verdict import Hint

_MOST_EDITS = 1200
_MOST_READ = 60_000  # parts of all edits together
_MOST_COMPUTED = 60_000_000  # operations for all edits together, at the sizes that are numbers
_MOST_LETTERS = 4
_PLAIN = 60  # parts of a difference that is multiplied out
_SHORT = 12  # symbols of a difference that is worth telling
_DERIVATIVES = ("grad", "jac", "hess")


@dataclass(frozen=True, slots=True)
class Advice:
    """`hint` names a known mistake; `expected` is what the wrong side ought to be."""

    hint: Hint | None = None
    expected: str | None = None


def advise(
    book: Book, layout: str, written: tuple[ast.Expr, ast.Expr], raw: tuple[Node | None, Node | None], key: str
) -> Advice:
    """What to say of a link whose sides differ, or one of whose sides has no shape (then its `raw` is None)."""
    try:
        return _advice(book, layout, written, raw, key)
    finally:
        book.reader.forget()


def _advice(
    book: Book, layout: str, written: tuple[ast.Expr, ast.Expr], raw: tuple[Node | None, Node | None], key: str
) -> Advice:
    wrong = _wrong(written, raw)
    target = raw[1 - wrong]
    if target is None:
        return Advice()
    try:
        value = book.value(written[1 - wrong], target)
    except NoRule:
        return Advice()
    letters: tuple[str, ...] = ()
    names = book.outside_where([target, value])
    parts = partial_parts(book, [written[1 - wrong]], layout, names)
    samples = Samples(book, value, parts, key)
    hint = None
    if samples.places:
        letters = _letters(book, layout, written, raw, wrong)
        hint = _other_layout(book, layout, written, raw, wrong, key)
        side = ("left", "right")[wrong]
        hint = hint or _mending(book, layout, written[wrong], raw[wrong], value, samples, side, letters)
    derived = any(isinstance(s.expr, ast.Call) and s.expr.fn in _DERIVATIVES for s in sites(written[1 - wrong]))
    expected = answer(book, target, value)
    if hint is not None and hint.side is not None and (not derived or letters):
        expected = hint.side
    elif letters and expected is not None:
        expected = _entry(expected, letters)
    return Advice(hint, expected)


def _entry(array: str, letters: tuple[str, ...]) -> str:
    """An entry of what is written."""
    base = array if isinstance(trees.parsed(array), ast.Name) else f"({array})"
    return f"{base}[{', '.join(letters)}]"


def _letters(
    book: Book, layout: str, written: tuple[ast.Expr, ast.Expr], raw: tuple[Node | None, Node | None], wrong: int
) -> tuple[str, ...]:
    """The indices of a statement about entries, in the order of the axes of its sides."""
    node = raw[wrong]
    found = tuple({name: None for side in written for name in free_indices(side)})
    if not found or node is None or len(found) != len(node.shape):
        return ()
    for letters in permutations(found) if len(found) <= _MOST_LETTERS else ():
        if _read(book, written[wrong], layout, letters) is book.value(written[wrong], node):
            return letters
    return ()


def _wrong(written: tuple[ast.Expr, ast.Expr], raw: tuple[Node | None, Node | None]) -> int:
    """Which side is taken for wrong: the right one, unless it alone is what is asked for."""
    if raw[0] is None or raw[1] is None:
        return 0 if raw[0] is None else 1
    asked = [isinstance(side, ast.Call) and side.fn in _DERIVATIVES and not side.primes for side in written]
    return 0 if asked[1] and not asked[0] else 1


def _other_layout(
    book: Book,
    layout: str,
    written: tuple[ast.Expr, ast.Expr],
    raw: tuple[Node | None, Node | None],
    wrong: int,
    key: str,
) -> Hint | None:
    """Whether the wrong side is what the other would be in another layout."""
    side = raw[wrong]
    if side is None:
        return None
    good = written[1 - wrong]
    try:
        mistaken = Samples(book, book.value(written[wrong], side), (), key)
    except NoRule:
        return None
    for site in sites(good):
        call = site.expr
        if not (isinstance(call, ast.Call) and call.fn == "jac" and not call.primes):
            continue
        own = next((v.id for k, v in call.kwargs if k == "layout" and isinstance(v, ast.Name)), layout)
        for other in LAYOUTS:
            new = replace(call, kwargs=(("layout", trees.name(other)),))
            node = _read(book, site.put(new), layout)
            if other != own and node is not None and mistaken.agreeing([node]):
                plain = unparse(replace(call, kwargs=()))
                here = f"the layout here is {own}" if own == layout else f"here it is taken in the {own} layout"
                said = f"this is {plain} in the {other} layout; {here}: it is the transpose"
                return Hint("layout", said)
    return None


def _mending(
    book: Book,
    layout: str,
    wrong: ast.Expr,
    raw: Node | None,
    value: Node,
    samples: Samples,
    side: str,
    letters: tuple[str, ...],
) -> Hint | None:
    """The first edit that makes the side equal to the value at every point."""
    setting = setting_of(book, value, side)
    seen: set[Node] = {raw} if raw is not None else set()
    budget = min(_MOST_EDITS, _MOST_READ // sum(1 for _ in sites(wrong)), _MOST_COMPUTED // (1 + samples.cost))
    for group in FAMILIES:
        edits: list[Edit] = []
        nodes: list[Node] = []
        for family in group:
            for edit in family(wrong, setting):
                budget -= 1
                if budget < 0:
                    break
                node = _read(book, edit.side, layout, letters)
                if node is not None and node.shape == value.shape and node not in seen:
                    seen.add(node)
                    edits.append(edit)
                    nodes.append(node)
        found = samples.agreeing(nodes)
        if found:
            edit = edits[found[0]]
            return Hint(edit.kind, edit.text, unparse(edit.side))
    return _difference(book, layout, wrong, raw, value, samples) if not letters else None


def _difference(
    book: Book, layout: str, wrong: ast.Expr, raw: Node | None, value: Node, samples: Samples
) -> Hint | None:
    """What is missing altogether, where that is one short term."""
    if raw is None or raw.shape != value.shape or is_zero(raw):
        return None
    try:
        gap = _collected(book, value, book.value(wrong, raw))
    except NoRule:
        return None
    if gap is None or tree_size(gap) > _SHORT or _terms(gap) > _terms(value):
        return None
    negative = split_number(gap)[0] < 0
    term = trees.parsed(mc(neg(gap) if negative else gap, None, set(book.program.nodes)))
    if term is None:
        return None
    whole = trees.plus(wrong, term, "-" if negative else "+")
    node = _read(book, whole, layout)
    if node is None or not samples.agreeing([node]):
        return None
    return Hint("term", f"the term {'-' if negative else ''}{unparse(term)} is missing", unparse(whole))


def _terms(node: Node) -> int:
    return len(node.args) if node.op == "add" else 1


def _collected(book: Book, value: Node, wrong: Node) -> Node | None:
    """The difference of two sides by its normal form, where that is one term.

    What long sides have in common is left as it is: their normal forms take seconds.
    """
    gap = sub(value, wrong)
    if tree_size(gap) <= _SHORT:
        return gap
    if 1 in gap.shape or len(gap.shape) > 2:
        return None
    for sides in ([value, wrong], book.expanded([value, wrong])):
        if sides is None:
            continue
        form = sub(*sides)
        if len(postorder(form)) > _PLAIN:
            form = sub(*with_shared_named(*sides))
            if len(postorder(form)) > _PLAIN:
                continue
        try:
            poly = Lowering(book.program.functions).array(form).poly
        except (TooLarge, Unsupported, ZeroDivisionError, RecursionError):
            continue
        if len(poly.terms) == 1:
            return raise_node(poly, gap.shape)
    return None


def _read(book: Book, side: ast.Expr, layout: str, letters: tuple[str, ...] = ()) -> Node | None:
    """A side; of a statement about entries the array that has them."""
    try:
        if letters:
            side = ast.Entries(side.span, letters, side)
        return book.read(side, layout)
    except (NoRule, ShapeError, ZeroDivisionError):
        return None
