"""Should every weight have its own step? Six optimisers on five problems.

From the words of one line of Shakespeare, softmax regression tells which of eight plays it is
from. Variants keep only words that are about equally rare, turn the inputs at random, give Adam
one step for all weights or one for each word, fix momentum's steps beforehand, or change
epochs, batch size, schedule or model; standardised images, also in a unit of their own for each
pixel, are the dense case. Own steps help sparse inputs if Adam leads momentum on equally rare
words; they help unequal weights if it leads there by less than on all words. Each optimiser has
nine rates.

It takes about 12 minutes. The page optimization/adaptive uses the results.
"""

import re
from collections import Counter

import numpy as np

import nnlib
from nnlib import datasets, experiment, nn, optim
from nnlib.nn import functional as F

STEPS, BATCH, TEST, TRAIN = 130, 100, 17_000, 13_000
POWERS = (0, 0.25, 0.5, 0.75, 1)
TOLERANCES = {"momentum": {"absolute": 0.03}, "Adam": {"absolute": 0.03}}


class SharedAdam:
    """Adam with a mean of squared gradients for several weights together.

    Over both axes there is one step for all, over the first (plays) one for each word.
    """

    def __init__(self, weight, lr, axes):
        self.weight, self.lr, self.axes = weight, lr, axes
        self.m, self.v, self.t = 0, 0, 0

    def zero_grad(self):
        """Forget the gradient."""
        self.weight.grad = None

    def step(self):
        """Change the weights by their gradients."""
        g = self.weight.grad.numpy()
        self.t += 1
        self.m = 0.9 * self.m + 0.1 * g
        self.v = 0.999 * self.v + 0.001 * (g**2).mean(axis=self.axes, keepdims=True)
        m, v = self.m / (1 - 0.9**self.t), self.v / (1 - 0.999**self.t)
        with nnlib.no_grad():
            step = np.float32(self.lr * m / (np.sqrt(v) + 1e-8))
            self.weight.copy_(self.weight - nnlib.tensor(step))


class Falling(optim.SGD):
    """Momentum with the rate falling as 1/√t, as AdaGrad's rates do for steady gradients."""

    def __init__(self, weights, lr):
        super().__init__(weights, lr, momentum=0.9)
        self.first, self.t = lr, 0

    def step(self):
        """Change the weights by their gradients."""
        self.t += 1
        self.param_groups[0]["lr"] = self.first / self.t**0.5
        super().step()


CONTENDERS = {
    "plain": lambda weights, lr: optim.SGD(weights, lr),
    "momentum": lambda weights, lr: optim.SGD(weights, lr, momentum=0.9),
    "AdaGrad": lambda weights, lr: optim.Adagrad(weights, lr),
    "RMSProp": lambda weights, lr: optim.RMSprop(weights, lr),
    "AdaDelta": lambda weights, lr: optim.Adadelta(weights, lr),
    "Adam": lambda weights, lr: optim.Adam(weights, lr),
    "one step": lambda weights, lr: SharedAdam(weights[0], lr, (0, 1)),
    "per input": lambda weights, lr: SharedAdam(weights[0], lr, 0),
    "falling": lambda weights, lr: Falling(weights, lr),
}
LOWEST = {  # the lowest of nine rates: for words, and for pictures
    "plain": (0.5, 0.002),
    "momentum": (0.05, 0.0002),
    "AdaGrad": (0.005, 0.002),
    "RMSProp": (0.001, 0.0002),
    "AdaDelta": (2, 0.2),
    "Adam": (0.001, 0.0002),
    "one step": (0.0005, 0.0002),
    "per input": (0.001, 0.0002),
    "falling": (0.4, 0.001),
}


def rates(contender, problem):
    """Nine learning rates, a factor of two apart."""
    return LOWEST[contender][problem.startswith("pictures")] * 2.0 ** np.arange(9)


