"""The packaged data: what is inside, by count and by hash."""

import hashlib
import re

import numpy as np
import pytest

from nnlib import datasets
from nnlib.datasets import describe
from nnlib.datasets.packaged import DATA, read

SHA256 = {  # of names, dtypes, shapes and raw bytes: the compressed file depends on zlib
    "digits": "65598e737b0d48f572dc2f2b586a14830fbf19ce6ed74761bd079b015190f117",
    "fashion_mnist.more": "092fe2e008c13d4bbb72035f7c4502f6f141248996dbd9def6c2131d33791561",
    "fashion_mnist": "c5508b9fffcf9bac1507e917f6e645dae44df861a430cfe99c782655b2efd1e6",
    "first_names": "c04b48dd0bcf3070c3e9b2ce7a45d0623133fdf71432f61a4e305cf0bce10d82",
    "japanese_vowels": "ab880d1c983abf94ce8ca1892a68a685fbc207c9d332cc7841b3fede4754a366",
    "penguins": "0194988d846fdbe021e1d356d66eb19f78353c6c6bf86dfacd17d2f04a9cba46",
    "photographs": "19f2d43848989ee0781dc1e3b3e0cd3640f9cf133d8f2fd7afb062fb61efbd1c",
    "seattle_weather": "3ead174601be5bed57a39cb81316ded680fc9bb6bc46cb30876b9398ee19ecb5",
    "shakespeare": "1b1ede420eef18a1b1327fc427dada69af17469fd91df527f8d94bd5949cea58",
    "sunspots": "afcd73b9d31d52c2cd80f5ce38b493789d902fadf26ca62cca6a246f2cbf6151",
}
SETS = sorted({name.split(".")[0] for name in SHA256})
FREE = ("Permission is hereby granted", "CC0 1.0", "public domain", "CC BY 4.0")


def test_the_packaged_arrays_are_the_ones_that_were_made():
    assert {f.stem for f in DATA.glob("*.npz")} == set(SHA256)
    for name, expected in SHA256.items():
        digest = hashlib.sha256()
        with np.load(DATA / f"{name}.npz", allow_pickle=False) as file:
            for key in sorted(file):
                a = file[key]
                for raw in (key, a.dtype.str, repr(a.shape), a.tobytes()):
                    digest.update(raw.encode() if isinstance(raw, str) else raw)
        assert digest.hexdigest() == expected, name


def licence_of(name):
    """Return the licence text beside the data of a set, without its line breaks."""
    return " ".join((DATA / f"{name.split('.')[0]}.LICENSE.txt").read_text().split())


def test_a_licence_that_allows_redistribution_is_next_to_each_file_and_on_its_card():
    for name in SETS:
        licence, shown = licence_of(name), describe(name).licence
        assert any(words in licence for words in FREE), name
        assert {"MIT": "The MIT License"}.get(shown, shown) in licence


def arrays_in(value):
    """Return every array in a loader's result, at any depth."""
    if isinstance(value, np.ndarray):
        return [value]
    return [a for part in value for a in arrays_in(part)] if isinstance(value, tuple) else []


LOADERS = {name: getattr(datasets, name) for name in SETS}


def test_changing_what_a_loader_gave_changes_nothing_else():
    for name, load in LOADERS.items():
        before = [a.copy() for a in arrays_in(load())]
        for a in arrays_in(load()):
            a[...] = 0
        for now, then in zip(arrays_in(load()), before, strict=True):
            np.testing.assert_array_equal(now, then, err_msg=name)


def test_no_day_of_the_weather_is_missing():
    day, X, y = datasets.seattle_weather()
    assert set(np.diff(day).astype(int)) == {1}
    assert (X[:, 1] >= X[:, 2]).all()
    assert (len(day), X.shape, set(y)) == (1461, (1461, 4), {0, 1, 2, 3, 4})


@pytest.mark.parametrize(
    ("part", "speakers"), [(0, [30] * 9), (1, [31, 35, 88, 44, 29, 24, 40, 50, 29])]
)
def test_the_vowels_are_zero_only_after_their_last_frame(part, speakers):
    X, lengths, y = datasets.japanese_vowels()[part]
    real = np.arange(X.shape[1]) < lengths[:, None]
    assert (X[~real] == 0).all()
    assert (np.abs(X[real]).sum(axis=1) > 0).all()
    assert np.bincount(y).tolist() == speakers


def test_a_broken_packaged_file_is_named(tmp_path):
    (tmp_path / "digits.npz").write_bytes(b"no archive")
    with pytest.raises(OSError, match=r"digits.npz in nnlib.datasets is missing or damaged"):
        read(tmp_path / "digits.npz")


def test_a_card_shows_source_licence_size_and_a_picture_with_words_for_it():
    for name in datasets.names():
        text, shown = repr(describe(name)), describe(name)._repr_html_()
        for value in (describe(name).source, describe(name).licence, describe(name).size):
            assert value in text
            assert value in shown
        picture = r'<img [^>]*alt="[^"]+"|<svg [^>]*aria-label="[^"]+"|<pre>'
        assert name not in SETS or re.search(picture, shown), name


def test_the_size_on_a_card_matches_the_dataset():
    for name in ("fashion_mnist", "digits", "penguins", "japanese_vowels", "first_names"):
        train, test = LOADERS[name]()
        words = f"{len(train[0]):,} training and {len(test[0]):,} test"
        assert words in describe(name).size


def test_an_unknown_name_is_answered_with_the_nearest():
    with pytest.raises(ValueError, match="penguins"):
        describe("penguin")
