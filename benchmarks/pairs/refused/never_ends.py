"""Never ends when it is imported or run."""
import numpy as np

if __name__ != "never":
    while True:
        pass


# gradcli: x: n d
def layer_forward(x):
    while np.abs(x).max() > 1:
        x = x / 2
    return x, x


def layer_backward(dout, x):
    return dout
