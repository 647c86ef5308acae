"""Renderers: expressions and derivations as text for people, the language itself, LaTeX and JSON."""
