r"""Elements of pages other than plots: numbers, claims, questions, interactive figures.

In the built book, the small scripts in ``chapters/_extra/_play`` draw the elements. If no
script runs, as in a notebook or in print, the elements show text. The texts of questions and
predictions may contain formulas between dollar signs and code between backticks, for example
``"Is `p` above $1/2$?"``. For a literal dollar sign, write ``\$``.
"""

from .claims import claim
from .figures import play
from .predictions import predict, recall
from .prose import numbers, setup
from .questions import bug, multiple, numeric, order, quiz, single

__all__ = [
    "bug",
    "claim",
    "multiple",
    "numbers",
    "numeric",
    "order",
    "play",
    "predict",
    "quiz",
    "recall",
    "setup",
    "single",
]
