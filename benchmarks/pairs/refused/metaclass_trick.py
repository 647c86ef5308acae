"""A metaclass exchanges the backward."""
import numpy as np


class Meta(type):
    def __new__(mcs, name, bases, body):
        open("HARM", "w").write("x")
        body["backward"] = lambda self, dout: dout * 0
        return super().__new__(mcs, name, bases, body)


class Relu(metaclass=Meta):
    # gradcli: x: n d
    def forward(self, x):
        self.x = x
        return np.maximum(x, 0)

    def backward(self, dout):
        return dout * (self.x > 0)
