"""A small GPT and an LSTM predict the next character of Shakespeare: loss over time, samples.

Both networks have about 470,000 parameters, read windows of 64 characters in batches of 16, and
train with AdamW, a warm-up, a cosine schedule and gradient clipping. The learning rate of each
is the best of three in runs of a third of the length. The numbers of updates are chosen so that
both need about the same processor time. The baseline counts sequences of up to 7 characters.
The loss is in nats per character, from the ninth character of a window on.

It takes about 15 minutes. The pages rnn/transformers and rnn/attention use the results.
"""

import json
import time

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from nnlib import datasets, experiment

T, SKIP, BATCH, CHECKS, SAMPLED = 64, 8, 16, 15, (1, 5)
UPDATES = {"GPT": 3600, "LSTM": 5700}
RATES = {"GPT": (0.003, 0.006, 0.012), "LSTM": (0.005, 0.01, 0.02)}
LINE = "To be, or not to be: that"
TOLERANCES = {"loss": {"absolute": 0.1}}

PARTS = ["".join(part.texts) for part in datasets.shakespeare()]
LETTERS = sorted(set(PARTS[0]))
ENCODE = {letter: k for k, letter in enumerate(LETTERS)}
DATA, TEST = (torch.tensor([ENCODE[letter] for letter in part]) for part in PARTS)
TRAIN, VALID = DATA[:-60_000], DATA[-60_000:]