def read_lines():
    """Lines of speech as sets of words, and the number of the play of each, shuffled."""
    lines, plays = [], []
    for play, text in enumerate(datasets.shakespeare()[0].texts):
        for line in text.split("\n"):
            words = set(re.findall(r"[a-z']+", line.lower()))
            direction = re.search(r"\b(Enter|Exit|Exeunt|Scene|SCENE|ACT|Re-enter)\b", line)
            if len(words) >= 3 and line != line.upper() and not direction:
                lines.append(words)
                plays.append(play)
    order = np.random.default_rng(0).permutation(len(lines))
    return [lines[k] for k in order], np.array(plays)[order]


def one_hot(lines, words):
    """A row for each line, with a 1 for each of these words that stands in it."""
    column = {word: k for k, word in enumerate(words)}
    X = np.zeros((len(lines), len(words)), np.float32)
    for row, line in enumerate(lines):
        X[row, [column[word] for word in line if word in column]] = 1
    return X


def words_of(lines, low=0, high=10**6, most=2000):
    """The most frequent words among those that stand in low to high of the lines."""
    counts = Counter(sorted(word for line in lines[:TEST] for word in line))
    return [w for w, n in counts.most_common() if low <= n <= high][:most]


def pictures(seed):
    """Clothes of 14 x 14 pixels, each pixel standardised by the training pictures."""
    train, test = datasets.fashion_mnist()

    def small(X):
        return X.reshape(len(X), 14, 2, 14, 2).mean(axis=(2, 4)).reshape(len(X), 196)

    order = np.random.default_rng(seed).permutation(len(train.X))
    first, second = order[:4000], order[4000:]
    X = small(train.X)
    mean, deviation = X[first].mean(axis=0), np.maximum(X[first].std(axis=0), 0.02)
    sets = (X[first], train.y[first]), (X[second], train.y[second]), (small(test.X), test.y)
    return [(np.float32((A - mean) / deviation), y) for A, y in sets]


LINES, PLAYS = read_lines()
KEPT = {}


def problem(name, seed):
    """Training, validation and test set: pairs of inputs and labels."""
    if name.startswith("pictures"):
        units = 10 ** np.random.default_rng(0).uniform(-1, 1, size=196)
        units = np.float32(units if name == "pictures, unequal" else np.ones(196))
        return [(X * units, y) for X, y in pictures(seed)]
    if name not in KEPT:
        equal = dict(low=12, high=24) if name == "words, equal" else {}
        X = one_hot(LINES, words_of(LINES, **equal))
        if name == "words, turned":
            D = X.shape[1]
            X = X @ np.float32(np.linalg.qr(np.random.default_rng(0).normal(size=(D, D)))[0])
        KEPT[name] = X, X.any(axis=1)  # lines without any of the words are left out
    X, some = KEPT[name]
    order = np.random.default_rng(seed).permutation(TEST)
    parts = order[:TRAIN], order[TRAIN:], np.arange(TEST, len(X))
    parts = [rows[some[rows]] for rows in parts]
    return [(X[rows], PLAYS[rows]) for rows in parts]


def linear(X, y):
    """Softmax regression without bias, from weights of zero."""
    model = nn.Linear(X.shape[1], int(y.max()) + 1, bias=False)
    with nnlib.no_grad():
        model.weight.zero_()
    return model


def network(X, y, seed):
    """A hidden layer of 50 ReLU units, with He's start."""
    rng, modules = np.random.default_rng(seed), []
    for inputs, outputs in ((X.shape[1], 50), (50, int(y.max()) + 1)):
        layer = nn.Linear(inputs, outputs)
        with nnlib.no_grad():
            weights = rng.normal(size=(outputs, inputs)) * np.sqrt(2 / inputs)
            layer.weight.copy_(nnlib.tensor(np.float32(weights)))
            layer.bias.zero_()
        modules += [layer, nn.ReLU()]
    return nn.Sequential(*modules[:-1])


