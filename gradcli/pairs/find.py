"""The pairs of a file: which function is the backward of which."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from gradcli.pysource.module import PythonFile
from gradcli.pysource.values import Function

Kind = Literal["functions", "autograd", "vjp", "jvp", "layer", "joint"]


@dataclass(frozen=True, slots=True)
class Pair:
    """A forward and its backward.

    `kind`: plain functions; a `torch.autograd.Function`; `jax.custom_vjp` and `custom_jvp`; a layer with methods; one
    function that returns a loss and its gradient (`joint`).  `primal` is the function that a custom rule is for,
    `static` the places of its arguments that are not differentiated, `context` PyTorch's setup_context.
    """

    kind: Kind
    name: str
    forward: ast.FunctionDef
    backward: ast.FunctionDef
    owner: ast.ClassDef | None = None
    primal: ast.FunctionDef | None = None
    static: tuple[int, ...] = ()
    context: ast.FunctionDef | None = None


def find_pairs(file: PythonFile) -> list[Pair]:
    """The pairs, in the order of their backwards."""
    found = [*_custom(file), *_classes(file)]
    taken = {id(pair.backward) for pair in found} | {id(pair.forward) for pair in found}
    found += [pair for pair in _functions(file) if id(pair.backward) not in taken]
    taken |= {id(node) for pair in found for node in (pair.forward, pair.backward)}
    found += [pair for pair in _joint(file) if id(pair.forward) not in taken]
    return sorted(found, key=lambda pair: pair.backward.lineno)


def _functions(file: PythonFile) -> Iterator[Pair]:
    for name, node in file.functions.items():
        forward = _stated(file, node) or _by_name(file, name)
        if forward is not None and forward in file.functions and forward != name:
            yield Pair("functions", name, file.functions[forward], node)
        elif forward is not None and "." in forward:
            owner, _, method = forward.rpartition(".")
            for each in file.classes[owner].body if owner in file.classes else ():
                if isinstance(each, ast.FunctionDef) and each.name == method:
                    yield Pair("functions", name, each, node, file.classes[owner])


def _by_name(file: PythonFile, name: str) -> str | None:
    stem = name.removesuffix("_backward")
    if stem != name:
        return next((each for each in (f"{stem}_forward", stem) if each in file.functions), None)
    if name.startswith("d_") and name[2:] in file.functions:
        return name[2:]
    return None


def _stated(file: PythonFile, node: ast.FunctionDef) -> str | None:
    """`# gradcli: backward of NAME` above a function."""
    first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
    lines = file.lines()
    above = first - 1
    while above >= 1 and lines[above - 1].strip().startswith("#"):
        text = file.comments.get(above, "")
        if text.startswith("backward of "):
            return text.removeprefix("backward of ").split()[0].strip("`,.")
        above -= 1
    return None


def _classes(file: PythonFile) -> Iterator[Pair]:
    for name, node in file.classes.items():
        methods = {each.name: each for each in node.body if isinstance(each, ast.FunctionDef)}
        if "forward" not in methods or "backward" not in methods:
            continue
        bases = [ast.unparse(base) for base in node.bases]
        autograd = any(base.rpartition(".")[2] == "Function" for base in bases)
        kind: Kind = "autograd" if autograd else "layer"
        context = methods.get("setup_context") if autograd else None
        title = f"{name}.backward"
        yield Pair(kind, title, methods["forward"], methods["backward"], node, context=context)


def _custom(file: PythonFile) -> Iterator[Pair]:
    """`f.defvjp(fwd, bwd)` and `f.defjvp(rule)`, as a call or as a decorator."""
    for statement in file.tree.body:
        if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
            call = statement.value
            if isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Name):
                yield from _defined(file, call.func.value.id, call.func.attr, call)
        if isinstance(statement, ast.FunctionDef):
            for decorator in statement.decorator_list:
                if (
                    isinstance(decorator, ast.Attribute)
                    and decorator.attr == "defjvp"
                    and isinstance(decorator.value, ast.Name)
                ):
                    primal = _primal(file, decorator.value.id)
                    if primal is not None:
                        yield Pair("jvp", statement.name, primal[0], statement, None, primal[0], primal[1])


def _defined(file: PythonFile, name: str, rule: str, call: ast.Call) -> Iterator[Pair]:
    primal = _primal(file, name)
    given = [arg.id for arg in call.args if isinstance(arg, ast.Name)]
    given += [keyword.value.id for keyword in call.keywords if isinstance(keyword.value, ast.Name)]
    nodes = [file.functions[each] for each in given if each in file.functions]
    if primal is None:
        return
    if rule == "defjvps" and call.args and not call.keywords:
        rule_ = _of_single_rules(name, primal[0], call)
        yield Pair("jvp", f"{name}.defjvps", primal[0], rule_, None, primal[0], primal[1])
    if rule == "defvjp" and len(nodes) == 2:
        yield Pair("vjp", nodes[1].name, nodes[0], nodes[1], None, primal[0], primal[1])
    if rule == "defjvp" and len(nodes) == 1:
        yield Pair("jvp", nodes[0].name, primal[0], nodes[0], None, primal[0], primal[1])


def _of_single_rules(name: str, primal: ast.FunctionDef, call: ast.Call) -> ast.FunctionDef:
    """`f.defjvps(lambda t, ans, x: ..., None)` as the one rule it stands for: the sum of those by each argument."""
    names = [p.arg for p in (*primal.args.posonlyargs, *primal.args.args)]
    moves = [f"tangent_of_{each}" for each in names]
    rule = ast.parse(
        f"def {name}_rule(primals, tangents):\n"
        f"    {', '.join(names)}, = primals\n    {', '.join(moves)}, = tangents\n"
        f"    ans = {name}({', '.join(names)})\n    return ans, 0"
    ).body[0]
    assert isinstance(rule, ast.FunctionDef)
    terms: list[ast.expr] = []
    for move, single in zip(moves, call.args, strict=False):
        if not (isinstance(single, ast.Constant) and single.value is None):
            given: list[ast.expr] = [ast.Name(each, ast.Load()) for each in (move, "ans", *names)]
            terms.append(ast.Call(func=single, args=given, keywords=[]))
    last = rule.body[-1]
    if terms and isinstance(last, ast.Return) and isinstance(last.value, ast.Tuple):
        total = terms[0]
        for term in terms[1:]:
            total = ast.BinOp(total, ast.Add(), term)
        last.value.elts[1] = total
    for node in ast.walk(rule):
        if not any(node is inner for single in call.args for inner in ast.walk(single)):
            ast.copy_location(node, call)
    return ast.fix_missing_locations(rule)


def _primal(file: PythonFile, name: str) -> tuple[ast.FunctionDef, tuple[int, ...]] | None:
    """The function with a custom rule, and which of its arguments are static."""
    if name in file.functions:
        node = file.functions[name]
        for decorator in node.decorator_list:
            if isinstance(decorator, ast.Call):
                return node, _static(decorator)
        return node, ()
    for statement in file.tree.body:  # f = jax.custom_vjp(g, nondiff_argnums=(1,))
        if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Call):
            targets = [target.id for target in statement.targets if isinstance(target, ast.Name)]
            inner = statement.value.args[0] if statement.value.args else None
            if name in targets and isinstance(inner, ast.Name) and inner.id in file.functions:
                return file.functions[inner.id], _static(statement.value)
    held = file.names.get(name)
    return (held.node, ()) if isinstance(held, Function) and isinstance(held.node, ast.FunctionDef) else None


def _static(call: ast.Call) -> tuple[int, ...]:
    for keyword in call.keywords:
        if keyword.arg == "nondiff_argnums":
            parts = keyword.value.elts if isinstance(keyword.value, ast.Tuple | ast.List) else [keyword.value]
            return tuple(part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, int))
    return ()


def _joint(file: PythonFile) -> Iterator[Pair]:
    """A function that returns a value and its gradients: `return loss, dx`, `return loss, grads`; a method as well."""
    methods = [(f"{title}.{each.name}", each, owner) for title, owner in file.classes.items()
               for each in owner.body if isinstance(each, ast.FunctionDef) and _commented(file, each)]  # fmt: skip
    for name, node, owner in (*((name, node, None) for name, node in file.functions.items()), *methods):
        parameters = {p.arg for p in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)}
        last = next((each for each in reversed(node.body) if isinstance(each, ast.Return)), None)
        if last is None or not isinstance(last.value, ast.Tuple) or len(last.value.elts) < 2:
            continue
        _, *rest = last.value.elts
        if any(isinstance(part, ast.Dict) and _keys(part) & parameters for part in rest):
            yield Pair("joint", name, node, node, owner)
            continue
        names = [each.id for part in rest for each in (part.elts if isinstance(part, ast.Tuple) else [part])
                 if isinstance(each, ast.Name)]  # fmt: skip
        if any(variable_of(each) in parameters for each in names) or (names == ["grads"] and _commented(file, node)):
            yield Pair("joint", name, node, node, owner)


def _keys(node: ast.Dict) -> set[str]:
    """What the keys of a dictionary of gradients may name."""
    keys = [key.value for key in node.keys if isinstance(key, ast.Constant) and isinstance(key.value, str)]
    return {*keys, *(name for key in keys for name in variables_of(key))}


def _commented(file: PythonFile, node: ast.FunctionDef) -> bool:
    return any(line in file.comments for line in range(max(node.lineno - 3, 1), node.lineno + 1))


_BEFORE = ("grad_", "d_", "dL_d", "dL", "dJ_d", "dloss_d", "g_", "d")
_AFTER = ("_grad", "_bar", "_gradient", "_cotangent", "_ct")


def variable_of(name: str) -> str | None:
    """The value that a name like `dx`, `grad_x`, `x_grad` is the gradient by; None of another name."""
    for before in _BEFORE:
        if name.startswith(before) and len(name) > len(before):
            return name[len(before) :]
    for after in _AFTER:
        if name.endswith(after) and len(name) > len(after):
            return name[: -len(after)]
    return None


def variables_of(name: str) -> Iterator[str]:
    """Every value that a name may be the gradient by, the likeliest first."""
    for before in _BEFORE:
        if name.startswith(before) and len(name) > len(before):
            yield name[len(before) :]
    for after in _AFTER:
        if name.endswith(after) and len(name) > len(after):
            yield name[: -len(after)]
