"""Data and initial weights drawn by NumPy, so that they are the same for every library."""

import numpy as np
import torch


def tensor(rng, *shape):
    """Return a float32 tensor of standard normal numbers."""
    return torch.from_numpy(rng.standard_normal(shape).astype("float32"))


def weights(model, seed=0):
    """Fill a model's parameters with small random numbers; return the model."""
    rng = np.random.default_rng(seed)
    with torch.no_grad():
        for p in model.parameters():
            scale = 1 / np.sqrt(max(p[0].numel(), 4)) if p.dim() > 1 else 0.1
            p.copy_(torch.from_numpy(rng.uniform(-scale, scale, tuple(p.shape))))
    return model
