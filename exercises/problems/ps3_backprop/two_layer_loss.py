"""two_layer_loss: a network with one hidden layer, its loss, and its gradients.

The parts are in the order of the backward pass, starting at the loss. A mistake in the scores
is therefore charged to the layer that is closer to them.
"""

import numpy as np
from nngrader.engine import problem

from .common import DIGITS, ELSEWHERE


def in_dicts(two_layer_loss, W1, b1, W2, b2, X, y):
    whole = two_layer_loss({"W1": W1, "b1": b1, "W2": W2, "b2": b2}, X, y)
    if type(whole) not in (tuple, list) or len(whole) != 2 or not isinstance(whole[1], dict):
        raise TypeError("expected (loss, grads): a number, and a dict of W1, b1, W2 and b2")
    if not set(map(str, whole[1])) & {"W1", "b1", "W2", "b2"}:
        raise KeyError("grads must have the same names as params: W1, b1, W2 and b2")
    return whole[0], *(dict.get(whole[1], name) for name in ("W2", "b2", "W1", "b1"))


network = problem(
    "two_layer_loss",
    rtol=DIGITS,
    driver=in_dicts,
    returns={"loss": "value"}
    | dict.fromkeys(("dW2", "db2"), "output")
    | dict.fromkeys(("dW1", "db1"), "hidden"),
    points={
        "shape": (
            1,
            "a number and a dict of four arrays, each with the shape of its weight or bias",
        ),
        "value": (3, "the loss"),
        "output": (5, "`dW2` and `db2`"),
        "hidden": (6, "`dW1` and `db1`"),
        "stability": (2, "the loss and all gradients, for scores of several thousand"),
        "inputs-unchanged": (
            1,
            "your function doesn't change `X`, `y` or the arrays in `params`",
        ),
    },
    forbidden={"all": ELSEWHERE},
)


@network.reference
def two_layer_loss(params, X, y):
    """Compute the mean cross-entropy of a network with one hidden layer, and its gradient.

    a = X W1^T + b1,  h = max(0, a),  scores = h W2^T + b2,  p = softmax(scores)
    loss = (1/N) * (sum over n of -ln p[n, y[n]])

    params : dict of W1 (H, D), b1 (H,), W2 (C, H) and b2 (C,)
    X : (N, D) array of float64
    y : (N,) array of integers, the correct class of each row
    Returns (loss, grads): a number, and a dict with the same four names, where grads["W1"] is
    the gradient of the loss with respect to W1. No entry of a is exactly 0.
    """
    a = X @ params["W1"].T + params["b1"]
    h = np.maximum(a, 0)
    scores = h @ params["W2"].T + params["b2"]
    scores = scores - scores.max(axis=1, keepdims=True)
    log_p = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
    n = np.arange(len(X))
    dscores = np.exp(log_p)
    dscores[n, y] -= 1
    dscores /= len(X)
    da = dscores @ params["W2"] * (a > 0)
    grads = {"W1": da.T @ X, "b1": da.sum(axis=0)}
    grads |= {"W2": dscores.T @ h, "b2": dscores.sum(axis=0)}
    return -log_p[n, y].mean(), grads


FIRST = np.array([[1.0, -1.0], [0.0, 1.0]]), np.array([0.0, -2.0])
SECOND = np.array([[1.0, 0.0], [-1.0, 2.0]]), np.zeros(2)
network.example(*FIRST, *SECOND, np.array([[2.0, 1.0], [1.0, 3.0]]), np.array([0, 0]))


def drawn(rng, N, D, H, C, spread=1.0):
    """Return random weights, biases, samples and classes; each unit is off for some samples."""
    while True:
        W1, b1 = rng.normal(size=(H, D)) / np.sqrt(D), rng.normal(size=H) / 2
        X, y = rng.normal(size=(N, D)), rng.permutation([C - 1, *rng.integers(C, size=N - 1)])
        active = X @ W1.T + b1 > 0
        if N < 5 or (active.any(axis=0).all() and not active.all(axis=0).any()):
            break
    W2, b2 = rng.normal(size=(C, H)) / np.sqrt(H), rng.normal(size=C)
    return W1, b1, spread * W2, spread * b2, X, y


@network.case("value", visible=2)
def small_weights(rng, N, D, H, C):
    """A network with small weights."""
    return drawn(rng, N, D, H, C)


