"""Reverse mode on ten steps and on 10,000 once more, since one seed of ``modes`` is too high.

The simulation, the contenders and the unit of time are those of ``modes``. Each time is now the
median of seven comparisons with a run measured right beside it, where ``modes`` divides the
least time of the one by the least of the other, which may come from different moments.
"""

import runpy
from pathlib import Path

import numpy as np

from nnlib import experiment

BASE = runpy.run_path(str(Path(__file__).with_name("modes.py")))
STEPS, LEAST, COMPARISONS = (10, 10_000), 200, 7  # LEAST: steps in each measurement
CONTENDERS = ("reverse", "reverse, nothing kept")
TOLERANCES = {"derivatives": {"relative": 1e-6}}


def seconds(go, repeat):
    """The processor time of several runs, without that of the system."""
    import resource  # not on every system, and the page's thin slice needs no clock

    begin = resource.getrusage(resource.RUSAGE_SELF).ru_utime
    for _ in range(repeat):
        go()
    return resource.getrusage(resource.RUSAGE_SELF).ru_utime - begin


def run(seed):
    """The time of each contender in runs."""
    found = {}
    for steps in STEPS:
        runs = BASE["contenders"](*BASE["task"](seed), steps)
        for name in CONTENDERS:
            runs[name]()  # once without a clock
            ratios = []
            for _ in range(COMPARISONS):
                unit = seconds(runs["run"], max(1, LEAST // steps))
                ratios.append(seconds(runs[name], max(1, LEAST // steps)) / unit)
            found[f"{name} @ {steps}"] = np.median(ratios)
    return found


def thin():
    """The derivatives of ten steps, by reverse mode."""
    r, dr, x = BASE["task"](0, colonies=100)
    return {"derivatives": (dr[:4] @ BASE["fresh"](r, x, STEPS[0])).tolist()}


if __name__ == "__main__":
    experiment.record(run, seeds=range(5), thin=thin)
