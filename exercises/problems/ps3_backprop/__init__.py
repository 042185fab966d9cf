"""ps3, backpropagation: one number at a time, then a layer, then a network."""

from .affine_backward import backwards
from .affine_forward import forwards
from .classify_deep import clothes
from .gradient_check import checker
from .graph_gradients import graph
from .relu_backward import rectified
from .softmax_jacobian import slopes
from .softmax_vjp import pulled
from .train_network import training
from .two_layer_loss import network
from .value import value

PROBLEMS = [
    graph,
    value,
    forwards,
    backwards,
    rectified,
    slopes,
    pulled,
    network,
    checker,
    training,
    clothes,
]
