"""A Wasserstein GAN with gradient penalty on a ring of points."""

import math

import numpy as np
import torch
from drawn import tensor, weights
from torch import autograd, nn, optim

LATENT, BATCH, CRITIC_STEPS, LAMBDA = 4, 24, 3, 10.0


def mlp(inputs, outputs, hidden=16):
    return nn.Sequential(
        nn.Linear(inputs, hidden),
        nn.LayerNorm(hidden),
        nn.LeakyReLU(0.2),
        nn.Linear(hidden, hidden),
        nn.SiLU(),
        nn.Linear(hidden, outputs),
    )


def compute_gradient_penalty(critic, real, fake, rng):
    """Return the squared distance of the gradient's norm from 1, between real and fake."""
    alpha = torch.from_numpy(rng.uniform(size=(real.size(0), 1)))
    interpolates = (alpha * real + (1 - alpha) * fake).requires_grad_(True)
    scores = critic(interpolates)
    gradients = autograd.grad(
        outputs=scores,
        inputs=interpolates,
        grad_outputs=torch.ones(scores.size(), dtype=scores.dtype, device=scores.device),
        create_graph=True,
        retain_graph=True,
        only_inputs=True,
    )[0]
    gradients = gradients.view(gradients.size(0), -1)
    return ((gradients.norm(2, dim=1) - 1) ** 2).mean()


def real_points(rng):
    angle = torch.from_numpy(rng.integers(0, 8, BATCH)) * (2 * math.pi / 8)
    return torch.stack((angle.cos(), angle.sin()), 1).double() + 0.05 * tensor(rng, BATCH, 2)


rng = np.random.default_rng(11)
generator, critic = weights(mlp(LATENT, 2), 1), weights(mlp(2, 1), 2)
optimizer_g = optim.Adam(generator.parameters(), lr=2e-3, betas=(0.0, 0.9))
optimizer_c = optim.Adam(critic.parameters(), lr=2e-3, betas=(0.0, 0.9))
for step in range(12):
    for p in critic.parameters():
        p.requires_grad = True
    for _ in range(CRITIC_STEPS):
        real = real_points(rng)
        fake = generator(tensor(rng, BATCH, LATENT)).detach()
        penalty = compute_gradient_penalty(critic, real, fake, rng)
        distance = critic(real).mean() - critic(fake).mean()
        loss = -distance + LAMBDA * penalty
        optimizer_c.zero_grad()
        loss.backward()
        optimizer_c.step()
    for p in critic.parameters():
        p.requires_grad = False
    optimizer_g.zero_grad()
    loss_g = -critic(generator(tensor(rng, BATCH, LATENT))).mean()
    loss_g.backward()
    optimizer_g.step()
    print(f"{step}: W {distance.item():.9f} GP {penalty.item():.9f} G {loss_g.item():.9f}")

generator.eval()
with torch.no_grad():
    points = generator(tensor(rng, 6, LATENT))
print(points.norm(dim=1).tolist(), critic[0].weight.grad.abs().sum().item())
