"""ps3, backpropagation: blame, one number at a time, then a layer, then a network."""

from .affine_backward import backwards
from .affine_forward import forwards
from .relu_backward import rectified
from .softmax_jacobian import slopes
from .softmax_vjp import pulled
from .value import value

PROBLEMS = [value, forwards, backwards, rectified, slopes, pulled]
