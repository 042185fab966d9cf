"""Number the exercises of each page from 1, where Sphinx counts through the whole book.

Its own numbers are put back before it counts again, since it writes every page anew whose
numbers differ from those that it remembers.
"""

EXERCISE = "exercise"  # what sphinx-exercise calls its numbers


def recall_book(app, env) -> list[str]:
    """Restore the book-wide numbers that Sphinx compares with; return no pages to read."""
    for page, first in getattr(env, "nn_exercise_first", {}).items():
        _shift(env.toc_fignumbers.get(page, {}), first - 1)
    return []


def count_by_page(app, env) -> list[str]:
    """Renumber the exercises of each page from 1; return no pages to read."""
    env.nn_exercise_first = {}
    for page, numbers in env.toc_fignumbers.items():
        if own := numbers.get(EXERCISE):
            first = min(own.values())[0]
            env.nn_exercise_first[page] = first
            _shift(numbers, 1 - first)
    return []


def _shift(numbers: dict, by: int) -> None:
    """Add a number to the number of each exercise of a page."""
    for name, (number, *rest) in numbers.get(EXERCISE, {}).items():
        numbers[EXERCISE][name] = (number + by, *rest)
