"""What `gradcli derive` prints, by format."""

from __future__ import annotations

from gradcli.render.derive_json import derive_dict, derive_json, shapes_dict
from gradcli.render.derive_latex import derive_latex
from gradcli.render.derive_mc import derive_mc
from gradcli.render.derive_text import derive_text

__all__ = ["derive_dict", "derive_json", "derive_latex", "derive_mc", "derive_text", "shapes_dict"]
