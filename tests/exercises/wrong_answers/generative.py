"""Wrong answers to ps7: some are registered mistakes as a student would write the whole."""

import numpy as np

from tests.exercises.wrong_answers.register import wrong


@wrong("pca_autoencoder", "From where are variances measured?")
def eigenvectors_of_second_moments(X, k):
    values, vectors = np.linalg.eigh(X.T @ X / len(X))
    V = vectors[:, np.argsort(-values)[:k]]
    return V.T, np.zeros(k), V, np.zeros(X.shape[1])


@wrong("pca_autoencoder", "In which order does eigh give its eigenvalues?")
def first_columns_of_eigh(X, k):
    mean = X.mean(axis=0)
    V = np.linalg.eigh(np.cov(X, rowvar=False))[1][:, :k]
    return V.T, -(V.T @ mean), V, mean


@wrong("pca_autoencoder", "In which order does np.linalg.svd return its last factor?")
def columns_for_rows(X, k):
    mean = X.mean(axis=0)
    V = np.linalg.svd(X - mean)[2][:, :k]
    return V.T, -(V.T @ mean), V, mean


@wrong("pca_autoencoder", "In which order does np.linalg.svd return its last factor?")
def columns_for_rows_with_other_signs(X, k):
    mean = X.mean(axis=0)
    rows = np.linalg.svd(X - mean)[2]
    V = (rows * np.resize([1, -1], len(rows))[:, None])[:, :k]
    return V.T, -(V.T @ mean), V, mean


@wrong("pca_autoencoder", "linearly dependent")
def one_component_for_all(X, k):
    mean = X.mean(axis=0)
    W = np.repeat(np.linalg.svd(X - mean)[2][:1], k, axis=0)
    return W / k, -(W @ mean) / k, W.T, mean


@wrong("pca_autoencoder", "expected four arrays")
def weights_turned(X, k):
    mean = X.mean(axis=0)
    W = np.linalg.svd(X - mean)[2][:k]
    return W.T, -W @ mean, W, mean


@wrong("pca_autoencoder", "Which of the two biases should do that?", "encoder")
def only_the_last_bias(X, k):
    mean = np.mean(X, axis=0)
    Q = np.linalg.svd(np.cov(X.T))[0][:, :k]
    return 2 * Q.T, np.zeros(k), Q / 2, mean


@wrong("contractive_penalty", "Where else does the penalty depend on W?", "gradient")
def weights_outside_alone(x, W, b):
    h = 1 / (1 + np.exp(-(x @ W.T + b)))
    s2 = (h * (1 - h)) ** 2
    dz = s2 * (W**2).sum(1) * (2 - 4 * h) / len(h)
    return (s2 * (W**2).sum(1)).sum() / len(h), 2 * s2.mean(0)[:, None] * W, dz.sum(0)


@wrong("contractive_penalty", "By how many is it divided in the formula?")
def added_up(x, W, b):
    penalty, dW, db = 0.0, np.zeros(W.shape), np.zeros(b.shape)
    for v in x:
        h = 1 / (1 + np.exp(-(W @ v + b)))
        s, lengths = h * (1 - h), np.square(W).sum(axis=1)
        penalty += s**2 @ lengths
        turn = 2 * s**2 * (1 - 2 * h) * lengths
        dW += np.outer(turn, v) + 2 * (s**2)[:, None] * W
        db += turn
    return penalty, dW, db


@wrong("kl_gaussian", "a difference of near numbers?", "stability")
def as_in_the_formula(mean, log_var):
    sigma = np.exp(log_var / 2)
    kl = 0.5 * np.sum(mean**2 + sigma**2 - 1 - np.log(sigma**2), axis=1)
    return kl, (sigma**2 - 1) / 2 / len(mean)


@wrong("kl_gaussian", "Of which power of sigma is it the logarithm?")
def from_log_sigma(mean, log_var):
    sigma = np.exp(log_var)
    kl = 0.5 * (mean**2 + sigma**2 - 1 - 2 * log_var).sum(-1)
    return kl, (sigma**2 - 1) / len(mean)


@wrong("reparameterize", "so that its variance is exp(log_var)?", "value")
def stretched_by_the_variance(mean, log_var, eps, f, df):
    s, K = np.exp(log_var / 2), len(eps)
    score = (f[:, :, None] * eps).mean(0) / s
    squares = (f[:, :, None] * (eps * eps - 1)).mean(0) / 2
    return mean + s * s * eps, df.sum(0) / K, (df * eps * s / 2).mean(0), score, squares


