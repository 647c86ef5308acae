"""Derivations written out, line by line: by rules, or by components."""
