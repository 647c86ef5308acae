"""Expressions: nodes and their constructors, which all tell themselves as soon as any of them is used."""

from gradcli.expr import ops

__all__ = ["ops"]
