"""Layers of three libraries in one file."""

import numpy as np
import torch
import jax
import jax.numpy as jnp
from dataclasses import dataclass


class Dense:
    """My layer."""

    def __init__(self, W, b, lr=0.1):
        self.params = {"W": W, "b": b}
        self.grads = {"W": None, "b": None}
        self.lr = lr

    # gradcli: x: n d, self.params["W"]: d m, self.params["b"]: m
    def forward(self, x, train=True):
        self.inputs = x
        out = x @ self.params["W"] + self.params["b"]
        if train:
            self.out = out
        return np.maximum(0.0, out)

    def backward(self, grad):
        grad = grad * (self.out > 0)
        self.grads["W"] = self.inputs.T @ grad
        self.grads["b"] = np.sum(grad, axis=0)
        return grad @ self.params["W"].T


# gradcli: x: n d, y: n of 10, W1: d h, b1: h, W2: h 10, b2: 10
def two_layer_loss(W1, b1, W2, b2, x, y, reg=0.01):
    N = x.shape[0]
    hidden = np.maximum(0, x.dot(W1) + b1)
    scores = hidden.dot(W2) + b2
    shifted = scores - scores.max(axis=1)[:, None]
    logp = shifted - np.log(np.exp(shifted).sum(axis=1))[:, None]
    loss = -logp[np.arange(N), y].mean() + 0.5 * reg * ((W1 * W1).sum() + (W2 * W2).sum())
    grads = {}
    dscores = np.exp(logp)
    dscores[np.arange(N), y] -= 1
    dscores /= N
    grads["W2"] = hidden.T @ dscores + reg * W2
    grads["b2"] = dscores.sum(0)
    dh = dscores @ W2.T
    dh[hidden <= 0] = 0
    grads["W1"] = x.T @ dh + reg * W1
    grads["b1"] = dh.sum(0)
    return loss, grads


# gradcli: x: b s d, wqkv: d 3*d, wo: d d
def self_attention_forward(x, wqkv, wo):
    B, S, D = x.shape
    qkv = x @ wqkv
    q, k, v = np.split(qkv, 3, axis=-1)
    logits = q @ k.transpose(0, 2, 1) / np.sqrt(D)
    e = np.exp(logits - logits.max(axis=-1, keepdims=True))
    a = e / e.sum(axis=-1, keepdims=True)
    o = a @ v
    return o @ wo, (x, wqkv, wo, q, k, v, a, o)


def self_attention_backward(dy, cache):
    x, wqkv, wo, q, k, v, a, o = cache
    B, S, D = x.shape
    do = dy @ wo.T
    dwo = np.einsum("bsi,bsj->ij", o, dy)
    da = do @ v.transpose(0, 2, 1)
    dv = a.transpose(0, 2, 1) @ do
    dl = a * (da - (da * a).sum(-1, keepdims=True)) / np.sqrt(D)
    dq = dl @ k
    dk = dl.transpose(0, 2, 1) @ q
    dqkv = np.concatenate([dq, dk, dv], axis=-1)
    dwqkv = np.einsum("bsi,bsj->ij", x, dqkv)
    return dqkv @ wqkv.T, dwqkv, dwo


# gradcli: pred: n 4, target: n 4, w: n
def weighted_smooth_l1(pred, target, w, sigma=3.0):
    s2 = sigma**2
    diff = pred - target
    absd = np.abs(diff)
    flag = (absd < 1.0 / s2).astype(np.float32)
    y = flag * (s2 / 2.0) * diff**2 + (1 - flag) * (absd - 0.5 / s2)
    return np.sum(w[:, None] * y)


def weighted_smooth_l1_backward(pred, target, w, sigma=3.0):
    s2 = sigma**2
    diff = pred - target
    inside = np.abs(diff) < 1.0 / s2
    g = np.where(inside, s2 * diff, np.sign(diff))
    return w[:, None] * g, -w[:, None] * g, None


# gradcli: h: n d, centers: c d, y: n of c
def center_loss_forward(h, y, centers):
    diff = h - centers[y]
    return 0.5 * np.sum(diff * diff) / h.shape[0], (diff, y, centers.shape)


def center_loss_backward(cache):
    diff, y, shape = cache
    n = diff.shape[0]
    dcenters = np.zeros(shape)
    np.subtract.at(dcenters, y, diff / n)
    return {"h": diff / n, "centers": dcenters}


# gradcli: x: n c h w, s: c, b: c
class AffineChannel(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, s, b):
        ctx.save_for_backward(x, s)
        return x * s[None, :, None, None] + b[None, :, None, None]

    @staticmethod
    def backward(ctx, *grads):
        (g,) = grads
        x, s = ctx.saved_tensors
        return g * s.view(1, -1, 1, 1), (g * x).sum(dim=(0, 2, 3)), g.sum(dim=(0, 2, 3))


# gradcli: q: b s h 2*d, cos: s 2*d, sin: s 2*d
class RopeQ(torch.autograd.Function):
    @staticmethod
    def forward(ctx, q, cos, sin):
        d = q.shape[-1] // 2
        cos, sin = cos[None, :, None, :], sin[None, :, None, :]
        rot = torch.cat([-q[..., d:], q[..., :d]], dim=-1)
        ctx.save_for_backward(cos, sin)
        return q * cos + rot * sin

    @staticmethod
    def backward(ctx, g):
        cos, sin = ctx.saved_tensors
        d = g.shape[-1] // 2
        gs = g * sin
        return g * cos + torch.cat([gs[..., d:], -gs[..., :d]], dim=-1), None, None


