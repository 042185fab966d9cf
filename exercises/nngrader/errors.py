"""The error that a person can mend: a command prints its text, and no traceback."""


class CannotDo(Exception):
    """Something could not be done; the text says what, and what to do about it."""
