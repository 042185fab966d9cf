"""Initial values of parameters: moments, bounds, identities, and what is refused."""

import math

import numpy as np
import pytest
import torch
from scipy import stats

import nnlib
from nnlib import nn
from nnlib.nn import init
from tests.nnlib.harness import naming

SHAPES = [(300, 200), (60, 50, 20), (40, 30, 5, 10)]


@pytest.fixture(autouse=True)
def _seed():
    nnlib.manual_seed(0)


def fans(shape):
    return torch.nn.init._calculate_fan_in_and_fan_out(torch.empty(shape))


def filled(name, shape, *args, dtype=nnlib.float64, **options):
    """Return the values that a function of nn.init writes into a tensor."""
    tensor = nnlib.full(shape, 7.0, dtype=dtype)
    assert getattr(init, name)(tensor, *args, **options) is tensor
    return tensor.numpy()


def even(std):
    """Return the uniform distribution around 0 with a standard deviation."""
    return stats.uniform(-math.sqrt(3) * std, 2 * math.sqrt(3) * std)


def assert_drawn(values, law):
    """Assert that values are within the bounds of a law of SciPy, and distributed like it."""
    low, high = law.support()
    assert low <= values.min() < values.max() <= high
    assert stats.kstest(values.ravel(), law.cdf).pvalue > 1e-3
    assert values.std() == pytest.approx(law.std(), rel=0.02)


def test_values_have_the_distribution_asked_for():
    assert_drawn(filled("uniform_", (300, 200)), stats.uniform())
    assert_drawn(filled("uniform_", (300, 200), -3.0, 2.0), stats.uniform(-3, 5))
    assert_drawn(filled("normal_", (300, 200), 5.0, 0.1), stats.norm(5, 0.1))
    for mean, std, a, b in ((0.0, 1.0, -2.0, 2.0), (1.0, 2.0, 0.0, 1.5), (0.0, 1.0, 3.0, 4.0)):
        law = stats.truncnorm((a - mean) / std, (b - mean) / std, mean, std)
        assert_drawn(filled("trunc_normal_", (400, 500), mean, std, a, b), law)
    assert (filled("constant_", (3, 2), 2.5) == 2.5).all()
    assert (filled("ones_", (3, 2)) == 1).all()
    assert (filled("zeros_", (2,), dtype=nnlib.int64) == 0).all()


@pytest.mark.parametrize("shape", SHAPES)
def test_values_have_the_variance_of_the_fans(shape):
    std = 1.7 * math.sqrt(2 / sum(fans(shape)))
    assert_drawn(filled("xavier_normal_", shape, 1.7), stats.norm(0, std))
    assert_drawn(filled("xavier_uniform_", shape, 1.7), even(std))
    for mode in ("fan_in", "fan_out"):
        for options in ((0, mode), (0.5, mode, "leaky_relu"), (0, mode, "tanh")):
            gain = torch.nn.init.calculate_gain([*options, "leaky_relu"][2], options[0])
            std = gain / math.sqrt(fans(shape)[mode == "fan_out"])
            assert_drawn(filled("kaiming_normal_", shape, *options), stats.norm(0, std))
            assert_drawn(filled("kaiming_uniform_", shape, *options), even(std))


def test_orthogonal_rows_or_columns_have_the_length_of_the_gain():
    for shape in ((4, 4), (3, 7), (7, 3), (6, 2, 2), (2, 3, 4)):
        w = filled("orthogonal_", shape, 2.0).reshape(shape[0], -1)
        gram = w @ w.T if w.shape[0] <= w.shape[1] else w.T @ w
        np.testing.assert_allclose(gram, 4 * np.eye(len(gram)), atol=1e-12)


@pytest.mark.slow
def test_orthogonal_matrices_are_not_biased_in_sign():
    first = [filled("orthogonal_", (3, 3))[0, 0] for _ in range(400)]
    assert abs(np.mean(first)) < 0.1
    assert abs(np.var(first) - 1 / 3) < 0.05


def test_gain_matches_torch():
    for name in ("linear", "conv2d", "sigmoid", "tanh", "relu", "leaky_relu", "selu"):
        for param in (None, 0, 1, 0.2, -1.0):
            expected = torch.nn.init.calculate_gain(name, param)
            assert init.calculate_gain(name, param) == expected


DRAWN = ["uniform_", "normal_", "trunc_normal_", "xavier_uniform_", "xavier_normal_"]
DRAWN += ["kaiming_uniform_", "kaiming_normal_", "orthogonal_"]


@pytest.mark.parametrize("name", DRAWN)
def test_a_generator_gives_the_same_values_again_in_place(name):
    first, second = (
        filled(name, (4, 5), generator=nnlib.Generator().manual_seed(3)) for _ in range(2)
    )
    np.testing.assert_array_equal(first, second)
    assert not (filled(name, (4, 5)) == first).all()
    weight = nn.Parameter(nnlib.full((4, 5), 7.0))
    part, before = weight.detach()[:2], weight * weight
    getattr(init, name)(weight)
    assert weight.requires_grad
    assert weight.is_leaf
    assert weight.dtype == nnlib.float32
    np.testing.assert_array_equal(part.numpy(), weight.detach().numpy()[:2])
    with pytest.raises(RuntimeError, match="changed in place"):
        before.sum().backward()


def test_inputs_that_torch_refuses_are_refused_by_name():
    for name, shape, args, error in (
        ("uniform_", (2, 3), (1.0, 0.0), RuntimeError),
        ("normal_", (2, 3), (0.0, -1.0), RuntimeError),
        ("trunc_normal_", (2, 3), (0.0, 1.0, 2.0, 1.0), RuntimeError),
        ("xavier_uniform_", (3,), (), ValueError),
        ("xavier_normal_", (3,), (), ValueError),
        ("kaiming_uniform_", (3,), (), ValueError),
        ("kaiming_normal_", (3, 2), (0, "fan"), ValueError),
        ("orthogonal_", (3,), (), ValueError),
    ):
        with naming(name):
            with pytest.raises(error, match=f"{name}: expected"):
                getattr(init, name)(nnlib.zeros(shape), *args)
            with pytest.raises(error):
                getattr(torch.nn.init, name)(torch.zeros(shape), *args)
