"""Derivatives by differences, and identities of matrix calculus that check themselves."""

__all__: list[str] = []
