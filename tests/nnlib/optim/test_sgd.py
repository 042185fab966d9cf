"""SGD against torch, groups, state and errors."""

import itertools

import numpy as np
import pytest
import torch

import nnlib
from nnlib.optim import SGD, Optimizer

OPTIONS = [
    dict(lr=0.1),
    *(
        dict(lr=0.05, momentum=m, dampening=d, weight_decay=w, maximize=up)
        for m, d, w, up in itertools.product([0.0, 0.9], [0.0, 0.3], [0.0, 0.01], [False, True])
    ),
    dict(lr=0.05, momentum=0.9, nesterov=True),
    dict(lr=0.05, momentum=0.9, nesterov=True, weight_decay=0.01, maximize=True),
]


def loss_of(L, w, b, X, t):
    return L.nn.functional.mse_loss(L.tanh(L.nn.functional.linear(X, w, b)), t)


def trained(L, make, options, arrays, steps=50):
    """Return the parameters after some steps."""
    W, b, X, t = (L.tensor(a) for a in arrays)
    W.requires_grad_()
    b.requires_grad_()
    optimizer = make([W, b], **options)
    for _ in range(steps):
        optimizer.zero_grad()
        loss_of(L, W, b, X, t).backward()
        optimizer.step()
    return W.detach().numpy(), b.detach().numpy()


@pytest.fixture
def arrays(rng):
    return [rng.standard_normal(shape) for shape in ((3, 5), (3,), (7, 5), (7, 3))]


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_fifty_steps_are_those_of_torch(options, arrays):
    got = trained(nnlib, SGD, options, arrays)
    expected = trained(torch, torch.optim.SGD, options, arrays)
    for a, b in zip(got, expected, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-10, atol=1e-10, strict=True)


def leaf(*values):
    return nnlib.tensor(list(values), dtype=nnlib.float64, requires_grad=True)


def test_groups_have_their_own_options():
    a, b = leaf(1.0), leaf(1.0)
    optimizer = SGD([dict(params=[a], lr=0.5), dict(params=b)], lr=0.1)
    (a + b).backward()
    optimizer.step()
    assert (a.item(), b.item()) == (0.5, 0.9)
    optimizer.param_groups[1]["lr"] = 0.2
    optimizer.step()
    assert (a.item(), b.item()) == (0.0, pytest.approx(0.7))


def test_parameters_without_gradient_stay():
    a, b = leaf(1.0), leaf(1.0)
    (a * 2).backward()
    SGD([a, b], lr=0.1).step()
    assert (a.item(), b.item()) == (0.8, 1.0)


def test_gradients_are_left_as_they_were():
    a = leaf(1.0)
    optimizer = SGD([a], lr=0.1, momentum=0.9, weight_decay=0.1)
    for _ in range(2):
        a.grad = nnlib.tensor([2.0], dtype=nnlib.float64)
        optimizer.step()
        assert a.grad.tolist() == [2.0]


def test_a_step_is_noticed_by_graphs_that_read_the_parameter():
    a = leaf(1.0)
    y = a * a
    a.grad = nnlib.ones(1)
    SGD([a], lr=0.1).step()
    with pytest.raises(RuntimeError, match="changed in place"):
        y.backward()


def test_a_closure_computes_the_loss_even_without_grad():
    a = leaf(1.0)
    optimizer = SGD([a], lr=0.1)

    def closure():
        optimizer.zero_grad()
        loss = (a * a).sum()
        loss.backward()
        return loss

    with nnlib.no_grad():
        assert optimizer.step(closure).item() == 1.0
    assert a.item() == 0.8


def test_gradients_are_forgotten_or_set_to_zero():
    a = leaf(1.0)
    (a * 2).backward()
    optimizer = SGD([a])
    optimizer.zero_grad(set_to_none=False)
    assert a.grad.tolist() == [0.0]
    optimizer.zero_grad()
    assert a.grad is None


def descend(p, optimizer, steps):
    for _ in range(steps):
        optimizer.zero_grad()
        (p**4).sum().backward()
        optimizer.step()


