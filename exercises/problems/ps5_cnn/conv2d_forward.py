"""conv2d_forward: a convolutional layer as its formula says it, with stride and padding.

Three of the sizes are drawn. Kernels have 48 numbers, so that loops over every number of every
window stay far within the limits, backwards, too.
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
        "shape": (1, "an array of shape (N, F, H_out, W_out) of `float64`"),
        "value": (6, "stride 1, no padding"),
        "stride": (3, "strides above 1, also where the last window does not reach the edge"),
        "padding": (3, "zeros around each picture"),
        "inputs-unchanged": (1, "`x`, `weight` and `bias` stay as they are"),
    },
    forbidden={"all": ELSEWHERE},
)


@layers.reference
def conv2d_forward(x, weight, bias, stride, padding):
    """The feature maps that a convolutional layer makes of a batch of pictures.

    y[n, f, i, j] = bias[f] + (sum over c, k, l of weight[f, c, k, l] *
                               padded[n, c, i * stride + k, j * stride + l])

    where padded is x with `padding` rows and columns of zeros on each of its four sides.
    H_out = (H + 2 * padding - KH) / stride, rounded down, + 1, and W_out likewise.

    x : (N, C, H, W) array: N pictures of C channels
    weight : (F, C, KH, KW) array: F kernels
    bias : (F,) array
    stride : int from 1, padding : int from 0
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
    """Return pictures, kernels and biases of which none is 0."""
    x = rng.normal(size=(N, kernels[1], H, W)) + 0.5
    return x, rng.normal(size=kernels), rng.uniform(1, 2, size=kernels[0])


@layers.case("value", visible=2)
def plain(rng, N, H, W):
    """Stride 1 and no padding."""
    return *drawn(rng, N, H, W + 1), 1, 0  # then W_out is even, and none of the letters


@layers.case("stride", hidden=1)
def in_steps(rng, N, H, W):
    """A stride of 3, where the example has one of 2."""
    wide = W + int(rng.integers(1, 3))  # with one place in a row no step would show
    return *drawn(rng, N, H, wide), 3, 0


@layers.case("padding", hidden=1)
def with_zeros(rng, N, H, W):
    """Two rows and columns of zeros, where the example has one."""
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
    """Return pictures with rows and columns added on their sides."""
    return np.pad(x, ((0, 0), (0, 0), (before, after), (before, after)), **how)


def correlated(x, weight, bias, stride, padding):
    """Return the feature maps, offset by offset, which is fast."""
    return offset_by_offset(x, weight, bias, stride, padding)


@layers.mistake(
    "each kernel is turned by half a turn, as in a convolution of mathematics. In which "
    "direction do k and l count in the formula, in weight and in padded?",
    loses="value",
)
def kernel_turned(x, weight, bias, stride, padding):
    return correlated(x, weight[:, :, ::-1, ::-1], bias, stride, padding)


@layers.mistake("no bias is added. What stands before the sum?", loses="value")
def bias_forgotten(x, weight, bias, stride, padding):
    return correlated(x, weight, 0 * bias, stride, padding)


@layers.mistake(
    "the bias is added once for each channel. Does it stand inside the sum over c?",
    loses="value",
)
def bias_for_each_channel(x, weight, bias, stride, padding):
    return correlated(x, weight, x.shape[1] * bias, stride, padding)


@layers.mistake(
    "the bias is added once for each number of the window. Does it stand inside the sum?",
    loses="value",
)
def bias_for_each_weight(x, weight, bias, stride, padding):
    return correlated(x, weight, weight[0].size * bias, stride, padding)


@layers.mistake("the bias is subtracted. Which sign has it in the formula?", loses="value")
def bias_subtracted(x, weight, bias, stride, padding):
    return correlated(x, weight, -bias, stride, padding)


@layers.mistake(
    "the bias of the first kernel is added to all maps. Which index does bias have?",
    loses="value",
)
def one_bias(x, weight, bias, stride, padding):
    return correlated(x, weight, np.full_like(bias, bias[0]), stride, padding)


