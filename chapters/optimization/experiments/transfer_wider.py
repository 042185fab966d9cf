"""Set free two choices that ``transfer.py`` holds fixed: the width, and the order of training.

In the first part there are 256 hidden units in place of 64, also in the sources. In the second
the new last layer on tops is trained alone for 300 steps, at the rate 0.05, before the whole
network is fine-tuned.

Claims, written down before the run. The verdicts of the first program stand if, with 256 units,

1. fine-tuning from tops with 15 photographs is ahead of training from scratch by more than
   twice the standard error of the paired differences, and worth fewer than 30 photographs,
   while shoes are worth none;
2. frozen, with 240 photographs, shoes are behind random weights, and the components of tops
   are not behind the layer of tops;

and if, with 64 units and 15 photographs,

3. training the last layer first is not ahead of fine-tuning at once by two points.
"""

import runpy
from pathlib import Path

import nnlib
from nnlib import experiment, nn

TOLERANCES = {"accuracy": {"absolute": 0.04}}
FIRST = runpy.run_path(str(Path(__file__).with_name("transfer.py")))
inside = FIRST["frozen"].__globals__  # where the width stands
NARROW, WIDE = inside["HIDDEN"], 256


def wide(seed, V, A):
    """Return what 256 hidden units do, borrowed, frozen and from scratch."""
    inside["HIDDEN"] = WIDE
    (X, y), sources = FIRST["drawn"](seed)
    layers = {name: FIRST["source"](seed, *sources[name])[0] for name in ("tops", "shoes")}
    layers["random"] = FIRST["network"](seed + 40)[0]
    layers["tops, components"] = FIRST["components"](sources["tops"][0])
    found = {}
    for size in (15, 30):
        found[f"{size} scratch"] = FIRST["tuned"](None, X[:size], y[:size], V, A, seed)
    for name in ("tops", "shoes"):
        found[f"15 tuned {name}"] = FIRST["tuned"](layers[name], X[:15], y[:15], V, A, seed)
    for size in (15, 240):
        for name, layer in layers.items():
            few = X[:size], y[:size]
            found[f"{size} frozen {name}"] = FIRST["frozen"](layer, *few, V, A, seed)
    inside["HIDDEN"] = NARROW
    return found


def last_layer_first(seed, V, A):
    """Return what fine-tuning from tops does after its last layer has been trained alone."""
    (X, y), sources = FIRST["drawn"](seed)
    X, y, layer = X[:15], y[:15], FIRST["source"](seed, *sources["tops"])[0]
    nnlib.manual_seed(seed + 20)
    head = FIRST["train"](nn.Linear(NARROW, 3), FIRST["features"](layer, X), y, 0.05, seed)
    nets = []
    for lr in inside["RATES"]:
        net = FIRST["network"](seed + 20)
        net[0].load_state_dict(layer.state_dict())
        net[2].load_state_dict(head.state_dict())
        nets.append(FIRST["train"](net, X, y, lr, seed))
    return FIRST["ends"](nets, V, A)


def run(seed):
    """Return validation and test accuracy of every contender at each of its rates."""
    held_out = FIRST["held_out"]()
    return {**wide(seed, *held_out), "15 last layer first": last_layer_first(seed, *held_out)}


def thin():
    """Return the test accuracy of 256 random units, frozen, with 15 photographs, first draw."""
    inside["HIDDEN"] = WIDE
    (X, y), _ = FIRST["drawn"](0)
    layer = FIRST["network"](40)[0]
    ends = FIRST["frozen"](layer, X[:15], y[:15], *FIRST["held_out"](), 0)
    inside["HIDDEN"] = NARROW
    return {"accuracy": float(ends[1][1])}


if __name__ == "__main__":
    experiment.record(run, seeds=range(8), thin=thin)
