"""Changes in place and of views as in torch, besides those of test_programs.py."""

import re

import numpy as np
import pytest
import torch

import nnlib
from nnlib.tensor import wrap
from tests.nnlib.derivatives import BOTH, outcome, slope, vector
from tests.nnlib.harness import expressions


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


# Every operation that gives a view, or what may be mistaken for one, of a (3, 4) tensor.
VIEWS = """
x.reshape(2, 6); x.t().reshape(12); x.view(12); x.view_as(x); x.ravel(); x.flatten();
x.unflatten(1, (2, 2)); x.unsqueeze(1); x[:1].squeeze(); x.expand(3, 4); x.permute(1, 0);
x.transpose(0, 1); x.swapaxes(0, 1); x.t(); x.T; x.mT; x.movedim(0, 1); x.flip(0); x.roll(1);
x.contiguous(); x.t().contiguous(); x.clone(); x.narrow(1, 1, 2); x.split(2)[0];
x.chunk(2, 1)[1]; x.unbind()[2]; x.unbind()[2][1:]; x.unfold(1, 2, 2); x.diagonal(1); x.diag();
x.tril(); x.repeat(1, 1); x[1]; x[1, 2]; x[1:, ::2]; x[None, ..., 0]; x[...]; x[[0, 2]];
x[[True, False, True]]; x[1, [0, 2]]; x.t()[1:3].unsqueeze(0).diagonal(0, 1, 2)
"""


def changed(L, view, requires_grad):
    """Return a tensor and its gradient after a view is changed in place."""
    x = L.tensor(np.arange(12.0).reshape(3, 4), requires_grad=requires_grad)
    y = x * 1
    eval(view, dict(x=y)).mul_(3)
    if not requires_grad:
        return y.tolist()
    (y * y).sum().backward()
    return y.tolist(), x.grad.tolist()


@pytest.mark.parametrize("requires_grad", [False, True])
def test_a_change_of_every_kind_of_view_matches_torch(requires_grad):
    for view in expressions(VIEWS):
        ours, theirs = (outcome(changed, L, view, requires_grad) for L in BOTH)
        assert ours == theirs, view


# Views that show an element twice; torch lets them be changed in place, in an order of its own.
OVERLAPPING = """
x.expand(2, 3, 4); x.t().expand(2, 4, 3)[..., 1:].permute(2, 0, 1); x.unfold(1, 3, 1);
x.unfold(1, 3, 1).diagonal(0, 1, 2)
"""


def test_a_view_that_shows_an_element_twice_can_not_be_changed_in_place():
    for view in expressions(OVERLAPPING):
        with pytest.raises(RuntimeError, match="read-only tensor"):
            eval(view, dict(x=nnlib.ones(3, 4))).mul_(2)


def followed(L, view):
    """Return a view and the gradient of its squares after its base was changed."""
    x = L.tensor(np.arange(12.0).reshape(3, 4), requires_grad=True)
    y = x * 1
    v = eval(view, dict(x=y))
    y.mul_(3)
    (v * v).sum().backward()
    return v.tolist(), x.grad.tolist()


def test_a_view_follows_a_change_of_its_base_as_in_torch():
    for view in expressions(VIEWS + ";" + OVERLAPPING):
        if not re.search("split|chunk|unbind", view):  # which torch refuses
            ours, theirs = (outcome(followed, L, view) for L in BOTH)
            assert ours == theirs, view


def test_a_view_of_memory_in_another_order_gets_its_gradient(rng):
    """Zeros in C order would make the path's reshape a copy, and lose what is written there."""
    array = np.asfortranarray(rng.standard_normal((3, 4)))
    x = nnlib.tensor(np.zeros((3, 4)), requires_grad=True)
    base = wrap(array)
    base.copy_(x * 2)
    view = base.T.reshape(12)
    assert view.view_of is not None
    view[:6].mul_(5)
    base.sum().backward()
    expected = np.full((3, 4), 2.0)
    expected[:, :2] = 10.0
    np.testing.assert_array_equal(x.grad.numpy(), expected)


def test_a_stale_view_used_without_grad_keeps_its_history_for_later():
    x = vector(nnlib)
    y = x * 1
    v = y[:2]
    y.mul_(3)
    with nnlib.no_grad():
        assert (v + 0).tolist() == [3.0, 6.0]
    assert slope(v, x) == [3.0, 3.0, 0.0, 0.0]


USES = """
v.mul_(w); (base.mul_(w), v + 1); (base.mul_(w), v.mul_(2));
(base.mul_(w), v[0]) and v.tolist(); (base.mul_(2), v + 1) and v.tolist()
"""


@pytest.mark.parametrize("mode", ["no_grad", "inference_mode"])
@pytest.mark.parametrize("use", expressions(USES))
def test_a_view_made_without_grad_gets_no_history_in_silence(use, mode):
    def f(L):
        base, w = vector(L, False), vector(L)
        with getattr(L, mode)():
            v = base[1:]
        return eval(use, dict(w=w[0], base=base, v=v)) and True

    assert outcome(f, nnlib) == outcome(f, torch)


def test_a_view_of_a_changed_constant_knows_that_it_has_a_history():
    def f(L):
        base = vector(L, False)
        v, u = base[:2], base[1:]
        v.mul_(vector(L)[0])
        return [(t.requires_grad, t.is_leaf) for t in (base, v, u)]

    assert f(nnlib) == f(torch) == [(True, False)] * 3
