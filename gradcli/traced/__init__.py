"""Functions of JAX as programs, from what JAX's own tracing says that they compute."""
