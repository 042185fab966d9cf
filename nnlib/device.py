"""Devices: tensors are always on the CPU; programs can name other devices, but not use them."""

from __future__ import annotations

from typing import Any

__all__ = ["accelerator", "backends", "check_device", "cuda", "device"]

TYPES = ("cpu", "cuda", "mps", "xpu", "xla", "meta")


class device:
    """The name of a device, as in ``torch.device``.

    Parameters
    ----------
    type : str or device
        Name such as ``"cpu"``, ``"cuda"`` or ``"cuda:1"``. The device doesn't have to exist.
    index : int, optional
        Number of the device, if ``type`` does not contain it.

    Raises
    ------
    RuntimeError
        If the type is unknown, the index is negative, or ``type`` contains an invalid or a
        second index.
    TypeError
        If ``type`` is neither a string nor a device, or ``index`` isn't an int.

    >>> device("cuda" if cuda.is_available() else "cpu")
    device(type='cpu')
    """

    __slots__ = ("index", "type")

    def __init__(self, type: str | device, index: int | None = None):
        if isinstance(type, device):
            type, index = type.type, type.index
        if not isinstance(type, str):
            raise TypeError(f"device: expected a string or a device, got {type!r}")
        if not isinstance(index, int | None):
            raise TypeError(f"device: expected an int as index, got {index!r}")
        self.type, colon, number = type.partition(":")
        if self.type not in TYPES:
            raise RuntimeError(f"device: expected one of {', '.join(TYPES)}, got {type!r}")
        if colon and index is not None:
            raise RuntimeError(f"device: expected one index, got {type!r} and index {index}")
        if colon and not number.isdecimal():
            raise RuntimeError(f"device: expected a string such as 'cuda:1', got {type!r}")
        self.index = int(number) if colon else index
        if self.index is not None and self.index < 0:
            raise RuntimeError(f"device: expected an index of at least 0, got {index}")

    def __repr__(self) -> str:
        index = "" if self.index is None else f", index={self.index}"
        return f"device(type={self.type!r}{index})"

    def __str__(self) -> str:
        return self.type if self.index is None else f"{self.type}:{self.index}"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, device) and repr(self) == repr(other)

    def __hash__(self) -> int:
        return hash(repr(self))


def check_device(name: str, device_or_name: Any) -> None:
    """Raise an error unless the device is the CPU or None."""
    if device_or_name is not None and (device_or_name := device(device_or_name)).type != "cpu":
        raise RuntimeError(f"{name}: nnlib uses only the CPU, got device '{device_or_name}'")


class accelerator:
    """PyTorch's functions for accelerators; nnlib supports no accelerator."""

    @staticmethod
    def is_available() -> bool:
        """Return False, because there is no accelerator."""
        return False

    @staticmethod
    def device_count() -> int:
        """Return 0, the number of accelerators."""
        return 0

    @staticmethod
    def current_accelerator(check_available: bool = False) -> None:
        """Return None, because there is no accelerator."""


class cuda(accelerator):
    """PyTorch's functions for NVIDIA GPUs, which nnlib doesn't support."""

    @staticmethod
    def manual_seed(seed: int) -> None:
        """Do nothing, because there is no GPU to seed."""

    @staticmethod
    def manual_seed_all(seed: int) -> None:
        """Do nothing, because there is no GPU to seed."""


class backends:
    """Settings of the libraries behind PyTorch, which have no effect in nnlib."""

    class mps(accelerator):
        """PyTorch's functions for Apple GPUs, which nnlib doesn't support."""

    class cudnn:
        """Settings of NVIDIA's cuDNN; programs can change them, but they have no effect."""

        deterministic, benchmark = True, False
