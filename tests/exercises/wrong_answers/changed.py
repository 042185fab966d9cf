"""Wrong answers that no problem registers: its reference with one thing changed.

Those of the first table change what the reference returns, those of the second its text.
"""

import numpy as np

from tests.exercises.wrong_answers.register import after, edited, wrong


def put(array, where, value):
    """Return an array with other entries at an index."""
    array = np.array(array)
    array[where] = value
    return array


def loss_times(factor):
    """Return a change of the first of two parts; the factor may depend on the arguments."""
    return lambda whole, **given: (whole[0] * factor(**given), whole[1])


def gradient(change):
    """Return a change of the second of two parts."""
    return lambda whole, **given: (whole[0], change(whole[1], **given))


def part(name, change):
    """Return a change of one entry of a dict that is returned, or is the second part."""

    def changed(whole, **_):
        if isinstance(whole, dict):
            return whole | {name: change(whole[name])}
        return whole[0], whole[1] | {name: change(whole[1][name])}

    return changed


def at_targets(scores, targets, **_):
    """Return the index of the entries at the targets."""
    return np.arange(len(scores)), targets


def written_into(name):
    """Return a change that writes into an argument after the answer is there."""

    def changed(whole, **given):
        given[name] -= 0.1
        return whole

    return changed


P, S, H = "pairwise_distances", "softmax_cross_entropy", "hinge_loss"
AFTER = [
    # the form
    (P, "rows and columns are exchanged", "shape", lambda d, **_: d.T),
    (P, "an axis of length 1 too many", "shape", lambda d, **_: d[:, :, None]),
    (P, "all entries lie in one row", "shape", lambda d, **_: d.ravel()),
    (P, "is text", None, lambda d, **_: "distances"),
    ("pca", "another order", "shape", lambda whole, **_: whole[::-1]),
    ("pca", "components has shape (D,", "shape", lambda whole, **_: (whole[0].T, *whole[1:])),
    ("pca", "expected three values", "shape scores integers", lambda whole, **_: whole[0]),
    ("best_rank_k", "is of type float32", "shape", lambda whole, **_: whole.astype("f4")),
    (S, "loss has shape (1, 1)", "shape", loss_times(lambda **_: np.ones((1, 1)))),
    (S, "gradient has shape (C, N)", "shape", gradient(lambda g, **_: g.T)),
    (S, "returns a dict", None, lambda whole, **_: dict(zip("lg", whole, strict=True))),
    (S, "gradient is None", None, gradient(lambda g, **_: None)),
    (
        H,
        "gradient is of type float32",
        "integers",
        gradient(lambda g, scores, **_: g.astype("f4" if scores.dtype.kind == "i" else float)),
    ),
    (H, "of type bool", "gradient shape integers default", gradient(lambda g, **_: g > 0)),
    (
        "affine_backward",
        "db has shape (1, H)",
        "shape",
        lambda whole, **_: (*whole[:2], whole[2][None]),
    ),
    ("softmax_vjp", "every entry meets every other", None, lambda dz, **_: dz * dz[:, None]),
    # factors, signs and places
    (S, "ln 10 times too small", None, loss_times(lambda **_: 1 / np.log(10))),
    (S, "1/ln 2 times too large", None, loss_times(lambda **_: 1 / np.log(2))),
    (
        S,
        "N times too large and of the wrong sign",
        None,
        loss_times(lambda scores, **_: -len(scores)),
    ),
    (
        S,
        "off by one factor in each row",
        "gradient stability",
        gradient(lambda g, scores, **_: g * (2 + np.arange(len(g)))[:, None]),
    ),
    (S, "has lost its sign", "gradient", gradient(lambda g, **_: np.abs(g))),
    (
        S,
        "adds up what is asked, row by row",
        None,
        gradient(lambda g, **_: np.cumsum(g, axis=0)),
    ),
    (
        H,
        "(C - 1) times too small",
        "value",
        loss_times(lambda scores, **_: 1 / (scores.shape[1] - 1)),
    ),
    (H, "margin times too large", "value", loss_times(lambda margin, **_: margin)),
    (H, "loss is nan", "value integers default", loss_times(lambda **_: np.nan)),
    (
        H,
        "is wrong in the first column only",
        "gradient",
        gradient(lambda g, **_: put(g, (slice(None), 0), 0)),
    ),
    (
        H,
        "is 0 where a positive number is asked",
        "gradient",
        gradient(lambda g, **_: np.minimum(g, 0)),
    ),
    (
        H,
        "and apart from that: the score of",
        "gradient integers default",
        gradient(lambda g, **_: np.maximum(g, 0) * len(g)),
    ),
    (
        H,
        "is wrong only at [n, targets[n]]",
        "gradient",
        gradient(lambda g, **given: put(g, at_targets(**given), -1.5 / len(g))),
    ),
    (
        "affine_backward",
        "are of the wrong sign",
        "weights",
        lambda whole, **_: tuple(-one for one in whole),
    ),
    (
        "affine_backward",
        "H times too small",
        "value",
        lambda whole, dy, **_: (whole[0] / dy.shape[1], *whole[1:]),
    ),
    (
        "gaussian_classifier_fit",
        "one divided by what is asked",
        "covariance",
        lambda whole, **_: (*whole[:2], 1 / whole[2]),
    ),
    ("ridge_fit", "b is 0", "bias", lambda whole, **_: (whole[0], 0.0)),
    ("best_rank_k", "is rounded to 3 decimals", "value", lambda whole, **_: whole.round(3)),
    ("knn_predict", "has the same number everywhere", None, lambda labels, **_: 0 * labels + 3),
    (
        "knn_predict",
        "is wrong in the last entry only",
        "value",
        lambda labels, **_: put(labels, -1, 0),
    ),
    (P, "is wrong in the last row only", "value", lambda d, **_: put(d, -1, d[0])),
    (P, "is filled in its first row only", "value", lambda d, **_: put(d, slice(1, None), 0)),
    (P, "has its rows in reverse order", None, lambda d, **_: d[::-1]),
    (P, "falls where what is asked rises", None, lambda d, **_: np.exp(-d / d.max())),
    # what the drivers and measures of single problems tell
    ("gradient_check", "an axis is left over", None, lambda error, x, **_: [error] * x.size),
    ("gradient_check", "changes its caller's x", "inputs-unchanged", written_into("x")),
    (
        "two_layer_loss",
        "expected (loss, grads)",
        None,
        lambda whole, **_: (whole[0], *whole[1].values()),
    ),
    ("two_layer_loss", "dW1 has shape (D, H)", "shape", part("W1", np.transpose)),
    ("train_network", "Which of the four has another shape?", None, part("W1", np.transpose)),
    (
        "train_network",
        "Print it after every twentieth epoch",
        "value",
        part("W2", lambda W: W * np.inf),
    ),
    ("train_network", "dict of four arrays", None, lambda p, **_: {"W1": p["W1"]}),
    ("learning_rate", "expected as one number", None, lambda rate, **_: [rate, rate]),
    ("optimizer_step", "expected (w, state)", None, lambda whole, **_: whole[0]),
    ("sample", "expected numbers from 0 to V - 1", None, lambda k, **_: k + 1),
    (
        "sample",
        "each row has V numbers",
        None,
        lambda k, logits, **_: np.eye(logits.shape[1], dtype=int)[k],
    ),
    ("sample", "an axis of length 1 is too many", "shape", lambda k, **_: k[:, None]),
    (
        "pca_autoencoder",
        "linearly dependent",
        None,
        lambda whole, **_: (*whole[:2], np.repeat(whole[2][:, :1], len(whole[0]), 1), whole[3]),
    ),
    (
        "pca_autoencoder",
        "expected four arrays",
        None,
        lambda whole, **_: (whole[0].T, whole[1], whole[2].T, whole[3]),
    ),
]
for name, words, loses, change in AFTER:
    wrong(name, words, loses)(after(name, change))

