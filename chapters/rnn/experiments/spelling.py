"""Counts or networks for the next character, at equal size and at any size?

Plays of Shakespeare and first names. An n-gram model blends counts of up to n characters with
shorter ones. Networks are a hidden layer on a window, a tanh RNN, a GRU and an LSTM, with about
11,750 parameters on the plays and 3,000 on the names. All settings are tuned on validation
data.

It takes about 9 minutes. The page rnn/sequence-modelling uses the results.
"""

from collections import Counter
from functools import cache

import numpy as np

import nnlib
from nnlib import datasets, experiment, nn, optim, text
from nnlib.nn import functional as F

SIGNS = "abcdefghijklmnopqrstuvwxyz \n,.;:?!'-"
ORDERS = {"plays": range(1, 10), "names": range(1, 8)}
BETAS = (
    0.003,
    0.01,
    0.03,
    0.1,
    0.3,
    1.0,
    3.0,
    10.0,
    30.0,
    100.0,
    300.0,
    1000.0,
    3000.0,
    10000.0,
)
RATES = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2)
WINDOWS = (2, 4, 8, 16, 32)
SIZE = {"plays": 11_750, "names": 3_000}
LENGTH = {"plays": 32, "names": 16}  # characters in a piece
BATCH, EMBED = 32, 16
FINAL = {"plays": 1200, "names": 1000}  # updates
TRIAL = {"plays": 400, "names": 1000}  # updates when a rate is tried
KINDS = {"RNN": nn.RNN, "GRU": nn.GRU, "LSTM": nn.LSTM}
WRITTEN = (0.2, 0.6, 1.0, 1.4)  # temperatures at which words are judged
TEMPERATURES = (0.2, 0.4, 0.6, 0.8, 1.0, 1.2, 1.4, 1.6)
PRIMES = ("to be, or ", "my love", "the king ", "my zebra")
TOLERANCES = {"table": {"absolute": 1e-6}, "GRU": {"absolute": 0.06}}


def plain(play):
    """Return a play in small letters, with the signs that are kept."""
    return "".join(c for c in play.lower().replace("--", " - ") if c in SIGNS)


@cache
def data(task):
    """Return the vocabulary and the numbers of training, validation and test text."""
    if task == "plays":
        train, test = datasets.shakespeare()
        *seven, eighth = map(plain, train.texts)
        parts = "".join(seven), eighth[:40_000], plain(test.texts[0])
    else:
        train, test = datasets.first_names()

        def line(names):
            return "\n" + "".join(name.lower() + "\n" for name in names)

        parts = line(train.names[:-500]), line(train.names[-500:]), line(test.names)
    vocabulary = text.Vocabulary("".join(parts[:2]))
    return vocabulary, *map(vocabulary.encode, parts)


def keys(ids, n, size):
    """Return a number for each sequence of n characters."""
    grams = np.lib.stride_tricks.sliding_window_view(ids, n)
    return grams @ (size ** np.arange(n)[::-1]).astype(np.int64)


