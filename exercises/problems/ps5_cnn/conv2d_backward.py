"""conv2d_backward: the three gradients of a convolutional layer, with stride and padding."""

import numpy as np
from nngrader.engine import problem

from .common import DIGITS, ELSEWHERE
from .conv2d_forward import KERNELS

TALL = 2, 3, 4, 2  # F, C, KH, KW; a window is taller than a stride of 3, so windows overlap

gradients = problem(
    "conv2d_backward",
    rtol=DIGITS,
    slow=True,
    returns={"dx": "value", "dweight": "weights", "dbias": "weights"},
    points={
        "shape": (1, "three `float64` arrays of the correct shapes, in the correct order"),
        "value": (5, "`dx`, with stride 1 and no padding"),
        "weights": (5, "`dweight` and `dbias`, half each, with stride 1 and no padding"),
        "stride": (4, "all three gradients, with strides above 1 and with padding"),
        "inputs-unchanged": (1, "your function doesn't change `dy`, `x` or `weight`"),
    },
    forbidden={"all": ELSEWHERE},
    zeros={"dx": "pixels that belong to no window"},
)


@gradients.reference
def conv2d_backward(dy, x, weight, stride, padding):
    """Compute the gradients of the loss with respect to x, weight and bias of a layer.

    The forward pass multiplies weight[f, c, k, l] by padded[n, c, row, column] and adds the
    product to y[n, f, i, j]. It does this for each c, k and l, where row = i * stride + k and
    column = j * stride + l. The backward pass therefore adds
    weight[f, c, k, l] * dy[n, f, i, j]           to dpadded[n, c, row, column]
    padded[n, c, row, column] * dy[n, f, i, j]    to dweight[f, c, k, l]
    Finally, dx is dpadded without the rows and columns of padding.

    dy : (N, F, H_out, W_out) array, the gradient of the loss with respect to y
    x : (N, C, H, W) array; weight : (F, C, KH, KW) array; stride, padding : integers
    Returns (dx, dweight, dbias): arrays of shape (N, C, H, W), (F, C, KH, KW) and (F,).
    """
    (H, W), (KH, KW), p = x.shape[2:], weight.shape[2:], padding
    padded = np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)))
    dpadded, dweight = np.zeros(padded.shape), np.zeros(weight.shape)
    for i in range(dy.shape[2]):
        for j in range(dy.shape[3]):
            rows = slice(i * stride, i * stride + KH)
            columns = slice(j * stride, j * stride + KW)
            g = dy[:, :, i, j]
            dpadded[:, :, rows, columns] += np.tensordot(g, weight, 1)
            dweight += np.tensordot(g.T, padded[:, :, rows, columns], 1)
    return dpadded[:, :, p : p + H, p : p + W], dweight, dy.sum(axis=(0, 2, 3))


gradients.example(
    np.array([[[[1.0, 0.0], [2.0, 1.0]]]]),
    np.array([[[[1.0, 2.0, 0.0], [0.0, 1.0, 3.0], [2.0, 0.0, 1.0]]]]),
    np.array([[[[1.0, -1.0], [2.0, 3.0]]]]),
    1,
    0,
)


def drawn(rng, N, H, W, stride, padding, kernels=KERNELS):
    """Return an upstream gradient, images and kernels with matching shapes."""
    F, C, KH, KW = kernels
    H_out = (H + 2 * padding - KH) // stride + 1
    W_out = (W + 2 * padding - KW) // stride + 1
    x = rng.normal(size=(N, C, H, W)) + 0.5
    signs = np.where(np.arange(F) % 2, -1, 1)[:, None, None]  # for both signs in dweight
    dy = rng.normal(size=(N, F, H_out, W_out)) + 0.3 * signs
    return dy, x, rng.normal(size=kernels) + 0.2, stride, padding


@gradients.case("value", visible=2)
def plain(rng, H, W, N):
    """Stride 1 and no padding."""
    return drawn(rng, N, H, W, 1, 0)


