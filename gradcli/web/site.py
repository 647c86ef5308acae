"""The playground as a site that needs no server: `python -m gradcli.web.site OUT --pyodide DIR --wheel FILE...`.

`DIR` is the npm package `pyodide` unpacked; the wheels are this package's own, sympy's and mpmath's, as `pip download`
brings them.  A browser that opens the site loads everything from it, nothing from elsewhere.
"""

from __future__ import annotations

import json
import shutil
from importlib.resources import as_file, files
from pathlib import Path

import click

_RUNTIME = ("pyodide.mjs", "pyodide.asm.wasm", "python_stdlib.zip", "pyodide-lock.json")


def build(out: Path, pyodide: Path, wheels: list[Path]) -> None:
    """Write the site.  Raises FileNotFoundError for a file of the runtime that is missing."""
    with as_file(files("gradcli.web") / "static") as static:
        shutil.copytree(static, out, dirs_exist_ok=True)
    (out / "pyodide").mkdir(exist_ok=True)
    for name in _RUNTIME:
        shutil.copyfile(pyodide / name, out / "pyodide" / name)
    for source in pyodide.glob("pyodide.asm.*js"):
        shutil.copyfile(source, out / "pyodide" / source.name)
    (out / "wheels").mkdir(exist_ok=True)
    for wheel in wheels:
        shutil.copyfile(wheel, out / "wheels" / wheel.name)
    (out / "wheels" / "list.json").write_text(json.dumps([wheel.name for wheel in wheels]), encoding="utf-8")


@click.command()
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--pyodide", type=click.Path(exists=True, file_okay=False, path_type=Path), required=True)
@click.option("--wheel", "wheels", type=click.Path(exists=True, path_type=Path), multiple=True, required=True)
def command(out: Path, pyodide: Path, wheels: tuple[Path, ...]) -> None:
    """Build the playground as a site of files alone."""
    build(out, pyodide, list(wheels))
    click.echo(f"the site stands in {out}")


if __name__ == "__main__":
    command()
