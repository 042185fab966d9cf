"""Where formulas break off: kinks, ties, 0, infinity, NaN, nothing at all, very long chains."""

import math
import warnings

import numpy as np
import pytest
import torch

import nnlib
import nnlib.nn.functional as F
from nnlib import error_function, ops
from nnlib.ops import comparison, elementwise
from tests.nnlib.harness import assert_refused, naming

inf, nan = np.inf, np.nan


def functional(name, *options):
    return lambda L, *xs: getattr(L.nn.functional, name)(*xs, *options)


def assert_same(f, *values, rtol=1e-9, recorded=False):
    """Assert that value and gradients of the sum of f are those of torch.

    recorded: compare the gradient of the cubes of the first gradient too.
    """
    out = []
    for L in (nnlib, torch):
        inputs = [L.tensor(np.array(v, "f8"), requires_grad=True) for v in values]
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            y = f(L, *inputs)
            results = [y]
            if y.requires_grad:
                results += L.autograd.grad(y.sum(), inputs, create_graph=recorded)
            if recorded:
                results += L.autograd.grad((results[1] ** 3).sum(), inputs)
        out.append([a.detach().numpy() for a in results])
    for got, expected in zip(*out, strict=True):
        np.testing.assert_allclose(got, expected, rtol=rtol, atol=1e-12, strict=True)


WIDE = [-inf, -800.0, -1.0, -0.5, -0.0, 0.0, 0.5, 1.0, 800.0, inf, nan]
ONES = [-1.0, -0.0, 0.0, 1.0, nan]
NEAR_0 = [0.0, 1.0, inf, -2.0, nan]
POINTS = [
    ("abs sign floor ceil trunc round atan erf", WIDE),
    ("exp expm1 sinh cosh tanh isfinite nan_to_num relu sigmoid square", WIDE),
    ("log log2 log10 log1p rsqrt reciprocal sqrt", NEAR_0),
    ("asin acos erfinv", [*ONES, 2.0]),
    ("lgamma digamma", [-inf, -2.5, -0.0, 0.0, 1e-9, 1.0, 2.0, 1e4, 1e306, inf, nan]),
    ("sin cos tan", [*ONES, inf]),
]


@pytest.mark.parametrize(("names", "values"), POINTS)
def test_kinks_and_limits_match_torch(names, values):
    for name in names.split():
        with naming(name):
            assert_same(lambda L, x, name=name: getattr(L, name)(x), values)


KINKS = [-3.0, -1.0, -0.5, -0.0, 0.0, 0.5, 1.0, 3.0, 6.0, -800.0, 800.0]
ACTIVATIONS = [
    *[(n,) for n in ("selu", "silu", "mish", "gelu", "logsigmoid")],
    *[(n,) for n in ("hardtanh", "relu6", "hardsigmoid", "hardswish", "softplus")],
    *[("leaky_relu",), ("leaky_relu", 0.0), ("elu", 2.0)],
]
BOUNDLESS = "leaky_relu elu selu hardtanh relu6 hardsigmoid logsigmoid"


def test_activations_have_the_kinks_and_limits_of_torch():
    for name, *options in ACTIVATIONS:
        rtol = 1e-7 if name == "hardsigmoid" else 1e-9  # torch rounds 1/6 to float32
        with naming(name, options):
            values = [*KINKS, inf, -inf] if name in BOUNDLESS.split() else KINKS
            assert_same(functional(name, *options), values, rtol=rtol)
            if name != "softplus":
                assert np.isnan(getattr(F, name)(np.array([nan]), *options)).all()
    assert_same(functional("prelu"), [-2.0, 0.0, 2.0], [0.5])


A = [0.0, 0.0, 1.0, -1.0, inf, nan, 2.0, -inf]
B = [0.0, 1.0, 1.0, -1.0, inf, 1.0, nan, 1.0]
CLAMPED = [-2.0, -1.0, 0.0, 1.0, 2.0, nan, inf]
TIES = [[2.0, 1.0, 2.0, 1.0, 2.0], [1.0, 2.0, 1.0], [3.0, 3.0], [-inf, -inf], [0.0, -0.0]]
ZEROS = [[2.0, 0.0, 3.0], [0.0, 2.0, 0.0, 3.0], [3.0, -2.0, 0.0], [0.0, 0.0, 0.0]]
SCORES = [[1000.0, 0.0, -1000.0], [0.0, -inf, 1.0], [88.0, 89.0, 90.0]]


