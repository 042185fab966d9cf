"""lstm_step: one step of an LSTM, forwards and backwards."""

import numpy as np
from nngrader.engine import problem

from .common import DIGITS, ELSEWHERE

step = problem(
    "lstm_step",
    rtol=DIGITS,
    returns={
        "h_new": "value",
        "c_new": "value",
        "dx": "gradient",
        "dh": "gradient",
        "dc": "gradient",
        "dW": "weights",
        "dU": "weights",
        "db": "weights",
    },
    points={
        "shape": (1, "arrays of these eight shapes, in this order, of `float64`"),
        "value": (8, "`h_new` and `c_new`, half each"),
        "gradient": (8, "`dx`, `dh` and `dc`, a third each"),
        "weights": (5, "`dW`, `dU` and `db`, a third each"),
        "inputs-unchanged": (1, "all arrays that are given stay as they are"),
    },
    forbidden={"all": ELSEWHERE},
)


@step.reference
def lstm_step(x, h, c, W, U, b, dh_new, dc_new):
    """One step of an LSTM for N sequences, forwards and backwards.

    i = sigmoid(z_i), f = sigmoid(z_f), g = tanh(z_g), o = sigmoid(z_o), where
    z = x W^T + h U^T + b, of shape (N, 4H), holds z_i, z_f, z_g and z_o side by side
    c_new = f * c + i * g,  h_new = o * tanh(c_new)

    The loss reaches this step through h_new and through c_new: dh_new is its gradient with
    respect to h_new, and dc_new with respect to c_new, h_new held fixed.

    x : (N, D) array; h, c : (N, H) arrays: the hidden state and the cell state before the step
    W : (4H, D) array; U : (4H, H) array; b : (4H,) array
    dh_new, dc_new : (N, H) arrays
    Returns (h_new, c_new, dx, dh, dc, dW, dU, db): the new states, and the gradients of the
    loss with respect to x, h, c, W, U and b.
    """
    z_i, z_f, z_g, z_o = np.split(x @ W.T + h @ U.T + b, 4, axis=1)
    i, f, o = (1 / (1 + np.exp(-z)) for z in (z_i, z_f, z_o))
    g = np.tanh(z_g)
    c_new = f * c + i * g
    t = np.tanh(c_new)
    into = dc_new + dh_new * o * (1 - t**2)
    dz_i, dz_f = into * g * i * (1 - i), into * c * f * (1 - f)
    dz_g, dz_o = into * i * (1 - g**2), dh_new * t * o * (1 - o)
    dz = np.hstack([dz_i, dz_f, dz_g, dz_o])
    return o * t, c_new, dz @ W, dz @ U, into * f, dz.T @ x, dz.T @ h, dz.sum(axis=0)


step.example(
    np.array([[1.0]]),
    np.array([[2.0]]),
    np.array([[4.0]]),
    np.array([[1.0], [-2.0], [2.0], [3.0]]),
    np.array([[0.0], [1.0], [-1.0], [-1.0]]),
    np.array([-1.0, 0.0, 0.0, -1.0]),
    np.array([[4.0]]),
    np.array([[2.0]]),
)


@step.case("value", visible=2)
def random_numbers(rng, N, D, H):
    """Random numbers."""
    x, h = rng.normal(size=(N, D)), rng.uniform(-0.9, 0.9, size=(N, H))
    W, U = rng.normal(size=(4 * H, D)) / D**0.5, rng.normal(size=(4 * H, H)) / H**0.5
    c, b = 1.5 * rng.normal(size=(N, H)), rng.normal(size=4 * H) / 2
    return x, h, c, W, U, b, rng.normal(size=(N, H)) + 0.3, rng.normal(size=(N, H)) - 0.3


@step.alternative
def gate_by_gate(x, h, c, W, U, b, dh_new, dc_new):
    H = h.shape[1]
    gates = []
    for k in range(4):
        rows = slice(k * H, (k + 1) * H)
        z = np.einsum("nd,hd->nh", x, W[rows]) + np.einsum("nm,hm->nh", h, U[rows]) + b[rows]
        gates.append(np.tanh(z) if k == 2 else (1 + np.tanh(z / 2)) / 2)
    i, f, g, o = gates
    c_new = i * g
    c_new += f * c
    squashed = np.tanh(c_new)
    through = dh_new * o
    through -= through * squashed * squashed
    through += dc_new
    slopes = [through * g, through * c, through * i, dh_new * squashed]
    dx, dh = np.zeros_like(x), np.zeros_like(h)
    dW, dU, db = np.zeros_like(W), np.zeros_like(U), np.zeros_like(b)
    for k, (gate, slope) in enumerate(zip(gates, slopes, strict=True)):
        rows = slice(k * H, (k + 1) * H)
        slope = slope * ((1 - gate) * (1 + gate) if k == 2 else gate - gate * gate)
        dx += slope @ W[rows]
        dh += slope @ U[rows]
        dW[rows], dU[rows], db[rows] = slope.T @ x, slope.T @ h, slope.sum(0)
    return [squashed * o, c_new, dx, dh, through * f, dW, dU, db]


