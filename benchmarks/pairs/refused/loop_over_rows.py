"""A loop over a size that is not known."""
import numpy as np


# gradcli: x: T D, w: D
def layer_forward(x, w):
    h = np.zeros_like(w)
    for t in range(x.shape[0]):
        h = np.tanh(x[t] * w + h)
    return h, (x, w)


def layer_backward(dout, cache):
    x, w = cache
    return np.zeros_like(x), np.zeros_like(w)
