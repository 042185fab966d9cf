"""Hostile files, made of pickle opcodes, and a check that loading refuses them safely."""

import io
import pickle
import struct
import sys
import zipfile

import numpy as np
import pytest

from nnlib.serialization import load

P, Q, UNSAFE = b"\x80\x02", b".", "is not allowed"
EVENTS = (
    "exec",
    "compile",
    "import",
    "open",
    "os.",
    "subprocess",
    "socket",
    "ctypes",
    "shutil",
)
armed, happened = [], []


def watch(event, args):
    if armed and event.startswith(EVENTS):
        happened.append((event, args))


sys.addaudithook(watch)  # it cannot be taken away; it does nothing unless armed


def refused(data, error, message):
    """Assert that loading raises an error, with an audit hook that records what Python does."""
    load(archive(P + b"N."))  # whatever is imported with the first call
    file = data if hasattr(data, "read") else io.BytesIO(data)
    armed.append(True)
    try:
        load(file)
    except Exception as found:
        caught = found
    else:
        caught = None
    armed.clear()
    assert type(caught) is error, repr(caught)
    with pytest.raises(error, match=message):
        raise caught


def archive(pickled, storages=None, compression=zipfile.ZIP_STORED, **files):
    """Return a file as `save` writes it, with any contents; one that is None is left out."""
    contents = {"data.pkl": pickled, "byteorder": b"little", "version": b"3\n"}
    contents |= {f"data/{k}": v for k, v in (storages or {}).items()}
    contents |= {k.replace("_", "."): v for k, v in files.items()}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as z:
        for name, data in contents.items():
            if data is not None:
                z.writestr(f"archive/{name}", data)
    out.seek(0)
    return out


def text(s):
    """Return the opcode that pushes a string."""
    data = s.encode()
    return pickle.BINUNICODE + struct.pack("<I", len(data)) + data


def name(path):
    """Return the opcode that pushes a class or function."""
    module, _, attribute = path.rpartition(".")
    return pickle.GLOBAL + f"{module}\n{attribute}\n".encode()


def call(path, *args):
    """Return the opcodes of a call with strings or other opcodes as arguments."""
    args = b"".join(text(a) if isinstance(a, str) else a for a in args)
    return name(path) + b"(" + args + b"tR"


def value(x):
    """Return the opcodes that push a value."""
    return pickle.dumps(x, 2)[2:-1]


def program(*opcodes):
    """Return a file whose pickle consists of these opcodes."""
    return archive(P + b"".join(opcodes) + Q, {"0": b""})


DOER = "nnlib.nn.linear.Linear"
EMPTY = dict(_parameters={}, _buffers={}, _modules={}, _unsaved=set(), training=True)


def module(state, path=DOER):
    """Return the opcodes of a module whose state is a value or opcodes."""
    state = state if isinstance(state, bytes) else value(state)
    return name(path) + b")\x81" + state + b"b"


def storage(key="0", numel=4, kind="FloatStorage", location="cpu", word="storage"):
    """Return the opcodes of a storage."""
    parts = [text(word), name(f"torch.{kind}"), value(key), value(location), value(numel)]
    return b"(" + b"".join(parts) + b"tQ"


def tensor(size=(4,), stride=(1,), offset=0, grad=False, of=None):
    """Return the opcodes of a tensor."""
    args = [value(offset), value(size), value(stride), value(grad), b"N"]
    return call("torch._utils._rebuild_tensor_v2", of or storage(), *args)


FOUR = np.arange(4, dtype=np.float32).tobytes()
