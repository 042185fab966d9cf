r"""Text and sequences: tokens, n-gram models, windows and batches.

>>> names = "emma\nolivia\nava\n"
>>> vocabulary = Vocabulary(names)
>>> x = vocabulary.encode(names)
>>> p = ngram_probabilities(ngram_counts(x, n=2, size=len(vocabulary)))
>>> print(f"{bits_per_character(ngram_cross_entropy(p, x)):.2f} bits per character")
0.75 bits per character
"""

# ruff: noqa: F403 (the star imports collect the public names of this folder)
from . import ngrams, sequences, vocabulary
from .ngrams import *
from .sequences import *
from .vocabulary import *

__all__ = [*ngrams.__all__, *sequences.__all__, *vocabulary.__all__]
