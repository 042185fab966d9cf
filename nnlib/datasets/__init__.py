"""Small real datasets that come with the package.

>>> describe("digits")  # a notebook also shows images
digits: Small greyscale images of handwritten digits.
  size:     1,498 training and 299 test images of 8 x 8 pixels
  classes:  0, 1, 2, 3, 4, 5, 6, 7, 8, 9
  source:   Alpaydin and Kaynak (1998), UCI repository, from scikit-learn 1.9.1
  licence:  CC BY 4.0
"""

# ruff: noqa: F403 (the star imports collect the public names of this folder)
from . import cards, pictures, series, tables, texts
from .cards import *
from .pictures import *
from .series import *
from .tables import *
from .texts import *

__all__ = [*cards.__all__, *pictures.__all__, *series.__all__, *tables.__all__, *texts.__all__]


def __getattr__(name: str) -> object:
    """Raise AttributeError; the message lists all datasets and suggests similar names."""
    if name.startswith("__"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    raise AttributeError(
        f"module {__name__!r} has no attribute {name!r}: {cards.unknown(name)}"
    )
