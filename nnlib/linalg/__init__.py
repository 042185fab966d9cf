"""Linear algebra on arrays, by the algorithms that are taught, each able to show its steps.

Exact numbers and how they are written: ``nnlib.linalg.exact``.
"""

# ruff: noqa: F403 (the star imports gather what the files of this folder declare public)
from . import (
    cofactors,
    conjugate,
    definite,
    determinant,
    elimination,
    factors,
    inversion,
    least_squares,
    maps,
    norms,
    orthogonal,
    qr_decomposition,
    subspaces,
    systems,
    vectors,
)
from .cofactors import *
from .conjugate import *
from .definite import *
from .determinant import *
from .elimination import *
from .factors import *
from .inversion import *
from .least_squares import *
from .maps import *
from .norms import *
from .orthogonal import *
from .qr_decomposition import *
from .subspaces import *
from .systems import *
from .vectors import *

FILES = (
    *(elimination, subspaces, systems, determinant, cofactors, inversion, factors),
    *(vectors, norms, orthogonal, qr_decomposition, least_squares, definite, conjugate, maps),
)

__all__: list[str] = [name for file in FILES for name in file.__all__]
