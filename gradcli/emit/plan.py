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
| matpower | A | k | matrix power |
| scale_rows, scale_cols | v, A | | diag(v) @ A, A @ diag(v) |
| diag, diagonal | a | | vector to matrix, matrix to vector |
| total, norm, norm1 | a | | scalars |
| sum_axis | A | axis | |
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
| stack | scalars | shape | an array row by row |
| entry | a | index from 0 | |
| tril, triu | A | k | |
| kron | A, B | | |
| einsum | operands | subscripts | |
| chol | A | | lower triangle of the symmetric part |
| factorise | A | `lu`, `qr`, `eigh`, `svd`, `svd_thin` | all components, to be taken apart |
| component | factorise | position | |
| root | sizes, what is given | (name, how many sizes) | where an equation's residual is zero |
| pinv, expm | A | | pseudoinverse, matrix exponential |
| expm_frechet | A, E | | derivative of expm at A in the direction E |
| norm2, norm_nuc | A | | largest singular value, their sum |
| zeros, ones, eye | sizes | | |
| unit | sizes | index from 0 | 1 at one entry, else 0 |
| column, row | v | | n x 1, 1 x n |
| flat | a | | one-dimensional, row by row |
| columns | A | | one-dimensional, column by column |
| reshape | a, sizes | | |
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True, eq=False)
class Instr:
    """One operation; `rank` is the number of axes of its value, `serial` counts instructions of a plan."""

    kind: str
    args: tuple[Instr, ...]
    data: Hashable
    rank: int
    serial: int


class Plan:
    """Makes instructions, each different one once."""

    def __init__(self) -> None:
        self._table: dict[tuple[Hashable, ...], Instr] = {}

    def make(self, kind: str, *args: Instr, data: Hashable = None, rank: int = 0) -> Instr:
        """The instruction of this description."""
        key = (kind, data, rank, *(arg.serial for arg in args))
        found = self._table.get(key)
        if found is None:
            found = self._table[key] = Instr(kind, args, data, rank, len(self._table))
        return found

    def number(self, value: Fraction | int) -> Instr:
        """A rational."""
        return self.make("number", data=Fraction(value))

    def transpose(self, a: Instr) -> Instr:
        """Transpose of a matrix; a list stays a list."""
        if a.rank < 2:
            return a
        return a.args[0] if a.kind == "transpose" else self.make("transpose", a, rank=2)

    def matmul(self, a: Instr, b: Instr) -> Instr:
        """`a @ b` for ranks 1 and 2."""
        return self.make("matmul", a, b, rank=a.rank + b.rank - 2)


def postorder(roots: list[Instr]) -> list[Instr]:
    """All instructions under some, arguments first."""
    todo = list(reversed(roots))
    seen: set[int] = set()
    out: list[Instr] = []
    while todo:
        instr = todo[-1]
        waiting = [arg for arg in instr.args if arg.serial not in seen]
        if instr.serial in seen or not waiting:
            todo.pop()
            if instr.serial not in seen:
                seen.add(instr.serial)
                out.append(instr)
        else:
            todo.extend(reversed(waiting))
    return out
