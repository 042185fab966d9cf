"""No pickle makes ``load`` build what ``save`` never writes, or allocate more than there is."""

import io
import pickle
import tracemalloc

import numpy as np
import pytest
import torch

from nnlib.serialization import load
from nnlib.serialization.rebuild import KEYS, LARGEST
from tests.nnlib.harness import naming
from tests.nnlib.hostile.files import (
    DOER,
    EMPTY,
    FOUR,
    P,
    Q,
    archive,
    call,
    module,
    name,
    program,
    refused,
    storage,
    tensor,
    text,
    value,
)


def with_class(key, path):
    """Return a module's pickled state in which a key holds a class."""
    return value(EMPTY) + text(key) + name(path) + b"s"


EMPTY_TENSOR = tensor((0,), of=storage(numel=0))
MISUSE = {
    "a module called": call(DOER, value(10**6), value(10**6)),
    "a module made with arguments": name(DOER) + value((1, 2)) + b"\x81",
    "another class made empty": name("builtins.set") + b")\x81",
    "no class made": b"N)\x81",
    "data called": b"N)R",
    "a dict called": b"})R",
    "a tensor called": call("torch.float32"),
    "a storage called": call("torch.FloatStorage"),
    "a module's object called": module(EMPTY) + b")R",
    "arguments of a list": name("builtins.set") + b"]R",
    "arguments of a list, new": name(DOER) + b"]\x81",
    "a method replaced": module(with_class("forward", "builtins.set")),
    "a function replaced": module(
        with_class("function", "builtins.set"), "nnlib.nn.activation.ReLU"
    ),
    "a class replaced": module({**EMPTY, "__class__": 1}),
    "an attribute of no name": module({**EMPTY, 3: 1}),
    "a state of slots": module((EMPTY, {"forward": 1})),
    "a module without stores": module({}),
    "a parameter of data": module({**EMPTY, "_parameters": {"w": 1}}),
    "a buffer of data": module({**EMPTY, "_buffers": {"w": 1}}),
    "a part of data": module({**EMPTY, "_modules": {"w": 1}}),
    "a part with a number as name": module({**EMPTY, "_modules": {1: None}}),
    "the unsaved as list": module({**EMPTY, "_unsaved": []}),
    "training as number": module({**EMPTY, "training": 1}),
    "a module in itself": name(DOER)
    + b")\x81r\xff\x00\x00\x00}("
    + text("_modules")
    + b"}"
    + text("a")
    + b"j\xff\x00\x00\x00s"
    + b"".join((text(k) + value(v) for k, v in EMPTY.items() if k != "_modules"))
    + b"ub",
    "a module without attributes": name(DOER) + b")\x81",
    "attributes of a list": b"]}b",
    "attributes of a class": name(DOER) + b"}b",
    "attributes of a dict": b"}}b",
    "a method of OrderedDict": call("collections.OrderedDict") + value({"items": 1}) + b"b",
    "OrderedDict of numbers": call("collections.OrderedDict", value([1])),
    "OrderedDict of a number": call("collections.OrderedDict", value(3)),
    "Counter of a string": call("collections.Counter", "abc"),
    "bytearray of its size": call("builtins.bytearray", value(10**12)),
    "bytes of their size": call("builtins.bytes", value(10**12)),
    "a set of a number": call("builtins.set", value(3)),
    "a codec": call("_codecs.encode", "x", "rot13"),
    "a complex of a string": call("builtins.complex", "1", "2"),
    "a slice of one": call("builtins.slice", value(1)),
    "a device of a number": call("torch.device", value(1)),
    "a parameter of no tensor": call("torch._utils._rebuild_parameter", b"N", b"\x88"),
    "a buffer of no tensor": call("nnlib.serialization.rebuild_buffer", b"N", b"\x88"),
    "an array of no tensor": call("nnlib.serialization.rebuild_array", b"N"),
    "a number of no tensor": call("nnlib.serialization.rebuild_scalar", b"N"),
    "a buffer of a string": call("nnlib.serialization.rebuild_buffer", EMPTY_TENSOR, "yes"),
    "a number of several": call("nnlib.serialization.rebuild_scalar", EMPTY_TENSOR),
    "bytes of a number": call("_codecs.encode", b"K\x01", "latin1"),
    "a device with a string": call("torch.device", "cpu", "0"),
    "OrderedDict of three": call("collections.OrderedDict", value([(1, 2, 3)])),
    "an attribute with underscores": module({**EMPTY, "__own__": 1}),
    "a tensor of no storage": call("torch._utils._rebuild_tensor_v2", *(b"N",) * 6),
    "INST": b"(ios\nsystem\n",
    "OBJ": b"(" + name("builtins.set") + b"o",
    "NEWOBJ_EX": name(DOER) + b")}\x92",
    "STACK_GLOBAL": text("os") + text("system") + b"\x93",
    "EXT1": b"\x82\x01",
    "STRING": b"S'x'\n",
    "INT": b"I1\n",
    "PERSID": b"P1\n",
    "no instruction": b"\xff",
    "another protocol": b"\x80\x04N",
    "an empty stack": b"",
    "a memo without the entry": b"h\x05",
    "no mark": b"t",
    "a mark too many": b"N(",
    "a tuple of too little": b"N\x86",
    "a key without value": b"}(Nu",
    "items of a number": b"NNa",
    "keys of a list": b"]NNs",
    "a list as key": b"}]Ns",
    "no text": b"X\x01\x00\x00\x00\xff",
    "a string longer than the file": b"X\xff\xff\xff\xff",
    "a name without end": b"cos",
}


