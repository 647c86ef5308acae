"""The manual page, made of what the commands say of themselves: `python -m gradcli.cli.manual > docs/gradcli.1`.

With `--markdown` the same for the documentation: `python -m gradcli.cli.manual --markdown > docs/commands.md`.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator

import click

from gradcli.cli.group import COMMANDS, gradcli
from gradcli.version import __version__

_EXIT = (
    ("0", "All is well."),
    ("1", "A check failed: refuted, or undecided unless --undecided warn is given."),
    ("2", "The input or the call is wrong, or there was nothing to check."),
    ("130", "Interrupted."),
)
_ENVIRONMENT = (
    ("NO_COLOR", "Where it is set, nothing is coloured unless --color always is given."),
    ("FORCE_COLOR", "Where it is set, answers are coloured in pipes too."),
    ("GRADCLI_DEBUG", "Where it is set, a fault of gradcli itself shows its place."),
    ("_GRADCLI_COMPLETE", 'Completion for a shell: eval "$(_GRADCLI_COMPLETE=bash_source gradcli)"; also zsh, fish.'),
)
_FILES = (("pyproject.toml, gradcli.toml", "Settings: layout, undecided, exclude, include, jobs."),)


def manual() -> str:
    """The page, for section 1."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield f'.TH GRADCLI 1 "" "gradcli {__version__}" "User Commands"'
    yield from (".SH NAME", r"gradcli \- derive, check and convert matrix calculus", ".SH SYNOPSIS")
    yield from (".B gradcli", r".I COMMAND", "[OPTIONS] [ARGUMENTS]", ".SH DESCRIPTION")
    yield from _paragraphs(gradcli.help or "")
    yield ".SH OPTIONS"
    yield from _entry("-V, --version", "Show the version and exit; with any command.")
    yield from _entry("-h, --help", "Show the help and exit; of a command, that of the command.")
    yield ".SH COMMANDS"
    for usage, help_text, records in _commands():
        yield f".SS {_text(usage)}"
        yield from _paragraphs(help_text)
        for record in records:
            yield from _entry(*record)
    for title, entries in (("EXIT STATUS", _EXIT), ("ENVIRONMENT", _ENVIRONMENT), ("FILES", _FILES)):
        yield f".SH {title}"
        for term, told in entries:
            yield from _entry(term, told)


def _commands() -> Iterator[tuple[str, str, list[tuple[str, str]]]]:
    """Of each command its usage, its help, and its options with what they do."""
    with click.Context(gradcli, info_name="gradcli") as above:
        for name in COMMANDS:
            command = gradcli.get_command(above, name)
            assert command is not None
            with click.Context(command, info_name=name, parent=above) as context:
                records = [
                    parameter.get_help_record(context)
                    for parameter in command.get_params(context)
                    if isinstance(parameter, click.Option) and not {"--version", "--help"} & set(parameter.opts)
                ]
                usage = command.get_usage(context).removeprefix("Usage: ")
                yield usage, command.help or "", [record for record in records if record is not None]


def markdown() -> str:
    """The same as a page of the documentation."""
    lines = [
        "# Commands",
        "",
        "What `gradcli help COMMAND` and `man gradcli` say. `-h` and `-V` go with every command.",
        "",
    ]
    for usage, help_text, records in _commands():
        lines += [f"## {usage.split()[1]}", "", f"    {usage}", ""]
        for paragraph in re.split(r"\n\s*\n", help_text.strip()):
            kept = "\b" in paragraph
            written = [line for line in paragraph.splitlines() if line.strip() != "\b"]
            lines += [*((f"    {line}" if kept else line.strip()) for line in written), ""]
        lines += ["| option | what it does |", "| --- | --- |"]
        lines += [
            f"| `{term.replace('|', chr(92) + '|')}` | {told.replace('|', chr(92) + '|')} |" for term, told in records
        ]
        lines.append("")
    for title, entries in (("Exit status", _EXIT), ("Environment", _ENVIRONMENT), ("Files", _FILES)):
        lines += [
            f"## {title}",
            "",
            "| | |",
            "| --- | --- |",
            *(f"| `{term}` | {told} |" for term, told in entries),
            "",
        ]
    return "\n".join(lines[:-1]) + "\n"


def _entry(term: str, told: str) -> tuple[str, ...]:
    return (".TP", rf"\fB{_text(term)}\fR", _line(told))


def _paragraphs(help_text: str) -> Iterator[str]:
    """The paragraphs of a help text; one after `\\b` keeps its lines."""
    for number, paragraph in enumerate(re.split(r"\n\s*\n", help_text.strip())):
        lines = [line for line in paragraph.splitlines() if line.strip() != "\b"]
        kept = len(lines) < len(paragraph.splitlines())
        if number:
            yield ".PP"
        if kept:
            yield from (".nf", *(_line(line) for line in lines), ".fi")
        else:
            yield _line(" ".join(line.strip() for line in lines))


def _line(text: str) -> str:
    """A line of text: a dot or a quote at its beginning would be a request."""
    written = _text(text)
    return rf"\&{written}" if written[:1] in (".", "'") else written


def _text(text: str) -> str:
    escaped = text.replace("\\", r"\e").replace("-", r"\-").replace("`", r"\(ga").replace("'", r"\(aq")
    return "".join(c if c.isascii() else rf"\[u{ord(c):04X}]" for c in escaped)  # what every troff reads


if __name__ == "__main__":
    sys.stdout.write(markdown() if "--markdown" in sys.argv else manual())
