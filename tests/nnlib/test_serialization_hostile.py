"""No file makes ``load`` run code, allocate more than there is, or return half of the data."""

import builtins
import io
import os
import pickle
import struct
import subprocess
import sys
import tracemalloc
import zipfile

import numpy as np
import pytest
import torch

import nnlib
from nnlib import nn
from nnlib.serialization import add_safe_globals, load, safe_globals, save
from nnlib.serialization.rebuild import KEYS, LARGEST

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


@pytest.fixture(autouse=True)
def nothing_runs(tmp_path, monkeypatch):
    """Within a test nothing is executed, imported or opened, and no file appears."""
    monkeypatch.chdir(tmp_path)
    happened.clear()
    yield
    armed.clear()
    assert happened == []
    assert list(tmp_path.iterdir()) == []


def refused(data, error, message):
    """Check that bytes are refused, watching what Python does meanwhile."""
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
    """A file like those of save, with any contents; a file of None is left out."""
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
    """The opcode of a string."""
    data = s.encode()
    return pickle.BINUNICODE + struct.pack("<I", len(data)) + data


def name(path):
    """The opcode of a class or function."""
    module, _, attribute = path.rpartition(".")
    return pickle.GLOBAL + f"{module}\n{attribute}\n".encode()


def call(path, *args):
    """The opcodes of a call with strings or other opcodes."""
    args = b"".join(text(a) if isinstance(a, str) else a for a in args)
    return name(path) + b"(" + args + b"tR"


def value(x):
    """The opcodes of data."""
    return pickle.dumps(x, 2)[2:-1]


def program(*opcodes):
    """A file with a pickle of these opcodes."""
    return archive(P + b"".join(opcodes) + Q, {"0": b""})


class Runs:
    """An object whose pickle runs code, made with pickle itself."""

    def __init__(self, function, *args):
        self.reduced = function, args

    def __reduce__(self):
        return self.reduced


TOUCH = "touch proof"
DOER = "nnlib.nn.linear.Linear"
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


@pytest.mark.parametrize("opcodes", CODE.values(), ids=CODE)
def test_names_that_are_not_data_are_refused(opcodes):
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


EMPTY = dict(_parameters={}, _buffers={}, _modules={}, _unsaved=set(), training=True)


def module(state, path=DOER):
    """The opcodes of a module with a state of data or opcodes."""
    state = state if isinstance(state, bytes) else value(state)
    return name(path) + b")\x81" + state + b"b"


def with_class(key, path):
    """A module's state that has a class under a name."""
    return value(EMPTY) + text(key) + name(path) + b"s"


def storage(key="0", numel=4, kind="FloatStorage", place="cpu", word="storage"):
    """The opcodes of a storage."""
    parts = [text(word), name(f"torch.{kind}"), value(key), value(place), value(numel)]
    return b"(" + b"".join(parts) + b"tQ"


def tensor(size=(4,), stride=(1,), offset=0, grad=False, of=None):
    """The opcodes of a tensor."""
    args = [value(offset), value(size), value(stride), value(grad), b"N"]
    return call("torch._utils._rebuild_tensor_v2", of or storage(), *args)


