"""rnn_backward: all gradients of a recurrent layer, by backpropagation through time."""

import numpy as np
from nngrader.engine import problem

from .common import DIGITS, ELSEWHERE
from .rnn_forward import rnn_forward

gradients = problem(
    "rnn_backward",
    rtol=DIGITS,
    returns={
        "dx": "value",
        "dh0": "value",
        "dW_xh": "weights",
        "dW_hh": "weights",
        "db": "weights",
    },
    points={
        "shape": (1, "five `float64` arrays of the correct shapes, in the correct order"),
        "value": (7, "`dx` and `dh0`, half each"),
        "weights": (10, "`dW_xh`, `dW_hh` and `db`, a third each"),
        "inputs-unchanged": (1, "your function doesn't change its arguments"),
    },
    forbidden={"all": ELSEWHERE},
)


@gradients.reference
def rnn_backward(dh, x, h0, W_xh, W_hh, h):
    """Compute the gradients of h = rnn_forward(x, h0, W_xh, W_hh, b) through time.

    The loss can depend on every state. dh[t] is only the part of the gradient that reaches h[t]
    directly from the loss, with all later states fixed. The part that reaches h[t] through
    step t + 1 isn't included in dh[t], so your function adds it.

    dh : (T, N, H) array
    x : (T, N, D), h0 : (N, H), W_xh : (H, D), W_hh : (H, H): the arguments of rnn_forward
    h : (T, N, H) array, the result of rnn_forward
    Returns (dx, dh0, dW_xh, dW_hh, db): the gradients of the loss with respect to x, h0, W_xh,
    W_hh and b. Each gradient has the shape of its array.
    """
    dx, dW_xh, dW_hh = np.zeros(x.shape), np.zeros(W_xh.shape), np.zeros(W_hh.shape)
    db, later = np.zeros(len(W_hh)), np.zeros(h0.shape)
    for t in reversed(range(len(x))):
        dz = (dh[t] + later) * (1 - h[t] ** 2)
        dx[t] = dz @ W_xh
        dW_xh += dz.T @ x[t]
        dW_hh += dz.T @ (h[t - 1] if t > 0 else h0)
        db += dz.sum(axis=0)
        later = dz @ W_hh
    return dx, later, dW_xh, dW_hh, db


gradients.example(
    np.array([[[1.0]], [[0.0]], [[2.0]]]),
    np.array([[[1.0]], [[-1.0]], [[3.0]]]),
    np.array([[2.0]]),
    np.array([[3.0]]),
    np.array([[2.0]]),
    np.array([[[0.5]], [[0.0]], [[-0.5]]]),
)


@gradients.case("value", visible=2)
def random_numbers(rng, T, N, D, H):
    """Random numbers."""
    x, h0 = rng.normal(size=(T, N, D)), rng.uniform(-0.9, 0.9, size=(N, H))
    W_xh, W_hh = rng.normal(size=(H, D)) / D**0.5, 1.5 * rng.normal(size=(H, H)) / H**0.5
    h = rnn_forward(x, h0, W_xh, W_hh, rng.normal(size=H) / 3)
    return rng.normal(size=h.shape) + 0.3, x, h0, W_xh, W_hh, h


@gradients.alternative
def layer_by_layer(dh, x, h0, W_xh, W_hh, h):
    before = np.concatenate([h0[None], h[:-1]])
    dz, g = [], 0 * h0
    for upstream, state in zip(dh[::-1], h[::-1], strict=False):
        g = (upstream + g) * (1 - state) * (1 + state)
        dz.insert(0, g)
        g = np.einsum("nh,hm->nm", g, W_hh)
    dz = np.stack(dz)
    return [
        np.einsum("tnh,hd->tnd", dz, W_xh),
        g,
        np.einsum("tnh,tnd->hd", dz, x),
        np.einsum("tnh,tnm->hm", dz, before),
        dz.sum((0, 1)),
    ]


@gradients.alternative
def sequence_by_sequence(dh, x, h0, W_xh, W_hh, h):
    T, N, _ = h.shape
    dx, dh0 = np.zeros_like(x), np.zeros_like(h0)
    dW_xh, dW_hh, db = np.zeros_like(W_xh), np.zeros_like(W_hh), np.zeros(h.shape[2])
    for n in range(N):
        g = np.zeros(h.shape[2])
        for t in range(T - 1, -1, -1):
            dz = np.diag(1 - h[t, n] ** 2) @ (g + dh[t, n])
            dx[t, n] = W_xh.T @ dz
            dW_xh += np.outer(dz, x[t, n])
            dW_hh += np.outer(dz, h[t - 1, n] if t else h0[n])
            db += dz
            g = W_hh.T @ dz
        dh0[n] = g
    return dx, dh0, dW_xh, dW_hh, db


