"""Two rival reasons for the missed folds taken away: dead units, and plain gradient descent.

The networks 1-2-2-2-1 of folds.py begin with random weights and learn nine stripes. If dead
units hide the folds, leaky ReLU finds them, since its derivative is nowhere 0; if the learning
rates of plain gradient descent do, Adam finds them. A single fold is a check that Adam learns.
"""

import runpy
from pathlib import Path

import numpy as np

from nnlib import experiment

STRIPS = runpy.run_path(str(Path(__file__).with_name("folds.py")))
SPREADS, ADAM_RATES = (0.0, 1.0), (0.003, 0.01, 0.03, 0.1)
RATES = tuple(dict.fromkeys(rate for rate, _ in STRIPS["SETTINGS"]))
KINDS = {  # layers, folds of the strip, slope of the activation function below 0, Adam's rates
    "leaky": (STRIPS["DEEP"], 3, 0.1, None),
    "adam": (STRIPS["DEEP"], 3, 0.0, ADAM_RATES),
    "adam, one fold": ((1, 2, 1), 1, 0.0, ADAM_RATES),
}
TOLERANCES = {"accuracy": {"absolute": 0.1}}


def forward(x, layers, slope):
    """Input and outputs of all layers, (units, samples, networks)."""
    kept = [np.broadcast_to(x.T[:, :, None], (*x.T.shape, layers[0][0].shape[-1]))]
    for number, (W, b) in enumerate(layers, 1):
        Z = np.einsum("jis,ins->jns", W, kept[-1]) + b[:, None]
        kept.append(np.where(Z > 0, Z, slope * Z) if number < len(layers) else Z)
    return kept


def gradients(x, t, layers, slope):
    """Those of the mean loss, first the last layer's."""
    kept = forward(x, layers, slope)
    G = (1 / (1 + np.exp(-kept[-1])) - t[:, None]) / len(x)
    for k in reversed(range(len(layers))):
        yield k, (np.einsum("jns,ins->jis", G, kept[k]), G.sum(axis=1))
        if k > 0:
            G = np.einsum("jns,jis->ins", G, layers[k][0]) * np.where(kept[k] > 0, 1, slope)


def train(x, t, layers, rates, rng, slope, adam):
    """Mini-batch descent as in folds.py, or Adam with its usual two means."""
    first = [[np.zeros_like(p) for p in layer] for layer in layers]
    second = [[np.zeros_like(p) for p in layer] for layer in layers]
    step, epochs, batch = 0, STRIPS["EPOCHS"], STRIPS["BATCH"]
    for epoch in range(epochs):
        order, rate = rng.permutation(len(x)), rates * (1 - epoch / epochs)
        for i in np.split(order, range(batch, len(x), batch)):
            step += 1
            for k, pair in list(gradients(x[i], t[i], layers, slope)):
                for p, g, m, v in zip(layers[k], pair, first[k], second[k], strict=True):
                    if adam:
                        m += 0.1 * (g - m)
                        v += 0.001 * (g * g - v)
                        g = m / (1 - 0.9**step) / (np.sqrt(v / (1 - 0.999**step)) + 1e-8)
                    p -= rate * g


def accuracy(kind, seed, starts=STRIPS["STARTS"]):
    """Test accuracy of each start, with the setting that is best on the validation set."""
    sizes, folds, slope, adam = KINDS[kind]
    (x, t), choose, judged = STRIPS["points"](folds, seed)
    settings = [(rate, spread) for rate in adam or RATES for spread in SPREADS]
    layers = STRIPS["side_by_side"](
        [
            STRIPS["START"](sizes, np.random.default_rng([seed, k]), spread)
            for k in range(starts)
            for _, spread in settings
        ]
    )
    rates = np.tile([rate for rate, _ in settings], starts)
    with np.errstate(all="ignore"):  # too large a rate overflows, its accuracy tells
        train(x, t, layers, rates, np.random.default_rng([seed, 99]), slope, adam)

    def right(x, t):
        scores = forward(x, layers, slope)[-1][0]
        return ((scores > 0) == t[:, None]).mean(axis=0).reshape(starts, -1)

    return right(*judged)[np.arange(starts), right(*choose).argmax(axis=1)]


def run(seed):
    """Ten starts of each kind on one draw of the points."""
    return {kind: accuracy(kind, seed).round(4) for kind in KINDS}


def thin():
    """The first start with leaky ReLU."""
    return {"accuracy": float(accuracy("leaky", 0, 1)[0])}


if __name__ == "__main__":
    experiment.record(run, seeds=range(5), thin=thin)
