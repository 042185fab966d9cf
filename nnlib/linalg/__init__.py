"""Linear algebra on arrays, by the algorithms that are taught, each able to show its steps."""

__all__: list[str] = []
