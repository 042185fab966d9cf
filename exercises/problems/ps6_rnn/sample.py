"""sample: draw from the softmax of logits, sharpened or flattened by a temperature.

The driver draws 4,000 entries from each of four rows in one call. Ten short calls then show
which generator the function uses; the first two of them get generators with the same seed. A
function that draws one number for all rows can agree with itself once by chance, but not eight
times. The measure compares the frequencies with the probabilities.

A correct function doesn't lose points by chance. Suppose that an entry with probability p has
the frequency f among n draws. Then n KL(f, p) > 50 has a probability below 2 exp(-50) = 4e-22
(Chernoff bound), where KL is the divergence of the coin f from the coin p. A case has fewer
than 200 such frequencies.
"""

import numpy as np
from nngrader.engine import problem

from .common import ELSEWHERE

ROWS = 4


def drawn(sample, logits, temperature, seed):
    samples = []
    for times, s in ((4000, seed + 9), (40, seed), *((40, seed + k) for k in range(9))):
        given = np.repeat(logits, times, axis=0)
        before = given.copy()
        samples.append(sample(given, temperature, np.random.default_rng(s)))
        if not np.array_equal(given, before):
            logits += 1  # reported as a change of the argument `logits`
    return tuple(samples)


def counted(args, *samples):
    logits, temperature = args["logits"], args["temperature"]
    K, V = logits.shape
    form = np.zeros(1)
    for k, times in zip(samples, (4000, *[40] * 10), strict=True):
        if k is None or k.dtype.kind not in "iuf":
            raise ValueError(
                "Your result isn't an array of numbers. What does your function return instead?"
            )
        if k.shape == (times * K, V):
            raise ValueError(
                "Your result has V numbers in each row, like probabilities or one-hot vectors. "
                "Return the index of the drawn entry instead, one number for each row."
            )
        if k.shape == (times * K, 1):
            form[0] = 1
            k = k.ravel()
        if k.shape != (times * K,):
            raise ValueError(
                "Your result has a different shape. Return one number for each row of the "
                "logits, as an array (N,)."
            )
        if not np.isfinite(k).all() or (k != np.round(k)).any():
            raise ValueError(
                "Your result contains numbers that aren't integers. Return the index of an "
                "entry for each row."
            )
        if k.min() < 0 or k.max() > V - 1:
            raise ValueError(
                "Your result contains numbers outside the range from 0 to V - 1. Which index "
                "does the first entry of a row have?"
            )
    first = samples[0].astype(int).reshape(K, 4000)

    def softmax(z):
        e = np.exp(z - z.max(axis=1, keepdims=True))
        return e / e.sum(axis=1, keepdims=True)

    right = softmax(logits / temperature)
    late = np.roll(right, 1, axis=1)
    late[:, -1] += late[:, 0]
    late[:, 0] = 0
    # how far each entry is ahead of each other one
    ahead = (logits[:, :, None] - logits[:, None]) / temperature
    ahead[:, np.arange(V), np.arange(V)] = 1  # an entry always beats itself
    uniform = (np.arange(200)[:, None, None, None] + 0.5) / 200
    won = (uniform + ahead).clip(0, 1).prod(axis=3).mean(axis=0)
    ratios = np.exp(np.minimum(ahead, 700))  # of each probability and each other one
    ratios[:, np.arange(V), np.arange(V)] = 200
    scaled = (uniform * ratios).clip(0, 1).prod(axis=3).mean(axis=0)
    others = {  # the probabilities of known mistakes, by their index in `marks`
        1: softmax(logits),
        2: softmax(logits * temperature),
        3: softmax(-logits / temperature),
        4: np.full((K, V), 1 / V),
        5: np.roll(right, 1, axis=1),
        10: won,
        11: late,
        12: scaled,
    }
    frequency = np.array([(first == v).mean(axis=1) for v in range(V)]).T

    def surprise(p):
        """Return for each row how far the worst frequency is from its probability p."""
        total = np.zeros(frequency.shape)
        for f, q in ((frequency, p), (1 - frequency, 1 - p)):
            some = f > 0
            total[some] += f[some] * np.log(f[some] / np.maximum(q[some], 1e-300))
        return 4000 * total.max(axis=1)

    marks, random = np.zeros(13), np.zeros(2)
    same = (first == first[:, :1]).all(axis=1)  # a row that always gives one entry
    fits = surprise(right) <= 50
    one_answer = all(np.array_equal(samples[1], k) for k in samples[3:])
    if same.all():
        greedy = (first[:, 0] == logits.argmax(axis=1)).all()
        marks[6 if greedy else 0 if one_answer else 7] = 1
    elif not fits.all():
        far = {k: surprise(p).max() for k, p in others.items()}
        nearest = min(far, key=far.get)
        some_rows = fits.any() and same[~fits].all()
        marks[nearest if far[nearest] <= 50 else 9 if some_rows else 8] = 1
    if not np.array_equal(samples[1], samples[2]):
        random[0] = 1
    elif one_answer and not marks[6]:
        random[1] = 1
    return marks, random, form


