"""Three controls for the comparison of two runs: more steps, another momentum, an equal kick.

"0.3" and "0.03, momentum" train with tanh for 1,200 steps instead of 400. "middle" has
momentum 0.5 and learning rate 0.25, which is a long-run rate of 0.5, for 400 steps. "kick" is
the change of the first layer after one switched ReLU derivative in step 20. It is added to a
ReLU and to a tanh network, and so is a random change with the same norm in the row of the same
unit. "leaky" is a leaky ReLU, which also has a corner, and "rounded" is softplus with beta 50,
a ReLU whose corner is rounded.

It takes about a minute. The page frameworks/two-runs uses the results.
"""

import runpy
from pathlib import Path

import numpy as np
import torch

import nnlib
from nnlib import experiment
from nnlib.datasets import fashion_mnist

TOLERANCES = {"norm": {"relative": 0.2}}
parting = runpy.run_path(str(Path(__file__).with_name("parting.py")))
SETTINGS = parting["SETTINGS"]
SETTINGS |= {"0.3": (0.3, 0), "0.03, momentum": (0.03, 0.9), "middle": (0.25, 0.5)}
LONG = ("0.3", "0.03, momentum")
losses, start, make_network = parting["losses"], parting["start"], parting["make_network"]
STEPS, BATCH, PICTURES, AT = 400, 50, 2000, 19

FUNCTIONS = {
    "relu": torch.relu,
    "tanh": torch.tanh,
    "leaky": lambda z: torch.nn.functional.leaky_relu(z, 0.1),
    "rounded": lambda z: torch.nn.functional.softplus(z, 50),
}


def apart(setting, here, steps):
    """The step of the first loss that differs by more than 1e-5, and the largest difference."""
    both = [losses(lib, "float32", "tanh", setting, here, steps) for lib in (nnlib, torch)]
    size = np.abs(both[0] - both[1])
    beyond = np.flatnonzero(size > 1e-5)
    return int(beyond[0]) + 1 if len(beyond) else None, float(f"{size.max():.2e}")


def train(activation, here, switch=False, kick=None, steps=STEPS):
    """The losses of a run and its first layer, perhaps disturbed in one step."""
    images, labels = fashion_mnist()[0]
    images = torch.tensor(images[:PICTURES].reshape(PICTURES, 784))
    labels = torch.tensor(np.int64(labels[:PICTURES]))
    f = FUNCTIONS[activation]
    net = make_network(torch, "relu")  # for its layers
    net.load_state_dict({k: torch.tensor(v) for k, v in here.items()})
    sgd = torch.optim.SGD(net.parameters(), lr=0.1)
    found = []
    for step in range(steps):
        rows = slice(step * BATCH % PICTURES, step * BATCH % PICTURES + BATCH)
        z = net.fc1(images[rows])
        if switch and step == AT:
            on = z > 0
            entry = z.detach().abs().argmin()
            on.view(-1)[entry] = ~on.view(-1)[entry]
            h = z * on
        else:
            h = f(z)
        loss = torch.nn.functional.cross_entropy(net.fc3(f(net.fc2(h))), labels[rows])
        sgd.zero_grad()
        loss.backward()
        sgd.step()
        found.append(loss.item())
        if kick is not None and step == AT:
            with torch.no_grad():
                for parameter, change in zip(net.fc1.parameters(), kick, strict=True):
                    parameter += change
    return np.array(found), [p.detach().clone() for p in net.fc1.parameters()]


def norm(kick):
    """The length of a change of the first layer."""
    return float(torch.cat([part.flatten() for part in kick]).norm())


def run(seed):
    """All controls from one start."""
    torch.set_num_threads(1)
    here = start(seed)
    found = {}
    for setting, steps in [(name, 1200) for name in LONG] + [("middle", STEPS)]:
        found[f"{setting}, first"], found[f"{setting}, most"] = apart(setting, here, steps)
    ends = [train("relu", here, switch, steps=AT + 1)[1] for switch in (True, False)]
    kick = [a - b for a, b in zip(*ends, strict=True)]
    generator = torch.Generator().manual_seed(seed)
    drawn = torch.zeros_like(kick[0])
    row = kick[0].abs().sum(dim=1).argmax()
    drawn[row] = torch.randn(784, generator=generator)
    drawn *= norm(kick) / drawn.norm()
    found["norm"] = norm(kick)
    for activation in FUNCTIONS:
        plain = train(activation, here)[0]
        for name, change in (("kick", kick), ("random", [drawn, torch.zeros(64)])):
            size = np.abs(train(activation, here, kick=change)[0] - plain)
            found[f"{activation}, {name}"] = float(f"{size.max():.2e}")
    return found


def thin():
    """The length of the change that one switched derivative makes, from the first start."""
    ends = [train("relu", start(0), switch, steps=AT + 1)[1] for switch in (True, False)]
    return {"norm": norm([a - b for a, b in zip(*ends, strict=True)])}


if __name__ == "__main__":
    experiment.record(run, seeds=range(5), thin=thin)
