"""Make what challenges need: held-back data, and the files that solve them.

Run by hand, as is `make_datasets.py`: what it writes is committed.
"""

import io
from pathlib import Path

import numpy as np
from make_datasets import SIDE as SMALLER
from make_datasets import smaller

HELDBACK = Path(__file__).parents[1] / "exercises" / "heldback"
TOP, LEFT, SIDE = 20, 90, 380  # of the portrait, in pixels
LUMINANCE = np.array([0.299, 0.587, 0.114])
ANGLES, PLACES = 16, (-2.5, -0.8, 0.8, 2.5)  # of edges in a block, in pixels from its middle


def hopper() -> np.ndarray:
    """Return a part of the portrait of Grace Hopper that Matplotlib brings, in grey."""
    from matplotlib.cbook import get_sample_data
    from PIL import Image

    with get_sample_data("grace_hopper.jpg") as file:
        portrait = np.asarray(Image.open(io.BytesIO(file.read())))
    part = portrait[TOP : TOP + SIDE, LEFT : LEFT + SIDE]
    return smaller((part @ LUMINANCE).round().astype(np.uint8), SMALLER)


def cosines() -> np.ndarray:
    """Return the 64 products of cosines of a block of 8 by 8 pixels, of length 1 each."""
    k, x = np.mgrid[:8, :8]
    lines = np.cos(np.pi * k * (2 * x + 1) / 16) * np.sqrt(np.where(k == 0, 1, 2) / 8)
    return np.kron(lines, lines)


def edges() -> np.ndarray:
    """Return 64 soft edges, from dark to bright, in 16 directions and 4 places."""
    y, x = np.mgrid[:8, :8] - 3.5
    angles = np.arange(ANGLES) * np.pi / ANGLES
    steps = [np.tanh(2 * (np.cos(t) * x + np.sin(t) * y - d)) for t in angles for d in PLACES]
    flat = np.array([(step - step.mean()).ravel() for step in steps])
    return flat / np.linalg.norm(flat, axis=1, keepdims=True)


def main() -> None:
    """Write the photograph that is held back, and a basis that reaches every threshold."""
    np.savez_compressed(HELDBACK / "hopper.npz", picture=hopper())
    solved = HELDBACK / "ps1_linear_algebra"
    solved.mkdir(exist_ok=True)
    basis = np.vstack([cosines(), edges()])
    np.savez_compressed(solved / "basis.npz", basis=basis.astype(np.float32))
    for file in (HELDBACK / "hopper.npz", solved / "basis.npz"):
        print(f"{file.name}: {file.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
