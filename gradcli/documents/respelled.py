r"""Names in answers as the document writes them: `\mathbf{W}` where the answer has `W`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from gradcli.render.latex_names import latex_name

_TOKEN = re.compile(r"\\[A-Za-z]+|\\.|\s+|.", re.DOTALL)
_OPAQUE = frozenset({"\\operatorname", "\\text", "\\mathrm", "\\mathbb", "\\mathbf", "\\begin", "\\end"})


def respelled(latex: str, spelled: Mapping[str, str]) -> str:
    """The formula with names as `spelled` has them, by their names in the language; longer names go first."""
    wanted = {tuple(_TOKEN.findall(latex_name(name))): own for name, own in spelled.items() if own != latex_name(name)}
    patterns = sorted(wanted, key=len, reverse=True)
    tokens = _TOKEN.findall(latex)
    out: list[str] = []
    at = 0
    while at < len(tokens):
        if tokens[at] in _OPAQUE:
            end = _after_group(tokens, at + 1)
            out += tokens[at:end]
            at = end
            continue
        found = next((pattern for pattern in patterns if tuple(tokens[at : at + len(pattern)]) == pattern), None)
        if found is None:
            out.append(tokens[at])
            at += 1
            continue
        at += len(found)
        own, after = wanted[found], tokens[at] if at < len(tokens) else ""
        if after in ("^", "_") and after in own:
            own = f"{{{own}}}"  # a second script on one base is no LaTeX
        elif re.search(r"\\[A-Za-z]+$", own) and after.isalpha():
            own += " "
        out.append(own)
    return "".join(out)


def _after_group(tokens: Sequence[str], at: int) -> int:
    """Where the group that begins at a place ends."""
    depth = 0
    while at < len(tokens):
        depth += (tokens[at] == "{") - (tokens[at] == "}")
        at += 1
        if depth == 0 and not tokens[at - 1].isspace():
            break
    return at
