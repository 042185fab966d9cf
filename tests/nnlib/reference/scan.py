"""Cumulative operations by their formulas, in loops over elements."""

import numpy as np


def running(f, x, d):
    """Return y with y_i = f(y_(i-1), x_i) along dimension d."""
    y = np.array(x)
    lines = np.moveaxis(y, d, 0)
    for i in range(1, len(lines)):
        lines[i] = f(lines[i - 1], lines[i])
    return y


def linked(g, a):
    """Return s with s_i = g_i + a_i s_(i+1), computed from the end."""
    s = np.array(g)
    for i in reversed(range(len(a))):
        s[i] += a[i] * s[i + 1]
    return s
