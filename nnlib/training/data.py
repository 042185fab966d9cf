"""Training data: loaders for arrays, and batches in the dtype of the model."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np

from ..checks import function, whole
from ..nn import Embedding, EmbeddingBag, Module
from ..optim import Optimizer
from ..random import Generator
from ..tensor import Tensor, raw, wrap
from ..utils.data import DataLoader, TensorDataset

__all__ = ["Loaders", "loaders"]


class Loaders(NamedTuple):
    """Batches for training, and batches for validation after each epoch, or None."""

    train: Iterable
    validation: Iterable | None = None


def loaders(
    X: np.ndarray,
    y: np.ndarray,
    *,
    batch_size: int = 50,
    validation: tuple[np.ndarray, np.ndarray] | None = None,
    rng: np.random.Generator,
) -> Loaders:
    """Create data loaders for arrays, to pass to ``fit``.

    Parameters
    ----------
    X : (N, ...)
        Examples.
    y : (N, ...)
        Targets, one row per example.
    batch_size : int
        Number of examples in a mini-batch. The last batch of an epoch may be smaller.
    validation : (X, y), optional
        Examples and targets for validation, which are not shuffled, in batches of 1000.
    rng : Generator
        Generator that shuffles the examples in each epoch.

    Returns
    -------
    Loaders
        Two DataLoaders, or one DataLoader and None.

    Raises
    ------
    ValueError
        If X and y differ in length or are empty, or batch_size is below 1.

    >>> X, y = np.zeros((120, 3)), np.zeros(120, int)
    >>> [len(X) for X, y in loaders(X, y, rng=np.random.default_rng(0)).train]
    [50, 50, 20]
    """
    train = TensorDataset(*_rows("loaders", X, y))
    batch_size = whole("loaders", "batch_size", batch_size, low=1)
    order = Generator.around(rng)
    measured = None
    if validation is not None:
        rows = TensorDataset(*_rows("loaders, validation", *validation))
        measured = DataLoader(rows, batch_size=1000)
    return Loaders(DataLoader(train, batch_size, shuffle=True, generator=order), measured)


def _rows(name: str, X: Any, y: Any) -> tuple[Tensor, Tensor]:
    """Return examples and targets as Tensors of equal length."""
    X, y = np.asarray(raw(X)), np.asarray(raw(y))
    same_length(name, X, y)
    return wrap(X), wrap(y)


def belong_together(name: str, model: Any, loss: Any, optimizer: Any) -> None:
    """Raise an error unless model, loss and optimizer are valid and belong together."""
    is_model(name, model)
    function(name, "loss", loss)
    if not isinstance(optimizer, Optimizer):
        raise TypeError(f"{name}: expected an Optimizer, got {type(optimizer).__name__}")
    parameters = {id(p) for group in optimizer.param_groups for p in group["params"]}
    if parameters.isdisjoint(map(id, model.parameters())):
        raise ValueError(
            f"{name}: expected an optimizer of this model, got one of a different model; "
            "did you copy or create the model after the optimizer?"
        )


def is_model(name: str, model: Any) -> None:
    """Raise TypeError unless the model is a Module."""
    if not isinstance(model, Module):
        raise TypeError(f"{name}: expected a Module, got {type(model).__name__}")


def pair(name: str, parts: Any) -> Loaders:
    """Return the loaders for training data and, if given, for validation data."""
    parts = parts if isinstance(parts, tuple) else (parts,)
    if len(parts) not in (1, 2):
        raise ValueError(f"{name}: expected one or two loaders, got a tuple of {len(parts)}")
    for loader in parts[:1] if parts[1:] == (None,) else parts:
        if not isinstance(loader, Iterable) or isinstance(loader, str):
            raise TypeError(
                f"{name}: expected an iterable of batches, such as a DataLoader, "
                f"got {type(loader).__name__}"
            )
    return Loaders(*parts)


def same_length(name: str, X: np.ndarray, y: np.ndarray) -> None:
    """Raise ValueError unless X and y have the same number of rows, which is at least 1."""
    if X.ndim == 0 or y.ndim == 0 or len(X) != len(y) or len(X) == 0:
        raise ValueError(
            f"{name}: expected X (N, ...) and y (N, ...) with N at least 1, "
            f"got {X.shape} and {y.shape}"
        )


def input_dtype(model: Module) -> np.dtype | None:
    """Return the dtype of the first layer with parameters; None for embeddings or no layer."""
    for m in model.modules():
        first = next(m.parameters(recurse=False), None)
        if first is not None:
            return None if isinstance(m, (Embedding, EmbeddingBag)) else first.dtype
    return None


def fitting(model: Module, batch: Any, name: str = "fit") -> tuple[list[Tensor], Tensor]:
    """Return the inputs and the targets of a batch, in the dtypes that the model needs.

    Inputs are converted to the dtype of the first layer, unless it is an embedding. Targets
    are converted only if they are floating-point, because class indices are integers.
    """
    if not isinstance(batch, (tuple, list)) or len(batch) < 2:
        kind = type(batch).__name__
        raise TypeError(
            f"{name}: expected batches (inputs, targets), for example from "
            f"loaders(X, y, rng=rng), got {kind}"
        )
    *inputs, y = (part if isinstance(part, Tensor) else wrap(part) for part in batch)
    dtype, first = input_dtype(model), next(model.parameters(), None)
    if dtype is not None:
        inputs = [x if x.dtype == dtype else x.to(dtype) for x in inputs]
    fits = first is None or y.dtype.kind != "f" or y.dtype == first.dtype
    return inputs, y if fits else y.to(first.dtype)
