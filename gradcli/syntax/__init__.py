"""Text to a syntax tree with source spans."""
