"""`torch.autograd.Function` classes with backward passes by hand; `twins.txt` plants one mistake each."""

import math

import torch
import torch.nn.functional as F
from torch.autograd import Function


class Exp(Function):
    # gradcli: i: n
    @staticmethod
    def forward(ctx, i):
        result = i.exp()
        ctx.save_for_backward(result)
        return result

    @staticmethod
    def backward(ctx, grad_output):
        (result,) = ctx.saved_tensors
        return grad_output * result


class LinearGelu(Function):
    # gradcli: x: n d, w: m d, b: m
    @staticmethod
    def forward(ctx, x, w, b):
        h = F.linear(x, w, b)
        ctx.save_for_backward(x, w, h)
        return F.gelu(h)

    @staticmethod
    def backward(ctx, grad_out):
        x, w, h = ctx.saved_tensors
        cdf = 0.5 * (1 + torch.erf(h / math.sqrt(2)))
        pdf = torch.exp(-0.5 * h * h) / math.sqrt(2 * math.pi)
        grad_h = grad_out * (cdf + h * pdf)
        grad_x = grad_h @ w
        grad_w = grad_h.t() @ x
        grad_b = grad_h.sum(dim=0)
        return grad_x, grad_w, grad_b


class LayerNormFn(Function):
    # gradcli: x: n d, weight: d, bias: d
    @staticmethod
    def forward(ctx, x, weight, bias, eps=1e-5):
        mu = x.mean(-1, keepdim=True)
        var = x.var(-1, keepdim=True, unbiased=False)
        rstd = torch.rsqrt(var + eps)
        ctx.save_for_backward(x, weight, mu, rstd)
        return (x - mu) * rstd * weight + bias

    @staticmethod
    def backward(ctx, dy):
        x, weight, mu, rstd = ctx.saved_tensors
        xhat = (x - mu) * rstd
        wdy = weight * dy
        c1 = (xhat * wdy).mean(-1, keepdim=True)
        c2 = wdy.mean(-1, keepdim=True)
        dx = (wdy - (xhat * c1 + c2)) * rstd
        dw = (dy * xhat).sum(0)
        db = dy.sum(0)
        return dx, dw, db, None


class CrossEntropy(Function):
    # gradcli: logits: n c, target: n of c
    @staticmethod
    def forward(ctx, logits, target):
        logp = F.log_softmax(logits, dim=1)
        ctx.save_for_backward(logp, target)
        return -logp.gather(1, target.unsqueeze(1)).squeeze(1).mean()

    @staticmethod
    def backward(ctx, grad_output):
        logp, target = ctx.saved_tensors
        grad = logp.exp()
        grad = grad - F.one_hot(target, logp.shape[1])
        grad = grad * grad_output / logp.shape[0]
        return grad, None


class SmoothedCrossEntropy(Function):
    # gradcli: logits: n c, target: n of c
    @staticmethod
    def forward(ctx, logits, target, smoothing=0.1):
        n, c = logits.shape
        logp = torch.log_softmax(logits, -1)
        soft = F.one_hot(target, c) * (1 - smoothing) + smoothing / c
        ctx.save_for_backward(logp, soft)
        return -(soft * logp).sum(-1).mean()

    @staticmethod
    def backward(ctx, g):
        logp, soft = ctx.saved_tensors
        p = torch.exp(logp)
        grad_logits = g * (p - soft) / p.size(0)
        return grad_logits, None, None


class SwiGLU(Function):
    # gradcli: a: n d, b: n d
    @staticmethod
    def forward(ctx, a, b):
        ctx.save_for_backward(a, b)
        return F.silu(a) * b

    @staticmethod
    def backward(ctx, dc):
        a, b = ctx.saved_tensors
        sig = torch.sigmoid(a)
        silu = a * sig
        db = dc * silu
        da = dc * b * (silu * (1 - sig) + sig)
        return da, db


class Mish(Function):
    # gradcli: x: n d
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * torch.tanh(F.softplus(x))

    @staticmethod
    def backward(ctx, grad_output):
        x = ctx.saved_tensors[0]
        t = torch.tanh(F.softplus(x))
        s = torch.sigmoid(x)
        return grad_output * (t + x * s * (1 - t * t))


class RoPE(Function):
    # gradcli: x: T 2*d, cos: T d constant, sin: T d constant
    @staticmethod
    def forward(ctx, x, cos, sin):
        x1, x2 = x.chunk(2, dim=-1)
        ctx.save_for_backward(cos, sin)
        return torch.cat([x1 * cos - x2 * sin, x2 * cos + x1 * sin], dim=-1)

    @staticmethod
    def backward(ctx, dy):
        cos, sin = ctx.saved_tensors
        dy1, dy2 = dy.chunk(2, dim=-1)
        dx1 = dy1 * cos + dy2 * sin
        dx2 = dy2 * cos - dy1 * sin
        return torch.cat([dx1, dx2], dim=-1), None, None


class ScaledDotProduct(Function):
    # gradcli: q: b t d, k: b s d, v: b s e
    @staticmethod
    def forward(ctx, q, k, v):
        scale = 1 / math.sqrt(q.size(-1))
        p = torch.softmax(torch.bmm(q, k.transpose(1, 2)) * scale, dim=-1)
        ctx.save_for_backward(q, k, v, p)
        ctx.scale = scale
        return torch.bmm(p, v)

    @staticmethod
    def backward(ctx, do):
        q, k, v, p = ctx.saved_tensors
        dv = torch.bmm(p.transpose(1, 2), do)
        dp = torch.bmm(do, v.transpose(1, 2))
        ds = p * (dp - (dp * p).sum(dim=-1, keepdim=True))
        dq = torch.bmm(ds, k) * ctx.scale
        dk = torch.bmm(ds.transpose(1, 2), q) * ctx.scale
        return dq, dk, dv


