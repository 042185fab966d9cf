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
        "shape": (1, "five `float64` arrays of these shapes, in this order"),
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


@gradients.alternative
def error_by_error(dh, x, h0, W_xh, W_hh, h):
    """Send the error of each step back separately, and add the gradients."""
    before = np.concatenate([h0[None], h[:-1]])
    total = [np.zeros(a.shape) for a in (x, h0, W_xh, W_hh, h[0, 0])]
    for last in range(len(x)):
        g = dh[last]
        for t in range(last, -1, -1):
            dz = g - g * h[t] * h[t]
            total[0][t] += dz @ W_xh
            total[2] += dz.T @ x[t]
            total[3] += dz.T @ before[t]
            total[4] += np.ones(len(dz)) @ dz
            g = dz @ W_hh
        total[1] += g
    return tuple(total)


def slope(h, before):
    """Return the derivative of tanh from its output."""
    return 1 - h**2


def back(
    dh, x, h0, W_xh, W_hh, h, *, derivative=slope, through=None, sums=None, met=None, state=None
):
    """Return the gradients of a backward pass in which some parts are replaced.

    ``derivative(h, before)`` replaces the derivative of tanh, and ``through`` replaces W_hh in
    the backward pass. ``sums(upstream, later, f)`` returns dz, ``met(h, before)`` returns the
    states that dW_hh is computed from, and ``state(dz, g, later)`` returns dh0.
    """
    before, later = np.concatenate([h0[None], h[:-1]]), np.zeros(h0.shape)
    dz, g = np.zeros(h.shape), np.zeros(h0.shape)
    for t in reversed(range(len(x))):
        f, g = derivative(h[t], before[t]), dh[t] + later
        dz[t] = sums(dh[t], later, f) if sums else g * f
        later = dz[t] @ (W_hh if through is None else through)
    dh0 = state(dz, g, later) if state else later
    other = before if met is None else met(h, before)
    dW_hh = np.einsum("tnh,tnm->hm", dz, other)
    return dz @ W_xh, dh0, np.einsum("tnh,tnd->hd", dz, x), dW_hh, dz.sum(axis=(0, 1))


def wrong(**how):
    """Return a wrong solution: `back` with these parts replaced."""
    return lambda *given: back(*given, **how)


@gradients.mistake(
    "Each step of your backward pass uses only `dh[t]`, without a gradient from step t + 1. "
    "How does h[t] affect the later states?",
    loses="value weights",
)
def nothing_through_time(*given):
    return wrong(sums=lambda upstream, later, f: upstream * f)(*given)


@gradients.mistake(
    "Your backward pass uses only the last entry of `dh`. Which states can the loss depend on?",
    loses="value weights",
)
def last_error_alone(dh, *given):
    only = np.zeros(dh.shape)
    only[-1] = dh[-1]
    return back(only, *given)


@gradients.mistake(
    "Your backward pass starts with the sum of all entries of `dh` at the last step. Which "
    "state does each `dh[t]` belong to?",
    loses="value weights",
)
def all_errors_at_the_end(dh, *given):
    whole = np.zeros(dh.shape)
    whole[-1] = dh.sum(axis=0)
    return back(whole, *given)


@gradients.mistake(
    "Your code adds `dh[t]` after the derivative of tanh. Is `dh[t]` the gradient with "
    "respect to h[t], or with respect to the sum inside tanh?",
    loses="value weights",
)
def joined_behind_tanh(*given):
    return wrong(sums=lambda upstream, later, f: upstream + later * f)(*given)


@gradients.mistake(
    "Your code adds the gradient from step t + 1 after the derivative of tanh. Is it the "
    "gradient with respect to h[t], or with respect to the sum inside tanh?",
    loses="value weights",
)
def later_joined_behind_tanh(*given):
    return wrong(sums=lambda upstream, later, f: upstream * f + later)(*given)


@gradients.mistake(
    "Your backward pass multiplies the gradient by `W_hh` in the same way as the forward pass "
    "multiplies the state. Which index of `W_hh` belongs to h[t], and which one to the sum of "
    "step t + 1?",
    loses="value weights",
)
def not_transposed(dh, x, h0, W_xh, W_hh, h):
    return back(dh, x, h0, W_xh, W_hh, h, through=W_hh.T)


