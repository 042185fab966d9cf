"""pca_autoencoder: the best linear autoencoder, whose code spans the principal components.

Any invertible matrix may stand between encoder and decoder, so neither is judged by its
entries. What all best ones share is compared: the projector onto the columns of the decoder,
the product of decoder and encoder, and the shift that the two biases make together. The
largest singular value of the difference of two projectors is the sine of the largest principal
angle between their subspaces, so the first asks that all principal angles are 0.

Whoever takes columns for rows gets another subspace for each choice of signs in the singular
vectors, and these depend on the processor. So the measure tells it, by the sizes of the entries
alone, which each case keeps for it, and not a registered mistake. (The example keeps none: with
two columns and one component they are those of the right answer.)

`np.linalg.eig` promises no order. Of most matrices it returns the largest eigenvalue first, so
that whoever did not sort passed three draws of four. Therefore the last column of X varies most
and is uncorrelated with the others, exactly: all numbers are multiples of 2^-20, whose sums are
exact, and it differs from its mean only in rows where the others do not. An eigensolver that
does not sort leaves that direction at the end, on every processor, and so does a power
iteration that begins with the axes. A correlation of 1e-15 would let both pass again.
"""

import numpy as np
from nngrader.engine import problem

from .common import ELSEWHERE


def what_all_best_ones_share(args, *given):
    X, k = args["X"], int(args["k"])
    D = X.shape[1]
    for part, shape in zip(given, ((k, D), (k,), (D, k), (D,)), strict=True):
        if part is None or part.dtype.kind not in "iuf" or part.shape != shape:
            raise ValueError(
                "expected four arrays: W of shape (k, D), b (k,), V (D, k) and c (D,)"
            )
        if not np.isfinite(part).all():
            raise ValueError("not all numbers are finite. What was divided, and by what?")
    W, b, V, c = (part.astype(float) for part in given)
    directions, s, _ = np.linalg.svd(V, full_matrices=False)
    if s[0] == 0 or s[-1] < 1e-6 * s[0]:
        raise ValueError(
            "the columns of V are linearly dependent, or nearly. How many numbers has a code, "
            "and how many directions should the decoder reach?"
        )
    sizes = args["columns"]
    if sizes.shape == V.shape and np.allclose(np.abs(V), sizes, rtol=0, atol=1e-6):
        raise ValueError(
            "these are columns of the matrix whose rows are the components. In which order "
            "does np.linalg.svd return its last factor?"
        )
    return directions @ directions.T, V @ W, V @ b + c


def components(Z):
    """Return all right singular vectors of Z as rows."""
    return np.linalg.svd(Z, full_matrices=False)[2]


autoencoder = problem(
    "pca_autoencoder",
    measure=what_all_best_ones_share,
    observed=["W", "b", "V", "c"],
    kept=["columns"],
    returns={"subspace": "value", "product": "encoder", "shift": "encoder"},
    wrong={
        "subspace": "the columns of V span another subspace than the first k principal "
        "components. Of which matrix are they singular vectors, and which ones are taken? Do "
        "they come in the order of their variances?",
        "product": "V W is not the orthogonal projection onto the best subspace. What must W "
        "make of a column of V?",
        "shift": "V b + c is not right. What should the autoencoder make of the mean of X?",
    },
    points={
        "shape": (1, "four arrays of these shapes, in this order"),
        "value": (6, "the subspace that the columns of `V` span: all principal angles are 0"),
        "encoder": (5, "the product `V @ W`, and the shift `V @ b + c`, half each"),
        "inputs-unchanged": (1, "`X` stays as it is"),
    },
    forbidden={"all": ELSEWHERE},
)


@autoencoder.reference
def pca_autoencoder(X, k):
    """Weights of the linear autoencoder with the smallest squared error on the rows of X.

    z = W x + b,  x' = V z + c;  the mean of ||x' - x||^2 over the rows x of X is least

    X : (N, D) array, one sample a row; a column may be uncorrelated with all others
    k : int, from 1 to D - 1 and less than N - 1
    Returns (W, b, V, c) of the shapes (k, D), (k,), (D, k) and (D,). Many are best, and each of
    them is right whose columns of V are far from linearly dependent.
    """
    mean = X.mean(axis=0)
    Z = X - mean
    V = np.linalg.eigh(Z.T @ Z)[1][:, ::-1][:, :k]
    return V.T, -V.T @ mean, V, mean


autoencoder.example(
    np.array([[15.0, 16.0], [3.0, 0.0], [13.0, 5.0], [5.0, 11.0]]), 1, np.zeros(0)
)


@autoencoder.case("value", visible=2)
def spread_out(rng, E, D):
    """Samples that spread differently along each direction, about a mean that is not 0."""
    fit = [k for k in range(3, D - 1) if k not in (5, 7, 11, 13)]  # sizes are primes
    k = 1 if D <= 3 else 2 if E > D or not fit else int(rng.choice(fit))
    Q = np.linalg.qr(rng.normal(size=(D + E, D - 1)))[0]
    Q = np.linalg.qr(Q - Q.mean(axis=0))[0]
    turned = np.linalg.qr(rng.normal(size=(D - 1, D - 1)))[0]
    s = np.exp(-0.3 * np.arange(D - 1) + rng.uniform(-0.05, 0.05, size=D - 1))
    others = np.round(4 * Q * s @ turned.T * 2**20) / 2**20
    others[-1] = -others[:-1].sum(axis=0)
    X = np.zeros((D + E + 2, D))
    X[:-2, :-1], X[-2:, -1] = others, rng.choice([4, 5]) * np.array([1.0, -1.0])
    X = rng.permutation(X) + rng.integers(64, 192, size=D) / 64
    return X, k, np.abs(components(X - X.mean(axis=0))[:, :k])