@cache
def tables(task):
    """Return, for each order, the sequences that came, their counts, and those of contexts."""
    vocabulary, ids, *_ = data(task)
    found = []
    for n in ORDERS[task]:
        grams, counts = np.unique(keys(ids, n, len(vocabulary)), return_counts=True)
        contexts, first = np.unique(grams // len(vocabulary), return_index=True)
        found.append((grams, counts, contexts, np.add.reduceat(counts, first)))
    return found


def look(where, values, wanted):
    """Return the value of each key, 0 where there is none."""
    at = np.searchsorted(where, wanted)
    at[at == len(where)] = 0
    return np.where(where[at] == wanted, values[at], 0)


def blend(task, ids, betas):
    """Return the probability of each character by the order len(betas); beta 0 is raw."""
    size = len(data(task)[0])
    p = np.full(len(ids), 1 / size)
    for n, (beta, table) in enumerate(zip(betas, tables(task), strict=False), 1):
        grams, counts, contexts, totals = table
        key = keys(ids, n, size)
        c, total = look(grams, counts, key), look(contexts, totals, key // size)
        shorter = p[n - 1 :]
        seen = (c + beta * shorter) / np.maximum(total + beta, 1e-12)
        p = np.r_[p[: n - 1], np.where(total + beta > 0, seen, shorter)]
    return p


def next_characters(task, betas, context):
    """Return the probabilities (N, C) of what follows each row of a context (N, n)."""
    size = len(data(task)[0])
    N = len(context)
    p = np.full((N, size), 1 / size)
    for n, (beta, table) in enumerate(zip(betas, tables(task), strict=False), 1):
        grams, counts, contexts, totals = table
        before = context[:, context.shape[1] - n + 1 :]
        key = before @ (size ** np.arange(n - 1)[::-1]).astype(np.int64)
        total = look(contexts, totals, key)[:, None]
        c = look(grams, counts, (key[:, None] * size + np.arange(size)).ravel())
        seen = (c.reshape(N, size) + beta * p) / np.maximum(total + beta, 1e-12)
        p = np.where(total + beta > 0, seen, p)
    return p


@cache
def betas(task, order):
    """Return the betas of all orders up to this one, each tuned with those below it."""
    if order == 1:
        return (1.0,)
    below, validation = betas(task, order - 1), data(task)[2]

    def score(beta):
        return -np.log2(blend(task, validation, (*below, beta))).mean()

    return (*below, climb(score, BETAS, 6))


def climb(score, values, first):
    """Return the best value, from two neighbours on outwards until it is at neither edge."""
    low, high, scores = first, first + 1, {}
    while True:
        for k in (low, high):
            scores[k] = scores.get(k) or score(values[k])
        best = min(scores, key=scores.get)
        if low < best < high:
            return values[best]
        low, high = (low - 1, high) if best == low else (low, high + 1)
        if low < 0 or high == len(values):
            return values[best]


class Recurrent(nn.Module):
    """An embedding, a recurrent layer and the logits of the next character."""

    def __init__(self, kind, characters, units):
        super().__init__()
        self.embed = nn.Embedding(characters, EMBED)
        self.layer = KINDS[kind](EMBED, units)
        self.out = nn.Linear(units, characters)

    def forward(self, x, state=None):
        """Map characters (T, N) and a state to logits (T, N, C) and the last state."""
        states, state = self.layer(self.embed(nnlib.tensor(x)), state)
        return self.out(states), state


class Window(nn.Module):
    """An embedding and a hidden layer on the last characters, which are its state."""

    def __init__(self, window, characters, units):
        super().__init__()
        self.window = window
        self.embed = nn.Embedding(characters, EMBED)
        self.hidden = nn.Linear(window * EMBED, units)
        self.out = nn.Linear(units, characters)

    def forward(self, x, state=None):
        """Map characters (T, N) and those before them to logits (T, N, C) and the last ones."""
        before = self.window - 1
        x = np.concatenate([np.zeros((before, x.shape[1]), int) if state is None else state, x])
        T = len(x) - before
        e = self.embed(nnlib.tensor(x))
        seen = nnlib.cat([e[k : k + T] for k in range(self.window)], 2)
        return self.out(self.hidden(seen).tanh()), x[T:]


def network(name, task, seed):
    """Return a network of the size that the task asks for; "window 8" reads 8 characters."""
    characters, (kind, *window) = len(data(task)[0]), name.split()

    def make(units):
        return (
            Window(int(window[0]), characters, units)
            if window
            else Recurrent(kind, characters, units)
        )

    def size(units):
        return sum(p.numel() for p in make(units).parameters())

    units = min(range(8, 300), key=lambda units: abs(size_of(name, task, units) - SIZE[task]))
    nnlib.manual_seed(seed)
    net = make(units)
    assert size(units) == size_of(name, task, units)
    return net, units


def size_of(name, task, units):
    """Return how many parameters a network has."""
    characters, (kind, *window) = len(data(task)[0]), name.split()
    ends = characters * EMBED + (units + 1) * characters
    if window:
        return ends + units * (int(window[0]) * EMBED + 1)
    return ends + {"RNN": 1, "GRU": 3, "LSTM": 4}[kind] * units * (EMBED + units + 2)


def constant(state):
    """Return a state without its history."""
    if isinstance(state, tuple):
        return tuple(one.detach() for one in state)
    return state if isinstance(state, np.ndarray) else state.detach()


def train(net, task, rate, updates, seed):
    """Train with Adam in pieces, the rate falling to 0 along a straight line."""
    ids, optimizer = data(task)[1], optim.Adam(net.parameters(), lr=rate)
    rng, done = np.random.default_rng(seed), 0
    while done < updates:
        state = None
        start = rng.integers(len(ids) // 10)  # other streams in each pass
        for x, y in text.bptt_batches(ids[start:], BATCH, LENGTH[task]):
            optimizer.param_groups[0]["lr"] = rate * (1 - done / updates)
            logits, state = net(x.T, state)
            state = constant(state)
            loss = F.cross_entropy(
                logits.reshape(-1, logits.shape[2]), nnlib.tensor(y.T.ravel())
            )
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimizer.step()
            done += 1
            if done == updates:
                break
    return net


def scored(ids, streams=10):
    """Return a text as streams (T, N), and which places of it they predict."""
    T = len(ids) // streams
    places = np.arange(T * streams).reshape(streams, T)[:, 1:].ravel()
    return ids[: T * streams].reshape(streams, T).T, places


def surprises(net, ids):
    """Return the bits that a network needs for each predicted character."""
    x, _ = scored(ids)
    with nnlib.no_grad():
        logits, _ = net(x[:-1])
        log_p = F.log_softmax(logits, dim=2).numpy()
    found = -np.take_along_axis(log_p, x[1:, :, None], 2)[..., 0] / np.log(2)
    return found.T.ravel().astype(float)


def bits(net, ids):
    """Return the mean of these bits."""
    return float(surprises(net, ids).mean())


def trial(name, task, rate, updates):
    """Return the bits on the validation text after training with one more seed."""
    return bits(train(network(name, task, 100)[0], task, rate, updates, 100), data(task)[2])


@cache
def rate_of(name, task):
    """Return a network's rate, and the bits that it reaches in a short training."""
    scores = {}

    def score(rate):
        scores[rate] = trial(name, task, rate, TRIAL[task])
        return scores[rate]

    rate = climb(score, RATES, 3)
    return rate, scores[rate]


@cache
def best_window(task):
    """Return the window that is best on the validation text, each with its own rate."""
    return climb(lambda window: rate_of(f"window {window}", task)[1], WINDOWS, 1)


def places(ids, vocabulary):
    """Return for each character its place in its word, from 0 on; -1 for no letter."""
    letter = np.isin(ids, vocabulary.encode("abcdefghijklmnopqrstuvwxyz"))
    found = np.full(len(ids), -1)
    for t in range(len(ids)):
        if letter[t]:
            found[t] = found[t - 1] + 1 if t else 0
    return found


def summary(task, each):
    """Return mean bits, those of blocks of the test text, and those by place in the word."""
    vocabulary, _, _, ids = data(task)
    _, at = scored(ids)
    place = np.minimum(places(ids, vocabulary)[at], 7)
    found = {"bits": each.mean(), "blocks": [b.mean() for b in np.array_split(each, 40)]}
    found["places"] = [each[place == k].mean() for k in range(8)]
    return {k: np.round(v, 4).tolist() for k, v in found.items()}


def write_table(task, betas, first, steps, temperature, rng):
    """Return texts that go on after rows of characters (N, n), as a table writes them."""
    x = first
    for _ in range(steps):
        p = next_characters(task, betas, x[:, -len(betas) :])
        with np.errstate(divide="ignore"):
            after = text.sample(np.log(p), temperature=temperature, rng=rng)
        x = np.c_[x, after]
    return x[:, first.shape[1] :]


def write_network(net, first, steps, temperature, rng):
    """Return texts that go on after rows of characters (N, n), as a network writes them."""
    found = []
    with nnlib.no_grad():
        logits, state = net(first.T)
        for _ in range(steps):
            after = text.sample(logits[-1].numpy(), temperature=temperature, rng=rng)
            found.append(after)
            logits, state = net(after[None], state)
    return np.array(found).T


def judged(texts):
    """Return which share of written words stand in the training plays, and which is copied."""
    vocabulary, ids, *_ = data("plays")
    whole = vocabulary.decode(ids)
    words = Counter(text.tokenize(whole))
    real, copied = [], []
    for row in texts:
        written = vocabulary.decode(row)
        # the first and the last word may be parts
        real += [w in words for w in text.tokenize(written)[1:-1] if w[0].isalpha()]
        copied += [written[k : k + 20] in whole for k in range(0, len(written) - 20, 20)]
    return [round(float(np.mean(real)), 4), round(float(np.mean(copied)), 4)]


def start(rows=20):
    """Return rows of the validation text to go on from, (rows, 40)."""
    ids = data("plays")[2]
    return ids[: rows * 900].reshape(rows, 900)[:, :40]


@cache
def counted(task):
    """Return what the tables of all orders reach, and how many numbers they keep."""
    _, train_ids, validation, test = data(task)
    found, stored, at = {}, 0, scored(test)[1]
    for n, table in zip(ORDERS[task], tables(task), strict=True):
        stored += len(table[0])
        raw = blend(task, test, (0.0,) * n)[at]
        found[str(n)] = {
            "stored": stored,
            "betas": betas(task, n),
            "validation": float(-np.log2(blend(task, validation, betas(task, n))).mean()),
            "train": float(-np.log2(blend(task, train_ids, (0.0,) * n)).mean()),
            "never": float((raw == 0).mean()),
            **summary(task, -np.log2(blend(task, test, betas(task, n))[at])),
        }
        print(task, n, stored, betas(task, n)[-1], found[str(n)]["bits"], flush=True)
    return found


def play(write):
    """Return stored samples for the moving figure: by prime, then by temperature."""
    vocabulary = data("plays")[0]
    found = {}
    for prime in PRIMES:
        ids = vocabulary.encode("\n" * 12 + prime)[None]
        rows = [write(ids, 130, t, np.random.default_rng(0)) for t in TEMPERATURES]
        found[prime] = [vocabulary.decode(row[0]) for row in rows]
    return found


def run(seed):
    """Bits per character of all networks on the test texts, and what they write."""
    found = {}
    for task in ("names", "plays"):
        test = data(task)[3]
        table = counted(task)
        reached = min(one["validation"] for one in table.values())
        best = next(n for n in table if table[n]["validation"] < reached + 0.005)
        if not seed:
            found[f"{task}, tables"], found[f"{task}, best"] = table, [int(best)]
            found[f"{task}, characters"] = [len(data(task)[0])]
            found[f"{task}, length"] = [len(part) for part in data(task)[1:]]
        window = f"window {best_window(task)}"
        names = [window, *KINDS] + (["window 2"] if task == "plays" else [])
        for name in dict.fromkeys(names):
            rate, updates = rate_of(name, task)[0], FINAL[task]
            net, units = network(name, task, seed)
            train(net, task, rate, updates, seed)
            key = f"{task}, {'window' if name == window else name}"
            result = summary(task, surprises(net, test))
            found |= {f"{key}, {what}": value for what, value in result.items()}
            found[f"{key}, set"] = [rate, updates, units, size_of(name, task, units), name]
            print(seed, key, rate, updates, units, result["bits"], flush=True)
            if key in ("plays, GRU", "plays, window"):

                def writer(*given, net=net):
                    return write_network(net, *given)

                for t in WRITTEN if key == "plays, GRU" else (1.0,):
                    texts = writer(start(), 250, t, np.random.default_rng(seed))
                    found[f"{key}, written {t}"] = judged(texts)
                if key == "plays, GRU" and not seed:
                    found["GRU, samples"] = play(writer)
                    found["GRU, next"] = after(lambda ids, net=net: logits_of(net, ids))
    if not seed:
        best = found["plays, best"][0]
        orders = {"2": betas("plays", 2), "4": betas("plays", 4)}
        orders |= {"best": betas("plays", best), "raw 9": (0.0,) * 9}
        for name, b in orders.items():

            def writer(*given, b=b):
                return write_table("plays", b, *given)

            for t in WRITTEN if name in ("best", "raw 9") else (1.0,):
                texts = writer(start(), 250, t, np.random.default_rng(seed))
                found[f"table {name}, written {t}"] = judged(texts)
            if name != "raw 9":
                found[f"table {name}, samples"] = play(writer)
                found[f"table {name}, next"] = after(
                    lambda ids, b=b: np.log(next_characters("plays", b, ids[:, -len(b) :]))
                )
        test = data("plays")[3]
        found["test, written"] = judged(test[: 80 * 1000].reshape(80, 1000))
    return found


def logits_of(net, ids):
    """Return the logarithms of the probabilities of the next character, (N, C)."""
    with nnlib.no_grad():
        return F.log_softmax(net(ids.T)[0][-1], dim=1).numpy()


def after(log_probabilities):
    """Return the log-probabilities of the next character after each prime."""
    encode = data("plays")[0].encode
    rows = {p: log_probabilities(encode("\n" * 12 + p)[None])[0] for p in PRIMES}
    return {p: np.round(row.astype(float), 3).tolist() for p, row in rows.items()}


def thin():
    """Return the bits of the table of three on the names, and of a GRU after 200 updates."""
    test = data("names")[3]
    table = -np.log2(blend("names", test, (1.0, 1.0, 3.0))).mean()
    net = train(network("GRU", "names", 0)[0], "names", 0.02, 200, 0)
    return {"table": float(table), "GRU": bits(net, test)}


if __name__ == "__main__":
    experiment.record(run, seeds=range(5), thin=thin)
