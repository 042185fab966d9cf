"""Momentum on clothes once more: fewer steps of plain descent, more steps, batches between.

Three questions that a reader asked of memory.py, whose network, pictures and training loop
these are. Written after a look at one start for the first and at three for the others.

"shorter": with batches of 1,000 and small effective rates, momentum 0.98 is a little behind
plain descent. If the only reason is that its velocity starts at 0, it is as far after 400 steps
as plain descent is after 351, since in 400 steps it uses a constant gradient 400 - 0.98 / 0.02
times. It is refuted if plain descent is ahead after 351 steps already.
"longer": batches of 10 for 1,600 steps. That momentum gains nothing there is refuted if plain
descent is behind by more than the spread over the starts.
"between": batches of 100.
"""

import runpy
from pathlib import Path

import numpy as np

from nnlib import experiment

MEMORY = runpy.run_path(str(Path(__file__).with_name("memory.py")))
SHORTER, LONGER = 351, 1600
SETTINGS = {  # batch size, steps, effective rates, contenders
    "shorter": (1000, SHORTER, (0.01, 0.03, 0.1), ("plain",)),
    "longer": (10, LONGER, (0.01, 0.03, 0.1), tuple(MEMORY["CONTENDERS"])),
    "between": (100, MEMORY["STEPS"], (0.1, 0.3, 1.0), tuple(MEMORY["CONTENDERS"])),
}
TOLERANCES = {"loss": {"relative": 0.05}}


def end(name, rate, batch, seed, steps):
    """Training loss after the steps."""
    net = MEMORY["network"](seed)
    losses = MEMORY["train"](net, MEMORY["optimizer_of"](net, name, rate), batch, seed, steps)
    return MEMORY["judged"](net)[0] if np.isfinite(losses[-1]) else 1e9


def run(seed):
    """Training loss by setting, contender and effective rate."""
    found = {}
    for setting, (batch, steps, rates, names) in SETTINGS.items():
        for name in names:
            ends = [end(name, rate, batch, seed, steps) for rate in rates]
            found[f"{setting} {name}"] = {"loss": np.round(ends, 4)}
    return found


def thin():
    """The training loss of plain descent after 60 steps with batches of 100."""
    return {"loss": end("plain", 0.1, 100, 0, 60)}


if __name__ == "__main__":
    np.seterr(all="ignore")  # a rate that is too large overflows, which is a result here
    experiment.record(run, seeds=range(5), thin=thin)
