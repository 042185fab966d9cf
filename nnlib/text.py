"""Words and sequences made into numbers."""

__all__: list[str] = []
