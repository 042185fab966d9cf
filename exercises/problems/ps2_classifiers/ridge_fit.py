"""ridge_fit: least squares with a penalty on the weights, and none on the bias."""

import numpy as np
from nngrader.engine import problem

from .common import DIGITS, ELSEWHERE

ridge = problem(
    "ridge_fit",
    rtol=DIGITS,
    returns={"w": "value", "b": "bias"},
    points={
        "shape": (1, "a (D,) array and a number, in this order"),
        "value": (9, "`w`, for more samples than features and for fewer"),
        "bias": (4, "`b`"),
        "inputs-unchanged": (1, "`X` and `y` stay as they are"),
    },
    forbidden={"all": ELSEWHERE},
)


@ridge.reference
def ridge_fit(X, y, alpha):
    """Weights and bias of ridge regression: a small error, and small weights.

    (w, b) makes the smallest of all
    (sum over n of (w . X[n] + b - y[n])^2) + alpha * (sum over d of w[d]^2)

    X : (N, D) array of float64
    y : (N,) array, float64
    alpha : float above 0
    Returns (w, b): a (D,) array, float64, and a number. X and y stay as they are.
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
    """Measurements that lie away from the origin."""
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
    1e-200  # of a bias: were it 0, this mistake would explain the b of an answer all of zeros
)


def fitted(X, y, alpha):
    """Return the weights for uncentred samples and values, without a bias."""
    X = np.asarray(X, float)
    return np.linalg.solve(X.T @ X + alpha * np.eye(X.shape[1]), X.T @ y)


@ridge.mistake(
    "the bias is pulled towards 0 as well. Which numbers stand in the sum behind alpha?",
    loses="value bias",
)
def bias_penalised(X, y, alpha):
    both = fitted(np.column_stack([X, np.ones(len(X))]), y, alpha)
    return both[:-1], both[-1]


@ridge.mistake(
    "these are the weights of a fit through the origin. What has the bias to do with the "
    "weights?",
    loses="value bias",
)
def without_a_bias(X, y, alpha):
    return fitted(X, y, alpha), NONE


@ridge.mistake(
    "the weights are those of a fit through the origin, and the bias came afterwards. Which "
    "weights are best once a bias may be chosen?",
    loses="value bias",
)
def bias_afterwards(X, y, alpha):
    w = fitted(X, y, alpha)
    return w, y.mean() - X.mean(axis=0) @ w


@ridge.mistake(
    "the mean of y is taken off, and X keeps its own. Which of the two moves when the bias is "
    "chosen well?",
    loses="value bias",
)
def y_alone_centred(X, y, alpha):
    w = fitted(X, y - y.mean(), alpha)
    return w, y.mean() - X.mean(axis=0) @ w


@ridge.mistake(
    "this is the mean of y. At which x is that the prediction?",
    loses="bias",
)
def mean_of_y_for_bias(X, y, alpha):
    return ridge_fit(X, y, alpha)[0], y.mean()


@ridge.mistake(
    "predict the mean sample with it: does the mean of y come out? Which sign has the product?",
    loses="bias",
)
def bias_added(X, y, alpha):
    w, _ = ridge_fit(X, y, alpha)
    return w, y.mean() + X.mean(axis=0) @ w


@ridge.mistake(
    "this is plain least squares. Where does your code use alpha?", loses="value bias"
)
def alpha_forgotten(X, y, alpha):
    return ridge_fit(X, y, 0.0) if len(X) > X.shape[1] + 1 else shortest(X, y)


def shortest(X, y):
    """Return the least-squares solution with the smallest norm."""
    Z = X - X.mean(axis=0)
    w = np.linalg.pinv(Z) @ y
    return w, y.mean() - X.mean(axis=0) @ w


@ridge.mistake(
    "alpha counts N times here. Is the sum of the squares asked, or their mean?",
    loses="value bias",
)
def mean_of_the_squares(X, y, alpha):
    return ridge_fit(X, y, alpha * len(X))


@ridge.mistake(
    "alpha counts half. What is the derivative of alpha w², and what is that of the squares?",
    loses="value bias",
)
def half_of_alpha(X, y, alpha):
    return ridge_fit(X, y, alpha / 2)


@ridge.mistake(
    "alpha counts twice. What is the derivative of alpha w², and what is that of the squares?",
    loses="value bias",
)
def twice_alpha(X, y, alpha):
    return ridge_fit(X, y, alpha * 2)


@ridge.mistake(
    "alpha is squared on the way. If alpha stands in rows of their own, what is squared there?",
    loses="value bias",
)
def alpha_squared(X, y, alpha):
    return ridge_fit(X, y, alpha**2)


@ridge.mistake(
    "the larger alpha, the larger these weights. Which sign has the penalty?",
    loses="value bias",
)
def penalty_taken_away(X, y, alpha):
    return ridge_fit(X, y, -alpha)


@ridge.mistake(
    "alpha is added to every entry of XᵀX. What is the matrix of alpha (w1² + w2² + …)?",
    loses="value bias",
)
def alpha_on_all_entries(X, y, alpha):
    Z = X - X.mean(axis=0)
    w = np.linalg.lstsq(Z.T @ Z + alpha, Z.T @ y, rcond=1e-10)[0]
    return w, y.mean() - X.mean(axis=0) @ w


@ridge.mistake(
    "each feature was divided by its own spread, and is penalised by it. Does the text ask for "
    "that?",
    loses="value bias",
)
def each_feature_scaled(X, y, alpha):
    spread = X.std(axis=0)
    w, b = ridge_fit(X / spread, y, alpha)
    return w / spread, b


@ridge.mistake("the last sample does not count. Where does your loop end?", loses="value bias")
def last_sample_left_out(X, y, alpha):
    return ridge_fit(X[:-1], y[:-1], alpha)


@ridge.mistake(
    "these weights belong to features that were divided by their spread. Which w says the same "
    "of X as it is?",
    loses="value bias",
)
def weights_of_scaled_features(X, y, alpha):
    spread = X.std(axis=0)
    return ridge_fit((X - X.mean(axis=0)) / spread, y, alpha)


@ridge.mistake(
    "one mean is taken off all features. Of which numbers is a feature's own mean?",
    loses="value bias",
)
def one_mean_for_all(X, y, alpha):
    w = fitted(X - X.mean(), y - y.mean(), alpha)
    return w, y.mean() - X.mean(axis=0) @ w


@ridge.mistake(
    "from each row its own mean is taken off. Is a feature a row or a column?",
    loses="value bias",
)
def means_of_rows(X, y, alpha):
    w = fitted(X - X.mean(axis=1, keepdims=True), y - y.mean(), alpha)
    return w, y.mean() - X.mean(axis=0) @ w


@ridge.mistake(
    "this line goes through the first sample. Through which point goes the best one?",
    loses="bias",
)
def through_the_first_sample(X, y, alpha):
    w, _ = ridge_fit(X, y, alpha)
    return w, y[0] - X[0] @ w


@ridge.mistake(
    "one mean of all of X stands in the bias. How many means has X?",
    loses="bias",
)
def one_mean_in_the_bias(X, y, alpha):
    w, _ = ridge_fit(X, y, alpha)
    return w, y.mean() - X.mean() * w.sum()


@ridge.mistake(
    "the root of alpha stands where alpha should. If it belongs into rows of their own, what "
    "becomes of it in their squares?",
    loses="value bias",
)
def root_of_alpha(X, y, alpha):
    return ridge_fit(X, y, alpha**0.5)


@ridge.mistake(
    "the last weight costs nothing, and the bias does. In which column do the ones stand, and "
    "at which place is alpha taken away?",
    loses="value bias",
)
def last_weight_free(X, y, alpha):
    A = np.column_stack([np.ones(len(X)), X])
    penalty = alpha * np.eye(A.shape[1])
    penalty[-1, -1] = 0
    b, *w = np.linalg.solve(A.T @ A + penalty, A.T @ y)
    return np.array(w), b


@ridge.mistake(
    "these weights belong to features that were divided by their spread, and b goes with "
    "others. Which w says the same of X as it is?",
    loses="value bias",
)
def scaled_weights_and_plain_means(X, y, alpha):
    w, _ = weights_of_scaled_features(X, y, alpha)
    return w, y.mean() - X.mean(axis=0) @ w
