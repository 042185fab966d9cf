"""The errors that a person can correct: a command prints their text, without a traceback."""


class CannotDo(Exception):
    """Raised if something cannot be done; the text says what, and what to do about it."""


class NotThere(FileNotFoundError):
    """Raised if the command was asked about something that does not exist: wrong usage."""


class WrongUsage(CannotDo):
    """Raised if what was typed is no number, option or kind of file that can be used."""


def first_line(e: BaseException) -> str:
    r"""Return the class of an exception and the first line of its text.

    >>> first_line(KeyError("a"))
    "KeyError: 'a'"
    >>> first_line(ValueError("one\ntwo"))
    'ValueError: one'
    """
    lines = str(e).strip().splitlines() or [""]
    return f"{type(e).__name__}: {lines[0]}".rstrip(": ")
