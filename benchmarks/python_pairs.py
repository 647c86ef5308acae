"""Backward passes with one change each: verdicts against numbers, and how often the mistake is placed and named.

    python -m benchmarks.python_pairs --count 1000

Every change of the syntax of a backward pass (a sign, an axis, a lost transpose or factor, another name) is checked,
and computed with NumPy in float64 beside central differences of its forward.  No verdict may contradict the numbers.
`--check-grads` times `jax.test_util.check_grads` on the same layers, right ones beside right ones.
"""

from __future__ import annotations

import argparse
import ast
import copy
import random
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from gradcli.pairs.check import check_pair
from gradcli.pairs.find import Pair, find_pairs
from gradcli.pairs.run import read_pair
from gradcli.pysource.module import PythonFile, read_file
from gradcli.pysource.signature import parameters_of
from gradcli.syntax.ast import Source

FILES = ("samples/python/numpy_layers.py", "tests/pairs/data/numpy_pairs.py", "benchmarks/pairs/layers_numpy.py")
STEP = 1e-6
# no two that stand in one layer agree: what fits at one size alone is no right backward
_SIZES = {
    "n": 4,
    "N": 4,
    "d": 3,
    "D": 3,
    "m": 5,
    "M": 5,
    "h": 2,
    "H": 2,
    "c": 6,
    "C": 6,
    "T": 7,
    "V": 6,
    "K": 3,
    "k": 3,
    "G": 2,
    "L": 4,
    "B": 2,
    "W": 3,
    "t": 3,
    "s": 4,
    "e": 2,
    "S": 3,
    "i": 3,
    "j": 2,
    "o": 2,
    "g": 2,
}


@dataclass
class Tally:
    """What was found."""

    mutants: int = 0
    changed: int = 0
    contradicted: int = 0
    undecided: int = 0
    unread: int = 0
    hinted: int = 0
    placed: int = 0
    seconds: float = 0.0