@autoencoder.alternative
def all_in_one_bias(X, k):
    middle = X.sum(axis=0) / len(X)
    values, vectors = np.linalg.eigh(np.cov(X.T))
    V = vectors[:, np.argsort(values)[-k:]]
    return V.T, np.zeros(k), V, middle - V @ (V.T @ middle)


@autoencoder.alternative
def whitened(X, k):
    Z = X - X.mean(axis=0)
    _, s, Vt = np.linalg.svd(Z)
    scale = s[:k] / np.sqrt(len(X))
    W, V = Vt[:k] / scale[:, None], Vt[:k].T * scale
    return W, -(W @ X.mean(axis=0)), V, X.mean(axis=0)


@autoencoder.alternative
def mixed_codes(X, k):
    mean, mix = X.mean(axis=0), np.eye(k) + np.tri(k) / k
    V = np.linalg.svd((X - mean).T)[0][:, :k] @ mix
    W = np.linalg.pinv(V)
    return W, W @ -mean + 1.0, V, mean - V @ np.ones(k)


def centred_answer(X, rows, *, back=None, mean=None):
    """Return an autoencoder of these components, with parts of it changed."""
    mean = X.mean(axis=0) if mean is None else mean
    V = rows.T if back is None else back
    return rows, -rows @ mean, V, mean


@autoencoder.mistake(
    "these are singular vectors of X as it is. From where are variances measured?",
    loses="shape inputs-unchanged value encoder",
)
def not_centred(X, k):
    rows = components(X)[:k]
    return rows, np.zeros(k), rows.T, np.zeros(X.shape[1])


@autoencoder.mistake(
    "these are singular vectors of X as it is, though the mean is taken away later. From "
    "where are variances measured?",
    loses="shape inputs-unchanged value encoder",
)
def centred_too_late(X, k):
    return centred_answer(X, components(X)[:k])


@autoencoder.mistake(
    "the directions are right, and neither bias knows the mean. What comes out for the mean "
    "of X?",
    loses="encoder",
)
def without_biases(X, k):
    rows = components(X - X.mean(axis=0))[:k]
    return rows, np.zeros(k), rows.T, np.zeros(X.shape[1])


@autoencoder.mistake(
    "the mean is added at the end, but not taken away at the beginning. Which of the two "
    "biases should do that?",
    loses="encoder",
)
def mean_added_alone(X, k):
    rows = components(X - X.mean(axis=0))[:k]
    return rows, np.zeros(k), rows.T, X.mean(axis=0)


@autoencoder.mistake(
    "the mean is taken away at the beginning, but not added at the end. What comes out for "
    "the mean of X?",
    loses="encoder",
)
def mean_not_added(X, k):
    W, b, V, c = pca_autoencoder(X, k)
    return W, b, V, 0 * c


@autoencoder.mistake(
    "V b has the other sign: the mean comes out with its own projection added. What code "
    "should the mean get?",
    loses="encoder",
)
def sign_of_the_bias(X, k):
    W, b, V, c = pca_autoencoder(X, k)
    return W, -b, V, c


@autoencoder.mistake(
    "these are the directions of least variance. In which order does eigh give its "
    "eigenvalues?",
    loses="shape inputs-unchanged value encoder",
)
def least_variance(X, k):
    return centred_answer(X, components(X - X.mean(axis=0))[-k:])


@autoencoder.mistake(
    "the direction of largest variance is left out. Do they come in the order of their "
    "variances, and with which number does the first entry begin?",
    loses="shape inputs-unchanged value encoder",
)
def one_too_far(X, k):
    return centred_answer(X, components(X - X.mean(axis=0))[1 : k + 1])


@autoencoder.mistake(
    "each column of X was divided by its standard deviation first. In which units is the "
    "squared error measured?",
    loses="shape inputs-unchanged value encoder",
)
def standardised(X, k):
    Z = (X - X.mean(axis=0)) / X.std(axis=0)
    return centred_answer(X, components(Z)[:k])


@autoencoder.mistake(
    "V is the transpose of W, though the rows of W are not of length 1. When does the "
    "transpose undo W?",
    loses="encoder",
)
def scaled_on_both_sides(X, k):
    Z = X - X.mean(axis=0)
    _, s, Vt = np.linalg.svd(Z, full_matrices=False)
    return centred_answer(X, Vt[:k] * s[:k, None] / len(X) ** 0.5)


@autoencoder.mistake(
    "the code is divided by the standard deviations, and the decoder does not multiply by "
    "them. What must V make of the code of a sample?",
    loses="encoder",
)
def whitened_one_way(X, k):
    Z = X - X.mean(axis=0)
    _, s, Vt = np.linalg.svd(Z, full_matrices=False)
    W = Vt[:k] / s[:k, None] * len(X) ** 0.5
    return centred_answer(X, W, back=Vt[:k].T)


@autoencoder.mistake(
    "the mean is one number for all columns. How many numbers has the mean of the rows of X?",
    loses="shape inputs-unchanged value encoder",
)
def one_mean_for_all(X, k):
    mean = np.full(X.shape[1], X.mean())
    return centred_answer(X, components(X - mean)[:k], mean=mean)


@autoencoder.mistake(
    "each row of X has lost its own mean. Over which axis is the mean of the samples taken?",
    loses="shape inputs-unchanged value encoder",
)
def mean_of_each_row(X, k):
    return centred_answer(X, components(X - X.mean(axis=1, keepdims=True))[:k])
