"""Declaring operations, keeping what rules read, walking back, hooks, and letting go."""

import gc
import threading
import weakref

import numpy as np
import pytest
import torch

import nnlib
from nnlib.graph import Node, record, record_fused
from tests.nnlib.derivatives import leaf

# Declaring


def test_a_rule_reads_what_its_parameters_name():
    arguments = []

    def rule(g, y, b):
        arguments.extend([g.tolist(), y.tolist(), b.tolist()])
        return g * b

    a, b = leaf(2.0), nnlib.tensor([5.0])
    y = record(a.array * b.array, dict(a=a, b=b), a=rule)
    y.backward()
    assert arguments == [[1.0], [10.0], [5.0]]
    assert a.grad.tolist() == [5.0]


# Keeping


def test_unused_values_are_freed():
    x = leaf(*range(5))
    hidden = x * 2.0
    gone = weakref.ref(hidden.array)
    y = hidden + 1.0
    del hidden
    gc.collect()
    assert gone() is None
    y.sum().backward()
    assert x.grad.tolist() == [2.0] * 5


def test_saved_values_are_kept_until_used():
    x = leaf(*range(5))
    hidden = x * 2.0
    kept = weakref.ref(hidden.array)
    y = (hidden * hidden).sum()
    del hidden
    gc.collect()
    assert kept() is not None
    y.backward()
    gc.collect()
    assert kept() is None
    assert y.grad_fn is not None


def test_no_history_without_requires_grad():
    x = leaf(1.0)
    assert (nnlib.ones(1) * 2).grad_fn is None
    with nnlib.no_grad():
        assert (x * 2).grad_fn is None
        with nnlib.enable_grad():
            assert (x * 2).grad_fn is not None
    assert nnlib.is_grad_enabled()


def test_integers_have_no_history():
    x = leaf(1.5)
    assert not x.to(nnlib.int64).requires_grad
    assert not (x > 1).requires_grad


def test_recording_is_switched_off_in_only_one_thread():
    x, inside, outside = leaf(1.0), threading.Event(), threading.Event()
    recorded = []

    def other():
        recorded.append((x * 2).requires_grad)
        with nnlib.no_grad():
            inside.set()
            outside.wait(10)
            recorded.append((x * 2).requires_grad)

    thread = threading.Thread(target=other)
    with nnlib.no_grad():
        thread.start()
        inside.wait(10)
    recorded.append((x * 2).requires_grad)
    outside.set()
    thread.join()
    assert recorded == [True, True, False]


# Walking back


def test_each_gradient_owns_its_memory():
    a, b = leaf(1.0, 2.0), leaf(3.0, 4.0)
    up = nnlib.tensor([1.0, 1.0], dtype=nnlib.float64)
    (a + b).backward(up)
    a.grad.array[...] = 9
    assert b.grad.tolist() == [1.0, 1.0]
    assert up.tolist() == [1.0, 1.0]


def test_a_gradient_has_the_dtype_of_its_tensor():
    x = leaf(1.0, dtype=nnlib.float32)
    (x * np.ones(1)).backward()
    assert x.grad.dtype == nnlib.float32


def test_grad_of_an_input_by_itself_is_the_upstream_gradient():
    x = leaf(2.0)
    up = nnlib.tensor([5.0], dtype=nnlib.float64)
    (g,) = nnlib.grad(x, x, up)
    assert g.tolist() == [5.0]
    assert g.array is not up.array


# Hooks


@pytest.mark.parametrize("create_graph", [False, True])
def test_a_hook_sees_and_replaces_the_whole_gradient(create_graph):
    x, gradients = leaf(1.0, 2.0), []
    h = x * 2
    h.register_hook(lambda g: gradients.append(g.tolist()))
    h.register_hook(lambda g: g * 10)
    (h.sum() + h.sum()).backward(create_graph=create_graph)
    assert gradients == [[2.0, 2.0]]
    assert x.grad.tolist() == [40.0, 40.0]


def test_a_hook_can_be_removed_once_by_each_handle():
    x, gradients = leaf(1.0), []
    handles = [x.register_hook(gradients.append) for _ in range(2)]
    handles[0].remove()
    handles[0].remove()
    (x * 2).backward()
    assert len(gradients) == 1
    for ask in (nnlib.ones(1).retain_grad, lambda: nnlib.ones(1).register_hook(print)):
        with pytest.raises(RuntimeError, match="requires grad"):
            ask()


def test_retain_grad_fills_grad_on_the_way():
    x = leaf(1.0, 2.0)
    h = x * 2
    h.retain_grad()
    h.retain_grad()  # once more changes nothing
    x.retain_grad()
    (h * h).sum().backward()
    assert h.grad.tolist() == [4.0, 8.0]
    assert x.grad.tolist() == [8.0, 16.0]


def test_retain_grad_does_not_keep_its_tensor_alive():
    x = leaf(1.0)
    h = x * 2
    h.retain_grad()
    y, gone = h + 1, weakref.ref(h)
    del h
    assert gone() is None
    y.backward()
    assert x.grad.tolist() == [2.0]


def accumulated(L):
    x, gradients = L.tensor([1.0, 2.0], requires_grad=True), []
    handle = x.register_post_accumulate_grad_hook(lambda x: gradients.append(x.grad.tolist()))
    for k in range(3):
        (k * x * x).sum().backward()
        L.autograd.grad(x.sum(), x)
        if k == 1:
            handle.remove()
    for wrong in (L.ones(1), x * 2):
        with pytest.raises(RuntimeError):
            wrong.register_post_accumulate_grad_hook(print)
    return gradients


def test_a_hook_after_accumulation_matches_torch():
    assert accumulated(nnlib) == accumulated(torch)


# Letting go, without the garbage collector


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
