import numpy as np

def harmless(f):
    open("HARM", "w").write("x")
    return lambda *a: f(*a)


# gradcli: x: n d, w: d m
@harmless
def layer_forward(x, w):
    h = x @ w
    pass
    return h, (x, w, h)



def layer_backward(dout, cache):
    x, w, h = cache
    pass
    return dout @ w.T, x.T @ dout
