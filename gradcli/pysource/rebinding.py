"""What a file binds anew as it is run: then its functions are not what they say, and are not read."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from gradcli.pysource.file import PythonFile
from gradcli.pysource.values import Library, Unknown

# functions that give a function back which computes the same
_WRAPPERS = frozenset({
    "jit", "custom_vjp", "custom_jvp", "compile", "checkpoint", "remat", "script", "lru_cache", "cache", "partial",
    "staticmethod", "classmethod", "wraps", "jaxtyped", "beartype",
})  # fmt: skip
_HIDING = ("__getattr__", "__getattribute__", "__setattr__", "__init_subclass__", "__class_getitem__")


def find_rebinding(file: PythonFile) -> None:
    """Fill in what the file assigns to beside its own new names."""
    for node in ast.walk(file.tree):
        for target in _targets(node):
            _record(file, target)
        if isinstance(node, ast.Global):
            for name in node.names:
                file.names[name] = Unknown(f"{name}, which a function of the file changes", node)
                if name in file.functions or name in file.classes:
                    file.replaced[name] = node
        if isinstance(node, ast.Call):
            _called(file, node)
    defined: dict[str, ast.AST] = {}
    for statement in file.tree.body:
        _defined(file, statement, defined, sure=True)


def _targets(node: ast.AST) -> Iterator[ast.expr]:
    match node:
        case ast.Assign(targets=targets) | ast.Delete(targets=targets):
            for target in targets:
                yield from target.elts if isinstance(target, ast.Tuple | ast.List) else (target,)
        case ast.AugAssign(target=target) | ast.AnnAssign(target=target) | ast.For(target=target):
            yield target


def _record(file: PythonFile, target: ast.expr) -> None:
    """`np.exp = f`, `Layer.backward = f`, `vars(np)["exp"] = f`."""
    if isinstance(target, ast.Attribute):
        path = resolved(file, target)
        if path is not None:
            file.rebound[path] = target
    if isinstance(target, ast.Subscript):
        owner = target.value
        if isinstance(owner, ast.Attribute) and owner.attr == "__dict__":
            path = resolved(file, owner.value)
            if path is not None:
                file.rebound[f"{path}.*"] = target
        if isinstance(owner, ast.Call) and isinstance(owner.func, ast.Name):
            if owner.func.id in ("globals", "locals"):
                file.opaque = target
            elif owner.func.id == "vars" and owner.args and resolved(file, owner.args[0]) is not None:
                file.rebound[f"{resolved(file, owner.args[0])}.*"] = target


def _called(file: PythonFile, call: ast.Call) -> None:
    name = call.func.id if isinstance(call.func, ast.Name) else ""
    if name in ("setattr", "delattr") and call.args:
        path = resolved(file, call.args[0])
        known = len(call.args) > 1 and isinstance(call.args[1], ast.Constant)
        if path is not None:
            attribute = str(call.args[1].value) if known and isinstance(call.args[1], ast.Constant) else "*"
            file.rebound[f"{path}.{attribute}"] = call
    if name == "exec":
        file.opaque = call
    if isinstance(call.func, ast.Attribute) and call.func.attr in ("update", "__setitem__", "setdefault"):
        owner = call.func.value
        if isinstance(owner, ast.Call) and isinstance(owner.func, ast.Name) and owner.func.id == "globals":
            file.opaque = call


def resolved(file: PythonFile, node: ast.expr) -> str | None:
    """`np.exp` as `numpy.exp`, `Layer.backward` as it stands; None of what is no library, class or function."""
    root, path = dotted(node)
    bound = file.names.get(root)
    if isinstance(bound, Library):
        return ".".join([bound.path, *path])
    if root in file.classes or root in file.functions:
        return ".".join([root, *path])
    return None


def dotted(node: ast.expr) -> tuple[str, list[str]]:
    """`a.b.c` as `a` and the attributes after it; an empty name where something else stands before them."""
    path: list[str] = []
    while isinstance(node, ast.Attribute):
        path.append(node.attr)
        node = node.value
    return node.id if isinstance(node, ast.Name) else "", path[::-1]


def is_rebound(file: PythonFile, path: str) -> bool:
    """Whether a function of a library or a method is assigned to in this file."""
    if not file.rebound:
        return False
    parts = path.split(".")
    return any(
        ".".join(parts[:end]) in file.rebound or ".".join([*parts[:end], "*"]) in file.rebound
        for end in range(1, len(parts) + 1)
    )


def _defined(file: PythonFile, statement: ast.stmt, defined: dict[str, ast.AST], sure: bool) -> None:
    """Functions and classes whose names are bound again, or only under a condition that has another branch."""
    match statement:
        case ast.FunctionDef(name=name) | ast.ClassDef(name=name) | ast.AsyncFunctionDef(name=name):
            if name in defined and not sure:
                file.replaced[name] = statement
            defined[name] = statement
        case ast.Assign(targets=targets, value=value):
            for target in targets:
                if isinstance(target, ast.Name) and target.id in defined and not _wraps(value, target.id):
                    file.replaced[target.id] = statement
        case ast.AugAssign(target=ast.Name(id=name)) | ast.For(target=ast.Name(id=name)):
            if name in defined:
                file.replaced[name] = statement
        case ast.Import() | ast.ImportFrom():
            for alias in statement.names:
                bound = alias.asname or alias.name.split(".")[0]
                if bound in defined:
                    file.replaced[bound] = statement
        case ast.Delete(targets=targets):
            for target in targets:
                if isinstance(target, ast.Name) and target.id in defined:
                    file.replaced[target.id] = statement
        case ast.If() | ast.Try() | ast.With() | ast.For() | ast.While():
            for each in ast.iter_child_nodes(statement):
                if isinstance(each, ast.stmt):
                    _defined(file, each, defined, sure=False)
                elif isinstance(each, ast.ExceptHandler):
                    for inner in each.body:
                        _defined(file, inner, defined, sure=False)


def _wraps(value: ast.expr, name: str) -> bool:
    """`f = jax.jit(f)`, which computes what f does."""
    if not isinstance(value, ast.Call) or not value.args:
        return False
    wrapper = ast.unparse(value.func).rpartition(".")[2]
    return wrapper in _WRAPPERS and isinstance(value.args[0], ast.Name) and value.args[0].id == name


def hides(file: PythonFile, node: ast.ClassDef) -> ast.AST | None:
    """What makes the attributes of a class other than they are written, in it or in a class of the file above it."""
    todo, seen = [node], {node.name}
    while todo:
        each = todo.pop()
        found = _hides_alone(each)
        if found is not None:
            return found
        names = {base.id for base in each.bases if isinstance(base, ast.Name) and base.id in file.classes} - seen
        seen |= names
        todo += [file.classes[name] for name in sorted(names)]
    return None


def _hides_alone(node: ast.ClassDef) -> ast.AST | None:
    """A method, a metaclass or a decorator that changes what a class is."""
    for each in node.body:
        if isinstance(each, ast.FunctionDef) and each.name in _HIDING:
            return each
    for decorator in node.decorator_list:
        if ast.unparse(decorator).partition("(")[0].rpartition(".")[2] not in ("dataclass", "final", "jaxtyped"):
            return decorator
    return next((keyword.value for keyword in node.keywords if keyword.arg == "metaclass"), None)
