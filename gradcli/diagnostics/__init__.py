"""Diagnostics: one type, a registry of documented codes, small renderers."""

from gradcli.diagnostics.diagnostic import Diagnostic, GradcliError, Severity, error, note, warning

__all__ = ["Diagnostic", "GradcliError", "Severity", "error", "note", "warning"]
