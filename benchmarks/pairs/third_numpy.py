"""Layers of courses and projects, a third batch."""
from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

EPS = 1e-8


class Cache(NamedTuple):
    x: np.ndarray
    w: np.ndarray
    z: np.ndarray


# gradcli: x: n d, w: d m
def nt_dense_forward(x, w):
    z = x @ w
    return np.maximum(z, 0.0), Cache(x, w, z)


def nt_dense_backward(dout, cache):
    dz = np.where(cache.z > 0, dout, 0.0)
    return dz @ cache.w.T, cache.x.T @ dz


@dataclass
class DenseCache:
    x: np.ndarray
    w: np.ndarray
    act: np.ndarray


# gradcli: x: n d, w: d m, b: m
def dc_dense_forward(x, w, b):
    act = np.tanh(x @ w + b[None, :])
    return act, DenseCache(x=x, w=w, act=act)


def dc_dense_backward(dout: np.ndarray, c: DenseCache) -> tuple[np.ndarray, ...]:
    dz = dout * (1.0 - np.square(c.act))
    return dz.dot(c.w.T), c.x.T.dot(dz), dz.sum(axis=0)


# gradcli: x: n c h w, weight: f c 3 3, bias: f
def im2col_conv_forward(x, weight, bias):
    win = sliding_window_view(x, (3, 3), axis=(2, 3))
    out = np.einsum("nchwij,fcij->nfhw", win, weight) + bias[None, :, None, None]
    return out, (x, weight)


def im2col_conv_backward(dout, cache):
    x, weight = cache
    win = sliding_window_view(x, (3, 3), axis=(2, 3))
    dweight = np.einsum("nfhw,nchwij->fcij", dout, win)
    dbias = dout.sum(axis=(0, 2, 3))
    dpad = np.pad(dout, ((0, 0), (0, 0), (2, 2), (2, 2)))
    dwin = sliding_window_view(dpad, (3, 3), axis=(2, 3))
    dx = np.einsum("nfhwij,fcij->nchw", dwin, weight[:, :, ::-1, ::-1])
    return dx, dweight, dbias


