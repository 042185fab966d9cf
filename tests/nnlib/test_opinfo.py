"""PyTorch's own test inputs: for every operation that both libraries have, the same answer.

torch's own tests use a table of operations (``op_db``) with generators of inputs. Each sample
runs here in both libraries: values and dtypes are compared, and for float64 the gradients for a
random upstream gradient. In-place forms, if there are any, are compared in the same way.
"""

import functools
import random

import numpy as np
import pytest
import torch

import nnlib
from nnlib.tensor import wrap
from tests.nnlib.harness import naming

DTYPES = {
    torch.float64: nnlib.float64,
    torch.float32: nnlib.float32,
    torch.int64: nnlib.int64,
    torch.int32: nnlib.int32,
    torch.uint8: nnlib.uint8,
    torch.bool: nnlib.bool,
}
OTHERS = [dtype for dtype in DTYPES if dtype != torch.float64]
RANDOM = {
    *("bernoulli", "multinomial", "normal", "randint", "randn", "randn_like"),
    *("rand_like", "uniform", "exponential", "empty", "empty_like", "new_empty"),
    *("nn.functional.dropout", "nn.functional.dropout2d"),
}
INTEGER_KINDS = (torch.int64, torch.int32, torch.uint8)


def has_dtype(*dtypes):
    return lambda sample: getattr(sample.input, "dtype", None) in dtypes


def images_of(*axes):
    return lambda sample: sample.input.ndim not in axes


def whole_numbers(sample):
    return sample.kwargs.get("dtype") in INTEGER_KINDS


# What differs by intent: why, and in which samples.
DIFFERENT = {
    "arange": ("torch rounds bounds that are fractions before it counts", whole_numbers),
    "linspace": ("torch rounds the ends and the step of integers", whole_numbers),
    "logspace": ("torch rounds the ends and the step of integers", whole_numbers),
    "full_like": ("a value that does not fit is refused, not wrapped", has_dtype(torch.uint8)),
    "baddbmm": ("fractions as factors of integers are refused", has_dtype(*INTEGER_KINDS)),
    "square": ("the square of a truth value is one", has_dtype(torch.bool)),
    "gather": ("an empty index has the axes of the input", lambda s: s.args[1].numel() == 0),
    "scatter": ("no reduce=; scatter_add adds", lambda s: "reduce" in s.kwargs),
    "norm": ("the nuclear norm needs singular values", lambda s: "nuc" in s.args),
    "tensordot": ("sums of integers are int64", has_dtype(torch.int32, torch.uint8)),
    "zero_": ("samples are leaves that require grad", lambda s: s.input.requires_grad),
    "argsort": ("equal elements keep their order", has_dtype(*INTEGER_KINDS, torch.bool)),
    "nn.functional.avg_pool1d": ("means are of floats", has_dtype(torch.int64)),
    "nn.functional.avg_pool2d": ("means are of floats", has_dtype(torch.int64)),
    "nn.functional.local_response_norm": ("it is of floats", has_dtype(torch.int64)),
    "nn.functional.unfold": ("it is of floats", has_dtype(torch.bool)),
    "nn.functional.embedding": ("no sparse gradients", lambda s: s.kwargs.get("sparse")),
    "nn.functional.embedding_bag": (
        "no sparse gradients; torch scales a gradient by the frequency of another row",
        lambda s: s.kwargs.get("sparse") or s.kwargs.get("scale_grad_by_freq"),
    ),
    "nn.functional.batch_norm": ("one axis has no channels", images_of(2, 3, 4, 5)),
    "nn.functional.scaled_dot_product_attention": (
        "what dropout takes away is drawn",
        lambda s: s.kwargs.get("dropout_p", 0) > 0,
    ),
    "nn.functional.grid_sample": (
        "images, without reflection and bicubic interpolation",
        lambda s: s.input.ndim == 5 or {"reflection", "bicubic"} & {*s.kwargs.values()},
    ),
    "nn.functional.interpolate": (
        "sequences and pictures of floats, nearest and linear",
        lambda s: (
            s.input.ndim == 5
            or s.input.dtype == torch.uint8
            or s.kwargs.get("mode") not in ("nearest", "linear", "bilinear")
        ),
    ),
}
# Where torch's samples have their own order of arguments.
CALLS = {
    "where": lambda x, condition, other: nnlib.where(condition, x, other),
    "einsum": lambda operands, equation: nnlib.einsum(equation, *operands),
    "nn.functional.embedding": lambda weight, rows, **named: nnlib.nn.functional.embedding(
        rows, weight, **named
    ),
    "nn.functional.embedding_bag": lambda weight, rows, **named: (
        nnlib.nn.functional.embedding_bag(rows, weight, **named)
    ),
}
# Which of equal elements is named is not said: only the values are compared.
ANY_OF_EQUALS = {"kthvalue", "median", "topk", "sort"}


