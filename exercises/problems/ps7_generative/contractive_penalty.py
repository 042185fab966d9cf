"""contractive_penalty: a penalty on the Jacobian of an encoder, and its gradient."""

import numpy as np
from nngrader.engine import problem

from .common import DIGITS, ELSEWHERE

contraction = problem(
    "contractive_penalty",
    rtol=DIGITS,
    returns={"penalty": "value", "dW": "gradient", "db": "gradient"},
    points={
        "shape": (1, "a number and two arrays of the correct shapes, in the correct order"),
        "value": (5, "`penalty`"),
        "gradient": (8, "`dW` and `db`"),
    },
    forbidden={"all": ELSEWHERE},
)


@contraction.reference
def contractive_penalty(x, W, b):
    """Compute the mean squared Frobenius norm of an encoder's Jacobian, and its gradient.

    The encoder is h = sigmoid(x W^T + b), and its Jacobian J[n] = dh[n] / dx[n] has the shape
    (H, D). The penalty is the mean over n of the sum of all squared entries of J[n].

    x : (N, D) array; W : (H, D) array; b : (H,) array
    Returns (penalty, dW, db): a number, and its derivatives with respect to W and b.
    """
    h = 1 / (1 + np.exp(-(x @ W.T + b)))
    slope, lengths = h * (1 - h), (W**2).sum(axis=1)
    dz = 2 * slope**2 * (1 - 2 * h) * lengths / len(x)
    dW = dz.T @ x + 2 * W * (slope**2).mean(axis=0)[:, None]
    return (slope**2 @ lengths).mean(), dW, dz.sum(axis=0)


contraction.example(
    np.array([[0.0, 0.0], [1.0, 0.0]]),
    np.array([[np.log(3.0), 2.0], [0.0, 4.0]]),
    np.array([0.0, np.log(3.0)]),
)


@contraction.case("value", visible=2)
def random_numbers(rng, N, D, H):
    """Random inputs, weights and biases."""
    return rng.normal(size=(N, D)), 1.5 * rng.normal(size=(H, D)) / D**0.5, rng.normal(size=H)


@contraction.alternative
def by_jacobians(x, W, b):
    N, (H, D) = len(x), W.shape
    penalty, dW, db = 0.0, np.zeros((H, D)), np.zeros(H)
    for n in range(N):
        h = 1 / (1 + np.exp(-(W @ x[n] + b)))
        s = h * (1 - h)
        J = s[:, None] * W
        penalty += np.sum(J * J) / N
        for j in range(H):
            turn = 2 / N * J[j] @ W[j] * s[j] * (1 - 2 * h[j])
            dW[j] += 2 / N * J[j] * s[j] + turn * x[n]
            db[j] += turn
    return penalty, dW, db


@contraction.alternative
def by_einsum(x, W, b):
    t = np.tanh((np.einsum("nd,hd->nh", x, W) + b) / 2)
    s = (1 - t**2) / 4
    J = np.einsum("nh,hd->nhd", s, W)
    dJ = 2 * J / len(x)
    dz = np.einsum("nhd,hd->nh", dJ, W) * s * -t
    dW = np.einsum("nhd,nh->hd", dJ, s) + np.einsum("nh,nd->hd", dz, x)
    return np.einsum("nhd,nhd->", J, J) / len(x), dW, np.einsum("nh->h", dz)


contraction.known["value gradient"] = {
    "Your `penalty` and its gradients are sums over the inputs. What does the formula divide "
    "the sum by?": {
        "summed": {
            "lengths / len(x)": "lengths",
            "mean(axis=0)": "sum(axis=0)",
            ".mean()": ".sum()",
        }
    },
    "Your result uses `h (1 - h)` where the penalty contains its square. What is the square of "
    "an entry of the Jacobian?": {
        "slope_not_squared": {
            "2 * slope**2 * (1": "slope * (1",
            "(slope**2).mean": "slope.mean",
            "(slope**2 @": "(slope @",
        }
    },
    "You use `1 - h**2`, the derivative of tanh, in the Jacobian. Which function computes "
    "`h`?": {
        "slope_of_tanh": {
            "h * (1 - h), ": "1 - h**2, ",
            "2 * slope**2 * (1 - 2 * h)": "-4 * slope * h**2 * (1 - h)",
        }
    },
    "You compute `h` with tanh. Which function does the formula for `h` contain?": {
        "code_of_tanh": {
            "1 / (1 + np.exp(-(x @ W.T + b)))": "np.tanh(x @ W.T + b)",
            "h * (1 - h), ": "1 - h**2, ",
            "(1 - 2 * h)": "(-2 * h)",
        }
    },
    "Your `penalty` is the mean of the norms instead of the squared norms. Does the formula "
    "contain a square root?": {
        "not_squared": {
            "dz = 2 * slope**2": (
                "norm = np.sqrt(slope**2 @ lengths)[:, None]; dz = slope**2 / norm"
            ),
            "2 * W * (slope**2)": "W * (slope**2 / norm)",
            "return (slope**2 @ lengths)": "return norm",
        }
    },
    "You use the norms of the rows of `W` instead of the squared norms. Does the formula "
    "use the norm or its square?": {
        "lengths_not_squared_anywhere": {"(W**2).sum(axis=1)": "np.sqrt((W**2).sum(axis=1))"},
        "lengths_not_squared_and_differentiated": {
            "(W**2).sum(axis=1)": "np.sqrt((W**2).sum(axis=1))",
            "2 * W *": "W / lengths[:, None] *",
        },
    },
    "Your `h` doesn't include `b`. What should `h` be for an input that contains only zeros?": {
        "without_bias": {"x @ W.T + b": "x @ W.T"}
    },
}