@step.alternative
def sequence_by_sequence(x, h, c, W, U, b, dh_new, dc_new):
    (N, H), both = h.shape, np.concatenate([W, U], axis=1)
    h_new, c_new, dc = np.zeros_like(h), np.zeros_like(c), np.zeros_like(c)
    d_in, d_both, db = np.zeros((N, both.shape[1])), np.zeros(both.shape), 0 * b
    for n in range(N):
        v = np.concatenate([x[n], h[n]])
        z = (both @ v + b).reshape(4, H)
        s = 1 / (1 + np.exp(-z))
        g = np.tanh(z[2])
        c_new[n] = s[1] * c[n] + s[0] * g
        t = np.tanh(c_new[n])
        h_new[n] = s[3] * t
        into = dc_new[n] + dh_new[n] * s[3] * (1 - t * t)
        dc[n] = into * s[1]
        dz = np.array([into * g, into * c[n], into * s[0], dh_new[n] * t])
        dz[[0, 1, 3]] *= (s * (1 - s))[[0, 1, 3]]
        dz[2] *= 1 - g * g
        d_in[n] = dz.ravel() @ both
        d_both += np.outer(dz, v)
        db += dz.ravel()
    D = x.shape[1]
    return h_new, c_new, d_in[:, :D], d_in[:, D:], dc, d_both[:, :D], d_both[:, D:], db


def sigmoid(z):
    """Return 1 / (1 + exp(-z))."""
    return 1 / (1 + np.exp(-z))


def made(x, h, c, W, U, b, dh_new, dc_new, *, order="ifgo", forward=None, **other):
    """Return states and gradients, with parts of the step changed.

    ``order``: the order in which the gates stand in z; ``forward(i, f, g, o, c, t)`` returns
    the states that are returned. Functions by name change what goes back: ``into`` (the
    gradient of c_new), ``dz`` (of the four sums, a dict), ``dc``, ``sums`` (dx and dh) and
    ``weights``.
    """
    z = dict(zip(order, np.split(x @ W.T + h @ U.T + b, 4, axis=1), strict=True))
    i, f, o, g = sigmoid(z["i"]), sigmoid(z["f"]), sigmoid(z["o"]), np.tanh(z["g"])
    c_new = f * c + i * g
    t = np.tanh(c_new)
    states = (o * t, c_new)
    if forward:
        states = forward(i, f, g, o, c, z)
    into = dc_new + dh_new * o * (1 - t**2)
    if "into" in other:
        into = other["into"](dh_new, dc_new, o, t, f)
    parts = {
        "i": into * g * i * (1 - i),
        "f": into * c * f * (1 - f),
        "g": into * i * (1 - g**2),
        "o": dh_new * t * o * (1 - o),
    }
    if "dz" in other:
        parts |= other["dz"](into, dh_new, i, f, g, o, c, c_new, t)
    dz = np.hstack([parts[name] for name in order])
    dc = other["dc"](into, f, dc_new) if "dc" in other else into * f
    dx, dh = other["sums"](dz, W, U, dh_new) if "sums" in other else (dz @ W, dz @ U)
    weights = dz.T @ x, dz.T @ h, dz.sum(axis=0)
    weights = other["weights"](*weights, len(x)) if "weights" in other else weights
    return *states, dx, dh, dc, *weights


def wrong(**how):
    """Return a solution that is wrong in a way that `made` knows."""
    return lambda *given: made(*given, **how)


@step.mistake(
    "the input gate and the forget gate have changed places. In which order do the four sums "
    "stand in z?",
    loses="value gradient weights",
)
def forget_gate_first(*given):
    return wrong(order="figo")(*given)


@step.mistake(
    "the four sums are taken in the order i, f, o, g. In which order do they stand in z?",
    loses="value gradient weights",
)
def candidate_last(*given):
    return wrong(order="ifog")(*given)


@step.mistake(
    "the four sums are taken as every fourth column of z. Do the gates stand side by side in "
    "it, or one unit after the other?",
    loses="value gradient weights",
)
def every_fourth(x, h, c, W, U, b, dh_new, dc_new):
    H = h.shape[1]
    rows = np.arange(4 * H).reshape(H, 4).T.ravel()
    *found, dW, dU, db = lstm_step(x, h, c, W[rows], U[rows], b[rows], dh_new, dc_new)
    return *found, dW[np.argsort(rows)], dU[np.argsort(rows)], db[np.argsort(rows)]


