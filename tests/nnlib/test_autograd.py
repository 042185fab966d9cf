"""Derivatives as functions, operations of one's own, and the check of gradients."""

import gc
import weakref

import numpy as np
import pytest
import torch

import nnlib
from nnlib.autograd import Function, functional, gradcheck, gradgradcheck
from nnlib.autograd.function import once_differentiable
from nnlib.graph import record
from nnlib.tensor import raw

BOTH = (nnlib, torch)


def leaf(*values):
    return nnlib.tensor(list(values), dtype=nnlib.float64, requires_grad=True)


def numbers(x):
    """Nested tuples of tensors as nested lists of arrays."""
    if isinstance(x, (tuple, list)):
        return [numbers(part) for part in x]
    return None if x is None else x.detach().numpy()


def assert_same(ours, theirs, rtol=1e-10):
    assert isinstance(ours, list) == isinstance(theirs, list)
    if isinstance(ours, list):
        assert len(ours) == len(theirs)
        for a, b in zip(ours, theirs, strict=True):
            assert_same(a, b, rtol)
    elif theirs is None:
        assert ours is None
    else:
        np.testing.assert_allclose(ours, theirs, rtol=rtol, atol=1e-13, strict=True)


# grad and backward


def paths(L):
    """Two leaves, an unused one, and two results."""
    a = L.tensor(np.array([1.0, 2.0, 3.0]), requires_grad=True)
    b = L.tensor(np.array([[0.5], [-1.0]]), requires_grad=True)
    unused = L.tensor(np.ones(2), requires_grad=True)
    c = a * b
    return a, b, unused, c, L.exp(c), (c * a).sum()


GRADS = {
    "one number": lambda L, a, b, u, c, y, s: L.autograd.grad(s, (a, b)),
    "one input": lambda L, a, b, u, c, y, s: L.autograd.grad(s, a),
    "on the way": lambda L, a, b, u, c, y, s: L.autograd.grad(s, (c, a)),
    "upstream": lambda L, a, b, u, c, y, s: L.autograd.grad(y, (a, b), L.ones_like(y)),
    "several": lambda L, a, b, u, c, y, s: L.autograd.grad(
        (y, s), (a, b), (L.ones_like(y), None)
    ),
    "the same result twice": lambda L, a, b, u, c, y, s: L.autograd.grad((s, s), (a, b)),
    "the same input twice": lambda L, a, b, u, c, y, s: L.autograd.grad(s, (a, a)),
    "itself": lambda L, a, b, u, c, y, s: L.autograd.grad(s, s),
    "unused": lambda L, a, b, u, c, y, s: L.autograd.grad(s, (a, u), allow_unused=True),
    "only unused": lambda L, a, b, u, c, y, s: L.autograd.grad(s, u, allow_unused=True),
    "retained": lambda L, a, b, u, c, y, s: (
        L.autograd.grad(s, a, retain_graph=True) + L.autograd.grad(s, b)
    ),
    "of the gradient": lambda L, a, b, u, c, y, s: L.autograd.grad(
        L.autograd.grad(s, a, create_graph=True)[0].sum(), (a, b)
    ),
}


@pytest.mark.parametrize("call", GRADS.values(), ids=GRADS)
def test_grad_is_that_of_torch(call):
    assert_same(*(numbers(call(L, *paths(L))) for L in BOTH))


GRAD_ERRORS = {
    "an input is not used": lambda L, a, b, u, c, y, s: L.autograd.grad(s, (a, u)),
    "expected inputs that require grad": lambda L, a, b, u, c, y, s: L.autograd.grad(
        s, L.ones(3)
    ),
    "expected a tensor of one element": lambda L, a, b, u, c, y, s: L.autograd.grad(y, a),
    "expected a gradient of shape": lambda L, a, b, u, c, y, s: L.autograd.grad(
        y, a, L.ones(2)
    ),
    "does not require grad": lambda L, a, b, u, c, y, s: L.autograd.grad(L.ones(1), a),
    "retain_graph=True": lambda L, a, b, u, c, y, s: (
        L.autograd.grad(s, a),
        L.autograd.grad(s, a),
    ),
}


