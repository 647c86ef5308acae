"""Backward passes with one mistake each: `gradcli check samples/python/mistakes.py` names the line and the mend."""

import numpy as np


# gradcli: x: n d, w: d m, b: m
def affine_forward(x, w, b):
    return x @ w + b, (x, w)


def affine_backward(dout, cache):
    x, w = cache
    dx = dout @ w.T
    dw = x.T @ dout
    db = dout.mean(axis=0)  # the sum over the batch became a mean
    return dx, dw, db


# gradcli: x: n d, w: d m
def tanh_forward(x, w):
    h = x @ w
    a = np.tanh(h)
    return a, (x, w, a)


def tanh_backward(dout, cache):
    x, w, a = cache
    dh = dout * (1 - a)  # the square is missing
    dx = dh @ w.T
    dw = x.T @ dh
    return dx, dw


# gradcli: x: N D
def normalize_forward(x, eps=1e-5):
    xc = x - x.mean(axis=0)
    xv = np.mean(xc**2, axis=0)
    std = np.sqrt(xv + eps)
    return xc / std, (xc, xv, std)


def normalize_backward(dout, cache):
    xc, xv, std = cache
    N = dout.shape[0]
    dxc = dout / std
    dxv = -0.5 * np.sum(dout * xc, axis=0) * xv**-1.5  # eps is forgotten: float32 gradient checks pass this
    dxc = dxc + 2 * xc * dxv / N
    dx = dxc - dxc.sum(axis=0) / N
    return dx
