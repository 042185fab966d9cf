"""Every public function refuses what is not a tensor, and names itself in the message."""

import inspect

import pytest

import nnlib
from nnlib.nn import functional
from tests.nnlib.harness import naming

ONES = nnlib.ones(2, 3)
# What each argument is given, so that the first alone is wrong; any other is a tensor of ones.
GIVEN = {
    **dict.fromkeys(("dim", "dims", "dim0", "source", "destination", "start", "dimension"), 0),
    **dict.fromkeys(("dim1", "k", "length", "step", "shifts", "chunks", "kernel_size"), 1),
    **dict.fromkeys(("split_size_or_sections", "indices_or_sections", "value"), 1),
    **dict.fromkeys(("size", "shape"), (2, 3)),
    **dict.fromkeys(("sizes", "repeats"), (1, 2)),
    **dict.fromkeys(("mask", "condition"), ONES > 0),
    **dict(pad=(1, 1), min=0, max=1, p=2, num_classes=4, exponent=2),
    **dict(index=nnlib.tensor([0]), indices=nnlib.tensor([[0]])),
}
NO_TENSORS = {"einsum"}  # an equation stands first
LISTS = {"cat", "concat", "column_stack", "concatenate", "hstack", "stack", "vstack"}


def functions():
    """Yield public functions by name, with arguments of which the first is not a tensor."""
    for namespace, names in ((nnlib, nnlib.ops.__all__), (functional, functional.__all__)):
        for name in names:
            f = getattr(namespace, name)
            if inspect.isfunction(f) and name not in NO_TENSORS:
                yield f, name


def rest(f):
    """Return the arguments of a call after the first."""
    parameters = list(inspect.signature(f).parameters.values())[1:]
    needed = [p for p in parameters if p.default is p.empty and p.kind < p.VAR_POSITIONAL]
    return [GIVEN.get(p.name, ONES) for p in needed]


def test_other_objects_than_tensors_are_refused_by_name():
    for f, name in functions():
        more = [0] if name in ("clamp", "clip") else []
        for wrong in ("text", None, {}):
            with naming(name, repr(wrong)):
                with pytest.raises(TypeError) as caught:
                    f([wrong] if name in LISTS else wrong, *rest(f), *more)
                assert str(caught.value).partition(":")[0] in (name, f.__name__)
                assert f"got {type(wrong).__name__}" in str(caught.value)
    for name in LISTS:
        f = getattr(nnlib, name)
        for nothing in (None, [], {}):
            with naming(name, repr(nothing)):
                with pytest.raises((ValueError, RuntimeError), match=f"^{f.__name__}: "):
                    f(nothing)
