"""What the functions of a module take: the free names of a program, and what to do with each."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from gradcli.emit.names import Names, spelled
from gradcli.expr.dims import Dim, names_of, solved
from gradcli.expr.node import Node, name_of, payload
from gradcli.expr.shapes import is_list
from gradcli.expr.walk import postorder
from gradcli.ops.payload import Cotangent
from gradcli.program.model import Program

_WORD = re.compile(r"\w+")
_LEAST_ORDER = 2  # g, g_1 and g_2 are always taken, so that one call fits every function of a module


@dataclass(frozen=True, slots=True)
class ArrayParameter:
    """An array argument: `name` in the program, `python` in the code, the dimensions as declared; `labels` are whole
    numbers."""

    name: str
    python: str
    dims: tuple[Dim, ...]
    node: Node
    labels: bool = False


@dataclass(slots=True)
class Interface:
    """Parameters in order; `seeds` are gradients of an arbitrary function, `lengths` sizes that no array
    tells."""

    variables: list[ArrayParameter] = field(default_factory=list)
    seeds: list[ArrayParameter] = field(default_factory=list)
    callables: dict[tuple[str, int], str] = field(default_factory=dict)
    lengths: dict[str, str] = field(default_factory=dict)
    others: str = "names"

    def signature(self, more: Sequence[ArrayParameter] = (), body: str = "") -> str:
        """The parameter list; `more` come after the variables.  What `body` does not mention may be left out."""
        odd = any(p.python != p.name for p in self.variables)
        parts = [f"{p.python}=None" if odd else p.python for p in (*self.variables, *more)]
        given_otherwise = {python for _, python in self.respelled()}
        required = set(_WORD.findall(body)) - given_otherwise
        named = [*self.callables.values(), *(p.python for p in self.seeds)]
        if named or self.lengths:
            parts += ["*", *self.lengths.values(), *(name if name in required else f"{name}=None" for name in named)]
        if self.respelled():
            parts.append(f"**{self.others}")
        return ", ".join(parts)

    def respelled(self) -> list[tuple[str, str]]:
        """Names that Python cannot spell as they are (`lambda`, `ϵ`), with the parameters that stand for
        them.

        A caller may pass them by `**{"lambda": ...}` too.
        """
        pairs = [(p.name, p.python) for p in (*self.variables, *self.seeds)]
        pairs += [(key if not order else f"{key}_{order}", python) for (key, order), python in self.callables.items()]
        return [(name, python) for name, python in pairs if name != python]

    def known_dims(self) -> set[str]:
        """Dimensions that a variable tells; a seed is not always given."""
        dims = {dim for p in self.variables for dim in p.dims if isinstance(dim, str)}
        return dims | {found[0] for dim in dims if (found := solved(dim)) is not None}


def build_interface(
    program: Program, roots: Sequence[Node], bound: Collection[Node], told: Collection[str], names: Names
) -> Interface:
    """The interface of a module that computes `roots`.

    `bound` are names that steps define and `told` dimensions that values tell: neither needs an argument.
    """
    found = Interface()
    python = _identifiers(program.variables, names)
    for name, variable in program.variables.items():
        labels = variable.labels is not None
        found.variables.append(ArrayParameter(name, python[name], variable.declared, variable.node, labels))
    orders, seeds, dims = _used(program, roots, bound)
    for name, function in program.functions.items():
        if function.body is not None:
            continue
        for order in range(max(_LEAST_ORDER, orders.get(name, 0)) + 1):
            key = name if not order else f"{name}_{order}"
            found.callables[name, order] = names.fresh(key)
    for name, order in orders.items():
        for k in range(order + 1):
            if name not in program.functions:
                found.callables.setdefault((name, k), names.fresh(name if not k else f"{name}_{k}"))
    for node in seeds:
        name = _seed_name(node, {seed.name for seed in found.seeds})
        declared = tuple(dim if isinstance(dim, int) or dim.isidentifier() else 0 for dim in node.shape)
        found.seeds.append(ArrayParameter(name, names.fresh(name), declared, node))
    for dim in sorted(dims - found.known_dims() - set(told)):
        found.lengths[dim] = names.fresh(dim)
    found.others = names.fresh("names")
    return found


def _identifiers(wanted: Iterable[str], names: Names) -> dict[str, str]:
    """Identifiers for names, those first that Python spells as they are: `ε` keeps its own where `ϵ` is one
    too."""
    ordered = sorted(wanted, key=lambda name: spelled(name) != name)
    return {name: names.fresh(name) for name in ordered}


def _seed_name(node: Node, taken: Collection[str]) -> str:
    """`grad_y` for the gradient of an arbitrary function of y, `hess_y` for its Hessian, `hess_y_z` by two."""
    if node.op == "hess":
        loss, of, kind = str(node.args[0].data), "_".join(dict.fromkeys(map(name_of, node.args[1:]))), "hess"
    else:
        (loss, of), kind = payload(node, Cotangent), "grad"
    name = f"{kind}_{of}"
    return name if name not in taken else f"{kind}_{loss}_{of}"


def _used(
    program: Program, roots: Iterable[Node], bound: Collection[Node]
) -> tuple[dict[str, int], list[Node], set[str]]:
    """The highest derivative of each function, the free cotangents and the dimensions of some expressions."""
    from gradcli.program.functions import ELEMENTWISE

    orders: dict[str, int] = {}
    seeds: dict[Node, None] = {}
    dims: set[str] = set()
    for node in postorder(roots):
        if node in bound:
            continue
        if node.op == "cotangent" or (node.op == "hess" and node.args[0].op == "loss"):
            seeds[node] = None
        elif node.op in ("elem", "vfun", "vrows") and isinstance(node.data, tuple):
            name, order = str(node.data[0]), int(node.data[1])
            function = program.functions.get(name)
            if name not in ELEMENTWISE and (function is None or function.body is None):
                orders[name] = max(orders.get(name, 0), order)
        for dim in (str(node.data),) if node.op == "dim" else node.shape:
            dims.update(names_of(dim))
    return orders, list(seeds), dims


def lengths_told(roots: Iterable[Node]) -> dict[str, tuple[Node, int]]:
    """Dimensions that the value of a vector function tells: `{m: (h(x), axis)}`."""
    told: dict[str, tuple[Node, int]] = {}
    for node in postorder(roots):
        if node.op == "vfun" and isinstance(node.data, tuple) and node.data[1] == 0:
            for axis, dim in enumerate(node.shape[-1:] if is_list(node.shape) else node.shape):
                if isinstance(dim, str):
                    told.setdefault(dim, (node, axis))
        elif node.op == "vrows" and isinstance(node.data, tuple) and node.data[1] == 0:
            for axis in range(len(node.args[0].shape) - 1, len(node.shape)):
                if isinstance(node.shape[axis], str):
                    told.setdefault(str(node.shape[axis]), (node, axis))
    return told
