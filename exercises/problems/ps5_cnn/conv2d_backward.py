"""conv2d_backward: the three gradients of a convolutional layer, with stride and padding."""

import numpy as np
from nngrader.engine import problem

from .common import DIGITS, ELSEWHERE
from .conv2d_forward import KERNELS, OTHERS

gradients = problem(
    "conv2d_backward",
    rtol=DIGITS,
    returns={"dx": "value", "dweight": "weights", "dbias": "weights"},
    points={
        "shape": (1, "three `float64` arrays of these shapes, in this order"),
        "value": (5, "`dx`, with stride 1 and no padding"),
        "weights": (5, "`dweight` and `dbias`, half each, with stride 1 and no padding"),
        "stride": (4, "all three gradients, with strides above 1 and with padding"),
        "inputs-unchanged": (1, "your function doesn't change `dy`, `x` or `weight`"),
    },
    forbidden={"all": ELSEWHERE},
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
    dy = rng.normal(size=(N, F, H_out, W_out)) + 0.3
    return dy, x, rng.normal(size=kernels) + 0.2, stride, padding


@gradients.case("value", visible=2)
def plain(rng, N, H, W):
    """Stride 1 and no padding."""
    return drawn(rng, N, H, W, 1, 0)


@gradients.case("stride", hidden=1)
def in_steps(rng, N, H, W):
    """A stride of 3 and a padding of 2."""
    return drawn(rng, N, H, W, 3, 2, OTHERS)


def padded_with_zeros(x, p):
    """Return images with p rows and columns of zeros on each side."""
    return np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)))


@gradients.alternative
def offset_by_offset(dy, x, weight, stride, padding):
    (H_out, W_out), p = dy.shape[2:], padding
    padded = padded_with_zeros(x, p)
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


@gradients.alternative
def zeros_between_and_turned_kernels(dy, x, weight, stride, padding):
    (N, F, H_out, W_out), (_, _, KH, KW) = dy.shape, weight.shape
    padded = padded_with_zeros(x, padding)
    apart = np.zeros((N, F, padded.shape[2] + KH - 1, padded.shape[3] + KW - 1))
    last = KH - 1 + stride * (H_out - 1) + 1, KW - 1 + stride * (W_out - 1) + 1
    apart[:, :, KH - 1 : last[0] : stride, KW - 1 : last[1] : stride] = dy
    view = np.lib.stride_tricks.sliding_window_view
    turned = weight[:, :, ::-1, ::-1]
    dpadded = np.einsum("nfijkl,fckl->ncij", view(apart, (KH, KW), (2, 3)), turned)
    windows = view(padded, (KH, KW), (2, 3))[:, :, ::stride, ::stride]
    dweight = np.tensordot(dy, windows, ((0, 2, 3), (0, 2, 3)))
    p = padding
    dx = dpadded[:, :, p : p + x.shape[2], p : p + x.shape[3]]
    return [dx, dweight, dy.reshape(N, F, -1).sum(2).sum(0)]


def back(dy, x, weight, stride, padding):
    """Return the three gradients, computed offset by offset, which is fast."""
    return offset_by_offset(dy, x, weight, stride, padding)


def of_pictures(make):
    """Return a solution that computes dx with ``make`` and the rest correctly."""

    def changed(dy, x, weight, stride, padding):
        return make(dy, x, weight, stride, padding), *back(dy, x, weight, stride, padding)[1:]

    return changed


def of_parameters(make):
    """Return a solution that changes the parameters' gradients: ``make(dy, …)``."""

    def changed(dy, x, weight, stride, padding):
        dx, dweight, dbias = back(dy, x, weight, stride, padding)
        return dx, *make(dy, dweight, dbias)

    return changed


