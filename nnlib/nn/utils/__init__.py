"""Gradient clipping, parameters as a vector, spectral norm, and variable-length sequences."""

# ruff: noqa: F403 (the star imports collect the public names of the files in this folder)
from . import clip_grad, convert_parameters, parametrizations, rnn
from .clip_grad import *
from .convert_parameters import *
from .spectral_norm import remove_spectral_norm, spectral_norm

__all__ = ["clip_grad", "convert_parameters", "parametrizations", "rnn"]
__all__ += [*clip_grad.__all__, *convert_parameters.__all__]
__all__ += ["remove_spectral_norm", "spectral_norm"]
