"""Connectionist temporal classification (CTC), a loss for labels of unknown alignment."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...graph import record_fused
from ...ops import div, unsqueeze
from ...ops.convolution import refuse
from ...ops.promotion import array
from ...quiet import silent
from ...tensor import Tensor, raw
from .shared import check_reduction, floats, reduced

__all__ = ["ctc_loss"]

Array = np.ndarray


@silent
def ctc_loss(
    log_probs: Tensor,
    targets: Tensor,
    input_lengths: Any,
    target_lengths: Any,
    blank: int = 0,
    reduction: str = "mean",
    zero_infinity: bool = False,
) -> Tensor:
    r"""Compute the negative log-likelihood of labels whose alignment to the input is unknown.

    .. math:: L = -\log \sum_\pi \prod_t p_{t, \pi_t}

    An alignment π has a class for each time step. If we merge equal neighbours and then remove
    blanks, we get the labels.

    Parameters
    ----------
    log_probs : (T, N, C) or (T, C) float
        Results of ``log_softmax``. As in torch, the gradient is correct only for such inputs:
        it is the gradient with respect to the scores.
    targets : (N, S) or (sum of target_lengths,) int
        Labels of each sequence, padded or one sequence after the other.
    input_lengths, target_lengths : (N,) int
        Number of time steps and number of labels of each sequence.
    blank : int
        Index of the blank class, which means no label.
    reduction : {"mean", "sum", "none"}
        How to reduce the losses; "mean" first divides each by its number of labels.
    zero_infinity : bool
        If True, the loss and gradient of a sequence that is too short for its labels are 0.

    Raises
    ------
    RuntimeError, ValueError
        If shapes, dtypes, lengths or classes don't fit, or the reduction is unknown.

    Source: Graves et al. (2006), "Connectionist temporal classification", section 4.1.

    >>> log_p = np.log(np.full((2, 1, 3), 1 / 3))  # aa, -a and a- become a: 3 of 9 alignments
    >>> round(float(np.exp(-ctc_loss(log_p, np.array([[1]]), (2,), (1,)))), 4)
    0.3333
    """
    name = "ctc_loss"
    x, t = floats(name, log_probs), array(name, targets)
    check_reduction(name, reduction)
    if x.ndim == 2:
        lengths = [np.ravel(raw(n)) for n in (input_lengths, target_lengths)]
        batch, t = unsqueeze(log_probs, 1), t.reshape(1, -1)
        y = ctc_loss(batch, t, *lengths, blank, reduction, zero_infinity)
        return y[0] if reduction == "none" else y
    times, counts = (np.asarray(raw(n)) for n in (input_lengths, target_lengths))
    labels = _with_blanks(x.shape, t, times, counts, blank)
    emit = np.take_along_axis(x, labels[None], 2)  # (T, N, 2S + 1)
    place = np.arange(labels.shape[1])
    ends = (place == 2 * counts[:, None]) | (place == 2 * counts[:, None] - 1)
    hop = labels[:, 2:] != labels[:, :-2]  # whether a blank between two labels can be skipped
    alpha = np.full((len(x) + 1, *labels.shape), -np.inf, x.dtype)  # log-likelihoods so far
    alpha[0, :, 0] = 0
    for k in range(len(x)):
        alpha[k + 1] = _reached(alpha[k], hop) + emit[k]
    last = alpha[times, np.arange(len(times))]
    loss = -np.logaddexp.reduce(np.where(ends, last, -np.inf), axis=1)
    infinite = np.isinf(loss)

    def backward(g):
        beta = np.full(labels.shape, -np.inf, x.dtype)  # log-likelihood of the remaining path
        slope, rows = np.exp(x), np.arange(len(labels))[:, None]
        for k in range(len(x) - 1, -1, -1):
            if k + 1 < len(x):
                beta = _reached((beta + emit[k + 1])[:, ::-1], hop[:, ::-1])[:, ::-1]
            beta = np.where((times == k + 1)[:, None], np.where(ends, 0, -np.inf), beta)
            probability = np.exp(alpha[k + 1] + beta + loss[:, None])
            np.subtract.at(slope[k], (rows, labels), probability)
        slope = np.where(infinite[:, None], 0 if zero_infinity else np.nan, slope)
        inside = np.arange(len(x))[:, None, None] < times[:, None]
        return dict(x=np.where(inside, slope * g[:, None], 0))

    y = np.where(infinite & zero_infinity, 0, loss).astype(x.dtype)
    y = record_fused(y, dict(x=log_probs), backward)
    if reduction == "mean":
        y = div(y, np.maximum(counts, 1))
    return reduced(name, y, reduction)


def _reached(a: Array, hop: Array) -> Array:
    """Return log Σ e^a over the positions from which a path can step to each position."""
    y = a.copy()
    y[:, 1:] = np.logaddexp(y[:, 1:], a[:, :-1])
    y[:, 2:] = np.logaddexp(y[:, 2:], np.where(hop, a[:, :-2], -np.inf))
    return y


def _with_blanks(shape: tuple, t: Array, times: Array, counts: Array, blank: int) -> Array:
    """Return the labels (N, 2S + 1) with a blank before, between and after them."""
    most = t.shape[-1] if t.ndim else 0
    for n, what, high in ((times, "input", shape[0]), (counts, "target", most)):
        if n.shape != shape[1:2] or n.dtype.kind not in "iu" or np.any((n < 0) | (n > high)):
            refuse("ctc_loss", f"{what}_lengths {shape[1:2]} with integers in [0, {high}]", n)
    if len(shape) != 3 or t.shape not in ((counts.sum(),), (len(counts), most)):
        got = f"log_probs {shape}, targets {t.shape} and target_lengths {counts}"
        what = "log_probs (T, N, C) and targets (N, S) or (sum of target_lengths,)"
        refuse("ctc_loss", what, got)
    labels = np.full((len(counts), 2 * counts.max(initial=0) + 1), blank)
    rows = t if t.ndim == 2 else np.split(t, np.cumsum(counts)[:-1])
    for row, labels_of_row, n in zip(labels, rows, counts, strict=True):
        row[1 : 2 * n : 2] = labels_of_row[:n]
    if labels.min() < 0 or labels.max() >= shape[2]:
        refuse("ctc_loss", f"classes in [0, {shape[2] - 1}]", f"{t} and blank {blank}")
    return labels
