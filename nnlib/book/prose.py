"""Numbers that a cell computes and that the text of the page shows."""

from importlib.util import find_spec
from typing import Any

import numpy as np

from .claims import explain_failed_assertions

__all__ = ["numbers", "setup"]

GLUED = "application/papermill.record/"  # MyST-NB looks for this in the outputs of a cell


def setup() -> None:
    """Make NumPy print arrays with four decimals, and its scalars as plain numbers.

    In a build of the book, also record the condition and the values of each later ``assert``
    that fails.
    """
    explain_failed_assertions()
    np.set_printoptions(precision=4, suppress=True, legacy="1.25")


class _Plain(str):
    """A string whose repr has no quotes, because glue shows the repr."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def _plain(name: str, value: Any) -> Any:
    """Return a value in the form that glue should show: a Python number, or unquoted text."""
    if isinstance(value, str):
        return _Plain(value)
    if np.ndim(value) == 0 and np.issubdtype(np.asarray(value).dtype, np.number):
        if not np.isfinite(value):
            raise ValueError(f"numbers: expected a finite number for {name}, got {value}")
        return np.asarray(value).item()
    raise TypeError(f"numbers: expected a number or a string for {name}, got {value!r}")


def _glue(name: str, value: Any) -> None:
    """Do the same as ``myst_nb.glue``, whose import takes longer than running most cells."""
    from IPython.core.formatters import format_display_data
    from IPython.display import display

    shown, metadata = format_display_data(value)
    metadata["scrapbook"] = {"name": name, "mime_prefix": GLUED}
    display({GLUED + kind: part for kind, part in shown.items()}, raw=True, metadata=metadata)


def numbers(**values) -> None:
    """Make numbers and strings available to the page's text as ``{glue:text}`name:.1%```.

    Parameters
    ----------
    **values : number or str
        Each value by its name, which must be unique on the page.

    Raises
    ------
    TypeError
        If a value is neither a number nor a string.
    ValueError
        If a number is not finite.

    Without MyST-NB, this does nothing, because the text of a notebook already contains the
    numbers.
    """
    plain = {name: _plain(name, value) for name, value in values.items()}
    if find_spec("myst_nb") is None:
        return
    for name, value in plain.items():
        _glue(name, value)
