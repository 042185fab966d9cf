"""LSTM or attention for stories in which names have changing numbers?

A story has 40 steps, each a statement (a name and a number) or a question (a name), with 26
names or 4. An LSTM, one block of causal attention, and the block without positions have about
the same number of parameters. The LSTM gets double the updates.

It takes about 11 minutes. The page rnn/attention uses the results.
"""

import time
from functools import cache
from itertools import pairwise

import numpy as np

import nnlib
from nnlib import experiment, nn, optim
from nnlib.nn import functional as F

NAMES, NUMBERS, T, BATCH, UPDATES, CHECK = 26, 10, 40, 24, 240, 40
SIZES = {"LSTM": 61, "attention": 48, "attention, no positions": 48}
RATES = (0.0003, 0.001, 0.003, 0.01, 0.03, 0.1)
WORLDS = {"many": 26, "few": 4}
BINS = (1, 2, 4, 8, 16, 40)
TALE = (
    ("Ada", 3), ("Ben", 7), ("Cem", 1), ("Ada", None), ("Ada", 5), ("Ben", None),
    ("Dot", 2), ("Ada", None), ("Cem", None), ("Ben", 4), ("Ben", None), ("Ada", None),
)  # fmt: skip
TOLERANCES = {"correct": {"absolute": 0.08}}


def stories(n, names, rng):
    """Return names, numbers, answers, and what the answers hang on; all (n, T).

    The number of a question is 10, the answer to a statement -1. The last two arrays hold how
    long ago the answer was given, and how many statements about the name there were.
    """
    who, number = rng.integers(names, size=(n, T)), rng.integers(NUMBERS, size=(n, T))
    asks = rng.random((n, T)) < 0.5
    asks[:, 0] = False
    answer, ago, said = np.full((n, T), -1), np.zeros((n, T), int), np.zeros((n, T), int)
    has, when, times = np.full((3, n, names), -1)
    rows = np.arange(n)
    for t in range(T):
        asked = ((has >= 0) * rng.random((n, names))).argmax(axis=1)
        who[:, t] = np.where(asks[:, t], asked, who[:, t])
        w, q = who[:, t], asks[:, t]
        answer[q, t], ago[q, t] = has[rows, w][q], t - when[rows, w][q]
        said[q, t] = times[rows, w][q] + 1
        number[q, t] = NUMBERS
        s = rows[~q]
        has[s, w[s]], when[s, w[s]] = number[s, t], t
        times[s, w[s]] += 1
    return who, number, answer, ago, said


class Network(nn.Module):
    """Embeddings that are added, an LSTM or a block of causal attention, and a linear layer."""

    def __init__(self, kind, sizes, outputs, D, length):
        super().__init__()
        self.tables = nn.ModuleList(nn.Embedding(size, D) for size in sizes)
        self.out = nn.Linear(D, outputs)
        self.place = None
        if kind.startswith("LSTM"):
            self.body = nn.LSTM(D, D, batch_first=True)
            return
        options = dict(dropout=0.0, activation="gelu", batch_first=True, norm_first=True)
        self.body = nn.TransformerEncoderLayer(D, 2, 4 * D, **options)
        self.norm = nn.LayerNorm(D)
        if "no positions" not in kind:
            self.place = nn.Embedding(length, D)

    def embed(self, *inputs):
        """Return the vectors (N, T, D) that go into the body."""
        x = sum(table(i) for table, i in zip(self.tables, inputs, strict=True))
        if self.place is None:
            return x
        return x + self.place(nnlib.tensor(np.arange(x.shape[1])))

    def forward(self, *inputs):
        """Return logits (N, T, outputs)."""
        x = self.embed(*inputs)
        if isinstance(self.body, nn.LSTM):
            return self.out(self.body(x)[0])
        return self.out(self.norm(self.body(x, src_mask=later(x.shape[1]), is_causal=True)))


def later(length):
    """Return the mask (T, T) that is True where a step would look at a later one."""
    return nnlib.tensor(~np.tri(length, dtype=bool))


def scores(net, *inputs):
    """Return the scores of each head before the softmax, (heads, T, T), for one sequence."""
    with nnlib.no_grad():
        x = net.body.norm1(net.embed(*inputs))
        attention = net.body.self_attn
        q, k, _ = (attention._heads(part) for part in attention._project(x, x, x))
        return (q.numpy() @ k.numpy().swapaxes(-1, -2))[0] / np.sqrt(attention.head_dim)


def network(kind, names, seed):
    """Return a network for stories, at its start."""
    nnlib.manual_seed(seed)
    return Network(kind, (names, NUMBERS + 1), NUMBERS, SIZES[kind.split("; ")[0]], T)


