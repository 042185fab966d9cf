"""Devices: tensors are always on the CPU; other devices can be named but not used."""

from __future__ import annotations

from typing import Any

__all__ = ["accelerator", "backends", "check_device", "cuda", "device"]

TYPES = ("cpu", "cuda", "mps", "xpu", "xla", "meta")


class device:
    """The name of a place to compute, as ``torch.device``.

    Parameters
    ----------
    type : str or device
        ``"cpu"``, ``"cuda"``, ``"cuda:1"`` ...; naming one does not mean that it is there.
    index : int, optional
        Which of several, where ``type`` does not say it.

    Raises
    ------
    RuntimeError
        If there is no such type, or the index is no natural number.

    >>> device("cuda" if cuda.is_available() else "cpu")
    device(type='cpu')
    """

    __slots__ = ("index", "type")

    def __init__(self, type: str | device, index: int | None = None):
        if isinstance(type, device):
            type, index = type.type, type.index
        if not isinstance(type, str):
            raise TypeError(f"device: expected a string or a device, got {type!r}")
        self.type, colon, number = type.partition(":")
        if self.type not in TYPES:
            raise RuntimeError(f"device: expected one of {', '.join(TYPES)}, got {type!r}")
        if colon and (index is not None or not number.isdecimal()):
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
        raise RuntimeError(
            f"{name}: nnlib computes on the CPU only, got device '{device_or_name}'"
        )


class accelerator:
    """The functions about an accelerator, of which there is none."""

    @staticmethod
    def is_available() -> bool:
        """Return False, since there is no accelerator."""
        return False

    @staticmethod
    def device_count() -> int:
        """Return 0, the number of accelerators."""
        return 0

    @staticmethod
    def current_accelerator(check_available: bool = False) -> None:
        """Return None, since there is no accelerator."""


class cuda(accelerator):
    """The functions about Nvidia's GPUs, of which there are none."""

    @staticmethod
    def manual_seed(seed: int) -> None:
        """Do nothing, since there is no GPU whose generator could be seeded."""

    @staticmethod
    def manual_seed_all(seed: int) -> None:
        """Do nothing, since there is no GPU whose generator could be seeded."""


class backends:
    """The settings of the libraries that torch computes with, which change nothing here."""

    class mps(accelerator):
        """The questions about Apple's GPU."""

    class cudnn:
        """Nvidia's convolutions: switches that programs set, without effect here."""

        deterministic, benchmark = True, False
