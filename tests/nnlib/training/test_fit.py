"""Training: the same steps as a loop written in torch, and what is measured."""

import numpy as np
import pytest
import torch

import nnlib
import nnlib.nn.functional as F
from nnlib import nn, optim
from nnlib.training import accuracy, fit, loaders, predict

N, D, C = 200, 6, 3


@pytest.fixture
def data(rng):
    """Return three overlapping clusters of points, and their classes."""
    y = rng.integers(0, C, N)
    centres = 1.5 * rng.standard_normal((C, D))
    return centres[y] + rng.standard_normal((N, D)), y


def network(L, hidden=8):
    return L.nn.Sequential(L.nn.Linear(D, hidden), L.nn.ReLU(), L.nn.Linear(hidden, C))


def train(model, X, y, *, loss=F.cross_entropy, lr=0.1, validation=None, **options):
    """Train on arrays by SGD."""
    rng, size = options.pop("rng"), options.pop("batch_size", 50)
    data = loaders(X, y, batch_size=size, validation=validation, rng=rng)
    momentum, decay = options.pop("momentum", 0.0), options.pop("weight_decay", 0.0)
    optimizer = optim.SGD(model.parameters(), lr, momentum, weight_decay=decay)
    return fit(model, data, loss, optimizer, **options)


def torch_losses(model, X, y, order, batch_size, options):
    """Return the losses of the training loop written in torch."""
    optimizer = torch.optim.SGD(model.parameters(), **options)
    losses = []
    for batch in np.split(order, range(batch_size, len(order), batch_size)):
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(model(X[batch]), y[batch])
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def test_twenty_steps_match_a_loop_in_torch(data):
    X, y = data
    torch.manual_seed(0)
    ours, theirs = network(nnlib).double(), network(torch).double()
    ours.load_state_dict({k: v.numpy() for k, v in theirs.state_dict().items()})
    options = dict(lr=0.2, momentum=0.9, weight_decay=0.01)
    rng = np.random.default_rng(3)
    history = train(ours, X, y, epochs=1, batch_size=10, rng=rng, **options)
    order = np.random.default_rng(3).permutation(N)
    expected = torch_losses(theirs, torch.tensor(X), torch.tensor(y), order, 10, options)
    assert len(history.step_loss) == 20
    np.testing.assert_allclose(history.step_loss, expected, rtol=1e-9)
    assert history.step_loss[-1] < history.step_loss[0]


def test_training_learns_and_measures_on_other_data(data, rng):
    X, y = data
    nnlib.manual_seed(0)
    model = network(nnlib)
    before = accuracy(model, X[150:], y[150:])
    history = train(model, X[:150], y[:150], epochs=15, validation=(X[150:], y[150:]), rng=rng)
    assert len(history.step_loss) == 45
    assert len(history.train_loss) == len(history.val_loss) == len(history.val_accuracy) == 15
    assert history.val_loss[-1] < history.val_loss[0]
    assert history.val_accuracy[-1] == accuracy(model, X[150:], y[150:])
    assert history.val_accuracy[-1] > max(before, 0.8)


def test_numbers_are_fitted_with_a_loss_for_numbers(rng):
    X = rng.standard_normal((N, 2))
    y = X @ np.array([[2.0], [-1.0]]) + 0.5
    model = nn.Linear(2, 1, dtype=np.float64)
    history = train(model, X, y, epochs=30, lr=0.1, loss=F.mse_loss, validation=(X, y), rng=rng)
    assert history.val_loss[-1] < 1e-6
    assert history.val_accuracy == []
    np.testing.assert_allclose(model.weight.detach().numpy(), [[2.0, -1.0]], atol=1e-3)


class Modes(nn.Module):
    """A module that stores in which mode it was called, and whether gradients were recorded."""

    def __init__(self):
        super().__init__()
        self.layer, self.modes = nn.Linear(D, C), []

    def forward(self, x):
        y = self.layer(x)
        self.modes.append((self.training, y.requires_grad))
        return y


def test_predicting_is_done_in_eval_mode_without_history_and_restores_the_mode(data):
    X, _ = data
    model = Modes()
    model.layer.eval()
    out = predict(model, X, batch_size=60)
    assert isinstance(out, np.ndarray)
    assert out.shape == (N, C)
    assert model.modes == [(False, False)] * 4
    assert model.training
    assert not model.layer.training
    whole = model(nnlib.tensor(X.astype("f4"))).detach().numpy()
    np.testing.assert_allclose(out, whole, rtol=1e-5, atol=1e-6)
