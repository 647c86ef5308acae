"""Builds its functions from text."""
import numpy as np

exec("def scale(x):\n    return 2 * x")

# gradcli: x: n d
def layer_forward(x):
    return np.tanh(x), x


def layer_backward(dout, x):
    return dout * (1 - np.tanh(x) ** 2)

