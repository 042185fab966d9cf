"""What do dropout and weight decay gain together, and does a stronger decay help?

The networks, the ten draws and the training program are those of ``dropout.py``. With both
methods, the dropout rate is chosen on the validation images.

It takes about a minute. The page optimization/dropout uses the results.
"""

import runpy
from pathlib import Path

from nnlib import experiment

base = runpy.run_path(str(Path(__file__).with_name("dropout.py")))
train, forward, judged, data = (base[name] for name in ("train", "forward", "judged", "data"))
thin, TOLERANCES = base["thin"], base["TOLERANCES"]


def run(draw):
    """Return test results with both methods, and with weight decay of twice the strength."""
    X, y = data(draw)[2]
    both = min((train(0, draw, 0.2, 0.01, q) for q in (0.1, 0.3)), key=lambda t: t[1])[0]
    strong = train(0, draw, 0.2, 0.02)[0]
    return {"both": judged(forward(both, X)[2], y), "strong": judged(forward(strong, X)[2], y)}


if __name__ == "__main__":
    experiment.record(run, seeds=range(10), thin=thin)
