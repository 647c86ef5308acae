"""The passes, and what each says of an operation: None where it can, else in a word what went wrong."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from fractions import Fraction
from random import Random

from gradcli.cli.derive import FORMATS
from gradcli.emit.lower import RULES as EMIT
from gradcli.emit.targets import TARGETS
from gradcli.evaluate import Array, EvaluationError, digits, evaluate
from gradcli.evaluate.operations import TABLE as EVALUATE
from gradcli.expr.definitions import DEFINITIONS
from gradcli.expr.dims import dim_value
from gradcli.expr.node import Node
from gradcli.expr.ops import BUILD
from gradcli.expr.replace import replace
from gradcli.expr.walk import postorder
from gradcli.normal.operations import LOWER
from gradcli.ops.operation import Kind, Operation
from gradcli.ops.operations import OPERATIONS
from gradcli.program.elaborate import elaborate
from gradcli.program.model import Program
from gradcli.rules.load import all_rules
from gradcli.syntax.ast import Source
from gradcli.syntax.parse import parse_module
from gradcli.verdicts.cost import operations as cost
from tests.cli.run import run

SIZES = {"m": 2, "n": 3, "p": 4}
Outcome = str | None


def program_of(operation: Operation) -> tuple[Program, str, Node]:
    """The example, the name of its last definition, and that value over the free names."""
    module, diagnostics = parse_module(Source("<example>", operation.example))
    program = elaborate([module], diagnostics)
    assert not [d for d in program.diagnostics if d.is_error], program.diagnostics
    table: dict[Node, Node] = {}
    name = ""
    for name, value in program.definitions.items():
        table[program.nodes[name]] = replace([value], table)[0]
    return program, name, table[program.nodes[name]]


def has_table(table: Collection[str], by_definition: bool = True) -> Callable[[Operation], Outcome]:
    """The pass that a table is; what is not in it, it may take as what it is by definition."""
    known = {*table, *(DEFINITIONS if by_definition else ())}
    return lambda operation: None if operation.name in known else "not in the table"


def point(program: Program) -> dict[Node, Array]:
    """A value for every free name, settled by the program."""
    rng = Random(0)
    values = {}
    for variable in program.variables.values():
        shape = tuple(dim if isinstance(dim, int) else SIZES[dim] for dim in variable.node.shape)
        count = 1
        for dim in shape:
            count *= dim
        flat = [Fraction(rng.randint(1, 90), 70) for _ in range(count)]
        if variable.labels is not None:
            flat = [
                Fraction(
                    rng.randint(1, variable.labels if isinstance(variable.labels, int) else _size(variable.labels))
                )
                for _ in range(count)
            ]
        if "spd" in variable.attributes:
            n = shape[0]
            rows = [flat[i * n : i * n + n] for i in range(n)]
            flat = [sum(a * b for a, b in zip(p, q, strict=True)) + (p is q) for p in rows for q in rows]
        values[variable.node] = Array(shape, flat)
    return values


def shape(operation: Operation) -> Outcome:
    """The value has the shape that the node says."""
    program, _, value = program_of(operation)
    try:
        (found,) = evaluate([value], point(program), SIZES, digits(30))
    except EvaluationError as trouble:
        return str(trouble)
    wanted = tuple(dim if isinstance(dim, int) else _size(dim) for dim in value.shape)
    return None if found.shape == wanted else f"{found.shape} where the node says {value.shape}"


def _size(dim: str) -> int:
    return dim_value(dim, SIZES.__getitem__)


def rules(operation: Operation) -> Outcome:
    """Its rules are there."""
    missing = [rule for rule in operation.rules if rule not in all_rules()]
    return None if operation.rules and not missing else f"no rule {', '.join(missing)}"


def asked(operation: Operation, question: str, *options: str) -> Outcome:
    """A question about the example is answered: `{y}` is the value, `{x}` the first name, `{s}` a scalar of it."""
    program, name, _ = program_of(operation)
    variable = next(iter(program.variables))
    extra = "" if "{s}" not in question else f"\nscalar = sum({name} * {name})"
    text = f"{operation.example}{extra}\n" + question.format(x=variable, y=name, s="scalar")
    result = run("derive", "-e", text, *options)
    return None if result.status == 0 and result.out.strip() else result.err.strip().splitlines()[0]


def gradient(operation: Operation) -> Outcome:
    """A gradient of a scalar of it."""
    return asked(operation, "grad {s} wrt {x}")


def jacobian(operation: Operation) -> Outcome:
    """Its own derivative, an array of any rank: through index terms."""
    return asked(operation, "derivative {y} wrt {x}")


def second(operation: Operation) -> Outcome:
    """A second derivative."""
    return asked(operation, "hessian {s} wrt {x}")


def differential(operation: Operation) -> Outcome:
    """The differential."""
    return asked(operation, "differential {y}")


def steps(kind: str) -> Callable[[Operation], Outcome]:
    """The derivation step by step."""
    return lambda operation: asked(operation, "grad {s} wrt {x}", "--steps", kind)


def rendered(form: str) -> Callable[[Operation], Outcome]:
    """The program and its gradient in a format; `mc` is read again."""

    def outcome(operation: Operation) -> Outcome:
        found = asked(operation, "grad {s} wrt {x}", "--format", form)
        if found is not None or form != "mc":
            return found
        program, name, _ = program_of(operation)
        text = f"{operation.example}\nscalar = sum({name} * {name})\ngrad scalar wrt {next(iter(program.variables))}"
        written = run("derive", "-e", text, "--format", "mc").out
        again = run("derive", "-", "--format", "mc", stdin=written)
        return None if again.status == 0 else again.err.strip().splitlines()[0]

    return outcome


def emitted(target: str) -> Callable[[Operation], Outcome]:
    """Code for the value and the gradient; what it computes is tested in tests/emit."""

    def outcome(operation: Operation) -> Outcome:
        program, name, _ = program_of(operation)
        text = f"{operation.example}\nscalar = sum({name} * {name})"
        variable = next(iter(program.variables))
        kind = ("--kind", "gradient", "--of", "scalar", "--wrt", variable)
        result = run("emit", "-e", text, "--target", target, *kind)
        if result.status:
            return result.err.strip().splitlines()[0]
        compile(result.out, "<emitted>", "exec")
        return None

    return outcome


def costs(operation: Operation) -> Outcome:
    """What an evaluation costs at given sizes."""
    _, _, value = program_of(operation)
    return None if cost(postorder(value), SIZES) > 0 else "no cost"


def verdicts(operation: Operation, claim: str) -> list[dict[str, object]]:
    """The verdicts of a claim about the example."""
    program, name, _ = program_of(operation)
    written = operation.example.rpartition(" = ")[2]
    claim = claim.format(y=name, v=written, x=next(iter(program.variables)))
    result = run("check", "-", "--format", "json", stdin=f"{operation.example}\n{claim}\n")
    return list(json.loads(result.out)["files"][0]["verdicts"])


def counterexample(operation: Operation) -> Outcome:
    """A false claim is refuted at a point."""
    (found,) = verdicts(operation, "check {y} == 2 * ({v}) + 1")
    return None if found["verdict"] == "refuted" and found["counterexample"] else f"{found['verdict']}"


def proof(operation: Operation) -> Outcome:
    """A true claim is proved."""
    (found,) = verdicts(operation, "check {y} + ({v}) == 2 * ({v})")
    return None if found["verdict"] == "proved" else f"{found['verdict']}"


def hint(operation: Operation) -> Outcome:
    """A wrong sign is told."""
    (found,) = verdicts(operation, "check {y} == -({v})")
    return None if found["verdict"] == "refuted" and found["hint"] else f"{found['verdict']}, no hint"


TABLES: dict[str, Callable[[Operation], Outcome]] = {
    "build": has_table(BUILD, by_definition=False),
    "evaluate": has_table(EVALUATE),
    "normal form": has_table(LOWER),
    "emit": has_table(EMIT),
    "rules": rules,
}
BEHAVIOURS: dict[str, Callable[[Operation], Outcome]] = {
    "shape": shape,
    "gradient": gradient,
    "index terms": jacobian,
    "second derivative": second,
    "differential": differential,
    "steps by rules": steps("rules"),
    "steps by components": steps("components"),
    **{form: rendered(form) for form in FORMATS},
    **{target: emitted(target) for target in TARGETS},
    "cost": costs,
    "proof": proof,
    "counterexample": counterexample,
    "hint": hint,
}
TAKEN = {name: operation for name, operation in OPERATIONS.items() if operation.kind is not Kind.QUESTION}
SHOWN = {name: operation for name, operation in TAKEN.items() if operation.example}
