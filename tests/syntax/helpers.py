"""Short forms of syntax trees, for tests to compare with."""

from __future__ import annotations

from gradcli.diagnostics import Diagnostic
from gradcli.syntax import ast
from gradcli.syntax.parse import parse_expression, parse_module


def tree(node: object) -> str:
    """Write an expression with every bracket."""
    match node:
        case ast.Num(value=value):
            return str(value)
        case ast.Str(value=value):
            return repr(value)
        case ast.Name(id=name):
            return name
        case ast.Neg(arg=arg):
            return f"(- {tree(arg)})"
        case ast.Sum(terms=parts, ops=ops) | ast.Product(factors=parts, ops=ops):
            words = [tree(parts[0])]
            for op, part in zip(ops, parts[1:], strict=True):
                words += [op, tree(part)] if op else [tree(part)]
            return f"({' '.join(words)})"
        case ast.Compare(op=op, left=left, right=right):
            return f"({tree(left)} {op} {tree(right)})"
        case ast.Power(base=base, exponent=exponent):
            return f"({tree(base)} ** {tree(exponent)})"
        case ast.MatPower(base=base, exponent=exponent):
            return f"({tree(base)} ^ {tree(exponent)})"
        case ast.Superscript(base=base, exponent=exponent):
            return f"({tree(base)} sup {exponent})"
        case ast.Bars(arg=arg):
            return f"|{tree(arg)}|"
        case ast.Entries(indices=names, body=body):
            return f"[{tree(body)}]_{''.join(names)}"
        case ast.Transpose(arg=arg):
            return f"{tree(arg)}.T"
        case ast.Call(fn=fn, primes=primes, args=args, kwargs=kwargs):
            words = [tree(a) for a in args] + [f"{k}={tree(v)}" for k, v in kwargs]
            return f"{fn}{primes * chr(39)}({', '.join(words)})"
        case ast.Index(base=base, indices=indices):
            return f"{tree(base)}[{', '.join(map(tree, indices))}]"
        case ast.ListLit(items=items):
            return f"[{', '.join(map(tree, items))}]"
        case ast.IndexSum(indices=names, body=body):
            return f"sum[{', '.join(names)}]{{{tree(body)}}}"
    raise AssertionError(f"no short form of {node!r}")


def read(text: str) -> str:
    """Parse one expression that must be right, and write it with every bracket."""
    found = parse_expression(ast.Source("t", text))
    assert not isinstance(found, Diagnostic), found
    return tree(found)


def program(text: str) -> tuple[ast.Statement, ...]:
    """Parse a program that must be right."""
    module, diagnostics = parse_module(ast.Source("t", text))
    assert diagnostics == [], diagnostics
    return module.statements


def statement(text: str) -> ast.Statement:
    """Parse a program that must be right and have one statement."""
    (only,) = program(text)
    return only


def faults(text: str) -> list[Diagnostic]:
    """Parse a program and return its diagnostics."""
    return parse_module(ast.Source("t", text))[1]


def names(idents: tuple[ast.Ident, ...]) -> list[str]:
    """Return the names alone."""
    return [ident.id for ident in idents]
