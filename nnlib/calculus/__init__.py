"""Numerical derivatives, and identities of matrix calculus that are checked against them."""

# ruff: noqa: F403 (the star imports gather what each file declares public)
from . import differences, identity, registry
from .differences import *
from .identity import *
from .registry import *

__all__ = [*differences.__all__, *identity.__all__, *registry.__all__]
