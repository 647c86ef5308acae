"""The syntax tree: what was written, with where it was written.

Nodes are immutable and know nothing of shapes.  Long sums and products are flat
(`Sum`, `Product`), so that the depth of a tree is the depth of its brackets, which the
parser bounds; recursion over a tree is therefore safe.
"""

from __future__ import annotations

from fractions import Fraction

from gradcli.diagnostics.place import Source as Source
from gradcli.diagnostics.place import Span as Span
from gradcli.record import dataclass, field


@dataclass(frozen=True, slots=True)
class Expr:
    """Base of all expressions."""

    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Num(Expr):
    """A number literal, exact."""

    value: Fraction


@dataclass(frozen=True, slots=True)
class Str(Expr):
    """A quoted string; only `einsum` takes one."""

    value: str


@dataclass(frozen=True, slots=True)
class Name(Expr):
    """A name: a variable, a constant (`pi`, `e_`, `inf`), the identity `I` or a dimension."""

    id: str


@dataclass(frozen=True, slots=True)
class Neg(Expr):
    """Unary minus."""

    arg: Expr


@dataclass(frozen=True, slots=True)
class Sum(Expr):
    """A flat chain `t0 op t1 op t2 ...`; `ops[i]` (`+` or `-`) stands before `terms[i + 1]`."""

    terms: tuple[Expr, ...]
    ops: tuple[str, ...]


ONES_OF_ANY_SIZE = "1"  # the array of `1_k`, as a name that no name can be
BESIDE = ""  # the operator of a product without a sign


@dataclass(frozen=True, slots=True)
class Product(Expr):
    """A flat chain of one precedence, read left to right.

    `ops[i]` stands before `factors[i + 1]` and is one of `*`, `/`, `@`, `kron` (Unicode spellings are already mapped),
    `·` (a product with a scalar) or, where factors stand side by side, `BESIDE`: `@`, or a scaling where one of the
    two is a scalar.
    """

    factors: tuple[Expr, ...]
    ops: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Compare(Expr):
    """`left op right`, op one of `<`, `<=`, `>`, `>=`, `==`, `!=`; does not chain."""

    op: str
    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True)
class Power(Expr):
    """`base ** exponent`, elementwise."""

    base: Expr
    exponent: Expr


@dataclass(frozen=True, slots=True)
class MatPower(Expr):
    """`base ^ exponent`: matrix power of a square matrix, power of a scalar.

    `A ^ -T` is `Transpose(MatPower(A, -1))`.
    """

    base: Expr
    exponent: Expr


@dataclass(frozen=True, slots=True)
class Superscript(Expr):
    """`x²`, `A⁻¹`: the power of a number, of a square matrix, or of each entry of a vector."""

    base: Expr
    exponent: int


@dataclass(frozen=True, slots=True)
class Bars(Expr):
    """`|t|`: the absolute value of a scalar."""

    arg: Expr


@dataclass(frozen=True, slots=True)
class Transpose(Expr):
    """`A.T`, in any of its spellings."""

    arg: Expr


@dataclass(frozen=True, slots=True)
class Call(Expr):
    """`fn'(args, key=value)`: `primes` counts the quotes (the order of the derivative).

    `grad(f, x)`, `∇[x] f`, `jac(y, x, layout=denominator)`, `∂y/∂x`, `hess(f, x)` are calls too:
    `fn` is `grad`, `jac` or `hess` and the arguments are in that order (what, by what).
    """

    fn: str
    primes: int
    args: tuple[Expr, ...]
    kwargs: tuple[tuple[str, Expr], ...] = ()


@dataclass(frozen=True, slots=True)
class Index(Expr):
    """`base[i, 2:n]`: an entry or a part; indices are numbers from 1, index names, slices, `None` or expressions."""

    base: Expr
    indices: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Slice(Expr):
    """`a:b` among indices, both ends in it, counted from 1; None: from the first, to the last."""

    first: Expr | None
    last: Expr | None


@dataclass(frozen=True, slots=True)
class LastTwoTurned(Expr):
    """`A.mT`: the last two axes exchanged."""

    arg: Expr


