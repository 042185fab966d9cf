"""A GAN whose discriminator has spectral normalization, trained with the hinge loss."""

import numpy as np
import torch
from drawn import tensor, weights
from torch import nn
from torch.nn.utils import spectral_norm

LATENT = 6


class Generator(nn.Module):
    def __init__(self, channels=4):
        super().__init__()
        self.project = nn.Linear(LATENT, 2 * channels * 4 * 4)
        self.blocks = nn.Sequential(
            nn.Unflatten(1, (2 * channels, 4, 4)),
            nn.BatchNorm2d(2 * channels),
            nn.ReLU(inplace=True),
            nn.ConvTranspose2d(2 * channels, channels, 4, stride=2, padding=1),
            nn.BatchNorm2d(channels),
            nn.ReLU(inplace=True),
            nn.Conv2d(channels, 1, 3, padding=1),
            nn.Tanh(),
        )

    def forward(self, z):
        return self.blocks(self.project(z))


class Discriminator(nn.Module):
    def __init__(self, channels=4):
        super().__init__()
        self.features = nn.Sequential(
            spectral_norm(nn.Conv2d(1, channels, 3, stride=1, padding=1)),
            nn.LeakyReLU(0.1),
            spectral_norm(nn.Conv2d(channels, 2 * channels, 4, stride=2, padding=1)),
            nn.LeakyReLU(0.1),
        )
        self.score = spectral_norm(nn.Linear(2 * channels, 1), n_power_iterations=2)

    def forward(self, x):
        return self.score(self.features(x).sum(dim=(2, 3)))


def same_start(module):
    """Start the power iteration from a fixed vector, as other seeds would be other runs."""
    for name, buffer in module.named_buffers():
        if name.endswith("_u") or name.endswith("_v"):
            nn.init.constant_(buffer, 1 / len(buffer) ** 0.5)


rng = np.random.default_rng(7)
generator, discriminator = weights(Generator(), 1), weights(Discriminator(), 2)
same_start(discriminator)
optimizer_d = torch.optim.Adam(discriminator.parameters(), lr=4e-3, betas=(0.0, 0.9))
optimizer_g = torch.optim.Adam(generator.parameters(), lr=1e-3, betas=(0.0, 0.9))
rows = torch.linspace(-1, 1, 8, dtype=torch.float64)
for step in range(12):
    real = torch.tanh(rows.view(1, 1, 8, 1) * tensor(rng, 12, 1, 1, 1) + 0.1 * rows)
    fake = generator(tensor(rng, 12, LATENT))
    loss_d = torch.relu(1 - discriminator(real)).mean()
    loss_d = loss_d + torch.relu(1 + discriminator(fake.detach())).mean()
    optimizer_d.zero_grad()
    loss_d.backward()
    optimizer_d.step()
    loss_g = -discriminator(fake).mean()
    optimizer_g.zero_grad()
    loss_g.backward()
    optimizer_g.step()
    print(step, loss_d.item(), loss_g.item())

print(*discriminator.state_dict(), sep="\n")
discriminator.eval()
for layer in (discriminator.features[0], discriminator.features[2], discriminator.score):
    for _ in range(2):  # in eval mode u and v stay the same
        discriminator(real)
    weight = layer.weight.detach().flatten(1)
    u, v = layer.weight_u, layer.weight_v
    print(layer, weight.norm().item(), (u @ weight @ v).item(), u.norm().item())
before = discriminator(real)
nn.utils.remove_spectral_norm(discriminator.score)
print(
    torch.allclose(before, discriminator(real)),
    [n for n, _ in discriminator.score.named_parameters()],
)
