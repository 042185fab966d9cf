"""Modules: their parts, names, attributes and parameters, and printing, as in torch."""

import numpy as np
import pytest
import torch

import nnlib
from nnlib import nn
from tests.nnlib.harness import naming
from tests.nnlib.nn.small_modules import block


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


def test_listings_match_torch():
    for name, options in LISTINGS:
        with naming(name):
            got = [k for k, _ in getattr(block(nnlib), name)(**options)]
            assert got == [k for k, _ in getattr(block(torch), name)(**options)]


def test_a_part_that_is_not_there_is_named():
    for method, target, part in (
        ("get_submodule", "0.layer", "layer"),
        ("get_submodule", "0.weight", "weight"),
        ("get_parameter", "0.scale", "scale"),
        ("get_parameter", "0.forward", "forward"),
        ("get_parameter", "9.weight", "9"),
        ("get_buffer", "0.weight", "weight"),
    ):
        for L in (torch, nnlib):
            model = L.nn.Sequential(L.nn.Linear(2, 2))
            with naming(method, target), pytest.raises(AttributeError, match=part):
                getattr(model, method)(target)


def test_a_bad_registration_is_refused():
    for method, name, value, error in (
        ("register_buffer", 3, None, TypeError),
        ("register_buffer", "a.b", None, KeyError),
        ("register_buffer", "", None, KeyError),
        ("register_buffer", "weight", None, KeyError),
        ("register_buffer", "x", 3, TypeError),
        ("register_parameter", "x", 3, TypeError),
        ("register_parameter", "forward", None, KeyError),
        ("add_module", "x", 3, TypeError),
        ("register_module", "bias", None, KeyError),
    ):
        for L in (torch, nnlib):
            with naming(method, name), pytest.raises(error):
                getattr(L.nn.Linear(2, 2), method)(name, value)


def test_a_part_is_replaced_only_by_the_same_kind():
    for L in (torch, nnlib):
        model = L.nn.Sequential(L.nn.ReLU())
        model.weight = L.nn.Parameter(L.zeros(2))
        model.register_buffer("b", L.zeros(2))
        for name in ("weight", "0", "b"):
            with pytest.raises(TypeError, match=name):
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