def extreme(name, *dim):
    """Return a call that computes an extreme of all entries or along an axis, without index."""

    def call(L, x):
        y = getattr(L, name)(x, *dim)
        return y if hasattr(y, "requires_grad") else y.values

    return call


CALLS = [
    *[(lambda L, a, b, f=f: getattr(L, f)(a, b), A, B) for f in ("maximum", "minimum")],
    *[(lambda L, a, b, f=f: getattr(L, f)(a, b), A, B) for f in ("remainder", "clamp_min")],
    (lambda L, a, b: L.atan2(a, b), A[:4], B[:4]),
    *[
        (lambda L, x, p=p: x**p, [-2.0, -0.5, 0.0, 0.25, 3.0, nan, inf])
        for p in (-2, -1, -0.5, 0, 0.5, 1, 1.5, 2, 3, 3.0, 4, 5)
    ],
    (lambda L, a, b: a**b, [0.0, 0.0, 0.0, 2.0], [0.0, 1.0, 2.0, 0.0]),
    (lambda L, a, b: L.xlogy(a, b), [0.0, 1.0, 2.0, 0.0], [3.0, 0.0, 2.0, nan]),
    (lambda L, a, b: L.logaddexp(a, b), [-800.0, 800.0, 0.0, -inf], [800.0, 0.0, 0.0, 0.0]),
    *[
        (lambda L, x, low=low, high=high: L.clamp(x, low, high), CLAMPED)
        for low, high in ((-1.0, 1.0), (None, 1.0), (-1.0, None), (1.0, -1.0))
    ],
    (
        lambda L, x, a, b: L.clamp(x, a, b),
        *([-2.0, -1, 0, 1, 2, 0, 0, 3], [-1.0] * 5 + [2.0, 1, 1], [1.0] * 8),
    ),
    *[
        (lambda L, x, n=n: L.round(x, decimals=n), [0.5, 1.5, 2.5, -0.5, 1.25, 15.0, 25.0])
        for n in (-1, 0, 1, 2)
    ],
    *[
        (lambda L, x, m=m: L.div(x, 0.0, rounding_mode=m) * 1.0, [-1.0, 0.0, 1.0, nan])
        for m in (None, "floor", "trunc")
    ],
    *[
        (lambda L, x, f=f: getattr(L, f)(x, 0), z)
        for z in SCORES
        for f in ("softmax", "log_softmax", "logsumexp")
    ],
    *[(extreme(f), t) for t in TIES for f in ("max", "min", "amax", "amin", "median")],
    *[(extreme(f, 0), t) for t in TIES for f in ("max", "min")],
    *[(extreme(f, (0, 1)), [TIES[0], TIES[0][::-1]]) for f in ("amax", "amin")],
    *[(extreme(f), [1.0, nan, 2.0, nan]) for f in ("max", "min", "median")],
    *[
        (lambda L, x, p=p: L.norm(x, p), v)
        for p in ("fro", 0.5, 1, 1.5, 2, 3, inf, -inf)
        for v in ([0.0, 0.0], [3.0, 0.0, -4.0])
    ],
    (lambda L, x: L.std(x, 1), [[2.0, 2.0, 2.0], [1.0, 2.0, 4.0]]),
    *[
        (lambda L, x, f=f, d=d: getattr(L, f)(x, *d), np.ones(shape))
        for f in ("var", "std")
        for shape in ((3, 1), (0, 3), (1,), ())
        for d in ((-1,), ())
    ],
    (lambda L, x: L.nanmean(x, 0), [[1.0, nan], [nan, 3]]),
    *[
        (lambda L, x, z, p=p: L.cdist(x, z, p), [[0, 0], [1, 3]], [[0, 0], [3, -1], [1, 2]])
        for p in (0.0, 0.5, 1.0, 1.5, 2.0, 3.0)
    ],
    (lambda L, x: L.cdist(x, x), np.arange(90.0).reshape(30, 3) % 7),
    (lambda L, *x: L.addmm(*x, beta=0), np.full((2, 2), nan), np.ones((2, 2)), np.ones((2, 2))),
    (lambda L, x: L.einsum("ii->i", x), [[1.0, inf], [nan, 2.0]]),
    (functional("cosine_similarity", 1, 100.0), [[1.0, 2.0]], [[0.5, -1.0]]),
    (functional("cosine_similarity"), [[0.0, 0.0]], [[1.0, 2.0]]),
    (functional("normalize"), [[0.0, 0.0], [3.0, 4.0]]),
    *[
        (functional("pairwise_distance", p), [[1.0, 2.0], [0.0, 3.0]], [[1.0, 2.0], [0.0, 3.0]])
        for p in (0.5, 1, 2, 3, inf)
    ],
]


