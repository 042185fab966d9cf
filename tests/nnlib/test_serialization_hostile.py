"""No file makes ``load`` run code, return half of the data, or take more memory than needed."""

import io
import pickle
import struct
import sys
import tracemalloc
import zipfile

import numpy as np
import pytest
import torch

import nnlib
from nnlib.serialization import load, save
from tests.nnlib.harness import naming

P, Q, UNSAFE = b"\x80\x02", b".", "is not allowed"
EVENTS = tuple("exec compile import open os. subprocess socket ctypes shutil".split())
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
    except Exception as raised:
        caught = raised
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


def storage(key="0", numel=4, kind="FloatStorage", location="cpu", word="storage"):
    """Return the opcodes of a storage."""
    parts = [text(word), name(f"torch.{kind}"), value(key), value(location), value(numel)]
    return b"(" + b"".join(parts) + b"tQ"


def tensor(size=(4,), stride=(1,), offset=0, grad=False, of=None):
    """Return the opcodes of a tensor."""
    args = [value(offset), value(size), value(stride), value(grad), b"N"]
    return call("torch._utils._rebuild_tensor_v2", of or storage(), *args)


FOUR = np.arange(4, dtype=np.float32).tobytes()


@pytest.fixture(autouse=True)
def nothing_runs(tmp_path, monkeypatch):
    """Assert that a test executes, imports and opens nothing, and leaves no file."""
    monkeypatch.chdir(tmp_path)
    happened.clear()
    yield
    armed.clear()
    assert happened == []
    assert list(tmp_path.iterdir()) == []


TOUCH = "touch proof"
CODE = {
    "os.system": call("os.system", TOUCH),
    "eval": call("builtins.eval", "open('proof', 'w')"),
    "getattr": call("builtins.getattr", name("collections.OrderedDict"), "__subclasses__"),
    "a dotted name in a module": pickle.GLOBAL + b"nnlib\nnn.linear.np.load\n",
    "a module of torch": name("torch.nn.modules.linear.Linear"),
}


def test_names_that_are_not_data_are_refused():
    for name_, opcodes in CODE.items():
        with naming(name_):
            refused(program(opcodes), pickle.UnpicklingError, UNSAFE)


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
    """Return a small archive whose files share the same bytes, so it seems to contain more."""
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
    "a bare pickle": P + CODE["os.system"] + Q,
    "a folder of nothing": b"PK\x05\x06" + bytes(18),
    "another version": archive(P + b"N.", version=b"4"),
    "no version": archive(P + b"N.", version=None),
    "no pickle": archive(None),
    "no storage": archive(P + tensor() + Q),
    "a storage too short": archive(P + tensor() + Q, {"0": FOUR[:15]}),
    "a storage too long": archive(P + tensor() + Q, {"0": FOUR * 2}),
    "a program": archive(P + b"N.", constants_pkl=b""),
    "compressed": archive(P + b"N.", {"0": bytes(10**7)}, zipfile.ZIP_DEFLATED),
    "a path up": altered(b"archive/data/0", b"archive/../../0"[:14]),
    "two folders": altered(b"archive/data/0", b"archiv_/data/0"),
    "one name twice": twice(),
    "overlapping files": overlapping(),
    "two sizes": declared((10, 11)),
    "a size beyond the file": declared((2**31, 2**31)),
    "a changed storage": altered(FOUR, FOUR[::-1]),
    "encrypted": WHOLE.replace(b"\x14\x00\x00\x00", b"\x14\x00\x01\x00"),
}


def test_archives_that_save_never_writes_are_refused():
    for name_, result in ARCHIVES.items():
        file, error = result if isinstance(result, tuple) else (result, RuntimeError)
        with naming(name_):
            refused(file.getvalue() if hasattr(file, "getvalue") else file, error, "load: ")


@pytest.mark.slow
def test_every_truncated_file_and_pickle_is_refused():
    for n in range(1, len(WHOLE)):
        refused(WHOLE[:n], RuntimeError, "load: ")
    whole = P + tensor() + value({"a": [1, "b", (2.5, None)]})
    for n in range(len(whole) + 1):
        refused(archive(whole[:n], {"0": FOUR}), pickle.UnpicklingError, "load: ")


def test_changed_bytes_never_run_code(rng):
    out = io.BytesIO()
    save({"x": nnlib.ones(2, 3), "p": nnlib.nn.Parameter(nnlib.ones(2)), "s": {1, "a"}}, out)
    with zipfile.ZipFile(out) as z:
        files = {n.partition("/")[2]: z.read(n) for n in z.namelist()}
    whole = bytearray(files.pop("data.pkl"))
    storages = {n[5:]: files.pop(n) for n in list(files) if n.startswith("data/")}
    load(archive(bytes(whole), storages))
    errors = 0
    for _ in range(300):
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
    assert errors > 90


