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
    slow=True,
    returns={"y": "value", "dx": "gradient", "dweight1": "gradient", "dweight2": "gradient"},
    points={
        "shape": (1, "four `float64` arrays of the correct shapes, in the correct order"),
        "value": (4, "`y`"),
        "gradient": (8, "`dx`, `dweight1` and `dweight2`, a third each"),
        "inputs-unchanged": (1, "your function doesn't change its arguments"),
    },
    forbidden={"all": ELSEWHERE},
    zeros={"y": "where `s` is negative"},
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
    # the means of dy have both signs, so that the gradients do
    dy = rng.normal(size=x.shape) + np.array([0.3, -0.3])[:, None, None]
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

    def entries():
        for i, j, k, v in np.ndindex(H, W, 3, 3):
            row, column = i + k - 1, j + v - 1
            if 0 <= row < H and 0 <= column < W:
                yield np.ix_(place[:, i, j], place[:, row, column]), k, v

    def matrix(weight):
        M = np.zeros((place.size, place.size))
        for cells, k, v in entries():
            M[cells] += weight[:, :, k, v]
        return M

    def of_weight(dM):
        dweight = np.zeros(weight1.shape)
        for cells, k, v in entries():
            dweight[:, :, k, v] += dM[cells]
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


block.known["value gradient"] = {
    "Your block leaves the shortcut out of both `y` and `dx`. What does the formula for "
    "`s` contain besides the output of the second convolution?": {
        "without_shortcut": {"s = x + ": "s = ", "ds + dx": "dx"}
    },
    "Your `dx` includes the shortcut, but your `y` doesn't. What does the formula for `s` "
    "contain besides the second "
    "convolution?": {"shortcut_backwards_alone": {"s = x + ": "s = "}},
    "Your block has no ReLU between the two convolutions. How does the formula compute `h` "
    "from `a`?": {
        "no_relu_between": {"np.maximum(a, 0)": "a", " * (a > 0)": ""},
        "no_relu_between_going_forward": {"np.maximum(a, 0)": "a"},
    },
    "Your `y` can be negative, because the ReLU at the end of the block is missing. How does "
    "the formula compute `y` from "
    "`s`?": {"no_relu_at_the_end": {"np.maximum(s, 0)": "s", " * (s > 0)": ""}},
    "Your shortcut adds `h`. Which array does the formula for `s` add, and does your code "
    "still have it at that point?": {
        "shortcut_of_h": {
            "s = x +": "s = h +",
            "dh * (a > 0)": "(dh + ds) * (a > 0)",
            "ds + dx": "dx",
        }
    },
}

block.known["value"] = {
    "Your code applies `weight2` before `weight1`. Which one does the formula apply first?": {
        "weights_exchanged": {
            "": "weight1, weight2 = weight2, weight1",
            "ds + dx, dweight1, dweight2": "ds + dx, dweight2, dweight1",
        }
    },
    "Your code applies a ReLU to the second convolution before it adds `x`. Which array is the "
    "input of the second ReLU in the formula?": {
        "relu_before_the_sum": {
            "x + conv2d_forward(h, weight2, no_bias, 1, 1)": (
                "x + np.maximum(b := conv2d_forward(h, weight2, no_bias, 1, 1), 0)"
            ),
            "conv2d_backward(ds,": "conv2d_backward(ds * (b > 0),",
        },
        "relu_before_the_sum_forward_alone": {
            "x + conv2d_forward(h, weight2, no_bias, 1, 1)": (
                "x + np.maximum(conv2d_forward(h, weight2, no_bias, 1, 1), 0)"
            )
        },
    },
    "Your `y` can be negative, because your code adds `x` after the second ReLU. Which array "
    "does the formula apply this ReLU to?": {
        "added_after_the_relu": {
            "s = x + ": "s = ",
            "np.maximum(s, 0), ds": "x + np.maximum(s, 0), dy",
        }
    },
    "Your `y` uses `weight1` in both convolutions. Which weights does the formula use in the "
    "second convolution?": {"first_weights_twice": "weight2 = weight1"},
}

