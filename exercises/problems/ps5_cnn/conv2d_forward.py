"""conv2d_forward: a convolutional layer with stride and padding, written from its formula.

The cases draw three of the sizes. No image is taller than it is wide, so an answer that
confuses H_out with W_out returns a result that we recognise, instead of raising an error.
Kernels have 48 entries, so that loops over every entry of every window stay far within the
limits, in the backward pass too.
"""

import numpy as np
from nngrader.engine import problem

from .common import DIGITS, ELSEWHERE

KERNELS = 4, 2, 2, 3  # F, C, KH, KW
OTHERS = 2, 4, 3, 2  # in one case, so that no answer can hard-code KERNELS

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


BY_HAND = (  # x, weight and bias
    np.array([[[[1.0, 2.0, 0.0], [0.0, 1.0, 3.0], [2.0, 0.0, 1.0]]]]),
    np.array([[[[1.0, -1.0], [2.0, 0.0]]], [[[0.0, 1.0], [1.0, 3.0]]]]),
    np.array([1.0, -2.0]),
)
layers.example(*BY_HAND, 2, 1)


def drawn(rng, N, H, W, kernels=KERNELS):
    """Return images, kernels and biases without zeros."""
    x = rng.normal(size=(N, kernels[1], H, W)) + 0.5
    return x, rng.normal(size=kernels), rng.uniform(1, 2, size=kernels[0])


@layers.case("value", visible=2)
def plain(rng, N, H, W):
    """Stride 1 and no padding."""
    H, W = sorted((H, W))
    return *drawn(rng, N, H, W + 1), 1, 0  # so W_out is even and differs from all other sizes


