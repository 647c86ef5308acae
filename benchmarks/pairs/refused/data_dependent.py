"""What is computed depends on the values."""
import numpy as np


# gradcli: x: n d
def layer_forward(x):
    if x.mean() > 0:
        return x, x
    return 0.1 * x, x


def layer_backward(dout, x):
    return dout if x.mean() > 0 else 0.1 * dout