class GroupNorm(Function):
    # gradcli: x: n g c, weight: g c, bias: g c
    @staticmethod
    def forward(ctx, x, weight, bias):
        mean = x.mean(dim=2, keepdim=True)
        var = ((x - mean) ** 2).mean(dim=2, keepdim=True)
        rstd = 1 / torch.sqrt(var + 1e-5)
        xhat = (x - mean) * rstd
        ctx.save_for_backward(xhat, rstd, weight)
        return xhat * weight + bias

    @staticmethod
    def backward(ctx, grad_out):
        xhat, rstd, weight = ctx.saved_tensors
        grad_weight = (grad_out * xhat).sum(0)
        grad_bias = grad_out.sum(0)
        g = grad_out * weight
        grad_x = rstd * (g - g.mean(2, keepdim=True) - xhat * (g * xhat).mean(2, keepdim=True))
        return grad_x, grad_weight, grad_bias


class HardTanh(Function):
    # gradcli: x: n d
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x.clamp(-1, 1)

    @staticmethod
    def backward(ctx, grad_output):
        (x,) = ctx.saved_tensors
        grad_input = grad_output.clone()
        grad_input[x.abs() > 1] = 0
        return grad_input


class Dropout(Function):
    # gradcli: x: n d, mask: n d binary
    @staticmethod
    def forward(ctx, x, mask, p=0.5):
        ctx.save_for_backward(mask)
        ctx.p = p
        return x * mask / (1 - p)

    @staticmethod
    def backward(ctx, grad_output):
        (mask,) = ctx.saved_tensors
        return grad_output * mask / (1 - ctx.p), None, None


class KLDiv(Function):
    # gradcli: student: n c, teacher: n c
    @staticmethod
    def forward(ctx, student, teacher, T=2.0):
        ps = torch.softmax(student / T, dim=1)
        pt = torch.softmax(teacher / T, dim=1)
        ctx.save_for_backward(ps, pt)
        ctx.T = T
        return (pt * (torch.log(pt) - torch.log(ps))).sum() * T * T / student.shape[0]

    @staticmethod
    def backward(ctx, grad_output):
        ps, pt = ctx.saved_tensors
        grad_student = grad_output * ctx.T * (ps - pt) / ps.shape[0]
        return grad_student, None, None


class FocalLoss(Function):
    # gradcli: z: n, t: n binary
    @staticmethod
    def forward(ctx, z, t):
        p = torch.sigmoid(z)
        pt = p * t + (1 - p) * (1 - t)
        ctx.save_for_backward(p, pt, t)
        return -((1 - pt) ** 2 * torch.log(pt)).sum()

    @staticmethod
    def backward(ctx, g):
        p, pt, t = ctx.saved_tensors
        dpt = 2 * (1 - pt) * torch.log(pt) - (1 - pt) ** 2 / pt
        dp = dpt * (2 * t - 1)
        dz = g * dp * p * (1 - p)
        return dz, None


class WeightNorm(Function):
    # gradcli: v: m d, g: m
    @staticmethod
    def forward(ctx, v, g):
        norm = v.norm(dim=1, keepdim=True)
        ctx.save_for_backward(v, g, norm)
        return g.unsqueeze(1) * v / norm

    @staticmethod
    def backward(ctx, grad_w):
        v, g, norm = ctx.saved_tensors
        u = v / norm
        grad_g = (grad_w * u).sum(dim=1)
        grad_v = g.unsqueeze(1) / norm * (grad_w - u * grad_g.unsqueeze(1))
        return grad_v, grad_g


class Bilinear(Function):
    # gradcli: x: n i, y: n j, W: o i j, b: o
    @staticmethod
    def forward(ctx, x, y, W, b):
        ctx.save_for_backward(x, y, W)
        return torch.einsum("ni,oij,nj->no", x, W, y) + b

    @staticmethod
    def backward(ctx, g):
        x, y, W = ctx.saved_tensors
        gx = torch.einsum("no,oij,nj->ni", g, W, y)
        gy = torch.einsum("no,oij,ni->nj", g, W, x)
        gW = torch.einsum("no,ni,nj->oij", g, x, y)
        gb = g.sum(0)
        return gx, gy, gW, gb


class Embedding(Function):
    # gradcli: weight: V D, idx: T of V
    @staticmethod
    def forward(ctx, weight, idx):
        ctx.save_for_backward(weight, idx)
        return weight[idx]

    @staticmethod
    def backward(ctx, grad_output):
        weight, idx = ctx.saved_tensors
        grad_weight = torch.zeros_like(weight)
        grad_weight.index_add_(0, idx, grad_output)
        return grad_weight, None


class LogSoftmax(Function):
    # gradcli: x: n d
    @staticmethod
    def forward(x):
        return x - torch.logsumexp(x, dim=-1, keepdim=True)

    @staticmethod
    def setup_context(ctx, inputs, output):
        ctx.save_for_backward(output)

    @staticmethod
    def backward(ctx, grad_output):
        (output,) = ctx.saved_tensors
        return grad_output - output.exp() * grad_output.sum(-1, keepdim=True)
