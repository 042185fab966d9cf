"""Gradients kept small, and parameters as one vector, against torch."""

import numpy as np
import pytest
import torch

import nnlib
from nnlib.nn import utils
from tests.nnlib.harness import assert_refused, naming

SHAPES = [(3, 5), (4,), ()]


def both(dtype="f8"):
    """Return, for each library, parameters with equal gradients, and one without."""
    for L in (nnlib, torch):
        rng, found = np.random.default_rng(0), []
        for shape in SHAPES:
            p = L.tensor(np.zeros(shape, dtype), requires_grad=True)
            p.grad = L.tensor(np.asarray(3 * rng.standard_normal(shape), dtype))
            found.append(p)
        yield [*found, L.tensor(np.ones(2, dtype), requires_grad=True)]


def assert_same_grads(ours, theirs, rtol=1e-12):
    for a, b in zip(ours[:-1], theirs[:-1], strict=True):
        np.testing.assert_allclose(a.grad.numpy(), b.grad.numpy(), rtol=rtol, strict=True)
    assert ours[-1].grad is theirs[-1].grad is None


def test_clipping_is_that_of_torch():
    for dtype, rtol in (("f4", 1e-5), ("f8", 1e-12)):
        for norm_type in (1, 2.0, 3.0, float("inf")):
            for max_norm in (0.5, 2, 1e6):
                with naming(dtype, norm_type, max_norm):
                    ours, theirs = both(dtype)
                    got = utils.clip_grad_norm_(ours, max_norm, norm_type).numpy()
                    expected = torch.nn.utils.clip_grad_norm_(theirs, max_norm, norm_type)
                    np.testing.assert_allclose(got, expected.numpy(), rtol=rtol, strict=True)
                    assert_same_grads(ours, theirs, rtol)
    for value in (0.0, 0.5, 10):
        ours, theirs = both()
        assert utils.clip_grad_value_(ours, value) is None
        torch.nn.utils.clip_grad_value_(theirs, value)
        assert_same_grads(ours, theirs)


def test_a_norm_that_is_not_finite_is_an_error_on_demand():
    for value in (np.inf, np.nan):
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


def test_one_parameter_and_none_by_hand():
    p = nnlib.zeros(2, requires_grad=True)
    assert utils.clip_grad_norm_([p], 1.0).item() == 0
    assert utils.clip_grad_norm_([], 1.0).item() == 0
    p.grad = nnlib.tensor([3.0, 4.0])
    assert utils.clip_grad_norm_(p, 1.0).item() == 5
    np.testing.assert_allclose(p.grad.numpy(), [0.6, 0.8], rtol=1e-6)


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


def test_mistakes_are_named():
    calls = [
        (lambda L: L.nn.utils.parameters_to_vector([]), ValueError),
        (lambda L: L.nn.utils.vector_to_parameters([1.0], [L.zeros(1)]), TypeError),
        (lambda L: L.nn.utils.vector_to_parameters(L.zeros(1), [L.zeros(2)]), RuntimeError),
    ]
    assert_refused(calls, nnlib, torch)
    ours = [
        (lambda: utils.vector_to_parameters(nnlib.zeros(3), [nnlib.zeros(2)]), RuntimeError),
        (lambda: utils.clip_grad_value_([], -1), ValueError),
    ]
    assert_refused(ours)