@pytest.mark.parametrize(("message", "call"), GRAD_ERRORS.items(), ids=GRAD_ERRORS)
def test_grad_refuses_what_torch_refuses(message, call):
    with pytest.raises(RuntimeError, match=message):
        call(nnlib, *paths(nnlib))
    with pytest.raises(RuntimeError):
        call(torch, *paths(torch))


BACKWARDS = {
    "one": lambda L, a, b, u, c, y, s: L.autograd.backward(s),
    "upstream": lambda L, a, b, u, c, y, s: L.autograd.backward(y, L.ones_like(y)),
    "several": lambda L, a, b, u, c, y, s: L.autograd.backward([y, s], [L.ones_like(y), None]),
    "without gradients": lambda L, a, b, u, c, y, s: L.autograd.backward([s, c[0, 0]]),
    "twice": lambda L, a, b, u, c, y, s: (
        L.autograd.backward(s, retain_graph=True),
        L.autograd.backward(s),
    ),
    "one leaf": lambda L, a, b, u, c, y, s: L.autograd.backward(s, inputs=[a]),
    "recorded": lambda L, a, b, u, c, y, s: (
        L.autograd.grad(s, a, create_graph=True)[0].sum().backward()
    ),
}


@pytest.mark.parametrize("call", BACKWARDS.values(), ids=BACKWARDS)
def test_backward_fills_the_leaves_as_in_torch(call):
    leaves = []
    for L in BOTH:
        inputs = paths(L)
        call(L, *inputs)
        leaves.append(numbers([x.grad for x in inputs[:3]]))
    assert_same(*leaves)


def test_backward_refuses_another_number_of_gradients():
    a, *_, s = paths(nnlib)
    with pytest.raises(RuntimeError, match="backward: expected 2 gradients, got 1"):
        nnlib.autograd.backward([s, a.sum()], [None])


# Functions


def make_square(L, save="input"):
    """y = x², with a rule that reads x, or y."""

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
    """Two results, an option that is no Tensor, an input without gradient, a None gradient."""

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
    """One or two results in a tuple, which are also what the rule reads."""

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
    """x^n with a context that is set up apart."""

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


def make_scaled(L):
    """A sum over rows whose gradient is left to be summed over what was broadcast."""

    class Add(L.autograd.Function):
        @staticmethod
        def forward(ctx, a, b):
            return a + b

        @staticmethod
        def backward(ctx, g):
            return g, g

    return Add.apply


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
    "square, twice in a row": lambda L, a, b: make_square(L)(make_square(L)(a * b)),
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
    "broadcast": lambda L, a, b: make_scaled(L)(a, b.reshape(3, 1)),
    "the same input twice": lambda L, a, b: make_scaled(L)(a, a) * b,
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


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)
def test_function_passes_gradcheck(program):
    a, b = points(nnlib)
    assert gradcheck(lambda a, b: program(nnlib, a, b), (a, b))
    assert gradgradcheck(lambda a, b: program(nnlib, a, b), (a, b))


def test_without_recording_a_function_leaves_no_history():
    square = make_square(nnlib)
    with nnlib.no_grad():
        assert not square(leaf(2.0)).requires_grad
    with nnlib.inference_mode():
        assert square(leaf(2.0)).is_inference()
    assert not square(nnlib.ones(2)).requires_grad


def test_forward_is_not_recorded_and_backward_only_on_demand():
    recording = []

    class Watch(Function):
        @staticmethod
        def forward(ctx, x):
            recording.append(nnlib.is_grad_enabled())
            return x * 2

        @staticmethod
        def backward(ctx, g):
            recording.append(nnlib.is_grad_enabled())
            return g * 2

    x = leaf(1.0)
    Watch.apply(x).backward(retain_graph=True)
    nnlib.grad(Watch.apply(x), x, create_graph=True)
    assert recording == [False, False, False, True]


