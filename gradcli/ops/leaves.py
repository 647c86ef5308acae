"""Leaves, and what is asked inside expressions."""

from __future__ import annotations

from fractions import Fraction

from gradcli.ops.operation import Kind, Operation
from gradcli.ops.payload import Cotangent, Index, Named, Placement

LEAVES = (
    Operation("num", "", "a rational", "x : R[n]\ny = 2 * x", Kind.LEAF, Fraction),
    Operation("const", "", "`pi`, `e_`, `inf`", "x : R[n]\ny = pi * x", Kind.LEAF, str),
    Operation("dim", "", "the size of a dimension as a number", "x : R[n]\ny = n * x", Kind.LEAF, str),
    Operation("var", "", "a named value", "x : R[n]\ny = x", Kind.LEAF, Named),
    Operation("cotangent", "", "∂f/∂y, f arbitrary: an array of y's shape", "", Kind.LEAF, Cotangent),
    Operation("param", "", "the argument of a function's definition", "", Kind.LEAF, str),
    Operation("zeros", "", "zeros", "x : R[n]\ny = max(x, zeros(n))", Kind.LEAF),
    Operation("ones", "", "ones", "x : R[n]\ny = max(x, ones(n))", Kind.LEAF),
    Operation("eye", "", "the identity", "A : R[n, n]\nY = A + eye(n)", Kind.LEAF),
    Operation(
        "place", "", "1 where the last index is so far from the others, else 0", "x : R[n]\ny = 2 * x[2:n]",
        Kind.LEAF, Placement,
    ),
    Operation("unit", "", "1 at one entry, else 0", "x : R[n]\ny = x + unit(n, 1)", Kind.LEAF, Index),
)  # fmt: skip

QUESTIONS = (
    Operation("grad", "of, wrt", "a gradient; data: the structure", "", Kind.QUESTION, str, call="grad"),
    Operation("jac", "of, wrt", "a Jacobian; data: the layout", "", Kind.QUESTION, str, call="jac"),
    Operation("hess", "of, wrt, wrt", "a Hessian; data: the structure", "", Kind.QUESTION, str, call="hess"),
    Operation("loss", "y, ...", "an arbitrary scalar function: what `grad` and its kin are of", "", Kind.QUESTION, str),
)
