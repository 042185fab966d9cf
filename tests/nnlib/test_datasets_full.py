"""The full sets: downloads that break and go on, broken files, safe reading of formats."""

import gzip
import hashlib
import io
import os
import pickle
import struct
import tarfile
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest

from nnlib.datasets import CIFAR10, MNIST, FashionMNIST
from nnlib.datasets.cifar import read_batch, unpack
from nnlib.datasets.download import fetch
from nnlib.datasets.mnist import read_idx
from nnlib.utils.data import DataLoader


def md5(raw):
    return hashlib.md5(raw).hexdigest()


class Site(BaseHTTPRequestHandler):
    """A server of files that breaks off after `breaks[k]` bytes in the k-th request."""

    def do_GET(self):
        site = self.server
        asked = self.headers.get("Range")
        site.asked.append((self.path, asked))
        raw = site.files.get(self.path)
        if raw is None:
            return self.send_error(404)
        start = int(asked[6:-1]) if asked and site.ranges else 0
        if start >= len(raw) > 0:
            return self.send_error(416)
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(raw) - 1}/{len(raw)}")
        self.send_header("Content-Length", str(len(raw) - start))
        self.end_headers()
        end = site.breaks.pop(0) if site.breaks else None
        self.wfile.write(raw[start:][:end])

    def log_message(self, *_):
        """Print nothing."""


@contextmanager
def serving(files, *, ranges=True, breaks=()):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    server.files, server.ranges, server.breaks = files, ranges, list(breaks)
    server.asked = []
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    server.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch):
    monkeypatch.setenv("no_proxy", "127.0.0.1")


BODY = bytes(range(256)) * 1000
URL = "/folder/file.bin"


@pytest.mark.parametrize("ranges", [True, False])
def test_a_download_that_breaks_off_is_gone_on_with(tmp_path, ranges):
    path = tmp_path / "file.bin"
    with serving({URL: BODY}, ranges=ranges, breaks=[100_000, None]) as site:
        fetch([site.url + URL], path, md5sum=md5(BODY), pause=0)
        assert [asked for _, asked in site.asked] == [None, "bytes=100000-"]
    assert path.read_bytes() == BODY
    assert os.listdir(tmp_path) == ["file.bin"]


def test_a_wrong_checksum_is_named_and_nothing_is_kept(tmp_path):
    with serving({URL: b"other"}) as site, pytest.raises(RuntimeError) as error:
        fetch([site.url + URL], tmp_path / "file.bin", md5sum=md5(BODY), pause=0)
    assert f"wrong checksum, MD5 {md5(b'other')} instead of {md5(BODY)}" in str(error.value)
    assert os.listdir(tmp_path) == []


def test_a_broken_start_is_thrown_away_and_fetched_anew(tmp_path):
    path = tmp_path / "file.bin"
    (tmp_path / "file.bin.part").write_bytes(b"something else")
    with serving({URL: BODY}) as site:
        fetch([site.url + URL], path, md5sum=md5(BODY), pause=0)
        assert [asked for _, asked in site.asked] == ["bytes=14-", None]
    assert path.read_bytes() == BODY


def test_without_a_network_the_address_and_the_place_are_named(tmp_path):
    with serving({}) as site:
        closed = f"{site.url}/file.bin"
    with pytest.raises(RuntimeError) as error:
        fetch([closed], tmp_path / "file.bin", pause=0)
    message = str(error.value)
    assert f"{closed}: no connection" in message
    assert f"put it at {tmp_path / 'file.bin'}" in message


def test_a_full_disk_is_named(tmp_path):
    (tmp_path / "file.bin.part").symlink_to("/dev/full")
    with serving({URL: BODY}) as site, pytest.raises(OSError, match="no room for 256000 bytes"):
        fetch([site.url + URL], tmp_path / "file.bin")


def idx(array, code=8):
    header = b"\0\0" + bytes([code, array.ndim]) + np.array(array.shape, ">i4").tobytes()
    return header + array.tobytes()


@pytest.fixture(scope="module")
def small():
    """Return small files in the formats of MNIST, by name."""
    rng, files = np.random.default_rng(1), {}
    for prefix, n in (("train", 7), ("t10k", 3)):
        images = rng.integers(256, size=(n, 5, 4), dtype=np.uint8)
        files[f"{prefix}-images-idx3-ubyte"] = idx(images)
        files[f"{prefix}-labels-idx1-ubyte"] = idx(np.arange(n, dtype=np.uint8) % 10)
    return files