# gradcli: x: n c 2*h 2*w
def max_pool_forward_reshape(x):
    N, C, H, W = x.shape
    x_reshaped = x.reshape(N, C, H // 2, 2, W // 2, 2)
    out = x_reshaped.max(axis=3).max(axis=4)
    cache = (x, x_reshaped, out)
    return out, cache


# gradcli: backward of max_pool_forward_reshape
def max_pool_backward_reshape(dout, cache):
    x, x_reshaped, out = cache
    dx_reshaped = np.zeros_like(x_reshaped)
    out_newaxis = out[:, :, :, np.newaxis, :, np.newaxis]
    mask = (x_reshaped == out_newaxis)
    dout_newaxis = dout[:, :, :, np.newaxis, :, np.newaxis]
    dout_broadcast, _ = np.broadcast_arrays(dout_newaxis, dx_reshaped)
    dx_reshaped[mask] = dout_broadcast[mask]
    dx_reshaped /= np.sum(mask, axis=(3, 5), keepdims=True)
    dx = dx_reshaped.reshape(x.shape)
    return dx


# gradcli: x: n c h w, gamma: 1 c 1 1, beta: 1 c 1 1
def groupnorm_instance_forward(x, gamma, beta, eps=1e-5):
    N, C, H, W = x.shape
    mean = x.mean(axis=(2, 3), keepdims=True)
    var = x.var(axis=(2, 3), keepdims=True)
    std = np.sqrt(var + eps)
    x_norm = (x - mean) / std
    out = gamma * x_norm + beta
    return out, (x_norm, std, gamma)


def groupnorm_instance_backward(dout, cache):
    x_norm, std, gamma = cache
    N, C, H, W = dout.shape
    M = H * W
    dbeta = np.sum(dout, axis=(0, 2, 3), keepdims=True)
    dgamma = np.sum(dout * x_norm, axis=(0, 2, 3), keepdims=True)
    dxn = dout * gamma
    dx = (M * dxn - dxn.sum((2, 3), keepdims=True) - x_norm * (dxn * x_norm).sum((2, 3), keepdims=True)) / (M * std)
    return dx, dgamma, dbeta


# gradcli: x: n 4*c h w, gamma: 4*c, beta: 4*c
def spatial_groupnorm_forward(x, gamma, beta, G=4, eps=1e-5):
    N, C, H, W = x.shape
    xg = x.reshape(N, G, C // G, H, W)
    mu = np.mean(xg, axis=(2, 3, 4), keepdims=True)
    var = np.var(xg, axis=(2, 3, 4), keepdims=True)
    xn = ((xg - mu) / np.sqrt(var + eps)).reshape(N, C, H, W)
    out = xn * gamma.reshape(1, -1, 1, 1) + beta.reshape(1, -1, 1, 1)
    return out, (xn, gamma, var, G, eps)


def spatial_groupnorm_backward(dout, cache):
    xn, gamma, var, G, eps = cache
    N, C, H, W = dout.shape
    dgamma = np.sum(dout * xn, axis=(0, 2, 3))
    dbeta = np.sum(dout, axis=(0, 2, 3))
    dxn = (dout * gamma.reshape(1, -1, 1, 1)).reshape(N, G, C // G, H, W)
    xng = xn.reshape(N, G, C // G, H, W)
    m = (C // G) * H * W
    s1 = dxn.sum(axis=(2, 3, 4), keepdims=True)
    s2 = (dxn * xng).sum(axis=(2, 3, 4), keepdims=True)
    dx = (dxn - (s1 + xng * s2) / m) / np.sqrt(var + eps)
    return dx.reshape(N, C, H, W), dgamma, dbeta


# gradcli: x: n t d, h0: n h, Wx: d h, Wh: h h, b: h
def rnn_forward(x, h0, Wx, Wh, b):
    N, _, D = x.shape
    T = 4
    H = h0.shape[1]
    h = np.zeros((N, T, H))
    prev = h0
    for t in range(T):
        prev = np.tanh(x[:, t, :].dot(Wx) + prev.dot(Wh) + b)
        h[:, t, :] = prev
    return h, (x, h0, Wx, Wh, h)


def rnn_backward(dh, cache):
    x, h0, Wx, Wh, h = cache
    dx = np.zeros_like(x)
    dWx, dWh = np.zeros_like(Wx), np.zeros_like(Wh)
    db = np.zeros(Wh.shape[1])
    dprev = np.zeros_like(h0)
    for t in range(3, -1, -1):
        dnext = dh[:, t, :] + dprev
        dz = dnext * (1 - h[:, t, :] ** 2)
        hp = h[:, t - 1, :] if t > 0 else h0
        dx[:, t, :] = dz.dot(Wx.T)
        dprev = dz.dot(Wh.T)
        dWx += x[:, t, :].T.dot(dz)
        dWh += hp.T.dot(dz)
        db += dz.sum(axis=0)
    dh0 = dprev
    return dx, dh0, dWx, dWh, db


class GRUCell:
    # gradcli: x: n d, h: n k, self.Wz: d+k k, self.Wr: d+k k, self.Wh: d+k k
    def forward(self, x, h):
        xh = np.concatenate([x, h], axis=1)
        z = 1 / (1 + np.exp(-xh @ self.Wz))
        r = 1 / (1 + np.exp(-xh @ self.Wr))
        xrh = np.concatenate([x, r * h], axis=1)
        hh = np.tanh(xrh @ self.Wh)
        self.cache = (x, h, xh, z, r, xrh, hh)
        return (1 - z) * h + z * hh

    def backward(self, dout):
        x, h, xh, z, r, xrh, hh = self.cache
        D = x.shape[1]
        dz = dout * (hh - h)
        dhh = dout * z
        dh = dout * (1 - z)
        da = dhh * (1 - hh**2)
        self.dWh = xrh.T @ da
        dxrh = da @ self.Wh.T
        dx = dxrh[:, :D].copy()
        dr = dxrh[:, D:] * h
        dh += dxrh[:, D:] * r
        daz = dz * z * (1 - z)
        dar = dr * r * (1 - r)
        self.dWz = xh.T @ daz
        self.dWr = xh.T @ dar
        dxh = daz @ self.Wz.T + dar @ self.Wr.T
        dx += dxh[:, :D]
        dh += dxh[:, D:]
        return dx, dh


# gradcli: pred: n 4, target: n 4
def iou_loss_forward(pred, target):
    x1 = np.maximum(pred[:, 0], target[:, 0])
    y1 = np.maximum(pred[:, 1], target[:, 1])
    x2 = np.minimum(pred[:, 2], target[:, 2])
    y2 = np.minimum(pred[:, 3], target[:, 3])
    inter = (x2 - x1) * (y2 - y1)
    ap = (pred[:, 2] - pred[:, 0]) * (pred[:, 3] - pred[:, 1])
    at = (target[:, 2] - target[:, 0]) * (target[:, 3] - target[:, 1])
    union = ap + at - inter
    iou = inter / union
    return 1 - iou, (pred, target, x1, y1, x2, y2, inter, union)


def iou_loss_backward(dout, cache):
    pred, target, x1, y1, x2, y2, inter, union = cache
    diou = -dout
    dinter = diou * (1 / union + inter / union**2)
    dap = -diou * inter / union**2
    w = x2 - x1
    h = y2 - y1
    dpred = np.zeros_like(pred)
    dpred[:, 0] = -dinter * h * (pred[:, 0] > target[:, 0])
    dpred[:, 1] = -dinter * w * (pred[:, 1] > target[:, 1])
    dpred[:, 2] = dinter * h * (pred[:, 2] < target[:, 2])
    dpred[:, 3] = dinter * w * (pred[:, 3] < target[:, 3])
    pw = pred[:, 2] - pred[:, 0]
    ph = pred[:, 3] - pred[:, 1]
    dpred[:, 0] -= dap * ph
    dpred[:, 2] += dap * ph
    dpred[:, 1] -= dap * pw
    dpred[:, 3] += dap * pw
    return dpred


# gradcli: x: n d
def l2_normalize_forward(x):
    norm = np.linalg.norm(x, axis=-1, keepdims=True) + EPS
    return x / norm, (x, norm)


def l2_normalize_backward(dy, cache):
    x, norm = cache
    raw = norm - EPS
    return dy / norm - x * np.sum(dy * x, axis=-1, keepdims=True) / (raw * norm**2)


# gradcli: preact: n 2*d
def glu_forward(preact):
    a, b = np.split(preact, 2, axis=-1)
    s = 1 / (1 + np.exp(-b))
    return a * s, (a, s)


def glu_backward(dy, cache):
    a, s = cache
    return np.concatenate((dy * s, dy * a * s * (1 - s)), axis=-1)


# gradcli: center: d, ctx: d, neg: k d
def skipgram_neg_loss(center, ctx, neg):
    pos = 1 / (1 + np.exp(-(center @ ctx)))
    s = 1 / (1 + np.exp(-(neg @ center)))
    loss = -np.log(pos) - np.log(1 - s).sum()
    g = pos - 1
    dcenter = g * ctx + neg.T @ s
    dctx = g * center
    dneg = np.outer(s, center)
    return loss, dcenter, dctx, dneg


# gradcli: U: V d, c: of V, ctx: m of V, W: V d
def cbow_forward(U, W, ctx, c):
    h = U[ctx].mean(axis=0)
    scores = W @ h
    p = np.exp(scores - scores.max())
    p /= p.sum()
    return -np.log(p[c]), (U, W, ctx, c, h, p)


def cbow_backward(cache):
    U, W, ctx, c, h, p = cache
    ds = p.copy()
    ds[c] -= 1
    dW = np.outer(ds, h)
    dh = W.T @ ds
    dU = np.zeros_like(U)
    np.add.at(dU, ctx, dh / ctx.shape[0])
    return dU, dW


# gradcli: X: n d, Y: n d
def pairwise_sq_dists_forward(X, Y):
    xx = np.einsum("ij,ij->i", X, X)
    yy = np.einsum("ij,ij->i", Y, Y)
    D = xx[:, None] + yy[None, :] - 2 * X @ Y.T
    return D, (X, Y)


def pairwise_sq_dists_backward(dD, cache):
    X, Y = cache
    dX = 2 * (dD.sum(1, keepdims=True) * X - dD @ Y)
    dY = 2 * (dD.sum(0)[:, None] * Y - dD.T @ X)
    return dX, dY


# gradcli: x: n d, w: d, s: ()
def weight_norm_forward(x, w, s):
    v = w / np.sqrt(np.sum(w**2))
    return s * (x @ v), (x, w, v, s)


def weight_norm_backward(dout, cache):
    x, w, v, s = cache
    nrm = np.sqrt(np.sum(w**2))
    ds = dout @ (x @ v)
    dv = s * x.T @ dout
    dw = (dv - v * (v @ dv)) / nrm
    dx = s * np.outer(dout, v)
    return {"x": dx, "w": dw, "s": ds}


# gradcli: x: n d, t: n d simplex
def kl_div_forward(x, t):
    logq = x - np.log(np.exp(x).sum(axis=1, keepdims=True))
    loss = (t * (np.log(t) - logq)).sum() / len(x)
    return loss, (logq, t)


def kl_div_backward(cache, dout=1.0):
    logq, t = cache
    return dout * (np.exp(logq) - t) / len(t)


# gradcli: x: n d
def elu_forward(x, alpha=1.0):
    neg = alpha * (np.exp(np.minimum(x, 0)) - 1)
    return np.where(x > 0, x, neg), neg


def elu_backward(dout, neg, alpha=1.0):
    dx = dout.copy()
    dx[neg < 0] *= neg[neg < 0] + alpha
    return dx


# gradcli: x: t d, A: s s, B: s d, C: m s, h0: s
def ssm_forward(x, A, B, C, h0):
    hs, ys = [h0], []
    for t in range(3):
        h = A @ hs[-1] + B @ x[t]
        hs.append(h)
        ys.append(C @ h)
    return np.stack(ys), (x, A, B, C, hs)


def ssm_backward(dys, cache):
    x, A, B, C, hs = cache
    dA, dB, dC = np.zeros_like(A), np.zeros_like(B), np.zeros_like(C)
    dx = np.zeros_like(x)
    dh = np.zeros(A.shape[0])
    for t in range(2, -1, -1):
        dC += np.outer(dys[t], hs[t + 1])
        dh = dh + C.T @ dys[t]
        dA += np.outer(dh, hs[t])
        dB += np.outer(dh, x[t])
        dx[t] = B.T @ dh
        dh = A.T @ dh
    return dx, dA, dB, dC, dh


# gradcli: E: n n, x: n d, W: d k, A: n n
def gcn_forward(x, W, A):
    deg = A.sum(axis=1)
    norm = A / np.sqrt(deg[:, None] * deg[None, :])
    h = norm @ (x @ W)
    return np.maximum(h, 0), (x, W, norm, h)


def gcn_backward(dout, cache):
    x, W, norm, h = cache
    dh = dout * (h > 0)
    dxw = norm.T @ dh
    return {"dx": dxw @ W.T, "dW": x.T @ dxw}


# gradcli: mu: n, sigma: n positive, x: n
def gaussian_nll(mu, sigma, x):
    return np.sum(0.5 * np.log(2 * np.pi) + np.log(sigma) + (x - mu) ** 2 / (2 * sigma**2))


def gaussian_nll_backward(mu, sigma, x):
    z = (x - mu) / sigma
    dmu = -z / sigma
    dsigma = (1 - z * z) / sigma
    dx = -dmu
    return dmu, dsigma, dx


# gradcli: preds: n c, labels: n of c
def nll_from_probs(preds, labels):
    n = preds.shape[0]
    picked = preds[range(n), labels]
    return -np.log(picked + 1e-12).sum() / n


def nll_from_probs_backward(preds, labels):
    n = preds.shape[0]
    d = np.zeros_like(preds)
    d[range(n), labels] = -1.0 / (preds[range(n), labels] + 1e-12)
    return d / n


# gradcli: x: n c l, w: c k
def depthwise_pointwise_forward(x, w):
    y = np.einsum("ncl,ck->nkl", x, w)
    m = y.mean(axis=-1)
    return m, (x, w)


def depthwise_pointwise_backward(dm, cache):
    x, w = cache
    L = x.shape[-1]
    dy = np.broadcast_to(dm[..., None], dm.shape + (L,)) / L
    dx = np.einsum("nkl,ck->ncl", dy, w)
    dw = np.tensordot(x, dy, axes=([0, 2], [0, 2]))
    return dx, dw


# gradcli: x: n d, w: d m, b: m
def affine_forward(x, w, b):
    """cs231n affine."""
    N = x.shape[0]
    out = x.reshape(N, -1).dot(w) + b
    cache = (x, w, b)
    return out, cache


def affine_backward(dout, cache):
    x, w, b = cache
    N = x.shape[0]
    dx = dout.dot(w.T).reshape(x.shape)
    dw = x.reshape(N, -1).T.dot(dout)
    db = np.sum(dout, axis=0)
    return dx, dw, db


# gradcli: x: n d, y: n of C, W: d C
def svm_loss_vectorized(W, x, y, reg=0.1):
    num_train = x.shape[0]
    scores = x.dot(W)
    correct = scores[np.arange(num_train), y].reshape(num_train, 1)
    margins = np.maximum(0, scores - correct + 1.0)
    margins[np.arange(num_train), y] = 0
    loss = margins.sum() / num_train
    loss += reg * np.sum(W * W)

    mask = np.zeros(margins.shape)
    mask[margins > 0] = 1
    mask[np.arange(num_train), y] = -np.sum(mask, axis=1)
    dW = x.T.dot(mask) / num_train
    dW += 2 * reg * W
    return loss, dW


# gradcli: x: n c h w, gamma: c, beta: c
def spatial_batchnorm_forward(x, gamma, beta, eps=1e-5):
    N, C, H, W = x.shape
    xr = x.transpose(0, 2, 3, 1).reshape(-1, C)
    mean = xr.mean(axis=0)
    var = xr.var(axis=0)
    xhat = (xr - mean) / np.sqrt(var + eps)
    out = (gamma * xhat + beta).reshape(N, H, W, C).transpose(0, 3, 1, 2)
    cache = (xhat, gamma, var, eps)
    return out, cache


def spatial_batchnorm_backward(dout, cache):
    xhat, gamma, var, eps = cache
    N, C, H, W = dout.shape
    d = dout.transpose(0, 2, 3, 1).reshape(-1, C)
    M = d.shape[0]
    dbeta = d.sum(axis=0)
    dgamma = (d * xhat).sum(axis=0)
    dxhat = d * gamma
    dx = (M * dxhat - dxhat.sum(axis=0) - xhat * (dxhat * xhat).sum(axis=0)) / (M * np.sqrt(var + eps))
    dx = dx.reshape(N, H, W, C).transpose(0, 3, 1, 2)
    return dx, dgamma, dbeta


# gradcli: x: n d, prev_h: n h, Wx: d h, Wh: h h, b: h
def rnn_step_forward(x, prev_h, Wx, Wh, b):
    next_h = np.tanh(x @ Wx + prev_h @ Wh + b)
    cache = x, prev_h, Wx, Wh, next_h
    return next_h, cache


def rnn_step_backward(dnext_h, cache):
    x, prev_h, Wx, Wh, next_h = cache
    dtanh = (1 - next_h * next_h) * dnext_h
    dx = dtanh.dot(Wx.T)
    dprev_h = dtanh.dot(Wh.T)
    dWx = x.T.dot(dtanh)
    dWh = prev_h.T.dot(dtanh)
    db = dtanh.sum(0)
    return dx, dprev_h, dWx, dWh, db


def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))


# gradcli: x: n d, prev_h: n h, prev_c: n h, Wx: d 4*h, Wh: h 4*h, b: 4*h
def lstm_step_forward(x, prev_h, prev_c, Wx, Wh, b):
    H = prev_h.shape[1]
    a = x.dot(Wx) + prev_h.dot(Wh) + b
    ai, af, ao, ag = a[:, :H], a[:, H : 2 * H], a[:, 2 * H : 3 * H], a[:, 3 * H :]
    i, f, o, g = sigmoid(ai), sigmoid(af), sigmoid(ao), np.tanh(ag)
    next_c = f * prev_c + i * g
    tc = np.tanh(next_c)
    next_h = o * tc
    return next_h, next_c, (x, prev_h, prev_c, Wx, Wh, i, f, o, g, tc)


def lstm_step_backward(dnext_h, dnext_c, cache):
    x, prev_h, prev_c, Wx, Wh, i, f, o, g, tc = cache
    do = dnext_h * tc
    dc = dnext_c + dnext_h * o * (1 - tc**2)
    df = dc * prev_c
    dprev_c = dc * f
    di = dc * g
    dg = dc * i
    da = np.hstack((di * i * (1 - i), df * f * (1 - f), do * o * (1 - o), dg * (1 - g**2)))
    dx = da.dot(Wx.T)
    dWx = x.T.dot(da)
    dprev_h = da.dot(Wh.T)
    dWh = prev_h.T.dot(da)
    db = np.sum(da, axis=0)
    return dx, dprev_h, dprev_c, dWx, dWh, db


# gradcli: x: n t of V, W: V d
def word_embedding_forward(x, W):
    out = W[x]
    cache = (x, W.shape)
    return out, cache


def word_embedding_backward(dout, cache):
    x, shape = cache
    dW = np.zeros(shape)
    np.add.at(dW, x, dout)
    return dW


# gradcli: x: n t d, w: d m, b: m
def temporal_affine_forward(x, w, b):
    N, T, D = x.shape
    M = b.shape[0]
    out = x.reshape(N * T, D).dot(w).reshape(N, T, M) + b
    cache = x, w, b, out
    return out, cache


def temporal_affine_backward(dout, cache):
    x, w, b, out = cache
    N, T, D = x.shape
    M = b.shape[0]
    dx = dout.reshape(N * T, M).dot(w.T).reshape(N, T, D)
    dw = dout.reshape(N * T, M).T.dot(x.reshape(N * T, D)).T
    db = dout.sum(axis=(0, 1))
    return dx, dw, db


# gradcli: x: n t v, y: n t of v, mask: n t binary
def temporal_softmax_loss(x, y, mask):
    N, T, V = x.shape
    x_flat = x.reshape(N * T, V)
    y_flat = y.reshape(N * T)
    mask_flat = mask.reshape(N * T)
    probs = np.exp(x_flat - np.max(x_flat, axis=1, keepdims=True))
    probs /= np.sum(probs, axis=1, keepdims=True)
    loss = -np.sum(mask_flat * np.log(probs[np.arange(N * T), y_flat])) / N
    dx_flat = probs.copy()
    dx_flat[np.arange(N * T), y_flat] -= 1
    dx_flat /= N
    dx_flat *= mask_flat[:, None]
    dx = dx_flat.reshape(N, T, V)
    return loss, dx


# gradcli: x: n d
def leaky_relu_forward(x, alpha=0.01):
    out = np.where(x > 0, x, alpha * x)
    return out, x


def leaky_relu_backward(dout, cache, alpha=0.01):
    x = cache
    dx = np.ones_like(x)
    dx[x < 0] = alpha
    return dout * dx


# gradcli: x: n d, mask: n d binary
def dropout_forward(x, mask, p=0.8):
    out = x * mask / p
    cache = (mask, p)
    return out, cache


def dropout_backward(dout, cache):
    mask, p = cache
    dx = dout * mask
    dx /= p
    return dx


class FullyConnected:
    """numpy-ml like layer."""

    def __init__(self, W, b):
        self.parameters = {"W": W, "b": b}
        self.gradients = {}
        self.X = None

    # gradcli: X: n i
    # gradcli: self.parameters["W"]: i o, self.parameters["b"]: o
    def forward(self, X):
        self.X = X
        self.Z = X @ self.parameters["W"] + self.parameters["b"]
        return np.tanh(self.Z)

    def backward(self, dLdY):
        dZ = dLdY * (1 - np.tanh(self.Z) ** 2)
        self.gradients["W"] = self.X.T @ dZ
        self.gradients["b"] = dZ.sum(axis=0)
        return dZ @ self.parameters["W"].T


class SoftmaxLayer:
    # gradcli: z: n k
    def forward(self, z):
        e = np.exp(z - z.max(axis=-1, keepdims=True))
        self.p = e / e.sum(axis=-1, keepdims=True)
        return self.p

    def backward(self, dp):
        s = (dp * self.p).sum(axis=-1, keepdims=True)
        return self.p * (dp - s)


# gradcli: pred: n d, target: n d
def huber_loss(pred, target, delta=1.0):
    r = pred - target
    a = np.abs(r)
    return np.mean(np.where(a <= delta, 0.5 * r**2, delta * (a - 0.5 * delta)))


def huber_loss_backward(pred, target, delta=1.0):
    r = pred - target
    n, d = r.shape
    grad_pred = np.where(np.abs(r) <= delta, r, delta * np.sign(r)) / (n * d)
    return grad_pred, -grad_pred


# gradcli: q: t d, k: s d, v: s e
def attention_forward(q, k, v):
    d = q.shape[-1]
    scores = q @ k.T / np.sqrt(d)
    scores = scores - scores.max(axis=-1, keepdims=True)
    w = np.exp(scores)
    w = w / w.sum(axis=-1, keepdims=True)
    return w @ v, (q, k, v, w)


def attention_backward(dout, cache):
    q, k, v, w = cache
    dv = w.T @ dout
    dw = dout @ v.T
    dscores = w * (dw - np.sum(dw * w, axis=-1, keepdims=True))
    dscores /= np.sqrt(q.shape[-1])
    dq = dscores @ k
    dk = dscores.T @ q
    return dq, dk, dv


# gradcli: q: b h t d, k: b h s d, v: b h s d
def mha_core_forward(q, k, v):
    att = np.einsum("bhtd,bhsd->bhts", q, k) * (q.shape[-1] ** -0.5)
    att = np.exp(att - att.max(-1, keepdims=True))
    att /= att.sum(-1, keepdims=True)
    y = np.einsum("bhts,bhsd->bhtd", att, v)
    return y, dict(q=q, k=k, v=v, att=att)


def mha_core_backward(dy, cache):
    q, k, v, att = cache["q"], cache["k"], cache["v"], cache["att"]
    dv = np.einsum("bhts,bhtd->bhsd", att, dy)
    datt = np.einsum("bhtd,bhsd->bhts", dy, v)
    dpre = att * (datt - (datt * att).sum(-1, keepdims=True))
    dpre *= q.shape[-1] ** -0.5
    dq = np.einsum("bhts,bhsd->bhtd", dpre, k)
    dk = np.einsum("bhts,bhtd->bhsd", dpre, q)
    return dq, dk, dv


# gradcli: x: n d, h0: n h, Wx: d h, Wh: h h, b: h
def rnn_unrolled_forward(x, h0, Wx, Wh, b, steps=3):
    hs = [h0]
    for _ in range(steps):
        hs.append(np.tanh(x @ Wx + hs[-1] @ Wh + b))
    return hs[-1], (x, hs, Wx, Wh)


def rnn_unrolled_backward(dh, cache):
    x, hs, Wx, Wh = cache
    dx = np.zeros_like(x)
    dWx = np.zeros_like(Wx)
    dWh = np.zeros_like(Wh)
    db = np.zeros(Wh.shape[0])
    for t in reversed(range(3)):
        dpre = dh * (1 - hs[t + 1] ** 2)
        dx += dpre @ Wx.T
        dWx += x.T @ dpre
        dWh += hs[t].T @ dpre
        db += dpre.sum(0)
        dh = dpre @ Wh.T
    return dx, dh, dWx, dWh, db


# gradcli: logits: n c, targets: n c
def bce_with_logits(logits, targets):
    loss = np.maximum(logits, 0) - logits * targets + np.log1p(np.exp(-np.abs(logits)))
    return loss.mean()


def bce_with_logits_backward(logits, targets):
    p = 1 / (1 + np.exp(-logits))
    dlogits = (p - targets) / logits.size
    return {"logits": dlogits, "targets": -logits / logits.size}


# gradcli: mu: n z, logvar: n z
def kl_divergence(mu, logvar):
    return -0.5 * np.sum(1 + logvar - mu**2 - np.exp(logvar)) / mu.shape[0]


def d_kl_divergence(mu, logvar):
    N = mu.shape[0]
    dmu = mu / N
    dlogvar = 0.5 * (np.exp(logvar) - 1) / N
    return dmu, dlogvar


# gradcli: x: n d, y: n d
def cosine_similarity_forward(x, y):
    nx = np.linalg.norm(x, axis=1, keepdims=True)
    ny = np.linalg.norm(y, axis=1, keepdims=True)
    sim = np.sum(x * y, axis=1) / (nx[:, 0] * ny[:, 0])
    return sim, (x, y, nx, ny, sim)


def cosine_similarity_backward(dsim, cache):
    x, y, nx, ny, sim = cache
    g = dsim[:, np.newaxis]
    s = sim[:, np.newaxis]
    dx = g * (y / (nx * ny) - s * x / nx**2)
    dy = g * (x / (nx * ny) - s * y / ny**2)
    return dx, dy


# gradcli: a: n d, p: n d, m: n d
def triplet_loss(a, p, m, margin=1.0):
    dp = np.sum((a - p) ** 2, axis=1)
    dn = np.sum((a - m) ** 2, axis=1)
    return np.maximum(dp - dn + margin, 0).mean()


def triplet_loss_backward(a, p, m, margin=1.0):
    N = a.shape[0]
    dp = np.sum((a - p) ** 2, axis=1)
    dn = np.sum((a - m) ** 2, axis=1)
    active = (dp - dn + margin > 0).astype(float)[:, None] / N
    grad_a = 2 * active * (m - p)
    grad_p = -2 * active * (a - p)
    grad_m = 2 * active * (a - m)
    return grad_a, grad_p, grad_m


# gradcli: X: n d, w: d, b: (), y: n binary
def logistic_regression(w, b, X, y):
    m = X.shape[0]
    A = 1 / (1 + np.exp(-(np.dot(X, w) + b)))
    cost = -1 / m * np.sum(y * np.log(A) + (1 - y) * np.log(1 - A))
    dz = A - y
    dw = 1 / m * np.dot(X.T, dz)
    db = 1 / m * np.sum(dz)
    return cost, {"dw": dw, "db": db}


# gradcli: x: n d, alpha: d
def prelu_forward(x, alpha):
    return np.maximum(0, x) + alpha * np.minimum(0, x), (x, alpha)


def prelu_backward(grad, cache):
    x, alpha = cache
    grad_x = grad.copy()
    grad_x *= (x > 0) + alpha * (x < 0)
    grad_alpha = (grad * np.minimum(x, 0)).sum(axis=0)
    return grad_x, grad_alpha


# gradcli: x: b d
def gelu_forward(x):
    c = np.sqrt(2.0 / np.pi)
    t = np.tanh(c * (x + 0.044715 * x**3))
    return 0.5 * x * (1 + t), (x, t)


def gelu_backward(dy, cache):
    x, t = cache
    c = np.sqrt(2.0 / np.pi)
    dt = (1 - t**2) * c * (1 + 3 * 0.044715 * x**2)
    return dy * (0.5 * (1 + t) + 0.5 * x * dt)


# gradcli: x: n c l, w: f c 3, b: f
def conv1d_forward(x, w, b):
    L = x.shape[2]
    xp = np.pad(x, ((0, 0), (0, 0), (1, 1)))
    out = b[None, :, None]
    for k in range(3):
        out = out + np.einsum("ncl,fc->nfl", xp[:, :, k : k + L], w[:, :, k])
    return out, (xp, w)


def conv1d_backward(dout, cache):
    xp, w = cache
    L = dout.shape[2]
    dxp = np.zeros_like(xp)
    dw = np.zeros_like(w)
    for k in range(3):
        dw[:, :, k] = np.einsum("nfl,ncl->fc", dout, xp[:, :, k : k + L])
        dxp[:, :, k : k + L] += np.einsum("nfl,fc->ncl", dout, w[:, :, k])
    dx = dxp[:, :, 1:-1]
    db = dout.sum(axis=(0, 2))
    return dx, dw, db


# gradcli: x: n c 2*h 2*w
def avgpool2_forward(x):
    n, c, H, W = x.shape
    out = x.reshape(n, c, H // 2, 2, W // 2, 2).mean(axis=(3, 5))
    return out, x.shape


def avgpool2_backward(dout, shape):
    dx = np.repeat(np.repeat(dout, 2, axis=2), 2, axis=3) / 4
    return dx


# gradcli: x: n d, w1: d h, b1: h, w2: h 1, b2: 1, y: n
def two_layer_mse_forward(x, y, w1, b1, w2, b2):
    z1 = x @ w1 + b1
    a1 = np.maximum(z1, 0)
    pred = (a1 @ w2 + b2).squeeze(-1)
    loss = ((pred - y) ** 2).mean()
    return loss, (x, y, w1, w2, z1, a1, pred)


def two_layer_mse_backward(cache):
    x, y, w1, w2, z1, a1, pred = cache
    n = len(x)
    dpred = 2 * (pred - y) / n
    dw2 = a1.T @ dpred[:, None]
    db2 = dpred.sum(keepdims=True)
    da1 = np.outer(dpred, w2[:, 0])
    dz1 = da1
    dz1[z1 <= 0] = 0
    return {"w1": x.T @ dz1, "b1": dz1.sum(0), "w2": dw2, "b2": db2}


# gradcli: A: n n, b: n
def solve_forward(A, b):
    x = np.linalg.solve(A, b)
    return x, (A, x)


def solve_backward(dx, cache):
    A, x = cache
    db = np.linalg.solve(A.T, dx)
    dA = -np.outer(db, x)
    return dA, db


# gradcli: x: n d, g: d
def rmsnorm_forward(x, g, eps=1e-6):
    ms = (x * x).mean(-1, keepdims=True)
    r = 1.0 / np.sqrt(ms + eps)
    return x * r * g, (x, r, g)


def rmsnorm_backward(dy, cache):
    x, r, g = cache
    d = x.shape[-1]
    dg = (dy * x * r).sum(axis=0)
    dyg = dy * g
    dx = r * dyg - x * r**3 * (dyg * x).sum(-1, keepdims=True) / d
    return dx, dg


# gradcli: U: u f, V: i f, R: u i, M: u i binary
def mf_loss(U, V, R, M, lam=0.01):
    E = M * (U @ V.T - R)
    return 0.5 * np.sum(E**2) + 0.5 * lam * (np.sum(U**2) + np.sum(V**2))


def mf_loss_backward(U, V, R, M, lam=0.01):
    E = M * (U @ V.T - R)
    dU = E @ V + lam * U
    dV = E.T @ U + lam * V
    return dU, dV, None, None
