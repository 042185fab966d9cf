"""Right distances and losses in other styles than the references', unregistered."""

import math
from collections import Counter
from fractions import Fraction

import numpy as np

from tests.exercises.right_answers.register import right


@right("pairwise_distances")
def renamed_arguments(known, other):
    n, m = (np.linalg.norm(a.astype(float), ord=2, axis=1) for a in (known, other))
    product = np.inner(known.astype(float), other.astype(float))
    return np.sqrt(np.fmax(n[:, None] ** 2 + m**2 - 2 * product, 0))


@right("pairwise_distances")
def tiled(X, Y):
    X, Y = X.astype("float64"), Y.astype("float64")
    n, m, total = X.shape[0], Y.shape[0], 0
    for k in range(X.shape[1]):
        total = np.hypot(total, np.repeat(X[:, k], m) - np.tile(Y[:, k], n))
    return total.reshape(n, m)


@right("pairwise_distances")
def columns_by_reduction(X, Y):
    X, Y = X * 1.0, Y * 1.0
    return np.sqrt(sum((X[:, [k]] - Y[:, k]) ** 2 for k in range(X.shape[1])))


@right("pairwise_distances")
def products_in_int64(X, Y):
    if X.dtype.kind in "iu":
        X, Y = X.astype(np.int64), Y.astype(np.int64)
    squares = np.einsum("nd,nd->n", X, X)[:, None] + np.einsum("md,md->m", Y, Y)
    return np.sqrt(np.clip(squares - 2 * (X @ Y.T), 0, None))


@right("pairwise_distances")
def in_long_double(X, Y):
    X, Y = X.astype(np.longdouble), Y.astype(np.longdouble)
    return np.sqrt(sum((X[:, [k]] - Y[:, k]) ** 2 for k in range(X.shape[1])))


@right("pairwise_distances")
def with_a_print_left_over(X, Y):
    d = np.sqrt(sum(np.subtract.outer(*c) ** 2 for c in zip(X.T * 1.0, Y.T * 1.0, strict=True)))
    print(d, repr(X))
    return d


@right("pairwise_distances")
def centred_first(X, Y):
    middle = X.mean(axis=0)
    X, Y = X - middle, Y - middle
    d = np.einsum("nd,nd->n", X, X)[:, None] - 2 * X @ Y.T + np.sum(Y**2, axis=1)
    d[d < 0] = 0
    return d**0.5


@right("pairwise_distances")
def columns_in_pairs(X, Y):
    total = 0
    X, Y = (np.hstack([a, np.zeros((len(a), a.shape[1] % 2))]) for a in (X, Y))
    for j in range(0, X.shape[1], 2):
        x, y = X[:, j] + 1j * X[:, j + 1], Y[:, j] + 1j * Y[:, j + 1]
        total = total + abs(x.reshape(-1, 1) - y) ** 2
    return np.sqrt(total)


@right("pairwise_distances")
def by_halves(X, Y):
    def squares(A, B):
        if A.shape[1] == 1:
            return (A - B.T) ** 2
        h = A.shape[1] // 2
        return squares(A[:, :h], B[:, :h]) + squares(A[:, h:], B[:, h:])

    return np.sqrt(squares(X.astype(float), Y.astype(float)))


@right("knn_predict")
def within_a_radius(X_train, y_train, X, k):
    d = sum((X[:, [j]].astype(float) - X_train[:, j]) ** 2 for j in range(X.shape[1]))
    radius = np.partition(d, k - 1, axis=1)[:, k - 1 : k]
    return ((d <= radius) @ np.eye(y_train.max() + 1)[y_train]).argmax(axis=1)


@right("knn_predict")
def sorted_pairs(X_train, y_train, X, k):
    found, known = [], list(zip(X_train.tolist(), y_train.tolist(), strict=True))
    for x in X.tolist():
        pairs = sorted(
            (sum((a - b) ** 2 for a, b in zip(x, t, strict=True)), c) for t, c in known
        )
        votes = sorted(c for _, c in pairs[:k])
        found.append(max(votes, key=votes.count))
    return np.array(found, dtype=int)


@right("knn_predict")
def by_counter(X_train, y_train, X, k):
    found = []
    for x in X.astype(float):
        near = np.argsort(((X_train - x) ** 2).sum(axis=1), kind="stable")[:k]
        counts = Counter(y_train[near].tolist())
        most = max(counts.values())
        found.append(min(label for label, n in counts.items() if n == most))
    return np.asarray(found)


@right("knn_predict")
def in_float32(X_train, y_train, X, k):
    near = ((X[:, None].astype("f4") - X_train) ** 2).sum(-1).argsort(axis=-1)[:, :k]
    votes = np.apply_along_axis(np.bincount, 1, y_train[near], minlength=100)
    return votes.argmax(axis=1)


