"""The base class of the full data sets of pictures, with torchvision's interface."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from ..utils.data import Dataset
from .download import md5

__all__ = ["VisionDataset"]


class VisionDataset(Dataset):
    """The base class of datasets whose files lie in a folder: a sample is (picture, class).

    A subclass says which files it has and reads them. To use other addresses, or small files
    in a test, make a subclass with other ``mirrors`` and ``resources``.

    Attributes
    ----------
    mirrors : tuple of str
        Addresses of the folder that holds the files; the first that works is used.
    resources : dict
        The MD5 sum of each file, as it stands in the folder.
    pause : float
        Seconds to wait before a second attempt.
    classes : tuple of str
        The names of the classes.
    """

    mirrors: ClassVar[tuple[str, ...]] = ()
    resources: ClassVar[dict[str, str]] = {}
    pause: ClassVar[float] = 1.0
    classes: ClassVar[tuple[str, ...]] = ()

    def __init__(
        self,
        root: str | Path,
        train: bool = True,
        transform: Callable[[np.ndarray], Any] | None = None,
        target_transform: Callable[[int], Any] | None = None,
        download: bool = False,
    ):
        if not isinstance(root, str | os.PathLike):
            kind = type(root).__name__
            raise TypeError(f"{type(self).__name__}: expected a folder as root, got {kind}")
        self.root, self.train = Path(root).expanduser(), train
        self.transform, self.target_transform = transform, target_transform
        if self.root.exists() and not self.root.is_dir():
            raise NotADirectoryError(
                f"{type(self).__name__}: expected a folder as root, got the file {self.root}"
            )
        wrong = self._wrong()
        if wrong and download:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._download(wrong)
            wrong = self._wrong()
        if wrong:
            raise RuntimeError(self._complaint(wrong))
        self.data, self.targets = self._read()

    @property
    def folder(self) -> Path:
        """The folder of the files."""
        raise NotImplementedError(f"{type(self).__name__}: define folder")

    def _download(self, names: dict[str, str]) -> None:
        """Download these files to the folder."""
        raise NotImplementedError(f"{type(self).__name__}: define _download()")

    def _read(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the pictures and the classes of the training or the test set."""
        raise NotImplementedError(f"{type(self).__name__}: define _read()")

    def _wrong(self) -> dict[str, str]:
        """Return the files that are missing or damaged, each with the reason."""
        wrong = {}
        for name, expected in self.resources.items():
            path = self.folder / name
            if not path.is_file():
                wrong[name] = "is missing"
            elif (found := md5(path)) != expected:
                wrong[name] = f"is broken (MD5 {found} instead of {expected})"
        return wrong

    def _complaint(self, wrong: dict[str, str]) -> str:
        """Return the error message with the files that are missing or damaged."""
        which = "; ".join(f"{name} {why}" for name, why in wrong.items())
        return (
            f"{type(self).__name__}: the data set is not found in {self.folder}: {which}. "
            "Use download=True to download it"
        )

    @property
    def class_to_idx(self) -> dict[str, int]:
        """The number of each class."""
        return {name: k for k, name in enumerate(self.classes)}

    def __len__(self) -> int:
        return len(self.data)

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        picture, target = self.data[index], int(self.targets[index])
        if self.transform is not None:
            picture = self.transform(picture)
        if self.target_transform is not None:
            target = self.target_transform(target)
        return picture, target

    def __repr__(self) -> str:
        part = "training" if self.train else "test"
        return f"{type(self).__name__}: {len(self):,} {part} pictures in {self.root}"