@wrong("reparameterize", "twice too large", "gradient")
def chain_rule_without_the_half(mean, log_var, eps, f, df):
    s = np.sqrt(np.exp(log_var))
    noise = s * eps
    score = (f[..., None] * noise).mean(0) / s**2
    squares = (f[..., None] * (eps**2 - 1) / 2).mean(0)
    return mean + noise, df.mean(0), (df * noise).mean(0), score, squares


@wrong("importance_log_likelihood", "By how many is the sum of the weights divided?", "value")
def sum_of_the_weights(fits, z, mean, log_var):
    prior = -(z**2).sum(2) / 2
    q = -((z - mean) ** 2 / np.exp(log_var) + log_var).sum(2) / 2
    log_w = fits + prior - q
    return log_w.mean(0), np.logaddexp.reduce(log_w)


@wrong("importance_log_likelihood", "not finite", "stability")
def weights_first(fits, z, mean, log_var):
    with np.errstate(all="ignore"):
        prior = -(z**2).sum(2) / 2
        q = -((z - mean) ** 2 / np.exp(log_var) + log_var).sum(2) / 2
        log_w = fits + prior - q
        return np.average(log_w, axis=0), np.log(np.exp(log_w).sum(0) / len(z))


@wrong("gan_losses", "which form needs no D at all?", "stability")
def from_probabilities(real, fake):
    with np.errstate(all="ignore"):
        D, F = 1 / (1 + np.exp(-real)), 1 / (1 + np.exp(-fake))
        critic = -np.mean(np.log(D)) - np.mean(np.log(1 - F))
        n, m = len(real), len(fake)
        dreal, dfake, dnon = (D - 1) / n, F / m, (F - 1) / m
        return critic, np.log(1 - F).mean(), -np.log(F).mean(), dreal, dfake, -dfake, dnon


@wrong("gan_losses", "Of a sum or of a mean are they asked?")
def gradients_without_the_mean(real, fake):
    def softplus(a):
        return np.logaddexp(0, a)

    D, F = np.exp(-softplus(-real)), np.exp(-softplus(fake))
    critic = softplus(-real).mean() + softplus(fake).mean()
    taken = np.exp(-softplus(-fake))
    return critic, -softplus(fake).mean(), softplus(-fake).mean(), D - 1, taken, -taken, -F


@wrong("pca_autoencoder", "in the order of their variances")
def in_the_order_of_eig(X, k):
    mean = X.mean(axis=0)
    V = np.linalg.eig(np.cov(X.T))[1][:, :k]
    return V.T, -V.T @ mean, V, mean


@wrong("pca_autoencoder", "in the order of their variances")
def iterated_from_the_axes(X, k):
    mean = X.mean(axis=0)
    C = (X - mean).T @ (X - mean)
    Q = np.eye(len(C))
    for _ in range(400):
        Q = np.linalg.qr(C @ Q)[0]
    return Q[:, :k].T, -(mean @ Q[:, :k]), Q[:, :k], mean


@wrong("pca_autoencoder", "changes its caller's X", "inputs-unchanged")
def centred_in_place(X, k):
    mean = X.mean(axis=0)
    X -= mean
    V = np.linalg.svd(X, full_matrices=False)[2][:k].T
    return V.T, -V.T @ mean, V, mean


@wrong("contractive_penalty", "Which part of the penalty is no mean?", "gradient")
def one_part_without_the_mean(x, W, b):
    h = 1 / (1 + np.exp(-(x @ W.T + b)))
    s2, lengths = (h * (1 - h)) ** 2, (W**2).sum(1)
    dz = 2 * s2 * (1 - 2 * h) * lengths / len(x)
    return (s2 @ lengths).mean(), dz.T @ x + 2 * s2.sum(0)[:, None] * W, dz.sum(0)


@wrong("contractive_penalty", "how long the rows of W are", "gradient")
def one_part_without_the_lengths(x, W, b):
    h = 1 / (1 + np.exp(-(x @ W.T + b)))
    s2 = (h - h**2) ** 2
    dz = (2 - 4 * h) * s2 / len(x)
    penalty = np.sum(s2 * np.square(W).sum(1)) / len(x)
    return penalty, dz.T @ x + 2 * s2.mean(0)[:, None] * W, dz.sum(0)


@wrong("kl_gaussian", "add, or do they average?", "value")
def mean_over_all(mean, log_var):
    grown = np.expm1(log_var)
    return (mean**2 + grown - log_var).mean(axis=1) / 2, grown / 2 / mean.size


