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
        "value": (9, "`w`, with more samples than features and with fewer"),
        "bias": (4, "`b`"),
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
    """Measurements away from the origin."""
    X = rng.normal(size=(N, D)) + rng.uniform(1, 3, size=D)
    return X, X @ rng.normal(size=D) + rng.normal(size=N) + 4, float(rng.uniform(2.2, 4.8))


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


ridge.mistake(
    "Your fit penalises `b` together with the weights. Which parameters appear in the sum "
    "after `alpha`?",
    loses="value bias",
    name="bias_penalised",
    edit=("    penalty[-1, -1] = 0\n", ""),
    of=with_a_column_of_ones,
)
ridge.mistake(
    "Your `b` is the best one for your `w`, but `w` comes from a fit that penalises `b`. Which "
    "parameters appear in the sum after `alpha`?",
    loses="value bias",
    name="bias_penalised_and_corrected",
    edit=[
        ("    penalty[-1, -1] = 0\n", ""),
        ("both[-1]", "np.mean(y - X @ both[:-1])"),
    ],
    of=with_a_column_of_ones,
)
ridge.mistake(
    "Your fit goes through the origin, because it has no bias. How do the best weights change "
    "once you can also choose `b`?",
    loses="value bias",
    name="without_a_bias",
    edit=[("X - middle", "X"), ("level - middle @ w", "NONE")],
)
ridge.mistake(
    "Your `w` comes from a fit through the origin, and you added `b` afterwards. Which weights "
    "are best when you choose `w` and `b` together?",
    loses="value bias",
    name="bias_afterwards",
    edit=("X - middle", "X"),
)
ridge.mistake(
    "Your code subtracts the mean of `y`, but not the means of `X`. Which means appear when "
    "you set the derivative with respect to b to 0?",
    loses="value bias",
    name="y_alone_centred",
    edit=[("X - middle", "X"), ("Z.T @ y)", "Z.T @ (y - level))")],
)
ridge.mistake(
    "Your `b` is the mean of `y`. For which x should your fit predict the mean of `y`?",
    loses="bias",
    name="mean_of_y_for_bias",
    edit=("level - middle @ w", "level"),
)
ridge.mistake(
    "Your `b` contains the product of `w` and the mean of `X` with the wrong sign. Does your "
    "fit predict the mean of `y` at the mean of `X`?",
    loses="bias",
    name="bias_added",
    edit=("level -", "level +"),
)
ridge.mistake(
    "Your fit is plain least squares. Where does your code use `alpha`?",
    loses="value bias",
    name="alpha_forgotten",
    edit=(
        "np.linalg.solve(Z.T @ Z + alpha * np.eye(Z.shape[1]), Z.T @ y)",
        "np.linalg.pinv(Z) @ y",
    ),
)
ridge.mistake(
    "Your penalty is N times too large, as if the squared errors were averaged. Does the "
    "formula contain their sum or their mean?",
    loses="value bias",
    name="mean_of_the_squares",
    given="alpha *= len(X)",
)
ridge.mistake(
    "Your penalty is too small by a factor of 2. What are the derivatives of the squared "
    "errors and of alpha w²?",
    loses="value bias",
    name="half_of_alpha",
    given="alpha /= 2",
)
ridge.mistake(
    "Your penalty is too large by a factor of 2. What are the derivatives of the squared "
    "errors and of alpha w²?",
    loses="value bias",
    name="twice_alpha",
    given="alpha *= 2",
)
ridge.mistake(
    "Your fit uses the square of `alpha`. If you add rows to `X` for the penalty, what "
    "happens to their entries in the sum of squares?",
    loses="value bias",
    name="alpha_squared",
    given="alpha **= 2",
)
ridge.mistake(
    "Your code adds `alpha` to every entry of XᵀX. Which matrix does the penalty alpha (w1² + "
    "w2² + …) add to XᵀX?",
    loses="value bias",
    name="alpha_on_all_entries",
    edit=(
        "np.linalg.solve(Z.T @ Z + alpha * np.eye(Z.shape[1]), Z.T @ y)",
        "np.linalg.lstsq(Z.T @ Z + alpha, Z.T @ y, rcond=1e-10)[0]",
    ),
)
ridge.mistake(
    "Your penalty applies to features that you divided by their standard deviations. Does the "
    "formula scale the features?",
    loses="value bias",
    name="each_feature_scaled",
    edit=[
        ("X - middle", "(X - middle) / X.std(axis=0)"),
        ("return w", "w /= X.std(axis=0)\n    return w"),
    ],
)
ridge.mistake(
    "Your fit ignores the last sample. Where does your loop or slice end?",
    loses="value bias",
    name="last_sample_left_out",
    given="X, y = X[:-1], y[:-1]",
)
ridge.mistake(
    "Your `w` and `b` are for standardised features. Which `w` and `b` give the same "
    "predictions for the original `X`?",
    loses="value bias",
    name="weights_of_scaled_features",
    given="X = (X - X.mean(axis=0)) / X.std(axis=0)",
)
ridge.mistake(
    "Your code subtracts one mean from all features. Which entries of `X` determine the mean "
    "of a single feature?",
    loses="value bias",
    name="one_mean_for_all",
    edit=[("X - middle", "X - X.mean()"), ("Z.T @ y)", "Z.T @ (y - level))")],
)
ridge.mistake(
    "Your fit uses the square root of `alpha`. Which number belongs on the diagonal of XᵀX, "
    "and which one in additional rows of `X`?",
    loses="value bias",
    name="root_of_alpha",
    given="alpha **= 0.5",
)
ridge.mistake(
    "Your fit penalises `b`, but not the last weight. Which column contains the ones, and "
    "which entry of the diagonal contains no `alpha`?",
    loses="value bias",
    name="last_weight_free",
    edit=[
        ("[X, np.ones(len(X))]", "[np.ones(len(X)), X]"),
        ("both[:-1], both[-1]", "both[1:], both[0]"),
    ],
    of=with_a_column_of_ones,
)
ridge.mistake(
    "Your `w` is for standardised features, but your `b` uses the means of the original ones. "
    "Which `w` gives the same predictions for the original `X`?",
    loses="value bias",
    name="scaled_weights_and_plain_means",
    edit=("X - middle", "(X - middle) / X.std(axis=0)"),
)
ridge.mistake(
    "Your fit penalises `b`, but not the first weight. Which column contains the ones, and "
    "which entry of the diagonal contains no `alpha`?",
    loses="value bias",
    name="first_weight_free",
    edit=("penalty[-1, -1]", "penalty[0, 0]"),
    of=with_a_column_of_ones,
)
