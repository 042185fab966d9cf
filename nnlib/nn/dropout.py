"""Dropout layers."""

from __future__ import annotations

from ..tensor import Tensor
from . import functional as F
from .applied import Applied

__all__ = ["Dropout", "Dropout2d"]


class Dropout(Applied):
    r"""Set each element to 0 with probability p during training.

    .. math:: y_i = x_i\, m_i / (1 - p), \quad m_i = 0 \text{ with probability } p
        \text{, else } 1

    Parameters
    ----------
    p : float in [0, 1]
        Probability p of setting an element to 0.
    inplace : bool
        If True, overwrite the input with the result.

    Raises
    ------
    ValueError
        If p is outside [0, 1].

    Source: Srivastava et al. (2014), section 4; chapter "Dropout and ensembles".

    >>> layer = Dropout(0.2).eval()
    >>> layer(Tensor([1.0, 2.0]))  # evaluation mode drops nothing
    tensor([1., 2.])
    """

    _printed = "p inplace"

    function = staticmethod(F.dropout)

    def __init__(self, p: float = 0.5, inplace: bool = False):
        super().__init__(p=p, inplace=inplace)
        if not 0 <= p <= 1:
            raise ValueError(f"{type(self).__name__}: expected p in [0, 1], got {p}")

    def forward(self, input: Tensor) -> Tensor:
        """Map an input of any shape to a result of the same shape."""
        return self.function(input, self.p, self.training, self.inplace)


class Dropout2d(Dropout):
    """Drop whole channels of (N, C, H, W) during training; see ``Dropout``."""

    function = staticmethod(F.dropout2d)
