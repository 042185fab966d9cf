"""Gradient clipping, parameters as one vector, spectral norm, and sequences of any length."""

# ruff: noqa: F403 (the star imports gather what the files of this folder declare public)
from . import clip_grad, convert_parameters, rnn
from .clip_grad import *
from .convert_parameters import *
from .spectral_norm import remove_spectral_norm, spectral_norm

__all__ = ["clip_grad", "convert_parameters", "rnn"]
__all__ += [*clip_grad.__all__, *convert_parameters.__all__]
__all__ += ["remove_spectral_norm", "spectral_norm"]