@wrong("reparameterize", "Of which power of sigma is log_var the logarithm?", "value")
def with_exp_of_log_var(mean, log_var, eps, f, df):
    s = np.exp(log_var)
    squares = (f[:, :, None] * (eps**2 - 1)).mean(0) / 2
    score = (f[:, :, None] * eps / s).mean(0)
    return mean + s * eps, df.mean(0), (df * eps * s).mean(0) / 2, score, squares


@wrong("reparameterize", "never differentiates f?", "score")
def scored_by_derivatives(mean, log_var, eps, f, df):
    s = np.exp(log_var / 2)
    scores = (df * eps).mean(0) / s, (df * (eps**2 - 1) / 2).mean(0)
    return mean + s * eps, df.mean(0), (df * eps * s).mean(0) / 2, *scores


@wrong("importance_log_likelihood", "which mean is written above?", "elbo")
def elbo_of_problem_3(fits, z, mean, log_var):
    kl = (mean**2 + np.expm1(log_var) - log_var).sum(1) / 2
    eps2 = (z - mean) ** 2 / np.exp(log_var)
    log_w = fits + (eps2 + log_var - z**2).sum(2) / 2
    return fits.mean(0) - kl, np.logaddexp.reduce(log_w) - np.log(len(z))


@wrong("importance_log_likelihood", "the most probable ones under it?", "value")
def prior_that_grows(fits, z, mean, log_var):
    prior = (z**2).sum(2) / 2
    q = -((z - mean) ** 2 / np.exp(log_var) + log_var).sum(2) / 2
    log_w = fits + prior - q
    return log_w.mean(0), np.logaddexp.reduce(log_w) - np.log(len(z))


@wrong("importance_log_likelihood", "is not their largest", "stability")
def least_taken_away(fits, z, mean, log_var):
    prior = -(z**2).sum(2) / 2
    q = -((z - mean) ** 2 / np.exp(log_var) + log_var).sum(2) / 2
    log_w = fits + prior - q
    least = log_w.min(0)
    with np.errstate(all="ignore"):
        return log_w.mean(0), least + np.log(np.exp(log_w - least).mean(0))


def game(real, fake, softplus):
    """Return the losses by a softplus of one's own, and right gradients."""
    D, F = np.exp(-np.logaddexp(0, real)), np.exp(-np.logaddexp(0, -fake))
    N, M, G = len(real), len(fake), np.exp(-np.logaddexp(0, fake))
    with np.errstate(all="ignore"):
        refused = softplus(fake).mean()
        losses = softplus(-real).mean() + refused, -refused, softplus(-fake).mean()
    return *losses, -D / N, F / M, -F / M, -G / M


@wrong("gan_losses", "What is exp(1000)", "stability")
def log1p_of_exp(real, fake):
    return game(real, fake, lambda s: np.log1p(np.exp(s)))


@wrong("gan_losses", "How many means has the formula?", "gradient")
def mean_over_both(real, fake):
    _, *generator, dreal, dfake, a, b = game(real, fake, lambda s: np.logaddexp(0, s))
    N, M = len(real), len(fake)
    both = np.concatenate([np.logaddexp(0, -real), np.logaddexp(0, fake)])
    return both.mean(), *generator, dreal * N / (N + M), dfake * M / (N + M), a, b


@wrong("gan_losses", "where it takes a fake for real?", "value")
def fakes_with_the_other_sign(real, fake):
    _, *others = game(real, fake, lambda s: np.logaddexp(0, s))
    return np.logaddexp(0, -real).mean() - np.logaddexp(0, fake).mean(), *others


@wrong("gan_losses", "does this loss rise or fall where D rises?", "gradient")
def uphill(real, fake):
    *others, last = game(real, fake, lambda s: np.logaddexp(0, s))
    return *others, -last


@wrong("gan_losses", "By how many is each divided?", "gradient")
def sums_alone(real, fake):
    _, _, _, dreal, dfake, a, b = game(real, fake, lambda s: np.logaddexp(0, s))
    N, M = len(real), len(fake)
    refused = np.logaddexp(0, fake).sum()
    losses = np.logaddexp(0, -real).sum() + refused, -refused, np.logaddexp(0, -fake).sum()
    return *losses, dreal * N, dfake * M, a * M, b * M


@wrong("gan_losses", "1 - 1e-18", "stability")
def last_gradient_as_D_less_1(real, fake):
    *others, _ = game(real, fake, lambda s: np.logaddexp(0, s))
    return *others, (np.exp(-np.logaddexp(0, -fake)) - 1) / len(fake)
