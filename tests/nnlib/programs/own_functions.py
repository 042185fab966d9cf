"""Functions of one's own: Legendre's polynomial, a straight-through sign, gradcheck."""

import math

import numpy as np
import torch
from drawn import tensor
from torch.autograd import Function, gradcheck


class LegendrePolynomial3(Function):
    @staticmethod
    def forward(ctx, input):
        ctx.save_for_backward(input)
        return 0.5 * (5 * input**3 - 3 * input)

    @staticmethod
    def backward(ctx, grad_output):
        (input,) = ctx.saved_tensors
        return grad_output * 1.5 * (5 * input**2 - 1)


class StraightThrough(Function):
    @staticmethod
    def forward(ctx, x, width=1.0):
        ctx.width = width
        ctx.save_for_backward(x)
        return torch.sign(x)

    @staticmethod
    def backward(ctx, g):
        (x,) = ctx.saved_tensors
        return g * (x.abs() <= ctx.width).to(g.dtype), None


class MyLinear(Function):
    @staticmethod
    def forward(ctx, x, weight, bias=None):
        ctx.save_for_backward(x, weight, bias)
        out = x.mm(weight.t())
        return out if bias is None else out + bias.unsqueeze(0).expand_as(out)

    @staticmethod
    def backward(ctx, g):
        x, weight, bias = ctx.saved_tensors
        grad_x = grad_weight = grad_bias = None
        if ctx.needs_input_grad[0]:
            grad_x = g.mm(weight)
        if ctx.needs_input_grad[1]:
            grad_weight = g.t().mm(x)
        if bias is not None and ctx.needs_input_grad[2]:
            grad_bias = g.sum(0)
        return grad_x, grad_weight, grad_bias


x = torch.linspace(-math.pi, math.pi, 100)
y = torch.sin(x)
a, b, c, d = (torch.full((), v, requires_grad=True) for v in (0.0, -1.0, 0.0, 0.3))
for step in range(20):
    P3 = LegendrePolynomial3.apply
    loss = (a + b * P3(c + d * x) - y).pow(2).sum()
    print(step, loss.item())
    loss.backward()
    with torch.no_grad():
        for p in (a, b, c, d):
            p -= 5e-4 * p.grad
            p.grad.zero_()

rng = np.random.default_rng(7)
inputs = [tensor(rng, *shape).double().requires_grad_() for shape in ((4, 3), (2, 3), (2,))]
print("gradcheck", gradcheck(MyLinear.apply, inputs, eps=1e-6, atol=1e-4))
w = tensor(rng, 5).requires_grad_()
for _ in range(5):
    loss = ((StraightThrough.apply(w, 1.5) - torch.ones(5)) ** 2).mean()
    (g,) = torch.autograd.grad(loss, w)
    w = (w - g).detach().requires_grad_()
    print("signs", loss.item(), w)
