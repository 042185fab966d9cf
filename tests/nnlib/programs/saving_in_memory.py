"""Save a state_dict while training, go on elsewhere, and freeze a part (fine-tuning)."""

import copy
import pickle
from collections import OrderedDict

import numpy as np
import torch
from drawn import tensor, weights
from torch import nn

rng = np.random.default_rng(10)
x, y = tensor(rng, 30, 5), tensor(rng, 30, 2)


def make():
    return nn.Sequential(
        OrderedDict(
            body=nn.Sequential(nn.Linear(5, 8, bias=False), nn.BatchNorm1d(8), nn.ELU()),
            head=nn.Linear(8, 2),
        )
    )


def train(model, optimizer, steps):
    model.train()
    for _ in range(steps):
        loss = nn.functional.smooth_l1_loss(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        print("loss", loss.item())


model = weights(make())
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
train(model, optimizer, 5)
checkpoint = pickle.dumps(
    {"model": copy.deepcopy(model.state_dict()), "optimizer": optimizer.state_dict()}
)
train(model, optimizer, 10)

again = make().double()
optimizer = torch.optim.Adam(again.parameters(), lr=1.0)
saved = pickle.loads(checkpoint)
print(again.load_state_dict(saved["model"]))
optimizer.load_state_dict(saved["optimizer"])
print("lr", optimizer.param_groups[0]["lr"])
train(again, optimizer, 10)
for name, value in again.state_dict().items():
    print(name, tuple(value.shape), torch.equal(value, model.state_dict()[name]))

for p in again.body.parameters():
    p.requires_grad = False
again.head = weights(nn.Linear(8, 2), 3)
optimizer = torch.optim.SGD(
    [{"params": again.head.weight, "lr": 0.1}, {"params": again.head.bias}], lr=0.5
)
train(again, optimizer, 5)
print("trained", [name for name, p in again.named_parameters() if p.grad is not None])
try:
    again.load_state_dict({"tail": torch.zeros(1)})
except RuntimeError as error:
    print("refused", "body.0.weight" in str(error), "tail" in str(error))
print(again.load_state_dict({"tail": torch.zeros(1)}, strict=False).unexpected_keys)
again.eval()
print("eval", again(x[:3]).detach())
