"""Blocks that several families of models share."""

from __future__ import annotations

from ..nn import Dropout, Module, ReLU, Sequential
from ..ops import cat
from ..tensor import Tensor
from .layers import Linear


class Concat(Module):
    """Branches with the same input, whose outputs are concatenated along the channels.

    Parameters
    ----------
    branches : Module
        Modules that map (N, C, H, W) to (N, C_k, I, J), with the same I and J. They become the
        attributes branch1, branch2, ...

    Source: Szegedy et al. (2015), figure 2: "filter concatenation".

    >>> from nnlib import nn, zeros
    >>> Concat(nn.Conv2d(3, 3, 2, 2), nn.Conv2d(3, 8, 2, 2))(zeros(5, 3, 4, 4)).shape
    (5, 11, 2, 2)
    """

    def __init__(self, *branches: Module):
        super().__init__()
        for i, branch in enumerate(branches, start=1):
            self.add_module(f"branch{i}", branch)

    def forward(self, input: Tensor) -> Tensor:
        """Map (N, C, H, W) to (N, C_1 + C_2 + ..., I, J)."""
        return cat([branch(input) for branch in self.children()], 1)


def dense(features: int, hidden: int, num_classes: int, dropout: float) -> Sequential:
    """Return the three linear layers at the end of AlexNet and ZFNet, with dropout.

    The result maps (N, features) to (N, num_classes); hidden is the size of the hidden layers.
    """
    return Sequential(
        Dropout(dropout),
        Linear(features, hidden),
        ReLU(),
        Dropout(dropout),
        Linear(hidden, hidden),
        ReLU(),
        Linear(hidden, num_classes),
    )
