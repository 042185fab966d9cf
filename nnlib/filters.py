"""Filters for pictures, and convolution in several ways."""

__all__: list[str] = []
