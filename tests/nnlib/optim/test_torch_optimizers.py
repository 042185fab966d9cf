"""Every optimiser that torch has too: options, groups, closures, saved states, errors."""

import itertools

import numpy as np
import pytest
import torch

import nnlib
from nnlib import optim
from tests.nnlib.optim.test_sgd import leaf, loss_of, trained


def product(**choices):
    """Return all combinations of options."""
    return [dict(zip(choices, v, strict=True)) for v in itertools.product(*choices.values())]


BETAS = [(0.9, 0.999), (0.5, 0.6), (0.0, 0.0)]
COMMON = dict(weight_decay=[0.0, 0.1], maximize=[False, True])
OPTIONS = {
    "SGD": product(lr=[0.05], momentum=[0.0, 0.9], **COMMON),
    "Adam": product(lr=[0.05], amsgrad=[False, True], **COMMON),
    "AdamW": product(lr=[0.05], amsgrad=[False, True], **COMMON),
    "Adagrad": [
        *product(lr=[0.1], lr_decay=[0.0, 0.1], initial_accumulator_value=[0.0, 0.5], **COMMON),
        dict(eps=0.1),
        dict(lr=0.0),
    ],
    "RMSprop": [
        *product(alpha=[0.5, 0.99], momentum=[0.0, 0.9], centered=[False, True], **COMMON),
        dict(eps=0.1),
        dict(lr=0.0),
    ],
    "Adadelta": [*product(rho=[0.0, 0.9, 1.0], eps=[1e-6, 0.1], **COMMON), dict(lr=0.1)],
    "Adamax": [*product(lr=[0.05], betas=BETAS, **COMMON), dict(eps=0.1), dict(lr=0.0)],
    "NAdam": [
        *product(lr=[0.05], betas=BETAS, decoupled_weight_decay=[False, True], **COMMON),
        *product(momentum_decay=[0.0, 0.1], eps=[1e-8, 0.1]),
    ],
}
FUSED = ("SGD", "Adam", "AdamW", "Adagrad")  # for the others torch has no such option
for name in OPTIONS:
    OPTIONS[name] += [dict(foreach=True), *[dict(fused=True)] * (name in FUSED)]
CASES = [(name, options) for name, several in OPTIONS.items() for options in [{}, *several]]
NEW = ("Adagrad", "RMSprop", "Adadelta", "Adamax", "NAdam")


@pytest.fixture
def arrays(rng):
    return [rng.standard_normal(shape) for shape in ((3, 5), (3,), (7, 5), (7, 3))]


def both(name):
    return (nnlib, getattr(optim, name)), (torch, getattr(torch.optim, name))


def assert_close(got, expected, tolerance=1e-10):
    for a, b in zip(got, expected, strict=True):
        assert np.isfinite(b).all()
        np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance, strict=True)


def driven(L, make, options, start, gradients):
    """Return a parameter after steps with given gradients, in which rounding does not grow."""
    p = L.tensor(start, requires_grad=True)
    optimizer = make([p], **options)
    for g in gradients:
        p.grad = L.tensor(g)
        optimizer.step()
    return p.detach().numpy()


@pytest.mark.parametrize(("name", "options"), CASES, ids=str)
def test_fifty_steps_are_those_of_torch(name, options, rng):
    start, gradients = rng.standard_normal((3, 5)), rng.standard_normal((50, 3, 5))
    got, expected = (driven(L, make, options, start, gradients) for L, make in both(name))
    assert_close([got], [expected])
    assert np.any(got != start) == (options.get("lr") != 0)


@pytest.mark.parametrize("name", OPTIONS)
def test_fifty_steps_down_a_loss_are_those_of_torch(name, arrays):
    got, expected = (trained(L, make, dict(lr=0.01), arrays) for L, make in both(name))
    assert_close(got, expected)


