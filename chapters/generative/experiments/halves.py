"""Which half of an autoencoder has to be nonlinear?

As in codes.py, with a linear encoder before the nonlinear decoder, for 2, 8 and 32 numbers. If
the decoder is the reason for the lead over PCA, this network keeps at least half of it.

It takes about 1 minute. The page generative/dimensionality-reduction uses the results.
"""

import runpy
from pathlib import Path

from nnlib import experiment

TOLERANCES = {"error": {"relative": 0.05}}
SIZES = (2, 8, 32)
BASE = runpy.run_path(str(Path(__file__).with_name("codes.py")))
RATE = {}


def trained(X, size, rate, seed, epochs=BASE["EPOCHS"]):
    """Return encoder and decoder of ``codes`` after training, the encoder linear."""
    return BASE["train"](X, size, rate, seed, bent_encoder=False, epochs=epochs)


def error(X, encoder, decoder):
    """Return the squared error of a picture, summed over the pixels, in the mean."""
    through = BASE["through"]
    return BASE["error"](X, through(decoder, through(encoder, X)))


def run(seed):
    """Test errors with a linear encoder and a bent decoder, by size."""
    X = BASE["parts"](seed)[0]
    mean = X.mean(axis=0)
    for size in SIZES:
        if size not in RATE:
            RATE[size] = BASE["chosen"](size, bent_encoder=False)
    networks = [trained(X - mean, size, RATE[size], seed) for size in SIZES]
    return {
        "error": [error(BASE["TEST"].X - mean, *pair) for pair in networks],
        "train": [error(X - mean, *pair) for pair in networks],
        "rate": [RATE[size] for size in SIZES],
    }


def thin():
    """The test error with two numbers, after five epochs."""
    X = BASE["TRAIN"].X[: BASE["KEPT"]]
    mean = X.mean(axis=0)
    return {"error": error(BASE["TEST"].X - mean, *trained(X - mean, 2, 0.003, 0, epochs=5))}


if __name__ == "__main__":
    experiment.record(run, seeds=range(1, 6), thin=thin)
