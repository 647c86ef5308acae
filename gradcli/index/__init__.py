"""Indices of sums of products: what is renamed, and what identities make equal."""
