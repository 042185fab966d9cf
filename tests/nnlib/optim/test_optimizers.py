"""Every first-order optimizer against torch: options, groups, saved states, errors."""

import itertools

import numpy as np
import pytest
import torch

import nnlib
from nnlib import optim
from nnlib.optim import SGD, Optimizer
from tests.nnlib.harness import assert_refused, naming
from tests.nnlib.optim.optimizers import both, descend, leaf, loss_of


def product(**choices):
    """Return all combinations of options."""
    return [dict(zip(choices, v, strict=True)) for v in itertools.product(*choices.values())]


BETAS = [(0.9, 0.999), (0.5, 0.6), (0.0, 0.0)]
COMMON = dict(weight_decay=[0.0, 0.1], maximize=[False, True])
OPTIONS = {
    "SGD": [
        *product(lr=[0.05], momentum=[0.0, 0.9], dampening=[0.0, 0.3], **COMMON),
        dict(lr=0.05, momentum=0.9, nesterov=True),
        dict(lr=0.05, momentum=0.9, nesterov=True, weight_decay=0.01, maximize=True),
    ],
    "Adam": [
        *product(lr=[0.05], betas=BETAS, amsgrad=[False, True], **COMMON),
        dict(lr=0.05, eps=0.1),
        dict(lr=0.05, weight_decay=0.1, decoupled_weight_decay=True),
    ],
    "AdamW": product(lr=[0.05], betas=BETAS[:2], amsgrad=[False, True], **COMMON),
    "RAdam": [
        *product(lr=[0.05], betas=[(0.9, 0.999), (0.5, 0.9)], **COMMON),
        dict(lr=0.05, weight_decay=0.1, decoupled_weight_decay=True),
    ],
    "Rprop": [
        *product(lr=[0.1], maximize=[False, True]),
        dict(lr=0.1, etas=(0.3, 1.5), step_sizes=(0.05, 0.2)),
    ],
    "Adagrad": [
        *product(lr=[0.1], lr_decay=[0.0, 0.1], initial_accumulator_value=[0.0, 0.5], **COMMON),
        dict(eps=0.1),
    ],
    "RMSprop": [
        *product(alpha=[0.5, 0.99], momentum=[0.0, 0.9], centered=[False, True], **COMMON),
        dict(eps=0.1),
    ],
    "ASGD": [*product(lambd=[0.0, 0.1], t0=[2, 1e6], **COMMON), dict(lr=0.1, alpha=0.5)],
    "Adadelta": [*product(rho=[0.0, 0.9, 1.0], eps=[1e-6, 0.1], **COMMON), dict(lr=0.1)],
}
FUSED = ("SGD", "Adam", "AdamW", "Adagrad")  # for the others torch has no such option
OWN = {  # what one group has for itself
    "SGD": dict(momentum=0.9),
    "Adam": dict(amsgrad=True),
    "AdamW": dict(betas=(0.5, 0.9)),
    "RAdam": dict(betas=(0.5, 0.9)),
    "Rprop": dict(etas=(0.3, 1.5)),
    "Adagrad": dict(initial_accumulator_value=0.5, lr_decay=0.1),  # torch has one start for all
    "RMSprop": dict(momentum=0.5, centered=True),
    "Adadelta": dict(rho=0.5),
    "ASGD": dict(lambd=0.1, t0=3),
}


def decay(name):
    """Return the weight decay of the tests for an optimizer that has this option."""
    return {} if name == "Rprop" else dict(weight_decay=0.1)


@pytest.fixture
def arrays(rng):
    return [rng.standard_normal(shape) for shape in ((3, 5), (3,), (7, 5), (7, 3))]


def assert_close(got, expected, tolerance=1e-10):
    for a, b in zip(got, expected, strict=True):
        assert np.isfinite(b).all()
        np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance, strict=True)


def driven(L, make, options, start, gradients):
    """Return a parameter after steps with fixed gradients, so that rounding stays small."""
    p = L.tensor(start, requires_grad=True)
    optimizer = make([p], **options)
    for g in gradients:
        p.grad = L.tensor(g)
        optimizer.step()
    return p.detach().numpy()


