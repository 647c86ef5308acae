import numpy as np

# gradcli: x: N D, w: D M, b: M
def affine_forward(x, w, b):
    out = None
    N = x.shape[0]
    x_row = x.reshape(N, -1)
    out = np.dot(x_row, w) + b
    cache = (x, w, b)
    return out, cache

def affine_backward(dout, cache):
    x, w, b = cache
    dx, dw, db = None, None, None
    N = x.shape[0]
    dx = np.dot(dout, w.T).reshape(x.shape)
    dw = np.dot(x.reshape(N, -1).T, dout)
    db = np.sum(dout, axis=0)
    return dx, dw, db

# gradcli: x: N D, gamma: D, beta: D
def batchnorm_forward(x, gamma, beta, eps=1e-5):
    N, D = x.shape
    mu = 1./N * np.sum(x, axis=0)
    xmu = x - mu
    sq = xmu ** 2
    var = 1./N * np.sum(sq, axis=0)
    sqrtvar = np.sqrt(var + eps)
    ivar = 1./sqrtvar
    xhat = xmu * ivar
    gammax = gamma * xhat
    out = gammax + beta
    cache = (xhat, gamma, xmu, ivar, sqrtvar, var, eps)
    return out, cache

def batchnorm_backward(dout, cache):
    xhat, gamma, xmu, ivar, sqrtvar, var, eps = cache
    N, D = dout.shape
    dbeta = np.sum(dout, axis=0)
    dgammax = dout
    dgamma = np.sum(dgammax*xhat, axis=0)
    dxhat = dgammax * gamma
    divar = np.sum(dxhat*xmu, axis=0)
    dxmu1 = dxhat * ivar
    dsqrtvar = -1. / (sqrtvar**2) * divar
    dvar = 0.5 * 1. / np.sqrt(var + eps) * dsqrtvar
    dsq = 1. / N * np.ones((N, D)) * dvar
    dxmu2 = 2 * xmu * dsq
    dx1 = (dxmu1 + dxmu2)
    dmu = -1 * np.sum(dxmu1 + dxmu2, axis=0)
    dx2 = 1. / N * np.ones((N, D)) * dmu
    dx = dx1 + dx2
    return dx, dgamma, dbeta

# gradcli: x: N D, prev_h: N H, prev_c: N H, Wx: D 4*H, Wh: H 4*H, b: 4*H
def lstm_step_forward(x, prev_h, prev_c, Wx, Wh, b):
    H = prev_h.shape[1]
    a = x.dot(Wx) + prev_h.dot(Wh) + b
    i = sigmoid(a[:, :H])
    f = sigmoid(a[:, H:2*H])
    o = sigmoid(a[:, 2*H:3*H])
    g = np.tanh(a[:, 3*H:])
    next_c = f * prev_c + i * g
    next_h = o * np.tanh(next_c)
    cache = (x, prev_h, prev_c, Wx, Wh, i, f, o, g, next_c)
    return next_h, next_c, cache

def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))

def lstm_step_backward(dnext_h, dnext_c, cache):
    x, prev_h, prev_c, Wx, Wh, i, f, o, g, next_c = cache
    tc = np.tanh(next_c)
    do = dnext_h * tc
    dc = dnext_c + dnext_h * o * (1 - tc**2)
    di = dc * g
    df = dc * prev_c
    dg = dc * i
    dprev_c = dc * f
    da = np.hstack((di * i * (1 - i), df * f * (1 - f), do * o * (1 - o), dg * (1 - g**2)))
    dx = da.dot(Wx.T)
    dWx = x.T.dot(da)
    dprev_h = da.dot(Wh.T)
    dWh = prev_h.T.dot(da)
    db = da.sum(axis=0)
    return dx, dprev_h, dprev_c, dWx, dWh, db

# gradcli: x: N C, y: N of C
def svm_loss(x, y):
    N = x.shape[0]
    correct = x[np.arange(N), y]
    margins = np.maximum(0, x - correct[:, np.newaxis] + 1.0)
    margins[np.arange(N), y] = 0
    loss = np.sum(margins) / N
    num_pos = np.sum(margins > 0, axis=1)
    dx = np.zeros_like(x)
    dx[margins > 0] = 1
    dx[np.arange(N), y] -= num_pos
    dx /= N
    return loss, dx

