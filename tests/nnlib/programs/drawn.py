"""Data and initial weights drawn by NumPy, so that they are the same for every library.

All are in double precision: in single precision, one ReLU that is on in one library and off in
the other separates two runs, which happens on some processors and not on others.
"""

import numpy as np
import torch


def tensor(rng, *shape):
    """Return a float64 tensor of standard normal numbers."""
    return torch.from_numpy(rng.standard_normal(shape).astype("float64"))


def weights(model, seed=0):
    """Fill a model's parameters with small random numbers; return the model."""
    rng, model = np.random.default_rng(seed), model.double()
    with torch.no_grad():
        for p in model.parameters():
            scale = 1 / np.sqrt(max(p[0].numel(), 4)) if p.dim() > 1 else 0.1
            p.copy_(torch.from_numpy(rng.uniform(-scale, scale, tuple(p.shape))))
    return model