@pytest.mark.parametrize("name", OPTIONS)
def test_steps_match_torch(name, rng):
    start, gradients = rng.standard_normal((3, 5)), rng.standard_normal((20, 3, 5))
    ways = [dict(foreach=True)] * (name != "ASGD")  # where torch rounds the step to float32
    ways += [dict(fused=True)] * (name in FUSED)
    for options in [{}, dict(lr=0.0), *OPTIONS[name], *ways]:
        with naming(options):
            got, expected = (
                driven(L, make, options, start, gradients) for L, make in both(name)
            )
            assert_close([got], [expected])
            moves = options.get("lr") != 0 or name == "Rprop"  # its steps have a least size
            assert np.any(got != start) == moves


def in_groups(L, make, arrays, **own):
    """Return two parameters trained in groups with different options, which change midway."""
    W, b, X, t = (L.tensor(a) for a in arrays)
    groups = [dict(params=[W.requires_grad_()], lr=0.1, maximize=True, **own)]
    optimizer = make(groups, lr=0.01, **decay(make.__name__))
    optimizer.add_param_group(dict(params=b.requires_grad_(), weight_decay=0.0))

    def closure():
        optimizer.zero_grad()
        loss = loss_of(L, W, b, X, t)
        loss.backward()
        return loss

    losses = []
    for step in range(50):
        if step == 30:
            optimizer.param_groups[0]["lr"] = 0.001
            optimizer.param_groups[0]["maximize"] = False
        with L.no_grad():
            losses.append(optimizer.step(closure).item())
    return losses, W.detach().numpy(), b.detach().numpy()


def test_groups_and_closures_match_torch(arrays):
    for name in OPTIONS:
        with naming(name):
            assert_close(*(in_groups(L, make, arrays, **OWN[name]) for L, make in both(name)))


def test_training_continues_from_a_saved_state_which_is_a_copy():
    for make, options in (
        (SGD, dict(lr=0.05, momentum=0.9, dampening=0.1)),
        (optim.Adam, dict(lr=0.05, betas=(0.8, 0.9), amsgrad=True)),
    ):
        whole, half = leaf(1.0, -0.5), leaf(1.0, -0.5)
        descend(whole, make([whole], **options), 20)
        first = make([half], **options)
        descend(half, first, 10)
        state = first.state_dict()
        rest = nnlib.tensor(half.detach(), requires_grad=True)
        second = make([rest], lr=1.0)
        second.load_state_dict(state)
        descend(half, first, 3)
        descend(rest, second, 10)
        assert rest.tolist() == whole.tolist()


def stepped(L, make, array, options, steps=3):
    """Return a parameter after some steps, and its optimizer."""
    p = L.tensor(array, requires_grad=True)
    optimizer = make([p], **options)
    for _ in range(steps):
        optimizer.zero_grad()
        (p * p).sum().backward()
        optimizer.step()
    return p, optimizer


def test_the_state_has_the_form_of_torch(arrays):
    for steps in (0, 3):
        for name, options in [*OWN.items(), ("RMSprop", {}), ("SGD", {})]:
            with naming(name, options, steps):
                got, expected = (
                    stepped(L, make, arrays[0], options, steps)[1].state_dict()
                    for L, make in both(name)
                )
                assert got["param_groups"][0].items() <= expected["param_groups"][0].items()
                assert got["state"].keys() == expected["state"].keys()
                for i, memory in expected["state"].items():
                    assert got["state"][i].keys() == memory.keys()
                    ours = [got["state"][i][key].numpy() for key in memory]
                    assert_close(ours, [value.numpy() for value in memory.values()], 1e-12)


