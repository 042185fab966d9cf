"""Data and initial weights, the same for every library: NumPy draws them."""

import numpy as np
import torch


def tensor(rng, *shape):
    """Normal numbers in float32."""
    return torch.from_numpy(rng.standard_normal(shape).astype("float32"))


def weights(model, seed=0):
    """Fill the parameters with small numbers, and give the model."""
    rng = np.random.default_rng(seed)
    with torch.no_grad():
        for p in model.parameters():
            scale = 1 / np.sqrt(max(p[0].numel(), 4)) if p.dim() > 1 else 0.1
            p.copy_(torch.from_numpy(rng.uniform(-scale, scale, tuple(p.shape))))
    return model
