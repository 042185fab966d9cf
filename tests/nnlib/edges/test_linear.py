"""Edge cases of ops/linear.py: coinciding points, what is not finite, names in histories."""

import math

import numpy as np
import pytest
import torch

import nnlib


def both(f, *arrays):
    """Return value and gradients of the sum of f, by nnlib and by torch."""
    out = []
    for L in (nnlib, torch):
        inputs = [L.tensor(a, requires_grad=True) for a in arrays]
        y = f(L, *inputs)
        out.append([y.detach().numpy(), *(g.numpy() for g in L.autograd.grad(y.sum(), inputs))])
    return zip(*out, strict=True)


@pytest.mark.parametrize("p", [0.0, 0.5, 1.0, 1.5, 2.0, 3.0, math.inf])
def test_distance_of_equal_points_has_slope_zero_as_in_torch(p):
    a, b = np.array([[0.0, 0.0], [1.0, 3.0]]), np.array([[0.0, 0.0], [3.0, -1.0], [1.0, 2.0]])
    for got, expected in both(lambda L, x, z: L.cdist(x, z, p), a, b):
        np.testing.assert_allclose(got, expected, rtol=1e-12, strict=True)


def test_distance_by_products_has_slope_zero_at_equal_points(rng):
    a = rng.integers(-9, 9, (30, 3)).astype(float)
    for got, expected in both(lambda L, x: L.cdist(x, x), a):
        np.testing.assert_allclose(got, expected, rtol=1e-7, atol=1e-12, strict=True)


def test_largest_coordinates_that_are_equal_share_the_slope_of_the_distance():
    x = nnlib.tensor([[0.0, 2.0]], requires_grad=True)
    nnlib.cdist(x, nnlib.tensor([[2.0, 0.0]]), math.inf).backward()
    assert x.grad.tolist() == [[-0.5, 0.5]]  # torch gives each of them 1


def test_distance_has_a_second_derivative():
    x = nnlib.tensor([[3.0, 4.0]], requires_grad=True)
    (g,) = nnlib.grad(nnlib.cdist(x, nnlib.zeros(1, 2)).sum(), x, create_graph=True)
    (h,) = nnlib.grad(g[0, 0], x)
    np.testing.assert_allclose(h.numpy(), [[1 / 5 - 9 / 125, -12 / 125]], rtol=1e-6)


def test_sum_with_a_product_does_not_read_what_counts_nothing():
    a = np.ones((2, 2))
    for got, expected in both(lambda L, *x: L.addmm(*x, beta=0), a * np.nan, a, a):
        np.testing.assert_array_equal(got, expected, strict=True)


def test_einsum_reads_a_diagonal_past_what_is_not_finite():
    a = np.array([[1.0, np.inf], [np.nan, 2.0]])
    for got, expected in both(lambda L, x: L.einsum("ii->i", x), a):
        np.testing.assert_array_equal(got, expected, strict=True)


@pytest.mark.parametrize("L", [nnlib, torch])
def test_einsum_that_only_moves_axes_is_a_view(L):
    x = L.ones(2, 3)
    y = L.einsum("ij->ji", x)
    x.zero_()
    assert y.tolist() == [[0.0, 0.0], [0.0, 0.0], [0.0, 0.0]]


def test_einsum_is_matmul_where_it_says_the_same(rng):
    a, b = rng.standard_normal((2, 3, 4, 5)), rng.standard_normal((2, 3, 6, 5))
    got = nnlib.einsum("bhqd,bhkd->bhqk", a, b)
    np.testing.assert_allclose(got, a @ b.swapaxes(-1, -2), rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("seed", range(30))
def test_einsum_of_any_equation_is_that_of_torch(seed):
    rng = np.random.default_rng(seed)
    lengths = dict(zip("abcdE", (2, 3, 1, 2, 3), strict=True))
    terms = [
        "".join(rng.choice(list(lengths), rng.integers(0, 4))) for _ in range(1 + seed % 4)
    ]
    used = sorted(set("".join(terms)))
    out = "".join(rng.permutation(used)[: rng.integers(0, len(used) + 1)])
    arrays = [rng.standard_normal([lengths[c] for c in term]) for term in terms]
    equation = f"{','.join(terms)}->{out}"
    for got, expected in both(lambda L, *x: L.einsum(equation, *x), *arrays):
        np.testing.assert_allclose(got, expected, rtol=1e-10, atol=1e-12, strict=True)


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda x: nnlib.mm(x, x), "matmul"),
        (lambda x: x.mv(x[0]), "reshape"),
        (lambda x: nnlib.einsum("ij,jk", x, x), "einsum"),
        (lambda x: nnlib.nn.functional.linear(x, x), "linear"),
    ],
)
def test_histories_name_the_operation(call, name):
    assert call(nnlib.ones(3, 3, requires_grad=True)).grad_fn.name == name