@right("knn_predict")
def without_sorting(X_train, y_train, X, k):
    d = np.linalg.norm(X.astype(float)[:, None] - X_train, axis=2)
    found, rows = [np.argmin(d, axis=1)], np.arange(len(X))
    while len(found) < k:
        d[rows, found[-1]] = np.inf
        found.append(np.argmin(d, axis=1))
    labels = np.sort(y_train[np.array(found)], axis=0)
    counts = (labels[:, None] == labels[None]).sum(axis=0)
    return labels[counts.argmax(axis=0), rows]


@right("softmax_cross_entropy")
def from_lists(scores, targets):
    scores, targets = np.array(scores.tolist()), np.array(list(targets), dtype=int)
    if scores.shape[0] != targets.size:
        raise ValueError
    top = np.max(scores, axis=1)
    log_sum = top + np.log(np.sum(np.exp(scores.T - top), axis=0))
    loss = log_sum - scores[range(len(scores)), targets]
    gradient = np.exp(scores.T - log_sum).T
    for n, t in enumerate(targets):
        gradient[n, t] -= 1.0
    return np.average(loss), np.divide(gradient, len(scores))


@right("softmax_cross_entropy")
def own_kind_of_value_error(scores, targets):
    class ShapeError(ValueError):
        pass

    if len(scores) != len(targets):
        raise ShapeError("as many targets as rows")
    N, C = scores.shape
    loss, rows = 0, []
    for row, t in zip(scores.copy(), targets, strict=True):
        row -= row.max()
        p = np.exp(row) / np.exp(row).sum()
        loss -= (row[t] - np.log(np.exp(row).sum())) / N
        rows.append([(p[c] - (c == t)) / N for c in range(C)])
    return np.array(loss), np.array(rows)


@right("softmax_cross_entropy")
def by_differences_of_scores(scores, targets):
    if targets.shape[0] != scores.shape[0]:
        raise ValueError("lengths")
    right = np.take_along_axis(scores, targets[:, None], axis=1)
    loss = np.logaddexp.reduce(scores - right, axis=1).mean()
    p = 1 / np.exp(np.clip(scores[:, None] - scores[:, :, None], -np.inf, 700)).sum(axis=2)
    return loss, (p - (np.arange(scores.shape[1]) == targets[:, None])) / targets.size


@right("hinge_loss")
def counted_and_taken_away(scores, targets, margin=1.0):
    n = np.arange(len(scores))
    gap = np.maximum(0, scores - scores[n, targets][:, None] + margin)
    g = (gap > 0) * 1.0
    g[n, targets] -= g.sum(axis=1)
    return (gap.sum() - margin * len(n)) / len(n), g / len(n)


@right("hinge_loss")
def by_masked_array(scores, targets, margin=1.0):
    rows = np.arange(targets.size)
    gaps = np.ma.array(scores - scores[rows, targets, None] + margin, dtype=float)
    gaps[rows, targets] = np.ma.masked
    pulls = (gaps.filled(-1.0) > 0).astype(np.float64)
    pulls[rows, targets] = -pulls.sum(1)
    return np.ma.maximum(gaps, 0).sum() / rows.size, np.ma.array(pulls / rows.size)


@right("hinge_loss")
def row_by_row(s, y, m=1.0):
    total, gradient = 0.0, []
    for scores, t in zip(s.tolist(), y.tolist(), strict=True):
        gaps = [max(0.0, v - scores[t] + m) if c != t else 0.0 for c, v in enumerate(scores)]
        row = [float(gap > 0) for gap in gaps]
        row[t] = -sum(row)
        total += sum(gaps)
        gradient.append(row)
    return total / len(s), np.array(gradient) / len(s)


@right("softmax_cross_entropy")
def zipped_strictly(scores, targets):
    loss, rows = 0.0, []
    for s, t in zip(scores.tolist(), targets.tolist(), strict=True):
        e = [math.exp(v - max(s)) for v in s]
        loss += math.log(math.fsum(e)) + max(s) - s[t]
        rows.append([(v / math.fsum(e) - (c == t)) / len(scores) for c, v in enumerate(e)])
    return loss / len(scores), np.array(rows)


@right("hinge_loss")
def sorted_fractions(scores, targets, margin=1.0):
    loss, gradient = Fraction(0), np.zeros(scores.shape)
    for n, t in enumerate(targets.tolist()):
        least = Fraction(float(scores[n, t])) - Fraction(margin)
        for c in sorted(range(scores.shape[1]), key=lambda c: -scores[n, c]):
            gap = Fraction(float(scores[n, c])) - least
            if gap <= 0:
                break
            if c != t:
                loss += gap
                gradient[n, [c, t]] += [1 / len(scores), -1 / len(scores)]
    return float(loss / len(scores)), gradient


@right("hinge_loss")
def with_heaviside(scores, targets, margin=1.0):
    other = 1.0 - np.eye(scores.shape[1])[targets]
    gap = other * (scores - np.choose(targets, scores.T)[:, None] + margin)
    step = np.heaviside(gap, 0.0)
    return (gap * step).sum(1).mean(), (step - (1 - other) * step.sum(1)[:, None]) / len(step)