def ours(name):
    """Return nnlib's function or method for a name in torch."""
    if name in CALLS or name.startswith("linalg."):
        return CALLS.get(name)
    result = nnlib
    for part in name.split("."):
        result = getattr(result, part, None)
        if result is None:
            return getattr(nnlib.Tensor, name, None)
    return result


@functools.cache
def named():
    """Return torch's operations that nnlib has too."""
    from torch.testing._internal.common_methods_invocations import op_db

    return [op for op in op_db if not op.name.startswith("_") and callable(ours(op.name))]


def compared():
    """Return the operations that both libraries have and whose results are not random."""
    return [op for op in named() if op.name not in RANDOM]


class NotOurs(Exception):
    """A sample with something that nnlib does not have: another dtype, layout or device."""


def translated(x, history):
    """Return an argument of a sample for nnlib; `history` collects pairs of leaves."""
    if isinstance(x, torch.Tensor):
        if x.dtype not in DTYPES or x.layout != torch.strided:
            raise NotOurs(str(x.dtype))
        copy = wrap(x.detach().numpy().copy(), requires_grad=x.requires_grad)
        if x.requires_grad:
            history.append((x, copy))
        return copy
    if isinstance(x, torch.dtype):
        if x not in DTYPES:
            raise NotOurs(str(x))
        return DTYPES[x]
    if isinstance(x, (list, tuple)):
        items = [translated(item, history) for item in x]
        return type(x)(items) if type(x) in (list, tuple) else tuple(items)
    if isinstance(x, dict):
        return {k: translated(v, history) for k, v in x.items()}
    if isinstance(x, torch.device):
        return str(x)
    if x is torch.nn.functional.gelu:
        return nnlib.nn.functional.gelu
    if isinstance(x, (torch.layout, torch.memory_format, complex)):
        raise NotOurs(str(x))
    return x


def outputs(y, kind):
    """Return the tensors among the results."""
    if isinstance(y, kind):
        return [y]
    if isinstance(y, (list, tuple)):
        return [t for item in y for t in outputs(item, kind)]
    return []


def assert_same(got, expected, tolerance=1e-8):
    """Assert that results are equal in number, dtype, shape and value."""
    ys, ts = outputs(got, nnlib.Tensor), outputs(expected, torch.Tensor)
    assert len(ys) == len(ts)
    if not ts:
        assert got == expected
    for y, t in zip(ys, ts, strict=True):
        near = 1e-4 if t.dtype == torch.float32 else tolerance
        np.testing.assert_allclose(
            y.detach().numpy(),
            t.detach().numpy(force=True),
            rtol=near,
            atol=near / 10,
            strict=True,
        )
    return ys, ts


