"""Gradients kept small, and parameters as one vector, against torch."""

import numpy as np
import pytest
import torch

import nnlib
from nnlib.nn import utils

SHAPES = [(3, 5), (4,), ()]


def parameters(L, rng, scale=1.0, dtype="f8"):
    """Return parameters with gradients, and one without."""
    out = []
    for shape in SHAPES:
        p = L.tensor(np.zeros(shape, dtype), requires_grad=True)
        p.grad = L.tensor(np.asarray(scale * rng.standard_normal(shape), dtype))
        out.append(p)
    return [*out, L.tensor(np.ones(2, dtype), requires_grad=True)]


def both(scale=1.0, dtype="f8"):
    return [parameters(L, np.random.default_rng(0), scale, dtype) for L in (nnlib, torch)]


def assert_same_grads(ours, theirs, rtol=1e-12):
    for a, b in zip(ours[:-1], theirs[:-1], strict=True):
        np.testing.assert_allclose(a.grad.numpy(), b.grad.numpy(), rtol=rtol, strict=True)
    assert ours[-1].grad is theirs[-1].grad is None


@pytest.mark.parametrize("dtype", ["f4", "f8"])
@pytest.mark.parametrize("norm_type", [1, 2.0, 3.0, float("inf")])
@pytest.mark.parametrize("max_norm", [0.5, 2, 1e6])
def test_clipping_by_norm_is_that_of_torch(max_norm, norm_type, dtype):
    ours, theirs = both(3.0, dtype)
    got = utils.clip_grad_norm_(ours, max_norm, norm_type)
    expected = torch.nn.utils.clip_grad_norm_(theirs, max_norm, norm_type)
    rtol = 1e-5 if dtype == "f4" else 1e-12
    np.testing.assert_allclose(got.numpy(), expected.numpy(), rtol=rtol, strict=True)
    assert_same_grads(ours, theirs, rtol)


def test_one_parameter_and_none_can_be_clipped():
    p = nnlib.zeros(2, requires_grad=True)
    assert utils.clip_grad_norm_([p], 1.0).item() == 0
    assert utils.clip_grad_norm_([], 1.0).item() == 0
    p.grad = nnlib.tensor([3.0, 4.0])
    assert utils.clip_grad_norm_(p, 1.0).item() == 5
    np.testing.assert_allclose(p.grad.numpy(), [0.6, 0.8], rtol=1e-6)


@pytest.mark.parametrize("norm_type", [1.0, 2.0, np.inf])
def test_an_empty_gradient_has_norm_zero(norm_type):
    p = nnlib.zeros((0, 2), requires_grad=True)
    p.grad = nnlib.zeros((0, 2))
    assert utils.clip_grad_norm_([p], 1.0, norm_type).item() == 0


def test_a_generator_of_parameters_can_be_clipped():
    layer = nnlib.nn.Linear(3, 2)
    layer(nnlib.ones(4, 3)).sum().backward()
    utils.clip_grad_norm_(layer.parameters(), 0.1)
    total = utils.get_total_norm(p.grad for p in layer.parameters())
    np.testing.assert_allclose(total.numpy(), 0.1, rtol=1e-4)


@pytest.mark.parametrize("value", [np.inf, np.nan])
def test_a_norm_that_is_not_finite_is_an_error_on_demand(value):
    grads = []
    for L, clip in ((nnlib, utils), (torch, torch.nn.utils)):
        p = L.zeros(2, requires_grad=True)
        p.grad = L.tensor([1.0, value])
        with pytest.raises(RuntimeError):
            clip.clip_grad_norm_([p], 1.0, error_if_nonfinite=True)
        assert p.grad.tolist()[0] == 1.0
        with np.errstate(invalid="ignore"):
            clip.clip_grad_norm_([p], 1.0)
        grads.append(p.grad.numpy())
    np.testing.assert_array_equal(*grads)
    with pytest.raises(
        RuntimeError, match="clip_grad_norm_: expected a finite norm of order 2"
    ):
        utils.clip_grad_norm_([p_with(value)], 1.0, error_if_nonfinite=True)
    with pytest.raises(RuntimeError, match="get_total_norm: expected a finite norm"):
        utils.get_total_norm(p_with(value).grad, error_if_nonfinite=True)


def p_with(value):
    p = nnlib.zeros(1, requires_grad=True)
    p.grad = nnlib.tensor([value])
    return p


@pytest.mark.parametrize("value", [0.0, 0.5, 10])
def test_clipping_by_value_is_that_of_torch(value):
    ours, theirs = both()
    assert utils.clip_grad_value_(ours, value) is None
    torch.nn.utils.clip_grad_value_(theirs, value)
    assert_same_grads(ours, theirs)


def test_a_negative_bound_is_refused():
    with pytest.raises(ValueError, match="clip_grad_value_: expected clip_value >= 0, got -1"):
        utils.clip_grad_value_([], -1)


def test_parameters_become_a_vector_and_come_back(rng):
    arrays = [rng.standard_normal(s) for s in SHAPES]
    vectors = []
    for L, u in ((nnlib, utils), (torch, torch.nn.utils)):
        params = [L.tensor(a, requires_grad=True) for a in arrays]
        vector = u.parameters_to_vector(iter(params))
        (vector**2).sum().backward()
        vectors.append([vector.detach().numpy(), *(p.grad.numpy() for p in params)])
        u.vector_to_parameters(vector.detach() * 10, params)
        vectors[-1] += [p.detach().numpy() for p in params]
        assert all(p.requires_grad and p.is_leaf for p in params)
    for a, b in zip(*vectors, strict=True):
        np.testing.assert_array_equal(a, b, strict=True)


def test_writing_parameters_is_noticed_by_graphs_that_read_them():
    p = nnlib.ones(2, requires_grad=True)
    y = (p * p).sum()
    utils.vector_to_parameters(nnlib.zeros(2), [p])
    with pytest.raises(RuntimeError, match="changed in place"):
        y.backward()


ERRORS = [
    (lambda L, u: u.parameters_to_vector([]), ValueError, "expected at least one parameter"),
    (
        lambda L, u: u.vector_to_parameters([1.0], [L.zeros(1)]),
        TypeError,
        "vector_to_parameters: expected a Tensor, got list",
    ),
    (
        lambda L, u: u.vector_to_parameters(L.zeros(1), [L.zeros(2)]),
        RuntimeError,
        r"vector_to_parameters: expected a vector of 2 elements, got \(1,\)",
    ),
]


@pytest.mark.parametrize(("call", "error", "message"), ERRORS)
def test_mistakes_are_named(call, error, message):
    with pytest.raises(error, match=message):
        call(nnlib, utils)
    with pytest.raises(error):
        call(torch, torch.nn.utils)


def test_a_vector_that_is_too_long_is_refused():
    with pytest.raises(RuntimeError, match="expected a vector of 2 elements"):
        utils.vector_to_parameters(nnlib.zeros(3), [nnlib.zeros(2)])
