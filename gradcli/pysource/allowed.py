"""Which decorators and contexts leave a function what it is."""

from __future__ import annotations

import ast

from gradcli.pysource.refusal import Refused, shown

_DECORATORS = (
    "staticmethod", "classmethod", "property", "jit", "jax.jit", "partial", "functools.partial", "torch.no_grad",
    "custom_vjp", "jax.custom_vjp", "custom_jvp", "jax.custom_jvp", "custom_fwd", "custom_bwd", "torch.jit.script",
    "torch.compile", "once_differentiable", "jaxtyped", "typechecked", "beartype", "torch.amp.custom_fwd",
    "torch.amp.custom_bwd", "torch.cuda.amp.custom_fwd", "torch.cuda.amp.custom_bwd",
    "torch.autograd.function.once_differentiable",
    "functools.lru_cache", "lru_cache", "override", "torch.inference_mode",
)  # fmt: skip


def refuse_decorators(node: ast.FunctionDef) -> None:
    """Raises Refused for a function whose decorators may change what it does."""
    for decorator in node.decorator_list:
        name = decorator.func if isinstance(decorator, ast.Call) else decorator
        written = ast.unparse(name)
        if written not in _DECORATORS and not written.endswith((".defjvp", ".defvjp")):
            raise Refused(decorator, f"the decorator `@{shown(decorator)}` is not known")


_CONTEXTS = ("no_grad", "enable_grad", "errstate", "inference_mode", "autocast", "named_scope")


def refuse_context(item: ast.withitem) -> None:
    call = item.context_expr
    name = ast.unparse(call.func if isinstance(call, ast.Call) else call)
    if name.rpartition(".")[2] not in _CONTEXTS:
        raise Refused(item.context_expr, f"`with {shown(call)}` is not read")


def keyword_of(node: ast.stmt) -> str:
    names = {"AsyncFunctionDef": "async def", "ClassDef": "class", "While": "while", "Try": "try", "Match": "match",
             "AsyncFor": "async for", "AsyncWith": "async with", "TryStar": "try"}  # fmt: skip
    return names.get(type(node).__name__, type(node).__name__.lower())