def small_mnist(files, url, ground=MNIST):
    class Small(ground):
        mirrors = (f"{url}/",)
        resources = {name: md5(raw) for name, raw in files.items()}  # noqa: RUF012
        pause = 0.0

    return Small


def packed(files):
    return {f"/{name}.gz": gzip.compress(raw) for name, raw in files.items()}


@pytest.mark.parametrize("ground", [MNIST, FashionMNIST])
def test_mnist_is_downloaded_once_and_read(tmp_path, small, ground):
    with serving(packed(small)) as site:
        Small = small_mnist(small, site.url, ground)
        train, test = (Small(tmp_path, train=t, download=True) for t in (True, False))
        assert len(site.asked) == 4
    raw = small["train-images-idx3-ubyte"]
    np.testing.assert_array_equal(
        train.data, np.frombuffer(raw[16:], np.uint8).reshape(7, 5, 4)
    )
    assert (len(train), len(test), test.targets.tolist()) == (7, 3, [0, 1, 2])
    assert sorted(os.listdir(tmp_path / "Small" / "raw")) == sorted(small)
    assert repr(test) == f"Small: 3 test pictures in {tmp_path}"


def test_a_sample_is_a_picture_and_a_number_each_transformed(tmp_path, small):
    with serving(packed(small)) as site:
        plain = small_mnist(small, site.url)(tmp_path, download=True)
    picture, target = plain[2]
    assert (picture.dtype, picture.shape, target, type(target)) == (np.uint8, (5, 4), 2, int)
    assert plain.class_to_idx["2 - two"] == 2
    changed = type(plain)(tmp_path, transform=lambda x: x / 255, target_transform=lambda t: -t)
    np.testing.assert_array_equal(changed[2][0], picture / 255)
    assert changed[2][1] == -2
    X, y = next(iter(DataLoader(changed, batch_size=7)))
    assert (X.shape, y.tolist()) == ((7, 5, 4), [0, -1, -2, -3, -4, -5, -6])


def test_a_broken_file_is_named_and_mended_by_download(tmp_path, small):
    with serving(packed(small)) as site:
        Small = small_mnist(small, site.url)
        Small(tmp_path, download=True)
        path = tmp_path / "Small" / "raw" / "t10k-labels-idx1-ubyte"
        path.write_bytes(b"broken")
        with pytest.raises(
            RuntimeError, match=f"t10k-labels-idx1-ubyte is broken .MD5 {md5(b'broken')}"
        ):
            Small(tmp_path)
        assert len(Small(tmp_path, train=False, download=True)) == 3
        assert [where for where, _ in site.asked[4:]] == ["/t10k-labels-idx1-ubyte.gz"]


def test_idx_files_hold_any_of_six_types(tmp_path):
    codes = {8: "u1", 9: "i1", 11: ">i2", 12: ">i4", 13: ">f4", 14: ">f8"}
    for code, dtype in codes.items():
        array = np.arange(6).reshape(2, 3).astype(dtype)
        (tmp_path / "file").write_bytes(idx(array, code))
        got = read_idx(tmp_path / "file")
        np.testing.assert_array_equal(got, array)
        assert got.dtype == np.dtype(dtype).newbyteorder("=")


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"PK\3\4....",
        b"\0\0\x07\1\0\0\0\0",
        b"\0\0\x08\x03\0\0\0\1",
        b"\0\0\x08\x01\0\0\0\3ab",
        b"\0\0\x08\x01\0\0\0\1ab",
        b"\0\0\x08\x03" + b"\xff" * 12,
    ],
)
def test_a_broken_idx_file_is_refused(tmp_path, raw):
    (tmp_path / "file").write_bytes(raw)
    with pytest.raises(ValueError, match="read_idx: file"):
        read_idx(tmp_path / "file")


def string(raw):
    """Return a string pickled as by Python 2."""
    return b"T" + struct.pack("<I", len(raw)) + raw