def test_calls_at_ties_zeros_and_limits_match_torch():
    for f, *values in CALLS:
        with naming(f"the call in line {f.__code__.co_firstlineno}", values):
            assert_same(f, *values, rtol=1e-7)


def targets(L, *values):
    return L.tensor(list(values))


LOSSES = [
    (lambda F, L, z: F.cross_entropy(z, targets(L, 1)), [[1e4, -1e4, 0.0]]),
    *[
        (
            lambda F, L, p, r=r: F.binary_cross_entropy(
                p, targets(L, 0.0, 1, 1, 0, 0.5).to(p.dtype), reduction=r
            ),
            [0.0, 1.0, 0.0, 1.0, 1e-30],
        )
        for r in ("mean", "sum", "none")
    ],
    (
        lambda F, L, z, t: F.binary_cross_entropy_with_logits(z, t),
        *([-1e4, 1e4, -30.0, 30.0], [1.0, 0.0, 0.5, 1.0]),
    ),
    (lambda F, L, x: F.smooth_l1_loss(x, 0 * x), [-1.0, 0.0, 1.0]),
    (lambda F, L, x: F.huber_loss(x, 0 * x), [-1.0, 0.0, 1.0]),
    (lambda F, L, x: F.l1_loss(x, 0 * x), [-1.0, 0.0, 1.0]),
    (lambda F, L, x, t: F.kl_div(x, t), [[0.3, -1.0, 2.0]], [[0.2, 0.1, 0.7]]),
    *[
        (f, np.zeros((0, 5)))  # a mean over no example is NaN
        for f in (
            lambda F, L, x: F.mse_loss(x, x),
            lambda F, L, x: F.l1_loss(x, x),
            lambda F, L, x: F.cross_entropy(x, L.zeros(0, dtype=L.int64)),
            lambda F, L, x: F.cross_entropy(x, L.zeros(0, dtype=L.int64), reduction="sum"),
            lambda F, L, x: F.nll_loss(x, L.zeros(0, dtype=L.int64)),
            lambda F, L, x: F.binary_cross_entropy(x, x),
            lambda F, L, x: F.kl_div(x, x, reduction="batchmean"),
            lambda F, L, x: F.triplet_margin_loss(x, x, x),
        )
    ],
    (lambda F, L, z: F.cross_entropy(z, targets(L, 1, 1), ignore_index=1), np.ones((2, 3))),
]


def test_losses_at_kinks_at_extreme_scores_and_of_empty_inputs_match_torch():
    for f, *values in LOSSES:
        with naming(f"the call in line {f.__code__.co_firstlineno}", values):
            call = lambda L, *xs, f=f: f(L.nn.functional, L, *xs)  # noqa: E731
            assert_same(call, *values, rtol=1e-8)  # torch rounds 1e-12 to float32


def weighted(L, x):
    return L.cumprod(x, 0) * L.arange(1, len(x) + 1).reshape(-1, *[1] * (x.ndim - 1))