@gradients.mistake(
    "Where windows overlap, your `dx` contains only the gradient from the last window. "
    "Should you add this gradient to the earlier ones, or overwrite them?",
    loses="value",
)
def overlaps_overwritten(*given):
    def make(dy, x, weight, stride, padding):
        (KH, KW), p = weight.shape[2:], padding
        dpadded = np.zeros(padded_with_zeros(x, p).shape)
        each = np.einsum("nfij,fckl->ijnckl", dy, weight)
        for i, j in np.ndindex(dy.shape[2:]):
            row, column = i * stride, j * stride
            dpadded[:, :, row : row + KH, column : column + KW] = each[i, j]
        return dpadded[:, :, p : p + x.shape[2], p : p + x.shape[3]]

    return of_pictures(make)(*given)


@gradients.mistake(
    "Your `dx` belongs to kernels that are flipped in both directions. Which entry of "
    "`weight` does the formula multiply by `padded[n, c, i * stride + k, j * stride + "
    "l]`?",
    loses="value",
)
def kernel_turned(*given):
    return of_pictures(
        lambda dy, x, weight, *rest: back(dy, x, weight[:, :, ::-1, ::-1], *rest)[0]
    )(*given)


@gradients.mistake(
    "Your `dx` uses only the first kernel. How many maps does each pixel contribute to?",
    loses="value",
)
def first_kernel_alone(*given):
    return of_pictures(lambda dy, x, weight, *rest: back(dy[:, :1], x, weight[:1], *rest)[0])(
        *given
    )


@gradients.mistake(
    "Your `dx` uses only the last kernel. Does your code add the gradients from all "
    "maps, or does each map overwrite the one before?",
    loses="value",
)
def last_kernel_alone(*given):
    return of_pictures(lambda dy, x, weight, *rest: back(dy[:, -1:], x, weight[-1:], *rest)[0])(
        *given
    )


@gradients.mistake(
    "Your `dx` doesn't depend on `weight`. What does the forward pass multiply a pixel by?",
    loses="value",
)
def pictures_without_weight(*given):
    return of_pictures(lambda dy, x, weight, *rest: back(dy, x, weight * 0 + 1, *rest)[0])(
        *given
    )


@gradients.mistake(
    "Your `dx` doesn't depend on `dy`. Which upstream gradient should you multiply each "
    "weight by?",
    loses="value",
)
def pictures_without_dy(*given):
    return of_pictures(lambda dy, x, weight, *rest: back(dy * 0 + 1, x, weight, *rest)[0])(
        *given
    )


@gradients.mistake(
    "Your three gradients are divided by N. `dy` already contains that factor, so don't "
    "divide again.",
    loses="value",
)
def everything_averaged(dy, x, weight, stride, padding):
    return tuple(part / len(x) for part in back(dy, x, weight, stride, padding))


@gradients.mistake(
    "Your `dweight` is divided by N. `dy` already contains that factor, so don't divide again.",
    loses="weights",
)
def weights_averaged(*given):
    n = len(given[0])
    return of_parameters(lambda dy, dweight, dbias: (dweight / n, dbias))(*given)


@gradients.mistake(
    "Your `dbias` is divided by N. `dy` already contains that factor, so don't divide again.",
    loses="weights",
)
def bias_averaged(*given):
    return of_parameters(lambda dy, dweight, dbias: (dweight, dbias / len(dy)))(*given)


@gradients.mistake(
    "Your `dweight` and `dbias` are divided by N. `dy` already contains that factor, so "
    "don't divide again.",
    loses="weights",
)
def both_averaged(*given):
    n = len(given[0])
    return of_parameters(lambda dy, dweight, dbias: (dweight / n, dbias / n))(*given)


@gradients.mistake(
    "Your `dbias` is divided by the number of positions in a map. How do you combine "
    "the gradients from all the entries that a bias is added to?",
    loses="weights",
)
def bias_mean_of_places(*given):
    return of_parameters(
        lambda dy, dweight, dbias: (dweight, dbias / (dy.shape[2] * dy.shape[3]))
    )(*given)


