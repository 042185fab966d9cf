"""Kinks, limits and extreme inputs of activations, distances and losses."""

import warnings

import numpy as np
import pytest
import torch

import nnlib
import nnlib.nn.functional as F

inf, nan = np.inf, np.nan
POINTS = [-3.0, -1.0, -0.5, -0.0, 0.0, 0.5, 1.0, 3.0, 6.0, -800.0, 800.0]


def both(f, *inputs):
    """Return value and gradients of the sum of f, by nnlib and by torch, in turn."""
    out = []
    for L in (nnlib, torch):
        xs = [L.tensor(np.array(x, "f8"), requires_grad=True) for x in inputs]
        y = f(L.nn.functional, L, *xs)
        y.sum().backward()
        out.append([y.detach().numpy(), *[x.grad.numpy() for x in xs]])
    return zip(*out, strict=True)


def assert_same(f, *inputs, rtol=1e-9):
    for got, expected in both(f, *inputs):
        np.testing.assert_allclose(got, expected, rtol=rtol, atol=1e-12, strict=True)


KINKS = [
    ("leaky_relu", ()),
    ("leaky_relu", (0.0,)),
    ("rrelu", ()),
    ("elu", (2.0,)),
    ("selu", ()),
    ("celu", (2.0,)),
    ("silu", ()),
    ("mish", ()),
    ("gelu", ()),
    ("logsigmoid", ()),
    ("softsign", ()),
    ("tanhshrink", ()),
    ("softshrink", ()),
    ("softshrink", (0.0,)),
    ("hardshrink", ()),
    ("hardshrink", (-1.0,)),
    ("hardtanh", ()),
    ("relu6", ()),
    ("hardsigmoid", ()),
    ("hardswish", ()),
    ("threshold", (0.5, 7.0)),
]


@pytest.mark.parametrize(("name", "options"), KINKS, ids=[f"{n}{o}" for n, o in KINKS])
def test_kinks_are_those_of_torch(name, options):
    rtol = 1e-7 if name == "hardsigmoid" else 1e-9  # torch rounds 1/6 to float32
    assert_same(lambda F, L, x: getattr(F, name)(x, *options), POINTS, rtol=rtol)


@pytest.mark.parametrize(("name", "options"), KINKS, ids=[f"{n}{o}" for n, o in KINKS])
def test_not_a_number_stays_one(name, options):
    assert np.isnan(getattr(F, name)(np.array([nan]), *options)).all()


INFINITE = [
    *("leaky_relu", "elu", "selu", "celu", "hardtanh", "relu6", "hardsigmoid", "hardshrink"),
    *("softshrink", "logsigmoid", "relu"),
]


@pytest.mark.parametrize("x", [inf, -inf])
@pytest.mark.parametrize("name", INFINITE)
def test_limits_are_those_of_torch(name, x):
    rtol = 1e-7 if name == "hardsigmoid" else 1e-9
    assert_same(lambda F, L, x: getattr(F, name)(x), [x], rtol=rtol)


def test_prelu_learns_at_zero_as_in_torch():
    assert_same(lambda F, L, x, w: F.prelu(x, w), [-2.0, 0.0, 2.0], [0.5])


def test_a_random_slope_stays_in_its_range():
    x = nnlib.full((1000,), -2.0, requires_grad=True)
    y = F.rrelu(x, 0.2, 0.6, training=True)
    y.sum().backward()
    slope = x.grad.numpy()
    np.testing.assert_allclose(y.detach().numpy(), -2 * slope, rtol=1e-6)
    assert slope.min() >= 0.2
    assert slope.max() < 0.6
    assert slope.mean() == pytest.approx(0.4, abs=0.02)


def test_a_positive_input_has_no_random_slope():
    x = nnlib.ones(5)
    assert F.rrelu(x, 0.2, 0.6, training=True).tolist() == [1.0] * 5


def test_arrays_are_changed_in_place_too():
    x = np.array([-1.0, 2.0])
    assert F.relu(x, inplace=True) is x
    assert x.tolist() == [0.0, 2.0]