def test_products_with_zeros_have_the_derivatives_of_torch(rng):
    for values in ZEROS:
        with naming(values):
            assert_same(lambda L, x: L.prod(x), values, recorded=True)
            assert_same(weighted, values, recorded=True)
    for n in (2, 3, 4, 5, 8, 33):
        x = rng.choice([-1.5, 0.0, 0.5, 1.0, 2.0], (n, 2), p=[0.3, 0.05, 0.3, 0.05, 0.3])
        assert_same(weighted, x, recorded=True)
    for p in (1, 2, 3):
        zeros = [[3.0, 0.0, -4.0], [0.0, 1.0, 0.0]]
        assert_same(lambda L, x, p=p: L.norm(x, p, dim=1) ** 2, zeros, recorded=True)


def second_derivatives(L, f, *values):
    """Return the gradients of f, and their derivatives in one direction, as arrays."""
    inputs = [L.tensor(np.array(v, "f8"), requires_grad=True) for v in values]
    first = L.autograd.grad(f(L, *inputs).sum(), inputs, create_graph=True)
    results = [g.detach().numpy(force=True) for g in first]
    for g in first:
        direction = L.arange(1, g.numel() + 1).reshape(g.shape)
        second = L.autograd.grad(
            (g * direction).sum(), inputs, retain_graph=True, materialize_grads=True
        )
        results += [h.detach().numpy(force=True) for h in second]
    return results


ORIGIN, MIXED = [0.0, 0.0, 0.0], [0.0, 1.0, -2.0]
ZERO_BASE = [0.0, 0.0, 0.0, 1.0, -1.0, 2.0], [0.0, 1.0, 2.0, 0.0, 0.0, 0.0]
SECOND = [
    *[
        (lambda L, x, p=p: x.norm(p), x)
        for p in (-1, 0.5, 1, 1.5, 2, 2.5, 3, 4, inf)
        for x in (ORIGIN, MIXED)
    ],
    (lambda L, x: x.norm(dim=1), [ORIGIN, MIXED]),
    (functional("normalize", 2, 0), ORIGIN),
    (functional("pairwise_distance", 2, 0.0), [ORIGIN], [ORIGIN]),
    (functional("cosine_similarity", 0), ORIGIN, MIXED),
    (lambda L, x: x.std(), ORIGIN),
    (lambda L, x: x.sqrt(), [0.0, 1.0]),
    *[
        (lambda L, a, b, f=f: getattr(L, f)(a, b), *pair)
        for f in ("pow", "xlogy")
        for pair in (ZERO_BASE, ZERO_BASE[::-1])
    ],
    (lambda L, a, b: L.atan2(a, b), [0.0, 0.0, 1.0], [0.0, 1.0, 0.0]),
    (lambda L, x: 0**x, MIXED[:2]),
    (functional("elu", 2.0), MIXED),
    (functional("selu"), MIXED),
    (functional("smooth_l1_loss"), [0.0, 0.5, 2.0], ORIGIN),
    (functional("huber_loss"), [0.0, 0.5, 1.0, 2.0], [0.0, 0.0, 0.0, 0.0]),
    (functional("kl_div"), [-1.0, -2.0], [0.0, 1.0]),
    (lambda L, t: L.nn.functional.binary_cross_entropy(0 * t, t) + t**2, [0.0, 1.0, 0.5]),
]


def test_second_derivatives_at_zero_match_torch():
    for f, *values in SECOND:
        with naming(f"the call in line {f.__code__.co_firstlineno}", values):
            with warnings.catch_warnings():
                warnings.filterwarnings("ignore", message="reduction: 'mean'")  # torch's kl_div
                got, expected = (second_derivatives(L, f, *values) for L in (nnlib, torch))
            for ours, theirs in zip(got, expected, strict=True):
                np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("dtype", ["int64", "int32", "uint8"])
def test_powers_of_integers_match_torch(dtype):
    x = np.array([0, 1, 2, 7, 250], dtype)
    for exponent in (3, 4):
        expected = torch.pow(torch.tensor(x), exponent).numpy()
        np.testing.assert_array_equal(nnlib.pow(x, exponent), expected, strict=True)