def test_what_save_never_writes_is_refused():
    for name_, opcodes in MISUSE.items():
        with naming(name_):
            refused(program(opcodes), pickle.UnpicklingError, "load: ")


def test_a_key_that_would_be_hashed_for_ever_is_refused():
    doubled = b"q\0h\0\x86" * 60  # 2^60 empty tuples, in 240 bytes
    message = f"a key is a tuple of more than {KEYS} parts"
    refused(program(b"})", doubled, b"Ns"), pickle.UnpicklingError, message)
    refused(
        program(name("builtins.set"), b"])", doubled, b"a\x85R"),
        pickle.UnpicklingError,
        message,
    )


def test_what_was_checked_cannot_be_changed():
    stores = b"".join(text(k) + value(v) for k, v in EMPTY.items() if k != "_modules")
    state = b"}(" + text("_modules") + b"}r\xff\0\0\0" + stores + b"u"
    after = b"j\xff\0\0\0" + text("a") + b"K\1s\x86"
    got, changed = load(program(name(DOER), b")\x81", state, b"b", after))
    assert changed == {"a": 1}
    assert dict(got.named_children()) == {}


@pytest.mark.slow
def test_a_tuple_nested_deeply_comes_back_as_it_is():
    got = load(program(b")", b"\x85" * 100_000))
    for _ in range(100_000):
        (got,) = got
    assert got == ()


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
    "a storage nowhere": storage(location=None),
    "a storage of a negative size": storage(numel=-4),
    "a storage of four parts": b"(" + text("storage") + b"NNNtQ",
    "a storage without type": b"(" + text("storage") + b"N" + text("0") * 2 + b"K\4tQ",
}


def test_tensors_that_do_not_fit_are_refused_before_memory_is_taken():
    for name_, opcodes in TENSORS.items():
        file = archive(P + opcodes + Q, {"0": FOUR, "1": FOUR})
        tracemalloc.start()
        try:
            with naming(name_):
                refused(file, pickle.UnpicklingError, "^load: (?!data.pkl is damaged)")
                assert tracemalloc.get_traced_memory()[1] < 2**20
        finally:
            tracemalloc.stop()


def test_bytes_that_are_no_truth_values_become_some():
    opcodes = tensor(of=storage(numel=4, kind="BoolStorage"))
    got = load(archive(P + opcodes + Q, {"0": b"\0\1\2\xff"}))
    assert got.array.view(np.uint8).tolist() == [0, 1, 1, 1]


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
