"""From expressions to instructions."""

from __future__ import annotations

from fractions import Fraction

from gradcli.emit.chain import lower_chain
from gradcli.emit.instr import Instr, held
from gradcli.emit.lowering import Lowering, Rule, rank_of
from gradcli.emit.placed import (
    arguments,
    lower_concat,
    lower_onehot,
    lower_part,
    lower_picked,
    lower_place,
    lower_windows,
)
from gradcli.emit.plan import Plan
from gradcli.emit.subscripts import lower_einsum
from gradcli.expr.factor import KINDS, parts_of
from gradcli.expr.implicit import equation_of
from gradcli.expr.node import Node, name_of, payload, value_of
from gradcli.expr.shapes import is_list, is_row
from gradcli.ops.functions import SCALAR_FUNCTIONS
from gradcli.ops.passes import Pass
from gradcli.ops.payload import Applied, Index
from gradcli.program.functions import ELEMENTWISE

_HALF = Fraction(1, 2)
_MOST_FACTORS = 12


# ------------------------------------------------------------------------- arithmetic


def _add(low: Lowering, node: Node) -> Instr:
    terms: list[Instr] = []
    signs: list[bool] = []
    for arg, term in zip(node.args, low.args(node), strict=True):
        negative = _is_negative(arg, term)
        terms.append(_negated(low.plan, term) if negative else term)
        signs.append(negative)
    if signs[0] and not all(signs):  # `b - a` reads better than `-a + b`
        first = signs.index(False)
        order = [first, *(i for i in range(len(terms)) if i != first)]
        terms, signs = [terms[i] for i in order], [signs[i] for i in order]
    return low.plan.make("sum", *terms, data=tuple(signs), rank=rank_of(node))


def _is_negative(node: Node, term: Instr) -> bool:
    if node.op in ("var", "cotangent"):
        return False
    if term.kind == "number":
        return held(term, Fraction) < 0
    return term.kind == "product" and held(term, tuple)[0] < 0


def _negated(plan: Plan, term: Instr) -> Instr:
    if term.kind == "number":
        return plan.number(-held(term, Fraction))
    number, over = held(term, tuple)
    if number == -1 and over == len(term.args) == 1:
        return term.args[0]
    return plan.make("product", *term.args, data=(-number, over), rank=term.rank)


def _mul(low: Lowering, node: Node) -> Instr:
    number = Fraction(1)
    over: list[Instr] = []
    under: list[Instr] = []
    for factor in node.args:
        value = value_of(factor)
        if value is not None:
            number *= value
            continue
        exponent = value_of(factor.args[1]) if factor.op == "pow" else None
        if exponent is not None and exponent < 0:
            under.append(_divisor(low, factor, -exponent))
        else:
            over.append(low.planned(factor))
    return _masked(low.plan, number, over, under, rank_of(node))


def _masked(plan: Plan, number: Fraction, over: list[Instr], under: list[Instr], rank: int) -> Instr:
    """A product; one with an indicator becomes a choice, as what is masked out may have no value there."""
    masks = [factor for factor in over if _mask(factor) is not None]
    rest = [factor for factor in over if _mask(factor) is None]
    if not masks or not (rest or under):
        over, under = _grouped(plan, over), _grouped(plan, under)
        return plan.make("product", *over, *under, data=(number, len(over)), rank=rank)
    for mask in masks:
        _, kept, _ = _mask(mask) or (mask, None, True)
        rest += [kept] if kept is not None else []
    inner_rank = max(part.rank for part in (*rest, *under))
    out = _masked(plan, number, rest, under, inner_rank) if number != 1 or len(rest) != 1 or under else rest[0]
    for mask in masks:
        condition, _, positive = _mask(mask) or (mask, None, True)
        branches = (out, plan.number(0)) if positive else (plan.number(0), out)
        out = plan.make("where", condition, *branches, rank=rank)
    return out