def make_watch(L, seen, materialize=True):
    """Two results and a number, with a look at what backward gets."""

    class Watch(L.autograd.Function):
        @staticmethod
        def forward(ctx, a, b, n):
            ctx.set_materialize_grads(materialize)
            return a * n, b * n, n

        @staticmethod
        def backward(ctx, *grads):
            seen.append([numbers(g) for g in grads])
            seen.append(list(ctx.needs_input_grad))
            return *[g if g is None else g * 2 for g in grads[:2]], None

    return Watch.apply


@pytest.mark.parametrize("materialize", [True, False])
def test_unused_results_have_gradients_of_zero_or_none(materialize):
    runs = []
    for L in BOTH:
        seen = []
        a, b = points(L)
        x, _, n = make_watch(L, seen, materialize)(a, b, 2)
        assert n == 2
        runs.append(numbers(L.autograd.grad(x.sum(), (a, b), allow_unused=True)))
        assert seen[1] == [True, True, False]
        runs[-1].append(seen[0])
    assert_same(*runs)


def test_a_function_is_told_which_inputs_require_grad():
    for L in BOTH:
        seen = []
        a, b = points(L)
        x, *_ = make_watch(L, seen)(a, b.detach(), 2)
        x.sum().backward()
        assert seen[1] == [True, False, False]


def make_sort(L):
    """Sorted values, and an index without derivative."""

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
        assert (values.requires_grad, index.requires_grad, share.requires_grad) == (
            True,
            False,
            False,
        )
        (values * L.tensor(np.array([1.0, 10.0, 100.0]))).sum().backward()
        runs.append(numbers([values, index, share, x.grad]))
    assert_same(*runs)


def make_double_(L):
    """An input doubled in place."""

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


def test_a_change_in_place_of_what_is_read_elsewhere_is_noticed():
    a, _ = points(nnlib)
    x = a * 1
    z = x * x
    make_double_(nnlib)(x)
    with pytest.raises(RuntimeError, match="changed in place"):
        z.sum().backward()


def test_a_saved_value_changed_in_place_is_noticed():
    for save in ("input", "output"):
        x = leaf(1.0, 2.0) * 1
        y = make_square(nnlib, save)(x)
        (x if save == "input" else y).mul_(2)
        with pytest.raises(RuntimeError, match=r"Square reads a value .* changed in place"):
            y.sum().backward()


def test_an_input_given_back_is_another_tensor():
    for L in BOTH:

        class Same(L.autograd.Function):
            @staticmethod
            def forward(ctx, x):
                return x

            @staticmethod
            def backward(ctx, g):
                return g * 3

        a, _ = points(L)
        y = Same.apply(a)
        assert y is not a
        y.sum().backward()
        assert a.grad.tolist() == [3.0, 3.0, 3.0]


def test_what_is_saved_is_freed_after_the_walk():
    x = leaf(1.0)
    y = make_square(nnlib, "output")(x)
    y.sum().backward()
    with pytest.raises(RuntimeError, match="Square had kept was freed by an earlier walk"):
        y.sum().backward()
    y = make_square(nnlib, "output")(x)
    y.sum().backward(retain_graph=True)
    y.sum().backward()


def test_a_history_that_is_dropped_is_freed_at_once():
    gc.disable()
    try:
        for save in ("input", "output"):
            y = make_square(nnlib, save)(leaf(1.0))
            node = weakref.ref(y.grad_fn.ctx)
            del y
            assert node() is None
    finally:
        gc.enable()


def test_the_history_has_the_name_of_the_function():
    assert "grad_fn=<Square>" in repr(make_square(nnlib)(leaf(1.0)))