block.known["gradient"] = {
    "Your `dx` doesn't include the shortcut. How much does `s` change along the shortcut when "
    "`x` increases slightly?": {"shortcut_missing_in_dx": {"ds + dx": "dx"}},
    "Your `dx` contains only the gradient from the shortcut. Which other path leads from `x` "
    "to `s`?": {"shortcut_alone": {"ds + dx": "ds"}},
    "On the shortcut, you add `dy` itself to `dx`. Which operation comes between `s` and "
    "`y`?": {"shortcut_past_the_last_relu": {"ds + dx": "dy + dx"}},
    "Your gradient passes unchanged through the last ReLU. What is the derivative of this ReLU "
    "where `s` is negative?": {"last_mask_forgotten": {" * (s > 0)": ""}},
    "Your gradient passes unchanged through the ReLU between the convolutions. What is the "
    "derivative of this ReLU where `a` is "
    "negative?": {"middle_mask_forgotten": {" * (a > 0)": ""}},
    "In your backward pass, the gradient with respect to `s` is added to `dh` instead of "
    "to `dx`. Which array does the formula for `s` add to the output of the second "
    "convolution?": {
        "shortcut_into_h": {"dh * (a > 0)": "(dh + ds) * (a > 0)", "ds + dx": "dx"}
    },
    "You compute `dweight2` from `a`. Which array is the input of the second convolution?": {
        "before_the_relu": {"(ds, h": "(ds, a"}
    },
    "You compute `dweight2` from `x`. Which array is the input of the second convolution?": {
        "weights_meet_x": {"(ds, h": "(ds, x"}
    },
    "You compute `dweight1` from the gradient with respect to `s`. Which array is the output "
    "of the first convolution?": {
        "past_the_second_convolution": {
            "ds + dx, dweight1": "ds + dx, conv2d_backward(ds, x, weight1, 1, 1)[1]"
        }
    },
    "Your backward pass swaps `weight1` and `weight2`. Which convolution comes directly before "
    "`s`?": {
        "exchanged_on_the_way_back": {
            "(ds, h, weight2": "(ds, h, weight1",
            "(a > 0), x, weight1": "(a > 0), x, weight2",
        }
    },
    "Your code uses the sign of `x` for the ReLU between the two convolutions. Which array is "
    "the input of this ReLU?": {"mask_of_x": {"(a > 0)": "(x > 0)"}},
    "Your backward pass uses every kernel in the wrong orientation. In the forward pass, which "
    "entry of the kernel multiplies the pixel directly above the output position?": {
        "kernels_not_turned": {
            "(ds, h, weight2": "(ds, h, weight2[:, :, ::-1, ::-1]",
            "(a > 0), x, weight1": "(a > 0), x, weight1[:, :, ::-1, ::-1]",
        }
    },
    "Your code sets negative gradients to 0 at the ReLU between the convolutions. Which "
    "array's sign decides where a ReLU lets the gradient through?": {
        "negative_gradients_inside": {"dh * (a > 0)": "np.maximum(dh, 0)"}
    },
    "Your code sets negative gradients to 0 at the last ReLU. Which array's sign decides where "
    "a ReLU lets the gradient through?": {
        "negative_gradients_at_the_end": {"dy * (s > 0)": "np.maximum(dy, 0)"}
    },
    "Your code sets negative gradients to 0 at both ReLUs. Which array's sign decides where a "
    "ReLU lets the gradient through?": {
        "masks_of_the_gradients": {
            "dy * (s > 0)": "np.maximum(dy, 0)",
            "dh * (a > 0)": "np.maximum(dh, 0)",
        }
    },
    "Your `dx` is the gradient with respect to `s` plus the gradient with respect to `h`. "
    "Which operations come between `x` and "
    "`h`?": {"first_convolution_left_out": {"ds + dx": "ds + dh"}},
    "Your gradients are divided by N, although `dy` already accounts for any averaging "
    "over the samples. Where does your code divide by N?": {"averaged": "dy = dy / len(x)"},
}

block.known["gradient inputs-unchanged"] = {
    "Your code changes `x` before `dweight1` needs it. Which line writes into `x`, and where "
    "could it store the sum "
    "instead?": {"x_overwritten": {"s = x + ": "x += ", "ds = dy": "s = x\n    ds = dy"}}
}
