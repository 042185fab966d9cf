"""What is seen while a class is graded: a bar at a terminal, lines elsewhere."""

from __future__ import annotations

import sys
from collections import Counter

from .screen import line, say

__all__ = ["Progress"]


class Progress:
    """Tells of each submission when it is done; to be used in a `with` block.

    At a terminal a bar shows how many are done, how they ended, and the time left; the table
    comes at the end. Where the output is no terminal, each has its line at once.

    Parameters
    ----------
    of : int
        How many there are.
    """

    def __init__(self, of: int):
        self.of, self.counts, self.bar = of, Counter(), None
        self.lines = not sys.stdout.isatty()

    def __enter__(self):
        from tqdm import tqdm

        if sys.stderr.isatty():
            self.bar = tqdm(total=self.of, unit=" submissions", file=sys.stderr, leave=False)
        return self

    def tell(self, result: dict) -> None:
        """One more is done."""
        self.counts[result["status"]] += 1
        if self.bar is not None:
            self.bar.set_postfix(self.counts, refresh=False)
            self.bar.update()
        if self.lines:
            say(line(result, self.counts.total(), self.of))

    def __exit__(self, *_):
        if self.bar is not None:
            self.bar.close()
