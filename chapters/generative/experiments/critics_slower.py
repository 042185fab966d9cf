"""Nine steps of the critic, as in ``critics``, at a learning rate that its grid does not hold.

Under the non-saturating loss every rate of the grid ended in a collapse with nine steps, and
for three combinations the smallest rate was the best. If a smaller one prevents the collapse,
the verdict on nine steps is a verdict on rates. All nine trainings below had been looked at
once when this program was written, in the same form.
"""

import runpy
from pathlib import Path

from nnlib import experiment

first = runpy.run_path(str(Path(__file__).with_name("critics.py")))
RATE = 0.0003
TOLERANCES = {"distance": {"absolute": 0.3}}


def run(seed):
    """The distance under three losses at the smaller rate."""
    losses = ("non-saturating", "minimax", "pairs")
    return {loss: first["judged"](first["train"](loss, 9, RATE, seed)[0]) for loss in losses}


def thin():
    """The distance of the minimax loss with one step of the critic, after 300."""
    generator, _ = first["train"]("minimax", 1, RATE, 1, steps=300)
    return {"distance": first["judged"](generator)["distance"]}


if __name__ == "__main__":
    experiment.record(run, seeds=range(1, 4), thin=thin)
