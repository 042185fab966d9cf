"""The types of the tables of modules, and how an entry runs in both libraries.

Every ``table_<family>.py`` beside this file has two lists: ``LAYERS`` of ``Layer`` and
``BAD`` of ``harness.Bad`` (its call may build the module, or apply it). ``test_modules.py``
finds the tables by itself.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import torch

import nnlib
from tests.nnlib.harness import normal


class Layer(NamedTuple):
    """One module with its options and inputs, the same for both libraries.

    name: the public name in nn. args, options: of the constructor; an array among them
    becomes a tensor of the dtype under test, and a function is called with the library
    (nnlib or torch) to make all positional arguments.
    shapes: of the inputs. draw(rng, shape), or a tuple with one for each input: what it draws
    in floats is differentiated, integers and truth values are passed as they are.
    note: what is special about it. call(module, *inputs): how it is applied; what it gives
    may be nested tuples of tensors and None.
    trains: False if it is random in training, which is then tested elsewhere.
    in_torch: False for a module of our own, with reference(module, *inputs) saying what it
    computes by other means.
    rtol64: of float64, where 1e-9 is too strict for a reason that stands beside the entry.
    """

    name: str
    args: tuple | Callable = ()
    shapes: tuple = ((3, 5),)
    options: dict = {}  # noqa: RUF012 (never changed)
    draw: Callable | tuple = normal
    note: str = ""
    call: Callable = lambda module, *inputs: module(*inputs)
    trains: bool = True
    in_torch: bool = True
    reference: Callable | None = None
    rtol64: float = 1e-9

    def __str__(self):
        return f"{self.name}-{self.note}" if self.note else self.name


def same(rng, *layers):
    """Return a module in nnlib and in torch, in float64 and with equal random parameters."""
    ours, theirs = (build(L, *layers) for L in (nnlib, torch))
    state = theirs.state_dict()
    for name, _ in theirs.named_parameters():
        state[name] = torch.tensor(rng.uniform(-1, 1, tuple(state[name].shape)))
    theirs.load_state_dict(state)
    ours.load_state_dict({name: value.numpy() for name, value in state.items()})
    return ours, theirs


def build(L, layer):
    """Return the module of an entry in library L, in float64."""
    if callable(layer.args):
        args = layer.args(L)
    else:
        args = [as_tensor(L, x) for x in layer.args]
    options = {name: as_tensor(L, x) for name, x in layer.options.items()}
    return getattr(L.nn, layer.name)(*args, **options).double()


def as_tensor(L, x):
    """Return an array as a tensor of library L, anything else as it is."""
    return L.tensor(np.array(x)) if isinstance(x, np.ndarray) else x


def inputs_of(layer, rng):
    """Return random inputs of an entry as arrays."""
    draws = layer.draw if isinstance(layer.draw, tuple) else (layer.draw,) * len(layer.shapes)
    return [np.asarray(draw(rng, s)) for draw, s in zip(draws, layer.shapes, strict=True)]


class Run(NamedTuple):
    """The result of a module: outputs, gradients of inputs and parameters, and its state."""

    outputs: list
    input_grads: list
    parameter_grads: dict
    state: dict


def run(L, layer, module, arrays, weights=None):
    """Return a module's outputs, and its gradients for random weights of the outputs."""
    module.zero_grad()
    inputs = [L.tensor(np.array(a), requires_grad=a.dtype.kind == "f") for a in arrays]
    ys = flat(layer.call(module, *inputs))
    rng = np.random.default_rng(1)
    total = 0
    for y in ys:
        v = rng.standard_normal(tuple(y.shape)) if y.ndim else np.array(1.0)
        total = total + (y * L.tensor(np.asarray(v, array(y).dtype))).sum()
    if total.requires_grad:
        total.backward()
    grads = {name: array(p.grad) for name, p in module.named_parameters()}
    return Run(
        [array(y) for y in ys],
        [array(x.grad) for x in inputs if x.requires_grad],
        grads,
        {name: array(value) for name, value in module.state_dict().items()},
    )


def array(x: Any) -> Any:
    """Return a copy of a tensor's values, or None for None."""
    return (
        np.array(x.detach().numpy() if hasattr(x, "detach") else x) if x is not None else None
    )


def flat(ys):
    """Return nested tuples of tensors as one list, without None."""
    if isinstance(ys, (tuple, list)):
        return [y for part in ys for y in flat(part)]
    return [] if ys is None else [ys]


def assert_same_run(got, expected, rtol, atol):
    """Assert that two runs have equal values, dtypes, shapes and names."""
    for ours, theirs in zip(got, expected, strict=True):
        if isinstance(ours, dict):
            assert list(ours) == list(theirs)
            ours, theirs = list(ours.values()), list(theirs.values())
        for a, b in zip(ours, theirs, strict=True):
            assert (a is None) == (b is None)
            if b is not None:
                np.testing.assert_allclose(a, b, rtol=rtol, atol=atol, strict=True)
