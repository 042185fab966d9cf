"""Pictures changed so that a network sees more of them."""

__all__: list[str] = []
