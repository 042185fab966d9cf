"""Do the running means or the running variances spoil the Keras network after one pass?

The network of keras_defaults.py with all defaults of Keras, and with PyTorch's starting
weights, after one pass; no weight is changed afterwards, only the running averages: the means
alone are replaced by those of the training pictures, the variances alone, or both. The cause
is the one whose replacement alone raises the accuracy to that with both.
"""

import runpy
from pathlib import Path

from nnlib import experiment

DEFAULTS = runpy.run_path(str(Path(__file__).with_name("keras_defaults.py")))
TOLERANCES = {"Keras means": {"absolute": 0.06}, "Keras variances": {"absolute": 0.06}}


def parts(seed, name):
    """The test accuracy as trained and with each part of the averages replaced."""
    (X, y), *_ = DEFAULTS["passes"](seed, DEFAULTS["BATCH"], 1)
    net = DEFAULTS["keras_network"](seed, DEFAULTS["AS_TORCH"][name])
    net.fit(X, y, batch_size=DEFAULTS["BATCH"], shuffle=False, verbose=0)
    dense, norm = net.layers[:2]
    scale, shift, means, variances = norm.get_weights()
    Z = dense(X).detach().numpy()
    new_means, new_variances = Z.mean(axis=0), Z.var(axis=0)
    found = {}
    for what, averages in {
        "neither": (means, variances),
        "means": (new_means, variances),
        "variances": (means, new_variances),
        "both": (new_means, new_variances),
    }.items():
        norm.set_weights([scale, shift, *averages])
        found[f"{name} {what}"] = DEFAULTS["judged"](net)
    found[f"{name} size of means"] = float(abs(new_means).mean())
    found[f"{name} size of variances"] = float(new_variances.mean())
    return found


def run(seed):
    """Both starts."""
    return parts(seed, "Keras") | parts(seed, "start")


def thin():
    """Keras's start with seed 1."""
    found = parts(1, "Keras")
    return {name: found[name] for name in TOLERANCES}


if __name__ == "__main__":
    experiment.record(run, seeds=range(1, 11), thin=thin)
