"""How much of tomorrow's rain two bins know: dry and wet, searched and tested as in rain.py.

The network of rain.py is trained with cross-entropy over two bins in place of seven, with the
same years, seeds, rates and numbers of epochs; its mean is scored by the squared error.
"""

import runpy
from pathlib import Path

import numpy as np

from nnlib import experiment

RAIN = runpy.run_path(str(Path(__file__).with_name("rain.py")))
EDGES = (0.05,)  # mm: dry up to here, wet above
TOLERANCES = {"root of the squared error": {"absolute": 0.4}}


def squares(test, seed, rates=RAIN["RATES"]):
    """Return the squared errors of a test year, its days, and the rate and epoch chosen."""
    X, rain, year, _ = RAIN["days"]()
    learn, keep, judge = RAIN["split"](year, test)
    A = np.float32((X - X[learn].mean(axis=0)) / X[learn].std(axis=0))
    fit, bins = RAIN["fit"], np.digitize(rain, EDGES)
    fit.__globals__["EDGES"] = EDGES  # as many outputs as bins
    _, Z, *chosen = fit("bins", True, A, bins, learn, keep, seed, rates)
    weights = RAIN["distribution"](Z[judge], bins, learn)
    mean = RAIN["readings"](weights, rain[learn])[0]
    return (mean - rain[judge]) ** 2, judge, chosen


def run(seed):
    """Return the sum of the squared errors for each month of the four years."""
    month, sums, chosen = RAIN["days"]()[3], [], {}
    for test in (2012, 2013, 2014, 2015):
        square, judge, chosen[str(test)] = squares(test, seed)
        sums += [square[month[judge] == m].sum().round(5) for m in np.unique(month[judge])]
    return {"sums": sums, "chosen": chosen}


def thin():
    """Return the score of one network in one year, without a search."""
    return {"root of the squared error": squares(2015, 0, (0.3,))[0].mean() ** 0.5}


if __name__ == "__main__":
    experiment.record(run, seeds=range(5), thin=thin)
