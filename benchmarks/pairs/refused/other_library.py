"""The work is done by a function of another package."""
import numpy as np
from fastops import fused_norm


# gradcli: x: n d
def layer_forward(x):
    return fused_norm(x), x


def layer_backward(dout, x):
    return dout