@gradients.mistake(
    "Your backward pass doesn't use the derivative of tanh. Which function turns the sum of "
    "step t into h[t]?",
    loses="value weights",
)
def without_the_derivative(*given):
    return wrong(derivative=lambda h, before: 1.0)(*given)


@gradients.mistake(
    "Your code uses h (1 - h), which is the derivative of the sigmoid. What is the derivative "
    "of tanh in terms of its output?",
    loses="value weights",
)
def derivative_of_the_sigmoid(*given):
    return wrong(derivative=lambda h, before: h * (1 - h))(*given)


@gradients.mistake(
    "Your derivative of tanh is 1 - h. Which power of h should it contain?",
    loses="value weights",
)
def derivative_without_the_square(*given):
    return wrong(derivative=lambda h, before: 1 - h)(*given)


@gradients.mistake(
    "Your derivative of tanh contains tanh(h). Which function has your layer already applied "
    "to compute `h`?",
    loses="value weights",
)
def tanh_of_the_state(*given):
    return wrong(derivative=lambda h, before: 1 - np.tanh(h) ** 2)(*given)


@gradients.mistake(
    "Your code computes the derivative of tanh at step t from the previous state. Which state "
    "is the output of the tanh at step t?",
    loses="value weights",
)
def derivative_one_step_early(*given):
    return wrong(derivative=lambda h, before: 1 - before**2)(*given)


@gradients.mistake(
    "Your `dW_hh` is computed with h[t]. Which state does the forward pass multiply by `W_hh` "
    "at step t?",
    loses="weights",
)
def meets_the_new_state(*given):
    return wrong(met=lambda h, before: h)(*given)


@gradients.mistake(
    "Your `dW_hh` doesn't include the first step. Which state does the forward pass multiply "
    "by `W_hh` there?",
    loses="weights",
)
def first_step_left_out(*given):
    return wrong(met=lambda h, before: np.concatenate([0 * before[:1], before[1:]]))(*given)


@gradients.mistake(
    "Your `dW_hh` uses the last state for the first step, because h[t - 1] is h[-1] when t is "
    "0. Which state comes before the first step?",
    loses="weights",
)
def last_state_before_the_first(*given):
    return wrong(met=lambda h, before: np.roll(h, 1, axis=0))(*given)


@gradients.mistake(
    "Your `dW_hh` is transposed. Which index of `W_hh` belongs to the new state?",
    loses="weights",
)
def transposed_gradient(*given):
    dx, dh0, dW_xh, dW_hh, db = back(*given)
    return dx, dh0, dW_xh, dW_hh.T, db


@gradients.mistake(
    "Your gradients of the weights come from one step only. Should the gradient of each step "
    "overwrite the earlier ones, or be added to them?",
    loses="weights",
)
def written_over(dh, x, h0, W_xh, W_hh, h):
    dx, dh0, *_ = back(dh, x, h0, W_xh, W_hh, h)
    before, later = np.concatenate([h0[None], h[:-1]]), np.zeros(h0.shape)
    for t in reversed(range(len(x))):
        dz = (dh[t] + later) * (1 - h[t] ** 2)
        later = dz @ W_hh
    return dx, dh0, dz.T @ x[0], dz.T @ before[0], dz.sum(axis=0)


@gradients.mistake(
    "Your gradients of the weights are divided by the number of steps. `dh` already contains "
    "any such factor, so don't divide again.",
    loses="weights",
)
def averaged_over_time(*given):
    dx, dh0, *weights = back(*given)
    return dx, dh0, *(g / len(dx) for g in weights)


@gradients.mistake(
    "Your gradients of the weights are divided by N. `dh` already contains any such factor, "
    "so don't divide again.",
    loses="weights",
)
def averaged_over_the_batch(*given):
    dx, dh0, *weights = back(*given)
    return dx, dh0, *(g / dx.shape[1] for g in weights)


