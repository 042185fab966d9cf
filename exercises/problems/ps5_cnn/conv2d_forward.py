"""conv2d_forward: a convolutional layer with stride and padding, written from its formula.

The cases draw three of the sizes. Kernels have 48 entries, so that loops over every entry of
every window stay far within the limits, in the backward pass too.
"""

import numpy as np
from nngrader.engine import problem

from .common import DIGITS, ELSEWHERE

KERNELS = 4, 2, 2, 3  # F, C, KH, KW
OTHERS = 2, 4, 3, 2  # of one case, so that nobody can write these numbers down

layers = problem(
    "conv2d_forward",
    rtol=DIGITS,
    returns={"y": "value"},
    points={
        "shape": (1, "a `float64` array of shape (N, F, H_out, W_out)"),
        "value": (6, "stride 1 and no padding"),
        "stride": (
            3,
            "strides above 1, including images whose last window doesn't reach the edge",
        ),
        "padding": (3, "a border of zeros around each image"),
        "inputs-unchanged": (1, "your function doesn't change `x`, `weight` or `bias`"),
    },
    forbidden={"all": ELSEWHERE},
)


@layers.reference
def conv2d_forward(x, weight, bias, stride, padding):
    """Compute the feature maps of a convolutional layer for a batch of images.

    y[n, f, i, j] = bias[f] + (sum over c, k, l of weight[f, c, k, l] *
                               padded[n, c, i * stride + k, j * stride + l])

    Here padded is x with `padding` rows and columns of zeros on each of its four sides, and
    H_out = (H + 2 * padding - KH) / stride, rounded down, + 1, and W_out in the same way.

    x : (N, C, H, W) array, N images with C channels
    weight : (F, C, KH, KW) array, F kernels
    bias : (F,) array
    stride : integer, at least 1; padding : integer, at least 0
    Returns y : (N, F, H_out, W_out) array.
    """
    (N, _, H, W), (F, _, KH, KW) = x.shape, weight.shape
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    H_out = (H + 2 * padding - KH) // stride + 1
    W_out = (W + 2 * padding - KW) // stride + 1
    y = np.zeros((N, F, H_out, W_out))
    for i in range(H_out):
        for j in range(W_out):
            top, left = i * stride, j * stride
            window = padded[:, :, top : top + KH, left : left + KW]
            y[:, :, i, j] = np.tensordot(window, weight, ((1, 2, 3), (1, 2, 3))) + bias
    return y


layers.example(
    np.array([[[[1.0, 2.0, 0.0], [0.0, 1.0, 3.0], [2.0, 0.0, 1.0]]]]),
    np.array([[[[1.0, -1.0], [2.0, 0.0]]], [[[0.0, 1.0], [1.0, 3.0]]]]),
    np.array([1.0, -2.0]),
    2,
    1,
)


def drawn(rng, N, H, W, kernels=KERNELS):
    """Return images, kernels and biases without zeros."""
    x = rng.normal(size=(N, kernels[1], H, W)) + 0.5
    return x, rng.normal(size=kernels), rng.uniform(1, 2, size=kernels[0])


@layers.case("value", visible=2)
def plain(rng, N, H, W):
    """Stride 1 and no padding."""
    return *drawn(rng, N, H, W + 1), 1, 0  # then W_out is even, and none of the letters


@layers.case("stride", hidden=1)
def in_steps(rng, N, H, W):
    """A stride of 3, where the example uses 2."""
    wide = W + int(rng.integers(1, 3))  # with one place in a row no step would show
    return *drawn(rng, N, H, wide), 3, 0


@layers.case("padding", hidden=1)
def with_zeros(rng, N, H, W):
    """A padding of 2, where the example uses 1."""
    return *drawn(rng, N, H + 1, W, OTHERS), 1, 2  # H_out and W_out are even, as above


