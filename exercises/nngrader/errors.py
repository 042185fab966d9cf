"""Errors that a person can correct. A command prints their text without a traceback."""


class CannotDo(Exception):
    """Raised if something cannot be done; the text explains what, and how to fix it."""


class NotThere(FileNotFoundError):
    """Raised if an argument names something that doesn't exist, which is wrong usage."""


class WrongUsage(CannotDo):
    """Raised if an option, a number or a kind of file on the command line is not valid."""


def first_line(e: BaseException) -> str:
    r"""Return the class of an exception and the first line of its text.

    >>> first_line(KeyError("a"))
    "KeyError: 'a'"
    >>> first_line(ValueError("one\ntwo"))
    'ValueError: one'
    """
    lines = str(e).strip().splitlines() or [""]
    return f"{type(e).__name__}: {lines[0]}".rstrip(": ")


def of_system(e: OSError) -> str:
    """Return an error of the system in one line, with the file that it is about.

    >>> of_system(OSError(28, "No space left on device", "report.html"))
    'report.html: No space left on device'
    """
    where = f"{e.filename}: " if e.filename else ""
    return f"{where}{e.strerror or e}"
