"""Correct answers in other styles, which no problem registers, lose nothing."""

import copy
import math

import numpy as np
import pytest

from tests.exercises.declared_problems import SEED, judged, packed

RIGHT = []


def right(problem):
    """Return a decorator that adds a right answer to a problem to the list."""

    def add(f):
        RIGHT.append((problem, f))
        return f

    return add


@pytest.mark.slow
@pytest.mark.parametrize("visible", [True, False])
def test_a_correct_answer_in_another_style_loses_nothing(visible):
    verdicts = [(f.__name__, judged(packed(n, SEED, visible), f)) for n, f in RIGHT + modules()]
    assert [(name, v.findings) for name, v in verdicts if v.score < 100 or v.findings] == []


@right("Value")
class WithClosures:
    """A scalar with a set of children and a closure for the backward pass, as is usual."""

    def __init__(self, data, _children=()):
        self.data, self.grad = data, 0
        self._prev, self._backward = set(_children), lambda: None

    def _made(self, data, *slopes):
        out = WithClosures(data, [child for child, _ in slopes])

        def _backward():
            for child, slope in slopes:
                child.grad += slope * out.grad

        out._backward = _backward
        return out

    def __add__(self, other):
        other = other if isinstance(other, WithClosures) else WithClosures(other)
        return self._made(self.data + other.data, (self, 1), (other, 1))

    def __mul__(self, other):
        other = other if isinstance(other, WithClosures) else WithClosures(other)
        return self._made(self.data * other.data, (self, other.data), (other, self.data))

    def __pow__(self, n):
        return self._made(self.data**n, (self, n * self.data ** (n - 1)))

    def exp(self):
        return self._made(math.exp(self.data), (self, math.exp(self.data)))

    def log(self):
        return self._made(math.log(self.data), (self, 1 / self.data))

    def tanh(self):
        return self._made(math.tanh(self.data), (self, 1 / math.cosh(self.data) ** 2))

    def relu(self):
        return self._made(self.data if self.data > 0 else 0, (self, int(self.data > 0)))

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + (-other)

    def __rsub__(self, other):
        return other + (-self)

    def __truediv__(self, other):
        return self * other**-1

    def __rtruediv__(self, other):
        return other * self**-1

    __radd__, __rmul__ = __add__, __mul__

    def backward(self):
        topo, visited, stack = [], {self}, [(self, iter(self._prev))]
        while stack:
            v, rest = stack[-1]
            child = next((c for c in rest if c not in visited), None)
            if child is None:
                topo.append(stack.pop()[0])
            else:
                visited.add(child)
                stack.append((child, iter(child._prev)))
        self.grad = 1
        for v in reversed(topo):
            v._backward()


@right("pairwise_distances")
def in_long_double(X, Y):
    X, Y = X.astype(np.longdouble), Y.astype(np.longdouble)
    return np.sqrt(sum((X[:, [k]] - Y[:, k]) ** 2 for k in range(X.shape[1])))


@right("pairwise_distances")
def with_a_print_left_over(X, Y):
    d = np.sqrt(sum(np.subtract.outer(*c) ** 2 for c in zip(X.T * 1.0, Y.T * 1.0, strict=True)))
    print(d, repr(X))
    return d


@right("knn_predict")
def in_float32(X_train, y_train, X, k):
    near = ((X[:, None].astype("f4") - X_train) ** 2).sum(-1).argsort(axis=-1)[:, :k]
    votes = np.apply_along_axis(np.bincount, 1, y_train[near], minlength=100)
    return votes.argmax(axis=1)


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


@right("hinge_loss")
def by_masked_array(scores, targets, margin=1.0):
    rows = np.arange(targets.size)
    gaps = np.ma.array(scores - scores[rows, targets, None] + margin, dtype=float)
    gaps[rows, targets] = np.ma.masked
    pulls = (gaps.filled(-1.0) > 0).astype(np.float64)
    pulls[rows, targets] = -pulls.sum(1)
    return np.ma.maximum(gaps, 0).sum() / rows.size, np.ma.array(pulls / rows.size)


@right("conv2d_fast")
def by_fourier(x, weight, bias, stride, padding):
    big = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    KH, KW = weight.shape[2:]
    shape = big.shape[2:]
    X, W = np.fft.rfft2(big), np.fft.rfft2(weight, shape).conj()
    y = np.fft.irfft2(np.einsum("ncij,fcij->nfij", X, W), shape)
    last = shape[0] - KH + 1, shape[1] - KW + 1
    return y[:, :, : last[0] : stride, : last[1] : stride] + bias.reshape(-1, 1, 1)


@right("pca_autoencoder")
def negated_and_of_other_lengths(X, k):
    mean = X.mean(axis=0)
    V = -np.linalg.eigh((X - mean).T @ (X - mean))[1][:, -k:] / 1000
    W = 1e6 * V.T
    return [W.tolist(), (5 - W @ mean).tolist(), V.tolist(), (mean - 5 * V.sum(1)).tolist()]


def gradients(W1, b1, W2, b2, X, Y):
    a = X @ W1.T + b1
    s = a.clip(0) @ W2.T + b2
    p = np.exp(s - s.max(1, keepdims=True))
    d = (p / p.sum(1, keepdims=True) - Y) / len(X)
    e = (d @ W2) * (a > 0)
    return e.T @ X, e.sum(0), d.T @ a.clip(0), d.sum(0)


@right("train_network")
def from_glorot_weights_that_decay(X, y, hidden, epochs, lr, rng):
    Y = np.eye(len(set(y.tolist())))[y]
    D, C = X.shape[1], Y.shape[1]
    p = [rng.uniform(-1, 1, (hidden, D)) * np.sqrt(6 / (hidden + D)), np.full(hidden, 0.01)]
    p += [rng.uniform(-1, 1, (C, hidden)) * np.sqrt(6 / (hidden + C)), np.zeros(C)]
    for _ in range(epochs):
        for v, g in zip(p, gradients(*p, X, Y), strict=True):
            v -= lr * (g + 1e-4 * v)
    return {"b1": p[1], "b2": p[3], "W1": p[0], "W2": p[2], "epochs": epochs}


def modules():
    """Return correct answers to problems of ps8, with names: PyTorch takes a second."""
    import torch

    @torch.inference_mode()
    def of_a_copy(model, loader, loss_fn, device):
        twin = copy.deepcopy(model).eval()
        losses, hits = [], []
        for x, y in loader:
            x, y = x.to(device), y.to(device)
            scores = twin(x)
            losses.append(loss_fn(scores, y) * len(y))
            hits.append(scores.argmax(dim=-1).eq(y))
        n = sum(map(len, hits))
        return (sum(losses) / n).item(), torch.cat(hits).sum().item() / n

    class WithTheVjpOfAFormula(torch.autograd.Function):
        @staticmethod
        def formula(x, weight, eps):
            return weight * x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + eps)

        @staticmethod
        def forward(ctx, x, weight, eps):
            ctx.save_for_backward(x, weight)
            ctx.eps = eps
            return WithTheVjpOfAFormula.formula(x, weight, eps)

        @staticmethod
        def backward(ctx, dy):
            def formula(x, weight):
                return WithTheVjpOfAFormula.formula(x, weight, ctx.eps)

            _, back = torch.func.vjp(formula, *ctx.saved_tensors)
            return *back(dy), None

    return [("evaluate", of_a_copy), ("NormalizeRows", WithTheVjpOfAFormula)]