EDITED = [
    (
        P,
        "other cases, the function fails. Which line depends on M?",
        "loops",
        ("return ", "np.zeros(100)[len(Y) - 1]\n    return "),
    ),
    (
        "power_iteration",
        "where no RuntimeError is asked for",
        None,
        ("range(max_iter)", "range(2)"),
    ),
    (
        "power_iteration",
        "but power_iteration took longer than it may",
        "errors",
        ('raise RuntimeError("no convergence")', "raise TimeoutError"),
    ),
    (
        "pca_autoencoder",
        "In which order does np.linalg.svd",
        None,
        ("np.linalg.eigh(Z.T @ Z)[1][:, ::-1]", "np.linalg.svd(Z)[2]"),
    ),
    (
        "two_layer_loss",
        "changes its caller's W1",
        "inputs-unchanged",
        ("    return", "    params['W1'] -= 1\n    return"),
    ),
    (
        "train_network",
        "two equal generators give different weights",
        "given",
        ('"""\n', '"""\n    rng = np.random.default_rng()\n'),
    ),
    (
        "optimizer_step",
        "changes its caller's w",
        None,
        ("return w - lr", "w -= 1\n    return w + 1 - lr"),
    ),
    (
        "sample",
        "not drawn as often",
        None,
        ("logits / temperature", "logits * 0.7 / temperature"),
    ),
    (
        "evaluate",
        "Which modules are there, down to the innermost",
        "state",
        ("in model.modules()", "in model.children()"),
    ),
    ("train_one_epoch", "loss is a tensor, expected a number", "shape", (".item()", "")),
    (
        "ResidualMLP",
        "are still missing: `forward` is not written",
        "shape value",
        ("        h = self.embed", "        raise NotImplementedError\n        h = self.embed"),
    ),
    (
        "ResidualMLP",
        "`forward` raised AttributeError",
        "shape value",
        ('block["linear"]', "block.lin"),
    ),
    ("ResidualMLP", "y is None", "shape value", ("return self.out(h)", "self.out(h)")),
    (
        "Value",
        "the number stands inside an array",
        "shape value operations",
        ("= data, 0.0, ()", "= np.ones(1) * data, 0.0, ()"),
    ),
    ("Value", "unsupported operand", "operations", ("def __rtruediv__", "def _rtruediv")),
    ("Value", "grad is wrong for", "operations", ("-y / other.data", "-y / other.data**2")),
    ("Value", "grad is 0 for", "operations", ("(other, -1.0)", "(other, 0.0)")),
]
for name, words, loses, *edits in EDITED:
    wrong(name, words, loses)(edited(name, *edits))
