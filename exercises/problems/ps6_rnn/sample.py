"""sample: draw from the softmax of logits, sharpened or flattened by a temperature.

The driver has each of four rows drawn 4,000 times in one call. Ten short calls, the first two
with equal generators, show from where the chance comes: an answer that draws one number for
all rows may agree with itself once by luck, but not eight times. The measure compares the
frequencies with the probabilities.

A right answer is never lost by chance. Of n draws, the share f of an entry with probability p
has n KL(f, p) > 50 with probability below 2 exp(-50) = 4e-22 (Chernoff), where KL is the
divergence of the coin f from the coin p. A case has fewer than 200 such shares.
"""

import numpy as np
from nngrader.engine import problem

from .common import ELSEWHERE

ROWS = 4


def drawn(sample, logits, temperature, seed):
    found = []
    for times, s in ((4000, seed + 9), (40, seed), *((40, seed + k) for k in range(9))):
        given = np.repeat(logits, times, axis=0)
        before = given.copy()
        found.append(sample(given, temperature, np.random.default_rng(s)))
        if not np.array_equal(given, before):
            logits += 1  # seen as a change of logits
    return tuple(found)


def counted(args, *found):
    logits, temperature = args["logits"], args["temperature"]
    K, V = logits.shape
    form = np.zeros(1)
    for k, times in zip(found, (4000, *[40] * 10), strict=True):
        if k is None or k.dtype.kind not in "iuf":
            raise ValueError("expected an array of numbers. What else comes back?")
        if k.shape == (times * K, V):
            raise ValueError(
                "each row has V numbers, so these are probabilities or marks. What is asked is "
                "which entry was drawn: one number for each row"
            )
        if k.shape == (times * K, 1):
            form[0] = 1
            k = k.ravel()
        if k.shape != (times * K,):
            raise ValueError("expected one number for each row of logits, an array (N,)")
        if not np.isfinite(k).all() or (k != np.round(k)).any():
            raise ValueError("expected whole numbers, which count the entries of a row")
        if k.min() < 0 or k.max() > V - 1:
            raise ValueError("expected numbers from 0 to V - 1. How does Python count?")
    first = found[0].astype(int).reshape(K, 4000)

    def softmax(z):
        e = np.exp(z - z.max(axis=1, keepdims=True))
        return e / e.sum(axis=1, keepdims=True)

    right = softmax(logits / temperature)
    others = {  # what known mistakes draw from, by the number under which they are told
        1: softmax(logits),
        2: softmax(logits * temperature),
        3: softmax(-logits / temperature),
        4: np.full((K, V), 1 / V),
        5: np.roll(right, 1, axis=1),
    }
    frequency = np.array([(first == v).mean(axis=1) for v in range(V)]).T

    def surprise(p):
        """Return by row how far the worst share of an entry is from its probability p."""
        total = np.zeros(frequency.shape)
        for f, q in ((frequency, p), (1 - frequency, 1 - p)):
            some = f > 0
            total[some] += f[some] * np.log(f[some] / np.maximum(q[some], 1e-300))
        return 4000 * total.max(axis=1)

    seen, random = np.zeros(10), np.zeros(2)
    same = (first == first[:, :1]).all(axis=1)  # a row that always gives one entry
    fits = surprise(right) <= 50
    one_answer = all(np.array_equal(found[1], k) for k in found[3:])
    if same.all():
        greedy = (first[:, 0] == logits.argmax(axis=1)).all()
        seen[6 if greedy else 0 if one_answer else 7] = 1
    elif not fits.all():
        far = {k: surprise(p).max() for k, p in others.items()}
        nearest = min(far, key=far.get)
        some_rows = fits.any() and same[~fits].all()
        seen[nearest if far[nearest] <= 50 else 9 if some_rows else 8] = 1
    if not np.array_equal(found[1], found[2]):
        random[0] = 1
    elif one_answer and not seen[6]:
        random[1] = 1
    return seen, random, form


