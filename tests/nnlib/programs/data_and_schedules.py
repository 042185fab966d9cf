"""Train from a Dataset through DataLoaders, under a schedule of the learning rate."""

import numpy as np
import torch
from drawn import weights
from torch import nn
from torch.optim.lr_scheduler import CosineAnnealingLR, LinearLR, SequentialLR
from torch.utils.data import DataLoader, Dataset, Subset


class Spirals(Dataset):
    """Points on three arms of a spiral, each with its arm."""

    def __init__(self, size, transform=None):
        rng = np.random.default_rng(12)
        self.labels = rng.integers(0, 3, size)
        radius = rng.random(size)
        angle = 4 * radius + 2 * np.pi / 3 * self.labels + 0.1 * rng.standard_normal(size)
        points = radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], 1)
        self.points, self.transform = points.astype("float64"), transform

    def __len__(self):
        return len(self.labels)

    def __getitem__(self, index):
        point = torch.from_numpy(self.points[index])
        if self.transform:
            point = self.transform(point)
        return {"point": point, "label": int(self.labels[index])}


data = Spirals(150, transform=lambda point: 2 * point)
train, test = Subset(data, range(120)), Subset(data, range(120, 150))
order = np.random.default_rng(13).permutation(120).tolist()
loader = DataLoader(train, batch_size=32, sampler=order, drop_last=False, num_workers=0)
held_out = DataLoader(test, batch_size=30)
print("batches", len(loader), "of", [len(batch["label"]) for batch in loader])

model = weights(nn.Sequential(nn.Linear(2, 32), nn.Tanh(), nn.Linear(32, 3)))
optimizer = torch.optim.Adam(
    [{"params": model[0].parameters(), "lr": 0.02}, {"params": model[2].parameters()}], lr=0.01
)
warm = LinearLR(optimizer, start_factor=0.2, total_iters=4)
schedule = SequentialLR(
    optimizer, [warm, CosineAnnealingLR(optimizer, T_max=8)], milestones=[4]
)
for epoch in range(12):
    for batch in loader:
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(batch["point"]), batch["label"])
        loss.backward()
        optimizer.step()
    schedule.step()
    print("epoch", epoch, "loss", loss.item(), "rates", *schedule.get_last_lr())

with torch.no_grad():
    for batch in held_out:
        right = (model(batch["point"]).argmax(1) == batch["label"]).float().mean()
        print("accuracy", right.item())
