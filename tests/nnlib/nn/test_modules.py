"""Every public module against torch's: outputs, gradients, state, signature and printing."""

import copy
import importlib
import inspect
import pickle
import re
from pathlib import Path

import numpy as np
import pytest
import torch

import nnlib
from nnlib import nn
from tests.nnlib.harness import each, naming
from tests.nnlib.nn.table import array, assert_same_run, build, flat, inputs_of, run, same

TABLES = [
    importlib.import_module(f"tests.nnlib.nn.{path.stem}")
    for path in sorted(Path(__file__).parent.glob("table_*.py"))
]
LAYERS = [layer for table in TABLES for layer in table.LAYERS]
IN_TORCH = [layer for layer in LAYERS if layer.in_torch]
OURS = [layer for layer in LAYERS if not layer.in_torch]
MODULES = {
    name
    for name in nn.__all__
    if inspect.isclass(getattr(nn, name)) and issubclass(getattr(nn, name), nn.Module)
} - {"Module"}
LEFT_OUT = {"device", "dtype", "size_average", "reduce", "min_value", "max_value"}
ASKED_FOR = {("Softmax", "dim"), ("LogSoftmax", "dim")}  # torch guesses it


def options_of(name, L=nn):
    """Return the parameters of a module's constructor by name."""
    make = getattr(L, name).__init__
    if make is L.Module.__init__:
        return {}
    result = list(inspect.signature(make).parameters.values())[1:]
    return {p.name: p for p in result if p.kind not in (p.VAR_KEYWORD, p.VAR_POSITIONAL)}


# The constructors of torch's recurrent layers say no more than (*args, **kwargs).
WITH_SIGNATURE = sorted({layer.name for layer in IN_TORCH} - {"RNN", "LSTM", "GRU"})


def test_every_module_is_in_a_table():
    assert {layer.name for layer in LAYERS} == MODULES


@each(IN_TORCH)
def test_outputs_gradients_and_state_match_torch(layer, rng):
    for training in (True, False):
        ours, theirs = same(rng, layer)
        arrays = inputs_of(layer, rng)
        if layer.trains:  # what the first step leaves in the buffers, the second run reads
            for L, module in ((nnlib, ours), (torch, theirs)):
                run(L, layer, module.train(), arrays)
        if layer.trains or not training:
            got = run(nnlib, layer, ours.train(training), arrays)
            expected = run(torch, layer, theirs.train(training), arrays)
            assert_same_run(got, expected, rtol=layer.rtol64, atol=layer.rtol64 / 100)
        assert ours.training == theirs.training


@pytest.mark.slow
@each(IN_TORCH)
def test_float32_is_close_to_torch(layer, rng):
    ours, theirs = same(rng, layer)
    arrays = [a.astype("f4") if a.dtype.kind == "f" else a for a in inputs_of(layer, rng)]
    got = run(nnlib, layer, ours.float().train(layer.trains), arrays)
    expected = run(torch, layer, theirs.float().train(layer.trains), arrays)
    assert_same_run(got, expected, rtol=1e-4, atol=1e-5)


@each(IN_TORCH)
def test_printing_matches_torch(layer):
    expected = repr(build(torch, layer)).replace("torch.DoubleTensor", "float64")
    assert repr(build(nnlib, layer)) == expected.replace("torch.", "")


@each(IN_TORCH)
def test_fresh_state_has_the_names_shapes_and_dtypes_of_torch(layer):
    ours, theirs = build(nnlib, layer).float(), build(torch, layer).float()
    got = [(name, v.shape, str(v.dtype)) for name, v in ours.state_dict().items()]
    expected = [
        (name, tuple(v.shape), str(v.dtype).removeprefix("torch."))
        for name, v in theirs.state_dict().items()
    ]
    assert got == expected
    for part in ("named_parameters", "named_buffers", "named_modules"):
        assert [k for k, _ in getattr(ours, part)()] == [k for k, _ in getattr(theirs, part)()]


def test_constructor_has_the_names_order_and_defaults_of_torch():
    for name in WITH_SIGNATURE:
        with naming(name):
            ours, theirs = options_of(name), options_of(name, torch.nn)
            assert ours.keys() <= theirs.keys()
            assert theirs.keys() - ours.keys() <= LEFT_OUT
            assert list(ours) == [option for option in theirs if option in ours]
            for option in ours:
                if option != "dtype" and (name, option) not in ASKED_FOR:
                    defaults = ours[option].default, theirs[option].default
                    a, b = (getattr(default, "__name__", default) for default in defaults)
                    assert a == b, option


@pytest.mark.slow
@each(LAYERS)
def test_a_copy_computes_the_same_in_separate_memory(layer, rng):
    module = build(nnlib, layer).eval()
    arrays = inputs_of(layer, rng)
    expected = run(nnlib, layer, module, arrays)
    module.zero_grad()
    for other in (copy.deepcopy(module), pickle.loads(pickle.dumps(module))):
        assert not other.training
        mine = {id(t.array) for t in (*module.parameters(), *module.buffers())}
        assert mine.isdisjoint(id(t.array) for t in (*other.parameters(), *other.buffers()))
        assert_same_run(run(nnlib, layer, other, arrays), expected, rtol=0, atol=0)
        assert all(p.grad is None for p in module.parameters())


@each(OURS)
def test_our_own_module_is_its_reference(layer, rng):
    module = build(nnlib, layer).eval()
    inputs = [nnlib.tensor(a) for a in inputs_of(layer, rng)]
    got = [array(y) for y in flat(layer.call(module, *inputs))]
    expected = [array(y) for y in flat(layer.reference(module, *inputs))]
    for y, y_reference in zip(got, expected, strict=True):
        np.testing.assert_allclose(y, y_reference, rtol=1e-12, strict=True)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.__name__.split("_")[-1])
def test_bad_use_is_refused_as_by_torch(table):
    for bad in table.BAD:
        with naming(bad):
            with pytest.raises(bad.error) as caught:
                bad.call(nnlib)
            if not table.__name__.endswith("container"):  # where some are Python's errors
                assert re.match(r"[A-Za-z_][\w.]*: ", str(caught.value)), caught.value
            if bad.torch is not None:
                with pytest.raises(bad.error if bad.torch == "same" else bad.torch):
                    bad.call(torch)