@network.case("stability")
def large_scores(rng, N, D, H, C):
    """Scores of several thousand."""
    *weights, X, y = drawn(rng, N, D, H, C, spread=5000.0)
    return *weights, X, np.minimum(y, C - 2)  # no sample of the last class: y.max() + 1 isn't C


@network.alternative
def sample_by_sample(params, X, y):
    W1, b1, W2, b2 = (params[name] for name in ("W1", "b1", "W2", "b2"))
    grads, loss = {name: np.zeros_like(v) for name, v in params.items()}, 0.0
    for x, t in zip(X, y, strict=True):
        a = W1 @ x + b1
        h = np.where(a > 0, a, 0.0)
        z = W2 @ h + b2
        e = np.exp(z - max(z))
        loss += (max(z) - z[t] + np.log(sum(e))) / len(X)
        dz = e / sum(e) / len(X)
        dz[t] -= 1 / len(X)
        dh = W2.T @ dz
        dh[a < 0] = 0
        grads["W1"] += np.outer(dh, x)
        grads["b1"] += dh
        grads["W2"] += np.outer(dz, h)
        grads["b2"] += dz
    return loss, grads


@network.alternative
def layer_by_layer(params, X, y):
    kept, x = [], X.copy()
    for k in (1, 2):
        kept.append(x)
        x = x.dot(params[f"W{k}"].transpose()) + params[f"b{k}"]
        if k == 1:
            x[x < 0] = 0
    x = x - np.max(x, 1)[:, np.newaxis]
    loss = float(np.mean(np.log(np.exp(x).sum(1)) - x[range(len(x)), y]))
    dy, grads = np.exp(x) / np.exp(x).sum(1)[:, np.newaxis], {}
    dy[range(len(x)), y] += -1.0
    dy = dy * (1.0 / len(x))
    for k in (2, 1):
        grads[f"W{k}"] = dy.transpose().dot(kept[k - 1])
        grads[f"b{k}"] = dy.transpose().dot(np.ones(len(x)))
        dy = dy.dot(params[f"W{k}"])
        dy[kept[k - 1] <= 0] = 0
    return loss, grads


