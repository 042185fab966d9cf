"""Gradients by grad and backward: those of torch, and refused where torch refuses."""

import numpy as np
import pytest

from tests.nnlib.derivatives import BOTH, assert_same, numbers
from tests.nnlib.harness import assert_refused, expressions


def named(L):
    """Return the names of a call: leaves a, b and u (unused), and results c, y and s."""
    a = L.tensor(np.array([1.0, 2.0, 3.0]), requires_grad=True)
    b = L.tensor(np.array([[0.5], [-1.0]]), requires_grad=True)
    u = L.tensor(np.ones(2), requires_grad=True)
    c = a * b
    names = dict(a=a, b=b, u=u, c=c, y=L.exp(c), s=(c * a).sum())
    return names | dict(L=L, grad=L.autograd.grad, backward=L.autograd.backward)


GRADS = """
grad(s, (a, b)); grad(s, a); grad(s, (c, a)); grad(y, (a, b), L.ones_like(y));
grad((y, s), (a, b), (L.ones_like(y), None)); grad((s, s), (a, b)); grad(s, (a, a)); grad(s, s);
grad(s, (a, u), allow_unused=True); grad(s, u, allow_unused=True);
grad(s, a, only_inputs=True, allow_unused=False); grad(s, (a, u), materialize_grads=True);
grad(s, a, retain_graph=True) + grad(s, b);
grad(grad(s, a, create_graph=True)[0].sum(), (a, b))
"""


@pytest.mark.parametrize("call", expressions(GRADS))
def test_grad_matches_torch(call):
    assert_same(*(numbers(eval(call, named(L))) for L in BOTH))


BACKWARDS = """
backward(s); backward(y, L.ones_like(y)); backward([y, s], [L.ones_like(y), None]);
backward([s, c[0, 0]]); (backward(s, retain_graph=True), backward(s)); backward(s, inputs=[a]);
grad(s, a, create_graph=True)[0].sum().backward()
"""


@pytest.mark.parametrize("call", expressions(BACKWARDS))
def test_backward_fills_the_leaves_as_in_torch(call):
    leaves = []
    for L in BOTH:
        names = named(L)
        eval(call, names)
        leaves.append(numbers([names[x].grad for x in "abu"]))
    assert_same(*leaves)


REFUSED = """
grad(s, (a, u)); grad(s, L.ones(3)); grad(y, a); grad(y, a, L.ones(2)); grad(L.ones(1), a);
(grad(s, a), grad(s, a)); s.backward(inputs=[]); grad(s, []);
grad(s, a, allow_unused=False, materialize_grads=True)
"""


def test_grad_refuses_what_torch_refuses():
    calls = [lambda L, call=call: eval(call, named(L)) for call in expressions(REFUSED)]
    assert_refused([(call, (RuntimeError, ValueError)) for call in calls], *BOTH)
