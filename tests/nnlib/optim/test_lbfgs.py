"""LBFGS against torch, evaluation for evaluation: options, saved states, errors."""

import numpy as np
import pytest
import torch

import nnlib
from nnlib.optim import LBFGS
from nnlib.optim.line_search import Point, strong_wolfe
from tests.nnlib.optim.test_sgd import leaf, loss_of

PAIRS = [(nnlib, LBFGS), (torch, torch.optim.LBFGS)]
OPTIONS = [
    dict(lr=0.1),
    dict(lr=0.1, max_iter=4),
    dict(lr=0.1, max_iter=4, max_eval=3),
    dict(lr=0.1, history_size=2),
    dict(lr=0.1, tolerance_grad=1e-2),
    dict(lr=0.1, tolerance_change=1e-3),
    dict(lr=0.0, max_iter=3, tolerance_change=0.0),
    dict(max_iter=0),
]


@pytest.fixture
def arrays(rng):
    return [rng.standard_normal(shape) for shape in ((3, 5), (3,), (7, 5), (7, 3))]


def closure_of(L, optimizer, p, f, seen):
    def closure():
        optimizer.zero_grad()
        loss = f(*p)
        loss.backward()
        seen.append(loss.item())
        return loss

    return closure


def steps_of(L, make, options, start, f, steps, restart=None):
    """Return the loss of each evaluation, and parameters and optimizer after some steps."""
    p = [L.tensor(a, requires_grad=True) for a in start]
    optimizer, seen = make(p, **options), []
    for step in range(steps):
        if step == restart:
            state = optimizer.state_dict()
            p = [x.detach().clone().requires_grad_() for x in p]
            optimizer = make(p)
            optimizer.load_state_dict(state)
        optimizer.step(closure_of(L, optimizer, p, f, seen))
    return seen, [x.detach().numpy() for x in p], optimizer


def assert_alike(got, expected, tolerance=1e-10):
    assert len(got[0]) == len(expected[0])
    np.testing.assert_allclose(got[0], expected[0], rtol=tolerance, atol=tolerance)
    for a, b in zip(got[1], expected[1], strict=True):
        np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance, strict=True)


def network(L, arrays):
    X, t = (L.tensor(a) for a in arrays[2:])
    return lambda W, b: loss_of(L, W, b, X, t) + 0.1 * ((W * W).sum() + (b * b).sum())


@pytest.mark.parametrize("line_search_fn", [None, "strong_wolfe"])
@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_every_evaluation_is_that_of_torch(options, line_search_fn, arrays):
    options = dict(options, line_search_fn=line_search_fn if options.get("lr") else None)
    assert_alike(
        *(steps_of(L, make, options, arrays[:2], network(L, arrays), 3) for L, make in PAIRS)
    )


@pytest.mark.parametrize("line_search_fn", [None, "strong_wolfe"])
def test_fifty_steps_of_one_iteration_are_those_of_torch(line_search_fn, arrays):
    options = dict(lr=0.1, max_iter=1, line_search_fn=line_search_fn)
    assert_alike(
        *(steps_of(L, make, options, arrays[:2], network(L, arrays), 50) for L, make in PAIRS)
    )


@pytest.mark.parametrize("line_search_fn", [None, "strong_wolfe"])
def test_a_restart_from_a_saved_state_is_that_of_torch_and_changes_nothing(
    line_search_fn, arrays
):
    options = dict(lr=0.1, max_iter=3, line_search_fn=line_search_fn)
    whole = steps_of(nnlib, LBFGS, options, arrays[:2], network(nnlib, arrays), 6)
    got, expected = (
        steps_of(L, make, options, arrays[:2], network(L, arrays), 6, 3) for L, make in PAIRS
    )
    assert_alike(got, whole, 0)
    assert_alike(got, expected)


def rosenbrock(x):
    return ((1 - x[:-1]) ** 2 + 100 * (x[1:] - x[:-1] ** 2) ** 2).sum()


def rippled(x):
    """Return a loss with many local minima, in which line searches narrow their brackets."""
    return (x * x).sum() + 3 * (1 - (5 * x).cos()).sum()


FUNCTIONS = [rosenbrock, rippled, lambda x: (x**4).sum(), lambda x: x.abs().sum()]


