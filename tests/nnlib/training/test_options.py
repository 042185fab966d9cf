"""Training's options: each does what the loop written by hand would do."""

import numpy as np
import pytest

import nnlib
import nnlib.nn.functional as F
from nnlib import nn, optim
from nnlib.training import accuracy, fit, gradient_check, loaders, predict
from nnlib.training.evaluation import evaluate
from tests.nnlib.harness import assert_refused, naming

N, D, C = 60, 4, 3


@pytest.fixture
def data(rng):
    y = rng.integers(0, C, N)
    return (3 * rng.standard_normal((C, D))[y] + rng.standard_normal((N, D))), y


def network(seed=0, hidden=8):
    nnlib.manual_seed(seed)
    layers = nn.Linear(D, hidden), nn.BatchNorm1d(hidden), nn.Tanh(), nn.Linear(hidden, C)
    return nn.Sequential(*layers).double()


def run(model, data, *, lr=0.1, epochs=3, seed=0, validation=None, kind=optim.SGD, **options):
    result = loaders(
        *data, batch_size=20, validation=validation, rng=np.random.default_rng(seed)
    )
    optimizer = kind(model.parameters(), lr=lr)
    if "scheduler" in options:
        options["scheduler"] = options["scheduler"](optimizer)
    return fit(model, result, F.cross_entropy, optimizer, epochs=epochs, **options)


def test_a_schedule_moves_after_each_epoch(data):
    def halved(optimizer):
        return optim.lr_scheduler.ExponentialLR(optimizer, 0.5)

    history = run(network(), data, lr=0.8, scheduler=halved)
    np.testing.assert_allclose(history.lr, np.repeat([0.8, 0.4, 0.2], 3))


def test_a_plateau_gets_the_loss_of_the_epoch(data):
    def patient(optimizer):
        return optim.lr_scheduler.ReduceLROnPlateau(optimizer, factor=0.1, patience=0)

    history = run(network(), data, lr=30.0, epochs=8, scheduler=patient, validation=data)
    falls = np.flatnonzero(np.diff(history.lr[::3]) < 0) + 1  # the epochs that begin lower
    better = np.diff(np.minimum.accumulate(history.val_loss)) < 0
    np.testing.assert_array_equal(falls, np.flatnonzero(~better)[: len(falls)] + 2)
    assert len(falls)


def test_training_stops_when_patience_is_over_and_keeps_the_best(data, rng):
    wrong = data[0], rng.integers(0, C, N)  # what is learned does not help with these
    model = network(hidden=64)
    best = []
    options = dict(lr=0.5, epochs=50, validation=wrong, patience=3, keep_best=True)
    options["after_epoch"] = lambda m, h: best.append(m.state_dict()["0.weight"].array.copy())
    history = run(model, data, **options)
    k = int(np.argmin(history.val_loss))
    assert history.best_epoch == k + 1
    assert len(history) == k + 1 + 3 < 50
    assert history.stopped in repr(history)
    np.testing.assert_array_equal(model[0].weight.array, best[k])


def test_measuring_weighs_batches_by_their_examples(data):
    X, y = data
    model = network()
    parts = [(X[:50], y[:50]), (X[50:], y[50:])]
    whole = evaluate(model, [(X, y)], F.cross_entropy)
    assert evaluate(model, parts, F.cross_entropy) == pytest.approx(whole)
    assert whole["accuracy"] == np.mean(predict(model, X).argmax(1) == y)
    with pytest.raises(ValueError, match=r"^evaluate: expected at least one example"):
        evaluate(model, [], F.cross_entropy)


def test_a_loss_that_is_not_finite_ends_the_training_and_says_where(data):
    history = run(nn.Linear(D, C), (1e30 * data[0], data[1]), lr=1e30, epochs=5)
    assert len(history.step_loss) < 15
    assert not np.isfinite(history.step_loss[-1])
    step = len(history.step_loss)
    assert f"epoch {(step - 1) // 3 + 1}, step {step}; is the learning" in history.stopped


def test_options_out_of_range_are_refused_by_name(data):
    for option in ("epochs", "patience"):
        with naming(option), pytest.raises(ValueError, match=f"^fit: expected {option}"):
            run(network(), data, **{option: 0})
        with naming(option), pytest.raises(TypeError, match=option):
            run(network(), data, **{option: "two"})


def test_parts_that_do_not_belong_together_are_refused(data):
    model, loss, X = network(), F.cross_entropy, data[0]
    sgd = optim.SGD(model.parameters(), lr=0.1)
    other = optim.SGD(network().parameters(), lr=0.1)
    rng = np.random.default_rng(0)
    calls = [
        (lambda: fit("text", [], loss, sgd, epochs=1), TypeError),
        (lambda: fit(model, [], None, sgd, epochs=1), TypeError),
        (lambda: fit(model, [], loss, {}, epochs=1), TypeError),
        (lambda: fit(model, [], loss, other, epochs=1), ValueError),
        (lambda: fit(model, None, loss, sgd, epochs=1), TypeError),
        (lambda: fit(model, "text", loss, sgd, epochs=1), TypeError),
        (lambda: fit(model, ([], [], []), loss, sgd, epochs=1), ValueError),
        (lambda: fit(model, [X], loss, sgd, epochs=1), TypeError),
        (lambda: fit(model, [], loss, sgd, epochs=1), ValueError),
        (lambda: loaders(X[:5], data[1][:4], rng=rng), ValueError),
        (lambda: loaders(X[:0], data[1][:0], rng=rng), ValueError),
        (lambda: loaders(*data, batch_size=0, rng=rng), ValueError),
        (lambda: accuracy(model, X[:5], data[1][:4]), ValueError),
        (lambda: predict(model, "text"), TypeError),
        (lambda: predict(None, X), TypeError),
        (lambda: gradient_check(nn.ReLU(), data, loss), ValueError),
        (lambda: gradient_check(model, data, loss, samples=0), ValueError),
    ]
    assert_refused(calls)
    with pytest.raises(TypeError, match="expected y to be integers, got float64"):
        accuracy(model, X, data[1].astype(float))
