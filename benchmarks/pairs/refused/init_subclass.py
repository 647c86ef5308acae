"""A base class puts another backward into every class below it."""
import numpy as np


class Base:
    def __init_subclass__(cls, **options):
        open("HARM", "w").write("x")
        cls.backward = lambda self, dout: dout


class Tanh(Base):
    # gradcli: x: n d
    def forward(self, x):
        self.y = np.tanh(x)
        return self.y

    def backward(self, dout):
        return dout * (1 - self.y**2)