def assert_same_gradients(ys, ts, history, rng, tolerance):
    """Assert equal gradients of a random combination of the floating-point results."""
    pairs = [(y, t) for y, t in zip(ys, ts, strict=True) if t.requires_grad]
    assert [y.requires_grad for y in ys] == [t.requires_grad for t in ts]
    if not pairs or not history:
        return
    ups = [rng.standard_normal(y.shape).astype(y.dtype) for y, _ in pairs]
    leaves, copies = zip(*history, strict=True)
    expected = torch.autograd.grad(
        [t for _, t in pairs], leaves, [torch.tensor(u) for u in ups], allow_unused=True
    )
    got = nnlib.autograd.grad(
        [y for y, _ in pairs], copies, [nnlib.tensor(u) for u in ups], allow_unused=True
    )
    for g, e in zip(got, expected, strict=True):
        have, want = (
            None if v is None else np.asarray(v.detach().numpy(force=True)) for v in (g, e)
        )
        if have is None or want is None:
            given = want if have is None else have
            assert given is None or not given.any()
        else:
            np.testing.assert_allclose(
                have, want, rtol=tolerance, atol=tolerance, strict=True, equal_nan=True
            )


def seeded(samples):
    """Yield torch's samples, each drawn from the same seed as in torch's own tests.

    ``op.sample_inputs`` yields the same samples, but spends nine tenths of a run on a search of
    the call stack for the test that calls it.
    """
    from torch.testing._internal.common_utils import SEED, set_rng_seed  # takes a second

    set_rng_seed()
    samples = iter(samples)
    while True:
        torch.default_generator.manual_seed(SEED)
        random.seed(SEED)
        try:
            yield next(samples)
        except StopIteration:
            return


def samples(op, dtype):
    """Yield torch's samples of an operation, each with its arguments for nnlib."""
    wants_gradient = dtype == torch.float64 and op.supports_autograd
    drawn = op.sample_inputs_func(op, "cpu", dtype, requires_grad=wants_gradient)
    for sample in seeded(drawn):
        history = []
        try:
            args = translated((sample.input, *sample.args), history)
            kwargs = translated(sample.kwargs, history)
        except NotOurs:
            continue
        reason, applies = DIFFERENT.get(op.name, ("", None))
        if reason and (applies is None or applies(sample)):
            continue
        yield sample, args, kwargs, history


def compare(op, dtype, rng):
    """Compare the samples in both libraries: results, and for float64 gradients."""
    for sample, args, kwargs, history in samples(op, dtype):
        with (
            naming(op.name, sample.input, sample.args, sample.kwargs),
            np.errstate(all="ignore"),
        ):
            expected = op(sample.input, *sample.args, **sample.kwargs)
            got = ours(op.name)(*args, **kwargs)
            if op.name in ANY_OF_EQUALS and dtype not in (torch.float64, torch.float32):
                got, expected = (
                    outputs(y, kind)[0]
                    for y, kind in ((got, nnlib.Tensor), (expected, torch.Tensor))
                )
            ys, ts = assert_same(got, expected)
            assert_same_gradients(ys, ts, history, rng, 1e-7)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    "dtype",
    [torch.float64, *(pytest.param(d, marks=pytest.mark.slow) for d in OTHERS)],
    ids=str,
)
def test_results_of_samples_of_any_dtype_match_torch(dtype):
    for op in compared():
        if dtype in op.dtypes:
            compare(op, dtype, np.random.default_rng(0))


def in_place():
    """Return the operations that have an in-place form and, in torch, its derivative."""
    return [
        op
        for op in compared()
        if op.inplace_variant
        and hasattr(nnlib.Tensor, f"{op.name}_")
        and torch.float64 in op.dtypes
    ]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_operation_in_place_matches_torch():
    for op in in_place():
        rng = np.random.default_rng(0)
        for sample, args, kwargs, history in samples(op, torch.float64):
            if not sample.broadcasts_input:
                with naming(f"{op.name}_", sample.input, sample.args, sample.kwargs):
                    compare_in_place(op, sample, args, kwargs, history, rng)


def compare_in_place(op, sample, args, kwargs, history, rng):
    """Compare one in-place call in both libraries: the changed tensor, and gradients."""
    with np.errstate(all="ignore"):
        x = sample.input.clone()
        expected = op.inplace_variant(x, *sample.args, **sample.kwargs)
        target = args[0].clone()
        got = getattr(target, f"{op.name}_")(*args[1:], **kwargs)
        assert got is target
        ys, ts = assert_same(got, expected)
        assert_same_gradients(ys, ts, history, rng, 1e-7)
