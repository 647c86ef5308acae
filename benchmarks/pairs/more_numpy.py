"""More layers in NumPy, as courses and small frameworks write them; `twins.txt` plants one mistake each."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view


# gradcli: x: n c 6 6, w: f c 3 3, b: f
def conv_forward(x, w, b):
    """A 3x3 convolution, stride 1, no padding, by loops over the places."""
    N, C, H, W = x.shape
    F, _, HH, WW = w.shape
    H_out = H - HH + 1
    W_out = W - WW + 1
    out = np.zeros((N, F, H_out, W_out))
    for i in range(H_out):
        for j in range(W_out):
            window = x[:, :, i : i + HH, j : j + WW]
            out[:, :, i, j] = np.tensordot(window, w, axes=([1, 2, 3], [1, 2, 3])) + b
    return out, (x, w, b)


def conv_backward(dout, cache):
    x, w, b = cache
    _, _, HH, WW = w.shape
    dx = np.zeros_like(x)
    dw = np.zeros_like(w)
    db = dout.sum(axis=(0, 2, 3))
    for i in range(dout.shape[2]):
        for j in range(dout.shape[3]):
            window = x[:, :, i : i + HH, j : j + WW]
            dw += np.einsum("nf,nchw->fchw", dout[:, :, i, j], window)
            dx[:, :, i : i + HH, j : j + WW] += np.einsum("nf,fchw->nchw", dout[:, :, i, j], w)
    return dx, dw, db


# gradcli: x: n c 4 4
def maxpool_forward(x):
    N, C, H, W = x.shape
    xr = x.reshape(N, C, H // 2, 2, W // 2, 2)
    out = xr.max(axis=3).max(axis=4)
    return out, (x, xr, out)


def maxpool_backward(dout, cache):
    x, xr, out = cache
    dxr = np.zeros_like(xr)
    newaxis = out[:, :, :, np.newaxis, :, np.newaxis]
    mask = xr == newaxis
    dout_new = dout[:, :, :, np.newaxis, :, np.newaxis]
    dxr = mask * dout_new
    dx = dxr.reshape(x.shape)
    return dx


# gradcli: x: n 2 6, w: 4 2 3
def im2col_conv_forward(x, w):
    cols = sliding_window_view(x, 3, axis=2)
    out = np.einsum("nclk,fck->nfl", cols, w)
    return out, (x, w, cols)


def im2col_conv_backward(dout, cache):
    x, w, cols = cache
    dw = np.einsum("nfl,nclk->fck", dout, cols)
    dcols = np.einsum("nfl,fck->nclk", dout, w)
    dx = np.zeros_like(x)
    for k in range(3):
        dx[:, :, k : k + 4] += dcols[:, :, :, k]
    return dx, dw


# gradcli: x: n 5 d, h0: n h, Wx: d h, Wh: h h, b: h
def rnn_forward(x, h0, Wx, Wh, b):
    N, T, D = x.shape
    H = h0.shape[1]
    h = np.zeros((N, T, H))
    prev_h = h0
    for t in range(T):
        h[:, t, :] = np.tanh(x[:, t, :] @ Wx + prev_h @ Wh + b)
        prev_h = h[:, t, :]
    return h, (x, h0, Wx, Wh, h)


def rnn_backward(dh, cache):
    x, h0, Wx, Wh, h = cache
    N, T, D = x.shape
    dx = np.zeros_like(x)
    dWx = np.zeros_like(Wx)
    dWh = np.zeros_like(Wh)
    db = np.zeros(Wh.shape[0])
    dprev_h = np.zeros_like(h0)
    for t in range(T - 1, -1, -1):
        prev_h = h0 if t == 0 else h[:, t - 1, :]
        da = (dh[:, t, :] + dprev_h) * (1 - h[:, t, :] ** 2)
        dx[:, t, :] = da @ Wx.T
        dWx += x[:, t, :].T @ da
        dWh += prev_h.T @ da
        db += da.sum(axis=0)
        dprev_h = da @ Wh.T
    dh0 = dprev_h
    return dx, dh0, dWx, dWh, db


# gradcli: x: n d, gamma: d, beta: d
def batchnorm_alt_forward(x, gamma, beta, eps=1e-5):
    mu = x.mean(axis=0)
    var = x.var(axis=0) + eps
    std = np.sqrt(var)
    z = (x - mu) / std
    out = gamma * z + beta
    cache = {"x": x, "mean": mu, "std": std, "gamma": gamma, "z": z, "var": var}
    return out, cache


def batchnorm_alt_backward(dout, cache):
    dbeta = dout.sum(axis=0)
    dgamma = np.sum(dout * cache["z"], axis=0)
    N = dout.shape[0]
    dfdz = dout * cache["gamma"]
    dfdz_sum = np.sum(dfdz, axis=0)
    dx = dfdz - dfdz_sum / N - np.sum(dfdz * cache["z"], axis=0) * cache["z"] / N
    dx /= cache["std"]
    return dx, dgamma, dbeta


# gradcli: x: n c l, gamma: 1 c 1, beta: 1 c 1
def instancenorm_forward(x, gamma, beta, eps=1e-5):
    mean = np.mean(x, axis=2, keepdims=True)
    var = np.var(x, axis=2, keepdims=True)
    x_norm = (x - mean) / np.sqrt(var + eps)
    out = gamma * x_norm + beta
    return out, (x_norm, gamma, var, eps)


def instancenorm_backward(dout, cache):
    x_norm, gamma, var, eps = cache
    L = dout.shape[2]
    dgamma = np.sum(dout * x_norm, axis=(0, 2), keepdims=True)
    dbeta = np.sum(dout, axis=(0, 2), keepdims=True)
    dx_norm = dout * gamma
    s1 = dx_norm.sum(axis=2, keepdims=True)
    s2 = (dx_norm * x_norm).sum(axis=2, keepdims=True)
    dx = (L * dx_norm - s1 - x_norm * s2) / (L * np.sqrt(var + eps))
    return dx, dgamma, dbeta


# gradcli: inp: B T C, weight: C, bias: C
def llm_layernorm_forward(inp, weight, bias):
    eps = 1e-5
    mean = inp.sum(-1, keepdims=True) / inp.shape[-1]
    xshift = inp - mean
    var = (xshift**2).sum(-1, keepdims=True) / inp.shape[-1]
    rstd = (var + eps) ** -0.5
    norm = xshift * rstd
    out = norm * weight + bias
    return out, (inp, weight, mean, rstd)


def llm_layernorm_backward(dout, cache):
    inp, weight, mean, rstd = cache
    norm = (inp - mean) * rstd
    dbias = dout.sum((0, 1))
    dweight = (dout * norm).sum((0, 1))
    dnorm = dout * weight
    dinp = dnorm - dnorm.mean(-1, keepdims=True) - norm * (dnorm * norm).mean(-1, keepdims=True)
    dinp *= rstd
    return dinp, dweight, dbias


# gradcli: logits: B T V, targets: B T of V
def token_loss_forward(logits, targets):
    B, T, V = logits.shape
    maxval = logits.max(-1, keepdims=True)
    e = np.exp(logits - maxval)
    probs = e / e.sum(-1, keepdims=True)
    bi = np.arange(B)[:, None]
    ti = np.arange(T)[None, :]
    losses = -np.log(probs[bi, ti, targets])
    return losses.mean(), (probs, targets)


def token_loss_backward(dloss, cache):
    probs, targets = cache
    B, T, V = probs.shape
    dlogits = probs.copy()
    dlogits[np.arange(B)[:, None], np.arange(T)[None, :], targets] -= 1.0
    dlogits *= dloss / (B * T)
    return dlogits


# gradcli: x: n T d, y: n T of V, mask: n T binary, W: d V
def temporal_softmax_loss(x, y, mask, W):
    N, T, D = x.shape
    scores = x @ W
    V = scores.shape[2]
    flat = scores.reshape(N * T, V)
    y_flat = y.reshape(N * T)
    mask_flat = mask.reshape(N * T)
    probs = np.exp(flat - np.max(flat, axis=1, keepdims=True))
    probs /= np.sum(probs, axis=1, keepdims=True)
    loss = -np.sum(mask_flat * np.log(probs[np.arange(N * T), y_flat])) / N
    dflat = probs.copy()
    dflat[np.arange(N * T), y_flat] -= 1
    dflat /= N
    dflat *= mask_flat[:, None]
    dscores = dflat.reshape(N, T, V)
    dW = np.einsum("ntd,ntv->dv", x, dscores)
    dx = dscores @ W.T
    return loss, {"x": dx, "W": dW}


# gradcli: idx: B T of V, wte: V C, wpe: T C
def encoder_forward(idx, wte, wpe):
    out = wte[idx] + wpe
    return out, (idx, wte)


def encoder_backward(dout, cache):
    idx, wte = cache
    dwte = np.zeros_like(wte)
    np.add.at(dwte, idx, dout)
    dwpe = dout.sum(axis=0)
    return dwte, dwpe


# gradcli: x: B T C, Wqkv: C 3*C, Wo: C C
def causal_self_attention_forward(x, Wqkv, Wo):
    B, T, C = x.shape
    qkv = x @ Wqkv
    q, k, v = np.split(qkv, 3, axis=-1)
    att = q @ k.transpose(0, 2, 1) / np.sqrt(C)
    mask = np.tril(np.ones((T, T)))
    att = np.where(mask == 0, -1e9, att)
    att = np.exp(att - att.max(-1, keepdims=True))
    att = att / att.sum(-1, keepdims=True)
    y = att @ v
    out = y @ Wo
    return out, (x, q, k, v, att, y, Wqkv, Wo)


def causal_self_attention_backward(dout, cache):
    x, q, k, v, att, y, Wqkv, Wo = cache
    C = x.shape[-1]
    dy = dout @ Wo.T
    dWo = np.einsum("btc,btd->cd", y, dout)
    dv = att.transpose(0, 2, 1) @ dy
    datt = dy @ v.transpose(0, 2, 1)
    dS = att * (datt - (datt * att).sum(-1, keepdims=True))
    dS = dS / np.sqrt(C)
    dq = dS @ k
    dk = dS.transpose(0, 2, 1) @ q
    dqkv = np.concatenate([dq, dk, dv], axis=-1)
    dWqkv = np.einsum("btc,btd->cd", x, dqkv)
    dx = dqkv @ Wqkv.T
    return dx, dWqkv, dWo


# gradcli: x: n d, W1: d h, W2: h d
def residual_block_forward(x, W1, W2):
    u = x @ W1
    s = 1 / (1 + np.exp(-1.702 * u))
    a = u * s
    out = x + a @ W2
    return out, (x, u, s, a, W1, W2)


def residual_block_backward(dout, cache):
    x, u, s, a, W1, W2 = cache
    dW2 = a.T @ dout
    da = dout @ W2.T
    du = da * (s + 1.702 * u * s * (1 - s))
    dW1 = x.T @ du
    dx = dout + du @ W1.T
    return dx, dW1, dW2


# gradcli: x: n d, p: ()
def swish_beta_forward(x, p):
    sig = 1.0 / (1.0 + np.exp(-p * x))
    return x * sig, (x, p, sig)


def swish_beta_backward(dout, cache):
    x, p, sig = cache
    dx = dout * (sig + p * x * sig * (1 - sig))
    dp = np.sum(dout * x * x * sig * (1 - sig))
    return dx, dp


# gradcli: x: n d
def logsoftmax_forward(x):
    m = x.max(axis=1, keepdims=True)
    lse = m + np.log(np.exp(x - m).sum(axis=1, keepdims=True))
    out = x - lse
    return out, out


def logsoftmax_backward(dout, out):
    p = np.exp(out)
    dx = dout - p * dout.sum(axis=1, keepdims=True)
    return dx


# gradcli: yhat: n, y: n
def rmse_forward(yhat, y):
    diff = yhat - y
    rmse = np.sqrt(np.mean(diff**2))
    return rmse, (diff, rmse)


def rmse_backward(dout, cache):
    diff, rmse = cache
    N = diff.size
    dyhat = dout * diff / (N * rmse)
    dy = -dyhat
    return dyhat, dy


# gradcli: mu: n d, logvar: n d
def gaussian_kl_forward(mu, logvar):
    kl = -0.5 * np.sum(1 + logvar - mu**2 - np.exp(logvar)) / mu.shape[0]
    return kl, (mu, logvar)


def gaussian_kl_backward(dkl, cache):
    mu, logvar = cache
    n = mu.shape[0]
    dmu = dkl * mu / n
    dlogvar = dkl * 0.5 * (np.exp(logvar) - 1) / n
    return dmu, dlogvar


# gradcli: X: n d, w: d, y: n
def logistic_ll(X, w, y, lam=0.01):
    """Labels in -1, +1."""
    margins = y * (X @ w)
    loss = np.mean(np.log1p(np.exp(-margins))) + 0.5 * lam * np.dot(w, w)
    s = 1.0 / (1.0 + np.exp(margins))
    dw = -(X.T @ (y * s)) / X.shape[0] + lam * w
    return loss, dw


# gradcli: x: n d, y: n of C, W: C d
def crammer_singer(x, y, W):
    n = x.shape[0]
    s = x @ W.T
    correct = s[np.arange(n), y][:, None]
    margins = np.maximum(0, s - correct + 1.0)
    margins[np.arange(n), y] = 0
    loss = margins.sum() / n
    ds = (margins > 0).astype(float)
    ds[np.arange(n), y] = -ds.sum(axis=1)
    dW = ds.T @ x / n
    dx = ds @ W / n
    return loss, dx, dW


# gradcli: x: n d, mask: n d binary
def dropout_forward(x, mask, p=0.3):
    keep = 1 - p
    return x * mask / keep, (mask, keep)


def dropout_backward(dout, cache):
    mask, keep = cache
    dx = dout * mask / keep
    return dx


# gradcli: a: n d, p: n d, q: n d
def triplet_forward(a, p, q, margin=0.2):
    dp = ((a - p) ** 2).sum(axis=1)
    dq = ((a - q) ** 2).sum(axis=1)
    h = np.maximum(0, dp - dq + margin)
    return h.mean(), (a, p, q, h)


def triplet_backward(g, cache):
    a, p, q, h = cache
    on = (h > 0)[:, None] * g / a.shape[0]
    grad_a = 2 * (q - p) * on
    grad_p = 2 * (p - a) * on
    grad_q = 2 * (a - q) * on
    return grad_a, grad_p, grad_q


# gradcli: x: n d, W: d k, a: 2*k
def gat_scores_forward(x, W, a):
    h = x @ W
    k = W.shape[1]
    left = h @ a[:k]
    right = h @ a[k:]
    e = left[:, None] + right[None, :]
    s = np.where(e > 0, e, 0.2 * e)
    return s, (x, W, a, h, e)


def gat_scores_backward(ds, cache):
    x, W, a, h, e = cache
    k = W.shape[1]
    de = ds * np.where(e > 0, 1.0, 0.2)
    dleft = de.sum(axis=1)
    dright = de.sum(axis=0)
    da = np.concatenate([h.T @ dleft, h.T @ dright])
    dh = np.outer(dleft, a[:k]) + np.outer(dright, a[k:])
    dW = x.T @ dh
    dx = dh @ W.T
    return dx, dW, da


# gradcli: A: n n, H: n d, W: d k
def gcn_forward(A, H, W):
    A_hat = A + np.eye(A.shape[0])
    deg = A_hat.sum(axis=1)
    P = A_hat / deg[:, None]
    Z = P @ H @ W
    return np.maximum(Z, 0), (P, H, W, Z)


def gcn_backward(dY, cache):
    # gradcli: backward of gcn_forward
    P, H, W, Z = cache
    dZ = dY * (Z > 0)
    dW = (P @ H).T @ dZ
    dH = P.T @ dZ @ W.T
    return {"H": dH, "W": dW}


# gradcli: x: n, y: n, a: (), b: ()
def curve_fit(x, y, a, b):
    pred = a * np.exp(-b * x)
    r = pred - y
    loss = 0.5 * np.sum(r**2)
    da = np.sum(r * np.exp(-b * x))
    db = -np.sum(r * a * x * np.exp(-b * x))
    return loss, {"a": da, "b": db}


# gradcli: L: n n, b: n
def tri_solve_forward(L, b):
    x = np.linalg.solve(L, b)
    return x, (L, x)


def tri_solve_backward(dx, cache):
    L, x = cache
    db = np.linalg.solve(L.T, dx)
    dL = -np.outer(db, x)
    return dL, db


# gradcli: K: n n spd, y: n
def gp_nll_forward(K, y):
    alpha = np.linalg.solve(K, y)
    sign, ld = np.linalg.slogdet(K)
    nll = 0.5 * y @ alpha + 0.5 * ld
    return nll, (K, alpha)


def gp_nll_backward(dnll, cache):
    K, alpha = cache
    Kinv = np.linalg.inv(K)
    dK = dnll * 0.5 * (Kinv - np.outer(alpha, alpha))
    dy = dnll * alpha
    return dK, dy


# gradcli: x: n t, w: 3
def fir_forward(x, w):
    xp = np.pad(x, ((0, 0), (2, 0)))
    T = x.shape[1]
    y = w[0] * xp[:, 2:] + w[1] * xp[:, 1:-1] + w[2] * xp[:, :-2]
    return y, (xp, w, T)


def fir_backward(dy, cache):
    xp, w, T = cache
    dw = np.array([np.sum(dy * xp[:, 2:]), np.sum(dy * xp[:, 1:-1]), np.sum(dy * xp[:, :-2])])
    dxp = np.zeros_like(xp)
    dxp[:, 2:] += w[0] * dy
    dxp[:, 1:-1] += w[1] * dy
    dxp[:, :-2] += w[2] * dy
    dx = dxp[:, 2:]
    return dx, dw


# gradcli: q: H T d, k: H S d, v: H S d
def multihead_forward(q, k, v):
    d = q.shape[-1]
    s = np.einsum("htd,hsd->hts", q, k) * d**-0.5
    s = s - s.max(axis=-1, keepdims=True)
    p = np.exp(s)
    p = p / p.sum(axis=-1, keepdims=True)
    o = np.einsum("hts,hsd->htd", p, v)
    return o, (q, k, v, p, o)


def multihead_backward(do, cache):
    q, k, v, p, o = cache
    scale = q.shape[-1] ** -0.5
    dv = np.einsum("hts,htd->hsd", p, do)
    dp = np.einsum("htd,hsd->hts", do, v)
    delta = np.sum(do * o, axis=-1, keepdims=True)
    ds = p * (dp - delta)
    dq = np.einsum("hts,hsd->htd", ds, k) * scale
    dk = np.einsum("hts,htd->hsd", ds, q) * scale
    return dq, dk, dv


# gradcli: x: n d, w1: d e, w2: d e, w3: e d, r: n 2
def moe_forward(x, w1, w2, w3, r):
    g = np.exp(r) / np.exp(r).sum(axis=1, keepdims=True)
    y1 = np.tanh(x @ w1) @ w3
    y2 = np.tanh(x @ w2) @ w3
    out = g[:, :1] * y1 + g[:, 1:] * y2
    return out, (x, w1, w2, w3, g, y1, y2)


def moe_backward(dout, cache):
    x, w1, w2, w3, g, y1, y2 = cache
    h1 = np.tanh(x @ w1)
    h2 = np.tanh(x @ w2)
    dg = np.stack([(dout * y1).sum(1), (dout * y2).sum(1)], axis=1)
    dr = g * (dg - (dg * g).sum(axis=1, keepdims=True))
    dy1 = dout * g[:, :1]
    dy2 = dout * g[:, 1:]
    dw3 = h1.T @ dy1 + h2.T @ dy2
    dh1 = (dy1 @ w3.T) * (1 - h1**2)
    dh2 = (dy2 @ w3.T) * (1 - h2**2)
    dw1 = x.T @ dh1
    dw2 = x.T @ dh2
    dx = dh1 @ w1.T + dh2 @ w2.T
    return dx, dw1, dw2, dw3, dr


# gradcli: x: n h, r: h h, u: h
def highway_forward(x, r, u):
    t = 1 / (1 + np.exp(-(x * u)))
    c = np.tanh(x @ r)
    return t * c + (1 - t) * x, (x, r, u, t, c)


def highway_backward(dout, cache):
    x, r, u, t, c = cache
    dt = dout * (c - x)
    dc = dout * t
    dz = dt * t * (1 - t)
    da = dc * (1 - c * c)
    dr = x.T @ da
    du = (dz * x).sum(0)
    dx = dout * (1 - t) + da @ r.T + dz * u
    return dx, dr, du


# gradcli: x: n d, eps: d, rho: d, mu: d
def bayes_linear_forward(x, eps, mu, rho):
    sigma = np.log1p(np.exp(rho))
    w = mu + sigma * eps
    return x @ w, (x, eps, rho)


def bayes_linear_backward(dout, cache):
    x, eps, rho = cache
    dw = x.T @ dout
    dmu = dw
    drho = dw * eps / (1 + np.exp(-rho))
    return {"mu": dmu, "rho": drho}


class Linear:
    # gradcli: x: n d, self.W: d m, self.b: m
    def forward(self, x):
        self.x = x
        return x @ self.W + self.b

    def backward(self, dout):
        self.dW = self.x.T @ dout
        self.db = dout.sum(axis=0)
        return dout @ self.W.T


class BatchRMS:
    # gradcli: x: n d, self.g: d
    def forward(self, x):
        self.x = x
        self.ms = np.mean(np.square(x), axis=0)
        self.inv = 1.0 / np.sqrt(self.ms + 1e-6)
        return self.g * x * self.inv

    def backward(self, dout):
        n = dout.shape[0]
        dxn = dout * self.g
        self.dg = np.sum(dout * self.x * self.inv, axis=0)
        dinv = np.sum(dxn * self.x, axis=0)
        dms = dinv * -0.5 * self.inv**3
        dx = dxn * self.inv + dms * 2 * self.x / n
        return dx
