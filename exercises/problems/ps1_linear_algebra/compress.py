"""compress: describe an image with few numbers, below a given error.

We must count everything that the student's function passes to the decoder. If students wrote
both functions, they could pass the image in ways that we can't count: in a global variable, in
the text of the code, or in the digits of a float64. Therefore we decode the image ourselves: we
multiply the numbers (one row per block) by the basis in the file, which the student submitted
before seeing the image. A number that isn't 0 adds a multiple of one row of the basis to one
block and has no other effect, however many digits it has. We count these numbers, and we don't
have to limit the type of the numbers or the length of the code.

Rounding is the only operation that could still read digits. (c + M) - M is c without its lower
digits, and c minus this difference is only the lower digits, so large numbers that cancel each
other could unpack several small numbers from one. For this reason, we limit the sum of the
magnitudes of a pixel's terms to 1e9, where rounding changes a pixel by at most 1e-5. The size
of the file is limited. A basis that is fitted to the image requires the image, which is hidden.
We don't count the positions of the numbers, and the text mentions this.

We tried several methods. We give the count of numbers as a percentage of those that a singular
value decomposition of the whole image needs for the same error, for the visible and the hidden
image (tests/exercises/test_compress.py): the first k principal components of the blocks of
other images 55 and 87; the largest coefficients of the whole image for all 64 components 21 and
21, and for the cosines of JPEG 20 and 18; cosines together with 64 soft edges, by matching
pursuit, 16.7 and 15.8 (`tools/make_challenges.py`).
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
            raise ValueError("Your file contains no array called basis.")
        if z.getinfo("basis.npy").file_size > 16 * most_rows * side**2 + 1000:
            raise ValueError("Your basis should have at most 128 rows of 64 numbers.")
        raw = z.read("basis.npy")
    basis = np.lib.format.read_array(io.BytesIO(raw), allow_pickle=False)
    if basis.ndim != 2 or basis.shape[1] != side**2 or len(basis) > most_rows:
        raise ValueError("Your basis should have at most 128 rows of 64 numbers.")
    picture = args["target"].astype(float)
    (H, W), n = picture.shape, picture.size // side**2
    blocks = picture.reshape(H // side, side, W // side, side).swapaxes(1, 2).reshape(n, -1)
    if numbers is None or numbers.dtype.kind not in "biuf" or basis.dtype.kind not in "biuf":
        raise ValueError("Your result and your basis should be arrays of real numbers.")
    if numbers.shape != (n, len(basis)):
        raise ValueError(
            "Your result should have a row for each block, and a column for each row of basis."
        )
    rebuilt = numbers.astype(float) @ basis.astype(float)
    error = np.sqrt(np.mean((rebuilt - blocks) ** 2))
    if not error <= most_error:
        across = blocks.reshape(H // side, W // side, -1).swapaxes(0, 1).reshape(n, -1)
        if np.sqrt(np.mean((rebuilt - across) ** 2)) <= most_error:
            raise ValueError(
                "Your code goes through the blocks column by column. Which order does the "
                "problem statement use?"
            )
        if np.sqrt(np.mean((rebuilt - picture.reshape(n, -1)) ** 2)) <= most_error:
            raise ValueError(
                "Each of your blocks contains 64 pixels from a single row of the image. "
                "Which pixels belong to a block of 8 by 8?"
            )
        if np.sqrt(np.mean((rebuilt + 128 - blocks) ** 2)) <= most_error:
            raise ValueError(
                "Your image is too dark, because every grey value is too small by 128. We "
                "only multiply your numbers by your basis, so how could you add 128 to every "
                "pixel of a block?"
            )
        if error > 4 * most_error:
            raise ValueError(
                "The root mean square error of your image is above 32 grey levels, and at "
                "most 8 are allowed. Are the blocks, the pixels and the rows of the basis "
                "in the order that the problem statement describes?"
            )
        raise ValueError(
            "The root mean square error of your image is above 8 grey levels. Which numbers "
            "do you set to 0, and how large are they?"
        )
    if not (np.abs(numbers.astype(float)) @ np.abs(basis.astype(float))).max() <= 1e9:
        raise ValueError(
            "In each pixel, the magnitudes of your multiples of the basis vectors should add "
            "up to at most 1e9 grey levels. Large multiples that cancel each other could hide "
            "numbers in their rounding errors."
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
    margin=1.0,
    forbidden={"all": ELSEWHERE},
)


@photograph.reference
def compress(file, picture):
    """Compute numbers that describe the image in the given basis; most of them are 0.

    block n of the image = sum over i of numbers[n, i] * basis[i], approximately

    file : dict of the arrays in basis.npz; file["basis"] is (K, 64), with K at most 128
    picture : (H, W) array of type uint8; H and W are multiples of 8
    Returns numbers : (B, K) array, a row for each of the B = H W / 64 blocks of 8 by 8 pixels.
    The blocks are numbered from left to right and then downwards. The 64 pixels of a block are
    in the order of reshape.
    """
    basis, (H, W) = np.float64(file["basis"]), picture.shape
    blocks = np.float64(picture).reshape(H // 8, 8, W // 8, 8).swapaxes(1, 2).reshape(-1, 64)
    n, left = np.arange(len(blocks)), blocks.copy()
    which, amount = np.zeros((2, len(blocks), 32))
    for step in range(32):  # each block uses the vector that leaves the smallest error
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

    thousands = photographs().chelsea @ np.array([299, 587, 114])  # not rounded
    picture = ((thousands + 500) // 1000).astype(np.uint8)
    return picture, picture


@photograph.on_heldback
def heldback_photograph(heldback):
    """The hidden image."""
    picture = heldback("hopper.npz")["picture"]
    return picture, picture
