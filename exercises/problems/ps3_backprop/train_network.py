"""train_network: weights of a network with one hidden layer that reach a given loss.

Every way of reaching this loss is correct, so we check properties of the result. The driver
calls the student's function once for all epochs, and three times for one epoch, to find out how
rng affects the weights. The measure returns a row of zeros with a 1 for the kind of failure,
because two students with the same mistake end at different losses.

The samples form six clouds on a circle, and the three classes alternate. The loss of a linear
classifier stays near ln 3. We tried 40 starts each for plain gradient descent on all samples
and on small batches, with momentum, and with initial weights of 0.01 to 1. All of these runs
ended at 0.04 or lower, and the problem requires 0.1. Runs that trained only the second layer,
on random hidden units, also reached the target.
"""

import numpy as np
from nngrader.engine import problem

from .common import ELSEWHERE
from .two_layer_loss import two_layer_loss


def taught(train_network, X, y, hidden, epochs, lr, seed):
    results = []
    for n, s in ((epochs, seed), (1, seed), (1, seed), (1, seed + 1)):
        params = train_network(X, y, hidden, n, lr, np.random.default_rng(s))
        if not isinstance(params, dict):
            return params, *[None] * 15
        arrays = [dict.get(params, name) for name in ("W1", "b1", "W2", "b2")]
        if not all(isinstance(array, np.ndarray) for array in arrays):
            return np.zeros(0), *[None] * 15
        results += arrays
    return tuple(results)


def how_far(args, *arrays):
    X, y, hidden = args["X"], args["y"], args["hidden"]
    D, C = X.shape[1], int(y.max()) + 1
    runs = [arrays[k : k + 4] for k in (0, 4, 8, 12)]
    for run in runs:
        if any(array is None or array.dtype.kind not in "iuf" for array in run):
            raise ValueError(
                "Your `params` should be a dict of four arrays of numbers: W1, b1, W2 and b2. "
                "Which of them is missing or has a different type?"
            )
        H = run[1].size
        if [a.shape for a in run] != [(H, D), (H,), (C, H), (C,)] or H > 1000:
            raise ValueError(
                "Your arrays should have the shapes W1 (hidden, D), b1 (hidden,), W2 (C, "
                "hidden) and b2 (C,). Which of the four has a different shape?"
            )
    W1, b1, W2, b2 = (array.astype(float) for array in runs[0])
    h = np.maximum(X @ W1.T + b1, 0)
    scores = h @ W2.T + b2
    scores = scores - scores.max(axis=1, keepdims=True)
    right = scores[np.arange(len(y)), y]
    loss = np.mean(np.log(np.exp(scores).sum(axis=1)) - right)
    both = ((0, W1), (1, W2))
    learned, width, random = np.zeros(7), np.zeros(1), np.zeros(3)
    pairs = zip(*runs[:2], strict=True)  # after all epochs, and after one
    if not np.isfinite(loss):
        learned[0] = 1
    elif loss > args["most"]:
        if not W1.any() or not W2.any():
            learned[1] = 1
        elif len(b1) > 1 and all(np.ptp(a, k).max() <= 1e-6 * abs(a).max() for k, a in both):
            learned[2] = 1
        elif all(np.array_equal(last, first) for last, first in pairs):
            learned[6] = 1
        elif loss > 1.2 * np.log(C):
            learned[3] = 1
        elif loss > 0.8 * np.log(C):
            learned[4] = 1
        else:
            learned[5] = 1
    width[0] = len(b1) != hidden
    once, again, other = (np.concatenate([a.ravel() for a in run]) for run in runs[1:])
    if once.size != again.size or not np.allclose(once, again, 1e-9, 1e-9, equal_nan=True):
        random[0] = 1
    elif once.size == other.size and np.allclose(once, other, 1e-9, 1e-9):
        random[1] = 1
    elif np.isnan(once).any():
        random[2] = 1
    return learned, width, random, loss


training = problem(
    "train_network",
    driver=taught,
    measure=how_far,
    observed=["params", *["an array in params"] * 15],
    kept=("most",),
    returns={"loss": "value", "width": "given", "random": "given"},
    wrong={
        "loss": "Your weights don't reach the required loss. Print the loss every twenty "
        "epochs: does it fall?",
        "width": "Your network doesn't have `hidden` units. How many does it have?",
        "random": "Generators with the same seed should give the same weights, different seeds "
        "should give different weights, and no weight may be nan. Which of these "
        "three checks do your weights fail?",
    },
    points={
        "shape": (0.5, "a dict of four arrays whose shapes match `X`, `y` and each other"),
        "value": (7, "a loss of 0.1 or lower, with 150 epochs and an `lr` of 0.5"),
        "given": (
            2,
            "half for a layer of `hidden` units, half for the same weights from the same "
            "seed and different weights from different seeds",
        ),
        "inputs-unchanged": (0.5, "your function doesn't change `X` or `y`"),
    },
    forbidden={"all": ELSEWHERE},
    tells="Your loss is {:.3g}, and it should be 0.1 or lower.",
    near=(
        0.042,
        "This is close to the limit, so in grading, your loss may be too high on "
        "the hidden samples.",
    ),
    trains=True,
)