@layers.alternative
def number_by_number(x, weight, bias, stride, padding):
    (N, C, H, W), (F, _, KH, KW) = x.shape, weight.shape
    H_out, W_out = 1 + (H + 2 * padding - KH) // stride, 1 + (W + 2 * padding - KW) // stride
    x, weight = x.tolist(), weight.tolist()
    y = np.zeros((N, F, H_out, W_out))
    for n in range(N):
        for f in range(F):
            for i in range(H_out):
                for j in range(W_out):
                    total = float(bias[f])
                    for k in range(KH):
                        row = i * stride + k - padding
                        if not 0 <= row < H:
                            continue
                        for v in range(KW):
                            column = j * stride + v - padding
                            if 0 <= column < W:
                                for c in range(C):
                                    total += weight[f][c][k][v] * x[n][c][row][column]
                    y[n, f, i, j] = total
    return y


@layers.alternative
def offset_by_offset(x, weight, bias, stride, padding):
    p, (KH, KW) = padding, weight.shape[2:]
    big = np.zeros((*x.shape[:2], x.shape[2] + 2 * p, x.shape[3] + 2 * p))
    big[:, :, p : p + x.shape[2], p : p + x.shape[3]] = x
    y = 0
    for k in range(KH):
        for v in range(KW):
            last_row, last_column = big.shape[2] - KH + k + 1, big.shape[3] - KW + v + 1
            shifted = big[:, :, k:last_row:stride, v:last_column:stride]
            y = y + np.einsum("ncij,fc->nfij", shifted, weight[:, :, k, v])
    return y + bias.reshape(1, -1, 1, 1)


@layers.alternative
def windows_as_rows(x, weight, bias, stride, padding):
    F, C, KH, KW = weight.shape
    x = np.pad(x, [(0, 0), (0, 0)] + [(padding, padding)] * 2)
    views = np.lib.stride_tricks.sliding_window_view(x, (KH, KW), axis=(2, 3))
    views = views[:, :, ::stride, ::stride]
    N, _, H_out, W_out = views.shape[:4]
    rows = views.transpose(0, 2, 3, 1, 4, 5).reshape(-1, C * KH * KW)
    y = rows @ weight.reshape(F, -1).T + bias
    return y.reshape(N, H_out, W_out, F).transpose(0, 3, 1, 2)


def padded_with(x, before, after, **how):
    """Return images with extra rows and columns on their sides."""
    return np.pad(x, ((0, 0), (0, 0), (before, after), (before, after)), **how)


def correlated(x, weight, bias, stride, padding):
    """Return the feature maps, computed offset by offset, which is fast."""
    return offset_by_offset(x, weight, bias, stride, padding)


@layers.mistake(
    "Your kernels are flipped in both directions, as in a mathematical convolution. Do "
    "`k` and `l` run in the same direction in `weight` and in `padded`?",
    loses="value",
)
def kernel_turned(x, weight, bias, stride, padding):
    return correlated(x, weight[:, :, ::-1, ::-1], bias, stride, padding)


@layers.mistake(
    "Your `y` doesn't include the bias. Which term comes before the sum in the formula?",
    loses="value",
)
def bias_forgotten(x, weight, bias, stride, padding):
    return correlated(x, weight, 0 * bias, stride, padding)


@layers.mistake(
    "Your `y` includes the bias once per channel. Is `bias[f]` inside or outside the "
    "sum over `c`?",
    loses="value",
)
def bias_for_each_channel(x, weight, bias, stride, padding):
    return correlated(x, weight, x.shape[1] * bias, stride, padding)


@layers.mistake(
    "Your `y` includes the bias once for every product in the window. Is `bias[f]` "
    "inside or outside the sum over `c`, `k` and `l`?",
    loses="value",
)
def bias_for_each_weight(x, weight, bias, stride, padding):
    return correlated(x, weight, weight[0].size * bias, stride, padding)


@layers.mistake(
    "Your code subtracts the bias. Which sign does `bias[f]` have in the formula?",
    loses="value",
)
def bias_subtracted(x, weight, bias, stride, padding):
    return correlated(x, weight, -bias, stride, padding)


@layers.mistake(
    "Your maps all use the bias of the first kernel. Which index does `bias` have in "
    "the formula?",
    loses="value",
)
def one_bias(x, weight, bias, stride, padding):
    return correlated(x, weight, np.full_like(bias, bias[0]), stride, padding)