@step.mistake("b is not added. Where does the formula have it?", loses="value gradient weights")
def without_bias(x, h, c, W, U, b, *given):
    return made(x, h, c, W, U, 0 * b, *given)


@step.mistake(
    "the step does not use h. Which of the two matrices meets it?",
    loses="value gradient weights",
)
def without_the_state(x, h, c, W, U, b, *given):
    def sums(dz, W, _, dh_new):
        return dz @ W, dz @ U

    return made(x, h, c, W, 0 * U, b, *given, sums=sums)


@step.mistake(
    "g has gone through the sigmoid. What does the formula take of z_g?", loses="value"
)
def sigmoid_for_the_candidate(*given):
    def states(i, f, g, o, c, z):
        c_new = f * c + i * sigmoid(z["g"])
        return o * np.tanh(c_new), c_new

    return wrong(forward=states)(*given)


@step.mistake(
    "the gates have gone through tanh. Between which numbers should a gate lie?", loses="value"
)
def tanh_for_the_gates(*given):
    def states(i, f, g, o, c, z):
        c_new = np.tanh(z["f"]) * c + np.tanh(z["i"]) * g
        return np.tanh(z["o"]) * np.tanh(c_new), c_new

    return wrong(forward=states)(*given)


@step.mistake(
    "c_new is multiplied by o without tanh. What is read through the output gate?",
    loses="value",
)
def without_the_last_tanh(*given):
    return wrong(forward=lambda i, f, g, o, c, z: (o * (f * c + i * g), f * c + i * g))(*given)


@step.mistake(
    "h_new is made from the cell state before the step. Which one is read through the output "
    "gate?",
    loses="value",
)
def old_cell_read(*given):
    return wrong(forward=lambda i, f, g, o, c, z: (o * np.tanh(c), f * c + i * g))(*given)


@step.mistake(
    "the forget gate is not used: all of c stays. What should f do with it?", loses="value"
)
def nothing_forgotten(*given):
    def states(i, f, g, o, c, z):
        return o * np.tanh(c + i * g), c + i * g

    return wrong(forward=states)(*given)


@step.mistake(
    "the input gate is not used: all of g comes in. What should i do with it?", loses="value"
)
def nothing_kept_out(*given):
    def states(i, f, g, o, c, z):
        return o * np.tanh(f * c + g), f * c + g

    return wrong(forward=states)(*given)


@step.mistake(
    "1 - f stands where f should. Is f the share that is kept or the share that is lost?",
    loses="value",
)
def forget_gate_turned_round(*given):
    def states(i, f, g, o, c, z):
        c_new = (1 - f) * c + i * g
        return o * np.tanh(c_new), c_new

    return wrong(forward=states)(*given)


@step.mistake(
    "1 - f stands where the input gate should. Which sum decides what comes in?", loses="value"
)
def gates_coupled(*given):
    def states(i, f, g, o, c, z):
        c_new = f * c + (1 - f) * g
        return o * np.tanh(c_new), c_new

    return wrong(forward=states)(*given)


@step.mistake(
    "c_new has gone through tanh itself. Of which of the two states is tanh taken?",
    loses="value",
)
def cell_squashed(*given):
    def states(i, f, g, o, c, z):
        c_new = np.tanh(f * c + i * g)
        return o * c_new, c_new

    return wrong(forward=states)(*given)


@step.mistake(
    "the input gate stands in place of the output gate. Through which gate is the cell read?",
    loses="value",
)
def read_through_the_input_gate(*given):
    def states(i, f, g, o, c, z):
        c_new = f * c + i * g
        return i * np.tanh(c_new), c_new

    return wrong(forward=states)(*given)


@step.mistake(
    "h_new and c_new have changed places. In which order are they returned?", loses="value"
)
def states_exchanged(*given):
    h_new, c_new, *rest = made(*given)
    return c_new, h_new, *rest


@step.mistake(
    "nothing goes back from h_new into the cell. On which path does c_new reach h_new?",
    loses="gradient weights",
)
def output_path_left_out(*given):
    return wrong(into=lambda dh_new, dc_new, o, t, f: dc_new)(*given)


@step.mistake(
    "dc_new goes nowhere. Which two paths lead from c_new to the loss?",
    loses="gradient weights",
)
def later_steps_left_out(*given):
    return wrong(into=lambda dh_new, dc_new, o, t, f: dh_new * o * (1 - t**2))(*given)


