"""max_pool: the largest number of each window, and the gradient that goes to it.

Where several numbers of a window are largest, the derivative does not exist. What is graded is
PyTorch's choice, the first of them row by row, because one pixel then gets the whole gradient:
its sum stays that of dy, and two programs agree to the last digit.
"""

import numpy as np
from nngrader.engine import problem

from .common import DIGITS, ELSEWHERE

CHANNELS = 3

pooled = problem(
    "max_pool",
    rtol=DIGITS,
    returns={"y": "value", "dx": "gradient"},
    points={
        "shape": (1, "arrays of these two shapes, in this order, of `float64`"),
        "value": (5, "`y`"),
        "gradient": (
            5,
            "`dx` where each window has one largest number, also where they overlap",
        ),
        "ties": (3, "`dx` where several numbers of a window are largest"),
        "inputs-unchanged": (1, "`x` and `dy` stay as they are"),
    },
    forbidden={"all": ELSEWHERE},
)


@pooled.reference
def max_pool(x, dy, kernel_size, stride):
    """Max pooling without padding, forwards and backwards.

    y[n, c, i, j] = the largest number of the window of kernel_size rows and columns of x[n, c]
    that begins at row i * stride and column j * stride. In the backward pass dy[n, c, i, j] is
    added to the gradient of that one number; of several that are equally large, to that of the
    first, going through the window row by row.

    x : (N, C, H, W) array
    dy : (N, C, H_out, W_out) array: the gradient of the loss with respect to each entry of y;
         H_out = (H - kernel_size) / stride, rounded down, + 1, and W_out likewise
    kernel_size, stride : ints from 1
    Returns (y, dx): arrays of shape (N, C, H_out, W_out) and (N, C, H, W).
    """
    (N, C), K = x.shape[:2], kernel_size
    y, dx = np.zeros(dy.shape), np.zeros(x.shape)
    n, c = np.ogrid[:N, :C]
    for i, j in np.ndindex(dy.shape[2:]):
        top, left = i * stride, j * stride
        window = x[:, :, top : top + K, left : left + K].reshape(N, C, K * K)
        first = window.argmax(axis=2)
        y[:, :, i, j] = window.max(axis=2)
        dx[n, c, top + first // K, left + first % K] += dy[:, :, i, j]
    return y, dx


pooled.example(
    np.array([[[[3.0, 1.0, 0.0], [2.0, 5.0, 4.0], [5.0, 0.0, 6.0]]]]),
    np.array([[[[1.0, 2.0], [3.0, -4.0]]]]),
    2,
    1,
)


def upstream(rng, N, H, W, kernel_size, stride):
    """Return an upstream gradient of the right shape."""
    H_out, W_out = ((n - kernel_size) // stride + 1 for n in (H, W))
    return rng.normal(size=(N, CHANNELS, H_out, W_out)) + 0.5


@pooled.case("value", visible=2)
def overlapping(rng, N, H, W):
    """Windows that overlap, of three rows and columns or, where N > H, of five."""
    K, S = (3, 2) if N < H else (5, 3)
    rows, columns = K + S * (H // S) + 1, K + S * (W // S)  # the last row lies in no window
    x = rng.normal(size=(N, CHANNELS, rows, columns)) - 1  # some windows hold none above 0
    return x, upstream(rng, N, rows, columns, K, S), K, S


@pooled.case("ties", parts="dx")
def after_relu(rng, N, H, W):
    """Small whole numbers, many of them 0, as after a ReLU."""
    x = np.maximum(rng.integers(-3, 3, size=(N, CHANNELS, H, W)), 0).astype(float)
    return x, upstream(rng, N, H, W, 3, 2), 3, 2


@pooled.alternative
def number_by_number(x, dy, kernel_size, stride):
    y, dx = np.zeros(dy.shape), np.zeros(x.shape)
    for n, c, i, j in np.ndindex(dy.shape):
        best, place = -np.inf, None
        for row in range(i * stride, i * stride + kernel_size):
            for column in range(j * stride, j * stride + kernel_size):
                if x[n, c, row, column] > best:
                    best, place = x[n, c, row, column], (n, c, row, column)
        y[n, c, i, j] = best
        dx[place] += dy[n, c, i, j]
    return y, dx


@pooled.alternative
def by_windows(x, dy, kernel_size, stride):
    K = kernel_size
    view = np.lib.stride_tricks.sliding_window_view(x, (K, K), axis=(2, 3))
    view = view[:, :, ::stride, ::stride]
    flat = view.reshape(*view.shape[:4], K * K)
    first, dx = np.argmax(flat, axis=-1), np.zeros_like(x)
    n, c, i, j = np.indices(first.shape)
    np.add.at(dx, (n, c, i * stride + first // K, j * stride + first % K), dy)
    return [flat.max(axis=-1), dx]


@pooled.alternative
def offset_by_offset(x, dy, kernel_size, stride):
    offsets = [(k, v) for k in range(kernel_size) for v in range(kernel_size)]

    def part(a, k, v):
        H_out, W_out = dy.shape[2:]
        rows = slice(k, k + stride * (H_out - 1) + 1, stride)
        return a[:, :, rows, slice(v, v + stride * (W_out - 1) + 1, stride)]

    y = np.full(dy.shape, -np.inf)
    for k, v in offsets:
        np.maximum(y, part(x, k, v), out=y)
    dx, free = x * 0.0, np.ones(dy.shape, bool)
    for k, v in offsets:
        chosen = free & (part(x, k, v) == y)
        part(dx, k, v)[...] += np.where(chosen, dy, 0)
        free &= ~chosen
    return y, dx


def windows(x, kernel_size, stride):
    """Return views of all windows: (N, C, H_out, W_out, kernel_size, kernel_size)."""
    sizes = (kernel_size, kernel_size)
    view = np.lib.stride_tricks.sliding_window_view(x, sizes, axis=(2, 3))
    return view[:, :, ::stride, ::stride]


def shared_by(share):
    """Return a solution with the right y; ``share(window, largest)`` says who gets dy."""

    def changed(x, dy, kernel_size, stride):
        view, dx = windows(x, kernel_size, stride), np.zeros(x.shape)
        y = view.max(axis=(4, 5))
        for i, j in np.ndindex(dy.shape[2:]):
            rows = slice(i * stride, i * stride + kernel_size)
            columns = slice(j * stride, j * stride + kernel_size)
            part = share(view[:, :, i, j], y[:, :, i, j, None, None])
            dx[:, :, rows, columns] += part * dy[:, :, i, j, None, None]
        return y, dx

    return changed


def at(window, find):
    """Return 1 at one place of each window and 0 elsewhere; ``find`` gives its number."""
    flat = window.reshape(*window.shape[:2], -1)
    return (np.arange(flat.shape[2]) == find(flat)[..., None]).reshape(window.shape) * 1.0


@pooled.mistake(
    "y is the mean of each window. Which of its numbers does max pooling take?",
    loses="value gradient",
)
def averaged(x, dy, kernel_size, stride):
    def share(window, largest):
        return np.full(window.shape, 1 / kernel_size**2)

    _, dx = shared_by(share)(x, dy, kernel_size, stride)
    return windows(x, kernel_size, stride).mean(axis=(4, 5)), dx


@pooled.mistake(
    "y is the smallest number of each window. Which one does max pooling take?",
    loses="value gradient",
)
def smallest(x, dy, kernel_size, stride):
    y, dx = max_pool(-x, dy, kernel_size, stride)
    return -y, dx


@pooled.mistake(
    "numbers below 0 count as 0 in y. With what does your search for the largest begin?",
    loses="value",
)
def begins_with_zero(x, dy, kernel_size, stride):
    y, dx = max_pool(x, dy, kernel_size, stride)
    return np.maximum(y, 0), dx


@pooled.mistake(
    "numbers below 0 count as 0 in y, and a window without a number above 0 sends no gradient. "
    "With what does your search for the largest begin?",
    loses="value gradient",
)
def begins_with_zero_and_no_place(x, dy, kernel_size, stride):
    y, _ = begins_with_zero(x, dy, kernel_size, stride)
    return y, max_pool(x, dy * (y > 0), kernel_size, stride)[1]


@pooled.mistake(
    "the windows lie as far apart as they are large, whatever the stride. By how much does the "
    "formula move one?",
    loses="shape value gradient",
)
def side_by_side(x, dy, kernel_size, stride):
    if kernel_size == stride:
        return max_pool(x, dy, kernel_size, stride)
    y = windows(x, kernel_size, kernel_size).max(axis=(4, 5))
    return max_pool(x, dy[:, :, : y.shape[2], : y.shape[3]], kernel_size, kernel_size)


@pooled.mistake(
    "y has a place for the rows that are left over. Does a window count that reaches beyond "
    "the edge?",
    loses="shape value",
)
def rounded_up(x, dy, kernel_size, stride):
    more = -(x.shape[2] - kernel_size) % stride, -(x.shape[3] - kernel_size) % stride
    around = np.pad(x, ((0, 0), (0, 0), (0, more[0]), (0, more[1])), constant_values=-np.inf)
    y = windows(around, kernel_size, stride).max(axis=(4, 5))
    return y, max_pool(x, dy, kernel_size, stride)[1]


@pooled.mistake(
    "y is the largest by its size without the sign. Is -3 larger than 2?",
    loses="value",
)
def largest_size(x, dy, kernel_size, stride):
    y, _ = max_pool(abs(x), dy, kernel_size, stride)
    return y, max_pool(x, dy, kernel_size, stride)[1]


@pooled.mistake(
    "y is the same in all channels: the largest of all of them. Does pooling look at one "
    "channel or at all?",
    loses="value",
)
def over_the_channels(x, dy, kernel_size, stride):
    y, dx = max_pool(x, dy, kernel_size, stride)
    return y.max(axis=1, keepdims=True).repeat(y.shape[1], axis=1), dx


@pooled.mistake(
    "the windows lie one step apart in y. At which row does window i begin?", loses="value"
)
def neighbouring_windows(x, dy, kernel_size, stride):
    y, dx = max_pool(x, dy, kernel_size, stride)
    return windows(x, kernel_size, 1).max(axis=(4, 5))[:, :, : y.shape[2], : y.shape[3]], dx


@pooled.mistake(
    "the windows have as many rows and columns as the stride. How many does kernel_size say?",
    loses="value gradient",
)
def as_large_as_the_stride(x, dy, kernel_size, stride):
    size = stride
    y, dx = max_pool(x[:, :, : dy.shape[2] * size, : dy.shape[3] * size], dy, size, stride)
    whole = np.zeros(x.shape)
    whole[:, :, : dx.shape[2], : dx.shape[3]] = dx
    return y, whole


@pooled.mistake(
    "where windows overlap, a pixel keeps only the last gradient that it gets. Is it added to "
    "the others, or written over them?",
    loses="gradient",
)
def overlaps_overwritten(x, dy, kernel_size, stride):
    y, dx = max_pool(x, dy, kernel_size, stride)
    n, c = np.ogrid[: len(x), : x.shape[1]]
    for i, j in np.ndindex(dy.shape[2:]):
        flat = windows(x, kernel_size, stride)[:, :, i, j].reshape(*x.shape[:2], -1)
        row, column = divmod(flat.argmax(axis=2), kernel_size)
        dx[n, c, i * stride + row, j * stride + column] = dy[:, :, i, j]
    return y, dx


@pooled.mistake(
    "every pixel of a window gets an equal share of dy, as in average pooling. By how much "
    "does y grow when a pixel that is not the largest grows a little?",
    loses="gradient",
)
def shared_equally(x, dy, kernel_size, stride):
    return shared_by(lambda window, largest: np.full(window.shape, 1 / kernel_size**2))(
        x, dy, kernel_size, stride
    )


@pooled.mistake(
    "every pixel of a window gets the whole of dy. By how much does y grow when a pixel that "
    "is not the largest grows a little?",
    loses="gradient",
)
def given_to_all(x, dy, kernel_size, stride):
    return shared_by(lambda window, largest: np.ones(window.shape))(x, dy, kernel_size, stride)


@pooled.mistake(
    "dx holds 1 at the largest pixels, whatever dy is. By which upstream gradient is the "
    "derivative 1 multiplied?",
    loses="gradient",
)
def without_dy(x, dy, kernel_size, stride):
    return max_pool(x, dy * 0 + 1, kernel_size, stride)


@pooled.mistake(
    "dx is multiplied by the largest number. What is the derivative of the largest number with "
    "respect to itself?",
    loses="gradient",
)
def times_the_value(x, dy, kernel_size, stride):
    y, _ = max_pool(x, dy, kernel_size, stride)
    return y, max_pool(x, dy * y, kernel_size, stride)[1]


@pooled.mistake(
    "rows and columns of the place inside a window have changed places. Is `first // "
    "kernel_size` a row or a column?",
    loses="gradient",
)
def rows_for_columns(x, dy, kernel_size, stride):
    def share(window, largest):
        return at(window, lambda flat: flat.argmax(axis=2)).swapaxes(2, 3)

    return shared_by(share)(x, dy, kernel_size, stride)


@pooled.mistake(
    "the gradient goes to the first pixel of each window, whichever is the largest. Where in "
    "the window was the number that y took?",
    loses="gradient",
)
def to_the_corner(x, dy, kernel_size, stride):
    def share(window, largest):
        return at(window, lambda flat: np.zeros(flat.shape[:2], int))

    return shared_by(share)(x, dy, kernel_size, stride)


@pooled.mistake(
    "dx is divided by N. Has the loss not been averaged already, before dy came to you?",
    loses="gradient",
)
def gradient_averaged(x, dy, kernel_size, stride):
    y, dx = max_pool(x, dy, kernel_size, stride)
    return y, dx / len(x)


@pooled.mistake(
    "all pixels that are equally large get the whole gradient, so more goes back than came. To "
    "how many of them does the text give it?",
    loses="ties",
)
def all_of_the_largest(x, dy, kernel_size, stride):
    return shared_by(lambda window, largest: window == largest)(x, dy, kernel_size, stride)


@pooled.mistake(
    "pixels that are equally large share the gradient. To how many of them does the text give "
    "it?",
    loses="ties",
)
def shared_by_the_largest(x, dy, kernel_size, stride):
    def share(window, largest):
        same = window == largest
        return same / same.sum(axis=(2, 3), keepdims=True)

    return shared_by(share)(x, dy, kernel_size, stride)


@pooled.mistake(
    "of pixels that are equally large, the last gets the gradient. Which one does the text "
    "name, and does > or >= find it?",
    loses="ties",
)
def last_of_the_largest(x, dy, kernel_size, stride):
    def last(flat):
        return flat.shape[2] - 1 - flat[:, :, ::-1].argmax(axis=2)

    return shared_by(lambda window, largest: at(window, last))(x, dy, kernel_size, stride)


@pooled.mistake(
    "of pixels that are equally large, the first column by column gets the gradient. In which "
    "order does the text go through a window?",
    loses="ties",
)
def column_by_column(x, dy, kernel_size, stride):
    def share(window, largest):
        turned = np.ascontiguousarray(window.swapaxes(2, 3))
        return at(turned, lambda flat: flat.argmax(axis=2)).swapaxes(2, 3)

    return shared_by(share)(x, dy, kernel_size, stride)


@pooled.mistake(
    "where the largest number of a window is 0, no pixel gets a gradient. Is 0 not the largest "
    "there?",
    loses="ties",
)
def nothing_for_zeros(x, dy, kernel_size, stride):
    y, _ = max_pool(x, dy, kernel_size, stride)
    return y, max_pool(x, dy * (y != 0), kernel_size, stride)[1]


@pooled.mistake(
    "the gradient goes to a row and a column as they are counted within the window. Which row "
    "of the picture is row k of window i?",
    loses="gradient ties",
)
def place_within_the_window(x, dy, kernel_size, stride):
    y, dx = max_pool(x, dy, kernel_size, stride)[0], np.zeros(x.shape)
    n, c = np.ogrid[: len(x), : x.shape[1]]
    for i, j in np.ndindex(dy.shape[2:]):
        flat = windows(x, kernel_size, stride)[:, :, i, j].reshape(*x.shape[:2], -1)
        dx[n, c, *divmod(flat.argmax(axis=2), kernel_size)] += dy[:, :, i, j]
    return y, dx
