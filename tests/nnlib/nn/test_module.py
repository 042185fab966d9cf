"""Modules: names, state, modes and printing, as torch's."""

import copy
from collections import OrderedDict

import numpy as np
import pytest
import torch

import nnlib
from nnlib import nn


def network(L):
    return L.nn.Sequential(
        L.nn.Flatten(), L.nn.Linear(6, 4), L.nn.ReLU(), L.nn.Linear(4, 3, bias=False)
    )


class Shared(nn.Module):
    """Uses one layer twice, and has a buffer."""

    def __init__(self):
        super().__init__()
        self.first = nn.Linear(3, 3)
        self.second = self.first
        self.register_buffer("mean", nnlib.zeros(3))
        self.register_buffer("nothing", None)

    def forward(self, x):
        return self.second(self.first(x - self.mean))


def test_state_has_the_names_and_shapes_of_torch():
    got = {k: v.shape for k, v in network(nnlib).state_dict().items()}
    expected = {k: tuple(v.shape) for k, v in network(torch).state_dict().items()}
    assert got == expected
    assert list(got) == list(expected)


def test_states_are_interchanged_with_torch(rng):
    ours, theirs = network(nnlib), network(torch)
    ours.load_state_dict({k: v.numpy() for k, v in theirs.state_dict().items()})
    x = rng.standard_normal((5, 2, 3)).astype("f4")
    expected = theirs(torch.tensor(x)).detach().numpy()
    got = ours(nnlib.tensor(x)).detach().numpy()
    np.testing.assert_allclose(got, expected, rtol=1e-4, atol=1e-6)
    fresh = network(torch)
    fresh.load_state_dict({k: torch.tensor(v.numpy()) for k, v in ours.state_dict().items()})
    np.testing.assert_array_equal(fresh(torch.tensor(x)).detach().numpy(), expected)


def test_names_of_parts_are_those_of_torch():
    ours, theirs = network(nnlib), network(torch)
    for name in ("named_modules", "named_children", "named_parameters", "named_buffers"):
        got = [k for k, _ in getattr(ours, name)()]
        assert got == [k for k, _ in getattr(theirs, name)()]
    assert len(list(ours.children())) == 4
    assert len(list(ours.modules())) == 5


def test_printing_is_that_of_torch():
    assert repr(network(nnlib)) == repr(network(torch))
    nested = nn.Sequential(OrderedDict(body=network(nnlib), head=nn.Softmax(dim=1)))
    assert repr(nested) == repr(
        torch.nn.Sequential(OrderedDict(body=network(torch), head=torch.nn.Softmax(dim=1)))
    )


def test_a_shared_layer_counts_once_and_is_saved_twice():
    model = Shared()
    assert [k for k, _ in model.named_parameters()] == ["first.weight", "first.bias"]
    assert [k for k, _ in model.named_buffers()] == ["mean"]
    assert len(list(model.buffers())) == 1
    assert [k for k, _ in model.named_modules()] == ["", "first"]
    assert list(model.state_dict()) == [
        *("mean", "first.weight", "first.bias", "second.weight", "second.bias"),
    ]
    model(nnlib.ones(2, 3)).sum().backward()
    assert model.first.weight.grad is not None


def test_loading_copies_into_the_parameters():
    model = network(nnlib)
    weight = model[1].weight
    state = {k: np.full(v.shape, 2.0) for k, v in model.state_dict().items()}
    keys = model.load_state_dict(state)
    assert model[1].weight is weight
    assert weight.detach().numpy().max() == weight.detach().numpy().min() == 2
    state["1.weight"][...] = 3
    assert weight.detach().numpy().max() == 2
    assert repr(keys) == "<All keys matched successfully>"


def test_loading_without_strict_tells_what_did_not_match():
    model = network(nnlib)
    keys = model.load_state_dict({"3.weight": np.ones((3, 4)), "x": np.ones(1)}, strict=False)
    assert keys.missing_keys == ["1.weight", "1.bias"]
    assert keys.unexpected_keys == ["x"]
    assert repr(keys) == "Keys(missing_keys=['1.weight', '1.bias'], unexpected_keys=['x'])"


