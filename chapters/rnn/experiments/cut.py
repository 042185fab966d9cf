"""What is lost if errors are sent back five steps only?

Hold: the first of 20 steps shows a sign, and the question comes at every step, at the end, or
from step 6 on. Echo: the answer is the sign of L steps ago. The gradient is full, cut after 5
steps, or computed in pieces of 5 steps whose state is carried on or set to 0, or trains the
output weights only. The rate is chosen on validation sequences.

It takes about 27 minutes. The page rnn/bptt uses the results.
"""

from functools import partial

import numpy as np

import nnlib
from nnlib import experiment, nn, optim

STEPS, CUT, HIDDEN, BATCH, UPDATES = 20, 5, 20, 50, 400
RATES = (0.001, 0.003, 0.01, 0.03)
LAGS = (4, 5, 6)
ASKED = {"end": range(19, 20), "every": range(20), "later": range(5, 20)}
TOLERANCES = {"slice": {"absolute": 0.1}}


def hold(n, asked, rng):
    """Return inputs, targets and the weight of each step's error."""
    x, sign = np.zeros((STEPS, n, 2)), rng.choice([-1.0, 1.0], size=n)
    x[0, :, 0] = sign
    x[1:, :, 1] = rng.normal(size=(STEPS - 1, n))
    weight = np.zeros((STEPS, 1, 1))
    weight[ASKED[asked]] = 1 / len(ASKED[asked])
    return x, np.tile(sign[:, None], (STEPS, 1, 1)), weight


def echo(n, lag, rng):
    """Return the same for the sign of `lag` steps ago."""
    x = rng.choice([-1.0, 1.0], size=(STEPS, n, 1))
    weight = np.zeros((STEPS, 1, 1))
    weight[lag:] = 1 / (STEPS - lag)
    return x, np.roll(x, lag, axis=0), weight


def draw(task, n, rng):
    """Return a batch of a task, such as "hold, end" or "echo, 6", in single precision."""
    name, detail = task.split(", ")
    made = hold(n, detail, rng) if name == "hold" else echo(n, int(detail), rng)
    return [part.astype(np.float32) for part in made]


class Network(nn.Module):
    """A recurrent layer, and one output that is read from its state."""

    def __init__(self, inputs):
        super().__init__()
        self.rnn = nn.RNN(inputs, HIDDEN)
        self.out = nn.Linear(HIDDEN, 1)


def penalty(outputs, y, weight):
    """Return the weighted sum of squared errors over the steps, a mean over the batch."""
    errors = outputs - nnlib.tensor(y)
    return (nnlib.tensor(weight) * errors**2).sum() / y.shape[1]


def full(network, x, y, weight):
    """Send every error back to the first step."""
    states, _ = network.rnn(nnlib.tensor(x))
    penalty(network.out(states), y, weight).backward()


def pieces(network, x, y, weight, carry=True, after=None):
    """Send errors back within pieces; the state is carried on as a constant, or set to 0."""
    h = None
    for a in range(0, STEPS, CUT):
        now = slice(a, a + CUT)
        states, h = network.rnn(nnlib.tensor(x[now]), h)
        h = h.detach() if carry else None
        if weight[now].any():
            penalty(network.out(states), y[now], weight[now]).backward()
            if after:
                after()


def paths(network, x, y, weight):
    """Send each error back through the last CUT steps before it."""
    early = slice(0, CUT)
    if weight[early].any():
        full(network, x[early], y[early], weight[early])
    late = [t for t in range(CUT, STEPS) if weight[t]]
    with nnlib.no_grad():
        states = network.rnn(nnlib.tensor(x))[0].numpy()
    start = np.stack([states[t - CUT] for t in late])  # (errors, N, HIDDEN), constants
    windows = np.stack([x[t - CUT + 1 : t + 1] for t in late], axis=1)
    start, windows = start.reshape(1, -1, HIDDEN), windows.reshape(CUT, -1, x.shape[2])
    last = network.rnn(nnlib.tensor(windows), nnlib.tensor(start))[1]
    outputs = network.out(last).reshape(len(late), -1, 1)
    penalty(outputs, y[late], weight[late]).backward()


METHODS = {
    "full": full,
    "paths": paths,
    "pieces": pieces,
    "reset": partial(pieces, carry=False),
    "readout": full,
}


def judge(network, task, rng, n=1000):
    """Return the loss on new sequences, and the share of right signs: hold's at the end."""
    x, y, weight = draw(task, n, rng)
    with nnlib.no_grad():
        outputs = network.out(network.rnn(nnlib.tensor(x))[0])
        loss = penalty(outputs, y, weight).item()
    counted = [STEPS - 1] if task.startswith("hold") else np.flatnonzero(weight)
    right = np.sign(outputs.numpy()[counted]) == y[counted]
    return loss, float(right.mean())


def train(task, method, rate, seed, updates=UPDATES):
    """Return a trained network."""
    nnlib.manual_seed(seed)
    rng = np.random.default_rng(seed)
    network = Network(2 if task.startswith("hold") else 1)
    parameters = network.out.parameters() if method == "readout" else network.parameters()
    optimizer = optim.Adam(list(parameters), lr=rate)
    for _ in range(updates):
        x, y, weight = draw(task, BATCH, rng)
        optimizer.zero_grad()
        METHODS[method](network, x, y, weight)
        optimizer.step()
    return network


def chosen(task, method, seed, **options):
    """Return the test accuracy of the rate that is best in validation, and the rate."""
    networks = [train(task, method, rate, seed, **options) for rate in RATES]
    losses = [judge(one, task, np.random.default_rng(1000 + seed))[0] for one in networks]
    best = int(np.nanargmin(losses))
    return judge(networks[best], task, np.random.default_rng(2000 + seed))[1], RATES[best]


def run(seed):
    """Share of right signs for each task and contender, and the rates."""
    three = ("full", "paths", "pieces")
    jobs = [("hold, every", one) for one in METHODS]
    jobs += [("hold, end", one) for one in three]
    jobs += [("hold, later", one) for one in ("paths", "pieces")]
    jobs += [(f"echo, {lag}", one) for lag in LAGS for one in three]
    jobs += [("echo, 4", one) for one in ("reset", "readout")]
    found = {}
    for task, method in jobs:
        name = f"{task}, {method}"
        found[name], found[f"{name}, rate"] = chosen(task, method, seed)
    return found


def thin():
    """Hold with a cut of 5 and a question at every step, after 200 updates."""
    network = train("hold, every", "paths", 0.01, 0, updates=200)
    return {"slice": judge(network, "hold, every", np.random.default_rng(2000))[1]}


if __name__ == "__main__":
    experiment.record(run, seeds=range(5), thin=thin)
