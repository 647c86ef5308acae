"""What a target has to compute, in the operations that array libraries have.

An `Instr` is one operation on one- and two-dimensional arrays as NumPy means them.  Columns and rows are both
one-dimensional inside; the interface gives them their declared shapes.  Equal instructions are one
object, so that what is used twice is computed once.

| kind | args | data | value |
| --- | --- | --- | --- |
| number | | Fraction | a rational |
| const | | `pi`, `e_`, `inf` | a constant |
| size | | dimension | its length |
| length | a | axis | |
| input | | name | what a function is given |
| sum | n | n booleans | terms added, or subtracted where true |
| product | over then under | (Fraction, how many over) | the number times factors over factors |
| power | a, p | | elementwise |
| sqrt | a | | elementwise |
| matmul | a, b | | matrix product, `@` |
| outer | v, w | | column times row |
| solve | A, b | | inverse of A times b |
| transpose, inv, trace, det, logdet, adj | A | | |
| cofactor_change | A, D | | how `adj(A).T` changes in the direction D |
| cofactor_changes | A | | and by each entry of A |
| matpower | A | k | matrix power |
| scale_rows, scale_cols | v, A | | diag(v) @ A, A @ diag(v) |
| diag, diagonal | a | | vector to matrix, matrix to vector |
| total, norm, norm1 | a | | scalars |
| sum_axis | A | axis | |
| atan2, hypot, logaddexp | a, b | | |
| polygamma | a | order | the derivative of digamma of this order, at every entry |
| cumsum | a | (axis or None, whether it runs backwards) | |
| cumprod, flip | a | axis or None | |
| roll | a | (places, axis or None) | |
| cross | a, b | | |
| sqrtm, logm, logm_frechet, sylvester, named_power | matrices; of a power the exponent | | |
| largest, smallest, prod | A | axis or None | |
| top | A | axis or None | the largest entries, 0 where they are infinite |
| variance, std | A | (axis or None, ddof) | |
| map | a | name | a function of the language, elementwise |
| call | a | (name, order) | an opaque function, elementwise |
| defined | a | (name, order) | a function that the program defines |
| field | a | (name, order, argument shape, result is a row) | a vector function or its derivatives |
| maximum, minimum | a, b | | elementwise |
| compare | a, b | `<` or `<=` | true or false |
| nonzero | a | | true or false |
| indicator | c | | 1 where true, else 0 |
| where | c, a, b | | elementwise choice |
| softmax, logsoftmax, logsumexp | a | axis or None | |
| softmax_logsumexp, softmax_logsoftmax | a | axis or None | both, to be taken apart |
| stack | scalars | shape | an array row by row |
| entry | a | index from 0 | |
| tril, triu | A | k | |
| kron | A, B | | |
| einsum | operands | subscripts | |
| chol | A | | lower triangle of the symmetric part |
| factorise | A | `lu`, `qr`, `eigh`, `svd`, `svd_filled`, `svd_thin` | all components, to be taken apart |
| component | factorise | position | |
| root | sizes, what is given | (name, how many sizes) | where an equation's residual is zero |
| pinv, expm | A | | pseudoinverse, matrix exponential |
| expm_frechet | A, E | | derivative of expm at A in the direction E |
| norm2, norm_nuc | A | | largest singular value, their sum |
| zeros, ones, eye | sizes | | |
| unit | sizes | index from 0 | 1 at one entry, else 0 |
| column, row | v | | n x 1, 1 x n |
| chol_lower | A | | the same of a matrix known to be definite, from its lower triangle |
| cho_solve, cho_inverse | L, b | | with the factor of `chol`: the solution, the inverse |
| lu_factor | A | | both triangles and the exchanges |
| lu_solve | F, b | of the transpose | with the factors: the solution |
| lu_inverse, lu_logdet | F | | with the factors |
| dot | A, B | | the sum of `A * B` |
| axes | a | for each axis of the value one of a, or None | axes in another order; None: one of length 1 |
| stacks | a, b | | `a @ b` of the last two axes, the others alike |
| add_windows | a, n | | n entries along the last axis, each the sum of all `a[..., i, s]` with i + s its index |
| tensordot | a, b | the axes of each that are summed | the other axes of a, then those of b |
| weighted_gram | A, w | | `A.T @ diag(w) @ A` |
| sample_gram | A, Q | Q[m] is symmetric | the sum over m of `A[m, i] * A[m, k] * Q[m, j, l]`, by i, j, k, l |
| grams | A, W | | `A.T @ diag(W[:, j]) @ A` for every j |
| at_labels | A, labels | | of each row the entry that its label tells |
| sum_at_labels | A, labels, count | | for each label the sum of the rows that have it |
| add_at_labels | A, labels, s | | A with s added to these entries |
| add_diagonal | A, v | | A with v, a list or a scalar, added on its diagonal |
| stacked, stacked_rows | lists | | a matrix of these columns, of these rows |
| unstacked | A | | its columns, to be taken apart |
| column_of | unstacked | position | |
| add_product | base, a, b, beta, alpha | `matmul` or `outer` | beta times the base plus alpha times the product |
| add_multiple | a, b, alpha | whether it is subtracted | a plus alpha times b |
| through_tanh | y, a | | a times 1 - y**2, for a value y of tanh |
| where_positive | a, b | | b where a is positive, else 0 |
| cheaper | c, m, n, a, b | | the same in two ways: a where `c * (m + n) < m * n`, else b |
| blocks | a, sizes | letters of the axes, some twice | a where axes of the same letter agree, else 0 |
| flat | a | | one-dimensional, row by row |
| columns | A | | one-dimensional, column by column |
| reshape | a, sizes | | |
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from fractions import Fraction

from gradcli.emit.instr import Instr
from gradcli.emit.shape import Lengths, extent, infer
from gradcli.expr.shapes import Dim, least_parts

_THIN = 30  # what a length that is short beside others is taken to be


class Plan:
    """Makes instructions, each different one once, and knows the shapes of their values.

    `declared` says what was declared of an input, by its name, and `attributes` what of that may be used: where every
    entry is `free`, as in the value that is differentiated, not that a matrix is symmetric.  `known` are the dimensions
    that have a name in code; `facts` and `bounds` hold what was found out of values.  `named` are the serials of
    what has a name in the program, `usual` the shapes of such values; `thin` are pairs `(k, n)` of a length
    that is short beside another, `moved` the inputs that `optimise.moved` found.  `in_place` says that no one is to
    differentiate or to vectorise what is computed, so that PyTorch may write to what it has made.
    """

    def __init__(self, free: bool = False, in_place: bool = False) -> None:
        self._table: dict[tuple[Hashable, ...], Instr] = {}
        self._shapes: dict[int, Lengths | None] = {}
        self._dims: dict[int, Dim] = {}
        self.free = free
        self.in_place = in_place
        self.facts: dict[tuple[str, int], bool] = {}
        self.bounds: dict[int, tuple[Fraction | None, Fraction | None]] = {}
        self.declared: dict[str, frozenset[str]] = {}
        self.attributes: dict[str, frozenset[str]] = {}
        self.known: frozenset[str] = frozenset()
        self.named: frozenset[int] = frozenset()
        self.usual: frozenset[Lengths | None] = frozenset()
        self.moved: Mapping[str, tuple[str, bool]] = {}
        self.thin: frozenset[tuple[Dim, Dim]] = frozenset()

    def declare(self, name: str, attributes: frozenset[str]) -> None:
        """What was declared of an input."""
        self.declared[name] = attributes
        self.attributes[name] = attributes & {"positive"} if self.free else attributes

    def make(self, kind: str, *args: Instr, data: Hashable = None, rank: int = 0) -> Instr:
        """The instruction of this description."""
        key = self._key(kind, args, data, rank)
        found = self._table.get(key)
        if found is None:
            found = self._table[key] = Instr(kind, args, data, rank, len(self._table))
        return found

    def made(self, kind: str, *args: Instr, data: Hashable = None, rank: int = 0) -> Instr | None:
        """The instruction of this description, where there is one."""
        return self._table.get(self._key(kind, args, data, rank))

    @staticmethod
    def _key(kind: str, args: Sequence[Instr], data: Hashable, rank: int) -> tuple[Hashable, ...]:
        serials = [arg.serial for arg in args]
        if kind == "product" and isinstance(data, tuple):  # factors in any order: the first writing stays
            serials = [*sorted(serials[: data[1]]), *sorted(serials[data[1] :])]
        elif kind in ("maximum", "minimum", "dot") or (kind == "sum" and data == (False,) * len(args)):
            serials.sort()
        return (kind, data, rank, *serials)

    def number(self, value: Fraction | int) -> Instr:
        """A rational."""
        return self.make("number", data=Fraction(value))

    def size(self, dim: Dim) -> Instr:
        """A dimension of the known ones as a number."""
        least = least_parts(dim)
        if least is not None:
            out = self.make("least", *map(self.size, least))
        else:
            out = self.number(dim) if isinstance(dim, int) else self.make("size", data=dim)
        self.tell_dim(out, dim)
        return out

    def tell(self, instr: Instr, shape: Lengths) -> None:
        """The lengths of the axes of an instruction's value, where its arguments do not tell."""
        if len(shape) == instr.rank and self.shape(instr) is None:
            self._shapes[instr.serial] = shape

    def tell_dim(self, instr: Instr, dim: Dim) -> None:
        """The dimension that a number is the length of."""
        self._dims.setdefault(instr.serial, dim)

    def dim(self, instr: Instr) -> Dim | None:
        """The dimension that a number is the length of, where it is known for one."""
        if instr.kind == "number":
            return int(str(instr.data)) if Fraction(str(instr.data)).denominator == 1 else None
        return self._dims.get(instr.serial)

    def shape(self, instr: Instr) -> Lengths | None:
        """The lengths of the axes of an instruction's value; None where they are not known."""
        if instr.serial in self._shapes:
            return self._shapes[instr.serial]
        todo = [instr]
        while todo:
            part = todo[-1]
            waiting = [arg for arg in part.args if arg.serial not in self._shapes]
            if waiting and part.serial not in self._shapes:
                todo.extend(waiting)
                continue
            todo.pop()
            if part.serial not in self._shapes:
                self._shapes[part.serial] = infer(self, part)
        return self._shapes[instr.serial]

    def extent(self, dim: Dim) -> int:
        """How long an axis is, or is taken to be: names are long, but those that are thin."""
        return _THIN if any(dim == short for short, _ in self.thin) and not isinstance(dim, int) else extent(dim)

    def transpose(self, a: Instr) -> Instr:
        """Transpose of a matrix; a list stays a list."""
        if a.rank < 2:
            return a
        return a.args[0] if a.kind == "transpose" else self.make("transpose", a, rank=2)

    def matmul(self, a: Instr, b: Instr) -> Instr:
        """`a @ b` for ranks 1 and 2."""
        return self.make("matmul", a, b, rank=a.rank + b.rank - 2)


def uses(order: Sequence[Instr], roots: Sequence[Instr]) -> Counter[int]:
    """How often each instruction is used, by its serial; `order` holds all under `roots`."""
    counts = Counter(arg.serial for instr in order for arg in instr.args)
    counts.update(root.serial for root in roots)
    return counts


def postorder(roots: Sequence[Instr]) -> list[Instr]:
    """All instructions under some, arguments first."""
    todo = list(reversed(roots))
    seen: set[int] = set()
    out: list[Instr] = []
    while todo:
        instr = todo[-1]
        if instr.serial not in seen:
            waiting = [arg for arg in instr.args if arg.serial not in seen]
            if waiting:
                waiting.reverse()
                todo += waiting
                continue
            seen.add(instr.serial)
            out.append(instr)
        todo.pop()
    return out
