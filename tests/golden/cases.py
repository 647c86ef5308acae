"""The cases of `answers.txt`: a program, and after `--` its answers, in the notation for people and in the language.

Every answer there has been read: it is right, and it is what a lecturer would write on a board.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

from tests.cli.run import run_alone

ANSWERS = Path(__file__).with_name("answers.txt")


def cases() -> dict[str, tuple[str, str]]:
    """Program and answers by the name of the case."""
    found = {}
    for block in re.split(r"^== ", ANSWERS.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
        name, _, rest = block.partition("\n")
        program, _, answers = rest.partition("--\n")
        found[name] = (program, answers.rstrip("\n") + "\n")
    return found


def answered(program: str) -> str:
    """The answers as they are now, in the form of the file."""
    result = run_alone("derive", "-", "--format", "json", stdin=program)
    lines = result.err.splitlines()
    for answer in json.loads(result.out)["results"]:
        shape = " x ".join(map(str, answer["shape"])) or "scalar"
        lines += [f"{answer['kind']} {answer['of']} wrt {answer['wrt']}, {shape}"]
        lines += [f"    {answer['text']}", f"    {answer['mc']}"]
        lines += [f"    where {step['name']} = {step['mc']}" for step in answer["where"]]
    return "\n".join(lines) + "\n"