EMPTY_TENSOR = tensor((0,), of=storage(numel=0))
MISUSE = {
    "a module called": (call(DOER, value(10**6), value(10**6)), "may not be called"),
    "a module made with arguments": (name(DOER) + value((1, 2)) + b"\x81", "be made so"),
    "another class made empty": (name("builtins.set") + b")\x81", "be made so"),
    "no class made": (b"N)\x81", "a NoneType is no class"),
    "data called": (b"N)R", "a NoneType may not be called"),
    "a dict called": (b"})R", "may not be called"),
    "a tensor called": (call("torch.float32"), "may not be called"),
    "a storage called": (call("torch.FloatStorage"), "may not be called"),
    "a module's object called": (module(EMPTY) + b")R", "a Linear may not be called"),
    "arguments of a list": (name("builtins.set") + b"]R", "arguments are no tuple"),
    "arguments of a list, new": (name(DOER) + b"]\x81", "arguments are no tuple"),
    "a method replaced": (module(with_class("forward", "builtins.set")), "given 'forward'"),
    "a function replaced": (
        module(with_class("function", "builtins.set"), "nnlib.nn.activation.ReLU"),
        "given 'function'",
    ),
    "a class replaced": (module({**EMPTY, "__class__": 1}), "given '__class__'"),
    "an attribute of no name": (module({**EMPTY, 3: 1}), "has no name"),
    "a state of slots": (module((EMPTY, {"forward": 1})), "is no dict"),
    "a module without stores": (module({}), "_parameters of Linear"),
    "a parameter of data": (module({**EMPTY, "_parameters": {"w": 1}}), "_parameters of"),
    "a buffer of data": (module({**EMPTY, "_buffers": {"w": 1}}), "_buffers of"),
    "a part of data": (module({**EMPTY, "_modules": {"w": 1}}), "_modules of"),
    "a part with a number as name": (module({**EMPTY, "_modules": {1: None}}), "_modules of"),
    "the unsaved as list": (module({**EMPTY, "_unsaved": []}), "what is unsaved"),
    "training as number": (module({**EMPTY, "training": 1}), "if it trains"),
    "a module in itself": (
        name(DOER)
        + b")\x81r\xff\0\0\0}("
        + text("_modules")
        + b"}"
        + text("a")
        + b"j\xff\0\0\0s"
        + b"".join(text(k) + value(v) for k, v in EMPTY.items() if k != "_modules")
        + b"ub",
        "a Linear is a part of itself",
    ),
    "a module without attributes": (name(DOER) + b")\x81", "left without attributes"),
    "attributes of a list": (b"]}b", "a list takes no attributes"),
    "attributes of a class": (name(DOER) + b"}b", "a type takes no attributes"),
    "attributes of a dict": (b"}}b", "a dict takes no attributes"),
    "a method of OrderedDict": (
        call("collections.OrderedDict") + value({"items": 1}) + b"b",
        "OrderedDict may not be given 'items'",
    ),
    "OrderedDict of numbers": (call("collections.OrderedDict", value([1])), "lacks a pair"),
    "OrderedDict of a number": (call("collections.OrderedDict", value(3)), "made from a list"),
    "Counter of a string": (call("collections.Counter", "abc"), "not made from a dict"),
    "bytearray of its size": (call("builtins.bytearray", value(10**12)), "not made from bytes"),
    "bytes of their size": (call("builtins.bytes", value(10**12)), "damaged"),
    "a set of a number": (call("builtins.set", value(3)), "a set is not made from a list"),
    "a codec": (call("_codecs.encode", "x", "rot13"), "bytes are not in latin1"),
    "a complex of a string": (call("builtins.complex", "1", "2"), "not made from two floats"),
    "a slice of one": (call("builtins.slice", value(1)), "a slice has 1 parts"),
    "a device of a number": (call("torch.device", value(1)), "a device has no name"),
    "a parameter of no tensor": (
        call("torch._utils._rebuild_parameter", b"N", b"\x88"),
        "a parameter holds no tensor",
    ),
    "a buffer of no tensor": (
        call("nnlib.serialization.rebuild_buffer", b"N", b"\x88"),
        "a buffer holds no tensor",
    ),
    "an array of no tensor": (
        call("nnlib.serialization.rebuild_array", b"N"),
        "an array holds no tensor",
    ),
    "a number of no tensor": (
        call("nnlib.serialization.rebuild_scalar", b"N"),
        "a NumPy number is no tensor",
    ),
    "a buffer of a string": (
        call("nnlib.serialization.rebuild_buffer", EMPTY_TENSOR, "yes"),
        "a buffer holds no tensor",
    ),
    "a number of several": (
        call("nnlib.serialization.rebuild_scalar", EMPTY_TENSOR),
        "a NumPy number is no tensor",
    ),
    "bytes of a number": (call("_codecs.encode", b"K\1", "latin1"), "bytes are not in latin1"),
    "a device with a string": (call("torch.device", "cpu", "0"), "a device has no name"),
    "OrderedDict of three": (
        call("collections.OrderedDict", value([(1, 2, 3)])),
        "lacks a pair",
    ),
    "an attribute with underscores": (module({**EMPTY, "__own__": 1}), "given '__own__'"),
    "a tensor of no storage": (
        call("torch._utils._rebuild_tensor_v2", *(b"N",) * 6),
        "a tensor has no storage",
    ),
    "INST": (b"(ios\nsystem\n", "instruction INST"),
    "OBJ": (b"(" + name("builtins.set") + b"o", "instruction OBJ"),
    "NEWOBJ_EX": (name(DOER) + b")}\x92", "instruction NEWOBJ_EX"),
    "STACK_GLOBAL": (text("os") + text("system") + b"\x93", "instruction STACK_GLOBAL"),
    "EXT1": (b"\x82\x01", "instruction EXT1"),
    "STRING": (b"S'x'\n", "instruction STRING"),
    "INT": (b"I1\n", "instruction INT"),
    "PERSID": (b"P1\n", "instruction PERSID"),
    "no instruction": (b"\xff", "instruction b'.xff'"),
    "another protocol": (b"\x80\x04N", "no pickle of protocol 2"),
    "an empty stack": (b"", "damaged"),
    "a memo without the entry": (b"h\x05", "damaged"),
    "no mark": (b"t", "damaged"),
    "a mark too many": (b"N(", "damaged"),
    "a tuple of too little": (b"N\x86", "a tuple lacks values"),
    "a key without value": (b"}(Nu", "a key has no value"),
    "items of a number": (b"NNa", "a NoneType lies where a list should"),
    "keys of a list": (b"]NNs", "a list lies where a dict should"),
    "a list as key": (b"}]Ns", "damaged .*unhashable"),
    "no text": (b"X\x01\0\0\0\xff", "damaged .*UnicodeDecodeError"),
    "a string longer than the file": (b"X\xff\xff\xff\xff", "ends too early"),
    "a name without end": (b"cos", "damaged"),
}


