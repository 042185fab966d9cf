"""residual_block: two convolutions with a shortcut around them, forward and backward."""

import numpy as np
from nngrader.engine import problem

from .common import DIGITS, ELSEWHERE
from .conv2d_backward import conv2d_backward
from .conv2d_forward import conv2d_forward

CHANNELS, WIDTH = 2, 6  # few, so that loops over every number stay within the limits

block = problem(
    "residual_block",
    rtol=DIGITS,
    returns={
        "y": "value",
        "dx": "gradient",
        "dweight1": "gradient",
        "dweight2": "gradient",
    },
    points={
        "shape": (1, "four `float64` arrays of these shapes, in this order"),
        "value": (4, "`y`"),
        "gradient": (8, "`dx`, `dweight1` and `dweight2`, a third each"),
        "inputs-unchanged": (1, "your function doesn't change its arguments"),
    },
    forbidden={"all": ELSEWHERE},
)


@block.reference
def residual_block(x, dy, weight1, weight2):
    """Compute a residual block, forward and backward.

    a = conv(x, weight1),  h = max(0, a),  s = x + conv(h, weight2),  y = max(0, s)

    Here conv is a convolution with stride 1, padding 1 and no bias. No entry of a or s is
    exactly 0.

    x : (N, C, H, W) array
    dy : (N, C, H, W) array, the gradient of the loss with respect to y
    weight1, weight2 : (C, C, 3, 3) arrays
    Returns (y, dx, dweight1, dweight2): arrays of shape (N, C, H, W), (N, C, H, W),
    (C, C, 3, 3) and (C, C, 3, 3).
    """
    no_bias = np.zeros(len(weight1))
    a = conv2d_forward(x, weight1, no_bias, 1, 1)
    h = np.maximum(a, 0)
    s = x + conv2d_forward(h, weight2, no_bias, 1, 1)
    ds = dy * (s > 0)
    dh, dweight2, _ = conv2d_backward(ds, h, weight2, 1, 1)
    dx, dweight1, _ = conv2d_backward(dh * (a > 0), x, weight1, 1, 1)
    return np.maximum(s, 0), ds + dx, dweight1, dweight2


def corner_and_centre(corner, centre):
    """Return a kernel of 3 by 3 with two nonzero entries."""
    return np.array([[[[corner, 0.0, 0.0], [0.0, centre, 0.0], [0.0, 0.0, 0.0]]]])


block.example(
    np.array([[[[-2.0, 1.0], [3.0, 1.0]]]]),
    np.array([[[[1.0, 2.0], [3.0, 5.0]]]]),
    corner_and_centre(1.0, -2.0),
    corner_and_centre(-1.0, 1.0),
)


@block.case("value", visible=2)
def random_numbers(rng, N, H):
    """Random numbers."""
    x = rng.normal(size=(N, CHANNELS, H, WIDTH)) + 0.2
    dy = rng.normal(size=x.shape) + 0.3
    weights = rng.normal(size=(2, CHANNELS, CHANNELS, 3, 3)) / 4
    return x, dy, weights[0], weights[1]


def shifted(x, k, v):
    """Return images shifted so that each position contains the pixel at offset (k, v)."""
    around = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
    return around[:, :, k : k + x.shape[2], v : v + x.shape[3]]


def conv(x, weight):
    """Return a convolution of 3 by 3 with padding 1, computed offset by offset."""
    return sum(
        np.einsum("nchw,fc->nfhw", shifted(x, k, v), weight[:, :, k, v])
        for k in range(3)
        for v in range(3)
    )


def conv_back(dy, x, weight):
    """Return the gradients of conv with respect to x and weight."""
    dx = conv(dy, weight[:, :, ::-1, ::-1].swapaxes(0, 1))
    dweight = np.zeros(weight.shape)
    for k, v in np.ndindex(3, 3):
        dweight[:, :, k, v] = np.einsum("nfhw,nchw->fc", dy, shifted(x, k, v))
    return dx, dweight