network.known["output hidden"] = {
    "Your code subtracts 1 from whole columns of the gradient, one for each label. Which index "
    "pairs row n with its label `y[n]`?": {
        "whole_columns": {"dscores[n, y] -= 1": "dscores[:, y] -= 1"}
    },
    "Your code subtracts 1 at the predicted class. At which class does the derivative contain "
    "this 1?": {
        "at_the_predicted_class": {
            "dscores[n, y] -= 1": "dscores[n, log_p.argmax(axis=1)] -= 1"
        }
    },
}
network.known["value"] = {
    "Your loss pairs every row with every label. Which index pairs row n with its label "
    "`y[n]`?": {"all_labels": {"log_p[n, y].mean()": "log_p[:, y].mean()"}},
    "Your loss is the mean of -p. Which function does the formula apply to p?": {
        "logarithm_forgotten": {"-log_p[n, y].mean()": "-np.exp(log_p[n, y]).mean()"}
    },
    "Your loss is N times too large. What does the formula divide by?": {
        "not_averaged": {"    dscores /= len(X)\n": "", ".mean()": ".sum()"}
    },
    "Your loss is a mean over all N·C scores. "
    "How many terms does the sum in the formula have?": {
        "mean_over_all_scores": {"/= len(X)": "/= scores.size", "mean()": "sum() / scores.size"}
    },
}
network.known["output"] = {
    "You differentiate the sum of the losses. How do the gradients change if you differentiate "
    "the mean instead?": {"gradient_not_averaged": {"    dscores /= len(X)\n": ""}},
    "Your gradients are divided by N twice. If the gradient with respect to the scores "
    "already contains 1/N, where does your code divide again?": {
        "divided_twice": {"/= len(X)": "/= len(X) ** 2"}
    },
    "Your gradient with respect to the scores contains only the probabilities. How does "
    "the correct class enter the derivative?": {
        "right_class_forgotten": {"    dscores[n, y] -= 1\n": ""}
    },
    "Your gradient with respect to the scores is 0 for all classes except the correct one. "
    "Which scores appear in the denominator of p?": {
        "only_the_right_class": {
            "dscores[n, y] -= 1": "dscores = (dscores - 1) * np.eye(scores.shape[1])[y]"
        }
    },
    "Your gradients have the wrong sign. When the score of the correct class increases, does "
    "the loss increase or decrease?": {"uphill": {"/= len(X)": "/= -len(X)"}},
    "Your code uses the gradient with respect to p as the gradient with respect to the scores. "
    "Which function comes between the scores and p?": {
        "by_the_probabilities": {
            "dscores[n, y] -= 1": "p = dscores[n, y]; dscores[:] = 0; dscores[n, y] = -1 / p"
        }
    },
    "Your `db1` and `db2` contain means over the samples. Each bias is added to every row, so "
    "how should you combine the gradients of all "
    "rows?": {"biases_averaged": {"da.sum": "da.mean", ".sum(axis=0)": ".mean(axis=0)"}},
    "Your `dW2` is computed from a, the values before the ReLU. What does the forward pass "
    "multiply by `W2`?": {"before_the_relu": {"dscores.T @ h": "dscores.T @ a"}},
}
network.known["hidden"] = {
    "Your backward pass uses h (1 - h), the derivative of the sigmoid. What is the derivative "
    "of max(0, a)?": {"derivative_of_the_sigmoid": {"(a > 0)": "h * (1 - h)"}},
    "Your upstream gradient passes through every hidden unit unchanged. What is the derivative "
    "of max(0, a) when a is negative?": {"mask_forgotten": {" * (a > 0)": ""}},
    "Your backward pass through the ReLU checks the sign of the upstream gradient. Which array "
    "does the forward pass compare with 0?": {
        "mask_of_what_comes_back": {
            'dscores @ params["W2"] * (a > 0)': 'np.maximum(dscores @ params["W2"], 0)'
        }
    },
    "Your upstream gradient is multiplied by the output of the hidden unit. What is the "
    "derivative of max(0, a) when a is positive?": {"value_for_slope": {"(a > 0)": "h"}},
}
network.known["value stability"] = {
    "Your code also sets negative scores to 0. Which of the two layers has a ReLU?": {
        "relu_on_the_scores": {
            "scores = scores - ": "scores = np.maximum(scores, 0)\n    scores = scores - "
        }
    },
    "Your probabilities add up to 1 over the samples. Which index does the formula for p sum "
    "over?": {
        "softmax_over_the_samples": {
            "scores.max(axis=1, keepdims=True)": "scores.max(axis=0)",
            "scores - np.log(np.exp": "np.log(np.exp(scores) / np.exp",
            "sum(axis=1, keepdims=True)": "sum(axis=0)",
        }
    },
}
network.known["value output hidden"] = {
    "Your scores contain neither `b1` nor `b2`. Where does the forward pass add them?": {
        "biases_forgotten": {' + params["b1"]': "", ' + params["b2"]': ""}
    },
    "Your scores don't include `b1`. Where does the formula add it?": {
        "first_bias_forgotten": {' + params["b1"]': ""}
    },
    "Your scores don't include `b2`. Where does the formula add it?": {
        "second_bias_forgotten": {' + params["b2"]': ""}
    },
}
network.known["stability"] = {
    "Your exponentials overflow when a score is several thousand. What can you subtract from "
    "all scores of a row before you take the exponential?": {
        "scores_not_shifted": {
            "    scores = scores - scores.max(axis=1, keepdims=True)\n": "",
            "scores - np.log(np.exp": "np.log(np.exp(scores) / np.exp",
        },
        "scores_not_shifted_in_a_difference": {
            "    scores = scores - scores.max(axis=1, keepdims=True)\n": "",
            "np.exp(log_p)": "np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)",
        },
    },
    "Your loss is infinite when a probability underflows to 0. How can you compute ln p "
    "without computing p "
    "first?": {"logarithm_of_a_probability": {"scores - np.log(": "np.log(np.exp(scores) / "}},
    "Your loss can't exceed about 27.6, which is -ln(1e-12). How can you compute ln p without "
    "computing p "
    "first?": {"something_small_added": {"log_p[n, y]": "np.log(np.exp(log_p[n, y]) + 1e-12)"}},
}

network.known["shape output"] = {
    "Your `db1` and `db2` have a separate row for each sample. Each bias is added to every "
    "row, so how should you combine the gradients of all "
    "rows?": {"biases_not_summed": {"da.sum(axis=0)": "da", "dscores.sum(axis=0)": "dscores"}}
}
network.known["value output hidden stability"] = {
    "Your hidden layer doesn't set negative values to 0. Which function comes between the two "
    "layers?": {"no_relu": {"np.maximum(a, 0)": "a", " * (a > 0)": ""}}
}
