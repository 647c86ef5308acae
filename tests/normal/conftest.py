"""Lets the tests here import the NumPy evaluator that stands beside them."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