@layers.mistake(
    "Your `y` uses only the first channel of `x`. Which indices does the formula sum over?",
    loses="value",
)
def first_channel_alone(x, weight, bias, stride, padding):
    return correlated(x[:, :1], weight[:, :1], bias, stride, padding)


@layers.mistake(
    "Your `y` uses only the last channel of `x`. Does your code add each channel to the "
    "earlier ones, or does it overwrite them?",
    loses="value",
)
def last_channel_alone(x, weight, bias, stride, padding):
    return correlated(x[:, -1:], weight[:, -1:], bias, stride, padding)


@layers.mistake(
    "Your kernels apply the weights of the first channel to every channel. Which "
    "entries of `weight` belong to channel `c`?",
    loses="value",
)
def channels_added_first(x, weight, bias, stride, padding):
    whole = weight[:, :1].repeat(x.shape[1], axis=1)
    return correlated(x, whole, bias, stride, padding)


@layers.mistake(
    "Your `y` contains the mean of the products in each window. What does the formula "
    "do with these products?",
    loses="value",
)
def averaged(x, weight, bias, stride, padding):
    return correlated(x, weight / weight[0].size, bias, stride, padding)


@layers.mistake(
    "Your sum over the channels is divided by the number of channels. How does the "
    "formula combine the channels?",
    loses="value",
)
def channels_averaged(x, weight, bias, stride, padding):
    return correlated(x, weight / x.shape[1], bias, stride, padding)


@layers.mistake(
    "Your kernels are flipped upside down. Does `k` run in the same direction in "
    "`weight` and in `padded`?",
    loses="value",
)
def rows_turned(x, weight, bias, stride, padding):
    return correlated(x, weight[:, :, ::-1], bias, stride, padding)


@layers.mistake(
    "Your kernels are flipped from left to right. Does `l` run in the same direction in "
    "`weight` and in `padded`?",
    loses="value",
)
def columns_turned(x, weight, bias, stride, padding):
    return correlated(x, weight[:, :, :, ::-1], bias, stride, padding)


@layers.mistake(
    "Your maps all use the first kernel. Which index of `weight` selects the kernel of a map?",
    loses="value",
)
def one_kernel(x, weight, bias, stride, padding):
    return correlated(x, weight[:1].repeat(len(weight), axis=0), bias, stride, padding)


@layers.mistake(
    "Your `y` repeats the maps of the first sample for every sample. Which index of "
    "`padded` selects the sample?",
    loses="value",
)
def first_sample_alone(x, weight, bias, stride, padding):
    y = correlated(x, weight, bias, stride, padding)
    return y[:1].repeat(len(y), axis=0)


@layers.mistake(
    "Negative values come out as 0 in your `y`. Does the formula contain an activation "
    "function?",
    loses="value",
)
def with_relu(x, weight, bias, stride, padding):
    return np.maximum(correlated(x, weight, bias, stride, padding), 0)


@layers.mistake(
    "The last row and the last column of every map are missing in your `y`. How many "
    "windows fit into an image that is as large as the kernel?",
    loses="shape value",
)
def last_place_missing(x, weight, bias, stride, padding):
    return correlated(x, weight, bias, stride, padding)[:, :, :-1, :-1]


@layers.mistake(
    "Your `y` is too large, because your windows are only one pixel apart. How far "
    "should each window move?",
    loses="stride",
)
def stride_ignored(x, weight, bias, stride, padding):
    return correlated(x, weight, bias, 1, padding)


@layers.mistake(
    "Your `y` has the correct shape, but its windows are only one pixel apart. Which "
    "row and column of `padded` does window (i, j) start at?",
    loses="stride",
)
def neighbouring_windows(x, weight, bias, stride, padding):
    y = correlated(x, weight, bias, stride, padding)
    return correlated(x, weight, bias, 1, padding)[:, :, : y.shape[2], : y.shape[3]]


@layers.mistake(
    "Your windows move by `stride` from row to row, but only by 1 from column to "
    "column. Which directions does `stride` apply to?",
    loses="stride",
)
def stride_of_rows_alone(x, weight, bias, stride, padding):
    return correlated(x, weight, bias, 1, padding)[:, :, ::stride]


