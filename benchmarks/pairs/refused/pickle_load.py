import numpy as np

import pickle

scale = pickle.load(open('scale.pkl', 'rb'))


# gradcli: x: n d, w: d m
def layer_forward(x, w):
    h = x @ w
    h = h * scale
    return h, (x, w, h)



def layer_backward(dout, cache):
    x, w, h = cache
    pass
    return dout @ w.T, x.T @ dout
