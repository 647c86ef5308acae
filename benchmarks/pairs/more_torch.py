"""More `torch.autograd.Function`s, as libraries write them; `twins.txt` plants one mistake each."""

import math

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.autograd import Function


# gradcli: x: n d, weight: d
class LigerRMSNorm(Function):
    @staticmethod
    def forward(ctx, x, weight, eps=1e-6):
        rstd = torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + eps)
        ctx.save_for_backward(x, weight, rstd)
        return x * rstd * weight

    @staticmethod
    def backward(ctx, dy):
        x, weight, rstd = ctx.saved_tensors
        n = x.shape[-1]
        m = dy * weight
        dx = rstd * m
        dx += -rstd * (1 / n) * rstd * rstd * (m * x).sum(-1, keepdim=True) * x
        dw = (dy * (x * rstd)).sum(0)
        return dx, dw, None


# gradcli: e: n d, g: n d
class UnslothSwiGLU(Function):
    @staticmethod
    def forward(ctx, e, g):
        f = e * torch.sigmoid(e)
        h = f * g
        ctx.save_for_backward(e, g)
        return h

    @staticmethod
    def backward(ctx, DW):
        e, g = ctx.saved_tensors
        se = torch.sigmoid(e)
        f = se * e
        df = DW * f
        dg = DW * g
        de = dg * se * (1.0 + e * (1.0 - se))
        return de, df


# gradcli: a: n d, b: n d
class LigerGEGLU(Function):
    @staticmethod
    def forward(ctx, a, b):
        ctx.save_for_backward(a, b)
        sqrt_2_over_pi = 0.7978845608028654
        tanh_arg = sqrt_2_over_pi * (a + 0.044715 * a * a * a)
        geglu_a = 0.5 * a * (1 + torch.tanh(tanh_arg))
        return geglu_a * b

    @staticmethod
    def backward(ctx, dc):
        a, b = ctx.saved_tensors
        sqrt_2_over_pi = 0.7978845608028654
        a_cubed = a * a * a
        tanh_arg = sqrt_2_over_pi * (a + 0.044715 * a_cubed)
        tanh_result = torch.tanh(tanh_arg)
        geglu_a = 0.5 * a * (1 + tanh_result)
        db = dc * geglu_a
        term1 = 0.5 * (1 + tanh_result)
        tanh_sq = tanh_result * tanh_result
        term2 = 0.5 * a * (1 - tanh_sq) * (sqrt_2_over_pi * (1 + 3 * 0.044715 * a * a))
        da = dc * b * (term1 + term2)
        return da, db


# gradcli: x: n d, weight: m d, A: d r, B: m r
class LoraLinear(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x: Tensor, weight: Tensor, A: Tensor, B: Tensor, scaling: float = 2.0) -> Tensor:
        xa = x @ A
        ctx.save_for_backward(x, weight, A, B, xa)
        ctx.scaling = scaling
        return F.linear(x, weight) + scaling * xa @ B.t()

    @staticmethod
    def backward(ctx, grad_output: Tensor):
        x, weight, A, B, xa = ctx.saved_tensors
        grad_xa = ctx.scaling * grad_output @ B
        grad_A = x.t() @ grad_xa
        grad_B = ctx.scaling * grad_output.t() @ xa
        grad_x = grad_output @ weight + grad_xa @ A.t()
        return grad_x, None, grad_A, grad_B, None


