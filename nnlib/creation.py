"""Tensors from data, ranges and fill values; random tensors are in ``random.py``.

The arguments are the same as in torch: sizes as separate arguments or as one tuple, ``dtype``,
``device`` (always the CPU) and ``requires_grad``. If there is no data that determines the
dtype, it is the default dtype, which is initially float32.
"""

from __future__ import annotations

import math
import operator
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .default_dtype import PYTHON
from .device import check_device
from .ops.promotion import check_fits
from .quiet import silent
from .tensor import DTYPES, Tensor, raw, wrap

__all__ = [
    "BoolTensor",
    "ByteTensor",
    "DoubleTensor",
    "FloatTensor",
    "IntTensor",
    "LongTensor",
    "arange",
    "as_tensor",
    "asarray",
    "empty",
    "empty_like",
    "eye",
    "from_numpy",
    "full",
    "full_like",
    "linspace",
    "logspace",
    "ones",
    "ones_like",
    "tensor",
    "tril_indices",
    "triu_indices",
    "zeros",
    "zeros_like",
]

RANK = str.maketrans("biuf", "0112")  # bools, integers, floats


def known(name: str, dtype: Any) -> np.dtype:
    """Return a dtype; raise TypeError unless it is a dtype that Tensors support."""
    if not isinstance(dtype, (np.dtype, type)) or (result := np.dtype(dtype)) not in DTYPES:
        expected = ", ".join(map(str, DTYPES))
        raise TypeError(f"{name}: expected one of the dtypes {expected}, got {dtype!r}")
    return result


def shape_of(name: str, sizes: Sequence[Any], size: Any = None) -> tuple[int, ...]:
    """Return the shape from separate sizes, from one tuple, or from the keyword ``size``."""
    if not sizes and size is None:
        raise TypeError(f"{name}: expected sizes, got none")
    if size is not None or (len(sizes) == 1 and isinstance(sizes[0], (tuple, list))):
        (sizes,) = sizes if size is None else (size,)
    try:
        shape = tuple(map(operator.index, sizes))
    except TypeError:
        raise TypeError(f"{name}: expected integers as sizes, got {sizes}") from None
    if min(shape, default=0) < 0:
        raise RuntimeError(f"{name}: expected sizes of at least 0, got {shape}")
    return shape


def made(name: str, array: np.ndarray, device: Any, requires_grad: bool = False) -> Tensor:
    """Return the array as a tensor, after checking the device."""
    check_device(name, device)
    if requires_grad and array.dtype.kind != "f":
        raise RuntimeError(
            f"{name}: expected a floating-point dtype for requires_grad=True, got "
            f"{array.dtype}; write 1.0 instead of 1, or pass dtype=float32"
        )
    return wrap(array, requires_grad)


def scalar(name: str, x: Any) -> Any:
    """Convert a Python number or an array of shape () to a Python number."""
    x = raw(x)
    if isinstance(x, (np.ndarray, np.generic)) and x.ndim == 0 and x.dtype in DTYPES:
        return x.item()
    if not isinstance(x, (bool, int, float)):
        raise TypeError(f"{name}: expected a number, got {type(x).__name__}")
    return x


# From data


