"""The list of wrong answers besides the mistakes that a problem registers.

`WRONG` lists (problem, function, words that must stand in the findings of the visible check,
aspects lost on hidden cases, or None: at least one).
"""

import functools
import inspect

from tests.exercises.declared_problems import PROBLEMS

WRONG = []


def wrong(problem, words, loses=None):
    """Return a decorator that adds a wrong answer with the words that it must be told."""

    def add(f):
        WRONG.append((problem, f, words, loses and set(loses.split())))
        return f

    return add


def edited(name, *edits):
    """Return the reference of a problem, its text changed by pairs of an old and a new text."""

    @functools.cache
    def made():
        f = PROBLEMS[name].solve
        lines = inspect.getsource(f).splitlines(keepends=True)
        text = "".join(line for line in lines if not line.startswith("@"))
        for old, new in edits:
            assert old in text, f"the reference of {name} does not hold {old!r}"
            text = text.replace(old, new)
        names = dict(vars(inspect.getmodule(f)))
        exec(compile(text, f"<{name}, edited>", "exec"), names)
        return names[f.__name__]

    return lambda *args, **kwargs: made()(*args, **kwargs)


def after(name, change):
    """Return the reference of a problem with a change to what it returns.

    ``change`` is given the answer, and the arguments by name.
    """

    def changed(*args, **kwargs):
        f = PROBLEMS[name].solve
        given = inspect.signature(f).bind(*args, **kwargs)
        given.apply_defaults()
        return change(f(*args, **kwargs), **given.arguments)

    return changed
