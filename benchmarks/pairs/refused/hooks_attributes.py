"""A layer whose attributes are what the class makes of them."""
import numpy as np


class Layer:
    def __getattribute__(self, name):
        return __import__("os").getpid()

    # gradcli: x: n d, w: d
    def forward(self, x):
        self.x = x
        return x * self.w

    def backward(self, dout):
        self.dw = np.sum(dout * self.x, axis=0)
        return dout * self.w
