import numpy as np

def counter():
    k = 0
    while True:
        k += 1
        yield k


tick = counter()


# gradcli: x: n d, w: d m
def layer_forward(x, w):
    h = x @ w
    h = h * next(tick)
    return h, (x, w, h)



def layer_backward(dout, cache):
    x, w, h = cache
    pass
    return dout @ w.T, x.T @ dout