@pytest.mark.deep(4)
@pytest.mark.parametrize("f", FUNCTIONS)
@pytest.mark.parametrize("lr", [1.0, 1e-3, 30.0])
@pytest.mark.parametrize("max_eval", [None, 4, 1])
def test_line_searches_are_those_of_torch(f, lr, max_eval, rng):
    options = dict(lr=lr, max_iter=8, max_eval=max_eval, line_search_fn="strong_wolfe")
    for _ in range(3):
        start, expected = one_that_rounding_does_not_turn(f, options, rng)
        got = steps_of(*PAIRS[0], options, start, f, 1)
        assert_alike(got, expected, 1e-7)  # rounding errors grow along the valley


def one_that_rounding_does_not_turn(f, options, rng):
    """Return a start, and torch's path from it, which tiny changes of it do not alter."""
    nudges = 1 + 1e-14 * np.random.default_rng(1).standard_normal((4, 4))
    while True:
        start = rng.standard_normal(4)
        way = steps_of(*PAIRS[1], options, [start], f, 1)
        others = (steps_of(*PAIRS[1], options, [s], f, 1) for s in start * nudges)
        if all(is_the_same_way(way, other) for other in others):
            return [start], way


def is_the_same_way(way, other):
    """Return whether two paths have as many steps, with the same losses and parameters."""
    one, two = (np.concatenate([seen, *p]) for seen, p, _ in (way, other))
    return one.shape == two.shape and np.allclose(two, one, 1e-8, 1e-8)


def test_rosenbrock_is_solved():
    start = [np.array([-1.2, 1.0])]
    options = dict(max_iter=100, tolerance_change=0.0, line_search_fn="strong_wolfe")
    seen, (x,), _ = steps_of(nnlib, LBFGS, options, start, rosenbrock, 1)
    np.testing.assert_allclose(x, [1, 1], atol=1e-5)
    assert len(seen) < 60


@pytest.mark.parametrize("line_search_fn", [None, "strong_wolfe"])
def test_the_state_has_the_form_of_torch(line_search_fn, arrays):
    options = dict(lr=0.1, max_iter=4, line_search_fn=line_search_fn)
    got, expected = (
        steps_of(L, make, options, arrays[:2], network(L, arrays), 2)[2].state_dict()
        for L, make in PAIRS
    )
    assert got["param_groups"] == expected["param_groups"]
    (ours,), (theirs,) = got["state"].values(), expected["state"].values()
    assert ours.keys() == theirs.keys() - {"al"}  # scratch memory of torch
    for key, value in theirs.items():
        if key != "al":
            np.testing.assert_allclose(listed(ours[key]), listed(value), rtol=1e-8)


def listed(value):
    """Return tensors, numbers and lists of them as lists."""
    if isinstance(value, list):
        return [listed(v) for v in value]
    return value.tolist() if hasattr(value, "tolist") else value


def as_arrays(value):
    """Return a state with torch's tensors as arrays."""
    if isinstance(value, dict):
        return {k: as_arrays(v) for k, v in value.items()}
    if isinstance(value, list):
        return [as_arrays(v) for v in value]
    return value.numpy() if isinstance(value, torch.Tensor) else value


def test_a_state_of_torch_as_arrays_can_be_loaded(arrays):
    options = dict(max_iter=4, line_search_fn="strong_wolfe")
    f = [network(L, arrays) for L in (nnlib, torch)]
    _, x, theirs = steps_of(torch, torch.optim.LBFGS, options, arrays[:2], f[1], 2)
    p = [nnlib.tensor(a, requires_grad=True) for a in x]
    ours = LBFGS(p)
    ours.load_state_dict(as_arrays(theirs.state_dict()))
    got, expected = [], []
    ours.step(closure_of(nnlib, ours, p, f[0], got))
    q = theirs.param_groups[0]["params"]
    theirs.step(closure_of(torch, theirs, q, f[1], expected))
    np.testing.assert_allclose(got, expected, rtol=1e-10)


def test_parameters_without_gradient_stay():
    a, b = leaf(1.0), leaf(2.0)
    optimizer = LBFGS([a, b], lr=0.5)
    optimizer.step(closure_of(nnlib, optimizer, [a], lambda a: (a * a).sum(), []))
    assert a.item() == pytest.approx(0, abs=1e-4)
    assert b.item() == 2