def _mask(factor: Instr) -> tuple[Instr, Instr | None, bool] | None:
    """`(condition, what is kept, where)` of a factor that is 0 on one side of a condition; None is kept:
    1."""
    if factor.kind == "indicator":
        return factor.args[0], None, True
    if factor.kind != "where":
        return None
    condition, a, b = factor.args
    for kept, other, positive in ((a, b, True), (b, a, False)):
        if other.kind == "zeros" or (other.kind == "number" and other.data == 0):
            return condition, None if kept.kind == "number" and kept.data == 1 else kept, positive
    return None


def _grouped(plan: Plan, factors: list[Instr]) -> list[Instr]:
    """Many factors as a few products of some: a line of code has its limits."""
    while len(factors) > _MOST_FACTORS:
        groups = [factors[i : i + _MOST_FACTORS] for i in range(0, len(factors), _MOST_FACTORS)]
        factors = [
            plan.make("product", *group, data=(Fraction(1), len(group)), rank=max(part.rank for part in group))
            for group in groups
        ]
    return factors


def _powered(low: Lowering, node: Node, exponent: Fraction) -> Instr:
    base, rank = low.planned(node.args[0]), rank_of(node)
    if exponent == 1:
        return base
    if exponent == _HALF:
        return low.plan.make("sqrt", base, rank=rank)
    return low.plan.make("power", base, low.plan.number(exponent), rank=rank)


def _pow(low: Lowering, node: Node) -> Instr:
    exponent = value_of(node.args[1])
    if exponent is None:
        return low.plan.make("power", *low.args(node), rank=rank_of(node))
    if exponent >= 0:
        return _powered(low, node, exponent)
    return low.plan.make("product", _divisor(low, node, -exponent), data=(Fraction(1), 0), rank=rank_of(node))


def _divisor(low: Lowering, node: Node, exponent: Fraction) -> Instr:
    """What is divided by; 1 in place of a 0 that it may be in a region, where what stands over it is 0."""
    out = _powered(low, node, exponent)
    if low.divisors is None or not low.divisors.vanishes(node):
        return out
    positive = low.plan.make("compare", low.plan.number(0), out, data="<", rank=out.rank)
    return low.plan.make("where", positive, out, low.plan.number(1), rank=out.rank)


# ------------------------------------------------------------------------- functions


def _elem(low: Lowering, node: Node) -> Instr:
    name, order = payload(node, Applied)
    (arg,) = low.args(node)
    function = low.functions.get(name)
    if name not in ELEMENTWISE and (function is None or function.body is None):
        return low.plan.make("call", arg, data=(name, order), rank=arg.rank)
    if function is None and order and SCALAR_FUNCTIONS[name].higher is not None:
        return low.plan.make("polygamma", arg, data=order, rank=arg.rank)
    if function is not None or order:
        value = low.put_in(name, order, arg)
        return value if value is not None else low.plan.make("defined", arg, data=(name, order), rank=arg.rank)
    value = low.by_definition(name, arg)
    return value if value is not None else low.plan.make("map", arg, data=name, rank=arg.rank)


def _vfun(low: Lowering, node: Node) -> Instr:
    name, order = payload(node, Applied)
    (arg,) = node.args
    function = low.functions.get(name)
    domains = function.domains if function is not None else ()
    if len(domains) > 1:
        result = "row" if is_row(node.shape) else "plain"
        return low.plan.make(
            "field", *arguments(low, arg, domains), data=(name, order, "plain", result), rank=rank_of(node)
        )
    shape = "row" if is_row(arg.shape) else "plain"
    result = "row" if is_row(node.shape) else "plain"
    return low.plan.make("field", *low.args(node), data=(name, order, shape, result), rank=rank_of(node))


def _vrows(low: Lowering, node: Node) -> Instr:
    name, order = payload(node, Applied)
    return low.plan.make("each_row", *low.args(node), data=(name, order), rank=rank_of(node))


def _cmp(low: Lowering, node: Node) -> Instr:
    compared = low.plan.make("compare", *low.args(node), data=node.data, rank=rank_of(node))
    return low.plan.make("indicator", compared, rank=rank_of(node))


