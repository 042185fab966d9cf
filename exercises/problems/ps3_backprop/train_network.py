"""train_network: weights of a network with one hidden layer that reach a given loss.

Any way to them is right, so properties are judged. The driver calls the student's function with
generators of its own: once for all epochs, and three times for one, to see what rng decides.
The measure computes the loss from the weights and says how far learning came, as a row of zeros
with a 1 at what is found: two students with the same mistake end at different losses.

The points lie in six clouds round a circle, and classes take turns: no line parts them, and the
loss of a linear classifier stays near ln 3. From 40 starts each, plain gradient descent in
whole and in small batches, with momentum, and with first weights of 0.01 to 1, ended at 0.04
or lower where 0.1 is asked. So did learning in the second layer alone, from random units: that
reaches what is asked, too.
"""

import numpy as np
from nngrader.engine import problem

from .common import ELSEWHERE
from .two_layer_loss import two_layer_loss


def taught(train_network, X, y, hidden, epochs, lr, seed):
    found = []
    for n, s in ((epochs, seed), (1, seed), (1, seed), (1, seed + 1)):
        params = train_network(X, y, hidden, n, lr, np.random.default_rng(s))
        if not isinstance(params, dict):
            return params, *[None] * 15
        arrays = [dict.get(params, name) for name in ("W1", "b1", "W2", "b2")]
        if not all(isinstance(array, np.ndarray) for array in arrays):
            return np.zeros(0), *[None] * 15
        found += arrays
    return tuple(found)


def how_far(args, *arrays):
    X, y, hidden = args["X"], args["y"], args["hidden"]
    D, C = X.shape[1], int(y.max()) + 1
    runs = [arrays[k : k + 4] for k in (0, 4, 8, 12)]
    for run in runs:
        if any(array is None or array.dtype.kind not in "iuf" for array in run):
            raise ValueError(
                "params is expected as a dict of four arrays of numbers, W1, b1, W2 and b2. "
                "Which of them is missing, or something else?"
            )
        H = run[1].size
        if [a.shape for a in run] != [(H, D), (H,), (C, H), (C,)] or H > 1000:
            raise ValueError(
                "W1 is expected as (hidden, D), b1 as (hidden,), W2 as (C, hidden) and b2 as "
                "(C,). Which of the four has another shape?"
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
        "loss": "the loss of your weights is not as low as is asked. Print it after every "
        "twentieth epoch: does it fall?",
        "width": "hidden says how many units there are. How many have you?",
        "random": "equal generators give equal weights, different ones other weights, and all "
        "of them are numbers, not nan. Which of this fails?",
    },
    points={
        "shape": (0.5, "a dict of four arrays whose shapes fit each other, `X` and `y`"),
        "value": (7, "a loss of 0.1 or lower, with 150 epochs and `lr` 0.5"),
        "given": (
            2,
            "half: as many units as `hidden` says; half: equal generators give equal weights, "
            "different ones different weights",
        ),
        "inputs-unchanged": (0.5, "`X` and `y` stay as they are"),
    },
    forbidden={"all": ELSEWHERE},
    tells="Your loss is {:.3g}, asked is 0.1 or lower.",
    near=(0.042, "That is near: on the other samples of the grading it may end above."),
    trains=True,
)

MOST = 0.1


@training.reference
def train_network(X, y, hidden, epochs, lr, rng):
    """Weights of a network with one hidden layer whose loss on X and y is 0.1 or lower.

    X : (N, D) array of float64
    y : (N,) array of integers from 0 to C - 1, each at least once
    hidden : int, the number of hidden units, 14 or more
    epochs : int, how many times the samples are gone through
    lr : float, a good step size for plain gradient descent on the mean loss
    rng : numpy.random.Generator, from which all that is random is drawn
    Returns params : dict of W1 (hidden, D), b1 (hidden,), W2 (C, hidden) and b2 (C,).
    """
    W1 = rng.normal(size=(hidden, X.shape[1])) * np.sqrt(2 / X.shape[1])
    W2 = rng.normal(size=(y.max() + 1, hidden)) / np.sqrt(hidden)
    params = {"W1": W1, "b1": np.zeros(hidden), "W2": W2, "b2": np.zeros(y.max() + 1)}
    for _ in range(epochs):
        _, grads = two_layer_loss(params, X, y)
        params = {name: params[name] - lr * grads[name] for name in params}
    return params


def started(X, y, hidden, rng):
    """Return random initial weights that keep the scale of activations through the ReLU."""
    D, C = X.shape[1], y.max() + 1
    W1 = rng.normal(size=(hidden, D)) * np.sqrt(2 / D)
    W2 = rng.normal(size=(C, hidden)) * np.sqrt(1 / hidden)
    return {"W1": W1, "b1": np.zeros(hidden), "W2": W2, "b2": np.zeros(C)}


def gradients(p, X, y):
    """Return the gradients of the mean cross-entropy with respect to the four arrays."""
    return two_layer_loss(p, X, y)[1]


def downhill(X, y, hidden, epochs, lr, rng, start):
    """Return the result of plain gradient descent from other initial weights."""
    p = start(X, y, hidden, rng)
    for _ in range(epochs):
        g = gradients(p, X, y)
        p |= {name: p[name] - lr * g[name] for name in p}
    return p


