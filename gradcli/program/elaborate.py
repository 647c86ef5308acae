"""From statements to a program: names, shapes, expressions, questions."""

from __future__ import annotations

from collections.abc import Sequence

from gradcli.diagnostics import Diagnostic, error, warning
from gradcli.expr.node import Node
from gradcli.program.build import Builder
from gradcli.program.build_asked import build_asked
from gradcli.program.build_program import build_assumptions, build_definitions, build_functions, build_relations
from gradcli.program.draft import Draft, free_attributes
from gradcli.program.infer_program import infer_program
from gradcli.program.model import Program
from gradcli.program.order import in_order
from gradcli.program.reader import Reader
from gradcli.program.scope import arbitrary_names
from gradcli.program.subexpressions import subexpressions
from gradcli.program.tied import with_ties
from gradcli.program.unread import unread_names
from gradcli.record import replace as with_changes
from gradcli.syntax import ast
from gradcli.syntax.ast import Source


def elaborate(modules: Sequence[ast.Module], diagnostics: Sequence[Diagnostic] = ()) -> Program:
    """The program that one or several modules write together.  Never raises: errors are in `Program.diagnostics`.

    `diagnostics` are those of parsing, which come first.
    """
    return elaborate_with_reader(modules, diagnostics)[0]


def elaborate_with_reader(
    modules: Sequence[ast.Module], diagnostics: Sequence[Diagnostic] = ()
) -> tuple[Program, Reader]:
    """The program, and a reader of further expressions in its names."""
    draft = Draft(list(modules), list(diagnostics))
    program, builder = _run(draft)
    free = None
    if any(_simplifies(node) for node in program.nodes.values()):
        twin = Draft(list(modules), list(diagnostics), free=True)
        plain, plain_builder = _run(twin)
        program = with_changes(program, plain=plain)
        free = Reader(twin.inference, plain_builder)
    if any(diagnostic.is_error for diagnostic in program.diagnostics):
        program = _with_corrected_lines(program, list(modules))
    return program, Reader(draft.inference, builder, free)


def _with_corrected_lines(program: Program, modules: list[ast.Module]) -> Program:
    """The program, its hints with whole corrected lines that were tried."""
    from gradcli.program.mended import with_corrected_lines
    from gradcli.syntax.parse import parse_module

    def reread(old: Source, new: Source) -> Sequence[Diagnostic]:
        again: list[ast.Module] = []
        said: list[Diagnostic] = []
        for module in modules:
            if module.source == old:
                module, faults = parse_module(new)
                said += faults
            again.append(module)
        return _run(Draft(again, said))[0].diagnostics

    found = with_corrected_lines(program.diagnostics, reread)
    better = {id(old): new for old, new in zip(program.diagnostics, found, strict=True)}
    checks = tuple(
        with_changes(check, errors=tuple(better.get(id(error), error) for error in check.errors))
        for check in program.checks
    )
    return with_changes(program, diagnostics=tuple(found), checks=checks)


def _simplifies(node: Node) -> bool:
    """Whether what is said of a name makes expressions simpler."""
    return isinstance(node.data, tuple) and free_attributes(node.data[1]) != node.data[1]


def _run(draft: Draft) -> tuple[Program, Builder]:
    draft.inference.poisoned.update(
        unread_names(draft.diagnostics) - draft.scope.values.keys() - draft.scope.arrays.keys()
    )
    _declare(draft)
    _choose_last(draft)
    order, cycles = in_order(draft.scope)
    for name, span, source in cycles:
        draft.diagnostics.append(
            error(
                "E203",
                f"{name} is defined by itself.",
                source,
                span,
                "a definition uses earlier names only",
            )
        )
        draft.inference.poisoned.add(name)
    infer_program(draft, order)
    builder = build_definitions(draft, order)
    questions, checks = build_asked(draft, builder)
    functions = build_functions(draft)
    source = draft.modules[0].source if draft.modules else Source("", "")
    _warn_unused(draft)
    draft.diagnostics += draft.inference.warnings.values()
    program = Program(
        source,
        draft.variables,
        draft.definitions,
        functions,
        dict(builder.losses),
        _layout_at_end(draft),
        tuple(questions),
        tuple(checks),
        draft.scope.last if draft.scope.last in draft.definitions else None,
        draft.nodes,
        draft.spans,
        tuple(draft.diagnostics),
        any(isinstance(located.statement, ast.Question) for located in draft.scope.statements),
        relations=build_relations(draft, builder),
        assumptions=build_assumptions(draft, builder),
    )
    return with_ties(program), builder


def _declare(draft: Draft) -> None:
    for name, declared in draft.scope.arrays.items():
        draft.inference.shapes[name] = tuple(declared.type.dims)
        draft.spans[name] = declared.span


def _choose_last(draft: Draft) -> None:
    """An answer that is given a name, `G = grad(f, W)`, is not what f is a function of: that stands before it."""
    if "f" in draft.scope.losses or "f" in draft.scope.values:
        return
    answers: set[str] = set()
    last: str | None = None
    for name, (statement, _) in draft.scope.values.items():
        used = {part.id for part in subexpressions(statement.value) if isinstance(part, ast.Name)}
        if arbitrary_names(statement.value) or used & answers:
            answers.add(name)
        elif name == draft.scope.last or not answers:
            last = name
        if name == draft.scope.last:
            break
    if draft.scope.last in answers:
        draft.scope.last = last


def _layout_at_end(draft: Draft) -> str:
    layout = "numerator"
    for located in draft.scope.statements:
        if isinstance(located.statement, ast.Layout):
            layout = located.statement.name.id
    return layout


def _warn_unused(draft: Draft) -> None:
    if any(diagnostic.code[:2] in ("E1", "E2") for diagnostic in draft.diagnostics):
        return  # what could not be read may use them
    used = set(draft.scope.mentioned)
    for located in draft.scope.statements:
        statement = located.statement
        roots: tuple[ast.Expr, ...] = ()
        if isinstance(statement, ast.Check):
            roots = statement.sides
        elif isinstance(statement, ast.Question):
            roots = (statement.of, *statement.wrt)
        for root in roots:
            used.update(part.id for part in subexpressions(root) if isinstance(part, ast.Name))
        if isinstance(statement, ast.Define | ast.DefineFunction | ast.DefineIndexed):
            roots = (statement.value,)
        indexed = (part for root in roots for part in subexpressions(root) if isinstance(part, ast.Index))
        used.update(index.id for part in indexed for index in part.indices if isinstance(index, ast.Name))
    for name, declared in draft.scope.arrays.items():
        if name not in used and name not in draft.scope.values:
            draft.diagnostics.append(
                warning("W604", f"{name} is declared and not used.", declared.source, declared.span)
            )
