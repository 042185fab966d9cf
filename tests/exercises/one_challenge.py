"""A challenge with four classes of images: its definitions and the file that solves it."""

import io
import zipfile

import numpy as np
from nngrader.engine import caller, judge, with_file

NAME = "ps9_challenge"
DEFINITIONS = '''
import numpy as np
from nngrader.engine import challenge

best = challenge(
    "classify", file="weights.npz", most_bytes=4000, thresholds={0.5: 3, 0.8: 4}
)


@best.reference
def classify(weights, pictures):
    """Return the class of each picture, by the weights W (C, D) and b (C,)."""
    return (pictures.reshape(len(pictures), -1) @ weights["W"].T + weights["b"]).argmax(axis=1)


@best.on_visible
def some_pictures():
    """The 40 visible pictures."""
    return blobs(0, 40)


@best.on_heldback
def heldback_pictures(heldback):
    """The pictures that are held back."""
    data = heldback("pictures.npz")
    return data["pictures"], data["labels"]


def blobs(seed, n):
    rng = np.random.default_rng(seed)
    labels = np.arange(n) % 4
    pictures = rng.integers(60, size=(n, 4, 4), dtype=np.uint8)
    pictures[np.arange(n), labels] += 100
    return pictures, labels


PROBLEMS = [best]
'''
LABELS = "lambda weights, pictures: pictures.sum(axis=2).argmax(axis=1)"


def npz(**arrays):
    """Return the bytes of an .npz file."""
    out = io.BytesIO()
    np.savez(out, **arrays)
    return out.getvalue()


SOLVED = npz(W=np.kron(np.eye(4), np.ones(4)), b=np.zeros(4))


def bomb():
    """Return a zip bomb: a small archive that unpacks to 70 MiB."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr("W.npy", bytes(70 << 20))
    return out.getvalue()


def function(text):
    return eval(text, {"np": np})


def judged(data, f, raw=SOLVED):
    data = with_file(data, {"weights.npz": raw})
    return judge(data, caller(data, f))
