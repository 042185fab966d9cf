"""How exactly must a step length be found? Steepest descent and conjugate gradients.

A logistic regression with 197 weights, to a ten-thousandth of the excess loss; and a network
with 32 tanh units on 500 pictures, to the training loss 0.2. A look at draw 0 came first: there
conjugate gradients did not suffer from going only a part of the way, as had been expected, and
this expectation is given up. Written down before the run on draws 1 to 5:

1. Along the negative gradient the lowest point of the line is a bad place to stop. Refuted if
   steepest descent takes no more steps with it than with eight tenths of the way, on any draw.
2. The reason: exact lengths repeat, and those of eight tenths of the way vary. Refuted if the
   late lengths of eight tenths spread by no more than a factor of 5, or those of the whole way
   by more.
3. Conjugate gradients need a length that is about right. Refuted if they take no more steps
   with c2 = 0.9 than with 0.1.
4. A very exact search never pays. Refuted if c2 = 0.001 needs the fewest passes for either.

The fixed rate is the best of twelve for each draw itself, which favours it; so is momentum.

Added after a reader's run on draws 6 and 7, in which a length that comes one step late, with no
search at all, was level with conjugate gradients on the logistic regression and behind them on
the network; the highest loss was added after a run in which the late length went astray:

5. Negative gradients do not need a better search, but other lengths. Refuted if the late length
   takes more than one and a half times the passes of conjugate gradients with c2 = 0.2 on the
   logistic regression, or no fewer than steepest descent at its best c2, on any draw.
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