def batch(rows, labels, *, code=b"u1", module=b"numpy.core.multiarray\n_reconstruct\n"):
    """Return a batch of CIFAR pickled as by Python 2."""
    n, d = rows.shape
    numbers = b"(" + b"".join(b"K" + bytes([k]) for k in labels) + b"e"
    array = (
        b"c" + module + b"cnumpy\nndarray\nK\x00\x85U\x01b\x87R"
        b"(K\x01" + b"M" + struct.pack("<H", n) + b"M" + struct.pack("<H", d) + b"\x86"
        b"cnumpy\ndtype\n" + string(code) + b"K\x00K\x01\x87R"
        b"(K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb"
        b"I00\n" + string(rows.tobytes()) + b"tb"
    )
    entries = string(b"batch_label") + string(b"one") + string(b"labels") + b"]" + numbers
    return b"\x80\x02}(" + entries + string(b"data") + array + b"u."


def cifar_files():
    rng, files = np.random.default_rng(2), {}
    for name in CIFAR10.resources:
        rows = rng.integers(256, size=(3, 3072), dtype=np.uint8)
        files[name] = batch(rows, rng.integers(10, size=3))
    return files


def archive(files, links=()):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        for name, raw in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(raw)
            tar.addfile(member, io.BytesIO(raw))
        for name, target in links:
            member = tarfile.TarInfo(name)
            member.type, member.linkname = tarfile.SYMTYPE, target
            tar.addfile(member)
    return buffer.getvalue()


def small_cifar(files, raw, url):
    class Small(CIFAR10):
        mirrors = (f"{url}/",)
        archive = ("small.tar.gz", md5(raw))
        resources = {name: md5(content) for name, content in files.items()}  # noqa: RUF012
        pause = 0.0

    return Small


def test_cifar_is_downloaded_once_and_read(tmp_path):
    files = cifar_files()
    raw = archive({f"cifar-10-batches-py/{name}": content for name, content in files.items()})
    with serving({"/small.tar.gz": raw}, breaks=[5000, None]) as site:
        Small = small_cifar(files, raw, site.url)
        train, test = (Small(tmp_path, train=t, download=True) for t in (True, False))
        assert [asked for _, asked in site.asked] == [None, "bytes=5000-"]
    assert (train.data.shape, test.data.shape) == ((15, 32, 32, 3), (3, 32, 32, 3))
    rng = np.random.default_rng(2)
    first = rng.integers(256, size=(3, 3072), dtype=np.uint8)
    np.testing.assert_array_equal(train.data[1, 4, 7], first[1].reshape(3, 32, 32)[:, 4, 7])
    assert train.targets[:3].tolist() == rng.integers(10, size=3).tolist()
    assert os.listdir(tmp_path) == ["cifar-10-batches-py"]


def test_nothing_of_an_archive_lands_elsewhere(tmp_path):
    names = (
        "../data_batch_1",
        "/data_batch_2",
        "cifar-10-batches-py/../../data_batch_3",
        "else",
    )
    links = [("cifar-10-batches-py/data_batch_4", "/etc/hostname")]
    (tmp_path / "in").mkdir()
    (tmp_path / "a.tar.gz").write_bytes(archive(dict.fromkeys(names, b"x"), links))
    unpack(tmp_path / "a.tar.gz", tmp_path / "in", {f"data_batch_{k}" for k in range(1, 6)})
    assert os.listdir(tmp_path / "in") == []
    assert sorted(os.listdir(tmp_path)) == ["a.tar.gz", "in"]


class Harm:
    def __reduce__(self):
        return (os.mkdir, ("harm",))


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (pickle.dumps(Harm()), r"it asks for posix.mkdir, which is refused"),
        (batch(np.zeros((1, 3072), np.uint8), [1], module=b"os\nsystem\n"), "os.system"),
        (batch(np.zeros((1, 3072), np.uint8), [1], code=b"O8"), "expected rows of bytes"),
        (batch(np.zeros((1, 3071), np.uint8), [1]), "cannot reshape"),
        (batch(np.zeros((1, 3072), np.uint8), [1, 2]), "as many labels as pictures"),
        (pickle.dumps([1]), "no batch of CIFAR-10"),
        (b"\x80", "no batch of CIFAR-10"),
        (b"", "no batch of CIFAR-10"),
    ],
)
def test_a_pickle_that_is_no_batch_is_refused(tmp_path, monkeypatch, raw, message):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data_batch_1").write_bytes(raw)
    with pytest.raises(ValueError, match=f"read_batch.*{message}"):
        read_batch(tmp_path / "data_batch_1")
    assert os.listdir(tmp_path) == ["data_batch_1"]
