"""The verdicts of a document."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace

from gradcli.diagnostics import Diagnostic, error
from gradcli.documents.layouts import layout_notes
from gradcli.documents.notebook import Notebook
from gradcli.documents.program import DocumentProgram, programs
from gradcli.documents.read import Document, read_document
from gradcli.documents.spell import spelled
from gradcli.latex.build import names_in, walk
from gradcli.syntax import ast
from gradcli.syntax.ast import Source, Span
from gradcli.verdicts.check import check_module
from gradcli.verdicts.verdict import Checked, Formulas, Verdict


def check_document(source: Source, layout: str | None = None) -> Checked:
    """The verdicts of a document, by the kind of text that its ending says."""
    document = read_document(source, layout)
    if isinstance(document, Diagnostic):
        return Checked(source, (), (document,))
    verdicts: list[Verdict] = []
    diagnostics: list[Diagnostic] = []
    for program in document.programs:
        checked = checked_program(program)
        verdicts += checked.verdicts
        diagnostics += checked.diagnostics
    verdicts, notes = _with_sigmoid(document, verdicts, layout)
    if layout is None:
        verdicts, said = layout_notes(document, verdicts, lambda program: checked_program(program, hints=False))
        notes += said
    formulas = _counted(document, verdicts, diagnostics, notes)
    out = Checked(source, tuple(verdicts), tuple(diagnostics), formulas)
    return out if document.notebook is None else _in_cells(out, document.notebook)


def _with_sigmoid(
    document: Document, verdicts: list[Verdict], layout: str | None
) -> tuple[list[Verdict], tuple[str, ...]]:
    """False claims about a sigma of which nothing is said, that are true of the sigmoid, are about that."""
    open_ones = [program for program in document.programs if "sigma" in program.context.called]
    false = [verdict for verdict in verdicts if verdict.kind == "refuted" and verdict.claim == "check"]
    if not open_ones or not false:
        return verdicts, ()
    again = programs(document.text, document.pieces, layout, sigmoid=True)
    found = _by_place(again, hints=False)
    if not any(one.statement in found and found[one.statement].kind in ("proved", "equal") for one in false):
        return verdicts, ()
    if any(one.statement in found and found[one.statement].kind == "refuted" for one in false):
        found = _by_place(programs(document.text, document.pieces, layout, sigmoid=True), hints=True)
    out = []
    for verdict in verdicts:  # what is false of the sigmoid too is told of the sigmoid
        other = found.get(verdict.statement)
        better = verdict in false and other is not None and other.kind in ("proved", "equal", "refuted")
        out.append(other if better and other is not None else verdict)
    return out, ("sigma is not defined and was read as the sigmoid where a claim needs it: write `\\sigma as sigmoid`",)


def _by_place(made: Sequence[DocumentProgram], hints: bool) -> dict[Span, Verdict]:
    return {verdict.statement: verdict for program in made for verdict in checked_program(program, hints).verdicts}


def checked_program(program: DocumentProgram, hints: bool = True) -> Checked:
    """The verdicts of one program of a document; `hints` says whether to look for mends of what is false."""
    checked = check_module(program.module, list(program.diagnostics), hints=hints)
    checked = _conventions_asked(program, _misfits_refuted(checked))
    if program.conditions:
        from gradcli.documents.solutions import solutions_passed

        checked = solutions_passed(program, checked)
    return replace(checked, verdicts=tuple(spelled(program, checked.verdicts)))


def _misfits_refuted(checked: Checked) -> Checked:
    """A side whose shapes do not fit makes its claim false."""
    verdicts = []
    checked = replace(checked, diagnostics=tuple(said for said in checked.diagnostics if said.code != "W604"))
    gone: set[int] = set()
    for verdict in checked.verdicts:
        if verdict.kind != "error" or verdict.code not in _SHAPES:
            verdicts.append(verdict)
            continue
        inside = [
            k
            for k, said in enumerate(checked.diagnostics)
            if said.span is not None and said.is_error and _within(said.span, verdict.statement)
        ]
        if not all(_is_misfit(checked.diagnostics[k]) for k in inside):
            verdicts.append(verdict)
            continue
        gone.update(inside)
        ok = verdict.claim == "refute"
        verdicts.append(replace(verdict, kind="refuted", ok=ok, code=None if ok else "C504"))
    kept = tuple(said for k, said in enumerate(checked.diagnostics) if k not in gone)
    return replace(checked, verdicts=tuple(verdicts), diagnostics=kept)


_SHAPES = ("E301", "E302", "E310")


def _is_misfit(said: Diagnostic) -> bool:
    """Whether an error says that shapes do not fit: of factors, of what must be square, of an index at two arrays."""
    if said.code == "E302":
        return "square" in said.message
    return said.code == "E301" or (said.code == "E310" and ", over " in said.message)


def _conventions_asked(program: DocumentProgram, checked: Checked) -> Checked:
    """A claim whose shapes differ only as an undeclared letter was taken for a vector is not false: it is asked."""
    context = program.context
    statements = {s.span: s for s in program.module.statements if isinstance(s, ast.Check)}
    verdicts, said = [], []
    broken = any(one.is_error and one.code.startswith("E1") for one in program.diagnostics)
    wrong = _declared_wrong(program, checked)
    broken = broken or bool(wrong)
    for verdict in checked.verdicts:
        statement = statements.get(verdict.statement)
        unknown = _only_named_here(program, statement) if verdict.code == "C501" and statement is not None else None
        if unknown is not None:
            message = f"{unknown} is not declared and not defined: is this a claim about any {unknown}?"
            hint = f"declare {unknown}, or write `gradcli: skip` above a formula that says what {unknown} is"
            said.append(error("D707", message, verdict.source, verdict.statement, hint))
            verdicts.append(replace(verdict, kind="error", ok=False, code="D707", reason=message, hint=None))
            continue
        if verdict.code not in ("C501", "C504") or statement is None or (verdict.code == "C501" and not broken):
            verdicts.append(verdict)
            continue
        names = _reached(program, {name for side in statement.sides for name in names_in(side)})
        lost = sorted(n for n in names if n in wrong or (n in context.seen and not context.known(n))) if broken else []
        if lost:
            message = f"{lost[0]} is not known: a declaration or loss above is wrong, or could not be read"
            said.append(error("D707", message, verdict.source, verdict.statement))
            verdicts.append(replace(verdict, kind="error", ok=False, code="D707", reason=message, hint=None))
            continue
        if verdict.code == "C501":
            verdicts.append(verdict)
            continue
        undeclared = sorted(name for name in names if len(context.seen.get(name, ())) == 1)
        if not undeclared or any(len(context.name_shape(name)) == 2 for name in names if name not in context.values):
            verdicts.append(verdict)
            continue
        name = undeclared[0]
        message = f"{name} is not declared and taken for a vector; then {verdict.reason}"
        hint = f"declare `{name} : R` if {name} is a scalar, `{name} : R[n]` if it is a vector"
        said.append(error("D707", message, verdict.source, verdict.statement, hint))
        verdicts.append(replace(verdict, kind="error", ok=False, code="D707", reason=message, hint=None))
    return replace(checked, verdicts=tuple(verdicts), diagnostics=(*checked.diagnostics, *said))


def _reached(program: DocumentProgram, names: set[str]) -> set[str]:
    """Names, and all that their definitions are made of."""
    context = program.context
    found: set[str] = set()
    todo = list(names)
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            todo += names_in(context.meanings[name]) if name in context.meanings else []
            todo += [*context.depends.get(name, ()), *context.losses.get(name, ())]
    return found


def _declared_wrong(program: DocumentProgram, checked: Checked) -> set[str]:
    """The names of declarations and losses that are errors."""
    errors = [said.span for said in checked.diagnostics if said.is_error and said.span is not None]
    found: set[str] = set()
    for statement in program.module.statements if errors else ():
        if isinstance(statement, ast.Loss | ast.Declare) and any(_within(span, statement.span) for span in errors):
            found |= {statement.name.id} if isinstance(statement, ast.Loss) else {one.id for one in statement.names}
    return found


def _only_named_here(program: DocumentProgram, statement: ast.Check) -> str | None:
    """A name that nothing says anything of, on one side of a claim alone: it is no claim about it.

    What is derived, and by what, says enough of the names in it: x in `y = Ax` and the derivative of y by x.
    """
    context = program.context
    derived = {
        name
        for side in statement.sides
        for part in walk(side)
        if isinstance(part, ast.Call) and part.fn in ("grad", "jac", "hess")
        for name in _reached(program, names_in(part))
    }
    sides = [_reached(program, names_in(side)) if derived else names_in(side) for side in statement.sides]
    for name in sorted(set().union(*sides) - derived):
        if derived and name.split("_")[0] in context.stems:
            continue  # W_{hx} beside W_{xh} may be a slip
        if name in context.seen and not context.known(name) and sum(name in side for side in sides) == 1:
            return name
    return None


def _within(span: Span, whole: Span) -> bool:
    return whole.start <= span.start < whole.end


def _counted(
    document: Document, verdicts: Sequence[Verdict], diagnostics: Sequence[Diagnostic], notes: tuple[str, ...]
) -> Formulas:
    """The counts; what could be read, but whose shapes or names are an error, counts as unreadable."""
    made = document.programs
    places = [verdict.statement for verdict in verdicts if verdict.kind == "error"]
    places += [said.span for said in diagnostics if said.is_error and said.span is not None]
    starts = sorted(place.start for place in places)

    def is_wrong(span: Span) -> bool:
        k = bisect_left(starts, span.start)
        return k < len(starts) and starts[k] < span.end

    claims = [is_wrong(span) for program in made for span in program.claims]
    definitions = [is_wrong(span) for program in made for span in program.defined]
    passed = [one for program in made for one in program.passed]
    return Formulas(
        claims.count(False),
        definitions.count(False),
        sum(one.counted for one in passed),
        sum(program.unreadable for program in made) + claims.count(True) + definitions.count(True),
        tuple((document.text, one.span, one.why) for one in passed),
        notes,
    )


def _in_cells(checked: Checked, notebook: Notebook) -> Checked:
    """Every place in the cell where it lies."""
    verdicts = []
    for verdict in checked.verdicts:
        place = notebook.place(verdict.statement)
        inner = notebook.place(verdict.span)
        if place is None or inner is None:
            continue
        verdicts.append(replace(verdict, source=place[0], statement=place[1], span=inner[1]))
    diagnostics = []
    for said in checked.diagnostics:
        found = notebook.place(said.span) if said.span is not None else None
        diagnostics.append(replace(said, source=found[0], span=found[1]) if found is not None else said)
    passed = []
    formulas = checked.formulas or Formulas()
    for source, span, why in formulas.passed:
        at = notebook.place(span)
        passed.append((at[0], at[1], why) if at is not None else (source, span, why))
    formulas = replace(formulas, passed=tuple(passed))
    return replace(checked, verdicts=tuple(verdicts), diagnostics=tuple(diagnostics), formulas=formulas)