def test_a_hook_on_a_result_sees_its_gradient():
    seen = []
    x = leaf(1.0, 2.0)
    y = make_square(nnlib)(x)
    y.register_hook(lambda g: seen.append(g.tolist()))
    (y * 3).sum().backward()
    assert seen == [[3.0, 3.0]]


def broken(L, result, forward=lambda ctx, x, n: x * 2):
    """A Function whose backward gives a certain result."""

    class Broken(L.autograd.Function):
        pass

    Broken.forward = staticmethod(forward)
    Broken.backward = staticmethod(lambda ctx, g: result(g))
    return Broken.apply


FUNCTION_ERRORS = [
    (lambda g: g, "expected backward to give 2 gradients, got 1"),
    (lambda g: (g, None, g), "expected backward to give 2 gradients, got 3"),
    (
        lambda g: (2.0, None),
        "expected backward to give Tensors or None, got float at position 0",
    ),
    (lambda g: (g, g), "expected None as the gradient of input 1, which is no Tensor"),
    (lambda g: (g[:1].reshape(()), None), r"expected a gradient of shape \(2,\) for input 0"),
    (lambda g: (g[[0, 0, 0]], None), r"expected a gradient of shape \(2,\) for input 0, got"),
]


@pytest.mark.parametrize(("result", "message"), FUNCTION_ERRORS)
def test_a_wrong_backward_is_refused(result, message):
    y = broken(nnlib, result)(leaf(1.0, 2.0), 5)
    with pytest.raises(RuntimeError, match=f"Broken: {message}"):
        y.sum().backward()
    y = broken(torch, result)(torch.ones(2, requires_grad=True), 5)
    with pytest.raises(RuntimeError):
        y.sum().backward()


def test_more_gradients_than_inputs_may_be_none():
    for L in BOTH:
        x = L.ones(2, requires_grad=True)
        broken(L, lambda g: (g, None, None))(x, 5).sum().backward()
        assert x.grad.tolist() == [1.0, 1.0]


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
    (lambda x: (x * 1, 5), dirty_lost, "expected every input marked dirty as a result"),
]


@pytest.mark.parametrize(("make", "forward", "message"), FORWARD_ERRORS)
def test_a_change_in_place_that_would_lose_a_history_is_refused(make, forward, message):
    with pytest.raises(RuntimeError, match=f"Broken: {message}"):
        broken(nnlib, None, forward)(*make(leaf(1.0, 2.0)))


def test_only_tensors_can_be_saved():
    for L in BOTH:
        with pytest.raises(TypeError, match="save_for_backward"):
            broken(L, None, lambda ctx, x, n: ctx.save_for_backward(x, n))(
                L.ones(2, requires_grad=True), 5
            )


def test_a_function_without_forward_or_backward_says_so():
    class Empty(Function):
        pass

    with pytest.raises(NotImplementedError, match=r"define a static forward\(\)"):
        Empty.apply(leaf(1.0))
    Empty.forward = staticmethod(lambda ctx, x: x * 2)
    y = Empty.apply(leaf(1.0))
    with pytest.raises(NotImplementedError, match=r"define a static backward\(\)"):
        y.backward()


@pytest.mark.parametrize("name", ["forward", "backward", "setup_context"])
def test_a_forgotten_staticmethod_is_named(name):
    with pytest.raises(TypeError, match=f"^Cube: expected {name} to be a @staticmethod"):
        type("Cube", (Function,), {name: lambda self, ctx, x: x})


def test_a_method_without_self_may_lack_the_decorator():
    for L in BOTH:
        x = L.ones(1, requires_grad=True)
        methods = dict(forward=lambda ctx, x: x * 2, backward=lambda ctx, g: g * 2)
        type("Double", (L.autograd.Function,), methods).apply(x).backward()
        assert x.grad.tolist() == [2.0]


