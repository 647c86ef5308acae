"""Relations: `implicit P, L, U : P @ X == L @ U`, read as one of three things.

- A factorisation, where the attributes of the names say so (P a permutation, L unit lower and U upper triangular):
  then it is the definition `P, L, U = lu(X)`.
- One unknown: a definition by an equation.
- Several unknowns that the relation does not settle: then what is given, X, is a function of the unknowns, each of
  them free, by the inverse map X = P^-1 L U; a gradient by X follows from that by any one of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from gradcli.diagnostics import GradcliError, error
from gradcli.program.equation import Equation
from gradcli.program.subexpressions import subexpressions
from gradcli.record import dataclass, replace
from gradcli.syntax import ast
from gradcli.syntax.ast import Source, Span

Attributes = Callable[[str], frozenset[str] | None]
"""The attributes that a name was declared with; None where it was not declared."""


@dataclass(frozen=True, slots=True)
class FreeRelation:
    """`names` are free; `data` is the name of what is given, `inverse` that as a function of the names.

    `left == right` is the relation over the names and `data`; `entered` is the name that was defined for it: the data,
    or an unknown that the others settle.
    """

    names: tuple[str, ...]
    data: str
    entered: str
    inverse: ast.Expr
    left: ast.Expr
    right: ast.Expr
    source: Source
    span: Span


@dataclass(frozen=True, slots=True)
class Reading:
    """What a relation says: `definitions` to enter (a name with its value), and the free relation if it is one.

    `together` are the names that one factorisation gives; `orthogonal` are undeclared names taken to be so.
    """

    definitions: tuple[tuple[ast.Ident, ast.Expr], ...]
    together: tuple[str, ...] = ()
    free: FreeRelation | None = None
    orthogonal: tuple[str, ...] = ()


def read_relation(
    statement: ast.Implicit, source: Source, attributes: Attributes, defined: Callable[[str], bool]
) -> Reading:
    """What a relation says; `defined` tells the names that have a value of their own.

    Raises GradcliError where it says nothing that could be differentiated.
    """
    unknown = tuple(name.id for name in statement.names)
    mentioned = names_in(statement.left) | names_in(statement.right)
    lacking = [name for name in unknown if name not in mentioned]
    if lacking:
        hint = f"implicit {', '.join(name for name in unknown if name in mentioned)} : ..."
        message = f"The relation does not mention {', '.join(lacking)}."
        raise _wrong(statement, source, "E201", message, hint if len(lacking) < len(unknown) else None)
    factors = _factorisation(statement, attributes)
    if factors is not None:
        return factors
    if len(unknown) == 1:
        equation = Equation(statement.span, unknown[0], statement.left, statement.right)
        return Reading(((statement.names[0], equation),))
    return _free(statement, source, attributes, defined)


def _wrong(statement: ast.Implicit, source: Source, code: str, message: str, hint: str | None = None) -> GradcliError:
    return GradcliError(error(code, message, source, statement.span, hint))


# -------------------------------------------------------------------------- syntax


def names_in(expr: ast.Expr) -> set[str]:
    """The names that an expression mentions."""
    return {part.id for part in subexpressions(expr) if isinstance(part, ast.Name)}


def chain(expr: ast.Expr) -> list[ast.Expr]:
    """The factors of a matrix product; an expression that is none is its only factor."""
    if isinstance(expr, ast.Product) and all(op in ("@", ast.BESIDE) for op in expr.ops):
        return [factor for part in expr.factors for factor in chain(part)]
    return [expr]


def product(factors: Sequence[ast.Expr], span: Span) -> ast.Expr:
    """A matrix product of factors."""
    if len(factors) == 1:
        return factors[0]
    return ast.Product(span, tuple(factors), ("@",) * (len(factors) - 1))


def _name(expr: ast.Expr) -> str | None:
    return expr.id if isinstance(expr, ast.Name) else None


def _sides(statement: ast.Implicit) -> tuple[tuple[ast.Expr, ast.Expr], ...]:
    return (statement.left, statement.right), (statement.right, statement.left)


# ------------------------------------------------------------------ factorisations


def _factorisation(statement: ast.Implicit, attributes: Attributes) -> Reading | None:
    unknown = {name.id for name in statement.names}

    def has(name: str, *wanted: str) -> bool:
        return (attributes(name) or frozenset()) >= set(wanted)

    for given, factors in _sides(statement):
        kind, parts, matrix = _match(chain(given), chain(factors), has, attributes, unknown)
        if not kind or set(parts) != unknown or len(parts) != len(unknown):
            continue
        value = product(matrix, given.span)
        if names_in(value) & unknown:
            continue
        idents = {name.id: name for name in statement.names}
        definitions = []
        for name, part in zip(parts, _components(kind), strict=True):
            call = ast.Call(statement.span, kind, 0, (value, ast.Str(statement.span, part)))
            definitions.append((idents[name], call))
        return Reading(tuple(definitions), parts if len(parts) > 1 else ())
    return None


def _components(kind: str) -> tuple[str, ...]:
    from gradcli.expr.factor import KINDS

    return tuple(KINDS[kind].components)


_Match = tuple[str, tuple[str, ...], list[ast.Expr]]


def _match(
    given: list[ast.Expr],
    factors: list[ast.Expr],
    has: Callable[..., bool],
    attributes: Attributes,
    unknown: set[str],
) -> _Match:
    """The kind of factorisation, its names in the order of the kind, and the factors of the matrix."""
    names = [_name(factor) for factor in factors]
    turned = [_name(factor.arg) if isinstance(factor, ast.Transpose) else None for factor in factors]
    if len(factors) == 2 and names[0] and names[1]:
        first, second = names[0], names[1]
        pivots = _name(given[0])
        if has(first, "lower", "unit") and has(second, "upper") and pivots in unknown and len(given) > 1:
            assert pivots is not None
            if has(pivots, "permutation") or attributes(pivots) is None:
                return "lu", (pivots, first, second), given[1:]
        if has(first, "lower", "unit") and has(second, "upper"):
            return "doolittle", (first, second), given
        if has(first, "orthogonal") and has(second, "upper"):
            return "qr", (first, second), given
    if len(factors) == 2 and names[0] and turned[1] == names[0] and has(names[0], "lower"):
        return "chol", (names[0],), given
    if len(factors) == 3 and names[0] and turned[2] and has(names[0], "orthogonal") and has(turned[2], "orthogonal"):
        middle = factors[1]
        if isinstance(middle, ast.Call) and middle.fn == "diag" and len(middle.args) == 1:
            values = _name(middle.args[0])
            if values and names[0] == turned[2]:
                return "eigh", (values, names[0]), given
            if values:
                return "svd", (names[0], values, turned[2]), given
    return "", (), []


# -------------------------------------------------------------------- free factors


def _free(statement: ast.Implicit, source: Source, attributes: Attributes, defined: Callable[[str], bool]) -> Reading:
    unknown = {name.id for name in statement.names}
    span = statement.span
    scaled = next((name.id for name in statement.names if _may_be_scaled(statement, name.id)), None)
    if scaled is not None:
        raise _wrong(
            statement,
            source,
            "E403",
            f"The relation does not settle the scale of {scaled}: with {scaled}, 2 * {scaled} solves it too.",
            f"`{scaled}.T @ {scaled} == 1` would settle it; of a symmetric A the pairs are `l, V = eigh(A)`",
        )
    for given, other in _sides(statement):
        factors = chain(given)
        inside = [index for index, factor in enumerate(factors) if not names_in(factor) & unknown]
        if not inside or inside != list(range(inside[0], inside[-1] + 1)) or names_in(other) - unknown:
            continue
        before, run, after = factors[: inside[0]], factors[inside[0] : inside[-1] + 1], factors[inside[-1] + 1 :]
        inverse = product([*_inverses(before), *chain(other), *_inverses(after)], span)
        orthogonal = tuple(name for name in map(_name, (*before, *after)) if name == "P" and attributes(name) is None)
        ident = {name.id: name for name in statement.names}
        alone = _name(run[0]) if len(run) == 1 else None
        if alone is not None and not defined(alone):
            relation = _relation(statement, source, (alone, alone), inverse, given, other)
            name = ast.Ident(alone, run[0].span)
            return Reading(((name, inverse),), free=relation, orthogonal=orthogonal)
        solved = _solved(given, other, unknown, attributes, span)
        if solved is None:
            continue
        entered: list[tuple[ast.Ident, ast.Expr]] = []
        data = alone
        if data is None:
            data = _fresh(run, defined)
            entered.append((ast.Ident(data, span), product(run, span)))
            run = [ast.Name(span, data)]
            given = product([*before, *run, *after], given.span)
            solved = _solved(given, other, unknown, attributes, span)
            assert solved is not None
        entered.append((ident[solved[0]], solved[1]))
        relation = _relation(statement, source, (data, solved[0]), inverse, given, other)
        return Reading(tuple(entered), free=relation, orthogonal=orthogonal)
    names = ", ".join(name.id for name in statement.names)
    raise _wrong(
        statement,
        source,
        "E403",
        f"The relation does not settle {names}: it is one equation for {len(unknown)} unknowns.",
        "declare what they are, `L : R[n, n] lower unit`, or have what is given stand in a product, `P @ X == L @ U`",
    )


def _may_be_scaled(statement: ast.Implicit, name: str) -> bool:
    """Whether each side is a product with a name as one of its factors: `A @ v == l * v` in v."""

    def factors(expr: ast.Expr) -> list[ast.Expr]:
        if isinstance(expr, ast.Product) and "/" not in expr.ops:
            return [inner for part in expr.factors for inner in factors(part)]
        return [expr.arg] if isinstance(expr, ast.Neg) else [expr]

    def once(side: ast.Expr) -> bool:
        found = [_name(factor) == name for factor in factors(side)]
        return sum(found) == 1 and sum(name in names_in(factor) for factor in factors(side)) == 1

    sides = (statement.left, statement.right)
    if not any(isinstance(side, ast.Product) and "*" in side.ops for side in sides):
        return False  # matrices alone: `A @ V == V @ D` says what A is
    others = {ident.id for ident in statement.names} - {name}
    bare = {_name(factor) for side in sides for factor in factors(side)}
    return bool(others) and others <= bare and once(statement.left) and once(statement.right)


def _relation(
    statement: ast.Implicit,
    source: Source,
    data: tuple[str, str],
    inverse: ast.Expr,
    given: ast.Expr,
    other: ast.Expr,
) -> FreeRelation:
    left, right = (given, other) if other is statement.right else (other, given)
    names = tuple(name.id for name in statement.names)
    return FreeRelation(names, *data, inverse, left, right, source, statement.span)


def _inverses(factors: list[ast.Expr]) -> list[ast.Expr]:
    return [ast.Call(factor.span, "inv", 0, (factor,)) for factor in reversed(factors)]


_SHAPED = frozenset({"lower", "upper", "unit", "diagonal", "symmetric", "spd", "orthogonal", "permutation"})


def _solved(
    given: ast.Expr, other: ast.Expr, unknown: set[str], attributes: Attributes, span: Span
) -> tuple[str, ast.Expr] | None:
    """An unknown that stands once, as a factor of the other side, and its value by the rest; the last such one."""
    counts: dict[str, int] = {}
    for side in (given, other):
        for part in subexpressions(side):
            if isinstance(part, ast.Name) and part.id in unknown:
                counts[part.id] = counts.get(part.id, 0) + 1
    factors = chain(other)
    for index in reversed(range(len(factors))):
        name = _name(factors[index])
        if name is None or counts[name] != 1 or (attributes(name) or frozenset()) & _SHAPED:
            continue
        value = [*_inverses(factors[:index]), *chain(given), *_inverses(factors[index + 1 :])]
        return name, product(value, span)
    return None


def _fresh(run: list[ast.Expr], defined: Callable[[str], bool]) -> str:
    """A name for a product: its factors' names together."""
    words = [_name(factor) or "" for factor in run]
    name = "".join(words) if all(words) else "given"
    while defined(name):
        name += "_"
    return name


def without_permutation(attributes: tuple[str, ...]) -> tuple[str, ...]:
    """Attributes of a name that is taken as free: a permutation is orthogonal then."""
    return tuple(word for word in attributes if word != "permutation")


def renamed_loss(loss: ast.Loss, relation: FreeRelation) -> ast.Loss | None:
    """An arbitrary function of the free names as one of what is given; None where it names none of them."""
    kept = [arg for arg in loss.args if arg.id not in relation.names]
    if len(kept) == len(loss.args):
        return None
    if all(arg.id != relation.data for arg in kept):
        kept.insert(0, ast.Ident(relation.data, loss.span))
    return replace(loss, args=tuple(kept))
