"""Fit a polynomial to a sine: gradients by hand, by autograd, by a Module, and compare."""

import math

import torch
from torch import nn

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
x = torch.linspace(-math.pi, math.pi, 200, device=device)
y = torch.sin(x)


def by_hand(steps=20, learning_rate=1e-6):
    a, b, c, d = 0.1, -0.2, 0.3, 0.05
    for _ in range(steps):
        y_pred = a + b * x + c * x**2 + d * x**3
        print("by hand", (y_pred - y).pow(2).sum().item())
        grad = 2.0 * (y_pred - y)
        a -= learning_rate * grad.sum().item()
        b -= learning_rate * (grad * x).sum().item()
        c -= learning_rate * (grad * x**2).sum().item()
        d -= learning_rate * (grad * x**3).sum().item()
    print(f"y = {a:.5f} + {b:.5f} x + {c:.5f} x^2 + {d:.5f} x^3")


def by_autograd(steps=20, learning_rate=1e-6):
    values = (0.1, -0.2, 0.3, 0.05)
    coefficients = [
        torch.tensor(v, dtype=torch.float, device=device, requires_grad=True) for v in values
    ]
    for _ in range(steps):
        a, b, c, d = coefficients
        y_pred = a + b * x + c * x**2 + d * x**3
        loss = (y_pred - y).pow(2).sum()
        print("by autograd", loss.item())
        loss.backward()
        with torch.no_grad():
            for p in coefficients:
                p -= learning_rate * p.grad
                p.grad = None
    print("coefficients", [round(p.item(), 5) for p in coefficients])


class Polynomial(nn.Module):
    def __init__(self):
        super().__init__()
        self.c = nn.Parameter(torch.tensor([0.1, -0.2, 0.3, 0.05]))

    def forward(self, x):
        return (self.c * x.unsqueeze(-1).pow(torch.arange(4))).sum(-1)


def by_module(steps=20):
    model = Polynomial().to(device)
    criterion = nn.MSELoss(reduction="sum")
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-6, momentum=0.5)
    for _ in range(steps):
        loss = criterion(model(x), y)
        print("by module", loss.item())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


by_hand()
by_autograd()
by_module()
