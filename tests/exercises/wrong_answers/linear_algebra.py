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


@wrong("best_rank_k", "is a tuple that is no array", "shape value inputs-unchanged")
def the_three_factors(A, k):
    U, s, Vt = factors(A)
    return U[:, :k], s[:k], Vt[:k]


@wrong("best_rank_k", "has shape", "shape value inputs-unchanged")
def scores_alone(A, k):
    U, s, _ = factors(A)
    return U[:, :k] * s[:k]


@wrong("best_rank_k", "approximation differs", "value shape inputs-unchanged")
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


@wrong("pca", "variances", "scores")
def divided_by_features(X, k):
    C, variances, scores = right_parts(X, k)
    return C, variances * (len(X) - 1) / X.shape[1], scores


@wrong("pca", "expected three values", "shape scores integers")
def components_alone(X, k):
    return right_parts(X, k)[0]


@wrong("pca", "another order", "shape")
def turned_order(X, k):
    return right_parts(X, k)[::-1]


@wrong("pca", "all D components are here", "value")
def all_of_them(X, k):
    return right_parts(X, min(len(X) - 1, X.shape[1]))
