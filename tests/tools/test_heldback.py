"""The held-back images, and the tool that selects them."""

import gzip
import hashlib
import importlib.util
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
from nngrader.release.package import build_wheel

from nnlib.datasets import shakespeare
from nnlib.datasets.pictures import FILE, MORE

ROOT = Path(__file__).parents[2]
HELDBACK = ROOT / "exercises" / "heldback"
SHA256 = {  # of the raw bytes: the compressed file depends on zlib
    "images": "51934c6ce4537ea5533ffc26a26ac295ba04a5f4f7c0259fcae994a796d6ba6c",
    "labels": "90c19ae1fabca8ea9fddcc99deaca618699cb704dc6014e0ad2b0e291c701559",
}
PLAY = "3e06b91d45753ad7c7264b3e9b0f8b58bcc4e7bad4fb662386b7e5ef11b994bb"


def pictures(file, more):
    """Return all images of the two packaged files."""
    with np.load(file) as a, np.load(more) as b:
        return np.concatenate([a["train_images"], a["test_images"], b["images"]])


@pytest.fixture(scope="module")
def maker():
    spec = importlib.util.spec_from_file_location("maker", ROOT / "tools" / "make_datasets.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def heldback():
    with np.load(HELDBACK / "fashion.npz") as file:
        return dict(file)


@pytest.fixture(scope="module")
def packaged():
    return pictures(FILE, MORE)


@pytest.mark.parametrize("name", SHA256)
def test_the_held_back_arrays_are_the_ones_that_were_made(heldback, name):
    assert hashlib.sha256(heldback[name].tobytes()).hexdigest() == SHA256[name]


def test_each_class_has_400_held_back_images(heldback):
    assert np.bincount(heldback["labels"]).tolist() == [400] * 10
    assert heldback["images"].shape == (4000, 28, 28)
    assert {a.dtype.name for a in heldback.values()} == {"uint8"}


def test_no_held_back_image_is_in_the_package(heldback, packaged):
    known = {p.tobytes() for p in packaged}
    assert len(known) == 9000
    assert not [p for p in heldback["images"] if p.tobytes() in known]


@pytest.mark.slow
def test_no_held_back_image_is_nearly_one_of_the_package(maker, heldback, packaged):
    assert not (maker.nearest_distance(heldback["images"], packaged) < maker.NEAR).any()


def test_no_held_back_image_occurs_twice(heldback):
    assert len({p.tobytes() for p in heldback["images"]}) == 4000


def test_the_distance_belongs_to_the_nearest_image(maker):
    rng = np.random.default_rng(1)
    a, b = (rng.integers(256, size=(n, 5, 5), dtype=np.uint8) for n in (1003, 7))
    gaps = a[:, None].astype(float) - b
    want = np.sqrt((gaps**2).mean(axis=(2, 3)).min(axis=1))
    np.testing.assert_allclose(maker.nearest_distance(a, b), want)


def test_the_held_back_play_is_the_one_that_was_made_and_none_of_the_package():
    with np.load(HELDBACK / "play.npz") as file:
        raw = file["text"].tobytes()
    assert hashlib.sha256(raw).hexdigest() == PLAY
    packaged = [text for part in shakespeare() for text in part.texts]
    assert raw.decode() not in packaged
    assert "public domain" in (HELDBACK / "play.LICENSE.txt").read_text()


def test_licence_and_meaning_are_next_to_the_images():
    assert "Permission is hereby granted" in (HELDBACK / "fashion.LICENSE.txt").read_text()
    assert "aren't secret" in (HELDBACK / "README.md").read_text()


def test_the_wheel_contains_no_held_back_image(tmp_path, heldback):
    with zipfile.ZipFile(build_wheel(tmp_path)) as wheel:
        names = wheel.namelist()
    assert {FILE.name, MORE.name} <= {Path(n).name for n in names}
    assert not [n for n in names if "heldback" in n or n.endswith("/fashion.npz")]


def idx(array):
    return (
        b"\0\0\x08"
        + bytes([array.ndim])
        + np.array(array.shape, ">i4").tobytes()
        + array.tobytes()
    )


@pytest.fixture
def originals(maker, monkeypatch, tmp_path):
    """Write four small original files: 520 training and 820 test images of each class."""
    rng = np.random.default_rng(3)
    for prefix, n in (("train", 520), ("t10k", 820)):
        labels = np.repeat(np.arange(10, dtype=np.uint8), n)
        images = rng.integers(256, size=(len(labels), 2, 3), dtype=np.uint8)
        for name, array in (("images-idx3", images), ("labels-idx1", labels)):
            raw, name = idx(array), f"{prefix}-{name}-ubyte"
            (tmp_path / f"{name}.gz").write_bytes(gzip.compress(raw))
            monkeypatch.setitem(maker.MD5, name, hashlib.md5(raw).hexdigest())
    for name in ("DATA", "HELDBACK"):
        (tmp_path / name).mkdir()
        monkeypatch.setattr(maker, name, tmp_path / name)
    monkeypatch.setattr(maker, "NEAR", 0.1)
    return tmp_path


def make(maker, monkeypatch, folder, *arguments):
    """Run the tool; return the bytes of both packaged files, and of the held-back one."""
    monkeypatch.setattr(sys, "argv", ["make_datasets", "--source", str(folder), *arguments])
    maker.main()
    file, more = (folder / "DATA" / path.name for path in (FILE, MORE))
    return file.read_bytes() + more.read_bytes(), (
        folder / "HELDBACK" / "fashion.npz"
    ).read_bytes()


@pytest.mark.slow
def test_the_tool_makes_the_same_bytes_each_time(maker, monkeypatch, originals):
    first = make(maker, monkeypatch, originals)
    assert make(maker, monkeypatch, originals) == first


@pytest.mark.slow
def test_another_seed_changes_only_the_held_back_images(maker, monkeypatch, originals):
    packaged, heldback = make(maker, monkeypatch, originals)
    again, other = make(maker, monkeypatch, originals, "--seed", "7")
    assert again == packaged
    assert other != heldback


@pytest.mark.slow
@pytest.mark.parametrize("seed", [(), ("--seed", "7")], ids=["first", "another"])
def test_a_draw_leaves_out_what_is_near_the_package(maker, monkeypatch, originals, seed):
    monkeypatch.setattr(maker, "NEAR", 6)
    make(maker, monkeypatch, originals, *seed)
    known = pictures(*(originals / "DATA" / path.name for path in (FILE, MORE)))
    assert len({p.tobytes() for p in known}) == 9000
    with np.load(originals / "HELDBACK" / "fashion.npz") as file:
        assert maker.nearest_distance(file["images"], known).min() >= 6
        assert np.bincount(file["labels"]).tolist() == [400] * 10
