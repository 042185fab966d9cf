"""Policies that learn from rewards: an actor with a critic, and one that moves by itself."""

from collections import deque, namedtuple

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from drawn import weights
from torch.distributions import Categorical, Normal, kl_divergence

Step = namedtuple("Step", ["log_prob", "value", "entropy"])


class ActorCritic(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Linear(3, 16)
        self.action_head = nn.Linear(16, 4)
        self.value_head = nn.Linear(16, 1)

    def forward(self, x):
        x = F.relu(self.body(x))
        return F.softmax(self.action_head(x), dim=-1), self.value_head(x)


rng = np.random.default_rng(8)
model = weights(ActorCritic())
optimizer = torch.optim.Adam(model.parameters(), lr=3e-2)
for episode in range(8):
    steps, rewards, returns = [], [], deque()
    for _ in range(10):
        state = torch.from_numpy(rng.standard_normal(3)).double()
        probs, value = model(state)
        choice = Categorical(probs)
        assert choice.sample().shape == ()
        action = torch.tensor(int(rng.integers(4)))
        steps.append(Step(choice.log_prob(action), value, choice.entropy()))
        rewards.append(float(action.item() == int(state.argmax())))
    R = 0.0
    for r in rewards[::-1]:
        R = r + 0.9 * R
        returns.appendleft(R)
    returns = torch.tensor(returns)
    returns = (returns - returns.mean()) / (returns.std() + 1e-7)
    losses = []
    for (log_prob, value, entropy), R in zip(steps, returns, strict=True):
        losses.append(-log_prob * (R - value.item()) - 0.01 * entropy)
        losses.append(F.smooth_l1_loss(value, torch.tensor([R])).reshape(()))
    loss = torch.stack(losses).sum()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    print("episode", episode, loss.item())

mean, log_std = (torch.nn.Parameter(torch.full((2,), v)) for v in (0.0, -0.5))
optimizer = torch.optim.SGD([mean, log_std], lr=0.002)
target = torch.tensor([1.0, -2.0])
for step in range(8):
    policy, before = Normal(mean, log_std.exp()), Normal(torch.zeros(2), 1.0)
    action = torch.from_numpy(rng.standard_normal((5, 2))).double()
    reward = -((action - target) ** 2).sum(-1, keepdim=True)
    loss = -(policy.log_prob(action) * (reward - reward.mean())).mean()
    loss = loss + 0.1 * kl_divergence(policy, before).sum() - 0.01 * policy.entropy().sum()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    print("step", step, loss.item(), mean.detach(), log_std.exp().detach())
print(type(policy).__name__, policy.mean.detach(), policy.cdf(target).detach())
