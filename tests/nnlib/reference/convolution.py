"""Convolution and pooling by loops over windows, as in their formulas: slow, on arrays."""

import itertools

import numpy as np


def positions(size, kernel, stride, dilation):
    """Return how many windows fit along each dimension."""
    return [
        (n - d * (k - 1) - 1) // s + 1
        for n, k, s, d in zip(size, kernel, stride, dilation, strict=True)
    ]


def window(x, i, j, kernel, stride, dilation):
    """Return the part of images (N, C, H, W) that window (i, j) covers."""
    rows, columns = (
        slice(at * s, at * s + d * (k - 1) + 1, d)
        for at, k, s, d in zip((i, j), kernel, stride, dilation, strict=True)
    )
    return x[:, :, rows, columns]


def conv2d(x, w, b=None, stride=(1, 1), padding=(0, 0), dilation=(1, 1), groups=1):
    """Return the sum of kernel times window, for every window and every group."""
    p, q = padding
    x = np.pad(x, ((0, 0), (0, 0), (p, p), (q, q)))
    rows, columns = positions(x.shape[2:], w.shape[2:], stride, dilation)
    y = np.zeros((len(x), len(w), rows, columns))
    inputs, outputs = x.shape[1] // groups, len(w) // groups
    for group, i, j in itertools.product(range(groups), range(rows), range(columns)):
        ins = slice(group * inputs, (group + 1) * inputs)
        outs = slice(group * outputs, (group + 1) * outputs)
        shown = window(x[:, ins], i, j, w.shape[2:], stride, dilation)
        y[:, outs, i, j] = np.einsum("nchw,ochw->no", shown, w[outs])
    return y if b is None else y + b[:, None, None]


def conv2d_slopes(g, x, w, stride=(1, 1), padding=(0, 0), dilation=(1, 1), groups=1):
    """Return dL/dx and dL/dw, where g is dL/dy."""
    p, q = padding
    x = np.pad(x, ((0, 0), (0, 0), (p, p), (q, q)))
    dx, dw = np.zeros(x.shape), np.zeros(w.shape)
    inputs, outputs = x.shape[1] // groups, len(w) // groups
    for group, i, j in itertools.product(range(groups), *map(range, g.shape[2:])):
        ins = slice(group * inputs, (group + 1) * inputs)
        outs = slice(group * outputs, (group + 1) * outputs)
        patch = window(dx[:, ins], i, j, w.shape[2:], stride, dilation)
        patch += np.einsum("no,ochw->nchw", g[:, outs, i, j], w[outs])
        shown = window(x[:, ins], i, j, w.shape[2:], stride, dilation)
        dw[outs] += np.einsum("no,nchw->ochw", g[:, outs, i, j], shown)
    return dx[:, :, p : dx.shape[2] - p, q : dx.shape[3] - q], dw


def max_pool2d(x, kernel, stride, padding=(0, 0), dilation=(1, 1)):
    """Return the maximum of every window."""
    p, q = padding
    x = np.pad(x, ((0, 0), (0, 0), (p, p), (q, q)), constant_values=-np.inf)
    rows, columns = positions(x.shape[2:], kernel, stride, dilation)
    y = np.zeros((*x.shape[:2], rows, columns))
    for i, j in itertools.product(range(rows), range(columns)):
        y[:, :, i, j] = window(x, i, j, kernel, stride, dilation).max((2, 3))
    return y


def max_pool2d_slope(g, x, kernel, stride):
    """Return dL/dx, where each entry of g goes to the first maximum of its window."""
    dx = np.zeros(x.shape)
    for n, c, i, j in np.ndindex(g.shape):
        shown = window(x, i, j, kernel, stride, (1, 1))[n, c]
        patch = window(dx, i, j, kernel, stride, (1, 1))[n, c]
        patch[np.unravel_index(shown.argmax(), shown.shape)] += g[n, c, i, j]
    return dx


def avg_pool2d(x, kernel, stride, padding=(0, 0)):
    """Return the mean of every window, with padding counted as zeros."""
    p, q = padding
    x = np.pad(x, ((0, 0), (0, 0), (p, p), (q, q)))
    rows, columns = positions(x.shape[2:], kernel, stride, (1, 1))
    y = np.zeros((*x.shape[:2], rows, columns))
    for i, j in itertools.product(range(rows), range(columns)):
        y[:, :, i, j] = window(x, i, j, kernel, stride, (1, 1)).mean((2, 3))
    return y
