"""Tensor: an array with its gradient and the operation that computed it.

Read this file first, then ``graph.py`` (how operations are recorded), ``walk.py`` (the backward
pass) and ``ops/``. ``ops/__init__.py`` attaches ``backward`` and the operations to Tensor as
methods and operators, and ``creation.py`` attaches the constructor.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import numpy as np

from .default_dtype import PYTHON
from .device import device
from .hook import AfterGrad, Hook, RetainGrad
from .left_out import REASONS, LeftOut
from .printing import show

__all__ = ["Tensor", "raw", "wrap"]

CPU = device("cpu")
# The dtypes, in the order in which messages list them; a dict, for fast lookups by ``wrap``.
DTYPES = dict.fromkeys(
    np.dtype(name) for name in ("float32", "float64", "int64", "int32", "uint8", "bool")
)
ZERO = np.zeros((), np.float32)
INFERENCE = [0]  # the one version counter of all results computed in inference_mode


class Tensor:
    """An array that remembers how it was computed.

    As in PyTorch, ``Tensor(...)`` has the default dtype: float32 unless you change it. In most
    cases, use ``tensor`` instead: it preserves integer and float64 dtypes, and its result can
    require a gradient. Inside the library, ``wrap`` makes a Tensor from an array.

    Parameters
    ----------
    *data : int, or one nested list, array or Tensor
        Integers are the sizes of an uninitialized tensor; ``Tensor()`` is empty. A list, tuple
        or array contains the values; the Tensor shares the memory of an array that has the
        default dtype. For a Tensor, the result is a view with the same dtype. A shape is a
        plain tuple here, so ``Tensor(x.shape)`` contains the lengths of the axes. In PyTorch,
        the result has this shape; ``Tensor(*x.shape)`` and ``empty(x.shape)`` work in both.
    device : device
        The device, which must be the CPU.

    Attributes
    ----------
    array : ndarray
        The values.
    grad : Tensor or None
        The sum of the gradients from ``backward``, in its own memory unless create_graph=True.
        A gradient that you assign must have the tensor's shape and dtype, and isn't copied.
    requires_grad : bool
        Whether a gradient can flow to this tensor.

    Raises
    ------
    TypeError
        If the data are neither sizes nor a sequence of numbers, or their dtype isn't supported.
    ValueError
        If nested lists have different lengths.
    RuntimeError
        If a size is negative.

    >>> Tensor([1, 2]), Tensor(4, 3).shape, Tensor((4, 3))
    (tensor([1., 2.]), (4, 3), tensor([4., 3.]))
    >>> x = Tensor([1.0, 2.0, 3.0]).requires_grad_()
    >>> (x * x).sum().backward()
    >>> x.grad
    tensor([2., 4., 6.])
    """

    # needs_grad: whether a gradient can flow to this tensor; ``current`` updates it for a view.
    # node: the operation that computed this tensor; None for a leaf.
    # hooks: the functions registered for a leaf; for other tensors, they are in node.hooks.
    # version: a list with the number of in-place changes; all views share this list.
    # view_of: for a view, its base and the function that returns the view of the base (View).
    __slots__ = (
        "__weakref__",
        "_grad",
        "array",
        "hooks",
        "needs_grad",
        "node",
        "version",
        "view_of",
    )
    is_cuda = is_xpu = False  # whether it is on a GPU
    __array_ufunc__ = None  # NumPy's operators defer to ours; np.exp(tensor) is an error

    # Shape, dtype and elements

    @property
    def shape(self) -> tuple[int, ...]:
        """The length of each axis."""
        return self.array.shape

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return self.array.ndim

    @property
    def dtype(self) -> np.dtype:
        """The dtype of the elements."""
        return self.array.dtype

    @property
    def device(self) -> device:
        """The device, which is always the CPU."""
        return CPU

    def size(self, dim: int | None = None) -> tuple[int, ...] | int:
        """Return the shape, or the length of one axis."""
        return self.shape if dim is None else self.shape[dim]

    def dim(self) -> int:
        """Return the number of axes."""
        return self.array.ndim

    def numel(self) -> int:
        """Return the number of elements."""
        return self.array.size

    nelement = numel

    def item(self) -> float | int | bool:
        """Return the single element as a Python number."""
        if self.array.size != 1:
            raise RuntimeError(
                f"item: expected a tensor with one element, got shape {self.shape}; "
                "use tolist()"
            )
        return self.array.item()

    def tolist(self) -> Any:
        """Return the elements as nested Python lists."""
        return self.array.tolist()

    def is_floating_point(self) -> bool:
        """Return whether the elements are floating-point numbers."""
        return self.array.dtype.kind == "f"

    def element_size(self) -> int:
        """Return the size of one element in bytes."""
        return self.array.itemsize

    @property
    def nbytes(self) -> int:
        """The size of all elements together in bytes."""
        return self.array.size * self.array.itemsize

    def stride(self, dim: int | None = None) -> tuple[int, ...] | int:
        """Return the stride of each axis, or of one axis, as a number of elements."""
        strides = tuple(n // self.array.itemsize for n in self.array.strides)
        return strides if dim is None else strides[dim]

    def numpy(self, *, force: bool = False) -> np.ndarray:
        """Return the array itself, not a copy; ``force`` allows a tensor that requires grad."""
        if self.requires_grad and not force:
            raise RuntimeError(
                "numpy: the tensor requires grad and NumPy would lose its history; "
                "use tensor.detach().numpy()"
            )
        return self.array

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        return np.array(self.numpy(), dtype, copy=copy)

    def __repr__(self) -> str:
        return show(self)

    def __format__(self, spec: str) -> str:
        if self.ndim == 0 and type(self) is Tensor:
            return format(self.item(), spec)
        return object.__format__(self, spec)

    def __len__(self) -> int:
        try:
            return len(self.array)
        except TypeError:
            message = "len: a tensor of shape () has no axes; use item() to get its value"
            raise TypeError(message) from None

    def __iter__(self):
        len(self)  # raises a TypeError if there are no axes
        return iter(self.unbind())

    def __bool__(self) -> bool:
        if self.array.size != 1:
            raise RuntimeError(
                f"bool: expected a tensor with one element, got shape {self.shape}; "
                "use any() or all()"
            )
        return bool(self.array)

    def __float__(self) -> float:
        return float(self._number("float"))

    def __int__(self) -> int:
        return int(self._number("int"))

    def _number(self, name: str) -> float | int | bool:
        """Return the single element as a Python number."""
        if self.array.size != 1:
            raise ValueError(f"{name}: expected one item, got shape {self.shape}; use tolist()")
        return self.array.item()

    def __index__(self) -> int:
        if self.dtype.kind not in "iu" or self.array.size != 1:
            got = f"{self.dtype} of shape {self.shape}"
            raise TypeError(f"index: expected a tensor with one integer, got {got}")
        return int(self.array.item())

    __hash__ = object.__hash__

    def __deepcopy__(self, memo: dict[int, Any]) -> Tensor:
        if self.node is not None:
            raise RuntimeError("deepcopy: expected a leaf; copy x.detach(), or call x.clone()")
        out = memo[id(self)] = _remade(type(self), self.array.copy(), self.requires_grad)
        out.grad = copy.deepcopy(self.grad, memo)
        return out

    def __reduce__(self) -> tuple:
        return _remade, (type(self), self.array, self.requires_grad)

    # History

    def current(self, strict: bool = False) -> Tensor:
        """Return this tensor; if it is a view, first update its history.

        Some views can't be updated after an in-place change; with ``strict``, this raises an
        error for them.
        """
        if self.view_of is not None and (strict or not self.view_of.fixed):
            self.view_of.refresh(self)
        return self

    @property
    def requires_grad(self) -> bool:
        """Whether a gradient can flow to this tensor."""
        return self.current().needs_grad

    @requires_grad.setter
    def requires_grad(self, value: bool) -> None:
        self.requires_grad_(value)

    @property
    def grad(self) -> Tensor | None:
        """The sum of the gradients that ``backward`` has computed, or None."""
        return self._grad

    @grad.setter
    def grad(self, value: Tensor | None) -> None:
        if value is not None:
            if not isinstance(value, Tensor):
                raise TypeError(f"grad: expected a Tensor or None, got {type(value).__name__}")
            if value is self:
                raise RuntimeError("grad: expected a different tensor, got the tensor itself")
            if value.shape != self.shape or value.dtype != self.dtype:
                raise RuntimeError(
                    f"grad: expected the shape {self.shape} and dtype {self.dtype} of the "
                    f"tensor, got {value.shape} and {value.dtype}"
                )
        self._grad = value

    @property
    def is_leaf(self) -> bool:
        """Whether this tensor is not the result of a recorded operation."""
        return self.current().node is None

    @property
    def grad_fn(self) -> Any:
        """The recorded operation that computed this tensor, or None."""
        return self.current().node

    def is_inference(self) -> bool:
        """Return whether an operation in ``inference_mode`` computed this tensor."""
        return self.version is INFERENCE

    @property
    def data(self) -> Tensor:
        """A tensor without history that shares this tensor's memory, but not its version."""
        return holding(self.array)

    @data.setter
    def data(self, value: Any) -> None:
        self.array = as_array(raw(value))

    def detach(self) -> Tensor:
        """Return a tensor without history that shares this tensor's memory and version."""
        out = holding(self.array)
        out.version = counter(self)
        return out

    def detach_(self) -> Tensor:
        """Remove the history of this tensor, which must not be a view."""
        if self.view_of is not None:
            raise RuntimeError("detach_: expected a tensor that isn't a view; use detach()")
        self.node = None
        self.needs_grad = False
        return self

    def requires_grad_(self, requires_grad: bool = True) -> Tensor:
        """Set whether a gradient is computed for this tensor."""
        if requires_grad and self.version is INFERENCE:
            raise RuntimeError(
                "requires_grad_: the tensor was made in inference_mode; use a clone() instead"
            )
        if requires_grad and self.dtype.kind != "f":
            raise RuntimeError(
                f"requires_grad_: expected a floating-point dtype, got {self.dtype}; "
                "convert it with .float()"
            )
        if not requires_grad and self.node is not None:
            raise RuntimeError("requires_grad_: expected a leaf; use detach() instead")
        self.needs_grad = requires_grad
        return self

    def register_hook(self, hook: Callable[[Tensor], Tensor | None]) -> Hook:
        """Call ``hook`` with the complete gradient; a result that is not None replaces it."""
        if not self.current(strict=True).needs_grad:
            raise RuntimeError("register_hook: expected a tensor that requires grad")
        owner = self if self.node is None else self.node
        owner.hooks = [] if owner.hooks is None else owner.hooks
        owner.hooks.append(hook)
        return Hook(owner.hooks, hook)

    def register_post_accumulate_grad_hook(self, hook: Callable[[Tensor], None]) -> Hook:
        """Call ``hook(tensor)`` after ``backward`` has changed the ``grad`` of this leaf."""
        if not self.requires_grad or self.node is not None:
            name = "register_post_accumulate_grad_hook"
            raise RuntimeError(f"{name}: expected a leaf that requires grad")
        return self.register_hook(AfterGrad(hook))

    def retain_grad(self) -> None:
        """Fill ``grad`` in the backward pass even if this tensor is not a leaf."""
        if not self.current(strict=True).needs_grad:
            raise RuntimeError("retain_grad: expected a tensor that requires grad")
        if self.node is None:
            return
        is_retained = any(type(hook) is RetainGrad for hook in self.node.hooks or ())
        if not is_retained:
            self.register_hook(RetainGrad(self))


