"""The first call of emitted NumPy code in a fresh interpreter."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.emitted.modules import emitted_text
from benchmarks.emitted.problems import PROBLEMS

LIMIT = 1e-3
_FRAMEWORKS = ("jax", "torch", "scipy", "sympy", "gradcli", "lark", "click", "rich")
_SCRIPT = """
import json, sys, time
import numpy as np
import emitted
given = list(np.load("inputs.npz").values())
call = getattr(emitted, sys.argv[1])
start = time.process_time()
call(*given)
taken = time.process_time() - start
start = time.process_time()
call(*given)
again = time.process_time() - start
print(json.dumps({"taken": taken, "again": again, "modules": [name for name in sys.argv[2:] if name in sys.modules]}))
"""


def first_calls(n: int = 100, tries: int = 3) -> dict[str, dict[str, object]]:
    """Of each problem's gradient: processor seconds of the first call (the least of some interpreters), of the call
    after it, and which frameworks were loaded.
    """
    import numpy as np

    found: dict[str, dict[str, object]] = {}
    for problem in PROBLEMS:
        if problem.program:
            continue
        with TemporaryDirectory() as name:
            folder = Path(name)
            text = emitted_text(problem.file, "numpy", problem.wrt, "gradient")
            (folder / "emitted.py").write_text(text, encoding="utf-8")
            np.savez(folder / "inputs.npz", **problem.inputs(n))  # type: ignore[arg-type]
            runs = [_run(folder, f"gradient_{problem.wrt}") for _ in range(tries)]
        found[problem.name] = min(runs, key=lambda run: float(str(run["taken"])))
    return found


def _run(folder: Path, function: str) -> dict[str, object]:
    command = [sys.executable, "-c", _SCRIPT, function, *_FRAMEWORKS]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    result: dict[str, object] = json.loads(done.stdout)
    return result
