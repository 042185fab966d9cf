"""One 5x5 and the pair without ReLU, for twice as many steps, on eight more seeds.

In ``stacked_longer``, on the first five seeds, the pair stayed ahead. All but the seeds is
as there.
"""

import runpy
from pathlib import Path

from nnlib import experiment

LONGER = runpy.run_path(str(Path(__file__).with_name("stacked_longer.py")))
NAMES = ("5×5", "two 3×3, linear")
TOLERANCES = {"5×5": {"relative": 0.1}}


def measured(name, seed):
    """The accuracy on the 4,000 test pictures and on the training pictures."""
    return LONGER["measured"](name, seed)


def run(seed):
    """Test and training accuracy of each block."""
    found = LONGER["FIRST"]["together"](measured, [(name, seed) for name in NAMES])
    results = {name: test for (name, _), (test, _) in found.items()}
    return results | {"training": {name: fit for (name, _), (_, fit) in found.items()}}


def thin():
    """Mean loss of the second epoch of the 5x5 of seed 6."""
    losses = LONGER["trained"]("5×5", 6, LONGER["RATE"], epochs=2)[3]
    return {"5×5": sum(losses[30:]) / 30}


if __name__ == "__main__":
    experiment.record(run, seeds=range(6, 14), thin=thin)