# gradcli: x: n d
class QuickGELU(Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * torch.sigmoid(1.702 * x)

    @staticmethod
    def backward(ctx, grad_output):
        (x,) = ctx.saved_tensors
        sig = torch.sigmoid(1.702 * x)
        return grad_output * (sig + x * 1.702 * sig * (1 - sig))


# gradcli: input: n d
class HardSwishFn(Function):
    @staticmethod
    def forward(ctx, input):
        ctx.save_for_backward(input)
        return input * torch.clamp(input + 3, 0, 6) / 6

    @staticmethod
    def backward(ctx, grad_output):
        (input,) = ctx.saved_tensors
        m = torch.where(input < -3, torch.zeros_like(input), torch.where(input <= 3, input / 3 + 0.5, torch.ones_like(input)))
        grad_input = grad_output * m
        return grad_input


# gradcli: x: n c h w, weight: c, bias: c
class LayerNorm2d(Function):
    @staticmethod
    def forward(ctx, x, weight, bias, eps=1e-6):
        ctx.eps = eps
        N, C, H, W = x.size()
        mu = x.mean(1, keepdim=True)
        var = (x - mu).pow(2).mean(1, keepdim=True)
        y = (x - mu) / (var + eps).sqrt()
        ctx.save_for_backward(y, var, weight)
        y = weight.view(1, C, 1, 1) * y + bias.view(1, C, 1, 1)
        return y

    @staticmethod
    def backward(ctx, grad_output):
        eps = ctx.eps
        N, C, H, W = grad_output.size()
        y, var, weight = ctx.saved_tensors
        g = grad_output * weight.view(1, C, 1, 1)
        mean_g = g.mean(dim=1, keepdim=True)
        mean_gy = (g * y).mean(dim=1, keepdim=True)
        gx = 1.0 / torch.sqrt(var + eps) * (g - y * mean_gy - mean_g)
        return gx, (grad_output * y).sum(dim=3).sum(dim=2).sum(dim=0), grad_output.sum(dim=3).sum(dim=2).sum(dim=0), None


# gradcli: x: n d, s: ()
class LSQQuant(Function):
    @staticmethod
    def forward(ctx, x, s):
        ctx.save_for_backward(x, s)
        return torch.clamp(x / s, -8, 7) * s

    @staticmethod
    def backward(ctx, grad_output):
        x, s = ctx.saved_tensors
        q = x / s
        small = (q < -8).float()
        big = (q > 7).float()
        middle = 1.0 - small - big
        grad_x = grad_output * middle
        grad_s = (grad_output * (-8 * small + 7 * big)).sum()
        return grad_x, grad_s


# gradcli: x: n d, k: d m, b: m
class FusedDenseTanh(Function):
    @staticmethod
    def forward(ctx, x, k, b):
        y = torch.tanh(torch.addmm(b, x, k))
        ctx.save_for_backward(x, k, y)
        return y

    @staticmethod
    def backward(ctx, grad_y):
        x, k, y = ctx.saved_tensors
        gx = gk = gb = None
        grad_z = grad_y * (1 - y.square())
        if ctx.needs_input_grad[0]:
            gx = grad_z.mm(k.t())
        if ctx.needs_input_grad[1]:
            gk = x.t().mm(grad_z)
        if ctx.needs_input_grad[2]:
            gb = grad_z.sum(0)
        return gx, gk, gb


# gradcli: q: b t d, k: b s d, v: b s e
class XAttention(Function):
    @staticmethod
    def forward(ctx, q, k, v):
        scale = 1.0 / math.sqrt(q.size(-1))
        scores = torch.bmm(q, k.transpose(1, 2)) * scale
        lse = torch.logsumexp(scores, dim=-1)
        p = torch.exp(scores - lse.unsqueeze(-1))
        o = torch.bmm(p, v)
        ctx.save_for_backward(q, k, v, o, lse)
        ctx.scale = scale
        return o

    @staticmethod
    def backward(ctx, do):
        q, k, v, o, lse = ctx.saved_tensors
        scale = ctx.scale
        p = torch.exp(torch.bmm(q, k.transpose(1, 2)) * scale - lse.unsqueeze(-1))
        dv = torch.bmm(p.transpose(1, 2), do)
        dp = torch.bmm(do, v.transpose(1, 2))
        D = (do * o).sum(-1, keepdim=True)
        ds = p * (dp - D) * scale
        dq = torch.bmm(ds, k)
        dk = torch.bmm(ds.transpose(1, 2), q)
        return dq, dk, dv


# gradcli: logits: n V, labels: n of V
class FusedCrossEntropy(Function):
    @staticmethod
    def forward(ctx, logits, labels, smoothing=0.1, lse_square_scale=1e-4):
        lse = torch.logsumexp(logits, dim=-1)
        picked = logits.gather(1, labels.unsqueeze(1)).squeeze(1)
        V = logits.shape[1]
        losses = lse - smoothing * logits.sum(-1) / V - (1 - smoothing) * picked + lse_square_scale * lse * lse
        ctx.save_for_backward(logits, lse, labels)
        ctx.smoothing = smoothing
        ctx.lse_square_scale = lse_square_scale
        return losses

    @staticmethod
    def backward(ctx, grad_losses):
        logits, lse, labels = ctx.saved_tensors
        V = logits.shape[1]
        probs = torch.exp(logits - lse[:, None])
        probs = probs + 2.0 * ctx.lse_square_scale * lse[:, None] * probs
        onehot = F.one_hot(labels, V)
        dlogits = probs - (1 - ctx.smoothing) * onehot - ctx.smoothing / V
        return dlogits * grad_losses.unsqueeze(-1), None, None, None


# gradcli: x: n d
class UnitRows(Function):
    @staticmethod
    def forward(ctx, x):
        norm = x.norm(dim=-1, keepdim=True)
        out = x / norm
        ctx.save_for_backward(out, norm)
        return out

    @staticmethod
    def backward(ctx, g):
        out, norm = ctx.saved_tensors
        return (g - out * (g * out).sum(-1, keepdim=True)) / norm


# gradcli: a: n d, b: m d
class PairwiseSquared(Function):
    @staticmethod
    def forward(ctx, a, b):
        ctx.save_for_backward(a, b)
        return a.pow(2).sum(1, keepdim=True) + b.pow(2).sum(1)[None, :] - 2 * a @ b.t()

    @staticmethod
    def backward(ctx, grad):
        a, b = ctx.saved_tensors
        grad_a = 2 * (grad.sum(1, keepdim=True) * a - grad @ b)
        grad_b = 2 * (grad.sum(0).unsqueeze(1) * b - grad.t() @ a)
        return grad_a, grad_b


# gradcli: x: n p, idx: n of k
class SegmentSum(Function):
    @staticmethod
    def forward(ctx, x, idx, size=4):
        # gradcli: idx: n of 4
        ctx.save_for_backward(idx)
        out = torch.zeros(size, x.shape[1])
        out.index_add_(0, idx, x)
        return out

    @staticmethod
    def backward(ctx, grad):
        (idx,) = ctx.saved_tensors
        return grad[idx], None, None


# gradcli: x: b n, y: b n
class Pearson(Function):
    @staticmethod
    def forward(ctx, x, y):
        xc = x - x.mean(1, keepdim=True)
        yc = y - y.mean(1, keepdim=True)
        xn = xc.pow(2).sum(1, keepdim=True).sqrt()
        yn = yc.pow(2).sum(1, keepdim=True).sqrt()
        r = (xc * yc).sum(1, keepdim=True) / (xn * yn)
        ctx.save_for_backward(xc, yc, xn, yn, r)
        return r.squeeze(1)

    @staticmethod
    def backward(ctx, dr):
        xc, yc, xn, yn, r = ctx.saved_tensors
        dr = dr.unsqueeze(1)
        dx = dr * (yc / (xn * yn) - r * xc / xn**2)
        dy = dr * (xc / (xn * yn) - r * yc / yn**2)
        return dx, dy


# gradcli: S: n n spd
class CholeskyLogDet(Function):
    @staticmethod
    def forward(ctx, S):
        L = torch.linalg.cholesky(S)
        ctx.save_for_backward(L)
        return 2 * torch.log(torch.diagonal(L)).sum()

    @staticmethod
    def backward(ctx, g):
        (L,) = ctx.saved_tensors
        return g * torch.cholesky_inverse(L)


# gradcli: x: n d, u: d, w: d, b: ()
class PlanarFlow(Function):
    @staticmethod
    def forward(ctx, x, u, w, b):
        a = torch.tanh(x @ w + b)
        z = x + a[:, None] * u
        ctx.save_for_backward(x, u, w, a)
        return z

    @staticmethod
    def backward(ctx, dz):
        x, u, w, a = ctx.saved_tensors
        du = (dz * a[:, None]).sum(0)
        da = dz @ u
        dh = da * (1 - a * a)
        dx = dz + dh[:, None] * w
        dw = x.t() @ dh
        db = dh.sum()
        return dx, du, dw, db


# gradcli: x: n c, t: n c
class SigmoidFocal(Function):
    @staticmethod
    def forward(ctx, x, t):
        p = torch.sigmoid(x)
        ctx.save_for_backward(x, t, p)
        ce = F.binary_cross_entropy_with_logits(x, t, reduction="none")
        return (ce * (1 - p) ** 2).mean()

    @staticmethod
    def backward(ctx, g):
        x, t, p = ctx.saved_tensors
        ce = F.softplus(x) - x * t
        grad = (p - t) * (1 - p) ** 2 - 2 * ce * p * (1 - p) ** 2
        return g * grad / x.numel(), None
