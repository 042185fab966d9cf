"""Adam and AdamW against torch: every option, groups, state and errors."""

import itertools

import numpy as np
import pytest
import torch

import nnlib
from nnlib.optim import Adam, AdamW
from tests.nnlib.optim.test_sgd import descend, leaf, trained

OPTIMIZERS = [(Adam, torch.optim.Adam), (AdamW, torch.optim.AdamW)]
OPTIONS = [
    {},
    *(
        dict(lr=0.05, betas=betas, weight_decay=w, amsgrad=a, maximize=up)
        for betas, w, a, up in itertools.product(
            [(0.9, 0.999), (0.5, 0.6), (0.0, 0.0)], [0.0, 0.1], [False, True], [False, True]
        )
    ),
    dict(lr=0.05, eps=0.1),
    dict(lr=0.0),
]


@pytest.fixture
def arrays(rng):
    return [rng.standard_normal(shape) for shape in ((3, 5), (3,), (7, 5), (7, 3))]


@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize(("ours", "theirs"), OPTIMIZERS, ids=["Adam", "AdamW"])
def test_fifty_steps_are_those_of_torch(ours, theirs, options, arrays):
    got = trained(nnlib, ours, options, arrays)
    expected = trained(torch, theirs, options, arrays)
    for a, b in zip(got, expected, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-10, atol=1e-10, strict=True)


def test_decoupled_decay_is_an_option_of_adam(arrays):
    options = dict(lr=0.05, weight_decay=0.1)
    got = trained(nnlib, Adam, options | dict(decoupled_weight_decay=True), arrays)
    expected = trained(nnlib, AdamW, options, arrays)
    np.testing.assert_array_equal(got[0], expected[0])


def in_groups(L, make, arrays, steps=50):
    """Return two parameters trained in groups with options of their own, changed on the way."""
    W, b, X, t = (L.tensor(a) for a in arrays)
    groups = [dict(params=[W.requires_grad_()], lr=0.1, betas=(0.5, 0.9), amsgrad=True)]
    optimizer = make(groups, lr=0.01, weight_decay=0.1)
    optimizer.add_param_group(dict(params=b.requires_grad_(), weight_decay=0.0))
    for step in range(steps):
        if step == 30:
            optimizer.param_groups[0]["lr"] = 0.001
        optimizer.zero_grad()
        L.nn.functional.mse_loss(L.nn.functional.linear(X, W, b), t).backward()
        optimizer.step()
    return W.detach().numpy(), b.detach().numpy()


@pytest.mark.parametrize(("ours", "theirs"), OPTIMIZERS, ids=["Adam", "AdamW"])
def test_groups_are_those_of_torch(ours, theirs, arrays):
    got, expected = in_groups(nnlib, ours, arrays), in_groups(torch, theirs, arrays)
    for a, b in zip(got, expected, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-10, atol=1e-10, strict=True)


@pytest.mark.parametrize("amsgrad", [False, True])
def test_training_goes_on_from_a_saved_state(amsgrad):
    options = dict(lr=0.05, betas=(0.8, 0.9), amsgrad=amsgrad)
    whole, half = leaf(1.0, -0.5), leaf(1.0, -0.5)
    descend(whole, Adam([whole], **options), 20)
    first = Adam([half], **options)
    descend(half, first, 10)
    state = first.state_dict()
    rest = nnlib.tensor(half.detach(), requires_grad=True)
    second = Adam([rest], lr=1.0)
    second.load_state_dict(state)
    descend(half, first, 3)  # what was loaded is a copy
    descend(rest, second, 10)
    assert rest.tolist() == whole.tolist()


def stepped(L, make, arrays):
    """Return a parameter after one step, and its optimizer."""
    p = L.tensor(arrays[0], requires_grad=True)
    optimizer = make([p], lr=0.1, amsgrad=True)
    (p * p).sum().backward()
    optimizer.step()
    return p, optimizer


@pytest.mark.parametrize(("ours", "theirs"), OPTIMIZERS, ids=["Adam", "AdamW"])
def test_the_state_has_the_form_of_torch(ours, theirs, arrays):
    got = stepped(nnlib, ours, arrays)[1].state_dict()
    expected = stepped(torch, theirs, arrays)[1].state_dict()
    assert got["param_groups"][0].items() <= expected["param_groups"][0].items()
    assert list(got["state"][0]) == list(expected["state"][0])
    for name, value in expected["state"][0].items():
        np.testing.assert_allclose(
            got["state"][0][name].numpy(), value.numpy(), rtol=1e-12, strict=True
        )


def test_a_state_of_torch_as_arrays_can_be_loaded(arrays):
    q, theirs = stepped(torch, torch.optim.Adam, arrays)
    state = theirs.state_dict()
    memory = {name: value.numpy() for name, value in state["state"][0].items()}
    p = nnlib.tensor(q.detach().numpy(), requires_grad=True)
    ours = Adam([p])
    ours.load_state_dict(dict(state | dict(state={0: memory})))
    for x, optimizer in ((p, ours), (q, theirs)):
        optimizer.zero_grad()
        (x**4).sum().backward()
        optimizer.step()
    np.testing.assert_allclose(p.detach().numpy(), q.detach().numpy(), rtol=1e-12)


def test_float32_stays_float32():
    p = nnlib.ones(3, requires_grad=True)
    optimizer = Adam([p], weight_decay=0.1, amsgrad=True)
    (p * p).sum().backward()
    optimizer.step()
    memory = optimizer.state[p]
    assert p.dtype == memory["exp_avg"].dtype == memory["max_exp_avg_sq"].dtype == nnlib.float32


def test_a_step_is_noticed_by_graphs_that_read_the_parameter():
    a = leaf(1.0)
    y = a * a
    a.grad = nnlib.ones(1)
    Adam([a], lr=0.1).step()
    with pytest.raises(RuntimeError, match="changed in place"):
        y.backward()


def test_gradients_are_left_as_they_were():
    a = leaf(1.0)
    optimizer = Adam([a], weight_decay=0.1)
    for _ in range(2):
        a.grad = nnlib.tensor([2.0], dtype=nnlib.float64)
        optimizer.step()
        assert a.grad.tolist() == [2.0]


ERRORS = [
    (dict(lr=-1), "expected lr >= 0, got -1"),
    (dict(eps=-1), "expected eps >= 0, got -1"),
    (dict(weight_decay=-1), "expected weight_decay >= 0, got -1"),
    (dict(betas=(1.0, 0.9)), r"expected betas in \[0, 1\), got 1.0"),
    (dict(betas=(0.9, -0.1)), r"expected betas in \[0, 1\), got -0.1"),
]


@pytest.mark.parametrize(("options", "message"), ERRORS)
@pytest.mark.parametrize(("ours", "theirs"), OPTIMIZERS, ids=["Adam", "AdamW"])
def test_mistakes_are_named(ours, theirs, options, message):
    with pytest.raises(ValueError, match=f"{ours.__name__}: {message}"):
        ours([leaf(1.0)], **options)
    with pytest.raises(ValueError, match="Invalid"):
        theirs([torch.ones(1)], **options)
