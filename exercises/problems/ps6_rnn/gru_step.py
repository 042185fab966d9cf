"""gru_step: one step of a gated recurrent unit, in PyTorch's form."""

import numpy as np
from nngrader.engine import problem

from .common import DIGITS, ELSEWHERE

gated = problem(
    "gru_step",
    rtol=DIGITS,
    returns={"h_new": "value"},
    points={
        "shape": (1, "a `float64` array of the correct shape"),
        "value": (8, "`h_new`"),
        "inputs-unchanged": (1, "your function doesn't change its arguments"),
    },
    forbidden={"all": ELSEWHERE},
)


@gated.reference
def gru_step(x, h, W, U, b, c):
    """Compute one step of a gated recurrent unit (GRU) for N sequences, in PyTorch's form.

    r = sigmoid(x W_r^T + b_r + h U_r^T + c_r)          the reset gate
    z = sigmoid(x W_z^T + b_z + h U_z^T + c_z)          the update gate
    n = tanh(x W_n^T + b_n + r * (h U_n^T + c_n))       the new content
    h_new = (1 - z) * n + z * h

    x : (N, D) array; h : (N, H) array, the state before the step
    W : (3H, D) array of the three blocks W_r, W_z and W_n, from top to bottom
    U : (3H, H) array of the three blocks U_r, U_z and U_n, from top to bottom
    b, c : (3H,) arrays of the blocks b_r, b_z, b_n and c_r, c_z, c_n
    Returns h_new : (N, H) array, the state after the step.
    """
    a_r, a_z, a_n = np.split(x @ W.T + b, 3, axis=1)
    u_r, u_z, u_n = np.split(h @ U.T + c, 3, axis=1)
    r, z = 1 / (1 + np.exp(-(a_r + u_r))), 1 / (1 + np.exp(-(a_z + u_z)))
    return (1 - z) * np.tanh(a_n + r * u_n) + z * h


gated.example(
    np.array([[2.0]]),
    np.array([[3.0]]),
    np.array([[1.0], [-1.0], [2.0]]),
    np.array([[-1.0], [1.0], [1.0]]),
    np.array([1.0, 0.0, -4.0]),
    np.array([0.0, -1.0, -1.0]),
)


@gated.case("value", visible=2)
def random_numbers(rng, N, D, H):
    """Random numbers."""
    x, h = rng.normal(size=(N, D)), rng.uniform(-0.9, 0.9, size=(N, H))
    W, U = rng.normal(size=(3 * H, D)) / D**0.5, rng.normal(size=(3 * H, H)) / H**0.5
    return x, h, W, U, rng.normal(size=3 * H) / 2, rng.normal(size=3 * H)


@gated.alternative
def block_by_block(x, h, W, U, b, c):
    H, sums = h.shape[1], []
    for k in range(3):
        rows = slice(k * H, (k + 1) * H)
        sums.append((x @ W[rows].T + b[rows], h @ U[rows].T + c[rows]))
    r, z = ((1 + np.tanh((of_x + of_h) / 2)) / 2 for of_x, of_h in sums[:2])
    n = np.tanh(sums[2][0] + r * sums[2][1])
    return n + z * (h - n)


@gated.alternative
def number_by_number(x, h, W, U, b, c):
    (N, H), new = h.shape, np.zeros(h.shape)
    for s in range(N):
        for k in range(H):

            def of_x(row, s=s):
                return sum(W[row, d] * x[s, d] for d in range(x.shape[1])) + b[row]

            def of_h(row, s=s):
                return sum(U[row, m] * h[s, m] for m in range(H)) + c[row]

            r = 1 / (1 + np.exp(-of_x(k) - of_h(k)))
            z = 1 / (1 + np.exp(-of_x(k + H) - of_h(k + H)))
            n = np.tanh(of_x(k + 2 * H) + r * of_h(k + 2 * H))
            new[s, k] = (1 - z) * n + z * h[s, k]
    return new


