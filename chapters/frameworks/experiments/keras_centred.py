"""Does the gap of keras_defaults.py vanish where its cause is taken away?

Set free afterwards: there the pixels lie between 0 and 1, so the sums of a unit have means
that are far from 0, where the running mean starts. Here the mean of each pixel over the
training pictures is subtracted first, from the training and the test pictures, all else being
equal, for one pass. If the gap is the delay of the running means, then it closes without a
change of any default, PyTorch's start gains nothing more, and what remains is the share of the
variances. If the gap stays, the explanation falls. "scaled" is the common choice in between:
one mean and one deviation over all pixels together, which leaves each pixel's own mean.
"""

import runpy
from pathlib import Path

import numpy as np
import torch

from nnlib import experiment

DEFAULTS = runpy.run_path(str(Path(__file__).with_name("keras_defaults.py")))
CONTENDERS = ("Keras", "start", "BatchNorm momentum", "all four")
TOLERANCES = {"centred Keras": {"absolute": 0.03}}


def prepared(X, how):
    """The training and the test pictures without the means of the training pictures."""
    X_test = np.float32(DEFAULTS["TEST"].X)
    if how == "centred":
        return X - X.mean(axis=0), X_test - X.mean(axis=0)
    return (X - X.mean()) / X.std(), (X_test - X.mean()) / X.std()


def trained(seed, name, how):
    """The test accuracy after one pass, and those with parts of the averages anew."""
    (X, y), *_ = DEFAULTS["passes"](seed, DEFAULTS["BATCH"], 1)
    X, X_test = prepared(X, how)
    net = DEFAULTS["keras_network"](seed, DEFAULTS["AS_TORCH"][name])
    net.fit(X, y, batch_size=DEFAULTS["BATCH"], shuffle=False, verbose=0)

    def judged():
        return DEFAULTS["accuracy"](net(X_test, training=False).detach().numpy())

    found = {f"{how} {name}": judged()}
    if name == "Keras":
        dense, norm = net.layers[:2]
        scale, shift, means, variances = norm.get_weights()
        Z = dense(X).detach().numpy()
        norm.set_weights([scale, shift, Z.mean(axis=0), variances])
        found[f"{how} means"] = judged()
        norm.set_weights([scale, shift, means, Z.var(axis=0)])
        found[f"{how} variances"] = judged()
    return found


def run(seed):
    """All contenders, with both kinds of pixels."""
    found = {}
    for how in ("centred", "scaled"):
        for name in CONTENDERS:
            found |= trained(seed, name, how)
    return found


def thin():
    """Keras's defaults with centred pixels, for seed 1."""
    found = trained(1, "Keras", "centred")
    return {name: found[name] for name in TOLERANCES}


if __name__ == "__main__":
    torch.set_num_threads(1)
    experiment.record(run, seeds=range(1, 11), thin=thin)
