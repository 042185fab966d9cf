"""gan_losses: what a critic and a generator lose, from logits, and where gradients vanish.

Why the tolerance decides nothing by chance. A logit of -40 is rounded to 4e-15, so a right
exp(-40) is right to about 1e-14 of itself, in every order of adding. 1 - sigmoid(-40) rounds to
1 and its logarithm to 0, in every float64: whoever goes that way is wrong by the whole number.
"""

import numpy as np
from nngrader.engine import problem

from .common import DIGITS, ELSEWHERE

LOSSES = ("critic", "saturating", "non_saturating")
GRADIENTS = ("dreal", "dfake", "dsaturating", "dnon_saturating")
CRITIC = ("critic", "dreal", "dfake")

game = problem(
    "gan_losses",
    rtol=DIGITS,
    returns={name: "value" for name in LOSSES} | {name: "gradient" for name in GRADIENTS},
    points={
        "shape": (1, "three numbers and four arrays, in this order"),
        "value": (5, "the three losses"),
        "gradient": (6, "the four gradients"),
        "stability": (3, "all seven where `D` is near 0 or 1, and for logits beyond 1,000"),
    },
    forbidden={"all": ELSEWHERE},
)


@game.reference
def gan_losses(real, fake):
    """The losses of a critic and of a generator, and their gradients, from logits.

    D = sigmoid(logit): the probability that the critic gives a picture of being real
    critic = -(mean of ln D over real) - (mean of ln(1 - D) over fake)
    saturating = mean of ln(1 - D) over fake;  non_saturating = -(mean of ln D over fake)

    real : (N,) array, fake : (M,) array: logits of any size
    Returns (critic, saturating, non_saturating, dreal, dfake, dsaturating, dnon_saturating):
    the derivatives of critic with respect to real (N,) and to fake (M,), then those of
    saturating and of non_saturating with respect to fake (M,). All keep eight digits.
    """

    def softplus(z):
        return np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z)))

    def sigmoid(z):
        e = np.exp(-np.abs(z))
        return np.where(z >= 0, 1, e) / (1 + e)

    N, M = len(real), len(fake)
    critic = softplus(-real).mean() + softplus(fake).mean()
    losses = critic, -softplus(fake).mean(), softplus(-fake).mean()
    taken = sigmoid(fake) / M
    return *losses, -sigmoid(-real) / N, taken, -taken, -sigmoid(-fake) / M


game.example(np.log(np.array([3.0, 1.0])), np.log(np.array([1 / 3, 1 / 9, 1.0])))


@game.case("value", visible=2)
def random_logits(rng, N, M):
    """Random logits."""
    return 1.5 * rng.normal(size=N) + 0.7, 1.5 * rng.normal(size=M) - 0.7


@game.case("stability")
def a_sure_critic(rng, N, M):
    """A critic that is sure: logits near 40 for what is real and near -40 for fakes."""
    return 40 + rng.normal(size=N), -40 + rng.normal(size=M)


@game.case("stability")
def a_deceived_critic(rng, N, M):
    """A critic that is surely wrong: logits near -40 for what is real and near 40 for fakes."""
    return -40 + rng.normal(size=N), 40 + rng.normal(size=M)


@game.case("stability")
def large_logits(rng, N, M):
    """Logits above 1,000 and below -1,000."""
    real, fake = (1000 + 500 * rng.uniform(0.2, 1, size=n) for n in (N, M))
    return real * np.resize([1.0, -1.0], N), fake * np.resize([-1.0, 1.0], M)