MOST = 0.1


@training.reference
def train_network(X, y, hidden, epochs, lr, rng):
    """Train a network with one hidden layer until its loss on X and y is 0.1 or lower.

    X : (N, D) array of float64
    y : (N,) array of integers from 0 to C - 1; every class occurs
    hidden : int, the number of hidden units, at least 14
    epochs : int, how many times you go through all samples
    lr : float, a good learning rate for plain gradient descent on the mean loss
    rng : numpy.random.Generator, from which you draw all random numbers
    Returns params : dict of W1 (hidden, D), b1 (hidden,), W2 (C, hidden) and b2 (C,).
    """
    W1 = rng.normal(size=(hidden, X.shape[1])) * np.sqrt(2 / X.shape[1])
    W2 = rng.normal(size=(y.max() + 1, hidden)) / np.sqrt(hidden)
    params = {"W1": W1, "b1": np.zeros(hidden), "W2": W2, "b2": np.zeros(y.max() + 1)}
    for _ in range(epochs):
        _, grads = two_layer_loss(params, X, y)
        params = {name: params[name] - lr * grads[name] for name in params}
    return params


CORNERS = np.array([[1.0, 1.0], [-1.0, -1.0], [1.0, -1.0], [-1.0, 1.0]])
training.example(CORNERS, np.array([0, 0, 1, 1]), 14, 150, 0.5, 1, MOST)


@training.case("value")
def six_clouds(rng, E, H):
    """Samples in six clouds on a circle, with three alternating classes."""
    k = np.arange(6)
    angles = k * np.pi / 3 + rng.uniform(0, np.pi)
    middles = 1.5 * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    X = np.repeat(middles, E, axis=0) + 0.2 * rng.normal(size=(6 * E, 2))
    order = rng.permutation(6 * E)
    y = np.repeat(k % 3, E)[order]
    return X[order], y, H + 9, 150, 0.5, int(rng.integers(10**6)), MOST


@training.alternative
def by_adam(X, y, hidden, epochs, lr, rng):
    p = train_network(X, y, hidden, 0, lr, rng)
    m, s = ({name: 0 * v for name, v in p.items()} for _ in range(2))
    for t in range(1, epochs + 1):
        for name, g in two_layer_loss(p, X, y)[1].items():
            m[name] = 0.9 * m[name] + 0.1 * g
            s[name] = 0.99 * s[name] + 0.01 * g * g
            step = m[name] / (1 - 0.9**t) / (np.sqrt(s[name] / (1 - 0.99**t)) + 1e-8)
            p[name] = p[name] - 0.1 * lr * step
    return p


@training.alternative
def in_small_batches(X, y, hidden, epochs, lr, rng):
    p = train_network(X, y, hidden, 0, lr, rng)
    for _ in range(epochs):
        for rows in np.array_split(rng.permutation(len(X)), max(1, len(X) // 10)):
            g = two_layer_loss(p, X[rows], y[rows])[1]
            for name in p:
                p[name] -= lr * g[name]
    return p


training.known["value"] = {
    "Your loss is still close to ln C, the loss of a network that gives all classes the same "
    "probability. Check in this order: do the rows of `X` and `y` still belong together, are "
    "there enough steps, are they large enough, and is the gradient of `W1` correct?": {
        "short_steps": {
            "": "lr = lr / 100",
            "    for _": (
                "    params = {name: v / 100 for name, v in params.items()}\n    for _"
            ),
        }
    },
    "Your loss is higher than ln C, the loss of a network that gives all classes the same "
    "probability. Do your steps follow the gradient uphill, are they too large, or does your "
    "code compute the gradient only once or start again in each epoch?": {"uphill": "lr = -lr"},
    "Your weights after all epochs are the same as after one epoch. Is the `return` inside the "
    "loop, and do your steps change the weights that you return?": {"one_step": "epochs = 1"},
}
training.known["given"] = {
    "Your hidden layer doesn't have `hidden` units. Where does your code use `hidden`?": {
        "width_of_its_own": "hidden = 2 * hidden"
    },
    "Your weights are the same for every `rng`. Where does your code draw its random numbers "
    "from?": {"own_seed": "rng = np.random.default_rng(0)"},
    "Your weights differ between two generators with the same seed. Which of your random "
    "numbers don't come from `rng`?": {"another_generator": "rng = np.random.default_rng()"},
}

training.known["value given"] = {
    "Your `W1` or `W2` contains only zeros. If all weights start at 0, what is the gradient of "
    "`W1`?": {
        "from_zeros": {
            "    for _": "    params = {name: 0 * v for name, v in params.items()}\n    for _"
        }
    },
    "Your hidden units all have the same weights. If they start with equal weights, what could "
    "make them different?": {
        "from_equal_weights": {
            "    for _": (
                "    params = {name: 0 * v + 0.1 for name, v in params.items()}\n    for _"
            )
        }
    },
}
