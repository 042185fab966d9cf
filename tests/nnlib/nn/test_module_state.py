"""What a module holds: its state saved, loaded and copied, modes, dtypes and devices."""

import copy
import pickle

import numpy as np
import pytest
import torch

import nnlib
from nnlib import nn
from tests.nnlib.nn.small_modules import Block, Shared, network, torch_block


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


@pytest.mark.parametrize("prefix", ["", "top."])
def test_what_is_saved_is_what_torch_saves(prefix):
    got = Block().state_dict(prefix=prefix)
    assert list(got) == list(torch_block().state_dict(prefix=prefix))
    assert "mean" in " ".join(got)
    assert "seen" not in " ".join(got)


def test_a_state_can_be_put_into_a_dictionary_and_keep_its_history():
    block, state = Block(), {"first": 1}
    assert block.state_dict(destination=state, keep_vars=True) is state
    assert list(state)[:2] == ["first", "mean"]
    assert state["layer.weight"] is block.layer.weight
    assert not block.state_dict()["layer.weight"].requires_grad


def test_a_buffer_becomes_one_that_is_saved():
    block = Block()
    block.seen = nn.Buffer(nnlib.ones(1))
    block.register_buffer("steps", nnlib.ones(2))
    assert {"seen", "steps"} <= block.state_dict().keys()


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


def test_loading_without_strict_tells_what_did_not_match():
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


def test_a_value_that_is_no_tensor_is_refused_in_torchs_words():
    messages = []
    for L in (torch, nnlib):
        with pytest.raises(RuntimeError, match="While copying the parameter") as error:
            L.nn.Linear(2, 3).load_state_dict({"weight": 3.0, "bias": L.ones(3)})
        messages.append(str(error.value).replace("torch.", ""))
    assert messages[0] == messages[1]


def test_nothing_is_copied_from_a_state_that_does_not_fit():
    model = nn.Linear(2, 3)
    before = model.weight.tolist()
    with pytest.raises(RuntimeError, match="size mismatch for bias"):
        model.load_state_dict({"weight": nnlib.ones(3, 2), "bias": nnlib.ones(4)})
    assert model.weight.tolist() == before


def test_a_state_must_be_a_dictionary():
    for L in (torch, nnlib):
        with pytest.raises(TypeError, match="state_dict to be dict-like"):
            L.nn.ReLU().load_state_dict([1])


def test_loading_is_noticed_by_a_walk():
    model = nn.Linear(1, 1)
    loss = model(nnlib.ones(1, 1)) * model.weight
    model.load_state_dict({"weight": np.ones((1, 1)), "bias": np.ones(1)})
    with pytest.raises(RuntimeError, match="changed in place"):
        loss.sum().backward()


# Copies


def test_deep_copies_train_apart():
    model = nn.Linear(2, 2)
    other = copy.deepcopy(model)
    other.weight.array += 1
    assert model.weight.tolist() != other.weight.tolist()
    assert [k for k, _ in other.named_parameters()] == ["weight", "bias"]


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
def test_copies_keep_their_hooks(duplicate):
    model = nn.Identity()
    model.register_forward_hook(doubled)
    assert duplicate(model)(3) == 6


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))])
def test_copies_keep_what_is_shared_and_what_is_frozen(duplicate):
    model = Shared().eval()
    model.first.bias.requires_grad_(False)
    other = duplicate(model)
    assert other.first is other.second
    assert not other.first.bias.requires_grad
    assert isinstance(other.first.weight, nn.Parameter)
    assert other.first.weight.requires_grad
    assert not other.training


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))])
def test_copies_of_buffers_are_saved_or_not_as_before(duplicate):
    block = duplicate(Block())
    assert list(block.state_dict()) == list(Block().state_dict())
    assert (block.mean.persistent, block.steps.persistent) == (True, False)
    block.other = duplicate(block.steps)
    assert "other" not in block.state_dict()


# Modes, dtypes, devices


def test_modes_reach_all_parts():
    model = network(nnlib)
    assert model.training
    assert not any(m.training for m in model.eval().modules())
    assert all(m.training for m in model.train().modules())


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


def test_a_part_may_keep_its_own_mode():
    class Frozen(nn.ReLU):
        def train(self, mode=True):
            return super().train(False)

    model = nn.Sequential(nn.ReLU(), Frozen()).train()
    assert [m.training for m in model] == [True, False]


@pytest.mark.parametrize("mode", [0, "yes", None])
def test_a_mode_is_true_or_false(mode):
    for L in (torch, nnlib):
        with pytest.raises(
            ValueError, match="train: expected True or False" if L is nnlib else None
        ):
            L.nn.ReLU().train(mode)


MOVES = [
    ((np.float64,), {}, "float64"),
    ((), dict(dtype=np.float64), "float64"),
    (("cpu",), {}, "float32"),
    (("cpu", np.float64), {}, "float64"),
    (("cpu",), dict(dtype=np.float64, non_blocking=True), "float64"),
    ((), dict(device="cpu"), "float32"),
    ((None, np.float64), {}, "float64"),
    ((nnlib.Tensor(np.zeros(1)),), {}, "float64"),
]


@pytest.mark.parametrize(("args", "options", "dtype"), MOVES)
def test_a_module_moves_as_a_tensor_does(args, options, dtype):
    model = Shared()
    model.register_buffer("count", nnlib.tensor(3))
    weight = model.first.weight
    assert model.to(*args, **options) is model
    assert model.first.weight is weight
    assert (weight.dtype, model.mean.dtype, model.count.dtype) == (dtype, dtype, "int64")


def test_all_kinds_of_numbers_can_change():
    model = Shared()
    model.register_buffer("count", nnlib.tensor(3))
    model.type(np.float64)
    assert (model.first.weight.dtype, model.count.dtype) == ("float64", "float64")


def test_integers_are_no_dtype_of_a_module():
    for L in (torch, nnlib):
        with pytest.raises(
            TypeError, match="to: expected a floating-point dtype" if L is nnlib else None
        ):
            L.nn.Linear(2, 2).to(L.int64)


def test_there_is_only_the_cpu():
    model = nn.Linear(2, 2)
    assert model.cpu() is model
    for move in (model.cuda, lambda: model.cuda(1), lambda: model.to("cuda:1")):
        with pytest.raises(
            RuntimeError, match="nnlib computes on the CPU only, got device 'cuda"
        ):
            move()
