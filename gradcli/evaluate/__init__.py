"""Numbers for expressions: in floats, in any number of digits, or exactly."""

from gradcli.evaluate.array import Array, array
from gradcli.evaluate.errors import EvaluationError, NotEvaluable, NotExact, OnKink, OutsideDomain
from gradcli.evaluate.evaluate import defined_functions, evaluate
from gradcli.evaluate.field import Field
from gradcli.evaluate.fields import EXACT, FLOAT, digits
from gradcli.evaluate.opaque import Hook

__all__ = [
    "EXACT",
    "FLOAT",
    "Array",
    "EvaluationError",
    "Field",
    "Hook",
    "NotEvaluable",
    "NotExact",
    "OnKink",
    "OutsideDomain",
    "array",
    "defined_functions",
    "digits",
    "evaluate",
]
