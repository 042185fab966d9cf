"""The packaged data: what is inside, by count and by hash."""

import base64
import gzip
import hashlib
import importlib.util
import io
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from sklearn.datasets import load_digits

from nnlib import datasets
from nnlib.datasets import FASHION_CLASSES, card, fashion_mnist
from nnlib.datasets.fashion import FILE
from nnlib.datasets.packaged import read

ROOT = Path(__file__).parents[2]
DATA = FILE.parent
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


def test_every_packaged_file_is_checked():
    assert {f.stem for f in DATA.glob("*.npz")} == set(SHA256)


@pytest.mark.parametrize("name", SHA256)
def test_the_packaged_arrays_are_the_ones_that_were_made(name):
    digest = hashlib.sha256()
    with np.load(DATA / f"{name}.npz", allow_pickle=False) as file:
        for key in sorted(file):
            a = file[key]
            for raw in (
                key.encode(),
                a.dtype.str.encode(),
                repr(a.shape).encode(),
                a.tobytes(),
            ):
                digest.update(raw)
    assert digest.hexdigest() == SHA256[name]


@pytest.mark.parametrize(("part", "count"), [(0, 500), (1, 400)])
def test_every_class_has_the_same_number_of_pictures(part, count):
    assert np.bincount(fashion_mnist()[part].y).tolist() == [count] * len(FASHION_CLASSES)


def test_pictures_are_float32_between_black_and_white():
    for split in fashion_mnist():
        assert split.X.dtype == np.float32
        assert (split.X.min(), split.X.max()) == (0, 1)


def test_no_test_picture_is_a_training_picture():
    train, test = fashion_mnist()
    assert not {x.tobytes() for x in train.X} & {x.tobytes() for x in test.X}


def licence_of(name):
    """Return the licence text beside the data of a set, without its line breaks."""
    return " ".join((DATA / f"{name.split('.')[0]}.LICENSE.txt").read_text().split())


@pytest.mark.parametrize("name", SHA256)
def test_a_licence_that_lets_it_be_given_on_lies_beside_each_file(name):
    licence = licence_of(name)
    assert any(words in licence for words in FREE)
    assert "tools/make_datasets.py" in licence


@pytest.mark.parametrize("name", SETS)
def test_the_card_names_the_licence_that_lies_beside_the_file(name):
    short = {"MIT": "The MIT License"}.get(card(name).licence, card(name).licence)
    assert short in licence_of(name)


def test_the_packaged_data_stay_below_six_megabytes():
    assert sum(f.stat().st_size for f in DATA.iterdir()) < 6_000_000


def arrays_in(value):
    """Return every array in a loader's result, at any depth."""
    if isinstance(value, np.ndarray):
        return [value]
    return [a for part in value for a in arrays_in(part)] if isinstance(value, tuple) else []


LOADERS = {name: getattr(datasets, name) for name in SETS}


@pytest.mark.parametrize("name", LOADERS)
def test_changing_what_a_loader_gave_changes_nothing_else(name):
    before = [a.copy() for a in arrays_in(LOADERS[name]())]
    for a in arrays_in(LOADERS[name]()):
        a[...] = 0
    for now, then in zip(arrays_in(LOADERS[name]()), before, strict=True):
        np.testing.assert_array_equal(now, then)


@pytest.mark.parametrize("name", LOADERS)
def test_every_loader_has_a_docstring_with_source(name):
    assert "Source: " in LOADERS[name].__doc__


def test_the_digits_are_those_of_scikit_learn_in_another_order():
    original = load_digits()
    want = {
        (x.tobytes(), int(y)) for x, y in zip(original.images, original.target, strict=True)
    }
    train, test = datasets.digits()
    X, y = (np.concatenate(pair) for pair in zip(train, test, strict=True))
    got = {(x.tobytes(), int(c)) for x, c in zip(X.astype(float) * 16, y, strict=True)}
    assert (len(X), got) == (1797, want)


@pytest.mark.parametrize("load", [datasets.digits, datasets.penguins])
def test_a_stratified_split_has_the_same_shares_in_both_parts(load):
    train, test = load()
    shares = [np.bincount(part.y) / len(part.y) for part in (train, test)]
    np.testing.assert_allclose(*shares, atol=0.01)


def test_the_heaviest_species_of_penguin_is_the_gentoo():
    train, test = datasets.penguins()
    X, y = np.concatenate([train.X, test.X]), np.concatenate([train.y, test.y])
    mass = [X[y == k, 3].mean() for k in range(3)]
    assert datasets.PENGUIN_SPECIES[int(np.argmax(mass))] == "Gentoo"
    assert np.bincount(y).tolist() == [151, 68, 123]  # of the original, without two unmeasured
    assert np.isfinite(X).all()


def test_sex_is_unknown_for_nine_penguins():
    assert sum(int((part.sex == -1).sum()) for part in datasets.penguins()) == 9


def test_the_sun_has_a_cycle_of_eleven_years():
    number = datasets.sunspots().number
    power = np.abs(np.fft.rfft(number - number.mean())) ** 2
    assert abs(len(number) / power.argmax() - 11) < 0.2


def test_no_day_of_the_weather_is_missing():
    day, X, y = datasets.seattle_weather()
    assert set(np.diff(day).astype(int)) == {1}
    assert (X[:, 1] >= X[:, 2]).all()
    assert (len(day), X.shape, set(y)) == (1461, (1461, 4), {0, 1, 2, 3, 4})


