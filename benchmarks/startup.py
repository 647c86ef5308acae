"""How long one answer takes from a cold start, beside the start of SymPy.

    python benchmarks/startup.py [RUNS]

Each command runs in processes of its own, in turn; the least wall and processor times count.  Byte code is read
from a cache, as it is of what pip has installed.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = str(ROOT / "samples" / "neuron.mc")
COMMANDS = {
    "python -c pass": ["-c", "pass"],
    "gradcli --help": ["-m", "gradcli", "--help"],
    "gradcli derive samples/neuron.mc": ["-m", "gradcli", "derive", SAMPLE],
    "python -c 'import sympy'": ["-c", "import sympy"],
}


def once(arguments: list[str], cache: str) -> tuple[float, float]:
    """Wall and processor seconds of one process."""
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": cache}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    start = time.perf_counter()
    process = subprocess.Popen([sys.executable, *arguments], stdout=subprocess.DEVNULL, cwd=ROOT, env=environment)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    if status:
        raise SystemExit(f"python {' '.join(arguments)} failed")
    return wall, usage.ru_utime + usage.ru_stime


def main() -> None:
    """Print the least times and the ratio that matters."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in COMMANDS}
    with tempfile.TemporaryDirectory() as cache:
        for arguments in COMMANDS.values():
            once(arguments, cache)
        for _ in range(runs):
            for name, arguments in COMMANDS.items():
                times[name].append(once(arguments, cache))
    least = {name: (min(wall for wall, _ in found), min(cpu for _, cpu in found)) for name, found in times.items()}
    print(f"{'command':34} {'wall ms':>8} {'cpu ms':>8}")
    for name, (wall, cpu) in least.items():
        print(f"{name:34} {wall * 1000:8.0f} {cpu * 1000:8.0f}")
    (ours, our_cpu), (theirs, their_cpu) = (least[name] for name in list(COMMANDS)[2:])
    print(
        f"derive takes {ours / theirs:.2f} of the wall time of sympy, {our_cpu / their_cpu:.2f} of the processor time"
    )


if __name__ == "__main__":
    main()
