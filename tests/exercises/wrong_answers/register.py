"""The list of wrong answers besides the mistakes that a problem registers.

Some are such a mistake written in another way, and must be told its hint; the others are none
of them, and must be told the rest.

`WRONG` lists (problem, function, words that must stand in the findings of the visible check, or
several of which one must, aspects lost on hidden cases, or None: at least one).
"""

WRONG = []


def wrong(problem, words, loses=None):
    """Return a decorator that adds a wrong answer with the words that it must be told."""

    def add(f):
        WRONG.append((problem, f, words, loses and set(loses.split())))
        return f

    return add