def tensor(
    data: Any, *, dtype: Any = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """Copy data into a new tensor.

    Parameters
    ----------
    data : number, nested list, array or Tensor
        The elements. Python floats get the default dtype, Python integers int64. Arrays and
        Tensors determine the dtype themselves, even inside lists.
    dtype : dtype
        The dtype of the tensor. By default, the data determines it.
    device : device
        The device, which must be the CPU.
    requires_grad : bool
        If True, ``backward`` computes the gradient ``grad``. Default: False.

    Raises
    ------
    TypeError
        If the data contains anything except numbers and booleans, or has an unsupported dtype.
    ValueError
        If nested lists differ in length.
    RuntimeError
        If an integer doesn't fit the dtype, or requires_grad is True for integers.

    >>> tensor([[1.0, 2.0], [3.0, 4.0]])
    tensor([[1., 2.],
            [3., 4.]])
    """
    return made("tensor", _array("tensor", data, dtype, copy=True), device, requires_grad)


def as_tensor(data: Any, dtype: Any = None, device: Any = None) -> Tensor:
    """Return data as a tensor, and copy it only if necessary.

    A Tensor of the same dtype is returned unchanged, with its history. An array shares memory
    with the result, unless its dtype changes.
    """
    if not isinstance(data, Tensor):
        return made("as_tensor", _array("as_tensor", data, dtype), device)
    check_device("as_tensor", device)
    return data if dtype is None else data.to(known("as_tensor", dtype))


def asarray(
    obj: Any,
    *,
    dtype: Any = None,
    device: Any = None,
    copy: bool | None = None,
    requires_grad: bool | None = None,
) -> Tensor:
    """Return data as a tensor, copied always (copy=True), if necessary (None) or never (False).

    A Tensor keeps its history, unless requires_grad is False. Raises ValueError if copy is
    False although a copy is necessary, because of the dtype or because the data is a list.
    """
    fits = isinstance(obj, (Tensor, np.ndarray)) and (dtype is None or dtype == obj.dtype)
    if copy is False and not fits:
        what = f"a Tensor or array of {dtype or 'any dtype'} for copy=False"
        got = getattr(obj, "dtype", type(obj).__name__)
        raise ValueError(f"asarray: expected {what}, got {got}")
    if not isinstance(obj, Tensor):
        array = _array("asarray", obj, dtype, copy=copy)
        return made("asarray", array, device, bool(requires_grad))
    x = obj.clone() if copy and fits else as_tensor(obj, dtype, device)
    if requires_grad in (None, x.requires_grad):
        return x
    return x.detach().requires_grad_(requires_grad)


def from_numpy(ndarray: np.ndarray) -> Tensor:
    """Return an array as a tensor that shares its memory."""
    if not isinstance(ndarray, np.ndarray):
        raise TypeError(f"from_numpy: expected an ndarray, got {type(ndarray).__name__}")
    known("from_numpy", ndarray.dtype)
    return wrap(ndarray)


class Constructor:
    """PyTorch's constructor of tensors of one dtype, such as ``LongTensor([1, 2])``.

    Like ``Tensor``, it accepts sizes or data. ``isinstance(x, LongTensor)`` returns whether x
    is a tensor of this dtype, and ``x.type(LongTensor)`` converts x.

    >>> LongTensor([1, 2]), DoubleTensor(2, 3).dtype
    (tensor([1, 2]), dtype('float64'))
    """

    def __init__(self, name: str, dtype: Any):
        self.name = name
        self.dtype = np.dtype(dtype)

    def __call__(self, *data: Any, device: Any = None) -> Tensor:
        return constructed(self.name, data, device, self.dtype)

    def __instancecheck__(self, x: object) -> bool:
        return isinstance(x, Tensor) and x.dtype == self.dtype

    def __repr__(self) -> str:
        return f"torch.{self.name}"


BoolTensor = Constructor("BoolTensor", bool)
ByteTensor = Constructor("ByteTensor", np.uint8)
DoubleTensor = Constructor("DoubleTensor", np.float64)
FloatTensor = Constructor("FloatTensor", np.float32)
IntTensor = Constructor("IntTensor", np.int32)
LongTensor = Constructor("LongTensor", np.int64)


def constructed(
    name: str, data: tuple, device: Any, dtype: np.dtype | None = None, kind: type = Tensor
) -> Tensor:
    """Return the tensor that PyTorch's constructor of this name makes from its arguments.

    If dtype is None, a Tensor keeps its dtype, and all other data gets the default dtype.
    """
    check_device(name, device)
    if all(map(_is_size, data)):
        return wrap(np.empty(shape_of(name, data or (0,)), dtype or PYTHON[float]), kind=kind)
    is_list = hasattr(data[0], "__len__") and not isinstance(data[0], (str, set, dict))
    if len(data) > 1 or not is_list:
        got = ", ".join(type(x).__name__ for x in data)
        raise TypeError(f"{name}: expected sizes, or one sequence of numbers, got {got}")
    (data,) = data
    if not isinstance(data, Tensor):
        return wrap(_array(name, data, dtype or PYTHON[float]), kind=kind)
    if dtype not in (None, data.dtype):
        raise TypeError(f"{name}: expected a tensor of {dtype}, got {data.dtype}; use to()")
    return data.view(data.shape) if kind is Tensor else wrap(data.array, kind=kind)


def _is_size(x: Any) -> bool:
    """Return whether x is an integer, possibly NumPy's, and neither a bool nor a Tensor."""
    if isinstance(x, (np.ndarray, np.generic)):
        return x.ndim == 0 and x.dtype.kind in "iu"
    return isinstance(x, int) and not isinstance(x, bool)


@silent
def _array(name: str, data: Any, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
    """Return data as an array of the given dtype, or of the dtype that torch would choose."""
    data = list(data) if isinstance(data, deque) else raw(data)
    dtypes = _dtypes(name, data)
    if dtype is None:
        dtype = _dtype(name, dtypes)
    else:
        dtype = known(name, dtype)
        for other in dtypes:  # int16 and float16 are converted; strings raise an error
            if other.kind not in "biuf":
                known(name, other)
    data = _plain(name, data)
    try:
        return np.array(data, dtype, copy=copy)
    except OverflowError as error:
        raise RuntimeError(f"{name}: expected values that fit {dtype}, but {error}") from None
    except ValueError:
        lengths = {len(row) for row in data if isinstance(row, (list, tuple))}
        got = f", got {sorted(lengths)}" if len(lengths) > 1 else ""
        raise ValueError(f"{name}: expected nested lists of equal lengths{got}") from None


def _dtype(name: str, dtypes: set[np.dtype]) -> np.dtype:
    """Return the common dtype of data, or the default dtype if there are no elements."""
    dtypes = {known(name, dtype) for dtype in dtypes} or {PYTHON[float]}
    top = max(d.kind.translate(RANK) for d in dtypes)
    return np.result_type(*(d for d in dtypes if d.kind.translate(RANK) == top))


def _dtypes(name: str, data: Any) -> set[np.dtype]:
    """Return the set of dtypes that occur in nested lists."""
    if isinstance(data, (list, tuple, range)):
        kinds = set(map(type, data))
        if kinds <= PYTHON.keys():
            return {PYTHON[kind] for kind in kinds}
        return set().union(*(_dtypes(name, raw(item)) for item in data))
    if type(data) in PYTHON:
        return {PYTHON[type(data)]}
    if not hasattr(data, "__array__"):
        raise TypeError(f"{name}: expected numbers or booleans, got {data!r}")
    return {np.asarray(data).dtype}


def _plain(name: str, data: Any) -> Any:
    """Return nested lists in which numbers replace Tensors."""
    if not isinstance(data, (list, tuple)) or set(map(type, data)) <= PYTHON.keys():
        return data
    for item in data:
        if isinstance(item, Tensor) and item.array.size != 1:
            raise ValueError(
                f"{name}: expected each Tensor in a list to have one element, "
                f"got {item.shape}; use stack()"
            )
    return [x.item() if isinstance(x, Tensor) else _plain(name, x) for x in data]


# Ranges and fill values


def zeros(
    *sizes: int,
    size: Sequence[int] | None = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Return a tensor of zeros.

    >>> zeros(2, 3).shape
    (2, 3)
    """
    array = np.zeros(shape_of("zeros", sizes, size), known("zeros", dtype or PYTHON[float]))
    return made("zeros", array, device, requires_grad)


def ones(
    *sizes: int,
    size: Sequence[int] | None = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Return a tensor of ones."""
    array = np.ones(shape_of("ones", sizes, size), known("ones", dtype or PYTHON[float]))
    return made("ones", array, device, requires_grad)


def empty(
    *sizes: int,
    size: Sequence[int] | None = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Return an uninitialized tensor."""
    array = np.empty(shape_of("empty", sizes, size), known("empty", dtype or PYTHON[float]))
    return made("empty", array, device, requires_grad)


def full(
    size: Sequence[int],
    fill_value: float,
    *,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Return a tensor filled with a value; its dtype is by default the dtype of the value."""
    if not isinstance(size, (tuple, list)):
        raise TypeError(f"full: expected a tuple of sizes, got {size!r}")
    value = scalar("full", fill_value)
    default = fill_value.dtype if isinstance(fill_value, Tensor) else PYTHON[type(value)]
    dtype = known("full", dtype or default)
    check_fits("full", value, dtype)
    array = np.full(shape_of("full", (size,)), value, dtype)
    return made("full", array, device, requires_grad)


def eye(
    n: int,
    m: int | None = None,
    *,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Return the n × m identity matrix."""
    shape = shape_of("eye", (n, n if m is None else m))
    return made(
        "eye", np.eye(*shape, dtype=known("eye", dtype or PYTHON[float])), device, requires_grad
    )


def tril_indices(
    row: int, col: int, offset: int = 0, *, dtype: Any = None, **options: Any
) -> Tensor:
    """Return the row and column indices (2, n) of a matrix's lower triangle, row by row."""
    return _triangle("tril_indices", np.tril_indices, row, col, offset, dtype, options)


def triu_indices(
    row: int, col: int, offset: int = 0, *, dtype: Any = None, **options: Any
) -> Tensor:
    """Return the row and column indices (2, n) of a matrix's upper triangle, row by row."""
    return _triangle("triu_indices", np.triu_indices, row, col, offset, dtype, options)


def _triangle(
    name: str, f: Callable, row: int, col: int, offset: int, dtype: Any, options: dict
) -> Tensor:
    """Return the indices of the triangle that f selects in a matrix."""
    rows, columns = shape_of(name, (row, col))
    kind = known(name, dtype or np.dtype("int64"))
    indices = np.stack(f(rows, offset, columns)).astype(kind)
    return made(name, indices, options.pop("device", None), **options)


def arange(
    start: float | None = None,
    end: float | None = None,
    step: float = 1,
    *,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Return evenly spaced numbers from start up to, but not including, end.

    By default, start is 0. Integers result in int64, and floats in the default dtype.

    >>> arange(3), arange(0.0, 1.0, 0.5)
    (tensor([0, 1, 2]), tensor([0.0000, 0.5000]))
    """
    start, end = (0 if end is not None else None, end) if start is None else (start, end)
    start, end = (0, start) if end is None else (start, end)
    start, end, step = (scalar("arange", x) for x in (start, end, step))
    all_integers = not any(isinstance(x, float) for x in (start, end, step))
    dtype = known("arange", dtype or (PYTHON[int] if all_integers else PYTHON[float]))
    if not all(map(math.isfinite, (start, end, step))) or dtype.kind == "b":
        raise RuntimeError(
            "arange: expected finite start, end and step, and a numeric dtype, "
            f"got {start}, {end}, {step} and {dtype}"
        )
    if dtype.kind != "f":
        start, end, step = int(start), int(end), int(step)
    if step == 0 or (end - start) * step < 0:
        sign = "> 0" if start <= end else "< 0"
        raise RuntimeError(f"arange: expected step {sign} from {start} to {end}, got {step}")
    values = start + step * np.arange(math.ceil((end - start) / step))
    return made("arange", values.astype(dtype), device, requires_grad)


def linspace(
    start: float,
    end: float,
    steps: int,
    *,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Return evenly spaced values, including both ends."""
    dtype = known("linspace", dtype or PYTHON[float])
    for x in (start, end):
        check_fits("linspace", x, dtype)
    values = _spaced("linspace", start, end, steps).astype(dtype)
    return made("linspace", values, device, requires_grad)


@silent
def logspace(
    start: float,
    end: float,
    steps: int,
    base: float = 10.0,
    *,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Return powers of base with evenly spaced exponents, including both ends."""
    powers = np.power(float(base), _spaced("logspace", start, end, steps))
    array = powers.astype(known("logspace", dtype or PYTHON[float]))
    return made("logspace", array, device, requires_grad)


def _spaced(name: str, start: float, end: float, steps: int) -> np.ndarray:
    """Return evenly spaced float64 values, computed from both ends, so that both are exact."""
    start, end, (n,) = (scalar(name, start), scalar(name, end), shape_of(name, (steps,)))
    i, step = np.arange(n), (end - start) / max(n - 1, 1)
    return np.where(i < max(n // 2, 1), start + step * i, end - step * (n - 1 - i))


def like(name: str, input: Any, dtype: Any = None) -> tuple[tuple[int, ...], np.dtype]:
    """Return the shape of a tensor and its dtype, unless a different dtype is given."""
    if not isinstance(input, (Tensor, np.ndarray)):
        raise TypeError(f"{name}: expected a Tensor, got {type(input).__name__}")
    return input.shape, known(name, dtype or input.dtype)


def zeros_like(
    input: Tensor,
    *,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
    memory_format: Any = None,
) -> Tensor:
    """Return zeros with the shape and dtype of another tensor."""
    return made(
        "zeros_like", np.zeros(*like("zeros_like", input, dtype)), device, requires_grad
    )


def ones_like(
    input: Tensor, *, dtype: Any = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """Return ones with the shape and dtype of another tensor."""
    return made("ones_like", np.ones(*like("ones_like", input, dtype)), device, requires_grad)


def empty_like(
    input: Tensor, *, dtype: Any = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """Return an uninitialized tensor with the shape and dtype of another tensor."""
    return made(
        "empty_like", np.empty(*like("empty_like", input, dtype)), device, requires_grad
    )


def full_like(
    input: Tensor,
    fill_value: float,
    *,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Return a tensor with the shape and dtype of another tensor, filled with a value."""
    shape, dtype = like("full_like", input, dtype)
    value = scalar("full_like", fill_value)
    check_fits("full_like", value, dtype)
    array = np.full(shape, value, dtype)
    return made("full_like", array, device, requires_grad)


# Methods of Tensor: a new tensor of the same dtype by default


def new_tensor(self: Tensor, data: Any, *, dtype: Any = None, **options: Any) -> Tensor:
    """Return data as a new tensor, by default of this tensor's dtype."""
    return tensor(data, dtype=dtype or self.dtype, **options)


def new_zeros(self: Tensor, *sizes: int, dtype: Any = None, **options: Any) -> Tensor:
    """Return a tensor of zeros, by default of this tensor's dtype."""
    return zeros(*sizes, dtype=dtype or self.dtype, **options)


def new_ones(self: Tensor, *sizes: int, dtype: Any = None, **options: Any) -> Tensor:
    """Return a tensor of ones, by default of this tensor's dtype."""
    return ones(*sizes, dtype=dtype or self.dtype, **options)


def new_empty(self: Tensor, *sizes: int, dtype: Any = None, **options: Any) -> Tensor:
    """Return an uninitialized tensor, by default of this tensor's dtype."""
    return empty(*sizes, dtype=dtype or self.dtype, **options)


def new_full(
    self: Tensor, size: Sequence[int], fill_value: float, *, dtype: Any = None, **options: Any
) -> Tensor:
    """Return a tensor filled with a value, by default of this tensor's dtype."""
    return full(size, fill_value, dtype=dtype or self.dtype, **options)


# Methods of Tensor that move it to a device


def cpu(self: Tensor) -> Tensor:
    """Return the tensor itself, which is always on the CPU."""
    return self


def cuda(self: Tensor, device: Any = None) -> None:
    """Raise an error, because there is only the CPU; ``cuda.is_available()`` is False."""
    raise RuntimeError("cuda: nnlib uses only the CPU; remove this call")


def _new(cls: type, *data: Any, device: Any = None, **unknown: Any) -> Tensor:
    """Return the tensor that PyTorch's ``Tensor(*data)`` makes."""
    if unknown:
        got = ", ".join(unknown)
        raise TypeError(f"Tensor: expected only the keyword device, got {got}; use tensor()")
    return constructed("Tensor", data, device, kind=cls)


Tensor.__new__ = _new
for method in (new_tensor, new_zeros, new_ones, new_empty, new_full, cpu, cuda):
    setattr(Tensor, method.__name__, method)
