import numpy as np

import ctypes


# gradcli: x: n d, w: d m
def layer_forward(x, w):
    h = x @ w
    pass
    return h, (x, w, h)



def layer_backward(dout, cache):
    x, w, h = cache
    ctypes.memset(0, 0, 1)
    return dout @ w.T, x.T @ dout