def test_a_learning_rate_may_be_a_tensor(arrays):
    f = network(nnlib, arrays)
    got, expected = (
        steps_of(nnlib, LBFGS, dict(lr=lr), arrays[:2], f, 2) for lr in (nnlib.tensor(0.5), 0.5)
    )
    assert_alike(got, expected, 0)


def test_without_a_learning_rate_nothing_moves():  # torch divides by 0 in its search
    a = leaf(1.0)
    optimizer = LBFGS([a], lr=0, line_search_fn="strong_wolfe")
    optimizer.step(closure_of(nnlib, optimizer, [a], lambda a: (a * a).sum(), []))
    assert a.item() == 1.0


def test_a_minimum_is_left_at_once():
    a, seen = leaf(0.0), []
    optimizer = LBFGS([a])
    loss = optimizer.step(closure_of(nnlib, optimizer, [a], lambda a: (a * a).sum() + 3, seen))
    assert (loss.item(), a.item(), seen) == (3.0, 0.0, [3.0])


def test_a_closure_is_recorded_even_without_grad_and_may_give_a_number():
    a = nnlib.ones(1, requires_grad=True)
    optimizer = LBFGS([a], lr=0.25)
    closure = closure_of(nnlib, optimizer, [a], lambda a: (a * a).sum(), [])
    with nnlib.no_grad():
        assert optimizer.step(lambda: closure().item()) == 1.0
    assert a.item() < 0.1
    assert optimizer.state[a]["d"].dtype == a.dtype == nnlib.float32


def test_a_step_is_noticed_by_graphs_that_read_the_parameter():
    a = leaf(1.0)
    y = a * a
    optimizer = LBFGS([a])
    optimizer.step(closure_of(nnlib, optimizer, [a], lambda a: (a * a).sum(), []))
    with pytest.raises(RuntimeError, match="changed in place"):
        y.backward()


def test_a_nan_gives_what_torch_gives():
    for search in (None, "strong_wolfe"):
        options = dict(max_iter=2, line_search_fn=search)
        got, expected = (
            steps_of(L, make, options, [np.ones(2)], lambda x: (x * float("nan")).sum(), 1)
            for L, make in PAIRS
        )
        np.testing.assert_array_equal(got[0], expected[0])
        np.testing.assert_array_equal(got[1], expected[1])


def test_a_line_search_stops_where_the_bracket_is_tiny():
    def at(t):  # falls by rounding alone: no point meets the conditions
        return Point(t, -t if t < 1e-8 else 1.0, None, -1.0)

    found = strong_wolfe(at, at(0.0), 1.0, 1.0, max_ls=1000)
    assert 0 <= found.t < 1e-8


@pytest.mark.parametrize("options", [dict(history_size=0), dict(history_size=-1)])
def test_a_history_without_a_pair_is_refused(options):
    with pytest.raises(ValueError, match="LBFGS: expected history_size >= 1, got"):
        LBFGS([leaf(1.0)], **options)


def test_one_group_has_options_of_its_own(arrays):
    def one_group(make):
        return lambda p: make([dict(params=p, lr=0.1, max_iter=4)], lr=5.0)

    pairs = [(L, one_group(make)) for L, make in PAIRS]
    assert_alike(
        *(steps_of(L, make, {}, arrays[:2], network(L, arrays), 2) for L, make in pairs)
    )


def test_several_groups_are_refused():
    with pytest.raises(ValueError, match="LBFGS: expected one parameter group, got more"):
        LBFGS([dict(params=[leaf(1.0)]), dict(params=[leaf(2.0)])])
    with pytest.raises(ValueError, match="doesn't support per-parameter options"):
        torch.optim.LBFGS([dict(params=[torch.ones(1)]), dict(params=[torch.ones(1)])])


def test_another_line_search_is_refused():
    for (L, make), message in zip(PAIRS, ("expected line_search_fn", "only"), strict=True):
        p = L.ones(1, requires_grad=True)
        optimizer = make([p], line_search_fn="armijo")
        closure = closure_of(L, optimizer, [p], lambda p: (p * p).sum(), [])
        with pytest.raises(RuntimeError, match=message):
            optimizer.step(closure)


def test_a_step_needs_a_closure():
    for L, make in PAIRS:
        with pytest.raises(TypeError):
            make([L.ones(1, requires_grad=True)]).step()
    with pytest.raises(TypeError, match="LBFGS: expected a closure, got NoneType"):
        LBFGS([leaf(1.0)]).step(None)
