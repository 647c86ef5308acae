"""Code that computes a value and its derivatives."""

from gradcli.emit.errors import EmitError
from gradcli.emit.targets import TARGETS, emit, emit_numpy

__all__ = ["TARGETS", "EmitError", "emit", "emit_numpy"]
