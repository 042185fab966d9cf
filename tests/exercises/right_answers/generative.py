"""Right answers to ps7 in other styles than the references', unregistered."""

import numpy as np

from tests.exercises.right_answers.register import right


@right("pca_autoencoder")
def by_orthogonal_iteration(X, k):
    mean = X.mean(axis=0)
    C = (X - mean).T @ (X - mean)
    Q = np.vander(np.linspace(1, 2, len(C)))  # no column is orthogonal to a component
    for _ in range(400):
        Q = np.linalg.qr(C @ Q)[0]
    V = 3 * Q[:, :k]
    return V.T / 9, V.T @ mean / -9, V, mean


@right("pca_autoencoder")
def by_samples_as_a_basis(X, k):
    mean = np.add.reduce(X) / X.shape[0]
    Z = X - mean
    values, vectors = np.linalg.eigh(Z @ Z.T)
    V = Z.T @ vectors[:, -k:] / values[-1] ** 0.5
    W = np.linalg.solve(V.T @ V, V.T)
    return W, np.zeros(k), V, mean - V @ W @ mean


@right("contractive_penalty")
def by_steps_of_backprop(x, W, b):
    z = np.dot(x, np.transpose(W)) + b
    h = np.reciprocal(1 + np.exp(-z))
    s = h - np.square(h)
    lengths = np.square(W).sum(-1)
    per_sample = np.square(s) @ lengths
    ds = 2 * s * lengths[None] / x.shape[0]
    dlengths = np.square(s).sum(0) / x.shape[0]
    dh = ds * (1 - 2 * h)
    dz = dh * h * (1 - h)
    return per_sample.mean(), dz.T @ x + 2 * dlengths[:, None] * W, np.add.reduce(dz)


@right("contractive_penalty")
def sample_by_sample(x, W, b):
    total, dW, db = 0.0, 0.0 * W, 0.0 * b
    for v in x:
        e = np.exp(W @ v + b)
        s = e / (1 + e) ** 2
        J = np.diag(s) @ W
        total += np.trace(J @ J.T)
        inner = 2 * s * (W * W).sum(1) * s * (1 - e) / (1 + e)
        dW += np.outer(inner, v) + 2 * np.diag(s**2) @ W
        db += inner
    return total / len(x), dW / len(x), db / len(x)


@right("kl_gaussian")
def term_by_term(mean, log_var):
    N, D = mean.shape
    width = np.array([[np.expm1(v) - v for v in row] for row in log_var]).reshape(N, D)
    kl = 0.5 * np.add(np.square(mean), width).sum(-1)
    return kl, np.expm1(log_var) * (0.5 / N)


@right("kl_gaussian")
def by_tanh(mean, log_var):
    t = np.tanh(log_var / 2)
    grown = 2 * t / (1 - t)
    total = np.zeros(mean.shape[0])
    for d in range(mean.shape[1]):
        total += (mean[:, d] ** 2 + grown[:, d] - log_var[:, d]) / 2
    return total, grown / 2 / len(total)


@right("reparameterize")
def with_products(mean, log_var, eps, f, df):
    half = np.exp(log_var) ** 0.5
    z = np.array([mean + half * e for e in eps])
    scores = sum(v[:, None] * e for v, e in zip(f, eps, strict=True)) / half / len(eps)
    squares = np.average(f[:, :, None] * (np.square(eps) - 1), axis=0) * 0.5
    through = sum(d * (v - mean) for d, v in zip(df, z, strict=True)) * 0.5 / len(eps)
    return z, np.average(df, axis=0), through, scores, squares


@right("importance_log_likelihood")
def one_code_after_the_other(fits, z, mean, log_var):
    running, total = np.full(fits.shape[1], -np.inf), np.zeros(fits.shape[1])
    for fit, code in zip(fits, z, strict=True):
        prior = -0.5 * np.sum(code**2, axis=1)
        q = -0.5 * np.sum(log_var + (code - mean) ** 2 / np.exp(log_var), axis=1)
        log_w = fit + prior - q
        total += log_w
        running = np.logaddexp(running, log_w)
    return total / len(fits), running - np.log(len(fits))


@right("importance_log_likelihood")
def from_the_middle(fits, z, mean, log_var):
    a = fits - (z**2 - (z - mean) ** 2 / np.exp(log_var) - log_var).sum(-1) * 0.5
    order = np.sort(a, axis=0)
    ratios = np.exp(order - order[-1:])
    return np.add.reduce(a) / a.shape[0], order[-1] + np.log(ratios.sum(0) / a.shape[0])


@right("gan_losses")
def by_log_sigmoid(real, fake):
    def log_sigmoid(a):
        return np.minimum(a, 0) - np.log1p(np.exp(-np.abs(a)))

    def probability(a):
        return np.exp(log_sigmoid(a))

    n, m = 1 / real.shape[0], 1 / fake.shape[0]
    refused, taken = log_sigmoid(-fake), log_sigmoid(fake)
    critic = -n * log_sigmoid(real).sum() - m * refused.sum()
    gradients = -n * probability(-real), m * probability(fake)
    return (
        critic,
        m * refused.sum(),
        -m * taken.sum(),
        *gradients,
        -gradients[1],
        -m * (probability(-fake)),
    )


@right("pca_autoencoder")
def negated_and_of_other_lengths(X, k):
    mean = X.mean(axis=0)
    V = -np.linalg.eigh((X - mean).T @ (X - mean))[1][:, -k:] / 1000
    W = 1e6 * V.T
    return [W.tolist(), (5 - W @ mean).tolist(), V.tolist(), (mean - 5 * V.sum(1)).tolist()]


@right("contractive_penalty")
def by_a_complex_step(x, W, b):
    def penalty(W, b):
        h = 1 / (1 + np.exp(-(x @ W.T + b)))
        return ((h * (1 - h)) ** 2 @ (W**2).sum(1)).mean()

    dW, db = np.zeros(W.shape), np.zeros(b.shape)
    for place in np.ndindex(W.shape):
        moved = W.astype(complex)
        moved[place] += 1e-30j
        dW[place] = penalty(moved, b).imag / 1e-30
    for j in range(len(b)):
        moved = b.astype(complex)
        moved[j] += 1e-30j
        db[j] = penalty(W, moved).imag / 1e-30
    return np.array(penalty(W, b)), dW, db


@right("kl_gaussian")
def with_three_sums(mean, log_var):
    sums = np.sum(mean**2, 1) + np.sum(np.expm1(log_var), 1) - np.sum(log_var, 1)
    return 0.5 * sums, np.expm1(log_var) / 2 / len(mean)


@right("gan_losses")
def by_logarithms_of_sigmoids(real, fake):
    def log_sigmoid(a):
        return -np.logaddexp(0, -a)

    N, M = len(real), len(fake)
    refused, taken = log_sigmoid(-fake).mean(), log_sigmoid(fake).mean()
    dreal, dfake = -np.exp(log_sigmoid(-real)) / N, np.exp(log_sigmoid(fake)) / M
    dlast = -np.exp(log_sigmoid(-fake)) / M
    return -log_sigmoid(real).mean() - refused, refused, -taken, dreal, dfake, -dfake, dlast
