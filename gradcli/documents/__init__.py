"""Documents: Markdown, TeX and notebooks with derivations in them, read where they stand."""
