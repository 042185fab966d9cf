"""Naive wrong answers to train_network, each written as a student would, from the start."""

import numpy as np

from tests.exercises.wrong_answers.register import wrong


def softmax(scores):
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def initial(X, y, hidden, rng, scale=0.5):
    C = y.max() + 1
    return {
        "W1": scale * rng.normal(size=(hidden, X.shape[1])),
        "b1": np.zeros(hidden),
        "W2": scale * rng.normal(size=(C, hidden)),
        "b2": np.zeros(C),
    }


def backpropagation(p, X, y):
    """Return the gradients, as the lecture derives them."""
    h = np.maximum(X @ p["W1"].T + p["b1"], 0)
    d = softmax(h @ p["W2"].T + p["b2"])
    d[np.arange(len(y)), y] -= 1
    d /= len(y)
    dh = (d @ p["W2"]) * (h > 0)
    return {"W1": dh.T @ X, "b1": dh.sum(0), "W2": d.T @ h, "b2": d.sum(0)}


def step(p, g, lr):
    for name in p:
        p[name] = p[name] - lr * g[name]


@wrong("train_network", "whatever rng is, the weights are the same")
def seed_set_at_the_top(X, y, hidden, epochs, lr, rng):
    rng = np.random.default_rng(42)
    p = initial(X, y, hidden, rng)
    for _ in range(epochs):
        step(p, backpropagation(p, X, y), lr)
    return p


@wrong("train_network", "two equal generators give different weights")
def draws_from_numpy_itself(X, y, hidden, epochs, lr, rng):
    C = int(max(y)) + 1
    W1, b1 = 0.5 * np.random.randn(hidden, X.shape[1]), np.zeros(hidden)  # noqa: NPY002
    W2, b2 = 0.5 * np.random.randn(C, hidden), np.zeros(C)  # noqa: NPY002
    for _ in range(epochs):
        h = np.maximum(0, X.dot(W1.T) + b1)
        d = (softmax(h.dot(W2.T) + b2) - np.eye(C)[y]) / len(X)
        dh = d.dot(W2)
        dh[h <= 0] = 0
        W2, b2 = W2 - lr * d.T.dot(h), b2 - lr * d.sum(axis=0)
        W1, b1 = W1 - lr * dh.T.dot(X), b1 - lr * dh.sum(axis=0)
    return {"W1": W1, "b1": b1, "W2": W2, "b2": b2}


@wrong("train_network", "two equal generators give different weights")
def shuffles_with_numpy_itself(X, y, hidden, epochs, lr, rng):
    p = initial(X, y, hidden, rng)
    for _ in range(epochs):
        order = np.random.permutation(len(X))  # noqa: NPY002
        for start in range(0, len(X), 15):
            rows = order[start : start + 15]
            step(p, backpropagation(p, X[rows], y[rows]), lr)
    return p


@wrong("train_network", "W1 or W2 is 0")
def weights_begin_at_zero(X, y, hidden, epochs, lr, rng):
    C = y.max() + 1
    p = {"W1": np.zeros((hidden, X.shape[1])), "b1": np.zeros(hidden)}
    p |= {"W2": np.zeros((C, hidden)), "b2": np.zeros(C)}
    for _ in range(epochs):
        step(p, backpropagation(p, X, y), lr)
    return p


@wrong("train_network", "In which direction does each step go", "value")
def adds_the_gradient(X, y, hidden, epochs, lr, rng):
    p = initial(X, y, hidden, rng)
    for _ in range(epochs):
        g = backpropagation(p, X, y)
        for name in p:
            p[name] += lr * g[name]
    return p


@wrong("train_network", "Where does the return stand", "value")
def return_inside_the_loop(X, y, hidden, epochs, lr, rng):
    p = initial(X, y, hidden, rng)
    for _ in range(epochs):
        step(p, backpropagation(p, X, y), lr)
        return p


@wrong("train_network", "are the weights that you return", "value")
def updates_a_copy(X, y, hidden, epochs, lr, rng):
    p = initial(X, y, hidden, rng)
    for _ in range(epochs):
        trained = dict(p)
        step(trained, backpropagation(trained, X, y), lr)
    return p


@wrong("train_network", "loss", "value")
def no_activation_function(X, y, hidden, epochs, lr, rng):
    p = initial(X, y, hidden, rng)
    for _ in range(epochs):
        h = X @ p["W1"].T + p["b1"]
        d = (softmax(h @ p["W2"].T + p["b2"]) - np.eye(y.max() + 1)[y]) / len(y)
        dh = d @ p["W2"]
        step(p, {"W1": dh.T @ X, "b1": dh.sum(0), "W2": d.T @ h, "b2": d.sum(0)}, lr)
    return p


@wrong("train_network", "hardly lower than", "value")
def tiny_first_weights(X, y, hidden, epochs, lr, rng):
    p = initial(X, y, hidden, rng, scale=1e-6)
    for _ in range(epochs):
        step(p, backpropagation(p, X, y), lr)
    return p


@wrong("train_network", "loss", "value")
def step_size_of_its_own(X, y, hidden, epochs, lr, rng):
    p = initial(X, y, hidden, rng)
    for _ in range(epochs):
        step(p, backpropagation(p, X, y), 0.001)
    return p


@wrong("train_network", "hidden says how many units there are")
def always_fifty_units(X, y, hidden, epochs, lr, rng):
    p = initial(X, y, 50, rng)
    for _ in range(epochs):
        step(p, backpropagation(p, X, y), lr)
    return p


@wrong("train_network", "Which of the four has another shape?")
def one_class_too_few(X, y, hidden, epochs, lr, rng):
    C = len(set(y.tolist())) - 1
    W1, W2 = rng.normal(size=(hidden, X.shape[1])), rng.normal(size=(C, hidden))
    return {"W1": W1, "b1": np.zeros(hidden), "W2": W2, "b2": np.zeros(C)}


@wrong("train_network", "Which of the four has another shape?")
def columns_for_units(X, y, hidden, epochs, lr, rng):
    C = y.max() + 1
    W1, b1 = 0.5 * rng.normal(size=(X.shape[1], hidden)), np.zeros(hidden)
    W2, b2 = 0.5 * rng.normal(size=(hidden, C)), np.zeros(C)
    for _ in range(epochs):
        h = np.maximum(X @ W1 + b1, 0)
        d = (softmax(h @ W2 + b2) - np.eye(C)[y]) / len(X)
        dh = d @ W2.T * (h > 0)
        W1, b1 = W1 - lr * X.T @ dh, b1 - lr * dh.sum(0)
        W2, b2 = W2 - lr * h.T @ d, b2 - lr * d.sum(0)
    return {"W1": W1, "b1": b1, "W2": W2, "b2": b2}


@wrong("train_network", "is the gradient right", "value")
def right_class_not_subtracted(X, y, hidden, epochs, lr, rng):
    p = initial(X, y, hidden, rng)
    for _ in range(epochs):
        h = np.maximum(X @ p["W1"].T + p["b1"], 0)
        d = softmax(h @ p["W2"].T + p["b2"]) / len(y)
        dh = (d @ p["W2"]) * (h > 0)
        step(p, {"W1": dh.T @ X, "b1": dh.sum(0), "W2": d.T @ h, "b2": d.sum(0)}, lr)
    return p


@wrong("train_network", "long is", "value")
def gradient_of_the_sum(X, y, hidden, epochs, lr, rng):
    p = initial(X, y, hidden, rng)
    for _ in range(epochs):
        g = backpropagation(p, X, y)
        step(p, {name: len(X) * v for name, v in g.items()}, lr)
    return p
