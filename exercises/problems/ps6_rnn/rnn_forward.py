"""rnn_forward: the states of a recurrent layer, one step after another."""

import numpy as np
from nngrader.engine import problem

from .common import DIGITS, ELSEWHERE

layer = problem(
    "rnn_forward",
    rtol=DIGITS,
    returns={"h": "value"},
    points={
        "shape": (1, "a `float64` array of this shape"),
        "value": (8, "`h`"),
        "inputs-unchanged": (1, "your function doesn't change its arguments"),
    },
    forbidden={"all": ELSEWHERE},
)


@layer.reference
def rnn_forward(x, h0, W_xh, W_hh, b):
    """Compute the states of a recurrent layer of tanh units for N sequences.

    h[t] = tanh(W_xh x[t] + W_hh h[t - 1] + b), separately for each sequence. In the first step,
    h0 takes the role of h[t - 1].

    x : (T, N, D) array of inputs, with time as the first axis
    h0 : (N, H) array of states before the first step
    W_xh : (H, D) array; W_hh : (H, H) array; b : (H,) array
    Returns h : (T, N, H) array of the states after each step.
    """
    h, states = h0, []
    for x_t in x:
        h = np.tanh(x_t @ W_xh.T + h @ W_hh.T + b)
        states.append(h)
    return np.array(states)


layer.example(
    np.array([[[1.0, 0.0]], [[0.0, 2.0]]]),
    np.array([[0.5, 0.0]]),
    np.array([[1.0, 0.0], [0.0, -1.0]]),
    np.array([[0.0, 1.0], [2.0, 0.0]]),
    np.array([-1.0, 1.0]),
)


@layer.case("value", visible=2)
def random_numbers(rng, T, N, D, H):
    """Random numbers."""
    x, h0 = rng.normal(size=(T, N, D)), rng.uniform(-0.9, 0.9, size=(N, H))
    W_xh, W_hh = rng.normal(size=(H, D)) / D**0.5, rng.normal(size=(H, H)) / H**0.5
    return x, h0, W_xh, W_hh, rng.normal(size=H) / 3


@layer.alternative
def number_by_number(x, h0, W_xh, W_hh, b):
    T, N, D = x.shape
    H = len(b)
    h = np.zeros((T, N, H))
    for t in range(T):
        for n in range(N):
            before = h0[n] if t == 0 else h[t - 1, n]
            for k in range(H):
                total = b[k]
                for d in range(D):
                    total += W_xh[k, d] * x[t, n, d]
                for m in range(H):
                    total += W_hh[k, m] * before[m]
                h[t, n, k] = np.tanh(total)
    return h


@layer.alternative
def side_by_side(x, h0, W_xh, W_hh, b):
    W, states = np.hstack([W_xh, W_hh]), [h0]
    for x_t in x:
        z = np.hstack([x_t, states[-1]]) @ W.T + b
        states.append((1 - np.exp(-2 * z)) / (1 + np.exp(-2 * z)))
    return np.stack(states[1:])


@layer.alternative
def inputs_at_once(x, h0, W_xh, W_hh, b):
    h = np.einsum("tnd,hd->tnh", x, W_xh) + b
    before = h0
    for t in range(len(h)):
        h[t] = np.tanh(h[t] + np.einsum("nm,hm->nh", before, W_hh))
        before = h[t]
    return h


def run(x, h0, W_xh, W_hh, b, *, f=np.tanh, carried=None):
    """Return the states for a different activation function or a different recurrence.

    ``carried(h, z, before)`` returns the array that the next step gets instead of h. Here z is
    the sum before the activation function, and ``before`` is the previous value of this array.
    """
    h, states = h0, []
    for x_t in x:
        z = x_t @ W_xh.T + h @ W_hh.T + b
        states.append(f(z))
        h = carried(states[-1], z, h) if carried else states[-1]
    return np.array(states)


@layer.mistake(
    "Every step of your layer starts from `h0`. Which state should step t start from, and "
    "which step computed it?",
    loses="value",
)
def begins_anew(x, h0, W_xh, W_hh, b):
    return np.tanh(x @ W_xh.T + h0 @ W_hh.T + b)


@layer.mistake(
    "Your states don't depend on the earlier states. Where does your code use `W_hh`?",
    loses="value",
)
def without_memory(x, h0, W_xh, W_hh, b):
    return np.tanh(x @ W_xh.T + b)


@layer.mistake(
    "Your first step starts from a state of zeros. Which state should it start from?",
    loses="value",
)
def zeros_at_the_start(x, h0, W_xh, W_hh, b):
    return run(x, np.zeros_like(h0), W_xh, W_hh, b)


@layer.mistake(
    "Your `h` contains the sums without an activation function. What does the formula apply "
    "to each sum?",
    loses="value",
)
def linear(x, h0, W_xh, W_hh, b):
    return run(x, h0, W_xh, W_hh, b, f=lambda z: z)


@layer.mistake(
    "Your `h` is computed with ReLU. Which activation function does the formula use?",
    loses="value",
)
def relu_for_tanh(x, h0, W_xh, W_hh, b):
    return run(x, h0, W_xh, W_hh, b, f=lambda z: np.maximum(z, 0))


