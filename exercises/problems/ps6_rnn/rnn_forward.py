"""rnn_forward: the states of a recurrent layer, step after step."""

import numpy as np
from nngrader.engine import problem

from .common import DIGITS, ELSEWHERE

layer = problem(
    "rnn_forward",
    rtol=DIGITS,
    returns={"h": "value"},
    points={
        "shape": (1, "an array of this shape, of `float64`"),
        "value": (8, "`h`"),
        "inputs-unchanged": (1, "all arrays that are given stay as they are"),
    },
    forbidden={"all": ELSEWHERE},
)


@layer.reference
def rnn_forward(x, h0, W_xh, W_hh, b):
    """The states of a recurrent layer of tanh units, for N sequences at once.

    h[t] = tanh(W_xh x[t] + W_hh h[t - 1] + b), for each sequence; in place of h[-1] stands h0.

    x : (T, N, D) array: the inputs, time first
    h0 : (N, H) array: the states before the first step
    W_xh : (H, D) array; W_hh : (H, H) array; b : (H,) array
    Returns h : (T, N, H) array: the states after each step.
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
    """Return the states, with another activation function, or another number carried on.

    ``carried(h, z, x_t)`` says what the next step gets in place of h.
    """
    h, states = h0, []
    for x_t in x:
        z = x_t @ W_xh.T + h @ W_hh.T + b
        states.append(f(z))
        h = carried(states[-1], z, h) if carried else states[-1]
    return np.array(states)


@layer.mistake(
    "every step begins with h0. Which state does step t take up, and who left it?",
    loses="value",
)
def begins_anew(x, h0, W_xh, W_hh, b):
    return np.tanh(x @ W_xh.T + h0 @ W_hh.T + b)


@layer.mistake(
    "the states do not depend on those before them. Where does W_hh stand in your code?",
    loses="value",
)
def without_memory(x, h0, W_xh, W_hh, b):
    return np.tanh(x @ W_xh.T + b)


@layer.mistake(
    "the first step begins with zeros. With which state does the text begin?", loses="value"
)
def zeros_at_the_start(x, h0, W_xh, W_hh, b):
    return run(x, np.zeros_like(h0), W_xh, W_hh, b)


@layer.mistake(
    "the sums go on without tanh. What does the formula do with the sum?", loses="value"
)
def linear(x, h0, W_xh, W_hh, b):
    return run(x, h0, W_xh, W_hh, b, f=lambda z: z)


@layer.mistake(
    "the activation function is ReLU here. Which one does the formula name?", loses="value"
)
def relu_for_tanh(x, h0, W_xh, W_hh, b):
    return run(x, h0, W_xh, W_hh, b, f=lambda z: np.maximum(z, 0))


@layer.mistake(
    "the activation function is the sigmoid here. Which one does the formula name?",
    loses="value",
)
def sigmoid_for_tanh(x, h0, W_xh, W_hh, b):
    return run(x, h0, W_xh, W_hh, b, f=lambda z: 1 / (1 + np.exp(-z)))


@layer.mistake(
    "the next step gets the sum as it was before tanh. What does the formula call h[t - 1]?",
    loses="value",
)
def sum_carried(x, h0, W_xh, W_hh, b):
    return run(x, h0, W_xh, W_hh, b, carried=lambda h, z, before: z)


@layer.mistake(
    "tanh is taken of the input's part and of the old state's part, and the two are added. Of "
    "what is it taken in the formula?",
    loses="value",
)
def tanh_of_each_part(x, h0, W_xh, W_hh, b):
    h, states = h0, []
    for x_t in x:
        h = np.tanh(x_t @ W_xh.T + b) + np.tanh(h @ W_hh.T)
        states.append(h)
    return np.array(states)


@layer.mistake(
    "tanh is taken of the old state's part alone. Of what is it taken in the formula?",
    loses="value",
)
def tanh_of_the_old_state(x, h0, W_xh, W_hh, b):
    h, states = h0, []
    for x_t in x:
        h = x_t @ W_xh.T + np.tanh(h @ W_hh.T) + b
        states.append(h)
    return np.array(states)


@layer.mistake(
    "W_hh is applied the wrong way round. Which index of it belongs to the new state?",
    loses="value",
)
def transposed(x, h0, W_xh, W_hh, b):
    return run(x, h0, W_xh, W_hh.T, b)


@layer.mistake("b is not added. Where does the formula have it?", loses="value")
def without_bias(x, h0, W_xh, W_hh, b):
    return run(x, h0, W_xh, W_hh, 0 * b)


@layer.mistake("b is subtracted. Which sign has it in the formula?", loses="value")
def bias_subtracted(x, h0, W_xh, W_hh, b):
    return run(x, h0, W_xh, W_hh, -b)


@layer.mistake(
    "the bias is added once for the input and once for the state. How often does it stand in "
    "the formula?",
    loses="value",
)
def bias_twice(x, h0, W_xh, W_hh, b):
    return run(x, h0, W_xh, W_hh, 2 * b)


@layer.mistake(
    "the old state is added to the new one. What is left of h[t - 1] outside tanh in the "
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
    "the sequence is read from its end. With which entry of x does the first step begin?",
    loses="value",
)
def from_the_end(x, h0, W_xh, W_hh, b):
    return rnn_forward(x[::-1], h0, W_xh, W_hh, b)[::-1]


@layer.mistake(
    "each entry of h is the state before its step. Is h[0] the state before the first input or "
    "after it?",
    loses="value",
)
def one_step_late(x, h0, W_xh, W_hh, b):
    return np.concatenate([h0[None], rnn_forward(x, h0, W_xh, W_hh, b)[:-1]])


@layer.mistake(
    "h has T + 1 entries: h0 is among them. Which states are returned?", loses="shape value"
)
def with_the_start(x, h0, W_xh, W_hh, b):
    return np.concatenate([h0[None], rnn_forward(x, h0, W_xh, W_hh, b)])


@layer.mistake("this is the last state alone. Which states are returned?", loses="shape value")
def last_alone(x, h0, W_xh, W_hh, b):
    return rnn_forward(x, h0, W_xh, W_hh, b)[-1]


@layer.mistake(
    "every entry of h is the last state. What does your list hold when the next step writes "
    "into the same array?",
    loses="value",
)
def one_array_for_all(x, h0, W_xh, W_hh, b):
    h = rnn_forward(x, h0, W_xh, W_hh, b)
    return np.repeat(h[-1:], len(h), axis=0)


@layer.mistake(
    "the sequences of the batch are read one after the other, as if they were steps. Which "
    "axis of x is time?",
    loses="value",
)
def along_the_batch(x, h0, W_xh, W_hh, b):
    h, states = h0[:1], []
    for n in range(x.shape[1]):
        h = np.tanh(x[:, n] @ W_xh.T + h @ W_hh.T + b)
        states.append(h)
    return np.stack(states, axis=1)


@layer.mistake(
    "each step reads the first input again. Which entry of x belongs to step t?",
    loses="value",
)
def first_input_again(x, h0, W_xh, W_hh, b):
    return rnn_forward(np.repeat(x[:1], len(x), axis=0), h0, W_xh, W_hh, b)


@layer.mistake(
    "b is added behind tanh. Of which sum is tanh taken in the formula?", loses="value"
)
def bias_behind_tanh(x, h0, W_xh, W_hh, b):
    h, states = h0, []
    for x_t in x:
        h = np.tanh(x_t @ W_xh.T + h @ W_hh.T) + b
        states.append(h)
    return np.array(states)
