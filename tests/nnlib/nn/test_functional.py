"""Losses in every option against torch, and their errors."""

import itertools

import numpy as np
import pytest
import torch

import nnlib
import nnlib.nn.functional as F

N, C, H, W = 7, 5, 3, 2
SHAPES = {"(N, C)": (N, C), "(C,)": (C,), "(N, C, H, W)": (N, C, H, W)}


def without_classes(shape):
    return shape[:1] + shape[2:] if len(shape) > 1 else ()


def class_weights(weighted):
    return np.linspace(0.5, 2.0, C) if weighted else None


def as_torch(x):
    return None if x is None else torch.tensor(x)


OPTIONS = list(
    itertools.product(
        ["mean", "sum", "none"],
        [False, True],  # weights
        [0.0, 0.3],  # smoothing
        SHAPES,
    )
)


@pytest.mark.parametrize(("reduction", "weighted", "smoothing", "shape"), OPTIONS)
def test_cross_entropy_of_class_indices_is_that_of_torch(
    reduction, weighted, smoothing, shape, rng
):
    z, w = rng.standard_normal(SHAPES[shape]), class_weights(weighted)
    t = rng.integers(0, C, without_classes(z.shape))
    options = dict(reduction=reduction, label_smoothing=smoothing, ignore_index=1)
    got = F.cross_entropy(nnlib.tensor(z), nnlib.tensor(t), w, **options)
    expected = torch.nn.functional.cross_entropy(
        torch.tensor(z), torch.tensor(t), as_torch(w), **options
    )
    np.testing.assert_allclose(got.numpy(), expected.numpy(), rtol=1e-10, strict=True)


@pytest.mark.parametrize(("reduction", "weighted", "smoothing", "shape"), OPTIONS)
def test_cross_entropy_of_probabilities_is_that_of_torch(
    reduction, weighted, smoothing, shape, rng
):
    z, w = rng.standard_normal(SHAPES[shape]), class_weights(weighted)
    p = F.softmax(rng.standard_normal(z.shape), min(1, z.ndim - 1))
    options = dict(reduction=reduction, label_smoothing=smoothing)
    got = F.cross_entropy(nnlib.tensor(z), nnlib.tensor(p), w, **options)
    expected = torch.nn.functional.cross_entropy(
        torch.tensor(z), torch.tensor(p), as_torch(w), **options
    )
    np.testing.assert_allclose(got.numpy(), expected.numpy(), rtol=1e-10, strict=True)


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@pytest.mark.parametrize("name", ["mse_loss", "binary_cross_entropy_with_logits"])
def test_loss_of_one_shape_is_that_of_torch(name, reduction, rng):
    x, t = rng.standard_normal((N, C)), rng.uniform(0, 1, (N, C))
    got = getattr(F, name)(nnlib.tensor(x), nnlib.tensor(t), reduction=reduction)
    expected = getattr(torch.nn.functional, name)(
        torch.tensor(x), torch.tensor(t), reduction=reduction
    )
    np.testing.assert_allclose(got.numpy(), expected.numpy(), rtol=1e-10, strict=True)


def test_binary_cross_entropy_of_a_hopeless_score_is_finite():
    loss = F.binary_cross_entropy_with_logits(np.array([-1e4, 1e4]), np.array([1.0, 0.0]))
    assert loss == 1e4


def test_uniform_scores_cost_the_logarithm_of_the_number_of_classes():
    loss = F.cross_entropy(nnlib.zeros(4, 10), nnlib.tensor([0, 3, 9, 9]))
    assert loss.item() == pytest.approx(np.log(10))


def test_integer_scores_are_taken_as_float32():
    assert F.softmax(np.array([1, 2]), 0).dtype == np.float32
    assert F.cross_entropy(np.array([[1, 2]]), np.array([0])).dtype == np.float32


def scores():
    return nnlib.zeros(3, 5)


