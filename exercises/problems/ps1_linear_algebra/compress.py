"""compress: a photograph below a given error, in the fewest numbers.

What is counted must be what really crosses from the one who compresses to the one who opens.
A pair of functions of the student's could pass a photograph by many doors that nobody counts:
a global name, a text in the code, the digits of a float64. Here the opening is ours and
linear: numbers (one row a block) times the basis in the file that was handed in before anyone
saw the photograph. A number that is not 0 adds a multiple of one row of the basis to one block
and can do nothing else, in however many digits it is written; so they are counted, and
neither type nor length of code needs a limit. One thing could still read digits: rounding.
(c + M) - M is c without its lower digits, and c minus that is the lower digits alone, so rows
of large numbers that cancel each other unpack several small numbers from one. So what cancels
may not be large: below 1e9, rounding moves no pixel by more than 1e-5. The file is capped, and
a basis that knows the photograph by heart needs the photograph, which is held back. Where the
numbers stand is free, as the text says.

What was tried, in percent of the whole picture's singular value decomposition at the same
error, for the visible and the held-back photograph (tests/exercises/test_compress.py): the
first k principal components of other photographs' blocks 55 and 87; of all 64 the largest
coefficients of the whole picture 21 and 21; those of the cosines of JPEG 20 and 18; cosines
beside 64 soft edges, by matching pursuit, 16.7 and 15.8 (`tools/make_challenges.py`).
"""

import numpy as np
from nngrader.engine import challenge

from .common import ELSEWHERE


def percent(args, numbers):
    import io
    import zipfile

    side, most_rows, most_error = 8, 128, 8.0
    with zipfile.ZipFile(io.BytesIO(args["file"].tobytes())) as z:
        if "basis.npy" not in z.namelist():
            raise ValueError("the file holds no array called basis")
        if z.getinfo("basis.npy").file_size > 16 * most_rows * side**2 + 1000:
            raise ValueError("basis is expected to have at most 128 rows of 64 numbers")
        raw = z.read("basis.npy")
    basis = np.lib.format.read_array(io.BytesIO(raw), allow_pickle=False)
    if basis.ndim != 2 or basis.shape[1] != side**2 or len(basis) > most_rows:
        raise ValueError("basis is expected to have at most 128 rows of 64 numbers")
    picture = args["target"].astype(float)
    (H, W), n = picture.shape, picture.size // side**2
    blocks = picture.reshape(H // side, side, W // side, side).swapaxes(1, 2).reshape(n, -1)
    if numbers is None or numbers.dtype.kind not in "biuf" or basis.dtype.kind not in "biuf":
        raise ValueError("expected real numbers, as an array")
    if numbers.shape != (n, len(basis)):
        raise ValueError("expected a row for each block, with a number for each row of basis")
    rebuilt = numbers.astype(float) @ basis.astype(float)
    error = np.sqrt(np.mean((rebuilt - blocks) ** 2))
    if not error <= most_error:
        across = blocks.reshape(H // side, W // side, -1).swapaxes(0, 1).reshape(n, -1)
        if np.sqrt(np.mean((rebuilt - across) ** 2)) <= most_error:
            raise ValueError("the blocks are counted downwards. How does the text count them?")
        if np.sqrt(np.mean((rebuilt - picture.reshape(n, -1)) ** 2)) <= most_error:
            raise ValueError(
                "what is taken for a block is 64 pixels of one line of the picture"
            )
        if np.sqrt(np.mean((rebuilt + 128 - blocks) ** 2)) <= most_error:
            raise ValueError("128 is missing everywhere. Who adds again what was taken off?")
        if error > 4 * most_error:
            raise ValueError(
                "the picture that comes out is off by more than 8 grey levels (root mean "
                "square), and even by more than 32: are blocks, pixels and basis in the order "
                "that the text says?"
            )
        raise ValueError(
            "the picture that comes out is off by more than 8 grey levels (root mean square), "
            "though by less than 32: what is left out?"
        )
    if not (np.abs(numbers.astype(float)) @ np.abs(basis.astype(float))).max() <= 1e9:
        raise ValueError(
            "expected multiples of the basis below 1e9 grey levels: larger ones that cancel "
            "each other carry more than is counted, by rounding"
        )
    lost = np.cumsum(np.linalg.svd(picture, compute_uv=False)[::-1] ** 2)[::-1]
    rank = np.count_nonzero(lost > most_error**2 * picture.size)
    return 100 * np.count_nonzero(numbers) / (rank * (H + W))


photograph = challenge(
    "compress",
    file="basis.npz",
    most_bytes=70_000,
    thresholds={100: 3, 25: 3, 17: 2},
    measured="percent",
    measure=percent,
    lower=True,
    forbidden={"all": ELSEWHERE},
)


@photograph.reference
def compress(file, picture):
    """Numbers from which the basis makes the picture again, most of them 0.

    block n of the picture = sum over i of numbers[n, i] * basis[i], nearly

    file : dict of the arrays in basis.npz; file["basis"] is (K, 64), K at most 128
    picture : (H, W) array of type uint8, H and W multiples of 8
    Returns numbers : (B, K) array; block n of the B = H W / 64 blocks of 8 by 8 pixels, counted
    row of blocks by row of blocks, has its pixels in the order of reshape.
    """
    basis, (H, W) = np.float64(file["basis"]), picture.shape
    blocks = np.float64(picture).reshape(H // 8, 8, W // 8, 8).swapaxes(1, 2).reshape(-1, 64)
    n, left = np.arange(len(blocks)), blocks.copy()
    which, amount = np.zeros((2, len(blocks), 32))
    for step in range(32):  # each block takes the vector that leaves least of it
        fit = left @ basis.T
        best = np.abs(fit).argmax(axis=1)
        which[:, step], amount[:, step] = best, fit[n, best]
        left -= fit[n, best][:, None] * basis[best]
    gain = np.minimum.accumulate(amount**2, axis=1)
    order = np.argsort(-gain, axis=None, kind="stable")
    error = (blocks**2).sum() - np.cumsum((amount**2).ravel()[order])
    kept = order[: np.argmax(error <= 0.9999 * 8**2 * blocks.size) + 1]
    numbers = np.zeros((len(blocks), len(basis)))
    np.add.at(numbers, (kept // 32, which.ravel()[kept].astype(int)), amount.ravel()[kept])
    return numbers


@photograph.on_visible
def chelsea():
    """The cat Chelsea."""
    from nnlib.datasets import photographs

    thousands = photographs().chelsea @ np.array([299, 587, 114])  # whole: nothing is rounded
    picture = ((thousands + 500) // 1000).astype(np.uint8)
    return picture, picture


@photograph.on_heldback
def heldback_photograph(heldback):
    """The photograph that is held back."""
    picture = heldback("hopper.npz")["picture"]
    return picture, picture