sampler = problem(
    "sample",
    driver=drawn,
    measure=counted,
    observed=["k", *["an answer of another call"] * 10],
    returns={"frequencies": "value", "random": "random", "form": "shape"},
    wrong={
        "frequencies": "the entries are not drawn as often as softmax(logits / temperature) "
        "says. Draw 10,000 times from one row, and print the frequencies beside it.",
        "random": "equal generators give equal draws, different ones different draws. Which of "
        "the two fails?",
        "form": "the drawn numbers have the shape (N, 1), expected (N,): an axis of length 1 "
        "is too many. Which index or keepdims leaves it there?",
    },
    points={
        "shape": (1, "one whole number from 0 to V - 1 for each row"),
        "value": (7, "the frequencies"),
        "stability": (
            2,
            "the frequencies of logits above 1,000 and below −1,000, at a temperature of some "
            "hundreds",
        ),
        "random": (2, "equal generators give equal draws, different ones different draws"),
        "inputs-unchanged": (1, "`logits` stays as it is"),
    },
    forbidden={"all": ELSEWHERE},
)


@sampler.reference
def sample(logits, temperature, rng):
    """One entry of each row, drawn with the probabilities softmax(logits / temperature).

    Row n gives entry v with probability exp(logits[n, v] / temperature) / (the sum of this over
    the row), independently of other rows. Logits of any size are possible.

    logits : (N, V) array
    temperature : float above 0
    rng : numpy.random.Generator, from which all that is random is drawn
    Returns k : (N,) array of whole numbers from 0 to V - 1.
    """
    z = logits / temperature
    p = np.exp(z - z.max(axis=1, keepdims=True))
    below = np.cumsum(p / p.sum(axis=1, keepdims=True), axis=1)
    last = logits.shape[1] - 1
    return np.minimum((rng.random((len(logits), 1)) > below).sum(axis=1), last)


sampler.example(np.log(np.array([[1.0, 2.0, 4.0], [9.0, 3.0, 1.0]])), 0.5, 1)


def rows(rng, V):
    """Return rows of logits with a few probable entries among others."""
    logits = rng.normal(size=(ROWS, V))
    places = np.array([rng.permutation(V)[:3] for _ in range(ROWS)])
    high = np.array([2.8, 2.2, 1.6]) + rng.uniform(-0.2, 0.2, size=(ROWS, 3))
    np.put_along_axis(logits, places, high, axis=1)
    return logits


@sampler.case("value", visible=1)
def low_temperature(rng, V):
    """A temperature below 1."""
    return rows(rng, V), float(rng.uniform(0.25, 0.4)), int(rng.integers(10**6))


@sampler.case("value", visible=1)
def high_temperature(rng, V):
    """A temperature above 1."""
    return 1.6 * rows(rng, V), float(rng.uniform(2.0, 2.4)), int(rng.integers(10**6))


@sampler.case("stability", visible=1, parts="frequencies")
def large_logits(rng, V):
    """Logits above 1,000 and below -1,000, at a temperature of some hundreds."""
    temperature = float(rng.uniform(300, 500))
    logits = temperature * rows(rng, V)
    logits += 1e6 * np.array([[1.0], [-1.0], [0.8], [-0.8]])
    logits[np.arange(ROWS), logits.argmin(axis=1)] -= 5e7
    return logits, temperature, int(rng.integers(10**6))


def probabilities(logits, temperature):
    """Return the probabilities that are asked."""
    z = (logits - logits.max(axis=1, keepdims=True)) / temperature
    return np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)


@sampler.alternative
def choice_by_row(logits, temperature, rng):
    p = probabilities(logits, temperature)
    return [int(rng.choice(len(row), p=row)) for row in p]


@sampler.alternative
def by_gumbel_noise(logits, temperature, rng):
    return (logits / temperature + rng.gumbel(size=logits.shape)).argmax(axis=1)


@sampler.alternative
def by_waiting_times(logits, temperature, rng):
    p = probabilities(logits, temperature)
    with np.errstate(divide="ignore", over="ignore"):
        return np.argmin(rng.exponential(size=p.shape) / p, axis=1).astype(float)


