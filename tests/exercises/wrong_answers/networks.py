"""Wrong answers of the network problems of ps3."""

import numpy as np

from tests.exercises.declared_problems import PROBLEMS
from tests.exercises.wrong_answers.register import wrong

SOLVED = ("two_layer_loss", "gradient_check")
RIGHT = {name: PROBLEMS[name].solve for name in SOLVED}
GLOBALS = PROBLEMS["train_network"].solve.__globals__


# two_layer_loss

ALL = "shape value output hidden stability inputs-unchanged"


@wrong("two_layer_loss", "expected (loss, grads)", ALL)
def five_values(params, X, y):
    loss, g = RIGHT["two_layer_loss"](params, X, y)
    return loss, g["W1"], g["b1"], g["W2"], g["b2"]


@wrong("two_layer_loss", "changes its caller's W1 and b1 and W2 and b2", "inputs-unchanged")
def takes_a_step(params, X, y):
    loss, grads = RIGHT["two_layer_loss"](params, X, y)
    for name, g in grads.items():
        params[name] -= 0.1 * g
    return loss, grads


@wrong("two_layer_loss", "rows and columns are exchanged", "shape")
def weights_turned(params, X, y):
    loss, g = RIGHT["two_layer_loss"](params, X, y)
    return loss, g | {"W1": g["W1"].T, "W2": g["W2"].T}


@wrong("two_layer_loss", "dW1 and db1", "hidden stability")
def slope_of_a_sigmoid(params, X, y):
    loss, g = RIGHT["two_layer_loss"](params, X, y)
    h = np.maximum(X @ params["W1"].T + params["b1"], 0)
    z = h @ params["W2"].T + params["b2"]
    e = np.exp(z - z.max(1, keepdims=True))
    dz = (e / e.sum(1, keepdims=True) - np.eye(z.shape[1])[y]) / len(X)
    da = dz @ params["W2"] * h * (1 - h)
    return loss, g | {"W1": da.T @ X, "b1": da.sum(0)}


# gradient_check


@wrong(
    "gradient_check",
    "an axis is left over",
    "shape value edge inputs-unchanged",
)
def every_error(f, x, grad, h=1e-5):
    return [RIGHT["gradient_check"](f, x, grad, h)] * x.size


@wrong("gradient_check", "changes its caller's x", "inputs-unchanged")
def leaves_x_moved(f, x, grad, h=1e-5):
    error = RIGHT["gradient_check"](f, x, grad, h)
    x += h
    return error


# train_network


@wrong("train_network", "Print it after every twentieth epoch", "value")
def weights_of_nothing(X, y, hidden, epochs, lr, rng):
    p = GLOBALS["started"](X, y, hidden, rng)
    return p | {"W2": p["W2"] * np.inf}


@wrong(
    "train_network",
    "Which of the four has another shape?",
    "shape value given inputs-unchanged",
)
def layers_turned(X, y, hidden, epochs, lr, rng):
    p = RIGHT_TRAINING(X, y, hidden, epochs, lr, rng)
    return p | {"W1": p["W1"].T}


@wrong("train_network", "dict of four arrays", "shape value given inputs-unchanged")
def biases_missing(X, y, hidden, epochs, lr, rng):
    p = RIGHT_TRAINING(X, y, hidden, epochs, lr, rng)
    return {name: p[name] for name in ("W1", "W2")}


@wrong("train_network", "two equal generators give different weights", "given")
def the_global_generator(X, y, hidden, epochs, lr, rng):
    other = np.random.default_rng()
    return RIGHT_TRAINING(X, y, hidden, epochs, lr, other)


RIGHT_TRAINING = PROBLEMS["train_network"].solve
