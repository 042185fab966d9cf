"""Views that are changed, or whose base is changed, behave as in torch."""

import numpy as np
import pytest
import torch

import nnlib
from nnlib.tensor import wrap
from tests.nnlib.derivatives import BOTH, outcome, slope, vector
from tests.nnlib.harness import naming

# Every operation that gives a view, or what may be mistaken for one, of a (3, 4) tensor.
VIEWS = {
    "reshape": lambda x: x.reshape(2, 6),
    "reshape that copies": lambda x: x.t().reshape(12),
    "view": lambda x: x.view(12),
    "view_as": lambda x: x.view_as(x),
    "ravel": lambda x: x.ravel(),
    "flatten": lambda x: x.flatten(),
    "unflatten": lambda x: x.unflatten(1, (2, 2)),
    "unsqueeze": lambda x: x.unsqueeze(1),
    "squeeze": lambda x: x[:1].squeeze(),
    "expand of nothing": lambda x: x.expand(3, 4),
    "permute": lambda x: x.permute(1, 0),
    "transpose": lambda x: x.transpose(0, 1),
    "swapaxes": lambda x: x.swapaxes(0, 1),
    "t": lambda x: x.t(),
    "T": lambda x: x.T,
    "mT": lambda x: x.mT,
    "movedim": lambda x: x.movedim(0, 1),
    "flip": lambda x: x.flip(0),
    "roll": lambda x: x.roll(1),
    "contiguous": lambda x: x.contiguous(),
    "contiguous that copies": lambda x: x.t().contiguous(),
    "clone": lambda x: x.clone(),
    "narrow": lambda x: x.narrow(1, 1, 2),
    "split": lambda x: x.split(2)[0],
    "chunk": lambda x: x.chunk(2, 1)[1],
    "unbind": lambda x: x.unbind()[2],
    "view of a part": lambda x: x.unbind()[2][1:],
    "unfold": lambda x: x.unfold(1, 2, 2),
    "diagonal": lambda x: x.diagonal(1),
    "diag": lambda x: x.diag(),
    "tril": lambda x: x.tril(),
    "repeat": lambda x: x.repeat(1, 1),
    "number": lambda x: x[1],
    "numbers": lambda x: x[1, 2],
    "slices": lambda x: x[1:, ::2],
    "newaxis": lambda x: x[None, ..., 0],
    "everything": lambda x: x[...],
    "list": lambda x: x[[0, 2]],
    "mask": lambda x: x[[True, False, True]],
    "number and list": lambda x: x[1, [0, 2]],
    "view of a view of a view": lambda x: x.t()[1:3].unsqueeze(0).diagonal(0, 1, 2),
}


def changed(L, see, requires_grad):
    """Return a tensor and its gradient after the view that `see` takes is changed in place."""
    x = L.tensor(np.arange(12.0).reshape(3, 4), requires_grad=requires_grad)
    y = x * 1
    see(y).mul_(3)
    if not requires_grad:
        return y.tolist()
    (y * y).sum().backward()
    return y.tolist(), x.grad.tolist()


@pytest.mark.parametrize("requires_grad", [False, True])
def test_a_change_of_every_kind_of_view_matches_torch(requires_grad):
    for name, see in VIEWS.items():
        with naming(name):
            ours, theirs = (
                outcome(lambda L, see=see: changed(L, see, requires_grad), L) for L in BOTH
            )
            assert ours == theirs


SEVERAL = ("split", "chunk", "unbind", "view of a part")


# Views that show an element twice; torch lets them be changed in place, in an order of its own.
OVERLAPPING = {
    "expand": lambda x: x.expand(2, 3, 4),
    "part of expand": lambda x: x.t().expand(2, 4, 3)[..., 1:].permute(2, 0, 1),
    "windows that overlap": lambda x: x.unfold(1, 3, 1),
    "diagonal of windows": lambda x: x.unfold(1, 3, 1).diagonal(0, 1, 2),
}


def test_a_view_that_shows_an_element_twice_can_not_be_changed_in_place():
    for see in OVERLAPPING.values():
        with pytest.raises(RuntimeError, match="read-only tensor"):
            see(nnlib.ones(3, 4)).mul_(2)


def followed(L, see):
    """Return a view and the gradient of its squares after its base was changed."""
    x = L.tensor(np.arange(12.0).reshape(3, 4), requires_grad=True)
    y = x * 1
    v = see(y)
    y.mul_(3)
    (v * v).sum().backward()
    return v.tolist(), x.grad.tolist()


def test_a_view_follows_a_change_of_its_base_as_in_torch():
    for name, see in {**VIEWS, **OVERLAPPING}.items():
        if name not in SEVERAL:
            with naming(name):
                ours, theirs = (outcome(lambda L, see=see: followed(L, see), L) for L in BOTH)
                assert ours == theirs


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


MAKING = {"no_grad": lambda L: L.no_grad(), "inference_mode": lambda L: L.inference_mode()}


@pytest.mark.parametrize("mode", MAKING)
@pytest.mark.parametrize(
    "use",
    [
        lambda w, base, v: v.mul_(w),
        lambda w, base, v: (base.mul_(w), v + 1),
        lambda w, base, v: (base.mul_(w), v.mul_(2)),
        lambda w, base, v: (base.mul_(w), v[0]) and v.tolist(),
        lambda w, base, v: (base.mul_(2), v + 1) and v.tolist(),
    ],
    ids=["changed", "base changed", "both changed", "seen again", "constant"],
)
def test_a_view_made_without_grad_gets_no_history_in_silence(use, mode):
    def f(L):
        base, w = vector(L, False), vector(L)
        with MAKING[mode](L):
            v = base[1:]
        return use(w[0], base, v) and True

    assert outcome(f, nnlib) == outcome(f, torch)


def test_a_view_of_a_changed_constant_knows_that_it_has_a_history():
    def f(L):
        base = vector(L, False)
        v, u = base[:2], base[1:]
        v.mul_(vector(L)[0])
        return [(t.requires_grad, t.is_leaf) for t in (base, v, u)]

    assert f(nnlib) == f(torch) == [(True, False)] * 3
