"""Compare counts with GRUs of three sizes by their bits per character on an unseen play.

An n-gram model uses counts of up to n characters, smoothed by the modified method of Kneser and
Ney (Chen and Goodman 1999), which has no hyperparameter. The GRUs read the same seven plays in
pieces. We chose the learning rates on an eighth play, in short runs, trying few values.

It takes about 8 minutes. The page rnn/sequence-modelling uses the results.
"""

from functools import cache

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from nnlib import datasets, experiment, text

SIGNS = "abcdefghijklmnopqrstuvwxyz \n,.;:?!'-"
SIZES = (48, 128, 256)  # units
RATE = {48: 0.02, 128: 0.01, 256: 0.005}
UPDATES = {48: 1800, 128: 1800, 256: 3000}
BATCH, LENGTH, EMBED = 32, 64, 32
TEMPERATURES = (0.2, 0.4, 0.6, 0.8, 1.0, 1.2, 1.4, 1.6)
PRIMES = ("to be, or ", "my love", "the king ", "my zebra")
TOLERANCES = {"table": {"absolute": 1e-6}, "GRU": {"absolute": 0.03}}


def plain(play):
    """Return a play in lower case, with only the characters of SIGNS."""
    return "".join(c for c in play.lower().replace("--", " - ") if c in SIGNS)


@cache
def data():
    """Return the vocabulary, and the training, validation and test text as integers."""
    train, test = datasets.shakespeare()
    *seven, eighth = map(plain, train.texts)
    parts = "".join(seven), eighth[:40_000], plain(test.texts[0])
    vocabulary = text.Vocabulary(parts[0])
    return vocabulary, *map(vocabulary.encode, parts)


def keys(ids, n):
    """Return an integer code for each sequence of n characters."""
    grams = np.lib.stride_tricks.sliding_window_view(ids, n)
    return grams @ (len(data()[0]) ** np.arange(n)[::-1]).astype(np.int64)


