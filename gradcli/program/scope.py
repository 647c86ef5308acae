"""Which names a program has, and what each was declared or defined as; no shapes yet."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Set

from gradcli.diagnostics import Diagnostic, GradcliError, error, warning
from gradcli.diagnostics.diagnostic import Edit
from gradcli.expr.dims import names_of
from gradcli.expr.factor import KINDS
from gradcli.ops.attributes import ATTRIBUTES, OF_STACKS
from gradcli.ops.functions import SCALAR_FUNCTIONS
from gradcli.ops.words import ALIASES
from gradcli.program.equation import Equation
from gradcli.program.functions import ELEMENTWISE, FUNCTIONS, RESERVED
from gradcli.program.greek import GREEK
from gradcli.program.relations import FreeRelation, read_relation, renamed_loss, without_permutation
from gradcli.program.spelling import meant_by
from gradcli.program.subexpressions import subexpressions
from gradcli.record import dataclass, field
from gradcli.syntax import ast
from gradcli.syntax.ast import Source, Span

CONSTANTS = ("pi", "e_", "inf")
_ATTRIBUTES_ELSEWHERE = {
    **dict.fromkeys(("psd", "pd", "posdef", "pos_def", "pdef", "positive_definite", "definite"), "spd"),
    **dict.fromkeys(("sym", "hermitian"), "symmetric"),
    **dict.fromkeys(("unitary", "orthonormal"), "orthogonal"),
    **dict.fromkeys(("antisymmetric", "skewsymmetric", "skew_symmetric"), "skew"),
    **dict.fromkeys(("nonsingular", "regular", "full_rank"), "invertible"),
    **dict.fromkeys(("bool", "boolean", "mask", "indicator"), "binary"),
    **dict.fromkeys(("sign", "spins", "rademacher"), "signs"),
    **dict.fromkeys(("probability", "probabilities", "distribution", "stochastic"), "simplex"),
    **dict.fromkeys(("one_hot", "labels"), "onehot"),
    **dict.fromkeys(("unit_norm", "normalized", "normalised"), "unitnorm"),
    **dict.fromkeys(("nonneg", "non_negative"), "nonnegative"),
    "const": "constant",
    **dict.fromkeys(("对称", "对称矩阵", "对称阵"), "symmetric"),
    **dict.fromkeys(("正定", "对称正定", "正定矩阵", "正定阵"), "spd"),
    **dict.fromkeys(("正交", "正交矩阵", "正交阵"), "orthogonal"),
    **dict.fromkeys(("对角", "对角矩阵", "对角阵"), "diagonal"),
    **dict.fromkeys(("下三角", "下三角矩阵"), "lower"),
    **dict.fromkeys(("上三角", "上三角矩阵"), "upper"),
    **dict.fromkeys(("反对称", "斜对称", "反对称矩阵"), "skew"),
    **dict.fromkeys(("可逆", "非奇异", "满秩"), "invertible"),
    **dict.fromkeys(("置换", "置换矩阵"), "permutation"),
    **dict.fromkeys(("常数", "常量"), "constant"),
    **{
        "正": "positive",
        "正数": "positive",
        "非负": "nonnegative",
        "二值": "binary",
        "单纯形": "simplex",
        "独热": "onehot",
    },
}
_SIZED = ("ones", "zeros", "eye", "unit", "reshape", "windows", "place")
_GREEK = re.compile(rf"(?:{'|'.join(sorted(GREEK))})(?:\d*|_\w+)\Z")
Definition = ast.Define | ast.DefineIndexed | ast.DefineMany


@dataclass(slots=True)
class Located:
    """A statement and the source that it stands in."""

    statement: ast.Statement
    source: Source


@dataclass(slots=True)
class Declared:
    """A declared array: its type, attributes and place."""

    type: ast.ArrayType
    attributes: tuple[str, ...]
    source: Source
    span: Span


@dataclass(slots=True)
class Scope:
    """The names of a program.

    `values` are the defined names in order of writing; `functions` those defined by `g(t) = ...`; `mentioned` every
    name that stands in a definition; `dims` the dimension names; `together` all names of the statement that gives a
    name, where it gives several; `relations` those that leave their names free, `stated` the arguments that the losses
    were stated with where a relation changes them, `orthogonal` the undeclared names that a relation takes to be so,
    `unsettled` the names of relations that are wrong.
    """

    statements: list[Located] = field(default_factory=list)
    arrays: dict[str, Declared] = field(default_factory=dict)
    function_types: dict[str, tuple[ast.FunctionType, Source, Span]] = field(default_factory=dict)
    values: dict[str, tuple[Definition, Source]] = field(default_factory=dict)
    functions: dict[str, tuple[ast.DefineFunction, Source]] = field(default_factory=dict)
    losses: dict[str, tuple[ast.Loss, Source]] = field(default_factory=dict)
    dims: set[str] = field(default_factory=set)
    mentioned: dict[str, Span] = field(default_factory=dict)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    together: dict[str, tuple[str, ...]] = field(default_factory=dict)
    relations: list[FreeRelation] = field(default_factory=list)
    assumptions: list[tuple[ast.Assume, Source]] = field(default_factory=list)
    stated: dict[str, tuple[str, ...]] = field(default_factory=dict)
    orthogonal: set[str] = field(default_factory=set)
    unsettled: set[str] = field(default_factory=set)
    last: str | None = None


def arbitrary_names(expr: ast.Expr) -> set[ast.Span]:
    """Where `f` is differentiated, `grad(f, x)`: it is no value of the file where nothing else makes it one."""
    calls = (part for part in subexpressions(expr) if isinstance(part, ast.Call))
    first = (call.args[0] for call in calls if call.fn in ("grad", "jac", "hess") and call.args)
    return {part.span for part in first if isinstance(part, ast.Name) and part.id == "f"}


def convention(name: str) -> str | None:
    """What an undeclared name is taken for: `matrix`, `vector`, `scalar`, or None (nothing: an error)."""
    first = name[0]
    if "GREEK" in unicodedata.name(first, "") or _GREEK.match(name):
        return "scalar"
    if "LATIN" in unicodedata.name(first, "") and first.isalpha():
        return "matrix" if first.isupper() else "vector"
    return None


def collect(modules: list[ast.Module]) -> Scope:
    """Enter every statement of the program; names entered twice and odd attributes are reported in `diagnostics`."""
    scope = Scope()
    for module in modules:
        scope.statements += [Located(statement, module.source) for statement in module.statements]
    asked = False
    relations: list[tuple[ast.Implicit, Source, int, bool]] = []
    for located in scope.statements:
        statement, source = located.statement, located.source
        match statement:
            case ast.Declare():
                _declare(scope, statement, source)
            case ast.Define() | ast.DefineIndexed():
                _define(scope, statement.name, statement, source)
                if not asked:
                    scope.last = statement.name.id
            case ast.DefineMany():
                _define_many(scope, statement, source)
                if not asked and statement.names[-1].id in scope.values:
                    scope.last = statement.names[-1].id
            case ast.DefineFunction():
                _define_function(scope, statement, source)
            case ast.Loss():
                if statement.name.id in scope.losses:
                    _twice(scope, statement.name, source)
                _known_loss(scope, statement, source)
                scope.losses[statement.name.id] = (statement, source)
            case ast.Question() | ast.Check():
                asked = True
            case ast.Assume():
                scope.assumptions.append((statement, source))
                for side in statement.sides:
                    _mention(scope, side)
            case ast.Implicit():
                relations.append((statement, source, len(scope.values), asked))
        _find_dims(scope, statement)
    _enter_relations(scope, relations)
    _functions_as_values(scope)
    return scope


def _enter_relations(scope: Scope, relations: list[tuple[ast.Implicit, Source, int, bool]]) -> None:
    """Define what relations define; they are read last, as their meaning rests on declarations, which stand anywhere.

    Each comes with the number of values that stand before it, and whether a question does.
    """
    order = list(scope.values)
    entered: list[tuple[int, str]] = []
    for statement, source, position, asked in relations:
        names = _define_relation(scope, statement, source)
        entered += [(position, name) for name in names]
        if names and not asked and (scope.last is None or scope.last in order[:position] or scope.last not in order):
            scope.last = names[-1] if not scope.relations else scope.relations[-1].data
    for position, name in reversed(entered):
        order.insert(position, name)
    scope.values = {name: scope.values[name] for name in order}


def _define_relation(scope: Scope, statement: ast.Implicit, source: Source) -> list[str]:
    """Enter one relation; the names that it defines."""

    def attributes(name: str) -> frozenset[str] | None:
        return frozenset(scope.arrays[name].attributes) if name in scope.arrays else None

    def defined(name: str) -> bool:
        return name in scope.values or name in scope.functions or name in scope.function_types

    for position, name in enumerate(statement.names):
        if defined(name.id) or any(name.id == other.id for other in statement.names[:position]):
            _twice(scope, name, source)
            return []
    try:
        reading = read_relation(statement, source, attributes, defined)
    except GradcliError as failure:
        scope.diagnostics.append(failure.diagnostic)
        scope.unsettled.update(name.id for name in statement.names)
        return []
    names: list[str] = []
    for ident, value in reading.definitions:
        if _reserved(scope, ident, source) or defined(ident.id):
            return names
        scope.values[ident.id] = (ast.Define(statement.span, ident, value), source)
        names.append(ident.id)
        _mention(scope, value, {ident.id} if isinstance(value, Equation) else set())
    scope.together.update(dict.fromkeys(reading.together, reading.together))
    scope.orthogonal.update(reading.orthogonal)
    if reading.free is not None:
        _free_names(scope, reading.free)
    return names


def _free_names(scope: Scope, relation: FreeRelation) -> None:
    """Take the names of a relation that does not settle them as free, and losses of them as losses of what is given."""
    scope.relations.append(relation)
    for name in relation.names:
        if name in scope.arrays:
            declared = scope.arrays[name]
            declared.attributes = without_permutation(declared.attributes)
    for name, (loss, source) in scope.losses.items():
        other = renamed_loss(loss, relation)
        if other is not None:
            scope.stated.setdefault(name, tuple(arg.id for arg in loss.args))
            scope.losses[name] = (other, source)


def _twice(scope: Scope, name: ast.Ident, source: Source) -> None:
    scope.diagnostics.append(
        error(
            "E202",
            f"{name.id} is defined twice.",
            source,
            name.span,
            "every name is assigned once; take another name",
        )
    )


def _reserved(scope: Scope, name: ast.Ident, source: Source) -> bool:
    if name.id in RESERVED or name.id in CONSTANTS or name.id == "I":
        what = "the identity matrix" if name.id == "I" else "a name of the language"
        scope.diagnostics.append(
            error(
                "E207",
                f"{name.id} is {what} and cannot be defined.",
                source,
                name.span,
                f"take another name, say {name.id}_1",
            )
        )
        return True
    return False


def _known_loss(scope: Scope, statement: ast.Loss, source: Source) -> None:
    """Report `loss sum(y)`: what is a function of the language is not arbitrary."""
    name = statement.name.id
    if name not in FUNCTIONS and name not in ALIASES:
        return
    said = f"{name} is a function of the language, and a loss names an arbitrary one."
    at = statement.name.span.start
    mend = ((at, at, "= "),)
    scope.diagnostics.append(error("E207", said, source, statement.name.span, "define the loss", mend=mend))


def _declare(scope: Scope, statement: ast.Declare, source: Source) -> None:
    for name in statement.names:
        if _reserved(scope, name, source):
            continue
        if name.id in scope.arrays or name.id in scope.function_types:
            scope.diagnostics.append(error("E202", f"{name.id} is declared twice.", source, name.span))
            continue
        if isinstance(statement.type, ast.FunctionType):
            if name.id in SCALAR_FUNCTIONS:
                said = f"{name.id} is a function of the language and needs no declaration."
                hint = f"leave the declaration out; for one of your own take another name, say {name.id}_1"
                scope.diagnostics.append(error("E207", said, source, name.span, hint))
                continue
            scope.function_types[name.id] = (statement.type, source, name.span)
            continue
        attributes = _attributes(scope, statement, source)
        scope.arrays[name.id] = Declared(statement.type, attributes, source, name.span)
    types = [statement.type]
    if isinstance(statement.type, ast.FunctionType):
        types = [*statement.type.domains, statement.type.codomain]
    for one in types:
        if isinstance(one, ast.ArrayType):
            sizes = (*one.dims, 1 if one.labels is None else one.labels)
            scope.dims.update(name for dim in sizes for name in names_of(dim))


def _attributes(scope: Scope, statement: ast.Declare, source: Source) -> tuple[str, ...]:
    assert isinstance(statement.type, ast.ArrayType)
    dims = statement.type.dims
    found = []
    for attribute in statement.attributes:
        if attribute.id not in ATTRIBUTES:
            hint = f"the attributes are {', '.join(ATTRIBUTES)}"
            meant = meant_by(attribute.id, tuple(ATTRIBUTES), _ATTRIBUTES_ELSEWHERE)
            if meant is not None:
                hint = f"did you mean {meant}? {hint}"
            said = f"There is no attribute {attribute.id}."
            start = attribute.span.start
            if attribute.id in ("definite", "semidefinite") and source.text[:start].rstrip().endswith("positive"):
                start = source.text.rfind("positive", 0, start)
            mend = ((start, attribute.span.end, meant),) if meant is not None else ()
            scope.diagnostics.append(error("E206", said, source, attribute.span, hint, mend=mend))
        elif not _speaks_of(attribute.id, dims):
            what = "square matrix" if ATTRIBUTES[attribute.id].of == "square" else "matrix"
            scope.diagnostics.append(
                error("E308", f"{attribute.id} says something of a {what} only.", source, attribute.span)
            )
        else:
            found.append(attribute.id)
    implied = {"spd": "symmetric", "diagonal": "symmetric", "permutation": "orthogonal"}
    for attribute_name in tuple(found):
        other = implied.get(attribute_name)
        if other and other not in found:
            found.append(other)
    _warn_single(scope, statement, found, source)
    return tuple(found)


_FULL = ("positive", "signs")
_SPARSE = ("diagonal", "lower", "upper", "permutation")


def _warn_single(scope: Scope, statement: ast.Declare, found: list[str], source: Source) -> None:
    """Say so where only a 1 x 1 matrix has the attributes: an entry > 0 is not 0."""
    full = next((word for word in _FULL if word in found), None)
    sparse = next((word for word in _SPARSE if word in found), None)
    assert isinstance(statement.type, ast.ArrayType)
    if full is None or sparse is None or len(statement.type.dims) != 2:
        return
    hint = "`positive` says that every entry is > 0; of a diagonal matrix with a positive diagonal say `diagonal spd`"
    if sparse != "diagonal" or full != "positive":
        hint = f"`{full}` speaks of every entry, of those that are 0 too; `nonnegative` lets entries be 0"
    message = f"Only a 1 x 1 matrix is {sparse} and {full}."
    scope.diagnostics.append(warning("W608", message, source, statement.span, hint))


def _speaks_of(attribute: str, dims: tuple[object, ...]) -> bool:
    of = ATTRIBUTES[attribute].of
    matrices = len(dims) == 2 or (len(dims) > 2 and attribute in OF_STACKS)
    return of == "array" or (matrices and (of == "matrix" or dims[-2] == dims[-1]))


def _define(scope: Scope, name: ast.Ident, statement: Definition, source: Source) -> None:
    if _reserved(scope, name, source):
        return
    if name.id in scope.values or name.id in scope.functions:
        _twice(scope, name, source)
        return
    scope.values[name.id] = (statement, source)
    _mention(scope, statement.value)


def _define_many(scope: Scope, statement: ast.DefineMany, source: Source) -> None:
    """`P, L, U = lu(X)` as `P = lu(X, "P")` and so on."""
    value = statement.value
    kind = KINDS.get(value.fn) if isinstance(value, ast.Call) and value.fn not in scope.functions else None
    if kind is None or not isinstance(value, ast.Call) or len(value.args) != 1 or value.kwargs or value.primes:
        known = ", ".join(KINDS)
        message = f"Several names take the outputs of {known} of one matrix."
        span = statement.span
        mend: tuple[Edit, ...] = ()
        if isinstance(value, ast.Call) and value.fn in ("symbols", "Symbols"):
            mend = ((span.start, span.end, f"{', '.join(name.id for name in statement.names)} : R"),)
        if isinstance(value, ast.Call) and value.fn in ("eig", "eigen") and len(statement.names) == 2:
            start = source.text.find(value.fn, value.span.start)
            mend = ((start, start + len(value.fn), "eigh"),)
        scope.diagnostics.append(error("E204", message, source, span, "P, L, U = lu(X)", mend=mend))
        return
    if len(statement.names) != len(kind.components):
        outputs = ", ".join(kind.components)
        scope.diagnostics.append(
            error(
                "E204",
                f"{value.fn} has {len(kind.components)} outputs, not {len(statement.names)}.",
                source,
                statement.span,
                f"{outputs} = {value.fn}(X), with {kind.equation}",
            )
        )
        return
    names = tuple(name.id for name in statement.names)
    for name, part in zip(statement.names, kind.components, strict=True):
        call = ast.Call(value.span, value.fn, 0, (*value.args, ast.Str(value.span, part)))
        _define(scope, name, ast.Define(statement.span, name, call), source)
        scope.together[name.id] = names


def _define_function(scope: Scope, statement: ast.DefineFunction, source: Source) -> None:
    name = statement.name
    if _reserved(scope, name, source):
        return
    if name.id in scope.values or name.id in scope.functions:
        _twice(scope, name, source)
        return
    params = [param.id for param in statement.params]
    for position, param in enumerate(statement.params):
        if param.id in params[:position]:
            scope.diagnostics.append(
                error("E202", f"{param.id} is twice a parameter of {name.id}.", source, param.span)
            )
    scope.functions[name.id] = (statement, source)
    _mention(scope, statement.value, set(params))


def _mention(scope: Scope, expr: ast.Expr, bound: Set[str] = frozenset()) -> None:
    arbitrary = arbitrary_names(expr)
    for part in subexpressions(expr):
        if isinstance(part, ast.Name) and part.id not in bound and part.span not in arbitrary:
            scope.mentioned.setdefault(part.id, part.span)


def _find_dims(scope: Scope, statement: ast.Statement) -> None:
    """`ones(n)` and `eye(n)` name a dimension as a declaration does."""
    roots: tuple[ast.Expr, ...] = ()
    match statement:
        case ast.Define() | ast.DefineFunction() | ast.DefineMany() | ast.DefineIndexed():
            roots = (statement.value,)
        case ast.Check() | ast.Assume():
            roots = statement.sides
    for root in roots:
        for part in subexpressions(root):
            if isinstance(part, ast.Call) and part.fn in _SIZED and not part.primes:
                sizes = part.args[1:] if part.fn == "reshape" else part.args
                names = (name for size in sizes for name in subexpressions(size))
                scope.dims.update(name.id for name in names if isinstance(name, ast.Name))


def _functions_as_values(scope: Scope) -> None:
    """`f(x, y) = 3*x**2*y` defines the value f too, where f is asked about or nothing else is defined.

    Its parameters are then free names of the program.
    """
    asked: set[str] = set()
    called: set[str] = set()
    for located in scope.statements:
        statement = located.statement
        roots: tuple[ast.Expr, ...] = ()
        match statement:
            case ast.Question():
                asked.update(part.id for part in subexpressions(statement.of) if isinstance(part, ast.Name))
            case ast.Check():
                roots = statement.sides
            case ast.Define() | ast.DefineFunction() | ast.DefineMany():
                roots = (statement.value,)
        for root in roots:
            for part in subexpressions(root):
                if isinstance(part, ast.Call):
                    called.add(part.fn)
                    if part.fn in ("grad", "jac", "hess") and part.args:
                        asked.update(sub.id for sub in subexpressions(part.args[0]) if isinstance(sub, ast.Name))
    alone = not scope.values
    for name, (statement, source) in scope.functions.items():
        if name in asked or (alone and name not in called):
            span = statement.span
            scope.values[name] = (ast.Define(span, statement.name, statement.value), source)
            for param in statement.params:
                scope.mentioned.setdefault(param.id, param.span)
                if param.id not in scope.arrays and param.id not in scope.values and not works_on_arrays(statement):
                    scope.arrays[param.id] = Declared(ast.ArrayType("R", ()), (), source, param.span)
            if alone:
                scope.last = name


def works_on_arrays(statement: ast.DefineFunction) -> bool:
    """Whether a function's body makes sense for arrays only: it transposes, multiplies matrices or reduces.

    The parameters of any other function are scalars, unless they are declared.
    """
    for part in subexpressions(statement.value):
        match part:
            case ast.Transpose() | ast.Index() | ast.IndexSum() | ast.Entries():
                return True
            case ast.Product() if "@" in part.ops or (ast.BESIDE in part.ops and _has_matrix(part)):
                return True
            case ast.Call() if (part.fn in RESERVED or part.fn in FUNCTIONS) and part.fn not in (
                *ELEMENTWISE,
                "max",
                "min",
                "where",
                "stop",
            ):
                return True
    return False


def _has_matrix(product: ast.Product) -> bool:
    """Whether one of the factors that stand side by side is by its name a matrix."""
    return any(isinstance(factor, ast.Name) and convention(factor.id) == "matrix" for factor in product.factors)
