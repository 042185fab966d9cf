"""Types for the table of operations, and functions that run an entry in both libraries."""

import builtins
import functools
import importlib
import re
from collections.abc import Callable
from contextlib import contextmanager
from inspect import signature
from typing import NamedTuple

import numpy as np
import pytest
import torch

import nnlib
from nnlib.tensor import wrap


class Late:
    """A module that is imported when it is first used, so that tests are collected quickly."""

    def __init__(self, name):
        self.name = name

    def __getattr__(self, attribute):
        if attribute.startswith(("_", "pytest")):  # pytest asks every object for these
            raise AttributeError(attribute)
        return getattr(importlib.import_module(self.name), attribute)


def normal(rng, shape):
    return rng.standard_normal(shape)


def positive(rng, shape):
    return rng.uniform(0.3, 2.0, shape)


def fraction(rng, shape):
    """Return random numbers in (-1, 1), away from 0 and from ±1."""
    return rng.choice([-1.0, 1.0], shape) * rng.uniform(0.1, 0.9, shape)


def no_kink(rng, shape):
    """Return random numbers away from 0 and from ±1, where functions have kinks."""
    return rng.choice([-1.5, -0.5, 0.5, 1.5], shape) + rng.uniform(-0.3, 0.3, shape)


def apart(rng, shape):
    """Return random numbers that are 0.2 apart, so that a small step can't reorder them."""
    n = int(np.prod(shape))
    return (rng.permutation(n) / 5 - n / 10 + 0.03).reshape(shape)


def integers(rng, shape):
    return rng.integers(-5, 6, shape)


def truths(rng, shape):
    return rng.random(shape) < 0.5


class Case(NamedTuple):
    """One call of one operation, which is the same for both libraries.

    name: the public name.
    call(L, *inputs): returns one Tensor; L is nnlib or torch.
    shapes: the shapes of the differentiable inputs.
    draw(rng, shape): draws an input.
    note: what is special about the case.
    second: False if a second derivative raises an error, None if torch doesn't have one.
    arrays: False if the call uses methods that arrays lack.
    exact: False if float32 differs from torch by more than 1e-4; a comment explains why.
    """

    name: str
    call: Callable
    shapes: tuple
    draw: Callable = normal
    note: str = ""
    second: bool | None = True
    arrays: bool = True
    exact: bool = True

    def __str__(self):
        line = getattr(self.call, "__code__", None) and self.call.__code__.co_firstlineno
        return f"{self.name} {self.note or ''} (the call in line {line})"


class Bad(NamedTuple):
    """One call that raises an error, with nnlib's error.

    torch: the error that torch raises for the same call; None if it doesn't raise an error or
    doesn't have the function.
    text: the call, if it comes from a text.
    """

    name: str
    call: Callable
    error: type[Exception] = RuntimeError
    torch: type[Exception] | tuple | str | None = "same"
    text: str = ""

    def __str__(self):
        where = self.text or f"the call in line {self.call.__code__.co_firstlineno}"
        return f"{self.name}, {where}"


def expressions(text):
    """Return the expressions of a text, which semicolons separate."""
    return [" ".join(call.split()) for call in text.split(";")]


def calls(names, text):
    """Return the calls of a text, separated by semicolons: the name, a function, and the call.

    The name of the function may precede a call, as in "getitem: x[3]"; otherwise, it is the
    first function of L or F, which is L.nn.functional, or the first method that is called.
    ``names`` are the global names of the calls.
    """
    functions = re.compile(
        r"\b[LF]\.(?:nn\.functional\.)?(\w+)\(|\)\.(\w+)\(|^(?!ones|narrow)(\w+)\(L|^(\w+):"
    )
    results = []
    for call in expressions(text):
        name = next(filter(None, functions.search(call).groups()))
        call = call.removeprefix(f"{name}: ")
        f = functools.partial(
            lambda call, L: eval(call, names | dict(L=L, F=L.nn.functional)), call
        )
        results.append((name, f, call))
    return results


