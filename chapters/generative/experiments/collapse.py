"""Which entries of a VAE's code collapse, and does linear theory predict them?

The VAE of imagining.py has 16 numbers, five values of beta from 1 to 1,024, and 15 or 60
epochs. An entry counts as collapsed if its divergence is below 0.01 on 2,000 held-back images.
In a linear VAE, a principal direction of variance v has an entry if v is greater than beta
times the variance of the decoder's noise.

It takes about 7 minutes. The page generative/vae uses the results.
"""

import runpy
from pathlib import Path

import numpy as np

from nnlib import experiment

BETAS, EPOCHS = (1, 16, 64, 256, 1024), (15, 60)
TOLERANCES = {"error": {"absolute": 0.002}, "alive": {"absolute": 2}}
BASE = runpy.run_path(str(Path(__file__).with_name("imagining.py")))


def judged(beta, seed, epochs):
    """Return the divergence of each entry, the largest first, and the error of a pixel."""
    real = BASE["pictures"]()[3]
    net = BASE["coder"]("VAE", beta, seed, epochs=epochs)
    mean, log_var = BASE["_encode"](net, real)
    each = BASE["kl_terms"](mean, log_var).numpy().mean(axis=0)
    out = BASE["array"](net.decoder, mean.numpy())
    return np.sort(each)[::-1].astype(float).round(4), float(((out - real) ** 2).mean())


def run(seed):
    """Divergences and errors by epochs and beta, and the linear ones."""
    X = BASE["pictures"]()[0].astype(float)
    variances = np.linalg.eigvalsh(np.cov(X.T))[::-1][: BASE["CODE"]]
    found = {"variances": variances.round(5)}
    for epochs in EPOCHS:
        pairs = [judged(beta, seed, epochs) for beta in BETAS]
        found[f"divergences {epochs}"] = [pair[0] for pair in pairs]
        found[f"errors {epochs}"] = [pair[1] for pair in pairs]
    BASE["coder"].cache_clear()
    return found


def thin():
    """Entries alive and the error with beta 256 after 4 epochs."""
    each, error = judged(256, 0, 4)
    return {"alive": int((each > 0.01).sum()), "error": error}


if __name__ == "__main__":
    experiment.record(run, seeds=range(3), thin=thin)
