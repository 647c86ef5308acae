"""Gradients across a relation that leaves its names free: `implicit P, L, U : P @ X == L @ U`.

The relation is read as X = P^-1 L U, an arbitrary z of the names as one of X.  With Phi = grad(z, X) the gradient by
each name follows (`L U Phi.T`, `P Phi U.T`, `L.T P Phi`), and each of these equations, solved for Phi, is a form of the
gradient by X, which takes that one name as free and holds the others.
"""

from __future__ import annotations

from collections.abc import Sequence

from gradcli.derive.graph import Graph
from gradcli.derive.reverse import reverse
from gradcli.expr.node import Node, has_attribute, make, name_of
from gradcli.expr.walk import postorder
from gradcli.program.model import Program, Question, Relation
from gradcli.rules.invert import solved
from gradcli.rules.missing import NoRule

_TIED = ("lower", "upper", "unit", "diagonal", "symmetric", "spd")


def relation_of_loss(program: Program, of: Node) -> Relation | None:
    """The relation that an arbitrary scalar function goes across."""
    if of.op != "loss":
        return None
    return next((each for each in program.relations if each.data is not None and each.data in of.args), None)


def by_name_of_relation(program: Program, relation: Relation, of: Node, node: Node) -> Node:
    """The gradient by one of the names, in terms of that by the data.  Raises NoRule."""
    assert relation.data is not None and relation.inverse is not None
    graph = Graph({relation.data: relation.inverse})
    return reverse(graph, str(of.data), {relation.data: _cotangent(of, relation.data)}, [node]).gradients[node]


def forms(program: Program, relation: Relation, of: Node) -> list[tuple[str, Node]]:
    """The gradient by the data in terms of that by one name each, with what the form rests on."""
    assert relation.data is not None
    phi = _cotangent(of, relation.data)
    found = []
    for name in relation.names:
        node = program.nodes[name]
        if any(has_attribute(node, word) for word in _TIED):
            continue
        value = by_name_of_relation(program, relation, of, node)
        form = solved(value, phi, make("cotangent", data=(str(of.data), name), shape=node.shape))
        if form is None or any(part is phi for part in postorder(form)):
            continue
        others = " and ".join(other for other in relation.names if other != name)
        turned = f", and {name}^-1 is written {name}.T" if has_attribute(node, "orthogonal") else ""
        note = f"the form with grad({of.data}, {name}) takes {name} as free and holds {others}{turned}"
        found.append((note, form))
    return found


def tied_note(relation: Relation) -> str:
    """What all forms rest on."""
    names = ", ".join(relation.names)
    return (
        f"the relation alone does not settle {names}: where they are tied, as L (unit lower) and U (upper) are by "
        "P, L, U = lu(X), the gradient is another one, and none of these forms holds"
    )


def unsettled(program: Program, graph: Graph, question: Question, wrt: Sequence[Node]) -> NoRule | None:
    """Why a stated function of the names has no gradient by what is given (or by a name that another settles)."""
    if question.of.op == "loss" or all(relation.data is None for relation in program.relations):
        return None
    upstream = graph.upstream([leaf for leaf in postorder(question.of) if leaf.op == "var"])
    for relation in program.relations:
        if relation.data is None:
            continue
        names = {program.nodes[name] for name in relation.names}
        free = name_of(relation.data) in relation.entered
        given = graph.upstream([relation.data]) - (names if free else set())
        open_to = given if free else given | names
        node = next((node for node in wrt if node in open_to), None) if upstream & names else None
        if node is not None:
            listed = ", ".join(relation.names)
            return NoRule(
                "E403",
                f"The relation does not settle {listed} as functions of {name_of(node)}: state an arbitrary function "
                f"of them, `loss z({listed})`, or say what ties them, `L : R[n, n] lower unit`.",
            )
    return None


def _cotangent(of: Node, arg: Node) -> Node:
    return make("cotangent", data=(str(of.data), name_of(arg)), shape=arg.shape)
