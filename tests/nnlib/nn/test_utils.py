"""Gradients kept small, parameters as one vector, and spectral norm, against torch."""

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
        rng, result = np.random.default_rng(0), []
        for shape in SHAPES:
            p = L.tensor(np.zeros(shape, dtype), requires_grad=True)
            p.grad = L.tensor(np.asarray(3 * rng.standard_normal(shape), dtype))
            result.append(p)
        yield [*result, L.tensor(np.ones(2, dtype), requires_grad=True)]


def assert_same_grads(ours, theirs, rtol=1e-12):
    for a, b in zip(ours[:-1], theirs[:-1], strict=True):
        np.testing.assert_allclose(a.grad.numpy(), b.grad.numpy(), rtol=rtol, strict=True)
    assert ours[-1].grad is theirs[-1].grad is None


def test_clipping_matches_torch():
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


def test_one_parameter_or_none_may_have_a_gradient():
    p = nnlib.zeros(2, requires_grad=True)
    assert utils.clip_grad_norm_([p], 1.0).item() == 0
    assert utils.clip_grad_norm_([], 1.0).item() == 0
    p.grad = nnlib.tensor([3.0, 4.0])
    assert utils.clip_grad_norm_(p, 1.0).item() == 5


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


@pytest.mark.parametrize(
    ("layer", "shape", "options"),
    [
        (("Linear", 4, 3), (5, 4), {}),
        (("Linear", 4, 3), (5, 4), dict(n_power_iterations=3, dim=1)),
        (("Conv2d", 3, 4, 3), (2, 3, 5, 5), dict(eps=2.0)),
        (("ConvTranspose2d", 3, 4, 3), (2, 3, 5, 5), {}),
    ],
)
def test_spectral_norm_matches_torch(layer, shape, options, rng):
    results, (name, *args) = [], layer
    x, start = rng.standard_normal(shape), np.random.default_rng(1)
    state = {}
    for L in (torch, nnlib):
        module = L.nn.utils.spectral_norm(getattr(L.nn, name)(*args).double(), **options)
        for key, value in module.state_dict().items():
            state.setdefault(key, start.standard_normal(tuple(value.shape)))
        given = {key: L.tensor(value) for key, value in state.items()}
        module.load_state_dict(given)
        loss = module(L.tensor(x)).pow(2).sum() - module(L.tensor(x + 1)).sum()  # two calls
        loss.backward()
        outcomes = [loss.detach(), *(p.grad for p in module.parameters())]
        module.eval()
        outcomes += [module(L.tensor(x)).detach(), *module.state_dict().values()]
        x_tensor = L.tensor(x, requires_grad=True)
        (slope,) = L.autograd.grad(module(x_tensor).pow(3).sum(), x_tensor, create_graph=True)
        outcomes += L.autograd.grad(slope.pow(2).sum(), [*module.parameters()])
        assert list(L.nn.utils.remove_spectral_norm(module).state_dict()) == ["bias", "weight"]
        outcomes += [module.weight.detach(), module(L.tensor(x)).detach()]
        results.append([t.numpy() for t in outcomes])
    for theirs, ours in zip(*results, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-12, strict=True)


def test_the_parametrization_starts_with_the_largest_singular_value():
    for L in (torch, nnlib):
        layer = L.nn.Linear(2, 2, bias=False)
        layer.load_state_dict(dict(weight=L.tensor([[3.0, 0.0], [0.0, 1.0]])))
        layer = L.nn.utils.parametrizations.spectral_norm(layer).eval()
        result = layer(L.eye(2)).detach().numpy()
        np.testing.assert_allclose(result, [[1, 0], [0, 1 / 3]], atol=1e-6)


def test_mistakes_are_named():
    def normalized(L):
        return L.nn.utils.spectral_norm(L.nn.Linear(2, 1))

    calls = [
        (lambda L: L.nn.utils.spectral_norm(normalized(L)), RuntimeError),
        (lambda L: L.nn.utils.spectral_norm(L.nn.Linear(2, 1), "weight", 0), ValueError),
        (lambda L: L.nn.utils.spectral_norm(L.nn.Linear(2, 1, False), "bias"), ValueError),
        (lambda L: L.nn.utils.remove_spectral_norm(L.nn.Linear(2, 1)), ValueError),
        (lambda L: L.nn.utils.parameters_to_vector([]), ValueError),
        (lambda L: L.nn.utils.vector_to_parameters([1.0], [L.zeros(1)]), TypeError),
        (lambda L: L.nn.utils.vector_to_parameters(L.zeros(1), [L.zeros(2)]), RuntimeError),
    ]
    assert_refused(calls, nnlib, torch)
    ours = [
        (lambda: utils.spectral_norm(nnlib.nn.ReLU()), ValueError),
        (lambda: utils.vector_to_parameters(nnlib.zeros(3), [nnlib.zeros(2)]), RuntimeError),
        (lambda: utils.clip_grad_value_([], -1), ValueError),
    ]
    assert_refused(ours)
