"""Packed problems as text: JSON, with arrays as lists beside their type and shape."""

import json
from pathlib import Path

import numpy as np


def dumps(data):
    """Return packed data as JSON text; floats keep every bit."""
    return json.dumps(data, default=_plain, separators=(",", ":"))


def loads(text):
    """Return the packed data of a JSON text."""
    return json.loads(text, object_hook=_array)


def save(data, path):
    """Write packed data (of one problem, or several by name) to a file."""
    Path(path).write_text(dumps(data) + "\n", encoding="utf-8")


def load(path):
    """Read what `save` wrote."""
    return loads(Path(path).read_text(encoding="utf-8"))


def _plain(value):
    """Turn arrays and NumPy's numbers into what JSON knows."""
    if isinstance(value, np.ndarray):
        flat = value.ravel().tolist()
        return {"array": flat, "dtype": value.dtype.name, "shape": list(value.shape)}
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"store: expected plain data, got a {type(value).__name__}")


def _array(d):
    """Undo `_plain`."""
    if d.keys() == {"array", "dtype", "shape"}:
        return np.array(d["array"], d["dtype"]).reshape(d["shape"])
    return d