sampler = problem(
    "sample",
    driver=drawn,
    measure=counted,
    observed=["k", *["the result of a different call"] * 10],
    returns={"frequencies": "value", "random": "random", "form": "shape"},
    wrong={
        "frequencies": "Your frequencies don't match softmax(logits / temperature). Draw "
        "10,000 times from each row, and print the frequencies next to these probabilities.",
        "random": "Your draws don't follow `rng`. Check whether generators with the same seed "
        "give the same draws, and whether different seeds give different draws.",
        "form": "Your result has the shape (N, 1) instead of (N,). Which index or `keepdims` "
        "adds the extra axis of length 1?",
    },
    points={
        "shape": (1, "one integer from 0 to V - 1 for each row"),
        "value": (7, "the frequencies of the drawn entries"),
        "stability": (
            2,
            "the frequencies for logits above 1,000 and below −1,000, at a temperature of "
            "several hundred",
        ),
        "random": (
            2,
            "the same draws from the same seed, different draws from different seeds",
        ),
        "inputs-unchanged": (1, "your function doesn't change `logits`"),
    },
    forbidden={"all": ELSEWHERE},
)


@sampler.reference
def sample(logits, temperature, rng):
    """Draw one entry from each row with the probabilities softmax(logits / temperature).

    In row n, entry v has the probability exp(logits[n, v] / temperature) / (the sum of these
    exponentials over the row). The draws of different rows are independent. The logits can be
    arbitrarily large or small.

    logits : (N, V) array
    temperature : float above 0
    rng : numpy.random.Generator, the source of all random numbers
    Returns k : (N,) array of integers from 0 to V - 1, the indices of the drawn entries.
    """
    z = logits / temperature
    p = np.exp(z - z.max(axis=1, keepdims=True))
    below = np.cumsum(p / p.sum(axis=1, keepdims=True), axis=1)
    last = logits.shape[1] - 1
    return np.minimum((rng.random((len(logits), 1)) > below).sum(axis=1), last)


sampler.example(np.log(np.array([[1.0, 2.0, 4.0], [9.0, 3.0, 1.0]])), 0.5, 1)


def rows(rng, V):
    """Return rows of logits in which a few entries are more probable than the rest."""
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
    """Logits above 1,000 and below -1,000, at a temperature of several hundred."""
    temperature = float(rng.uniform(300, 500))
    logits = temperature * rows(rng, V)
    logits += 1e6 * np.array([[1.0], [-1.0], [0.8], [-0.8]])
    logits[np.arange(ROWS), logits.argmin(axis=1)] -= 5e7
    return logits, temperature, int(rng.integers(10**6))


def probabilities(logits, temperature):
    """Return the correct probabilities."""
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


sampler.known["value stability"] = {
    "Your function always returns the entry with the largest logit. How often should the entry "
    "with the second largest logit appear?": {"greedy": "return logits.argmax(axis=1)"},
    "Your function draws every entry with the same probability. Where does your code use "
    "the logits?": {"uniform": "return rng.integers(0, logits.shape[1], size=len(logits))"},
    "Your code adds uniform noise to the scaled logits. Which noise distribution makes the "
    "index of the largest sum a draw from the softmax?": {
        "uniform_noise": (
            "return (logits / temperature + rng.random(logits.shape)).argmax(axis=1)"
        )
    },
    "Your code multiplies the probabilities by uniform numbers, which favours likely entries "
    "too much. With what can you compare one uniform number per row?": {
        "uniform_factors": (
            "z = logits / temperature\n"
            "p = np.exp(z - z.max(axis=1, keepdims=True))\n"
            "return (p * rng.random(p.shape)).argmax(axis=1)"
        )
    },
    "Your draws are off by one, so the first entry never appears. What is the index of the "
    "first entry whose cumulative probability exceeds your random "
    "number?": {"one_too_far": {".sum(axis=1), last": ".sum(axis=1) + 1, last"}},
}

sampler.known["value"] = {
    "Your function draws as if the temperature were 1. Does the formula apply the temperature "
    "before or after the exponential?": {"temperature_ignored": "temperature = 1.0"},
    "Your code multiplies the logits by the temperature. Should a high temperature make all "
    "entries almost equally likely, or one entry almost "
    "certain?": {"multiplied": {"logits / temperature": "logits * temperature"}},
    "Your function draws the entries with small logits most often. What sign does the exponent "
    "have in the "
    "formula?": {"sign_turned_round": {"logits / temperature": "-logits / temperature"}},
    "Your indices are too large by 1, so the last entry appears as 0. What index does the "
    "first entry of a row "
    "have?": {"next_entry": "return (sample(logits, temperature, rng) + 1) % logits.shape[1]"},
    "Your draws are the same in all rows with equal logits. How many random numbers does your "
    "code draw, and how many rows are "
    "there?": {"one_number_for_all": {"rng.random((len(logits), 1))": "rng.random()"}},
}

sampler.known["random"] = {
    "Your draws don't depend on `rng`. Which generator does your code draw from?": {
        "own_generator": "rng = np.random.default_rng(0)"
    },
    "Your function returns different draws for two generators with the same seed. Which "
    "generator does your code draw from?": {
        "generator_of_its_own": "rng = np.random.default_rng()"
    },
}

sampler.known["stability"] = {
    "Your draws are wrong for large logits. What is exp(1000), and what can you subtract from "
    "all logits of a row without changing the "
    "probabilities?": {"overflowing": {"z - z.max(axis=1, keepdims=True)": "z"}},
    "Your draws are correct in some rows, but other rows always return the same entry. Which "
    "number do you subtract from the exponents of a row, and is it the largest exponent of "
    "this row?": {"one_largest_for_all_rows": {"z.max(axis=1, keepdims=True)": "z.max()"}},
    "When the logits are large, your function always draws the entry with the largest logit, "
    "because the small probabilities are already 0 when your code applies the temperature. "
    "Does the formula apply the temperature before or after the exponential?": {
        "power_of_the_probabilities": {
            "logits / temperature": "logits",
            "    below": (
                "    p = (p / p.sum(axis=1, keepdims=True)) ** (1 / temperature)\n    below"
            ),
        }
    },
}
