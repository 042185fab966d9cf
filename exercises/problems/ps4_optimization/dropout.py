"""dropout: forwards and backwards with one mask, in training and in use, judged by properties.

The driver calls three times in training, with a generator, its equal and another, and once in
evaluation. The measure finds the mask in the answer: an output is 0 or a multiple of its input.

A right answer is never lost by chance. There are n = 3,500 entries or more, and the share that
is kept leaves 1 - p by more than 0.08 with probability below 2 exp(-2 * 0.08^2 n) = 8e-20
(Hoeffding). p is at least 0.15 away from 1/2, so p and 1 - p are 0.3 apart.
"""

import numpy as np
from nngrader.engine import problem

from .common import ELSEWHERE


def four_calls(dropout, X, dY, p, seed):
    found = []
    for s, training in ((seed, True), (seed, True), (seed + 1, True), (seed, False)):
        whole = dropout(X, dY, p, training, np.random.default_rng(s))
        if type(whole) not in (tuple, list) or len(whole) != 2:
            raise TypeError("expected (Y, dX), two arrays")
        found += whole
    return tuple(found)


def seen(args, *found):
    X, dY, p = args["X"], args["dY"], args["p"]
    for array in found:
        if array is None or array.dtype.kind not in "iuf":
            raise ValueError("Y and dX are expected as arrays of numbers. Which is none?")
        if array.shape != X.shape:
            raise ValueError("Y and dX have the shape of X. Which of them has another?")
        if not np.isfinite(array).all():
            raise ValueError("Y or dX holds something that is no finite number. Which step?")
    Y, dX, Y_again, dX_again, Y_other, _, Y_use, dX_use = (a.astype(float) for a in found)
    forward, backward, use, random = np.zeros(11), np.zeros(6), np.zeros(5), np.zeros(2)

    def alike(a, b):
        return np.allclose(a, b, rtol=1e-8, atol=1e-12)

    factor, kept = Y / X, Y != 0
    scale = np.median(factor[kept]) if kept.any() else 0.0
    share = kept.mean()
    if kept.all():
        forward[0 if alike(factor, 1) else 1 if alike(factor, 1 - p) else 2] = 1
    elif not kept.any():
        forward[3] = 1
    elif not alike(factor[kept], scale):
        forward[2] = 1
    elif (kept == kept[:1]).all() or (kept == kept[:, :1]).all():
        forward[4] = 1
    elif abs(share - p) <= 0.08:
        forward[5] = 1
    elif abs(share - (1 - p)) > 0.08:
        forward[6] = 1
    elif alike(scale, 1):
        forward[7] = 1
    elif alike(scale, 1 / p):
        forward[8] = 1
    elif not alike(scale, 1 / (1 - p)):
        forward[10 if alike(scale, 1 / share) else 9] = 1
    if kept.all() or not kept.any() or not alike(dX, dY * factor):
        through = dX != 0
        if alike(dX, dY):
            backward[0] = 1
        elif not np.array_equal(through, kept):
            backward[1] = 1
        elif alike(dX[kept], dY[kept]):
            backward[2] = 1
        elif alike(dX[kept], dY[kept] * scale**2):
            backward[3] = 1
        elif alike(dX, Y * dY):
            backward[4] = 1
        else:
            backward[5] = 1
    if not (alike(Y_use, X) and alike(dX_use, dY)):
        if (Y_use == 0).any():
            use[0] = 1
        elif alike(Y_use, X * (1 - p)):
            use[1] = 1
        elif alike(Y_use, X / (1 - p)):
            use[2] = 1
        elif alike(Y_use, X):
            use[3] = 1
        else:
            use[4] = 1
    if not (np.array_equal(Y, Y_again) and np.array_equal(dX, dX_again)):
        random[0] = 1
    elif np.array_equal(Y, Y_other):
        random[1] = 1
    return forward, backward, use, random


masked = problem(
    "dropout",
    driver=four_calls,
    measure=seen,
    observed=["Y", "dX", *["an answer of another call"] * 6],
    returns={
        "forward": "value",
        "backward": "backward",
        "evaluation": "given",
        "random": "given",
    },
    wrong={
        "forward": "each entry of Y is 0 with probability p, else X / (1 - p). Print Y / X: "
        "which numbers are there, and how often is each?",
        "backward": "dX is dY times what Y is times X. Print dX / dY beside Y / X: where do "
        "they differ?",
        "evaluation": "in evaluation Y is X and dX is dY. Which of the two is not?",
        "random": "equal generators give equal masks, different ones different masks. Which of "
        "the two fails?",
    },
    points={
        "shape": (1, "two arrays of numbers in the shape of `X`"),
        "value": (5, "`Y` in training: the share of zeros, and the factor of the others"),
        "backward": (5, "`dX` in training"),
        "given": (
            3,
            "half: `Y` and `dX` where `training` is False; half: equal generators give equal "
            "masks, different ones different masks",
        ),
        "inputs-unchanged": (1, "`X` and `dY` stay as they are"),
    },
    forbidden={"all": ELSEWHERE},
)