class Attention(nn.Module):
    """Causal attention with several heads."""

    def __init__(self, D, heads):
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(D, 3 * D)
        self.out = nn.Linear(D, D)

    def forward(self, x):
        """Return outputs of shape (B, T, D)."""
        B, T, D = x.shape
        qkv = self.qkv(x).reshape(B, T, 3, self.heads, D // self.heads)
        q, k, v = qkv.permute(2, 0, 3, 1, 4)
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        return self.out(y.permute(0, 2, 1, 3).reshape(B, T, D))


class Block(nn.Module):
    """Attention and two linear layers, each with a shortcut."""

    def __init__(self, D, heads):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(D), nn.LayerNorm(D)
        self.attention = Attention(D, heads)
        self.mlp = nn.Sequential(nn.Linear(D, 4 * D), nn.GELU(), nn.Linear(4 * D, D))

    def forward(self, x):
        """Return outputs of shape (B, T, D)."""
        x = x + self.attention(self.norm1(x))
        return x + self.mlp(self.norm2(x))


class GPT(nn.Module):
    """Embeddings, blocks and a linear layer for the logits."""

    def __init__(self, vocabulary, T, D, heads, depth):
        super().__init__()
        self.tokens = nn.Embedding(vocabulary, D)
        self.positions = nn.Embedding(T, D)
        self.blocks = nn.Sequential(*[Block(D, heads) for _ in range(depth)])
        self.norm = nn.LayerNorm(D)
        self.logits = nn.Linear(D, vocabulary)

    def forward(self, tokens):
        """Return logits of shape (B, T, V) for tokens of shape (B, T)."""
        places = torch.arange(tokens.shape[1])
        x = self.tokens(tokens) + self.positions(places)
        return self.logits(self.norm(self.blocks(x)))


class LSTM(nn.Module):
    """Embedding, two layers of LSTM and a linear layer for the logits."""

    def __init__(self, vocabulary, D, hidden):
        super().__init__()
        self.tokens = nn.Embedding(vocabulary, D)
        self.lstm = nn.LSTM(D, hidden, num_layers=2, batch_first=True)
        self.logits = nn.Linear(hidden, vocabulary)

    def forward(self, tokens):
        """Return logits of shape (B, T, V) for tokens of shape (B, T)."""
        return self.logits(self.lstm(self.tokens(tokens))[0])


def network(kind, seed):
    """Return an untrained network."""
    torch.manual_seed(seed)
    if kind == "GPT":
        return GPT(len(LETTERS), T, 96, 4, 4)
    return LSTM(len(LETTERS), 96, 180)


def windows(data, n, generator):
    """Return n random windows, (n, T + 1)."""
    starts = torch.randint(len(data) - T, (n,), generator=generator)
    return data[starts[:, None] + torch.arange(T + 1)]


@torch.no_grad()
def loss_on(net, data, n=200):
    """Return the mean loss on n fixed windows."""
    batches = windows(data, n, torch.Generator().manual_seed(1)).split(100)
    losses = [
        F.cross_entropy(net(b[:, :-1])[:, SKIP:].flatten(0, 1), b[:, SKIP + 1 :].flatten())
        for b in batches
    ]
    return float(torch.stack(losses).mean())


def train(kind, net, rate, updates, seed, checks=0):
    """Return rows (updates, seconds, loss on training and validation text), and samples."""
    adam = torch.optim.AdamW(net.parameters(), lr=rate, betas=(0.9, 0.99), weight_decay=0.1)
    generator, curve, samples, spent = torch.Generator().manual_seed(seed), [], [], 0.0
    for step in range(updates):
        start = time.process_time()
        warm, way = min(1, (step + 1) / 100), step / updates
        adam.param_groups[0]["lr"] = rate * warm * (0.1 + 0.45 * (1 + np.cos(np.pi * way)))
        batch = windows(TRAIN, BATCH, generator)
        loss = F.cross_entropy(net(batch[:, :-1]).flatten(0, 1), batch[:, 1:].flatten())
        adam.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        adam.step()
        spent += time.process_time() - start
        if checks and (step + 1) % (updates // checks) == 0:
            losses = [round(loss_on(net, data), 4) for data in (TRAIN, VALID)]
            curve.append([step + 1, round(spent, 1), *losses])
            print(kind, rate, curve[-1], flush=True)
            if len(curve) in SAMPLED:
                samples.append([step + 1, write(net, "PROSPERO.\n", 150, 0)])
    return curve, samples


@torch.no_grad()
def write(net, start, length, seed):
    """Return a continuation of a text, one character at a time, at temperature 0.8."""
    text, generator = [ENCODE[letter] for letter in start], torch.Generator().manual_seed(seed)
    for _ in range(length):
        p = torch.softmax(net(torch.tensor(text[-T:])[None])[0, -1] / 0.8, dim=0)
        text.append(int(torch.multinomial(p, 1, generator=generator)))
    return "".join(LETTERS[k] for k in text)


@torch.no_grad()
def heads(net, line):
    """Return the scores of each head for a line, up to the diagonal."""
    x, by_head = torch.tensor([ENCODE[letter] for letter in line])[None], []
    x = net.tokens(x) + net.positions(torch.arange(x.shape[1]))
    for block in net.blocks:
        q, k, _ = (
            block.attention.qkv(block.norm1(x)).reshape(len(line), 3, 4, -1).permute(1, 2, 0, 3)
        )
        scores = q @ k.mT / q.shape[-1] ** 0.5
        by_head += [[row[: t + 1].tolist() for t, row in enumerate(s)] for s in scores]
        x = block(x)
    return [[[round(s, 2) for s in row] for row in head] for head in by_head]


def counted(n, data):
    """Return the loss of k-gram counts for k up to n, with Witten and Bell's smoothing."""
    train, batch = TRAIN.numpy(), windows(data, 1000, torch.Generator().manual_seed(1)).numpy()
    p = np.full((1000, T - SKIP), 1 / len(LETTERS))
    for k in range(1, n + 1):
        powers = 100 ** np.arange(k)
        codes, counts = np.unique(
            np.lib.stride_tricks.sliding_window_view(train, k) @ powers[::-1],
            return_counts=True,
        )
        contexts, first, kinds = np.unique(codes // 100, return_index=True, return_counts=True)
        totals = np.add.reduceat(counts, first)
        grams = np.lib.stride_tricks.sliding_window_view(batch, k, axis=1)[:, SKIP + 2 - k :]
        wanted = grams @ powers[::-1]

        def look(keys, values, codes):
            place = np.searchsorted(keys, codes).clip(max=len(keys) - 1)
            return np.where(keys[place] == codes, values[place], 0)

        here = look(codes, counts, wanted)
        total, kind = (look(contexts, v, wanted // 100) for v in (totals, kinds))
        p = np.where(total > 0, (here + kind * p) / np.maximum(total + kind, 1), p)
    return float(-np.log(p).mean())


def run(seed):
    """Return curves, losses on validation text and on the test play, and samples."""
    results = {}
    for n in range(1, 8):
        results[f"counts {n}"], results[f"counts {n}, test"] = (
            counted(n, VALID),
            counted(n, TEST),
        )
    for kind in UPDATES:
        tried = []
        for rate in RATES[kind]:
            net = network(kind, 100)
            train(kind, net, rate, UPDATES[kind] // 3, 100)
            tried.append(loss_on(net, VALID))
            print(kind, rate, tried[-1], flush=True)
        rate = RATES[kind][int(np.argmin(tried))]
        net = network(kind, seed)
        curve, samples = train(kind, net, rate, UPDATES[kind], seed, CHECKS)
        results |= {
            f"{kind}, tried": tried,
            f"{kind}, rate": rate,
            f"{kind}, curve": curve,
            f"{kind}, samples": [*samples, [UPDATES[kind], write(net, "PROSPERO.\n", 500, 0)]],
            f"{kind}, valid": loss_on(net, VALID, 1000),
            f"{kind}, test": loss_on(net, TEST, 1000),
            f"{kind}, parameters": sum(p.numel() for p in net.parameters()),
        }
        if kind == "GPT":
            results["heads"] = heads(net, LINE)
            print("FOUND", json.dumps(results), flush=True)
    return results


def thin():
    """Return the validation loss of a GPT after 20 updates."""
    net = network("GPT", 0)
    train("GPT", net, 0.003, 20, 0)
    return {"loss": loss_on(net, VALID)}


if __name__ == "__main__":
    torch.set_num_threads(1)
    experiment.record(run, seeds=[0], thin=thin)
