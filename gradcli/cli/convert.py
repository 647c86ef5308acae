"""`gradcli convert`: rewrite a file from its layout into another."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from gradcli.cli.options import output_options, settings_options, source_options
from gradcli.cli.plain import ascii_option
from gradcli.cli.settings import settings_of
from gradcli.cli.status import OK, WRONG
from gradcli.cli.terminal import Terminal
from gradcli.convert.convert import Converted, convert
from gradcli.diagnostics.diagnostic import Diagnostic
from gradcli.program.model import LAYOUTS
from gradcli.record import replace
from gradcli.syntax.ast import Source, Span
from gradcli.syntax.sources import nothing_in, read_source, source_of_text
from gradcli.ways_in.registry import is_document
from gradcli.ways_in.settings import in_force


@click.command()
@source_options
@click.option("--to", "target", type=click.Choice(LAYOUTS), required=True, help="The layout to write it in.")
@click.option("--in-place", is_flag=True, help="Write it into the file itself.")
@settings_options
@output_options
@ascii_option
def command(
    file: str | None,
    text: tuple[str, ...],
    target: str,
    in_place: bool,
    config: str | None,
    isolated: bool,
    color: str,
    quiet: bool,
    verbose: bool,
) -> int:
    """Rewrite a file from its layout into another.

    Every formula that depends on the layout says the same in the new one; the rest stays as it
    is. The converted file goes to standard output.
    """
    if (file is None) == (not text):
        raise click.UsageError("a FILE is missing (or - or -e TEXT)" if file is None else "either a FILE or -e TEXT")
    if in_place and file in (None, "-"):
        raise click.UsageError("--in-place goes with a FILE")
    terminal = Terminal(color, quiet, verbose)
    source = source_of_text("\n".join(text), "<command line>") if text else read_source(file or "")
    if isinstance(source, Diagnostic):
        terminal.complain([source])
        return WRONG
    default = in_force(source.text, settings_of(config, isolated))
    stated = source if default is None or not source.text.strip() else _with_layout(source, default)
    converted = _converted(stated, target)
    diagnostics = [_placed_in(source, stated, said) for said in converted.diagnostics]
    if not source.text.strip():
        diagnostics.append(nothing_in(source))
    wrong = terminal.complain(diagnostics)
    if wrong:
        return WRONG
    out = _text(converted, file)
    if file is None and not out.endswith("\n"):
        out += "\n"  # a program in the call is no file whose bytes are kept
    if in_place and file is not None:
        try:
            Path(file).write_bytes(out.encode("utf-8"))
        except OSError as problem:
            raise click.UsageError(f"{file} cannot be written: {(problem.strerror or str(problem)).lower()}") from None
        return OK
    _write(out)
    return OK


def _converted(source: Source, target: str) -> Converted:
    if not is_document(source.name):
        return convert(source, target)
    from gradcli.documents.convert import convert_document

    return convert_document(source, target)


def _with_layout(source: Source, layout: str) -> Source:
    """A source that states the layout which the settings gave it: what is written need not stand below them."""
    if not is_document(source.name):
        line = f"layout {layout}\n"
    elif source.name.lower().endswith(".tex"):
        line = f"% gradcli: layout {layout}\n"
    elif source.name.lower().endswith(".ipynb"):
        raise click.UsageError(f"write `layout {layout}`, which the settings say, into a directive of the notebook")
    else:
        line = f"<!-- gradcli: layout {layout} -->\n\n"
    return Source(source.name, line + source.text)


def _placed_in(source: Source, stated: Source, said: Diagnostic) -> Diagnostic:
    """A diagnostic of the source with its layout stated, at its place in the source as it is."""
    if said.source is None or said.span is None or said.source.text != stated.text:
        return said
    added = len(stated.text) - len(source.text)
    span = Span(max(said.span.start - added, 0), max(said.span.end - added, 0))
    return replace(said, source=source, span=span)


def _text(converted: Converted, file: str | None) -> str:
    """The text with the line ends and the byte order mark of the file, and no newline added."""
    out = converted.text
    if file and file != "-":
        raw = Path(file).read_bytes()
        if b"\r\n" in raw and raw.count(b"\r\n") == raw.count(b"\n"):
            out = out.replace("\n", "\r\n")
        if raw.startswith(b"\xef\xbb\xbf"):
            out = "\ufeff" + out
    return out


def _write(out: str) -> None:
    sys.stdout.flush()
    raw_output = getattr(sys.stdout, "buffer", None)  # none where it is to be ASCII
    if raw_output is None:  # a stream of text alone, as a program that calls this may put there
        sys.stdout.write(out)
        return
    raw_output.write(out.encode("utf-8"))
    raw_output.flush()
