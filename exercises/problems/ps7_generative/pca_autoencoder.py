"""pca_autoencoder: the best linear autoencoder, whose code spans the principal components.

We can insert any invertible matrix and its inverse between decoder and encoder, so we don't
compare their entries. Instead, we compare the properties that all best autoencoders share: the
projector onto the columns of the decoder, the product of decoder and encoder, and the shift
that results from the two biases. The largest singular value of the difference of two projectors
is the sine of the largest principal angle between their subspaces, so the first property means
that all principal angles are 0.

A wrong choice of principal components costs only the points of the subspace. The autoencoder
keeps the others if it projects orthogonally onto an affine space with the directions of its
decoder. This holds for components in the wrong order, and for components of data that were not
centred, centred by one number or standardised. Other directions cost all points, because
otherwise any orthonormal columns would get the other points.

If a student confuses columns with rows, the resulting subspace depends on the signs of the
singular vectors, and these signs depend on the processor. A registered mistake can't describe
this, so the measure detects it from the absolute values of the entries, which each case stores.
(The example stores none, because with two columns and one component these absolute values are
the same as in the correct answer.)

`np.linalg.eig` doesn't promise any order. For most matrices it returns the largest eigenvalue
first, so students who forgot to sort passed three draws out of four. In our cases the last
column of X therefore has the largest variance and is exactly uncorrelated with the other
columns: all entries are multiples of 2^-20, so their sums are exact, and the last column
differs from its mean only in rows where the other columns don't. An eigensolver that doesn't
sort returns this direction last, on every processor, and a power iteration that starts with the
axes finds it last, too. A correlation of 1e-15 would let both pass again.
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
                "Your result should contain four arrays: W (k, D), b (k,), V (D, k) and c (D,)."
            )
        if not np.isfinite(part).all():
            raise ValueError(
                "Some entries of your arrays aren't finite. Do you divide by a number that can "
                "be 0?"
            )
    W, b, V, c = (part.astype(float) for part in given)
    directions, s, _ = np.linalg.svd(V, full_matrices=False)
    if s[0] == 0 or s[-1] < 1e-6 * s[0]:
        raise ValueError(
            "The columns of your `V` are linearly dependent, or nearly so. How many "
            "independent directions does a decoder need for a code with k entries?"
        )
    sizes = args["columns"]
    if sizes.shape == V.shape and np.allclose(np.abs(V), sizes, rtol=0, atol=1e-6):
        raise ValueError(
            "Your `V` contains columns of the matrix whose rows are the components. Are the "
            "components the rows or the columns of the last array of `np.linalg.svd`?"
        )
    subspace, product, shift, mean = directions @ directions.T, V @ W, V @ b + c, X.mean(axis=0)
    best = np.linalg.svd(X - mean, full_matrices=False)[2][:k]
    best = best.T @ best
    tried = (X - mean, X, X - X.mean(), (X - mean) / X.std(axis=0))
    # both products are equal if V spans components of Z
    turned = [(Z.T @ Z @ subspace, subspace @ (Z.T @ Z)) for Z in tried]
    known = any(np.allclose(a, b, rtol=0, atol=1e-6 * np.abs(a).max()) for a, b in turned)
    if known and not np.allclose(subspace, best, rtol=0, atol=1e-6):
        product, shift = best + product - subspace, mean - best @ mean + subspace @ shift
    return subspace, product, shift


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
        "subspace": "The columns of your `V` don't span the same subspace as the first `k` "
        "principal components. Which matrix do you decompose, and are the directions sorted by "
        "variance before you select `k` of them?",
        "product": "Your `V @ W` isn't the orthogonal projection onto the best subspace. What "
        "should `W` times a column of `V` be?",
        "shift": "Your `V @ b + c` is incorrect. What should your autoencoder return for the "
        "mean of `X`?",
    },
    points={
        "shape": (1, "four arrays of the correct shapes, in the correct order"),
        "value": (
            6,
            "the subspace spanned by the columns of `V`: all principal angles must be 0",
        ),
        "encoder": (5, "the product `V @ W` and the shift `V @ b + c`, half each"),
        "inputs-unchanged": (1, "your function doesn't change `X`"),
    },
    forbidden={"all": ELSEWHERE},
)


@autoencoder.reference
def pca_autoencoder(X, k):
    """Compute the weights of the linear autoencoder with the smallest squared error on X.

    For each row x of X, the code is z = W x + b and the reconstruction is x' = V z + c. The
    mean of ||x' - x||^2 over the rows must be as small as possible.

    X : (N, D) array, one sample per row; a column may be uncorrelated with all other columns
    k : int, from 1 to D - 1 and less than N - 1
    Returns (W, b, V, c) of the shapes (k, D), (k,), (D, k) and (D,). Many autoencoders reach
    the smallest error, and we accept each of them as long as the columns of V are far from
    linearly dependent.
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
    """Samples with a different variance along each direction and a mean that isn't 0."""
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