def in_groups(L, make, arrays, **own):
    """Return two parameters trained in groups with options of their own, changed on the way."""
    W, b, X, t = (L.tensor(a) for a in arrays)
    groups = [dict(params=[W.requires_grad_()], lr=0.1, maximize=True, **own)]
    optimizer = make(groups, lr=0.01, weight_decay=0.1)
    optimizer.add_param_group(dict(params=b.requires_grad_(), weight_decay=0.0))
    for step in range(50):
        if step == 30:
            optimizer.param_groups[0]["lr"] = 0.001
            optimizer.param_groups[0]["maximize"] = False
        optimizer.zero_grad()
        loss_of(L, W, b, X, t).backward()
        optimizer.step()
    return W.detach().numpy(), b.detach().numpy()


OWN = {
    "SGD": dict(momentum=0.9),
    "Adam": dict(amsgrad=True),
    "AdamW": dict(betas=(0.5, 0.9)),
    "Adagrad": dict(initial_accumulator_value=0.5, lr_decay=0.1),  # torch has one start for all
    "RMSprop": dict(momentum=0.5, centered=True),
    "Adadelta": dict(rho=0.5),
    "Adamax": dict(betas=(0.5, 0.9)),
    "NAdam": dict(momentum_decay=0.1, decoupled_weight_decay=True),
}


@pytest.mark.parametrize("name", OPTIONS)
def test_groups_are_those_of_torch(name, arrays):
    got, expected = (in_groups(L, make, arrays, **OWN[name]) for L, make in both(name))
    assert_close(got, expected)


def by_closure(L, make, arrays):
    """Return losses and parameters of 50 steps with a closure, called under no_grad."""
    W, b, X, t = (L.tensor(a) for a in arrays)
    optimizer = make([W.requires_grad_(), b.requires_grad_()], lr=0.05)

    def closure():
        optimizer.zero_grad()
        loss = loss_of(L, W, b, X, t)
        loss.backward()
        return loss

    with L.no_grad():
        losses = [optimizer.step(closure).item() for _ in range(50)]
    return losses, W.detach().numpy(), b.detach().numpy()


@pytest.mark.parametrize("name", OPTIONS)
def test_closures_are_those_of_torch(name, arrays):
    assert_close(*(by_closure(L, make, arrays) for L, make in both(name)))


def restarted(L, make, arrays, options, steps=25):
    """Return the parameters after a restart from a saved state, in the middle of training."""
    W, b, X, t = (L.tensor(a) for a in arrays)
    state = None
    for _ in range(2):
        W, b = (p.detach().clone().requires_grad_() for p in (W, b))
        optimizer = make([W, b], **(options if state is None else {}))
        if state is not None:
            optimizer.load_state_dict(state)
        for _ in range(steps):
            optimizer.zero_grad()
            loss_of(L, W, b, X, t).backward()
            optimizer.step()
        state = optimizer.state_dict()
    return W.detach().numpy(), b.detach().numpy()


LAST = [(name, several[-3]) for name, several in OPTIONS.items()]


@pytest.mark.parametrize(("name", "options"), LAST, ids=str)
def test_a_restart_from_a_saved_state_is_that_of_torch(name, options, arrays):
    got, expected = (restarted(L, make, arrays, options) for L, make in both(name))
    assert_close(got, expected)


@pytest.mark.parametrize(("name", "options"), LAST, ids=str)
def test_a_restart_changes_nothing(name, options, arrays):
    ours = getattr(optim, name)
    got = restarted(nnlib, ours, arrays, options)
    expected = trained(nnlib, ours, options, arrays)
    # NAdam's product of μ is kept in float32 until it is loaded, as in torch.
    tolerance = dict(rtol=1e-6) if name == "NAdam" else dict(rtol=0)
    for a, b in zip(got, expected, strict=True):
        np.testing.assert_allclose(a, b, strict=True, **tolerance)


