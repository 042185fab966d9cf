"""What is refused at the door: options that do not exist, labels that cannot be compared."""

from __future__ import annotations

import math
import operator
from collections.abc import Collection, Hashable
from numbers import Integral, Real
from typing import Any

import numpy as np

__all__: list[str] = []


def check_count(owner: str, name: str, value: Any, *, least: int = 1) -> None:
    """Refuse what is not a whole number, or is less than ``least``."""
    if not isinstance(value, Integral) or isinstance(value, bool):
        raise TypeError(f"{owner}: expected a whole number for {name}, got {value!r}")
    if value < least:
        raise ValueError(f"{owner}: expected {name} of at least {least}, got {value}")


def check_number(
    owner: str,
    name: str,
    value: Any,
    *,
    least: float | None = None,
    above: float | None = None,
    most: float | None = None,
    below: float | None = None,
    infinite: bool = False,
) -> None:
    """Check that a value is a number within the limits, and finite unless ``infinite``."""
    if not isinstance(value, Real) or isinstance(value, bool | np.bool_):
        raise TypeError(f"{owner}: expected a number for {name}, got {value!r}")
    limits = ((">=", least), (">", above), ("<=", most), ("<", below))
    limits = [(sign, limit) for sign, limit in limits if limit is not None]
    if not all(INSIDE[sign](value, limit) for sign, limit in limits):
        wanted = " and ".join(f"{sign} {limit:g}" for sign, limit in limits)
        raise ValueError(f"{owner}: expected {name} {wanted}, got {value}")
    if not (math.isfinite(value) or (infinite and value > 0)):
        raise ValueError(f"{owner}: expected a finite {name}, got {value}")


INSIDE = {">=": operator.ge, ">": operator.gt, "<=": operator.le, "<": operator.lt}


def check_flag(owner: str, name: str, value: Any) -> None:
    """Refuse what is neither True nor False."""
    if not isinstance(value, bool | np.bool_):
        raise TypeError(f"{owner}: expected True or False for {name}, got {value!r}")


def check_choice(owner: str, name: str, value: Any, allowed: Collection[Any]) -> None:
    """Refuse an option that is not among those allowed."""
    if not isinstance(value, Hashable) or value not in allowed:
        listed = ", ".join(map(str, allowed))
        raise ValueError(f"{owner}: {name} is one of {listed}, got {value!r}")


def check_rows(owner: str, name: str, A: Any, width: int | None = None) -> np.ndarray:
    """Return finite rows (N, D) of the given width; float32 stays, others become float64."""
    A = np.asarray(A)
    if A.dtype.kind not in "biuf":
        raise TypeError(f"{owner}: expected numbers for {name}, got {A.dtype}")
    if A.ndim != 2 or not A.size or (width is not None and A.shape[1] != width):
        shape = f"(N, {'D' if width is None else width})"
        raise ValueError(f"{owner}: expected {name} {shape}, not empty, got {A.shape}")
    if not np.isfinite(A).all():
        raise ValueError(f"{owner}: expected finite {name}, got nan or infinity")
    return A if A.dtype == np.float32 else A.astype(np.float64, copy=False)


def check_k(owner: str, k: Any, N: int) -> None:
    """Refuse a number of neighbours that N points do not have."""
    check_count(owner, "k", k)
    if k > N:
        raise ValueError(f"{owner}: expected k of at most {N}, the number of points, got {k}")


def check_norm(owner: str, p: Any) -> None:
    """Refuse a p below 1, for which the p-norm is none."""
    if not isinstance(p, Real):
        raise TypeError(f"{owner}: expected a number for p, got {p!r}")
    if not p >= 1:
        raise ValueError(f"{owner}: expected p of at least 1, got {p!r}")


def check_labels(owner: str, **columns: Any) -> list[np.ndarray]:
    """Return columns (N,) of labels, equally long, not empty, all numbers or all text."""
    arrays = [_column(owner, name, values) for name, values in columns.items()]
    _same_length(owner, columns, arrays)
    if len({a.dtype.kind in "US" for a in arrays}) > 1:
        kinds = ", ".join(f"{n} {a.dtype}" for n, a in zip(columns, arrays, strict=True))
        raise TypeError(f"{owner}: expected labels of one kind, got {kinds}")
    return arrays


def check_numbers(owner: str, **columns: Any) -> list[np.ndarray]:
    """Return columns (N,) of finite numbers, equally long, not empty, as float64."""
    arrays = [_column(owner, name, values) for name, values in columns.items()]
    for name, array in zip(columns, arrays, strict=True):
        if array.dtype.kind not in "biuf":
            raise TypeError(f"{owner}: expected numbers for {name}, got {array.dtype}")
    _same_length(owner, columns, arrays)
    return [array.astype(np.float64) for array in arrays]


def check_positive(owner: str, y_true: Any, y_score: Any, pos_label: Any, *, both: bool = True):
    """Return which samples are positive (N,), and their scores (N,); refuse one class alone."""
    (y_true,) = check_labels(owner, y_true=y_true)
    (y_score,) = check_numbers(owner, y_score=y_score)
    _same_length(owner, ("y_true", "y_score"), (y_true, y_score))
    positive = y_true == positive_label(owner, np.unique(y_true), pos_label)
    if both and (positive.all() or not positive.any()):
        raise ValueError(f"{owner}: expected two classes in y_true, got {y_true[0]!r} alone")
    return positive, y_score


def positive_label(owner: str, classes: np.ndarray, pos_label: Any) -> Any:
    """Return the positive one of at most two classes: 1 by default, if -1, 0, 1 are labels."""
    if len(classes) > 2:
        raise ValueError(f"{owner}: expected two classes, got {len(classes)}")
    if pos_label is None:
        if classes.dtype.kind in "US" or not set(classes.tolist()) <= {-1, 0, 1}:
            raise ValueError(f"{owner}: say which of {classes.tolist()} is pos_label")
        return 1
    if len(classes) == 2 and pos_label not in classes.tolist():
        raise ValueError(
            f"{owner}: expected pos_label among {classes.tolist()}, got {pos_label!r}"
        )
    return pos_label


def _column(owner: str, name: str, values: Any) -> np.ndarray:
    """Return one column (N,) without nan or infinity."""
    array = np.asarray(values)
    if array.dtype.kind == "O" and all(isinstance(v, str) for v in array.ravel()):
        array = array.astype(str)
    if array.ndim != 1 or not len(array):
        raise ValueError(f"{owner}: expected {name} (N,) with N > 0, got shape {array.shape}")
    if array.dtype.kind not in "biufUS":
        raise TypeError(f"{owner}: expected numbers or text for {name}, got {array.dtype}")
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        raise ValueError(f"{owner}: expected finite {name}, got nan or infinity")
    return array


def _same_length(owner: str, names, arrays) -> None:
    """Refuse columns of different lengths."""
    if len({len(a) for a in arrays}) > 1:
        raise ValueError(
            f"{owner}: expected {' and '.join(names)} of one length, "
            f"got {' and '.join(str(len(a)) for a in arrays)}"
        )