contraction.known["value"] = {
    "Your `penalty` is the sum over the N samples. What does the formula for `penalty` divide "
    "by?": {"value_summed": {".mean()": ".sum()"}},
    "Your `penalty` is the squared norm of `W`, so it doesn't depend on `x`. What is the "
    "derivative of `h` with respect to "
    "`x`?": {"weights_alone": {"(slope**2 @ lengths).mean()": "lengths.sum()"}},
    "In your `penalty`, you also average over the entries of the Jacobian. Which index does "
    "the formula average over, and which ones does it sum "
    "over?": {"mean_of_the_entries": {".mean()": ".mean() / W.size"}},
    "In your `penalty`, you also average over the H units. Which index does the formula "
    "average over, and which ones does it sum "
    "over?": {"mean_of_the_units": {".mean()": ".mean() / len(W)"}},
    "Your `penalty` uses the norms of the rows of `W` instead of the squared norms. Does "
    "the formula use the norm or its square?": {
        "lengths_not_squared": {"@ lengths)": "@ np.sqrt(lengths))"}
    },
}

contraction.known["gradient"] = {
    "You differentiate the sum over the inputs, not the mean. What is the gradient of a sum "
    "that is divided by "
    "N?": {"gradient_summed": {"lengths / len(x)": "lengths", "mean(axis=0)": "sum(axis=0)"}},
    "Your `dW` contains only the direct term. Which other factor of the penalty depends on "
    "`W`?": {"slope_held_fixed_in_W": {"dz.T @ x + ": ""}},
    "Your `dW` contains only the indirect term. Where does `W` appear in the penalty, apart "
    "from `h`?": {"weights_held_fixed": {" + 2 * W * (slope**2).mean(axis=0)[:, None]": ""}},
    "In your `dW`, the direct term is too small by a factor of 2. What is the derivative of "
    "the squared norm of a row?": {"a_two_forgotten": {"2 * W *": "W *"}},
    "Your gradient uses the derivative of `h` where it needs the derivative of `h (1 - h)`. "
    "What is this derivative with respect to the sum "
    "`z`?": {"second_derivative_forgotten": {" * (1 - 2 * h)": ""}},
    "Your gradient uses `h (1 - h) (1 - h)` as the derivative of `h (1 - h)` with respect "
    "to `z`. Which terms does the product rule give?": {
        "one_term_of_the_product": {"(1 - 2 * h)": "(1 - h)"}
    },
    "Your gradient uses the derivative of `h (1 - h)` with respect to `h`. How does `h` depend "
    "on the sum `z`?": {"with_respect_to_the_code": {"2 * slope**2": "2 * slope"}},
    "The factor `1 - 2h` has the wrong sign in your gradient. Does `h (1 - h)` increase or "
    "decrease when `h` moves from 0 towards one "
    "half?": {"turned_round": {"(1 - 2 * h)": "(2 * h - 1)"}},
    "The indirect term of your gradient is too small by a factor of 2. What is the derivative "
    "of the square of `h (1 - h)`?": {"another_two_forgotten": {"2 * slope**2": "slope**2"}},
    "Your `dW` and `db` have the wrong sign. Does the gradient point uphill or downhill?": {
        "downhill": {"dW, dz.sum": "-dW, -dz.sum"}
    },
    "In your `dW`, the direct term is a sum over the inputs. Does the penalty take a sum or a "
    "mean over the inputs?": {"straight_part_summed": {"(slope**2).mean": "(slope**2).sum"}},
    "The indirect term of your gradient is missing a factor that depends on the rows of `W`. "
    "What does the penalty multiply the square of `h (1 - h)` "
    "by?": {"lengths_forgotten": {" * lengths / len": " / len"}},
}
