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


layer.mistake(
    "Every step of your layer starts from `h0`. Which state should step t start from, and "
    "which step computed it?",
    loses="value",
    name="begins_anew",
    edit=("h @ W_hh.T", "h0 @ W_hh.T"),
)
layer.mistake(
    "Your states don't depend on the earlier states. Where does your code use `W_hh`?",
    loses="value",
    name="without_memory",
    edit=(" + h @ W_hh.T", ""),
)
layer.mistake(
    "Your first step starts from a state of zeros. Which state should it start from?",
    loses="value",
    name="zeros_at_the_start",
    edit=("states = h0", "states = 0 * h0"),
)
layer.mistake(
    "Your `h` contains the sums without an activation function. What does the formula apply "
    "to each sum?",
    loses="value",
    name="linear",
    edit=("np.tanh(", "("),
)
layer.mistake(
    "Your `h` is computed with ReLU. Which activation function does the formula use?",
    loses="value",
    name="relu_for_tanh",
    edit=("np.tanh(", "np.maximum(0, "),
)
layer.mistake(
    "Your `h` is computed with the sigmoid. Which activation function does the formula use?",
    loses="value",
    name="sigmoid_for_tanh",
    edit=(
        "np.tanh(x_t @ W_xh.T + h @ W_hh.T + b)",
        "1 / (1 + np.exp(-(x_t @ W_xh.T + h @ W_hh.T + b)))",
    ),
)
layer.mistake(
    "Your code passes the sum before tanh on to the next step. Is h[t - 1] in the formula "
    "the value before tanh or after tanh?",
    loses="value",
    name="sum_carried",
    edit=[("np.tanh(", "("), ("append(h)", "append(np.tanh(h))")],
)
layer.mistake(
    "Your code applies tanh to the input part and to the state part separately and then adds "
    "the two. What does the formula apply tanh to?",
    loses="value",
    name="tanh_of_each_part",
    edit=(
        "np.tanh(x_t @ W_xh.T + h @ W_hh.T + b)",
        "np.tanh(x_t @ W_xh.T + b) + np.tanh(h @ W_hh.T)",
    ),
)
layer.mistake(
    "Your code applies the transpose of `W_hh`. Which index of `W_hh` corresponds to the new "
    "state?",
    loses="value",
    name="transposed",
    edit=("W_hh.T", "W_hh"),
)
layer.mistake(
    "Your sums don't include `b`. Where does `b` appear in the formula?",
    loses="value",
    name="without_bias",
    edit=(" + b", ""),
)
layer.mistake(
    "Your sums contain `b` twice. How many times does `b` appear in the formula?",
    loses="value",
    name="bias_twice",
    edit=("+ b", "+ 2 * b"),
)
layer.mistake(
    "Your code adds the old state to the new one. Does h[t - 1] appear outside tanh in the "
    "formula?",
    loses="value",
    name="added_to_the_old",
    edit=("h = np.tanh", "h = h + np.tanh"),
)
layer.mistake(
    "Your layer reads each sequence from the last step to the first. Which entry of `x` "
    "should it read first?",
    loses="value",
    name="from_the_end",
    edit=[("in x:", "in x[::-1]:"), ("np.array(states)", "np.array(states[::-1])")],
)
layer.mistake(
    "Each entry of your `h` is the state before the step. Is h[0] the state before the first "
    "input or after it?",
    loses="value",
    name="one_step_late",
    edit=("np.array(states)", "np.array([h0, *states[:-1]])"),
)
layer.mistake(
    "Your `h` has T + 1 entries, because it includes `h0`. Which states should your function "
    "return?",
    loses="shape value",
    name="with_the_start",
    edit=("h0, []", "h0, [h0]"),
)
layer.mistake(
    "Your function returns only the last state. Which states should it return?",
    loses="shape value",
    name="last_alone",
    edit=("np.array(states)", "h"),
)
layer.mistake(
    "Every entry of your `h` equals the last state. What happens to the arrays in your list "
    "if each step writes into the same array?",
    loses="value",
    name="one_array_for_all",
    edit=("np.array(states)", "np.array([h] * len(x))"),
)
layer.mistake(
    "Your layer loops over the sequences in the batch as if they were time steps. Which axis "
    "of `x` is time?",
    loses="value",
    name="along_the_batch",
    edit=[
        ("h0, []", "h0[:1], []"),
        ("in x:", "in x.swapaxes(0, 1):"),
        ("np.array(states)", "np.stack(states, axis=1)"),
    ],
)
layer.mistake(
    "Your code adds `b` after tanh. Which sum does the formula apply tanh to?",
    loses="value",
    name="bias_behind_tanh",
    edit=("W_hh.T + b)", "W_hh.T) + b"),
)
