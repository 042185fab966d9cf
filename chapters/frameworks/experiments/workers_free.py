"""The trainings of ``workers.py`` with a choice set free: warm-up, shards of four, more rates.

Does a warm-up cost accuracy because its small rates add up to a shorter way? ``lost`` has no
warm-up and a rate so much lower that the rates of all steps have the same sum as with it;
``restored`` has a warm-up and a rate so much higher that the sum is that without. If the sum
is the cause, ``lost`` is as accurate as ``warm``, and ``restored`` as ``rule``.

``finer`` asks whether the powers of two have missed a rate with which 64 workers would be as
accurate as one. ``four`` gives each worker 4 pictures a step instead of 16, so that 64 workers
have batches of 256: is it the number of workers that breaks the rule, or the batch?

Rates are chosen by the mean validation accuracy of seeds 100 to 102, as there.
"""

import runpy
from pathlib import Path

import numpy as np

from nnlib import experiment

TOLERANCES = {"loss": {"relative": 0.1}}
workers = runpy.run_path(str(Path(__file__).with_name("workers.py")))
score, train, validation = workers["score"], workers["train"], workers["validation"]
SETTINGS = train.__globals__
BASE, WARM, EPOCHS = 2.0**-6, workers["WARM"], workers["EPOCHS"]
FINER = [2.0**e for e in np.arange(-1.5, 0.75, 0.25)]
ONE_WORKER = [2.0**e for e in range(-9, -3)]
chosen = {}


def longer(k):
    """By how much the sum of the rates is longer without a warm-up."""
    each = 4000 // (16 * k)
    step = np.arange(EPOCHS * each)
    falling, rising = 1 - step / len(step), np.minimum(1, (step + 1) / (WARM * each))
    return float(falling.sum() / (rising * falling).sum())


def best(k, rates):
    """The rate of a list with the best validation accuracy, found once."""
    key = k, SETTINGS["BATCH"]
    if key not in chosen:
        chosen[key] = rates[int(np.argmax(validation(k, rates=rates)))]
    return chosen[key]


def warm_up(k, seed):
    """Test accuracy of k workers with and without a warm-up, at equal rates and equal sums."""
    rate, times = BASE * k, longer(k)
    return {
        "rule": score(k, rate, seed)[1],
        "warm": score(k, rate, seed, WARM)[1],
        "lost": score(k, rate / times, seed)[1],
        "restored": score(k, rate * times, seed, WARM)[1],
        "times": times,
    }


def four(seed):
    """Test accuracy of one and of 64 workers that have four pictures each."""
    SETTINGS["BATCH"] = 4
    score.cache_clear()
    base = best(1, ONE_WORKER)
    top = best(64, [2.0**e for e in range(-5, 2)])
    found = {
        "base": base,
        "best": top,
        "one": score(1, base, seed)[1],
        "rule": score(64, 64 * base, seed)[1],
        "tuned": score(64, top, seed)[1],
    }
    SETTINGS["BATCH"] = 16
    score.cache_clear()
    return found


def run(seed):
    """Test accuracies of all three, and the losses of 64 workers with and without warm-up."""
    top = best(64, FINER)
    found = {f"{name} {k}": value for k in (16, 64) for name, value in warm_up(k, seed).items()}
    found |= {f"four {name}": value for name, value in four(seed).items()}
    return found | {
        "finer best": top,
        "finer": score(64, top, seed)[1],
        "losses": train(64, 64 * BASE, seed)[1],
        "losses warm": train(64, 64 * BASE, seed, WARM)[1],
    }


def thin():
    """Mean loss of the first twenty steps of 64 workers with a warm-up."""
    return {"loss": float(np.mean(train(64, 64 * BASE, 0, WARM, stop=20)[1]))}


if __name__ == "__main__":
    np.seterr(all="ignore")
    experiment.record(run, seeds=range(5), thin=thin)
