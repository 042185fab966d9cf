"""Does a batch-normalised network learn with more steps, or batches of 8 or 16 instead of 4?

The spirals and the networks are those of ``norms.py``. Batches of 4 get 2,000 steps, or 10,000,
which is as many samples as 400 batches of 100. Adam trains the plain network at a rate below
and a rate above those of ``norms.py``.

It takes about two minutes. The page optimization/normalization uses the results.
"""

import runpy
from functools import cache
from pathlib import Path

import numpy as np

from nnlib import experiment

base = runpy.run_path(str(Path(__file__).with_name("norms.py")))
SEEDS, RATES, ADAM_RATES = range(10), (0.03, 0.1), (0.0001, 0.1)
BUDGETS = ((4, 2000), (4, 10_000), (8, 2000), (16, 2000))  # samples in a batch, and steps
TOLERANCES = {"loss": {"relative": 0.15}}


@cache
def trained(batch, steps):
    """Return the batch-normalised networks of all seeds."""
    print(f"batches of {batch}, {steps} steps", flush=True)
    return base["train"]("batch norm", RATES, SEEDS, batch, steps)[:2]


@cache
def with_adam():
    """Return the plain networks of all seeds."""
    return base["train"]("plain", ADAM_RATES, SEEDS, 100, 400, True)[:2]


def of_seed(networks, seed, rates):
    """Return the parameters and running averages of one seed."""
    parameters, running = networks
    own = slice(SEEDS.index(seed) * len(rates), (SEEDS.index(seed) + 1) * len(rates))
    return [p[own] for p in parameters], {k: [u[own] for u in v] for k, v in running.items()}


def run(seed):
    """Return accuracies in evaluation mode, and with the statistics of the test points."""
    accuracies, sets = {}, [base["spirals"](2000, 1000), base["spirals"](5000, 2000)]
    for batch, steps in BUDGETS:
        mine = of_seed(trained(batch, steps), seed, RATES)
        both = [base["accuracy"]("batch norm", *mine, *points) for points in sets]
        exact = base["accuracy"]("batch norm", *mine, *sets[1], training=True)
        accuracies[f"{batch} {steps}"] = np.transpose([*both, exact])
    mine = of_seed(with_adam(), seed, ADAM_RATES)
    accuracies["Adam"] = base["accuracy"]("plain", *mine, *sets[1])
    return accuracies


def thin():
    """Return the mean loss of the last twenty of sixty steps, with batches of 16."""
    losses = base["train"]("batch norm", (0.1,), (0,), 16, 60)[2]
    return {"loss": float(losses[40:].mean())}


if __name__ == "__main__":
    np.seterr(all="ignore")  # a rate that is too large overflows, which is a result here
    experiment.record(run, seeds=SEEDS, thin=thin)
