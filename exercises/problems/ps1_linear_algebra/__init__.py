"""ps1, linear algebra: elimination, bases, eigenvectors, compression."""

from .best_rank_k import nearest
from .compress import photograph
from .gram_schmidt import bases
from .pca import principal
from .power_iteration import powers
from .project import projections
from .row_reduce import elimination

PROBLEMS = [elimination, bases, projections, powers, nearest, principal, photograph]