@sampler.alternative
def by_multinomial(logits, temperature, rng):
    p = probabilities(logits, temperature)
    return rng.multinomial(1, p).argmax(axis=1)


def from_probabilities(make):
    """Return a solution that draws from ``make(logits, temperature)``."""

    def changed(logits, temperature, rng):
        p = make(logits, temperature)
        below = np.cumsum(p / p.sum(axis=1, keepdims=True), axis=1)
        drawn = (rng.random((len(logits), 1)) > below).sum(axis=1)
        return np.minimum(drawn, logits.shape[1] - 1)

    return changed


@sampler.mistake(
    "always the largest entry is taken. How often should the second largest come?",
    loses="value stability",
)
def greedy(logits, temperature, rng):
    return logits.argmax(axis=1)


@sampler.mistake(
    "the temperature changes nothing. Where does it stand in the formula, before the "
    "exponential or after it?",
    loses="value",
)
def temperature_ignored(*given):
    return from_probabilities(lambda logits, T: probabilities(logits, 1.0))(*given)


@sampler.mistake(
    "the logits are multiplied by the temperature. Does a high one make all entries alike, or "
    "the first one certain?",
    loses="value",
)
def multiplied(*given):
    return from_probabilities(lambda logits, T: probabilities(logits, 1 / T))(*given)


@sampler.mistake(
    "the entries with small logits come most often. Which sign has the exponent?",
    loses="value",
)
def sign_turned_round(*given):
    return from_probabilities(lambda logits, T: probabilities(-logits, T))(*given)


@sampler.mistake(
    "all entries come equally often. Where do the logits enter?", loses="value stability"
)
def uniform(logits, temperature, rng):
    return rng.integers(0, logits.shape[1], size=len(logits))


@sampler.mistake(
    "each number is too large by 1, and the last comes as 0 or not at all. With which number "
    "does the first entry begin?",
    loses="value",
)
def next_entry(logits, temperature, rng):
    return (sample(logits, temperature, rng) + 1) % logits.shape[1]


@sampler.mistake(
    "rows with equal logits give equal draws. How many random numbers does your code draw, and "
    "how many rows are there?",
    loses="value",
)
def one_number_for_all(logits, temperature, rng):
    below = np.cumsum(probabilities(logits, temperature), axis=1)
    return np.minimum((rng.random() > below).sum(axis=1), logits.shape[1] - 1)


@sampler.mistake(
    "what comes does not depend on the generator that is given. From which one does your code "
    "draw?",
    loses="random",
)
def own_generator(logits, temperature, rng):
    return sample(logits, temperature, np.random.default_rng(0))


@sampler.mistake(
    "equal generators give different draws. From which generator does your code draw?",
    loses="random",
)
def generator_of_its_own(logits, temperature, rng):
    return sample(logits, temperature, np.random.default_rng())


@sampler.mistake(
    "large logits give something else than the same logits made smaller by a number. What is "
    "exp(1000), and which number can be taken from all logits of a row without a change?",
    loses="stability",
)
def overflowing(logits, temperature, rng):
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        return from_probabilities(lambda z, T: np.exp(z / T))(logits, temperature, rng)


@sampler.mistake(
    "some rows are drawn rightly, and others always give one entry. Which number do you take "
    "from the exponents of a row, and is it the largest of that row's exponents?",
    loses="stability",
)
def one_largest_for_all_rows(logits, temperature, rng):
    with np.errstate(all="ignore"):
        return from_probabilities(lambda z, T: np.exp((z - z.max()) / T))(
            logits, temperature, rng
        )


@sampler.mistake(
    "large logits always give the largest entry: the temperature comes when the small "
    "probabilities are 0 already. At which place of the formula does it stand?",
    loses="stability",
)
def power_of_the_probabilities(*given):
    return from_probabilities(lambda logits, T: probabilities(logits, 1.0) ** (1 / T))(*given)
