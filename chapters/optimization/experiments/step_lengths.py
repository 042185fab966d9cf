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

The fixed rate is the best of twelve for each draw itself, which favours it.
"""

import runpy
from pathlib import Path

import numpy as np

from nnlib import experiment

HERE = Path(__file__)
FIRST = runpy.run_path(str(HERE.with_name("curvature.py")))
NETWORK = runpy.run_path(str(HERE.with_name("curvature_network.py")))["Network"]
C2 = (0.9, 0.5, 0.2, 0.1, 0.01, 0.001)
SHARES = (0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2)
EXACT, TARGET, GOAL, MOST = 0.001, 1e-4, 0.2, 3000
RULES = ("steepest descent", "conjugate gradients")
TOLERANCES = {"steps": {"relative": 0.25}}


def descend(model, rule, until, c2=None, share=1.0):
    """Passes until the loss is reached, and each step's length; without c2, Armijo alone."""
    w, (loss, g) = model.start, model(model.start)
    d = last_g = fall = None
    passes, lengths = 1, []
    while loss > until and len(lengths) < MOST:
        if d is None or rule == "steepest descent":
            d = -g
        else:
            d = -g + max(0, g @ (g - last_g) / (last_g @ last_g)) * d
            d = d if g @ d < 0 else -g
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
        w, last_g, (loss, g) = w + t * d, g, here[t]
        lengths.append(t)
    return passes, lengths


def backtrack(phi, t, c1=1e-4):
    """Armijo's condition alone: twice the first length, halved until it holds."""
    loss0, slope0 = phi(0)
    t = 2 * t
    while phi(t)[0] > loss0 + c1 * t * slope0:
        t = t / 2
    return t


def counted(model, rule, until, **options):
    """Steps and passes."""
    passes, lengths = descend(model, rule, until, **options)
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
        "network": (NETWORK(seed, 500), GOAL),
    }


def run(seed):
    """Each share of the exact length, each exactness, and the lengths of steps."""
    found = {}
    for task, (model, until) in tasks(seed).items():
        found[task] = {
            rule: {
                "shares": [counted(model, rule, until, c2=EXACT, share=s) for s in SHARES],
                "c2": [counted(model, rule, until, c2=c2) for c2 in C2],
                "Armijo": counted(model, rule, until),
            }
            for rule in RULES
        }
    model, until = tasks(seed)["logistic"]
    found["fixed"] = fixed(model, until)
    found["lengths"] = {
        str(share): descend(model, RULES[0], until, c2=EXACT, share=share)[1][:120]
        for share in (0.8, 1.0, 1.2)
    }
    return found


def thin():
    """Steps of steepest descent with eight tenths of the exact length, on draw 1."""
    model, until = tasks(1)["logistic"]
    return {"steps": counted(model, RULES[0], until, c2=EXACT, share=0.8)[0]}


if __name__ == "__main__":
    experiment.record(run, seeds=range(1, 6), thin=thin)