def raising(names, **texts):
    """Return the calls of a text for each error, with that error."""
    return [(bad.call, bad.error) for bad in refused(names, **texts)]


def refused(names, **texts):
    """Return the calls of a text for each error, by its name, as Bad; see ``calls``."""
    return [
        Bad(name, f, getattr(builtins, error), text=call)
        for error, text in texts.items()
        for name, f, call in calls(names, text)
    ]


def index(L, array):
    """Return indices or booleans in the type that library L accepts."""
    return torch.from_numpy(np.array(array)) if L is torch else np.array(array)


def weights(L, x):
    """Return class weights in the dtype of x, which don't require a gradient."""
    w = np.linspace(0.5, 2.0, 5)
    return torch.from_numpy(w).to(x.dtype) if L is torch else w.astype(x.dtype)


def leaf(L, array, requires_grad=True):
    """Return a copy of an array as a leaf tensor of library L."""
    return L.tensor(np.array(array), requires_grad=requires_grad)


def drawn(case, rng, dtype="f8"):
    """Return random inputs for a case as arrays."""
    return [np.asarray(case.draw(rng, shape)).astype(dtype) for shape in case.shapes]


def vjp(L, case, arrays, v):
    """Return the value of an operation, and its gradients for the upstream gradient v."""
    inputs = [leaf(L, a) for a in arrays]
    y = case.call(L, *inputs)
    return y.detach().numpy(), [
        g.numpy() for g in L.autograd.grad(y, inputs, leaf(L, v, False))
    ]


def upstream(case, arrays, rng):
    """Return a random upstream gradient with the shape of the output."""
    y = case.call(nnlib, *map(wrap, arrays))
    return rng.standard_normal(y.shape).astype(y.dtype)


def second_derivatives(L, case, arrays, v):
    """Return the gradients of the sum of the cubed first gradients of sum(v y²)."""
    inputs = [leaf(L, a) for a in arrays]
    y = case.call(L, *inputs)
    up = leaf(L, v, False)
    first = L.autograd.grad((y * y * up).sum(), inputs, create_graph=True)
    total = sum((g * g * g).sum() for g in first)
    return [g.numpy() for g in L.autograd.grad(total, inputs)]


def scattered(array):
    """Return an array with the same values, but with gaps and a different order in memory."""
    wide = np.repeat(array[..., None], 2, axis=-1).copy()
    if array.ndim > 1:
        wide = np.moveaxis(np.ascontiguousarray(np.moveaxis(wide, 0, -1)), -1, 0)
    return wide[..., 0]


@contextmanager
def naming(*what):
    """Add the name of the case to the error that a block raises."""
    try:
        yield
    except BaseException as error:  # pytest's failures aren't an Exception
        error.add_note(f"tried: {' '.join(map(str, what))[:2000]}")
        raise


def each(cases):
    """Return a decorator that turns a test of one case into tests of all cases with a name."""
    groups = {}
    for case in cases:
        groups.setdefault(case.name, []).append(case)

    def decorate(test):
        @pytest.mark.parametrize("cases", groups.values(), ids=groups)
        def together(cases):
            for case in cases:
                rng = np.random.default_rng(0)
                with naming(case):
                    test(case, rng) if "rng" in signature(test).parameters else test(case)

        together.__name__ = test.__name__
        return together

    return decorate


def assert_refused(calls, *libraries):
    """Assert that each call raises its error, and that nnlib's message names the function.

    calls: pairs of a call and its error; the call takes the library if libraries are given.
    """
    for call, error in calls:
        for L in libraries or (nnlib,):
            with naming(getattr(call, "__code__", call)):
                with pytest.raises(error) as caught:
                    call(L) if libraries else call()
                if L is nnlib:
                    assert re.match(r"[A-Za-z_][\w.]*(\(\))?: ", str(caught.value)), (
                        caught.value
                    )
