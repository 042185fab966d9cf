"""Modules of nn/distance.py."""

from tests.nnlib.nn.table import Layer

LAYERS = [
    Layer("CosineSimilarity", (), ((3, 5), (3, 5))),
    Layer("CosineSimilarity", (0, 0.1), ((3, 5), (5,)), note="dim, broadcast"),
    Layer("PairwiseDistance", (), ((3, 5), (3, 5))),
    Layer("PairwiseDistance", (1.0, 1e-3, True), ((3, 5), (5,)), note="options"),
]

BAD = []  # the table of functions has all errors