@block.alternative
def by_offsets(x, dy, weight1, weight2):
    a = conv(x, weight1)
    h = np.where(a > 0, a, 0.0)
    y = np.clip(conv(h, weight2) + x, 0, None)
    g = np.where(y > 0, dy, 0.0)
    dh, dweight2 = conv_back(g, h, weight2)
    dh[a < 0] = 0
    dx, dweight1 = conv_back(dh, x, weight1)
    dx += g
    return [y, dx, dweight1, dweight2]


@block.alternative
def by_a_large_matrix(x, dy, weight1, weight2):
    (N, _, H, W), place = x.shape, np.arange(x[0].size).reshape(x.shape[1:])

    def matrix(weight):
        M = np.zeros((place.size, place.size))
        for i, j, k, v in np.ndindex(H, W, 3, 3):
            row, column = i + k - 1, j + v - 1
            if 0 <= row < H and 0 <= column < W:
                M[np.ix_(place[:, i, j], place[:, row, column])] += weight[:, :, k, v]
        return M

    def of_weight(dM):
        dweight = np.zeros(weight1.shape)
        for i, j, k, v in np.ndindex(H, W, 3, 3):
            row, column = i + k - 1, j + v - 1
            if 0 <= row < H and 0 <= column < W:
                dweight[:, :, k, v] += dM[np.ix_(place[:, i, j], place[:, row, column])]
        return dweight

    X, first, second = x.reshape(N, -1), matrix(weight1), matrix(weight2)
    a = X @ first.T
    h = (a + abs(a)) / 2
    s = X + h @ second.T
    ds = dy.reshape(N, -1) * (s > 0)
    da = (ds @ second) * (a > 0)
    dx = da @ first + ds
    y = np.maximum(s, 0).reshape(x.shape)
    return y, dx.reshape(x.shape), of_weight(da.T @ X), of_weight(ds.T @ h)


def made(x, dy, weight1, weight2, *, add=True, middle=True, last=True, **other):
    """Return y and gradients of a block in which some parts are missing or replaced.

    ``add``, ``middle`` and ``last`` include the shortcut and the two ReLUs. Functions with the
    names ``ds``, ``da`` and ``dx`` replace these gradients; ``input2`` returns the array that
    dweight2 is computed with.
    """
    a = conv(x, weight1)
    h = np.maximum(a, 0) if middle else a
    s = conv(h, weight2) + (x if add else 0)
    y = np.maximum(s, 0) if last else s
    ds = dy * (s > 0) if last else dy
    ds = other.get("ds", lambda ds, s: ds)(ds, s)
    dh, _ = conv_back(ds, h, weight2)
    da = dh * (a > 0) if middle else dh
    da = other.get("da", lambda da, dh, a: da)(da, dh, a)
    through, dweight1 = conv_back(da, x, weight1)
    dx = other.get("dx", lambda through, ds: through + (ds if add else 0))(through, ds)
    _, dweight2 = conv_back(ds, other.get("input2", lambda h, a: h)(h, a), weight2)
    return y, dx, dweight1, dweight2


def wrong(**how):
    """Return a wrong solution: `made` with these parts replaced."""
    return lambda *given: made(*given, **how)


@block.mistake(
    "Your block has no shortcut, neither in `y` nor in `dx`. What does the formula for "
    "`s` contain besides the second convolution?",
    loses="value gradient",
)
def without_shortcut(*given):
    return wrong(add=False)(*given)


@block.mistake(
    "Your `dx` includes the shortcut, but your `y` doesn't. What does the formula for "
    "`s` contain besides the second convolution?",
    loses="value gradient",
)
def shortcut_backwards_alone(*given):
    return wrong(add=False, dx=lambda through, ds: through + ds)(*given)


@block.mistake(
    "Your block has no ReLU between the two convolutions. How does the formula compute "
    "`h` from `a`?",
    loses="value gradient",
)
def no_relu_between(*given):
    return wrong(middle=False)(*given)


@block.mistake(
    "Your `y` can be negative, because the ReLU at the end of the block is missing. How "
    "does the formula compute `y` from `s`?",
    loses="value gradient",
)
def no_relu_at_the_end(*given):
    return wrong(last=False)(*given)


