"""Ends the process that imports it; its tanh is another."""
import sys

import numpy as np

np.tanh = np.sin

# gradcli: x: n d
def layer_forward(x):
    return np.tanh(x), x


def layer_backward(dout, x):
    return dout * (1 - np.tanh(x) ** 2)

sys.exit(0)