def test_a_leaf_is_not_changed_in_place():
    x = nnlib.ones(3, requires_grad=True)
    with pytest.raises(RuntimeError, match="in-place change of a leaf"):
        F.elu(x, inplace=True)


def test_the_softly_drawn_class_has_the_probability_of_softmax():
    nnlib.manual_seed(0)
    p = np.array([0.5, 0.3, 0.2])
    drawn = F.gumbel_softmax(np.tile(np.log(p), (20_000, 1)), hard=True)
    assert set(np.unique(drawn)) == {0.0, 1.0}
    np.testing.assert_allclose(drawn.mean(0), p, atol=0.01)


def test_a_hard_draw_has_the_gradient_of_the_soft_one():
    z = np.array([[0.3, -0.2, 0.5]])
    slopes = []
    for hard in (False, True):
        nnlib.manual_seed(3)
        x = nnlib.tensor(z, requires_grad=True)
        y = F.gumbel_softmax(x, 0.7, hard)
        y[0, 0].backward()
        slopes.append(x.grad.numpy())
        assert y.detach().numpy().sum() == pytest.approx(1)
    np.testing.assert_allclose(*slopes)


def test_glu_of_nothing_is_nothing():
    assert F.glu(nnlib.zeros(3, 0)).shape == (3, 0)


def test_equal_pieces_of_maxout_share_the_gradient():
    x = nnlib.tensor([[2.0, 2.0, 1.0, 3.0]], requires_grad=True)
    F.maxout(x, 2).sum().backward()
    assert x.grad.tolist() == [[0.5, 0.5, 0.0, 1.0]]


def test_a_short_vector_keeps_the_slope_of_its_length_as_in_torch(rng):
    a, b = rng.standard_normal((2, 3, 5))
    assert_same(lambda F, L, x, y: F.cosine_similarity(x, y, eps=100.0), a, b)


def test_vectors_of_length_zero_have_the_cosine_of_torch():
    assert_same(lambda F, L, x, y: F.cosine_similarity(x, y), [[0.0, 0.0]], [[1.0, 2.0]])
    assert_same(lambda F, L, x: F.normalize(x), [[0.0, 0.0], [3.0, 4.0]])


@pytest.mark.parametrize("p", [0.5, 1, 2, 3, inf])
def test_equal_vectors_have_the_distance_of_torch(p):
    a = [[1.0, 2.0], [0.0, 3.0]]
    assert_same(lambda F, L, x, y: F.pairwise_distance(x, y, p), a, a)


def test_certain_probabilities_cost_what_they_cost_in_torch():
    t = [0.0, 1.0, 1.0, 0.0, 0.5]
    for r in ("mean", "sum", "none"):
        assert_same(
            lambda F, L, p, r=r: F.binary_cross_entropy(
                p, L.tensor(t).to(p.dtype), reduction=r
            ),
            [0.0, 1.0, 0.0, 1.0, 1e-30],
            rtol=1e-8,  # torch rounds 1e-12 to float32
        )


def test_a_hopeless_score_costs_what_it_costs_in_torch():
    z, t = [-1e4, 1e4, -30.0, 30.0], [1.0, 0.0, 0.5, 1.0]
    assert_same(lambda F, L, z, t: F.binary_cross_entropy_with_logits(z, t), z, t)


def test_a_hopeless_sign_costs_a_finite_amount():
    x = nnlib.tensor([-1000.0], requires_grad=True)
    loss = F.soft_margin_loss(x, nnlib.tensor([1.0]))
    loss.backward()
    assert (loss.item(), x.grad.tolist()) == (1000.0, [-1.0])


def test_a_class_of_probability_zero_adds_nothing_to_the_divergence():
    x, t = np.log([0.25, 0.75]), np.array([0.0, 1.0])
    assert F.kl_div(x, t, reduction="sum") == pytest.approx(np.log(4 / 3))


def test_the_mean_divergence_is_that_of_torch(rng):
    x, t = rng.standard_normal((3, 5)), rng.uniform(0.1, 1, (3, 5))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch warns that it divides by N C
        assert_same(lambda F, L, x, t: F.kl_div(x, t), x, t)


