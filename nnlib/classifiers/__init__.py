"""The methods of the course as scikit-learn estimators, and what chooses between them."""

__all__: list[str] = []
