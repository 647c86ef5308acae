"""Turn `grammar/mc.lark` into `_tables.py`: `python -m gradcli.syntax.build_tables`.

Lark does the LALR analysis here, once, when the grammar changes.  What it finds is written
down as plain data, so that a start of the program neither analyses the grammar nor loads
Lark nor reads a cache file that somebody else could have written.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from gradcli.syntax.grammar_files import grammar_text

GRAMMAR = "mc.lark"
STARTS = ("statement", "expression")
TABLES = Path(__file__).resolve().parent / "_tables.py"
END = "$END"
FIRST_DECLARED = 101  # above the scanner's groups, which number the other terminals

_HEAD = '''"""The LALR tables of grammar/mc.lark.  Generated: python -m gradcli.syntax.build_tables."""

# fmt: off
# ruff: noqa
'''


def lark_parser() -> Any:
    """Return Lark's own parser for the grammar; raises `lark.GrammarError` on a conflict."""
    from lark import Lark
    from lark.lexer import Lexer

    class NoLexer(Lexer):
        """Stands in for the lexer of this package, which Lark does not need for the tables."""

        def __init__(self, lexer_conf: Any) -> None:
            pass

        def lex(self, *args: Any) -> Iterator[Any]:
            return iter(())

    return Lark(
        grammar_text(GRAMMAR),
        parser="lalr",
        lexer=NoLexer,
        start=list(STARTS),
        maybe_placeholders=False,
    )


def render_tables() -> str:
    """Return the text of `_tables.py`, the same for the same grammar in every process."""
    parser = lark_parser()
    table = parser.parser.parser._parse_table
    terminals = [(str(t.name), str(t.pattern.to_regexp())) for t in parser.terminals]
    used = {str(s.name) for rule in parser.rules for s in rule.expansion if s.is_term}
    declared = sorted(used - {name for name, _ in terminals})
    kinds = {name: i for i, (name, _) in enumerate(terminals, 1)}
    kinds |= {name: i for i, name in enumerate([*declared, END], FIRST_DECLARED)}
    rules = {rule: i for i, rule in enumerate(parser.rules)}
    nonterminals: dict[str, int] = {}
    for rule in parser.rules:
        nonterminals.setdefault(str(rule.origin.name), len(nonterminals))

    order = _state_order(table, kinds)
    number = {state: i for i, state in enumerate(order)}
    actions: list[dict[int, int]] = []
    gotos: list[dict[int, int]] = []
    for state in order:
        action: dict[int, int] = {}
        goto: dict[int, int] = {}
        for symbol, (what, target) in table.states[state].items():
            if symbol in nonterminals:
                goto[nonterminals[symbol]] = number[target]
            elif what.name == "Shift":
                action[kinds[symbol]] = number[target]
            else:
                action[kinds[symbol]] = ~rules[target]
        actions.append(dict(sorted(action.items())))
        gotos.append(dict(sorted(goto.items())))

    lines = [_HEAD]
    lines += _block("TERMINALS: tuple[tuple[str, str], ...]", [ascii(pair) for pair in terminals])
    lines += [f"KINDS: dict[str, int] = {kinds!r}"]
    lines += _block(
        "RULES: tuple[tuple[int, int, str], ...]",
        [
            repr((nonterminals[str(r.origin.name)], len(r.expansion), str(r.alias) if r.alias else ""))
            for r in parser.rules
        ],
    )
    starts = {name: number[table.start_states[name]] for name in STARTS}
    ends = tuple(sorted(number[table.end_states[name]] for name in STARTS))
    lines.append(f"STARTS: dict[str, int] = {starts!r}")
    lines.append(f"ENDS: tuple[int, ...] = {ends!r}")
    lines += _block("ACTIONS: tuple[dict[int, int], ...]", [repr(a) for a in actions])
    lines += _block("GOTOS: tuple[dict[int, int], ...]", [repr(g) for g in gotos])
    return "\n".join(lines) + "\n"


def _state_order(table: Any, kinds: dict[str, int]) -> list[int]:
    """Number the states breadth-first from the starts: Lark's own numbers may vary."""
    order = [table.start_states[name] for name in STARTS]
    seen = set(order)
    for state in order:
        row = table.states[state]
        for symbol in sorted(row, key=lambda s: (kinds.get(s, 0), s)):
            what, target = row[symbol]
            if what.name == "Shift" and target not in seen:
                seen.add(target)
                order.append(target)
    return order


def _block(head: str, items: list[str]) -> list[str]:
    return [f"{head} = (", *(f"    {item}," for item in items), ")"]


def main() -> None:
    """Write `_tables.py`."""
    TABLES.write_text(render_tables(), encoding="utf-8")
    print(f"wrote {TABLES.name}")


if __name__ == "__main__":
    main()
