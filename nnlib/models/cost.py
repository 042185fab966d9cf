"""The cost of a layer in multiply-adds, and the receptive field of its outputs."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from ..ops import comparison, elementwise
from ..tensor import Tensor, raw
from ..trace.units import Unit

__all__ = ["Field", "multiply_adds", "receptive_field"]

RECURRENT = ("rnn_layer", "gru_layer", "lstm_layer")
# Operations that treat each pixel separately: the elementwise ones and a few more.
POINTWISE = {
    *comparison.__all__,
    *elementwise.__all__,
    *("batch_norm", "cat", "dropout", "local_response_norm", "normalize"),
}


def multiply_adds(unit: Unit) -> int:
    r"""Count the multiply-adds of matrix products and convolutions for the whole batch.

    Activations, normalization, pooling and biases count as 0, as in
    ``torch.utils.flop_counter``. Its results are twice as large, because it counts each
    multiply-add as two operations.

    Parameters
    ----------
    unit : Unit
        The recorded operations.

    Source: Sze et al. (2017), "Efficient processing of deep neural networks", section II;
    chapter "LeNet, AlexNet and VGG".
    """
    if unit.call is not None and unit.name not in ("conv2d", "einsum", "matmul"):
        return 0
    return sum(_of_operation(unit, op.name, op.inputs, op.outs[0]) for op in unit.ops)


def _of_operation(unit: Unit, name: str, inputs: dict[str, Any], y: Tensor) -> int:
    """Return the multiply-adds of one recorded operation."""
    shapes = {key: raw(x).shape for key, x in inputs.items() if hasattr(raw(x), "shape")}
    size = {key: math.prod(shape) for key, shape in shapes.items()}
    if name == "matmul":
        return y.numel() * shapes["a"][-1]
    if name == "linear":
        return y.numel() * shapes["w"][-1]
    if name == "convolution":
        transposed = unit.call.args[-1]
        return (size["x"] if transposed else y.numel()) * math.prod(shapes["w"][1:])
    if name == "einsum":
        _, ia, _, ib, _ = unit.call.args
        return math.prod(dict(zip(ia + ib, shapes["a"] + shapes["b"], strict=True)).values())
    if name in RECURRENT:
        steps, batch = shapes["input"][:2]
        return steps * batch * (size["w_ih"] + size["w_hh"])
    return 0


class Field(NamedTuple):
    """A receptive field: the pixels that an output depends on, along height and width.

    For the output at (0, 0), ``first`` and ``last`` are the first and the last pixel, which may
    be in the padding of the image. The next output's field is shifted by ``stride`` pixels.
    """

    first: tuple[int, int]
    last: tuple[int, int]
    stride: tuple[int, int]

    @property
    def size(self) -> tuple[int, int]:
        """Height and width."""
        return tuple(b - a + 1 for a, b in zip(self.first, self.last, strict=True))


PIXEL = Field((0, 0), (0, 0), (1, 1))


def receptive_field(unit: Unit, known: dict[Tensor, Field]) -> Field | None:
    r"""Compute the receptive field of a result from the receptive fields of its operands.

    .. math:: r' = r + d\,(k - 1)\,j, \qquad j' = s\,j

    for windows of size k, stride s and dilation d, where r is the size of the field and j its
    stride. For the image, both are 1. Where branches join, the field covers all their fields.

    Parameters
    ----------
    unit : Unit
        The recorded operations.
    known : dict of Tensor to Field
        Receptive fields of the earlier tensors that are images.

    Returns
    -------
    Field or None
        The receptive field, or None if the result is not an image or combines pixels in a way
        that this formula does not describe.

    Source: Araujo et al. (2019), "Computing receptive fields of convolutional neural
    networks", equation 2; chapter "Convolutional layers".
    """
    fields = [known[x] for x in unit.inputs if x in known]
    if not fields or any(out.ndim != 4 for out in unit.outs):
        return None
    if unit.call is not None and unit.call.grid is not None:
        if unit.name == "conv2d" and unit.call.args[-1]:  # transposed
            return None
        grid = unit.call.grid
        return _through(fields[0], grid.kernel, grid.stride, grid.padding, grid.dilation)
    if unit.name == "adaptive_avg_pool2d":
        return _through_parts(fields[0], unit.inputs[0].shape[2:], unit.outs[0].shape[2:])
    same_size = all(x.shape[2:] == unit.outs[0].shape[2:] for x in unit.inputs if x in known)
    if unit.name not in POINTWISE or not same_size or len({f.stride for f in fields}) > 1:
        return None
    first = tuple(map(min, *(f.first for f in fields))) if len(fields) > 1 else fields[0].first
    last = tuple(map(max, *(f.last for f in fields))) if len(fields) > 1 else fields[0].last
    return Field(first, last, fields[0].stride)


def _through(field: Field, *grid: tuple[int, int]) -> Field:
    """Return the receptive field after a layer with windows, given the field before it."""
    ends = [
        (a - j * p, b + j * (d * (k - 1) - p), j * s)
        for a, b, j, k, s, p, d in zip(*field, *grid, strict=True)
    ]
    return Field(*zip(*ends, strict=True))


def _through_parts(field: Field, before: Any, after: Any) -> Field | None:
    """Return the receptive field after adaptive pooling, or None for unequal parts."""
    if any(n % m for n, m in zip(before, after, strict=True)):
        return None
    part = tuple(n // m for n, m in zip(before, after, strict=True))
    return _through(field, part, part, (0, 0), (1, 1))
