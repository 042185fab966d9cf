"""residual_block: two convolutions with a shortcut past them, forwards and backwards."""

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
        "shape": (1, "arrays of these four shapes, in this order, of `float64`"),
        "value": (4, "`y`"),
        "gradient": (8, "`dx`, `dweight1` and `dweight2`, a third each"),
        "inputs-unchanged": (1, "all arrays that are given stay as they are"),
    },
    forbidden={"all": ELSEWHERE},
)


@block.reference
def residual_block(x, dy, weight1, weight2):
    """A residual block, forwards and backwards.

    a = conv(x, weight1),  h = max(0, a),  s = x + conv(h, weight2),  y = max(0, s)

    where conv has stride 1, padding 1 and no bias.

    x : (N, C, H, W) array
    dy : (N, C, H, W) array: the gradient of the loss with respect to each entry of y
    weight1, weight2 : (C, C, 3, 3) arrays
    Returns (y, dx, dweight1, dweight2): arrays of shape (N, C, H, W), (N, C, H, W),
    (C, C, 3, 3) and (C, C, 3, 3). No entry of a or s is exactly 0.
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
    """Return a kernel of 3 by 3 with two numbers that are not 0."""
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
    """Return pictures moved so that the pixel at offset (k, v) lies at each place."""
    around = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
    return around[:, :, k : k + x.shape[2], v : v + x.shape[3]]


def conv(x, weight):
    """Return a convolution of 3 by 3 with padding 1, offset by offset."""
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
    """Return y and gradients, with parts of the block left out or changed.

    ``add``, ``middle``, ``last``: whether the shortcut and the two ReLU are there. Functions
    by name change what goes back: ``ds``, ``da``, ``dx``; ``input2`` is what dweight2 meets.
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
    """Return a solution that is wrong in a way that `made` knows."""
    return lambda *given: made(*given, **how)


@block.mistake("x is not added. What does the shortcut bring to s?", loses="value gradient")
def without_shortcut(*given):
    return wrong(add=False)(*given)


@block.mistake(
    "x is not added forwards, though backwards dx has its part. What does the shortcut bring "
    "to s?",
    loses="value gradient",
)
def shortcut_backwards_alone(*given):
    return wrong(add=False, dx=lambda through, ds: through + ds)(*given)


@block.mistake(
    "nothing is cut off at 0 between the two convolutions. What stands between a and h?",
    loses="value gradient",
)
def no_relu_between(*given):
    return wrong(middle=False)(*given)


@block.mistake(
    "y may be negative: nothing is cut off at 0 after the sum. What stands between s and y?",
    loses="value gradient",
)
def no_relu_at_the_end(*given):
    return wrong(last=False)(*given)


@block.mistake(
    "the second ReLU comes before x is added, so y may be negative. Does the shortcut join "
    "before the ReLU or after it?",
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
    "weight1 stands in both convolutions of y. Which weights has the second?", loses="value"
)
def first_weights_twice(x, dy, weight1, weight2):
    return made(x, dy, weight1, weight1)


@block.mistake(
    "weight1 and weight2 have changed places in y. Which of them does x meet first?",
    loses="value",
)
def weights_exchanged(x, dy, weight1, weight2):
    y, dx, dweight2, dweight1 = made(x, dy, weight2, weight1)
    return y, dx, dweight1, dweight2


@block.mistake(
    "x is multiplied with the other path in y. What does s do with the two?", loses="value"
)
def multiplied(x, dy, weight1, weight2):
    _, *gradients = made(x, dy, weight1, weight2)
    h = np.maximum(conv(x, weight1), 0)
    return np.maximum(x * conv(h, weight2), 0), *gradients


@block.mistake(
    "the shortcut is missing in dx. By how much does s grow when x grows, past both "
    "convolutions?",
    loses="gradient",
)
def shortcut_missing_in_dx(*given):
    return wrong(dx=lambda through, ds: through)(*given)


@block.mistake(
    "dx has the shortcut alone. Through which convolutions does x reach s, too?",
    loses="gradient",
)
def shortcut_alone(*given):
    return wrong(dx=lambda through, ds: ds)(*given)


@block.mistake(
    "on the shortcut dy goes back as it came. Which ReLU lies between s and y, where both "
    "paths have joined?",
    loses="gradient",
)
def shortcut_past_the_last_relu(x, dy, weight1, weight2):
    return made(x, dy, weight1, weight2, dx=lambda through, ds: through + dy)


