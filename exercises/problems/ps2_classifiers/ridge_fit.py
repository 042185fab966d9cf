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
def by_rows_that_are_added(X, y, alpha):
    N, D = X.shape
    A = np.block([[np.ones((N, 1)), X], [np.zeros((D, 1)), alpha**0.5 * np.identity(D)]])
    b, *w = np.linalg.lstsq(A, np.concatenate([y, np.zeros(D)]), rcond=None)[0]
    return np.array(w), float(b)


@ridge.alternative
def by_samples(X, y, alpha):
    Z = X - np.mean(X, axis=0, keepdims=True)
    a = np.linalg.inv(Z @ Z.T + alpha * np.identity(len(Z))) @ (y - np.average(y))
    w = a @ Z
    return w, np.mean(y - X @ w)


@ridge.alternative
def by_singular_values(X, y, alpha):
    X, y = np.float64(X), np.float64(y)
    U, s, Vt = np.linalg.svd(X - X.mean(0), full_matrices=False)
    w = np.dot(s / (s**2 + alpha) * np.dot(y, U), Vt)
    return [w, y.mean() - np.dot(X.mean(0), w)]


NONE = (
    1e-200  # a bias of exactly 0 would also explain the b of an answer that contains only zeros
)


def fitted(X, y, alpha):
    """Return the weights for uncentred samples and values, without a bias."""
    X = np.asarray(X, float)
    return np.linalg.solve(X.T @ X + alpha * np.eye(X.shape[1]), X.T @ y)


@ridge.mistake(
    "Your fit penalises `b` together with the weights. Which numbers appear in the sum after "
    "`alpha`?",
    loses="value bias",
)
def bias_penalised(X, y, alpha):
    both = fitted(np.column_stack([X, np.ones(len(X))]), y, alpha)
    return both[:-1], both[-1]


@ridge.mistake(
    "Your fit goes through the origin, because it has no bias. How do the best weights change "
    "once you may choose `b`?",
    loses="value bias",
)
def without_a_bias(X, y, alpha):
    return fitted(X, y, alpha), NONE


@ridge.mistake(
    "Your `w` belongs to a fit through the origin, and you added `b` afterwards. Which "
    "weights are best when you choose `w` and `b` together?",
    loses="value bias",
)
def bias_afterwards(X, y, alpha):
    w = fitted(X, y, alpha)
    return w, y.mean() - X.mean(axis=0) @ w


@ridge.mistake(
    "Your code subtracts the mean of `y`, but not the means of `X`. Which means appear when "
    "you set the derivative with respect to b to 0?",
    loses="value bias",
)
def y_alone_centred(X, y, alpha):
    w = fitted(X, y - y.mean(), alpha)
    return w, y.mean() - X.mean(axis=0) @ w


@ridge.mistake(
    "Your `b` is the mean of `y`. For which x should your fit predict the mean of `y`?",
    loses="bias",
)
def mean_of_y_for_bias(X, y, alpha):
    return ridge_fit(X, y, alpha)[0], y.mean()


@ridge.mistake(
    "Your `b` contains the product of `w` and the mean of `X` with the wrong sign. Does your "
    "fit predict the mean of `y` at the mean of `X`?",
    loses="bias",
)
def bias_added(X, y, alpha):
    w, _ = ridge_fit(X, y, alpha)
    return w, y.mean() + X.mean(axis=0) @ w


@ridge.mistake(
    "Your fit is plain least squares. Where does your code use `alpha`?",
    loses="value bias",
)
def alpha_forgotten(X, y, alpha):
    return ridge_fit(X, y, 0.0) if len(X) > X.shape[1] + 1 else shortest(X, y)


def shortest(X, y):
    """Return the least-squares solution with the smallest norm."""
    Z = X - X.mean(axis=0)
    w = np.linalg.pinv(Z) @ y
    return w, y.mean() - X.mean(axis=0) @ w


@ridge.mistake(
    "Your penalty is N times too large, as if the squared errors were averaged. Does the "
    "formula contain their sum or their mean?",
    loses="value bias",
)
def mean_of_the_squares(X, y, alpha):
    return ridge_fit(X, y, alpha * len(X))


@ridge.mistake(
    "Your penalty is too small by a factor of 2. What are the derivatives of the squared "
    "errors and of alpha w²?",
    loses="value bias",
)
def half_of_alpha(X, y, alpha):
    return ridge_fit(X, y, alpha / 2)