def stepped(L, make, arrays, options, steps=3):
    """Return a parameter after some steps, and its optimizer."""
    p = L.tensor(arrays[0], requires_grad=True)
    optimizer = make([p], **options)
    for _ in range(steps):
        optimizer.zero_grad()
        (p * p).sum().backward()
        optimizer.step()
    return p, optimizer


@pytest.mark.parametrize("steps", [0, 3])
@pytest.mark.parametrize(
    ("name", "options"),
    [*LAST, ("RMSprop", {}), ("RMSprop", dict(centered=True)), ("SGD", dict(momentum=0.9))],
    ids=str,
)
def test_the_state_has_the_form_of_torch(name, options, steps, arrays):
    got, expected = (
        stepped(L, make, arrays, options, steps)[1].state_dict() for L, make in both(name)
    )
    assert got["param_groups"][0].items() <= expected["param_groups"][0].items()
    assert got["state"].keys() == expected["state"].keys()
    for i, memory in expected["state"].items():
        assert got["state"][i].keys() == memory.keys()
        for key, value in memory.items():
            np.testing.assert_allclose(
                got["state"][i][key].numpy(), value.numpy(), rtol=1e-12, strict=True
            )


@pytest.mark.parametrize(("name", "options"), LAST, ids=str)
def test_a_state_of_torch_as_arrays_can_be_loaded(name, options, arrays):
    q, theirs = stepped(torch, getattr(torch.optim, name), arrays, options)
    state = theirs.state_dict()
    memory = {i: {k: v.numpy() for k, v in m.items()} for i, m in state["state"].items()}
    p = nnlib.tensor(q.detach().numpy(), requires_grad=True)
    ours = getattr(optim, name)([p])
    ours.load_state_dict(dict(state, state=memory))
    for x, optimizer in ((p, ours), (q, theirs)):
        optimizer.zero_grad()
        (x**4).sum().backward()
        optimizer.step()
    np.testing.assert_allclose(p.detach().numpy(), q.detach().numpy(), rtol=1e-6)


def test_a_loaded_state_has_the_dtype_of_its_parameter(arrays):
    state = stepped(nnlib, optim.Adam, arrays, {})[1].state_dict()
    p = nnlib.ones(3, 5, requires_grad=True)
    optimizer = optim.Adam([p])
    optimizer.load_state_dict(state)
    assert optimizer.state[p]["exp_avg"].dtype == nnlib.float32
    optimizer = optim.Adam([nnlib.tensor(arrays[0], requires_grad=True)])
    optimizer.load_state_dict(state)
    (memory,) = optimizer.state.values()
    assert (memory["exp_avg"].dtype, memory["step"].dtype) == (nnlib.float64, nnlib.float32)


@pytest.mark.parametrize("name", OPTIONS)
def test_float32_stays_float32(name, arrays):
    p, optimizer = stepped(
        nnlib, getattr(optim, name), [arrays[0].astype("f4")], dict(weight_decay=0.1)
    )
    kinds = {value.dtype for value in optimizer.state.get(p, {}).values()}
    assert p.dtype == nnlib.float32
    assert kinds <= {nnlib.float32}


@pytest.mark.parametrize("name", OPTIONS)
def test_a_learning_rate_may_be_a_tensor(name, arrays):
    lr = nnlib.tensor(0.5)
    p, optimizer = stepped(nnlib, getattr(optim, name), arrays, dict(lr=lr))
    q, _ = stepped(nnlib, getattr(optim, name), arrays, dict(lr=0.5))
    np.testing.assert_array_equal(p.detach().numpy(), q.detach().numpy())
    lr.zero_()
    optimizer.step()
    np.testing.assert_array_equal(p.detach().numpy(), q.detach().numpy())


@pytest.mark.parametrize("name", OPTIONS)
def test_a_learning_rate_of_several_elements_is_refused(name):
    with pytest.raises(ValueError, match=rf"{name}: expected lr to have one element, got"):
        getattr(optim, name)([leaf(1.0)], lr=nnlib.ones(2))
    with pytest.raises(ValueError, match="1-element"):
        getattr(torch.optim, name)([torch.ones(1)], lr=torch.ones(2))


