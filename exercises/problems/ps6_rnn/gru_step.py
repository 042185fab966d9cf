"""gru_step: one step of a gated recurrent unit, in PyTorch's form."""

import numpy as np
from nngrader.engine import problem

from .common import DIGITS, ELSEWHERE

gated = problem(
    "gru_step",
    rtol=DIGITS,
    returns={"h_new": "value"},
    points={
        "shape": (1, "a `float64` array of this shape"),
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


def made(x, h, W, U, b, c, *, order="rzn", content=None, mix=None):
    """Return the new state of a step in which some parts are replaced.

    ``order`` is the order of the blocks. ``content(of_x, of_h, r, c)`` returns n; its first two
    arguments are functions that return the part of a sum from x and the part from h.
    ``mix(z, n, r)`` returns the new state.
    """
    blocks = (dict(zip(order, np.split(p, 3), strict=True)) for p in (W, U, b, c))
    W, U, b, c = blocks

    def of_x(k):
        return x @ W[k].T + b[k]

    def of_h(k, state=h, bias=True):
        return state @ U[k].T + (c[k] if bias else 0)

    r, z = (1 / (1 + np.exp(-(of_x(k) + of_h(k)))) for k in "rz")
    n = content(of_x, of_h, r, c) if content else np.tanh(of_x("n") + r * of_h("n"))
    return mix(z, n, r) if mix else (1 - z) * n + z * h


def with_content(make):
    """Return a solution whose new content is ``make(h, of_x, of_h, r, c)``."""
    return lambda x, h, *given: made(x, h, *given, content=lambda *a: make(h, *a))


def with_mix(make):
    """Return a solution whose new state is ``make(h, z, n, r)``."""
    return lambda x, h, *given: made(x, h, *given, mix=lambda *a: make(h, *a))


@gated.mistake(
    "Your z and 1 - z are swapped, as in some papers. Which of the two does our formula "
    "multiply the old state by?",
    loses="value",
)
def update_gate_turned_round(*given):
    return with_mix(lambda h, z, n, r: z * n + (1 - z) * h)(*given)


@gated.mistake(
    "Your reset gate and update gate are swapped. What is the order of the three blocks in "
    "`W`?",
    loses="value",
)
def gates_exchanged(*given):
    return made(*given, order="zrn")


@gated.mistake(
    "Your code takes the blocks in the order n, r, z. What is the order of the three blocks "
    "in `W`?",
    loses="value",
)
def content_first(*given):
    return made(*given, order="nrz")


@gated.mistake(
    "Your n doesn't depend on the reset gate. What does r multiply in the formula for n?",
    loses="value",
)
def without_reset(*given):
    return with_content(lambda h, of_x, of_h, r, c: np.tanh(of_x("n") + of_h("n")))(*given)


@gated.mistake(
    "Your reset gate multiplies `h` before U_n does, as in the first paper. What does r "
    "multiply in our formula?",
    loses="value",
)
def reset_before_the_product(*given):
    def content(h, of_x, of_h, r, c):
        return np.tanh(of_x("n") + of_h("n", r * h))

    return with_content(content)(*given)


@gated.mistake(
    "Your c_n is added outside the product with r. What does r multiply in our formula?",
    loses="value",
)
def bias_outside(*given):
    def content(h, of_x, of_h, r, c):
        return np.tanh(of_x("n") + r * of_h("n", bias=False) + c["n"])

    return with_content(content)(*given)


@gated.mistake(
    "Your reset gate multiplies both parts of n, the part from `x` and the part from `h`. "
    "What does r multiply in the formula for n?",
    loses="value",
)
def reset_of_both(*given):
    return with_content(lambda h, of_x, of_h, r, c: np.tanh(r * (of_x("n") + of_h("n"))))(
        *given
    )


@gated.mistake(
    "Your reset gate multiplies the part of n that comes from `x`. What does r multiply in "
    "the formula for n?",
    loses="value",
)
def reset_of_the_input(*given):
    return with_content(lambda h, of_x, of_h, r, c: np.tanh(r * of_x("n") + of_h("n")))(*given)


@gated.mistake(
    "Your n is computed with the sigmoid. Which function does the formula for n use?",
    loses="value",
)
def sigmoid_of_the_content(*given):
    def content(h, of_x, of_h, r, c):
        return 1 / (1 + np.exp(-(of_x("n") + r * of_h("n"))))

    return with_content(content)(*given)


@gated.mistake(
    "Your `h_new` doesn't contain the old state. What does the formula for `h_new` multiply "
    "`h` by?",
    loses="value",
)
def old_state_lost(*given):
    return with_mix(lambda h, z, n, r: (1 - z) * n)(*given)


@gated.mistake(
    "Your `h_new` is all of n plus z times `h`. What does the formula for `h_new` multiply n "
    "by?",
    loses="value",
)
def shares_add_to_more_than_one(*given):
    return with_mix(lambda h, z, n, r: n + z * h)(*given)


@gated.mistake(
    "Your code combines n and `h` with the reset gate. Which gate does the formula for "
    "`h_new` use?",
    loses="value",
)
def mixed_by_the_reset_gate(*given):
    return with_mix(lambda h, z, n, r: (1 - r) * n + r * h)(*given)


@gated.mistake(
    "Your `h_new` is just n. How does the formula for `h_new` combine n with the old state?",
    loses="value",
)
def content_alone(*given):
    return with_mix(lambda h, z, n, r: n)(*given)


@gated.mistake(
    "Your sums don't include the biases `c`. Where do c_r, c_z and c_n appear in the formulas?",
    loses="value",
)
def second_bias_left_out(x, h, W, U, b, c):
    return made(x, h, W, U, b, 0 * c)


@gated.mistake(
    "Your sums don't include the biases `b`. Where do b_r, b_z and b_n appear in the formulas?",
    loses="value",
)
def first_bias_left_out(x, h, W, U, b, c):
    return made(x, h, W, U, 0 * b, c)


@gated.mistake(
    "Your code applies the transpose of each block of `U`. Which index of `U` belongs to the "
    "new state?",
    loses="value",
)
def transposed(x, h, W, U, b, c):
    return made(x, h, W, np.concatenate([block.T for block in np.split(U, 3)]), b, c)


def with_gates(x, h, W, U, b, c, make):
    """Return the new state from z and n, which ``make(sums of x, sums of h)`` returns."""
    z, n = make(np.split(x @ W.T + b, 3, axis=1), np.split(h @ U.T + c, 3, axis=1))
    return (1 - z) * n + z * h


@gated.mistake(
    "Your n doesn't include the third block of `c`. Where does c_n appear in the formula for "
    "n?",
    loses="value",
)
def content_without_its_second_bias(*given):
    def content(h, of_x, of_h, r, c):
        return np.tanh(of_x("n") + r * of_h("n", bias=False))

    return with_content(content)(*given)


@gated.mistake(
    "Your code adds `b` to both products, x W^T and h U^T. Which biases do the formulas add "
    "to the products with `h`?",
    loses="value",
)
def first_bias_twice(x, h, W, U, b, c):
    return made(x, h, W, U, b, b)


@gated.mistake(
    "Your n uses the update gate. Which gate multiplies the part from `h` in the formula for "
    "n?",
    loses="value",
)
def content_by_the_update_gate(*given):
    def make(of_x, of_h):
        z = 1 / (1 + np.exp(-of_x[1] - of_h[1]))
        return z, np.tanh(of_x[2] + z * of_h[2])

    return with_gates(*given, make)


@gated.mistake(
    "Your gates are computed with tanh. What range of values should a gate have?", loses="value"
)
def tanh_for_the_gates(*given):
    def make(of_x, of_h):
        r, z = (np.tanh(of_x[k] + of_h[k]) for k in (0, 1))
        return z, np.tanh(of_x[2] + r * of_h[2])

    return with_gates(*given, make)