@game.alternative
def number_by_number(real, fake):
    def log_sigmoid(z):
        return -np.log1p(np.exp(-z)) if z > 0 else z - np.log1p(np.exp(z))

    def logistic(z):
        return 1 / (1 + np.exp(-z)) if z > 0 else np.exp(z) / (1 + np.exp(z))

    N, M = len(real), len(fake)
    critic = saturating = non_saturating = 0.0
    gradients = [np.zeros(N), np.zeros(M), np.zeros(M), np.zeros(M)]
    for n, a in enumerate(real):
        critic -= log_sigmoid(a) / N
        gradients[0][n] = -logistic(-a) / N
    for m, b in enumerate(fake):
        critic -= log_sigmoid(-b) / M
        saturating += log_sigmoid(-b) / M
        non_saturating -= log_sigmoid(b) / M
        gradients[1][m] = logistic(b) / M
        gradients[2][m] = -logistic(b) / M
        gradients[3][m] = -logistic(-b) / M
    return float(critic), saturating, non_saturating, *gradients


@game.alternative
def by_logaddexp(real, fake):
    refused, taken = np.logaddexp(0, fake), np.logaddexp(0, -fake)
    critic = np.mean(np.logaddexp(0, -real)) + np.mean(refused)
    p, q = np.exp(-taken) / fake.size, np.exp(-refused) / fake.size
    dreal = -np.exp(-np.logaddexp(0, real)) / real.size
    return [critic, -np.mean(refused), np.mean(taken), dreal, p, -p, -q]


@game.alternative
def by_one_function(real, fake):
    def loss(z, target):
        s = z if target == 0 else -z
        small = np.exp(-abs(s))
        share = np.where(s > 0, 1 / (1 + small), small / (1 + small))
        value = s * (s > 0) + np.log1p(small)
        return value.sum() / len(z), (share if target == 0 else -share) / len(z)

    (a, da), (b, db), (c, dc) = loss(real, 1), loss(fake, 0), loss(fake, 1)
    return a + b, -b, c, da, db, -db, dc


def with_parts(make):
    """Return a solution that replaces parts by those of ``make(real, fake)``, by name."""

    def solution(real, fake):
        parts = dict(zip(LOSSES + GRADIENTS, gan_losses(real, fake), strict=True))
        with np.errstate(all="ignore"):
            parts.update(make(real, fake, parts))
        return tuple(parts.values())

    return solution


def plain(z):
    """Return the sigmoid as it is written first."""
    return 1 / (1 + np.exp(-z))


@game.mistake(
    "critic is a sum over the pictures. By how many is each of its two sums divided?",
    loses="value",
)
def critic_summed(real, fake):
    def make(real, fake, p):
        a, b = np.logaddexp(0, -real).sum(), np.logaddexp(0, fake).sum()
        return {"critic": a + b}

    return with_parts(make)(real, fake)


@game.mistake(
    "these are sums over the pictures. By how many is each divided?", loses="value gradient"
)
def all_summed(real, fake):
    def make(real, fake, p):
        a, b = np.logaddexp(0, -real).sum(), np.logaddexp(0, fake).sum()
        c = np.logaddexp(0, -fake).sum()
        summed = {k: p[k] * (len(real) if k == "dreal" else len(fake)) for k in GRADIENTS}
        return {"critic": a + b, "saturating": -b, "non_saturating": c, **summed}

    return with_parts(make)(real, fake)


@game.mistake(
    "critic has the part of the real pictures alone. What does it lose on fakes?", loses="value"
)
def real_alone(real, fake):
    return with_parts(lambda r, f, p: {"critic": np.logaddexp(0, -r).mean()})(real, fake)


@game.mistake(
    "critic has the part of the fakes alone. What does it lose on real pictures?", loses="value"
)
def fakes_alone(real, fake):
    return with_parts(lambda r, f, p: {"critic": np.logaddexp(0, f).mean()})(real, fake)


@game.mistake(
    "this is half of what is asked. Is the mean taken of both parts together, or of each?",
    loses="value gradient",
)
def critic_halved(real, fake):
    return with_parts(lambda r, f, p: {k: p[k] / 2 for k in CRITIC})(real, fake)


