"""Cumulative operations by their formulas, in loops over elements."""

import numpy as np


def running(f, x, d):
    """Return y with y_i = f(y_(i-1), x_i) along dimension d."""
    y = np.array(x)
    lines = np.moveaxis(y, d, 0)
    for i in range(1, len(lines)):
        lines[i] = f(lines[i - 1], lines[i])
    return y


def sums_of_runs(x, new, d):
    """Return the sum of each run of x, stored where the run begins; `new` marks beginnings."""
    y = np.zeros_like(x)
    lines, shown, begins = (np.moveaxis(a, d, 0) for a in (y, x, new))
    for index in np.ndindex(shown.shape[1:]):
        for i in range(len(shown)):
            first = max(k for k in range(i + 1) if begins[(k, *index)])
            lines[(first, *index)] += shown[(i, *index)]
    return y


def linked(g, a):
    """Return s with s_i = g_i + a_i s_(i+1), computed from the end."""
    s = np.array(g)
    for i in reversed(range(len(a))):
        s[i] += a[i] * s[i + 1]
    return s
