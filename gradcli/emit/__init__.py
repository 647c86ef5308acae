"""Code that computes a value and its derivatives."""

from gradcli.emit.errors import EmitError
from gradcli.emit.numpy_module import emit_numpy

__all__ = ["EmitError", "emit_numpy"]