@gradients.mistake(
    "Your `dweight` and `dbias` are divided by the number of positions in a map. How do "
    "you combine the gradients from all the positions where a weight is used?",
    loses="weights",
)
def both_means_of_places(*given):
    n = given[0][0, 0].size
    return of_parameters(lambda dy, dweight, dbias: (dweight / n, dbias / n))(*given)


@gradients.mistake(
    "Your `dbias` is the mean of `dy` over samples and positions. How do you combine "
    "the gradients from all the entries that a bias is added to?",
    loses="weights",
)
def bias_mean_of_all(*given):
    return of_parameters(lambda dy, dweight, dbias: (dweight, dy.mean(axis=(0, 2, 3))))(*given)


@gradients.mistake(
    "Your `dbias` contains a separate entry for each position of the map. How many "
    "positions of a map is one bias added to?",
    loses="shape weights",
)
def bias_of_each_place(*given):
    return of_parameters(lambda dy, dweight, dbias: (dweight, dy.sum(axis=0)))(*given)


@gradients.mistake(
    "Your `dbias` contains a separate row for each sample. How many samples is one bias "
    "added to?",
    loses="shape weights",
)
def bias_of_each_sample(*given):
    return of_parameters(lambda dy, dweight, dbias: (dweight, dy.sum(axis=(2, 3))))(*given)


@gradients.mistake(
    "Your `dbias` is a single number. How many biases does the layer have?",
    loses="shape weights",
)
def one_bias(*given):
    return of_parameters(lambda dy, dweight, dbias: (dweight, dbias.sum()))(*given)


@gradients.mistake(
    "Your `dbias` counts the entries that a bias is added to and doesn't depend on "
    "`dy`. Which upstream gradient should you multiply each 1 by?",
    loses="weights",
)
def bias_without_dy(*given):
    return of_parameters(
        lambda dy, dweight, dbias: (dweight, np.full(len(dbias), dy[:, 0].size * 1.0))
    )(*given)


@gradients.mistake(
    "Your `dweight` is flipped in both directions. Which entry of `padded` does the "
    "formula multiply by `weight[f, c, 0, 0]` in the first window?",
    loses="weights",
)
def weights_turned(*given):
    return of_parameters(lambda dy, dweight, dbias: (dweight[:, :, ::-1, ::-1] * 1.0, dbias))(
        *given
    )


@gradients.mistake(
    "Your `dweight` uses only the last window. Should you add its gradient to the "
    "earlier ones, or overwrite them?",
    loses="weights",
)
def weights_of_the_last_place(dy, x, weight, stride, padding):
    dx, _, dbias = back(dy, x, weight, stride, padding)
    last = np.zeros(dy.shape)
    last[:, :, -1, -1] = dy[:, :, -1, -1]
    return dx, back(last, x, weight, stride, padding)[1], dbias


@gradients.mistake(
    "Your `dweight` uses only the last sample. Does your code add each sample's "
    "gradient to the earlier ones, or does it overwrite them?",
    loses="weights",
)
def weights_of_the_last_sample(dy, x, weight, stride, padding):
    dx, _, dbias = back(dy, x, weight, stride, padding)
    return dx, back(dy[-1:], x[-1:], weight, stride, padding)[1], dbias


@gradients.mistake(
    "Your `dweight` uses only the first sample. How many samples does each weight affect?",
    loses="weights",
)
def weights_of_the_first_sample(dy, x, weight, stride, padding):
    dx, _, dbias = back(dy, x, weight, stride, padding)
    return dx, back(dy[:1], x[:1], weight, stride, padding)[1], dbias


@gradients.mistake(
    "Your `dweight` doesn't depend on `dy`. Which upstream gradient should you multiply "
    "each pixel by?",
    loses="weights",
)
def weights_without_dy(dy, x, weight, stride, padding):
    dx, _, dbias = back(dy, x, weight, stride, padding)
    return dx, back(dy * 0 + 1, x, weight, stride, padding)[1], dbias


