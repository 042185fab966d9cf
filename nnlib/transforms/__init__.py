"""Data augmentation: random changes of pictures.

The functions change pictures, (C, H, W) or a batch (N, C, H, W), by given numbers; the
classes draw the numbers, for each picture of a batch its own.

>>> import numpy as np
>>> from nnlib.datasets import fashion_mnist
>>> rng = np.random.default_rng(0)
>>> augment = Compose([RandomHorizontalFlip(rng=rng), RandomCrop(28, padding=2, rng=rng)])
>>> train, _ = fashion_mnist()
>>> augment(train.X[:50].reshape(-1, 1, 28, 28)).shape
(50, 1, 28, 28)

In a ``DataLoader`` each picture is changed by its set,

>>> from nnlib.utils.data import DataLoader, Dataset, default_collate
>>> class Clothes(Dataset):
...     def __len__(self):
...         return len(train.X)
...     def __getitem__(self, k):
...         return augment(train.X[k].reshape(1, 28, 28)), train.y[k]
>>> X, y = next(iter(DataLoader(Clothes(), batch_size=32)))
>>> X.shape, y.shape
((32, 1, 28, 28), (32,))

or, faster and with ``MixUp``, each batch where it is put together:

>>> mix = MixUp(num_classes=10, rng=rng)
>>> def mixed(samples):
...     X, y = default_collate(samples)
...     return mix(augment(X), y)
>>> plain = [(train.X[k].reshape(1, 28, 28), train.y[k]) for k in range(100)]
>>> X, y = next(iter(DataLoader(plain, batch_size=32, collate_fn=mixed)))
>>> X.shape, y.shape
((32, 1, 28, 28), (32, 10))
"""

# ruff: noqa: F403 (the star imports gather what the modules declare public)
from . import change, compose, grid, mix, move, pixels, warping
from .change import *
from .compose import *
from .grid import *
from .mix import *
from .move import *
from .pixels import *
from .warping import *

__all__ = [
    *change.__all__,
    *compose.__all__,
    *grid.__all__,
    *mix.__all__,
    *move.__all__,
    *pixels.__all__,
    *warping.__all__,
]