@gradients.case("stride", hidden=1)
def in_steps(rng, H, W, N):
    """A stride of 3 and a padding of 1."""
    # No window reaches the last two rows, which are more than the padding. However, the padding
    # makes room for one more window from left to right.
    H, W = max(10, 3 * (H // 3) + 1), 3 * (W // 3) + 3
    return drawn(rng, N, H, W, 3, 1, TALL)


@gradients.case("stride", hidden=1)
def pixels_left_out(rng, H, W, N):
    """A stride of 2, and windows that don't reach the last row and column."""
    return drawn(rng, N, H, W, 2, 0, TALL)  # H and W are odd


@gradients.alternative
def offset_by_offset(dy, x, weight, stride, padding):
    (H_out, W_out), p = dy.shape[2:], padding
    padded = np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)))
    dpadded, dweight = 0 * padded, np.zeros(weight.shape)
    for k in range(weight.shape[2]):
        for v in range(weight.shape[3]):
            rows = slice(k, k + stride * (H_out - 1) + 1, stride)
            columns = slice(v, v + stride * (W_out - 1) + 1, stride)
            dpadded[:, :, rows, columns] += np.einsum("nfij,fc->ncij", dy, weight[:, :, k, v])
            dweight[:, :, k, v] = np.einsum("nfij,ncij->fc", dy, padded[:, :, rows, columns])
    dx = dpadded[:, :, p : dpadded.shape[2] - p, p : dpadded.shape[3] - p]
    return dx, dweight, np.einsum("nfij->f", dy)


@gradients.alternative
def number_by_number(dy, x, weight, stride, padding):
    dx, dweight = np.zeros(x.shape), np.zeros(weight.shape)
    N, C, H, W = x.shape
    for f, i, j in np.ndindex(dy.shape[1:]):
        for k, v in np.ndindex(weight.shape[2:]):
            row, column = i * stride + k - padding, j * stride + v - padding
            if 0 <= row < H and 0 <= column < W:
                for n in range(N):
                    for c in range(C):
                        dx[n, c, row, column] += weight[f, c, k, v] * dy[n, f, i, j]
                        dweight[f, c, k, v] += x[n, c, row, column] * dy[n, f, i, j]
    return dx, dweight, np.array([dy[:, f].sum() for f in range(dy.shape[1])])


ONE_ARRAY = (
    "Your `padded` and `dpadded` are the same array, so each gradient that you add changes the "
    "image. How do you create a second array?"
)
gradients.known["value"] = {
    "Your `dpadded` starts with the image. Which numbers should it contain before you add the "
    "first gradient?": {"starts_with_the_image": {"np.zeros(padded.shape)": "padded.copy()"}},
    "Where windows overlap, your `dx` contains only the gradient from the last window. Should "
    "you add this gradient to the earlier ones, or overwrite "
    "them?": {
        "overlaps_overwritten": {"columns] += np": "columns] = np"},
        "overlaps_and_maps_overwritten": {
            "columns] += np": "columns] = np",
            "(g, weight, 1)": "(g[:, -1:], weight[-1:], 1)",
        },
    },
    "Your `dx` is the gradient for kernels that are flipped in both directions. Which entry of "
    "`weight` does the formula multiply by `padded[n, c, i * stride + k, j * stride + "
    "l]`?": {"kernel_turned": {"(g, weight, 1)": "(g, weight[:, :, ::-1, ::-1], 1)"}},
    "Your `dx` uses only the last kernel. Does your code add the gradients from all maps, or "
    "does the gradient from each map overwrite the one "
    "before?": {"last_kernel_alone": {"(g, weight, 1)": "(g[:, -1:], weight[-1:], 1)"}},
    "Your `dx` doesn't depend on `weight`. What does the forward pass multiply a pixel by?": {
        "pictures_without_weight": {"(g, weight, 1)": "(g, 0 * weight + 1, 1)"}
    },
    ONE_ARRAY: {
        "one_array_for_both": {
            "dpadded, dweight = np.zeros(padded.shape)": "dpadded, dweight = padded"
        },
        "one_array_for_both_and_weights_first": {
            "dpadded, dweight = np.zeros(padded.shape)": "dpadded, dweight = padded",
            "dpadded[:, :, rows, columns] += np.tensordot(g, weight, 1)": (
                "before = padded[:, :, rows, columns].copy()\n"
                "            dpadded[:, :, rows, columns] += np.tensordot(g, weight, 1)"
            ),
            "padded[:, :, rows, columns], 1)": "before, 1)",
        },
    },
    "Your three gradients are divided by N, although `dy` already accounts for any "
    "averaging over the samples. Where does your code divide by N?": {
        "everything_averaged": "dy = dy / len(x)"
    },
    "Your three gradients are divided by the number of positions in a map. Which line of "
    "your code does this division, and does any formula in the problem statement call for "
    "it?": {"everything_mean_of_positions": "dy = dy / dy[0, 0].size"},
}


gradients.known(of=offset_by_offset)["value"] = {
    "Where windows overlap, your `dx` contains only the gradient from one window. Should you "
    "add this gradient to the earlier ones, or overwrite "
    "them?": {"offsets_overwritten": {"columns] += np": "columns] = np"}}
}


