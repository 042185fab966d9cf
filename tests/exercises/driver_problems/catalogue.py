"""Problems whose arguments or results are no plain data, one of each kind."""

from . import folding, functions, graph, learning, packages
from .folding import folds
from .functions import closure, generator, jacobian
from .graph import value
from .learning import training
from .packages import modules, tensors

MODULES = (graph, folding, functions, learning, packages)
PROBLEMS = {
    p.name: p for p in (value, folds, jacobian, training, generator, closure, tensors, modules)
}
