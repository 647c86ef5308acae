"""The chain from what is differentiated back to the variables, each rule application on it recorded once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from gradcli.derive.graph import Graph
from gradcli.derive.reverse import by_name
from gradcli.derive.settled import through_equation
from gradcli.derive.worked.links import Links
from gradcli.expr.node import ONE, Node, make, name_of, payload
from gradcli.expr.shapes import Shape
from gradcli.ops.payload import Cotangent
from gradcli.rules.implicit import RULE
from gradcli.rules.pullback import pullback
from gradcli.rules.record import Application


@dataclass(slots=True)
class Link:
    """One definition on the chain.

    `record` are the applications of rules in it, from `adjoint`, the gradient by `name`, on; `pulled` is what it adds
    to the gradient of each name that it uses.
    """

    name: Node
    value: Node
    adjoint: Node
    record: list[Application] = field(default_factory=list)
    pulled: dict[Node, Node] = field(default_factory=dict)
    weight: tuple[Node, Node, Node] | None = None
    """Of an equation: lambda, the left side and the right side of what settles it."""


@dataclass(slots=True)
class Chain:
    """`of` is a name or a `loss` node; `label` what its gradients are called by; `users` maps a name to the links
    that use it, in the order of the program."""

    of: Node
    label: str
    links: Links
    seeds: Mapping[Node, Node]
    users: dict[Node, list[Link]] = field(default_factory=dict)
    path: set[Node] = field(default_factory=set)

    @property
    def graph(self) -> Graph:
        """The definitions."""
        return self.links.graph

    def gradient(self, name: Node) -> Node:
        """How the gradient by a name is written."""
        return ONE if self.seeds.get(name) is ONE else cotangent(self.label, name)

    def by_definition(self, link: Link, target: Node) -> bool:
        """Whether `∂name/∂target` may be read in two ways, with and without what the name uses beside the target."""
        others = (other for other in self.graph.uses[link.name] if other is not target and other in self.graph.values)
        several = len(self.users[target]) > 1
        return several and (self.seeds.get(link.name) is ONE or any(other in self.path for other in others))

    def order(self) -> list[Node]:
        """The names on the chain that have users, each after its users."""
        return list(self.users)


def cotangent(label: str, name: Node) -> Node:
    """The gradient by a name, as an expression."""
    word = name_of(name) if name.op == "var" else payload(name, Cotangent).by
    return make("cotangent", data=(label, word), shape=name.shape)


def gradient_chain(links: Links, of: Node, label: str, seeds: Mapping[Node, Node], wrt: Collection[Node]) -> Chain:
    """The chain of a gradient.  Raises NoRule."""
    chain = Chain(of, label, links, seeds)
    return _walked(chain, wrt, chain.gradient)


def jacobian_chain(links: Links, of: Node, wrt: Collection[Node]) -> Chain:
    """The chain of a Jacobian: the adjoint of a name is a leaf of its shape, in which all else is linear."""
    chain = Chain(of, "", links, {of: ONE})
    return _walked(chain, wrt, lambda name: seed_of(name.shape))


def seed_of(shape: Shape) -> Node:
    """The leaf in which the adjoints of a Jacobian's chain are linear."""
    return make("cotangent", data=("", "*"), shape=shape)


def _walked(chain: Chain, wrt: Collection[Node], adjoint: Callable[[Node], Node]) -> Chain:
    graph = chain.graph
    depending = graph.depending(wrt)
    path = depending & graph.upstream(chain.seeds)
    chain.path = path
    found: dict[Node, list[Link]] = {}
    order: list[Node] = []
    free = [name for name in wrt if name not in graph.values]
    for name in [*reversed(graph.values), *free]:
        if name not in path:
            continue
        if name in found:
            order.append(name)
        value = graph.values.get(name)
        inner = [] if value is None else [other for other in graph.uses[name] if other in depending]
        if value is None or not inner:
            continue
        link = Link(name, value, adjoint(name))
        _applied(chain, link, inner)
        for other in inner:
            if other in link.pulled and other not in chain.seeds:
                found.setdefault(other, []).append(link)
    chain.users = {name: found[name][::-1] for name in order}
    return chain


def _applied(chain: Chain, link: Link, inner: list[Node]) -> None:
    graph, value = chain.graph, link.value
    if value.op == "implicit" and chain.label:
        step, pulled = through_equation(graph, link.name, link.adjoint, inner, ())
        if step is not None and step.equation is not None:
            link.weight = (step.name, *step.equation)
        for other, after in pulled.items():
            link.record.append(Application(value, value.args.index(other), RULE, link.adjoint, after))
    else:
        pulled = pullback(value, link.adjoint, inner, link.record.append)
    link.pulled = {other: by_name(after, value, link.name, graph.named) for other, after in pulled.items()}