def main() -> None:
    """Print the table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--count", type=int, default=1000)
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--from", type=int, default=0, dest="first", help="go on behind so many mutants")
    options.add_argument("--minutes", type=float, default=1e9, help="stop after so long; --from goes on")
    options.add_argument("--check-grads", action="store_true")
    arguments = options.parse_args()
    if arguments.check_grads:
        print_times()
        return
    source = random.Random(arguments.seed)
    work = [(file, pair) for path in FILES for file in [_file(path)] for pair in _concerned(file)]
    mutants = [(file, pair, change) for file, pair in work for change in range(len(list(changes(pair.backward))))]
    source.shuffle(mutants)
    tally = Tally()
    said: Counter[str] = Counter()
    stop = time.monotonic() + 60 * arguments.minutes
    for number, (file, pair, change) in enumerate(mutants[arguments.first : arguments.first + arguments.count], 1):
        _one(file, pair, change, tally, said)
        if number % 25 == 0:
            _print_tally(tally, said, arguments.first + number)
        if time.monotonic() > stop:
            break
    _print_tally(tally, said, arguments.first + number)


def _print_tally(tally: Tally, said: Counter[str], number: int) -> None:
    false = max(tally.changed, 1)
    print(f"after {number} changes:")
    print(f"mutants {tally.mutants}, of which {tally.changed} gradients are wrong by the numbers")
    print(f"verdicts contradicted by the numbers: {tally.contradicted}")
    print(f"undecided {tally.undecided}, not read {tally.unread}")
    print(f"hinted {tally.hinted / false:.1%}, placed on the changed line {tally.placed / false:.1%}")
    print(f"{tally.seconds / max(tally.mutants, 1):.2f} s a mutant; verdicts {dict(said)}", flush=True)


def _file(path: str) -> PythonFile:
    return read_file(path, Path(path).read_text(encoding="utf-8"))


def _concerned(file: PythonFile) -> Iterator[Pair]:
    """Pairs of functions with (dout, cache), which are called the same way."""
    for pair in find_pairs(file):
        names = [p.arg for p in pair.backward.args.args]
        if pair.kind == "functions" and len(names) == 2 and names[1] == "cache":
            yield pair


def changes(function: ast.FunctionDef) -> Iterator[tuple[ast.FunctionDef, int]]:
    """Each function with one change, and the line that was changed."""
    names = sorted({n.id for n in ast.walk(function) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)})
    for number, node in enumerate(ast.walk(function)):
        for edit in _edits(node, names):
            changed = copy.deepcopy(function)
            target = list(ast.walk(changed))[number]
            if edit(changed, target):
                yield changed, int(getattr(node, "lineno", 0))


def _edits(node: ast.AST, names: list[str]) -> list[Any]:
    found: list[Any] = []
    if isinstance(node, ast.BinOp):
        swaps = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult}
        if type(node.op) in swaps:
            found.append(lambda _, n: setattr(n, "op", swaps[type(n.op)]()) or True)
        if isinstance(node.op, ast.Mult | ast.Add | ast.Sub | ast.Div):
            found.append(lambda root, n: _replace(root, n, n.left))
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        found.append(lambda root, n: _replace(root, n, n.operand))
    if isinstance(node, ast.Attribute) and node.attr == "T":
        found.append(lambda root, n: _replace(root, n, n.value))
    if isinstance(node, ast.keyword) and node.arg == "axis" and isinstance(node.value, ast.Constant):
        found.append(
            lambda _, n: setattr(n.value, "value", 1 - n.value.value if n.value.value in (0, 1) else 0) or True
        )
    if isinstance(node, ast.Attribute) and node.attr in ("sum", "mean"):
        found.append(lambda _, n: setattr(n, "attr", "mean" if n.attr == "sum" else "sum") or True)
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float) and not isinstance(node.value, bool):
        found.append(lambda _, n: setattr(n, "value", n.value + 1) or True)
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in names and len(names) > 1:
        other = names[(names.index(node.id) + 1) % len(names)]
        found.append(lambda _, n: setattr(n, "id", other) or True)
    return found


def _replace(root: ast.AST, old: ast.AST, new: ast.AST) -> bool:
    for parent in ast.walk(root):
        for name, value in ast.iter_fields(parent):
            if value is old:
                setattr(parent, name, new)
                return True
            if isinstance(value, list) and old in value:
                value[value.index(old)] = new
                return True
    return False


def _one(file: PythonFile, pair: Pair, number: int, tally: Tally, said: Counter[str]) -> None:
    changed, line = list(changes(pair.backward))[number]
    text = _with(file, pair, changed)
    numbers = _numbers(file, pair, text)
    if numbers is None:
        return  # NumPy itself refuses it
    tally.mutants += 1
    began = time.perf_counter()
    changed_file = read_file(file.name, text)
    (again,) = [each for each in find_pairs(changed_file) if each.name == pair.name]
    found, _ = check_pair(changed_file, Source(file.name, text), again)
    tally.seconds += time.perf_counter() - began
    for verdict in found:
        said[verdict.kind] += 1
        if verdict.kind == "error":
            tally.unread += 1
            continue
        right = numbers.get(verdict.gradient or "")
        if right is None:
            continue
        if verdict.kind == "undecided":
            tally.undecided += 1
        elif (verdict.kind in ("proved", "equal")) != right:
            tally.contradicted += 1
            print(f"contradicted: {pair.name} by {verdict.gradient}: {verdict.kind}\n{ast.unparse(changed)}\n")
        if not right and verdict.kind == "refuted":
            tally.changed += 1
            tally.hinted += verdict.hint is not None or verdict.expected is not None
            blamed = text.count("\n", 0, verdict.span.start) + 1
            tally.placed += _same_line(text, blamed, line, changed)


def print_times() -> None:
    """The time that right pairs take here, and in `jax.test_util.check_grads` at one point in one size."""
    import jax
    from jax import test_util

    update: Any = jax.config.update
    check_grads: Any = test_util.check_grads
    update("jax_enable_x64", True)
    rng = np.random.default_rng(3)
    ours, theirs = [], []
    for file in map(_file, FILES):
        text = "\n".join(file.lines()).replace("import numpy as np", "import jax.numpy as np")
        names: dict[str, Any] = {}
        exec(compile(text, "<pair>", "exec"), names)
        for pair in _concerned(file):
            values = _values(file, pair, rng)
            floats = {name: value for name, value in values.items() if value.dtype == float}
            rest = {name: value for name, value in values.items() if name not in floats}
            forward, backward = names[pair.forward.name], names[pair.backward.name]
            order = [claim.of for claim in read_pair(file, pair).claims]
            function = _with_rule(forward, backward, list(floats), rest, order)
            try:
                began = time.process_time()
                check_grads(function, tuple(map(jax.numpy.asarray, floats.values())), order=1, modes=["rev"])
                theirs.append(time.process_time() - began)
            except Exception:  # what writes in place is no JAX
                continue
            began = time.process_time()
            check_pair(file, Source(file.name, "\n".join(file.lines())), pair)
            ours.append(time.process_time() - began)
    for title, times in (("gradcli, all sizes", sorted(ours)), ("check_grads, one point", sorted(theirs))):
        print(
            f"{title}: {len(times)} pairs, {sum(times):.1f} s, "
            f"median {times[len(times) // 2]:.2f} s, most {times[-1]:.2f} s"
        )


def _with_rule(forward: Any, backward: Any, floats: list[str], rest: dict[str, Any], order: list[str]) -> Any:
    """The forward of a pair as a function of JAX whose derivative is the backward."""
    import jax

    def first(*args: Any) -> Any:
        return forward(**dict(zip(floats, args, strict=True)), **rest)

    function = jax.custom_vjp(lambda *args: first(*args)[0])

    def back(cache: Any, dout: Any) -> Any:
        found = backward(dout, cache)
        found = found if isinstance(found, tuple) else (found,)
        by = dict(zip(order, found, strict=False))
        return tuple(by[name] for name in floats)

    function.defvjp(lambda *args: (first(*args)[0], first(*args)[-1]), back)
    return function


def _same_line(text: str, blamed: int, line: int, changed: ast.FunctionDef) -> bool:
    """Whether the blamed line holds the statement that was changed."""
    told = text.split("\n")[blamed - 1].strip()
    for statement in ast.walk(changed):
        if not isinstance(statement, ast.stmt) or isinstance(statement, ast.FunctionDef):
            continue
        inside = statement.lineno <= line <= (statement.end_lineno or line)
        if inside and ast.unparse(statement).strip() == told:
            return True
    return False


def _with(file: PythonFile, pair: Pair, changed: ast.FunctionDef) -> str:
    """The text of the file with the changed backward in the place of the old one."""
    lines = file.lines()
    first, last = pair.backward.lineno, pair.backward.end_lineno or pair.backward.lineno
    return "\n".join([*lines[: first - 1], ast.unparse(changed), *lines[last:]])


def _numbers(file: PythonFile, pair: Pair, text: str) -> dict[str, bool] | None:
    """For each gradient whether it agrees with central differences; None where NumPy refuses."""
    names: dict[str, Any] = {}
    exec(compile(text, "<pair>", "exec"), names)
    rng = np.random.default_rng(3)
    values = _values(file, pair, rng)
    forward, backward = names[pair.forward.name], names[pair.backward.name]
    order = [claim.of for claim in read_pair(file, pair).claims]
    with np.errstate(all="ignore"):
        try:
            result = forward(**{k: v.copy() for k, v in values.items()})
            out, cache = result[0], result[-1]
            dout = rng.normal(size=np.shape(out))
            gradients = backward(dout.copy(), cache)
        except Exception:
            return None
        gradients = gradients if isinstance(gradients, tuple) else (gradients,)
        if len(gradients) != len(order):
            return None
        right = {}
        for name, gradient in zip(order, gradients, strict=True):
            expected = np.zeros_like(values[name])
            flat = values[name].reshape(-1)
            for at in range(flat.size):
                sides = []
                for sign in (1, -1):
                    moved = {k: v.copy() for k, v in values.items()}
                    moved[name].reshape(-1)[at] += sign * STEP
                    sides.append(float(np.sum(forward(**moved)[0] * dout)))
                expected.reshape(-1)[at] = (sides[0] - sides[1]) / (2 * STEP)
            shaped = np.shape(gradient) == expected.shape
            scale = 1e-7 * (1 + np.abs(expected).max())
            right[name] = bool(shaped and np.all(np.isfinite(gradient)) and np.abs(gradient - expected).max() < scale)
    return right


def _values(file: PythonFile, pair: Pair, rng: np.random.Generator) -> dict[str, Any]:
    """Random arguments in the shapes of the comment."""
    values: dict[str, Any] = {}
    for name, parameter in parameters_of(file, pair.forward, {}).items():
        shape = tuple(int(eval(str(size), {}, _SIZES)) for size in parameter.dims)
        if parameter.classes is not None:
            values[name] = rng.integers(0, int(eval(str(parameter.classes), {}, _SIZES)), shape)
        elif "binary" in parameter.attributes:
            values[name] = rng.integers(0, 2, shape).astype(float)
        else:
            values[name] = rng.normal(size=shape)
        if "spd" in parameter.attributes:
            values[name] = values[name] @ values[name].T + 2 * np.eye(shape[0])
    return values


if __name__ == "__main__":
    main()