def test_state_has_the_dtype_of_its_parameter_also_after_loading(arrays):
    for name in OPTIONS:
        p, optimizer = stepped(nnlib, getattr(optim, name), arrays[0].astype("f4"), decay(name))
        kinds = {value.dtype for value in optimizer.state.get(p, {}).values()}
        assert {p.dtype} | kinds == {nnlib.float32}, name
    state = stepped(nnlib, optim.Adam, arrays[0], {})[1].state_dict()
    p = nnlib.ones(3, 5, requires_grad=True)
    optimizer = optim.Adam([p])
    optimizer.load_state_dict(state)
    assert optimizer.state[p]["exp_avg"].dtype == nnlib.float32


def test_a_learning_rate_may_be_a_tensor(arrays):
    for name in OPTIONS:
        with naming(name):
            lr = nnlib.tensor(0.5)
            p, optimizer = stepped(nnlib, getattr(optim, name), arrays[0], dict(lr=lr))
            q, _ = stepped(nnlib, getattr(optim, name), arrays[0], dict(lr=0.5))
            np.testing.assert_array_equal(p.detach().numpy(), q.detach().numpy())
            lr.zero_()
            if name not in ("Rprop", "ASGD"):  # whose step size isn't lr
                optimizer.step()
            np.testing.assert_array_equal(p.detach().numpy(), q.detach().numpy())


def test_a_step_changes_no_gradient_and_graphs_notice_it():
    for name in OPTIONS:
        with naming(name):
            a, idle = leaf(1.0), leaf(2.0)
            y = a * a
            a.grad = nnlib.tensor([2.0], dtype=nnlib.float64)
            getattr(optim, name)([a, idle], **decay(name), maximize=True).step()
            assert (a.grad.tolist(), idle.tolist()) == ([2.0], [2.0])
            with pytest.raises(RuntimeError, match="changed in place"):
                y.backward()


def test_gradients_become_zero_or_none():
    a = leaf(1.0)
    optimizer = SGD([a], lr=0.1)
    a.backward()
    optimizer.zero_grad(set_to_none=False)
    assert a.grad.tolist() == [0.0]
    optimizer.zero_grad()
    assert a.grad is None


def printed(options):
    """Return the lines of torch's printed optimizer for the options that nnlib has too."""
    own = ("differentiable", "capturable")
    return [line for line in options.splitlines() if not line.strip().startswith(own)]


def test_an_optimizer_prints_as_in_torch():
    for name in [*OPTIONS, "LBFGS"]:
        ours, theirs = (repr(make([L.ones(1, requires_grad=True)])) for L, make in both(name))
        assert ours.splitlines() == printed(theirs), name


def counting(L):
    """Return a user-defined optimizer, written as for torch, that counts its steps."""

    class Counting(L.optim.Optimizer):
        def __init__(self, params):
            super().__init__(params, {})

        def step(self):
            for p in self.param_groups[0]["params"]:
                state = self.state[p]
                if len(state) == 0:
                    state["n"] = 0
                state["n"] += 1

    return Counting


def hooked(L):
    """Return what steps return, what their hooks see, and the final parameter."""
    p, events = L.tensor([2.0], requires_grad=True), []
    optimizer = L.optim.SGD([p], lr=0.1)
    handles = [
        optimizer.register_step_pre_hook(lambda o, args, kwargs: (args, dict(closure=None))),
        optimizer.register_step_post_hook(
            lambda o, args, kwargs: events.append((len(args), kwargs))
        ),
    ]
    for _ in range(2):
        p.grad = L.tensor([1.0])
        events.append(optimizer.step(closure=lambda: 3.0))
        for handle in handles:
            handle.remove()
    return events, round(p.item(), 4)


def test_hooks_of_steps_are_called_as_in_torch():
    assert hooked(nnlib) == hooked(torch)


def test_state_starts_empty_and_saved_parameters_are_matched_by_position():
    for L in (nnlib, torch):
        p = L.tensor([1.0, 2.0], requires_grad=True)
        optimizer = counting(L)([p])
        optimizer.step()
        optimizer.step()
        assert optimizer.state[p] == {"n": 2}
        p, optimizer = stepped(L, L.optim.SGD, [1.0, 2.0], dict(lr=0.1, momentum=0.9), 1)
        state = optimizer.state_dict()
        state["state"] = {7: state["state"][0]}
        state["param_groups"][0]["params"] = [7]
        optimizer.load_state_dict(state)
        assert optimizer.state[p]["momentum_buffer"].tolist() == [2.0, 4.0]


