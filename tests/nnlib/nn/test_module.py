"""Modules: their parts, names, attributes and parameters, and printing, as torch's."""

import numpy as np
import pytest
import torch

import nnlib
from nnlib import nn
from tests.nnlib.harness import naming
from tests.nnlib.nn.small_modules import Block, Shared, network, torch_block


def test_a_shared_layer_counts_once_and_is_saved_twice():
    model = Shared()
    assert [k for k, _ in model.named_parameters()] == ["first.weight", "first.bias"]
    assert [k for k, _ in model.named_buffers()] == ["mean"]
    assert len(list(model.buffers())) == 1
    assert [k for k, _ in model.named_modules()] == ["", "first"]
    assert list(model.state_dict()) == [
        *("mean", "first.weight", "first.bias", "second.weight", "second.bias")
    ]
    model(nnlib.ones(2, 3)).sum().backward()
    assert model.first.weight.grad is not None


def test_apply_visits_parts_before_the_whole():
    seen = []
    model = network(nnlib)
    assert model.apply(lambda m: seen.append(type(m).__name__)) is model
    assert seen == ["Flatten", "Linear", "ReLU", "Linear", "Sequential"]


def test_attributes_move_to_the_store_of_their_kind():
    model = nn.Linear(2, 2)
    model.bias = nn.Parameter([1.0, 2.0])
    assert [k for k, _ in model.named_parameters()] == ["weight", "bias"]
    model.weight = nn.Parameter(np.eye(2, dtype="f4"))
    assert [k for k, _ in model.named_parameters()] == ["weight", "bias"]
    model.bias = None
    assert model(nnlib.ones(1, 2)).tolist() == [[1.0, 1.0]]
    model.note = nn.ReLU()
    del model.note
    assert list(model.children()) == []
    model.register_buffer("total", nnlib.zeros(1))
    model.total = nnlib.ones(1)
    assert model.total.tolist() == [1.0]


def test_forgetting_super_is_named():
    class Forgetful(nn.Module):
        def __init__(self):
            self.layer = nn.ReLU()

    with pytest.raises(AttributeError, match=r"call super\(\).__init__\(\) before setting"):
        Forgetful()


def test_a_module_without_forward_says_so():
    with pytest.raises(NotImplementedError, match=r"Module: define forward\(\)"):
        nn.Module()(1)
    assert repr(nn.Module()) == "Module()"


# Names


LISTINGS = [
    ("named_parameters", {}),
    ("named_parameters", dict(recurse=False)),
    ("named_parameters", dict(prefix="top", remove_duplicate=False)),
    ("named_buffers", {}),
    ("named_buffers", dict(prefix="top", recurse=False)),
    ("named_modules", {}),
    ("named_modules", dict(prefix="top", remove_duplicate=False)),
    ("named_children", {}),
]


def test_listings_are_those_of_torch():
    for name, options in LISTINGS:
        with naming(name):
            got = [k for k, _ in getattr(Block(), name)(**options)]
            assert got == [k for k, _ in getattr(torch_block(), name)(**options)]


def test_parts_are_found_by_dotted_name():
    model = nn.Sequential(nn.Linear(2, 2), Block())
    assert model.get_submodule("") is model
    assert model.get_submodule("1.layer") is model[1].layer
    assert model.get_parameter("1.again.bias") is model[1].layer.bias
    assert model.get_buffer("1.mean") is model[1].mean


GET = [
    ("get_submodule", "0.layer", "get_submodule: Linear has no attribute 'layer'"),
    ("get_submodule", "0.weight", "get_submodule: 'weight' is no Module"),
    ("get_parameter", "0.scale", "get_parameter: Linear has no attribute 'scale'"),
    ("get_parameter", "0.forward", "get_parameter: 'forward' is no Parameter"),
    ("get_parameter", "9.weight", "get_submodule: Sequential has no attribute '9'"),
    ("get_buffer", "0.weight", "get_buffer: 'weight' is not a buffer"),
]


def test_a_part_that_is_not_there_is_named():
    for method, target, message in GET:
        with naming(method, target, message):
            for L in (torch, nnlib):
                model = L.nn.Sequential(L.nn.Linear(2, 2))
                with pytest.raises(AttributeError, match=message if L is nnlib else None):
                    getattr(model, method)(target)


REGISTER = [
    ("register_buffer", 3, None, TypeError, "expected a string as name, got int"),
    ("register_buffer", "a.b", None, KeyError, "expected a name without a dot, got 'a.b'"),
    ("register_buffer", "", None, KeyError, "expected a name without a dot, got ''"),
    ("register_buffer", "weight", None, KeyError, "attribute 'weight' already exists"),
    ("register_buffer", "x", 3, TypeError, "expected Tensor or None, got int"),
    ("register_parameter", "x", 3, TypeError, "expected Parameter or None, got int"),
    ("register_parameter", "forward", None, KeyError, "attribute 'forward' already exists"),
    ("add_module", "x", 3, TypeError, "expected Module or None, got int"),
    ("register_module", "bias", None, KeyError, "attribute 'bias' already exists"),
]


def test_a_bad_registration_is_refused():
    for method, name, value, error, message in REGISTER:
        with naming(name):
            for L in (torch, nnlib):
                with pytest.raises(error, match=message if L is nnlib else None):
                    getattr(L.nn.Linear(2, 2), method)(name, value)


def test_a_part_is_replaced_by_its_kind_alone():
    for name, kind in [("weight", "Parameter"), ("0", "Module"), ("b", "Tensor")]:
        with naming(name):
            for L in (torch, nnlib):
                model = L.nn.Sequential(L.nn.ReLU())
                model.weight = L.nn.Parameter(L.zeros(2))
                model.register_buffer("b", L.zeros(2))
                with pytest.raises(
                    TypeError,
                    match=f"Sequential.{name}: expected {kind} or None" if L is nnlib else None,
                ):
                    setattr(model, name, 3)
                setattr(model, name, None)
                assert getattr(model, name) is None


def test_a_parameter_hides_no_attribute_of_the_class():
    for L in (torch, nnlib):
        model = type("Model", (L.nn.Module,), {"weight": 3})()
        for value in (L.nn.Parameter(L.ones(1)), L.nn.Buffer(L.ones(1))):
            with pytest.raises(KeyError, match="attribute 'weight' already exists"):
                model.weight = value


# Parameters


def test_integers_can_be_parameters_only_without_gradient():
    with pytest.raises(RuntimeError, match="expected a floating-point dtype, got int64"):
        nn.Parameter(nnlib.tensor([1]))
    assert nn.Parameter(nnlib.tensor([1]), requires_grad=False).dtype == "int64"
