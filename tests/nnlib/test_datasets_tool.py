"""The tool that makes the packaged data, on small packages in the formats of the real ones."""

import gzip
import hashlib
import importlib.util
import io
import zipfile
from pathlib import Path

import numpy as np
import pytest

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]


@pytest.fixture
def maker(tmp_path, monkeypatch):
    spec = importlib.util.spec_from_file_location("maker", ROOT / "tools" / "make_datasets.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "DATA", tmp_path)
    return module


def wheel(maker, folder, package, files):
    """Write a wheel with these files, whose sums the tool then expects."""
    with zipfile.ZipFile(folder / f"{package}-1.0-py3-none-any.whl", "w") as archive:
        for name, raw in files.items():
            archive.writestr(name, raw)
    expect(maker, files)


def expect(maker, files):
    sums = {Path(n).name: hashlib.sha256(raw).hexdigest()[:32] for n, raw in files.items()}
    maker.SHA256 |= sums


def made(path):
    with np.load(path, allow_pickle=False) as file:
        return dict(file)


def test_every_set_of_the_package_has_its_maker(maker):
    names = {make.__name__.removeprefix("make_") for make in maker.FROM_PACKAGES}
    packaged = {
        p.name.split(".")[0] for p in (ROOT / "nnlib" / "datasets" / "data").glob("*.npz")
    }
    assert names | {"fashion_mnist"} == packaged


def test_digits_made_from_scikit_learn_are_the_packaged_ones(maker, tmp_path):
    from sklearn.datasets import load_digits

    table = np.column_stack([load_digits().data, load_digits().target])
    text = io.StringIO()
    np.savetxt(text, table, delimiter=",")
    raw = gzip.compress(text.getvalue().encode())
    wheel(maker, tmp_path, "scikit_learn", {"sklearn/datasets/data/digits.csv.gz": raw})
    got = made(maker.make_digits(tmp_path))
    want = made(ROOT / "nnlib" / "datasets" / "data" / "digits.npz")
    assert list(got) == list(want)
    for name, array in want.items():
        np.testing.assert_array_equal(got[name], array, strict=True)


def test_a_package_of_other_content_is_refused(maker, tmp_path):
    name = "statsmodels/datasets/sunspots/sunspots.csv"
    wheel(maker, tmp_path, "statsmodels", {name: b"other"})
    maker.SHA256["sunspots.csv"] = "0" * 32
    with pytest.raises(
        ValueError, match=r"sunspots.csv of statsmodels-1.0.* doesn't have the expected SHA"
    ):
        maker.make_sunspots(tmp_path)


def test_a_split_takes_the_same_fraction_of_each_class_and_is_fixed(maker):
    labels = np.repeat([0, 1, 2], [50, 30, 20])
    parts = maker.split(labels, 0.1)
    assert np.bincount(labels[parts["test"]]).tolist() == [5, 3, 2]
    assert sorted(np.concatenate(list(parts.values()))) == list(range(100))
    np.testing.assert_array_equal(maker.split(labels, 0.1)["test"], parts["test"])
