"""Which way of computing a convolution and both gradients is the fastest?

Matrix products (im2col), shifts, the Fourier transform and PyTorch are timed for 16 images of
32 by 32 pixels with C channels, in single precision on one thread; for 16 channels also with 64
by 64 pixels. Each run times the methods in an order of its own and takes the faster of two
calls. The claim that the method with the fewest multiplications is the fastest fails if the
Fourier method needs fewer and takes longer in all five runs.

It takes about 6 minutes. The page cnn/backward uses the results.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import math
import time

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from nnlib import experiment

N, SIZE = 16, 32
CHANNELS = (4, 16, 64)
KERNELS = (1, 3, 5, 7, 11)
LARGER = 64  # the side of the pictures that were set free


def windows(x, k):
    """Return the window under each place as a row, (H' W', k k C)."""
    rows = sliding_window_view(x, (k, k), axis=(0, 1))  # (H', W', C, k, k)
    return rows.transpose(0, 1, 3, 4, 2).reshape(-1, k * k * x.shape[2])


def im2col(x, w, g):
    """Return y, dw and dx by three products with the matrix of windows; x is padded."""
    k, _, c, d = w.shape
    n, m = len(x), g.shape[1]
    y, dx = np.empty_like(g), np.zeros_like(x)
    K, dw = w.reshape(-1, d), np.zeros((k * k * c, d), w.dtype)
    for one in range(n):
        rows = windows(x[one], k)
        back = g[one].reshape(-1, d)
        y[one] = (rows @ K).reshape(m, m, d)
        dw += rows.T @ back
        drows = (back @ K.T).reshape(m, m, k, k, c)
        for u in range(k):
            for v in range(k):
                dx[one, u : u + m, v : v + m] += drows[:, :, u, v]
    return y, dw.reshape(w.shape), dx


def shifts(x, w, g):
    """Return the same with three products for each entry of the kernel, and no windows."""
    k, m = len(w), g.shape[1]
    y, dw, dx = np.zeros_like(g), np.empty_like(w), np.zeros_like(x)
    flat = g.reshape(-1, g.shape[3])
    for u in range(k):
        for v in range(k):
            part = x[:, u : u + m, v : v + m]
            rows = part.reshape(-1, part.shape[3])
            y += (rows @ w[u, v]).reshape(g.shape)
            dw[u, v] = rows.T @ flat
            dx[:, u : u + m, v : v + m] += (flat @ w[u, v].T).reshape(part.shape)
    return y, dw, dx


def good_length(n):
    """Return the smallest length >= n with no prime factor above 5."""
    while math.prod(p ** _power(n, p) for p in (2, 3, 5)) != n:
        n += 1
    return n


def _power(n, p):
    power = 0
    while n % p == 0:
        n, power = n // p, power + 1
    return power


def fourier(x, w, g, clock=None):
    """Return the same by products of transforms; clock collects the seconds of both parts."""
    k, m = len(w), g.shape[1]
    size = (good_length(x.shape[1]),) * 2
    began = time.process_time()
    X, G = (np.fft.rfft2(a, size, axes=(1, 2)) for a in (x, g))
    W = np.fft.rfft2(w, size, axes=(0, 1))
    shape = X.shape[1:3]
    X, G = (a.transpose(1, 2, 0, 3).reshape(-1, len(x), a.shape[3]) for a in (X, G))
    W = W.reshape(-1, *w.shape[2:])
    middle = time.process_time()
    Y = X @ W.conj()
    DW = X.transpose(0, 2, 1) @ G.conj()
    DX = G @ W.transpose(0, 2, 1)
    then = time.process_time()
    Y, DX = (a.reshape(*shape, len(x), -1) for a in (Y, DX))
    y = np.fft.irfft2(Y, size, axes=(0, 1))[:m, :m].transpose(2, 0, 1, 3)
    dx = np.fft.irfft2(DX, size, axes=(0, 1))[: x.shape[1], : x.shape[2]].transpose(2, 0, 1, 3)
    dw = np.fft.irfft2(DW.reshape(*shape, *w.shape[2:]), size, axes=(0, 1))[:k, :k]
    if clock is not None:
        clock.append((then - middle, time.process_time() - began))
    return y, dw, dx


METHODS = {"im2col": im2col, "shifts": shifts, "fourier": fourier}


def pytorch(x, w, g):
    """Return the same by PyTorch, with its layout of the arrays made outside the clock."""
    import torch

    torch.set_num_threads(1)
    x, g = (torch.tensor(a.transpose(0, 3, 1, 2).copy(), requires_grad=True) for a in (x, g))
    w = torch.tensor(w.transpose(3, 2, 0, 1).copy(), requires_grad=True)

    def call():
        y = torch.nn.functional.conv2d(x, w)
        return y, *torch.autograd.grad(y, (w, x), g)

    return call


def counts(c, k, size=SIZE):
    """Return the multiplications of the direct methods and of the Fourier method.

    A complex product is four multiplications, and half of the frequencies of a real array
    suffice; a real transform of M numbers takes about M log2 M.
    """
    direct = 3 * N * c * c * k**2 * size**2
    M = good_length(size + k - 1) ** 2
    products = 3 * N * c * c * 4 * M / 2
    transforms = (2 * (N * c + c * c + N * c)) * M * math.log2(M)
    return direct, products, transforms


def arrays(c, k, size, seed):
    """Draw a padded input, kernels and the gradient at the output, channels last."""
    rng = np.random.default_rng(seed)
    p = size + k - 1
    return (
        rng.standard_normal((N, p, p, c), np.float32),
        rng.standard_normal((k, k, c, c), np.float32) / k,
        rng.standard_normal((N, size, size, c), np.float32),
    )


def timed(c, k, size, seed):
    """Return seconds of the methods and of PyTorch, and the share of products in Fourier's."""
    inputs = arrays(c, k, size, seed)
    clock, calls = [], {name: lambda f=f: f(*inputs) for name, f in METHODS.items()}
    calls["fourier"] = lambda: fourier(*inputs, clock=clock)
    calls["pytorch"] = pytorch(*inputs)
    best = dict.fromkeys(calls, np.inf)
    for _ in range(2):
        for name in np.random.default_rng(seed).permutation(list(calls)):
            began = time.process_time()
            calls[name]()
            best[name] = min(best[name], time.process_time() - began)
    products, whole = min(clock, key=lambda pair: pair[1])
    return [*best.values(), products / whole]


def agreement(results):
    """Return how far gradients differ from the first method's, relative to the largest."""
    first = results[0]
    return max(
        float(abs(a - b).max() / abs(a).max())
        for other in results[1:]
        for a, b in zip(first, other, strict=True)
    )


def run(seed):
    """Return for each number of channels and kernel size what the methods take."""
    found = {f"{c} channels": [timed(c, k, SIZE, seed) for k in KERNELS] for c in CHANNELS}
    found["larger"] = [timed(16, k, LARGER, seed) for k in KERNELS[:4]]
    inputs = arrays(4, 5, 12, seed)
    y, dw, dx = (a.detach().numpy() for a in pytorch(*inputs)())
    theirs = y.transpose(0, 2, 3, 1), dw.transpose(2, 3, 1, 0), dx.transpose(0, 2, 3, 1)
    return found | {"to PyTorch": agreement([im2col(*inputs), theirs])}


def thin():
    """Return how far the gradients of the three methods differ."""
    inputs = arrays(4, 5, 12, 0)
    return {"disagreement": agreement([method(*inputs) for method in METHODS.values()])}


TOLERANCES = {"disagreement": {"absolute": 1e-4}}

if __name__ == "__main__":
    experiment.record(run, seeds=range(5), thin=thin)
