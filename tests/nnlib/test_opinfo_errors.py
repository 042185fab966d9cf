"""PyTorch's own bad inputs: what torch refuses is refused here, with torch's type of error.

The messages are ours; each begins with the name of the operation.
"""

import numpy as np
import pytest
import torch

import nnlib
from tests.nnlib.harness import naming
from tests.nnlib.test_opinfo import NotOurs, label, named, ours, seeded, translated

# Refused with another type of error: why, and which.
OTHER_TYPE = {
    "nn.functional.adaptive_avg_pool2d": ("a shape is wrong: RuntimeError", RuntimeError),
    "nn.functional.adaptive_max_pool2d": ("a shape is wrong: RuntimeError", RuntimeError),
    "nn.functional.multi_margin_loss": ("classes are looked at first", RuntimeError),
    "nn.functional.l1_loss": ("losses do not broadcast", ValueError),
    "linspace": ("an array is no number: TypeError", TypeError),
    "linspace-tensor_overload": ("an array is no number: TypeError", TypeError),
    "logspace": ("an array is no number: TypeError", TypeError),
    "logspace-tensor_overload": ("an array is no number: TypeError", TypeError),
    "unbind": ("as all that cuts along an axis", RuntimeError),
    "max-binary": ("two numbers have no axes", AttributeError),
    "min-binary": ("two numbers have no axes", AttributeError),
}
# Not refused: why, and which of the operation's bad inputs.
ACCEPTED = {
    "narrow": ("True is 1, as in Python", [8]),
    "max-binary": ("a number stands for a tensor", [1]),
    "min-binary": ("a number stands for a tensor", [1]),
}
# Messages that begin with another name, of which of the operation's bad inputs.
OTHER_NAME = {
    "narrow": ("item() refuses a start of several numbers", [7]),
    "max-binary": ("two numbers have no axes", [2]),
    "min-binary": ("two numbers have no axes", [2]),
}


def refusing():
    """Return the operations of both libraries for which torch lists refused inputs."""
    return [op for op in named() if op.error_inputs_func]


def bad_inputs(op):
    """Yield the inputs that torch refuses, as numbered arguments for nnlib."""
    for number, bad in enumerate(seeded(op.error_inputs_func(op, "cpu"))):
        sample = bad.sample_input
        if "out" in sample.kwargs or has_too_many_axes(sample.input):  # results are returned
            continue
        try:
            args = translated((sample.input, *sample.args), [])
            kwargs = translated(sample.kwargs, [])
        except NotOurs:
            continue
        yield number, bad, args, kwargs


def has_too_many_axes(x):
    """Return whether there are more axes than NumPy's arrays can have."""
    return isinstance(x, torch.Tensor) and x.ndim > 64


def is_only_a_number_for_a_tensor(bad, args):
    """Return whether torch refuses a number as operand, where nnlib accepts it as a tensor."""
    return bad.error_type is Exception and any(type(a) is int for a in args)


def refusal(op, args, kwargs):
    """Return the error that an operation, or its form in place, raises."""
    in_place = op.variant_test_name == "in_place"
    f = getattr(nnlib.Tensor, f"{op.name}_") if in_place else ours(op.name)
    try:
        with np.errstate(all="ignore"):
            f(*args, **kwargs)
    except Exception as error:
        return error


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_what_torch_refuses_is_refused_by_name():
    for op in refusing():
        with naming(label(op)):
            assert_refused(op)


def assert_refused(op):
    """Assert that each bad input is refused with an error that names the operation."""
    own_type = OTHER_TYPE.get(label(op), ("", ()))[1]
    for number, bad, args, kwargs in bad_inputs(op):
        description = (
            f"{number}: {bad.sample_input} {kwargs} ({bad.error_type} {bad.error_regex})"
        )
        if is_only_a_number_for_a_tensor(bad, args) and label(op) not in OTHER_NAME:
            continue
        error = refusal(op, args, kwargs)
        if error is None:
            assert number in ACCEPTED.get(label(op), ("", ()))[1], description[:1000]
            continue
        assert isinstance(error, (bad.error_type, own_type)), f"{description[:1000]}\n{error!r}"
        if number not in OTHER_NAME.get(label(op), ("", ()))[1]:
            name = op.name.rpartition(".")[2]
            assert str(error).startswith(name), f"{description[:1000]}\n{error!r}"


@pytest.mark.slow
def test_table_covers_most_of_what_has_bad_inputs():
    with np.errstate(all="ignore"):
        counts = {label(op): sum(1 for _ in bad_inputs(op)) for op in refusing()}
    assert sum(counts.values()) > 250
    assert {*OTHER_TYPE, *ACCEPTED, *OTHER_NAME} <= {name for name, n in counts.items() if n}