@game.mistake(
    "one mean is taken over real and fake pictures together. How many means has the formula?",
    loses="value gradient",
)
def one_mean_for_both(real, fake):
    def make(real, fake, p):
        N, M = len(real), len(fake)
        a, b = np.logaddexp(0, -real).sum(), np.logaddexp(0, fake).sum()
        dreal, dfake = N * p["dreal"], M * p["dfake"]
        return dict(
            zip(CRITIC, ((a + b) / (N + M), dreal / (N + M), dfake / (N + M)), strict=True)
        )

    return with_parts(make)(real, fake)


@game.mistake(
    "the part of the fakes has the wrong sign. Does the critic lose less or more where it "
    "takes a fake for real?",
    loses="value gradient",
)
def fakes_subtracted(real, fake):
    def make(real, fake, p):
        critic = np.logaddexp(0, -real).mean() - np.logaddexp(0, fake).mean()
        return {"critic": critic, "dfake": -p["dfake"]}

    return with_parts(make)(real, fake)


@game.mistake(
    "critic is negative. Which sign has a loss that is a mean of -ln of probabilities?",
    loses="value",
)
def critic_as_a_gain(real, fake):
    return with_parts(lambda r, f, p: {"critic": -p["critic"]})(real, fake)


@game.mistake(
    "the sign is wrong. Which one has the logarithm of a probability, and does this loss rise "
    "or fall where D rises?",
    loses="value gradient",
)
def saturating_turned_round(real, fake):
    return with_parts(lambda r, f, p: {k: -p[k] for k in ("saturating", "dsaturating")})(
        real, fake
    )


@game.mistake(
    "the sign is wrong. Which one stands before the mean, and does this loss rise or fall "
    "where D rises?",
    loses="value gradient",
)
def non_saturating_turned_round(real, fake):
    parts = "non_saturating", "dnon_saturating"
    return with_parts(lambda r, f, p: {k: -p[k] for k in parts})(real, fake)


@game.mistake(
    "the two losses of the generator have changed places. Which of them has a large gradient "
    "where the critic is sure of the fakes?",
    loses="value",
)
def generators_exchanged(real, fake):
    def make(real, fake, p):
        return {"saturating": p["non_saturating"], "non_saturating": p["saturating"]}

    return with_parts(make)(real, fake)


@game.mistake(
    "real and fake pictures have changed places in critic and its gradients. Which ones "
    "should the critic take?",
    loses="value gradient",
)
def labels_exchanged(real, fake):
    def make(real, fake, p):
        critic = np.logaddexp(0, real).mean() + np.logaddexp(0, -fake).mean()
        return {
            "critic": critic,
            "dreal": plain(real) / len(real),
            "dfake": -plain(-fake) / len(fake),
        }

    return with_parts(make)(real, fake)


@game.mistake(
    "the logits are taken as probabilities. What does the text call D?", loses="value"
)
def without_sigmoid(real, fake):
    def make(real, fake, p):
        critic = -np.log(np.abs(real)).mean() - np.log(np.abs(1 - fake)).mean()
        saturating = np.log(np.abs(1 - fake)).mean()
        return {
            "critic": critic,
            "saturating": saturating,
            "non_saturating": -np.log(np.abs(fake)).mean(),
        }

    return with_parts(make)(real, fake)


@game.mistake(
    "the logarithm is missing: the losses are mean probabilities. What becomes of a "
    "probability of nearly 0 in the formula?",
    loses="value",
)
def without_logarithm(real, fake):
    def make(real, fake, p):
        a, b = plain(-real).mean(), plain(fake).mean()
        return {"critic": a + b, "saturating": 1 - b, "non_saturating": plain(-fake).mean()}

    return with_parts(make)(real, fake)


@game.mistake(
    "the gradients are not divided by the number of pictures. Of a sum or of a mean are they "
    "asked?",
    loses="gradient",
)
def gradients_of_sums(real, fake):
    def make(real, fake, p):
        return {k: p[k] * (len(real) if k == "dreal" else len(fake)) for k in GRADIENTS}

    return with_parts(make)(real, fake)


