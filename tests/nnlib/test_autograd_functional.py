"""Whole matrices of derivatives, and products with them."""

import numpy as np
import pytest
import torch

import nnlib
from nnlib.autograd import functional
from tests.nnlib.derivatives import BOTH, assert_same, leaf, numbers
from tests.nnlib.harness import assert_refused, naming

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
    """Return the result of a function of autograd.functional, with v if it takes one."""
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


def assert_same_as_torch(name, f, shapes, rng):
    arrays = [rng.standard_normal(s) for s in shapes]
    for create_graph in (False, True):
        runs = [numbers(call(name, L, f, arrays, create_graph=create_graph)) for L in BOTH]
        assert_same(*runs)


@pytest.mark.parametrize("name", ["jacobian", "vjp", "jvp"])
def test_derivatives_of_functions_match_torch(name, rng):
    for kind, (f, shapes) in FUNCTIONS.items():
        with naming(kind):
            assert_same_as_torch(name, f, shapes, rng)


@pytest.mark.parametrize("name", ["hessian", "vhp", "hvp"])
def test_second_derivatives_of_functions_match_torch(name, rng):
    for kind, (f, shapes) in SCALARS.items():
        with naming(kind):
            assert_same_as_torch(name, f, shapes, rng)


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


def test_a_matrix_has_no_history_by_default():
    x = leaf(1.0, 2.0)
    assert not functional.jacobian(lambda x: x**2, x).requires_grad
    value, product = functional.vjp(lambda x: (x**2).sum(), x)
    assert not value.requires_grad
    assert not product.requires_grad
    assert x.grad is None
    with nnlib.no_grad():
        assert functional.hessian(lambda x: (x**2).sum(), x).tolist() == [[2, 0], [0, 2]]


@pytest.mark.parametrize("name", ["vjp", "jvp", "vhp", "hvp"])
def test_v_is_optional_for_a_single_element_in_a_tuple(name):
    runs = []
    for L in BOTH:
        point = (L.tensor(np.array([3.0])),)
        compute = getattr(L.autograd.functional, name)
        runs.append(numbers(compute(lambda x: x**2 if "h" in name else (x**2,), point)))
    assert_same(*runs)


def refused(name, f, v=None, **options):
    """Return a refused call of autograd.functional, where v(x) makes the vector."""

    def call(L):
        x = L.tensor(np.array([1.0, 2.0]))
        args = () if v is None else (v(x),)
        return getattr(L.autograd.functional, name)(lambda *x: f(L, *x), x, *args, **options)

    return call


FUNCTIONAL_ERRORS = [
    (refused("jacobian", lambda L, x: 3.0), TypeError),
    (refused("jacobian", lambda L, x: L.tensor(np.ones(2)), strict=True), RuntimeError),
    (refused("jacobian", lambda L, x: x * 2, strict=True, create_graph=True), RuntimeError),
    (refused("hessian", lambda L, x: x), RuntimeError),
    (refused("hessian", lambda L, x: (x, x)), RuntimeError),
    (refused("hessian", lambda L, x: x.sum(), strict=True), RuntimeError),
    (refused("vjp", lambda L, x: x * 2), RuntimeError),
    (refused("vjp", lambda L, x: x * 2, lambda x: x[:1]), RuntimeError),
    (refused("vjp", lambda L, x: x * 2, lambda x: (x, x)), RuntimeError),
    (refused("jvp", lambda L, x: x * 2), RuntimeError),
    (refused("jvp", lambda L, x: L.tensor(np.ones(2)), lambda x: x, strict=True), RuntimeError),
    (refused("vhp", lambda L, x: x, lambda x: x), RuntimeError),
    (refused("hvp", lambda L, x: (x**2).sum()), RuntimeError),
    (refused("vhp", lambda L, x: x.sum(), lambda x: x, strict=True), RuntimeError),
]


def test_mistakes_in_functions_are_refused_by_name_as_in_torch():
    assert_refused(FUNCTIONAL_ERRORS, nnlib, torch)


def test_the_error_for_a_tuple_names_the_type_of_the_element_that_is_not_a_tensor():
    with pytest.raises(TypeError, match="got int"):
        nnlib.autograd.functional.jacobian(lambda x: (x, 3), nnlib.ones(2))