@pytest.mark.parametrize(
    ("part", "speakers"), [(0, [30] * 9), (1, [31, 35, 88, 44, 29, 24, 40, 50, 29])]
)
def test_the_vowels_are_zero_behind_their_last_frame_only(part, speakers):
    X, lengths, y = datasets.japanese_vowels()[part]
    real = np.arange(X.shape[1]) < lengths[:, None]
    assert (X[~real] == 0).all()
    assert (np.abs(X[real]).sum(axis=1) > 0).all()
    assert np.bincount(y).tolist() == speakers


def test_no_name_stands_in_both_parts():
    train, test = datasets.first_names()
    assert len({*train.names, *test.names}) == len(train.names) + len(test.names) == 5163
    assert all(re.fullmatch("[A-Z][a-z]+", n) for n in train.names + test.names)
    assert 89 < train.female.sum() + test.female.sum() < 91  # the census lists nine in ten


def test_the_plays_have_acts_and_speakers_and_no_header():
    train, test = datasets.shakespeare()
    for text in train.texts + test.texts:
        assert re.match("act (i|1)", text, re.IGNORECASE)
        assert len(re.findall(r"^[A-Z][A-Z ,']+\.$", text, re.MULTILINE)) > 500
        assert "\n\n\n" not in text
        assert "Gutenberg" not in text
    assert set("".join(test.texts)) <= set("".join(train.texts))


def test_photographs_are_bytes_that_use_the_range():
    for picture in datasets.photographs():
        assert (picture.dtype, picture.shape[:2]) == (np.uint8, (256, 256))
        assert np.ptp(picture) > 120


def test_a_broken_packaged_file_is_named(tmp_path):
    (tmp_path / "digits.npz").write_bytes(b"no archive")
    with pytest.raises(OSError, match=r"digits.npz of nnlib.datasets is missing or broken"):
        read(tmp_path / "digits.npz")


def test_every_set_has_a_card_and_every_card_a_set():
    assert set(SETS) <= set(datasets.names())
    assert all(callable(getattr(datasets, name)) for name in datasets.names())


@pytest.mark.parametrize("name", datasets.names())
def test_a_card_prints_and_shows_source_licence_and_size(name):
    text, shown = repr(datasets.describe(name)), datasets.describe(name)._repr_html_()
    for value in (card(name).source, card(name).licence, card(name).size):
        assert value in text
        assert value in shown


@pytest.mark.parametrize("name", SETS)
def test_the_card_of_a_packaged_set_has_a_picture_with_words_for_it(name):
    shown = datasets.card(name)._repr_html_()
    assert re.search(r'<img [^>]*alt="[^"]+"|<svg [^>]*aria-label="[^"]+"|<pre>', shown)


def test_the_picture_on_a_card_is_a_png_that_others_read():
    shown = datasets.card("photographs")._repr_html_()
    raw = base64.b64decode(re.search('base64,([^"]+)', shown)[1])
    pixels = np.asarray(Image.open(io.BytesIO(raw)))
    cat = datasets.photographs().chelsea[::2, ::2].astype(int)
    loss = cat - pixels[:, :128]  # the two last bits are left out
    assert (loss.min(), loss.max()) == (0, 3)


def test_the_size_on_a_card_is_that_of_the_set():
    for name in ("fashion_mnist", "digits", "penguins", "japanese_vowels", "first_names"):
        train, test = LOADERS[name]()
        words = f"{len(train[0]):,} training and {len(test[0]):,} test"
        assert words in card(name).size


def test_all_sets_are_described_on_one_line_each():
    lines = repr(datasets.describe()).split("\n")
    assert [line.split()[0] for line in lines] == list(datasets.names())
    assert datasets.describe()._repr_html_().count("<tr>") == len(lines)


def test_an_unknown_name_is_answered_with_the_nearest():
    with pytest.raises(
        ValueError, match=r"describe: no data set is called 'penguin' \(did you mean penguins"
    ):
        datasets.describe("penguin")


def test_an_unknown_attribute_is_answered_with_all_names():
    with pytest.raises(
        AttributeError, match="no data set is called 'imagenet'; there are fashion_mnist, "
    ):
        datasets.imagenet  # noqa: B018


@pytest.fixture(scope="module")
def maker():
    spec = importlib.util.spec_from_file_location("maker", ROOT / "tools" / "make_datasets.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_maker_refuses_a_file_that_is_not_the_original(maker, tmp_path):
    name = "t10k-labels-idx1-ubyte"
    (tmp_path / f"{name}.gz").write_bytes(gzip.compress(b"\0\0\x08\x01\0\0\0\x02\1\2"))
    with pytest.raises(ValueError, match="is not the original file"):
        maker.read_idx(tmp_path, name)


def test_the_maker_reads_idx_files(maker, tmp_path, monkeypatch):
    name, raw = "tiny", b"\0\0\x08\x02\0\0\0\x02\0\0\0\x03" + bytes(range(6))
    monkeypatch.setitem(maker.MD5, name, hashlib.md5(raw).hexdigest())
    (tmp_path / f"{name}.gz").write_bytes(gzip.compress(raw))
    np.testing.assert_array_equal(maker.read_idx(tmp_path, name), [[0, 1, 2], [3, 4, 5]])


def test_the_maker_draws_each_class_equally(maker):
    labels = np.repeat(np.arange(10), 7)
    drawn = maker.stratified(labels, 3, np.random.default_rng(0))
    assert np.bincount(labels[drawn]).tolist() == [3] * 10
    assert len(set(drawn)) == 30
