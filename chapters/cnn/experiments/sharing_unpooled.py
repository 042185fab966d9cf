"""Four layers of ``sharing`` with clothes anywhere, without pooling.

In ``sharing`` every layer of windows is followed by max pooling over 4 by 4 places, so what its
scattered pixels cost the convolutional layer may be due to its shared weights alone, or only to
shared weights that are pooled. Here the outputs of all 256 places go on to the scores. If
shared weights alone need neighbours, scattering must cost the convolutional layer at least half
of what it costs with pooling, in the mean over seeds; otherwise this explanation is refuted.
Seed 3 had been looked at with two learning rates before this was written: it cost 1 point.
"""

import runpy
from pathlib import Path

import numpy as np

import nnlib
from nnlib import experiment, nn

FIRST = runpy.run_path(str(Path(__file__).with_name("sharing.py")))
NAMES = ("local", "convolutional", "local, scattered", "convolutional, scattered")
TOLERANCES = {"slice": {"absolute": 0.06}}


class Unpooled(FIRST["Network"]):
    """The network of ``sharing``, whose last layer sees every place."""

    def __init__(self, sees, shared, rng):
        super().__init__(sees, shared, rng)
        last = FIRST["SIDE"] ** 2 * FIRST["MAPS"]
        V = rng.normal(0, (1 / last) ** 0.5, (last, 10)).astype(np.float32)
        self.V = nn.Parameter(nnlib.tensor(V))

    def forward(self, P):
        """Scores of pictures, given what the units see."""
        z = nnlib.relu(P @ self.W + self.b)
        return z.transpose(0, 1).reshape(z.shape[1], -1) @ self.V + self.c


FIRST["train"].__globals__["Network"] = Unpooled


def run(seed):
    """Test accuracy of each layer, with the rate that validation chose."""
    t, found = FIRST["pictures"]()[3][:2000], {}
    for name in NAMES:
        runs = [FIRST["train"](name, "anywhere", rate, seed) for rate in FIRST["RATES"]]
        best = int(np.argmax([validation for _, validation, _ in runs]))
        views = FIRST["test_views"](False, FIRST["CONTENDERS"][name][0])
        found[name] = FIRST["accuracy"](runs[best][0], views, t)
        found[f"{name}, training"] = runs[best][2]
        found[f"{name}, rate"] = FIRST["RATES"][best]
    return found


def thin():
    """The validation accuracy of the convolutional layer after four epochs."""
    return {"slice": FIRST["train"]("convolutional", "anywhere", 0.006, 0, epochs=4)[1]}


if __name__ == "__main__":
    experiment.record(run, seeds=range(3, 8), thin=thin)
