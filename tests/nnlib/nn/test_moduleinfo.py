"""PyTorch's own test inputs for modules: outputs, gradients and state as torch's, in float64.

torch carries, for its own tests, a table of modules (``module_db``) with the arguments of their
constructors and of their calls. Each runs here in both libraries with torch's initial weights.
"""

import functools

import pytest
import torch

import nnlib
from tests.nnlib.test_opinfo import NotOurs, assert_same, assert_same_gradients, translated

pytestmark = pytest.mark.slow

# Samples that differ by intent: why, and which.
DIFFERENT = {
    "MultiheadAttention": (
        "no keys besides those given",
        lambda make: make.kwargs.get("add_bias_kv") or make.kwargs.get("add_zero_attn"),
    )
}
# Modules of nnlib for which torch has no samples.
NO_SAMPLES = {
    *("AlphaDropout", "Buffer", "CosineSimilarity", "Dropout", "Dropout1d", "Dropout2d"),
    *("Flatten", "Fold", "Hardsigmoid", "Identity", "Maxout", "MinimalGRU", "Module"),
    *("ModuleDict", "ModuleList", "PairwiseDistance", "Parameter", "ParameterDict"),
    *("ParameterList", "PixelShuffle", "PixelUnshuffle", "RReLU", "Sequential"),
    *("TransformerDecoder", "TransformerEncoder", "TripletMarginLoss"),
    *("TripletMarginWithDistanceLoss", "Unflatten", "Unfold", "Upsample"),
}

CLASSES = {name for name in nnlib.nn.__all__ if isinstance(getattr(nnlib.nn, name), type)}


@functools.cache
def shared():
    """Return torch's samples of the modules that nnlib has too, by name."""
    from torch.testing._internal.common_modules import module_db

    found = {info.module_cls.__name__: info for info in module_db}
    found.pop("TransformerEncoder")  # made of a layer of torch's
    return {name: info for name, info in found.items() if hasattr(nnlib.nn, name)}


def leaf(x):
    """Return a detached copy, since one argument of a sample may be computed from another."""
    if not isinstance(x, torch.Tensor):
        return x
    return x.detach().clone().requires_grad_(x.requires_grad)


def samples(info, training):
    """Yield the samples of a module for nnlib and torch: constructor's and call's arguments."""
    inputs = info.module_inputs_func(
        info, device="cpu", dtype=torch.float64, requires_grad=True, training=training
    )
    for sample in inputs:
        make, call = sample.constructor_input, sample.forward_input
        call.args = tuple(map(leaf, call.args))
        history = []
        try:
            made = translated((make.args, make.kwargs), [])
            called = translated((call.args, call.kwargs), history)
        except NotOurs:
            continue
        yield sample, made, called, history


def pair(info, sample, made, training):
    """Return the module in both libraries, with torch's initial weights."""
    make = sample.constructor_input
    theirs = info.module_cls(*make.args, **make.kwargs).double().train(training)
    ours = getattr(nnlib.nn, info.module_cls.__name__)(*made[0], **made[1])
    ours = ours.double().train(training)
    ours.load_state_dict({k: v.numpy() for k, v in theirs.state_dict().items()})
    return ours, theirs


def compare(ours, theirs, called, call, history, rng):
    """Compare one call in both libraries: results, gradients, and the state after it."""
    expected = theirs(*call.args, **call.kwargs)
    ys, ts = assert_same(ours(*called[0], **called[1]), expected)
    parameters, parameters_t = list(ours.named_parameters()), list(theirs.named_parameters())
    assert [name for name, _ in parameters] == [name for name, _ in parameters_t]
    both = [(t, p) for (_, p), (_, t) in zip(parameters, parameters_t, strict=True)]
    assert [p.requires_grad for _, p in both] == [t.requires_grad for t, _ in both]
    assert_same_gradients(ys, ts, history + both, rng, 1e-7)
    state, state_t = ours.state_dict(), theirs.state_dict()
    assert list(state) == list(state_t)
    assert_same(list(state.values()), list(state_t.values()))


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("training", [True, False], ids=["train", "eval"])
@pytest.mark.parametrize("name", sorted(CLASSES - NO_SAMPLES))
def test_module_is_that_of_torch(name, training, rng):
    count = 0
    for sample, made, called, history in samples(shared()[name], training):
        make, call = sample.constructor_input, sample.forward_input
        if name in DIFFERENT and DIFFERENT[name][1](make):
            continue
        description = f"{make.args} {make.kwargs} {[getattr(a, 'shape', a) for a in call.args]}"
        try:
            ours, theirs = pair(shared()[name], sample, made, training)
            compare(ours, theirs, called, call, history, rng)
        except Exception as error:
            raise AssertionError(f"{name} {description} {call.kwargs}\n{error!r}") from error
        count += 1
    assert count > 0


def test_every_module_has_samples_or_is_known_to_have_none():
    assert CLASSES - shared().keys() == NO_SAMPLES


def test_layers_have_the_addresses_of_torch_too():
    for name in CLASSES:
        *package, file = getattr(getattr(torch.nn, name, None), "__module__", "").split(".")
        if package == ["torch", "nn", "modules"]:
            assert getattr(getattr(nnlib.nn.modules, file), name) is getattr(nnlib.nn, name)
    linear = nnlib.nn.modules.linear.NonDynamicallyQuantizableLinear
    assert type(nnlib.nn.MultiheadAttention(2, 1).out_proj) is linear
    with pytest.raises(AttributeError, match="has no attribute 'quantized'"):
        _ = nnlib.nn.modules.quantized
