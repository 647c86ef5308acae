"""Emitted NumPy code needs NumPy and nothing else, from its first call on."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from gradcli.cli.main import main

_SCRIPT = """
import json, sys
import numpy as np
before = set(sys.modules)
import emitted
given = dict(np.load("inputs.npz"))
for name in ("value", "gradient_W"):
    getattr(emitted, name)(**given)
print(json.dumps(sorted({name.split(".")[0] for name in set(sys.modules) - before})))
"""


@pytest.mark.parametrize(
    "body", ["-sum(Y * logsoftmax(X @ W, axis=1)) / m", "logdet(W.T @ W) + sum(Y)", "tr(inv(W.T @ W)) + norm(X @ W)"]
)
def test_a_fresh_interpreter_loads_no_framework(body: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = f"X : R[m, n]; W : R[n, c]; Y : R[m, c]\nL = {body}"
    assert main(["emit", "-e", text, "--target", "numpy", "--of", "L", "--wrt", "W"]) == 0
    (tmp_path / "emitted.py").write_text(capsys.readouterr().out, encoding="utf-8")
    rng = np.random.default_rng(0)
    X, W, Y = (rng.standard_normal(shape) for shape in ((5, 4), (4, 3), (5, 3)))
    np.savez(tmp_path / "inputs.npz", X=X, W=W, Y=Y)
    done = subprocess.run([sys.executable, "-c", _SCRIPT], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    own = {name for name in json.loads(done.stdout) if name not in sys.stdlib_module_names}
    assert own <= {"emitted", "numpy"}