@layer.mistake(
    "Your `h` is computed with the sigmoid. Which activation function does the formula use?",
    loses="value",
)
def sigmoid_for_tanh(x, h0, W_xh, W_hh, b):
    return run(x, h0, W_xh, W_hh, b, f=lambda z: 1 / (1 + np.exp(-z)))


@layer.mistake(
    "Your code passes the sum before tanh on to the next step. Is h[t - 1] in the formula "
    "the value before tanh or after tanh?",
    loses="value",
)
def sum_carried(x, h0, W_xh, W_hh, b):
    return run(x, h0, W_xh, W_hh, b, carried=lambda h, z, before: z)


@layer.mistake(
    "Your code applies tanh to the input part and to the state part separately and then adds "
    "the two. What does the formula apply tanh to?",
    loses="value",
)
def tanh_of_each_part(x, h0, W_xh, W_hh, b):
    h, states = h0, []
    for x_t in x:
        h = np.tanh(x_t @ W_xh.T + b) + np.tanh(h @ W_hh.T)
        states.append(h)
    return np.array(states)


@layer.mistake(
    "Your code applies tanh only to the product of `W_hh` and the old state. What does the "
    "formula apply tanh to?",
    loses="value",
)
def tanh_of_the_old_state(x, h0, W_xh, W_hh, b):
    h, states = h0, []
    for x_t in x:
        h = x_t @ W_xh.T + np.tanh(h @ W_hh.T) + b
        states.append(h)
    return np.array(states)


@layer.mistake(
    "Your code applies the transpose of `W_hh`. Which index of `W_hh` belongs to the new "
    "state?",
    loses="value",
)
def transposed(x, h0, W_xh, W_hh, b):
    return run(x, h0, W_xh, W_hh.T, b)


@layer.mistake(
    "Your sums don't include `b`. Where does `b` appear in the formula?", loses="value"
)
def without_bias(x, h0, W_xh, W_hh, b):
    return run(x, h0, W_xh, W_hh, 0 * b)


@layer.mistake(
    "Your code subtracts `b`. Which sign does `b` have in the formula?", loses="value"
)
def bias_subtracted(x, h0, W_xh, W_hh, b):
    return run(x, h0, W_xh, W_hh, -b)


@layer.mistake(
    "Your sums contain `b` twice. How often does `b` appear in the formula?",
    loses="value",
)
def bias_twice(x, h0, W_xh, W_hh, b):
    return run(x, h0, W_xh, W_hh, 2 * b)


@layer.mistake(
    "Your code adds the old state to the new one. Does h[t - 1] appear outside tanh in the "
    "formula?",
    loses="value",
)
def added_to_the_old(x, h0, W_xh, W_hh, b):
    h, states = h0, []
    for x_t in x:
        h = h + np.tanh(x_t @ W_xh.T + h @ W_hh.T + b)
        states.append(h)
    return np.array(states)


@layer.mistake(
    "Your layer reads each sequence from the last step to the first. Which entry of `x` "
    "should it read first?",
    loses="value",
)
def from_the_end(x, h0, W_xh, W_hh, b):
    return rnn_forward(x[::-1], h0, W_xh, W_hh, b)[::-1]


@layer.mistake(
    "Each entry of your `h` is the state before the step. Is h[0] the state before the first "
    "input or after it?",
    loses="value",
)
def one_step_late(x, h0, W_xh, W_hh, b):
    return np.concatenate([h0[None], rnn_forward(x, h0, W_xh, W_hh, b)[:-1]])


@layer.mistake(
    "Your `h` has T + 1 entries, because it includes `h0`. Which states should your function "
    "return?",
    loses="shape value",
)
def with_the_start(x, h0, W_xh, W_hh, b):
    return np.concatenate([h0[None], rnn_forward(x, h0, W_xh, W_hh, b)])


@layer.mistake(
    "Your function returns only the last state. Which states should it return?",
    loses="shape value",
)
def last_alone(x, h0, W_xh, W_hh, b):
    return rnn_forward(x, h0, W_xh, W_hh, b)[-1]


@layer.mistake(
    "Every entry of your `h` equals the last state. What happens to the arrays in your list "
    "if each step writes into the same array?",
    loses="value",
)
def one_array_for_all(x, h0, W_xh, W_hh, b):
    h = rnn_forward(x, h0, W_xh, W_hh, b)
    return np.repeat(h[-1:], len(h), axis=0)


@layer.mistake(
    "Your layer runs through the sequences of the batch as if they were steps. Which axis of "
    "`x` is time?",
    loses="value",
)
def along_the_batch(x, h0, W_xh, W_hh, b):
    h, states = h0[:1], []
    for n in range(x.shape[1]):
        h = np.tanh(x[:, n] @ W_xh.T + h @ W_hh.T + b)
        states.append(h)
    return np.stack(states, axis=1)


@layer.mistake(
    "Every step of your layer reads the first input. Which entry of `x` belongs to step t?",
    loses="value",
)
def first_input_again(x, h0, W_xh, W_hh, b):
    return rnn_forward(np.repeat(x[:1], len(x), axis=0), h0, W_xh, W_hh, b)


@layer.mistake(
    "Your code adds `b` after tanh. Which sum does the formula apply tanh to?", loses="value"
)
def bias_behind_tanh(x, h0, W_xh, W_hh, b):
    h, states = h0, []
    for x_t in x:
        h = np.tanh(x_t @ W_xh.T + h @ W_hh.T) + b
        states.append(h)
    return np.array(states)
