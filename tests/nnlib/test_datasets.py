"""The packaged data: what is inside, by count and by hash."""

import hashlib
import importlib.util
from pathlib import Path

import numpy as np
import pytest

from nnlib.datasets import FASHION_CLASSES, fashion_mnist
from nnlib.datasets.fashion import FILE

ROOT = Path(__file__).parents[2]
SHA256 = {  # of the raw bytes: the compressed file depends on zlib
    "train_images": "67bd7bd4e4e492618d20ffab4ccc388ae2c73b974b5db834d684dff118637dac",
    "train_labels": "42cf190cd0677f1ce14da879372d0c7d5c109368a36c44e02688aaf0b0c388ce",
    "test_images": "bdd24006442a14420bcd6b860ff051c63231fd696b6ee00ef9207166f7d7097b",
    "test_labels": "0217d8798e3446dcad8bb65c2f1ee95d829e6441239f2eedb7114e484c05efa7",
}


@pytest.mark.parametrize("name", SHA256)
def test_the_packaged_arrays_are_the_ones_that_were_made(name):
    with np.load(FILE) as file:
        assert hashlib.sha256(file[name].tobytes()).hexdigest() == SHA256[name]


@pytest.mark.parametrize(("part", "count"), [(0, 500), (1, 100)])
def test_every_class_has_the_same_number_of_pictures(part, count):
    assert np.bincount(fashion_mnist()[part].y).tolist() == [count] * len(FASHION_CLASSES)


def test_pictures_are_float32_between_black_and_white():
    for split in fashion_mnist():
        assert split.X.dtype == np.float32
        assert (split.X.min(), split.X.max()) == (0, 1)


def test_no_test_picture_is_a_training_picture():
    train, test = fashion_mnist()
    assert not {x.tobytes() for x in train.X} & {x.tobytes() for x in test.X}


def test_changing_what_was_returned_changes_nothing_else():
    fashion_mnist()[0].X[:] = 7
    assert fashion_mnist()[0].X.max() == 1


def test_the_licence_lies_beside_the_data():
    for file in FILE.parent.glob("*.npz"):
        assert "Permission is hereby granted" in file.with_suffix(".LICENSE.txt").read_text()


def test_the_packaged_data_stay_below_six_megabytes():
    assert sum(f.stat().st_size for f in FILE.parent.iterdir()) < 6_000_000


@pytest.fixture(scope="module")
def maker():
    spec = importlib.util.spec_from_file_location("maker", ROOT / "tools" / "make_datasets.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_maker_refuses_a_file_that_is_not_the_original(maker, tmp_path):
    import gzip

    name = "t10k-labels-idx1-ubyte"
    (tmp_path / f"{name}.gz").write_bytes(gzip.compress(b"\0\0\x08\x01\0\0\0\x02\1\2"))
    with pytest.raises(ValueError, match="is not the original file"):
        maker.read_idx(tmp_path, name)


def test_the_maker_reads_idx_files(maker, tmp_path, monkeypatch):
    import gzip

    name, raw = "tiny", b"\0\0\x08\x02\0\0\0\x02\0\0\0\x03" + bytes(range(6))
    monkeypatch.setitem(maker.MD5, name, hashlib.md5(raw).hexdigest())
    (tmp_path / f"{name}.gz").write_bytes(gzip.compress(raw))
    np.testing.assert_array_equal(maker.read_idx(tmp_path, name), [[0, 1, 2], [3, 4, 5]])


def test_the_maker_draws_each_class_equally(maker):
    labels = np.repeat(np.arange(10), 7)
    drawn = maker.stratified(labels, 3, np.random.default_rng(0))
    assert np.bincount(labels[drawn]).tolist() == [3] * 10
    assert len(set(drawn)) == 30
