"""Average the weights of a noisy classifier: SWA with a cyclic schedule, and an EMA."""

import copy

import numpy as np
import torch
from drawn import weights
from torch import nn
from torch.optim.lr_scheduler import CosineAnnealingWarmRestarts, PolynomialLR
from torch.optim.swa_utils import SWALR, AveragedModel, get_ema_multi_avg_fn, update_bn
from torch.utils.data import DataLoader, TensorDataset

rng = np.random.default_rng(7)
angle = rng.uniform(0, 2 * np.pi, 160)
radius = np.where(rng.random(160) < 0.5, 1.0, 2.0)
points = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)
points += 0.35 * rng.standard_normal(points.shape)
x = torch.tensor(points)
y = torch.tensor((radius > 1.5).astype(np.int64))
loader = DataLoader(TensorDataset(x, y), batch_size=40)


def network():
    return nn.Sequential(
        nn.Linear(2, 12), nn.BatchNorm1d(12), nn.SiLU(), nn.Linear(12, 2)
    ).double()


def accuracy(model):
    model.eval()
    with torch.no_grad():
        return (model(x).argmax(dim=1) == y).double().mean().item()


model = weights(network())
swa = AveragedModel(model)
ema = AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(0.9))
optimizer = torch.optim.RAdam(model.parameters(), lr=0.05)
restarts = CosineAnnealingWarmRestarts(optimizer, T_0=3, T_mult=2)
constant = SWALR(optimizer, swa_lr=0.03, anneal_epochs=2)
criterion = nn.CrossEntropyLoss()
for epoch in range(15):
    model.train()
    total = 0.0
    for inputs, targets in loader:
        optimizer.zero_grad()
        loss = criterion(model(inputs), targets)
        loss.backward()
        optimizer.step()
        ema.update_parameters(model)
        total += loss.item() * len(inputs)
    if epoch >= 9:
        swa.update_parameters(model)
        constant.step()
    else:
        restarts.step()
    print(f"{epoch:2} loss {total / len(x):.6f} lr {optimizer.param_groups[0]['lr']:.5f}")
update_bn(loader, swa)
print(f"model {accuracy(model):.4f} swa {accuracy(swa):.4f} ema {accuracy(ema):.4f}")
print("averaged", swa.n_averaged.item(), ema.n_averaged.item())

# The averaged weights are a new start for a second optimizer.
second = copy.deepcopy(swa.module)
optimizer = torch.optim.Rprop(second.parameters(), lr=0.01)
schedule = PolynomialLR(optimizer, total_iters=6, power=2.0)
for _ in range(6):
    second.train()
    optimizer.zero_grad()
    loss = criterion(second(x), y)
    loss.backward()
    optimizer.step()
    schedule.step()
print(f"second {loss.item():.6f} lr {optimizer.param_groups[0]['lr']:.5f}")
