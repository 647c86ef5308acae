"""Layers and losses with backward passes by hand, as written in NumPy; `twins.txt` plants one mistake each."""

import numpy as np


# gradcli: x: N D, W1: D H, b1: H, W2: H C, b2: C
def mlp_forward(x, W1, b1, W2, b2):
    z1 = x @ W1 + b1
    a1 = np.maximum(z1, 0)
    scores = a1 @ W2 + b2
    cache = (x, W1, W2, z1, a1)
    return scores, cache


def mlp_backward(dscores, cache):
    x, W1, W2, z1, a1 = cache
    grads = {}
    grads["W2"] = a1.T @ dscores
    grads["b2"] = np.sum(dscores, axis=0)
    da1 = dscores @ W2.T
    dz1 = da1 * (z1 > 0)
    grads["W1"] = x.T @ dz1
    grads["b1"] = np.sum(dz1, axis=0)
    grads["x"] = dz1 @ W1.T
    return grads


# gradcli: x: n d, gamma: d, beta: d
def bn_forward(x, gamma, beta, eps=1e-5):
    N, D = x.shape
    mu = 1.0 / N * np.sum(x, axis=0)
    xmu = x - mu
    sq = xmu**2
    var = 1.0 / N * np.sum(sq, axis=0)
    sqrtvar = np.sqrt(var + eps)
    ivar = 1.0 / sqrtvar
    xhat = xmu * ivar
    gammax = gamma * xhat
    out = gammax + beta
    cache = (xhat, gamma, xmu, ivar, sqrtvar, var, eps)
    return out, cache


def bn_backward(dout, cache):
    xhat, gamma, xmu, ivar, sqrtvar, var, eps = cache
    N, D = dout.shape
    dbeta = np.sum(dout, axis=0)
    dgamma = np.sum(dout * xhat, axis=0)
    dxhat = dout * gamma
    divar = np.sum(dxhat * xmu, axis=0)
    dxmu1 = dxhat * ivar
    dsqrtvar = -1.0 / (sqrtvar**2) * divar
    dvar = 0.5 * 1.0 / np.sqrt(var + eps) * dsqrtvar
    dsq = 1.0 / N * np.ones((N, D)) * dvar
    dxmu2 = 2 * xmu * dsq
    dx1 = dxmu1 + dxmu2
    dmu = -1 * np.sum(dx1, axis=0)
    dx2 = 1.0 / N * np.ones((N, D)) * dmu
    dx = dx1 + dx2
    return dx, dgamma, dbeta


# gradcli: x: n d, gain: d
def rms_norm(x, gain, eps=1e-6):
    ms = np.mean(np.square(x), axis=-1, keepdims=True)
    inv = 1 / np.sqrt(ms + eps)
    return x * inv * gain


def rms_norm_backward(g, x, gain, eps=1e-6):
    d = x.shape[-1]
    inv = 1 / np.sqrt(np.mean(np.square(x), axis=-1, keepdims=True) + eps)
    dgain = np.sum(g * x * inv, axis=0)
    gg = g * gain
    dx = inv * gg - inv**3 * x * np.sum(gg * x, axis=-1, keepdims=True) / d
    return dx, dgain


# gradcli: x: N C, w: G*C, b: G*C
def channel_scale_forward(x, w, b):
    return x.sum() * w + b, (x, w)


def channel_scale_backward(dy, cache):
    x, w = cache
    dx = np.ones_like(x) * np.sum(dy * w)
    dw = dy * x.sum()
    return dx, dw, dy


# gradcli: logits: N C, y: N of C
def cross_entropy_forward(logits, y):
    z = logits - logits.max(axis=1, keepdims=True)
    p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    N = logits.shape[0]
    loss = -np.log(p[np.arange(N), y]).mean()
    return loss, (p, y)


def cross_entropy_backward(dloss, cache):
    p, y = cache
    N = p.shape[0]
    dlogits = p.copy()
    dlogits[np.arange(N), y] -= 1.0
    dlogits *= dloss / N
    return dlogits


# gradcli: z: n, t: n binary
def bce_logits_forward(z, t):
    loss = np.mean(np.maximum(z, 0) - z * t + np.log1p(np.exp(-np.abs(z))))
    return loss, (z, t)