@block.mistake(
    "Your `y` can be negative, because your code adds `x` after the second ReLU. Which "
    "array does the formula apply this ReLU to?",
    loses="value",
)
def added_after_the_relu(x, dy, weight1, weight2):
    h = np.maximum(conv(x, weight1), 0)
    second = conv(h, weight2)
    ds = dy * (second > 0)
    dh, dweight2 = conv_back(ds, h, weight2)
    through, dweight1 = conv_back(dh * (h > 0), x, weight1)
    return x + np.maximum(second, 0), dy + through, dweight1, dweight2


@block.mistake(
    "Your `y` uses `weight1` in both convolutions. Which weights does the second "
    "convolution use?",
    loses="value",
)
def first_weights_twice(x, dy, weight1, weight2):
    return made(x, dy, weight1, weight1)


@block.mistake(
    "Your `y` applies `weight2` before `weight1`. Which of them does the formula apply to `x`?",
    loses="value",
)
def weights_exchanged(x, dy, weight1, weight2):
    y, dx, dweight2, dweight1 = made(x, dy, weight2, weight1)
    return y, dx, dweight1, dweight2


@block.mistake(
    "Your `y` multiplies `x` by the result of the two convolutions. How does the "
    "formula for `s` combine them?",
    loses="value",
)
def multiplied(x, dy, weight1, weight2):
    _, *gradients = made(x, dy, weight1, weight2)
    h = np.maximum(conv(x, weight1), 0)
    return np.maximum(x * conv(h, weight2), 0), *gradients


@block.mistake(
    "Your `dx` doesn't include the shortcut. How much does `s` grow along the shortcut "
    "when `x` grows a little?",
    loses="gradient",
)
def shortcut_missing_in_dx(*given):
    return wrong(dx=lambda through, ds: through)(*given)


@block.mistake(
    "Your `dx` contains only the gradient from the shortcut. Which other path leads "
    "from `x` to `s`?",
    loses="gradient",
)
def shortcut_alone(*given):
    return wrong(dx=lambda through, ds: ds)(*given)


@block.mistake(
    "Your `dx` adds `dy` itself along the shortcut. Which operation comes between `s` and `y`?",
    loses="gradient",
)
def shortcut_past_the_last_relu(x, dy, weight1, weight2):
    return made(x, dy, weight1, weight2, dx=lambda through, ds: through + dy)


@block.mistake(
    "Your gradient passes the last ReLU everywhere. What is the derivative of this ReLU "
    "where `s` is negative?",
    loses="gradient",
)
def last_mask_forgotten(x, dy, weight1, weight2):
    return made(x, dy, weight1, weight2, ds=lambda ds, s: dy)


@block.mistake(
    "Your gradient passes the ReLU between the convolutions everywhere. What is the "
    "derivative of this ReLU where `a` is negative?",
    loses="gradient",
)
def middle_mask_forgotten(*given):
    return wrong(da=lambda da, dh, a: dh)(*given)


@block.mistake(
    "Your code sets negative gradients to 0 between the two convolutions. Which array's "
    "sign decides where this ReLU passes the gradient?",
    loses="gradient",
)
def mask_of_the_gradient(*given):
    return wrong(da=lambda da, dh, a: np.maximum(dh, 0))(*given)


@block.mistake(
    "Your `dweight2` is computed with `a`. Which array is the input of the second convolution?",
    loses="gradient",
)
def before_the_relu(*given):
    return wrong(input2=lambda h, a: a)(*given)


@block.mistake(
    "Your `dweight2` is computed with `x`. Which array is the input of the second convolution?",
    loses="gradient",
)
def weights_meet_x(x, dy, weight1, weight2):
    return made(x, dy, weight1, weight2, input2=lambda h, a: x)


@block.mistake(
    "Your `dweight1` and `dweight2` are swapped. Which one should your function return first?",
    loses="gradient",
)
def returned_in_another_order(*given):
    y, dx, dweight1, dweight2 = made(*given)
    return y, dx, dweight2, dweight1


@block.mistake(
    "Your gradients are divided by N. `dy` already contains that factor, so don't "
    "divide again.",
    loses="gradient",
)
def averaged(*given):
    y, *gradients = made(*given)
    return y, *(g / len(y) for g in gradients)


