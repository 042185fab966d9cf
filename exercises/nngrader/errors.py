"""The errors that a person can mend: a command prints their text, and no traceback."""


class CannotDo(Exception):
    """Something could not be done; the text says what, and what to do about it."""


class NotThere(FileNotFoundError):
    """What the command was asked about does not exist: wrong usage."""


def first_line(e: BaseException) -> str:
    r"""Return the class of an exception and the first line of its text.

    >>> first_line(KeyError("a"))
    "KeyError: 'a'"
    >>> first_line(ValueError("one\ntwo"))
    'ValueError: one'
    """
    lines = str(e).strip().splitlines() or [""]
    return f"{type(e).__name__}: {lines[0]}".rstrip(": ")
