"""Sequence to sequence: a packed LSTM encoder, and a decoder with attention, reverse digits."""

import random

import numpy as np
import torch
import torch.nn.functional as F
from drawn import weights
from torch import nn
from torch.nn.utils import rnn

PAD, START, END, SYMBOLS = 0, 1, 2, 9


class Encoder(nn.Module):
    def __init__(self, embedding, hidden):
        super().__init__()
        self.embedding = embedding
        self.rnn = nn.LSTM(embedding.embedding_dim, hidden, bidirectional=True)
        self.bridge = nn.Linear(2 * hidden, hidden)

    def forward(self, sources):
        packed = rnn.pack_sequence(sources, enforce_sorted=False)
        packed = packed._replace(data=self.embedding(packed.data))
        packed, (h, _) = self.rnn(packed)
        outputs, lengths = rnn.pad_packed_sequence(packed)  # (T, N, 2 hidden)
        return outputs, lengths, torch.tanh(self.bridge(torch.cat((h[0], h[1]), dim=1)))


class Attention(nn.Module):
    def __init__(self, hidden):
        super().__init__()
        self.score = nn.Linear(3 * hidden, hidden)
        self.v = nn.Parameter(torch.empty(hidden))

    def forward(self, state, outputs, mask):
        repeated = state.unsqueeze(0).expand(outputs.size(0), -1, -1)
        energy = torch.tanh(self.score(torch.cat((repeated, outputs), dim=2)))
        scores = (energy * self.v).sum(2).masked_fill(~mask, float("-inf"))
        return F.softmax(scores, dim=0)


class Decoder(nn.Module):
    def __init__(self, embedding, hidden):
        super().__init__()
        self.embedding, self.attention = embedding, Attention(hidden)
        self.cell = nn.GRUCell(embedding.embedding_dim + 2 * hidden, hidden)
        self.out = nn.Linear(3 * hidden, SYMBOLS)

    def forward(self, token, state, outputs, mask):
        weight = self.attention(state, outputs, mask)
        context = torch.einsum("tn,tnd->nd", weight, outputs)
        state = self.cell(torch.cat((self.embedding(token), context), dim=1), state)
        return self.out(torch.cat((state, context), dim=1)), state


class Seq2Seq(nn.Module):
    def __init__(self, width=8, hidden=12):
        super().__init__()
        embedding = nn.Embedding(SYMBOLS, width)
        self.encoder, self.decoder = Encoder(embedding, hidden), Decoder(embedding, hidden)

    def forward(self, sources, targets, teacher_forcing):
        outputs, lengths, state = self.encoder(sources)
        mask = torch.arange(outputs.size(0)).unsqueeze(1) < lengths
        token = torch.full((len(sources),), START)
        logits = []
        for t in range(len(targets)):
            scores, state = self.decoder(token, state, outputs, mask)
            logits.append(scores)
            token = targets[t] if random.random() < teacher_forcing else scores.argmax(1)
        return torch.stack(logits)


def pairs(rng, n):
    """Return sources of different lengths, and the reversed sources as padded targets."""
    sources = [torch.from_numpy(rng.integers(3, SYMBOLS, rng.integers(2, 6))) for _ in range(n)]
    ends = [torch.cat((source.flip(0), torch.tensor([END]))) for source in sources]
    return sources, rnn.pad_sequence(ends, padding_value=PAD)


random.seed(1)
rng = np.random.default_rng(6)
model = weights(Seq2Seq())
optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
criterion = nn.CrossEntropyLoss(ignore_index=PAD)
for step in range(20):
    sources, targets = pairs(rng, 12)
    logits = model(sources, targets, teacher_forcing=0.7)
    loss = criterion(logits.flatten(0, 1), targets.flatten())
    optimizer.zero_grad()
    loss.backward()
    norm = nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    print(f"step {step}: loss {loss.item():.9f}, norm {norm.item():.9f}")
