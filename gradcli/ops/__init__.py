"""The catalogue: what a scalar function is, what an operation is.  The one place that lists them."""
