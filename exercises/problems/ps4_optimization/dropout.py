"""dropout: forward and backward with one mask, in training and in evaluation.

The driver calls the function in training with a generator, with one of the same seed, and with
one of a different seed, and then once in evaluation. The measure finds the mask in the result,
because each output is either 0 or a multiple of its input. Eleven more masks show whether the
number of dropped entries is always the same, which doesn't happen with independent entries.

A correct function doesn't lose points by chance. There are n = 3,500 entries or more. The
fraction of entries that remain differs from 1 - p by more than 0.08 with a probability below
2 exp(-2 * 0.08^2 n) = 8e-20 (Hoeffding's inequality), and p and 1 - p differ by at least 0.3.
With p from 0.15 to 0.85, eleven masks drop the same number of entries with a probability below
0.02^10 = 1e-17.
"""

import numpy as np
from nngrader.engine import problem

from .common import ELSEWHERE


def calls(dropout, X, dY, p, seed):
    outputs = []
    for s, training in ((seed, True), (seed, True), (seed + 1, True), (seed, False)):
        whole = dropout(X, dY, p, training, np.random.default_rng(s))
        if type(whole) not in (tuple, list) or len(whole) != 2:
            raise TypeError("your function should return two arrays, (Y, dX)")
        outputs += whole
    kept = []
    for s in range(seed + 2, seed + 13):
        Y, _ = dropout(X, dY, p, True, np.random.default_rng(s))
        kept.append(np.count_nonzero(Y) if isinstance(Y, np.ndarray) else s)
    return (*outputs, np.array(kept))


def mistakes(args, *outputs):
    X, dY, p = args["X"], args["dY"], args["p"]
    *outputs, counts = outputs
    for array in outputs:
        if array is None or array.dtype.kind not in "iuf":
            raise ValueError("Y and dX should be arrays of numbers. Which of them isn't?")
        if array.shape != X.shape:
            raise ValueError(
                "Y and dX should have the shape of X. Which of them has a different shape?"
            )
        if not np.isfinite(array).all():
            raise ValueError(
                "Your Y or dX contains nan or inf. Which step of your code produces it?"
            )

    def alike(a, b):
        return np.allclose(a, b, rtol=1e-8, atol=1e-12)

    def first(n, *tests):  # n numbers with a 1 at the index of the first test that is true
        marks = np.zeros(n)
        marks[[k for k, true in tests if true][:1]] = 1
        return marks

    order = np.array([alike(outputs[6], dY) and alike(outputs[7], X)], float)
    pairs = [
        (dX, Y) if order[0] else (Y, dX)
        for Y, dX in zip(outputs[::2], outputs[1::2], strict=True)
    ]
    outputs = (a.astype(float) for pair in pairs for a in pair)
    Y, dX, Y_again, dX_again, Y_other, _, Y_use, dX_use = outputs

    factor, kept = Y / X, Y != 0
    scale, share = np.median(factor[kept]) if kept.any() else 0.0, kept.mean()
    scaled = alike(scale, 1 / (1 - p))
    forward = first(
        12,
        (0, kept.all() and alike(factor, 1)),
        (1, kept.all() and alike(factor, 1 - p)),
        (2, kept.all()),
        (3, not kept.any()),
        (2, not alike(factor[kept], scale)),
        (4, (kept == kept[:1]).all() or (kept == kept[:, :1]).all()),
        (5, abs(share - p) <= 0.08),
        (6, abs(share - (1 - p)) > 0.08),
        (7, alike(scale, 1)),
        (8, alike(scale, 1 / p)),
        (10, not scaled and alike(scale * share, 1)),
        (9, not scaled),
        (11, np.ptp(counts) == 0 and not np.array_equal(Y, Y_other)),
    )
    matching = 0 < share < 1 and alike(dX, dY * factor)
    backward = first(
        6,
        (0, not matching and alike(dX, dY)),
        (1, not matching and not np.array_equal(dX != 0, kept)),
        (2, not matching and alike(dX[kept], dY[kept])),
        (3, not matching and alike(dX[kept], dY[kept] * scale**2)),
        (4, not matching and alike(dX, Y * dY)),
        (5, not matching),
    )
    unchanged = alike(Y_use, X) and alike(dX_use, dY)
    use = first(
        5,
        (0, not unchanged and (Y_use == 0).any()),
        (1, alike(Y_use, X * (1 - p))),
        (2, alike(Y_use, X / (1 - p))),
        (3, not unchanged and alike(Y_use, X)),
        (4, not unchanged),
    )
    same = np.array_equal(Y, Y_again) and np.array_equal(dX, dX_again)
    random = first(2, (0, not same), (1, np.array_equal(Y, Y_other)))
    return forward, backward, use, random, order