@pytest.mark.parametrize("name", ["div", "xlogy"])
def test_a_negative_number_with_a_tensor_of_bytes_behaves_as_in_torch(name):
    with np.errstate(invalid="ignore"):
        got, expected = (
            getattr(L, name)(L.tensor([1, 200], dtype=L.uint8), -1) for L in (nnlib, torch)
        )
    np.testing.assert_array_equal(got.numpy(), expected.numpy(), strict=True)


def test_a_derivative_with_a_logarithm_has_the_precision_of_the_result():
    for f, factor in (
        (lambda x: nnlib.tensor([7]) ** x, 343),
        (lambda x: nnlib.xlogy(x, 7), 1),
    ):
        x = nnlib.tensor([3.0], dtype=nnlib.float64, requires_grad=True)
        f(x).backward()
        assert x.grad.item() == pytest.approx(math.log(7) * factor, rel=1e-14)


@pytest.mark.parametrize("mode", ["floor", "trunc"])
def test_large_integers_are_divided_exactly(mode):
    n = 2**62 + 1
    got, expected = (
        L.div(L.tensor([n, -n]), L.tensor([3, 3]), rounding_mode=mode) for L in (nnlib, torch)
    )
    assert got.tolist() == expected.tolist()


def test_lerp_reaches_both_ends_exactly():
    a, b = nnlib.tensor([0.1, 1e8]), nnlib.tensor([0.7, 1.0])
    assert nnlib.lerp(a, b, 0).tolist() == a.tolist()
    assert nnlib.lerp(a, b, 1).tolist() == b.tolist()


def relative_error(got, expected):
    return np.max(np.abs(got / np.array(expected) - 1))


def test_error_functions_are_exact_up_to_the_tails(rng):
    x = np.concatenate([rng.uniform(-7, 7, 2000), rng.normal(0, 1e-3, 500), [1e-300, -1e-12]])
    assert relative_error(error_function.erf(x), [math.erf(v) for v in x]) < 1e-15
    near, far = rng.uniform(-7, 5, 2000), rng.uniform(5, 26.5, 2000)
    assert relative_error(error_function.erfc(near), [math.erfc(v) for v in near]) < 1e-15
    assert relative_error(error_function.erfc(far), [math.erfc(v) for v in far]) < 1e-14
    x = np.concatenate([rng.uniform(-1, 1, 2000), 1 - 10.0 ** -rng.uniform(0, 15, 500)])
    x = np.concatenate([x, rng.normal(0, 1e-6, 500)])
    expected = torch.erfinv(torch.tensor(x)).numpy()
    assert relative_error(error_function.erfinv(x), expected) < 2e-15
    for f in (error_function.erf, error_function.erfc, error_function.erfinv):
        assert f(np.array([0.25, 0.5], np.float32)).dtype == np.float32


def test_aliases_compute_the_same_as_in_torch(rng):
    names = [*elementwise.__all__, *comparison.__all__]
    for name in [n for n in names if getattr(ops, n).__name__ != n]:
        f = getattr(nnlib, name)
        n = f.__code__.co_argcount - len(f.__defaults__ or ())
        inputs = list(rng.uniform(0.1, 0.9, (n, 3)))
        options = dict(min=0.3, max=0.6) if name == "clip" else {}
        got = f(*map(nnlib.tensor, inputs), **options)
        expected = getattr(torch, name)(*map(torch.tensor, inputs), **options)
        with naming(name):
            np.testing.assert_allclose(got.numpy(), expected.numpy(), rtol=1e-12, strict=True)
    for names in "swapaxes transpose,concat cat,moveaxis movedim".split(","):
        other, name = names.split()
        assert getattr(nnlib, other) is getattr(nnlib, name)


def test_to_returns_the_same_tensor_if_nothing_changes_and_copies_on_request():
    x = nnlib.tensor([1.0], requires_grad=True)
    for args in (("cpu",), (nnlib.float32,), (None,), (), ("cpu", nnlib.float32)):
        assert x.to(*args) is x
    x = nnlib.tensor([1.0])
    for y in (x.to("cpu", copy=True), x.to(nnlib.float32, False, True), x.to(x, copy=True)):
        assert not np.shares_memory(x.numpy(), y.numpy())
    assert [x.to(t).dtype for t in (float, int, bool)] == ["f8", "i8", "?"]


