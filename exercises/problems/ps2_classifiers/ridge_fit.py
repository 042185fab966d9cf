"""ridge_fit: least squares with a penalty on the weights, and none on the bias."""

import numpy as np
from nngrader.engine import problem

from .common import DIGITS, ELSEWHERE

ridge = problem(
    "ridge_fit",
    rtol=DIGITS,
    returns={"w": "value", "b": "bias"},
    points={
        "shape": (1, "a `float64` array of shape (D,) and a number, in this order"),
        "value": (6, "`w`, with more samples than features"),
        "bias": (4, "`b`, with more samples than features"),
        "wide": (3, "`w` and `b`, half each, with fewer samples than features"),
        "inputs-unchanged": (1, "your function doesn't change `X` or `y`"),
    },
    forbidden={"all": ELSEWHERE},
)


@ridge.reference
def ridge_fit(X, y, alpha):
    """Compute the weights and the bias of ridge regression.

    (w, b) minimises
    (sum over n of (w . X[n] + b - y[n])^2) + alpha * (sum over d of w[d]^2)

    X : (N, D) array of float64
    y : (N,) array, float64
    alpha : float, greater than 0
    Returns (w, b): a (D,) array, float64, and a number. The function doesn't change X or y.
    """
    middle, level = X.mean(axis=0), y.mean()
    Z = X - middle
    w = np.linalg.solve(Z.T @ Z + alpha * np.eye(Z.shape[1]), Z.T @ y)
    return w, level - middle @ w


ridge.example(
    np.array([[1.0, 0.0], [3.0, 0.0], [1.0, 2.0], [3.0, 2.0]]),
    np.array([1.0, 3.0, 5.0, 11.0]),
    4.0,
)


@ridge.case("value", visible=2)
def measurements(rng, N, D):
    """Measurements away from the origin, with features of different sizes."""
    N += D  # more samples than features, so that wrong matrices aren't singular
    X = (rng.normal(size=(N, D)) + rng.uniform(1, 3, size=D)) * rng.uniform(0.3, 10, size=D)
    return X, X @ rng.normal(size=D) + rng.normal(size=N) + 4, float(rng.uniform(2.2, 4.8))


@ridge.case("wide")
def few_samples(rng, N, D):
    """Fewer samples than features."""
    X = (rng.normal(size=(N, N + D)) + 2) * rng.uniform(0.3, 3, size=N + D)
    return X, rng.normal(size=N) + 4, float(rng.uniform(2.2, 4.8))


@ridge.alternative
def with_a_column_of_ones(X, y, alpha):
    A = np.column_stack([X, np.ones(len(X))])
    penalty = alpha * np.eye(A.shape[1])
    penalty[-1, -1] = 0
    both = np.linalg.solve(A.T @ A + penalty, A.T @ y)
    return both[:-1], both[-1]


@ridge.alternative
def by_singular_values(X, y, alpha):
    X, y = np.float64(X), np.float64(y)
    U, s, Vt = np.linalg.svd(X - X.mean(0), full_matrices=False)
    w = np.dot(s / (s**2 + alpha) * np.dot(y, U), Vt)
    return [w, y.mean() - np.dot(X.mean(0), w)]


NONE = (
    1e-200  # a bias of exactly 0 would also explain the b of an answer that contains only zeros
)

ridge.known["value bias"] = {
    "Your fit goes through the origin, because it has no bias. Which term of the formula is "
    "missing from your "
    "predictions?": {"without_a_bias": {"X - middle": "X", "level - middle @ w": "NONE"}},
    "Your `w` comes from a fit through the origin, and you added `b` afterwards. Which weights "
    "are best when you choose `w` and `b` together?": {"bias_afterwards": {"X - middle": "X"}},
    "Your code subtracts the mean of `y`, but not the means of `X`. Which means appear when "
    "you set the derivative with respect to b to "
    "0?": {"y_alone_centred": {"X - middle": "X", "Z.T @ y)": "Z.T @ (y - level))"}},
    "Your fit is plain least squares. Where does your code use `alpha`?": {
        "alpha_forgotten": {
            "linalg.solve(Z.T @ Z + alpha * np.eye(Z.shape[1]), Z.T @ y)": "linalg.pinv(Z) @ y"
        }
    },
    "Your penalty applies to the weights of standardised features, although your `w` and `b` "
    "are for the original ones. Which weights does the formula penalise?": {
        "each_feature_scaled": {
            "X - middle": "(X - middle) / X.std(axis=0)",
            "return w": "w /= X.std(axis=0)\n    return w",
        }
    },
    "Your code subtracts one mean from all features. Which entries of `X` determine the mean "
    "of a single feature?": {
        "one_mean_for_all": {"X - middle": "X - X.mean()", "Z.T @ y)": "Z.T @ (y - level))"},
        "one_mean_for_all_in_b_too": {
            "middle, level = X.mean(axis=0)": "middle, level = np.full(X.shape[1], X.mean())",
            "Z.T @ y)": "Z.T @ (y - level))",
        },
    },
    "Your `w` is for standardised features, but your `b` uses the means of the original ones. "
    "Which `w` gives the same predictions for the original "
    "`X`?": {"scaled_weights_and_plain_means": {"X - middle": "(X - middle) / X.std(axis=0)"}},
    "Your `w` is for standardised features, but your `b` is for the original ones. Which `w` "
    "gives the same predictions for the original `X`?": {
        "scaled_weights_alone": {
            "X - middle": "(X - middle) / X.std(axis=0)",
            "middle @ w": "middle / X.std(axis=0) @ w",
        }
    },
    "Your penalty is N times too large, as if the squared errors were averaged. Does the "
    "formula contain their sum or their mean?": {"mean_of_the_squares": "alpha *= len(X)"},
    "Your penalty is too small by a factor of 2. What are the derivatives of the squared "
    "errors and of alpha w²?": {"half_of_alpha": "alpha /= 2"},
    "Your penalty is too large by a factor of 2. What are the derivatives of the squared "
    "errors and of alpha w²?": {"twice_alpha": "alpha *= 2"},
    "Your fit uses the square of `alpha`. If you add rows to `X` for the penalty, what happens "
    "to their entries in the sum of squares?": {"alpha_squared": "alpha **= 2"},
    "Your fit ignores the last sample. Where does your loop or slice end?": {
        "last_sample_left_out": "X, y = X[:-1], y[:-1]"
    },
    "Your `w` and `b` are for standardised features. Which `w` and `b` give the same "
    "predictions for the original "
    "`X`?": {"weights_of_scaled_features": "X = (X - X.mean(axis=0)) / X.std(axis=0)"},
    "Your fit uses the square root of `alpha`. Which number should you add to the diagonal of "
    "XᵀX, or which number should extra rows of `X` "
    "contain?": {"root_of_alpha": "alpha **= 0.5"},
}

