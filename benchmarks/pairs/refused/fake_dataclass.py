import numpy as np

def dataclass(cls):
    open('HARM', 'w')
    return lambda *a: 0


@dataclass
class C:
    x: object


# gradcli: x: n d, w: d m
def layer_forward(x, w):
    h = x @ w
    c = C(x)
    h = c.x @ w
    return h, (x, w, h)



def layer_backward(dout, cache):
    x, w, h = cache
    pass
    return dout @ w.T, x.T @ dout