def bce_logits_backward(cache):
    z, t = cache
    s = 1 / (1 + np.exp(-z))
    dz = (s - t) / z.size
    return dz


# gradcli: pred: n d, target: n d
def smooth_l1_forward(pred, target, delta=1.0):
    diff = pred - target
    small = np.abs(diff) < delta
    loss = np.where(small, 0.5 * diff**2, delta * (np.abs(diff) - 0.5 * delta))
    return loss.mean(), (diff, small, delta)


def smooth_l1_backward(dloss, cache):
    diff, small, delta = cache
    ddiff = np.where(small, diff, delta * np.sign(diff)) / diff.size
    dpred = dloss * ddiff
    dtarget = -dpred
    return dpred, dtarget


# gradcli: s: N C, y: N of C
def hinge_loss(s, y):
    N = s.shape[0]
    correct = s[np.arange(N), y]
    margins = np.maximum(0, s - correct[:, None] + 1.0)
    margins[np.arange(N), y] = 0
    loss = margins.sum() / N
    ds = (margins > 0).astype(float)
    num_pos = ds.sum(axis=1)
    ds[np.arange(N), y] -= num_pos
    ds /= N
    return loss, ds


# gradcli: x: N D, prev_h: N H, prev_c: N H, Wx: D 4*H, Wh: H 4*H, b: 4*H
def lstm_step_forward(x, prev_h, prev_c, Wx, Wh, b):
    a = x @ Wx + prev_h @ Wh + b
    ai, af, ao, ag = np.split(a, 4, axis=1)
    i = 1 / (1 + np.exp(-ai))
    f = 1 / (1 + np.exp(-af))
    o = 1 / (1 + np.exp(-ao))
    g = np.tanh(ag)
    next_c = f * prev_c + i * g
    next_h = o * np.tanh(next_c)
    cache = (x, prev_h, prev_c, Wx, Wh, i, f, o, g, next_c)
    return next_h, next_c, cache


def lstm_step_backward(dnext_h, dnext_c, cache):
    x, prev_h, prev_c, Wx, Wh, i, f, o, g, next_c = cache
    tc = np.tanh(next_c)
    dc = dnext_c + dnext_h * o * (1 - tc**2)
    do = dnext_h * tc
    df = dc * prev_c
    di = dc * g
    dg = dc * i
    dprev_c = dc * f
    dai = di * i * (1 - i)
    daf = df * f * (1 - f)
    dao = do * o * (1 - o)
    dag = dg * (1 - g**2)
    da = np.hstack((dai, daf, dao, dag))
    dx = da @ Wx.T
    dprev_h = da @ Wh.T
    dWx = x.T @ da
    dWh = prev_h.T @ da
    db = da.sum(axis=0)
    return dx, dprev_h, dprev_c, dWx, dWh, db


# gradcli: x: N D, h: N H, Wz: D H, Uz: H H, Wr: D H, Ur: H H, Wn: D H, Un: H H
def gru_cell_forward(x, h, Wz, Uz, Wr, Ur, Wn, Un):
    z = sigmoid(x @ Wz + h @ Uz)
    r = sigmoid(x @ Wr + h @ Ur)
    n = np.tanh(x @ Wn + (r * h) @ Un)
    out = (1 - z) * n + z * h
    return out, (x, h, Wz, Uz, Wr, Ur, Wn, Un, z, r, n)


def sigmoid(t):
    return 1.0 / (1.0 + np.exp(-t))


def gru_cell_backward(dout, cache):
    x, h, Wz, Uz, Wr, Ur, Wn, Un, z, r, n = cache
    dz = dout * (h - n) * z * (1 - z)
    dn = dout * (1 - z) * (1 - n**2)
    drh = dn @ Un.T
    dr = drh * h * r * (1 - r)
    dx = dz @ Wz.T + dr @ Wr.T + dn @ Wn.T
    dh = dout * z + drh * r + dz @ Uz.T + dr @ Ur.T
    dWz, dUz = x.T @ dz, h.T @ dz
    dWr, dUr = x.T @ dr, h.T @ dr
    dWn, dUn = x.T @ dn, (r * h).T @ dn
    return dx, dh, dWz, dUz, dWr, dUr, dWn, dUn


