"""Functions of PyTorch, a third batch."""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.autograd import Function
from torch.autograd.function import once_differentiable
from torch.cuda.amp import custom_bwd, custom_fwd


# gradcli: input: n i, weight: o i, bias: o
class LinearFunction(Function):
    @staticmethod
    def forward(ctx, input, weight, bias=None):
        ctx.save_for_backward(input, weight, bias)
        output = input.mm(weight.t())
        if bias is not None:
            output += bias.unsqueeze(0).expand_as(output)
        return output

    @staticmethod
    def backward(ctx, grad_output):
        input, weight, bias = ctx.saved_tensors
        grad_input = grad_weight = grad_bias = None
        if ctx.needs_input_grad[0]:
            grad_input = grad_output.mm(weight)
        if ctx.needs_input_grad[1]:
            grad_weight = grad_output.t().mm(input)
        if bias is not None and ctx.needs_input_grad[2]:
            grad_bias = grad_output.sum(0)
        return grad_input, grad_weight, grad_bias


# gradcli: gate: b d, up: b d
class SwiGLU(torch.autograd.Function):
    @staticmethod
    def forward(ctx, gate, up):
        sig = torch.sigmoid(gate)
        silu = gate * sig
        ctx.save_for_backward(gate, up)
        return silu * up

    @staticmethod
    @once_differentiable
    def backward(ctx, dc):
        gate, up = ctx.saved_tensors
        sig = torch.sigmoid(gate)
        silu = gate * sig
        db = dc * silu
        da = dc * (silu * (1 - sig) + sig) * up
        return da, db


# gradcli: x: b t d, weight: d
class RMSNorm(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, weight, eps=1e-6):
        variance = x.float().pow(2).mean(-1, keepdim=True)
        rstd = torch.rsqrt(variance + eps)
        x_hat = x * rstd
        ctx.save_for_backward(x_hat, rstd, weight)
        return weight * x_hat

    @staticmethod
    def backward(ctx, dy):
        x_hat, rstd, weight = ctx.saved_tensors
        wdy = weight * dy
        c1 = (x_hat * wdy).mean(dim=-1, keepdim=True)
        dx = (wdy - x_hat * c1) * rstd
        dw = (dy * x_hat).sum(dim=(0, 1))
        return dx, dw, None


# gradcli: logits: n v, target: n of v
class CrossEntropyLoss(torch.autograd.Function):
    @staticmethod
    def forward(ctx, logits, target):
        lse = torch.logsumexp(logits, dim=-1)
        picked = logits.gather(1, target.unsqueeze(1)).squeeze(1)
        loss = (lse - picked).mean()
        ctx.save_for_backward(logits, target, lse)
        return loss

    @staticmethod
    def backward(ctx, grad_output):
        logits, target, lse = ctx.saved_tensors
        grad = torch.exp(logits - lse[:, None])
        grad[torch.arange(logits.size(0)), target] -= 1.0
        return grad * grad_output / logits.size(0), None


# gradcli: i: n d
class Swish(torch.autograd.Function):
    @staticmethod
    def forward(ctx, i):
        result = i * torch.sigmoid(i)
        ctx.save_for_backward(i)
        return result

    @staticmethod
    def backward(ctx, grad_output):
        i = ctx.saved_tensors[0]
        sigmoid_i = torch.sigmoid(i)
        return grad_output * (sigmoid_i * (1 + i * (1 - sigmoid_i)))


