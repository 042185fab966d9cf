"""Changes in place as in torch, besides those of the random programs (test_programs.py)."""

import pytest
import torch

import nnlib
from tests.nnlib.derivatives import outcome, slope, vector


def filled_diagonal(L):
    x = L.tensor([[1.0, 2.0]] * 5, requires_grad=True)
    y, z = x * 1, L.zeros(2, 2, 2, dtype=L.int64)
    y.fill_diagonal_(7)
    y.sum().backward()
    wide = L.zeros(2, 3).fill_diagonal_(L.tensor(2.0), wrap=True)
    tall = L.zeros(7, 3).fill_diagonal_(1, wrap=True)
    return x.grad.tolist(), z.fill_diagonal_(1.5).tolist(), wide.tolist(), tall.tolist()


def detached(L):
    x = vector(L)
    y = (x * 1).detach_()
    return y.requires_grad, y.is_leaf, x.detach_().requires_grad, y.nbytes


def shifted(L):
    x = L.tensor([1, -3, 5])
    x <<= 2
    return [
        y.tolist() for y in (x, 9 >> x.abs() // 8, x >> L.tensor(1, dtype=L.int32), x << -1)
    ]


def changed_leaf(L):
    vector(L).add_(1)


def changed_data_goes_unnoticed(L):
    x = vector(L)
    y = x * x
    x.data.add_(5)
    return slope(y, x)


def changed_leaf_is_noticed(L):
    x = vector(L)
    y = x * x
    with L.no_grad():
        x += 1
    return slope(y, x)


def changes_without_grad(L):
    x = vector(L)
    with L.no_grad():
        x[0] = 5
        x.view(2, 2)[1].fill_(0)
        x.copy_(x * 2)
    return x.tolist(), x.requires_grad, x.is_leaf


def view_made_without_grad_is_changed(L):
    y = vector(L) * 1
    with L.no_grad():
        v = y[:2]
    v.mul_(2)


def factor_that_is_overwritten(L):
    x, w = vector(L), vector(L)
    y = x * 2
    y.mul_(w)
    return slope(y, w), x.grad.tolist()


def in_place_result_does_not_fit(L):
    x = L.tensor([[1.0], [2.0]])
    x += L.tensor([1.0, 2.0, 3.0])


def view_of_a_changed_constant_gets_a_history(L):
    x, p = vector(L, False), vector(L)
    v = x[1:3]
    x[:2] = p[:2] * 2
    return slope(v * v, p)


CASES = [
    *(filled_diagonal, detached, shifted, changed_leaf, changed_data_goes_unnoticed),
    *(changed_leaf_is_noticed, changes_without_grad, view_made_without_grad_is_changed),
    *(factor_that_is_overwritten, in_place_result_does_not_fit),
    view_of_a_changed_constant_gets_a_history,
]


@pytest.mark.parametrize("f", CASES, ids=lambda f: f.__name__)
def test_nnlib_does_what_torch_does(f):
    assert outcome(f, nnlib) == outcome(f, torch)


def test_an_in_place_change_keeps_the_tensor_and_its_memory():
    x = nnlib.ones(3)
    y, array = x, x.array
    x += 1
    assert x is y
    assert x.array is array
    assert x.tolist() == [2.0, 2.0, 2.0]


@pytest.mark.parametrize(
    ("make", "value"),
    [
        (lambda L: L.tensor([1]), True),
        (lambda L: L.tensor([1]), False),
        (lambda L: vector(L) * 1, False),
        (lambda L: vector(L), False),
    ],
    ids=["integers", "integers without", "result", "leaf"],
)
def test_requires_grad_can_be_set_where_torch_lets_it_be_set(make, value):
    def f(L):
        x = make(L)
        x.requires_grad = value
        return x.requires_grad

    assert outcome(f, nnlib) == outcome(f, torch)