masked = problem(
    "dropout",
    driver=calls,
    measure=mistakes,
    observed=["Y", "dX", *["the result of a different call"] * 6, "the numbers of entries"],
    returns={
        "forward": "value",
        "backward": "backward",
        "evaluation": "given",
        "random": "given",
        "order": "shape",
    },
    wrong={
        "forward": "Your `Y` should be 0 with probability p and X / (1 - p) otherwise, but it "
        "isn't. Print Y / X: which values does it contain, and how often?",
        "backward": "Your `dX` doesn't use the mask of your `Y`. Print dX / dY next to Y / X. "
        "Where do they differ?",
        "evaluation": "In evaluation mode, your `Y` should equal `X`, and your `dX` should "
        "equal `dY`. Which of them doesn't?",
        "random": "Your function doesn't use `rng` correctly. Check whether generators with "
        "the same seed give the same mask, and whether different seeds give different masks.",
        "order": "Your `Y` and `dX` are swapped. Which one should your function return first?",
    },
    points={
        "shape": (1, "two arrays of numbers with the shape of `X`, in this order"),
        "value": (
            5,
            "`Y` in training: the fraction of zeros, and the factor that scales the other "
            "entries",
        ),
        "backward": (5, "`dX` in training"),
        "given": (
            3,
            "half for `Y` and `dX` when `training` is False, half for the same mask from the "
            "same seed and different masks from different seeds",
        ),
        "inputs-unchanged": (1, "your function doesn't change `X` or `dY`"),
    },
    forbidden={"all": ELSEWHERE},
)


@masked.reference
def dropout(X, dY, p, training, rng):
    """Apply inverted dropout to the outputs of a layer, forward and backward with one mask.

    In training, mask[n, d] is 0 with probability p, and 1 / (1 - p) otherwise. The entries of
    the mask are independent of each other.
    Y = X * mask,  dX = the gradient of the loss with respect to X
    In evaluation, Y = X and dX = dY, and nothing is random.

    X : (N, D) array
    dY : (N, D) array, the gradient of the loss with respect to Y
    p : float between 0 and 1, the probability that an entry is dropped
    training : bool
    rng : numpy.random.Generator, the source of all random numbers
    Returns (Y, dX): arrays of shape (N, D).
    """
    if training:
        mask = (rng.random(X.shape) >= p) / (1 - p)
        return X * mask, dY * mask
    return X.copy(), dY.copy()


masked.example(
    np.array([[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]]),
    np.array([[1.0, -1.0, 2.0, 1.0], [-2.0, 1.0, 1.0, 3.0]]),
    0.5,
    1,
)


def away_from_zero(rng, shape):
    """Return normal numbers away from 0, so that every output of 0 was dropped."""
    numbers = rng.normal(size=shape)
    return numbers + 0.3 * np.sign(numbers)


def drawn(rng, N, M, low, high):
    """Return inputs, gradients, a probability and a seed."""
    shape = (40 + 2 * N, 56 + 2 * M)  # at least 50 by 70, or 54 by 66
    arrays = away_from_zero(rng, shape), away_from_zero(rng, shape)
    return *arrays, float(rng.uniform(low, high)), int(rng.integers(10**6))


@masked.case("value", visible=1)
def few_dropped(rng, N, M):
    """A small probability of dropping an entry."""
    return drawn(rng, N, M, 0.15, 0.35)


@masked.case("value", visible=1)
def many_dropped(rng, N, M):
    """A large probability of dropping an entry."""
    return drawn(rng, N, M, 0.65, 0.85)


@masked.alternative
def entry_by_entry(X, dY, p, training, rng):
    Y, dX = X.copy(), dY.copy()
    if training:
        for place in np.ndindex(X.shape):
            if rng.random() < p:
                Y[place] = dX[place] = 0.0
            else:
                Y[place] /= 1 - p
                dX[place] /= 1 - p
    return Y, dX


@masked.alternative
def by_a_binomial(X, dY, p, training, rng):
    keep = 1 - p
    mask = rng.binomial(1, keep, size=X.shape) if training else np.full(X.shape, keep)
    return [mask * X / keep, mask * dY / keep]


masked.known["value backward given"] = {
    "In training mode, your function scales every entry down, but it doesn't drop any. "
    "Which entries of `Y` should be 0, and how should the other entries change?": {
        "made_smaller": {"(rng.random(X.shape) >= p) / (1 - p)": "1 - p"}
    },
    "Your function drops every entry in training mode. What values can your random numbers "
    "take, and how do you compare them with `p`?": {
        "everything_dropped": {"rng.random": "np.zeros"}
    },
    "Your function drops nothing in training mode. Which entries of `Y` should be 0?": {
        "nothing_dropped": "training = False"
    },
}