@gradients.mistake(
    "Your `dh0` is the gradient with respect to h[0]. Which operations turn `h0` into h[0]?",
    loses="value",
)
def gradient_of_the_first_state(*given):
    return wrong(state=lambda dz, g, later: g)(*given)


@gradients.mistake(
    "Your `dh0` is the gradient with respect to the sum inside the first tanh. Which matrix "
    "multiplies `h0` in this sum?",
    loses="value",
)
def gradient_of_the_first_sum(*given):
    return wrong(state=lambda dz, g, later: dz[0])(*given)


@gradients.mistake(
    "Your `dx` is computed directly from the gradient with respect to h[t]. Which function "
    "comes between W_xh x[t] and h[t]?",
    loses="value",
)
def inputs_past_tanh(dh, x, h0, W_xh, W_hh, h):
    _, dh0, *weights = back(dh, x, h0, W_xh, W_hh, h)
    before_tanh = []
    later = np.zeros(h0.shape)
    for t in reversed(range(len(x))):
        before_tanh.insert(0, dh[t] + later)
        later = (before_tanh[0] * (1 - h[t] ** 2)) @ W_hh
    return np.array(before_tanh) @ W_xh, dh0, *weights


@gradients.mistake(
    "Your backward pass starts at the first step. Does the gradient with respect to h[t] "
    "depend on step t - 1 or on step t + 1?",
    loses="value weights",
)
def forwards_in_time(dh, x, h0, W_xh, W_hh, h):
    before, later = np.concatenate([h0[None], h[:-1]]), np.zeros(h0.shape)
    dz = np.zeros(h.shape)
    for t in range(len(x)):
        dz[t] = (dh[t] + later) * (1 - h[t] ** 2)
        later = dz[t] @ W_hh
    weights = np.einsum("tnh,tnd->hd", dz, x), np.einsum("tnh,tnm->hm", dz, before)
    return dz @ W_xh, later, *weights, dz.sum(axis=(0, 1))


@gradients.mistake(
    "Your code adds up the gradients from all later steps in one array. Which of these steps "
    "appears in the formula for the gradient with respect to h[t]?",
    loses="value weights",
)
def piled_up(dh, x, h0, W_xh, W_hh, h):
    before, later = np.concatenate([h0[None], h[:-1]]), np.zeros(h0.shape)
    dz = np.zeros(h.shape)
    for t in reversed(range(len(x))):
        dz[t] = (dh[t] + later) * (1 - h[t] ** 2)
        later = later + dz[t] @ W_hh
    weights = np.einsum("tnh,tnd->hd", dz, x), np.einsum("tnh,tnm->hm", dz, before)
    return dz @ W_xh, later, *weights, dz.sum(axis=(0, 1))


@gradients.mistake(
    "Your code computes the gradient for step t - 1 directly from the gradient with respect "
    "to h[t]. Which function comes between W_hh h[t - 1] and h[t]?",
    loses="value weights",
)
def sent_past_tanh(dh, x, h0, W_xh, W_hh, h):
    before, later = np.concatenate([h0[None], h[:-1]]), np.zeros(h0.shape)
    dz = np.zeros(h.shape)
    for t in reversed(range(len(x))):
        g = dh[t] + later
        dz[t] = g * (1 - h[t] ** 2)
        later = g @ W_hh
    weights = np.einsum("tnh,tnd->hd", dz, x), np.einsum("tnh,tnm->hm", dz, before)
    return dz @ W_xh, later, *weights, dz.sum(axis=(0, 1))


@gradients.mistake(
    "Your `dh0` is multiplied by 1 - h0^2. Is `h0` the output of a tanh in this layer?",
    loses="value",
)
def derivative_at_the_start(dh, x, h0, W_xh, W_hh, h):
    dx, dh0, *weights = back(dh, x, h0, W_xh, W_hh, h)
    return dx, dh0 * (1 - h0**2), *weights


@gradients.mistake(
    "Your `dh0` contains `dh[0]` as an extra term. Does `dh[0]` belong to `h0` or to h[0]?",
    loses="value",
)
def first_error_at_the_start(dh, *given):
    dx, dh0, *weights = back(dh, *given)
    return dx, dh0 + dh[0], *weights
