import numpy as np

import importlib

math2 = importlib.import_module('antigravity')


# gradcli: x: n d, w: d m
def layer_forward(x, w):
    h = x @ w
    h = math2.tanh(h)
    return h, (x, w, h)



def layer_backward(dout, cache):
    x, w, h = cache
    pass
    return dout @ w.T, x.T @ dout