@layers.mistake(
    "only the first channel counts. Over which of the indices of weight does the sum go?",
    loses="value",
)
def first_channel_alone(x, weight, bias, stride, padding):
    return correlated(x[:, :1], weight[:, :1], bias, stride, padding)


@layers.mistake(
    "only the last channel counts. Is each channel added to the others, or written over them?",
    loses="value",
)
def last_channel_alone(x, weight, bias, stride, padding):
    return correlated(x[:, -1:], weight[:, -1:], bias, stride, padding)


@layers.mistake(
    "the channels are added up before they meet the kernel. Has each channel weights of its "
    "own?",
    loses="value",
)
def channels_added_first(x, weight, bias, stride, padding):
    whole = weight[:, :1].repeat(x.shape[1], axis=1)
    return correlated(x, whole, bias, stride, padding)


@layers.mistake(
    "the products of a window are averaged. What does the formula do with them?", loses="value"
)
def averaged(x, weight, bias, stride, padding):
    return correlated(x, weight / weight[0].size, bias, stride, padding)


@layers.mistake(
    "the sum over the channels is divided by their number. What does the formula do with the "
    "products of all channels?",
    loses="value",
)
def channels_averaged(x, weight, bias, stride, padding):
    return correlated(x, weight / x.shape[1], bias, stride, padding)


@layers.mistake(
    "the rows of each kernel are turned upside down. In which direction do k and l count in "
    "the formula, in weight and in padded?",
    loses="value",
)
def rows_turned(x, weight, bias, stride, padding):
    return correlated(x, weight[:, :, ::-1], bias, stride, padding)


@layers.mistake(
    "each kernel is mirrored from left to right. In which direction do k and l count in the "
    "formula, in weight and in padded?",
    loses="value",
)
def columns_turned(x, weight, bias, stride, padding):
    return correlated(x, weight[:, :, :, ::-1], bias, stride, padding)


@layers.mistake(
    "all maps come from the first kernel. Which index of weight belongs to a map?",
    loses="value",
)
def one_kernel(x, weight, bias, stride, padding):
    return correlated(x, weight[:1].repeat(len(weight), axis=0), bias, stride, padding)


@layers.mistake(
    "all samples have the maps of the first. Which index of x stays the same in the sum?",
    loses="value",
)
def first_sample_alone(x, weight, bias, stride, padding):
    y = correlated(x, weight, bias, stride, padding)
    return y[:1].repeat(len(y), axis=0)


@layers.mistake(
    "negative numbers are cut off. Is there an activation function in the formula?",
    loses="value",
)
def with_relu(x, weight, bias, stride, padding):
    return np.maximum(correlated(x, weight, bias, stride, padding), 0)


@layers.mistake(
    "the last place of each row and column is missing. For a picture as large as the kernel, "
    "how many places are there?",
    loses="shape value",
)
def last_place_missing(x, weight, bias, stride, padding):
    return correlated(x, weight, bias, stride, padding)[:, :, :-1, :-1]


@layers.mistake(
    "the windows lie one step apart, whatever the stride. How far does a window move?",
    loses="stride",
)
def stride_ignored(x, weight, bias, stride, padding):
    return correlated(x, weight, bias, 1, padding)


@layers.mistake(
    "there are as many places as the stride allows, but the windows lie one step apart. At "
    "which row of the picture does window i begin?",
    loses="stride",
)
def neighbouring_windows(x, weight, bias, stride, padding):
    y = correlated(x, weight, bias, stride, padding)
    return correlated(x, weight, bias, 1, padding)[:, :, : y.shape[2], : y.shape[3]]


@layers.mistake(
    "rows move by the stride and columns by 1. Which of the two has a stride?",
    loses="stride",
)
def stride_of_rows_alone(x, weight, bias, stride, padding):
    return correlated(x, weight, bias, 1, padding)[:, :, ::stride]


