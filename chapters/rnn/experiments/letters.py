"""LSTM or attention for the next letter of Shakespeare, and what must attention find out?

The networks of stories.py read windows of 48 letters, 400 updates with 16 windows each. "near"
adds the two letters before the last one to the input. Counts of pairs and triples are the
baselines. The loss is in bits per character on a play that is held back.

It takes about 10 minutes. The page rnn/attention uses the results.
"""

import runpy
import time
from functools import cache
from pathlib import Path

import numpy as np

import nnlib
from nnlib import datasets, experiment, nn, optim, text
from nnlib.nn import functional as F

STORIES = runpy.run_path(str(Path(__file__).with_name("stories.py")))
Network, scores = STORIES["Network"], STORIES["scores"]
T, BATCH, UPDATES, CHECK, SKIP = 48, 16, 400, 40, 8
KINDS = (
    "LSTM",
    "attention",
    "attention, no positions",
    "LSTM, near",
    "attention, near",
    "attention, no positions, near",
)
RATES = (0.0003, 0.001, 0.003, 0.01, 0.03, 0.1)
LINE = "To be, or not to be: that"
TOLERANCES = {"bits": {"absolute": 0.15}}

PARTS = ["".join(part.texts) for part in datasets.shakespeare()]
VOCABULARY = text.Vocabulary(list(PARTS[0]))
V = len(VOCABULARY)
LETTERS, TEST = (VOCABULARY.encode(list(part)) for part in PARTS)
TRAIN, VALID = LETTERS[:-60_000], LETTERS[-60_000:]


def windows(letters, n, rng):
    """Return n random windows, (n, T + 1)."""
    starts = rng.integers(len(letters) - T, size=n)
    return letters[starts[:, None] + np.arange(T + 1)]


def inputs_of(kind, x):
    """Return the inputs of a network for letters (N, T); V stands before the first."""
    inputs = [x]
    if kind.endswith("near"):
        inputs += [np.pad(x, ((0, 0), (k, 0)), constant_values=V)[:, :-k] for k in (1, 2)]
    return [nnlib.tensor(i) for i in inputs]


def network(kind, seed):
    """Return a network at its start."""
    nnlib.manual_seed(seed)
    sizes = (V, V + 1, V + 1) if kind.endswith("near") else (V,)
    return Network(kind, sizes, V, 60 if kind.startswith("LSTM") else 48, T)


def bits(kind, net, data):
    """Return the mean loss in bits per character, from the ninth letter on."""
    with nnlib.no_grad():
        logits = net(*inputs_of(kind, data[:, :-1])).numpy()[:, SKIP:]
    nats = F.cross_entropy(logits.reshape(-1, V), data[:, 1 + SKIP :].ravel())
    return float(nats) / np.log(2)


def train(kind, net, rate, seed, updates, data=None):
    """Train by Adam on random windows; return the bits every CHECK updates."""
    adam, rng, curve = optim.Adam(net.parameters(), lr=rate), np.random.default_rng(seed), []
    for step in range(updates):
        batch = windows(TRAIN, BATCH, rng)
        logits = net(*inputs_of(kind, batch[:, :-1])).reshape(-1, V)
        loss = F.cross_entropy(logits, nnlib.tensor(batch[:, 1:].ravel()))
        adam.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        adam.step()
        if data is not None and (step + 1) % CHECK == 0:
            curve.append(round(bits(kind, net, data), 4))
    return curve


@cache
def rate_for(kind):
    """Return the rate with the lowest validation loss, at no edge of those tried."""
    data, found = windows(VALID, 100, np.random.default_rng(1)), {}
    low, high = 2, 3
    while True:
        for k in (low, high):
            if k not in found:
                net = network(kind, 100)
                train(kind, net, RATES[k], 100, UPDATES // 2)
                found[k] = bits(kind, net, data)
        best = min(found, key=found.get)
        if low < best < high or low == 0 or high == len(RATES) - 1:
            return RATES[best]
        low, high = (low - 1, high) if best == low else (low, high + 1)


def counted(n, data):
    """Return the bits of n-grams with the best smoothing on validation text."""
    counts = text.ngram_counts(TRAIN, n=n, size=V)
    models = [
        text.ngram_probabilities(counts, alpha=alpha) for alpha in (0.0001, 0.001, 0.01, 0.1, 1)
    ]
    p = min(models, key=lambda p: text.ngram_cross_entropy(p, VALID))
    places = [data[:, 1 + SKIP - k : T + 1 - k] for k in reversed(range(n))]
    return float(-np.log2(p[tuple(places)]).mean())


def seconds(kind):
    """Return the processor's seconds for one update, the median of twenty."""
    net, spent = network(kind, 0), []
    for _ in range(20):
        start = time.process_time()
        train(kind, net, 0.001, 0, 1)
        spent.append(time.process_time() - start)
    return float(np.median(spent))


def run(seed):
    """Return the bits per character of each contender, on the way and on the test play."""
    data = windows(TEST, 400, np.random.default_rng(2))
    valid, found = windows(VALID, 100, np.random.default_rng(1)), {}
    for n, name in ((2, "pairs"), (3, "triples")):
        found[name] = counted(n, data)
    for kind in KINDS:
        net, rate = network(kind, seed), rate_for(kind)
        curve = train(kind, net, rate, seed, UPDATES, valid)
        found[f"{kind}, rate"], found[f"{kind}, curve"] = rate, curve
        found[f"{kind}, bits"] = bits(kind, net, data)
        found[f"{kind}, parameters"] = sum(p.numel() for p in net.parameters())
        found[f"{kind}, seconds"] = seconds(kind)
        if seed == 0 and kind == "attention":
            line = VOCABULARY.encode(list(LINE))[None]
            found[f"{kind}, line"] = scores(net, *inputs_of(kind, line)).round(2).tolist()
        print(seed, kind, rate, round(found[f"{kind}, bits"], 3), flush=True)
    return found


def thin():
    """Return the validation loss of attention after 60 updates."""
    net = network("attention", 0)
    train("attention", net, 0.01, 0, 60)
    return {"bits": bits("attention", net, windows(VALID, 100, np.random.default_rng(1)))}


if __name__ == "__main__":
    experiment.record(run, seeds=range(5), thin=thin)
