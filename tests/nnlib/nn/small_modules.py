"""Small modules whose parameters, buffers and children the tests inspect."""

import nnlib
from nnlib import nn


def network(L):
    return L.nn.Sequential(
        L.nn.Flatten(), L.nn.Linear(6, 4), L.nn.ReLU(), L.nn.Linear(4, 3, bias=False)
    )


class Shared(nn.Module):
    """A module that uses one layer twice and has a buffer."""

    def __init__(self):
        super().__init__()
        self.first = nn.Linear(3, 3)
        self.second = self.first
        self.register_buffer("mean", nnlib.zeros(3))
        self.register_buffer("nothing", None)

    def forward(self, x):
        return self.second(self.first(x - self.mean))


def block(L):
    """Return a module with shared and tied parts, buffers that aren't saved, and no child."""
    module = L.nn.Module()
    module.layer = L.nn.Linear(2, 2)
    module.again = module.layer
    module.tied = L.nn.Linear(2, 2, bias=False)
    module.tied.weight = module.layer.weight
    module.register_buffer("count", L.zeros(1), persistent=False)
    module.mean = L.nn.Buffer(L.zeros(2))
    module.steps = L.nn.Buffer(L.zeros(2), persistent=False)
    module.register_module("nothing", None)
    return module
