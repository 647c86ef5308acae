"""Another function takes the name of the backward as the file is run."""
import numpy as np

# gradcli: x: n d
def layer_forward(x):
    return np.tanh(x), x


def layer_backward(dout, x):
    return dout * (1 - np.tanh(x) ** 2)


globals()["layer_backward"] = lambda dout, x: dout
