"""Modules: names, state, modes and printing, as torch's."""

import copy
import pickle
import warnings
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


# Names


class Block(nn.Module):
    """Has a part twice, buffers that are not saved, and nothing in the place of a part."""

    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(2, 2)
        self.again = self.layer
        self.register_buffer("seen", nnlib.zeros(1), persistent=False)
        self.mean = nn.Buffer(nnlib.zeros(2))
        self.steps = nn.Buffer(nnlib.zeros(2), persistent=False)
        self.register_module("nothing", None)


def torch_block():
    """The same in torch."""
    block = torch.nn.Module()
    block.layer = torch.nn.Linear(2, 2)
    block.again = block.layer
    block.register_buffer("seen", torch.zeros(1), persistent=False)
    block.mean = torch.nn.Buffer(torch.zeros(2))
    block.steps = torch.nn.Buffer(torch.zeros(2), persistent=False)
    block.register_module("nothing", None)
    return block


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


@pytest.mark.parametrize(("name", "options"), LISTINGS)
def test_listings_are_those_of_torch(name, options):
    got = [k for k, _ in getattr(Block(), name)(**options)]
    assert got == [k for k, _ in getattr(torch_block(), name)(**options)]


def test_a_memo_leaves_modules_out():
    block = Block()
    memo = {block.layer}
    assert [k for k, _ in block.named_modules(memo)] == [""]
    assert block in memo


def test_direct_parts_alone_are_listed():
    block = Block()
    assert list(block.children()) == [block.layer]
    assert list(block.parameters(recurse=False)) == []
    assert len(list(block.buffers(recurse=False))) == 3


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


@pytest.mark.parametrize(("method", "target", "message"), GET)
def test_a_part_that_is_not_there_is_named(method, target, message):
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


@pytest.mark.parametrize(("method", "name", "value", "error", "message"), REGISTER)
def test_a_bad_registration_is_refused(method, name, value, error, message):
    for L in (torch, nnlib):
        with pytest.raises(error, match=message if L is nnlib else None):
            getattr(L.nn.Linear(2, 2), method)(name, value)


@pytest.mark.parametrize(
    ("name", "kind"), [("weight", "Parameter"), ("0", "Module"), ("b", "Tensor")]
)
def test_a_part_is_replaced_by_its_kind_alone(name, kind):
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


def test_plain_attributes_may_come_before_the_call_of_super():
    class Early(nn.Module):
        def __init__(self):
            self.width = 3
            super().__init__()

    assert Early().width == 3


def test_a_handle_removes_its_hook_once():
    for L in (torch, nnlib):
        model, calls = L.nn.ReLU(), []

        def count(module, args, output, calls=calls):
            calls.append(output)

        first, _ = model.register_forward_hook(count), model.register_forward_hook(count)
        first.remove()
        first.remove()
        model(L.ones(1))
        assert len(calls) == 1


def test_properties_of_a_module_are_set_and_deleted_by_their_own_methods():
    for L in (torch, nnlib):

        class Scaled(L.nn.Module):
            def __init__(self):
                self.factor = 2
                super().__init__()

            @property
            def factor(self):
                return self.__dict__["_factor"]

            @factor.setter
            def factor(self, value):
                self.__dict__["_factor"] = 10 * value

            @factor.deleter
            def factor(self):
                del self.__dict__["_factor"]

            @property
            def fixed(self):
                return 1

        model = Scaled()
        assert model.factor == 20
        model.factor = 3
        assert model.factor == 30
        del model.factor
        assert "_factor" not in vars(model)
        with pytest.raises(AttributeError):
            model.fixed = 2


def test_a_parameter_hides_no_attribute_of_the_class():
    for L in (torch, nnlib):
        model = type("Model", (L.nn.Module,), {"weight": 3})()
        for value in (L.nn.Parameter(L.ones(1)), L.nn.Buffer(L.ones(1))):
            with pytest.raises(KeyError, match="attribute 'weight' already exists"):
                model.weight = value


def test_the_names_of_parts_are_offered_for_completion():
    offered = dir(nn.Sequential(OrderedDict(body=nn.ReLU())))
    assert {"body", "forward", "training"} <= set(offered)
    assert "0" not in dir(nn.Sequential(nn.ReLU()))


