"""Normalization by its plain formulas, in loops over channels and elements."""

import math

import numpy as np


def batch_norm(x, weight, bias, eps):
    """Return y = γ (x - μ)/σ + β for each channel of (N, C, ...)."""
    y = np.empty_like(x)
    for c in range(x.shape[1]):
        mean = sum(x[:, c].flat) / x[:, c].size
        variance = sum((a - mean) ** 2 for a in x[:, c].flat) / x[:, c].size
        y[:, c] = weight[c] * (x[:, c] - mean) / math.sqrt(variance + eps) + bias[c]
    return y


def batch_norm_backward(g, x, weight, eps):
    """Return dx, dγ and dβ, by the chain rule through mean and variance."""
    dx, dweight, dbias = np.empty_like(x), np.empty_like(weight), np.empty_like(weight)
    for c in range(x.shape[1]):
        xc, gc, n = x[:, c], g[:, c], x[:, c].size
        z = xc - xc.mean()
        variance = (z * z).mean()
        sigma = math.sqrt(variance + eps)
        dbias[c] = gc.sum()
        dweight[c] = (gc * z / sigma).sum()
        d_normed = gc * weight[c]
        d_variance = (d_normed * z).sum() * -0.5 * sigma**-3
        d_mean = -d_normed.sum() / sigma - 2 * d_variance * z.mean()
        dx[:, c] = d_normed / sigma + d_variance * 2 * z / n + d_mean / n
    return dx, dweight, dbias


def local_response_norm(x, size, alpha, beta, k):
    """Return x / (k + alpha/size · squares of size neighbouring channels)^beta, by channel."""
    y = np.empty_like(x)
    for c in range(x.shape[1]):
        first = max(0, c - size // 2)
        squares = (x[:, first : c + (size - 1) // 2 + 1] ** 2).sum(1)
        y[:, c] = x[:, c] / (k + alpha / size * squares) ** beta
    return y
