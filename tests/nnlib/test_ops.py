"""Every differentiable operation against finite differences, PyTorch and closed forms."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pytest
import torch

import nnlib
from nnlib import ops
from nnlib.nn import functional


def normal(rng, shape):
    return rng.standard_normal(shape)


def positive(rng, shape):
    return rng.uniform(0.3, 2.0, shape)


def no_kink(rng, shape):
    """Away from 0 and from ±1."""
    return rng.choice([-1.5, -0.5, 0.5, 1.5], shape) + rng.uniform(-0.3, 0.3, shape)


class Case(NamedTuple):
    """One operation: its name, the same call for both libraries, and its inputs."""

    name: str
    call: Callable
    shapes: tuple
    draw: Callable = normal
    note: str = ""

    def __str__(self):
        return f"{self.name}-{self.note}" if self.note else self.name


def split_parts(L, x):
    a, b = L.split(x, [2, 3], 1)
    return a.sum(1) * b.sum(1)


def written(L, x, v):
    y = x * 1
    y[1:, ::2] = v
    return y


INDEX = np.array([[0, 2, 1, 0], [3, 3, 0, 4], [1, 0, 2, 2]])
CLASSES = np.array([2, 0, 4])


def index(L, array):
    return torch.from_numpy(array) if L is torch else array


def weights(L, x):
    """Class weights in the dtype of x, outside any history."""
    w = np.linspace(0.5, 2.0, 5)
    return torch.from_numpy(w).to(x.dtype) if L is torch else w.astype(x.dtype)


def ignored(L):
    return index(L, np.array([2, -100, 4]))


OPS = [
    Case("abs", lambda L, x: L.abs(x), ((3, 5),), no_kink),
    Case("add", lambda L, a, b: L.add(a, b), ((3, 5), (5,))),
    Case("add", lambda L, a, b: L.add(a, b, alpha=3), ((3, 1), (2, 1, 5)), note="alpha"),
    Case("amax", lambda L, x: L.amax(x, (0, 2)), ((3, 5, 2),)),
    Case("amax", lambda L, x: L.amax(x, 1, keepdim=True), ((3, 5),), note="keepdim"),
    Case("amin", lambda L, x: L.amin(x, 1), ((3, 5),)),
    Case("cat", lambda L, a, b: L.cat([a, b, a], 1), ((3, 5), (3, 2))),
    Case("clamp", lambda L, x: L.clamp(x, -1.0, 1.0), ((3, 5),), no_kink),
    Case("clamp", lambda L, x: L.clamp(x, min=-1.0), ((3, 5),), no_kink, "min"),
    Case("clamp", lambda L, x: L.clamp(x, max=1.0), ((3, 5),), no_kink, "max"),
    Case("clone", lambda L, x: L.clone(x), ((3, 5),)),
    Case("contiguous", lambda L, x: L.transpose(x, 0, 1).contiguous(), ((3, 5),)),
    Case("div", lambda L, a, b: L.div(a, b), ((3, 5), (3, 1)), positive),
    Case("exp", lambda L, x: L.exp(x), ((3, 5),)),
    Case("expand", lambda L, x: x.expand(2, -1, 5), ((3, 1),)),
    Case("flatten", lambda L, x: L.flatten(x, 1, 2), ((3, 5, 2, 2),)),
    Case("gather", lambda L, x: L.gather(x, 0, index(L, INDEX)), ((5, 4),)),
    Case("gather", lambda L, x: L.gather(x, 1, index(L, INDEX)), ((4, 5),), note="smaller"),
    Case("getitem", lambda L, x: x[1:, ::2], ((3, 5),), note="slices"),
    Case("getitem", lambda L, x: x[None, ..., 1], ((3, 5),), note="newaxis"),
    Case("getitem", lambda L, x: x[1], ((3, 5),), note="integer"),
    Case("getitem", lambda L, x: x[[0, 0, 2]], ((3, 5),), note="list"),
    Case("getitem", lambda L, x: x[[0, 0, 2], [1, 1, 4]], ((3, 5),), note="pairs"),
    Case("getitem", lambda L, x: x[:, index(L, CLASSES)], ((3, 5),), note="mixed"),
    Case("getitem", lambda L, x: x[index(L, INDEX > 1)], ((3, 4),), note="boolean"),
    Case("linear", lambda L, x, w, b: L.nn.functional.linear(x, w, b), ((3, 5), (2, 5), (2,))),
    Case(
        "linear",
        lambda L, x, w: L.nn.functional.linear(x, w),
        ((4, 3, 5), (2, 5)),
        note="no bias",
    ),
    Case("linear", lambda L, x, w: L.nn.functional.linear(x, w), ((5,), (2, 5)), note="vector"),
    Case("log", lambda L, x: L.log(x), ((3, 5),), positive),
    Case("log_softmax", lambda L, x: L.log_softmax(x, 1), ((3, 5),)),
    Case("logsumexp", lambda L, x: L.logsumexp(x, (0, 2)), ((3, 5, 2),)),
    Case("logsumexp", lambda L, x: L.logsumexp(x, 1, keepdim=True), ((3, 5),), note="keepdim"),
    Case("matmul", lambda L, a, b: L.matmul(a, b), ((3, 5), (5, 2))),
    Case("matmul", lambda L, a, b: L.matmul(a, b), ((4, 1, 3, 5), (2, 5, 2)), note="batches"),
    Case("matmul", lambda L, a, b: L.matmul(a, b), ((3, 5), (5,)), note="vector right"),
    Case("matmul", lambda L, a, b: L.matmul(a, b), ((5,), (4, 5, 2)), note="vector left"),
    Case("matmul", lambda L, a, b: L.matmul(a, b), ((5,), (5,)), note="vectors"),
    Case("max", lambda L, x: L.max(x, 1)[0], ((3, 5),)),
    Case("max", lambda L, x: L.max(x, 0, keepdim=True)[0], ((3, 5),), note="keepdim"),
    Case("max", lambda L, x: L.max(x), ((3, 5),), note="all"),
    Case("max", lambda L, a, b: L.max(a, b), ((3, 5), (5,)), note="two"),
    Case("maximum", lambda L, a, b: L.maximum(a, b), ((3, 5), (3, 1))),
    Case("mean", lambda L, x: L.mean(x, (0, 2)), ((3, 5, 2),)),
    Case("mean", lambda L, x: L.mean(x), ((3, 5),), note="all"),
    Case("min", lambda L, x: L.min(x, 1)[0], ((3, 5),)),
    Case("min", lambda L, x: L.min(x), ((3, 5),), note="all"),
    Case("min", lambda L, a, b: L.min(a, b), ((3, 5), (5,)), note="two"),
    Case("minimum", lambda L, a, b: L.minimum(a, b), ((3, 5), (3, 1))),
    Case("mul", lambda L, a, b: L.mul(a, b), ((3, 5), (5,))),
    Case("neg", lambda L, x: L.neg(x), ((3, 5),)),
    Case("permute", lambda L, x: L.permute(x, (2, 0, 1)), ((3, 5, 2),)),
    Case("pow", lambda L, a, b: L.pow(a, b), ((3, 5), (5,)), positive),
    Case("pow", lambda L, x: L.pow(x, 2), ((3, 5),), note="square"),
    Case("pow", lambda L, x: L.pow(x, -1.5), ((3, 5),), positive, "number"),
    Case("pow", lambda L, x: 2.0**x, ((3, 5),), note="base"),
    Case("relu", lambda L, x: L.relu(x), ((3, 5),), no_kink),
    Case("reshape", lambda L, x: L.reshape(x, (5, -1)), ((3, 5, 2),)),
    Case("setitem", written, ((3, 5), (2, 1))),
    Case("sigmoid", lambda L, x: L.sigmoid(x), ((3, 5),)),
    Case("sign", lambda L, x: L.sign(x), ((3, 5),), no_kink),
    Case("softmax", lambda L, x: L.softmax(x, 0), ((3, 5),)),
    Case("softplus", lambda L, x: L.nn.functional.softplus(x, 2.0, 1.0), ((3, 5),)),
    Case("split", split_parts, ((3, 5),)),
    Case("sqrt", lambda L, x: L.sqrt(x), ((3, 5),), positive),
    Case("square", lambda L, x: L.square(x), ((3, 5),)),
    Case("squeeze", lambda L, x: L.squeeze(x), ((1, 3, 1, 5),)),
    Case("squeeze", lambda L, x: L.squeeze(x, (0, 1)), ((1, 3, 1, 5),), note="dims"),
    Case("stack", lambda L, a, b: L.stack([a, b], 1), ((3, 5), (3, 5))),
    Case("std", lambda L, x: L.std(x, 1), ((3, 5),)),
    Case("sub", lambda L, a, b: L.sub(a, b), ((3, 5), (3, 1))),
    Case("sub", lambda L, a, b: L.sub(a, b, alpha=0.5), ((5,), (3, 5)), note="alpha"),
    Case("sum", lambda L, x: L.sum(x, (0, 2)), ((3, 5, 2),)),
    Case("sum", lambda L, x: L.sum(x, -1, keepdim=True), ((3, 5),), note="keepdim"),
    Case("tanh", lambda L, x: L.tanh(x), ((3, 5),)),
    Case("to", lambda L, x: (x * 1).to(L.float64) * x, ((3, 5),)),
    Case("transpose", lambda L, x: L.transpose(x, 0, -1), ((3, 5, 2),)),
    Case("unsqueeze", lambda L, x: L.unsqueeze(x, -1), ((3, 5),)),
    Case("var", lambda L, x: L.var(x, (0, 2), correction=0), ((3, 5, 2),)),
    Case("where", lambda L, a, b: L.where(index(L, INDEX > 1), a, b), ((3, 4), (4,))),
]

LOSSES = [
    Case(
        "cross_entropy",
        lambda L, z: L.nn.functional.cross_entropy(z, index(L, CLASSES)),
        ((3, 5),),
    ),
    Case(
        "cross_entropy",
        lambda L, z: L.nn.functional.cross_entropy(
            z, ignored(L), weights(L, z), label_smoothing=0.2
        ),
        ((3, 5),),
        note="weight, ignore, smoothing",
    ),
    Case(
        "cross_entropy",
        lambda L, z, t: L.nn.functional.cross_entropy(
            z, L.softmax(t, 1), weights(L, z), label_smoothing=0.1
        ),
        ((3, 5), (3, 5)),
        note="probabilities",
    ),
    Case(
        "cross_entropy",
        lambda L, z: L.nn.functional.cross_entropy(z, index(L, INDEX), reduction="none"),
        ((3, 5, 4),),
        note="many axes",
    ),
    Case("nll_loss", lambda L, z: L.nn.functional.nll_loss(z, index(L, CLASSES)), ((3, 5),)),
    Case(
        "nll_loss",
        lambda L, z: L.nn.functional.nll_loss(z, ignored(L), weights(L, z), reduction="sum"),
        ((3, 5),),
        note="weight, ignore",
    ),
    Case("mse_loss", lambda L, a, b: L.nn.functional.mse_loss(a, b), ((3, 5), (3, 5))),
    Case(
        "binary_cross_entropy_with_logits",
        lambda L, z, t: L.nn.functional.binary_cross_entropy_with_logits(z, t),
        ((3, 5), (3, 5)),
    ),
    Case(
        "binary_cross_entropy_with_logits",
        lambda L, z, t: L.nn.functional.binary_cross_entropy_with_logits(
            z, t, weights(L, z), reduction="sum", pos_weight=weights(L, z)
        ),
        ((3, 5), (3, 5)),
        note="weights",
    ),
]

ALL = OPS + LOSSES
NOT_DIFFERENTIABLE = {
    *("all", "any", "argmax", "argmin", "eq", "ge", "gt", "isfinite", "isinf", "isnan", "le"),
    *("logical_and", "logical_not", "logical_or", "lt", "ne", "one_hot"),
}


def test_every_operation_is_in_the_table_or_has_no_derivative():
    named = {case.name for case in OPS}
    assert named | NOT_DIFFERENTIABLE == set(ops.__all__)
    assert not named & NOT_DIFFERENTIABLE


def test_every_function_of_functional_is_in_a_table():
    assert set(functional.__all__) <= {case.name for case in ALL} | {"one_hot"}


def tensors(library, arrays):
    if library is torch:
        return [torch.tensor(a, requires_grad=True) for a in arrays]
    return [nnlib.tensor(a, requires_grad=True) for a in arrays]


def vjp(library, case, arrays, v):
    """Value of an operation, and gradients for the upstream gradient v."""
    inputs = tensors(library, arrays)
    y = case.call(library, *inputs)
    up = torch.tensor(v) if library is torch else nnlib.tensor(v)
    return y.detach().numpy(), [g.numpy() for g in library.autograd.grad(y, inputs, up)]


def upstream(case, arrays, rng):
    shape = case.call(nnlib, *map(nnlib.Tensor, arrays)).shape
    return rng.standard_normal(shape).astype(arrays[0].dtype)


def numerical_vjp(case, arrays, v, step=1e-6):
    """Central differences of sum(v * y) by each element of each input."""

    def value():
        return np.sum(v * case.call(nnlib, *map(nnlib.Tensor, arrays)).numpy())

    gradients = []
    for a in arrays:
        g = np.empty_like(a)
        for i in np.ndindex(a.shape):
            middle = a[i]
            a[i] = middle + step
            above = value()
            a[i] = middle - step
            g[i] = (above - value()) / (2 * step)
            a[i] = middle
        gradients.append(g)
    return gradients


@pytest.mark.parametrize("case", ALL, ids=str)
def test_gradient_is_that_of_finite_differences(case, rng):
    arrays = [case.draw(rng, shape) for shape in case.shapes]
    v = upstream(case, arrays, rng)
    _, got = vjp(nnlib, case, arrays, v)
    for g, expected in zip(got, numerical_vjp(case, arrays, v), strict=True):
        np.testing.assert_allclose(g, expected, rtol=1e-6, atol=1e-8, strict=True)


@pytest.mark.parametrize(("dtype", "rtol", "atol"), [("f8", 1e-9, 1e-12), ("f4", 1e-4, 1e-6)])
@pytest.mark.parametrize("case", ALL, ids=str)
def test_value_and_gradient_are_those_of_torch(case, dtype, rtol, atol, rng):
    arrays = [case.draw(rng, shape).astype(dtype) for shape in case.shapes]
    v = upstream(case, arrays, rng)
    if case.name == "to":
        v = v.astype("f8")
    y, got = vjp(nnlib, case, arrays, v)
    y_torch, expected = vjp(torch, case, arrays, v)
    np.testing.assert_allclose(y, y_torch, rtol=rtol, atol=atol, strict=True)
    for g, g_torch in zip(got, expected, strict=True):
        np.testing.assert_allclose(g, g_torch, rtol=rtol, atol=atol, strict=True)


def second_derivatives(library, case, arrays, v):
    """Gradients of the sum of the cubed first gradients of sum(v y²)."""
    inputs = tensors(library, arrays)
    y = case.call(library, *inputs)
    up = torch.tensor(v) if library is torch else nnlib.tensor(v)
    first = library.autograd.grad((y * y * up).sum(), inputs, create_graph=True)
    total = sum((g * g * g).sum() for g in first)
    return [g.numpy() for g in library.autograd.grad(total, inputs)]


# torch cannot walk back a second time from sign: its first gradient has no history.
SECOND = [case for case in ALL if case.name != "sign"]


@pytest.mark.parametrize("case", SECOND, ids=str)
def test_second_derivative_is_that_of_torch(case, rng):
    arrays = [case.draw(rng, shape) for shape in case.shapes]
    v = upstream(case, arrays, rng)
    got = second_derivatives(nnlib, case, arrays, v)
    expected = second_derivatives(torch, case, arrays, v)
    for g, g_torch in zip(got, expected, strict=True):
        np.testing.assert_allclose(g, g_torch, rtol=1e-7, atol=1e-9, strict=True)


def test_sign_has_zero_as_first_and_second_derivative():
    x = nnlib.tensor([-2.0, 3.0], requires_grad=True)
    (g,) = nnlib.grad((x * nnlib.sign(x)).sum(), x, create_graph=True)
    assert g.tolist() == [-1.0, 1.0]
    assert nnlib.grad(g.sum(), x)[0].tolist() == [0.0, 0.0]


@pytest.mark.parametrize("case", ALL, ids=str)
def test_inputs_are_left_as_they_were(case, rng):
    arrays = [case.draw(rng, shape) for shape in case.shapes]
    before = [a.copy() for a in arrays]
    inputs = [nnlib.Tensor(a, requires_grad=True) for a in arrays]
    case.call(nnlib, *inputs).sum().backward()
    for a, b in zip(arrays, before, strict=True):
        np.testing.assert_array_equal(a, b, strict=True)


ARRAY_CASES = [case for case in ALL if case.name not in {"contiguous", "expand", "split", "to"}]


@pytest.mark.parametrize("case", ARRAY_CASES, ids=str)
def test_arrays_in_give_the_same_as_arrays_out(case, rng):
    arrays = [case.draw(rng, shape) for shape in case.shapes]
    expected = case.call(nnlib, *map(nnlib.Tensor, arrays)).numpy()
    got = case.call(nnlib, *arrays)
    assert not isinstance(got, nnlib.Tensor)
    np.testing.assert_array_equal(got, expected)


u = np.linspace(-3.0, 3.0, 13)
CLOSED_FORMS = [
    ("sigmoid is 1 / (1 + e^-x)", nnlib.sigmoid, 1 / (1 + np.exp(-u))),
    ("sigmoid is (1 + tanh(x/2)) / 2", nnlib.sigmoid, (1 + np.tanh(u / 2)) / 2),
    ("softplus is log(1 + e^x)", nnlib.softplus, np.log(1 + np.exp(u))),
    ("relu is (x + |x|) / 2", nnlib.relu, (u + np.abs(u)) / 2),
    ("square is x x", nnlib.square, u * u),
    ("logsumexp is log sum e^x", lambda x: nnlib.logsumexp(x, 0), np.log(np.exp(u).sum())),
    ("softmax is e^x / sum", lambda x: nnlib.softmax(x, 0), np.exp(u) / np.exp(u).sum()),
    (
        "log_softmax is its log",
        lambda x: nnlib.exp(nnlib.log_softmax(x, 0)),
        np.exp(u) / np.exp(u).sum(),
    ),
    (
        "var is the mean square less the squared mean",
        lambda x: nnlib.var(x, correction=0),
        np.mean(u * u),
    ),
    ("max less min is the range", lambda x: nnlib.max(x) - nnlib.min(x), np.array(6.0)),
]


@pytest.mark.parametrize(
    ("fn", "expected"), [c[1:] for c in CLOSED_FORMS], ids=[c[0] for c in CLOSED_FORMS]
)
def test_closed_form(fn, expected):
    np.testing.assert_allclose(fn(nnlib.Tensor(u)).numpy(), expected, rtol=1e-12, strict=True)


def test_softmax_jacobian_is_diag_p_minus_p_p(rng):
    z = nnlib.tensor(rng.standard_normal(5), requires_grad=True)
    p = nnlib.softmax(z, 0)
    rows = [nnlib.grad(p[i], z, retain_graph=True)[0].numpy() for i in range(5)]
    p = p.detach().numpy()
    np.testing.assert_allclose(rows, np.diag(p) - np.outer(p, p), rtol=1e-12, atol=1e-15)


def test_cross_entropy_gradient_is_prediction_minus_truth(rng):
    z = nnlib.tensor(rng.standard_normal((3, 5)), requires_grad=True)
    functional.cross_entropy(z, CLASSES).backward()
    p = nnlib.softmax(z.detach(), 1).numpy()
    np.testing.assert_allclose(z.grad.numpy(), (p - np.eye(5)[CLASSES]) / 3, rtol=1e-12)


COMPARISONS = ["eq", "ne", "lt", "le", "gt", "ge", "logical_and", "logical_or"]


@pytest.mark.parametrize("name", COMPARISONS)
def test_comparison_is_that_of_torch(name, rng):
    a, b = rng.integers(-1, 2, (3, 5)), rng.integers(-1, 2, 5)
    got = getattr(nnlib, name)(nnlib.tensor(a), nnlib.tensor(b))
    expected = getattr(torch, name)(torch.tensor(a), torch.tensor(b))
    np.testing.assert_array_equal(got.numpy(), expected.numpy(), strict=True)


@pytest.mark.parametrize("name", ["isnan", "isinf", "isfinite", "logical_not"])
def test_test_of_each_element_is_that_of_torch(name):
    x = np.array([0.0, 1.0, np.inf, -np.inf, np.nan])
    expected = getattr(torch, name)(torch.tensor(x)).numpy()
    np.testing.assert_array_equal(getattr(nnlib, name)(nnlib.tensor(x)).numpy(), expected)


@pytest.mark.parametrize("keepdim", [False, True])
@pytest.mark.parametrize("name", ["argmax", "argmin", "all", "any"])
def test_reduction_without_derivative_is_that_of_torch(name, keepdim, rng):
    x = rng.integers(0, 2, (3, 5))
    got = getattr(nnlib.tensor(x), name)(1, keepdim).numpy()
    expected = getattr(torch.tensor(x), name)(1, keepdim).numpy()
    np.testing.assert_array_equal(got, expected, strict=True)
    assert getattr(nnlib, name)(x) == getattr(torch.tensor(x), name)().item()


def test_max_gives_values_and_indices_by_name(rng):
    x = rng.standard_normal((3, 5))
    got, expected = nnlib.tensor(x).max(1), torch.tensor(x).max(1)
    np.testing.assert_array_equal(got.values.numpy(), expected.values.numpy())
    np.testing.assert_array_equal(got.indices.numpy(), expected.indices.numpy(), strict=True)


@pytest.mark.parametrize("name", ["max", "amax", "min", "amin"])
def test_equal_extremes_share_the_gradient_as_in_torch(name):
    x = np.array([[2.0, 2.0, 1.0, 1.0]])
    got, expected = nnlib.tensor(x, requires_grad=True), torch.tensor(x, requires_grad=True)
    getattr(nnlib, name)(got).backward()
    getattr(torch, name)(expected).backward()
    np.testing.assert_array_equal(got.grad.numpy(), expected.grad.numpy())


@pytest.mark.parametrize("name", ["maximum", "minimum"])
def test_equal_operands_get_half_of_the_gradient_as_in_torch(name):
    rows = [[1.0, 2.0, 3.0], [1.0, 3.0, 2.0]]
    got = [nnlib.tensor(r, requires_grad=True) for r in rows]
    expected = [torch.tensor(r, requires_grad=True) for r in rows]
    getattr(nnlib, name)(*got).sum().backward()
    getattr(torch, name)(*expected).sum().backward()
    for g, e in zip(got, expected, strict=True):
        assert g.grad.tolist() == e.grad.tolist()


def test_one_hot_is_that_of_torch():
    i = np.array([[0, 3], [1, 1]])
    for n in (-1, 6):
        expected = torch.nn.functional.one_hot(torch.tensor(i), n).numpy()
        np.testing.assert_array_equal(
            nnlib.one_hot(nnlib.tensor(i), n).numpy(), expected, strict=True
        )


@pytest.mark.parametrize("name", ops.METHODS)
def test_method_is_the_function_of_its_name(name):
    assert getattr(nnlib.Tensor, name) is getattr(ops, name)