def test_a_call_of_an_instance_is_refused():
    with pytest.raises(RuntimeError, match=r"^Cube: expected Cube.apply\(...\), got a call"):
        type("Cube", (Function,), {})()(leaf(1.0))


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
            return nnlib.Tensor(g.detach().numpy() * 3 * x.detach().numpy() ** 2)

    x = leaf(2.0)
    (g,) = nnlib.grad(Cube.apply(x), x)
    assert g.item() == 12.0
    (g,) = nnlib.grad(Cube.apply(x), x, create_graph=True)
    assert not g.requires_grad
    (g,) = nnlib.grad(Cube.apply(x) ** 2, x, create_graph=True)
    assert g.item() == 192.0
    with pytest.raises(RuntimeError, match=r"backward: once_differentiable, so not twice"):
        g.backward()


# Whole matrices, and products with them


FUNCTIONS = {
    "elementwise": (lambda L, x: L.exp(x) * x, ((3,),)),
    "matrix": (lambda L, x: x @ L.tensor(np.arange(6.0).reshape(3, 2)), ((4, 3),)),
    "number": (lambda L, x: (x**3).sum(), ((2, 3),)),
    "two inputs": (lambda L, a, b: a * b.sum() + a**2, ((3,), (2, 2))),
    "two results": (lambda L, a: (a**2, a.sum()), ((3,),)),
    "two of both": (lambda L, a, b: (a * b, (a**2 * b).sum()), ((3,), (3,))),
    "unused input": (lambda L, a, b: a**2, ((3,), (2,))),
    "constant": (lambda L, a: L.tensor(np.ones(2)), ((3,),)),
    "constant among others": (lambda L, a: (a**2, L.tensor(np.ones(2))), ((3,),)),
    "softmax": (lambda L, x: L.softmax(x, 1), ((2, 3),)),
}
SCALARS = {
    "cube": (lambda L, x: (x**3).sum(), ((2, 3),)),
    "two inputs": (lambda L, a, b: (a**2 * b.sum() + b[0] ** 3).sum(), ((3,), (2,))),
    "one of one": (lambda L, x: L.exp(x), ((1,),)),
    "linear": (lambda L, x: x.sum(), ((2,),)),
    "unused": (lambda L, a, b: (a**3).sum(), ((2,), (2,))),
}


def call(name, L, f, arrays, **options):
    """One of the functions of functional, with v where it takes one."""
    inputs = [L.tensor(a) for a in arrays]
    point = inputs[0] if len(inputs) == 1 else tuple(inputs)
    compute = getattr(L.autograd.functional, name)
    if name in ("jacobian", "hessian"):
        return compute(lambda *x: f(L, *x), point, **options)
    like = f(L, *inputs) if name == "vjp" else point
    rng = np.random.default_rng(3)
    several = like if isinstance(like, tuple) else (like,)
    v = tuple(L.tensor(rng.standard_normal(tuple(t.shape))) for t in several)
    v = v if isinstance(like, tuple) else v[0]
    return compute(lambda *x: f(L, *x), point, v, **options)


@pytest.mark.parametrize("create_graph", [False, True])
@pytest.mark.parametrize("name", ["jacobian", "vjp", "jvp"])
@pytest.mark.parametrize(("f", "shapes"), FUNCTIONS.values(), ids=FUNCTIONS)
def test_derivatives_of_functions_are_those_of_torch(f, shapes, name, create_graph, rng):
    arrays = [rng.standard_normal(s) for s in shapes]
    runs = [numbers(call(name, L, f, arrays, create_graph=create_graph)) for L in BOTH]
    assert_same(*runs)


@pytest.mark.parametrize("create_graph", [False, True])
@pytest.mark.parametrize("name", ["hessian", "vhp", "hvp"])
@pytest.mark.parametrize(("f", "shapes"), SCALARS.values(), ids=SCALARS)
def test_second_derivatives_of_functions_are_those_of_torch(f, shapes, name, create_graph, rng):
    arrays = [rng.standard_normal(s) for s in shapes]
    runs = [numbers(call(name, L, f, arrays, create_graph=create_graph)) for L in BOTH]
    assert_same(*runs)


