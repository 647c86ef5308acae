"""`torch.autograd.Function` classes with one mistake each."""

import torch


class LayerNorm(torch.autograd.Function):
    # gradcli: x: n d, weight: d, bias: d
    @staticmethod
    def forward(ctx, x, weight, bias):
        mean = x.mean(-1, keepdim=True)
        rstd = torch.rsqrt(((x - mean) ** 2).mean(-1, keepdim=True) + 1e-5)
        xhat = (x - mean) * rstd
        ctx.save_for_backward(xhat, rstd, weight)
        return xhat * weight + bias

    @staticmethod
    def backward(ctx, dy):
        xhat, rstd, weight = ctx.saved_tensors
        wdy = dy * weight
        dx = (wdy - xhat * (wdy * xhat).mean(-1, keepdim=True)) * rstd  # the mean of wdy is missing
        dw = (dy * xhat).sum(0)
        db = dy.sum(0)
        return dx, dw, db


class Embedding(torch.autograd.Function):
    # gradcli: weight: V D, index: T of V
    @staticmethod
    def forward(ctx, weight, index):
        ctx.save_for_backward(weight, index)
        return weight[index]

    @staticmethod
    def backward(ctx, grad_output):
        weight, index = ctx.saved_tensors
        grad_weight = torch.zeros_like(weight)
        grad_weight[index] += grad_output  # labels that repeat are lost: index_add_
        return grad_weight, None


class Dropout(torch.autograd.Function):
    # gradcli: x: n d, mask: n d binary
    @staticmethod
    def forward(ctx, x, mask, keep=0.9):
        ctx.save_for_backward(mask)
        ctx.keep = keep
        return x * mask / keep

    @staticmethod
    def backward(ctx, grad_output):
        (mask,) = ctx.saved_tensors
        return grad_output * mask, None, None  # the scale is missing
