"""Linear algebra on arrays, with textbook algorithms, many of which can show their steps.

For exact numbers and their notation, see ``nnlib.linalg.exact``.
"""

# ruff: noqa: F403 (the star imports collect the public names of this folder)
from . import (
    components,
    definite,
    determinant,
    eigen,
    elimination,
    factors,
    inversion,
    least_squares,
    maps,
    norms,
    orthogonal,
    products,
    singular,
    subspaces,
    systems,
    tensors,
    vectors,
)
from .components import *
from .definite import *
from .determinant import *
from .eigen import *
from .elimination import *
from .factors import *
from .inversion import *
from .least_squares import *
from .maps import *
from .norms import *
from .orthogonal import *
from .products import *
from .singular import *
from .subspaces import *
from .systems import *
from .tensors import *
from .vectors import *

FILES = (
    *(elimination, subspaces, systems, determinant, inversion, factors),
    *(vectors, products, norms, orthogonal, least_squares, definite, maps),
    *(eigen, singular, components, tensors),
)

__all__: list[str] = [name for file in FILES for name in file.__all__]
