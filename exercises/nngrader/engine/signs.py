"""Known mistakes whose lines may have either sign, turned as those of an answer are.

A singular vector or an eigenvector may point either way, and which way it comes differs from
processor to processor. What such a mistake gives is stored with some signs; before an answer is
compared with it, each of its lines is turned to where the answer's line points.
"""

import numpy as np


def with_signs(data, case, parts):
    """Return a case in which the marks of such mistakes have the signs of an answer.

    Parameters
    ----------
    data : dict
        A packed problem.
    case : dict
        One of its cases.
    parts : list of dict or None
        The parts of the answer, as they were seen.
    """
    turned = {
        name: _turned(mistake["signs"], list(data["returns"]), case["marks"][name], parts)
        for name, mistake in data["mistakes"].items()
        if mistake.get("signs") and name in case["marks"]
    }
    return case | {"marks": case["marks"] | turned} if turned else case


def _turned(axes, names, marks, parts):
    """Return the parts of a mark, each line turned as in the answer's first part with signs."""
    (first, axis), marks = next(iter(axes.items())), list(marks)
    k = names.index(first)
    got = parts[k] and parts[k]["values"]
    if got is None or marks[k] is None or got.shape != np.shape(marks[k]) or got.ndim != 2:
        return marks
    with np.errstate(all="ignore"):
        along = np.sum(got.real.astype(float) * marks[k], axis=1 - axis)
    signs = np.where(along < 0, -1.0, 1.0)
    for part, axis in axes.items():
        mark = marks[names.index(part)]
        if np.ndim(mark) == 2 and mark.shape[axis] == len(signs):
            marks[names.index(part)] = mark * np.expand_dims(signs, 1 - axis)
    return marks
