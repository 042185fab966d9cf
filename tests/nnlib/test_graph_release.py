"""Histories are freed without the garbage collector, and long ones without recursion."""

import gc

import pytest

import nnlib
from nnlib.graph import Node, record_fused
from tests.nnlib.derivatives import leaf


def changed_views(x):
    y = x * 1
    v = y[:2]
    y.mul_(2)
    v.exp_()
    return (y * y).sum()


def several_results(x):
    a, b = x.split(2)
    y, _ = nnlib.nn.LSTM(2, 2)(nnlib.stack([a, b]))
    return y.sum()


def hooked_and_retained(x):
    y = x * 1
    y.retain_grad()
    y.register_hook(lambda g: 2 * g)
    y.mul_(3)
    return y.sum()


def twice_differentiated(x):
    return nnlib.grad((x**3).sum(), x, create_graph=True)[0].sum()


def nodes():
    return sum(issubclass(type(o), Node) for o in gc.get_objects())


@pytest.mark.parametrize("walk", [False, True])
@pytest.mark.parametrize(
    "build", [changed_views, several_results, hooked_and_retained, twice_differentiated]
)
def test_a_history_is_let_go_without_the_garbage_collector(build, walk):
    x = nnlib.ones(4, requires_grad=True)
    gc.freeze()  # what is older is not looked at
    gc.disable()
    try:
        before = nodes()
        y = build(x)
        assert nodes() > before
        if walk:
            y.backward()
        del y
        assert nodes() == before
    finally:
        gc.enable()


def halves(x):
    """Return x, as the sum of the two results of one operation."""

    def backward(g):
        return {"x": (g[0] + g[1]) / 2}

    a, b = record_fused((x.array / 2, x.array / 2), dict(x=x), backward)
    return a + b


def change_of_a_view(y):
    y[:1].mul_(1.0)
    return y


CHAINS = {
    "views": (30_000, lambda y: y.view(2)),
    "changes of views": (10_000, change_of_a_view),
    "several results": (10_000, halves),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", CHAINS)
def test_a_long_chain_is_walked_and_let_go_without_recursion(name):
    n, step = CHAINS[name]
    x = leaf(1.0, 2.0)
    y = x * 1
    for _ in range(n):
        y = step(y)
    y.sum().backward(retain_graph=True)
    del y
    assert x.grad.tolist() == [1.0, 1.0]
