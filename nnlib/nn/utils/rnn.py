"""Sequences of different lengths in one tensor, either padded or packed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np

from ...ops import cat, reshape, stack, transpose
from ...ops.promotion import array
from ...ops.shape import expect
from ...tensor import Tensor, raw, wrap

__all__ = [
    "PackedSequence",
    "invert_permutation",
    "pack_padded_sequence",
    "pack_sequence",
    "pad_packed_sequence",
    "pad_sequence",
    "unpack_sequence",
    "unpad_sequence",
]


class Packed(NamedTuple):
    """Fields of ``PackedSequence``."""

    data: Tensor
    batch_sizes: Tensor
    sorted_indices: Tensor | None
    unsorted_indices: Tensor | None


class PackedSequence(Packed):
    """Sequences without padding: all first elements, then all second elements, and so on.

    ``pack_padded_sequence`` and ``pack_sequence`` create it, and ``RNN``, ``LSTM`` and ``GRU``
    accept it as their input. The longest sequence comes first.

    Attributes
    ----------
    data : (sum of all lengths, ...)
        Elements of all sequences.
    batch_sizes : (T,) int
        Number of sequences that have an element at each time step.
    sorted_indices : (N,) int or None
        Original index of each sequence, before sorting by length.
    unsorted_indices : (N,) int or None
        Inverse permutation.
    """

    __slots__ = ()
    is_cuda = False

    def __new__(
        cls,
        data: Tensor,
        batch_sizes: Tensor,
        sorted_indices: Tensor | None = None,
        unsorted_indices: Tensor | None = None,
    ) -> PackedSequence:
        """Compute the inverse permutation unless it is given."""
        if unsorted_indices is None:
            unsorted_indices = invert_permutation(sorted_indices)
        return super().__new__(cls, data, batch_sizes, sorted_indices, unsorted_indices)

    def to(self, *args: Any, **kwargs: Any) -> PackedSequence:
        """Return a packed sequence with ``data.to(...)``."""
        data = self.data.to(*args, **kwargs)
        return self if data is self.data else self._replace(data=data)

    def cpu(self) -> PackedSequence:
        """Return the packed sequence itself, because it is on the CPU."""
        return self

    def float(self) -> PackedSequence:
        """Convert data to float32."""
        return self.to(np.dtype("float32"))

    def double(self) -> PackedSequence:
        """Convert data to float64."""
        return self.to(np.dtype("float64"))


def invert_permutation(permutation: Tensor | None) -> Tensor | None:
    """Return the inverse of a permutation of 0, 1, ..., N - 1, or None for None."""
    return None if permutation is None else wrap(np.argsort(raw(permutation)))


def pack_padded_sequence(
    input: Tensor,
    lengths: Tensor | Sequence[int],
    batch_first: bool = False,
    enforce_sorted: bool = True,
) -> PackedSequence:
    """Remove the padding from a batch of sequences.

    Parameters
    ----------
    input : (T, N, ...) Tensor, or (N, T, ...) with ``batch_first``
        Padded sequences.
    lengths : (N,) int
        Length of each sequence, from 1 to T.
    batch_first : bool
        If True, input is (N, T, ...).
    enforce_sorted : bool
        If True, the sequences must already be sorted by decreasing length. Otherwise, they are
        sorted here, and ``pad_packed_sequence`` restores their order.

    Raises
    ------
    RuntimeError
        If a length is outside [1, T], the number of lengths isn't N, or the lengths must be
        sorted but aren't.

    >>> pack_padded_sequence(Tensor([[1, 2], [3, 0]]).long(), [2, 1], batch_first=True).data
    tensor([1, 3, 2])
    """
    name = "pack_padded_sequence"
    x = array(name, input)
    expect(x.ndim > 1, name, "an input with 2 axes or more, got {}", x.shape)
    N, T = x.shape[:2] if batch_first else x.shape[1::-1]
    n = raw(lengths)
    n = n.astype(np.int64) if isinstance(n, np.ndarray) else np.array([int(i) for i in n])
    got = n.tolist()
    expect(N and n.shape == (N,), name, "one length for each of {} sequences, got {}", N, got)
    expect(n.min() > 0 and n.max() <= T, name, "lengths from 1 to {}, got {}", T, got)
    is_sorted = (np.diff(n) <= 0).all()
    what = "decreasing lengths, or enforce_sorted=False, got {}"
    expect(is_sorted or not enforce_sorted, name, what, got)
    order = np.argsort(-n, kind="stable")
    has_element = np.arange(n.max())[:, None] < n[order]
    t, k = np.nonzero(has_element)  # ordered by time
    place = order[k] * T + t if batch_first else t * N + order[k]
    data = reshape(input, (N * T, *x.shape[2:]))[place]
    sizes = wrap(has_element.sum(1))
    return PackedSequence(data, sizes, None if enforce_sorted else wrap(order))


def pad_packed_sequence(
    sequence: PackedSequence,
    batch_first: bool = False,
    padding_value: float = 0.0,
    total_length: int | None = None,
) -> tuple[Tensor, Tensor]:
    """Return packed sequences as one padded tensor, in their original order.

    Parameters
    ----------
    sequence : PackedSequence
        Packed sequences.
    batch_first : bool
        If True, the result is (N, T, ...).
    padding_value : float
        Value of the padding.
    total_length : int, optional
        Length T of the result. Default: the length of the longest sequence.

    Returns
    -------
    tuple of (T, N, ...) Tensor and (N,) int Tensor
        Padded sequences, and the length of each one.

    Raises
    ------
    TypeError
        If sequence isn't a PackedSequence.
    ValueError
        If total_length is less than the length of the longest sequence.

    >>> packed = pack_sequence([Tensor([1.0]), Tensor([2.0, 3.0])], enforce_sorted=False)
    >>> pad_packed_sequence(packed, batch_first=True)
    (tensor([[1., 0.],
            [2., 3.]]), tensor([1, 2]))
    """
    name = "pad_packed_sequence"
    if not isinstance(sequence, PackedSequence):
        raise TypeError(f"{name}: expected a PackedSequence, got {type(sequence).__name__}")
    data, sizes, _, original = sequence
    x, sizes = raw(data), raw(sizes)
    total = len(sizes) if total_length is None else total_length
    if total < len(sizes):
        raise ValueError(f"{name}: expected total_length of at least {len(sizes)}, got {total}")
    lengths = (sizes[:, None] > np.arange(sizes[0])).sum(0)
    place = np.full((total, sizes[0]), len(x))  # index of the padding, which is appended below
    place[np.arange(total)[:, None] < lengths] = np.arange(len(x))
    if original is not None:
        lengths, place = lengths[raw(original)], place[:, raw(original)]
    padding = np.full((1, *x.shape[1:]), padding_value, x.dtype)
    return cat([data, padding])[place.T if batch_first else place], wrap(lengths)


def pack_sequence(sequences: Sequence[Tensor], enforce_sorted: bool = True) -> PackedSequence:
    """Pack sequences (T_n, ...) of different lengths, as ``pack_padded_sequence`` does.

    >>> pack_sequence([Tensor([1, 2]).long(), Tensor([3]).long()]).batch_sizes
    tensor([2, 1])
    """
    lengths = [len(s) for s in sequences]
    return pack_padded_sequence(pad_sequence(sequences), lengths, False, enforce_sorted)


def unpack_sequence(packed_sequences: PackedSequence) -> list[Tensor]:
    """Return packed sequences as a list, in their original order."""
    return unpad_sequence(*pad_packed_sequence(packed_sequences, True), batch_first=True)


def unpad_sequence(
    padded_sequences: Tensor, lengths: Tensor, batch_first: bool = False
) -> list[Tensor]:
    """Return the sequences of a padded tensor (T, N, ...) as a list, without their padding.

    >>> unpad_sequence(np.array([[1, 4], [2, 0]]), np.array([2, 1]))
    [array([1, 2]), array([4])]
    """
    x = padded_sequences if batch_first else transpose(padded_sequences, 0, 1)
    lengths = raw(lengths)
    if len(lengths) != len(x):
        raise ValueError(f"unpad_sequence: expected {len(x)} lengths, got {len(lengths)}")
    return [x[k, np.arange(min(n, x.shape[1]))] for k, n in enumerate(lengths)]


def pad_sequence(
    sequences: Iterable[Tensor],
    batch_first: bool = False,
    padding_value: float = 0.0,
    padding_side: str = "right",
) -> Tensor:
    """Pad sequences (T_n, ...) to the longest length, and stack them as (T, N, ...).

    Parameters
    ----------
    sequences : iterable of (T_n, ...) Tensor
        Sequences that may differ only in the length of the first axis.
    batch_first : bool
        If True, the result is (N, T, ...).
    padding_value : float
        Value of the padding.
    padding_side : {"right", "left"}
        Side to pad.

    Returns
    -------
    (T, N, ...) Tensor
        Padded sequences; each sequence gets its part of the gradient.

    Raises
    ------
    RuntimeError
        If there are no sequences, the other axes differ, or padding_side is unknown.

    >>> pad_sequence([np.array([1, 2, 3]), np.array([4])])
    array([[1, 4],
           [2, 0],
           [3, 0]])
    """
    sequences = tuple(sequences)
    if not len(sequences) or padding_side not in ("right", "left"):
        got = repr(padding_side) if len(sequences) else "none"
        what = "padding_side 'right' or 'left'" if len(sequences) else "at least one sequence"
        raise RuntimeError(f"pad_sequence: expected {what}, got {got}")
    longest = max(len(s) for s in sequences)
    rows = []
    for s in sequences:
        x = raw(s)
        if x.shape[1:] != sequences[0].shape[1:]:
            got = f"{sequences[0].shape} and {x.shape}"
            raise RuntimeError(f"pad_sequence: expected equal shapes after axis 0, got {got}")
        fill = np.full((longest - len(x), *x.shape[1:]), padding_value, x.dtype)
        rows.append(cat([s, fill] if padding_side == "right" else [fill, s]))
    return stack(rows, 0 if batch_first else 1)
