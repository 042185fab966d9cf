"""No file makes ``load`` run code or return half of the data; trust in a name adds no other."""

import builtins
import io
import os
import pickle
import struct
import subprocess
import zipfile

import pytest
import torch

import nnlib
from nnlib import nn
from nnlib.serialization import add_safe_globals, load, safe_globals, save
from tests.nnlib.harness import naming
from tests.nnlib.hostile.files import (
    DOER,
    EMPTY,
    FOUR,
    UNSAFE,
    P,
    Q,
    archive,
    armed,
    call,
    module,
    name,
    program,
    refused,
    tensor,
    value,
)


class Runs:
    """An object whose pickle runs code, made with pickle itself."""

    def __init__(self, function, *args):
        self.reduced = function, args

    def __reduce__(self):
        return self.reduced


TOUCH = "touch proof"
CODE = {
    "os.system": call("os.system", TOUCH),
    "posix.system": call("posix.system", TOUCH),
    "nt.system": call("nt.system", TOUCH),
    "eval": call("builtins.eval", "open('proof', 'w')"),
    "exec by its old name": call("__builtin__.exec", "open('proof', 'w')"),
    "compile": call("builtins.compile", "1", "x", "exec"),
    "open": call("builtins.open", "proof", "w"),
    "import": call("builtins.__import__", "antigravity"),
    "getattr": call("builtins.getattr", name("collections.OrderedDict"), "__subclasses__"),
    "setattr": call("builtins.setattr", name(DOER), "forward", name("collections.Counter")),
    "apply": call("__builtin__.apply", name("os.system"), value((TOUCH,))),
    "subprocess": call("subprocess.Popen", value(["touch", "proof"])),
    "a dotted name": name("collections.OrderedDict.fromkeys"),
    "a dotted name in a module": pickle.GLOBAL + b"nnlib\nnn.linear.np.load\n",
    "numpy's loader": call("numpy.load", "proof"),
    "numpy's rebuilder": name("numpy._core.multiarray._reconstruct"),
    "torch's loader": call("torch.load", "proof"),
    "functools": call("functools.partial", name("os.system"), TOUCH),
    "operator": call("operator.methodcaller", "system", TOUCH),
    "the pickle in it": call("pickle.loads", b"N"),
    "a hook of this library": call("nnlib.hook.RetainGrad", b"N"),
    "the loader itself": call("nnlib.serialization.load", "proof"),
    "what allows": call("nnlib.serialization.add_safe_globals", b"]"),
    "a function of nn": call("nnlib.nn.init.ones_", b"N"),
    "a name that would be printed oddly": name("bad\x1b[31m.name"),
    "a module of torch": name("torch.nn.modules.linear.Linear"),
}


def test_names_that_are_not_data_are_refused():
    for name_, opcodes in CODE.items():
        with naming(name_):
            refused(program(opcodes), pickle.UnpicklingError, UNSAFE)


CALLS = [
    Runs(os.system, TOUCH),
    Runs(eval, "open('proof', 'w')"),
    Runs(exec, "open('proof', 'w')"),
    Runs(builtins.open, "proof", "w"),
    Runs(subprocess.call, ["touch", "proof"]),
    Runs(torch.save, 1, "proof"),
    Runs(nn.Linear, 2, 3),
]


@pytest.mark.parametrize("x", CALLS, ids=lambda x: x.reduced[0].__name__)
def test_an_object_that_pickle_would_call_is_refused(x):
    for nested in (x, {"weight": [x]}):
        file = io.BytesIO()
        torch.save(nested, file)
        file.seek(0)
        refused(file, pickle.UnpicklingError, "is not allowed|may not be called")


WHOLE = archive(P + tensor() + Q, {"0": FOUR}).getvalue()


def altered(old, new):
    assert WHOLE.count(old)
    return WHOLE.replace(old, new)


def twice():
    """Return an archive with two files of the same name."""
    out = io.BytesIO(WHOLE)
    with zipfile.ZipFile(out, "a") as z, pytest.warns(UserWarning, match="Duplicate"):
        z.writestr("archive/data.pkl", P + b"N.")
    return out.getvalue()


