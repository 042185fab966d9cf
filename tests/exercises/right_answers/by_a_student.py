"""Right answers of ps3 by a person who solved it from the released assignment alone."""

import itertools
import math
import operator
from weakref import WeakKeyDictionary

import numpy as np

from tests.exercises.right_answers.register import right


@right("Value")
class Closed:
    """Made in the order of a counter; sorted by it on the way back."""

    born = itertools.count()
    __slots__ = ("age", "back", "data", "grad")

    def __init__(self, data, back=()):
        self.data, self.grad, self.back, self.age = float(data), 0.0, back, next(Closed.born)

    @staticmethod
    def lift(x):
        return x if isinstance(x, Closed) else Closed(x)

    def __neg__(self):
        return Closed(-self.data, ((self, -1.0),))

    def __add__(self, x):
        x = self.lift(x)
        return Closed(self.data + x.data, ((self, 1.0), (x, 1.0)))

    def __mul__(self, x):
        x = self.lift(x)
        return Closed(self.data * x.data, ((self, x.data), (x, self.data)))

    def inverse(self):
        return Closed(1 / self.data, ((self, -1 / self.data / self.data),))

    def __sub__(self, x):
        return self + -self.lift(x)

    def __rsub__(self, x):
        return -self + x

    def __truediv__(self, x):
        return self * self.lift(x).inverse()

    def __rtruediv__(self, x):
        return self.inverse() * x

    __radd__, __rmul__ = __add__, __mul__

    def __pow__(self, n):
        return Closed(math.pow(self.data, n), ((self, n * math.pow(self.data, n - 1)),))

    def exp(self):
        out = Closed(math.exp(self.data))
        out.back = ((self, out.data),)
        return out

    def log(self):
        return Closed(math.log(self.data), ((self, 1 / self.data),))

    def tanh(self):
        return Closed(math.tanh(self.data), ((self, math.cosh(self.data) ** -2),))

    def relu(self):
        return self * (self.data > 0)

    def backward(self):
        found, todo = {self}, [self]
        for one in todo:
            new = {p for p, _ in one.back} - found
            found |= new
            todo += new
        self.grad = 1.0
        for one in sorted(found, key=operator.attrgetter("age"), reverse=True):
            for p, slope in one.back:
                p.grad += slope * one.grad


@right("Value")
class Lists:
    """The whole ancestry is ordered by a walk that marks each number on leaving it."""

    def __init__(self, data):
        self.data = np.float64(data)
        self.grad = np.float64(0)
        self.behind, self.slopes = [], []

    def made(self, data, **slopes):
        out = Lists(data)
        out.behind, out.slopes = slopes.pop("of"), slopes.pop("by")
        return out

    def __add__(self, o):
        if not isinstance(o, Lists):
            return self.made(self.data + o, of=[self], by=[1])
        return self.made(self.data + o.data, of=[self, o], by=[1, 1])

    def __sub__(self, o):
        if not isinstance(o, Lists):
            return self + (-o)
        return self.made(self.data - o.data, of=[self, o], by=[1, -1])

    def __rsub__(self, o):
        return self.made(o - self.data, of=[self], by=[-1])

    def __mul__(self, o):
        if not isinstance(o, Lists):
            return self.made(self.data * o, of=[self], by=[o])
        return self.made(self.data * o.data, of=[self, o], by=[o.data, self.data])

    def __truediv__(self, o):
        if not isinstance(o, Lists):
            return self * (1 / o)
        y = self.data / o.data
        return self.made(y, of=[self, o], by=[1 / o.data, -y / o.data])

    def __rtruediv__(self, o):
        return self.made(o / self.data, of=[self], by=[-o / self.data**2])

    def __pow__(self, n):
        return self.made(self.data**n, of=[self], by=[n * self.data ** (n - 1)])

    __radd__ = __add__
    __rmul__ = __mul__

    def exp(self):
        return self.made(np.exp(self.data), of=[self], by=[np.exp(self.data)])

    def log(self):
        return self.made(np.log(self.data), of=[self], by=[1 / self.data])

    def tanh(self):
        e = np.exp(-2 * abs(self.data))
        return self.made(
            np.sign(self.data) * (1 - e) / (1 + e), of=[self], by=[4 * e / (1 + e) ** 2]
        )

    def relu(self):
        return self.made(
            (self.data + abs(self.data)) / 2, of=[self], by=[np.sign(self.data).clip(0)]
        )

    def backward(self):
        order, seen, stack = [], WeakKeyDictionary(), [(self, False)]
        while stack:
            one, leaving = stack.pop()
            if leaving:
                order.append(one)
            elif one not in seen:
                seen[one] = True
                stack.append((one, True))
                stack.extend((p, False) for p in one.behind)
        self.grad += 1
        while order:
            one = order.pop()
            for p, slope in zip(one.behind, one.slopes, strict=True):
                p.grad = p.grad + one.grad * slope


