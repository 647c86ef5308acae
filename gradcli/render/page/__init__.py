"""Pages in HTML: self-contained, without scripts."""