@layers.case("stride", hidden=1)
def in_steps(rng, N, H, W):
    """A stride of 3, where the example uses 2."""
    # Both sizes are 2 more than a multiple of 3, so KH and KW lead to different output sizes.
    H, W = (3 * (size // 3) + 2 for size in sorted((H, W)))
    return *drawn(rng, N, H, W + 3), 3, 0


@layers.case("padding", hidden=1)
def with_zeros(rng, N, H, W):
    """A padding of 2, where the example uses 1."""
    H, W = sorted((H, W))
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


layers.known["value"] = {
    "Your `y` doesn't include the bias. Which term comes before the sum in the formula?": {
        "bias_forgotten": {" + bias": ""}
    },
    "Your `y` includes the bias once per channel. Is `bias[f]` inside or outside the sum over "
    "`c`?": {"bias_for_each_channel": {"+ bias": "+ x.shape[1] * bias"}},
    "Your `y` includes the bias once for every product in the window. Is `bias[f]` inside or "
    "outside the sum over `c`, `k` and "
    "`l`?": {"bias_for_each_weight": {"+ bias": "+ weight[0].size * bias"}},
    "Your code subtracts the bias. What sign does `bias[f]` have in the formula?": {
        "bias_subtracted": {"+ bias": "- bias"}
    },
    "Your maps all use the bias of the first kernel. Which index does the formula use for "
    "`bias`?": {"one_bias": {"+ bias": "+ bias[0]"}},
    "Negative values come out as 0 in your `y`. Does the formula contain an activation "
    "function?": {"with_relu": {"return y": "return np.maximum(y, 0)"}},
    "Your kernels are flipped in both directions, as in a mathematical convolution. Do `k` and "
    "`l` run in the same direction in `weight` and in "
    "`padded`?": {"kernel_turned": "weight = weight[:, :, ::-1, ::-1]"},
    "Your `y` uses only the first channel of `x`. Which indices does the formula sum over?": {
        "first_channel_alone": "x, weight = x[:, :1], weight[:, :1]"
    },
    "Your `y` uses only the last channel of `x`. Does your code add each channel's "
    "contribution to the earlier ones, or does it overwrite "
    "them?": {"last_channel_alone": "x, weight = x[:, -1:], weight[:, -1:]"},
    "Your kernels apply the weights of the first channel to every channel. Which entries of "
    "`weight` belong to channel "
    "`c`?": {"channels_added_first": "weight = weight[:, :1].repeat(x.shape[1], axis=1)"},
    "In your sum, each channel of `x` is multiplied by every channel of `weight`. Which index "
    "do the two share in the formula?": {
        "all_pairs_of_channels": (
            "x, weight = (a.sum(axis=1, keepdims=True) for a in (x, weight))"
        )
    },
    "Your `y` contains the mean of the products in each window. What does the formula do with "
    "these products?": {"averaged": "weight = weight / weight[0].size"},
    "Your sum over the channels is divided by the number of channels. How does the formula "
    "combine the channels?": {"channels_averaged": "weight = weight / x.shape[1]"},
    "Your maps all use the first kernel. Which index of `weight` selects the kernel of a "
    "map?": {"one_kernel": "weight = weight[:1].repeat(len(weight), axis=0)"},
}

layers.known["shape value"] = {
    "Your `W_out` is computed from the height H instead of the width W. Which size of the "
    "image does the formula for `W_out` "
    "contain?": {"width_from_height": {"W + 2 * padding - KW": "H + 2 * padding - KW"}},
    "The last row and the last column of every map are missing from your `y`. How many windows "
    "fit into an image that is as large as the "
    "kernel?": {"last_place_missing": {"return y": "return y[:, :, :-1, :-1]"}},
    "Your `y` always has as many columns as rows. Which sizes does `W_out` depend on?": {
        "square_maps": {"(W + 2 * padding - KW) // stride + 1": "H_out"}
    },
}

layers.known["stride"] = {
    "Your `y` has too few rows or columns. Does your code count a window that ends exactly at "
    "the edge of `padded`, and does the formula add 1 before or after it divides by the "
    "stride?": {
        "one_added_first": {
            "KH) // stride + 1": "KH + 1) // stride",
            "KW) // stride + 1": "KW + 1) // stride",
        }
    },
    "Your `y` has the correct shape, but its windows are only one pixel apart. Which entry of "
    "`padded` is the upper left corner of window (i, "
    "j)?": {"neighbouring_windows": {"i * stride, j * stride": "i, j"}},
    "Your `y` has the correct shape, but its windows move by only one pixel from left to "
    "right. Which column of `padded` is the first column of window (i, "
    "j)?": {"neighbouring_columns": {"j * stride": "j"}},
    "Your `y` has the correct shape, but its windows move by only one pixel from top to "
    "bottom. Which row of `padded` is the first row of window (i, "
    "j)?": {"neighbouring_rows": {"i * stride": "i"}},
    "Your windows move by one column, and their columns are `stride` apart. Does the formula "
    "multiply `j` or `l` by `stride`?": {
        "stride_of_the_columns_for_dilation": {
            "i * stride, j * stride": "i * stride, j",
            "left : left + KW": "left : left + KW * stride : stride",
        }
    },
    "Your windows are only one pixel apart, but the pixels in a window are `stride` apart. "
    "Which of these two distances does the formula multiply by "
    "`stride`?": {
        "stride_taken_for_dilation": {
            "i * stride, j * stride": "i, j",
            "top : top + KH": "top : top + KH * stride : stride",
            "left : left + KW": "left : left + KW * stride : stride",
        }
    },
    "Your `y` has too many rows and columns, because your windows are only one pixel apart. "
    "How many pixels apart should two neighbouring windows "
    "be?": {"stride_ignored": "stride = 1"},
    "Your `y` has extra entries for windows that reach past the edge of `padded`. How does the "
    "formula round the number of windows?": {
        "rounded_up": (
            "x, padding = np.pad(x, ((0, 0), (0, 0), *[(padding, padding + stride - 1)] "
            "* 2)), 0"
        )
    },
}

layers.known["padding"] = {
    "The last rows and columns of your `y` are 0, because your loops count the windows of the "
    "image without its padding. Where should your loops "
    "end?": {
        "loops_without_padding": {
            "range(H_out)": "range((H - KH) // stride + 1)",
            "range(W_out)": "range((W - KW) // stride + 1)",
        }
    },
    "Your `y` has too few rows, because `H_out` counts the padding only once. How many sides "
    "of the image get rows of zeros?": {"rows_of_padding_counted_once": {"H + 2 * ": "H + "}},
    "Your `y` has too few columns, because `W_out` counts the padding only once. How many "
    "sides of the image get columns of "
    "zeros?": {"columns_of_padding_counted_once": {"W + 2 * ": "W + "}},
    "Your code adds all the zeros below and to the right of each image. How should they be "
    "split among the four sides?": {
        "on_the_far_sides": {
            "(padding, padding), (padding, padding)": "(0, 2 * padding), (0, 2 * padding)"
        }
    },
    "Your code adds all the zeros above and to the left of each image. How should they be "
    "split among the four sides?": {
        "on_the_near_sides": {
            "(padding, padding), (padding, padding)": "(2 * padding, 0), (2 * padding, 0)"
        }
    },
    "Your padding repeats the pixels at the edge of the image. What value should the padding "
    "contain?": {"edge_repeated": {"padding)))": "padding)), mode='edge')"}},
    "You pad with ones. Which value should you pad with?": {
        "padded_with_ones": {"padding)))": "padding)), constant_values=1)"}
    },
    "Your images don't get a border of zeros. Which line of your code should use `padding`?": {
        "padding_ignored": "padding = 0"
    },
    "Your `y` has too few rows and columns, because your code counts the padding only once "
    "along each axis. How many sides of the image get zeros, and how many times does the "
    "formula for `H_out` count the padding?": {
        "padding_counted_once": (
            "x, padding = np.pad(x, ((0, 0), (0, 0), (padding, 0), (padding, 0))), 0"
        )
    },
}
