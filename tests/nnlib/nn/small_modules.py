"""Small modules whose parameters, buffers and children the tests inspect."""

import torch

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


class Block(nn.Module):
    """A module with a child used twice, non-persistent buffers, and a child that is None."""

    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(2, 2)
        self.again = self.layer
        self.register_buffer("seen", nnlib.zeros(1), persistent=False)
        self.mean = nn.Buffer(nnlib.zeros(2))
        self.steps = nn.Buffer(nnlib.zeros(2), persistent=False)
        self.register_module("nothing", None)


def torch_block():
    """Return the same module in torch."""
    block = torch.nn.Module()
    block.layer = torch.nn.Linear(2, 2)
    block.again = block.layer
    block.register_buffer("seen", torch.zeros(1), persistent=False)
    block.mean = torch.nn.Buffer(torch.zeros(2))
    block.steps = torch.nn.Buffer(torch.zeros(2), persistent=False)
    block.register_module("nothing", None)
    return block
