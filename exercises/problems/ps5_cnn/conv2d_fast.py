"""conv2d_fast: the values of conv2d_forward, without a loop over positions.

One case applies 32 kernels to a grey image with 664 by 746 pixels. The result has 16 million
entries, so the driver builds the image by repeating a small one, and returns every 61st row
and 53rd column. A call may take 2 s. On our machine, a loop over positions that handles all
kernels together took 4.2 s, and one `np.tensordot` for each offset in the kernel, which the
text allows, took 1.7 s. A loop over the entries takes far longer
(tests/exercises/test_convolution.py). On faster machines, a loop over positions may meet the
limit. We therefore also count the lines of Python at two sizes: their number must not grow
with the image. We count them in the process that runs the student's code, which could forge
the count, so it earns few points.
"""

import numpy as np
from nngrader.engine import Steps, problem

from .common import DIGITS, ELSEWHERE
from .conv2d_forward import BY_HAND, conv2d_forward, drawn

SIDE = 664
LARGER = 3, 2, 4, 5  # F, C, KH, KW; a padding of 3 then leaves no window with only zeros


def small_or_large(conv2d_fast, x, weight, bias, stride, padding, side):
    if not side:
        y, lines = conv2d_fast(x, weight, bias, stride, padding), []
        for n, rows in ((2, 9), (6, 25)):
            counter, sizes = Steps(), (n, x.shape[1], rows, rows + 1)
            with counter:
                conv2d_fast(np.resize(x, sizes), weight, bias, stride, padding)
            lines.append(counter.steps)
        return y, float(lines[1] > lines[0] + 3)
    width = side + 82  # other than the height, so that exchanged axes show in the shape
    large = np.tile(x, [1, 1, *(-(-width // n) for n in x.shape[2:])])
    y = conv2d_fast(large[:, :, :side, :width], weight, bias, stride, padding)
    if issubclass(type(y), np.ndarray) and np.ndim(y) == 4:
        y = np.ndarray.view(y, np.ndarray)[:, :, ::61, ::53]
    return y, 0.0


LOOPS = (
    "Your function runs more lines of Python when the input has more rows, columns or samples, "
    "so it contains or calls a Python loop over one of them. Which loop can you replace with "
    "one NumPy call?"
)
fast = problem(
    "conv2d_fast",
    rtol=DIGITS,
    driver=small_or_large,
    trains=True,  # nothing is trained, but an answer takes as long as training
    slow=True,
    returns={"y": "value", "lines": "loops"},
    wrong={"lines": LOOPS},
    points={
        "shape": (0.75, "a `float64` array of shape (N, F, H_out, W_out)"),
        "value": (6.5, "the same values as in problem 1, with any stride and padding"),
        "large": (
            5.5,
            f"one greyscale image with {SIDE} by {SIDE + 82} pixels and 32 kernels of 3 by 3, "
            "within two seconds",
        ),
        "loops": (
            0.75,
            "no Python loop over samples, rows or columns (a loop over the offsets in a "
            "kernel is allowed)",
        ),
        "inputs-unchanged": (0.5, "your function doesn't change `x`, `weight` or `bias`"),
    },
    forbidden={"all": ELSEWHERE},
)


@fast.reference
def conv2d_fast(x, weight, bias, stride, padding):
    """Compute the same result as conv2d_forward, at the speed of a matrix product.

    x : (N, C, H, W) array, N images with C channels
    weight : (F, C, KH, KW) array, F kernels
    bias : (F,) array
    stride : integer, at least 1; padding : integer, at least 0
    Returns y : (N, F, H_out, W_out) array, equal to the result of conv2d_forward.
    """
    (F, C, KH, KW), p = weight.shape, padding
    padded = np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (KH, KW), axis=(2, 3))
    windows = windows[:, :, ::stride, ::stride]
    N, _, H_out, W_out, _, _ = windows.shape
    columns = windows.transpose(1, 4, 5, 0, 2, 3).reshape(C * KH * KW, -1)
    y = weight.reshape(F, -1) @ columns + bias[:, None]
    return y.reshape(F, N, H_out, W_out).transpose(1, 0, 2, 3)


# With as many rows as columns, windows reshaped without a transpose would give the same result.
fast.example(
    np.array([[[[1.0, 2.0, 0.0, 1.0], [0.0, 1.0, 3.0, 0.0], [2.0, 0.0, 1.0, 2.0]]]]),
    *BY_HAND[1:],
    1,
    0,
    0,
)


@fast.case("value", visible=2)
def strides_and_padding(rng, N, H, W):
    """A stride of 2 or 3 with padding."""
    if N < H:  # windows with stride 3 always leave out two rows and two columns
        H, W = 3 * (H // 3) + 3, 3 * (W // 3) + 7
        return *drawn(rng, N, H, W, LARGER), 3, 3, 0
    return *drawn(rng, N, H, W), 2, 1, 0


@fast.case("large", hidden=1, shown=False, parts="y")
def one_large_picture(rng, H, W):
    """A greyscale image with 664 by 746 pixels."""
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


@fast.mistake(LOOPS, loses="loops")
def loop_over_the_places(x, weight, bias, stride, padding):
    if max(x.shape[2:]) < 100:
        return conv2d_forward(x, weight, bias, stride, padding)
    return conv2d_fast(x, weight, bias, stride, padding)


fast.known["value"] = {
    "Your `y` contains the correct values in the wrong positions, because `reshape` doesn't "
    "reorder axes. Which axis of your matrix product indexes the maps, and which axis of `y` "
    "should index them?": {
        "reshaped_into_place": {
            ".transpose(1, 0, 2, 3)": ".transpose(1, 2, 3, 0).reshape(N, F, H_out, W_out)"
        }
    },
    "Your `y` mixes up samples and maps, because you reshape the product with N before F. "
    "Which of the two comes first in your product?": {
        "samples_reshaped": {
            "(F, N, H_out, W_out).transpose(1, 0, 2, 3)": "(N, F, H_out, W_out)"
        }
    },
    "Your code reshapes the windows into a matrix without transposing them first, so each row "
    "mixes entries from different windows. Which axes of the result of "
    "`sliding_window_view` belong to one window?": {
        "windows_reshaped": {
            "windows.transpose(1, 4, 5, 0, 2, 3).reshape(C * KH * KW, -1)": (
                "windows.reshape(-1, C * KH * KW).T"
            )
        }
    },
    "Your code reshapes the windows into a matrix without transposing them first, so each "
    "column mixes entries from different windows. Which axes of the result of "
    "`sliding_window_view` belong to one window?": {
        "windows_reshaped_into_columns": {
            "windows.transpose(1, 4, 5, 0, 2, 3).reshape(C * KH * KW, -1)": (
                "windows.reshape(N, C * KH * KW, -1).swapaxes(0, 1).reshape(C * KH * KW, -1)"
            )
        },
        "windows_reshaped_at_once": {"windows.transpose(1, 4, 5, 0, 2, 3)": "windows"},
    },
    "Your code reshapes the product to the shape of `y` and then adds the biases, but "
    "`reshape` doesn't reorder axes. Which axis of the product contains the maps, and which "
    "axis of `y` should contain them?": {
        "reshaped_before_the_bias": {
            " + bias[:, None]": "",
            ".transpose(1, 0, 2, 3)": (
                ".transpose(1, 2, 3, 0).reshape(N, F, H_out, W_out) + bias[:, None, None]"
            ),
        }
    },
    "Your `y` mixes up samples and maps, because you reshape the product with N before F and "
    "add the biases afterwards. Which of the two comes first in your product?": {
        "samples_reshaped_before_the_bias": {
            " + bias[:, None]": "",
            "(F, N, H_out, W_out).transpose(1, 0, 2, 3)": (
                "(N, F, H_out, W_out) + bias[:, None, None]"
            ),
        }
    },
    "In your matrix, the entries of a window are in the order rows, columns, channels. In what "
    "order does `weight.reshape(F, -1)` put "
    "them?": {"channels_last_in_a_column": {"1, 4, 5": "4, 5, 1"}},
    "The rows and columns of each window are swapped in your matrix. In what order does "
    "`weight.reshape(F, -1)` put channels, rows and "
    "columns?": {"columns_before_rows": {"1, 4, 5": "1, 5, 4"}},
    "Your weight matrix mixes the entries of different kernels, because `reshape` doesn't "
    "reorder axes. Which axis of `weight` indexes the "
    "kernels?": {"kernels_reshaped_into_columns": {"(F, -1)": "(-1, F).T"}},
    "Your `y` doesn't include the bias. What does `conv2d_forward` add to the sum?": {
        "bias_forgotten": {" + bias[:, None]": ""}
    },
    "Your `y` includes the bias once for each offset in the kernel. How many times does the "
    "formula of problem 1 add it?": {
        "bias_for_each_offset": {"+ bias[:, None]": "+ KH * KW * bias[:, None]"}
    },
    "Your `y` has the correct shape, but its windows are only one pixel apart. In which row of "
    "`padded` does window `i` start?": {
        "neighbouring_windows": {
            "::stride, ::stride": (
                ": -(-windows.shape[2] // stride), : -(-windows.shape[3] // stride)"
            )
        }
    },
    "Your code adds all the zeros below and to the right of each image. Which sides get zeros "
    "in problem 1?": {"on_the_far_sides": {"(p, p), (p, p)": "(0, 2 * p), (0, 2 * p)"}},
    "If a kernel has R rows, your code uses only its first R columns. Where does the loop "
    "over the columns end?": {
        "as_many_columns_as_rows": (
            "weight = weight * (np.arange(weight.shape[3]) < weight.shape[2])"
        )
    },
    "Your `y` uses only the last offset in the kernel. Should you add each product to the "
    "earlier ones, or overwrite them?": {
        "last_offset_alone": {
            ".reshape(F, -1) @ columns": "[:, :, -1, -1] @ columns[KH * KW - 1 :: KH * KW]"
        }
    },
    "Your kernels are flipped in both directions, as in a mathematical convolution. In the "
    "formula of problem 1, do `k` and `l` run in the same direction in `weight` and in "
    "`padded`?": {"kernel_turned": "weight = weight[:, :, ::-1, ::-1]"},
}

fast.known(of=offset_by_offset)["value"] = {
    "Your windows are only one pixel apart, but the pixels in a window are `stride` apart. "
    "Which of these two distances does the formula of problem 1 multiply by `stride`?": {
        "stride_taken_for_dilation": {
            "k : k + stride * H_out : stride": "k * stride : k * stride + H_out",
            "v : v + stride * W_out : stride": "v * stride : v * stride + W_out",
        }
    }
}

fast.known["shape value"] = {
    "Your windows have KW rows and KH columns. Which of the two is the number of rows of a "
    "kernel?": {"windows_on_their_side": {"(padded, (KH, KW)": "(padded, (KW, KH)"}},
    "Your code applies the stride to the pixels before it forms the windows. Does the formula "
    "skip pixels or windows?": {
        "stride_of_the_pixels": {
            "(padded, (KH, KW)": "(padded[:, :, ::stride, ::stride], (KH, KW)",
            "    windows = windows[:, :, ::stride, ::stride]\n": "",
        }
    },
    "Your `y` has too many columns, because your windows are only one pixel apart from left to "
    "right. Along which axes of the windows should you apply "
    "`stride`?": {"stride_of_the_rows_alone": {"::stride, ::stride": "::stride"}},
    "Your `y` has too few rows and columns. How many sides of the image get zeros, and does "
    "the formula add 1 before or after it divides by the stride?": {
        "padding_counted_once": {"(p, p), (p, p)": "(p, 0), (p, 0)"}
    },
    "Your `y` has too many rows and columns, because your windows are only one pixel apart. "
    "Which argument tells you how far apart they should be?": {"stride_ignored": "stride = 1"},
    "Your images don't get a border of zeros. Which line of your code should use `padding`?": {
        "padding_ignored": "padding = 0"
    },
}
