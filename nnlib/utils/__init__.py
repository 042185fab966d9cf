"""Utilities for loading data and for saving memory."""

from . import checkpoint, data

__all__ = ["checkpoint", "data"]