@right("affine_backward")
def by_einsum(dy, x, W):
    f = np.float64
    return (
        np.einsum("nh,hd->nd", dy, W),
        np.einsum("nh,nd->hd", dy, x.astype(f)),
        np.einsum("nh->h", dy),
    )


@right("affine_backward")
def added_entry_by_entry(dy, x, W):
    (N, H), D = dy.shape, W.shape[1]
    dx, dW, db = np.zeros((N, D)), np.zeros((H, D)), np.zeros(H)
    for n, h in np.ndindex(N, H):
        db[h] += dy[n, h]
        for d in range(D):
            dx[n, d] += dy[n, h] * W[h, d]
            dW[h, d] += dy[n, h] * float(x[n, d])
    return [dx, dW, db]


@right("affine_backward")
def bias_as_a_weight_of_one(dy, x, W):
    both = (np.hstack([x, np.ones((x.shape[0], 1))]).T @ dy).T
    return np.matmul(W.T, dy.T).T, both[:, :-1], both[:, -1]


@right("softmax_vjp")
def forwards_and_back(g, z):
    e = np.exp(z - z.max())
    s = np.sum(e)
    de = g / s
    ds = -np.sum(g * e) / s**2
    return (de + ds) * e


@right("softmax_vjp")
def class_by_class(g, z):
    top = z.max()
    e = [math.exp(s - top) for s in z.tolist()]
    total = sum(e)
    mean = sum(a * b for a, b in zip(e, g.tolist(), strict=True)) / total
    dz = np.zeros(len(z))
    for j, (one, b) in enumerate(zip(e, g, strict=True)):
        dz[j] = one / total * (b - mean)
    return dz


@right("softmax_vjp")
def row_after_row_of_the_table(g, z):
    p = np.exp(z - np.logaddexp.reduce(z))
    dz = np.zeros_like(z)
    for i in range(len(z)):
        row = -p[i] * p
        row[i] += p[i]
        dz += g[i] * row
    return dz


def turned(params, X):
    """Return the network's activations, computed with one sample a column."""
    a = params["W1"] @ X.T + params["b1"][:, None]
    h = (abs(a) + a) / 2
    return a, h, params["W2"] @ h + params["b2"].reshape(-1, 1)


@right("two_layer_loss")
def samples_as_columns(params, X, y):
    a, h, s = turned(params, X)
    logs = s - np.logaddexp.reduce(s, axis=0)
    n = np.arange(y.size)
    d = np.exp(logs)
    np.subtract.at(d, (y, n), 1)
    d /= y.size
    e = np.where(a > 0, params["W2"].T @ d, 0)
    return -np.average(logs[y, n]), {
        "W2": d @ h.T,
        "b2": d.sum(1),
        "W1": e @ X,
        "b1": e.sum(1),
    }


@right("two_layer_loss")
def mean_over_samples_taken_last(params, X, y):
    N, names = len(X), ("W1", "b1", "W2", "b2")
    W1, b1, W2, b2 = map(params.get, names)
    losses, parts = [], []
    for x, t in zip(X, y, strict=True):
        a = W1.dot(x) + b1
        h = np.fmax(a, 0)
        s = W2.dot(h) + b2
        others = np.delete(s - s[t], t)
        losses.append(np.logaddexp.reduce([0.0, *others]))
        p = np.exp(s - s[t] - losses[-1])
        p[t] = -sum(np.delete(p, t))
        back = (W2.T @ p) * (h != 0)
        parts.append((np.outer(back, x), back, np.outer(p, h), p))
    return sum(losses) / N, {
        k: sum(v) / N for k, v in zip(names, zip(*parts, strict=True), strict=True)
    }


