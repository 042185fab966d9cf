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


def wheel(maker, folder, package, name, raw):
    """Write a wheel with one file, whose sum the tool then expects."""
    with zipfile.ZipFile(folder / f"{package}-1.0-py3-none-any.whl", "w") as archive:
        archive.writestr(name, raw)
    maker.SHA256[Path(name).name] = hashlib.sha256(raw).hexdigest()[:32]


def test_digits_made_from_scikit_learn_are_the_packaged_ones(maker, tmp_path):
    from sklearn.datasets import load_digits

    table = np.column_stack([load_digits().data, load_digits().target])
    text = io.StringIO()
    np.savetxt(text, table, delimiter=",")
    raw = gzip.compress(text.getvalue().encode())
    wheel(maker, tmp_path, "scikit_learn", "sklearn/datasets/data/digits.csv.gz", raw)
    packaged = ROOT / "nnlib" / "datasets" / "data" / "digits.npz"
    with np.load(maker.make_digits(tmp_path)) as got, np.load(packaged) as want:
        assert list(got) == list(want)
        for name, array in want.items():
            np.testing.assert_array_equal(got[name], array, strict=True)


def test_a_package_of_other_content_is_refused(maker, tmp_path):
    name = "statsmodels/datasets/sunspots/sunspots.csv"
    wheel(maker, tmp_path, "statsmodels", name, b"other")
    maker.SHA256["sunspots.csv"] = "0" * 32
    with pytest.raises(
        ValueError, match=r"sunspots.csv of statsmodels-1.0.* doesn't have the expected SHA"
    ):
        maker.make_sunspots(tmp_path)
