"""Does Adam's lead over momentum depend on the axes? Words, as usual and rotated.

Softmax regression predicts from the words of one line of Shakespeare which of eight plays it is
from. In the second problem, the 2,000 inputs are rotated at random. The claim that adaptive
methods need the axes fails if Adam leads momentum by as much after the rotation. Variants train
for four epochs, or add a hidden layer, whose initial weights are rotated with the inputs.
Standardised images are the case with similar inputs. Each optimiser has nine learning rates,
and the rate with the lowest validation loss over all seeds is taken.

It takes about 12 minutes. The page optimization/adaptive uses the results.
"""

import re
from collections import Counter

import numpy as np

import nnlib
from nnlib import datasets, experiment, nn, optim
from nnlib.nn import functional as F

STEPS, BATCH, TEST, TRAIN, WORDS = 130, 100, 17_000, 13_000, 2000
TOLERANCES = {"momentum": {"absolute": 0.03}, "Adam": {"absolute": 0.03}}
CONTENDERS = {
    "SGD": lambda weights, lr: optim.SGD(weights, lr),
    "momentum": lambda weights, lr: optim.SGD(weights, lr, momentum=0.9),
    "AdaGrad": lambda weights, lr: optim.Adagrad(weights, lr),
    "Adam": lambda weights, lr: optim.Adam(weights, lr),
}
LOWEST = {  # the lowest of nine learning rates: for words, and for images
    "SGD": (0.5, 0.002),
    "momentum": (0.05, 0.0004),
    "AdaGrad": (0.005, 0.002),
    "Adam": (0.001, 0.0002),
}


def rates(contender, problem):
    """Return nine learning rates, a factor of two apart."""
    return LOWEST[contender][problem == "images"] * 2.0 ** np.arange(9)


def read_lines():
    """Return lines of speech as sets of words, and the number of the play of each, shuffled."""
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


def one_hot(lines):
    """Return a row for each line, with a 1 for each of the frequent words that it contains."""
    counts = Counter(sorted(word for line in lines[:TEST] for word in line))
    column = {word: k for k, (word, _) in enumerate(counts.most_common(WORDS))}
    X = np.zeros((len(lines), WORDS), np.float32)
    for row, line in enumerate(lines):
        X[row, [column[word] for word in line if word in column]] = 1
    return X


def images(seed):
    """Return clothes of 14 by 14 pixels; each pixel is standardised by the training images."""
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


def rotation(size):
    """Return a random orthogonal matrix."""
    return np.float32(np.linalg.qr(np.random.default_rng(0).normal(size=(size, size)))[0])


def problem(name, seed):
    """Return the training, validation and test set: pairs of inputs and labels."""
    if name == "images":
        return images(seed)
    if not KEPT:
        KEPT["words"] = one_hot(LINES)
        KEPT["rotated words"] = KEPT["words"] @ rotation(WORDS)
    X = KEPT[name]
    some = KEPT["words"].any(axis=1)  # lines without any of the words are left out
    order = np.random.default_rng(seed).permutation(TEST)
    parts = order[:TRAIN], order[TRAIN:], np.arange(TEST, len(X))
    return [(X[rows[some[rows]]], PLAYS[rows[some[rows]]]) for rows in parts]


def linear(X, y):
    """Return softmax regression without bias, with weights of zero."""
    model = nn.Linear(X.shape[1], int(y.max()) + 1, bias=False)
    with nnlib.no_grad():
        model.weight.zero_()
    return model


def network(X, y, seed, turn=None):
    """Return a network with a hidden layer of 50 ReLU units, and rotate its first weights."""
    rng, modules = np.random.default_rng(seed), []
    for inputs, outputs in ((X.shape[1], 50), (50, int(y.max()) + 1)):
        layer = nn.Linear(inputs, outputs)
        weights = rng.normal(size=(outputs, inputs)) * np.sqrt(2 / inputs)
        if turn is not None and not modules:
            weights = weights @ turn
        with nnlib.no_grad():
            layer.weight.copy_(nnlib.tensor(np.float32(weights)))
            layer.bias.zero_()
        modules += [layer, nn.ReLU()]
    return nn.Sequential(*modules[:-1])


def train(model, optimizer, X, y, seed, steps=STEPS):
    """Take steps on mini-batches, in a new order in each epoch."""
    rng, order = np.random.default_rng(seed), []
    for _ in range(steps):
        if len(order) < BATCH:
            order = rng.permutation(len(X))
        rows, order = order[:BATCH], order[BATCH:]
        loss = F.cross_entropy(model(nnlib.tensor(X[rows])), nnlib.tensor(y[rows]))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


def judged(model, X, y):
    """Return loss and accuracy."""
    with nnlib.no_grad():
        scores = model(nnlib.tensor(X))
        loss = F.cross_entropy(scores, nnlib.tensor(y)).item()
        right = scores.numpy().argmax(axis=1) == y
    return (min(loss, 99.0) if np.isfinite(loss) else 99.0), float(right.mean())


def tried(sets, build, contender, learning_rates, seed, steps=STEPS):
    """Return validation loss, test loss and test accuracy for each learning rate."""
    found = []
    for lr in learning_rates:
        model = build()
        optimizer = CONTENDERS[contender](list(model.parameters()), float(lr))
        train(model, optimizer, *sets[0], seed, steps)
        (val, _), (test, right) = (judged(model, *part) for part in sets[1:])
        found.append((val, test, right))
    return dict(zip(("val", "test", "accuracy"), np.round(np.transpose(found), 4), strict=True))


def run(seed):
    """Return the losses by problem, contender and learning rate."""
    found, turn = {}, rotation(WORDS)
    for name in ("words", "rotated words", "images"):
        sets = problem(name, seed)
        for contender in CONTENDERS:
            lrs = rates(contender, name)
            found[f"{name}: {contender}"] = tried(
                sets, lambda sets=sets: linear(*sets[0]), contender, lrs, seed
            )
            if name == "images" or contender not in ("momentum", "Adam"):
                continue
            found[f"{name}, four epochs: {contender}"] = tried(
                sets, lambda sets=sets: linear(*sets[0]), contender, lrs[2:7], seed, 4 * STEPS
            )
            rotate = turn if name == "rotated words" else None
            found[f"{name}, hidden layer: {contender}"] = tried(
                sets,
                lambda sets=sets, rotate=rotate: network(*sets[0], seed, rotate),
                contender,
                lrs[:7],
                seed,
            )
    return found


def thin():
    """Return the test losses of momentum and of Adam on the words, each at one rate."""
    sets = problem("words", 0)
    return {
        contender: float(tried(sets, lambda: linear(*sets[0]), contender, [lr], 0)["test"][0])
        for contender, lr in (("momentum", 0.8), ("Adam", 0.032))
    }


if __name__ == "__main__":
    np.seterr(all="ignore")  # a rate that is too large overflows, which is a result here
    experiment.record(run, seeds=range(10), thin=thin)
