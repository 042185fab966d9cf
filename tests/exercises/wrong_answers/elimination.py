"""Wrong answers of ps1, written by a student who had not read its declarations."""

import numpy as np

from tests.exercises.wrong_answers.register import wrong

# row_reduce


def eliminated(A, pick, divide=np.divide, each=None):
    """Eliminate with a student's own way to pick a pivot, and to treat rows and pivots."""
    R, pivots, small = A.copy(), [], 1e-11 * np.abs(A).max()
    m, n = R.shape
    for c in range(n):
        r = len(pivots)
        if r == m:
            break
        p = pick(R, r, c, small)
        if p is None:
            continue
        R[[r, p]] = R[[p, r]]
        R[r] = divide(R[r], R[r, c])
        for t in range(m):
            if each:
                each(R, t, r, c)
            elif t != r:
                R[t] -= R[t, c] * R[r]
        pivots.append(c)
    return R, pivots


def largest(R, r, c, small):
    p = r + np.abs(R[r:, c]).argmax()
    return p if abs(R[p, c]) >= small else None


@wrong("row_reduce", "a tiny pivot multiplies its row by a billion", "stability")
def first_row_that_will_do(A):
    def first(R, r, c, small):
        return next((k for k in range(r, len(R)) if abs(R[k, c]) >= small), None)

    return eliminated(A, first)


@wrong("row_reduce", "What is the magnitude of -7?", "value")
def magnitude_never_taken(A):
    def largest_number(R, r, c, small):
        p = r + R[r:, c].argmax()
        return p if R[p, c] >= small else None

    return eliminated(A, largest_number)


@wrong("row_reduce", "the other rows keep what they had", "value")
def swapped_and_divided_alone(A):
    return eliminated(A, largest, each=lambda R, t, r, c: None)


@wrong("row_reduce", "R is 0 everywhere")
def own_row_not_left_out(A):
    def subtract(R, t, r, c):
        R[t] -= R[t, c] * R[r]

    return eliminated(A, largest, each=subtract)


@wrong("row_reduce", "only the first entry of each difference", "value")
def entry_by_entry(A):
    def subtract(R, t, r, c):
        for j in range(c, R.shape[1] if t != r else c):
            R[t, j] -= R[t, c] * R[r, j]

    return eliminated(A, largest, each=subtract)


@wrong("row_reduce", "By what was their row divided?", "value")
def divided_by_its_size(A):
    return eliminated(A, largest, divide=lambda row, pivot: row / abs(pivot))


@wrong("row_reduce", "this is how many columns have a pivot", "pivots")
def number_of_pivots(A):
    R, pivots = eliminated(A, largest)
    return R, len(pivots)


# gram_schmidt


def orthonormal(A, norm=np.linalg.norm, turn=lambda q: q, before=lambda a, found: found):
    """Return a basis with a student's own length, turn, and vectors to take away."""
    found, columns = [], list(A.T)
    for a in columns:
        left = a.copy()
        for q in before(a, found):
            left -= (q @ left) / (q @ q if norm is np.linalg.norm else 1) * q
        if np.linalg.norm(left) >= 1e-10 * np.linalg.norm(a):
            found.append(turn(left / norm(left)))
    return np.column_stack(found)


@wrong("gram_schmidt", "some are turned round", "value")
def first_entry_positive(A):
    return orthonormal(A, turn=lambda q: q if q[0] >= 0 else -q)


@wrong("gram_schmidt", "divided by the square of its length", "value")
def by_the_squared_length(A):
    return orthonormal(A, norm=lambda v: v @ v)


@wrong("gram_schmidt", "the magnitudes of the entries of each vector add up to 1", "value")
def by_the_sum_of_magnitudes(A):
    return orthonormal(A, norm=lambda v: np.abs(v).sum())


