"""Losses as modules."""

from __future__ import annotations

from typing import Any

from ..tensor import Tensor
from . import functional as F
from .applied import Applied

__all__ = [
    "BCELoss",
    "BCEWithLogitsLoss",
    "CTCLoss",
    "CrossEntropyLoss",
    "HuberLoss",
    "KLDivLoss",
    "L1Loss",
    "MSELoss",
    "NLLLoss",
    "SmoothL1Loss",
    "TripletMarginLoss",
]


class Loss(Applied):
    """Base class for losses: a function of predictions and targets, with its options."""

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Map predictions and targets to the loss, or to all losses with reduction "none"."""
        return self._compute(input, target)


class MSELoss(Loss):
    """Apply ``functional.mse_loss`` to predictions and targets of the same shape."""

    function = staticmethod(F.mse_loss)

    def __init__(self, *, reduction: str = "mean"):
        super().__init__(reduction=reduction)


class L1Loss(Loss):
    """Apply ``functional.l1_loss`` to predictions and targets of the same shape."""

    function = staticmethod(F.l1_loss)

    def __init__(self, *, reduction: str = "mean"):
        super().__init__(reduction=reduction)


class SmoothL1Loss(Loss):
    """Apply ``functional.smooth_l1_loss`` to predictions and targets of the same shape."""

    function = staticmethod(F.smooth_l1_loss)

    def __init__(self, *, reduction: str = "mean", beta: float = 1.0):
        super().__init__(reduction=reduction, beta=beta)


class HuberLoss(Loss):
    """Apply ``functional.huber_loss`` to predictions and targets of the same shape."""

    function = staticmethod(F.huber_loss)

    def __init__(self, *, reduction: str = "mean", delta: float = 1.0):
        super().__init__(reduction=reduction, delta=delta)


class CrossEntropyLoss(Loss):
    """Apply ``functional.cross_entropy`` to scores (N, C) and class indices (N,).

    >>> loss = CrossEntropyLoss(reduction="sum")
    >>> loss(Tensor([[0.0, 0.0]]), Tensor([1]).long())
    tensor(0.6931)
    """

    function = staticmethod(F.cross_entropy)

    def __init__(
        self,
        weight: Tensor | None = None,
        *,
        ignore_index: int = -100,
        reduction: str = "mean",
        label_smoothing: float = 0.0,
    ):
        super().__init__(
            weight=weight,
            ignore_index=ignore_index,
            reduction=reduction,
            label_smoothing=label_smoothing,
        )


class NLLLoss(Loss):
    """Apply ``functional.nll_loss`` to log-probabilities (N, C) and class indices (N,)."""

    function = staticmethod(F.nll_loss)

    def __init__(
        self, weight: Tensor | None = None, *, ignore_index: int = -100, reduction: str = "mean"
    ):
        super().__init__(weight=weight, ignore_index=ignore_index, reduction=reduction)


class BCELoss(Loss):
    """Apply ``functional.binary_cross_entropy`` to probabilities and targets of equal shape."""

    function = staticmethod(F.binary_cross_entropy)

    def __init__(self, weight: Tensor | None = None, *, reduction: str = "mean"):
        super().__init__(weight=weight, reduction=reduction)


class BCEWithLogitsLoss(Loss):
    """Apply ``binary_cross_entropy_with_logits`` to scores and probabilities of equal shape."""

    function = staticmethod(F.binary_cross_entropy_with_logits)

    def __init__(
        self,
        weight: Tensor | None = None,
        *,
        reduction: str = "mean",
        pos_weight: Tensor | None = None,
    ):
        super().__init__(weight=weight, reduction=reduction, pos_weight=pos_weight)


class CTCLoss(Loss):
    """Apply ``functional.ctc_loss`` to log-probabilities (T, N, C), targets and lengths."""

    function = staticmethod(F.ctc_loss)

    def __init__(self, blank: int = 0, reduction: str = "mean", zero_infinity: bool = False):
        super().__init__(blank=blank, reduction=reduction, zero_infinity=zero_infinity)

    def forward(
        self, log_probs: Tensor, targets: Tensor, input_lengths: Any, target_lengths: Any
    ) -> Tensor:
        """Map log-probabilities and labels, with their lengths, to the loss."""
        return self._compute(log_probs, targets, input_lengths, target_lengths)


class KLDivLoss(Loss):
    """Apply ``functional.kl_div`` to log-probabilities and true probabilities of any shape."""

    function = staticmethod(F.kl_div)

    def __init__(self, *, reduction: str = "mean", log_target: bool = False):
        super().__init__(reduction=reduction, log_target=log_target)


class TripletMarginLoss(Loss):
    """Apply ``functional.triplet_margin_loss`` to three batches (N, D)."""

    function = staticmethod(F.triplet_margin_loss)

    def __init__(
        self,
        margin: float = 1.0,
        p: float = 2.0,
        eps: float = 1e-6,
        swap: bool = False,
        *,
        reduction: str = "mean",
    ):
        super().__init__(margin=margin, p=p, eps=eps, swap=swap, reduction=reduction)

    def forward(self, anchor: Tensor, positive: Tensor, negative: Tensor) -> Tensor:
        """Map three batches (N, D) to the loss."""
        return self._compute(anchor, positive, negative)
