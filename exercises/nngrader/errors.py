"""Errors that a person can correct. A command prints their text without a traceback."""


class CannotDo(Exception):
    """Raised if something cannot be done; the message says why, and how to fix it."""


class NotThere(FileNotFoundError):
    """Raised if an argument names something that doesn't exist, which is a usage error."""


class WrongUsage(CannotDo):
    """Raised if an option, a number or a file type on the command line is invalid."""


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
    """Return an operating system error in one line that names the file.

    >>> of_system(OSError(28, "No space left on device", "report.html"))
    'report.html: No space left on device'
    """
    where = f"{e.filename}: " if e.filename else ""
    return f"{where}{e.strerror or e}"
