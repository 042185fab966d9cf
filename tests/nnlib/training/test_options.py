"""Training's options: each does what the loop written by hand would do."""

import numpy as np
import pytest

import nnlib
import nnlib.nn.functional as F
from nnlib import nn, optim
from nnlib.nn.utils import get_total_norm
from nnlib.training import (
    accuracy,
    evaluate,
    fit,
    gradient_check,
    loaders,
    overfit_one_batch,
    predict,
)
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
    found = loaders(
        *data, batch_size=20, validation=validation, rng=np.random.default_rng(seed)
    )
    optimizer = kind(model.parameters(), lr=lr)
    if "scheduler" in options:
        options["scheduler"] = options["scheduler"](optimizer)
    return fit(model, found, F.cross_entropy, optimizer, epochs=epochs, **options)


def test_a_schedule_moves_after_each_epoch_or_each_step(data):
    def halved(optimizer):
        return optim.lr_scheduler.ExponentialLR(optimizer, 0.5)

    by_epoch = run(network(), data, lr=0.8, scheduler=halved)
    np.testing.assert_allclose(by_epoch.lr, np.repeat([0.8, 0.4, 0.2], 3))
    by_step = run(network(), data, lr=0.8, scheduler=halved, schedule="step", epochs=1)
    np.testing.assert_allclose(by_step.lr, [0.8, 0.4, 0.2])


def test_a_plateau_is_told_what_is_monitored(data):
    def patient(optimizer):
        return optim.lr_scheduler.ReduceLROnPlateau(optimizer, factor=0.1, patience=0)

    history = run(network(), data, lr=1e-12, epochs=3, scheduler=patient, validation=data)
    assert history.lr[0] == 1e-12  # too small to matter, so eps keeps the rate
    history = run(network(), data, lr=30.0, epochs=8, scheduler=patient, validation=data)
    falls = np.flatnonzero(np.diff(history.lr[::3]) < 0) + 1  # the epochs that begin lower
    better = np.diff(np.minimum.accumulate(history.val_loss)) < 0
    np.testing.assert_array_equal(falls, np.flatnonzero(~better)[: len(falls)] + 2)
    assert len(falls)


def test_gradients_are_clipped_and_their_norm_is_that_before(data):
    model, seen = network(), []
    before = [p.array.copy() for p in model.parameters()]
    X, y = data
    value = F.cross_entropy(model(nnlib.tensor(X)), nnlib.tensor(y))
    value.backward()
    norm = get_total_norm([p.grad for p in model.parameters()]).item()
    sgd = optim.SGD(model.parameters(), lr=1.0)
    options = dict(epochs=1, clip_norm=norm / 4, grad_norm=True)
    history = fit(model, [(X, y)], F.cross_entropy, sgd, **options)
    moved = [p.array - b for p, b in zip(model.parameters(), before, strict=True)]
    assert history.grad_norm == [pytest.approx(norm)]
    assert np.sqrt(sum((m**2).sum() for m in moved)) == pytest.approx(norm / 4, rel=1e-4)
    assert seen == []


def test_training_stops_when_patience_is_over_and_keeps_the_best(data, rng):
    wrong = data[0], rng.integers(0, C, N)  # what is learned does not help with these
    model = network(hidden=64)
    best = []
    history = run(
        model,
        data,
        lr=0.5,
        epochs=50,
        validation=wrong,
        patience=3,
        keep_best=True,
        after_epoch=lambda m, h: best.append(m.state_dict()["0.weight"].array.copy()),
    )
    k = int(np.argmin(history.val_loss))
    assert history.best_epoch == k + 1
    assert len(history) == k + 1 + 3 < 50
    assert history.stopped == f"no better val_loss in 3 epochs after epoch {k + 1}"
    np.testing.assert_array_equal(model[0].weight.array, best[k])
    assert history.stopped in repr(history)


def test_metrics_of_ones_own_are_means_over_examples(data):
    def mistakes(output, y):
        return np.mean(output.argmax(1) != y)

    history = run(network(), data, validation=data, metrics={"mistakes": mistakes})
    np.testing.assert_allclose(history["mistakes"], 1 - np.array(history.val_accuracy))
    assert "mistakes" in repr(history)
    with pytest.raises(KeyError, match=r"no 'nothing'; there are train_loss, val_loss"):
        history["nothing"]


def test_measuring_weighs_batches_by_their_examples(data):
    X, y = data
    model = network()
    parts = [(X[:50], y[:50]), (X[50:], y[50:])]
    whole = evaluate(model, [(X, y)], F.cross_entropy)
    assert evaluate(model, parts, F.cross_entropy) == pytest.approx(whole)
    assert whole["accuracy"] == np.mean(predict(model, X).argmax(1) == y)
    with pytest.raises(ValueError, match=r"^evaluate: expected at least one example"):
        evaluate(model, [], F.cross_entropy)


def test_a_loss_that_is_no_number_ends_the_training_and_says_where(data):
    history = run(nn.Linear(D, C), (1e30 * data[0], data[1]), lr=1e30, epochs=5)
    assert len(history.step_loss) < 15
    assert not np.isfinite(history.step_loss[-1])
    step = len(history.step_loss)
    assert f"epoch {(step - 1) // 3 + 1}, step {step}; is the learning" in history.stopped


SGD = lambda model: optim.SGD(model.parameters(), lr=0.1)  # noqa: E731


def test_options_out_of_range_are_refused_by_name(data):
    for options in (
        dict(epochs=0),
        dict(patience=0),
        dict(min_delta=-1.0),
        dict(schedule="week"),
        dict(monitor="val_loss"),
        dict(mode="down"),
        dict(checkpoint_every=0),
    ):
        (option,) = options
        with naming(options), pytest.raises(ValueError, match=f"^fit: expected {option}"):
            run(network(), data, **options)
    for option in ("epochs", "patience", "checkpoint_every", "clip_norm"):
        for wrong in ("two", [1], 1j):
            with naming(option, wrong), pytest.raises(TypeError, match=option):
                run(network(), data, **{option: wrong})


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
        (lambda: overfit_one_batch(model, data, loss, sgd, steps=0), ValueError),
        (lambda: gradient_check(nn.ReLU(), data, loss), ValueError),
        (lambda: gradient_check(model, data, loss, samples=0), ValueError),
    ]
    assert_refused(calls)
