"""Switch NumPy's warnings off inside nnlib, as in torch: 1 / 0 is inf without a warning.

If we used ``np.errstate``, it would account for most of the time that it takes to add two small
tensors. It only sets a context variable, so we find this variable once and set it ourselves,
which is about ten times faster::

    token = switch_off()
    try:
        y = np.log(x)
    finally:
        switch_back(token)
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from contextvars import copy_context
from typing import Any

import numpy as np

__all__ = ["silent", "switch_back", "switch_off"]

with np.errstate(all="print"):  # a different setting, so that the variable changes below
    before = copy_context()
    with np.errstate(all="ignore"):
        inside = copy_context()
changed = [v for v in inside if inside[v] is not before.get(v)]
if len(changed) == 1:
    (variable,) = changed
    switch_off = functools.partial(variable.set, inside[variable])
    switch_back = variable.reset
else:  # for versions of NumPy that don't store the setting in a context variable

    def switch_off() -> np.errstate:
        """Switch the warnings off, and return the argument for ``switch_back``."""
        state = np.errstate(all="ignore")
        state.__enter__()
        return state

    def switch_back(state: np.errstate) -> None:
        """Restore the setting from before ``switch_off``."""
        state.__exit__(None, None, None)


def silent(f: Callable) -> Callable:
    """Return f with NumPy's warnings switched off.

    >>> import nnlib
    >>> nnlib.tensor([1.0, 0.0]) / 0
    tensor([inf, nan])
    """

    @functools.wraps(f)
    def quiet(*args: Any, **kwargs: Any) -> Any:
        token = switch_off()
        try:
            return f(*args, **kwargs)
        finally:
            switch_back(token)

    return quiet
