"""rnn_backward: backpropagation through time, all gradients."""

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
        "shape": (1, "arrays of these five shapes, in this order, of `float64`"),
        "value": (7, "`dx` and `dh0`, half each"),
        "weights": (10, "`dW_xh`, `dW_hh` and `db`, a third each"),
        "inputs-unchanged": (1, "all arrays that are given stay as they are"),
    },
    forbidden={"all": ELSEWHERE},
)


@gradients.reference
def rnn_backward(dh, x, h0, W_xh, W_hh, h):
    """Backpropagation through time for h = rnn_forward(x, h0, W_xh, W_hh, b).

    The loss may look at every state. dh[t] is its gradient with respect to h[t], all later
    states held fixed. What reaches h[t] through step t + 1 is added here.

    dh : (T, N, H) array
    x : (T, N, D), h0 : (N, H), W_xh : (H, D), W_hh : (H, H): what rnn_forward was given
    h : (T, N, H) array: what it returned
    Returns (dx, dh0, dW_xh, dW_hh, db): the gradients of the loss with respect to x, h0, W_xh,
    W_hh and b, each in the shape of what it belongs to.
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
    """Send each step's error back by itself, and add what all of them give."""
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
    """Return the gradients, gone back in another way.

    ``derivative(h, before)`` stands in place of the derivative of tanh, ``through`` in place of
    W_hh on the way back; ``sums(upstream, later, f)`` makes dz, ``met(h, before)`` is what
    dW_hh meets, and ``state(dz, g, later)`` the gradient that is returned of h0.
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
    """Return a solution that is wrong in a way that `back` knows."""
    return lambda *given: back(*given, **how)


@gradients.mistake(
    "each step gets its own error alone, and no gradient from the step after it. On which "
    "path does h[t] reach the later states?",
    loses="value weights",
)
def nothing_through_time(*given):
    return wrong(sums=lambda upstream, later, f: upstream * f)(*given)


@gradients.mistake(
    "only the last error goes back. At which states does the loss look, and where does dh[t] "
    "join?",
    loses="value weights",
)
def last_error_alone(dh, *given):
    only = np.zeros(dh.shape)
    only[-1] = dh[-1]
    return back(only, *given)


@gradients.mistake(
    "all errors are sent through the last step, one on top of the other. At which step does "
    "dh[t] join?",
    loses="value weights",
)
def all_errors_at_the_end(dh, *given):
    whole = np.zeros(dh.shape)
    whole[-1] = dh.sum(axis=0)
    return back(whole, *given)


@gradients.mistake(
    "dh[t] is added behind the derivative of tanh. Is it the gradient with respect to h[t] or "
    "to the sum inside tanh?",
    loses="value weights",
)
def joined_behind_tanh(*given):
    return wrong(sums=lambda upstream, later, f: upstream + later * f)(*given)


@gradients.mistake(
    "the gradient from step t + 1 is added behind the derivative of tanh. Of what is it the "
    "gradient, of h[t] or of the sum inside tanh?",
    loses="value weights",
)
def later_joined_behind_tanh(*given):
    return wrong(sums=lambda upstream, later, f: upstream * f + later)(*given)


@gradients.mistake(
    "in the backward pass the gradient is multiplied as the state is in the forward pass. "
    "Forwards h is multiplied by W_hh: by what is the gradient multiplied?",
    loses="value weights",
)
def not_transposed(dh, x, h0, W_xh, W_hh, h):
    return back(dh, x, h0, W_xh, W_hh, h, through=W_hh.T)


@gradients.mistake(
    "the derivative of tanh is missing. What does a step do with its sum?",
    loses="value weights",
)
def without_the_derivative(*given):
    return wrong(derivative=lambda h, before: 1.0)(*given)


@gradients.mistake(
    "this is the derivative of the sigmoid, h (1 - h). Which one belongs to tanh?",
    loses="value weights",
)
def derivative_of_the_sigmoid(*given):
    return wrong(derivative=lambda h, before: h * (1 - h))(*given)


@gradients.mistake(
    "the derivative of tanh is 1 - h here. Which power of h belongs there?",
    loses="value weights",
)
def derivative_without_the_square(*given):
    return wrong(derivative=lambda h, before: 1 - h)(*given)


@gradients.mistake("tanh is taken once more, of h. What is h already?", loses="value weights")
def tanh_of_the_state(*given):
    return wrong(derivative=lambda h, before: 1 - np.tanh(h) ** 2)(*given)


@gradients.mistake(
    "the derivative of tanh is taken at the state before. Which state came out of this step's "
    "tanh?",
    loses="value weights",
)
def derivative_one_step_early(*given):
    return wrong(derivative=lambda h, before: 1 - before**2)(*given)


@gradients.mistake(
    "dW_hh is made with h[t]. Which state did W_hh meet in step t?", loses="weights"
)
def meets_the_new_state(*given):
    return wrong(met=lambda h, before: h)(*given)


@gradients.mistake(
    "dW_hh lacks the first step. Which state did W_hh meet there?", loses="weights"
)
def first_step_left_out(*given):
    return wrong(met=lambda h, before: np.concatenate([0 * before[:1], before[1:]]))(*given)


@gradients.mistake(
    "dW_hh of the first step is made with the last state, as h[t - 1] gives for t = 0. Which "
    "state stands before the first?",
    loses="weights",
)
def last_state_before_the_first(*given):
    return wrong(met=lambda h, before: np.roll(h, 1, axis=0))(*given)


@gradients.mistake(
    "dW_hh is transposed. Which index of it belongs to the new state?", loses="weights"
)
def transposed_gradient(*given):
    dx, dh0, dW_xh, dW_hh, db = back(*given)
    return dx, dh0, dW_xh, dW_hh.T, db


@gradients.mistake(
    "this is what one step gives. Are the gradients of the others added, or written over?",
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
    "this is divided by the number of steps. Has the loss not been averaged already, before dh "
    "came to you?",
    loses="weights",
)
def averaged_over_time(*given):
    dx, dh0, *weights = back(*given)
    return dx, dh0, *(g / len(dx) for g in weights)


@gradients.mistake(
    "this is divided by N. Has the loss not been averaged already, before dh came to you?",
    loses="weights",
)
def averaged_over_the_batch(*given):
    dx, dh0, *weights = back(*given)
    return dx, dh0, *(g / dx.shape[1] for g in weights)


@gradients.mistake(
    "dh0 is the gradient of the first state. Which step lies between h0 and h[0]?",
    loses="value",
)
def gradient_of_the_first_state(*given):
    return wrong(state=lambda dz, g, later: g)(*given)


@gradients.mistake(
    "dh0 is the gradient of the first sum, inside tanh. Which matrix lies between h0 and it?",
    loses="value",
)
def gradient_of_the_first_sum(*given):
    return wrong(state=lambda dz, g, later: dz[0])(*given)


@gradients.mistake(
    "dx is made from the gradient of h[t]. What lies between h[t] and W_xh x[t]?",
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
    "it goes through time forwards. In which order do the gradients become known?",
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
    "the gradient from the step after is kept and added again at each earlier step. With "
    "which gradient has W_hh been multiplied in this step?",
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
    "what goes to the step before is made from the gradient of h[t]. What lies between h[t] "
    "and W_hh h[t - 1]?",
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
    "dh0 is multiplied by 1 - h0^2. Is h0 the output of a tanh of this layer?", loses="value"
)
def derivative_at_the_start(dh, x, h0, W_xh, W_hh, h):
    dx, dh0, *weights = back(dh, x, h0, W_xh, W_hh, h)
    return dx, dh0 * (1 - h0**2), *weights


@gradients.mistake(
    "dh[0] is added to dh0. To which state does it belong, to h0 or to h[0]?", loses="value"
)
def first_error_at_the_start(dh, *given):
    dx, dh0, *weights = back(dh, *given)
    return dx, dh0 + dh[0], *weights
