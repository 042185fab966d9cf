"""A transformer block with MultiheadAttention and a causal mask, and attention by hand."""

import math

import numpy as np
import torch
from drawn import tensor, weights
from torch import nn
from torch.nn import functional as F


class Block(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.attention = nn.MultiheadAttention(width, heads, dropout=0.0, batch_first=True)
        self.ln_1, self.ln_2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.mlp = nn.ModuleDict(
            dict(
                up=nn.Linear(width, 4 * width),
                act=nn.GELU(),
                down=nn.Linear(4 * width, width),
                dropout=nn.Dropout(0.0),
            )
        )

    def forward(self, x, mask):
        h = self.ln_1(x)
        h, _ = self.attention(h, h, h, attn_mask=mask, need_weights=False)
        x = x + h
        h = self.ln_2(x)
        for part in self.mlp.values():
            h = part(h)
        return x + h


class Transformer(nn.Module):
    def __init__(self, vocab=11, width=16, heads=4, length=10, depth=2):
        super().__init__()
        self.token = nn.Embedding(vocab, width)
        self.position = nn.Parameter(torch.zeros(1, length, width))
        self.blocks = nn.ModuleList([Block(width, heads) for _ in range(depth)])
        self.head = nn.Linear(width, vocab)
        mask = torch.triu(torch.ones(length, length, dtype=torch.bool), diagonal=1)
        self.register_buffer("mask", mask)

    def forward(self, index):
        x = self.token(index) + self.position
        for block in self.blocks:
            x = block(x, self.mask)
        return self.head(x)


def attention(q, k, v):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.size(-1))
    allowed = torch.tril(torch.ones(q.size(-2), k.size(-2)))
    scores = scores.masked_fill(allowed == 0, float("-inf"))
    return F.softmax(scores, dim=-1) @ v


rng = np.random.default_rng(6)
q, k, v = (tensor(rng, 2, 4, 5, 8) for _ in range(3))
fused = F.scaled_dot_product_attention(q, k, v, is_causal=True)
print("same", torch.allclose(attention(q, k, v), fused, atol=1e-5))

model = weights(Transformer())
index = torch.from_numpy(rng.integers(0, 11, (6, 11)))
optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3, betas=(0.9, 0.95), eps=1e-6)
for step in range(20):
    logits = model(index[:, :-1])
    loss = F.cross_entropy(logits.flatten(0, 1), index[:, 1:].flatten(), ignore_index=0)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    print(step, loss.item())
attended = model.blocks[0].attention(*[model.token(index[:1, :5])] * 3)[1]
print("weights", tuple(attended.shape), attended.sum(-1).detach())
