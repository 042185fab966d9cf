r"""Elements of a page besides plots: numbers, claims, predictions, questions, moving figures.

In the built book the elements are drawn by the small scripts in ``chapters/_extra/_play``.
Where no script runs (a notebook, print) they show text. Texts of questions and predictions may
hold formulas between dollar signs and code between backticks: ``"Is `p` above $1/2$?"``; a
dollar sign that is meant is written ``\$``.
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