gated.known["value"] = {
    "Your update gate is computed without the sigmoid. Which function gives z in the "
    "formula?": {"update_gate_is_linear": {"1 / (1 + np.exp(-(a_z + u_z)))": "a_z + u_z"}},
    "Your reset gate is computed without the sigmoid. Which function gives r in the formula?": {
        "reset_gate_is_linear": {"1 / (1 + np.exp(-(a_r + u_r)))": "a_r + u_r"}
    },
    "Your code reshapes an array of shape (N, 3H) to (3, N, H), which mixes numbers of "
    "different sequences. Along which axis do the three blocks lie?": {
        "reshaped_for_split": {
            "np.split(x @ W.T + b, 3, axis=1)": "(x @ W.T + b).reshape(3, *h.shape)",
            "np.split(h @ U.T + c, 3, axis=1)": "(h @ U.T + c).reshape(3, *h.shape)",
        }
    },
    "Your c_n is added outside the product with r. What does r multiply in our formula?": {
        "bias_outside": {"": "c_n = np.split(c, 3)[2]", "r * u_n": "r * (u_n - c_n) + c_n"}
    },
    "Your b_n is added inside the product with r. What does r multiply in the formula for n?": {
        "first_bias_inside": {
            "": "b_n = np.split(b, 3)[2]",
            "a_n + r * u_n": "a_n - b_n + r * (u_n + b_n)",
        }
    },
    "Your z and 1 - z are swapped, as in some papers. Which of the two does our formula "
    "multiply the old state "
    "by?": {"update_gate_turned_round": {"(1 - z) * np": "z * np", "+ z * h": "+ (1 - z) * h"}},
    "Your reset gate and update gate are swapped. What is the order of the three blocks in "
    "`W`?": {"gates_exchanged": {"r, z =": "z, r ="}},
    "Your code takes the blocks in the order n, r, z. What is the order of the three blocks in "
    "`W`?": {
        "content_first": {"a_r, a_z, a_n ": "a_n, a_r, a_z ", "u_r, u_z, u_n": "u_n, u_r, u_z"}
    },
    "Your n doesn't depend on the reset gate. What does r multiply in the formula for n?": {
        "without_reset": {"r * u_n": "u_n"}
    },
    "Your reset gate multiplies `h` before U_n does, as in the original paper. What does r "
    "multiply in our formula?": {
        "reset_before_the_product": {"r * u_n": "np.split((r * h) @ U.T + c, 3, axis=1)[2]"}
    },
    "Your reset gate multiplies both parts of n, the part from `x` and the part from `h`. What "
    "does r multiply in the formula for "
    "n?": {"reset_of_both": {"a_n + r * u_n": "r * (a_n + u_n)"}},
    "Your reset gate multiplies the part of n that comes from `x`. What does r multiply in the "
    "formula for n?": {"reset_of_the_input": {"a_n + r * u_n": "r * a_n + u_n"}},
    "Your n is computed with the sigmoid. Which function does the formula for n use?": {
        "sigmoid_of_the_content": {"* np.tanh(a_n + r * u_n)": "/ (1 + np.exp(-a_n - r * u_n))"}
    },
    "Your `h_new` doesn't contain the old state. What does the formula for `h_new` multiply "
    "`h` by?": {"old_state_lost": {" + z * h": ""}},
    "Your `h_new` is n plus z times `h`. What does the formula for `h_new` multiply n by?": {
        "shares_add_to_more_than_one": {"(1 - z) * np": "np"}
    },
    "Your code combines n and `h` with the reset gate. Which gate does the formula for `h_new` "
    "use?": {"mixed_by_the_reset_gate": {"(1 - z)": "(1 - r)", "z * h": "r * h"}},
    "Your sums don't include the biases `c`. "
    "Where do c_r, c_z and c_n appear in the formulas?": {"second_bias_left_out": {" + c": ""}},
    "Your sums don't include the biases `b`. "
    "Where do b_r, b_z and b_n appear in the formulas?": {"first_bias_left_out": {" + b": ""}},
    "Your code multiplies `h` by the blocks of `U` without transposing them. What do the "
    "formulas multiply `h` "
    "by?": {"transposed": "U = np.concatenate([block.T for block in np.split(U, 3)])"},
    "Your n doesn't include the third block of `c`. Where does c_n appear in the formula for "
    "n?": {"content_without_its_second_bias": {"r * u_n": "r * (u_n - np.split(c, 3)[2])"}},
    "Your code adds `b` to both products, x W^T and h U^T. Which biases do the formulas add to "
    "the products with `h`?": {"first_bias_twice": {"+ c": "+ b"}},
    "Your n uses the update gate. Which gate multiplies the part from `h` in the formula for "
    "n?": {"content_by_the_update_gate": {"r * u_n": "z * u_n"}},
    "Your gates are computed with tanh. What range of values should a gate have?": {
        "tanh_for_the_gates": {
            "1 / (1 + np.exp(-(a_r + u_r)))": "np.tanh(a_r + u_r)",
            "1 / (1 + np.exp(-(a_z + u_z)))": "np.tanh(a_z + u_z)",
        }
    },
    "Your c_r and c_z are swapped. What is the order of the three blocks in `c`?": {
        "second_biases_exchanged": (
            "c_r, c_z, c_n = np.split(c, 3); c = np.hstack([c_z, c_r, c_n])"
        )
    },
}
