"""A finding in words, and what it predicts of other answers."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Explanation:
    """A finding in words that follow the name of the part, and whether it explains.

    ``predict(entry)`` gives the wrong answer; ``seen(entry)`` tells, where nothing predicts
    it, that another wrong entry has the same cause.
    """

    text: str
    predict: Callable | None = None
    mistake: str | None = None
    seen: Callable | None = None

    @property
    def explains(self):
        """Whether more is known than that the answer is wrong."""
        return self.predict is not None or self.seen is not None

    def fits(self, entry):
        """Tell whether another entry is wrong in the same way."""
        with np.errstate(all="ignore"):
            if self.predict is not None:
                return entry.matches(self.predict(entry))
            return self.seen is not None and self.seen(entry)
