"""Classify two spirals with an MLP: Sequential, Adam, mini-batches, accuracy."""

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
import torch.optim as optim
from drawn import weights

torch.manual_seed(0)
rng = np.random.default_rng(0)
N, C = 60, 3
angle = np.concatenate([np.linspace(c * 4, (c + 1) * 4, N) for c in range(C)])
angle += 0.2 * rng.standard_normal(N * C)
radius = np.tile(np.linspace(0, 1, N), C)
points = np.stack([radius * np.sin(angle), radius * np.cos(angle)], axis=1)
X = torch.tensor(points, dtype=torch.float64)
y = torch.tensor(np.repeat(np.arange(C), N))

model = weights(
    nn.Sequential(
        nn.Linear(2, 32),
        nn.ReLU(),
        nn.Linear(32, 32),
        nn.LeakyReLU(0.1),
        nn.BatchNorm1d(32),
        nn.Linear(32, C),
    )
)
print(model)
print("parameters", sum(p.numel() for p in model.parameters() if p.requires_grad))
criterion = nn.CrossEntropyLoss(label_smoothing=0.05)
optimizer = optim.Adam(model.parameters(), lr=1e-2, weight_decay=1e-4)

for epoch in range(7):
    model.train()
    order = rng.permutation(len(X))
    for batch in np.array_split(order, 3):
        inputs, labels = X[batch], y[torch.from_numpy(batch)]
        optimizer.zero_grad()
        loss = criterion(model(inputs), labels)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), max_norm=1.0)
        optimizer.step()
        print("loss", loss.item())
    model.eval()
    with torch.no_grad():
        logits = model(X)
        _, predicted = torch.max(logits, 1)
        accuracy = (predicted == y).float().mean()
        confidence = F.softmax(logits, dim=1).max(dim=1).values.mean()
    print(f"epoch {epoch} accuracy {accuracy.item():.4f} confidence {confidence:.4f}")