def test_a_state_that_does_not_fit_is_refused_and_changes_nothing():
    p, optimizer = stepped(nnlib, SGD, [1.0, 2.0], dict(lr=0.1, momentum=0.9), 1)
    state = optimizer.state_dict()
    state["state"][5] = {}
    state["param_groups"][0]["lr"] = 9.0
    with pytest.raises(
        KeyError, match=r"load_state_dict: expected states only for parameters \[0\], got 5"
    ):
        optimizer.load_state_dict(state)
    assert optimizer.param_groups[0]["lr"] == 0.1
    assert optimizer.state[p]["momentum_buffer"].tolist() == [2.0, 4.0]
    with pytest.raises(ValueError, match="load_state_dict: expected groups with"):
        SGD([leaf(1.0)]).load_state_dict(SGD([leaf(1.0), leaf(2.0)]).state_dict())


NEGATIVE = {
    "SGD": ("lr", "momentum", "weight_decay"),
    "Adam": ("lr", "eps", "weight_decay"),
    "AdamW": ("lr", "eps", "weight_decay"),
    "RAdam": ("lr", "eps", "weight_decay"),
    "Rprop": ("lr",),
    "Adagrad": ("lr", "lr_decay", "weight_decay", "initial_accumulator_value", "eps"),
    "RMSprop": ("lr", "alpha", "weight_decay", "momentum", "eps"),
    "Adadelta": ("lr", "weight_decay", "eps"),
    "ASGD": ("lr", "weight_decay"),
    "LBFGS": ("lr",),
}
WRONG = [
    *((name, {option: -1}) for name, options in NEGATIVE.items() for option in options),
    *((name, dict(betas=(1.0, 0.9))) for name in ("Adam", "AdamW", "RAdam")),
    *((name, dict(betas=(0.9, -0.1))) for name in ("Adam", "AdamW", "RAdam")),
    ("Rprop", dict(etas=(0.5, 1.0))),
    ("Rprop", dict(etas=(0.0, 1.2))),
    ("Adadelta", dict(rho=1.1)),
    ("Adadelta", dict(rho=-0.1)),
]


def test_options_out_of_range_are_refused_by_name():
    for name, options in WRONG:
        with naming(name, options):
            (option,) = options
            with pytest.raises(ValueError, match=f"{name}: expected {option}"):
                getattr(optim, name)([leaf(1.0)], **options)
            with pytest.raises(ValueError, match="Invalid"):
                getattr(torch.optim, name)([torch.ones(1)], **options)
    for name in FUSED:
        for L, make in both(name):
            with pytest.raises(RuntimeError, match="fused"):
                make([L.ones(1, requires_grad=True)], foreach=True, fused=True)


def test_other_objects_than_parameters_are_refused():
    a = leaf(1.0)
    a.grad = nnlib.ones_like(a)
    calls = [
        (lambda: SGD([a], nesterov=True), ValueError),
        (lambda: SGD([]), ValueError),
        (lambda: SGD(a), TypeError),
        (lambda: SGD([1.0]), TypeError),
        (lambda: SGD([a * 2]), ValueError),
        (lambda: SGD([dict(params={a})]), TypeError),
        (lambda: SGD([a]).add_param_group([a]), TypeError),
        (lambda: SGD([a], lr=float("nan")), ValueError),
        (lambda: SGD([a], lr=nnlib.ones(2)), ValueError),
        (lambda: SGD([a, a]), ValueError),
        (lambda: SGD([dict(params=[a]), dict(params=[a])]), ValueError),
        (lambda: optim.Adam([a], betas=(0.9,)), ValueError),
        (lambda: optim.Adam([a], betas=0.9), ValueError),
        (lambda: Optimizer([a], {}).step(), NotImplementedError),
    ]
    assert_refused(calls)