@dataclass(frozen=True, slots=True)
class ListLit(Expr):
    """`[a, b]`, `[[a, b], [c, d]]`."""

    items: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class IndexSum(Expr):
    """`sum[i, j](body)`: a sum over index names; `fn` is `sum`, `mean`, `prod`, `max` or `min`."""

    indices: tuple[str, ...]
    body: Expr
    fn: str = "sum"


@dataclass(frozen=True, slots=True)
class Entries(Expr):
    """`[δ_ij x_k]_ijk`: the array whose entries at these indices are the body."""

    indices: tuple[str, ...]
    body: Expr


# ---------------------------------------------------------------------- types


@dataclass(frozen=True, slots=True)
class ArrayType:
    """`R[m, 3]`: `base` is `R` or `Z`; a dimension is a polynomial of names; scalar: no dims.

    `{1..C}[N]` has the base `Z` and `labels` C: integers from 1 to C.
    """

    base: str
    dims: tuple[str | int, ...]
    labels: str | int | None = None


@dataclass(frozen=True, slots=True)
class FunctionType:
    """`R[n] -> R[m]`, of several arguments `R[n], R[m] -> R[k]`; `domain` is that of the first."""

    domains: tuple[ArrayType, ...]
    codomain: ArrayType

    @property
    def domain(self) -> ArrayType:
        """What the first argument is."""
        return self.domains[0]


# ----------------------------------------------------------------- statements


@dataclass(frozen=True, slots=True)
class Statement:
    """Base of all statements; `span` covers the whole statement."""

    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Ident:
    """A name in a defining or referring place, with its span."""

    id: str
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Declare(Statement):
    """`a, b : R[m, n] attribute ...`."""

    names: tuple[Ident, ...]
    type: ArrayType | FunctionType
    attributes: tuple[Ident, ...]


@dataclass(frozen=True, slots=True)
class Define(Statement):
    """`name = expr`."""

    name: Ident
    value: Expr


@dataclass(frozen=True, slots=True)
class DefineFunction(Statement):
    """`g(t) = expr`."""

    name: Ident
    params: tuple[Ident, ...]
    value: Expr


@dataclass(frozen=True, slots=True)
class DefineIndexed(Statement):
    """`Y[i, j] = expr over i, j`."""

    name: Ident
    indices: tuple[Ident, ...]
    value: Expr


@dataclass(frozen=True, slots=True)
class DefineMany(Statement):
    """`P, L, U = lu(X)`."""

    names: tuple[Ident, ...]
    value: Expr


@dataclass(frozen=True, slots=True)
class Implicit(Statement):
    """`implicit P, L, U : P @ X == L @ U`."""

    names: tuple[Ident, ...]
    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True)
class Loss(Statement):
    """`loss f(y, z)`: f is an arbitrary scalar function of what it names."""

    name: Ident
    args: tuple[Ident, ...]


@dataclass(frozen=True, slots=True)
class Layout(Statement):
    """`layout numerator`; `name.id` is checked by the parser to be one of the three."""

    name: Ident


@dataclass(frozen=True, slots=True)
class Question(Statement):
    """`grad f wrt x, W` and its kin.

    `kind` is one of `gradient`, `jacobian`, `hessian`, `derivative`, `differential`, `hvp`; `of` and
    `wrt` are names or lists of names (`ListLit`), `wrt` may hold an entry `W[i, j]` too; it is empty for
    `differential y`.
    """

    kind: str
    of: Expr
    wrt: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Check(Statement):
    """`check a == b == c` (`kind` `check`) or `refute a == b` (`kind` `refute`)."""

    kind: str
    sides: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Assume(Statement):
    """`assume a == b`, `assume a > 0`: true by entry of what it names; `op` is `==`, `!=`, `<`, `<=`, `>` or `>=`."""

    op: str
    sides: tuple[Expr, Expr]


@dataclass(frozen=True, slots=True)
class Module:
    """All statements of one source, in order."""

    source: Source
    statements: tuple[Statement, ...]