ridge.known(noisy="wide")["value bias"] = {
    "Your code adds `alpha` to every entry of XᵀX. Which matrix does the penalty alpha (w1² + "
    "w2² + …) add to XᵀX?": {
        "alpha_on_all_entries": {
            "np.linalg.solve(Z.T @ Z + alpha * np.eye(Z.shape[1]), Z.T @ y)": (
                "np.linalg.lstsq(Z.T @ Z + alpha, Z.T @ y, rcond=1e-10)[0]"
            )
        }
    }
}

ridge.known(of=by_singular_values)["value bias"] = {
    "Your fit divides by s + alpha. What are the eigenvalues of XᵀX + alpha I in terms of the "
    "singular values s?": {
        "singular_values_plus_alpha": {"s / (s**2 + alpha)": "1 / (s + alpha)"}
    }
}

ridge.known["bias"] = {
    "Your `b` is the mean of `y`, without the term that contains the means of `X`. If your "
    "code has this term, has it already subtracted the means from `X` there?": {
        "mean_of_y_for_bias": {"level - middle @ w": "level"}
    },
    "The product of `w` and the mean of `X` has the wrong sign in your `b`. Does your fit "
    "predict the mean of `y` at the mean of `X`?": {"bias_added": {"level -": "level +"}},
}

ridge.known["wide"] = {
    "If there are fewer samples than features, your `w` doesn't depend on `alpha`. Where "
    "should your code use `alpha` in this case?": {
        "no_penalty_if_wide": {
            "np.linalg.solve(Z.T @ Z + alpha * np.eye(Z.shape[1]), Z.T @ y)": (
                "np.linalg.solve(Z.T @ Z + alpha * np.eye(Z.shape[1]), Z.T @ y)\n"
                "    if len(X) < len(w):\n"
                "        w = np.linalg.pinv(Z) @ (y - level)"
            )
        }
    },
    "If there are fewer samples than features, your code uses `X` without subtracting its "
    "means. Which matrix do the two forms of the solution have in common?": {
        "not_centred_if_wide": {
            "np.linalg.solve(Z.T @ Z + alpha * np.eye(Z.shape[1]), Z.T @ y)": (
                "np.linalg.solve(Z.T @ Z + alpha * np.eye(Z.shape[1]), Z.T @ y)\n"
                "    if len(X) < len(w):\n"
                "        w = X.T @ np.linalg.solve(X @ X.T + alpha * np.eye(len(X)), y - level)"
            )
        },
        "product_not_centred_if_wide": {
            "np.linalg.solve(Z.T @ Z + alpha * np.eye(Z.shape[1]), Z.T @ y)": (
                "np.linalg.solve(Z.T @ Z + alpha * np.eye(Z.shape[1]), Z.T @ y)\n"
                "    if len(X) < len(w):\n"
                "        w = Z.T @ np.linalg.solve(X @ X.T + alpha * np.eye(len(X)), y - level)"
            )
        },
    },
}

ridge.known(of=with_a_column_of_ones)["value bias"] = {
    "Your fit penalises `b` together with the weights. Which parameters appear in the sum "
    "after `alpha`?": {"bias_penalised": {"    penalty[-1, -1] = 0\n": ""}},
    "Your `b` is the best one for your `w`, but `w` comes from a fit that penalises `b`. Which "
    "parameters appear in the sum after `alpha`?": {
        "bias_penalised_and_corrected": {
            "    penalty[-1, -1] = 0\n": "",
            "both[-1]": "np.mean(y - X @ both[:-1])",
        }
    },
    "Your fit penalises `b`, but not the last weight. Which column contains the ones, and "
    "which diagonal entry should be without `alpha`?": {
        "last_weight_free": {
            "[X, np.ones(len(X))]": "[np.ones(len(X)), X]",
            "both[:-1], both[-1]": "both[1:], both[0]",
        }
    },
    "Your fit penalises `b`, but not the first weight. Which column contains the ones, and "
    "which diagonal entry should be without `alpha`?": {
        "first_weight_free": {"penalty[-1, -1]": "penalty[0, 0]"}
    },
}
