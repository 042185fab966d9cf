"""Three layers of ``sharing`` with clothes anywhere, trained four times as long.

In ``sharing`` the shared layer was ahead of the local one after 30 epochs of shifted copies,
and by more where no picture was moved. If copies do for the local layer what sharing does for
the other, then more of them must make the lead smaller. Each layer keeps the learning rate that
it had there. Seeds 3 to 5 had been run before this was written, with leads of 3.6, 1.2 and -0.2
points after 120 epochs; refuted if the mean lead over all five is not below that of 30 epochs.
"""

import json
import runpy
from pathlib import Path

from nnlib import experiment

HERE = Path(__file__)
FIRST = runpy.run_path(str(HERE.with_name("sharing.py")))
NAMES, EPOCHS = ("dense", "local", "convolutional"), 120
TOLERANCES = {"slice": {"absolute": 0.05}}


def run(seed):
    """Test accuracy of each layer after 120 epochs."""
    stored = json.loads(HERE.with_name("sharing.json").read_text(encoding="utf-8"))
    rates = stored["runs"][stored["seeds"].index(seed)]
    t, found = FIRST["pictures"]()[3][:2000], {}
    for name in NAMES:
        rate = rates[f"{name}, anywhere, rate"]
        network, _, training = FIRST["train"](name, "anywhere", rate, seed, epochs=EPOCHS)
        views = FIRST["test_views"](False, FIRST["CONTENDERS"][name][0])
        found[name] = FIRST["accuracy"](network, views, t)
        found[f"{name}, training"] = training
    return found


def thin():
    """The validation accuracy of the dense layer after four epochs."""
    return {"slice": FIRST["train"]("dense", "anywhere", 0.002, 0, epochs=4)[1]}


if __name__ == "__main__":
    experiment.record(run, seeds=range(3, 8), thin=thin)