@pytest.mark.parametrize("dtype", ["float32", "float64", "int64", "int32", "uint8", "bool"])
def test_the_name_of_a_type_is_the_one_in_torch(dtype):
    x = nnlib.tensor(np.ones(2, dtype))
    name = torch.ones(2, dtype=getattr(torch, dtype)).type()
    assert comparison.type_(x) == name
    assert comparison.type_(nnlib.tensor([1.5]), name).dtype == dtype
    with pytest.raises(ValueError, match=r"^type: .*'float'"):
        comparison.type_(x, "float")


def test_forms_in_place_exist_in_torch_and_change_the_tensor():
    for name in ops.IN_PLACE:
        assert hasattr(torch.Tensor, f"{name}_"), name
        assert hasattr(nnlib.Tensor, f"{name}_"), name
    changes = [
        lambda x, L: x.exp_(),
        lambda x, L: x.clamp_(-0.5, 0.5),
        lambda x, L: x.round_(decimals=1),
        lambda x, L: x.masked_fill_(x > 0, 7),
        lambda x, L: x.lerp_(L.ones(4), 0.25),
        lambda x, L: x.eq_(x),
        lambda x, L: x.multiply_(3).sub_(1, alpha=2).div_(3, rounding_mode="floor"),
        lambda x, L: x.cumsum_(0).cumprod_(0),
    ]
    for change in changes:
        got, expected = (L.tensor([-1.25, -0.5, 0.5, 2.0]) for L in (nnlib, torch))
        assert change(got, nnlib) is got
        change(expected, torch)
        np.testing.assert_allclose(got.numpy(), expected.numpy(), rtol=1e-6, strict=True)


def test_numpy_does_not_warn_of_infinity_and_nan():
    """A RuntimeWarning is an error in these tests."""
    big, zero = 3e38, [0.0]
    calls = [
        lambda L: L.tensor(zero).log(),
        lambda L: 1 / L.tensor(zero),
        lambda L: L.tensor(zero) / 0,
        lambda L: L.tensor([-1.0]).sqrt(),
        lambda L: L.tensor([1000.0]).exp(),
        lambda L: L.tensor([big]) * 10 + L.tensor([big]) @ L.tensor([big]),
        lambda L: 1e300 * L.ones(1),
        lambda L: L.tensor([1e300]),
        lambda L: L.tensor([1e300], dtype=L.float64).float(),
        lambda L: L.tensor([inf, -inf]).sum(),
        lambda L: L.ones(1).add_(L.tensor([1e300], dtype=L.float64)),
        lambda L: L.nn.functional.softmax(L.tensor([inf, 0.0]), 0),
        lambda L: L.autograd.functional.hessian(lambda x: x.sqrt().sum(), L.zeros(2)),
    ]
    for call in calls:
        got, expected = (call(L).numpy() for L in (nnlib, torch))
        with naming(f"the call in line {call.__code__.co_firstlineno}"):
            np.testing.assert_array_equal(got, expected)
    for L in (nnlib, torch):
        x = L.zeros(2, requires_grad=True)
        for scale in (inf, -inf):
            (x.sqrt() * scale).sum().backward()  # the second gradient is added: inf - inf
        assert x.grad.isnan().all()
        optimizer = L.optim.Adam([x], lr=1.0)
        for _ in range(2):
            x.grad = L.full((2,), big)
            optimizer.step()
    with pytest.warns(RuntimeWarning, match="divide by zero"):  # the user's own NumPy warns
        np.log(np.zeros(1))


def test_a_number_that_overflows_is_refused_as_in_torch():
    calls = [
        lambda L: L.full((2,), 1e300),
        lambda L: L.full_like(L.ones(2), -1e300),
        lambda L: L.ones(2).fill_(1e300),
        lambda L: L.ones(2).__setitem__(0, 1e300),
        lambda L: L.where(L.ones(1) > 0, 1e300, L.ones(1)),
        lambda L: L.ones(1).masked_fill(L.ones(1) > 0, 1e300),
        lambda L: L.linspace(0, 1e300, 3),
        lambda L: L.ones(2).uniform_(0, 1e300),
    ]
    assert_refused([(call, RuntimeError) for call in calls], nnlib, torch)
    assert nnlib.full((2,), inf).isinf().all()


