"""A Wasserstein critic with a gradient penalty, which needs second derivatives."""

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