BAD_STATES = [
    {"1.weight": (4, 6), "1.bias": (4,)},
    {"1.weight": (4, 6), "1.bias": (4,), "3.weight": (3, 4), "extra": (1,), "more": (2,)},
    {"1.weight": (4, 7), "1.bias": (4,), "3.weight": (3, 4)},
]


@pytest.mark.parametrize("shapes", BAD_STATES, ids=["missing", "unexpected", "shape"])
def test_loading_what_does_not_fit_says_what_torch_says(shapes):
    with pytest.raises(RuntimeError) as theirs:
        network(torch).load_state_dict({k: torch.zeros(s) for k, s in shapes.items()})
    model = network(nnlib)
    before = model[1].bias.tolist()
    with pytest.raises(RuntimeError) as ours:
        model.load_state_dict({k: np.zeros(s) for k, s in shapes.items()})
    expected = str(theirs.value)
    for shape in {*shapes.values(), (4, 6)}:
        expected = expected.replace(str(torch.Size(shape)), str(shape))
    assert str(ours.value).split() == expected.split()
    assert model[1].bias.tolist() == before


def test_modes_reach_all_parts():
    model = network(nnlib)
    assert model.training
    assert not any(m.training for m in model.eval().modules())
    assert all(m.training for m in model.train().modules())


def test_apply_visits_parts_before_the_whole():
    seen = []
    model = network(nnlib)
    assert model.apply(lambda m: seen.append(type(m).__name__)) is model
    assert seen == ["Flatten", "Linear", "ReLU", "Linear", "Sequential"]


def test_gradients_are_forgotten_or_set_to_zero():
    model = nn.Linear(2, 1)
    model.zero_grad(set_to_none=False)
    assert model.weight.grad is None
    model(nnlib.ones(1, 2)).sum().backward()
    model.zero_grad(set_to_none=False)
    assert model.weight.grad.tolist() == [[0.0, 0.0]]
    model.zero_grad()
    assert model.weight.grad is None


def test_parameters_can_be_frozen():
    model = network(nnlib).requires_grad_(False)
    assert not model(nnlib.ones(1, 6)).requires_grad


def test_the_dtype_of_all_parts_changes():
    model = Shared()
    model.register_buffer("count", nnlib.tensor(3))
    model(nnlib.ones(1, 3)).sum().backward()
    model.double()
    assert model(nnlib.ones(2, 3).double()).dtype == nnlib.float64
    assert model.first.weight.grad.dtype == nnlib.float64
    assert model.mean.dtype == nnlib.float64
    assert model.count.dtype == nnlib.int64
    assert model.float().first.weight.dtype == nnlib.float32


def test_deep_copies_train_apart():
    model = nn.Linear(2, 2)
    other = copy.deepcopy(model)
    other.weight.array += 1
    assert model.weight.tolist() != other.weight.tolist()
    assert [k for k, _ in other.named_parameters()] == ["weight", "bias"]


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


def test_a_missing_attribute_is_named():
    with pytest.raises(AttributeError, match="'Linear' object has no attribute 'weights'"):
        nn.Linear(2, 2).weights  # noqa: B018 (the access is the test)


def test_a_parameter_is_not_replaced_by_an_array():
    with pytest.raises(
        TypeError, match=r"Linear.weight: expected Parameter or None, got ndarray"
    ):
        nn.Linear(2, 2).weight = np.ones((2, 2))


def test_forgetting_super_is_named():
    class Forgetful(nn.Module):
        def __init__(self):
            self.layer = nn.ReLU()

    with pytest.raises(
        AttributeError, match=r"call super\(\).__init__\(\) before setting layer"
    ):
        Forgetful()


def test_a_module_without_forward_says_so():
    with pytest.raises(NotImplementedError, match=r"Module: define forward\(\)"):
        nn.Module()(1)
    assert repr(nn.Module()) == "Module()"