def test_scores_whose_maximum_is_not_finite():
    with np.errstate(invalid="ignore", divide="ignore"):
        for z in ([inf, 0.0], [nan, 0.0], [-inf, -inf]):
            assert np.isnan(F.softmax(np.array(z), 0)).all()
        assert nnlib.logsumexp(np.array([-inf, -inf]), 0) == -inf
    z = nnlib.tensor([[0.0, 0.0], [-inf, 0.0]])
    assert F.cross_entropy(z, np.array([0, 0]), ignore_index=0).isnan()
    loss = F.cross_entropy(z, np.array([1, 0]), ignore_index=0)  # shielded from the infinite
    assert loss.item() == pytest.approx(np.log(2))


def test_extremes_and_sums_of_nan_and_infinity_match_torch():
    for name in ("sum", "mean", "prod", "nanmean", "norm", "logsumexp", "cumsum"):
        for values in ([1.0, nan, 2.0], [inf, 1.0, 0.5], [-inf, 2.0, 3.0]):
            got, expected = (
                getattr(L, name)(L.tensor(values), 0 if name != "norm" else 2)
                for L in (nnlib, torch)
            )
            np.testing.assert_allclose(got.numpy(), expected.numpy(), rtol=1e-6, strict=True)
    x = np.ones((4, 3))
    x[1, 0], x[2, 1] = nan, inf
    np.testing.assert_array_equal(nnlib.sum(x, 0), [nan, inf, 4.0])
    np.testing.assert_array_equal(nnlib.sum(x.T.copy(), 1), [nan, inf, 4.0])


@pytest.mark.parametrize(("n", "columns"), [(128, 10), (1600, 512), (32768, 32)])
def test_sums_of_rows_round_little(n, columns, rng):
    x = rng.standard_normal((n, columns)).astype("f4")
    error = np.abs(nnlib.sum(x, 0) - x.astype("f8").sum(0))
    assert (error < 1e-7 * np.abs(x).sum(0)).all()


def test_known_differences_from_torch():
    x = nnlib.tensor([3.0, 2.0, 1.0, 2.0, 2.0], requires_grad=True)
    values, indices = nnlib.median(x, 0)  # the first of equal medians takes the gradient
    values.backward()
    assert (values.item(), indices.item()) == (2.0, 1)
    assert x.grad.tolist() == [0.0, 1.0, 0.0, 0.0, 0.0]
    x = nnlib.tensor([3.0, 0.0, nan], requires_grad=True)
    nnlib.norm(x, 0).backward()  # the number of nonzero elements has no slope
    assert x.grad.tolist() == [0.0, 0.0, 0.0]
    x = nnlib.tensor([[0.0, 2.0]], requires_grad=True)
    nnlib.cdist(x, nnlib.tensor([[2.0, 0.0]]), inf).backward()
    assert x.grad.tolist() == [[-0.5, 0.5]]  # torch gives each of them 1
    x = nnlib.tensor([[2.0, 2.0, 1.0, 3.0]], requires_grad=True)
    F.maxout(x, 2).sum().backward()  # equal pieces share
    assert x.grad.tolist() == [[0.5, 0.5, 0.0, 1.0]]
    assert nnlib.tensor([True, False]).round().tolist() == [True, False]  # as floor does
    x, t = np.log([0.25, 0.75]), np.array([0.0, 1.0])  # a class of probability 0 adds nothing
    assert F.kl_div(x, t, reduction="sum") == pytest.approx(np.log(4 / 3))


@pytest.mark.parametrize("name", ["median", "max", "min", "sort", "topk"])
def test_values_and_indices_have_these_names_as_in_torch(name, rng):
    x = rng.random((3, 5))
    got, expected = (getattr(L.tensor(x), name)(1) for L in (nnlib, torch))
    np.testing.assert_array_equal(got.values.numpy(), expected.values.numpy(), strict=True)
    np.testing.assert_array_equal(got.indices.numpy(), expected.indices.numpy(), strict=True)
    assert got.values is got[0]