MISUSE = {
    "data called": b"N)R",
    "a dict called": b"})R",
    "a dtype called": call("torch.float32"),
    "a storage called": call("torch.FloatStorage"),
    "arguments of a list": name("builtins.set") + b"]R",
    "attributes of a list": b"]}b",
    "attributes of a function": name("builtins.set") + value({"_metadata": 1}) + b"b",
    "a method of OrderedDict": call("collections.OrderedDict") + value({"items": 1}) + b"b",
    "attributes of slots": call("collections.OrderedDict") + value((None, {"items": 1})) + b"b",
    "OrderedDict of a number": call("collections.OrderedDict", value(3)),
    "Counter of a string": call("collections.Counter", "abc"),
    "a set of a number": call("builtins.set", value(3)),
    "a codec": call("_codecs.encode", "x", "rot13"),
    "a size of a list": call("torch.Size", value([1])),
    "a parameter of no tensor": call("torch._utils._rebuild_parameter", b"N", b"\x88"),
    "a tensor of no storage": call("torch._utils._rebuild_tensor_v2", *(b"N",) * 6),
    "NEWOBJ": name("builtins.set") + b")\x81",
    "STACK_GLOBAL": text("os") + text("system") + b"\x93",
    "an empty stack": b"",
    "a memo without the entry": b"h\x05",
    "no mark": b"t",
    "a mark too many": b"N(",
    "a key without value": b"}(Nu",
    "items of a number": b"NNa",
    "keys of a list": b"]NNs",
    "a list as key": b"}]Ns",
    "a string longer than the file": b"X\xff\xff\xff\xff",
    "a name without end": b"cos",
}


def test_foreign_contents_of_a_file_are_refused():
    for name_, opcodes in MISUSE.items():
        with naming(name_):
            refused(program(opcodes), pickle.UnpicklingError, "load: ")


TENSORS = {
    "too long": tensor((5,)),
    "huge": tensor((10**12,)),
    "huge, times nothing": tensor((2**62, 0, 2**62), (1, 1, 1)),
    "beyond an integer": tensor((2**63,)),
    "before the beginning": tensor((4,), offset=-1),
    "beyond the end": tensor((4,), offset=1),
    "backwards": tensor((4,), (-1,)),
    "steps too large": tensor((2, 2), (3, 1)),
    "a negative length": tensor((-4,)),
    "a length of a float": tensor((4.0,)),
    "an axis without steps": tensor((2, 2), (1,)),
    "many axes": tensor((1,) * 65, (1,) * 65),
    "requires_grad of a string": tensor(grad="yes"),
    "gradients of integers": tensor(of=storage("1", 2, "LongStorage"), size=(2,), grad=True),
    "a parameter of integers": call(
        "torch._utils._rebuild_parameter",
        tensor((2,), of=storage("1", 2, "LongStorage")),
        b"\x88",
    ),
    "a parameter for a string": call("torch._utils._rebuild_parameter", tensor(), "yes"),
    "a storage of another type": b"(" + storage() + storage(kind="IntStorage") + b"t",
    "a storage of another size": b"(" + storage() + storage(numel=3) + b"t",
    "a storage of nothing": b"NQ",
    "a storage of a module": storage(word="module"),
    "a storage in a path": storage("../data.pkl"),
    "a storage nowhere": storage(location=None),
    "a storage of a negative size": storage(numel=-4),
    "a storage of four parts": b"(" + text("storage") + b"NNNtQ",
    "a storage without type": b"(" + text("storage") + b"N" + text("0") * 2 + b"K\4tQ",
}


def test_tensors_that_do_not_fit_are_refused_before_memory_is_allocated():
    for name_, opcodes in TENSORS.items():
        file = archive(P + opcodes + Q, {"0": FOUR, "1": FOUR})
        tracemalloc.start()
        try:
            with naming(name_):
                refused(file, pickle.UnpicklingError, "^load: (?!data.pkl is damaged)")
                assert tracemalloc.get_traced_memory()[1] < 2**20
        finally:
            tracemalloc.stop()


def test_bytes_of_booleans_above_1_become_true():
    opcodes = tensor(of=storage(numel=4, kind="BoolStorage"))
    got = load(archive(P + opcodes + Q, {"0": b"\0\1\2\xff"}))
    assert got.array.view(np.uint8).tolist() == [0, 1, 1, 1]


def test_a_tensor_with_torchs_negative_bit_is_refused():
    file = io.BytesIO()
    torch.save(torch.tensor([1 + 2j, 3 - 1j]).conj().imag, file)
    refused(file.getvalue(), pickle.UnpicklingError, "negated or conjugated")