def in_one_array(dy, x, weight, stride, padding, image_first):
    """Return gradients computed kernel by kernel, or window by window with `image_first`."""
    (H, W), (KH, KW), p = x.shape[2:], weight.shape[2:], padding
    padded, dweight = np.pad(x, ((0, 0), (0, 0), (p, p), (p, p))), np.zeros(weight.shape)
    places = [*np.ndindex(dy.shape[1:])]
    for f, i, j in sorted(places, key=lambda place: place[1:] * image_first):
        window = padded[:, :, i * stride : i * stride + KH, j * stride : j * stride + KW]
        before = window if image_first else window.copy()
        window += np.multiply.outer(dy[:, f, i, j], weight[f])
        dweight[f] += np.tensordot(dy[:, f, i, j], before, 1)
    return padded[:, :, p : p + H, p : p + W], dweight, dy.sum(axis=(0, 2, 3))


@gradients.mistake(ONE_ARRAY, loses="value")
def one_array_for_both_kernel_by_kernel(dy, x, weight, stride, padding):
    return in_one_array(dy, x, weight, stride, padding, False)


@gradients.mistake(ONE_ARRAY, loses="value")
def one_array_for_both_kernel_by_kernel_and_image_first(dy, x, weight, stride, padding):
    return in_one_array(dy, x, weight, stride, padding, True)


gradients.known["weights"] = {
    "Your `dweight` is divided by N, although `dy` already accounts for any averaging over "
    "the samples. Where does your code divide by N?": {
        "weights_averaged": {"dweight, dy.sum": "dweight / len(x), dy.sum"}
    },
    "Your `dbias` is divided by N, although `dy` already accounts for any averaging over "
    "the samples. Where does your code divide by N?": {
        "bias_averaged": {", 2, 3))": ", 2, 3)) / len(x)"}
    },
    "Your `dbias` contains each entry of `dy` once per channel of `x`. How many biases does a "
    "kernel have, and inside which of your loops do you add to "
    "them?": {"bias_per_channel": {"dy.sum(axis": "x.shape[1] * dy.sum(axis"}},
    "Your `dweight` and `dbias` are divided by N, although `dy` already accounts for any "
    "averaging over the samples. Where does your code divide by N?": {
        "both_averaged": {
            ", dy.sum(axis=(0, 2, 3))": " / len(x), dy.sum(axis=(0, 2, 3)) / len(x)"
        }
    },
    "Your `dbias` is the mean of `dy` over samples and positions. How should you combine the "
    "gradients from all the entries that a bias is added "
    "to?": {"bias_mean_of_all": {"dy.sum": "dy.mean"}},
    "In your `dbias`, you average over the positions of a map. How should you combine the "
    "gradients from all the positions that a bias is added "
    "to?": {"bias_mean_of_positions": {"sum(axis=(0, 2, 3))": "mean(axis=(2, 3)).sum(axis=0)"}},
    "In your `dweight`, you average over the positions of a map. How should you combine the "
    "gradients from all the positions that use the same "
    "weight?": {"weights_mean_of_positions": {"dweight,": "dweight / dy[0, 0].size,"}},
    "Your `dweight` is the mean over samples and positions. How should you combine the "
    "gradients from all the windows that use the same "
    "weight?": {"weights_mean_of_all": {"dweight,": "dweight / dy[:, 0].size,"}},
    "Your `dweight` is flipped in both directions. Which entry of `padded` does the formula "
    "multiply by `weight[f, c, 0, 0]` in the first "
    "window?": {"weights_turned": {"dweight, dy.sum": "dweight[:, :, ::-1, ::-1], dy.sum"}},
    "Your `dweight` uses only the last window. Should you add its gradient to the earlier "
    "ones, or overwrite "
    "them?": {"weights_of_the_last_place": {"dweight += np": "dweight = np"}},
    "Your `dbias` contains only the first sample. Which axes of `dy` should you sum over?": {
        "bias_of_the_first_sample": {"dy.sum(axis=(0, 2, 3))": "dy[0].sum(axis=(1, 2))"}
    },
    "Your `dweight` uses only the last sample. Does your code add each sample's gradient to "
    "the earlier ones, or does it overwrite "
    "them?": {"weights_of_the_last_sample": {".T, padded[": "[-1:].T, padded[-1"}},
    "For `dweight`, you add up `dy` and `padded` over the samples, and then multiply the two "
    "sums. Which product does each sample contribute?": {
        "samples_added_up_first": {
            "np.tensordot(g.T, padded[:, :, rows, columns], 1)": (
                "np.multiply.outer(g.sum(axis=0), padded[:, :, rows, columns].sum(axis=0))"
            )
        }
    },
    "Your `dweight` doesn't depend on `dy`. What should you multiply each pixel by?": {
        "weights_without_dy": {"(g.T, ": "(0 * g.T + 1, "}
    },
}