@right("two_layer_loss")
def in_long_doubles(params, X, y):
    P = {k: v.astype(np.longdouble) for k, v in params.items()}
    a, h, s = turned(P, X.astype(np.longdouble))
    e = np.exp(s - s.max(axis=0))
    p = e / e.sum(axis=0)
    n = np.arange(len(y))
    loss = (np.log(e.sum(axis=0)) - (s - s.max(axis=0))[y, n]).mean()
    p[y, n] -= 1
    p = p / len(y)
    back = P["W2"].T @ p * (a > 0)
    grads = {"b2": p.sum(1), "b1": back.sum(1), "W2": p @ h.T, "W1": back @ X}
    return float(loss), {k: v.astype(float) for k, v in grads.items()}


@right("gradient_check")
def by_steps_as_whole_arrays(f, x, grad, h=1e-5):
    steps = np.eye(x.size).reshape(-1, *x.shape) * h
    up = np.array([f(x + e) for e in steps])
    down = np.array([f(x - e) for e in steps])
    g = grad.reshape(-1)
    sides = np.stack([(up - f(x)) / h, (f(x) - down) / h])
    n = (up - down) / (2 * h)
    far = (g < sides.min(axis=0) - 1e-8) | (g > sides.max(axis=0) + 1e-8)
    scale = np.where(far, np.maximum(abs(n), abs(g)), 1)
    return np.max(np.where(far, abs(n - g), 0) / scale)


@right("gradient_check")
def n_is_the_mean_of_both_sides(f, x, grad, h=1e-5):
    def error(i):
        def slope(t):
            moved = np.array(x)
            moved.flat[i] = x.flat[i] + t
            return (f(moved) - f(x)) / t

        left, g, right = slope(-h), grad.flat[i], slope(h)
        n = (left + right) / 2
        if np.clip(g, min(left, right) - 1e-8, max(left, right) + 1e-8) == g:
            return 0
        return abs(n - g) / max(abs(n), abs(g))

    return max(map(error, range(x.size)), default=0)


def start(rng, *shape):
    return rng.standard_normal(shape) / np.sqrt(shape[-1])


@right("train_network")
def by_adam_in_batches(X, y, hidden, epochs, lr, rng):
    D, C = X.shape[1], int(max(y)) + 1
    p = {"W1": start(rng, hidden, D), "b1": np.zeros(hidden)}
    p |= {"W2": start(rng, C, hidden), "b2": np.zeros(C)}
    m, v, t = dict.fromkeys(p, 0), dict.fromkeys(p, 0), 0
    for _ in range(epochs):
        for part in np.array_split(rng.permutation(len(X)), max(1, len(X) // 16)):
            a, h, s = turned(p, X[part])
            d = np.exp(s - np.logaddexp.reduce(s, axis=0))
            d[y[part], np.arange(len(part))] -= 1
            d /= len(part)
            e = (p["W2"].T @ d) * (a > 0)
            g = {"W1": e @ X[part], "b1": e.sum(1), "W2": d @ h.T, "b2": d.sum(1)}
            t += 1
            for k in p:
                m[k] = 0.9 * m[k] + 0.1 * g[k]
                v[k] = 0.999 * v[k] + 0.001 * g[k] ** 2
                step = m[k] / (1 - 0.9**t) / (np.sqrt(v[k] / (1 - 0.999**t)) + 1e-8)
                p[k] = p[k] - lr / 50 * step
    return p


@right("train_network")
def bends_that_stay_where_they_fell(X, y, hidden, epochs, lr, rng):
    W1 = rng.normal(size=(hidden, X.shape[1]))
    b1 = -(W1 * X[rng.integers(len(X), size=hidden)]).sum(1)
    C = len(np.unique(y))
    p = {"W1": W1, "b1": b1, "W2": np.zeros((C, hidden)), "b2": np.zeros(C)}
    speed = [0, 0, 0, 0]
    for _ in range(epochs):
        a, h, s = turned(p, X)
        d = np.exp(s - np.logaddexp.reduce(s, axis=0))
        d[y, np.arange(len(y))] -= 1
        d = d / len(y)
        e = (p["W2"].T @ d) * (a > 0)
        for i, (k, g) in enumerate(
            {"W1": e @ X, "b1": e.sum(1), "W2": d @ h.T, "b2": d.sum(1)}.items()
        ):
            speed[i] = 0.9 * speed[i] - 0.1 * lr * g
            p[k] = p[k] + speed[i]
    return p
