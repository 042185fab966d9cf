"""Right answers to the network problems of ps3 in other styles than the references'."""

import numpy as np

from tests.exercises.right_answers.register import right


@right("two_layer_loss")
def by_lists_of_layers(params, X, y):
    weights = [(params["W1"], params["b1"]), (params["W2"], params["b2"])]
    values, masks = [X], []
    for W, b in weights:
        z = np.dot(values[-1], np.transpose(W)) + b[None]
        masks.append(z > 0)
        values.append(z * masks[-1])
    top = z.max(1)
    p = np.exp(z - top[:, None])
    p /= p.sum(1)[:, None]
    loss = np.mean(top + np.log(np.exp(z - top[:, None]).sum(1)) - z[np.arange(len(y)), y])
    p[np.arange(len(y)), y] -= 1
    g, grads = p / len(y), {}
    for k in (1, 0):
        grads[f"W{k + 1}"] = np.tensordot(g, values[k], axes=(0, 0))
        grads[f"b{k + 1}"] = np.ones(len(y)) @ g
        if k:
            g = np.where(masks[0], g @ weights[1][0], 0)
    return np.asarray(loss), dict(sorted(grads.items()))


@right("two_layer_loss")
def with_plain_lists_inside(params, X, y):
    N, C, H = len(X), len(params["b2"]), len(params["b1"])
    loss, g = 0.0, {name: np.zeros(v.shape) for name, v in params.items()}
    for n in range(N):
        a = [params["W1"][i] @ X[n] + params["b1"][i] for i in range(H)]
        h = [max(0.0, one) for one in a]
        s = [
            sum(params["W2"][c, i] * h[i] for i in range(H)) + params["b2"][c] for c in range(C)
        ]
        total = np.logaddexp.reduce(s)
        loss -= (s[y[n]] - total) / N
        for c in range(C):
            off = (np.exp(s[c] - total) - (c == y[n])) / N
            g["b2"][c] += off
            for i in range(H):
                g["W2"][c, i] += off * h[i]
                if a[i] > 0:
                    g["b1"][i] += off * params["W2"][c, i]
                    g["W1"][i] += off * params["W2"][c, i] * X[n]
    return loss, g


@right("gradient_check")
def on_a_flat_copy(f, x, grad, h=1e-5):
    flat, here, errors = x.ravel().copy(), f(x), []

    def at(values):
        return f(values.reshape(x.shape))

    for k in range(flat.size):
        start = flat[k]
        flat[k] = start + h
        above = at(flat)
        flat[k] = start - h
        below = at(flat)
        flat[k] = start
        lowest, highest = sorted([(above - here) / h, (here - below) / h])
        n, g = (above - below) / (2 * h), grad.ravel()[k]
        if lowest - 1e-8 <= g <= highest + 1e-8:
            errors.append(0.0)
        else:
            errors.append(np.abs(n - g) / max(np.abs(n), np.abs(g)))
    return np.array(errors).max()


@right("gradient_check")
def in_the_caller_s_array_and_back(f, x, grad, h=1e-5):
    worst, here = 0, f(x)
    for place, kept in list(np.ndenumerate(x)):
        x[place] = kept + h
        above = f(x)
        x[place] = kept - h
        below = f(x)
        x[place] = kept
        n, g = (above - below) / 2 / h, grad[place]
        sides = (above - here) / h, (here - below) / h
        if g > max(sides) + 1e-8 or g < min(sides) - 1e-8:
            worst = max([worst, abs((n - g) / max(abs(n), abs(g)))])
    return worst


def gradients(W1, b1, W2, b2, X, Y):
    a = X @ W1.T + b1
    s = a.clip(0) @ W2.T + b2
    p = np.exp(s - s.max(1, keepdims=True))
    d = (p / p.sum(1, keepdims=True) - Y) / len(X)
    e = (d @ W2) * (a > 0)
    return e.T @ X, e.sum(0), d.T @ a.clip(0), d.sum(0)


@right("train_network")
def one_sample_at_a_time(X, y, hidden, epochs, lr, rng):
    Y = np.eye(y.max() + 1)[y]
    p = [rng.normal(0, 0.5, (hidden, 2)), np.zeros(hidden)]
    p += [rng.normal(0, 0.2, (Y.shape[1], hidden)), np.zeros(Y.shape[1])]
    for epoch in range(epochs):
        for n in rng.permutation(len(X)):
            step = lr / 10 / (1 + epoch / 50)
            g = gradients(*p, X[[n]], Y[[n]])
            p = [v - step * w for v, w in zip(p, g, strict=True)]
    return dict(zip(("W1", "b1", "W2", "b2"), p, strict=True))


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
