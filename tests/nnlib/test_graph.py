"""Declaring operations, keeping what rules read, walking back once and again."""

import gc
import threading
import weakref

import numpy as np

import nnlib
from nnlib.graph import record
from tests.nnlib.derivatives import leaf

# Declaring


def test_a_rule_reads_what_its_parameters_name():
    seen = []

    def rule(g, y, b):
        seen.extend([g.tolist(), y.tolist(), b.tolist()])
        return g * b

    a, b = leaf(2.0), nnlib.tensor([5.0])
    y = record(a.array * b.array, dict(a=a, b=b), a=rule)
    y.backward()
    assert seen == [[1.0], [10.0], [5.0]]
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
    seen = []

    def other():
        seen.append((x * 2).requires_grad)
        with nnlib.no_grad():
            inside.set()
            outside.wait(10)
            seen.append((x * 2).requires_grad)

    thread = threading.Thread(target=other)
    with nnlib.no_grad():
        thread.start()
        inside.wait(10)
    seen.append((x * 2).requires_grad)
    outside.set()
    thread.join()
    assert seen == [True, True, False]


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