@wrong("gram_schmidt", "what lies along the columns of A is taken away")
def columns_themselves(A):
    earlier = {a.tobytes(): A.T[:k] for k, a in enumerate(A.T)}
    return orthonormal(A, before=lambda a, found: earlier[a.tobytes()])


@wrong("gram_schmidt", "the first column of Q is that of A", "value")
def loop_from_the_second(A):
    found = [A[:, 0]]
    for k in range(1, A.shape[1]):
        left = A[:, k].copy()
        for q in found:
            left -= (q @ left) * q
        if np.linalg.norm(left) >= 1e-10 * np.linalg.norm(A[:, k]):
            found.append(left / np.linalg.norm(left))
    return np.column_stack(found)


@wrong("gram_schmidt", "no column has been dropped", "dependent")
def left_compared_with_itself(A):
    found = []
    for a in A.T:
        left = a.copy()
        for q in found:
            left -= (q @ left) * q
        size = np.linalg.norm(left)
        if size < 1e-10 * size:
            continue
        found.append(left / size)
    return np.column_stack(found)


@wrong("gram_schmidt", "the work ends at the first column that depends", "dependent")
def break_for_continue(A):
    found = []
    for a in A.T:
        left = a.copy()
        for q in found:
            left -= (q @ left) * q
        if np.linalg.norm(left) < 1e-10 * np.linalg.norm(a):
            break
        found.append(left / np.linalg.norm(left))
    return np.column_stack(found)


# project


@wrong("project", "What does the second step spoil of the first?", "value")
def what_lies_along_each_column(b, A):
    left = b.copy()
    for a in A.T:
        left -= (a @ left) / (a @ a) * a
    return b - left


@wrong("project", "p differs")
def a_thousand_steps_downhill(b, A):
    x, rate = np.zeros(A.shape[1]), 1 / np.linalg.norm(A) ** 2
    for _ in range(1000):
        x -= rate * A.T @ (A @ x - b)
    return A @ x


def spanned(A):
    U, s, _ = np.linalg.svd(A, full_matrices=False)
    return U[:, s > 1e-10 * s[0]]


@wrong("project", "b is reflected at the column space", "value")
def twice_the_way(b, A):
    U = spanned(A)
    return b - 2 * (b - U @ (U.T @ b))


@wrong("project", "a column of ones was put beside the others", "value")
def with_an_intercept(b, A):
    U = spanned(np.column_stack([np.ones(len(b)), A]))
    return U @ (U.T @ b)


@wrong("project", "p is b, as it came", "value dependent shape inputs-unchanged")
def whole_of_u(b, A):
    U = np.linalg.svd(A)[0]
    return U @ (U.T @ b)


# power_iteration


def dominant(A, v, tol, max_iter, is_done):
    v = v / np.linalg.norm(v)
    for _ in range(max_iter):
        w = A @ v
        w = w / np.linalg.norm(w)
        if is_done(min(np.linalg.norm(w - v), np.linalg.norm(w + v)), tol):
            return w @ A @ w, w * np.sign(w[np.abs(w).argmax()])
        v = w
    raise RuntimeError


@wrong("power_iteration", "What is the root of 1e-10?", "value")
def squared_step(A, v, tol=1e-10, max_iter=10_000):
    return dominant(A, v, tol, max_iter, lambda step, tol: step**2 <= tol)


@wrong("power_iteration", "eigenvalue differs")
def symmetric_part(A, v, tol=1e-10, max_iter=10_000):
    A = (A + A.T) / 2
    return dominant(A, v, tol, 10 * max_iter, lambda step, tol: step <= tol)


@wrong("power_iteration", "this is what another start leads to", "stopping")
def start_of_ones(A, v, tol=1e-10, max_iter=10_000):
    return dominant(A, np.ones(len(A)), tol, max_iter, lambda step, tol: step <= tol)


@wrong("power_iteration", "where no RuntimeError is asked for")
def raise_in_the_loop(A, v, tol=1e-10, max_iter=10_000):
    return dominant(A, v, tol, 1, lambda step, tol: step <= tol)


