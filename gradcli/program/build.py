"""Expressions from the syntax tree, once every shape is known."""

from __future__ import annotations

from collections.abc import Mapping

from gradcli.diagnostics import GradcliError
from gradcli.expr import arith, batched, linear, matrix_functions, rearrange, reduce
from gradcli.expr.broadcast import broadcast, broadcast_shape
from gradcli.expr.implicit import implicit
from gradcli.expr.node import Node, has_attribute, make, num, var
from gradcli.expr.parts import concat
from gradcli.expr.replace import replace
from gradcli.expr.shapes import Shape, ShapeError, is_row, show_shape, transposed
from gradcli.ops.attributes import of_each
from gradcli.program.axes import build_along
from gradcli.program.blocks import build_blocks
from gradcli.program.dimensions import dimension_of
from gradcli.program.einsum import build_einsum
from gradcli.program.entries import indexed_entry, mentions
from gradcli.program.equation import Equation
from gradcli.program.functions import DERIVATIVES, FILLED, FUNCTIONS
from gradcli.program.indices import integer
from gradcli.program.infer import Inference
from gradcli.program.infer_calls import whole_domain
from gradcli.program.infer_derivative import is_arbitrary
from gradcli.program.layouts import jacobian_shape
from gradcli.program.lift import Lifting, NotLifted
from gradcli.program.meant import unit_places
from gradcli.program.options import positional, read_options
from gradcli.program.parts import build_part, build_place, build_windows, is_part, label_array, label_count
from gradcli.program.poisoned import Poisoned
from gradcli.program.scope import CONSTANTS
from gradcli.program.signature import Misfit
from gradcli.program.unify import Unknown, closed, find
from gradcli.syntax import ast


