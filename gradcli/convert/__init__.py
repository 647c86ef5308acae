"""A file from its layout into another."""