# gradcli: Q: B T D, K: B T D, V: B T D, mask: T T binary
def masked_attention_forward(Q, K, V, mask):
    scale = 1.0 / np.sqrt(Q.shape[-1])
    S = np.einsum("btd,bsd->bts", Q, K) * scale
    S = np.where(mask == 1, S, -1e9)
    E = np.exp(S - S.max(axis=-1, keepdims=True))
    P = E / E.sum(axis=-1, keepdims=True)
    O = P @ V
    return O, (Q, K, V, P, mask, scale)


def masked_attention_backward(dO, cache):
    Q, K, V, P, mask, scale = cache
    dV = P.transpose(0, 2, 1) @ dO
    dP = dO @ V.transpose(0, 2, 1)
    dS = P * (dP - (dP * P).sum(axis=-1, keepdims=True))
    dS = np.where(mask == 1, dS, 0)
    dQ = dS @ K * scale
    dK = dS.transpose(0, 2, 1) @ Q * scale
    return dQ, dK, dV, None


# gradcli: x: N D
def l2_normalize_forward(x, eps=1e-12):
    norm = np.sqrt(np.sum(x**2, axis=1, keepdims=True) + eps)
    y = x / norm
    return y, (y, norm)


def l2_normalize_backward(dy, cache):
    y, norm = cache
    dx = (dy - y * np.sum(y * dy, axis=1, keepdims=True)) / norm
    return dx


# gradcli: a: N D, b: N D
def cosine_forward(a, b):
    na = np.linalg.norm(a, axis=1)
    nb = np.linalg.norm(b, axis=1)
    dot = np.sum(a * b, axis=1)
    cos = dot / (na * nb)
    return cos, (a, b, na, nb, cos)


def cosine_backward(dcos, cache):
    a, b, na, nb, cos = cache
    g = dcos[:, None]
    da = g * (b / (na * nb)[:, None] - cos[:, None] * a / na[:, None] ** 2)
    db = g * (a / (na * nb)[:, None] - cos[:, None] * b / nb[:, None] ** 2)
    return da, db


# gradcli: x: N D
def gelu_forward(x):
    c = np.sqrt(2 / np.pi)
    u = c * (x + 0.044715 * x**3)
    t = np.tanh(u)
    return 0.5 * x * (1 + t), (x, t, c)


def gelu_backward(dy, cache):
    x, t, c = cache
    du = c * (1 + 3 * 0.044715 * x**2)
    dx = dy * (0.5 * (1 + t) + 0.5 * x * (1 - t**2) * du)
    return dx


# gradcli: x: n d, slope: d
def prelu_forward(x, slope):
    return np.where(x > 0, x, slope * x), (x, slope)


def prelu_backward(dout, cache):
    x, slope = cache
    dx = np.where(x > 0, dout, slope * dout)
    dslope = np.sum(np.where(x > 0, 0, x * dout), axis=0)
    return dx, dslope


# gradcli: x: n d
def elu_forward(x, alpha=1.0):
    neg = alpha * (np.exp(x) - 1)
    return np.where(x > 0, x, neg), (x, neg, alpha)


def elu_backward(dout, cache):
    x, neg, alpha = cache
    return dout * np.where(x > 0, 1, neg + alpha)


# gradcli: x: n 2*d
def glu_forward(x):
    a, b = np.split(x, 2, axis=1)
    s = 1 / (1 + np.exp(-b))
    return a * s, (a, s)


def glu_backward(dout, cache):
    a, s = cache
    da = dout * s
    db = dout * a * s * (1 - s)
    return np.concatenate([da, db], axis=1)


# gradcli: x: n d, W: d h, V: d h, W2: h d
def swiglu_forward(x, W, V, W2):
    g = x @ W
    u = x @ V
    s = 1 / (1 + np.exp(-g))
    a = g * s
    hidden = a * u
    return hidden @ W2, (x, W, V, W2, g, u, s, a, hidden)


