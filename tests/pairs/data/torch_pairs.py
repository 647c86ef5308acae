import torch
import torch.nn.functional as F
from torch.autograd import Function

class GELU(Function):
    # gradcli: x: n d
    @staticmethod
    def forward(ctx, x):
        c = (2 / torch.pi) ** 0.5
        t = torch.tanh(c * (x + 0.044715 * x**3))
        ctx.save_for_backward(x, t)
        ctx.c = c
        return 0.5 * x * (1 + t)
    @staticmethod
    def backward(ctx, grad_output):
        x, t = ctx.saved_tensors
        dt = (1 - t**2) * ctx.c * (1 + 3 * 0.044715 * x**2)
        return grad_output * (0.5 * (1 + t) + 0.5 * x * dt)

class LayerNorm(Function):
    # gradcli: x: B T C, weight: C, bias: C
    @staticmethod
    def forward(ctx, x, weight, bias, eps=1e-5):
        mean = x.mean(-1, keepdim=True)
        xs = x - mean
        var = (xs**2).mean(-1, keepdim=True)
        rstd = (var + eps) ** -0.5
        norm = xs * rstd
        ctx.save_for_backward(norm, rstd, weight)
        return norm * weight + bias
    @staticmethod
    def backward(ctx, dout):
        norm, rstd, weight = ctx.saved_tensors
        db = dout.sum((0, 1))
        dw = (dout * norm).sum((0, 1))
        dnorm = dout * weight
        dx = dnorm - dnorm.mean(-1, keepdim=True) - norm * (dnorm * norm).mean(-1, keepdim=True)
        dx *= rstd
        return dx, dw, db, None

class CrossEntropy(Function):
    # gradcli: logits: n c, target: n of c
    @staticmethod
    def forward(ctx, logits, target):
        lse = torch.logsumexp(logits, dim=1)
        picked = logits.gather(1, target.unsqueeze(1)).squeeze(1)
        ctx.save_for_backward(logits, target)
        return (lse - picked).mean()
    @staticmethod
    def backward(ctx, g):
        logits, target = ctx.saved_tensors
        p = F.softmax(logits, dim=1)
        onehot = F.one_hot(target, logits.shape[1]).to(p.dtype)
        return g * (p - onehot) / logits.size(0), None

class ReLU(Function):
    # gradcli: input: n d
    @staticmethod
    def forward(ctx, input):
        ctx.save_for_backward(input)
        return input.clamp(min=0)
    @staticmethod
    def backward(ctx, grad_output):
        input, = ctx.saved_tensors
        grad_input = grad_output.clone()
        grad_input[input < 0] = 0
        return grad_input

class SwiGLU(Function):
    # gradcli: a: n d, b: n d
    @staticmethod
    def forward(ctx, a, b):
        ctx.save_for_backward(a, b)
        return F.silu(a) * b
    @staticmethod
    def backward(ctx, dc):
        a, b = ctx.saved_tensors
        sig_a = torch.sigmoid(a)
        silu_a = a * sig_a
        db = dc * silu_a
        da = dc * b * (silu_a * (1 - sig_a) + sig_a)
        return da, db

class MatMul(Function):
    # gradcli: a: B n k, b: B k m
    @staticmethod
    def forward(ctx, a, b):
        ctx.save_for_backward(a, b)
        return torch.bmm(a, b)
    @staticmethod
    def backward(ctx, grad):
        a, b = ctx.saved_tensors
        return grad.bmm(b.transpose(1, 2)), a.transpose(1, 2).bmm(grad)

class Norm(Function):
    # gradcli: x: n d
    @staticmethod
    def forward(ctx, x):
        n = x.norm(dim=1, keepdim=True)
        y = x / n
        ctx.save_for_backward(y, n)
        return y
    @staticmethod
    def backward(ctx, g):
        y, n = ctx.saved_tensors
        return (g - y * (g * y).sum(1, keepdim=True)) / n

class Attention(Function):
    # gradcli: q: B T d, k: B S d, v: B S d
    @staticmethod
    def forward(ctx, q, k, v):
        scale = q.shape[-1] ** -0.5
        p = torch.softmax(q @ k.transpose(-2, -1) * scale, dim=-1)
        ctx.save_for_backward(q, k, v, p)
        ctx.scale = scale
        return p @ v
    @staticmethod
    def backward(ctx, do):
        q, k, v, p = ctx.saved_tensors
        dv = p.transpose(-2, -1) @ do
        dp = do @ v.transpose(-2, -1)
        ds = p * (dp - (dp * p).sum(-1, keepdim=True)) * ctx.scale
        return ds @ k, ds.transpose(-2, -1) @ q, dv

class Scale(Function):
    # gradcli: x: n d, s: d
    @staticmethod
    def forward(ctx, x, s):
        ctx.save_for_backward(x, s)
        return x * s
    @staticmethod
    def backward(ctx, g):
        x, s = ctx.saved_tensors
        return g * s, g * x
