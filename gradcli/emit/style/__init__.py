"""How emitted code lies on the page: as the usual formatters of Python lay it."""
