"""A decorator that may do anything."""
import numpy as np

from tools import quantized


# gradcli: x: n d
@quantized(bits=8)
def layer_forward(x):
    return np.tanh(x), x


def layer_backward(dout, x):
    return dout * (1 - np.tanh(x) ** 2)
