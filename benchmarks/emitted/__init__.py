"""What the comparison of emitted code with automatic differentiation and with code by hand is made of."""
