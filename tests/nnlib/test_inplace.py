"""Changes in place: nnlib does and refuses the same as torch."""

import pytest
import torch

import nnlib
from tests.nnlib.derivatives import outcome, slope, vector


def changed_result_that_its_rule_reads(L):
    x = vector(L)
    y = x.exp()
    y.mul_(2)
    return slope(y, x)


def written_element(L):
    x = vector(L)
    y = x * 1
    y[0] = 7
    return slope(y, x)


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


def view_of_a_changed_base(L):
    x = vector(L)
    y = x * 1
    v = y[:2]
    y.mul_(3)
    return slope(v, x)


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


def gradients_do_not_share_memory(L):
    a, b = vector(L), vector(L)
    (a + b).sum().backward()
    a.grad.mul_(0)
    return b.grad.tolist()


def changed_view_of_what_a_rule_reads(L):
    x = vector(L)
    y = x * 1
    z = y * y
    y[:2].add_(1)
    return slope(z, x)


def changes_without_grad(L):
    x = vector(L)
    with L.no_grad():
        x[0] = 5
        x.view(2, 2)[1].fill_(0)
        x.copy_(x * 2)
    return x.tolist(), x.requires_grad, x.is_leaf


def changed_view_and_base_are_used(L):
    x = vector(L)
    y = x * 1
    v = y[:2]
    v.mul_(3)
    return slope(v.sum() + y.sum(), x)


def filled_tensor_forgets(L):
    x = vector(L)
    y = x * 2
    y.fill_(3)
    return y.requires_grad, slope(y * y, x)


def zeroed_view_forgets_its_part(L):
    x = vector(L)
    y = x * 2
    y[1:3].zero_()
    return slope(y * y, x)


def copied_from_another_history(L):
    x, z = vector(L), vector(L)
    y = x * 2
    y.copy_(z * 3)
    return slope(y, z), x.grad.tolist()


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
    *(changed_result_that_its_rule_reads, written_element),
    *(view_of_a_changed_base, changed_leaf, changed_data_goes_unnoticed),
    changed_leaf_is_noticed,
    *(gradients_do_not_share_memory, changed_view_of_what_a_rule_reads, changes_without_grad),
    *(changed_view_and_base_are_used, filled_tensor_forgets),
    *(zeroed_view_forgets_its_part, copied_from_another_history),
    *(view_made_without_grad_is_changed, factor_that_is_overwritten),
    *(in_place_result_does_not_fit, filled_diagonal, detached, shifted),
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