# Modes, dtypes, devices


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


# Hooks


class Twice(nn.Module):
    """Gives two results of two inputs."""

    def forward(self, x, y, factor=1):
        return x * y * factor, (x + y) * factor


def test_hooks_see_and_replace_what_goes_in_and_comes_out():
    model, seen = nn.Identity(), []

    def before(module, args):
        seen.append((module, args))
        return args[0] + 1

    def after(module, args, output):
        seen.append((module, args, output))
        return output * 10

    model.register_forward_pre_hook(before)
    model.register_forward_hook(after)
    assert model(2) == 30
    assert seen == [(model, (2,)), (model, (3,), 3)]


def test_hooks_that_give_nothing_change_nothing():
    model = Twice()
    model.register_forward_pre_hook(lambda module, args: None)
    model.register_forward_hook(lambda module, args, output: None)
    assert model(2, 3, factor=2) == (12, 10)


def test_hooks_run_in_order_unless_they_are_put_first():
    model, seen = nn.Identity(), []
    for name, first in (("a", False), ("b", False), ("c", True)):
        model.register_forward_hook(lambda *_, name=name: seen.append(name), prepend=first)
    model(1)
    assert seen == ["c", "a", "b"]


def test_a_hook_is_removed_by_its_handle_and_at_the_end_of_with():
    model = nn.Identity()
    handle = model.register_forward_hook(lambda module, args, output: output + 1)
    with model.register_forward_pre_hook(lambda module, args: args[0] + 1):
        assert model(0) == 2
    assert model(0) == 1
    handle.remove()
    handle.remove()
    assert model(0) == 0


def both_with_hook(make, hook, inputs, result=lambda y: y):
    """Gradients that a backward hook saw, and those of the inputs, by both libraries."""
    found = []
    for L in (nnlib, torch):
        seen = []
        model = make(L)

        def keep(module, grad_input, grad_output, seen=seen, L=L):
            seen.append(
                [None if g is None else g.tolist() for g in (*grad_input, *grad_output)]
            )
            return hook(L, grad_input)

        model.register_full_backward_hook(keep)
        xs = [L.tensor(x, requires_grad=r) for x, r in inputs]
        result(model(*xs)).sum().backward()
        slopes = [None if x.grad is None else x.grad.tolist() for x in xs]
        found.append((seen, slopes))
    return found


class TorchTwice(torch.nn.Module):
    forward = Twice.forward


BACKWARD = {
    "both results": lambda ys: ys[0] * 3 + ys[1],
    "first result": lambda ys: ys[0] * 3,
}


@pytest.mark.parametrize("used", BACKWARD)
@pytest.mark.parametrize("needs", [(True, True), (True, False), (False, True)])
def test_backward_hooks_see_what_they_see_in_torch(needs, used):
    inputs = [([1.0, 2.0], needs[0]), ([3.0, 5.0], needs[1])]
    ours, theirs = both_with_hook(
        lambda L: (Twice if L is nnlib else TorchTwice)(),
        lambda L, grads: None,
        inputs,
        lambda ys: BACKWARD[used](ys),
    )
    # torch gives 0 for an input that needs no gradient and None for an unused output, here
    # it is the other way round
    (seen,), (seen_by_torch,) = ours[0], theirs[0]
    assert [g or [0.0, 0.0] for g in seen] == [g or [0.0, 0.0] for g in seen_by_torch]
    assert (seen[0] is None, seen[1] is None) == (not needs[0], not needs[1])
    assert ours[1] == theirs[1]


def test_backward_hooks_replace_the_gradient_as_in_torch():
    ours, theirs = both_with_hook(
        lambda L: (Twice if L is nnlib else TorchTwice)(),
        lambda L, grads: (grads[0] * 10, grads[1] * 100),
        [([1.0], True), ([3.0], True)],
        lambda ys: ys[0] + ys[1],
    )
    assert ours == theirs