def test_training_goes_on_from_a_saved_state():
    options = dict(lr=0.05, momentum=0.9, dampening=0.1)
    whole, half = leaf(1.0, -0.5), leaf(1.0, -0.5)
    descend(whole, SGD([whole], **options), 20)
    first = SGD([half], **options)
    descend(half, first, 10)
    state = first.state_dict()
    rest = nnlib.tensor(half.detach(), requires_grad=True)
    second = SGD([rest], lr=1.0)
    second.load_state_dict(state)
    descend(half, first, 3)  # what was loaded is a copy
    descend(rest, second, 10)
    assert rest.tolist() == whole.tolist()


def test_the_state_has_the_form_of_torch(arrays):
    states = []
    for L, make in ((nnlib, SGD), (torch, torch.optim.SGD)):
        p = L.tensor(arrays[0], requires_grad=True)
        optimizer = make([p], lr=0.1, momentum=0.9)
        (p * p).sum().backward()
        optimizer.step()
        states.append(optimizer.state_dict())
    ours, theirs = states
    assert ours["param_groups"][0].items() <= theirs["param_groups"][0].items()
    np.testing.assert_array_equal(
        ours["state"][0]["momentum_buffer"].numpy(),
        theirs["state"][0]["momentum_buffer"].numpy(),
    )


def test_an_optimizer_prints_its_options_as_torch_does():
    a, b = leaf(1.0), leaf(2.0)
    ours = repr(SGD([dict(params=[a], momentum=0.9), dict(params=[b])], lr=0.1))
    p, q = torch.ones(1), torch.ones(1)
    theirs = repr(torch.optim.SGD([dict(params=[p], momentum=0.9), dict(params=[q])], lr=0.1))
    own = ("differentiable",)
    kept = [line for line in theirs.splitlines() if not line.strip().startswith(own)]
    assert ours.splitlines() == kept


ERRORS = [
    (lambda: SGD([leaf(1.0)], lr=-1), ValueError, "SGD: expected lr >= 0, got -1"),
    (lambda: SGD([leaf(1.0)], momentum=-1), ValueError, "expected momentum >= 0"),
    (lambda: SGD([leaf(1.0)], weight_decay=-1), ValueError, "expected weight_decay >= 0"),
    (lambda: SGD([leaf(1.0)], nesterov=True), ValueError, "nesterov expects momentum > 0"),
    (lambda: SGD([]), ValueError, "expected at least one parameter, got none"),
    (lambda: SGD(leaf(1.0)), TypeError, "expected an iterable of Tensors, got one Tensor"),
    (lambda: SGD([1.0]), TypeError, "expected Tensors, got float"),
    (lambda: SGD([leaf(1.0) * 2]), ValueError, "expected leaves"),
    (lambda: SGD([dict(params={leaf(1.0)})]), TypeError, "in an order, got a set"),
    (lambda: SGD([leaf(1.0)]).add_param_group([leaf(1.0)]), TypeError, "a dict, got list"),
    (lambda: SGD([leaf(1.0)], lr=float("nan")), ValueError, "expected lr >= 0, got nan"),
]


@pytest.mark.parametrize(("f", "error", "message"), ERRORS)
def test_mistakes_are_named(f, error, message):
    with pytest.raises(error, match=message):
        f()


def test_a_parameter_stands_in_one_group():
    a = leaf(1.0)
    with pytest.raises(ValueError, match="expected each parameter once"):
        SGD([dict(params=[a]), dict(params=[a])])
    with pytest.raises(ValueError, match="expected each parameter once"):
        SGD([a, a])


def test_a_state_of_other_groups_is_refused():
    other = SGD([leaf(1.0), leaf(2.0)]).state_dict()
    with pytest.raises(ValueError, match=r"expected groups of \[1\] parameters, got \[2\]"):
        SGD([leaf(1.0)]).load_state_dict(other)


def test_an_optimizer_without_update_says_so():
    a = leaf(1.0)
    a.grad = nnlib.ones(1)
    with pytest.raises(NotImplementedError, match=r"Optimizer: define update\(\)"):
        Optimizer([a], {}).step()
