"""Files of every kind, by their endings."""
