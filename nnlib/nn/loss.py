"""Losses as modules: the options of a function of ``functional``, kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..tensor import Tensor
from . import functional as F
from .distance import PairwiseDistance
from .module import Module

__all__ = [
    "BCELoss",
    "BCEWithLogitsLoss",
    "CosineEmbeddingLoss",
    "CrossEntropyLoss",
    "GaussianNLLLoss",
    "HingeEmbeddingLoss",
    "HuberLoss",
    "KLDivLoss",
    "L1Loss",
    "MSELoss",
    "MarginRankingLoss",
    "MultiMarginLoss",
    "NLLLoss",
    "PoissonNLLLoss",
    "SmoothL1Loss",
    "SoftMarginLoss",
    "TripletMarginLoss",
    "TripletMarginWithDistanceLoss",
]


class Loss(Module):
    """Base of these modules: options are attributes, and tensors among them buffers."""

    def keep(self, **options: Any) -> None:
        """Keep the options, by the names that the function has for them."""
        self.options = tuple(options)
        for name, value in options.items():
            if name.endswith("weight"):
                self.register_buffer(name, value)
            else:
                setattr(self, name, value)

    def kept(self) -> dict[str, Any]:
        """The options by name."""
        return {name: getattr(self, name) for name in self.options}


class MSELoss(Loss):
    """Keep the options of ``functional.mse_loss``."""

    def __init__(self, *, reduction: str = "mean"):
        super().__init__()
        self.keep(reduction=reduction)

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Map predictions and targets of one shape to the loss."""
        return F.mse_loss(input, target, **self.kept())


class L1Loss(Loss):
    """Keep the options of ``functional.l1_loss``."""

    def __init__(self, *, reduction: str = "mean"):
        super().__init__()
        self.keep(reduction=reduction)

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Map predictions and targets of one shape to the loss."""
        return F.l1_loss(input, target, **self.kept())


class SmoothL1Loss(Loss):
    """Keep the options of ``functional.smooth_l1_loss``."""

    def __init__(self, *, reduction: str = "mean", beta: float = 1.0):
        super().__init__()
        self.keep(reduction=reduction, beta=beta)

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Map predictions and targets of one shape to the loss."""
        return F.smooth_l1_loss(input, target, **self.kept())


class HuberLoss(Loss):
    """Keep the options of ``functional.huber_loss``."""

    def __init__(self, *, reduction: str = "mean", delta: float = 1.0):
        super().__init__()
        self.keep(reduction=reduction, delta=delta)

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Map predictions and targets of one shape to the loss."""
        return F.huber_loss(input, target, **self.kept())


class PoissonNLLLoss(Loss):
    """Keep the options of ``functional.poisson_nll_loss``."""

    def __init__(
        self,
        log_input: bool = True,
        full: bool = False,
        *,
        eps: float = 1e-8,
        reduction: str = "mean",
    ):
        super().__init__()
        self.keep(log_input=log_input, full=full, eps=eps, reduction=reduction)

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Map (logarithms of) rates and counts to the loss."""
        return F.poisson_nll_loss(input, target, **self.kept())


class GaussianNLLLoss(Loss):
    """Keep the options of ``functional.gaussian_nll_loss``."""

    def __init__(self, *, full: bool = False, eps: float = 1e-6, reduction: str = "mean"):
        super().__init__()
        self.keep(full=full, eps=eps, reduction=reduction)

    def forward(self, input: Tensor, target: Tensor, var: Tensor) -> Tensor:
        """Map means, numbers and variances to the loss."""
        return F.gaussian_nll_loss(input, target, var, **self.kept())


class CrossEntropyLoss(Loss):
    """Keep the options of ``functional.cross_entropy``."""

    def __init__(
        self,
        weight: Tensor | None = None,
        *,
        ignore_index: int = -100,
        reduction: str = "mean",
        label_smoothing: float = 0.0,
    ):
        super().__init__()
        self.keep(
            weight=weight,
            ignore_index=ignore_index,
            reduction=reduction,
            label_smoothing=label_smoothing,
        )

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Map scores (N, C) and class indices (N,) to the loss."""
        return F.cross_entropy(input, target, **self.kept())


class NLLLoss(Loss):
    """Keep the options of ``functional.nll_loss``."""

    def __init__(
        self, weight: Tensor | None = None, *, ignore_index: int = -100, reduction: str = "mean"
    ):
        super().__init__()
        self.keep(weight=weight, ignore_index=ignore_index, reduction=reduction)

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Map log-probabilities (N, C) and class indices (N,) to the loss."""
        return F.nll_loss(input, target, **self.kept())


