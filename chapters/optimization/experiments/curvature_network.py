"""Does L-BFGS on all images beat momentum on batches, as images become more numerous?

A network learns from 500 to 4,000 images to training losses of 0.5 and 0.1, by momentum with
batches, momentum on all images, and L-BFGS on all images. Each has twelve settings on one draw
for tuning.

It takes about 3 minutes. The page optimization/second-order uses the results.
"""

import runpy
from functools import cache
from pathlib import Path

import numpy as np

from nnlib import experiment

FIRST = runpy.run_path(str(Path(__file__).with_name("curvature.py")))
HIDDEN, SIZES, GOALS, LIMIT = 32, (500, 1000, 2000, 4000), (0.5, 0.1), 150
TUNE, BATCH = 100, FIRST["BATCH"]
TRIES = {  # twelve settings each; rates are effective, that is, divided by 1 - gamma
    "momentum": [(lr, g) for g in (0, 0.9) for lr in (0.3, 0.6, 1.2, 2.4, 4.8, 9.6)],
    "momentum, all pictures": [(lr, g) for g in (0.8, 0.9, 0.95) for lr in (5, 10, 20, 30)],
    "L-BFGS": [(c2, m) for c2 in (0.1, 0.5, 0.9) for m in (3, 10, 30, 100)],
}
TOLERANCES = {"passes": {"relative": 0.3}}


class Network:
    """All ten classes: 196 pixels, 32 tanh units, ten scores, no penalty."""

    def __init__(self, seed, pictures):
        self.parts = FIRST["split"](seed, range(10), pictures)
        self.X, self.t = self.parts[0]
        rng, D = np.random.default_rng(seed), self.X.shape[1]
        A = rng.normal(size=(D, HIDDEN)) * 3 / np.sqrt(D)
        B = rng.normal(size=(HIDDEN + 1, 10)) / np.sqrt(HIDDEN)
        self.shape, self.start = A.shape, np.concatenate([A.ravel(), B.ravel()])

    def forward(self, w, X):
        """Hidden activations with a one, and scores."""
        A, B = np.split(w, [self.shape[0] * HIDDEN])
        h = np.tanh(X @ A.reshape(self.shape))
        h = np.column_stack([h, np.ones(len(h))])
        return h, h @ B.reshape(-1, 10)

    def log_p(self, w, rows=slice(None)):
        """Hidden activations and the logarithms of the probabilities."""
        h, z = self.forward(w, self.X[rows])
        z = z - z.max(axis=1, keepdims=True)
        return h, z - np.log(np.exp(z).sum(axis=1, keepdims=True))

    def loss(self, w):
        """Loss over all training pictures."""
        return -self.log_p(w)[1][np.arange(len(self.t)), self.t].mean()

    def __call__(self, w, rows=slice(None)):
        """Loss and gradient, of some rows."""
        X, t = self.X[rows], self.t[rows]
        h, log_p = self.log_p(w, rows)
        each, dz = np.arange(len(t)), np.exp(log_p)
        loss = -log_p[each, t].mean()
        dz[each, t] -= 1
        dz /= len(t)
        B = w[self.shape[0] * HIDDEN :].reshape(-1, 10)
        dh = (dz @ B.T)[:, :-1] * (1 - h[:, :-1] ** 2)
        return loss, np.concatenate([(X.T @ dh).ravel(), (h.T @ dz).ravel()])

    def accuracy(self, w, part):
        """Share of right answers: 0 training, 1 validation, 2 test."""
        X, t = self.parts[part]
        return float(np.mean(self.forward(w, X)[1].argmax(axis=1) == t))


def course(seed, size, name, setting):
    """Passes and losses of a network on its way, and its accuracy on the test at the end."""
    model = Network(seed, size)
    if name == "L-BFGS":
        c2, m = setting
        rows, visited = FIRST["race"](model, FIRST["LBFGS"](m), c2, LIMIT, GOALS[-1])
        return rows[:, 1:], model.accuracy(visited[-1], 2)
    lr, gamma = setting[0] * (1 - setting[1]), setting[1]
    if name == "momentum, all pictures":
        rows, visited = FIRST["plain"](model, lr, gamma, LIMIT, GOALS[-1])
        return rows[:, 1:], model.accuracy(visited[-1], 2)
    looks, every = [], size // BATCH // 10

    def watch(passes, w):
        if round(passes * size / BATCH) % (every if passes < 4 else 5 * every):
            return False  # a look each tenth of a pass, and from 4 passes on each half
        looks.append((passes, model.loss(w)))
        return not GOALS[-1] < looks[-1][1] < 1e3

    w = FIRST["momentum_on_batches"](model, lr, gamma, seed, LIMIT / 3, watch)
    return np.array(looks), model.accuracy(w, 2)


def passes_to(goal, looks):
    """Passes until the loss is no larger than the goal."""
    there = looks[:, 1] <= goal
    return looks[np.argmax(there), 0] if there.any() else 1e9


@cache
def tuned(size, name):
    """For each goal, the setting that needs the fewest passes on the draw for tuning."""
    found = [course(TUNE, size, name, setting)[0] for setting in TRIES[name]]
    best = [np.argmin([passes_to(goal, looks) for looks in found]) for goal in GOALS]
    return [TRIES[name][k] for k in best]


def judged(seed, size, name):
    """Passes to each goal, each with its own setting, and the accuracy at the last."""
    runs = [course(seed, size, name, setting) for setting in tuned(size, name)]
    passes = [passes_to(goal, looks) for goal, (looks, _) in zip(GOALS, runs, strict=True)]
    return {"passes": passes, "test": runs[-1][1], "settings": tuned(size, name)}


def run(seed):
    """Each contender on each number of pictures."""
    return {str(size): {name: judged(seed, size, name) for name in TRIES} for size in SIZES}


def thin():
    """Passes of L-BFGS to the first goal with 500 pictures."""
    looks = course(0, 500, "L-BFGS", (0.9, 10))[0]
    return {"passes": passes_to(GOALS[0], looks)}


if __name__ == "__main__":
    np.seterr(all="ignore")  # a rate that is too large overflows, which is a result here
    experiment.record(run, seeds=range(5), thin=thin)
