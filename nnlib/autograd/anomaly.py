"""Anomaly detection: find the operation whose backward pass produces the first NaN."""

from __future__ import annotations

import linecache
import os
import sys
from pathlib import Path
from typing import Any

from ..grad_mode import mode
from ..tensor import Tensor

__all__ = ["detect_anomaly", "set_detect_anomaly"]

PACKAGE = f"{Path(__file__).parents[1]}{os.sep}"


class _Locator:
    """An observer that stores the line of the program that called each operation."""

    def written(self, outs: tuple[Tensor, ...], inputs: dict[str, Any], rule: Any) -> None:
        """Store the line that called an operation in the nodes of this operation."""
        frame = sys._getframe(1)
        while frame.f_back and frame.f_code.co_filename.startswith(PACKAGE):
            frame = frame.f_back
        file, line = frame.f_code.co_filename, frame.f_lineno
        where = f"in {file}, line {line}: {linecache.getline(file, line).strip()}"
        for out in outs:
            if out.node is not None:
                shared = [target for target, shape, *_ in out.node.edges if shape is None]
                for node in (out.node, *shared):  # the results share a node
                    node.where = where

    def began(self, what: Any, args: tuple) -> None:
        """Ignore the start of a call."""

    def ended(self, output: Any) -> None:
        """Ignore the end of a call."""


class detect_anomaly:
    """Raise an error in the backward pass as soon as a gradient contains NaN.

    The error names the operation and the line of the program that called it. Anomaly detection
    makes all operations slower, so use it only for debugging. If ``check_nan`` is False,
    gradients aren't checked.

    >>> from nnlib import tensor
    >>> x = tensor([0.0], requires_grad=True)
    >>> with detect_anomaly():
    ...     try:
    ...         (x.sqrt() * 0).backward()
    ...     except RuntimeError as error:
    ...         print(str(error).partition(";")[0])
    backward: SqrtBackward0 returned nan in a gradient of shape (1,)
    """

    def __init__(self, check_nan: bool = True):
        self._inside = True, check_nan

    def __enter__(self) -> None:
        self._before = mode.anomaly, mode.observer
        _switch(*self._inside)

    def __exit__(self, *error: object) -> None:
        mode.anomaly, mode.observer = self._before


class set_detect_anomaly(detect_anomaly):
    """Turn ``detect_anomaly`` on or off, permanently or until the end of a ``with`` block."""

    def __init__(self, mode: bool, check_nan: bool = True):
        self._inside = mode, check_nan
        super().__enter__()

    def __enter__(self) -> None:
        pass


def _switch(on: bool, check_nan: bool) -> None:
    """Switch the NaN check and the observer that stores lines on or off."""
    mode.anomaly = on and check_nan
    if isinstance(mode.observer, _Locator) or mode.observer is None:
        mode.observer = _Locator() if on else None
