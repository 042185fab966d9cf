"""First values of parameters: moments, bounds, identities, and what is refused."""

import math

import numpy as np
import pytest
import torch

import nnlib
from nnlib import nn
from nnlib.nn import init

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


def assert_even(values, low, high):
    """Assert that values are drawn uniformly from [low, high)."""
    width = high - low
    assert low <= values.min() < low + 0.01 * width
    assert high - 0.01 * width < values.max() <= high
    assert abs(values.mean() - (low + high) / 2) < 0.01 * width
    assert abs(values.std() / (width / math.sqrt(12)) - 1) < 0.01


def assert_normal(values, mean, std):
    assert abs(values.mean() - mean) < 0.02 * std
    assert abs(values.std() / std - 1) < 0.02
    within = [(np.abs(values - mean) < k * std).mean() for k in (1, 2, 3)]
    np.testing.assert_allclose(within, [0.6827, 0.9545, 0.9973], atol=0.01)


def test_uniform_values_fill_their_range():
    assert_even(filled("uniform_", (300, 200)), 0.0, 1.0)
    assert_even(filled("uniform_", (300, 200), -3.0, 2.0), -3.0, 2.0)


def test_normal_values_have_their_moments():
    assert_normal(filled("normal_", (300, 200)), 0.0, 1.0)
    assert_normal(filled("normal_", (300, 200), 5.0, 0.1), 5.0, 0.1)
    assert not np.ptp(filled("normal_", (3, 2), 5.0, 0.0))


@pytest.mark.parametrize(
    ("mean", "std", "a", "b"),
    [(0.0, 1.0, -2.0, 2.0), (1.0, 2.0, 0.0, 1.5), (0.0, 1.0, 3.0, 4.0), (0.0, 0.1, -9.0, 9.0)],
)
def test_truncated_values_are_the_normal_ones_within_the_bounds(mean, std, a, b):
    values = filled("trunc_normal_", (400, 500), mean, std, a, b)
    assert a <= values.min()
    assert values.max() <= b
    grid = np.linspace(max(a, mean - 8 * std), min(b, mean + 8 * std), 20001)
    density = np.exp(-(((grid - mean) / std) ** 2) / 2)
    expected = (grid * density).sum() / density.sum()
    spread = math.sqrt(((grid - expected) ** 2 * density).sum() / density.sum())
    assert abs(values.mean() - expected) < 0.02 * spread
    assert abs(values.std() / spread - 1) < 0.02


def test_constants_are_filled_in():
    assert (filled("constant_", (3, 2), 2.5) == 2.5).all()
    assert np.isnan(filled("constant_", (3, 2), math.nan)).all()
    assert (filled("ones_", (3, 2)) == 1).all()
    assert (filled("zeros_", ()) == 0).all()
    assert (filled("zeros_", (2,), dtype=nnlib.int64) == 0).all()


@pytest.mark.parametrize("shape", [(3, 3), (2, 5), (5, 2), (0, 3)])
def test_eye_is_that_of_torch(shape):
    expected = torch.nn.init.eye_(torch.empty(shape, dtype=torch.float64))
    np.testing.assert_array_equal(filled("eye_", shape), expected.numpy(), strict=True)


@pytest.mark.parametrize("groups", [1, 2, 3])
@pytest.mark.parametrize("shape", [(6, 2, 3), (6, 6, 2, 3), (6, 1, 3, 3, 3), (6, 9, 1)])
def test_dirac_is_that_of_torch(shape, groups):
    expected = torch.nn.init.dirac_(torch.empty(shape, dtype=torch.float64), groups)
    got = filled("dirac_", shape, groups)
    np.testing.assert_array_equal(got, expected.numpy(), strict=True)


@pytest.mark.parametrize("gain", [1.0, 1.7])
@pytest.mark.parametrize("shape", SHAPES)
def test_xavier_values_have_the_variance_of_both_fans(shape, gain):
    std = gain * math.sqrt(2 / sum(fans(shape)))
    assert_normal(filled("xavier_normal_", shape, gain), 0.0, std)
    bound = math.sqrt(3) * std
    assert_even(filled("xavier_uniform_", shape, gain), -bound, bound)


@pytest.mark.parametrize("mode", ["fan_in", "fan_out"])
@pytest.mark.parametrize(
    ("a", "nonlinearity"), [(0, "leaky_relu"), (0.5, "leaky_relu"), (0, "tanh")]
)
@pytest.mark.parametrize("shape", SHAPES)
def test_kaiming_values_have_the_variance_of_one_fan(shape, a, nonlinearity, mode):
    fan = fans(shape)[mode == "fan_out"]
    std = torch.nn.init.calculate_gain(nonlinearity, a) / math.sqrt(fan)
    assert_normal(filled("kaiming_normal_", shape, a, mode, nonlinearity), 0.0, std)
    bound = math.sqrt(3) * std
    assert_even(filled("kaiming_uniform_", shape, a, mode, nonlinearity), -bound, bound)


@pytest.mark.parametrize("name", ["kaiming_normal_", "kaiming_uniform_", "orthogonal_"])
def test_nothing_is_drawn_for_no_element(name):
    assert filled(name, (0, 3)).shape == (0, 3)


@pytest.mark.parametrize("gain", [1.0, 2.0])
@pytest.mark.parametrize("shape", [(4, 4), (3, 7), (7, 3), (6, 2, 2), (2, 3, 4)])
def test_orthogonal_rows_or_columns_have_the_length_of_the_gain(shape, gain):
    w = filled("orthogonal_", shape, gain).reshape(shape[0], -1)
    gram = w @ w.T if w.shape[0] <= w.shape[1] else w.T @ w
    np.testing.assert_allclose(gram, gain**2 * np.eye(len(gram)), atol=1e-12)


