"""Operations of one's own that are made wrongly: what is refused, and what may be."""

import pytest

import nnlib
from nnlib.autograd import Function
from nnlib.autograd.function import once_differentiable
from nnlib.tensor import wrap
from tests.nnlib.derivatives import BOTH, leaf


def broken(L, result, forward=lambda ctx, x, n: x * 2):
    """Return a Function whose backward returns a given result."""

    class Broken(L.autograd.Function):
        pass

    Broken.forward = staticmethod(forward)
    Broken.backward = staticmethod(lambda ctx, g: result(g))
    return Broken.apply


WRONG = [
    lambda g: g,
    lambda g: (g, None, g),
    lambda g: (2.0, None),
    lambda g: (g, g),
    lambda g: (g[:1].reshape(()), None),
    lambda g: (g[[0, 0, 0]], None),
]


@pytest.mark.parametrize("result", WRONG)
def test_a_wrong_backward_is_refused_by_name_as_in_torch(result):
    for L in BOTH:
        y = broken(L, result)(L.ones(2, requires_grad=True), 5)
        with pytest.raises(RuntimeError, match="Broken: expected" if L is nnlib else None):
            y.sum().backward()


def dirty_leaf(ctx, x, n):
    x.mul_(2)
    ctx.mark_dirty(x)
    return x


def dirty_lost(ctx, x, n):
    ctx.mark_dirty(x)
    return x * 2


FORWARD_ERRORS = [
    (lambda x: (x, 5), dirty_leaf, "a leaf that requires grad was changed in place"),
    (lambda x: ((x * 1)[:1], 5), dirty_leaf, r"a view was changed in place; clone\(\) it"),
    (
        lambda x: (x * 1, 5),
        dirty_lost,
        "expected forward to return every input passed to mark_dirty",
    ),
]


@pytest.mark.parametrize(("make", "forward", "message"), FORWARD_ERRORS)
def test_a_change_in_place_that_would_lose_a_history_is_refused(make, forward, message):
    with pytest.raises(RuntimeError, match=f"Broken: {message}"):
        broken(nnlib, None, forward)(*make(leaf(1.0, 2.0)))


def test_a_function_without_forward_or_backward_says_so():
    class Empty(Function):
        pass

    with pytest.raises(NotImplementedError, match=r"define a static forward\(\)"):
        Empty.apply(leaf(1.0))
    Empty.forward = staticmethod(lambda ctx, x: x * 2)
    y = Empty.apply(leaf(1.0))
    with pytest.raises(NotImplementedError, match=r"define a static backward\(\)"):
        y.backward()


def test_a_backward_of_arrays_can_be_differentiated_once():
    class Cube(Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x**3

        @staticmethod
        @once_differentiable
        def backward(ctx, g):
            (x,) = ctx.saved_tensors
            return wrap(g.detach().numpy() * 3 * x.detach().numpy() ** 2)

    x = leaf(2.0)
    (g,) = nnlib.grad(Cube.apply(x), x)
    assert g.item() == 12.0
    (g,) = nnlib.grad(Cube.apply(x), x, create_graph=True)
    assert not g.requires_grad
    (g,) = nnlib.grad(Cube.apply(x) ** 2, x, create_graph=True)
    assert g.item() == 192.0
    with pytest.raises(RuntimeError, match=r"backward: expected first derivatives only"):
        g.backward()