@block.mistake(
    "the gradient passes the last ReLU everywhere. What is its derivative where s is below 0?",
    loses="gradient",
)
def last_mask_forgotten(x, dy, weight1, weight2):
    return made(x, dy, weight1, weight2, ds=lambda ds, s: dy)


@block.mistake(
    "the gradient passes the ReLU between the convolutions everywhere. What is its derivative "
    "where a is below 0?",
    loses="gradient",
)
def middle_mask_forgotten(*given):
    return wrong(da=lambda da, dh, a: dh)(*given)


@block.mistake(
    "between the convolutions the sign of the upstream gradient decides what passes. Whose "
    "sign does the ReLU ask for?",
    loses="gradient",
)
def mask_of_the_gradient(*given):
    return wrong(da=lambda da, dh, a: np.maximum(dh, 0))(*given)


@block.mistake(
    "dweight2 is made with a, as it was before the ReLU. What did weight2 meet on the way "
    "forward?",
    loses="gradient",
)
def before_the_relu(*given):
    return wrong(input2=lambda h, a: a)(*given)


@block.mistake(
    "dweight2 is made with x. What did weight2 meet on the way forward?", loses="gradient"
)
def weights_meet_x(x, dy, weight1, weight2):
    return made(x, dy, weight1, weight2, input2=lambda h, a: x)


@block.mistake(
    "dweight1 and dweight2 have changed places. In which order are they returned?",
    loses="gradient",
)
def returned_in_another_order(*given):
    y, dx, dweight1, dweight2 = made(*given)
    return y, dx, dweight2, dweight1


@block.mistake(
    "all gradients are divided by N. Has the loss not been averaged already, before dy came to "
    "you?",
    loses="gradient",
)
def averaged(*given):
    y, *gradients = made(*given)
    return y, *(g / len(y) for g in gradients)


@block.mistake(
    "dweight1 takes the gradient of s and not that of a. What lies between a and s?",
    loses="gradient",
)
def past_the_second_convolution(x, dy, weight1, weight2):
    y, dx, _, dweight2 = made(x, dy, weight1, weight2)
    s = x + conv(np.maximum(conv(x, weight1), 0), weight2)
    return y, dx, conv_back(dy * (s > 0), x, weight1)[1], dweight2


@block.mistake(
    "h is added in place of x, as when x has been written over. What does the shortcut bring "
    "to s?",
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
    """Return the right y, and gradients that go back in another way.

    ``sides``: through which weights the gradient leaves the second convolution, and the first;
    ``mask``: what must be positive between them; ``turn``: whether kernels are turned.
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
    "in the backward pass weight1 and weight2 have changed places. Which of them stands in the "
    "convolution that lies next to s?",
    loses="gradient",
)
def exchanged_on_the_way_back(*given):
    return gone_back(*given, sides=(1, 2))


@block.mistake(
    "in the backward pass weight1 stands in both convolutions. Which one does the gradient of "
    "s meet first?",
    loses="gradient",
)
def first_weights_twice_on_the_way_back(*given):
    return gone_back(*given, sides=(1, 1))


@block.mistake(
    "in the backward pass weight2 stands in both convolutions. Through which one did x go?",
    loses="gradient",
)
def second_weights_twice_on_the_way_back(*given):
    return gone_back(*given, sides=(2, 2))


@block.mistake(
    "between the convolutions the sign of x decides what passes. Whose sign does the ReLU ask "
    "for?",
    loses="gradient",
)
def mask_of_x(*given):
    return gone_back(*given, mask="x")


@block.mistake(
    "in the backward pass the kernels lie the other way round. Under which entry of the kernel "
    "did the pixel above a place lie when the sum of that place was made?",
    loses="gradient",
)
def kernels_not_turned(*given):
    return gone_back(*given, turn=False)


@block.mistake(
    "at both ReLU the sign of the upstream gradient decides what passes. Whose sign does a "
    "ReLU ask for?",
    loses="gradient",
)
def masks_of_the_gradients(*given):
    return wrong(
        ds=lambda ds, s: np.maximum(given[1], 0), da=lambda da, dh, a: np.maximum(dh, 0)
    )(*given)


@block.mistake(
    "dx adds the gradients of s and of h. Which convolution lies between h and x?",
    loses="gradient",
)
def first_convolution_left_out(x, dy, weight1, weight2):
    y, _, *rest = made(x, dy, weight1, weight2)
    s = x + conv(np.maximum(conv(x, weight1), 0), weight2)
    ds = dy * (s > 0)
    return y, ds + conv_back(ds, x, weight2)[0], *rest
