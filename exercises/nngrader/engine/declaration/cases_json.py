"""Write and read packed problems as JSON: an array is a list with its dtype and shape.

Large arrays, such as sets of images, are written as compressed bytes.
"""

import base64
import hashlib
import json
import zlib
from pathlib import Path

import numpy as np

from ...wording import with_article

LONGEST = 4096  # a larger array is written as compressed bytes
TYPES = "biuf"


def dumps(data):
    """Return packed data as JSON text, with floats exact to the last bit."""
    return json.dumps(data, default=_plain, separators=(",", ":"))


def loads(text):
    """Return the packed data of a JSON text."""
    return json.loads(text, object_hook=_array)


def save(data, path):
    """Write packed data to a file: one problem, or a dict of several problems by name."""
    Path(path).write_text(dumps(data) + "\n", encoding="utf-8")


def load(path):
    """Return the packed data of a file that `save` wrote."""
    return loads(Path(path).read_text(encoding="utf-8"))


def digest(data):
    """Return a text that is equal for equal packed data, without compressing anything."""
    return json.dumps(data, default=_digest)


def unplain(value):
    """Describe the part of a value that isn't plain data; return None if there is none.

    Only plain data can be written as JSON.

    >>> unplain({"W": np.zeros(3), "name": ["a", None, 2.0]})
    >>> unplain([np.zeros(3), (1, 2)])
    'a tuple'
    """
    if value is None or type(value) in (bool, int, float, str):
        return None
    if type(value) is np.ma.MaskedArray:
        return "a masked array"
    if isinstance(value, np.ndarray | np.generic):
        return None if value.dtype.kind in TYPES else f"an array of type {value.dtype}"
    if type(value) is list:
        return next(filter(None, map(unplain, value)), None)
    if type(value) is dict:
        named = all(type(k) is str for k in value)
        return unplain(list(value.values())) if named else "a dict with keys other than text"
    return with_article(type(value).__name__)


def _plain(value):
    """Convert an array or a NumPy number to types that JSON has, for `json.dumps`."""
    if isinstance(value, np.ndarray):
        about = {"dtype": value.dtype.name, "shape": list(value.shape)}
        if value.size <= LONGEST or value.dtype.kind not in TYPES:
            return {"array": value.ravel().tolist()} | about
        raw = value.astype(value.dtype.newbyteorder("<")).tobytes()
        return {"bytes": base64.b64encode(zlib.compress(raw, 9)).decode()} | about
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"expected plain data, got an object of type {type(value).__name__}")


def _digest(value):
    """Convert like `_plain`, but replace a large array by its digest."""
    if not isinstance(value, np.ndarray) or value.size <= LONGEST:
        return _plain(value)
    about = {"dtype": value.dtype.str, "shape": list(value.shape)}
    return {"digest": hashlib.sha256(value.tobytes()).hexdigest()} | about


def _array(d):
    """Return the array that `_plain` has turned into a dict; return other dicts unchanged."""
    if d.keys() == {"array", "dtype", "shape"}:
        return np.array(d["array"], d["dtype"]).reshape(d["shape"])
    if d.keys() == {"bytes", "dtype", "shape"}:
        raw = zlib.decompress(base64.b64decode(d["bytes"]))
        little = np.frombuffer(raw, np.dtype(d["dtype"]).newbyteorder("<"))
        return little.astype(d["dtype"]).reshape(d["shape"])
    return d