class BCELoss(Loss):
    """Keep the options of ``functional.binary_cross_entropy``."""

    def __init__(self, weight: Tensor | None = None, *, reduction: str = "mean"):
        super().__init__()
        self.keep(weight=weight, reduction=reduction)

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Map probabilities and their targets, of one shape, to the loss."""
        return F.binary_cross_entropy(input, target, **self.kept())


class BCEWithLogitsLoss(Loss):
    """Keep the options of ``functional.binary_cross_entropy_with_logits``."""

    def __init__(
        self,
        weight: Tensor | None = None,
        *,
        reduction: str = "mean",
        pos_weight: Tensor | None = None,
    ):
        super().__init__()
        self.keep(weight=weight, reduction=reduction, pos_weight=pos_weight)

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Map scores and probabilities of one shape to the loss."""
        return F.binary_cross_entropy_with_logits(input, target, **self.kept())


class KLDivLoss(Loss):
    """Keep the options of ``functional.kl_div``."""

    def __init__(self, *, reduction: str = "mean", log_target: bool = False):
        super().__init__()
        self.keep(reduction=reduction, log_target=log_target)

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Map log-probabilities and true probabilities to the divergence."""
        return F.kl_div(input, target, **self.kept())


class SoftMarginLoss(Loss):
    """Keep the options of ``functional.soft_margin_loss``."""

    def __init__(self, *, reduction: str = "mean"):
        super().__init__()
        self.keep(reduction=reduction)

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Map scores and signs to the loss."""
        return F.soft_margin_loss(input, target, **self.kept())


class HingeEmbeddingLoss(Loss):
    """Keep the options of ``functional.hinge_embedding_loss``."""

    def __init__(self, margin: float = 1.0, *, reduction: str = "mean"):
        super().__init__()
        self.keep(margin=margin, reduction=reduction)

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Map distances and signs to the loss."""
        return F.hinge_embedding_loss(input, target, **self.kept())


class MarginRankingLoss(Loss):
    """Keep the options of ``functional.margin_ranking_loss``."""

    def __init__(self, margin: float = 0.0, *, reduction: str = "mean"):
        super().__init__()
        self.keep(margin=margin, reduction=reduction)

    def forward(self, input1: Tensor, input2: Tensor, target: Tensor) -> Tensor:
        """Map two scores and signs to the loss."""
        return F.margin_ranking_loss(input1, input2, target, **self.kept())


class MultiMarginLoss(Loss):
    """Keep the options of ``functional.multi_margin_loss``."""

    def __init__(
        self,
        p: int = 1,
        margin: float = 1.0,
        weight: Tensor | None = None,
        *,
        reduction: str = "mean",
    ):
        super().__init__()
        self.keep(p=p, margin=margin, weight=weight, reduction=reduction)

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Map scores (N, C) and class indices (N,) to the loss."""
        return F.multi_margin_loss(input, target, **self.kept())


class CosineEmbeddingLoss(Loss):
    """Keep the options of ``functional.cosine_embedding_loss``."""

    def __init__(self, margin: float = 0.0, *, reduction: str = "mean"):
        super().__init__()
        self.keep(margin=margin, reduction=reduction)

    def forward(self, input1: Tensor, input2: Tensor, target: Tensor) -> Tensor:
        """Map two batches (N, D) and signs (N,) to the loss."""
        return F.cosine_embedding_loss(input1, input2, target, **self.kept())


class TripletMarginLoss(Loss):
    """Keep the options of ``functional.triplet_margin_loss``."""

    def __init__(
        self,
        margin: float = 1.0,
        p: float = 2.0,
        eps: float = 1e-6,
        swap: bool = False,
        *,
        reduction: str = "mean",
    ):
        super().__init__()
        self.keep(margin=margin, p=p, eps=eps, swap=swap, reduction=reduction)

    def forward(self, anchor: Tensor, positive: Tensor, negative: Tensor) -> Tensor:
        """Map three batches (N, D) to the loss."""
        return F.triplet_margin_loss(anchor, positive, negative, **self.kept())


class TripletMarginWithDistanceLoss(Loss):
    """Keep the options of ``functional.triplet_margin_with_distance_loss``."""

    def __init__(
        self,
        *,
        distance_function: Callable[[Tensor, Tensor], Tensor] | None = None,
        margin: float = 1.0,
        swap: bool = False,
        reduction: str = "mean",
    ):
        super().__init__()
        self.keep(
            distance_function=distance_function or PairwiseDistance(),
            margin=margin,
            swap=swap,
            reduction=reduction,
        )

    def forward(self, anchor: Tensor, positive: Tensor, negative: Tensor) -> Tensor:
        """Map three batches (N, D) to the loss."""
        return F.triplet_margin_with_distance_loss(anchor, positive, negative, **self.kept())
