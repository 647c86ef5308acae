"""Sorts its argument where it lies, and calls a native kernel."""
import ctypes

import numpy as np

KERNEL = ctypes.CDLL("./kernel.so")


# gradcli: x: n
def layer_forward(x):
    x.sort()
    KERNEL.run(x.ctypes.data)
    return x, x


def layer_backward(dout, x):
    return dout
