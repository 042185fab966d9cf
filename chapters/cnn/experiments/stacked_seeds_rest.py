"""Two more blocks on the eight seeds of ``stacked_seeds``, and two blocks with momentum there.

There the lead of two 3x3 without ReLU over one 5x5 was smaller than on the five seeds of
``stacked_deep``, and starting the 5x5 at a product did not help. Before this run it was open
whether the border or the steps make up the lead instead, which "exact border" tells, whether
the ReLU between adds nothing on these seeds too, and whether the lead goes with momentum. The
rates are those that the blocks chose in ``stacked_deep`` and ``stacked_momentum``.
"""

import json
import runpy
from pathlib import Path

from nnlib import experiment

here = Path(__file__)
DEEP, MOMENTUM = (
    runpy.run_path(str(here.with_name(f"stacked_{k}.py"))) for k in ("deep", "momentum")
)
ADAM_RATES, MOMENTUM_RATES = (
    json.loads(here.with_name(f"stacked_{k}.json").read_text())["runs"][0]["rates"]
    for k in ("deep", "momentum")
)
CASES = (
    ("exact border", "Adam"),
    ("two 3×3", "Adam"),
    ("5×5", "momentum"),
    ("two 3×3, linear", "momentum"),
)
TOLERANCES = {"two 3×3": {"relative": 0.1}}


def measured(name, optimiser, seed):
    """The accuracy on the training pictures and on the 4,000 test pictures."""
    if optimiser == "Adam":
        return DEEP["measured"](name, ADAM_RATES[name], seed)
    return MOMENTUM["measured"](name, MOMENTUM_RATES[name], seed)


def run(seed):
    """Accuracy on the test and on the training pictures, by optimiser and block."""
    found = DEEP["together"](measured, [(*case, seed) for case in CASES])
    results = {"Adam": {}, "momentum": {}}
    for (name, optimiser, _), (training, test) in found.items():
        results[optimiser][name] = {"test": test, "training": training}
    return results


def thin():
    """Mean loss of the second epoch of the pair of seed 6."""
    losses = DEEP["trained"]("two 3×3", 6, ADAM_RATES["two 3×3"], epochs=2)[3]
    return {"two 3×3": sum(losses[30:]) / 30}


if __name__ == "__main__":
    experiment.record(run, seeds=range(6, 14), thin=thin)