HINGES = [
    ("hinge", lambda F, L, x: F.hinge_embedding_loss(x, -L.ones(3)), [0.5, 1.0, 2.0]),
    (
        "ranking",
        lambda F, L, x: F.margin_ranking_loss(x, 0 * x, L.ones(3), 1.0),
        [0.5, 1.0, 2.0],
    ),
    ("classes", lambda F, L, x: F.multi_margin_loss(x, L.tensor([0])), [[1.0, 0.0, 0.5]]),
    (
        "classes, p 2",
        lambda F, L, x: F.multi_margin_loss(x, L.tensor([0]), 2),
        [[1.0, 0.0, 0.5]],
    ),
    ("squares", lambda F, L, x: F.smooth_l1_loss(x, 0 * x), [-1.0, 0.0, 1.0]),
    ("huber", lambda F, L, x: F.huber_loss(x, 0 * x), [-1.0, 0.0, 1.0]),
    ("absolute", lambda F, L, x: F.l1_loss(x, 0 * x), [-1.0, 0.0, 1.0]),
    ("gaussian", lambda F, L, v: F.gaussian_nll_loss(v, 0 * v, v, eps=0.5), [0.0, 0.5, 1.0]),
    ("poisson", lambda F, L, x: F.poisson_nll_loss(x, L.ones(3), False), [0.0, 1.0, 2.0]),
]


@pytest.mark.parametrize(("f", "x"), [h[1:] for h in HINGES], ids=[h[0] for h in HINGES])
def test_losses_have_the_kinks_of_torch(f, x):
    assert_same(f, x)


NOTHING = [
    ("mse_loss", lambda F, L, x: F.mse_loss(x, x)),
    ("l1_loss", lambda F, L, x: F.l1_loss(x, x)),
    ("cross_entropy", lambda F, L, x: F.cross_entropy(x, L.zeros(0, dtype=L.int64))),
    ("nll_loss", lambda F, L, x: F.nll_loss(x, L.zeros(0, dtype=L.int64))),
    ("binary_cross_entropy", lambda F, L, x: F.binary_cross_entropy(x, x)),
    ("kl_div", lambda F, L, x: F.kl_div(x, x, reduction="batchmean")),
    ("triplet_margin_loss", lambda F, L, x: F.triplet_margin_loss(x, x, x)),
]


@pytest.mark.parametrize("f", [f for _, f in NOTHING], ids=[name for name, _ in NOTHING])
def test_the_mean_loss_of_an_empty_batch_is_nan_as_in_torch(f):
    for L in (nnlib, torch):
        assert np.isnan(f(L.nn.functional, L, L.zeros(0, 5)).item())


def test_a_batch_in_which_all_is_ignored_has_no_gradient_as_in_torch():
    for L in (nnlib, torch):
        z = L.ones((2, 3), requires_grad=True)
        loss = L.nn.functional.cross_entropy(z, L.tensor([1, 1]), ignore_index=1)
        loss.backward()
        assert np.isnan(loss.item())
        assert z.grad.tolist() == [[0.0] * 3] * 2


def test_a_sum_over_no_examples_is_zero():
    empty = nnlib.zeros(0, 5)
    assert F.cross_entropy(empty, np.zeros(0, int), reduction="sum").item() == 0
    assert F.multi_margin_loss(empty, np.zeros(0, int), reduction="sum").item() == 0


def test_a_target_changed_before_the_walk_is_noticed():
    z, t = nnlib.zeros(2, 3, requires_grad=True), nnlib.tensor([0, 1])
    loss = F.cross_entropy(z, t)
    t[0] = 2
    with pytest.raises(RuntimeError, match="changed in place"):
        loss.backward()


def test_cross_entropy_gradient_is_prediction_minus_truth_for_images(rng):
    z, t = rng.standard_normal((2, 3, 4, 5)), rng.integers(0, 3, (2, 4, 5))
    x = nnlib.tensor(z, requires_grad=True)
    F.cross_entropy(x, t, reduction="sum").backward()
    truth = np.moveaxis(np.eye(3)[t], -1, 1)
    np.testing.assert_allclose(x.grad.numpy(), F.softmax(z, 1) - truth, atol=1e-12)
