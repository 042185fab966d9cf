"""Does Adam's lead over momentum depend on the axes? Words: unchanged, rotated, rescaled.

Softmax regression predicts from the words of one line of Shakespeare which of eight plays it is
from. In the second problem, the 2,000 inputs are rotated at random; in the third, each input is
divided by its standard deviation. The claim that adaptive methods need the axes fails if Adam
leads momentum by as much after the rotation. The claim that rescaled inputs replace adaptive
learning rates fails if momentum on the rescaled words ends with a higher loss than Adam on the
unchanged words. A variant trains for four epochs. We try seven learning rates for each
optimiser, and take the one with the lowest validation loss over all seeds.

It takes about 5 minutes on an idle machine. The page optimization/adaptive uses the results.
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
PROBLEMS = ("words", "rotated words", "rescaled words")
LOWEST = {  # the lowest of seven learning rates: for (rotated) words, and for rescaled words
    "SGD": (1.0, 0.004),
    "momentum": (0.1, 0.0004),
    "AdaGrad": (0.02, 0.001),
    "Adam": (0.004, 0.0002),
}


def rates(contender, problem):
    """Return seven learning rates, a factor of two apart."""
    return LOWEST[contender][problem == "rescaled words"] * 2.0 ** np.arange(7)


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


LINES, PLAYS = read_lines()
WORD_SETS = []


def rotation(seed):
    """Return a random orthogonal matrix."""
    normal = np.random.default_rng(100 + seed).normal(size=(WORDS, WORDS))
    return np.float32(np.linalg.qr(normal)[0])


def problem(name, seed):
    """Return the training, validation and test set: pairs of inputs and labels."""
    if not WORD_SETS:
        WORD_SETS.append(one_hot(LINES))
    X = WORD_SETS[0]
    some = X.any(axis=1)  # lines without any of the words are left out
    order = np.random.default_rng(seed).permutation(TEST)
    parts = order[:TRAIN], order[TRAIN:], np.arange(TEST, len(X))
    parts = [rows[some[rows]] for rows in parts]
    if name == "rotated words":
        X = X @ rotation(seed)
    if name == "rescaled words":
        X = X / np.maximum(X[parts[0]].std(axis=0), 0.01)
    return [(X[rows], PLAYS[rows]) for rows in parts]


def linear(X, y):
    """Return softmax regression without bias, with weights of zero."""
    model = nn.Linear(X.shape[1], int(y.max()) + 1, bias=False)
    with nnlib.no_grad():
        model.weight.zero_()
    return model


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
    rows = []
    for lr in learning_rates:
        model = build()
        optimizer = CONTENDERS[contender](list(model.parameters()), float(lr))
        train(model, optimizer, *sets[0], seed, steps)
        (val, _), (test, right) = (judged(model, *part) for part in sets[1:])
        rows.append((val, test, right))
    return dict(zip(("val", "test", "accuracy"), np.round(np.transpose(rows), 4), strict=True))


def run(seed):
    """Return the losses by problem, contender and learning rate."""
    results = {}
    for name in PROBLEMS:
        sets = problem(name, seed)
        for contender in CONTENDERS:
            lrs = rates(contender, name)
            results[f"{name}: {contender}"] = tried(
                sets, lambda sets=sets: linear(*sets[0]), contender, lrs, seed
            )
            if contender in ("momentum", "Adam"):
                results[f"{name}, four epochs: {contender}"] = tried(
                    sets,
                    lambda sets=sets: linear(*sets[0]),
                    contender,
                    lrs[:6],
                    seed,
                    4 * STEPS,
                )
    return results


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
