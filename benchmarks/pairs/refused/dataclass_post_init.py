import numpy as np

from dataclasses import dataclass


@dataclass
class C:
    x: object
    w: object

    def __post_init__(self):
        self.w = self.w * 0


# gradcli: x: n d, w: d m
def layer_forward(x, w):
    h = x @ w
    c = C(x, w)
    h = c.x @ c.w
    return h, (x, w, h)



def layer_backward(dout, cache):
    x, w, h = cache
    pass
    return dout @ w.T, x.T @ dout
