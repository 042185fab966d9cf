"""The list of wrong answers that no problem registers.

`WRONG` lists (problem, function, words that must stand in the findings of the visible check,
aspects lost on hidden cases).
"""

WRONG = []


def wrong(problem, words, loses):
    """Return a decorator that adds a wrong answer, with the words it is told (of each seed)."""

    def add(f):
        WRONG.append((problem, f, words, set(loses.split())))
        return f

    return add
