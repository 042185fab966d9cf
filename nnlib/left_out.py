"""Names in PyTorch that nnlib leaves out on purpose, and the reasons."""

from __future__ import annotations

__all__ = ["LeftOut", "why"]

COMPILER = "nnlib doesn't compile functions"
CPU = "nnlib computes in one process on the CPU"
DTYPES = "the dtypes are float32, float64, int64, int32, uint8 and bool"
LAYOUT = "tensors have one layout in memory; remove this argument"
REASONS = {
    "nnlib": {
        **dict.fromkeys(("compile", "jit"), COMPILER),
        **dict.fromkeys(
            ("func", "vmap"), "nnlib has no function transforms; use a batch axis or a loop"
        ),
        **dict.fromkeys(("amp", "autocast"), "nnlib has no 16-bit floats; remove these lines"),
        **dict.fromkeys(("bfloat16", "complex64", "complex128"), DTYPES),
        **dict.fromkeys(("float16", "half", "int8", "int16", "short"), DTYPES),
        **dict.fromkeys(("distributed", "mps"), CPU),
        **dict.fromkeys(("channels_last", "channels_last_3d"), LAYOUT),
    },
    "Tensor": {
        **dict.fromkeys(("bfloat16", "char", "half", "short"), DTYPES),
        **dict.fromkeys(("pin_memory", "share_memory_"), CPU),
    },
    "Module": {"bfloat16": DTYPES, "half": DTYPES, "compile": COMPILER, "share_memory": CPU},
}


def why(owner: str, name: str) -> str:
    """Return the end of the error message for a missing name: a colon and the reason, or ""."""
    reasons = REASONS[owner]
    return f": {reasons[name]}" if name in reasons else ""


class LeftOut:
    """An attribute of Tensor that raises AttributeError with the reason why it is missing."""

    def __init__(self, name: str):
        self.name = name

    def __get__(self, x: object, owner: type) -> None:
        reason = why("Tensor", self.name)
        raise AttributeError(f"{owner.__name__!r} has no attribute {self.name!r}{reason}")
