"""Which default makes the Keras network worse than the PyTorch network after one epoch?

The network is linear, batch normalisation, ReLU, linear, trained by Adam on 4,000 images in
batches of 100. The libraries differ in the initial weights, Adam's epsilon, and epsilon and
momentum of batch normalisation. Each variant changes one of them in Keras to PyTorch's value.
In "recomputed", the running averages are computed from the training images after each epoch.
All variants of a seed see the same batches; one variant has batches of 32.

It takes about 12 minutes. The page frameworks/keras uses the results.
"""

import os
import tempfile

os.environ["KERAS_BACKEND"] = "torch"
os.environ.setdefault("KERAS_HOME", tempfile.mkdtemp())

import keras
import numpy as np
import torch
from torch import nn

from nnlib import experiment
from nnlib.datasets import fashion_mnist

SAMPLES, BATCH, PASSES, FREE = 4000, 100, 8, 32
AS_TORCH = {
    "Keras": {},
    "start": {"start"},
    "Adam epsilon": {"Adam epsilon"},
    "BatchNorm epsilon": {"BatchNorm epsilon"},
    "BatchNorm momentum": {"BatchNorm momentum"},
    "all four": {"start", "Adam epsilon", "BatchNorm epsilon", "BatchNorm momentum"},
}
FREE_NAMES = ("Keras", "start", "BatchNorm momentum", "PyTorch")
TOLERANCES = {"Keras": {"absolute": 0.06}, "BatchNorm momentum": {"absolute": 0.03}}
(TRAIN, TEST) = fashion_mnist()


def torch_network(seed):
    """The network in PyTorch, with its defaults."""
    torch.manual_seed(seed)
    return nn.Sequential(
        nn.Linear(784, 128), nn.BatchNorm1d(128), nn.ReLU(), nn.Linear(128, 10)
    )


def keras_network(seed, changed, normalized=True, hidden=True):
    """The network in Keras, with some of its defaults changed to PyTorch's."""
    keras.utils.set_random_seed(seed)
    norm = {}
    if "BatchNorm epsilon" in changed:
        norm["epsilon"] = 1e-5
    if "BatchNorm momentum" in changed:
        norm["momentum"] = 0.9
    layers = [keras.layers.Dense(128)] if hidden else []
    layers += [keras.layers.BatchNormalization(**norm)] if hidden and normalized else []
    layers += [keras.layers.ReLU()] if hidden else []
    net = keras.Sequential([keras.Input((784,)), *layers, keras.layers.Dense(10)])
    if "start" in changed:
        first, _, _, last = torch_network(seed)
        for layer, drawn in ((net.layers[0], first), (net.layers[-1], last)):
            layer.set_weights([drawn.weight.detach().numpy().T, drawn.bias.detach().numpy()])
    net.compile(
        optimizer=keras.optimizers.Adam(epsilon=1e-8 if "Adam epsilon" in changed else 1e-7),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    return net


def passes(seed, batch, count):
    """The training images in a new order for each epoch."""
    rng = np.random.default_rng([seed, 2])
    rows = rng.permutation(len(TRAIN.X))[:SAMPLES]
    for _ in range(count):
        order = rng.permutation(rows)
        yield np.float32(TRAIN.X[order]), TRAIN.y[order].astype(np.int64)


def accuracy(scores):
    """The fraction of the test images that the scores classify correctly."""
    return float((np.asarray(scores).argmax(axis=1) == TEST.y).mean())


def judged(net):
    """The test accuracy of a Keras network."""
    return accuracy(net(np.float32(TEST.X), training=False).detach().numpy())


def recomputed(net, X):
    """The test accuracy with running averages computed from all training images."""
    dense, norm = net.layers[:2]
    kept = norm.get_weights()
    Z = dense(X).detach().numpy()
    norm.set_weights([*kept[:2], Z.mean(axis=0), Z.var(axis=0)])
    score = judged(net)
    norm.set_weights(kept)
    return score


def with_keras(net, seed, batch, count, again=None):
    """Test accuracies after each epoch, and those with recomputed statistics."""
    accuracies, other = [], []
    for X, y in passes(seed, batch, count):
        net.fit(X, y, batch_size=batch, shuffle=False, verbose=0)
        accuracies.append(judged(net))
        if again:
            other.append(again(net, X))
    return accuracies, other


def with_torch(seed, batch, count):
    """Test accuracies of the PyTorch network after each epoch."""
    net, accuracies = torch_network(seed), []
    adam = torch.optim.Adam(net.parameters())
    for X, y in passes(seed, batch, count):
        net.train()
        for X_batch, y_batch in zip(
            torch.tensor(X).split(batch), torch.tensor(y).split(batch), strict=True
        ):
            adam.zero_grad()
            nn.functional.cross_entropy(net(X_batch), y_batch).backward()
            adam.step()
        net.eval()
        with torch.no_grad():
            accuracies.append(accuracy(net(torch.tensor(np.float32(TEST.X)))))
    return accuracies


def run(seed):
    """Test accuracies of all contenders after each epoch."""
    curves = {}
    for name, changed in AS_TORCH.items():
        again = recomputed if name == "Keras" else None
        net = keras_network(seed, changed)
        curves[name], other = with_keras(net, seed, BATCH, PASSES, again)
        if again:
            curves["recomputed"] = other
    curves["PyTorch"] = with_torch(seed, BATCH, PASSES)
    plain = keras_network(seed, {}, normalized=False)
    curves["no BatchNorm"], _ = with_keras(plain, seed, BATCH, PASSES)
    curves["linear"], _ = with_keras(keras_network(seed, {}, hidden=False), seed, BATCH, PASSES)
    for name in FREE_NAMES:
        curves[f"free {name}"] = (
            with_torch(seed, FREE, 3)
            if name == "PyTorch"
            else with_keras(keras_network(seed, AS_TORCH[name]), seed, FREE, 3)[0]
        )
    return curves


def thin():
    """One epoch of seed 1, with Keras's momentum and with PyTorch's."""
    return {
        name: with_keras(keras_network(1, AS_TORCH[name]), 1, BATCH, 1)[0][0]
        for name in TOLERANCES
    }


if __name__ == "__main__":
    torch.set_num_threads(1)
    experiment.record(run, seeds=range(1, 11), thin=thin)
