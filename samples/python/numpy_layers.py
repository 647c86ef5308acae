"""Layers with their backward passes by hand, in NumPy.  `gradcli check samples/python` proves every gradient."""

import numpy as np


# gradcli: x: n d, w: d m, b: m
def affine_forward(x, w, b):
    return x @ w + b, (x, w)


def affine_backward(dout, cache):
    x, w = cache
    return dout @ w.T, x.T @ dout, dout.sum(axis=0)


# gradcli: x: n d
def relu_forward(x):
    return np.maximum(0, x), x


def relu_backward(dout, cache):
    dx = dout.copy()
    dx[cache <= 0] = 0
    return dx


# gradcli: x: n d
def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def sigmoid_backward(dout, x):
    s = sigmoid(x)
    return dout * s * (1 - s)


# gradcli: x: n d, mask: n d binary
def dropout_forward(x, mask, keep=0.8):
    return x * mask / keep, (mask, keep)


def dropout_backward(dout, cache):
    mask, keep = cache
    return dout * mask / keep


# gradcli: x: N D, gamma: D, beta: D
def batchnorm_forward(x, gamma, beta, eps=1e-5):
    mu = x.mean(axis=0)
    centred = x - mu
    variance = np.mean(centred**2, axis=0)
    inv_std = 1.0 / np.sqrt(variance + eps)
    xhat = centred * inv_std
    return gamma * xhat + beta, (xhat, gamma, inv_std)


def batchnorm_backward(dout, cache):
    xhat, gamma, inv_std = cache
    N = dout.shape[0]
    dbeta = dout.sum(axis=0)
    dgamma = np.sum(dout * xhat, axis=0)
    dxhat = dout * gamma
    dx = inv_std / N * (N * dxhat - dxhat.sum(axis=0) - xhat * np.sum(dxhat * xhat, axis=0))
    return dx, dgamma, dbeta


# gradcli: x: N D, gamma: D, beta: D
def layernorm_forward(x, gamma, beta, eps=1e-5):
    mu = x.mean(axis=1, keepdims=True)
    var = x.var(axis=1, keepdims=True)
    rstd = 1 / np.sqrt(var + eps)
    xhat = (x - mu) * rstd
    return xhat * gamma + beta, (xhat, rstd, gamma)


def layernorm_backward(dout, cache):
    xhat, rstd, gamma = cache
    dgamma = (dout * xhat).sum(0)
    dbeta = dout.sum(0)
    dxhat = dout * gamma
    dx = rstd * (dxhat - dxhat.mean(1, keepdims=True) - xhat * (dxhat * xhat).mean(1, keepdims=True))
    return dx, dgamma, dbeta


# gradcli: x: n d, g: d
def rmsnorm_forward(x, g, eps=1e-6):
    r = np.sqrt(np.mean(x * x, axis=-1, keepdims=True) + eps)
    return x / r * g, (x, g, r)


def rmsnorm_backward(dout, cache):
    x, g, r = cache
    h = dout * g
    dx = h / r - x * np.sum(h * x, axis=-1, keepdims=True) / (x.shape[-1] * r**3)
    dg = np.sum(dout * x / r, axis=0)
    return dx, dg


# gradcli: x: N C, y: N of C
def softmax_loss(x, y):
    shifted = x - np.max(x, axis=1, keepdims=True)
    log_probs = shifted - np.log(np.sum(np.exp(shifted), axis=1, keepdims=True))
    N = x.shape[0]
    loss = -np.sum(log_probs[np.arange(N), y]) / N
    dx = np.exp(log_probs)
    dx[np.arange(N), y] -= 1
    dx /= N
    return loss, dx


# gradcli: x: N D, prev_h: N H, Wx: D H, Wh: H H, b: H
def rnn_step_forward(x, prev_h, Wx, Wh, b):
    next_h = np.tanh(x @ Wx + prev_h @ Wh + b)
    return next_h, (x, prev_h, Wx, Wh, next_h)


def rnn_step_backward(dnext_h, cache):
    x, prev_h, Wx, Wh, next_h = cache
    da = dnext_h * (1 - next_h**2)
    dx = da @ Wx.T
    dprev_h = da @ Wh.T
    dWx = x.T @ da
    dWh = prev_h.T @ da
    db = da.sum(axis=0)
    return dx, dprev_h, dWx, dWh, db


# gradcli: x: T of V, W: V D
def embedding_forward(x, W):
    return W[x], (x, W.shape)


def embedding_backward(dout, cache):
    x, shape = cache
    dW = np.zeros(shape)
    np.add.at(dW, x, dout)
    return dW


# gradcli: q: n d, k: m d, v: m h
def attention_forward(q, k, v):
    scale = 1 / np.sqrt(q.shape[1])
    scores = q @ k.T * scale
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    return p @ v, (q, k, v, p, scale)


def attention_backward(dout, cache):
    q, k, v, p, scale = cache
    dv = p.T @ dout
    dp = dout @ v.T
    dscores = p * (dp - np.sum(dp * p, axis=1, keepdims=True))
    dq = dscores @ k * scale
    dk = dscores.T @ q * scale
    return dq, dk, dv


# gradcli: X: n d, w: d, y: n
def ridge_loss(X, w, y, reg=0.1):
    r = X @ w - y
    loss = 0.5 * np.mean(r**2) + 0.5 * reg * np.dot(w, w)
    dw = X.T @ r / len(y) + reg * w
    return loss, dw


class Dense:
    """A layer that keeps its input."""

    # gradcli: x: n d, W: d m, b: m
    def forward(self, x):
        self.x = x
        return x @ self.W + self.b

    def backward(self, dout):
        self.dW = self.x.T @ dout
        self.db = dout.sum(axis=0)
        return dout @ self.W.T