@gradients.mistake(
    "Your `dweight` is the same for every channel. Which channel of `x` does the "
    "formula multiply by `weight[f, c]`?",
    loses="weights",
)
def channels_alike(*given):
    return of_parameters(
        lambda dy, dweight, dbias: (
            dweight.sum(axis=1, keepdims=True).repeat(dweight.shape[1], axis=1),
            dbias,
        )
    )(*given)


@gradients.mistake(
    "Your `dx` still contains the rows and columns of the padding. What shape does `x` have?",
    loses="stride",
)
def padding_kept(dy, x, weight, stride, padding):
    around = padded_with_zeros(x, padding)
    return back(dy, around, weight, stride, 0)


@gradients.mistake(
    "Your `dx` has the correct shape, but you cut it from the upper left corner of "
    "`dpadded`. Which row and column of `padded` does `x` start at?",
    loses="stride",
)
def cut_from_the_corner(dy, x, weight, stride, padding):
    whole, *rest = padding_kept(dy, x, weight, stride, padding)
    return whole[:, :, : x.shape[2], : x.shape[3]], *rest


@gradients.mistake(
    "Your `dx` is empty when `padding` is 0. What does the slice `a[p:-p]` return when "
    "`p` is 0?",
    loses="shape value",
)
def cut_up_to_minus_padding(dy, x, weight, stride, padding):
    whole, *rest = padding_kept(dy, x, weight, stride, padding)
    return whole[:, :, padding:-padding, padding:-padding], *rest


def in_single_steps(dy, x, weight, padding):
    """Return the three gradients for windows that are one pixel apart."""
    return back(dy, x, weight, 1, padding)


@gradients.mistake(
    "Your windows are only one pixel apart, both in `dx` and in `dweight`. Which row of "
    "`padded` does window `i` start at?",
    loses="stride",
)
def neighbouring_windows(dy, x, weight, stride, padding):
    return in_single_steps(dy, x, weight, padding)


@gradients.mistake(
    "The windows in your `dx` are only one pixel apart. Which row of `padded` does "
    "window `i` start at?",
    loses="stride",
)
def neighbouring_windows_in_dx(dy, x, weight, stride, padding):
    right = back(dy, x, weight, stride, padding)
    return in_single_steps(dy, x, weight, padding)[0], *right[1:]


@gradients.mistake(
    "The windows in your `dweight` are only one pixel apart. Which row of `padded` does "
    "window `i` start at?",
    loses="stride",
)
def neighbouring_windows_in_dweight(dy, x, weight, stride, padding):
    dx, _, dbias = back(dy, x, weight, stride, padding)
    return dx, in_single_steps(dy, x, weight, padding)[1], dbias


@gradients.mistake(
    "Your `dweight` takes its windows from `x` without the zeros above and on the left. "
    "Which array does the forward pass cut its windows from?",
    loses="stride",
)
def weights_from_the_picture(dy, x, weight, stride, padding):
    dx, _, dbias = back(dy, x, weight, stride, padding)
    far = np.pad(x, ((0, 0), (0, 0), (0, 2 * padding), (0, 2 * padding)))
    return dx, back(dy, far, weight, stride, 0)[1], dbias


@gradients.mistake(
    "Your windows move by `stride` from row to row, but only by 1 from column to "
    "column. Which column of `padded` does window `j` start at?",
    loses="stride",
)
def stride_of_rows_alone(dy, x, weight, stride, padding):
    padded, dpadded = (padded_with_zeros(a, padding) for a in (x, 0 * x))
    dweight, (KH, KW) = np.zeros(weight.shape), weight.shape[2:]
    for i, j in np.ndindex(dy.shape[2:]):
        window = np.s_[:, :, i * stride : i * stride + KH, j : j + KW]
        dpadded[window] += np.tensordot(dy[:, :, i, j], weight, 1)
        dweight += np.tensordot(dy[:, :, i, j].T, padded[window], 1)
    dx = dpadded[:, :, padding : padding + x.shape[2], padding : padding + x.shape[3]]
    return dx, dweight, dy.sum(axis=(0, 2, 3))
