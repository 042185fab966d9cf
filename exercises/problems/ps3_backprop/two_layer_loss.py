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
    returns={
        "loss": "value",
        "dW2": "output",
        "db2": "output",
        "dW1": "hidden",
        "db1": "hidden",
    },
    points={
        "shape": (
            1,
            "a number and a dict of four arrays, each with the shape of its weight or bias",
        ),
        "value": (3, "the loss"),
        "output": (5, "`dW2` and `db2`"),
        "hidden": (6, "`dW1` and `db1`"),
        "stability": (2, "everything again, for scores of several thousand"),
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


network.example(
    np.array([[1.0, -1.0], [0.0, 1.0]]),
    np.array([0.0, -2.0]),
    np.array([[1.0, 0.0], [-1.0, 2.0]]),
    np.array([0.0, 0.0]),
    np.array([[2.0, 1.0], [1.0, 3.0]]),
    np.array([0, 0]),
)


def drawn(rng, N, D, H, C, spread=1.0):
    """Return random weights, biases, samples and classes; each unit is off for some samples."""
    while True:
        W1, b1 = rng.normal(size=(H, D)) / np.sqrt(D), rng.normal(size=H) / 2
        X, y = rng.normal(size=(N, D)), rng.integers(C, size=N)
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
    return drawn(rng, N, D, H, C, spread=5000.0)


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
def with_one_hot_rows(params, X, y):
    ones = np.ones((len(X), 1))
    first = np.hstack([params["W1"], params["b1"][:, None]])
    second = np.hstack([params["W2"], params["b2"][:, None]])
    h = np.hstack([np.clip(np.hstack([X, ones]) @ first.T, 0, None), ones])
    z = h @ second.T
    Y = np.eye(z.shape[1])[y]
    total = np.logaddexp.reduce(z, axis=1, keepdims=True)
    dz = (np.exp(z - total) - Y) / len(X)
    dsecond = dz.T @ h
    dfirst = ((dz @ second)[:, :-1] * (h[:, :-1] > 0)).T @ np.hstack([X, ones])
    loss = ((total - z) * Y).sum(axis=1).mean()
    return loss, {
        "b2": dsecond[:, -1],
        "b1": dfirst[:, -1],
        "W2": dsecond[:, :-1],
        "W1": dfirst[:, :-1],
    }


@network.alternative
def by_einsum(params, X, y):
    N = X.shape[0]
    a = np.einsum("nd,hd->nh", X, params["W1"]) + params["b1"]
    h = (np.abs(a) + a) / 2
    z = np.einsum("nh,ch->nc", h, params["W2"]) + params["b2"]
    z -= np.amax(z, axis=1).reshape(N, 1)
    p = np.exp(z) / np.exp(z).sum(axis=1).reshape(N, 1)
    right = np.take_along_axis(z, y[:, None], axis=1)[:, 0]
    loss = np.sum(np.log(np.exp(z).sum(axis=1)) - right) / N
    np.add.at(p, (np.arange(N), y), -1.0)
    dh = np.einsum("nc,ch->nh", p, params["W2"]) * np.heaviside(a, 0.0)
    grads = dict(W2=np.einsum("nc,nh->ch", p, h) / N, b2=np.einsum("nc->c", p) / N)
    grads.update(W1=np.einsum("nh,nd->hd", dh, X) / N, b1=np.einsum("nh->h", dh) / N)
    return [loss, grads]


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


def forward(params, X):
    """Return the pre-activations of the hidden layer, and the scores."""
    a = X @ params["W1"].T + params["b1"]
    return a, np.maximum(a, 0) @ params["W2"].T + params["b2"]


def softmax(scores):
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def back(params, X, dscores, mask=None):
    """Return the four gradients for a gradient of the scores; ``mask(a, dh)`` multiplies dh."""
    a, _ = forward(params, X)
    dh = dscores @ params["W2"]
    da = dh * (a > 0 if mask is None else mask(a, dh))
    return {
        "W1": da.T @ X,
        "b1": da.sum(axis=0),
        "W2": dscores.T @ np.maximum(a, 0),
        "b2": dscores.sum(axis=0),
    }


def masked(mask):
    """Return a solution with a different derivative of the ReLU."""

    def changed(params, X, y):
        N = len(X)
        Y = np.eye(len(params["b2"]))[y]
        dscores = (softmax(forward(params, X)[1]) - Y) / N
        return two_layer_loss(params, X, y)[0], back(params, X, dscores, mask)

    return changed


@network.mistake(
    "Your loss is N times too large. What does the formula divide by?", loses="value"
)
def not_averaged(params, X, y):
    loss, grads = two_layer_loss(params, X, y)
    return loss * len(X), {name: g * len(X) for name, g in grads.items()}


@network.mistake(
    "Your gradients belong to the sum of the losses. How do they change for the mean?",
    loses="output",
)
def gradient_not_averaged(params, X, y):
    loss, grads = two_layer_loss(params, X, y)
    return loss, {name: g * len(X) for name, g in grads.items()}


@network.mistake(
    "Your gradients are divided by N twice. The gradient of the scores already contains 1/N, "
    "so where do you divide again?",
    loses="output",
)
def divided_twice(params, X, y):
    loss, grads = two_layer_loss(params, X, y)
    return loss, {name: g / len(X) for name, g in grads.items()}


@network.mistake(
    "Your loss is a mean over all N·C scores. How many terms does the sum in the formula have?",
    loses="value",
)
def mean_over_all_scores(params, X, y):
    loss, grads = two_layer_loss(params, X, y)
    C = len(params["b2"])
    return loss / C, {name: g / C for name, g in grads.items()}


@network.mistake(
    "Your upstream gradient passes every hidden unit unchanged. What is the derivative of "
    "max(0, a) when a is negative?",
    loses="hidden",
)
def mask_forgotten(params, X, y):
    return masked(lambda a, dh: 1.0)(params, X, y)


@network.mistake(
    "Your backward pass through the ReLU checks the sign of the upstream gradient. Which sign "
    "decides in the forward pass?",
    loses="hidden",
)
def mask_of_what_comes_back(params, X, y):
    return masked(lambda a, dh: dh > 0)(params, X, y)


@network.mistake(
    "Your upstream gradient is multiplied by the output of the hidden unit. What is the "
    "derivative of max(0, a) when a is positive?",
    loses="hidden",
)
def value_for_slope(params, X, y):
    return masked(lambda a, dh: np.maximum(a, 0))(params, X, y)


@network.mistake(
    "Your upstream gradient passes where a is negative, and stops where a is positive. For "
    "which a is max(0, a) flat?",
    loses="hidden",
)
def mask_turned(params, X, y):
    return masked(lambda a, dh: a < 0)(params, X, y)


def from_scores(change):
    """Return a solution that computes the gradient of the scores as ``change(p, Y, N)``."""

    def changed(params, X, y):
        Y = np.eye(len(params["b2"]))[y]
        dscores = change(softmax(forward(params, X)[1]), Y, len(X))
        return two_layer_loss(params, X, y)[0], back(params, X, dscores)

    return changed


@network.mistake(
    "Your gradient of the scores contains only the probabilities. How does it differ for the "
    "correct class?",
    loses="output",
)
def right_class_forgotten(params, X, y):
    return from_scores(lambda p, Y, N: p / N)(params, X, y)


@network.mistake(
    "Your gradient of the scores is 0 for all classes except the correct one. Which scores "
    "appear in the denominator of p?",
    loses="output",
)
def only_the_right_class(params, X, y):
    return from_scores(lambda p, Y, N: (p - 1) * Y / N)(params, X, y)


@network.mistake(
    "Your gradients have the wrong sign. When the score of the correct class grows, does the "
    "loss grow or fall?",
    loses="output",
)
def uphill(params, X, y):
    return from_scores(lambda p, Y, N: (Y - p) / N)(params, X, y)


@network.mistake(
    "Your code uses the gradient with respect to p as the gradient with respect to the "
    "scores. Which function comes between the scores and p?",
    loses="output",
)
def by_the_probabilities(params, X, y):
    return from_scores(lambda p, Y, N: -Y / np.where(Y, p, 1) / N)(params, X, y)


@network.mistake(
    "Your `db1` and `db2` contain means over the samples. Each bias is added to every row, so "
    "how do you combine the gradients of all rows?",
    loses="output",
)
def biases_averaged(params, X, y):
    loss, grads = two_layer_loss(params, X, y)
    return loss, grads | {name: grads[name] / len(X) for name in ("b1", "b2")}


@network.mistake(
    "Your `db1` and `db2` have a separate row for each sample. Each bias is added to every "
    "row, so how do you combine the gradients of all rows?",
    loses="shape output",
)
def biases_not_summed(params, X, y):
    a, scores = forward(params, X)
    dscores = (softmax(scores) - np.eye(len(params["b2"]))[y]) / len(X)
    loss, grads = two_layer_loss(params, X, y)
    return loss, grads | {"b2": dscores, "b1": dscores @ params["W2"] * (a > 0)}


def another(score):
    """Return a solution with different scores; ``score`` returns slope, h and scores."""

    def changed(params, X, y):
        slope, h, scores = score(params, X)
        p, N = softmax(scores), len(X)
        dscores = (p - np.eye(len(params["b2"]))[y]) / N
        da = dscores @ params["W2"] * slope
        scores = scores - scores.max(axis=1, keepdims=True)
        total = np.exp(scores).sum(axis=1)
        loss = np.mean(np.log(total) - scores[np.arange(N), y])
        grads = {"W2": dscores.T @ h, "b2": dscores.sum(0), "W1": da.T @ X, "b1": da.sum(0)}
        return loss, grads

    return changed


@network.mistake(
    "Your hidden layer doesn't set negative values to 0. Which function comes between the two "
    "layers?",
    loses="value output hidden stability",
)
def no_relu(params, X, y):
    def score(params, X):
        a, _ = forward(params, X)
        return 1.0, a, a @ params["W2"].T + params["b2"]

    return another(score)(params, X, y)


@network.mistake(
    "Your code also sets negative scores to 0. Which of the two layers has a ReLU?",
    loses="value stability",
)
def relu_on_the_scores(params, X, y):
    def score(params, X):
        a, scores = forward(params, X)
        return a > 0, np.maximum(a, 0), np.maximum(scores, 0)

    return another(score)(params, X, y)


def with_probabilities(of):
    """Return a solution with different probabilities, ``of(scores)``."""

    def changed(params, X, y):
        p, N = of(forward(params, X)[1]), len(X)
        dscores = (p - np.eye(len(params["b2"]))[y]) / N
        return -np.log(p[np.arange(N), y]).mean(), back(params, X, dscores)

    return changed


@network.mistake(
    "Your probabilities add up to 1 over the samples. Which index does the formula for p sum "
    "over?",
    loses="value stability",
)
def softmax_over_the_samples(params, X, y):
    return with_probabilities(lambda scores: softmax(scores.T).T)(params, X, y)


@network.mistake(
    "Your probabilities of all samples together add up to 1. Which index does the formula for "
    "p sum over?",
    loses="value stability",
)
def softmax_over_everything(params, X, y):
    return with_probabilities(lambda s: softmax(s.reshape(1, -1)).reshape(s.shape))(
        params, X, y
    )


@network.mistake(
    "Your code divides the scores themselves by their sum, so some probabilities are "
    "negative. Which function makes the scores positive first?",
    loses="value output hidden stability",
)
def exp_forgotten(params, X, y):
    return with_probabilities(lambda s: s / s.sum(axis=1, keepdims=True))(params, X, y)


@network.mistake(
    "Your scores contain neither `b1` nor `b2`. Where does the forward pass add them?",
    loses="value output hidden",
)
def biases_forgotten(params, X, y):
    bare = params | {name: 0 * params[name] for name in ("b1", "b2")}
    return two_layer_loss(bare, X, y)


@network.mistake(
    "Your `dW2` is computed from a, the values before the ReLU. What does the forward pass "
    "multiply by `W2`?",
    loses="output",
)
def before_the_relu(params, X, y):
    a, scores = forward(params, X)
    dscores = (softmax(scores) - np.eye(len(params["b2"]))[y]) / len(X)
    loss, grads = two_layer_loss(params, X, y)
    return loss, grads | {"W2": dscores.T @ a}


@network.mistake(
    "Your scores don't include `b1`. Where does the forward pass add it?",
    loses="value output hidden",
)
def first_bias_forgotten(params, X, y):
    return two_layer_loss(params | {"b1": 0 * params["b1"]}, X, y)


@network.mistake(
    "Your scores don't include `b2`. Where does the forward pass add it?",
    loses="value output hidden",
)
def second_bias_forgotten(params, X, y):
    return two_layer_loss(params | {"b2": 0 * params["b2"]}, X, y)


@network.mistake(
    "Your exponentials overflow when a score is several thousand. Which number can you "
    "subtract from all scores of a row before you take the exponential?",
    loses="stability",
)
def scores_not_shifted(params, X, y):
    scores = forward(params, X)[1]
    e = np.exp(scores)
    p, N = e / e.sum(axis=1, keepdims=True), len(X)
    dscores = (p - np.eye(len(params["b2"]))[y]) / N
    return -np.log(p[np.arange(N), y]).mean(), back(params, X, dscores)


@network.mistake(
    "Your loss is infinite when a probability is rounded to 0. Can you write ln p without "
    "computing p?",
    loses="stability",
)
def logarithm_of_a_probability(params, X, y):
    p = softmax(forward(params, X)[1])[np.arange(len(X)), y]
    return -np.log(p).mean(), two_layer_loss(params, X, y)[1]


@network.mistake(
    "Your loss can't exceed about 27.6, which is -ln(1e-12). Can you write ln p without "
    "computing p?",
    loses="stability",
)
def something_small_added(params, X, y):
    loss, grads = two_layer_loss(params, X, y)
    p = softmax(forward(params, X)[1])[np.arange(len(X)), y]
    return loss if p.min() > 1e-9 else -np.log(p + 1e-12).mean(), grads