@pytest.mark.parametrize("name", ["jacobian", "hessian"])
def test_a_recorded_matrix_can_be_differentiated_again(name):
    runs = []
    for L in BOTH:
        x = L.tensor(np.array([0.5, 2.0]), requires_grad=True)
        compute = getattr(L.autograd.functional, name)
        matrix = compute(lambda x: (x**4).sum(), x, create_graph=True)
        assert matrix.requires_grad
        runs.append(numbers(L.autograd.grad((matrix**2).sum(), x)))
    assert_same(*runs)


def test_the_matrix_of_no_result_is_empty():
    assert functional.jacobian(lambda x: x[:0], leaf(1.0, 2.0)).shape == (0, 2)


def test_a_matrix_has_no_history_unless_asked_for():
    x = leaf(1.0, 2.0)
    assert not functional.jacobian(lambda x: x**2, x).requires_grad
    value, product = functional.vjp(lambda x: (x**2).sum(), x)
    assert not value.requires_grad
    assert not product.requires_grad
    assert x.grad is None
    with nnlib.no_grad():
        assert functional.hessian(lambda x: (x**2).sum(), x).tolist() == [[2, 0], [0, 2]]


def refused(name, f, v=None, **options):
    """A call of functional that is refused; v(x) makes the vector."""

    def call(L):
        x = L.tensor(np.array([1.0, 2.0]))
        args = () if v is None else (v(x),)
        return getattr(L.autograd.functional, name)(lambda *x: f(L, *x), x, *args, **options)

    return call


FUNCTIONAL_ERRORS = [
    (refused("jacobian", lambda L, x: 3.0), TypeError, "jacobian: expected results to be"),
    (
        refused("jacobian", lambda L, x: L.tensor(np.ones(2)), strict=True),
        RuntimeError,
        "jacobian: result 0 does not depend on the inputs",
    ),
    (
        refused("jacobian", lambda L, x: x * 2, strict=True, create_graph=True),
        RuntimeError,
        "jacobian: the derivative of result 0 does not depend on input 0",
    ),
    (refused("hessian", lambda L, x: x), RuntimeError, r"hessian: expected a result of one"),
    (refused("hessian", lambda L, x: (x, x)), RuntimeError, "hessian: .* got tuple"),
    (
        refused("hessian", lambda L, x: x.sum(), strict=True),
        RuntimeError,
        "jacobian: result 0 does not depend on the inputs",
    ),
    (refused("vjp", lambda L, x: x * 2), RuntimeError, "vjp: expected v, as there is more"),
    (
        refused("vjp", lambda L, x: x * 2, lambda x: x[:1]),
        RuntimeError,
        r"vjp: expected v of shapes \[\(2,\)\], got \[\(1,\)\]",
    ),
    (
        refused("vjp", lambda L, x: x * 2, lambda x: (x, x)),
        RuntimeError,
        "vjp: expected v of shapes",
    ),
    (refused("jvp", lambda L, x: x * 2), RuntimeError, "jvp: expected v"),
    (
        refused("jvp", lambda L, x: L.tensor(np.ones(2)), lambda x: x, strict=True),
        RuntimeError,
        "jvp: result 0 does not depend",
    ),
    (refused("vhp", lambda L, x: x, lambda x: x), RuntimeError, "vhp: expected a result"),
    (refused("hvp", lambda L, x: (x**2).sum()), RuntimeError, "hvp: expected v"),
    (
        refused("vhp", lambda L, x: x.sum(), lambda x: x, strict=True),
        RuntimeError,
        "vhp: the derivative of the result does not depend on input 0",
    ),
]


@pytest.mark.parametrize(("call", "error", "message"), FUNCTIONAL_ERRORS)
def test_mistakes_in_functions_are_named(call, error, message):
    with pytest.raises(error, match=message):
        call(nnlib)
    with pytest.raises(error):
        call(torch)


