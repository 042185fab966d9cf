"""What a module contains: its state saved, loaded and copied, modes, dtypes and devices."""

import copy
import pickle

import numpy as np
import pytest
import torch

import nnlib
from nnlib import nn
from nnlib.tensor import wrap
from tests.nnlib.harness import naming
from tests.nnlib.nn.small_modules import Shared, block, network


def test_state_dicts_match_torch():
    for prefix in ["", "top."]:
        with naming(prefix):
            got = block(nnlib).state_dict(prefix=prefix)
            assert list(got) == list(block(torch).state_dict(prefix=prefix))
            assert "mean" in " ".join(got)
            assert "count" not in " ".join(got)


# Loading


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


def test_loading_without_strict_reports_what_did_not_match():
    model = network(nnlib)
    keys = model.load_state_dict({"3.weight": np.ones((3, 4)), "x": np.ones(1)}, strict=False)
    assert keys.missing_keys == ["1.weight", "1.bias"]
    assert keys.unexpected_keys == ["x"]
    theirs = network(torch).load_state_dict(
        {"3.weight": torch.ones(3, 4), "x": torch.ones(1)}, strict=False
    )
    assert repr(keys) == repr(theirs)


BAD_STATES = [
    {"1.weight": (4, 6), "1.bias": (4,)},
    {"1.weight": (4, 6), "1.bias": (4,), "3.weight": (3, 4), "extra": (1,), "more": (2,)},
    {"1.weight": (4, 7), "1.bias": (4,), "3.weight": (3, 4)},
]


def test_loading_what_does_not_fit_gives_the_message_of_torch():
    for shapes in BAD_STATES:
        with naming(shapes):
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


def test_loading_is_noticed_by_a_walk():
    model = nn.Linear(1, 1)
    loss = model(nnlib.ones(1, 1)) * model.weight
    model.load_state_dict({"weight": np.ones((1, 1)), "bias": np.ones(1)})
    with pytest.raises(RuntimeError, match="changed in place"):
        loss.sum().backward()


# Copies


def doubled(module, args, output):
    return output * 2


def test_copied_parameters_have_no_gradient_yet_and_copied_tensors_keep_theirs():
    for L in (torch, nnlib):
        model = L.nn.Linear(2, 1)
        x = L.ones(1, 2, requires_grad=True)
        model(x).sum().backward()
        other, z = copy.deepcopy((model, x))
        assert all(p.grad is None and p.requires_grad for p in other.parameters())
        assert all(p.grad is not None for p in model.parameters())
        assert z.grad.tolist() == x.grad.tolist()
        assert type(other.weight) is L.nn.Parameter


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))])
def test_copies_keep_hooks_and_what_is_shared_frozen_or_not_saved(duplicate):
    model = nn.Identity()
    model.register_forward_hook(doubled)
    assert duplicate(model)(3) == 6
    model = Shared().eval()
    model.first.bias.requires_grad_(False)
    other = duplicate(model)
    assert other.first is other.second
    assert not other.first.bias.requires_grad
    assert isinstance(other.first.weight, nn.Parameter)
    assert other.first.weight.requires_grad
    assert not other.training
    other = duplicate(block(nnlib))
    assert list(other.state_dict()) == list(block(nnlib).state_dict())
    assert (other.mean.persistent, other.steps.persistent) == (True, False)


# Modes, dtypes, devices


def test_the_dtype_of_gradients_changes_too():
    model = Shared()
    model(nnlib.ones(1, 3)).sum().backward()
    model.double()
    assert model(nnlib.ones(2, 3).double()).dtype == nnlib.float64
    assert model.first.weight.grad.dtype == nnlib.float64
    assert model.float().first.weight.dtype == nnlib.float32


def test_a_mode_is_true_or_false():
    for mode in (0, "yes", None):
        for L in (torch, nnlib):
            with naming(mode), pytest.raises(ValueError):  # noqa: PT011 (torch's own words)
                L.nn.ReLU().train(mode)


MOVES = [
    ((np.float64,), {}, "float64"),
    ((), dict(dtype=np.float64), "float64"),
    (("cpu",), {}, "float32"),
    (("cpu", np.float64), {}, "float64"),
    (("cpu",), dict(dtype=np.float64, non_blocking=True), "float64"),
    ((), dict(device="cpu"), "float32"),
    ((None, np.float64), {}, "float64"),
    ((wrap(np.zeros(1)),), {}, "float64"),
]


def test_a_module_moves_as_a_tensor_does():
    for args, options, dtype in MOVES:
        with naming(args, options, dtype):
            model = Shared()
            model.register_buffer("count", nnlib.tensor(3))
            weight = model.first.weight
            assert model.to(*args, **options) is model
            assert model.first.weight is weight
            assert weight.dtype == model.mean.dtype == dtype
            assert model.count.dtype == "int64"


def test_there_is_only_the_cpu():
    model = nn.Linear(2, 2)
    assert model.cpu() is model
    for x in (model, nnlib.ones(2)):
        for args in ((), (0,), ("cuda:1",), ("cpu",)):
            with pytest.raises(RuntimeError, match="cuda: nnlib uses only the CPU; remove"):
                x.cuda(*args)
    with pytest.raises(RuntimeError, match="to: nnlib uses only the CPU, got device 'cuda:1'"):
        model.to("cuda:1")
