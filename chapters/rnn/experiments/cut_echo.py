"""Can a sign of eight steps ago be learned with errors that go back five steps?

As in cut.py, with noise at a second input. A second output has to give the sign of four steps
ago, or of one. The program also records the cosine between the cut and the full gradient during
training.

It takes about 3 minutes. The page rnn/bptt uses the results.
"""

import runpy
from pathlib import Path

import numpy as np

import nnlib
from nnlib import experiment, nn, optim

CUT = runpy.run_path(str(Path(__file__).with_name("cut.py")))
STEPS, HIDDEN, BATCH, UPDATES = (CUT[name] for name in ("STEPS", "HIDDEN", "BATCH", "UPDATES"))
RATES = (0.0003, 0.001, 0.003, 0.01)
JOBS = {  # lags that the outputs are asked for, and the method
    "4, pieces": ((4,), "pieces"),
    "6, pieces": ((6,), "pieces"),
    "8, full": ((8,), "full"),
    "8, paths": ((8,), "paths"),
    "8, pieces": ((8,), "pieces"),
    "8, readout": ((8,), "readout"),
    "8 and 1, pieces": ((8, 1), "pieces"),
    "8 and 4, pieces": ((8, 4), "pieces"),
}
AT, RATE = (0, 20, 40, 60, 80, 100, 150, 200, 300), 0.003
TOLERANCES = {"slice": {"absolute": 0.1}}


def echo(n, lags, rng):
    """Return inputs, a target for each lag, and the weights of the errors."""
    sign = rng.choice([-1.0, 1.0], size=(STEPS, n, 1))
    y = np.concatenate([np.roll(sign, lag, axis=0) for lag in lags], axis=2)
    weight = np.zeros((STEPS, 1, len(lags)))
    for k, lag in enumerate(lags):
        weight[lag:, :, k] = 1 / (STEPS - lag)
    x = np.concatenate([sign, rng.normal(size=(STEPS, n, 1))], axis=2)
    return [part.astype(np.float32) for part in (x, y, weight)]


def judge(network, lags, rng):
    """Return the loss and the share of right signs, both of the first output."""
    x, y, _ = echo(1000, lags, rng)
    with nnlib.no_grad():
        outputs = network.out(network.rnn(nnlib.tensor(x))[0]).numpy()
    first, target = outputs[lags[0] :, :, 0], y[lags[0] :, :, 0]
    return float(((first - target) ** 2).mean()), float((np.sign(first) == target).mean())


def train(lags, method, rate, seed, updates=UPDATES):
    """Return a trained network."""
    nnlib.manual_seed(seed)
    rng = np.random.default_rng(seed)
    network = CUT["Network"](2)
    network.out = nn.Linear(HIDDEN, len(lags))
    parameters = network.out.parameters() if method == "readout" else network.parameters()
    optimizer = optim.Adam(list(parameters), lr=rate)
    for _ in range(updates):
        x, y, weight = echo(BATCH, lags, rng)
        optimizer.zero_grad()
        CUT["METHODS"][method](network, x, y, weight)
        optimizer.step()
    return network


def gradient(network, method, batch):
    """Return the gradient of W_hh by a method, as a vector of length 1."""
    network.zero_grad()
    CUT["METHODS"][method](network, *batch)
    g = network.rnn.weight_hh_l0.grad.numpy().ravel().astype(float)
    return g / np.linalg.norm(g)


def cosines(draw, seed):
    """Return the cosine with pieces at the updates AT of a training by the full gradient."""
    nnlib.manual_seed(seed)
    rng = np.random.default_rng(seed)
    network = CUT["Network"](2)
    optimizer = optim.Adam(list(network.parameters()), lr=RATE)
    fixed, found = draw(1000, np.random.default_rng(4000 + seed)), []
    for update in range(AT[-1] + 1):
        if update in AT:
            whole, cut = (gradient(network, way, fixed) for way in ("full", "pieces"))
            found.append(float(whole @ cut))
        batch = draw(BATCH, rng)
        optimizer.zero_grad()
        CUT["full"](network, *batch)
        optimizer.step()
    return found


def run(seed):
    """Accuracy of the first output, and cosines along a training."""
    found = {}
    for name, (lags, method) in JOBS.items():
        networks = [train(lags, method, rate, seed) for rate in RATES]
        losses = [judge(one, lags, np.random.default_rng(1000 + seed))[0] for one in networks]
        best = int(np.argmin(losses))
        found[name] = judge(networks[best], lags, np.random.default_rng(2000 + seed))[1]
        found[f"{name}, rate"] = RATES[best]
    for asked in ("every", "end"):
        found[f"hold, {asked}, cosine"] = cosines(
            lambda n, rng, task=f"hold, {asked}": CUT["draw"](task, n, rng), seed
        )
    found["echo, cosine"] = cosines(lambda n, rng: echo(n, (8,), rng), seed)
    return found


def thin():
    """The lag 8 with a second output for the lag 4, in pieces, at one rate."""
    network = train((8, 4), "pieces", 0.003, 0)
    return {"slice": judge(network, (8, 4), np.random.default_rng(2000))[1]}


if __name__ == "__main__":
    experiment.record(run, seeds=range(5), thin=thin)