def _attains(low: Lowering, node: Node) -> Instr:
    array, extreme = low.args(node)
    sides = (extreme, array) if node.data == "largest" else (array, extreme)
    compared = low.plan.make("compare", *sides, data="<=", rank=rank_of(node))
    return low.plan.make("indicator", compared, rank=rank_of(node))


def _where(low: Lowering, node: Node) -> Instr:
    condition, a, b = low.args(node)
    if condition.kind == "indicator":
        condition = condition.args[0]
    else:
        condition = low.plan.make("nonzero", condition, rank=condition.rank)
    return low.plan.make("where", condition, a, b, rank=rank_of(node))


def _softmax(low: Lowering, node: Node) -> Instr:
    return low.plan.make(node.op, *low.args(node), data=node.data, rank=rank_of(node))


# -------------------------------------------------------------------------- matrices


def _transpose(low: Lowering, node: Node) -> Instr:
    inner = node.args[0]
    if inner.op == "inv":
        return low.plan.make("inv", low.plan.transpose(low.planned(inner.args[0])), rank=2)
    return low.plan.transpose(low.planned(inner))


def _diagonal(low: Lowering, node: Node) -> Instr:
    (arg,) = node.args
    if is_list(arg.shape):
        return low.plan.make("entry", low.planned(arg), data=(0,))
    return low.plan.make("diagonal", low.planned(arg), rank=1)


def _sum_axis(low: Lowering, node: Node) -> Instr:
    (arg,) = node.args
    if is_list(arg.shape):
        kept = node.shape != ()
        return low.planned(arg) if kept else low.plan.make("total", low.planned(arg))
    return low.plan.make("sum_axis", low.planned(arg), data=node.data, rank=rank_of(node))


def _triangle(low: Lowering, node: Node) -> Instr:
    flat = is_list(node.shape)
    out = low.plan.make(node.op, low.as_matrix(node.args[0]), data=node.data, rank=2)
    return low.plan.make("flat", out, rank=1) if flat else out


def _kron(low: Lowering, node: Node) -> Instr:
    a, b = node.args
    if is_list(a.shape) and is_list(b.shape) and is_row(a.shape) == is_row(b.shape):
        return low.plan.make("kron", *low.args(node), rank=1)
    out = low.plan.make("kron", low.as_matrix(a), low.as_matrix(b), rank=2)
    return low.plan.make("flat", out, rank=1) if is_list(node.shape) else out


def _vec(low: Lowering, node: Node) -> Instr:
    (arg,) = low.args(node)
    return arg if arg.rank == 1 else low.plan.make("columns", arg, rank=1)


def _entry(low: Lowering, node: Node) -> Instr:
    index = tuple(i - 1 for i in payload(node, Index))
    (arg,) = node.args
    return low.plan.make("entry", low.planned(arg), data=index[-1:] if is_row(arg.shape) else index)


def _unit(low: Lowering, node: Node) -> Instr:
    index = tuple(i - 1 for i in payload(node, Index))
    short = index[-1:] if is_row(node.shape) else index
    return low.plan.make("unit", *low.sizes(node), data=short, rank=rank_of(node))


def _stack(low: Lowering, node: Node) -> Instr:
    shape = node.shape[-1:] if is_list(node.shape) else node.shape
    return low.plan.make("stack", *low.args(node), data=shape, rank=rank_of(node))


def _filled(low: Lowering, node: Node) -> Instr:
    if not node.shape:
        return low.plan.number(0 if node.op == "zeros" else 1)
    return low.plan.make(node.op, *low.sizes(node), rank=rank_of(node))


def _factor(low: Lowering, node: Node) -> Instr:
    kind, part = parts_of(node)
    (matrix,) = low.args(node)
    if kind == "chol":
        return low.plan.make("chol", matrix, rank=2)
    place = list(KINDS[kind].components).index(part)
    if kind == "svd" and all(isinstance(dim, int) for dim in node.args[0].shape):
        kind = "svd_thin"  # known to fit, wide or tall
    joint = low.plan.make("factorise", matrix, data=kind, rank=2)
    return low.plan.make("component", joint, data=place, rank=rank_of(node))


