"""rnn_forward: the states of a recurrent layer, one step after another."""

import numpy as np
from nngrader.engine import problem

from .common import DIGITS, ELSEWHERE

layer = problem(
    "rnn_forward",
    rtol=DIGITS,
    returns={"h": "value"},
    points={
        "shape": (1, "a `float64` array of the correct shape"),
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


STATE = "np.tanh(x_t @ W_xh.T + h @ W_hh.T + b)"
layer.known["value"] = {
    "Your code adds `b` to the state before it multiplies by `W_hh`. Where does the formula "
    "add `b`?": {"bias_of_the_state": {"h @ W_hh.T + b": "(h + b) @ W_hh.T"}},
    "Every step of your layer starts from `h0`. Which state should step t start from, and "
    "which step computed it?": {"begins_anew": {"h @ W_hh.T": "h0 @ W_hh.T"}},
    "Your states don't depend on the earlier states. Where does your code use `W_hh`?": {
        "without_memory": {" + h @ W_hh.T": ""}
    },
    "Your first step starts from a state of zeros. Which state should it start from?": {
        "zeros_at_the_start": {"states = h0": "states = 0 * h0"}
    },
    "Your `h` contains the sums without an activation function. What does the formula apply to "
    "each sum?": {"linear": {"np.tanh(": "("}},
    "Your `h` is computed with ReLU. Which activation function does the formula use?": {
        "relu_for_tanh": {"np.tanh(": "np.maximum(0, "}
    },
    "Your `h` is computed with the sigmoid. Which activation function does the formula use?": {
        "sigmoid_for_tanh": {STATE: ("1 / (1 + np.exp(-(x_t @ W_xh.T + h @ W_hh.T + b)))")}
    },
    "Your code passes the sum before tanh on to the next step. Is h[t - 1] in the formula the "
    "value before tanh or after "
    "tanh?": {"sum_carried": {"np.tanh(": "(", "append(h)": "append(np.tanh(h))"}},
    "Your code applies tanh to the input part and to the state part separately and then adds "
    "the two. What does the formula apply tanh "
    "to?": {"tanh_of_each_part": {STATE: "np.tanh(x_t @ W_xh.T + b) + np.tanh(h @ W_hh.T)"}},
    "Your matrix product sums over the wrong index of `W_hh`. Which index of `W_hh` "
    "corresponds to the old state, and which one to the new state?": {
        "transposed": {"W_hh.T": "W_hh"}
    },
    "Your sums don't include `b`. Where does `b` appear in the formula?": {
        "without_bias": {" + b": ""}
    },
    "You add `b` twice. How many times does `b` appear in the formula?": {
        "bias_twice": {"+ b": "+ 2 * b"}
    },
    "Your code adds the old state to the new one. Does h[t - 1] appear outside tanh in the "
    "formula?": {"added_to_the_old": {"h = np.tanh": "h = h + np.tanh"}},
    "Your layer reads each sequence from the last step to the first. Which entry of `x` should "
    "it read first?": {
        "from_the_end": {"in x:": "in x[::-1]:", "np.array(states)": "np.array(states[::-1])"}
    },
    "Your code stores `h0` as h[0] and never reads x[0]. Which input does the first step "
    "read?": {"first_input_skipped": {"in x:": "in x[1:]:", "h0, []": "h0, [h0]"}},
    "Each entry of your `h` is the state before the step. Is h[0] the state before the first "
    "input or after "
    "it?": {"one_step_late": {"np.array(states)": "np.array([h0, *states[:-1]])"}},
    "Every entry of your `h` equals the last state. What happens to the arrays in your list if "
    "each step writes into the same "
    "array?": {"one_array_for_all": {"np.array(states)": "np.array([h] * len(x))"}},
    "Your code loops over the sequences in the batch as if they were time steps. Which axis of "
    "`x` is time?": {
        "along_the_batch": {
            "h0, []": "h0[:1], []",
            "in x:": "in x.swapaxes(0, 1):",
            "np.array(states)": "np.stack(states, axis=1)",
        }
    },
    "Your code adds `b` after tanh. Which sum does the formula apply tanh to?": {
        "bias_behind_tanh": {"W_hh.T + b)": "W_hh.T) + b"}
    },
}

layer.known["shape value"] = {
    "Your `h` has T + 1 entries, because it includes `h0`. Which states should your function "
    "return?": {"with_the_start": {"h0, []": "h0, [h0]"}},
    "Your function returns only the last state. Which states should it return?": {
        "last_alone": {"np.array(states)": "h"}
    },
}