autoencoder.known["value"] = {
    "Your `V` contains singular vectors of `X` itself. Which point is the variance measured "
    "from?": {"not_centred": {"Z = X - mean": "Z, mean = X, 0 * mean"}},
    "Your `V` contains the directions with the smallest variance. Do the directions from "
    "`eigh` or `svd` start with the largest variance or with the "
    "smallest?": {"least_variance": {"[:, ::-1]": ""}},
    "Your `V` skips the direction with the largest variance. Are your directions sorted by "
    "variance, and which index does the first one "
    "have?": {"one_too_far": {"[:, :k]": "[:, 1 : k + 1]"}},
    "You divide each column of `X` by its standard deviation before you compute the "
    "directions. Is the squared error measured on the original columns or on the divided "
    "ones?": {"standardised": {"X - mean": "(X - mean) / X.std(axis=0)"}},
    "You subtract the same number from all columns of `X`. How many entries does the average "
    "row of `X` "
    "have?": {"one_mean_for_all": {"X.mean(axis=0)": "np.full(X.shape[1], X.mean())"}},
}

autoencoder.known["encoder"] = {
    "Your `V @ b + c` is 0, so your biases don't account for the mean. What should your "
    "autoencoder return for the mean of `X`?": {
        "without_biases": {"-V.T @ mean, V, mean": "np.zeros(k), V, 0 * mean"}
    },
    "Your autoencoder adds the mean at the end but doesn't subtract it at the beginning. Which "
    "of the two biases can subtract it?": {"mean_added_alone": {"-V.T @ mean": "np.zeros(k)"}},
    "Your autoencoder subtracts the mean at the beginning but doesn't add it at the end. Which "
    "point should the decoder return for the code "
    "0?": {"mean_not_added": {"V, mean": "V, 0 * mean"}},
    "Your `V @ b` has the wrong sign, so the mean gets a code that isn't 0. What is `W` times "
    "the mean, and what should `b` do to it?": {"sign_of_the_bias": {"-V.T": "V.T"}},
    "Your `V` is the transpose of `W`, but the transpose undoes `W` only if the rows of "
    "`W` have a certain norm. What must this norm be?": {
        "scaled_on_both_sides": {"return": "V = V * (Z @ V).std(axis=0); return"}
    },
    "Your encoder divides the code by the standard deviations, but your decoder doesn't undo "
    "this. What should the decoder multiply each entry of the code by?": {
        "whitened_one_way": {
            "return V.T, -V.T": "W = V.T / (Z @ V).std(axis=0)[:, None]; return W, -W"
        }
    },
}

autoencoder.known["shape inputs-unchanged value encoder"] = {
    "From each row of `X`, you subtract the mean of its own entries. Which axis should you "
    "average over to get the mean of the "
    "samples?": {"mean_of_each_row": {"X - mean": "X - X.mean(axis=1, keepdims=True)"}}
}