@pytest.mark.parametrize("name", NEW)
def test_gradients_are_left_and_graphs_notice_the_step(name):
    a = leaf(1.0)
    y = a * a
    a.grad = nnlib.tensor([2.0], dtype=nnlib.float64)
    getattr(optim, name)([a], weight_decay=0.1, maximize=True).step()
    assert a.grad.tolist() == [2.0]
    with pytest.raises(RuntimeError, match="changed in place"):
        y.backward()


@pytest.mark.parametrize("name", OPTIONS)
def test_parameters_of_one_number_and_of_none_are_trained(name):
    one = nnlib.tensor(3.0, requires_grad=True)
    none = nnlib.zeros(0, requires_grad=True)
    optimizer = getattr(optim, name)([one, none], lr=0.1)
    (one * one + none.sum()).backward()
    optimizer.step()
    assert one.item() < 3
    assert (one.shape, none.shape) == ((), (0,))


@pytest.mark.filterwarnings("ignore:invalid value encountered in sqrt")
def test_a_variance_below_zero_is_nan_as_in_torch():
    values = []
    for L, make in both("RMSprop"):
        p = L.tensor([1.0, 1.0], dtype=L.float64, requires_grad=True)
        optimizer = make([p], lr=0.1, alpha=1.5, centered=True)
        (p * p).sum().backward()
        optimizer.step()
        values.append(p.detach().numpy())
    np.testing.assert_array_equal(*values)
    assert np.isnan(values[0]).all()


def printed(options):
    """Return the lines of torch's printed optimizer for the options that nnlib has too."""
    own = ("differentiable", "capturable")
    return [line for line in options.splitlines() if not line.strip().startswith(own)]


@pytest.mark.parametrize("name", [*OPTIONS, "LBFGS"])
def test_an_optimizer_prints_as_in_torch(name):
    ours = repr(getattr(optim, name)([leaf(1.0)]))
    assert ours.splitlines() == printed(repr(getattr(torch.optim, name)([torch.ones(1)])))


@pytest.mark.parametrize("name", FUSED)
def test_two_ways_of_computing_at_once_are_refused(name):
    for L, make in both(name):
        with pytest.raises(RuntimeError, match="fused"):
            make([L.ones(1, requires_grad=True)], foreach=True, fused=True)


NEGATIVE = {
    "Adagrad": ("lr", "lr_decay", "weight_decay", "initial_accumulator_value", "eps"),
    "RMSprop": ("lr", "alpha", "weight_decay", "momentum", "eps"),
    "Adadelta": ("lr", "weight_decay", "eps"),
    "Adamax": ("lr", "weight_decay", "eps"),
    "NAdam": ("lr", "weight_decay", "momentum_decay", "eps"),
    "LBFGS": ("lr",),
}
ERRORS = [
    *(
        (name, {option: -1}, f"expected {option} >= 0, got -1")
        for name, options in NEGATIVE.items()
        for option in options
    ),
    ("Adadelta", dict(rho=1.1), r"expected rho in \[0, 1\], got 1.1"),
    ("Adadelta", dict(rho=-0.1), r"expected rho in \[0, 1\], got -0.1"),
    ("Adamax", dict(betas=(1.0, 0.9)), r"expected betas in \[0, 1\), got 1.0"),
    ("NAdam", dict(betas=(0.9, -0.1)), r"expected betas in \[0, 1\), got -0.1"),
]


@pytest.mark.parametrize(("name", "options", "message"), ERRORS)
def test_mistakes_are_named(name, options, message):
    with pytest.raises(ValueError, match=f"{name}: {message}"):
        getattr(optim, name)([leaf(1.0)], **options)
    with pytest.raises(ValueError, match="Invalid"):
        getattr(torch.optim, name)([torch.ones(1)], **options)