for name in REASONS["Tensor"]:
    setattr(Tensor, name, LeftOut(name))


def wrap(array: Any, requires_grad: bool = False, kind: type = Tensor) -> Any:
    """Return a Tensor, or an instance of a subclass, that shares the memory of an array.

    Lists and numbers are converted to arrays first; Python floats get the default dtype.
    """
    out = object.__new__(kind)
    is_valid = type(array) is np.ndarray and array.dtype in DTYPES
    out.array = array if is_valid else as_array(array)
    out._grad = out.hooks = out.node = out.version = out.view_of = None
    out.needs_grad = False
    if requires_grad:
        out.requires_grad_()
    return out


def _remade(kind: type, array: np.ndarray, requires_grad: bool) -> Tensor:
    """Make a Tensor of a given class from an array, for copies and pickles."""
    out = wrap(ZERO, kind=kind)
    out.array = array
    return out.requires_grad_(requires_grad)


def holding(array: np.ndarray) -> Tensor:
    """Return an array of any dtype as a Tensor; torch files can contain unsupported dtypes."""
    return wrap(array) if array.dtype in DTYPES else _remade(Tensor, array, False)


def raw(x: Any) -> Any:
    """Return the array of a Tensor, and anything else unchanged.

    >>> raw(Tensor([1.0, 2.0]))
    array([1., 2.], dtype=float32)
    >>> raw(3)
    3
    """
    return x.array if isinstance(x, Tensor) else x


def as_array(data: Any) -> np.ndarray:
    """Return any data as an array; Python floats get the default dtype, as in torch."""
    array = np.asarray(data)
    if array.dtype == np.float64 and not isinstance(data, (np.ndarray, np.generic)):
        return array.astype(PYTHON[float])
    if array.dtype not in DTYPES:
        expected = ", ".join(map(str, DTYPES))
        raise TypeError(
            f"Tensor: expected an array with one of the dtypes {expected}, got {array.dtype}"
        )
    return array


def counter(x: Tensor) -> list[int]:
    """Return the version counter of x's memory: a list with one int, shared by all views."""
    if x.version is None:
        x.version = [0]
    return x.version