@wrong("power_iteration", "Does something stop too early", "value")
def a_tolerance_of_its_own(A, v, tol=1e-3, max_iter=10_000):
    return dominant(A, v, tol, max_iter, lambda step, tol: step <= tol)


@wrong("power_iteration", "where no RuntimeError is asked for", "shape value")
def a_limit_of_its_own(A, v, tol=1e-10, max_iter=100):
    return dominant(A, v, tol, max_iter, lambda step, tol: step <= tol)


@wrong("power_iteration", "but power_iteration took longer than it may", "errors")
def without_a_limit(A, v, tol=1e-10, max_iter=10_000):
    try:
        return dominant(A, v, tol, 3000, lambda step, tol: step <= tol)
    except RuntimeError:
        raise TimeoutError from None  # as the limit of time does, sooner


# best_rank_k


@wrong("best_rank_k", "only the first term is here", "value")
def return_in_the_loop(A, k):
    U, s, Vt = np.linalg.svd(A, full_matrices=False)
    total = np.zeros_like(A)
    for i in range(k):
        total += s[i] * np.outer(U[:, i], Vt[i])
        return total


@wrong("best_rank_k", "rows of U are taken", "value")
def rows_of_u(A, k):
    U, s, Vt = np.linalg.svd(A)
    return sum(s[i] * np.outer(U[i], Vt[i]) for i in range(k))


@wrong("best_rank_k", "columns of the third factor", "value")
def v_for_its_transpose(A, k):
    U, s, V = np.linalg.svd(A, full_matrices=False)
    return U[:, :k] * s[:k] @ V[:, :k].T


@wrong("best_rank_k", "approximation")
def thirty_steps_a_term(A, k):
    left, total = A.copy(), np.zeros_like(A)
    for _ in range(k):
        v = np.ones(A.shape[1])
        for _ in range(30):
            v = left.T @ (left @ v)
            v /= np.linalg.norm(v)
        total += np.outer(left @ v, v)
        left -= np.outer(left @ v, v)
    return total


# pca


def along(Z, V, values):
    """Return components, variances and scores, where components are turned as asked."""
    V = V * np.sign(V[np.arange(len(V)), np.abs(V).argmax(axis=1)])[:, None]
    return V, values, Z @ V.T


@wrong("pca", "rows of the matrix that eigh gives", "value")
def rows_of_eigenvectors(X, k):
    Z = X - X.mean(axis=0)
    values, V = np.linalg.eigh(Z.T @ Z / (len(X) - 1))
    return along(Z, V[::-1][:k], values[::-1][:k])


@wrong("pca", "each feature was divided by its spread", "scores")
def standard_scores(X, k):
    Z = (X - X.mean(axis=0)) / X.std(axis=0)
    values, V = np.linalg.eigh(Z.T @ Z / (len(X) - 1))
    return along(Z, V.T[::-1][:k], values[::-1][:k])


@wrong("pca", "What does k say?", "value")
def every_component(X, k):
    Z = X - X.mean(axis=0)
    values, V = np.linalg.eigh(Z.T @ Z / (len(X) - 1))
    return along(Z, V.T[::-1], values[::-1])


@wrong("pca", "the samples are back in their D coordinates", "scores")
def samples_made_again(X, k):
    Z = X - X.mean(axis=0)
    values, V = np.linalg.eigh(Z.T @ Z / (len(X) - 1))
    V, values, scores = along(Z, V.T[::-1][:k], values[::-1][:k])
    return V, values, scores @ V + X.mean(axis=0)


@wrong("pca", "3 - 5 in uint8", "integers")
def mean_of_their_type(X, k):
    Z = X - X.mean(axis=0).astype(X.dtype)
    values, V = np.linalg.eigh(Z.T @ Z / (len(X) - 1))
    return along(Z, V.T[::-1][:k], values[::-1][:k])
