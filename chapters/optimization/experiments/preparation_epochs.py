"""Does a preparation of the inputs help for good, or only at the start?

The networks, their training program and the preparations are those of ``preparations.py``, with
2, 10 or 60 epochs and five learning rates, of which the validation images choose one. For the
linear model, we take the lowest training loss after ten epochs over all twelve rates. For
unscaled pixels (0 to 255), we also count how many training images get a probability above 0.99
at the eight largest rates.

It takes about three minutes. The page optimization/preprocessing uses the results.
"""

import importlib.util
from pathlib import Path

import numpy as np

from nnlib import experiment

path = Path(__file__).with_name("preparations.py")
spec = importlib.util.spec_from_file_location("preparations", path)
base = importlib.util.module_from_spec(spec)
spec.loader.exec_module(base)

EPOCHS = (2, 10, 60)
LARGE, SMALL = base.RATES[1:6], base.RATES[7:]  # for prepared images, and for bytes
TOLERANCES = {"accuracy": {"absolute": 0.06}}


def judged(seed, name, epochs):
    """Return the test accuracy of the network at the rate with the best validation accuracy."""
    (X, y), (X_val, y_val), (X_test, y_test) = base.data(seed)
    prepare = base.preparations(X)[name]
    base.EPOCHS, rates = epochs, SMALL if "bytes" in name else LARGE
    with np.errstate(all="ignore"):  # too large a rate overflows, and the accuracy shows it
        layers = base.train((196, 50, 10), prepare(X), y, rates, seed, small="small" in name)
        on_val = base.accuracy(layers, prepare(X_val), y_val)
        on_test = base.accuracy(layers, prepare(X_test), y_test)
    return float(on_test[on_val.argmax()])


def on_training_images(seed, name):
    """Return the linear model's cross-entropy, and its fraction of probabilities above 0.99."""
    (X, y), _, _ = base.data(seed)
    prepare = base.preparations(X)[name]
    base.EPOCHS = 10
    with np.errstate(all="ignore"):
        layers = base.train((196, 10), prepare(X), y, base.RATES, seed, small="small" in name)
        Z = base.forward(layers, np.float32(prepare(X)))[1]
        Z -= Z.max(axis=2, keepdims=True)
        log_sum = np.log(np.exp(Z).sum(axis=2))
        losses = (log_sum - Z[:, np.arange(len(y)), y]).mean(axis=1)
        sure = (log_sum < -np.log(0.99)).mean(axis=1)
    return float(np.nanmin(losses)), float(sure[:8].min())


def run(seed):
    """Return accuracies by preparation and number of epochs, and training losses."""
    names, results = base.preparations(base.data(seed)[0][0]), {}
    for name in names:
        results |= {f"{name} {epochs}": judged(seed, name, epochs) for epochs in EPOCHS}
        results[f"loss {name}"], sure = on_training_images(seed, name)
        if name == "bytes":
            results["sure"] = sure
    return results


def thin():
    """Return the test accuracy of the first draw after two epochs on standardised images."""
    return {"accuracy": judged(0, "standardised", 2)}


if __name__ == "__main__":
    experiment.record(run, seeds=range(10), thin=thin)