@pytest.mark.slow
def test_einsum_of_any_equation_matches_torch():
    for seed in range(60):
        rng = np.random.default_rng(seed)
        lengths = dict(zip("abcdE", (2, 3, 1, 2, 3), strict=True))
        terms = [
            "".join(rng.choice(list(lengths), rng.integers(0, 4))) for _ in range(1 + seed % 4)
        ]
        used = sorted(set("".join(terms)))
        out = "".join(rng.permutation(used)[: rng.integers(0, len(used) + 1)])
        arrays = [rng.standard_normal([lengths[c] for c in term]) for term in terms]
        equation = f"{','.join(terms)}->{out}"
        with naming(equation):
            assert_same(lambda L, *x, e=equation: L.einsum(e, *x), *arrays)


EMPTY = [
    (lambda x: nnlib.sum(x), 0.0),
    (lambda x: nnlib.mean(x), nan),
    (lambda x: nnlib.logsumexp(x, 1), np.zeros(0)),
    (lambda x: F.softmax(x, 1), np.zeros((0, 3))),
    (lambda x: F.log_softmax(x, 1), np.zeros((0, 3))),
    (lambda x: x @ np.ones((3, 2)), np.zeros((0, 2))),
    (lambda x: x.T @ x, np.zeros((3, 3))),
    (lambda x: nnlib.flatten(x, 1), np.zeros((0, 3))),
    (lambda x: nnlib.cat([x, nnlib.tensor(np.ones((1, 3)))]), np.ones((1, 3))),
    (lambda x: x[np.zeros(0, int)], np.zeros((0, 3))),
]


def test_an_empty_batch():
    for f, expected in EMPTY:
        x = nnlib.tensor(np.zeros((0, 3)), requires_grad=True)
        y = f(x)
        np.testing.assert_array_equal(y.detach().numpy(), expected)
        y.sum().backward()
        assert x.grad.shape == (0, 3)
    layer = nnlib.nn.Linear(3, 2)
    layer(nnlib.zeros(0, 3)).sum().backward()
    assert layer.weight.grad.tolist() == [[0.0] * 3] * 2


def test_single_numbers_flow_through_operations():
    x = nnlib.tensor(3.0, requires_grad=True)
    y = x.reshape(1).squeeze().transpose(0, -1).flatten().softmax(0)[0] * x.T * x.max(0)[0]
    y.backward()
    assert (y.item(), x.grad.item()) == (9.0, 6.0)


def test_functions_that_draw_draw_from_their_distribution():
    nnlib.manual_seed(0)
    p = np.array([0.5, 0.3, 0.2])
    drawn = F.gumbel_softmax(np.tile(np.log(p), (20_000, 1)), hard=True)
    assert set(np.unique(drawn)) == {0.0, 1.0}
    np.testing.assert_allclose(drawn.mean(0), p, atol=0.02)
    slopes = []
    for hard in (False, True):  # a hard draw has the gradient of the soft one
        nnlib.manual_seed(3)
        z = nnlib.tensor([[0.3, -0.2, 0.5]], requires_grad=True)
        F.gumbel_softmax(z, 0.7, hard)[0, 0].backward()
        slopes.append(z.grad.numpy())
    np.testing.assert_allclose(*slopes)


def test_arrays_are_changed_in_place_too_and_leaves_are_not():
    x = np.array([-1.0, 2.0])
    assert F.relu(x, inplace=True) is x
    assert x.tolist() == [0.0, 2.0]
    with pytest.raises(RuntimeError, match="in-place"):
        F.elu(nnlib.ones(3, requires_grad=True), inplace=True)


def long_chain(x, n):
    for _ in range(n):
        x = x + 1.0
    return x


def test_long_chains_can_be_deleted_and_differentiated_twice():
    x = nnlib.tensor(2.0, dtype=nnlib.float64, requires_grad=True)
    y = long_chain(x, 20_000)
    del y
    (g,) = nnlib.grad(long_chain(x * x, 20_000), x, create_graph=True)
    assert g.item() == 4.0
    assert nnlib.grad(g, x)[0].item() == 2.0