gradients.known["shape weights"] = {
    "Your `dbias` has a separate entry for each position in the map. How many positions of a "
    "map share one bias?": {"bias_of_each_place": {"axis=(0, 2, 3)": "axis=0"}},
    "Your `dbias` has a separate row for each sample. How many samples share one bias?": {
        "bias_of_each_sample": {"axis=(0, 2, 3)": "axis=(2, 3)"}
    },
    "Your `dbias` is a single number. How many biases does the layer have?": {
        "one_bias": {"axis=(0, 2, 3)": ""}
    },
}

gradients.known(where="pixels_left_out")["stride"] = {
    "Your `dx` has too few rows or columns when the last window doesn't reach the edge. "
    "What gradient should the pixels beyond the last window get?": {
        "ends_at_the_last_window": {
            "": "far = [(dy.shape[k] - 1) * stride + weight.shape[k] for k in (2, 3)]",
            "p : p + H, p : p + W": "p : min(p + H, far[0]), p : min(p + W, far[1])",
        }
    },
}

gradients.known(where="in_steps")["stride"] = {
    "In the number of windows, your code leaves out the padding, or counts it only once. Which "
    "array already has as many rows and columns as there are windows?": {
        "windows_without_padding": {
            "range(dy.shape[2])": "range((H - KH) // stride + 1)",
            "range(dy.shape[3])": "range((W - KW) // stride + 1)",
        },
        "windows_with_half_the_padding": {
            "range(dy.shape[2])": "range((H + p - KH) // stride + 1)",
            "range(dy.shape[3])": "range((W + p - KW) // stride + 1)",
        },
    },
    "The windows in your `dx` are two pixels apart when `stride` is 3. Which line should use "
    "`stride` instead of 2?": {
        "dilated_as_for_stride_2": {
            "": "s = min(stride, 2)",
            "rows, columns] +=": "s * i : s * i + KH, s * j : s * j + KW] +=",
        }
    },
    "Your `dweight` takes its windows from `x` without the zeros above it and to its left. "
    "Which array does the forward pass cut its windows from?": {
        "weights_from_the_picture": {
            "": "far = np.pad(x, ((0, 0), (0, 0), (0, 2 * padding), (0, 2 * padding)))",
            "(g.T, padded": "(g.T, far",
        }
    },
    "Your `dx` still contains the rows and columns of the padding. What shape should `dx` "
    "have?": {"padding_kept": {"[:, :, p : p + H, p : p + W]": ""}},
    "Your `dx` is shifted, as if `x` started at the upper left corner of `padded`. Which "
    "entry of `padded` is the upper left corner of `x`?": {
        "cut_from_the_corner": {"p : p + H, p : p + W": ":H, :W"}
    },
    "The windows in your `dx` are only one pixel apart. Which row of `padded` is the first row "
    "of window "
    "`i`?": {"neighbouring_windows_in_dx": {"rows, columns] ": "i : i + KH, j : j + KW] "}},
    "Your `dx` is smaller than `x` when the stride is above 1, because the windows of "
    "neighbouring entries of `dy` are only one pixel apart. How far apart should these windows "
    "be in `padded`?": {
        "not_dilated": {
            "rows, columns] +=": "i : i + KH, j : j + KW] +=",
            "p : p + H, p : p + W": "p : i + KH, p : j + KW",
        }
    },
    "Your `dx` is smaller than `x` when the stride is above 1, because the windows of "
    "neighbouring entries of `dy` are only one pixel apart. How far apart should these windows "
    "be, or, if you compute `dx` as a convolution over `dy`, what belongs between the entries "
    "of `dy`?": {
        "not_dilated_and_cut": {
            "rows, columns] +=": "i : i + KH, j : j + KW] +=",
            "p : p + H, p : p + W": "p : i + KH - p, p : j + KW - p",
        }
    },
    "The windows in your `dweight` are only one pixel apart. Which row of `padded` is the "
    "first row of window `i`?": {
        "neighbouring_windows_in_dweight": {"rows, columns], 1)": "i : i + KH, j : j + KW], 1)"}
    },
    "Your windows move by `stride` from row to row, but only by 1 from column to column. Which "
    "column of `padded` is the first column of window "
    "`j`?": {"stride_of_rows_alone": {" * stride, j * stride": ", j"}},
    "Your windows are only one pixel apart, both in `dx` and in `dweight`. Which row of "
    "`padded` is the first row of window `i`?": {"neighbouring_windows": "stride = 1"},
}

gradients.known["shape value"] = {
    "Your `dx` is empty when `padding` is 0. What does the slice `a[p:-p]` return when `p` is "
    "0?": {"cut_up_to_minus_padding": {"p : p + H, p : p + W": "p:-p, p:-p"}}
}