def _implicit(low: Lowering, node: Node) -> Instr:
    value = low.closed_form(node)
    if value is not None:
        return low.planned(value)
    unknown, _, _ = equation_of(node)
    shape = low.sizes(node)
    return low.plan.make("root", *shape, *low.args(node), data=(name_of(unknown), len(shape)), rank=rank_of(node))


def _same(kind: str) -> Rule:
    return lambda low, node: low.plan.make(kind, *low.args(node), data=node.data, rank=rank_of(node))


def _adj(low: Lowering, node: Node) -> Instr:
    if len(node.args) == 1:
        return low.plan.make("adj", *low.args(node), rank=2)
    matrix, direction = low.args(node)
    if rank_of(node) == 2:
        return low.plan.make("cofactor_change", matrix, direction, rank=2)
    return low.plan.make("cofactor_changes", matrix, rank=4)


_RULES: dict[str, Rule] = {
    "num": lambda low, node: low.plan.number(value_of(node) or 0),
    "const": lambda low, node: low.plan.make("const", data=node.data),
    "dim": lambda low, node: low.size(str(node.data)),
    "zeros": _filled,
    "ones": _filled,
    "eye": lambda low, node: low.plan.make("eye", low.size(node.shape[0]), rank=2),
    "unit": _unit,
    "place": lower_place,
    "onehot": lower_onehot,
    "add": _add,
    "mul": _mul,
    "pow": _pow,
    "matmul": lambda low, node: lower_chain(low.plan, node.args, low.planned),
    "T": _transpose,
    "inv": _same("inv"),
    "mpow": _same("matpower"),
    "diag": _same("diag"),
    "diagonal": _diagonal,
    "tr": _same("trace"),
    "det": _same("det"),
    "logdet": _same("logdet"),
    "adj": _adj,
    "sum": _same("total"),
    "sum_axis": _sum_axis,
    **{op: _same(op) for op in ("largest", "smallest", "prod", "variance", "std")},
    "norm": _same("norm"),
    "norm1": _same("norm1"),
    "elem": _elem,
    "vfun": _vfun,
    "vrows": _vrows,
    "max": _same("maximum"),
    "min": _same("minimum"),
    "cmp": _cmp,
    "attains": _attains,
    "where": _where,
    "softmax": _softmax,
    "logsoftmax": _softmax,
    "logsumexp": _softmax,
    "stack": _stack,
    "entry": _entry,
    "tril": _triangle,
    "triu": _triangle,
    "kron": _kron,
    "vec": _vec,
    "reshape": lambda low, node: low.plan.make("reshape", *low.args(node), *low.sizes(node), rank=rank_of(node)),
    "einsum": lambda low, node: lower_einsum(low, node),
    "factor": _factor,
    "implicit": _implicit,
    "pinv": _same("pinv"),
    **{op: _same(op) for op in ("inverses", "determinants", "logdets", "cholesky_factors")},
    "expm": _same("expm"),
    "expm_frechet": _same("expm_frechet"),
    **{op: _same(op) for op in ("cumsum", "cumprod", "flip", "roll", "cross", "sqrtm", "logm", "logm_frechet")},
    "sylvester": _same("sylvester"),
    "matrix_power": _same("named_power"),
    **{op: _same(op) for op in ("atan2", "hypot", "logaddexp")},
    "norm2": _same("norm2"),
    "norm_nuc": _same("norm_nuc"),
    "stop": lambda low, node: low.args(node)[0],
}
RULES = Pass("emit", _RULES)
# What products and sums with places are written as.
_WRITTEN: dict[str, Rule] = {
    "part": lower_part,
    "concat": lower_concat,
    "picked": lower_picked,
    "windows": lower_windows,
}
CODE: dict[str, Rule] = {**RULES, **_WRITTEN}