def overlapping():
    """Return a small archive whose files all share the same bytes, so they read as many."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as z:
        z.writestr("archive/data.pkl", bytes(10_000))
        for i in range(50):
            info = zipfile.ZipInfo(f"archive/data/{i}")
            info.header_offset, info.CRC = 0, z.infolist()[0].CRC
            info.file_size = info.compress_size = 10_000
            z.filelist.append(info)
            z.NameToInfo[info.filename] = info
    return out.getvalue()


def declared(size):
    """Return an archive whose central directory states a wrong size of the pickle."""
    at = WHOLE.rindex(b"PK\1\2", 0, WHOLE.rindex(b"archive/data.pkl"))
    return WHOLE[: at + 20] + struct.pack("<II", *size) + WHOLE[at + 28 :]


ARCHIVES = {
    "empty": (b"", EOFError),
    "text": b"hello world",
    "a bare pickle": pickle.dumps(Runs(os.system, TOUCH)),
    "a folder of nothing": b"PK\x05\x06" + bytes(18),
    "another version": archive(P + b"N.", version=b"4"),
    "no version": archive(P + b"N.", version=None),
    "no pickle": archive(None),
    "an empty pickle": (archive(b""), pickle.UnpicklingError),
    "no storage": archive(P + tensor() + Q),
    "a storage too short": archive(P + tensor() + Q, {"0": FOUR[:15]}),
    "a storage too long": archive(P + tensor() + Q, {"0": FOUR * 2}),
    "no byte order": archive(P + b"N.", byteorder=b"middle"),
    "a program": archive(P + b"N.", constants_pkl=b""),
    "compressed": archive(P + b"N.", {"0": bytes(10**7)}, zipfile.ZIP_DEFLATED),
    "a path up": altered(b"archive/data/0", b"archive/../../0"[:14]),
    "a path from the root": altered(b"archive/", b"/rchive/"),
    "a path of another system": altered(b"data/0", b"..\\\\x0"),
    "two folders": altered(b"archive/data/0", b"archiv_/data/0"),
    "one name twice": twice(),
    "overlapping files": overlapping(),
    "two sizes": declared((10, 11)),
    "a size beyond the file": declared((2**31, 2**31)),
    "a size too small": declared((10, 10)),
    "a changed storage": altered(FOUR, FOUR[::-1]),
    "encrypted": WHOLE.replace(b"\x14\x00\x00\x00", b"\x14\x00\x01\x00"),
}


def test_archives_that_save_never_writes_are_refused():
    for name_, found in ARCHIVES.items():
        file, error = found if isinstance(found, tuple) else (found, RuntimeError)
        with naming(name_):
            refused(file.getvalue() if hasattr(file, "getvalue") else file, error, "load: ")


@pytest.mark.slow
def test_every_truncated_file_is_refused():
    for n in range(1, len(WHOLE)):
        refused(WHOLE[:n], RuntimeError, "load: ")


@pytest.mark.slow
def test_every_truncated_pickle_is_refused():
    whole = P + module(EMPTY) + tensor() + value({"a": [1, "b", (2.5, None)]})
    for n in range(len(whole) + 1):
        refused(archive(whole[:n], {"0": FOUR}), pickle.UnpicklingError, "load: ")


def test_changed_bytes_never_run_code(rng):
    data = {"x": nnlib.ones(2, 3), "model": nn.Sequential(nn.Linear(2, 3)), "s": {1, (2, "a")}}
    out = io.BytesIO()
    save(data, out)
    with zipfile.ZipFile(out) as z:
        files = {n.partition("/")[2]: z.read(n) for n in z.namelist()}
    whole = bytearray(files.pop("data.pkl"))
    storages = {n[5:]: files.pop(n) for n in list(files) if n.startswith("data/")}
    load(archive(bytes(whole), storages))
    errors = 0
    for _ in range(500):
        changed = bytearray(whole)
        for at in rng.integers(2, len(whole), rng.integers(1, 4)):
            changed[at] = rng.integers(256)
        file = archive(bytes(changed), storages)
        armed.append(True)
        try:
            load(file)
        except (pickle.UnpicklingError, RuntimeError) as error:
            errors += str(error).startswith(("load: ", "device: "))
        armed.clear()
    assert errors > 150


def test_trusting_a_class_trusts_no_other():
    with safe_globals([Runs]):
        refused(program(call("os.system", TOUCH)), pickle.UnpicklingError, UNSAFE)
        refused(program(name(f"{__name__}.armed")), pickle.UnpicklingError, UNSAFE)
        made = name(f"{__name__}.Runs") + b")\x81"
        refused(program(made, b"K\1b"), pickle.UnpicklingError, "state of Runs is no dict")


def test_errors_of_a_trusted_class_are_its_own():
    with safe_globals([Runs]):
        refused(program(name(f"{__name__}.Runs") + b")R"), TypeError, "missing 1 required")
    load(archive(P + b"N."))


def test_a_trusted_name_does_not_replace_one_of_data():
    with safe_globals([(Runs, "collections.OrderedDict")]):
        assert load(program(call("collections.OrderedDict"))) == {}


@pytest.mark.parametrize(
    ("what", "error", "message"),
    [
        (os.system, ValueError, "add_safe_globals: posix.system is never safe"),
        (subprocess.Popen, ValueError, "subprocess.Popen is never safe"),
        (eval, ValueError, "builtins.eval is never safe"),
        ((eval, "mine.eval"), ValueError, "builtins.eval is never safe"),
        (getattr, ValueError, "builtins.getattr is never safe"),
        (3, TypeError, "add_safe_globals: expected a class or a function, got 3"),
        ((Runs, 3), TypeError, "expected a class or a function"),
        ("os.system", TypeError, "expected a class or a function"),
    ],
)
def test_what_can_do_anything_is_never_allowed(what, error, message):
    with pytest.raises(error, match=message):
        add_safe_globals([what])
