"""Numerical derivatives, and identities of matrix calculus that they check."""

# ruff: noqa: F403 (the star imports collect the public names of each file)
from . import differences, identity, registry
from .differences import *
from .identity import *
from .registry import *

__all__ = [*differences.__all__, *identity.__all__, *registry.__all__]
