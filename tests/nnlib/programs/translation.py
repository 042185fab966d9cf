"""nn.Transformer begins to learn to reverse padded sequences, and writes word by word."""

import math

import numpy as np
import torch
from drawn import weights
from torch import nn

PAD, START, WORDS, WIDTH, LENGTH = 0, 1, 9, 16, 5


class PositionalEncoding(nn.Module):
    def __init__(self, width, dropout=0.0, max_len=20):
        super().__init__()
        self.dropout = nn.Dropout(p=dropout)
        pe = torch.zeros(max_len, width)
        position = torch.arange(0, max_len, dtype=torch.float).unsqueeze(1)
        div_term = torch.exp(torch.arange(0, width, 2).double() * (-math.log(10000.0) / width))
        pe[:, 0::2] = torch.sin(position * div_term)
        pe[:, 1::2] = torch.cos(position * div_term)
        self.register_buffer("pe", pe.unsqueeze(0))

    def forward(self, x):
        return self.dropout(x + self.pe[:, : x.size(1)])


class Translator(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding, self.position = nn.Embedding(WORDS, WIDTH), PositionalEncoding(WIDTH)
        self.transformer = nn.Transformer(
            WIDTH, 2, 1, 1, 32, dropout=0.0, activation="gelu", batch_first=True
        )
        self.head = nn.Linear(WIDTH, WORDS)

    def embed(self, index):
        return self.position(self.embedding(index) * math.sqrt(WIDTH))

    def forward(self, src, tgt):
        mask = nn.Transformer.generate_square_subsequent_mask(tgt.size(1)).bool()
        padding = src == PAD
        y = self.transformer(
            *(self.embed(src), self.embed(tgt)),
            tgt_mask=mask,
            src_key_padding_mask=padding,
            memory_key_padding_mask=padding,
        )
        return self.head(y)


def batch(rng, n):
    src = rng.integers(2, WORDS, (n, LENGTH))
    tgt = np.concatenate([np.full((n, 1), START), src[:, ::-1]], 1)
    src = np.concatenate([src, np.full((n, 1), PAD)], 1)
    return torch.from_numpy(src), torch.from_numpy(tgt)


rng = np.random.default_rng(9)
model = weights(Translator())
for part in model.modules():
    if isinstance(part, nn.LayerNorm):
        nn.init.ones_(part.weight)
print(model.embedding.weight.is_cuda, sum(p.nelement() for p in model.parameters()))
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2, betas=(0.9, 0.98), foreach=True)
for step in range(40):
    src, tgt = batch(rng, 16)
    logits = model(src, tgt[:, :-1])
    loss = nn.functional.cross_entropy(logits.reshape(-1, WORDS), tgt[:, 1:].reshape(-1))
    optimizer.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0, foreach=True)
    optimizer.step()
    if step % 2 == 0:
        print(step, loss.item())

model.eval()
src, _ = batch(rng, 2)
written = torch.full((2, 1), START)
for _ in range(LENGTH):
    best = model(src, written)[:, -1].argmax(-1, keepdim=True)
    written = torch.cat([written, best], 1)
print(written)