def test_an_unused_input_is_refused_only_when_strict():
    for L in BOTH:
        x = L.tensor(np.ones(2))
        with pytest.raises(RuntimeError, match="input 1"):
            L.autograd.functional.jacobian(lambda a, b: a * 2, (x, x), strict=True)


def test_inputs_of_functions_are_tensors():
    for L in BOTH:
        with pytest.raises(TypeError, match="jacobian"):
            L.autograd.functional.jacobian(lambda x: x, 3.0)
        with pytest.raises(TypeError, match="jacobian"):
            L.autograd.functional.jacobian(lambda x: x, [L.ones(2)])


# The check of gradients


def test_right_gradients_pass():
    constant = nnlib.tensor([2.0])
    assert gradcheck(lambda a, b, c: (a * b).exp() * c, [leaf(0.5, 1.0), leaf(2.0), constant])


def wrong(x):
    """A square with the rule of x."""
    return record(raw(x) ** 2, dict(x=x), x=lambda g, x: g * x)


def test_a_wrong_rule_is_found():
    with pytest.raises(RuntimeError, match="result 0 by input 0 is wrong"):
        gradcheck(wrong, leaf(3.0))
    assert not gradcheck(wrong, leaf(3.0), raise_exception=False)


def test_a_wrong_second_derivative_is_found():
    def half_wrong(x):
        """A cube whose rule is right, and its rule wrong."""
        return record(raw(x) ** 3, dict(x=x), x=lambda g, x: g * 3 * wrong(x))

    assert gradcheck(half_wrong, leaf(3.0))
    message = (
        r"gradgradcheck: the derivative of the gradient of input 0, by input 0, is wrong in "
        r"1 of 1 elements, most at dy\[0\]/dx\[0\]: expected .*; all are 0.5 times what they"
    )
    with pytest.raises(RuntimeError, match=message):
        gradgradcheck(half_wrong, leaf(3.0))
    assert not gradgradcheck(half_wrong, leaf(3.0), raise_exception=False)


def test_second_derivatives_are_checked_at_given_upstream_gradients():
    assert gradgradcheck(lambda x: x**3, leaf(1.0, 2.0), leaf(3.0, 4.0))
    assert gradgradcheck(
        lambda x: (x**3, x**2), leaf(1.0, 2.0), (leaf(3.0, 4.0), leaf(1.0, 0.0))
    )


@pytest.mark.parametrize(
    ("factors", "said"),
    [
        ([3.0, 3.0, 3.0], r"got 9; all are 3 times what they should be$"),
        ([3.0, 3.0, -1.0], r"got -3$"),
    ],
)
def test_the_message_says_where_a_rule_is_wrong_and_how(factors, said):
    def product(a, b):
        """A product with a wrong rule for b."""
        return record(
            raw(a) * raw(b),
            dict(a=a, b=b),
            a=lambda g, b: g * b,
            b=lambda g, a: g * a * np.array(factors),
        )

    inputs = ["an option", leaf(1.0, 2.0, 3.0), leaf(4.0, 5.0, 6.0)]
    where = (
        r"^gradcheck: the derivative of result 1 by input 2 is wrong in 3 of 9 elements, "
        r"most at dy\[2\]/dx\[2\]: expected 3 \(finite differences\), "
    )
    with pytest.raises(RuntimeError, match=where + said):
        gradcheck(lambda option, a, b: (a * b, product(a, b)), inputs)


def test_the_message_of_a_single_number_has_no_index():
    with pytest.raises(RuntimeError, match=r"most at dy/dx: expected 6 .*, got 3; all are 0.5"):
        gradcheck(wrong, nnlib.tensor(np.array(3.0), requires_grad=True))


def test_an_infinite_derivative_is_told():
    def steep(x):
        return record(1.0 * raw(x), dict(x=x), x=lambda g: g * np.inf)

    with pytest.raises(RuntimeError, match=r"expected 1 \(finite differences\), got inf$"):
        gradcheck(steep, leaf(1.0))


