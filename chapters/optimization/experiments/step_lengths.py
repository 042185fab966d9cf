"""How exact must a line search be?

Steepest descent and conjugate gradients on a logistic regression with 197 weights, and on a
network with 32 tanh units, with several c2, eight tenths of the exact length, a length that
comes one step late, a fixed rate, and momentum.

It takes about 5 minutes. The page optimization/line-search uses the results.
"""

import runpy
from pathlib import Path

import numpy as np

from nnlib import experiment

HERE = Path(__file__)
FIRST = runpy.run_path(str(HERE.with_name("curvature.py")))
SECOND = runpy.run_path(str(HERE.with_name("curvature_network.py")))
C2 = (0.9, 0.5, 0.2, 0.1, 0.01, 0.001)
SHARES = (0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2)
EXACT, TARGET, GOAL, MOST = 0.001, 1e-4, 0.2, 3000
TOLERANCES = {"steps": {"relative": 0.25}}


class Steepest:
    """The negative gradient, whatever came before."""

    def direction(self, w, g, s, y):
        """The direction after a step s that changed the gradient by y."""
        return -g


RULES = {
    "steepest descent": Steepest,
    "conjugate gradients": lambda: FIRST["CG"](polak=True),
}


def descend(model, name, until, c2=None, share=1.0):
    """Passes until the loss is reached, and each step's length; without c2, Armijo alone."""
    rule, w, (loss, g) = RULES[name](), model.start, model(model.start)
    s = y = fall = None
    passes, lengths = 1, []
    while loss > until and len(lengths) < MOST:
        d = rule.direction(w, g, s, y)
        t = fall / (g @ d) if fall else 1 / np.abs(g).sum()
        here = {0: (loss, g)}

        def phi(t, w=w, d=d, here=here):
            if t not in here:
                here[t] = model(w + t * d)
            return here[t][0], here[t][1] @ d

        t = FIRST["line_search"](phi, t, c2=c2) if c2 else backtrack(phi, t)
        fall = t * (g @ d)
        t = share * t
        phi(t)
        passes += len(here) - 1
        s, y = t * d, here[t][1] - g
        w, (loss, g) = w + s, here[t]
        lengths.append(t)
    return passes, lengths


def late(model, until):
    """Passes with the length that was exact for the step before, and the highest loss."""
    w, (loss, g) = model.start, model(model.start)
    t, passes, highest = 1 / np.abs(g).sum(), 1, loss
    while loss > until and passes < MOST:
        s = -t * g
        loss, new = model(w + s)
        w, g, y = w + s, new, new - g
        t = s @ s / (s @ y) if s @ y > 0 else t
        passes, highest = passes + 1, max(highest, loss)
    return [passes, highest]


def momentum(model, until, settings):
    """Passes of momentum at the best of its settings: effective rate and gamma."""
    runs = [
        FIRST["plain"](model, rate * (1 - gamma), gamma, MOST, until)[0]
        for rate, gamma in settings
    ]
    return min(rows[-1, 1] if rows[-1, 2] <= until else np.inf for rows in runs)


def backtrack(phi, t, c1=1e-4):
    """Armijo's condition alone: twice the first length, halved until it holds."""
    loss0, slope0 = phi(0)
    t = 2 * t
    while phi(t)[0] > loss0 + c1 * t * slope0:
        t = t / 2
    return t


def counted(model, name, until, **options):
    """Steps and passes."""
    passes, lengths = descend(model, name, until, **options)
    return [len(lengths), passes]


def fixed(model, until):
    """Steps of gradient descent at the best of twelve fixed rates."""
    first = np.linalg.eigvalsh(model.hessian(model.start))[-1]
    runs = [
        FIRST["plain"](model, lr / first, 0.0, MOST, until)[0] for lr in np.geomspace(2, 4, 12)
    ]
    return min(rows[-1, 0] if rows[-1, 2] <= until else np.inf for rows in runs)


def tasks(seed):
    """The two models, each with the loss to be reached."""
    return {
        "logistic": (FIRST["least"](seed)[0], FIRST["goal"](seed, TARGET)),
        "network": (SECOND["Network"](seed, 500), GOAL),
    }


def settings(task, model):
    """Twelve settings of momentum; the rates follow the curvature at the start or are given."""
    if task == "network":
        return SECOND["TRIES"]["momentum, all pictures"]
    first = np.linalg.eigvalsh(model.hessian(model.start))[-1]
    rates = [(lr / first, gamma) for gamma in (0.7, 0.8, 0.9) for lr in (4, 5, 6, 7)]
    return [(lr / (1 - gamma), gamma) for lr, gamma in rates]


def run(seed):
    """Each share of the exact length, each exactness, both rivals; the lengths of steps."""
    found = {}
    for task, (model, until) in tasks(seed).items():
        found[task] = {
            name: {
                "shares": [counted(model, name, until, c2=EXACT, share=s) for s in SHARES],
                "c2": [counted(model, name, until, c2=c2) for c2 in C2],
                "Armijo": counted(model, name, until),
            }
            for name in RULES
        }
        found[task]["late"] = late(model, until)
        found[task]["momentum"] = momentum(model, until, settings(task, model))
    model, until = tasks(seed)["logistic"]
    found["fixed"] = fixed(model, until)
    found["lengths"] = {
        str(share): descend(model, "steepest descent", until, c2=EXACT, share=share)[1][:120]
        for share in (0.8, 1.0, 1.2)
    }
    return found


def thin():
    """Steps of conjugate gradients with c2 = 0.2, on draw 1."""
    model, until = tasks(1)["logistic"]
    return {"steps": counted(model, "conjugate gradients", until, c2=0.2)[0]}


if __name__ == "__main__":
    experiment.record(run, seeds=range(1, 6), thin=thin)