@cache
def table(n, top=True):
    """Return sequences of n characters with counts, and contexts with totals and remainders.

    Below the top order, a sequence counts once for each different character that comes before
    it. The remainder is the fraction that the discounts take from a context's sequences.
    """
    size = len(data()[0])
    ids = keys(data()[1], n) if top else np.unique(keys(data()[1], n + 1)) % size**n
    grams, counts = np.unique(ids, return_counts=True)
    contexts, first = np.unique(grams // size, return_index=True)
    totals = np.add.reduceat(counts, first)
    taken = np.add.reduceat(discounts(counts)[np.minimum(counts, 3)], first)
    return grams, counts, contexts, totals, taken / totals


def discounts(counts):
    """Return what is subtracted from counts of 0, 1, 2 and of 3 or more."""
    n1, n2, n3, n4 = (max(1, np.sum(counts == k)) for k in (1, 2, 3, 4))
    y = n1 / (n1 + 2 * n2)
    amounts = np.array([0, 1 - 2 * y * n2 / n1, 2 - 3 * y * n3 / n2, 3 - 4 * y * n4 / n3])
    return amounts.clip(0, [0, 1, 2, 3])


def look(where, values, wanted):
    """Return the value of each key, 0 where there is none."""
    at = np.searchsorted(where, wanted)
    at[at == len(where)] = 0
    return np.where(where[at] == wanted, values[at], 0)


def extend(p, key, n, order):
    """Return the probabilities of order n, given the probabilities of order n - 1."""
    grams, counts, contexts, totals, remainders = table(n, n == order)
    c, context = look(grams, counts, key), key // len(data()[0])
    total, rest = (look(contexts, values, context) for values in (totals, remainders))
    less = c - discounts(counts)[np.minimum(c, 3)]
    return np.where(total > 0, less / np.maximum(total, 1) + rest * p, p)


def interpolate(ids, order):
    """Return the probability of each character, given at most order - 1 before it."""
    p = np.full(len(ids), 1 / len(data()[0]))
    for n in range(1, order + 1):
        p = np.r_[p[: n - 1], extend(p[n - 1 :], keys(ids, n), n, order)]
    return p


def after(context, order):
    """Return the probabilities (C,) of what follows a context."""
    size = len(data()[0])
    p = np.full(size, 1 / size)
    for n in range(1, order + 1):
        key = int(context[len(context) - n + 1 :] @ size ** np.arange(n - 1)[::-1].astype(int))
        p = extend(p, key * size + np.arange(size), n, order)
    return p


class Model(nn.Module):
    """An embedding, a GRU and the logits of the next character."""

    def __init__(self, characters, units):
        super().__init__()
        self.embed = nn.Embedding(characters, EMBED)
        self.gru = nn.GRU(EMBED, units)
        self.out = nn.Linear(units, characters)

    def forward(self, x, h=None):
        """Map characters (T, N) and a state to logits (T, N, C) and the last state."""
        states, h = self.gru(self.embed(x), h)
        return self.out(F.dropout(states, 0.1, self.training)), h


def bits(model, ids, streams=20):
    """Return the mean bits that a model needs for each character of a text."""
    x = torch.tensor(ids[: len(ids) // streams * streams].reshape(streams, -1).T)
    training = model.training
    model.eval()
    with torch.no_grad():
        nats = F.cross_entropy(model(x[:-1])[0].flatten(0, 1), x[1:].flatten())
    model.train(training)
    return round(nats.item() / np.log(2), 4)


def train(units, seed, rate, updates, measure=0):
    """Train with Adam in pieces, with a rate that falls linearly to 0."""
    torch.manual_seed(seed)
    torch.set_num_threads(1)
    vocabulary, ids, validation, _ = data()
    model, curve, done = Model(len(vocabulary), units), [], 0
    optimizer = torch.optim.Adam(model.parameters(), lr=rate)
    rng = np.random.default_rng(seed)
    while done < updates:
        h = None
        start = rng.integers(len(ids) // 10)  # other streams in each pass
        for x, y in text.bptt_batches(ids[start:], BATCH, LENGTH)[: updates - done]:
            optimizer.param_groups[0]["lr"] = rate * (1 - done / updates)
            logits, h = model(torch.tensor(x.T), h)
            h = h.detach()
            loss = F.cross_entropy(logits.flatten(0, 1), torch.tensor(y.T).flatten())
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            done += 1
            if measure and done % measure == 0:
                curve.append([done * BATCH * LENGTH, bits(model, validation)])
    return model.eval(), curve


def write(start, choose, steps):
    """Return what follows start: choose(context, state) returns a character and a new state."""
    context, state = np.asarray(start), None
    for _ in range(steps):
        k, state = choose(context, state)
        context = np.append(context, k)
    return data()[0].decode(context[len(start) :])


def network_logits(model, context, state):
    """Return the logits of the next character and the new state."""
    x = context if state is None else context[-1:]
    with torch.no_grad():
        logits, state = model(torch.tensor(x)[:, None], state)
    return logits[-1, 0].double().numpy(), state


def top_k(z, k):
    """Return the logits with all but the k largest removed."""
    return np.where(z >= np.sort(z)[-k], z, -np.inf)


def top_p(z, p):
    """Return the logits of the most probable characters that together have probability p."""
    order = np.argsort(-z)
    q = np.exp(z[order] - z.max())
    before = np.cumsum(q / q.sum()) - q / q.sum()
    logits = np.full_like(z, -np.inf)
    logits[order[before < p]] = z[order[before < p]]
    return logits


def run(seed):
    """Return the bits of all models on the test play, and texts that the models write."""
    vocabulary, ids, _, test = data()
    results = {}
    for units in SIZES if not seed else SIZES[:1]:
        model, curve = train(units, seed, RATE[units], UPDATES[units], 300)
        size = sum(p.numel() for p in model.parameters())
        results[f"GRU {units}"] = {"size": size, "bits": bits(model, test), "curve": curve}
        print(seed, units, results[f"GRU {units}"], flush=True)
    if seed:
        return results
    results["length"] = [len(ids), len(test)]
    stored = 0
    for n in range(1, 9):
        stored += len(table(n)[0])
        bits_now = float(-np.log2(interpolate(test, n)).mean())
        never = float(np.mean(look(*table(n)[:2], keys(test, n)) == 0))
        results[f"table {n}"] = {
            "stored": stored,
            "bits": round(bits_now, 4),
            "never": never,
        }
        print(n, results[f"table {n}"], flush=True)
    results["embedding"] = model.embed.weight.detach().double().numpy().round(3).tolist()

    def network(filtered, T, rng):
        def choose(context, state):
            z, state = network_logits(model, context, state)
            return text.sample(filtered(z), temperature=T, rng=rng), state

        return choose

    def counts(n, T, rng):
        return lambda context, _: (
            text.sample(np.log(after(context, n)), temperature=T, rng=rng),
            None,
        )

    def begin(prime):
        return vocabulary.encode("\n" * 12 + prime)

    kinds = {f"table of {n}": (lambda T, r, n=n: counts(n, T, r)) for n in (2, 4, 8)}
    kinds["GRU"] = lambda T, r: network(lambda z: z, T, r)
    for name, kind in kinds.items():
        results[f"{name}, samples"] = {
            p: [write(begin(p), kind(T, np.random.default_rng(0)), 130) for T in TEMPERATURES]
            for p in PRIMES
        }
    for p in PRIMES:
        rows = {n: np.log(after(begin(p), int(n[-1]))) for n in kinds if n != "GRU"}
        rows["GRU"] = network_logits(model, begin(p), None)[0]
        for name, z in rows.items():
            z = z - np.log(np.exp(z).sum())
            results.setdefault(f"{name}, next", {})[p] = z.round(3).tolist()
    words = set(vocabulary.decode(ids).replace("'", " ").split()) | set(
        text.tokenize(vocabulary.decode(ids))
    )
    results["GRU, real words"] = []
    for T in TEMPERATURES:
        written = [
            w
            for k in range(10)
            for w in text.tokenize(
                write(
                    begin("the king "), network(lambda z: z, T, np.random.default_rng(k)), 300
                )
            )[:-1]
            if w[0].isalpha()
        ]
        results["GRU, real words"].append(
            round(float(np.mean([w in words for w in written])), 4)
        )
    rules = {
        "greedy": (lambda z: z, 0),
        "T = 1": (lambda z: z, 1),
        "T = 0.5": (lambda z: z, 0.5),
        "top-k, k = 5": (lambda z: top_k(z, 5), 1),
        "top-p, p = 0.9": (lambda z: top_p(z, 0.9), 1),
    }
    results["decoding"] = {
        name: write(begin("the king "), network(f, T, np.random.default_rng(1)), 160)
        for name, (f, T) in rules.items()
    }
    return results


def thin():
    """Return the bits of the n-gram model of order 3, and of a small GRU after 40 updates."""
    _, _, validation, test = data()
    model, _ = train(48, 0, 0.02, 40)
    return {
        "table": float(-np.log2(interpolate(test[:5000], 3)).mean()),
        "GRU": bits(model, validation[:5000]),
    }


if __name__ == "__main__":
    experiment.record(run, seeds=range(2), thin=thin)