def test_a_second_derivative_by_the_upstream_gradient_is_checked():
    def unrecorded(x):
        """A double whose rule loses the history of the upstream gradient."""
        return record(2 * raw(x), dict(x=x), x=lambda g: 2 * nnlib.Tensor(raw(g)))

    with pytest.raises(RuntimeError, match="gradient of input 0, by upstream gradient 0, is"):
        gradgradcheck(unrecorded, leaf(1.0))


def test_a_function_of_no_tensors_is_refused():
    for check in (gradcheck, gradgradcheck):
        name = check.__name__
        with pytest.raises(TypeError, match=f"{name}: expected func to give .* got float"):
            check(lambda x: 3.0, leaf(1.0))


def test_an_error_that_cancels_in_the_sum_is_found():
    def swapped(x):
        return record(2 * x.array, dict(x=x), x=lambda g: 2 * g[::-1])

    assert not gradcheck(swapped, leaf(1.0, 2.0), raise_exception=False)


def test_every_result_of_several_is_checked():
    assert gradcheck(lambda x: (x**2, x.sum(), x > 0), leaf(1.0, 2.0))
    assert not gradcheck(lambda x: (x**2, wrong(x)), leaf(1.0), raise_exception=False)


def test_a_result_without_history_has_to_be_constant():
    assert gradcheck(lambda x: nnlib.ones(2), leaf(1.0))
    assert not gradcheck(lambda x: x.detach() * 2, leaf(1.0), raise_exception=False)


def test_an_unused_input_has_gradient_zero():
    assert gradcheck(lambda a, b: a * 2, [leaf(1.0), leaf(1.0)])


@pytest.mark.parametrize("check", [gradcheck, gradgradcheck])
def test_float32_and_inputs_without_gradient_are_refused(check):
    with pytest.raises(ValueError, match="expected float64 inputs, got float32"):
        check(nnlib.exp, nnlib.ones(1, requires_grad=True))
    with pytest.raises(ValueError, match="expected at least one input that requires grad"):
        check(nnlib.exp, nnlib.ones(1))


def test_inputs_are_left_as_they_were():
    x = leaf(1.0, 2.0)
    gradcheck(nnlib.exp, x)
    np.testing.assert_array_equal(x.detach().numpy(), [1.0, 2.0])
    assert x.grad is None


def test_unused_inputs_can_have_gradients_of_zero():
    runs = [
        numbers(L.autograd.grad(s, (a, u), materialize_grads=True))
        for L in BOTH
        for a, _, u, _, _, s in [paths(L)]
    ]
    assert_same(*runs)
    for L in BOTH:
        a, *_, s = paths(L)
        with pytest.raises(ValueError, match="allow_unused"):
            L.autograd.grad(s, a, allow_unused=False, materialize_grads=True)


def test_grad_refuses_another_number_of_upstream_gradients():
    for L in BOTH:
        a, *_, s = paths(L)
        with pytest.raises(RuntimeError, match="gradients"):
            L.autograd.grad((s, s), a, (L.ones_like(s),))


def test_no_inputs_are_refused_as_in_torch():
    for L in BOTH:
        x = L.ones(2, requires_grad=True)
        with pytest.raises(RuntimeError, match="inputs"):
            x.sum().backward(inputs=[])
        with pytest.raises((RuntimeError, ValueError), match="inputs"):
            L.autograd.grad(x.sum(), [])


def test_zeros_for_unused_inputs_can_be_differentiated_again():
    for L in BOTH:
        x, unused = L.ones(2, requires_grad=True), L.ones(2, requires_grad=True)
        options = dict(materialize_grads=True, create_graph=True)
        _, zeros = L.autograd.grad(x.sum(), [x, unused], **options)
        assert (zeros.tolist(), zeros.requires_grad) == ([0.0, 0.0], True)