class Builder:
    """Turns syntax into nodes; `nodes` maps each value's name to its `var`.

    Raises GradcliError where an expression has no value (a division by the number zero).
    """

    def __init__(self, inference: Inference, nodes: dict[str, Node]) -> None:
        self.inference = inference
        self.scope = inference.scope
        self.nodes = nodes
        self.losses: dict[str, tuple[Node, ...]] = {}
        self.indices: dict[str, int] = {}
        self.lifting: Lifting | None = None
        self.memo: dict[tuple[int, str], tuple[ast.Expr, Node]] | None = None

    def build(self, expr: ast.Expr, local: Mapping[str, Node]) -> Node:
        """The node of an expression; `local` holds the arguments of a function that is put in."""
        try:
            return self._build(expr, local)
        except ZeroDivisionError:
            self.inference.fail("E309", "This divides by zero.", expr)
        except ShapeError as misfit:
            self.inference.fail("E301", f"shapes do not agree: {misfit}", expr)

    def _build(self, expr: ast.Expr, local: Mapping[str, Node]) -> Node:
        if self.memo is None or local or self.indices:
            return self._node(expr, local)
        key = id(expr), self.inference.layout
        if key not in self.memo:
            self.memo[key] = expr, self._node(expr, local)
        return self.memo[key][1]

    def _node(self, expr: ast.Expr, local: Mapping[str, Node]) -> Node:
        match expr:
            case ast.Num():
                return num(expr.value)
            case ast.Name():
                return self._name(expr, local)
            case ast.Neg():
                return arith.neg(self._build(expr.arg, local))
            case ast.Sum():
                terms = [self._build(term, local) for term in expr.terms]
                signed = (term if op == "+" else arith.neg(term) for op, term in zip(expr.ops, terms[1:], strict=True))
                return arith.add(*broadcast(terms[0], *signed))
            case ast.Product():
                return self._product(expr, local)
            case ast.Compare():
                if self.lifting is not None and self.indices:
                    from gradcli.program.compared_indices import build_comparison, compares_letters

                    if compares_letters(self, expr):
                        return build_comparison(self, self.lifting, expr)
                return _compared(expr.op, *broadcast(self._build(expr.left, local), self._build(expr.right, local)))
            case ast.Power():
                return arith.power(*broadcast(self._build(expr.base, local), self._build(expr.exponent, local)))
            case ast.MatPower():
                exponent = integer(expr.exponent)
                base = self._build(expr.base, local)
                if exponent is not None:
                    return linear.matpower(base, exponent)
                if len(base.shape) == 2:
                    return matrix_functions.power_of_matrix(base, self._build(expr.exponent, local))
                return arith.power(base, self._build(expr.exponent, local))
            case ast.Superscript():
                base = self._build(expr.base, local)
                if len(base.shape) == 2 and 1 not in base.shape:
                    return linear.matpower(base, expr.exponent)
                return arith.power(base, num(expr.exponent))
            case ast.Bars():
                return reduce.elementwise("abs", 0, self._build(expr.arg, local))
            case ast.Entries():
                return self._entries(expr)
            case ast.Transpose():
                return linear.transpose(self._build(expr.arg, local))
            case ast.LastTwoTurned():
                return batched.last_two_turned(self._build(expr.arg, local))
            case ast.Call():
                return self._call(expr, local)
            case ast.IndexSum():
                by_entries = self.inference.by_entries.get(id(expr))
                return self._index_sum(expr, local) if by_entries is None else self._build(by_entries, local)
            case ast.Index():
                base = self._build(expr.base, local)
                if self.lifting is not None and mentions(expr, self.indices):
                    return indexed_entry(self, self.lifting, expr, base)
                if is_part(self.inference, expr):
                    return build_part(self, expr, base)
                index = tuple(self._index(part) for part in expr.indices)
                if len(index) < len(base.shape):
                    index = (1, *index)
                return reduce.entry(base, index if len(base.shape) > 1 else index[:1])
            case ast.ListLit():
                return self._literal(expr, local)
            case Equation():
                return self._equation(expr)
        raise AssertionError(f"no expression: {expr}")

    def _is_letter(self, expr: ast.Expr) -> bool:
        return isinstance(expr, ast.Name) and expr.id in self.indices

    def _index(self, expr: ast.Expr) -> int:
        """An index of an entry: a position from 1, or minus the letter that a name stands for."""
        return -self.indices[expr.id] if isinstance(expr, ast.Name) else integer(expr) or 0

    def indexed(self, expr: ast.Expr, names: tuple[str, ...], dims: Shape, shape: Shape) -> Node:
        """The array `Y[names] = expr`; `dims` are the sizes of its axes, `shape` that of the array."""
        lifting = self.lifting = Lifting()
        self.indices = {name: lifting.fresh(dim) for name, dim in zip(names, dims, strict=True)}
        try:
            body = self.build(expr, {})
            value = self._lifted(body, tuple(self.indices.values()), expr)
        finally:
            self.indices, self.lifting = {}, None
        if body.shape and not (len(dims) == len(body.shape) == 1):
            return value  # a row, or a matrix, for all indices: their axes, then its own
        return value if value.shape == shape else linear.transpose(value)

    def _entries(self, expr: ast.Entries) -> Node:
        before = self.indices, self.lifting
        dims = closed(self.inference.entries[id(expr)])
        try:
            sizes = tuple(closed((dim,))[0] if find(dim) != 1 else 1 for dim in self.inference.entries[id(expr)])
            return self.indexed(expr.body, expr.indices, sizes, dims)
        finally:
            self.indices, self.lifting = before

    def _index_sum(self, expr: ast.IndexSum, local: Mapping[str, Node]) -> Node:
        outermost = self.lifting is None
        lifting = self.lifting = self.lifting or Lifting()
        before = self.indices
        sizes = {name: find(axis.dim) for name, axis in self.inference.bound[id(expr)].items()}
        letters = {
            name: lifting.fresh(None if isinstance(dim, Unknown) else dim)
            for name, dim in zip(expr.indices, sizes.values(), strict=True)
        }
        self.indices = {**before, **letters}
        try:
            total = self._reduced(expr, lifting, self._build(expr.body, local), letters)
            return self._lifted(total, (), expr) if outermost else total
        finally:
            self.indices = before
            if outermost:
                self.lifting = None

    def _reduced(self, expr: ast.IndexSum, lifting: Lifting, body: Node, letters: Mapping[str, int]) -> Node:
        if expr.fn not in ("sum", "mean"):
            return lifting.reduced(expr.fn, body, tuple(letters.values()))
        total = lifting.sum(body, tuple(letters.values()))
        if expr.fn == "sum":
            return total
        counts = [arith.size(lifting.dims[letter]) for letter in letters.values()]
        return arith.mul(total, arith.power(arith.mul(*counts), num(-1)))

    def _lifted(self, node: Node, output: tuple[int, ...], expr: ast.Expr) -> Node:
        assert self.lifting is not None
        try:
            return self.lifting.lift(node, output)
        except NotLifted as missing:
            self.inference.fail(
                "E402",
                f"{missing} of something that depends on an index is not understood in an indexed expression.",
                expr,
                "give the array a name of its own first",
            )

    def _equation(self, expr: Equation) -> Node:
        """What an equation settles: it has as many entries as there are equations."""
        unknown = self.nodes[expr.name]
        residual = arith.sub(self._build(expr.left, {}), self._build(expr.right, {}))
        if residual.shape != unknown.shape and transposed(residual.shape) == unknown.shape:
            residual = linear.transpose(residual)
        if residual.shape != unknown.shape:
            have, want = show_shape(residual.shape), show_shape(unknown.shape)
            self.inference.fail(
                "E403",
                f"The relation does not settle {expr.name}: its sides are {have}, and {expr.name} is {want}.",
                expr,
                "a relation has as many equations as its unknown has entries",
            )
        return implicit(unknown, residual)

    def _name(self, expr: ast.Name, local: Mapping[str, Node]) -> Node:
        name = expr.id
        if self.lifting is not None and name in self.indices:
            from gradcli.program.compared_indices import place_value

            return place_value(self, self.lifting, expr)
        if name in local:
            return local[name]
        if name in self.nodes:
            return self.nodes[name]
        if name in CONSTANTS:
            return make("const", data=name)
        if name == "I":
            try:
                return linear.eye(closed((self.inference.identities[id(expr)],) * 2)[0])
            except (LookupError, IndexError):
                self.inference.fail("E304", "The size of I does not follow from where it stands.", expr, "write eye(n)")
        if id(expr) in self.inference.entries:
            try:
                if name == ast.ONES_OF_ANY_SIZE:
                    return arith.ones(closed(self.inference.entries[id(expr)]))
                return reduce.unit_entry(closed(self.inference.entries[id(expr)]), unit_places(name))
            except (LookupError, IndexError):
                self.inference.fail("E304", f"The size of {name} does not follow from where it stands.", expr)
        if name in self.inference.poisoned:  # defined, and no value came of it: no size
            raise Poisoned
        return arith.size(name)

    def _product(self, expr: ast.Product, local: Mapping[str, Node]) -> Node:
        out = self._build(expr.factors[0], local)
        run = [out]  # a run of one operation is built at once: a long product costs its length
        last = expr.ops[0] if expr.ops else "*"
        for op, factor in zip(expr.ops, expr.factors[1:], strict=True):
            node = self._build(factor, local)
            if op != last:
                run = [self._fold(last, run)]
                last = op
            run.append(node)
        return self._fold(last, run)

    def _fold(self, op: str, run: list[Node]) -> Node:
        if op == ast.BESIDE:
            return _beside(run)
        if op == "@":
            return batched.product(*run)
        if op in ("*", "·"):
            return arith.mul(*broadcast(*run))
        if op == "/":
            return arith.mul(*broadcast(run[0], *(arith.power(node, num(-1)) for node in run[1:])))
        out = run[0]
        for node in run[1:]:
            out = reduce.kron(out, node)
        return out

    def _literal(self, expr: ast.ListLit, local: Mapping[str, Node]) -> Node:
        if id(expr) in self.inference.blocks:
            return build_blocks(self, expr, local)
        rows = [item for item in expr.items if isinstance(item, ast.ListLit)]
        cells = [item for row in rows for item in row.items] if rows else list(expr.items)
        shape = closed((len(rows), len(rows[0].items)) if rows else (len(cells),))
        return reduce.stack(tuple(self._build(cell, local) for cell in cells), shape)

    def _call(self, expr: ast.Call, local: Mapping[str, Node]) -> Node:
        name = expr.fn
        if name == "unit":
            half = len(expr.args) // 2
            dims = [dimension_of(arg) or 1 for arg in expr.args[:half]]
            return reduce.unit_entry(closed(dims), tuple(integer(arg) or 1 for arg in expr.args[half:]))
        if name == "windows":
            return build_windows(self, expr, local)
        if name == "place":
            return build_place(expr)
        if name == "onehot":
            count = label_count(self.inference, expr.args[0])
            assert count is not None
            return label_array(self, expr.args[0], count)
        if name in FILLED:
            dims = [dimension_of(arg) or 1 for arg in expr.args]
            if name == "eye":
                return linear.eye(dims[0])
            return (arith.ones if name == "ones" else arith.zeros)(closed(dims))
        if name in DERIVATIVES and not expr.primes:
            return self._derivative(expr, local)
        if name in self.scope.functions:
            return self._defined(expr, local)
        if name in self.scope.function_types:
            return self._declared(expr, local)
        if name == "einsum" and isinstance(expr.args[0], ast.Str):
            return build_einsum(expr.args[0].value, [self._build(arg, local) for arg in expr.args[1:]])
        if name == "reshape":
            sizes = tuple(dimension_of(arg) or 1 for arg in expr.args[1:])
            return rearrange.reshape(self._build(expr.args[0], local), closed(sizes))
        args = [self._build(arg, local) for arg in positional(expr)]
        if name in FUNCTIONS and not expr.primes:
            language = FUNCTIONS[name]
            try:
                return build_along(name, language, args, read_options(self.inference, expr, language.options))
            except Misfit as misfit:  # a size came out as 1 after the call was read, and an axis of size 1 is none
                self.inference.fail(misfit.code, f"{misfit}.", expr, misfit.hint)
        return reduce.elementwise(name, expr.primes, args[0])

    def _defined(self, expr: ast.Call, local: Mapping[str, Node]) -> Node:
        statement, source = self.scope.functions[expr.fn]
        args = [self._build(arg, local) for arg in expr.args]
        if self.inference.defined.is_scalar_function(expr.fn):
            return reduce.elementwise(expr.fn, expr.primes, args[0])
        before, self.inference.source = self.inference.source, source
        try:
            inner = {param.id: arg for param, arg in zip(statement.params, args, strict=True)}
            if self.inference.defined.acts_elementwise(expr.fn) and not expr.primes:
                holes = {param: make("param", data=param) for param in inner}
                body = self.build(statement.value, holes)
                filled = replace([body], {holes[param]: arg for param, arg in inner.items()})[0]
                shape = broadcast_shape([arg.shape for arg in args])
                args = list(broadcast(*args))
                return filled if filled.shape == shape else arith.mul(filled, arith.ones(shape))
            if not expr.primes:
                return self.build(statement.value, inner)
            hole = make("param", data=statement.params[0].id)
            body = self.build(statement.value, {statement.params[0].id: hole})
            return make("prime", (body, hole, args[0]), data=expr.primes, shape=args[0].shape)
        finally:
            self.inference.source = before

    def _declared(self, expr: ast.Call, local: Mapping[str, Node]) -> Node:
        declared, _, _ = self.scope.function_types[expr.fn]
        args = [self._build(arg, local) for arg in expr.args]
        lists = [linear.transpose(arg) if is_row(arg.shape) else arg for arg in args]
        domain, codomain = closed(whole_domain(declared)), closed(declared.codomain.dims)
        arg = concat(lists, 0) if len(args) > 1 else lists[0] if len(domain) == 1 else args[0]
        if not domain and not codomain:
            return reduce.elementwise(expr.fn, expr.primes, arg)
        shape = closed(codomain + domain * expr.primes)
        node = make("vfun", (arg,), data=(expr.fn, expr.primes), shape=shape)
        return linear.transpose(node) if expr.primes == 1 and not codomain and len(domain) == 1 else node

    def _derivative(self, expr: ast.Call, local: Mapping[str, Node]) -> Node:
        options = dict(read_options(self.inference, expr, ("structure", "layout")))
        of = self.derived(expr.args[0], local)
        wrt = [self._build(arg, local) for arg in expr.args[1:]]
        if expr.fn == "grad":
            return make("grad", (of, wrt[0]), data=options.get("structure"), shape=wrt[0].shape)
        if expr.fn == "hess":
            if len(wrt) == 1:
                wrt = [wrt[0], wrt[0]]
            first, second = wrt[0].shape, wrt[1].shape
            shape = closed(tuple(d for d in first + second if d != 1)) if len(first + second) <= 4 else first + second
            return make("hess", (of, *wrt), data=options.get("structure"), shape=shape)
        layout = str(options.get("layout", self.inference.layout))
        return make("jac", (of, wrt[0]), data=layout, shape=closed(jacobian_shape(of.shape, wrt[0].shape, layout)))

    def derived(self, expr: ast.Expr, local: Mapping[str, Node]) -> Node:
        """What is differentiated: a value, or a `loss` node for the name of an arbitrary scalar function."""
        if isinstance(expr, ast.Name) and expr.id not in local and is_arbitrary(self.inference, expr.id):
            return make("loss", self.loss_arguments(expr.id), data=expr.id)
        return self._build(expr, local)

    def loss_arguments(self, name: str) -> tuple[Node, ...]:
        """What an arbitrary scalar function is a function of: what `loss` names, else the last definition.

        Of a definition with several outputs those that have a derivative: a permutation has none.  Raises Poisoned
        where one of them is a definition at fault: the derivatives are unknown then, not zero.
        """
        if name in self.inference.poisoned:
            raise Poisoned
        if name not in self.losses:
            last = self.scope.last
            assert last is not None
            together = self.scope.together.get(last, (last,))
            if any(part not in self.nodes for part in together):
                raise LookupError(last)
            nodes = [self.nodes[part] for part in together]
            self.losses[name] = tuple(node for node in nodes if not has_attribute(node, "permutation")) or (nodes[-1],)
        return self.losses[name]


def variable_node(name: str, dims: tuple[int | str, ...], attributes: tuple[str, ...]) -> Node:
    """The `var` of a free or defined name."""
    shape = closed(dims)
    return var(name, shape, frozenset(attributes if len(shape) < 3 else of_each(attributes)))


__all__ = ["Builder", "GradcliError", "variable_node"]


def _beside(factors: list[Node]) -> Node:
    """Factors side by side: a scalar scales, arrays multiply as matrices; a run of one of the two is built at once."""
    out, run, sign = factors[0], factors[:1], ""
    for factor in factors[1:]:
        op = "@" if out.shape and factor.shape else "*"
        if op != sign:
            run, sign = [out], op
        run.append(factor)
        out = batched.product(*run) if op == "@" else arith.mul(*run)
    return out


def _compared(op: str, left: Node, right: Node) -> Node:
    """A comparison as an array of 0s and 1s; `==` is both `<=` and `>=`."""
    if op not in ("==", "!="):
        return reduce.compare(op, left, right)
    both = arith.mul(reduce.compare("<=", left, right), reduce.compare(">=", left, right))
    return both if op == "==" else arith.sub(num(1), both)