@pytest.mark.parametrize(("opcodes", "message"), MISUSE.values(), ids=MISUSE)
def test_what_save_never_writes_is_refused(opcodes, message):
    refused(program(opcodes), pickle.UnpicklingError, f"load: .*{message}")


def test_a_key_that_would_be_hashed_for_ever_is_refused():
    doubled = b"q\0h\0\x86" * 60  # 2^60 empty tuples, in 240 bytes
    message = f"a key is a tuple of more than {KEYS} parts"
    refused(program(b"})", doubled, b"Ns"), pickle.UnpicklingError, message)
    refused(
        program(name("builtins.set"), b"])", doubled, b"a\x85R"),
        pickle.UnpicklingError,
        message,
    )


def test_what_older_programs_wrote_is_read():
    pairs = value([["a", 1], ("b", 2)])
    assert list(load(program(call("collections.OrderedDict", pairs))).items()) == [
        ("a", 1),
        ("b", 2),
    ]
    assert load(program(call("__builtin__.bytearray", "\xff", "latin-1"))) == b"\xff"


def test_what_was_checked_cannot_be_changed():
    stores = b"".join(text(k) + value(v) for k, v in EMPTY.items() if k != "_modules")
    state = b"}(" + text("_modules") + b"}r\xff\0\0\0" + stores + b"u"
    after = b"j\xff\0\0\0" + text("a") + b"K\1s\x86"
    got, changed = load(program(name(DOER), b")\x81", state, b"b", after))
    assert changed == {"a": 1}
    assert dict(got.named_children()) == {}


def test_a_tuple_nested_deeply_comes_back_as_it_is():
    got = load(program(b")", b"\x85" * 100_000))
    for _ in range(100_000):
        (got,) = got
    assert got == ()