@block.mistake(
    "Your `dweight1` is computed from the gradient of `s`. Which array is the output of "
    "the first convolution?",
    loses="gradient",
)
def past_the_second_convolution(x, dy, weight1, weight2):
    y, dx, _, dweight2 = made(x, dy, weight1, weight2)
    s = x + conv(np.maximum(conv(x, weight1), 0), weight2)
    return y, dx, conv_back(dy * (s > 0), x, weight1)[1], dweight2


@block.mistake(
    "Your shortcut adds `h`, perhaps because your code overwrites `x`. Which array does "
    "the formula for `s` add to the second convolution?",
    loses="value gradient",
)
def shortcut_of_h(x, dy, weight1, weight2):
    h = np.maximum(conv(x, weight1), 0)
    s = h + conv(h, weight2)
    ds = dy * (s > 0)
    dh, dweight2 = conv_back(ds, h, weight2)
    dx, dweight1 = conv_back((dh + ds) * (h > 0), x, weight1)
    return np.maximum(s, 0), dx, dweight1, dweight2


def gone_back(x, dy, weight1, weight2, *, sides=(2, 1), mask="a", turn=True):
    """Return the correct y, and gradients from a changed backward pass.

    ``sides`` are the weights of the second and the first convolution in the backward pass;
    ``mask`` is the array that must be positive between them; ``turn`` flips the kernels.
    """
    a = conv(x, weight1)
    h = np.maximum(a, 0)
    s = x + conv(h, weight2)
    ds, through = dy * (s > 0), {1: weight1, 2: weight2}
    last, first = (through[k] if turn else through[k][:, :, ::-1, ::-1] for k in sides)
    da = conv_back(ds, h, last)[0] * ({"a": a, "x": x}[mask] > 0)
    dx, dweight1 = conv_back(da, x, first)[0], conv_back(da, x, weight1)[1]
    return np.maximum(s, 0), ds + dx, dweight1, conv_back(ds, h, weight2)[1]


@block.mistake(
    "Your backward pass swaps `weight1` and `weight2`. Which convolution comes directly "
    "before `s`?",
    loses="gradient",
)
def exchanged_on_the_way_back(*given):
    return gone_back(*given, sides=(1, 2))


@block.mistake(
    "Your backward pass uses `weight1` for both convolutions. Which convolution does "
    "the gradient of `s` reach first?",
    loses="gradient",
)
def first_weights_twice_on_the_way_back(*given):
    return gone_back(*given, sides=(1, 1))


@block.mistake(
    "Your backward pass uses `weight2` for both convolutions. Which weights did the "
    "forward pass apply to `x`?",
    loses="gradient",
)
def second_weights_twice_on_the_way_back(*given):
    return gone_back(*given, sides=(2, 2))


@block.mistake(
    "Your code uses the sign of `x` for the ReLU between the two convolutions. Which "
    "array is the input of this ReLU?",
    loses="gradient",
)
def mask_of_x(*given):
    return gone_back(*given, mask="x")


@block.mistake(
    "Your backward pass uses every kernel in the wrong orientation. Which entry of the "
    "kernel does the forward pass multiply by the pixel directly above a position?",
    loses="gradient",
)
def kernels_not_turned(*given):
    return gone_back(*given, turn=False)


@block.mistake(
    "Your code sets negative gradients to 0 at both ReLUs. Which array's sign decides "
    "where a ReLU passes the gradient?",
    loses="gradient",
)
def masks_of_the_gradients(*given):
    return wrong(
        ds=lambda ds, s: np.maximum(given[1], 0), da=lambda da, dh, a: np.maximum(dh, 0)
    )(*given)


@block.mistake(
    "Your `dx` adds the gradients of `s` and `h`. Which operations come between `x` and `h`?",
    loses="gradient",
)
def first_convolution_left_out(x, dy, weight1, weight2):
    y, _, *rest = made(x, dy, weight1, weight2)
    s = x + conv(np.maximum(conv(x, weight1), 0), weight2)
    ds = dy * (s > 0)
    return y, ds + conv_back(ds, x, weight2)[0], *rest
