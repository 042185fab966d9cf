"""How much does the choice of a penalty's strength depend on 1,000 correct validation labels?

The network, the training program and the 500 images with 100 wrong labels are those of
``penalties.py``. A strength of L2 or L1 is chosen on 100 validation images, 20 of which have a
wrong label too. We also train a network without a penalty only on the 1,000 validation images.
In a second set of labels, half of the images of four classes get the label of another class.

It takes about two minutes. The page optimization/regularization uses the results.
"""

import importlib.util
from pathlib import Path

import numpy as np

from nnlib import experiment

path = Path(__file__).with_name("penalties.py")
spec = importlib.util.spec_from_file_location("penalties", path)
base = importlib.util.module_from_spec(spec)
spec.loader.exec_module(base)

CHECKED, SYSTEMATIC = 100, (0.0, 0.01, 0.02, 0.04, 0.08)
MIXED_UP = {0: 6, 1: 3, 5: 7, 9: 7}  # half of the T-shirts are labelled "shirt", and so on
TOLERANCES = {"test": {"absolute": 0.03}}


def trained(data, labels, seed, images=None, **penalty):
    """Return a trained network."""
    net = base.network(seed, data.X.shape[1])
    base.train(net, data.X if images is None else images, labels, **penalty)
    return net


def chosen_on_few(data, seed):
    """Return results of both penalties, chosen on 100 images with 20 wrong labels."""
    rng, chosen = np.random.default_rng([seed, 1]), {}
    X_val, y_val = data.X_val[:CHECKED], data.y_val[:CHECKED].copy()
    y_val[:20] = (y_val[:20] + rng.integers(1, 10, 20)) % 10
    for name, key in (("L2", "l2"), ("L1", "l1")):
        rows = []
        for strength in base.STRENGTHS["pixels"][name].tolist():
            net = trained(data, data.y, seed, **{key: strength})
            rows.append((base.right(net, X_val, y_val), base.judged(net, data)))
        chosen[name] = max(rows, key=lambda row: row[0])[1]
    return {
        f"{name} {k}": row[k] for name, row in chosen.items() for k in ("test", "kept", "true")
    }


def systematic(data, seed):
    """Return fractions of wrong and correct labels that networks with L2 reproduce."""
    order = np.random.default_rng(seed).permutation(len(base.TRAIN.X))[:500]
    correct = base.TRAIN.y[order]
    labels = correct.copy()
    for old, new in MIXED_UP.items():
        rows = np.flatnonzero(correct == old)
        labels[rows[: len(rows) // 2]] = new
    wrong, fractions = labels != correct, []
    for strength in SYSTEMATIC:
        net = trained(data, labels, seed, l2=strength)
        fractions.append(
            [
                base.right(net, data.X[wrong], labels[wrong]),
                base.right(net, data.X[~wrong], labels[~wrong]),
                base.right(net, data.X_test, data.y_test),
            ]
        )
    return {"systematic": fractions, "systematic errors": int(wrong.sum())}


def run(seed):
    """Return the results of one split."""
    data = base.Data(seed, "pixels")
    net = trained(data, data.y_val, seed, images=data.X_val)
    clean = base.right(net, data.X_test, data.y_test)
    return (
        chosen_on_few(data, seed) | systematic(data, seed) | {"validation images only": clean}
    )


def thin():
    """Return the test accuracy of split 1 after 100 steps on the validation images."""
    data = base.Data(1, "pixels")
    net = base.network(1, data.X.shape[1])
    base.train(net, data.X_val, data.y_val, steps=100)
    return {"test": base.right(net, data.X_test, data.y_test)}


if __name__ == "__main__":
    experiment.record(run, seeds=range(1, 6), thin=thin)
