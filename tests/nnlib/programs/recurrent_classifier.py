"""Classify sequences by LSTM, GRU and RNN: what came first decides."""

import numpy as np
import torch
from drawn import tensor, weights
from torch import nn


class Classifier(nn.Module):
    def __init__(self, kind, hidden=16, layers=2, bidirectional=False):
        super().__init__()
        self.rnn = getattr(nn, kind)(
            4, hidden, num_layers=layers, batch_first=True, bidirectional=bidirectional
        )
        self.head = nn.Linear(hidden * (2 if bidirectional else 1), 2)

    def forward(self, x):
        out, state = self.rnn(x)
        if isinstance(state, tuple):
            state, cell = state
            assert cell.shape == state.shape
        return self.head(out[:, -1, :]), state


def train(kind, bidirectional):
    rng = np.random.default_rng(2)
    x = tensor(rng, 40, 12, 4)
    y = (x[:, 0, 0] > 0).long()
    model = weights(Classifier(kind, bidirectional=bidirectional))
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    loss_fn = nn.CrossEntropyLoss()
    for _ in range(20):
        logits, state = model(x)
        loss = loss_fn(logits, y)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_value_(model.parameters(), 0.1)
        optimizer.step()
        print(kind, loss.item())
    print(tuple(state.shape), *[name for name, _ in model.named_parameters()])


def truncated():
    """Train by truncated backpropagation: carry the state on without its history."""
    rng = np.random.default_rng(3)
    x = tensor(rng, 3, 60, 4)
    model = weights(nn.LSTM(4, 8, batch_first=True))
    head = weights(nn.Linear(8, 4))
    optimizer = torch.optim.SGD([*model.parameters(), *head.parameters()], lr=0.5)
    h, c = torch.zeros(2, 1, 3, 8, dtype=torch.float64)
    for i in range(0, 55, 5):
        out, (h, c) = model(x[:, i : i + 5], (h.detach(), c.detach()))
        loss = nn.functional.mse_loss(head(out), x[:, i + 1 : i + 6])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        print("piece", loss.item())


for kind, bidirectional in (("LSTM", False), ("GRU", True), ("RNN", False)):
    train(kind, bidirectional)
truncated()
