"""ps2, classifiers: distances between samples, softmax cross-entropy, hinge loss."""

from .hinge_loss import hinge
from .pairwise_distances import distances
from .softmax_cross_entropy import softmax

PROBLEMS = [distances, softmax, hinge]
