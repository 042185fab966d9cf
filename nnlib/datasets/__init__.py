"""Real data inside the package: nothing is downloaded."""

from .fashion import FASHION_CLASSES, Split, fashion_mnist

__all__ = ["FASHION_CLASSES", "Split", "fashion_mnist"]