FOUR = np.arange(4, dtype=np.float32).tobytes()
TENSORS = {
    "too long": tensor((5,)),
    "huge": tensor((10**12,)),
    "huge in two axes": tensor((2**40, 2**40), (2**40, 1)),
    "huge without steps": tensor((LARGEST + 1,), (0,)),
    "huge, times nothing": tensor((2**62, 0, 2**62), (1, 1, 1)),
    "beyond an integer": tensor((2**63,)),
    "beyond any word": tensor((10**400,)),
    "before the beginning": tensor((4,), offset=-1),
    "beyond the end": tensor((4,), offset=1),
    "far beyond the end": tensor((1,), offset=2**62),
    "backwards": tensor((4,), (-1,)),
    "steps too large": tensor((2, 2), (3, 1)),
    "steps beyond a word": tensor((2,), (2**62,)),
    "a negative length": tensor((-4,)),
    "a length of a float": tensor((4.0,)),
    "a length of True": tensor((True,)),
    "a list as shape": tensor([4]),
    "steps of None": tensor((4,), None),
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
    "a storage of no string": storage(0),
    "a storage nowhere": storage(place=None),
    "a storage of a negative size": storage(numel=-4),
    "a storage of four parts": b"(" + text("storage") + b"NNNtQ",
    "a storage without type": b"(" + text("storage") + b"N" + text("0") * 2 + b"K\4tQ",
}


@pytest.mark.parametrize("opcodes", TENSORS.values(), ids=TENSORS)
def test_tensors_that_do_not_fit_are_refused_before_memory_is_taken(opcodes):
    file = archive(P + opcodes + Q, {"0": FOUR, "1": FOUR})
    tracemalloc.start()
    try:
        refused(file, pickle.UnpicklingError, "^load: (?!data.pkl is damaged)")
        assert tracemalloc.get_traced_memory()[1] < 2**20
    finally:
        tracemalloc.stop()


def test_bytes_that_are_no_truth_values_become_some():
    opcodes = tensor(of=storage(numel=4, kind="BoolStorage"))
    got = load(archive(P + opcodes + Q, {"0": b"\0\1\2\xff"}))
    assert got.array.view(np.uint8).tolist() == [0, 1, 1, 1]


WHOLE = archive(P + tensor() + Q, {"0": FOUR}).getvalue()


def altered(old, new):
    assert WHOLE.count(old)
    return WHOLE.replace(old, new)


def twice():
    """An archive with two files of one name."""
    out = io.BytesIO(WHOLE)
    with zipfile.ZipFile(out, "a") as z, pytest.warns(UserWarning, match="Duplicate"):
        z.writestr("archive/data.pkl", P + b"N.")
    return out.getvalue()


def overlapping():
    """An archive whose files all lie in the same place: little that reads as much."""
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
    """An archive whose central directory tells another size of the pickle."""
    at = WHOLE.rindex(b"PK\1\2", 0, WHOLE.rindex(b"archive/data.pkl"))
    return WHOLE[: at + 20] + struct.pack("<II", *size) + WHOLE[at + 28 :]


ARCHIVES = {
    "empty": (b"", EOFError, "nothing to read"),
    "text": (b"hello world", RuntimeError, "expected a zip archive"),
    "a bare pickle": (pickle.dumps(Runs(os.system, TOUCH)), RuntimeError, "a zip archive"),
    "a folder of nothing": (b"PK\5\6" + bytes(18), RuntimeError, "there is no version"),
    "another version": (archive(P + b"N.", version=b"4"), RuntimeError, "version 3.*got b'4'"),
    "no version": (archive(P + b"N.", version=None), RuntimeError, "there is no version"),
    "no pickle": (archive(None), RuntimeError, "there is no data.pkl"),
    "an empty pickle": (archive(b""), pickle.UnpicklingError, "no pickle of protocol 2"),
    "no storage": (archive(P + tensor() + Q), RuntimeError, "there is no data/0"),
    "a storage too short": (archive(P + tensor() + Q, {"0": FOUR[:15]}), RuntimeError, "15 b"),
    "a storage too long": (archive(P + tensor() + Q, {"0": FOUR * 2}), RuntimeError, "32 by"),
    "no byte order": (archive(P + b"N.", byteorder=b"middle"), RuntimeError, "byte order"),
    "a program": (archive(P + b"N.", constants_pkl=b""), RuntimeError, "of TorchScript"),
    "compressed": (
        archive(P + b"N.", {"0": bytes(10**7)}, zipfile.ZIP_DEFLATED),
        RuntimeError,
        "is compressed or encrypted",
    ),
    "a path up": (altered(b"archive/data/0", b"archive/../../0"[:14]), RuntimeError, "path"),
    "a path from the root": (altered(b"archive/", b"/rchive/"), RuntimeError, "the path '/r"),
    "a path of another system": (altered(b"data/0", b"..\\\\x0"), RuntimeError, "the path"),
    "two folders": (altered(b"archive/data/0", b"archiv_/data/0"), RuntimeError, "the path"),
    "one name twice": (twice(), RuntimeError, "two files in it have the same name"),
    "overlapping files": (overlapping(), RuntimeError, "its files declare 510000 bytes"),
    "two sizes": (declared((10, 11)), RuntimeError, "declares two sizes"),
    "a size beyond the file": (declared((2**31, 2**31)), RuntimeError, "declare 21474"),
    "a size too small": (declared((10, 10)), RuntimeError, "data.pkl in it is damaged"),
    "a changed storage": (altered(FOUR, FOUR[::-1]), RuntimeError, "data/0 in it is damaged"),
    "encrypted": (WHOLE.replace(b"\x14\0\0\0", b"\x14\0\1\0"), RuntimeError, "or encrypted"),
}