@ridge.mistake(
    "Your penalty is too large by a factor of 2. What are the derivatives of the squared "
    "errors and of alpha w²?",
    loses="value bias",
)
def twice_alpha(X, y, alpha):
    return ridge_fit(X, y, alpha * 2)


@ridge.mistake(
    "Your fit uses the square of `alpha`. If you add rows to `X` for the penalty, what "
    "happens to their entries in the sum of squares?",
    loses="value bias",
)
def alpha_squared(X, y, alpha):
    return ridge_fit(X, y, alpha**2)


@ridge.mistake(
    "Your weights grow when `alpha` grows. Which sign does the penalty have in the formula?",
    loses="value bias",
)
def penalty_taken_away(X, y, alpha):
    return ridge_fit(X, y, -alpha)


@ridge.mistake(
    "Your code adds `alpha` to every entry of XᵀX. Which matrix belongs to the penalty alpha "
    "(w1² + w2² + …)?",
    loses="value bias",
)
def alpha_on_all_entries(X, y, alpha):
    Z = X - X.mean(axis=0)
    w = np.linalg.lstsq(Z.T @ Z + alpha, Z.T @ y, rcond=1e-10)[0]
    return w, y.mean() - X.mean(axis=0) @ w


@ridge.mistake(
    "Your penalty applies to features that you divided by their standard deviations. Does the "
    "formula scale the features?",
    loses="value bias",
)
def each_feature_scaled(X, y, alpha):
    spread = X.std(axis=0)
    w, b = ridge_fit(X / spread, y, alpha)
    return w / spread, b


@ridge.mistake(
    "Your fit ignores the last sample. Where does your loop or slice end?",
    loses="value bias",
)
def last_sample_left_out(X, y, alpha):
    return ridge_fit(X[:-1], y[:-1], alpha)


@ridge.mistake(
    "Your `w` and `b` belong to standardised features. Which `w` and `b` give the same "
    "predictions for the original `X`?",
    loses="value bias",
)
def weights_of_scaled_features(X, y, alpha):
    spread = X.std(axis=0)
    return ridge_fit((X - X.mean(axis=0)) / spread, y, alpha)


@ridge.mistake(
    "Your code subtracts one mean from all features. Which entries of `X` determine the mean "
    "of a single feature?",
    loses="value bias",
)
def one_mean_for_all(X, y, alpha):
    w = fitted(X - X.mean(), y - y.mean(), alpha)
    return w, y.mean() - X.mean(axis=0) @ w


@ridge.mistake(
    "Your code subtracts the mean of each row from `X`. Is a feature a row or a column?",
    loses="value bias",
)
def means_of_rows(X, y, alpha):
    w = fitted(X - X.mean(axis=1, keepdims=True), y - y.mean(), alpha)
    return w, y.mean() - X.mean(axis=0) @ w


@ridge.mistake(
    "Your `b` makes the fit pass through the first sample. Which point does the best fit pass "
    "through?",
    loses="bias",
)
def through_the_first_sample(X, y, alpha):
    w, _ = ridge_fit(X, y, alpha)
    return w, y[0] - X[0] @ w


@ridge.mistake(
    "Your `b` uses one mean of all entries of `X`. How many means do you need for D features?",
    loses="bias",
)
def one_mean_in_the_bias(X, y, alpha):
    w, _ = ridge_fit(X, y, alpha)
    return w, y.mean() - X.mean() * w.sum()


@ridge.mistake(
    "Your fit uses the square root of `alpha`. Which number belongs on the diagonal of XᵀX, "
    "and which one in additional rows of `X`?",
    loses="value bias",
)
def root_of_alpha(X, y, alpha):
    return ridge_fit(X, y, alpha**0.5)


@ridge.mistake(
    "Your fit penalises `b`, but not the last weight. Which column contains the ones, and "
    "which entry of the diagonal contains no `alpha`?",
    loses="value bias",
)
def last_weight_free(X, y, alpha):
    A = np.column_stack([np.ones(len(X)), X])
    penalty = alpha * np.eye(A.shape[1])
    penalty[-1, -1] = 0
    b, *w = np.linalg.solve(A.T @ A + penalty, A.T @ y)
    return np.array(w), b


@ridge.mistake(
    "Your `w` belongs to standardised features, but your `b` uses the means of the original "
    "ones. Which `w` gives the same predictions for the original `X`?",
    loses="value bias",
)
def scaled_weights_and_plain_means(X, y, alpha):
    w, _ = weights_of_scaled_features(X, y, alpha)
    return w, y.mean() - X.mean(axis=0) @ w
