"""What do dropout and weight decay gain together?

The networks, the ten draws and the training program are those of ``dropout.py``. With both
methods, the weight decay is 0.01, and the learning rate and the dropout rate are chosen on the
validation images.

It takes about a minute. The page optimization/dropout uses the results.
"""

import runpy
from pathlib import Path

from nnlib import experiment

base = runpy.run_path(str(Path(__file__).with_name("dropout.py")))
train, forward, judged, data = (base[name] for name in ("train", "forward", "judged", "data"))
thin, TOLERANCES = base["thin"], base["TOLERANCES"]


def run(draw):
    """Return the test results with both methods, and the setting that was chosen."""
    X, y = data(draw)[2]
    grid = [{"lr": lr, "drop": q} for lr in (0.05, 0.1, 0.2) for q in (0.1, 0.3)]
    trained = [(*train(0, draw, decay=0.01, **setting), setting) for setting in grid]
    layers, _, setting = min(trained, key=lambda t: t[1])
    return {"both": judged(forward(layers, X)[2], y), "setting": setting}


if __name__ == "__main__":
    experiment.record(run, seeds=range(10), thin=thin)
