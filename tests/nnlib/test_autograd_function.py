"""Operations of one's own: values, derivatives, histories, and what is refused."""

import numpy as np
import pytest

import nnlib
from nnlib.autograd import Function
from nnlib.autograd.function import once_differentiable
from nnlib.tensor import wrap
from tests.nnlib.derivatives import BOTH, assert_same, leaf, numbers


def make_square(L, save="input"):
    """Return a Function of x², whose backward reads x or y as `save` says."""

    class Square(L.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            y = x * x
            ctx.save_for_backward(x if save == "input" else y)
            return y

        @staticmethod
        def backward(ctx, g):
            (kept,) = ctx.saved_tensors
            return g * 2 * (kept if save == "input" else kept**0.5)

    return Square.apply


def make_polar(L):
    """Return a Function with two results, a non-tensor option and a None gradient."""

    class Polar(L.autograd.Function):
        @staticmethod
        def forward(ctx, r, angle, scale, index):
            ctx.save_for_backward(r, angle, None)
            ctx.scale = scale
            return scale * r * L.cos(angle), scale * r * L.sin(angle)

        @staticmethod
        def backward(ctx, gx, gy):
            r, angle, nothing = ctx.saved_tensors
            assert nothing is None
            cos, sin = L.cos(angle), L.sin(angle)
            along = (gx * cos + gy * sin) * ctx.scale
            return along, (gy * cos - gx * sin) * r * ctx.scale, None, None

    return Polar.apply


def make_growth(L, count):
    """Return a Function with one or two results, which backward reads."""

    class Growth(L.autograd.Function):
        @staticmethod
        def forward(ctx, a, b):
            results = (L.exp(a), L.exp(b) * 2)[:count]
            ctx.save_for_backward(*results)
            return results

        @staticmethod
        def backward(ctx, *grads):
            shares = [g * y for g, y in zip(grads, ctx.saved_tensors, strict=True)]
            return (*shares, None)[:2]

    return Growth.apply


def make_setup(L):
    """Return a Function of x^n with a separate setup_context."""

    class Power(L.autograd.Function):
        @staticmethod
        def forward(x, n):
            return x**n

        @staticmethod
        def setup_context(ctx, inputs, output):
            x, ctx.n = inputs
            ctx.save_for_backward(x)

        @staticmethod
        def backward(ctx, g):
            (x,) = ctx.saved_tensors
            return ctx.n * x ** (ctx.n - 1) * g, None

    return Power.apply


def points(L):
    return [
        L.tensor(np.array(values), requires_grad=True)
        for values in ([1.0, 2.0, 3.0], [0.3, -0.4, 2.0])
    ]


def polar(L, a, b, take=slice(None)):
    both = make_polar(L)(a, b, 2.0, L.tensor([1, 2]))
    return L.stack(both[take]) if isinstance(take, slice) else both[take]


PROGRAMS = {
    "square": lambda L, a, b: make_square(L)(a) * b,
    "result saved": lambda L, a, b: make_square(L, "output")(a) * b,
    "one saved result of two": lambda L, a, b: make_square(L, "output")(make_square(L)(a) + b),
    "two results": polar,
    "the first result": lambda L, a, b: polar(L, a, b, 0),
    "the second result": lambda L, a, b: polar(L, a, b, 1),
    "two results, one used twice": lambda L, a, b: (
        polar(L, a, b, 0) * polar(L, a, b).sum() + polar(L, a, b, 1)
    ),
    "two saved results": lambda L, a, b: (
        make_growth(L, 2)(a, b)[0] * make_growth(L, 2)(a, b)[1]
    ),
    "both of two saved results": lambda L, a, b: L.stack(make_growth(L, 2)(a * b, b)),
    "a tuple of one": lambda L, a, b: make_growth(L, 1)(a * b, b)[0],
    "context set up apart": lambda L, a, b: make_setup(L)(a * b, 3),
    "of a part": lambda L, a, b: make_square(L)(a[1:]) * b[:2],
}


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)
def test_function_has_the_values_and_derivatives_of_torch(program):
    runs = []
    for L in BOTH:
        inputs = points(L)
        y = program(L, *inputs)
        first = L.autograd.grad(
            (y**3).sum(), inputs, create_graph=True, allow_unused=True, retain_graph=True
        )
        total = sum((g**2).sum() for g in first if g is not None)
        second = L.autograd.grad(total, inputs, allow_unused=True)
        runs.append(numbers([y, *first, *second]))
    assert_same(*runs)


def test_without_recording_a_function_leaves_no_history():
    square = make_square(nnlib)
    with nnlib.no_grad():
        assert not square(leaf(2.0)).requires_grad
    with nnlib.inference_mode():
        assert square(leaf(2.0)).is_inference()
    assert not square(nnlib.ones(2)).requires_grad


def make_sort(L):
    """Return a Function that sorts, and returns indices without a derivative."""

    class Sort(L.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            values, index = L.sort(x)
            share = values * 0.5
            ctx.mark_non_differentiable(share)
            ctx.save_for_backward(index)
            return values, index, share

        @staticmethod
        def backward(ctx, g, g_index, g_share):
            (index,) = ctx.saved_tensors
            return L.zeros_like(g).scatter_add(0, index, g)

    return Sort.apply


def test_results_without_derivative_have_no_history():
    runs = []
    for L in BOTH:
        x = L.tensor(np.array([2.0, 3.0, 1.0]), requires_grad=True)
        values, index, share = make_sort(L)(x)
        assert [t.requires_grad for t in (values, index, share)] == [True, False, False]
        (values * L.tensor(np.array([1.0, 10.0, 100.0]))).sum().backward()
        runs.append(numbers([values, index, share, x.grad]))
    assert_same(*runs)


def make_double_(L):
    """Return a Function that doubles its input in place."""

    class Double(L.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            x.mul_(2)
            ctx.mark_dirty(x)
            ctx.save_for_backward(x)
            return x

        @staticmethod
        def backward(ctx, g):
            assert ctx.saved_tensors[0].tolist() == [2.0, 4.0, 6.0]
            return g * 2

    return Double.apply


def test_an_input_changed_in_place_takes_the_new_history():
    runs = []
    for L in BOTH:
        a, b = points(L)
        x = a * 1
        y = make_double_(L)(x)
        assert y is x
        (x * b).sum().backward()
        runs.append(numbers([a.grad, b.grad]))
    assert_same(*runs)


def test_a_saved_value_changed_in_place_is_noticed():
    for save in ("input", "output"):
        x = leaf(1.0, 2.0) * 1
        y = make_square(nnlib, save)(x)
        (x if save == "input" else y).mul_(2)
        with pytest.raises(RuntimeError, match=r"Square reads a value .* changed in place"):
            y.sum().backward()


def test_saved_values_are_freed_after_backward():
    x = leaf(1.0)
    y = make_square(nnlib, "output")(x)
    y.sum().backward()
    with pytest.raises(RuntimeError, match="values of Square were freed"):
        y.sum().backward()
    y = make_square(nnlib, "output")(x)
    y.sum().backward(retain_graph=True)
    y.sum().backward()


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