@layers.mistake(
    "columns move by the stride and rows by 1. Which of the two has a stride?",
    loses="stride",
)
def stride_of_columns_alone(x, weight, bias, stride, padding):
    return correlated(x, weight, bias, 1, padding)[:, :, :, ::stride]


@layers.mistake(
    "there are as many places as the stride allows, but the columns of the windows lie one "
    "step apart. At which column of the picture does window j begin?",
    loses="stride",
)
def neighbouring_columns(x, weight, bias, stride, padding):
    W_out = correlated(x, weight, bias, stride, padding).shape[3]
    return correlated(x, weight, bias, 1, padding)[:, :, ::stride, :W_out]


@layers.mistake(
    "there are as many places as the stride allows, but the rows of the windows lie one step "
    "apart. At which row of the picture does window i begin?",
    loses="stride",
)
def neighbouring_rows(x, weight, bias, stride, padding):
    H_out = correlated(x, weight, bias, stride, padding).shape[2]
    return correlated(x, weight, bias, 1, padding)[:, :, :H_out, ::stride]


@layers.mistake(
    "the windows lie as far apart as they are large. By how much does the formula move one?",
    loses="stride",
)
def side_by_side(x, weight, bias, stride, padding):
    if stride == 1:
        return correlated(x, weight, bias, stride, padding)
    KH, KW = weight.shape[2:]
    return correlated(x, weight, bias, 1, padding)[:, :, ::KH, ::KW]


@layers.mistake(
    "nothing is added around the pictures. Where do you use padding?", loses="padding"
)
def padding_ignored(x, weight, bias, stride, padding):
    return correlated(x, weight, bias, stride, 0)


@layers.mistake(
    "there is half as much padding as asked: it is on two of the four sides. On which sides "
    "does the formula add zeros?",
    loses="padding",
)
def on_two_sides(x, weight, bias, stride, padding):
    return correlated(padded_with(x, padding, 0), weight, bias, stride, 0)


@layers.mistake(
    "all zeros stand below and on the right. On which sides does the formula add them?",
    loses="padding",
)
def on_the_far_sides(x, weight, bias, stride, padding):
    return correlated(padded_with(x, 0, 2 * padding), weight, bias, stride, 0)


@layers.mistake(
    "all zeros stand above and on the left. On which sides does the formula add them?",
    loses="padding",
)
def on_the_near_sides(x, weight, bias, stride, padding):
    return correlated(padded_with(x, 2 * padding, 0), weight, bias, stride, 0)


@layers.mistake(
    "the edge of the picture is repeated around it. Which numbers does padding add?",
    loses="padding",
)
def edge_repeated(x, weight, bias, stride, padding):
    around = padded_with(x, padding, padding, mode="edge")
    return correlated(around, weight, bias, stride, 0)


@layers.mistake(
    "there are ones around the pictures. Which numbers does padding add?", loses="padding"
)
def padded_with_ones(x, weight, bias, stride, padding):
    around = padded_with(x, padding, padding, constant_values=1.0)
    return correlated(around, weight, bias, stride, 0)


@layers.mistake(
    "padding is added above and below alone. How many sides has a picture?",
    loses="padding",
)
def rows_alone(x, weight, bias, stride, padding):
    around = np.pad(x, ((0, 0), (0, 0), (padding, padding), (0, 0)))
    return correlated(around, weight, bias, stride, 0)


@layers.mistake(
    "padding is added on the left and right alone. How many sides has a picture?",
    loses="padding",
)
def columns_alone(x, weight, bias, stride, padding):
    around = np.pad(x, ((0, 0), (0, 0), (0, 0), (padding, padding)))
    return correlated(around, weight, bias, stride, 0)


@layers.mistake(
    "the number of places is rounded up, so that the last window reaches beyond the edge. How "
    "does the formula round?",
    loses="stride",
)
def rounded_up(x, weight, bias, stride, padding):
    around = padded_with(x, padding, padding + stride - 1)
    return correlated(around, weight, bias, stride, 0)