CORNERS = np.array([[1.0, 1.0], [-1.0, -1.0], [1.0, -1.0], [-1.0, 1.0]])
training.example(CORNERS, np.array([0, 0, 1, 1]), 14, 150, 0.5, 1, MOST)


@training.case("value")
def six_clouds(rng, E, H):
    """Points in six clouds round a circle, of three classes that take turns."""
    k = np.arange(6)
    angles = k * np.pi / 3 + rng.uniform(0, np.pi)
    middles = 1.5 * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    X = np.repeat(middles, E, axis=0) + 0.2 * rng.normal(size=(6 * E, 2))
    order = rng.permutation(6 * E)
    y = np.repeat(k % 3, E)[order]
    return X[order], y, H + 9, 150, 0.5, int(rng.integers(10**6)), MOST


@training.alternative
def in_small_batches(X, y, hidden, epochs, lr, rng):
    p = started(X, y, hidden, rng)
    for _ in range(epochs):
        for rows in np.array_split(rng.permutation(len(X)), max(1, len(X) // 10)):
            g = gradients(p, X[rows], y[rows])
            for name in p:
                p[name] -= lr * g[name]
    return p


@training.alternative
def with_momentum(X, y, hidden, epochs, lr, rng):
    p = started(X, y, hidden, rng)
    speed = {name: np.zeros_like(v) for name, v in p.items()}
    for _ in range(epochs):
        for name, g in gradients(p, X, y).items():
            speed[name] = 0.9 * speed[name] - 0.2 * lr * g
            p[name] = p[name] + speed[name]
    return p


@training.alternative
def by_adam(X, y, hidden, epochs, lr, rng):
    p, t = started(X, y, hidden, rng), 0
    m, s = ({name: 0 * v for name, v in p.items()} for _ in range(2))
    for t in range(1, epochs + 1):
        for name, g in gradients(p, X, y).items():
            m[name] = 0.9 * m[name] + 0.1 * g
            s[name] = 0.99 * s[name] + 0.01 * g * g
            step = m[name] / (1 - 0.9**t) / (np.sqrt(s[name] / (1 - 0.99**t)) + 1e-8)
            p[name] = p[name] - 0.1 * lr * step
    return p


@training.alternative
def from_uniform_weights(X, y, hidden, epochs, lr, rng):
    def start(X, y, hidden, rng):
        D, C = X.shape[1], len(np.unique(y))
        W1, b1 = rng.uniform(-1, 1, (hidden, D)), rng.uniform(-1, 1, hidden)
        return {
            "W1": W1,
            "b1": b1,
            "W2": rng.uniform(-0.3, 0.3, (C, hidden)),
            "b2": np.zeros(C),
        }

    return downhill(X, y, hidden, epochs, lr, rng, start)


@training.mistake(
    "the loss is higher than that of somebody who knows nothing, ln C. In which direction does "
    "each step go, how long is it, and is the gradient right?",
    loses="value",
)
def uphill(X, y, hidden, epochs, lr, rng):
    return train_network(X, y, hidden, epochs, -lr, rng)


@training.mistake(
    "W1 or W2 is 0. If all weights begin at 0, what is the gradient of W1?",
    loses="value given",
)
def from_zeros(X, y, hidden, epochs, lr, rng):
    def start(X, y, hidden, rng):
        return {name: 0 * v for name, v in started(X, y, hidden, rng).items()}

    return downhill(X, y, hidden, epochs, lr, rng, start)


@training.mistake(
    "all hidden units have the same weights. If they begin equal, what could make them "
    "different?",
    loses="value given",
)
def from_equal_weights(X, y, hidden, epochs, lr, rng):
    def start(X, y, hidden, rng):
        return {name: 0 * v + 0.1 for name, v in started(X, y, hidden, rng).items()}

    return downhill(X, y, hidden, epochs, lr, rng, start)


@training.mistake(
    "the loss is hardly lower than that of somebody who knows nothing, ln C. How long is each "
    "step, and does the gradient go through the same ReLU as the scores?",
    loses="value",
)
def short_steps(X, y, hidden, epochs, lr, rng):
    def start(X, y, hidden, rng):
        return {name: v / 100 for name, v in started(X, y, hidden, rng).items()}

    return downhill(X, y, hidden, epochs, lr / 100, rng, start)


@training.mistake(
    "after all epochs the weights are those after one. Where does the return stand, and are "
    "the weights that you return those that each step changes?",
    loses="value",
)
def one_step(X, y, hidden, epochs, lr, rng):
    return train_network(X, y, hidden, 1, lr, rng)


@training.mistake(
    "hidden says how many units there are, and the layer has another number. Where does your "
    "code use it?",
    loses="given",
)
def width_of_its_own(X, y, hidden, epochs, lr, rng):
    return train_network(X, y, 2 * hidden, epochs, lr, rng)


@training.mistake(
    "whatever rng is, the weights are the same. Where does your code draw from it?",
    loses="given",
)
def own_seed(X, y, hidden, epochs, lr, rng):
    return train_network(X, y, hidden, epochs, lr, np.random.default_rng(0))


@training.mistake(
    "two equal generators give different weights. Which random numbers do not come from rng?",
    loses="given",
)
def another_generator(X, y, hidden, epochs, lr, rng):
    return train_network(X, y, hidden, epochs, lr, np.random.default_rng())
