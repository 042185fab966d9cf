"""Train a residual network with checkpoints, scatter and quantiles, and find an anomaly."""

import warnings

import numpy as np
import torch
from drawn import weights
from torch import nn
from torch.utils.checkpoint import checkpoint


class Block(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.mix = nn.Sequential(
            nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width)
        )

    def forward(self, x):
        return x + self.mix(self.norm(x))


class Deep(nn.Module):
    def __init__(self, width=8, depth=6):
        super().__init__()
        self.start = nn.Linear(5, width)
        self.blocks = nn.ModuleList(Block(width) for _ in range(depth))
        self.end = nn.Linear(width, 1)

    def forward(self, x, saves_memory):
        x = self.start(x)
        for block in self.blocks:
            x = checkpoint(block, x, use_reentrant=False) if saves_memory else block(x)
        return self.end(x).squeeze(-1)


rng = np.random.default_rng(3)
x = torch.tensor(rng.standard_normal((60, 5)))
y = torch.tensor(np.sin(rng.standard_normal(60)))
group = torch.tensor(rng.integers(0, 4, 60))
model = weights(Deep().double())

gradients = []
for saves_memory in (False, True):
    model.zero_grad()
    (model(x, saves_memory) - y).square().mean().backward()
    gradients.append(torch.cat([p.grad.flatten() for p in model.parameters()]))
print(
    "same gradients:", torch.equal(*gradients), f"{torch.linalg.vector_norm(gradients[0]):.6f}"
)

optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
schedule = torch.optim.lr_scheduler.CyclicLR(
    optimizer, base_lr=0.002, max_lr=0.02, step_size_up=5, cycle_momentum=False
)
for step in range(20):
    optimizer.zero_grad()
    error = model(x, saves_memory=True) - y
    limit = torch.quantile(error.detach().abs(), 0.9)
    loss = nn.functional.huber_loss(error, torch.zeros_like(error), delta=limit.item())
    loss.backward()
    optimizer.step()
    schedule.step()
    if step % 5 == 4:
        worst = torch.zeros(4, dtype=x.dtype).scatter_reduce(
            0, group, error.detach().abs(), reduce="amax", include_self=False
        )
        print(f"{step:2} {loss.item():.6f}", [f"{w:.5f}" for w in worst.tolist()])

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    with torch.autograd.detect_anomaly():
        bad = torch.zeros(3, requires_grad=True)
        try:
            (bad.sqrt() * 0).sum().backward()
        except RuntimeError as error:
            print("anomaly found:", "SqrtBackward0" in str(error))
