"""Right fits of ps2 in other styles than the references', unregistered."""

import numpy as np

from tests.exercises.right_answers.register import right


@right("ridge_fit")
def bias_as_the_first_weight(features, goal, strength):
    A = np.c_[np.ones(features.shape[0]), features]
    P = np.diag([0.0] + [strength] * features.shape[1])
    b, *w = np.linalg.inv(A.T.dot(A) + P).dot(A.T.dot(goal))
    return np.array(w), b


@right("ridge_fit")
def by_eigenvectors(X, y, alpha):
    N = float(len(X))
    x_mean, y_mean = X.sum(axis=0) / N, y.sum() / N
    A, t = X - x_mean, y - y_mean
    values, Q = np.linalg.eigh(np.einsum("nd,ne->de", A, A))
    w = Q @ ((Q.T @ (A.T @ t)) / (values + alpha))
    return w, np.array(y_mean - (w * x_mean).sum())


@right("ridge_fit")
def row_by_row(X, y, alpha):
    D = X.shape[1]
    M, v = np.zeros((D + 1, D + 1)), np.zeros(D + 1)
    for x, t in zip(X.tolist(), y.tolist(), strict=True):
        row = np.array([*x, 1.0])
        M += np.outer(row, row)
        v += t * row
    for d in range(D):
        M[d, d] += alpha
    both = np.linalg.solve(M, v)
    return both[:D], both[D]


@right("ridge_fit")
def by_orthogonal_rows(X, y, alpha):
    N, D = X.shape
    A = np.block([[X, np.ones((N, 1))], [np.sqrt(alpha) * np.eye(D), np.zeros((D, 1))]])
    Q, R = np.linalg.qr(A)
    both = np.linalg.solve(R, Q[:N].T @ y)
    return [both[:-1], both[-1]]


@right("ridge_fit")
def one_weight_after_the_other(X, y, alpha):
    Z, left = X - X.mean(axis=0), y - y.mean()
    w, squares = np.zeros(X.shape[1]), (Z**2).sum(axis=0) + alpha
    for _ in range(3000):
        for d in range(len(w)):
            step = (Z[:, d] @ left - alpha * w[d]) / squares[d]
            w[d] += step
            left = left - step * Z[:, d]
    return w, y.mean() - X.mean(axis=0) @ w


@right("gaussian_classifier_fit")
def one_sample_after_the_other(X, y):
    C, D = y.max() + 1, X.shape[1]
    n, means, S = np.zeros(C), np.zeros((C, D)), np.zeros((D, D))
    for x, c in zip(X.astype(float), y, strict=True):
        n[c] += 1
        gap = x - means[c]
        means[c] += gap / n[c]
        S += np.outer(gap, x - means[c])
    return [n / n.sum(), means, S / n.sum()]


@right("gaussian_classifier_fit")
def by_projection(X, y):
    H = (y[:, None] == np.unique(y)) * 1.0
    means = np.linalg.lstsq(H, X.astype(float), rcond=None)[0]
    R = np.linalg.qr(X - H @ means, mode="r")
    return H.mean(axis=0), means, R.T @ R / len(H)


@right("gaussian_classifier_fit")
def with_add_at(samples, labels):
    C, D = labels.max() + 1, samples.shape[1]
    counts, sums = np.zeros(C), np.zeros((C, D))
    np.add.at(counts, labels, 1)
    np.add.at(sums, labels, samples)
    means = sums / counts.reshape(-1, 1)
    gap = samples - np.take(means, labels, axis=0)
    return counts / counts.sum(), means, np.dot(gap.T, gap) / counts.sum()


@right("gaussian_classifier_fit")
def from_np_cov(X, y):
    found, where, counts = np.unique(y, return_inverse=True, return_counts=True)
    means = np.vstack([np.average(X[y == c], axis=0) for c in found])
    N = X.shape[0]
    return counts / N, means, np.cov(X - means[where], rowvar=False, ddof=0)


@right("gaussian_classifier_fit")
def entry_by_entry(X, y):
    rows, labels = X.tolist(), y.tolist()
    N, D, C = len(rows), len(rows[0]), max(labels) + 1
    own = [[x for x, t in zip(rows, labels, strict=True) if t == c] for c in range(C)]
    means = [[sum(x[d] for x in o) / len(o) for d in range(D)] for o in own]
    gaps = [
        [a - m for a, m in zip(x, means[t], strict=True)]
        for x, t in zip(rows, labels, strict=True)
    ]
    S = [[sum(g[i] * g[j] for g in gaps) / N for j in range(D)] for i in range(D)]
    return np.array([len(o) / N for o in own]), np.array(means), np.array(S)