@pytest.mark.parametrize(("file", "error", "message"), ARCHIVES.values(), ids=ARCHIVES)
def test_archives_that_save_never_writes_are_refused(file, error, message):
    refused(file.getvalue() if hasattr(file, "getvalue") else file, error, message)


def test_every_truncated_file_is_refused():
    for n in range(1, len(WHOLE)):
        refused(WHOLE[:n], RuntimeError, "load: ")


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
    for _ in range(3000):
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
    assert errors > 1000


def test_trusting_a_class_trusts_no_other():
    with safe_globals([Runs]):
        refused(program(call("os.system", TOUCH)), pickle.UnpicklingError, UNSAFE)
        refused(program(name(f"{__name__}.armed")), pickle.UnpicklingError, UNSAFE)
        made = name(f"{__name__}.Runs") + b")\x81"
        refused(program(made, b"K\1b"), pickle.UnpicklingError, "state of Runs is no dict")


def test_nothing_is_imported_to_find_a_module_and_the_error_says_so():
    file = program(name("nnlib.models.unheard_of.Net"))
    refused(file, pickle.UnpicklingError, "not allowed; if it is a module .* import what holds")


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


def test_slices_in_slices_are_refused_before_freeing_them_crashes_python():
    nested = name("__builtin__.slice") + b"q\0" + b"h\0" * 9 + b"N" + b"NN\x87R" * 10
    refused(program(nested), pickle.UnpicklingError, "a slice is of other than numbers")


def test_a_shape_that_would_be_printed_for_ever_is_refused():
    doubled = b")" + b"q\0h\0\x86" * 60
    size = doubled + b"\x85"
    args = [value(0), size, value((1,)), value(False), b"N"]
    opcodes = call("torch._utils._rebuild_tensor_v2", storage(numel=0), *args)
    refused(program(opcodes), pickle.UnpicklingError, "are no natural numbers")


def test_an_attribute_whose_name_is_no_string_is_not_even_printed():
    named = value(EMPTY) + call("builtins.frozenset", value([1])) + b"Ns"
    refused(
        program(module(named)), pickle.UnpicklingError, "an attribute of Linear has no name"
    )


def test_values_that_are_copied_over_and_over_are_refused():
    data = name("builtins.bytearray") + b"q\0" + b"(" + text("x" * 1000) + text("latin1")
    again = data + b"tq\1R" + b"h\0h\1R" * 100
    refused(program(again), pickle.UnpicklingError, "copied over and over")


def test_a_tensor_that_is_negated_by_a_mark_is_refused():
    file = io.BytesIO()
    torch.save(torch.tensor([1 + 2j, 3 - 1j]).conj().imag, file)
    refused(file.getvalue(), pickle.UnpicklingError, "negated or conjugated by a mark")


def test_a_module_that_is_a_part_of_itself_is_refused():
    own = {k: v for k, v in EMPTY.items() if k != "_modules"}
    stores = b"".join(text(k) + value(v) for k, v in own.items())
    made = name(DOER) + b")\x81r\xfe\0\0\0"
    state = b"}(" + text("_modules") + b"}" + text("me") + b"j\xfe\0\0\0s" + stores + b"u"
    refused(program(made, state, b"b"), pickle.UnpicklingError, "a Linear is a part of itself")