gradients.known["value weights"] = {
    "Your derivative of tanh at step t uses the state before this step. Which state is the "
    "result of tanh at step t?": {
        "derivative_of_the_step_before": {
            "1 - h[t] ** 2": "1 - (h[t - 1] if t > 0 else h0) ** 2"
        }
    },
    "Each step of your backward pass uses only `dh[t]`, without a gradient from step t + 1. "
    "How does h[t] affect the later "
    "states?": {"nothing_through_time": {"(dh[t] + later)": "dh[t]"}},
    "Your backward pass uses only the last entry of `dh`. Which states can the loss depend "
    "on?": {"last_error_alone": "last, dh = dh[-1], 0 * dh; dh[-1] = last"},
    "Your backward pass adds up `dh` over all steps and uses this sum at the last step. Which "
    "state does each `dh[t]` belong "
    "to?": {"all_errors_at_the_end": "last, dh = dh.sum(axis=0), 0 * dh; dh[-1] = last"},
    "Your code adds `dh[t]` after the multiplication by the derivative of tanh. Is `dh[t]` the "
    "gradient with respect to h[t], or with respect to the sum inside "
    "tanh?": {"joined_behind_tanh": {"(dh[t] + later)": "dh[t] + later"}},
    "Your code adds the gradient from step t + 1 after the multiplication by the derivative of "
    "tanh. Is it the gradient with respect to h[t], or with respect to the sum inside tanh?": {
        "later_joined_behind_tanh": {
            "(dh[t] + later) * (1 - h[t] ** 2)": "dh[t] * (1 - h[t] ** 2) + later"
        }
    },
    "Your backward pass multiplies the gradient by `W_hh` in the same way as the forward pass "
    "multiplies the state. Which index of `W_hh` corresponds to h[t], and which to the sum "
    "inside tanh at step t + 1?": {"not_transposed": {"dz @ W_hh": "dz @ W_hh.T"}},
    "Your backward pass doesn't use the derivative of tanh. Which function turns the sum "
    "at step t into h[t]?": {"without_the_derivative": {" * (1 - h[t] ** 2)": ""}},
    "Your code uses h (1 - h), which is the derivative of the sigmoid. What is the derivative "
    "of tanh in terms of its "
    "output?": {"derivative_of_the_sigmoid": {"(1 - h[t] ** 2)": "h[t] * (1 - h[t])"}},
    "Your derivative of tanh is 1 - h. Which power of h should it contain?": {
        "derivative_without_the_square": {"h[t] ** 2": "h[t]"}
    },
    "Your backward pass starts at the first step. Does the gradient with respect to h[t] "
    "depend on step t - 1 or on step t + "
    "1?": {"forwards_in_time": {"reversed(range(len(x)))": "range(len(x))"}},
    "Your code adds up the gradients from all later steps in one array. Which of these steps "
    "appears in the formula for the gradient with respect to "
    "h[t]?": {"piled_up": {"later = dz": "later = later + dz"}},
    "Your code computes the gradient for step t - 1 directly from the gradient with respect to "
    "h[t]. Which function comes between W_hh h[t - 1] and "
    "h[t]?": {"sent_past_tanh": {"dz @ W_hh": "(dh[t] + later) @ W_hh"}},
    "Your backward pass ends before the first step, so your `dx[0]` is 0. What is t in the "
    "last iteration of your "
    "loop?": {"first_step_missing": {"reversed(range(len(x)))": "range(len(x) - 1, 0, -1)"}},
}

gradients.known["weights"] = {
    "Your `db` adds up the gradients with respect to the states, without the derivative of "
    "tanh. Where does the forward pass add `b`, before or after tanh?": {
        "bias_after_tanh": {"db += dz.sum(axis=0)": "db += (dh[t] + later).sum(axis=0)"}
    },
    "You compute `dW_hh` from h[t]. Which state does the forward pass multiply by `W_hh` at "
    "step t?": {"meets_the_new_state": {"(h[t - 1] if t > 0 else h0)": "h[t]"}},
    "Your `dW_hh` doesn't include the first step. Which state does the forward pass multiply "
    "by `W_hh` there?": {"first_step_left_out": {"else h0": "else 0 * h0"}},
    "Your `dW_hh` uses the last state for the first step, because h[t - 1] is h[-1] when t is "
    "0. Which state comes before the first "
    "step?": {"last_state_before_the_first": {"(h[t - 1] if t > 0 else h0)": "h[t - 1]"}},
    "Your `dW_hh` is transposed. Which index of `W_hh` corresponds to the new state?": {
        "transposed_gradient": {"dW_xh, dW_hh, db": "dW_xh, dW_hh.T, db"}
    },
    "Your `dW_xh`, `dW_hh` and `db` contain the gradient from only one step. Should each step "
    "overwrite the earlier gradients, or add to "
    "them?": {"written_over": {"dW_xh +=": "dW_xh =", "dW_hh +=": "dW_hh =", "db +=": "db ="}},
    "For `dW_xh`, you sum each factor over the samples and then multiply the two sums. Which "
    "product does each sample contribute?": {
        "samples_added_up_first": {"dz.T @ x[t]": "np.outer(dz.sum(axis=0), x[t].sum(axis=0))"}
    },
    "Your `dW_xh`, `dW_hh` and `db` are divided by N, although `dh` already accounts for "
    "any averaging over the sequences. Where does your code divide by N?": {
        "averaged_over_the_batch": {
            "dW_xh, dW_hh, db": "*(a / len(h0) for a in (dW_xh, dW_hh, db))"
        }
    },
}

gradients.known["value"] = {
    "Your `dh0` is the gradient with respect to h[0]. Which operations turn `h0` into h[0]?": {
        "gradient_of_the_first_state": {
            "later = dz @ W_hh": "first, later = dh[t] + later, dz @ W_hh",
            "return dx, later": "return dx, first",
        }
    },
    "You compute `dx` directly from the gradient with respect to h[t]. Which function comes "
    "between W_xh x[t] and "
    "h[t]?": {"inputs_past_tanh": {"dz @ W_xh": "(dh[t] + later) @ W_xh"}},
}
