"""Predictions of a trained model, and its accuracy."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np

from ..checks import reals, whole
from ..grad_mode import no_grad
from ..nn import Module
from ..tensor import Tensor, raw, wrap
from .data import fitting, input_dtype, is_model, same_length

__all__ = ["accuracy", "predict"]


@contextlib.contextmanager
def evaluating(model: Module) -> Iterator[None]:
    """Use eval mode and no_grad in this block; afterwards, restore the mode of each module."""
    modes = [(m, m.training) for m in model.modules()]
    model.eval()
    try:
        with no_grad():
            yield
    finally:
        for m, training in modes:
            m.training = training


def predict(model: Module, X: np.ndarray, *, batch_size: int = 1000) -> np.ndarray:
    """Compute the outputs of a model in eval mode, inside ``no_grad``.

    Parameters
    ----------
    model : Module
        Model to use. The modes of all its layers are restored afterwards.
    X : (N, ...) float
        Examples, which are converted to the dtype of the parameters. If the model starts with
        an Embedding, they are indices and aren't converted.
    batch_size : int
        Number of examples to compute together.

    Returns
    -------
    (N, C) float
        Outputs; for a classifier, the logits.

    >>> from nnlib.nn import Linear
    >>> predict(Linear(3, 2), np.zeros((5, 3))).shape
    (5, 2)
    """
    is_model("predict", model)
    whole("predict", "batch_size", batch_size, low=1)
    X = np.asarray(reals("predict", "X", raw(X)), input_dtype(model))
    starts = range(0, max(len(X), 1), batch_size)
    with evaluating(model):
        return np.concatenate([model(wrap(X[i : i + batch_size])).array for i in starts])


def accuracy(model: Module, X: np.ndarray, y: np.ndarray) -> float:
    """Compute the fraction of examples whose largest output belongs to the correct class.

    Parameters
    ----------
    model : Module
        Model to use; see ``predict``.
    X : (N, ...) float
        Examples.
    y : (N,) int
        Class indices of the examples.

    Raises
    ------
    ValueError
        If X and y differ in length or are empty.

    >>> from nnlib.nn import Sequential
    >>> accuracy(Sequential(), np.array([[0.1, 0.9], [0.8, 0.2]]), np.array([1, 1]))
    0.5
    """
    is_model("accuracy", model)
    X, y = reals("accuracy", "X", raw(X)), reals("accuracy", "y", raw(y), kinds="iu")
    same_length("accuracy", X, y)
    return fraction_correct(predict(model, X), y)


def fraction_correct(output: np.ndarray, y: np.ndarray) -> float:
    """Return the accuracy: the fraction of examples whose largest output is at index y."""
    return float(np.mean(output.argmax(1) == y))


def evaluate(
    model: Module, loader: Iterable, loss: Callable[[Tensor, Tensor], Tensor]
) -> dict[str, float]:
    """Return the loss on all batches in eval mode and, for class indices, the accuracy."""
    sums, count = {}, 0
    with evaluating(model):
        for batch in loader:
            inputs, y = fitting(model, batch, "evaluate")
            output, n = model(*inputs), len(y)
            measured = {"loss": loss(output, y).item()}
            if _are_classes(output, y):
                measured["accuracy"] = fraction_correct(output.array, y.array)
            sums = {name: sums.get(name, 0.0) + n * value for name, value in measured.items()}
            count += n
    if count == 0:
        raise ValueError("evaluate: expected at least one example, got none")
    return {name: total / count for name, total in sums.items()}


def _are_classes(output: Any, y: Tensor) -> bool:
    """Return whether targets are class indices for outputs (N, C, ...)."""
    return y.dtype.kind in "iu" and isinstance(output, Tensor) and output.ndim == y.ndim + 1