@game.mistake(
    "the gradients are with respect to D. How does D depend on the logit?", loses="gradient"
)
def with_respect_to_D(real, fake):
    def make(real, fake, p):
        a, b, M = plain(real), plain(fake), len(fake)
        return {
            "dreal": -1 / a / len(real),
            "dfake": 1 / (1 - b) / M,
            "dsaturating": -1 / (1 - b) / M,
            "dnon_saturating": -1 / b / M,
        }

    return with_parts(make)(real, fake)


@game.mistake(
    "a generator's gradient has the wrong sign. Does the generator lose less or more where D "
    "rises?",
    loses="gradient",
)
def generator_turned_round(real, fake):
    def make(real, fake, p):
        return {k: -p[k] for k in ("dsaturating", "dnon_saturating")}

    return with_parts(make)(real, fake)


@game.mistake(
    "this is the gradient of the generator's other loss. Whose vanishes where D is near 0?",
    loses="gradient",
)
def gradients_exchanged(real, fake):
    def make(real, fake, p):
        return {
            "dsaturating": p["dnon_saturating"],
            "dnon_saturating": p["dsaturating"],
        }

    return with_parts(make)(real, fake)


@game.mistake(
    "dreal falls and rises with D, and not with 1 - D. What is left to learn from a real "
    "picture that the critic is sure of?",
    loses="gradient",
)
def dreal_of_D(real, fake):
    return with_parts(lambda r, f, p: {"dreal": -plain(r) / len(r)})(real, fake)


@game.mistake(
    "dreal is divided by the number of fakes. Over which pictures is that mean taken?",
    loses="gradient",
)
def dreal_by_the_fakes(real, fake):
    return with_parts(lambda r, f, p: {"dreal": p["dreal"] * len(r) / len(f)})(real, fake)


@game.mistake(
    "a loss is infinite for logits beyond 1,000. What is exp(1000), and how is softplus "
    "written with exponentials of negative numbers alone?",
    loses="stability",
    where="large_logits",
)
def softplus_overflows(real, fake):
    def make(real, fake, p):
        real, fake, taken = (np.log1p(np.exp(z)).mean() for z in (-real, fake, -fake))
        return {"critic": real + fake, "saturating": -fake, "non_saturating": taken}

    return with_parts(make)(real, fake)


@game.mistake(
    "a number is 0 or infinite that should not be, where D is near 0 or 1. What are "
    "1 - 1e-18 and 1 + 1e-18 in float64, and which form needs no D at all?",
    loses="stability",
    where="a_sure_critic a_deceived_critic",
)
def by_probabilities(real, fake):
    def make(real, fake, p):
        a, b = plain(real), plain(fake)
        losses = -np.log(a).mean() - np.log(1 - b).mean(), np.log(1 - b).mean()
        M = len(fake)
        return {
            **dict(zip(LOSSES, (*losses, -np.log(b).mean()), strict=True)),
            "dreal": (a - 1) / len(real),
            "dfake": b / M,
            "dsaturating": -b / M,
            "dnon_saturating": (b - 1) / M,
        }

    return with_parts(make)(real, fake)


@game.mistake(
    "a small number is added to the probabilities before the logarithm. What does it make of "
    "a loss that is smaller than itself, or of a logit below -1,000?",
    loses="stability",
    where="a_sure_critic large_logits",
)
def with_a_small_number(real, fake):
    def make(real, fake, p):
        tiny, a, b = 1e-12, plain(real), plain(fake)
        critic = -np.log(a + tiny).mean() - np.log(1 - b + tiny).mean()
        saturating = np.log(1 - b + tiny).mean()
        return dict(zip(LOSSES, (critic, saturating, -np.log(b + tiny).mean()), strict=True))

    return with_parts(make)(real, fake)