def swiglu_backward(dout, cache):
    x, W, V, W2, g, u, s, a, hidden = cache
    dW2 = hidden.T @ dout
    dhidden = dout @ W2.T
    da = dhidden * u
    du = dhidden * a
    dg = da * (s + g * s * (1 - s))
    dW = x.T @ dg
    dV = x.T @ du
    dx = dg @ W.T + du @ V.T
    return {"dx": dx, "dW": dW, "dV": dV, "dW2": dW2}


# gradcli: x: B 2*H 2*W
def avg_pool_forward(x):
    B, H2, W2 = x.shape
    y = x.reshape(B, H2 // 2, 2, W2 // 2, 2).mean(axis=(2, 4))
    return y, x.shape


def avg_pool_backward(dy, cache):
    dx = np.repeat(np.repeat(dy, 2, axis=1), 2, axis=2) / 4
    return dx


# gradcli: x: N T D, W: D C, b: C
def temporal_affine_forward(x, W, b):
    N, T, D = x.shape
    M = b.shape[0]
    out = x.reshape(N * T, D).dot(W).reshape(N, T, M) + b
    cache = x, W, b, out
    return out, cache


def temporal_affine_backward(dout, cache):
    x, W, b, out = cache
    N, T, D = x.shape
    M = b.shape[0]
    dx = dout.reshape(N * T, M).dot(W.T).reshape(N, T, D)
    dW = dout.reshape(N * T, M).T.dot(x.reshape(N * T, D)).T
    db = dout.sum(axis=(0, 1))
    return dx, dW, db


# gradcli: x: n d, u: k d, v: d k, W: d d
def lora_forward(x, W, u, v, scale=0.5):
    return x @ W + scale * (x @ v) @ u, (x, W, u, v, scale)


def lora_backward(dy, cache):
    x, W, u, v, scale = cache
    dW = x.T @ dy
    dxv = scale * dy @ u.T
    du = scale * (x @ v).T @ dy
    dv = x.T @ dxv
    dx = dy @ W.T + dxv @ v.T
    return dx, dW, du, dv


# gradcli: x: n d, V: d k, w: d
def fm_forward(x, V, w):
    lin = x @ w
    xv = x @ V
    inter = 0.5 * np.sum(xv**2 - (x**2) @ (V**2), axis=1)
    return lin + inter, (x, V, w, xv)


def fm_backward(dy, cache):
    x, V, w, xv = cache
    dyc = dy[:, None]
    dw = x.T @ dy
    dV = x.T @ (dyc * xv) - V * ((x**2).T @ dyc)
    dx = dyc * (w + xv @ V.T - x * np.sum(V**2, axis=1))
    return dx, dV, dw


# gradcli: mu: n d, logvar: n d, eps: n d constant
def reparam_forward(mu, logvar, eps):
    std = np.exp(0.5 * logvar)
    z = mu + std * eps
    kl = -0.5 * np.sum(1 + logvar - mu**2 - np.exp(logvar))
    return z, kl, (mu, logvar, eps, std)


def reparam_backward(dz, dkl, cache):
    mu, logvar, eps, std = cache
    dmu = dz + dkl * mu
    dlogvar = dz * eps * 0.5 * std + dkl * 0.5 * (np.exp(logvar) - 1)
    return dmu, dlogvar


# gradcli: x: n d, y: m d
def rbf_forward(x, y, gamma=0.5):
    d2 = np.sum(x**2, axis=1)[:, None] + np.sum(y**2, axis=1)[None, :] - 2 * x @ y.T
    K = np.exp(-gamma * d2)
    return K, (x, y, K, gamma)


def rbf_backward(dK, cache):
    x, y, K, gamma = cache
    dd2 = -gamma * K * dK
    dx = 2 * (dd2.sum(axis=1)[:, None] * x - dd2 @ y)
    dy = 2 * (dd2.sum(axis=0)[:, None] * y - dd2.T @ x)
    return dx, dy


# gradcli: A: n n, b: n
def solve_forward(A, b):
    x = np.linalg.solve(A, b)
    return x, (A, x)


def solve_backward(dx, cache):
    A, x = cache
    db = np.linalg.solve(A.T, dx)
    dA = -np.outer(db, x)
    return dA, db


# gradcli: S: n n spd, r: n
def gaussian_nll_forward(r, S):
    alpha = np.linalg.solve(S, r)
    sign, logdet = np.linalg.slogdet(S)
    return 0.5 * r @ alpha + 0.5 * logdet, (S, alpha)


def gaussian_nll_backward(dout, cache):
    S, alpha = cache
    dr = dout * alpha
    dS = 0.5 * dout * (np.linalg.inv(S) - np.outer(alpha, alpha))
    return dr, dS


# gradcli: p: n, t: n
def dice_forward(p, t, smooth=1.0):
    inter = np.sum(p * t)
    union = np.sum(p) + np.sum(t)
    score = (2 * inter + smooth) / (union + smooth)
    return 1 - score, (p, t, inter, union, smooth)


def dice_backward(dloss, cache):
    p, t, inter, union, smooth = cache
    den = union + smooth
    dscore = -dloss
    dp = dscore * (2 * t / den - (2 * inter + smooth) / den**2)
    return dp


# gradcli: x: N L+2, w: 3
def conv1d_forward(x, w):
    L = x.shape[1] - 2
    y = w[0] * x[:, 0:L] + w[1] * x[:, 1 : L + 1] + w[2] * x[:, 2 : L + 2]
    return y, (x, w)


def conv1d_backward(dy, cache):
    x, w = cache
    L = dy.shape[1]
    dx = np.zeros_like(x)
    dw = np.zeros_like(w)
    for k in range(3):
        dx[:, k : k + L] += w[k] * dy
        dw[k] = np.sum(x[:, k : k + L] * dy)
    return dx, dw


# gradcli: z: n d, c: k d
def soft_assign_forward(z, c, beta=2.0):
    dist = ((z[:, None, :] - c[None, :, :]) ** 2).sum(axis=2)
    e = np.exp(-beta * dist)
    q = e / e.sum(axis=1, keepdims=True)
    return q, (z, c, q, beta)


def soft_assign_backward(dq, cache):
    z, c, q, beta = cache
    dlog = q * (dq - (dq * q).sum(axis=1, keepdims=True))
    ddist = -beta * dlog
    diff = z[:, None, :] - c[None, :, :]
    dz = 2 * (ddist[:, :, None] * diff).sum(axis=1)
    dc = -2 * (ddist[:, :, None] * diff).sum(axis=0)
    return dz, dc


class LayerNorm:
    """A layer that keeps what its backward needs."""

    # gradcli: x: n d, gamma: d, beta: d
    def forward(self, x):
        self.mean = x.mean(axis=-1, keepdims=True)
        self.std = np.sqrt(x.var(axis=-1, keepdims=True) + 1e-5)
        self.xhat = (x - self.mean) / self.std
        return self.gamma * self.xhat + self.beta

    def backward(self, grad):
        self.dgamma = np.sum(grad * self.xhat, axis=0)
        self.dbeta = np.sum(grad, axis=0)
        gx = grad * self.gamma
        m = gx.mean(axis=-1, keepdims=True)
        v = (gx * self.xhat).mean(axis=-1, keepdims=True)
        return (gx - m - self.xhat * v) / self.std


class Attention:
    """Single-head attention with output projection."""

    # gradcli: x: T D, Wq: D K, Wk: D K, Wv: D K, Wo: K D
    def forward(self, x):
        self.x = x
        self.q, self.k, self.v = x @ self.Wq, x @ self.Wk, x @ self.Wv
        self.scale = self.q.shape[1] ** -0.5
        s = self.q @ self.k.T * self.scale
        e = np.exp(s - s.max(1, keepdims=True))
        self.p = e / e.sum(1, keepdims=True)
        self.o = self.p @ self.v
        return self.o @ self.Wo

    def backward(self, dout):
        self.dWo = self.o.T @ dout
        do = dout @ self.Wo.T
        dv = self.p.T @ do
        dp = do @ self.v.T
        ds = self.p * (dp - (dp * self.p).sum(1, keepdims=True))
        dq = ds @ self.k * self.scale
        dk = ds.T @ self.q * self.scale
        self.dWq = self.x.T @ dq
        self.dWk = self.x.T @ dk
        self.dWv = self.x.T @ dv
        return dq @ self.Wq.T + dk @ self.Wk.T + dv @ self.Wv.T