@layers.mistake(
    "Your windows move by `stride` from column to column, but only by 1 from row to "
    "row. Which directions does `stride` apply to?",
    loses="stride",
)
def stride_of_columns_alone(x, weight, bias, stride, padding):
    return correlated(x, weight, bias, 1, padding)[:, :, :, ::stride]


@layers.mistake(
    "Your `y` has the correct shape, but its windows move by only one pixel from left "
    "to right. Which column of `padded` does window (i, j) start at?",
    loses="stride",
)
def neighbouring_columns(x, weight, bias, stride, padding):
    W_out = correlated(x, weight, bias, stride, padding).shape[3]
    return correlated(x, weight, bias, 1, padding)[:, :, ::stride, :W_out]


@layers.mistake(
    "Your `y` has the correct shape, but its windows move by only one pixel from top to "
    "bottom. Which row of `padded` does window (i, j) start at?",
    loses="stride",
)
def neighbouring_rows(x, weight, bias, stride, padding):
    H_out = correlated(x, weight, bias, stride, padding).shape[2]
    return correlated(x, weight, bias, 1, padding)[:, :, :H_out, ::stride]


@layers.mistake(
    "Your windows are KH rows and KW columns apart. How far does the formula move each window?",
    loses="stride",
)
def side_by_side(x, weight, bias, stride, padding):
    if stride == 1:
        return correlated(x, weight, bias, stride, padding)
    KH, KW = weight.shape[2:]
    return correlated(x, weight, bias, 1, padding)[:, :, ::KH, ::KW]


@layers.mistake(
    "Your images don't get a border of zeros. Which line of your code should use `padding`?",
    loses="padding",
)
def padding_ignored(x, weight, bias, stride, padding):
    return correlated(x, weight, bias, stride, 0)


@layers.mistake(
    "Your code adds zeros above and on the left of each image, and none on the two "
    "other sides. How many sides does the problem text name?",
    loses="padding",
)
def on_two_sides(x, weight, bias, stride, padding):
    return correlated(padded_with(x, padding, 0), weight, bias, stride, 0)


@layers.mistake(
    "Your code adds all the zeros below and on the right of each image. How should they "
    "be divided among the four sides?",
    loses="padding",
)
def on_the_far_sides(x, weight, bias, stride, padding):
    return correlated(padded_with(x, 0, 2 * padding), weight, bias, stride, 0)


@layers.mistake(
    "Your code adds all the zeros above and on the left of each image. How should they "
    "be divided among the four sides?",
    loses="padding",
)
def on_the_near_sides(x, weight, bias, stride, padding):
    return correlated(padded_with(x, 2 * padding, 0), weight, bias, stride, 0)


@layers.mistake(
    "Your padding repeats the pixels at the edge of the image. Which value should the "
    "padding contain?",
    loses="padding",
)
def edge_repeated(x, weight, bias, stride, padding):
    around = padded_with(x, padding, padding, mode="edge")
    return correlated(around, weight, bias, stride, 0)


@layers.mistake("Your padding contains ones. Which value should it contain?", loses="padding")
def padded_with_ones(x, weight, bias, stride, padding):
    around = padded_with(x, padding, padding, constant_values=1.0)
    return correlated(around, weight, bias, stride, 0)


@layers.mistake(
    "Your code pads the images only above and below. How many sides does an image have?",
    loses="padding",
)
def rows_alone(x, weight, bias, stride, padding):
    around = np.pad(x, ((0, 0), (0, 0), (padding, padding), (0, 0)))
    return correlated(around, weight, bias, stride, 0)


@layers.mistake(
    "Your code pads the images only on the left and right. How many sides does an image have?",
    loses="padding",
)
def columns_alone(x, weight, bias, stride, padding):
    around = np.pad(x, ((0, 0), (0, 0), (0, 0), (padding, padding)))
    return correlated(around, weight, bias, stride, 0)


@layers.mistake(
    "Your `y` has extra entries for windows that reach past the edge of `padded`. How "
    "does the formula round the number of windows?",
    loses="stride",
)
def rounded_up(x, weight, bias, stride, padding):
    around = padded_with(x, padding, padding + stride - 1)
    return correlated(around, weight, bias, stride, 0)