def test_backward_hooks_of_the_first_layer_see_its_output_alone():
    ours, theirs = both_with_hook(
        lambda L: L.nn.Flatten(),
        lambda L, grads: None,
        [([[1.0, 2.0]], True)],
        lambda y: y * 2,
    )
    assert ours == theirs
    for L in (nnlib, torch):
        model, seen = L.nn.Linear(2, 1), []
        model.register_full_backward_hook(lambda m, gi, go, seen=seen: seen.append((gi, go)))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # torch says that no input has a gradient
            model(L.ones(1, 2)).sum().backward()
        ((grad_input, grad_output),) = seen
        assert grad_input == (None,)
        assert grad_output[0].tolist() == [[1.0]]
        assert model.weight.grad.tolist() == [[1.0, 1.0]]


def test_a_backward_hook_that_gives_one_tensor_gives_the_gradient():
    model = nn.Tanh()
    model.register_full_backward_hook(lambda module, grad_input, grad_output: grad_input[0] * 0)
    x = nnlib.ones(3, requires_grad=True)
    model(x).sum().backward()
    assert x.grad.tolist() == [0.0, 0.0, 0.0]


def test_a_backward_hook_that_gives_too_much_is_refused():
    model = nn.Tanh()
    model.register_full_backward_hook(lambda module, grad_input, grad_output: grad_input * 2)
    y = model(nnlib.ones(3, requires_grad=True)).sum()
    with pytest.raises(RuntimeError, match="expected 1 gradients from the hook, got 2"):
        y.backward()


def test_backward_hooks_work_within_a_recorded_walk():
    found = []
    for L in (nnlib, torch):
        model = L.nn.Tanh()
        model.register_full_backward_hook(lambda module, grad_in, grad_out: (grad_in[0] * 3,))
        x = L.tensor([0.5], requires_grad=True)
        (g,) = L.autograd.grad(model(x).sum(), x, create_graph=True)
        (h,) = L.autograd.grad(g.sum(), x)
        found.append((g.item(), h.item()))
    assert found[0] == pytest.approx(found[1], rel=1e-6)


def test_backward_hooks_are_idle_without_gradients():
    model, seen = nn.Tanh(), []
    model.register_full_backward_hook(lambda *args: seen.append(args))
    with nnlib.no_grad():
        model(nnlib.ones(3, requires_grad=True))
    model(nnlib.ones(3))
    assert seen == []


def test_a_change_in_place_under_a_backward_hook_is_noticed():
    model = nn.ReLU(inplace=True)
    model.register_full_backward_hook(lambda *args: None)
    x = nnlib.tensor([0.5], requires_grad=True)
    y = x.tanh()
    with pytest.raises(RuntimeError, match="changed in place"):
        (model(y) + 0).sum().backward()


def doubled(module, args, output):
    return output * 2


def test_a_value_that_is_no_tensor_is_refused_in_torchs_words():
    said = []
    for L in (torch, nnlib):
        with pytest.raises(RuntimeError, match="While copying the parameter") as error:
            L.nn.Linear(2, 3).load_state_dict({"weight": 3.0, "bias": L.ones(3)})
        said.append(str(error.value).replace("torch.", ""))
    assert said[0] == said[1]


def test_nothing_is_copied_from_a_state_that_does_not_fit():
    model = nn.Linear(2, 3)
    before = model.weight.tolist()
    with pytest.raises(RuntimeError, match="size mismatch for bias"):
        model.load_state_dict({"weight": nnlib.ones(3, 2), "bias": nnlib.ones(4)})
    assert model.weight.tolist() == before


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


# Loading


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


# Parameters


def test_a_parameter_is_empty_unless_told():
    assert nn.Parameter().shape == (0,)
    assert nn.Parameter().requires_grad
    assert not nn.Parameter([1.0], requires_grad=False).requires_grad


def test_a_parameter_shares_the_memory_of_its_data():
    x = nnlib.zeros(2)
    assert np.shares_memory(nn.Parameter(x).array, x.array)


def test_integers_can_be_parameters_only_without_gradient():
    with pytest.raises(RuntimeError, match="expected a floating-point dtype, got int64"):
        nn.Parameter(nnlib.tensor([1]))
    assert nn.Parameter(nnlib.tensor([1]), requires_grad=False).dtype == "int64"


def test_a_parameter_says_so():
    ours, theirs = nn.Parameter([1.0, 2.0]), torch.nn.Parameter(torch.tensor([1.0, 2.0]))
    assert repr(ours) == repr(theirs)