ERRORS = [
    (
        "targets (N, 1)",
        lambda: F.cross_entropy(scores(), np.zeros((3, 1), int)),
        RuntimeError,
        r"cross_entropy: .* target \(3,\) for input \(3, 5\), got \(3, 1\)",
    ),
    (
        "other batch",
        lambda: F.cross_entropy(scores(), np.zeros(4, int)),
        ValueError,
        r"cross_entropy: .* target \(3,\) for input \(3, 5\), got \(4,\)",
    ),
    (
        "class too large",
        lambda: F.cross_entropy(scores(), np.array([0, 5, 1])),
        IndexError,
        r"cross_entropy: expected indices in \[0, 4\], got 5",
    ),
    (
        "negative class",
        lambda: F.cross_entropy(scores(), np.array([0, -1, 1])),
        IndexError,
        r"cross_entropy: expected indices in \[0, 4\], got -1",
    ),
    (
        "float targets",
        lambda: F.cross_entropy(scores(), np.zeros(3)),
        RuntimeError,
        r"cross_entropy: expected integer class indices \(3,\), got float64 \(3,\)",
    ),
    (
        "integers in the place of probabilities",
        lambda: F.cross_entropy(scores(), np.zeros((3, 5), int)),
        RuntimeError,
        r"cross_entropy: .* or probabilities \(3, 5\) of a floating-point dtype, got int64",
    ),
    (
        "single score",
        lambda: F.cross_entropy(nnlib.tensor(1.0), np.array(0)),
        RuntimeError,
        r"cross_entropy: expected input \(N, C\) or \(C,\), got a single number",
    ),
    (
        "smoothing",
        lambda: F.cross_entropy(scores(), np.zeros(3, int), label_smoothing=1.5),
        ValueError,
        r"expected label_smoothing in \[0, 1\], got 1.5",
    ),
    (
        "reduction",
        lambda: F.nll_loss(scores(), np.zeros(3, int), reduction="average"),
        ValueError,
        "nll_loss: expected reduction mean, sum or none, got 'average'",
    ),
    (
        "squared error of (N, 1) and (N,)",
        lambda: F.mse_loss(nnlib.zeros(3, 1), nnlib.zeros(3)),
        ValueError,
        r"mse_loss: expected target of input's shape \(3, 1\), got \(3,\)",
    ),
    (
        "binary targets",
        lambda: F.binary_cross_entropy_with_logits(nnlib.zeros(3, 1), nnlib.zeros(3)),
        ValueError,
        "binary_cross_entropy_with_logits: expected target of input's shape",
    ),
    (
        "features",
        lambda: F.linear(nnlib.zeros(3, 5), nnlib.zeros(2, 4)),
        RuntimeError,
        r"linear: .* got \(3, 5\) and \(2, 4\)",
    ),
    (
        "bias",
        lambda: F.linear(nnlib.zeros(3, 5), nnlib.zeros(2, 5), nnlib.zeros(3)),
        RuntimeError,
        r"linear: expected bias \(2,\), got \(3,\)",
    ),
    (
        "dtypes",
        lambda: F.linear(nnlib.zeros(3, 5).double(), nnlib.zeros(2, 5)),
        RuntimeError,
        "linear: expected one dtype, got input float64, weight float32, bias None",
    ),
    (
        "axis",
        lambda: F.softmax(scores(), 2),
        IndexError,
        r"softmax: expected dim in \[-2, 1\], got 2",
    ),
]


@pytest.mark.parametrize(
    ("f", "error", "message"), [e[1:] for e in ERRORS], ids=[e[0] for e in ERRORS]
)
def test_error_names_function_expected_and_given(f, error, message):
    with pytest.raises(error, match=message):
        f()


TORCH_TYPES = [
    ("targets (N, 1)", torch.zeros(3, 1, dtype=torch.int64), {}),
    ("other batch", torch.zeros(4, dtype=torch.int64), {}),
    ("class too large", torch.tensor([0, 5, 1]), {}),
    ("negative class", torch.tensor([0, -1, 1]), {}),
    ("float targets", torch.zeros(3), {}),
    ("integers in the place of probabilities", torch.zeros(3, 5, dtype=torch.int64), {}),
    ("reduction", torch.zeros(3, dtype=torch.int64), dict(reduction="average")),
]


@pytest.mark.parametrize(
    ("name", "target", "options"), TORCH_TYPES, ids=[name for name, *_ in TORCH_TYPES]
)
def test_error_has_the_type_that_torch_has(name, target, options):
    expected = {e[0]: e[2] for e in ERRORS}[name]
    with pytest.raises(expected):
        torch.nn.functional.cross_entropy(torch.zeros(3, 5), target, **options)