@step.mistake(
    "between h_new and c_new the derivative of tanh is missing. What lies between the two?",
    loses="gradient weights",
)
def last_tanh_forgotten(*given):
    return wrong(into=lambda dh_new, dc_new, o, t, f: dc_new + dh_new * o)(*given)


@step.mistake(
    "between h_new and c_new the output gate is missing. By what is tanh(c_new) multiplied?",
    loses="gradient weights",
)
def output_gate_forgotten(*given):
    return wrong(into=lambda dh_new, dc_new, o, t, f: dc_new + dh_new * (1 - t**2))(*given)


@step.mistake(
    "dc_new, too, is multiplied by the output gate and the derivative of tanh. Of which array "
    "is it the gradient already?",
    loses="gradient weights",
)
def both_through_the_output(*given):
    def into(dh_new, dc_new, o, t, f):
        return (dc_new + dh_new) * o * (1 - t**2)

    return wrong(into=into)(*given)


@step.mistake(
    "dc lacks the forget gate. By what is c multiplied on its way to c_new?", loses="gradient"
)
def cell_past_the_forget_gate(*given):
    return wrong(dc=lambda into, f, dc_new: into)(*given)


@step.mistake("dc is dc_new times f. What else arrives at c_new?", loses="gradient")
def cell_path_alone(*given):
    return wrong(dc=lambda into, f, dc_new: dc_new * f)(*given)


@step.mistake(
    "the derivatives of the four activation functions are missing: these are the gradients of "
    "the gates and not of the sums. What lies between z_i and i?",
    loses="gradient weights",
)
def gates_for_sums(*given):
    def dz(into, dh_new, i, f, g, o, c, c_new, t):
        return {"i": into * g, "f": into * c, "g": into * i, "o": dh_new * t}

    return wrong(dz=dz)(*given)


@step.mistake(
    "the derivative at g is that of a sigmoid. Which function made g?",
    loses="gradient weights",
)
def candidate_as_a_gate(*given):
    def dz(into, dh_new, i, f, g, o, c, c_new, t):
        return {"g": into * i * g * (1 - g)}

    return wrong(dz=dz)(*given)


@step.mistake(
    "the derivatives at the gates are those of tanh. Which function made i, f and o?",
    loses="gradient weights",
)
def gates_as_candidates(*given):
    def dz(into, dh_new, i, f, g, o, c, c_new, t):
        return {
            "i": into * g * (1 - i**2),
            "f": into * c * (1 - f**2),
            "o": dh_new * t * (1 - o**2),
        }

    return wrong(dz=dz)(*given)


@step.mistake(
    "the forget gate's gradient is made with c_new. By what is f multiplied in the formula?",
    loses="gradient weights",
)
def new_cell_at_the_forget_gate(*given):
    def dz(into, dh_new, i, f, g, o, c, c_new, t):
        return {"f": into * c_new * f * (1 - f)}

    return wrong(dz=dz)(*given)


@step.mistake(
    "the output gate's gradient is made with c_new as it is. By what is o multiplied in the "
    "formula?",
    loses="gradient weights",
)
def cell_at_the_output_gate(*given):
    def dz(into, dh_new, i, f, g, o, c, c_new, t):
        return {"o": dh_new * c_new * o * (1 - o)}

    return wrong(dz=dz)(*given)


@step.mistake(
    "the gradients of i and of g have been exchanged: i's is multiplied by i, g's by g. Of a "
    "product, what is the derivative with respect to one factor?",
    loses="gradient weights",
)
def own_factor(*given):
    def dz(into, dh_new, i, f, g, o, c, c_new, t):
        return {"i": into * i * i * (1 - i), "g": into * g * (1 - g**2)}

    return wrong(dz=dz)(*given)


@step.mistake("dh_new is added to dh. On which paths does h reach the loss?", loses="gradient")
def upstream_added(*given):
    return wrong(sums=lambda dz, W, U, dh_new: (dz @ W, dz @ U + dh_new))(*given)


@step.mistake(
    "this is divided by N. Has the loss not been averaged already, before dh_new came to you?",
    loses="weights",
)
def averaged(*given):
    def weights(dW, dU, db, N):
        return dW / N, dU / N, db / N

    return wrong(weights=weights)(*given)


@step.mistake(
    "in dW, dU and db the rows of the gates stand in another order than in W. In which order "
    "does z hold them?",
    loses="weights",
)
def rows_in_another_order(*given):
    def exchanged(d):
        i, f, g, o = np.split(d, 4)
        return np.concatenate([f, i, g, o])

    *rest, dW, dU, db = made(*given)
    return *rest, exchanged(dW), exchanged(dU), exchanged(db)
