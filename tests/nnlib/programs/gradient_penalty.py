"""A Wasserstein critic with gradient penalty, and Newton's method by double backward."""

import numpy as np
import torch
from drawn import tensor, weights
from torch import autograd, nn

rng = np.random.default_rng(8)
critic = weights(
    nn.Sequential(
        nn.Linear(2, 16), nn.Tanh(), nn.Linear(16, 16), nn.Softplus(), nn.Linear(16, 1)
    )
)


def gradient_penalty(real, fake):
    alpha = torch.from_numpy(rng.random((len(real), 1), dtype="float64")).expand_as(real)
    between = (alpha * real + (1 - alpha) * fake).requires_grad_(True)
    scores = critic(between)
    gradients = autograd.grad(
        outputs=scores,
        inputs=between,
        grad_outputs=torch.ones_like(scores),
        create_graph=True,
        retain_graph=True,
    )[0]
    return ((gradients.norm(2, dim=1) - 1) ** 2).mean()


optimizer = torch.optim.Adam(critic.parameters(), lr=1e-2, betas=(0.5, 0.9))
for _ in range(20):
    real, fake = tensor(rng, 32, 2) + 1, tensor(rng, 32, 2)
    penalty = gradient_penalty(real, fake)
    loss = critic(fake).mean() - critic(real).mean() + 10 * penalty
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    print("critic", loss.item(), penalty.item())


def newton(f, x, steps=5):
    for _ in range(steps):
        x = x.detach().requires_grad_()
        y = f(x)
        (slope,) = autograd.grad(y, x, create_graph=True)
        (curve,) = autograd.grad(slope, x)
        print("newton", y.item(), slope.item(), curve.item())
        x = x - slope / curve
    return x.item()


print("minimum", newton(lambda x: torch.exp(x) - 2 * x + x**4, torch.tensor(1.0)))

x = torch.tensor([1.0, 2.0], requires_grad=True)
y = x.prod() * x.sum()
(g,) = torch.autograd.grad(y, x, create_graph=True)
g.pow(2).sum().backward()
print("double", x.grad, g.detach())
