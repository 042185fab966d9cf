"""Edge cases by name: 0, infinity, NaN, nothing at all, axes of length 1, very long chains."""

import numpy as np
import pytest
import torch

import nnlib
import nnlib.nn.functional as F

inf, nan = np.inf, np.nan
KINKS = [
    ("abs", [-1.0, 0.0, 1.0, inf, -inf]),
    ("relu", [-1.0, 0.0, 1.0, inf, -inf]),
    ("sign", [-2.0, 0.0, 2.0, inf, -inf]),
    ("square", [0.0, -0.0, inf]),
    ("sqrt", [1.0, 4.0, inf]),
    ("sigmoid", [-inf, -800.0, -40.0, 0.0, 40.0, 800.0, inf, nan]),
    ("tanh", [-inf, -800.0, 0.0, 800.0, inf, nan]),
    ("exp", [-inf, -800.0, 0.0, nan]),
    ("softplus", [-800.0, -40.0, 0.0, 20.0, 40.0, 800.0]),
]


def both(f, values):
    """Return value and gradient of sum f(x), by nnlib and by torch."""
    out = []
    for library in (nnlib, torch):
        x = library.tensor(values, dtype=library.float64, requires_grad=True)
        y = f(library, x)
        y.sum().backward()
        out += [y.detach().numpy(), x.grad.numpy()]
    return out


def assert_same(f, values):
    y, slope, y_torch, slope_torch = both(f, values)
    np.testing.assert_allclose(y, y_torch, rtol=1e-8, strict=True)
    np.testing.assert_allclose(slope, slope_torch, rtol=1e-8, atol=1e-15, strict=True)


@pytest.mark.parametrize(("name", "values"), KINKS, ids=[name for name, _ in KINKS])
def test_kinks_and_limits_are_those_of_torch(name, values):
    def f(library, x):
        return getattr(library.nn.functional if name == "softplus" else library, name)(x)

    assert_same(f, values)


def test_slope_is_one_at_the_bounds_of_clamp():
    assert_same(lambda L, x: L.clamp(x, -1.0, 1.0), [-2.0, -1.0, 0.0, 1.0, 2.0])


@pytest.mark.parametrize("exponent", [0, 1, 2, 3, 0.0, 1.0])
def test_power_of_zero_has_the_slope_of_torch(exponent):
    assert_same(lambda L, x: x**exponent, [0.0, 1.0, -2.0])


def test_power_by_a_tensor_has_the_slopes_of_torch_at_zero():
    grads = []
    for library in (nnlib, torch):
        a = library.tensor([0.0, 0.0, 0.0, 2.0], requires_grad=True)
        b = library.tensor([0.0, 1.0, 2.0, 0.0], requires_grad=True)
        (a**b).sum().backward()
        grads.append(np.array([a.grad.tolist(), b.grad.tolist()]))
    np.testing.assert_allclose(*grads, rtol=1e-6)


def test_log_of_zero_is_minus_infinity_and_says_so():
    with pytest.warns(RuntimeWarning, match="divide by zero"):
        y = nnlib.log(nnlib.tensor([0.0]))
    assert y.item() == -inf


@pytest.mark.parametrize("z", [[1000.0, 0.0, -1000.0], [0.0, -inf, 1.0], [88.0, 89.0, 90.0]])
@pytest.mark.parametrize("name", ["softmax", "log_softmax", "logsumexp"])
def test_extreme_scores_give_what_torch_gives(name, z):
    assert_same(lambda L, x: getattr(L, name)(x, 0), z)


@pytest.mark.parametrize("z", [[inf, 0.0], [nan, 0.0], [-inf, -inf]])
def test_softmax_without_a_largest_finite_score_is_nan(z):
    with np.errstate(invalid="ignore"):
        assert np.isnan(F.softmax(np.array(z), 0)).all()


def test_logsumexp_of_scores_of_minus_infinity_is_minus_infinity():
    with np.errstate(divide="ignore"):
        assert nnlib.logsumexp(np.array([-inf, -inf]), 0) == -inf


def test_cross_entropy_of_a_hopeless_score_is_finite():
    assert_same(
        lambda L, x: L.nn.functional.cross_entropy(x, L.tensor([1])), [[1e4, -1e4, 0.0]]
    )


def test_cross_entropy_is_nan_when_every_target_is_ignored():
    loss = F.cross_entropy(nnlib.zeros(2, 3), np.array([-100, -100]))
    assert np.isnan(loss.item())


def test_an_ignored_target_shields_from_infinite_loss():
    z = nnlib.tensor([[0.0, 0.0], [-inf, 0.0]])
    assert F.cross_entropy(z, np.array([0, 0]), ignore_index=0).isnan()
    loss = F.cross_entropy(z, np.array([1, 0]), ignore_index=0)
    assert loss.item() == pytest.approx(np.log(2))