masked.known["value"] = {
    "Your function drops whole rows or columns. How many random numbers do you draw, and how "
    "many entries does `X` "
    "have?": {"whole_columns": {"rng.random(X.shape)": "rng.random(X.shape[1])"}},
    "Your function drops an entry with probability 1 - p. What is `p` the probability of, "
    "in the problem statement and in PyTorch?": {"p_kept": {">= p) / (1 - p)": "< p) / p"}},
    "The fraction of zeros in your `Y` isn't `p`. What do you compare with `p`, and how are "
    "your random numbers distributed?": {
        "normal_numbers": {".random(X.shape) >= p": ".standard_normal(X.shape) >= 2 * p - 1"}
    },
    "Your function doesn't scale the entries that remain. On average, how large is an "
    "output in training mode, compared with evaluation mode?": {
        "not_scaled": {" / (1 - p)": ""}
    },
    "Your function divides the entries that remain by `p`. What fraction of the entries "
    "remains, and which factor makes up for the dropped "
    "ones?": {"divided_by_p": {"/ (1 - p)": "/ p"}},
    "Your function scales the entries that remain, but not by 1 / (1 - p). What should the "
    "mean of `Y` over many masks be?": {"multiplied": {"/ (1 - p)": "* (1 - p)"}},
    "Your function divides by the fraction of entries that happened to remain in this call. "
    "Which number does the formula divide by?": {
        "divided_by_the_share_kept": {
            "return X * mask": "mask = mask / (mask > 0).mean() * (1 - p); return X * mask"
        }
    },
    "Your function drops the same number of entries in every call. Are the entries of your "
    "mask independent of each other?": {
        "exact_share": {
            "random(X.shape) >= p": "permutation(X.size).reshape(X.shape) >= round(p * X.size)"
        }
    },
}

masked.known["backward"] = {
    "Your `dX` equals `dY`, as if nothing had been dropped. If an entry of `X` that is "
    "dropped increases by 1, by how much does the corresponding entry of `Y` increase?": {
        "mask_forgotten": {"dY * mask": "dY.copy()"}
    },
    "Your `dX` and your `Y` aren't 0 in the same places. Which mask does your backward pass "
    "use?": {"another_mask": {"dY * mask": "dY * (rng.random(X.shape) >= p) / (1 - p)"}},
    "Your `dX` has zeros in the correct places, but its other entries are equal to the "
    "entries of `dY`. If an entry of `X` that isn't dropped increases by 1, by how much "
    "does the corresponding entry of `Y` increase?": {
        "gradient_not_scaled": {"dY * mask": "dY * (mask > 0)"}
    },
    "Your `dX` is scaled twice. If an entry of `X` that isn't dropped increases by 1, by "
    "how much does the corresponding entry of `Y` increase?": {
        "gradient_scaled_twice": {"dY * mask": "dY * mask / (1 - p)"}
    },
    "Your `dX` is `dY` times `Y`. What is the derivative of a constant times x with respect to "
    "x?": {"times_the_output": {"dY * mask": "dY * X * mask"}},
    "Your `dX` has zeros in the correct places, but its other entries are wrong. If an "
    "entry of `X` that isn't dropped increases by 1, by how much does the corresponding "
    "entry of `Y` increase?": {
        "gradient_multiplied": {"dY * mask": "dY * (mask > 0) * (1 - p)"}
    },
}

masked.known["given"] = {
    "In evaluation mode, your `Y` is `X` multiplied by 1 - p. Which step in training mode "
    "makes this unnecessary?": {
        "scaled_in_evaluation": {"X.copy(), dY.copy()": "X * (1 - p), dY * (1 - p)"}
    },
    "In evaluation mode, your `Y` is `X` divided by 1 - p. What does this division make up "
    "for when nothing is dropped?": {
        "divided_in_evaluation": {"X.copy(), dY.copy()": "X / (1 - p), dY / (1 - p)"}
    },
    "Your `Y` is correct in evaluation mode, but your `dX` isn't. What is the derivative "
    "of Y = X?": {"gradient_in_evaluation": {"dY.copy()": "0 * dY"}},
    "Your function drops entries in evaluation mode too. Should the predicted class of an "
    "image change from one call to the next?": {"always_training": "training = True"},
    "Your mask is the same for every `rng`. Where does your code draw its random numbers "
    "from?": {"own_seed": "rng = np.random.default_rng(0)"},
    "Your masks differ between two generators with the same seed. Which of your random numbers "
    "don't come from `rng`?": {"another_generator": "rng = np.random.default_rng()"},
}

masked.known["shape"] = {
    "Your `Y` and `dX` are swapped. Which one should your function return first?": {
        "exchanged": {"X * mask, dY": "dY * mask, X", "X.copy(), dY.copy": "dY.copy(), X.copy"}
    },
}
