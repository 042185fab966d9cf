"""Wrong answers of ps1."""

import numpy as np

from tests.exercises.wrong_answers.register import wrong

# best_rank_k


def factors(A):
    return np.linalg.svd(A, full_matrices=False)


@wrong("best_rank_k", "has shape (N, M), expected (M, N): rows and columns", "shape")
def transposed_approximation(A, k):
    U, s, Vt = factors(A)
    return Vt[:k].T * s[:k] @ U[:, :k].T


@wrong("best_rank_k", "is of the wrong sign", "value")
def minus_the_nearest(A, k):
    U, s, Vt = factors(A)
    return -U[:, :k] * s[:k] @ Vt[:k]


@wrong("best_rank_k", "is of type float32, expected float64", "shape")
def in_single_precision(A, k):
    U, s, Vt = factors(A)
    return (U[:, :k] * s[:k] @ Vt[:k]).astype(np.float32)


@wrong("best_rank_k", "is a tuple that is no array", "shape value integers inputs-unchanged")
def the_three_factors(A, k):
    U, s, Vt = factors(A)
    return U[:, :k], s[:k], Vt[:k]


@wrong("best_rank_k", "has shape", "shape value integers inputs-unchanged")
def scores_alone(A, k):
    U, s, _ = factors(A)
    return U[:, :k] * s[:k]


@wrong("best_rank_k", "approximation differs", "value integers shape inputs-unchanged")
def zero_where_small(A, k):
    s = np.sort(np.abs(A), axis=None)[-k]
    return np.where(np.abs(A) >= s, A, 0.0)


@wrong("best_rank_k", "is rounded to 3 decimals", "value")
def rounded_to_look_well(A, k):
    U, s, Vt = factors(A)
    return (U[:, :k] * s[:k] @ Vt[:k]).round(3)


# pca


def centred(X):
    return X - X.mean(axis=0)


def turned(C):
    return C * np.sign(C[np.arange(len(C)), np.abs(C).argmax(1)])[:, None]


def right_parts(X, k):
    Z = centred(X)
    _, s, Vt = np.linalg.svd(Z, full_matrices=False)
    C = turned(Vt[:k])
    return C, s[:k] ** 2 / (len(X) - 1), Z @ C.T


@wrong("pca", "components has shape (D,", "shape")
def components_as_columns(X, k):
    C, variances, scores = right_parts(X, k)
    return C.T, variances, scores


@wrong("pca", "scores", "scores")
def rebuilt_samples(X, k):
    C, variances, scores = right_parts(X, k)
    return C, variances, scores + 1


@wrong("pca", "variances", "variances")
def divided_by_features(X, k):
    C, variances, scores = right_parts(X, k)
    return C, variances * (len(X) - 1) / X.shape[1], scores


@wrong("pca", "expected three values", "shape variances scores integers")
def components_alone(X, k):
    return right_parts(X, k)[0]


@wrong("pca", "another order", "shape")
def turned_order(X, k):
    return right_parts(X, k)[::-1]


@wrong("pca", "has shape", "shape value variances scores integers inputs-unchanged")
def all_of_them(X, k):
    return right_parts(X, min(len(X) - 1, X.shape[1]))


# numerical_jacobian


@wrong("numerical_jacobian", "rows and columns are exchanged", "shape")
def a_row_for_each_argument(f, x, h=1e-5):
    return np.array([(f(x + e) - f(x - e)) / (2 * h) for e in h * np.eye(len(x))])


@wrong("numerical_jacobian", "is 2 times too large and of the wrong sign", "value")
def twice_and_turned(f, x, h=1e-5):
    return np.stack([(f(x - e) - f(x + e)) / h for e in h * np.eye(len(x))], axis=1)


@wrong("numerical_jacobian", "has shape", "shape value default integers inputs-unchanged")
def gradient_of_the_sum(f, x, h=1e-5):
    return np.array([(f(x + e) - f(x - e)).sum() / (2 * h) for e in h * np.eye(len(x))])


@wrong("numerical_jacobian", "this is the answer for h = 1e-05", "value")
def own_step(f, x, h=1e-5):
    return np.stack([(f(x + e) - f(x - e)) / 2e-5 for e in 1e-5 * np.eye(len(x))], axis=1)


@wrong("numerical_jacobian", "the function changes its caller's x", "inputs-unchanged")
def x_drifts(f, x, h=1e-5):
    work = x.astype(float)
    J = np.stack([(f(work + e) - f(work - e)) / (2 * h) for e in h * np.eye(len(x))], axis=1)
    x[0] += 1
    return J


@wrong("numerical_jacobian", "is a list, expected an array", "shape")
def rows_in_a_list(f, x, h=1e-5):
    J = np.stack([(f(x + e) - f(x - e)) / (2 * h) for e in h * np.eye(len(x))], axis=1)
    return J.tolist()


@wrong("numerical_jacobian", "jacobian", "value")
def last_column_left_out(f, x, h=1e-5):
    J = np.zeros((len(f(x)), len(x)))
    for j in range(len(x) - 1):
        e = h * np.eye(len(x))[j]
        J[:, j] = (f(x + e) - f(x - e)) / (2 * h)
    return J