@masked.reference
def dropout(X, dY, p, training, rng):
    """Inverted dropout of the outputs of a layer, forwards, and backwards with the same mask.

    In training mask[n, d] = 0 with probability p, else 1 / (1 - p), independently of others;
    Y = X * mask,  dX = the gradient of the loss with respect to X
    In evaluation Y = X and dX = dY, and nothing is random.

    X : (N, D) array
    dY : (N, D) array: the gradient of the loss with respect to Y
    p : float between 0 and 1, the probability that an entry is dropped
    training : bool
    rng : numpy.random.Generator, from which all that is random is drawn
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
    """Return normal numbers, none near 0, so that an output of 0 was dropped."""
    numbers = rng.normal(size=shape)
    return numbers + 0.3 * np.sign(numbers)


def drawn(rng, N, M, low, high):
    """Return inputs, gradients, a probability and a seed."""
    shape = (40 + 2 * N, 56 + 2 * M)  # 50 by 70 at least, or 54 by 66
    arrays = away_from_zero(rng, shape), away_from_zero(rng, shape)
    return *arrays, float(rng.uniform(low, high)), int(rng.integers(10**6))


@masked.case("value", visible=1)
def few_dropped(rng, N, M):
    """Few entries are dropped."""
    return drawn(rng, N, M, 0.15, 0.35)


@masked.case("value", visible=1)
def many_dropped(rng, N, M):
    """Most entries are dropped."""
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


@masked.alternative
def by_choice(X, dY, p, training, rng):
    N, D = X.shape
    mask = np.ones((N, D))
    if training:
        mask = rng.choice([0.0, 1 / (1 - p)], size=(N, D), p=[p, 1 - p])
    return np.einsum("nd,nd->nd", mask, X), np.multiply(dY, mask)


@masked.alternative
def as_places(X, dY, p, training, rng):
    if not training:
        return X, dY
    kept = np.flatnonzero(rng.uniform(size=X.size) > p)
    Y, dX = np.zeros(X.size), np.zeros(X.size)
    Y[kept] = X.ravel()[kept] / (1 - p)
    dX[kept] = dY.ravel()[kept] / (1 - p)
    return Y.reshape(X.shape), dX.reshape(X.shape)


def by_mask(draw, back=None):
    """Return a solution with another mask, and another way back."""

    def changed(X, dY, p, training, rng):
        if not training:
            return X.copy(), dY.copy()
        mask = draw(X.shape, p, rng)
        return X * mask, back(dY, mask, p, X, rng) if back else dY * mask

    return changed


def right_mask(shape, p, rng):
    """Return the mask that is asked."""
    return (rng.random(shape) >= p) / (1 - p)


@masked.mistake(
    "nothing is dropped in training. Which entries of Y should be 0?",
    loses="value backward given",
)
def nothing_dropped(X, dY, p, training, rng):
    return X.copy(), dY.copy()


@masked.mistake(
    "in training all entries are made smaller, and none is dropped. Which entries of Y should "
    "be 0, and what becomes of the others?",
    loses="value backward given",
)
def made_smaller(X, dY, p, training, rng):
    keep = 1 - p if training else 1
    return X * keep, dY * keep


@masked.mistake(
    "everything is dropped in training. What comes out of comparing random numbers with p?",
    loses="value backward given",
)
def everything_dropped(*given):
    return by_mask(lambda shape, p, rng: np.zeros(shape))(*given)


@masked.mistake(
    "whole rows or columns are dropped together. How many random numbers do you draw, and how "
    "many entries are there?",
    loses="value",
)
def whole_columns(*given):
    return by_mask(lambda shape, p, rng: (rng.random(shape[1]) >= p) / (1 - p))(*given)


@masked.mistake(
    "the share p of the entries is kept. Of what is p the probability in the text, as in "
    "PyTorch?",
    loses="value",
)
def p_kept(*given):
    return by_mask(lambda shape, p, rng: (rng.random(shape) < p) / p)(*given)


@masked.mistake(
    "another share than 1 - p is kept. With what do you compare, and how are your random "
    "numbers distributed?",
    loses="value",
)
def normal_numbers(*given):
    return by_mask(lambda shape, p, rng: (rng.standard_normal(shape) >= 2 * p - 1) / (1 - p))(
        *given
    )


@masked.mistake(
    "what is kept is not scaled. How large is the sum of many outputs, compared with that in "
    "evaluation?",
    loses="value",
)
def not_scaled(*given):
    return by_mask(lambda shape, p, rng: (rng.random(shape) >= p) * 1.0)(*given)


@masked.mistake(
    "what is kept is divided by p. Which share of the entries is left, and what brings their "
    "sum back?",
    loses="value",
)
def divided_by_p(*given):
    return by_mask(lambda shape, p, rng: (rng.random(shape) >= p) / p)(*given)


@masked.mistake(
    "what is kept has another factor than 1 / (1 - p). What should the mean of Y be, over many "
    "masks?",
    loses="value",
)
def multiplied(*given):
    return by_mask(lambda shape, p, rng: (rng.random(shape) >= p) * (1 - p))(*given)


@masked.mistake(
    "what is kept is divided by the share that happened to be kept this time. From which "
    "number does the formula make the factor?",
    loses="value",
)
def divided_by_the_share_kept(*given):
    def draw(shape, p, rng):
        kept = rng.random(shape) >= p
        return kept / kept.mean()

    return by_mask(draw)(*given)


@masked.mistake(
    "dX is dY, as if nothing had been dropped. What has the loss to do with an input whose "
    "output is 0?",
    loses="backward",
)
def mask_forgotten(*given):
    return by_mask(right_mask, lambda dY, mask, p, X, rng: dY * 1.0)(*given)


@masked.mistake(
    "dX is 0 at other places than Y. From what does your code take the zeros of dX?",
    loses="backward",
)
def another_mask(*given):
    return by_mask(right_mask, lambda dY, mask, p, X, rng: dY * right_mask(dY.shape, p, rng))(
        *given
    )


@masked.mistake(
    "dX has the right zeros, and elsewhere it is dY. By how much does Y grow when an X that is "
    "kept grows by 1?",
    loses="backward",
)
def gradient_not_scaled(*given):
    return by_mask(right_mask, lambda dY, mask, p, X, rng: dY * (mask > 0))(*given)


@masked.mistake(
    "dX is scaled twice. By how much does Y grow when an X that was kept grows by 1?",
    loses="backward",
)
def gradient_scaled_twice(*given):
    return by_mask(right_mask, lambda dY, mask, p, X, rng: dY * mask / (1 - p))(*given)


@masked.mistake(
    "dX is dY times Y. What is the derivative of x times a constant with respect to x?",
    loses="backward",
)
def times_the_output(*given):
    return by_mask(right_mask, lambda dY, mask, p, X, rng: dY * X * mask)(*given)


@masked.mistake(
    "dX has the right zeros, and another factor than Y has. By how much does Y grow when an X "
    "that was kept grows by 1?",
    loses="backward",
)
def gradient_multiplied(*given):
    return by_mask(right_mask, lambda dY, mask, p, X, rng: dY * (mask > 0) * (1 - p))(*given)


@masked.mistake(
    "in evaluation entries are dropped, too. May the same picture be classified now one way "
    "and now another?",
    loses="given",
)
def always_training(X, dY, p, training, rng):
    return dropout(X, dY, p, True, rng)


@masked.mistake(
    "in evaluation everything is multiplied by 1 - p. What was done in training, so that this "
    "is no longer needed?",
    loses="given",
)
def scaled_in_evaluation(X, dY, p, training, rng):
    if training:
        return dropout(X, dY, p, training, rng)
    return X * (1 - p), dY * (1 - p)


@masked.mistake(
    "in evaluation everything is divided by 1 - p. What would that make up for, if nothing is "
    "dropped?",
    loses="given",
)
def divided_in_evaluation(X, dY, p, training, rng):
    if training:
        return dropout(X, dY, p, training, rng)
    return X / (1 - p), dY / (1 - p)


@masked.mistake(
    "in evaluation Y is right and dX is not. What is the derivative of Y = X?",
    loses="given",
)
def gradient_in_evaluation(X, dY, p, training, rng):
    right = dropout(X, dY, p, training, rng)
    return right if training else (right[0], 0 * dY)


@masked.mistake(
    "whatever rng is, the mask is the same. Where does your code draw from it?", loses="given"
)
def own_seed(X, dY, p, training, rng):
    return dropout(X, dY, p, training, np.random.default_rng(0))


@masked.mistake(
    "two equal generators give different masks. Which random numbers do not come from rng?",
    loses="given",
)
def another_generator(X, dY, p, training, rng):
    return dropout(X, dY, p, training, np.random.default_rng())