EMPTY = [
    ("sum is 0", lambda x: nnlib.sum(x), 0.0),
    ("mean is NaN", lambda x: nnlib.mean(x), nan),
    ("logsumexp over rows keeps no row", lambda x: nnlib.logsumexp(x, 1), np.zeros(0)),
    ("softmax keeps the shape", lambda x: F.softmax(x, 1), np.zeros((0, 3))),
    ("log_softmax keeps the shape", lambda x: F.log_softmax(x, 1), np.zeros((0, 3))),
    ("relu keeps the shape", lambda x: F.relu(x), np.zeros((0, 3))),
    ("matmul makes no rows", lambda x: x @ np.ones((3, 2)), np.zeros((0, 2))),
    ("a product over nothing is 0", lambda x: x.T @ x, np.zeros((3, 3))),
    ("flatten keeps the batch", lambda x: nnlib.flatten(x, 1), np.zeros((0, 3))),
    (
        "cat adds nothing",
        lambda x: nnlib.cat([x, nnlib.tensor(np.ones((1, 3)))]),
        np.ones((1, 3)),
    ),
    ("reading nothing", lambda x: x[np.zeros(0, int)], np.zeros((0, 3))),
    (
        "cross-entropy is NaN",
        lambda x: F.cross_entropy(x, np.zeros(0, int)),
        nan,
    ),
]


@pytest.mark.parametrize(("f", "expected"), [c[1:] for c in EMPTY], ids=[c[0] for c in EMPTY])
def test_empty_batch(f, expected):
    x = nnlib.tensor(np.zeros((0, 3)), requires_grad=True)
    y = f(x)
    np.testing.assert_array_equal(y.detach().numpy(), expected)
    y.sum().backward()
    assert x.grad.shape == (0, 3)


def test_linear_layer_of_an_empty_batch_has_zero_gradients():
    layer = nnlib.nn.Linear(3, 2)
    layer(nnlib.zeros(0, 3)).sum().backward()
    assert layer.weight.grad.tolist() == [[0.0] * 3] * 2
    assert layer.bias.grad.tolist() == [0.0] * 2


@pytest.mark.parametrize("name", ["amax", "amin", "argmax", "argmin", "max", "min"])
def test_the_largest_of_nothing_is_an_error(name):
    with pytest.raises(RuntimeError, match="expected at least one element, got shape"):
        getattr(nnlib, name)(nnlib.zeros(0, 3))


def test_one_class_has_probability_one_and_no_gradient():
    z = nnlib.tensor([[3.0], [-2.0]], requires_grad=True)
    p = F.softmax(z, 1)
    (p * nnlib.tensor([[5.0], [7.0]])).sum().backward()
    assert p.tolist() == [[1.0], [1.0]]
    assert z.grad.tolist() == [[0.0], [0.0]]


def test_variance_of_one_number_is_nan_unless_biased():
    x = nnlib.tensor([3.0])
    assert np.isnan(x.var().item())
    assert x.var(correction=0).item() == 0


@pytest.mark.parametrize("shape", [(1,), (1, 1), (1, 3, 1)])
def test_axes_of_length_one_survive_every_step(shape):
    x = nnlib.tensor(np.full(shape, 2.0), requires_grad=True)
    y = (x * np.ones((2, *shape)) + x).mean(0)
    assert y.shape == shape
    y.sum().backward()
    np.testing.assert_array_equal(x.grad.numpy(), np.full(shape, 2.0), strict=True)


def test_single_numbers_flow_through_operations():
    x = nnlib.tensor(3.0, requires_grad=True)
    y = x.reshape(1).squeeze().transpose(0, -1).flatten().softmax(0)[0] * x.T * x.max(0)[0]
    y.backward()
    assert (y.item(), x.grad.item()) == (9.0, 6.0)


LONG = 100_000


def long_chain(x, n=LONG):
    y = x
    for _ in range(n):
        y = y + 1.0
    return y


def test_a_chain_of_100_000_operations_can_be_forgotten():
    x = nnlib.tensor(0.0, requires_grad=True)
    y = long_chain(x)
    del y
    assert x.grad is None


def test_a_chain_of_20_000_operations_has_a_recorded_gradient():
    x = nnlib.tensor(2.0, dtype=nnlib.float64, requires_grad=True)
    (g,) = nnlib.grad(long_chain(x * x, 20_000), x, create_graph=True)
    assert g.item() == 4.0
    assert nnlib.grad(g, x)[0].item() == 2.0
