"""A mask that is drawn anew in the backward."""
import numpy as np


# gradcli: x: n d
def layer_forward(x, p=0.5):
    mask = np.random.rand(*x.shape) < p
    return x * mask / p, (mask, p)


def layer_backward(dout, cache):
    mask, p = cache
    return dout * mask / p
