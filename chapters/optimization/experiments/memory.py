"""How do plain descent, momentum and Nesterov compare at the same effective rate?

The effective rate is the learning rate divided by 1 - momentum. Batches have 10 or 1,000
images.

It takes about 3 minutes. The page optimization/momentum uses the results.
"""

import numpy as np

import nnlib
from nnlib import experiment, nn, optim
from nnlib.datasets import fashion_mnist
from nnlib.nn import functional as F

HIDDEN, STEPS = 50, 400
BATCHES = (10, 1000)
EFFECTIVE = (0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)  # learning rate / (1 - momentum)
CONTENDERS = {  # momentum, and whether it is Nesterov's
    "plain": (0.0, False),
    "momentum 0.9": (0.9, False),
    "Nesterov 0.9": (0.9, True),
    "momentum 0.98": (0.98, False),
}
TOLERANCES = {"loss": {"relative": 0.05}}
(TRAIN, TEST) = fashion_mnist()


def network(seed):
    """784 inputs, 50 ReLU units, 10 scores; the same start for every contender."""
    rng, modules = np.random.default_rng(seed), []
    for inputs, outputs in ((784, HIDDEN), (HIDDEN, 10)):
        layer = nn.Linear(inputs, outputs)
        weights = rng.normal(size=(outputs, inputs)) * np.sqrt(2 / inputs)
        with nnlib.no_grad():
            layer.weight.copy_(nnlib.tensor(np.float32(weights)))
            layer.bias.zero_()
        modules += [layer, nn.ReLU()]
    return nn.Sequential(*modules[:-1])


def prepared(X):
    """Pixels with mean 0 and standard deviation 1, over all training pictures together."""
    return np.float32((X - TRAIN.X.mean()) / TRAIN.X.std())


def train(net, optimizer, batch, seed, steps=STEPS):
    """Steps on random batches at a constant rate; the losses of the batches."""
    rng, X, losses = np.random.default_rng(seed), prepared(TRAIN.X), []
    for _ in range(steps):
        rows = rng.integers(len(X), size=batch)
        loss = F.cross_entropy(net(nnlib.tensor(X[rows])), nnlib.tensor(TRAIN.y[rows]))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        if not np.isfinite(loss.item()):
            break  # the rate is too large
    return losses


def judged(net):
    """Training loss over all training pictures, and accuracy on the test pictures."""
    with nnlib.no_grad():
        scores = net(nnlib.tensor(prepared(TRAIN.X)))
        loss = F.cross_entropy(scores, nnlib.tensor(TRAIN.y)).item()
        right = net(nnlib.tensor(prepared(TEST.X))).numpy().argmax(axis=1) == TEST.y
    return (loss if np.isfinite(loss) else 1e9), float(right.mean())


def optimizer_of(net, name, effective):
    """An optimiser with this effective rate."""
    momentum, nesterov = CONTENDERS[name]
    lr = effective * (1 - momentum)
    return optim.SGD(net.parameters(), lr=lr, momentum=momentum, nesterov=nesterov)


def run(seed):
    """Loss and accuracy by batch size, contender and effective rate."""
    found = {}
    for batch in BATCHES:
        for name in CONTENDERS:
            ends = []
            for effective in EFFECTIVE:
                net = network(seed)
                train(net, optimizer_of(net, name, effective), batch, seed)
                ends.append(judged(net))
            loss, right = np.transpose(ends)
            found[f"{batch} {name}"] = {"loss": np.round(loss, 4), "test": right}
    return found


def thin():
    """The mean loss of the last of 60 steps with momentum, batches of 10."""
    net = network(0)
    losses = train(net, optimizer_of(net, "momentum 0.9", 0.1), 10, 0, 60)
    return {"loss": float(np.mean(losses[-30:]))}


if __name__ == "__main__":
    np.seterr(all="ignore")  # a rate that is too large overflows, which is a result here
    experiment.record(run, seeds=range(5), thin=thin)
