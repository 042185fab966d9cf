"""The rule, the pictures and the machine once more, with no negatives among the pictures.

`what_was_missing` has the case where all three are late; here are the others, for the
perceptron with its last weights and with the mean of all, and for the network. Settings are
chosen in the same way, and the pictures and starts of a seed are the same.
"""

import runpy
from pathlib import Path

from nnlib import experiment

BASE = runpy.run_path(str(Path(__file__).with_name("what_was_missing.py")))
EVERYWHERE, PLAIN, cell = BASE["EVERYWHERE"], BASE["PLAIN"], BASE["cell"]
CORNERS = {"early": (250, 0), "pictures": (5000, 0), "machine": (250, 3)}
TOLERANCES = {"perceptron early": {"absolute": 0.08}}


def run(seed):
    """Accuracy of each contender, with the pictures, the machine or neither late."""
    found = {}
    for name in EVERYWHERE:
        for corner, (pictures, machine) in CORNERS.items():
            key = f"{name} {corner}"
            found[key], found[f"{key} chosen"] = cell(name, pictures, machine, PLAIN, seed)
    return found


def thin():
    """One contender with all three early."""
    return {"perceptron early": cell("perceptron", *CORNERS["early"], PLAIN, 0)[0]}


if __name__ == "__main__":
    experiment.record(run, seeds=BASE["SEEDS"], thin=thin)
