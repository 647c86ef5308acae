"""A Python file: its functions and classes, what it imports, the constants it binds; nothing of it is run."""

from __future__ import annotations

import ast

from gradcli.pysource.constants import constant
from gradcli.pysource.file import PythonFile as PythonFile
from gradcli.pysource.rebinding import dotted, find_rebinding, resolved
from gradcli.pysource.structures import named_tuple, structure_of
from gradcli.pysource.values import NONE, Function, Library, Number, Sequence, Unknown, Value, Word

_LIBRARIES = (
    "numpy", "jax", "torch", "scipy", "math", "functools", "typing", "jaxtyping", "einops", "autograd", "builtins",
    "dataclasses", "collections", "types", "typing_extensions",
)  # fmt: skip


class Unreadable(ValueError):
    """A text that is no Python: `line` and `column` from 1."""

    def __init__(self, message: str, line: int, column: int) -> None:
        super().__init__(message)
        self.line = line
        self.column = column


def read_file(name: str, text: str) -> PythonFile:
    """A file by its text.  Raises Unreadable where it is no Python."""
    try:
        tree = ast.parse(text)
    except SyntaxError as wrong:
        raise Unreadable(f"this is no Python: {wrong.msg}", wrong.lineno or 1, wrong.offset or 1) from None
    except (RecursionError, MemoryError):  # what the parser of Python answers to brackets inside of brackets
        raise Unreadable("this is nested too deeply to be read", 1, 1) from None
    except ValueError as wrong:  # NUL characters
        raise Unreadable(f"this is no Python: {wrong}", 1, 1) from None
    file = PythonFile(name, text, tree)
    file.comments = directives(text)
    for statement in tree.body:
        _bind(file, statement)
    find_rebinding(file)
    for name_, node in file.classes.items():
        structure = None if name_ in file.replaced else structure_of(file, node)
        if structure is not None:
            file.names[name_] = structure
    for name_, function in file.functions.items():
        if name_ in file.replaced:
            file.names[name_] = Unknown(f"{name_}, which the file binds anew,", file.replaced[name_])
        else:
            file.names[name_] = Function(function, file.names, name_)
    return file


def directives(text: str) -> dict[int, str]:
    """The comments `# gradcli: ...` by line, without their mark."""
    import io
    import tokenize

    found: dict[int, str] = {}
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.COMMENT:
                words = token.string.lstrip("#").strip()
                if words.startswith("gradcli:"):
                    found[token.start[0]] = words.removeprefix("gradcli:").strip()
    except (tokenize.TokenError, SyntaxError, IndentationError):  # the text was parsed: only its end is unusual
        return found
    return found


def _bind(file: PythonFile, statement: ast.stmt) -> None:
    match statement:
        case ast.FunctionDef():
            file.functions[statement.name] = statement
        case ast.ClassDef():
            file.classes[statement.name] = statement
            file.names[statement.name] = Unknown(f"the class {statement.name}", statement)
        case ast.Import() | ast.ImportFrom():
            file.names.update(imported(statement))
        case ast.Assign(targets=targets, value=value):
            for target in targets:
                _assign(file, target, value)
        case ast.AnnAssign(target=target, value=ast.expr() as value):
            _assign(file, target, value)
        case ast.AugAssign(target=ast.Name(id=name)):
            file.names[name] = Unknown(f"{name}, which the file changes as it is run", statement)
        case ast.If(body=body, orelse=orelse):
            if not _is_main(statement):
                _bind_branches(file, body, orelse)
        case ast.Try(body=body, handlers=handlers, orelse=orelse, finalbody=last):
            for each in (*body, *orelse, *last, *(s for handler in handlers for s in handler.body)):
                _bind(file, each)
        case ast.With() | ast.For() | ast.While():
            for inner in ast.walk(statement):
                if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store):
                    file.names[inner.id] = Unknown(f"{inner.id}, which the file computes as it is run", inner)


def _bind_branches(file: PythonFile, body: list[ast.stmt], orelse: list[ast.stmt]) -> None:
    """Both branches of a condition: what they bind differently is not known."""
    before = dict(file.names)
    for each in body:
        _bind(file, each)
    first = dict(file.names)
    for each in orelse:
        _bind(file, each)
    for name, value in file.names.items():
        changed = first.get(name) != before.get(name), value != first.get(name)
        if isinstance(value, Number | Word) and (all(changed) or (any(changed) and name in before)):
            file.names[name] = Unknown(f"{name}, which the file chooses as it is run", body[0])


def _is_main(statement: ast.If) -> bool:
    return "__name__" in ast.dump(statement.test)


def _assign(file: PythonFile, target: ast.expr, value: ast.expr) -> None:
    match target:
        case ast.Name(id=name):
            file.names[name] = (
                constant(value)
                or _alias(file, value)
                or _structure(file, value)
                or Unknown(f"{name}, which the file computes as it is run", target)
            )
        case ast.Tuple(elts=targets) if isinstance(value, ast.Tuple) and len(value.elts) == len(targets):
            for each, part in zip(targets, value.elts, strict=True):
                _assign(file, each, part)
        case ast.Tuple(elts=targets):
            for each in targets:
                if isinstance(each, ast.Name):
                    file.names[each.id] = Unknown(f"{each.id}, which the file computes as it is run", each)


def _structure(file: PythonFile, value: ast.expr) -> Value | None:
    """`Cache = namedtuple("Cache", "x w")`."""
    match value:
        case ast.Call(func=function, args=[ast.Constant(value=str() as name), fields], keywords=[]):
            if resolved(file, function) == "collections.namedtuple":
                items = fields.elts if isinstance(fields, ast.List | ast.Tuple) else None
                found = constant(fields) if items is None else Sequence(tuple(constant(x) or NONE for x in items))
                return named_tuple(name, found, value) if found is not None else None
    return None


def _alias(file: PythonFile, value: ast.expr) -> Value | None:
    """`f = np.exp`: another name of a library function."""
    root, path = dotted(value)
    bound = file.names.get(root)
    if isinstance(bound, Library):
        return Library(".".join([bound.path, *path]))
    if not path and root in file.functions:
        return Function(file.functions[root], file.names, root)
    return None


def imported(statement: ast.Import | ast.ImportFrom) -> dict[str, Value]:
    """What an import binds: libraries by their full names; other modules are not read."""
    found: dict[str, Value] = {}
    if isinstance(statement, ast.Import):
        for alias in statement.names:
            path = alias.name if alias.asname else alias.name.split(".")[0]
            found[alias.asname or path] = _library(path, statement)
        return found
    for alias in statement.names:
        if statement.module == "__future__":
            continue
        path = f"{statement.module}.{alias.name}" if not statement.level else f".{statement.module or ''}.{alias.name}"
        found[alias.asname or alias.name] = _library(path, statement)
    return found


def _library(path: str, node: ast.AST) -> Value:
    if path.split(".")[0] in _LIBRARIES:
        return Library(path)
    return Unknown(f"{path}, which is imported from another file", node)
