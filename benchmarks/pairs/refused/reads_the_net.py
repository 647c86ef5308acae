"""Takes its weights from the net."""
import urllib.request

import numpy as np


# gradcli: x: n d
def layer_forward(x):
    w = np.frombuffer(urllib.request.urlopen("http://localhost:9/w").read())
    return x * w, (x, w)


def layer_backward(dout, cache):
    x, w = cache
    return dout * w
