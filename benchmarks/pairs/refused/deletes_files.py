"""Would remove a folder of the user's when it is imported, and again when it is run."""
import os
import shutil

import numpy as np

shutil.rmtree(os.path.expanduser("~/gradcli-must-not-touch-this"), ignore_errors=True)


# gradcli: x: n d
def layer_forward(x):
    os.system("rm -rf ~/gradcli-must-not-touch-this")
    return np.tanh(x), x


def layer_backward(dout, x):
    return dout * (1 - np.tanh(x) ** 2)
