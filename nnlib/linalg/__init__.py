"""Linear algebra on arrays, by the algorithms that are taught, each able to show its steps.

Exact numbers and how they are written: ``nnlib.linalg.exact``.
"""

# ruff: noqa: F403 (the star imports gather what the files of this folder declare public)
from . import (
    angles,
    by_hand,
    cofactors,
    components,
    conjugate,
    definite,
    determinant,
    eigen,
    elimination,
    factors,
    inversion,
    iteration,
    jacobi,
    kinds,
    least_squares,
    maps,
    norms,
    orthogonal,
    polynomial,
    products,
    qr_decomposition,
    root_finding,
    schur,
    singular,
    subspaces,
    systems,
    vectors,
)
from .angles import *
from .by_hand import *
from .cofactors import *
from .components import *
from .conjugate import *
from .definite import *
from .determinant import *
from .eigen import *
from .elimination import *
from .factors import *
from .inversion import *
from .iteration import *
from .jacobi import *
from .kinds import *
from .least_squares import *
from .maps import *
from .norms import *
from .orthogonal import *
from .polynomial import *
from .products import *
from .qr_decomposition import *
from .root_finding import *
from .schur import *
from .singular import *
from .subspaces import *
from .systems import *
from .vectors import *

FILES = (
    *(elimination, subspaces, systems, determinant, cofactors, inversion, factors),
    *(
        vectors,
        products,
        norms,
        orthogonal,
        qr_decomposition,
        least_squares,
        definite,
        conjugate,
    ),
    *(kinds, maps),
    *(polynomial, root_finding, by_hand, eigen, iteration, schur, jacobi),
    *(singular, components, angles),
)

__all__: list[str] = [name for file in FILES for name in file.__all__]