def train(net, rate, names, seed, updates, told=None):
    """Train by Adam on fresh stories; return the correct answers every CHECK updates."""
    adam, rng, curve = optim.Adam(net.parameters(), lr=rate), np.random.default_rng(seed), []
    for step in range(updates):
        who, number, answer, *_ = stories(BATCH, names, rng)
        logits = net(nnlib.tensor(who), nnlib.tensor(number)).reshape(-1, NUMBERS)
        loss = F.cross_entropy(logits, nnlib.tensor(answer.ravel()), ignore_index=-1)
        adam.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        adam.step()
        if told is not None and (step + 1) % CHECK == 0:
            curve.append(round(correct(net, told), 3))
    return curve


def answers(net, who, number):
    """Return the most probable number at each step, (n, T)."""
    with nnlib.no_grad():
        return net(nnlib.tensor(who), nnlib.tensor(number)).numpy().argmax(axis=-1)


def correct(net, told):
    """Return the share of questions that are answered correctly."""
    who, number, answer, *_ = told
    return float((answers(net, who, number) == answer)[answer >= 0].mean())


@cache
def rate_for(kind, world):
    """Return the rate that answers most on validation stories, at no edge of those tried."""
    told, found = stories(200, WORLDS[world], np.random.default_rng(1)), {}
    low, high = 2, 3
    while True:
        for k in (low, high):
            if k not in found:
                net = network(kind, WORLDS[world], 100)
                train(net, RATES[k], WORLDS[world], 100, updates_of(kind) // 2)
                found[k] = correct(net, told)
        best = max(found, key=found.get)
        if low < best < high or low < 0 or high == len(RATES) - 1:
            return RATES[best]
        low, high = (low - 1, high) if best == low else (low, high + 1)


def updates_of(kind):
    """Return the number of updates; the LSTM, which is faster, gets twice as many."""
    return 2 * UPDATES if kind == "LSTM" else UPDATES


def seconds(kind):
    """Return the processor's seconds for one update, the median of twenty."""
    net, spent = network(kind, NAMES, 0), []
    for _ in range(20):
        start = time.process_time()
        train(net, 0.001, NAMES, 0, 1)
        spent.append(time.process_time() - start)
    return float(np.median(spent))


def run(seed):
    """Return correct answers over updates, by distance, and by number of statements."""
    found = {}
    for world, names in WORLDS.items():
        told = stories(1000, names, np.random.default_rng(2))
        who, number, answer, ago, said = told
        asked = answer >= 0
        heard = np.where(number < NUMBERS, number, -1)
        for t in range(1, T):
            heard[:, t] = np.where(heard[:, t] < 0, heard[:, t - 1], heard[:, t])
        found[f"{world}, last number"] = float((heard == answer)[asked].mean())
        valid = stories(200, names, np.random.default_rng(1))
        for kind in SIZES:
            net, rate = network(kind, names, seed), rate_for(kind, world)
            curve = train(net, rate, names, seed, updates_of(kind), valid)
            right, key = answers(net, who, number) == answer, f"{world}, {kind}"
            found[f"{key}, rate"], found[f"{key}, curve"] = rate, curve
            found[f"{key}, parameters"] = sum(p.numel() for p in net.parameters())
            found[f"{key}, correct"] = float(right[asked].mean())
            found[f"{key}, once"] = float(right[asked & (said == 1)].mean())
            found[f"{key}, twice"] = float(right[asked & (said == 2)].mean())
            found[f"{key}, distance"] = [
                round(float(right[asked & (ago >= a) & (ago < b)].mean()), 4)
                for a, b in pairwise(BINS)
            ]
            if seed == 0 and world == "many" and kind != "LSTM":
                tale = (np.array([["ABCD".index(name[0]) for name, _ in TALE]]),
                        np.array([[NUMBERS if n is None else n for _, n in TALE]]))  # fmt: skip
                found[f"{kind}, tale"] = scores(net, *map(nnlib.tensor, tale)).round(3).tolist()
                found[f"{kind}, told"] = answers(net, *tale)[0].tolist()
            print(seed, key, rate, round(found[f"{key}, correct"], 3), flush=True)
    for kind in SIZES:
        found[f"{kind}, seconds"] = seconds(kind)
    return found


def thin():
    """Return what attention with few names answers after 60 updates."""
    net = network("attention", 4, 0)
    train(net, 0.003, 4, 0, 60)
    return {"correct": correct(net, stories(200, 4, np.random.default_rng(1)))}


if __name__ == "__main__":
    experiment.record(run, seeds=range(5), thin=thin)