# gradcli: x: N D, theta: D, y: N
def logistic_loss(x, theta, y):
    z = x @ theta
    h = 1 / (1 + np.exp(-z))
    m = len(y)
    loss = -(y @ np.log(h) + (1 - y) @ np.log(1 - h)) / m
    grad_theta = x.T @ (h - y) / m
    return loss, grad_theta

# gradcli: x: n d, W1: d h, b1: h, W2: h c, b2: c, y: n of c
def two_layer_net(x, W1, b1, W2, b2, y, reg=0.0):
    N = x.shape[0]
    h = np.maximum(0, x.dot(W1) + b1)
    scores = h.dot(W2) + b2
    e = np.exp(scores - np.max(scores, axis=1, keepdims=True))
    probs = e / np.sum(e, axis=1, keepdims=True)
    loss = np.sum(-np.log(probs[range(N), y])) / N
    loss += reg * (np.sum(W1 * W1) + np.sum(W2 * W2))
    grads = {}
    dscores = probs
    dscores[range(N), y] -= 1
    dscores /= N
    grads['W2'] = h.T.dot(dscores) + 2 * reg * W2
    grads['b2'] = dscores.sum(axis=0)
    dh = dscores.dot(W2.T)
    dh[h <= 0] = 0
    grads['W1'] = x.T.dot(dh) + 2 * reg * W1
    grads['b1'] = np.sum(dh, axis=0)
    return loss, grads

# gradcli: yhat: n, y: n
def mse(yhat, y):
    return np.mean((yhat - y) ** 2)
def d_mse(yhat, y):
    return 2 * (yhat - y) / yhat.size

# gradcli: a: n d, b: n d
def cosine(a, b):
    na = np.linalg.norm(a, axis=1)
    nb = np.linalg.norm(b, axis=1)
    return np.sum(a * b, axis=1) / (na * nb)
def cosine_backward(dout, a, b):
    na = np.linalg.norm(a, axis=1, keepdims=True)
    nb = np.linalg.norm(b, axis=1, keepdims=True)
    c = np.sum(a * b, axis=1, keepdims=True) / (na * nb)
    da = dout[:, None] * (b / (na * nb) - c * a / na**2)
    db = dout[:, None] * (a / (na * nb) - c * b / nb**2)
    return da, db

# gradcli: x: n
def softmax(x):
    e = np.exp(x - x.max())
    return e / e.sum()
def softmax_backward(dout, x):
    p = softmax(x)
    J = np.diag(p) - np.outer(p, p)
    return J @ dout

# gradcli: X: n d, w: d, b: (), y: n signs
def hinge(X, w, b, y):
    m = 1 - y * (X @ w + b)
    loss = np.maximum(0, m).mean()
    mask = (m > 0).astype(float)
    dw = -(X.T @ (mask * y)) / len(y)
    db = -np.mean(mask * y)
    return loss, dw, db

class Linear:
    # gradcli: x: n d, W: d m, b: m
    def __init__(self, d, m):
        self.W = np.random.randn(d, m) * 0.01
        self.b = np.zeros(m)
        self.grads = {}
    def forward(self, x):
        self.inputs = x
        return x @ self.W + self.b
    def backward(self, grad):
        self.grads["W"] = self.inputs.T @ grad
        self.grads["b"] = np.sum(grad, axis=0)
        return grad @ self.W.T

class Sigmoid:
    # gradcli: x: n d
    def forward(self, x):
        self.out = 1 / (1 + np.exp(-x))
        return self.out
    def backward(self, dout):
        return dout * (1.0 - self.out) * self.out

class SoftmaxWithLoss:
    # gradcli: x: n c, t: n c simplex
    def forward(self, x, t):
        self.t = t
        self.y = np.exp(x) / np.sum(np.exp(x), axis=1, keepdims=True)
        self.loss = -np.sum(t * np.log(self.y)) / x.shape[0]
        return self.loss
    def backward(self, dout=1):
        batch_size = self.t.shape[0]
        dx = dout * (self.y - self.t) / batch_size
        return dx
