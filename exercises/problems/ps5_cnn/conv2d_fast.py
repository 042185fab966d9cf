"""conv2d_fast: the values of conv2d_forward, without a loop over the places.

One case applies 32 kernels to a grey picture of 832 by 832 pixels. Its answer has 22
million numbers, so the driver makes the picture, by repeating a small one, and gives back every
61st row and 53rd column. A loop over the numbers of the answer took 48 times as long as a call
may, so that twenty times are left on a processor twice as fast (tests/exercises/
test_convolution.py measures it); one over the places, which takes all kernels at once, takes
somewhat longer than it may on most machines. So lines of Python are counted, too, at two sizes:
their number must not grow with the picture. They are counted beside the student's code, which
could forge their number: it is worth little.
"""

import numpy as np
from nngrader.engine import Steps, problem

from .common import DIGITS, ELSEWHERE
from .conv2d_forward import conv2d_forward, drawn

SIDE = 832


def small_or_large(conv2d_fast, x, weight, bias, stride, padding, side):
    if not side:
        y, lines = conv2d_fast(x, weight, bias, stride, padding), []
        for n, rows in ((2, 9), (6, 25)):
            counter, sizes = Steps(), (n, x.shape[1], rows, rows + 1)
            with counter:
                conv2d_fast(np.resize(x, sizes), weight, bias, stride, padding)
            lines.append(counter.steps)
        return y, float(lines[1] > lines[0] + 3)
    copies = [1, 1, *(-(-side // n) for n in x.shape[2:])]
    y = conv2d_fast(np.tile(x, copies)[:, :, :side, :side], weight, bias, stride, padding)
    if issubclass(type(y), np.ndarray) and np.ndim(y) == 4:
        y = np.ndarray.view(y, np.ndarray)[:, :, ::61, ::53]
    return y, 0.0


fast = problem(
    "conv2d_fast",
    rtol=DIGITS,
    driver=small_or_large,
    trains=True,  # nothing is trained, but an answer takes as long
    returns={"y": "value", "lines": "loops"},
    wrong={
        "lines": "a loop of Python runs over rows, columns or samples: more lines run for more "
        "of them. Which of the loops of conv2d_forward can be inside one call of NumPy?"
    },
    points={
        "shape": (0.75, "an array of shape (N, F, H_out, W_out) of `float64`"),
        "value": (6.5, "the values of problem 1, with any stride and padding"),
        "large": (
            5.5,
            f"one grey picture of {SIDE} by {SIDE} pixels, 32 kernels of 3 by 3, within two "
            "seconds",
        ),
        "loops": (
            0.75,
            "no loop of Python over samples, rows or columns; one over the offsets in a kernel "
            "is allowed",
        ),
        "inputs-unchanged": (0.5, "`x`, `weight` and `bias` stay as they are"),
    },
    forbidden={"all": ELSEWHERE},
)


@fast.reference
def conv2d_fast(x, weight, bias, stride, padding):
    """The values of conv2d_forward, at the speed of a product of matrices.

    x : (N, C, H, W) array: N pictures of C channels
    weight : (F, C, KH, KW) array: F kernels
    bias : (F,) array
    stride : int from 1, padding : int from 0
    Returns y : (N, F, H_out, W_out) array, as conv2d_forward does.
    """
    (F, C, KH, KW), p = weight.shape, padding
    padded = np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (KH, KW), axis=(2, 3))
    windows = windows[:, :, ::stride, ::stride]
    N, _, H_out, W_out, _, _ = windows.shape
    columns = windows.transpose(1, 4, 5, 0, 2, 3).reshape(C * KH * KW, -1)
    y = weight.reshape(F, -1) @ columns + bias[:, None]
    return y.reshape(F, N, H_out, W_out).transpose(1, 0, 2, 3)


fast.example(
    np.array([[[[1.0, 2.0, 0.0], [0.0, 1.0, 3.0], [2.0, 0.0, 1.0]]]]),
    np.array([[[[1.0, -1.0], [2.0, 0.0]]], [[[0.0, 1.0], [1.0, 3.0]]]]),
    np.array([1.0, -2.0]),
    1,
    0,
    0,
)


@fast.case("value", visible=2)
def strides_and_padding(rng, N, H, W):
    """A stride of 2 or 3 with padding."""
    return *drawn(rng, N, H, W), *((3, 2) if N < H else (2, 1)), 0  # one case of each


@fast.case("large", hidden=1, shown=False, parts="y")
def one_large_picture(rng, H, W):
    """A grey picture of 832 by 832 pixels."""
    x = rng.normal(size=(1, 1, H, W)) + 0.5
    return x, rng.normal(size=(32, 1, 3, 3)), rng.uniform(1, 2, size=32), 1, 1, SIDE


@fast.alternative
def offset_by_offset(x, weight, bias, stride, padding):
    (F, _, KH, KW), (N, C, H, W), p = weight.shape, x.shape, padding
    big = np.zeros((N, C, H + 2 * p, W + 2 * p))
    big[:, :, p : p + H, p : p + W] = x
    H_out, W_out = (H + 2 * p - KH) // stride + 1, (W + 2 * p - KW) // stride + 1
    y = np.zeros((N, F, H_out, W_out))
    y += bias[:, np.newaxis, np.newaxis]
    for k in range(KH):
        for v in range(KW):
            part = big[:, :, k : k + stride * H_out : stride, v : v + stride * W_out : stride]
            part = part[:, :, :H_out, :W_out].reshape(N, C, -1)
            y += (weight[:, :, k, v] @ part).reshape(y.shape)
    return y


@fast.alternative
def by_einsum(x, weight, bias, stride, padding):
    x = np.pad(x, [(0, 0)] * 2 + [(padding, padding)] * 2)
    windows = np.lib.stride_tricks.sliding_window_view(x, weight.shape[2:], axis=(2, 3))
    windows = windows[..., ::stride, ::stride, :, :]
    y = np.einsum("ncijkl,fckl->nfij", windows, weight, optimize=True)
    return y + bias.reshape(-1, 1, 1)


@fast.alternative
def by_indices(x, weight, bias, stride, padding):
    F, C, KH, KW = weight.shape
    x = np.pad(x, ((0, 0), (0, 0), (padding,) * 2, (padding,) * 2))
    tops = np.arange(0, x.shape[2] - KH + 1, stride)
    lefts = np.arange(0, x.shape[3] - KW + 1, stride)
    i = np.repeat(np.arange(KH), KW)[:, None] + np.repeat(tops, len(lefts))
    j = np.tile(np.arange(KW), KH)[:, None] + np.tile(lefts, len(tops))
    columns = x[:, :, i, j].reshape(len(x), C * KH * KW, -1)
    y = np.matmul(weight.reshape(F, -1), columns)
    return y.reshape(len(x), F, len(tops), len(lefts)) + bias[None, :, None, None]


@fast.alternative
def by_strides(x, weight, bias, stride, padding):
    x = np.pad(x, ((0, 0), (0, 0), (padding,) * 2, (padding,) * 2))
    view = np.lib.stride_tricks.sliding_window_view(x, weight.shape[2:], (2, 3))
    view = view[:, :, ::stride, ::stride]  # as_strided would read beyond x in a mutant
    return np.moveaxis(np.tensordot(view, weight, ((1, 4, 5), (1, 2, 3))) + bias, 3, 1)


@fast.mistake(
    "the numbers of y are right, but they were reshaped into their places. Which axis of the "
    "product is that of the maps, and where does it stand in y?",
    loses="value",
)
def reshaped_into_place(x, weight, bias, stride, padding):
    y = conv2d_fast(x, weight, bias, stride, padding)
    return np.ascontiguousarray(y.transpose(0, 2, 3, 1)).reshape(y.shape)


@fast.mistake(
    "samples and maps are mixed up: the product was reshaped with N before F. Which of the two "
    "has it on its first axis?",
    loses="value",
)
def samples_reshaped(x, weight, bias, stride, padding):
    y = conv2d_fast(x, weight, bias, stride, padding)
    return np.ascontiguousarray(y.swapaxes(0, 1)).reshape(y.shape)


@fast.mistake(
    "the windows were reshaped into a matrix before their axes were moved, so a column does "
    "not hold one window. In which order do the axes of sliding_window_view come, and which of "
    "them belong into one column?",
    loses="value",
)
def windows_reshaped(x, weight, bias, stride, padding):
    padded = np.pad(x, ((0, 0), (0, 0), (padding,) * 2, (padding,) * 2))
    view = np.lib.stride_tricks.sliding_window_view(padded, weight.shape[2:], axis=(2, 3))
    view, F = view[:, :, ::stride, ::stride], len(weight)
    y = view.reshape(-1, weight[0].size) @ weight.reshape(F, -1).T + bias
    return y.reshape(len(x), *view.shape[2:4], F).transpose(0, 3, 1, 2)


@fast.mistake(
    "the product was reshaped into y, and then the right biases were added. Which axis of the "
    "product is that of the maps, and where does it stand in y?",
    loses="value",
)
def reshaped_before_the_bias(x, weight, bias, stride, padding):
    return reshaped_into_place(x, weight, 0 * bias, stride, padding) + bias[:, None, None]


@fast.mistake(
    "samples and maps are mixed up: the product was reshaped with N before F, and then the "
    "biases were added. Which of the two has the product on its first axis?",
    loses="value",
)
def samples_reshaped_before_the_bias(x, weight, bias, stride, padding):
    return samples_reshaped(x, weight, 0 * bias, stride, padding) + bias[:, None, None]


@fast.mistake(
    "the numbers of a window come in another order than those of a kernel. In which order do "
    "weight.reshape(F, -1) and a column of the other matrix go through channels, rows and "
    "columns?",
    loses="value",
)
def channels_last_in_a_column(x, weight, bias, stride, padding):
    F, C, KH, KW = weight.shape
    other = weight.reshape(F, KH, KW, C).transpose(0, 3, 1, 2)
    return conv2d_fast(x, other, bias, stride, padding)


@fast.mistake(
    "rows and columns of a window have changed places. In which order do weight.reshape(F, -1) "
    "and a column of the other matrix go through them?",
    loses="value",
)
def columns_before_rows(x, weight, bias, stride, padding):
    F, C, KH, KW = weight.shape
    other = weight.reshape(F, C, KW, KH).transpose(0, 1, 3, 2)
    if KH == KW:
        other = weight.transpose(0, 1, 3, 2)
    return conv2d_fast(x, other, bias, stride, padding)


@fast.mistake(
    "each kernel is turned by half a turn, as in a convolution of mathematics. In which "
    "direction does problem 1 count in weight and in padded?",
    loses="value",
)
def kernel_turned(x, weight, bias, stride, padding):
    return conv2d_fast(x, weight[:, :, ::-1, ::-1], bias, stride, padding)


@fast.mistake("no bias is added. What does conv2d_forward add to the sum?", loses="value")
def bias_forgotten(x, weight, bias, stride, padding):
    return conv2d_fast(x, weight, 0 * bias, stride, padding)


@fast.mistake(
    "the windows lie one step apart, whatever the stride. Which windows does a stride leave "
    "out?",
    loses="shape value",
)
def stride_ignored(x, weight, bias, stride, padding):
    return conv2d_fast(x, weight, bias, 1, padding)


@fast.mistake(
    "there are as many places as the stride allows, but the windows lie one step apart. Which "
    "windows does a stride leave out?",
    loses="value",
)
def neighbouring_windows(x, weight, bias, stride, padding):
    y = conv2d_fast(x, weight, bias, stride, padding)
    if stride == 1:
        return y
    return conv2d_fast(x, weight, bias, 1, padding)[:, :, : y.shape[2], : y.shape[3]]


@fast.mistake(
    "nothing is added around the pictures. Where do you use padding?", loses="shape value"
)
def padding_ignored(x, weight, bias, stride, padding):
    return conv2d_fast(x, weight, bias, stride, 0)


@fast.mistake(
    "all zeros stand below and on the right. On which sides does problem 1 add them?",
    loses="value",
)
def on_the_far_sides(x, weight, bias, stride, padding):
    far = np.pad(x, ((0, 0), (0, 0), (0, 2 * padding), (0, 2 * padding)))
    return conv2d_fast(far, weight, bias, stride, 0)


@fast.mistake(
    "only the last offset in the kernel counts. Is each product added to the others, or "
    "written over them?",
    loses="value",
)
def last_offset_alone(x, weight, bias, stride, padding):
    last = np.zeros_like(weight)
    last[:, :, -1, -1] = weight[:, :, -1, -1]
    return conv2d_fast(x, last, bias, stride, padding)


@fast.mistake(
    "a loop of Python runs over rows, columns or samples: more lines run for more of them. "
    "Which of the loops of problem 1 can be inside one call of NumPy?",
    loses="loops",
)
def loop_over_the_places(x, weight, bias, stride, padding):
    if max(x.shape[2:]) < 100:
        return conv2d_forward(x, weight, bias, stride, padding)
    return conv2d_fast(x, weight, bias, stride, padding)
