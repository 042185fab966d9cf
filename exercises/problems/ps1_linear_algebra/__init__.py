"""ps1, linear algebra: elimination, bases, eigenvectors, compression, derivatives."""

from .gram_schmidt import bases
from .power_iteration import powers
from .project import projections
from .row_reduce import elimination

PROBLEMS = [elimination, bases, projections, powers]
