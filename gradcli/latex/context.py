"""What a document has said so far: its names, what each is, and the notations it has agreed on."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from gradcli.latex import build
from gradcli.latex.shapes import Dim, Shape, Shapes, settle
from gradcli.latex.tree import Items
from gradcli.latex.vocabulary import GREEK, SAME_LETTER
from gradcli.syntax import ast

_GREEK_NAMES = (
    "alpha beta gamma delta epsilon zeta eta theta iota kappa mu nu xi pi rho sigma tau upsilon phi chi psi omega",
    "Gamma Delta Theta Xi Pi Sigma Upsilon Phi Psi Omega",
)
_LETTERS = {
    name: unicodedata.lookup(f"GREEK {'CAPITAL' if name[0].isupper() else 'SMALL'} LETTER {name.upper()}")
    for names in _GREEK_NAMES
    for name in names.split()
}
_LETTERS["lambda"], _LETTERS["Lambda"], _LETTERS["ell"] = "λ", "Λ", "ℓ"
_COMBINING = {"hat": "\u0302", "tilde": "\u0303", "bar": "\u0304", "dot": "\u0307"}


@dataclass(frozen=True, slots=True)
class Notation:
    """`LATEX as TARGET`: the parts to be found, how they are read, and the letters that stand for any index."""

    pattern: Items
    target: str
    letters: frozenset[str]


@dataclass(frozen=True, slots=True)
class Template:
    r"""A definition `name(params) = ...`, to be read again with other arguments.

    `squares` are the places of parameters written as squares, `\ell(\mu, \sigma^2)`: the names are those of the roots.
    """

    params: tuple[str, ...]
    body: Items
    squares: tuple[int, ...] = ()


@dataclass(slots=True)
class FunctionInfo:
    """A function: the shapes that it takes and gives; an elementwise one has `domain == ((),)`."""

    domain: tuple[Shape, ...]
    codomain: Shape


@dataclass
class Context:
    """`arrays` are declared names, `values` defined ones, `seen` those that were only used; all with shapes."""

    arrays: dict[str, Shape] = field(default_factory=dict)
    attributes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    values: dict[str, Shape] = field(default_factory=dict)
    functions: dict[str, FunctionInfo] = field(default_factory=dict)
    losses: dict[str, tuple[str, ...]] = field(default_factory=dict)
    seen: dict[str, Shape] = field(default_factory=dict)
    params: dict[str, tuple[str, ...]] = field(default_factory=dict)
    templates: dict[str, Template] = field(default_factory=dict)
    scalar_functions: dict[str, str] = field(default_factory=dict)
    dims: set[str] = field(default_factory=set)
    sizes: dict[str, Dim] = field(default_factory=dict)
    notations: list[Notation] = field(default_factory=list)
    bare: set[str] = field(default_factory=set)
    ahead: set[str] = field(default_factory=set)
    formulas_with: Counter[str] = field(default_factory=Counter)  # in how many formulas a letter stands
    alone: set[str] = field(default_factory=set)
    counters: set[str] = field(default_factory=set)  # letters over which something is summed
    factors: set[str] = field(default_factory=set)  # letters that stand as values, and not in a script
    stems: set[str] = field(default_factory=set)
    expected: set[str] = field(default_factory=set)
    coming: dict[str, Shape] = field(default_factory=dict)  # the shapes of names that are declared further on
    made: set[str] = field(default_factory=set)
    called: set[str] = field(default_factory=set)
    poisoned: set[str] = field(default_factory=set)
    spelled: dict[str, str] = field(default_factory=dict)
    differentiated: set[str] = field(default_factory=set)
    indexed_functions: set[str] = field(default_factory=set)
    labelled: set[str] = field(default_factory=set)
    lines: dict[str, tuple[str, bool]] = field(default_factory=dict)  # m of m_k: of which array, whether a column
    inline: set[str] = field(default_factory=set)
    discrete: set[str] = field(default_factory=set)
    depends: dict[str, frozenset[str]] = field(default_factory=dict)
    meanings: dict[str, ast.Expr] = field(default_factory=dict)
    restated: dict[str, ast.Expr] = field(default_factory=dict)  # what a defined name was said to be once more
    scalars: set[str] = field(default_factory=set)
    touched: set[str] = field(default_factory=set)
    undeclared: set[str] = field(default_factory=set)
    lying: dict[ast.Span, str] = field(default_factory=dict)  # derivatives by entries that are rows in a layout
    standins: set[ast.Span] = field(default_factory=set)  # claims whose sides are not what the document writes
    conditioned: dict[ast.Span, tuple[ast.Expr, ...]] = field(default_factory=dict)  # by what factors, of conditions
    layout: str = "numerator"
    einstein: bool = False
    fresh_count: int = 0
    last: str | None = None

    def __post_init__(self) -> None:
        self.shapes = Shapes(self.name_shape, self.call_shape, lambda: self.layout)

    # ------------------------------------------------------------------- asking

    def known(self, name: str) -> bool:
        """Whether a name was declared or defined, as a value or a function."""
        return name in self.arrays or name in self.values or name in self.functions or name in self.losses

    def is_value(self, name: str) -> bool:
        """Whether a name was declared or defined as a value."""
        return name in self.arrays or name in self.values

    def name_shape(self, name: str) -> Shape:
        """The shape of what a name stands for."""
        for table in (self.values, self.arrays, self.seen):
            if name in table:
                return table[name]
        if name in self.functions or name in self.losses or name in self.dims or name in ("pi", "e_", "inf"):
            return ()
        if name == "I":
            return (None, None)
        return self.convention(name)

    def convention(self, name: str) -> Shape:
        """The shape of a name that is nowhere declared; the parameter of a function of numbers is a number."""
        if name in self.coming:
            return self.coming[name]
        return () if name in self.scalars else convention(name)

    def call_shape(self, name: str, args: list[Shape]) -> Shape | None:
        """The shape of a call of a function of the document; None where the document has none of that name."""
        info = self.functions.get(name)
        if info is None:
            return None
        if info.domain == ((),) and not info.codomain:
            return args[0] if args else ()
        return info.codomain

    def fresh(self, stem: str) -> str:
        """A name that nothing else has."""
        while True:
            self.fresh_count += 1
            name = f"{stem}_{self.fresh_count}"
            if not self.known(name) and name not in self.seen:
                return name

    def reached(self, names: Iterable[str]) -> set[str]:
        """All that names depend on, losses on what they are functions of."""
        found: set[str] = set()
        todo = list(names)
        while todo:
            for one in self.depends.get(name := todo.pop(), frozenset({name})) - found:
                found.add(one)
                todo += self.losses.get(one, ())
        return found

    # ---------------------------------------------------------------- what is said

    def declare(self, statement: ast.Declare, inline: bool = False) -> None:
        """Enter a declaration."""
        kind = statement.type
        for name in statement.names:
            if isinstance(kind, ast.FunctionType):
                domain = kind.domain if isinstance(kind.domain, tuple) else (kind.domain,)
                shapes = tuple(settle(tuple(part.dims)) for part in domain)
                self.functions[name.id] = FunctionInfo(shapes, settle(tuple(kind.codomain.dims)))
                self._enter_dims(*(tuple(part.dims) for part in domain), tuple(kind.codomain.dims))
                continue
            dims = tuple(getattr(kind, "dims", ()))
            self.arrays[name.id] = settle(dims)
            self.stems.add(name.id.split("_")[0])
            self.attributes[name.id] = tuple(attribute.id for attribute in statement.attributes)
            if getattr(kind, "base", "R") != "R":
                self.discrete.add(name.id)
            self._enter_dims(dims)
            if inline:
                self.inline.add(name.id)
        self.shapes.forget()

    def _enter_dims(self, *shapes: Shape) -> None:
        for shape in shapes:
            for dim in shape:
                word = ""
                for char in f"{dim} ":
                    if char.isalnum() or char == "_":
                        word += char
                    elif word:
                        if not word[0].isdigit():
                            self.dims.add(word)
                        word = ""

    def define(self, name: str, shape: Shape) -> None:
        """Enter a definition."""
        self.values[name] = self.arrays.get(name) or shape
        self.stems.add(name.split("_")[0])
        self.seen.pop(name, None)
        self.shapes.forget()

    def use(self, name: str) -> None:
        """Enter a name that is used and nowhere declared so far."""
        if not self.known(name) and name not in self.dims:
            self.seen.setdefault(name, self.convention(name))


def convention(name: str) -> Shape:
    """The shape of an undeclared name: upper-case Latin a matrix, lower-case a vector, Greek a scalar."""
    head = name.split("_")[0]
    if head in GREEK or head in ("lam",) or "GREEK" in unicodedata.name(name[0], ""):
        return ()
    return (None, None) if name[0].isupper() else (None,)


def spellings(base: str, accent: str | None = None, subscript: str | None = None) -> Iterator[str]:
    """The names that a notation may go by, the likeliest first."""
    bases = [base, "pi_v"] if base == "pi" else [base]  # a policy, or weights: pi is the number in the language
    if base in SAME_LETTER:
        bases.append(SAME_LETTER[base])
    bases += [name for name, other in SAME_LETTER.items() if other == base and name.startswith("var")]
    bases += [_LETTERS[b] for b in list(bases) if b in _LETTERS]
    if base == "lambda":
        bases.append("lam")
    if base == "ell":
        bases.append("l_")
    if accent:
        accented = []
        for b in bases:
            accented += [f"{b}_{accent}", f"{b}{accent}", f"{accent}_{b}"]
            if len(b) == 1 and accent in _COMBINING:
                accented.append(unicodedata.normalize("NFC", b + _COMBINING[accent]))
        bases = accented
    if subscript:
        for b in bases:
            yield f"{b}_{subscript}"
            yield f"{b}{subscript}"
            if "_" in subscript:
                yield f"{b}_{subscript.replace('_', '')}"
                yield f"{b}{subscript.replace('_', '')}"
        return
    yield from bases


def through(context: Context, name: str, wanted: str) -> bool:
    """Whether a definition goes through an intermediate name."""
    seen: set[str] = set()
    todo = [name]
    while todo:
        one = todo.pop()
        if one in seen:
            continue
        seen.add(one)
        if one == wanted:
            return True
        if one in context.meanings:
            todo += build.names_in(context.meanings[one])
    return False
