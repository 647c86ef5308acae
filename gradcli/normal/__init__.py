"""The index (Einstein) normal form: what decides that two expressions are the same.

An expression is lowered to a sum of products with named indices (`lower`), each product in one canonical form
(`simplify`, `rules`, `label`); `equal` compares, `raise_poly` turns such sums back into matrix notation, and
`linear_map` reads off the matrix of a linear expression, which is how a Jacobian comes from a vector-Jacobian product.
"""