# gradcli: x: n d, y: n d
class KLDiv(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, y):
        loss = y * (y.log() - x)
        ctx.save_for_backward(x, y)
        return loss.sum() / x.size(0)

    @staticmethod
    def backward(ctx, grad_output):
        x, y = ctx.saved_tensors
        grad_x = grad_y = None
        if ctx.needs_input_grad[0]:
            grad_x = -y / x.size(0) * grad_output
        if ctx.needs_input_grad[1]:
            grad_y = (y.log() - x + 1) / x.size(0) * grad_output
        return grad_x, grad_y


# gradcli: x: n d, weight: d
class FusedRMS(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, weight, eps: float = 1e-5):
        inv = torch.rsqrt(torch.mean(x * x, -1, True) + eps)
        ctx.save_for_backward(x, weight, inv)
        return x * inv * weight

    @staticmethod
    def backward(ctx, dout):
        x, weight, inv = ctx.saved_tensors
        n = x.size(-1)
        t = torch.sum(dout * weight * x, dim=-1, keepdim=True)
        dx = inv * (dout * weight - x * inv * inv * t / n)
        return dx, torch.sum(dout * x * inv, dim=0), None


# gradcli: logits: n c, y: n c onehot
@jax.custom_vjp
def ce_onehot(logits, y):
    return -jnp.mean(jnp.sum(y * jax.nn.log_softmax(logits, axis=-1), axis=-1))


def ce_onehot_fwd(logits, y):
    return ce_onehot(logits, y), (jax.nn.softmax(logits, axis=-1), y)


def ce_onehot_bwd(res, g):
    p, y = res
    return g * (p - y) / p.shape[0], None


ce_onehot.defvjp(ce_onehot_fwd, ce_onehot_bwd)


# gradcli: x: n d, W: d d
@jax.custom_vjp
def gated(x, W):
    return x * jax.nn.sigmoid(x @ W)


def gated_fwd(x, W):
    s = jax.nn.sigmoid(x @ W)
    return x * s, dict(x=x, W=W, s=s)


def gated_bwd(res, g):
    x, W, s = (res[k] for k in ("x", "W", "s"))
    dz = g * x * s * (1 - s)
    return g * s + dz @ W.T, x.T @ dz


gated.defvjp(gated_fwd, gated_bwd)


# gradcli: a: n, b: n
@jax.custom_jvp
def soft_max2(a, b):
    return jnp.logaddexp(a, b)


@soft_max2.defjvp
def _soft_max2_jvp(primals, tangents):
    a, b = primals
    da, db = tangents
    out = soft_max2(a, b)
    return out, da * jnp.exp(a - out) + db * jnp.exp(b - out)


# gradcli: x: n d, w: 3 d d
def deep_linear_forward(x, w):
    acts = [x]
    for i in range(3):
        acts.append(np.tanh(acts[i] @ w[i]))
    return acts[-1], acts


def deep_linear_backward(dout, acts, w):
    dw = np.empty_like(w)
    d = dout
    for i in range(2, -1, -1):
        d = d * (1 - acts[i + 1] ** 2)
        dw[i] = acts[i].T @ d
        d = d @ w[i].T
    return d, dw


@dataclass
class NormCache:
    xhat: np.ndarray
    inv: np.ndarray
    gamma: np.ndarray
    axis: int = -1


# gradcli: x: b t d, gamma: d, beta: d
def ln3_forward(x, gamma, beta, eps=1e-6):
    mu = x.mean(-1, keepdims=True)
    inv = (x.var(-1, keepdims=True) + eps) ** -0.5
    xhat = (x - mu) * inv
    return xhat * gamma + beta, NormCache(xhat, inv, gamma)


def ln3_backward(dy, c):
    d = dy.shape[c.axis]
    dxhat = dy * c.gamma
    dx = c.inv * (dxhat - dxhat.sum(c.axis, keepdims=True) / d - c.xhat * (dxhat * c.xhat).sum(c.axis, keepdims=True) / d)
    return dx, (dy * c.xhat).sum((0, 1)), dy.sum((0, 1))


# gradcli: x: n d, mask: n d binary
def masked_mean_forward(x, mask):
    cnt = mask.sum(axis=1, keepdims=True)
    return (x * mask).sum(axis=1) / cnt[:, 0], (mask, cnt)


def masked_mean_backward(dout, cache):
    mask, cnt = cache
    return dout[:, None] * mask / cnt, None


# gradcli: p: n, y: n binary
def focal_forward(p, y, gamma=2):
    pt = np.where(y == 1, p, 1 - p)
    return -np.sum((1 - pt) ** gamma * np.log(pt)), (p, y, pt)


def focal_backward(cache, gamma=2):
    p, y, pt = cache
    dpt = gamma * (1 - pt) ** (gamma - 1) * np.log(pt) - (1 - pt) ** gamma / pt
    return dpt * np.where(y == 1, 1.0, -1.0)