# gradcli: x: n d
class MishFunction(Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * torch.tanh(F.softplus(x))

    @staticmethod
    def backward(ctx, grad_output):
        (x,) = ctx.saved_tensors
        sx = torch.sigmoid(x)
        fx = F.softplus(x).tanh()
        return grad_output * (fx + x * sx * (1 - fx * fx))


# gradcli: x: n c l, weight: c, bias: c
class GroupedLayerNorm(Function):
    """Channels-first layer norm as in NAFNet."""

    @staticmethod
    def forward(ctx, x, weight, bias, eps=1e-6):
        ctx.eps = eps
        N, C, L = x.size()
        mu = x.mean(1, keepdim=True)
        var = (x - mu).pow(2).mean(1, keepdim=True)
        y = (x - mu) / (var + eps).sqrt()
        ctx.save_for_backward(y, var, weight)
        y = weight.view(1, C, 1) * y + bias.view(1, C, 1)
        return y

    @staticmethod
    def backward(ctx, grad_output):
        eps = ctx.eps
        N, C, L = grad_output.size()
        y, var, weight = ctx.saved_tensors
        g = grad_output * weight.view(1, C, 1)
        mean_g = g.mean(dim=1, keepdim=True)
        mean_gy = (g * y).mean(dim=1, keepdim=True)
        gx = 1.0 / torch.sqrt(var + eps) * (g - y * mean_gy - mean_g)
        return gx, (grad_output * y).sum(dim=2).sum(dim=0), grad_output.sum(dim=2).sum(dim=0), None


# gradcli: logits: n c, targets: n c binary
class SigmoidFocalLoss(Function):
    @staticmethod
    def forward(ctx, logits, targets):
        p = torch.sigmoid(logits)
        pt = p * targets + (1 - p) * (1 - targets)
        ce = F.binary_cross_entropy_with_logits(logits, targets, reduction="none")
        ctx.save_for_backward(p, pt, ce, targets)
        return ((1 - pt) ** 2 * ce).sum()

    @staticmethod
    def backward(ctx, grad_output):
        p, pt, ce, targets = ctx.saved_tensors
        sign = 2 * targets - 1
        dpt = sign * p * (1 - p)
        grad = -2 * (1 - pt) * dpt * ce + (1 - pt) ** 2 * (p - targets)
        return grad_output * grad, None


# gradcli: x: b s 2*d, cos: s 2*d, sin: s 2*d
class RotaryEmbedding(Function):
    @staticmethod
    def forward(ctx, x, cos, sin):
        half = x.shape[-1] // 2
        x1, x2 = x[..., :half], x[..., half:]
        rot = torch.cat((-x2, x1), dim=-1)
        ctx.save_for_backward(cos, sin)
        return x * cos + rot * sin

    @staticmethod
    def backward(ctx, dy):
        cos, sin = ctx.saved_tensors
        half = dy.shape[-1] // 2
        ds = dy * sin
        d1, d2 = ds[..., :half], ds[..., half:]
        return dy * cos + torch.cat((d2, -d1), dim=-1), None, None


# gradcli: x: n d
class StraightThroughClamp(Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x.clamp(-1, 1)

    @staticmethod
    def backward(ctx, grad_output):
        x, = ctx.saved_tensors
        grad_input = grad_output.clone()
        grad_input[x < -1] = 0
        grad_input[x > 1] = 0
        return grad_input


# gradcli: X: b r i, A: i k, B: k o, W: i o
class LoRALinear(torch.autograd.Function):
    @staticmethod
    def forward(ctx, X, W, A, B, scale=2.0):
        ctx.scale = scale
        XA = torch.matmul(X, A)
        out = torch.matmul(X, W)
        out = out + scale * torch.matmul(XA, B)
        ctx.save_for_backward(X, W, A, B, XA)
        return out

    @staticmethod
    def backward(ctx, dY):
        X, W, A, B, XA = ctx.saved_tensors
        scale = ctx.scale
        b, r, i = X.shape
        dYf = dY.reshape(-1, dY.shape[-1])
        Xf = X.reshape(-1, i)
        dXA = scale * dY @ B.T
        dA = Xf.T @ dXA.view(b * r, -1)
        dB = scale * XA.view(b * r, -1).t() @ dYf
        dX = dY @ W.T + dXA @ A.T
        return dX, None, dA, dB, None


# gradcli: z1: n d, z2: n d
class NTXentRow(Function):
    @staticmethod
    def forward(ctx, z1, z2, tau=0.5):
        logits = z1 @ z2.t() / tau
        logp = F.log_softmax(logits, dim=1)
        ctx.save_for_backward(z1, z2, logp)
        ctx.tau = tau
        return -logp.diagonal().mean()

    @staticmethod
    def backward(ctx, g):
        z1, z2, logp = ctx.saved_tensors
        n = z1.shape[0]
        dlogits = logp.exp() - torch.eye(n)
        dlogits = dlogits * (g / n)
        dlogits = dlogits / ctx.tau
        return dlogits @ z2, dlogits.t() @ z1, None


# gradcli: a: n, b: n
class MulAdd(Function):
    @staticmethod
    def forward(a, b):
        return a * b, a + b

    @staticmethod
    def setup_context(ctx, inputs, output):
        a, b = inputs
        ctx.save_for_backward(a, b)

    @staticmethod
    def backward(ctx, gp, gs):
        a, b = ctx.saved_tensors
        ga = gb = None
        if ctx.needs_input_grad[0]:
            ga = torch.addcmul(gs, gp, b)
        if ctx.needs_input_grad[1]:
            gb = gp * a + gs
        return ga, gb


# gradcli: x: n d, index: m of n
class GatherRows(Function):
    @staticmethod
    def forward(ctx, x, index):
        ctx.save_for_backward(index)
        ctx.shape = x.shape
        return x.index_select(0, index)

    @staticmethod
    def backward(ctx, grad):
        index, = ctx.saved_tensors
        dx = torch.zeros(ctx.shape, dtype=grad.dtype, device=grad.device)
        dx.index_add_(0, index, grad)
        return dx, None


# gradcli: input: n c, target: n c
class DiceLoss(Function):
    @staticmethod
    def forward(ctx, input, target):
        inter = torch.sum(input * target)
        union = torch.sum(input) + torch.sum(target) + 1e-4
        ctx.save_for_backward(input, target)
        ctx.inter, ctx.union = inter, union
        return 1 - 2 * inter / union

    @staticmethod
    def backward(ctx, grad_output):
        input, target = ctx.saved_tensors
        grad_input = -grad_output * 2 * (target * ctx.union - ctx.inter) / (ctx.union * ctx.union)
        return grad_input, None


# gradcli: A: n n spd
class LogDet(Function):
    @staticmethod
    def forward(ctx, A):
        L = torch.linalg.cholesky(A)
        ctx.save_for_backward(A)
        return 2 * torch.log(torch.diagonal(L)).sum()

    @staticmethod
    def backward(ctx, g):
        (A,) = ctx.saved_tensors
        return g * torch.inverse(A)


# gradcli: x: b h t t, mask: t t binary
class ScaledMaskedSoftmax(Function):
    @staticmethod
    def forward(ctx, x, mask, scale=0.125):
        y = torch.softmax((x * scale).masked_fill(mask == 0, float("-inf")), dim=-1)
        ctx.save_for_backward(y)
        ctx.scale = scale
        return y

    @staticmethod
    def backward(ctx, grad_output):
        y, = ctx.saved_tensors
        gy = grad_output * y
        grad = gy - y * gy.sum(-1, keepdim=True)
        return ctx.scale * grad, None, None


# gradcli: x: b t d, w: v d, y: b t of v
class FusedLinearCE(torch.autograd.Function):
    @staticmethod
    @custom_fwd
    def forward(ctx: Any, x: Tensor, w: Tensor, y: Tensor) -> Tensor:
        B, T, D = x.shape
        h = x.flatten(0, 1)
        logits = h @ w.T
        logz = logits.logsumexp(dim=1)
        nll = logz - logits.gather(1, y.view(-1, 1)).squeeze(1)
        p = (logits - logz.unsqueeze(1)).exp()
        p.scatter_add_(1, y.view(-1, 1), -torch.ones_like(p[:, :1]))
        p /= B * T
        ctx.save_for_backward(p @ w, p.T @ h)
        ctx.shape = x.shape
        return nll.mean()

    @staticmethod
    @custom_bwd
    def backward(ctx, grad_out):
        dx, dw = ctx.saved_tensors
        return grad_out * dx.view(ctx.shape), grad_out * dw, None


# gradcli: q: b h t d, k: b h t d, v: b h t d
class CausalAttention(torch.autograd.Function):
    @staticmethod
    def forward(ctx, q, k, v):
        scale = q.size(-1) ** -0.5
        s = torch.matmul(q, k.transpose(-2, -1)) * scale
        T = q.size(-2)
        causal = torch.triu(torch.ones(T, T, dtype=torch.bool), diagonal=1)
        s = s.masked_fill(causal, -float("inf"))
        p = s.softmax(-1)
        o = p @ v
        ctx.save_for_backward(q, k, v, p, o)
        ctx.scale = scale
        return o

    @staticmethod
    def backward(ctx, do):
        q, k, v, p, o = ctx.saved_tensors
        delta = (do * o).sum(-1, keepdim=True)
        dv = p.transpose(-1, -2) @ do
        dp = do @ v.transpose(-1, -2)
        ds = p * (dp - delta) * ctx.scale
        return ds @ k, ds.transpose(-1, -2) @ q, dv


# gradcli: x: n d, y: n d
class SmoothL1(torch.autograd.Function):
    beta = 0.11

    @staticmethod
    def forward(ctx, x, y):
        beta = 0.11
        diff = x - y
        n = diff.abs()
        cond = n < beta
        loss = torch.where(cond, 0.5 * n**2 / beta, n - 0.5 * beta)
        ctx.save_for_backward(diff, cond)
        ctx.beta = beta
        return loss.sum()

    @staticmethod
    def backward(ctx, g):
        diff, cond = ctx.saved_tensors
        d = torch.where(cond, diff / ctx.beta, diff.sign())
        d.mul_(g)
        return d, -d


# gradcli: x: n c h w, running: c
class FrozenBatchNorm(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, weight, bias, mean, var):
        """
        Args:
            x: (n, c, h, w)
            weight: (c,)
        bias : Tensor, shape (c,)
        mean : Tensor, shape (c,)
        var : Tensor, shape (c,)
        """
        scale = weight * (var + 1e-5).rsqrt()
        shift = bias - mean * scale
        ctx.save_for_backward(x, scale, mean, var)
        return x * scale.reshape(1, -1, 1, 1) + shift.reshape(1, -1, 1, 1)

    @staticmethod
    def backward(ctx, dy):
        x, scale, mean, var = ctx.saved_tensors
        inv = (var + 1e-5).rsqrt()
        dx = dy * scale.reshape(1, -1, 1, 1)
        db = dy.sum((0, 2, 3))
        dw = ((x - mean.reshape(1, -1, 1, 1)) * dy).sum((0, 2, 3)) * inv
        return dx, dw, db, None, None


# gradcli: x: n 3*d, bias: 3*d
class BiasGeGLU(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, bias):
        a, b, c = torch.chunk(x + bias, 3, dim=-1)
        ctx.save_for_backward(a, b, c)
        return a * torch.relu(b) + torch.sin(c)

    @staticmethod
    def backward(ctx, g):
        a, b, c = ctx.saved_tensors
        da = g * b.clamp(min=0)
        db = g * a * (b > 0).to(g.dtype)
        dc = g * c.cos()
        dx = torch.cat([da, db, dc], -1)
        return dx, dx.sum(dim=0)


# gradcli: x: n k, probs: n k
class Entropy(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        logp = torch.nn.functional.log_softmax(x, dim=-1)
        p = logp.exp()
        H = -(p * logp).sum(dim=-1)
        ctx.save_for_backward(p, logp, H)
        return H

    @staticmethod
    def backward(ctx, grad_H):
        p, logp, H = ctx.saved_tensors
        return -grad_H.unsqueeze(-1) * p * (logp + H[:, None])


# gradcli: x: n d
class Clamp01(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.mask = (x.ge(0) * x.le(1))
        return x.clamp(0, 1)

    @staticmethod
    def backward(ctx, g):
        return g * ctx.mask.float()


# gradcli: log_probs: n v, targets: n of v
class LabelSmoothing(torch.autograd.Function):
    @staticmethod
    def forward(ctx, log_probs, targets, eps=0.1):
        n, v = log_probs.shape
        true = torch.full_like(log_probs, eps / (v - 1))
        true.scatter_(1, targets.unsqueeze(1), 1 - eps)
        ctx.save_for_backward(true)
        return -(true * log_probs).sum(dim=1).mean()

    @staticmethod
    def backward(ctx, g):
        true, = ctx.saved_tensors
        return -g * true / true.shape[0], None, None


# gradcli: x: n d, w: m d, b: m
class TiedAE(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, w, b):
        h = torch.sigmoid(torch.nn.functional.linear(x, w, b))
        out = torch.nn.functional.linear(h, w.t())
        ctx.save_for_backward(x, w, h)
        return out

    @staticmethod
    def backward(ctx, g):
        x, w, h = ctx.saved_tensors
        dh = torch.mm(g, w.t())
        dz = dh * h * (1 - h)
        dx = torch.mm(dz, w)
        dw = torch.mm(dz.t(), x) + torch.mm(h.t(), g)
        db = dz.sum(0)
        return dx, dw, db


# gradcli: input: n c, weight: c c
class Bilinear(torch.autograd.Function):
    @staticmethod
    def forward(ctx, input, weight):
        out = torch.einsum("bi,ij,bj->b", input, weight, input)
        ctx.save_for_backward(input, weight)
        return out

    @staticmethod
    def backward(ctx, grad_output):
        input, weight = ctx.saved_tensors
        gi = grad_output.unsqueeze(1) * (input @ (weight + weight.T))
        gw = torch.einsum("b,bi,bj->ij", grad_output, input, input)
        return gi, gw


# gradcli: x: b c h w, skip: b c h w, gate: b c
class SEBlock(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, gate):
        s = gate.sigmoid()[:, :, None, None]
        ctx.save_for_backward(x, s)
        return x * s

    @staticmethod
    def backward(ctx, dy):
        x, s = ctx.saved_tensors
        dx = dy * s
        dgate = (dy * x).sum(dim=[2, 3]) * (s * (1 - s)).squeeze(-1).squeeze(-1)
        return dx, dgate


# gradcli: a: n, b: n, c: ()
class Fma(torch.autograd.Function):
    @staticmethod
    def forward(ctx, a, b, c):
        ctx.save_for_backward(a, b)
        ctx.set_materialize_grads(False)
        return torch.addcmul(c, a, b)

    @staticmethod
    def backward(ctx, g):
        a, b = ctx.saved_tensors
        if g is None:
            return None, None, None
        return g * b, g * a, g.sum()


# gradcli: x: n d, y: n d
class Lerp(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, y, t):
        """t : float tensor of shape ()"""
        ctx.save_for_backward(x, y, t)
        return torch.lerp(x, y, t)

    @staticmethod
    def backward(ctx, g):
        x, y, t = ctx.saved_tensors
        return g * (1 - t), g * t, (g * (y - x)).sum()