def test_orthogonal_matrices_are_not_biased_in_sign():
    first = [filled("orthogonal_", (3, 3))[0, 0] for _ in range(400)]
    assert abs(np.mean(first)) < 0.1
    assert abs(np.var(first) - 1 / 3) < 0.05


@pytest.mark.parametrize("sparsity", [0.0, 0.1, 0.5, 1.0])
def test_a_share_of_each_column_is_zero(sparsity):
    w = filled("sparse_", (100, 30), sparsity, std=0.5)
    np.testing.assert_array_equal((w == 0).sum(0), math.ceil(100 * sparsity))
    if sparsity == 0.1:
        assert abs(w[w != 0].std() / 0.5 - 1) < 0.05
        assert len({tuple(column) for column in (w == 0).T}) > 20


NAMES = [
    *("linear", "conv1d", "conv2d", "conv3d", "conv_transpose1d", "conv_transpose2d"),
    *("conv_transpose3d", "sigmoid", "tanh", "relu", "leaky_relu", "selu"),
]


@pytest.mark.parametrize("name", NAMES)
def test_gain_is_that_of_torch(name):
    assert init.calculate_gain(name) == torch.nn.init.calculate_gain(name)
    for param in (0, 1, 0.2, -1.0):
        expected = torch.nn.init.calculate_gain(name, param)
        assert init.calculate_gain(name, param) == expected


DRAWN = ["uniform_", "normal_", "trunc_normal_", "xavier_uniform_", "xavier_normal_"]
DRAWN += ["kaiming_uniform_", "kaiming_normal_", "orthogonal_", "sparse_"]


@pytest.mark.parametrize("name", DRAWN)
def test_a_generator_gives_the_same_values_again(name):
    args = (0.5,) if name == "sparse_" else ()

    def draw():
        source = nnlib.random.Generator().manual_seed(3)
        return filled(name, (4, 5), *args, generator=source)

    nnlib.manual_seed(1)
    first = draw()
    library = filled(name, (4, 5), *args)
    np.testing.assert_array_equal(draw(), first)
    assert not (library == first).all()
    nnlib.manual_seed(1)
    np.testing.assert_array_equal(filled(name, (4, 5), *args), library)


@pytest.mark.parametrize("name", [*DRAWN, "ones_", "eye_"])
def test_parameters_are_filled_in_place_and_views_see_it(name):
    weight = nn.Parameter(nnlib.full((4, 5), 7.0))
    part, before = weight.detach()[:2], weight * weight
    args = (0.5,) if name == "sparse_" else ()
    getattr(init, name)(weight, *args)
    assert weight.requires_grad
    assert weight.is_leaf
    assert weight.dtype == nnlib.float32
    np.testing.assert_array_equal(part.numpy(), weight.detach().numpy()[:2])
    with pytest.raises(RuntimeError, match="changed in place"):
        before.sum().backward()


def test_every_function_of_torch_is_here():
    names = {n for n in dir(torch.nn.init) if n.endswith("_") and not n.startswith("_")}
    assert set(init.__all__) == names | {"calculate_gain"}


ERRORS = [
    ("uniform_", (2, 3), (1.0, 0.0), RuntimeError, "expected a <= b, got 1.0 and 0.0"),
    ("normal_", (2, 3), (0.0, -1.0), RuntimeError, "expected std >= 0, got -1.0"),
    (
        "trunc_normal_",
        (2, 3),
        (0.0, 1.0, 2.0, 1.0),
        RuntimeError,
        "expected a <= b and std > 0",
    ),
    ("eye_", (3,), (), ValueError, r"expected a tensor of 2 axes, got \(3,\)"),
    ("dirac_", (3, 2), (), ValueError, r"expected a tensor of 3, 4 or 5 axes, got \(3, 2\)"),
    ("dirac_", (3, 2, 2), (2,), ValueError, "expected 3 channels in 2 groups"),
    ("xavier_uniform_", (3,), (), ValueError, "expected at least 2 axes"),
    ("xavier_normal_", (3,), (), ValueError, "expected at least 2 axes"),
    ("kaiming_uniform_", (3,), (), ValueError, "expected at least 2 axes"),
    ("kaiming_normal_", (3, 2), (0, "fan"), ValueError, "expected mode fan_in or fan_out"),
    ("orthogonal_", (3,), (), ValueError, "expected at least 2 axes"),
    ("sparse_", (3,), (0.5,), ValueError, "expected a tensor of 2 axes"),
]


@pytest.mark.parametrize(("name", "shape", "args", "error", "message"), ERRORS)
def test_what_torch_refuses_is_refused_by_name(name, shape, args, error, message):
    with pytest.raises(error, match=f"{name}: {message}"):
        getattr(init, name)(nnlib.zeros(shape), *args)
    with pytest.raises(error):
        getattr(torch.nn.init, name)(torch.zeros(shape), *args)


@pytest.mark.parametrize("args", [("swish",), ("leaky_relu", "a"), ("leaky_relu", True)])
def test_gains_of_torch_alone_are_known(args):
    with pytest.raises(ValueError, match=r"calculate_gain: expected (one of|a number)"):
        init.calculate_gain(*args)
    with pytest.raises(ValueError, match=r"Unsupported|not a valid number"):
        torch.nn.init.calculate_gain(*args)


@pytest.mark.parametrize("name", ["uniform_", "normal_", "trunc_normal_"])
def test_integers_are_not_drawn(name):
    with pytest.raises(RuntimeError, match=f"{name}: expected a floating-point tensor"):
        getattr(init, name)(nnlib.zeros(3, dtype=nnlib.int64))
