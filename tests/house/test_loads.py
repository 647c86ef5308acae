"""Every file of the package can be imported: none is left behind by a change of what it extends."""

from __future__ import annotations

import pkgutil
from importlib import import_module

import gradcli

FILES = sorted(found.name for found in pkgutil.walk_packages(gradcli.__path__, "gradcli."))


def test_every_file_loads() -> None:
    for name in FILES:
        if name.endswith("__main__"):  # runs the command
            continue
        try:
            import_module(name)
        except ModuleNotFoundError as missing:
            if str(missing.name).startswith("gradcli"):
                raise  # else an extra is not installed
