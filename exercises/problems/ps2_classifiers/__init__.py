"""ps2: distances, four classifiers with their losses, and a challenge."""

from .classify import clothes
from .gaussian_classifier_fit import gaussians
from .hinge_loss import hinge
from .knn_predict import neighbours
from .pairwise_distances import distances
from .ridge_fit import ridge
from .softmax_cross_entropy import softmax

PROBLEMS = [distances, neighbours, ridge, gaussians, softmax, hinge, clothes]