def train(model, optimizer, X, y, seed, steps=STEPS, batch=BATCH, own=None):
    """Steps on mini-batches; own: factors for the step of each weight."""
    rng, order = np.random.default_rng(seed), []
    for _ in range(steps):
        if len(order) < batch:
            order = rng.permutation(len(X))
        rows, order = order[:batch], order[batch:]
        loss = F.cross_entropy(model(nnlib.tensor(X[rows])), nnlib.tensor(y[rows]))
        optimizer.zero_grad()
        loss.backward()
        if own is not None:
            model.weight.grad = model.weight.grad * nnlib.tensor(own)
        optimizer.step()


def judged(model, X, y):
    """Loss and accuracy."""
    with nnlib.no_grad():
        scores = model(nnlib.tensor(X))
        loss = F.cross_entropy(scores, nnlib.tensor(y)).item()
        right = scores.numpy().argmax(axis=1) == y
    return (min(loss, 99.0) if np.isfinite(loss) else 99.0), float(right.mean())


def tried(sets, build, contender, learning_rates, seed, **settings):
    """Losses on training, validation and test set, and accuracy on the test set, by rate."""
    found = []
    for lr in learning_rates:
        model = build()
        optimizer = CONTENDERS[contender](list(model.parameters()), float(lr))
        train(model, optimizer, *sets[0], seed, **settings)
        (fit, _), (val, _), (test, right) = (judged(model, *part) for part in sets)
        found.append((fit, val, test, right))
    names = ("train", "val", "test", "accuracy")
    return dict(zip(names, np.round(np.transpose(found), 4), strict=True))


FEWER = slice(5000), slice(1600), slice(None)  # about as many lines as hold an equal word
PROBLEMS = ("words", "words, turned", "words, equal", "pictures", "pictures, unequal")


def run(seed):
    """Losses by problem, contender and learning rate."""
    found = {}
    for name in PROBLEMS:
        sets = problem(name, seed)
        for contender in CONTENDERS:
            if contender in ("one step", "falling") and name != "words":
                continue
            if contender == "per input" and name == "words, turned":
                continue  # turned, an input is no word
            key = f"{name}: {contender}"
            found[key] = tried(
                sets,
                lambda sets=sets: linear(*sets[0]),
                contender,
                rates(contender, name),
                seed,
            )
    sets = problem("words", seed)
    share = sets[0][0].mean(axis=0)
    share = np.maximum(share, 1 / len(sets[0][0]))
    for power in POWERS:
        own = np.float32((share / share.mean()) ** -power)
        found[f"words: power {power}"] = tried(
            sets,
            lambda: linear(*sets[0]),
            "momentum",
            0.02 * 2.0 ** np.arange(9),
            seed,
            own=own,
        )
    for contender in ("momentum", "Adam"):
        for label, settings in (
            ("four passes", dict(steps=4 * STEPS)),
            ("batches of 10", dict(steps=10 * STEPS, batch=10)),
        ):
            found[f"words, {label}: {contender}"] = tried(
                sets,
                lambda: linear(*sets[0]),
                contender,
                rates(contender, "words"),
                seed,
                **settings,
            )
        some = [(X[rows], y[rows]) for (X, y), rows in zip(sets, FEWER, strict=True)]
        found[f"words, fewer lines: {contender}"] = tried(
            some, lambda: linear(*sets[0]), contender, rates(contender, "words"), seed
        )
        for name in ("words", "pictures"):
            data = problem(name, seed)
            found[f"network, {name}: {contender}"] = tried(
                data,
                lambda data=data: network(*data[0], seed),
                contender,
                rates(contender, name),
                seed,
            )
    return found


def thin():
    """Test loss of momentum and of Adam on the words, each at one rate."""
    sets = problem("words", 0)
    return {
        contender: float(tried(sets, lambda: linear(*sets[0]), contender, [lr], 0)["test"][0])
        for contender, lr in (("momentum", 0.8), ("Adam", 0.032))
    }


if __name__ == "__main__":
    np.seterr(all="ignore")  # a rate that is too large overflows, which is a result here
    experiment.record(run, seeds=range(5), thin=thin)
