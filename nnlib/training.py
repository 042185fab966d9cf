"""Training by mini-batches, and what there is to know afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from .grad_mode import no_grad
from .nn import Embedding, Module
from .nn import functional as F
from .optim import SGD
from .tensor import Tensor

__all__ = ["History", "accuracy", "fit", "predict"]


class History:
    """What happened in training.

    Attributes
    ----------
    step_loss : list of float
        Loss of each mini-batch, just before its step.
    train_loss : list of float
        For each epoch, the mean of these losses over its examples.
    val_loss, val_accuracy : list of float
        For each epoch, loss and share of right classes on the validation data; empty
        without any, and accuracies only for class indices.
    """

    def __init__(
        self,
        step_loss: Sequence[float] = (),
        train_loss: Sequence[float] = (),
        val_loss: Sequence[float] = (),
        val_accuracy: Sequence[float] = (),
    ):
        self.step_loss, self.train_loss = list(step_loss), list(train_loss)
        self.val_loss, self.val_accuracy = list(val_loss), list(val_accuracy)

    def __repr__(self) -> str:
        names = ("train_loss", "val_loss", "val_accuracy")
        columns = {name: getattr(self, name) for name in names if getattr(self, name)}
        lines = ["epoch" + "".join(f"{name:>14}" for name in columns)]
        for epoch, row in enumerate(zip(*columns.values(), strict=True), start=1):
            lines.append(f"{epoch:5d}" + "".join(f"{value:14.4f}" for value in row))
        return "\n".join(lines)


def fit(
    model: Module,
    X: np.ndarray,
    y: np.ndarray,
    *,
    epochs: int,
    lr: float = 0.1,
    momentum: float = 0.0,
    batch_size: int = 50,
    weight_decay: float = 0.0,
    loss: Callable[[Tensor, Tensor], Tensor] = F.cross_entropy,
    validation: tuple[np.ndarray, np.ndarray] | None = None,
    rng: np.random.Generator,
    progress: bool = False,
) -> History:
    r"""Train a model by stochastic gradient descent.

    .. math:: \theta \leftarrow \theta - \eta \, \nabla_\theta \,
        \mathrm{loss}(\mathrm{model}(X_B), y_B) \quad \text{for each mini-batch } B

    Parameters
    ----------
    model : Module
        What to train; its parameters are changed in place.
    X : (N, ...) float
        The examples; they are brought to the dtype of the parameters, but for the word
        numbers that an Embedding at the start looks up.
    y : (N,) int, or what the loss expects
        The targets; floats are brought to the dtype of the parameters.
    epochs : int
        How often each example is used.
    lr, momentum, weight_decay : float
        Options of ``optim.SGD``.
    batch_size : int
        Examples in a mini-batch; the last of an epoch may be smaller.
    loss : function
        Takes the model's output and the targets and gives one number, a mean over examples.
    validation : (X, y), optional
        Data on which to measure after each epoch.
    rng : Generator
        Decides the order of the examples, a new one for each epoch.
    progress : bool
        Whether to show a bar (needs tqdm).

    Returns
    -------
    History
        Losses in the unit of ``loss`` (nats for cross-entropy), accuracies as fractions.

    Raises
    ------
    ValueError
        If X and y differ in length, there is nothing to train on, or batch_size is below 1.

    Source: Goodfellow et al. (2016), algorithm 8.1; chapter "The softmax classifier".

    >>> from nnlib.nn import Linear
    >>> rng = np.random.default_rng(0)
    >>> X = rng.standard_normal((100, 2))
    >>> y = (X[:, 0] > X[:, 1]).astype(int)
    >>> history = fit(Linear(2, 2), X, y, epochs=5, rng=rng)
    >>> len(history.step_loss), history.train_loss[-1] < history.train_loss[0]
    (10, True)
    """
    X, y = _checked("fit", model, X, y)
    if batch_size < 1:
        raise ValueError(f"fit: expected batch_size >= 1, got {batch_size}")
    if validation is not None:
        validation = _checked("fit, validation", model, *validation)
    optimizer = SGD(model.parameters(), lr, momentum, weight_decay=weight_decay)
    history = History()
    for _ in _epochs(epochs, progress):
        model.train()
        total = 0.0
        for batch in _batches(rng.permutation(len(X)), batch_size):
            value = _step(model, optimizer, loss, Tensor(X[batch]), Tensor(y[batch]))
            history.step_loss.append(value)
            total += value * len(batch)
        history.train_loss.append(total / len(X))
        if validation is not None:
            _validate(model, loss, *validation, history)
    return history


def predict(model: Module, X: np.ndarray, *, batch_size: int = 1000) -> np.ndarray:
    """Compute a model's outputs without history, in eval mode.

    Parameters
    ----------
    model : Module
        What to compute with; its modes are as before afterwards.
    X : (N, ...) float
        The examples, as for ``fit``.
    batch_size : int
        Examples that are computed at once.

    Returns
    -------
    (N, C) float
        The outputs, for a classifier the logits.

    >>> from nnlib.nn import Linear
    >>> predict(Linear(3, 2), np.zeros((5, 3))).shape
    (5, 2)
    """
    X = _inputs(model, X)
    modes = [(m, m.training) for m in model.modules()]
    model.eval()
    with no_grad():
        parts = [model(Tensor(X[b])).array for b in _batches(np.arange(len(X)), batch_size)]
        out = np.concatenate(parts) if parts else model(Tensor(X)).array
    for m, training in modes:
        m.training = training
    return out


def accuracy(model: Module, X: np.ndarray, y: np.ndarray) -> float:
    """Measure how often the largest output is that of the right class.

    Parameters
    ----------
    model : Module
        What to compute with, as in ``predict``.
    X : (N, ...) float
        The examples.
    y : (N,) int
        Their classes.

    Returns
    -------
    float
        The share of examples that are right, as a fraction.

    Raises
    ------
    ValueError
        If X and y differ in length, or are empty.

    >>> from nnlib.nn import Sequential
    >>> accuracy(Sequential(), np.array([[0.1, 0.9], [0.8, 0.2]]), np.array([1, 1]))
    0.5
    """
    X, y = _checked("accuracy", model, X, y)
    return _share_right(predict(model, X), y)


def _step(model: Module, optimizer: SGD, loss: Callable, X: Tensor, y: Tensor) -> float:
    """One step on one mini-batch; the loss before it."""
    optimizer.zero_grad()
    value = loss(model(X), y)
    value.backward()
    optimizer.step()
    return value.item()


def _validate(
    model: Module, loss: Callable, X: np.ndarray, y: np.ndarray, history: History
) -> None:
    """Measure on other data."""
    output = predict(model, X)
    history.val_loss.append(loss(Tensor(output), Tensor(y)).item())
    if y.dtype.kind in "iu":
        history.val_accuracy.append(_share_right(output, y))


def _share_right(output: np.ndarray, y: np.ndarray) -> float:
    """The share of rows whose largest entry stands at y."""
    return float(np.mean(output.argmax(1) == y))


def _batches(order: np.ndarray, size: int) -> Iterator[np.ndarray]:
    """Slices of an order."""
    return (order[i : i + size] for i in range(0, len(order), size))


def _epochs(epochs: int, progress: bool) -> Any:
    """Count the epochs, with a bar if asked."""
    if not progress:
        return range(epochs)
    from tqdm.auto import tqdm

    return tqdm(range(epochs), desc="epochs", unit="epoch")


def _inputs(model: Module, X: Any) -> np.ndarray:
    """Examples in the dtype of the model's parameters; words for an Embedding stay numbers."""
    for m in model.modules():
        first = next(m.parameters(recurse=False), None)
        if first is not None:
            return np.asarray(X, None if isinstance(m, Embedding) else first.dtype)
    return np.asarray(X)


def _checked(name: str, model: Module, X: Any, y: Any) -> tuple[np.ndarray, np.ndarray]:
    """Examples and targets as arrays of one length; targets that are not classes as X."""
    X, y = _inputs(model, X), np.asarray(y)
    if X.ndim == 0 or y.ndim == 0 or len(X) != len(y) or len(X) == 0:
        raise ValueError(
            f"{name}: expected X (N, ...) and y (N, ...) with N at least 1, "
            f"got {X.shape} and {y.shape}"
        )
    first = next(model.parameters(), None)
    return X, y if first is None or y.dtype.kind != "f" else y.astype(first.dtype)
