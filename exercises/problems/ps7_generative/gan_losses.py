"""gan_losses: the losses of a critic and a generator, from logits, and their gradients.

Why rounding never decides whether a result is within the tolerance: a logit of -40 is rounded
to 4e-15, so a correct exp(-40) has a relative error of about 1e-14, in every order of addition.
On the other hand, 1 - sigmoid(-40) rounds to 1 on every machine, and its logarithm is 0, so a
solution that computes it has a relative error of 100%.
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
        "shape": (1, "three numbers and four arrays, in the correct order"),
        "value": (5, "the three losses"),
        "gradient": (6, "the four gradients"),
        "stability": (
            3,
            "all seven results when `D` is near 0 or 1, and for logits beyond 1,000",
        ),
    },
    forbidden={"all": ELSEWHERE},
)


@game.reference
def gan_losses(real, fake):
    """Compute the losses of a critic and a generator, and their gradients, from logits.

    D = sigmoid(logit) is the critic's probability that an image is real
    critic = -(mean of ln D over real) - (mean of ln(1 - D) over fake)
    saturating = mean of ln(1 - D) over fake;  non_saturating = -(mean of ln D over fake)

    real : (N,) array, fake : (M,) array: logits of any size
    Returns (critic, saturating, non_saturating, dreal, dfake, dsaturating, dnon_saturating):
    the three losses, the derivatives of critic with respect to real (N,) and to fake (M,), and
    the derivatives of saturating and of non_saturating with respect to fake (M,). All of them
    must be correct to eight digits.
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
    """A certain and correct critic: logits near 40 for real images and near -40 for fakes."""
    return 40 + rng.normal(size=N), -40 + rng.normal(size=M)


@game.case("stability")
def a_deceived_critic(rng, N, M):
    """A certain but wrong critic: logits near -40 for real images and near 40 for fakes."""
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


PROBABILITIES = "a, b = 1 / (1 + np.exp(-real)), 1 / (1 + np.exp(-fake))"
CRITIC = "softplus(-real).mean() + softplus(fake).mean()"
game.known(where="large_logits")["stability"] = {
    "Your losses aren't all finite for logits beyond 1,000. What is exp(1000) in float64, and "
    "how can you write softplus with exponentials of negative numbers only?": {
        "softplus_overflows": {
            "np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z)))": "np.log1p(np.exp(z))"
        }
    }
}
game.known(where="a_sure_critic a_deceived_critic")["stability"] = {
    "Some of your results are 0 or infinite when D is near 0 or 1. What are 1 - 1e-18 and 1 + "
    "1e-18 in float64, and can you compute the losses without D?": {
        "by_probabilities": {
            "": PROBABILITIES,
            "softplus(-real)": "-np.log(a)",
            "+ softplus(fake)": "- np.log(1 - b)",
            "-softplus(fake)": "np.log(1 - b)",
            "softplus(-fake)": "-np.log(b)",
            "-sigmoid(-real)": "(a - 1)",
            "-sigmoid(-fake)": "(b - 1)",
            "= sigmoid(fake)": "= b",
        }
    }
}
game.known(where="a_sure_critic large_logits")["stability"] = {
    "You change the probabilities before the logarithm: you add a small number, or you clip "
    "them. What happens to a loss that is smaller than this number, and to a logit below "
    "-1,000?": {
        "with_a_small_number": {
            "": PROBABILITIES,
            "softplus(-real)": "-np.log(a + 1e-12)",
            "+ softplus(fake)": "- np.log(1 - b + 1e-12)",
            "-softplus(fake)": "np.log(1 - b + 1e-12)",
            "softplus(-fake)": "-np.log(b + 1e-12)",
        }
    }
}
game.known["value"] = {
    "Your `critic` is a sum over the images. What does the formula divide each of its two sums "
    "by?": {"critic_summed": {".mean() + softplus(fake).mean": ".sum() + softplus(fake).sum"}},
    "Your `critic` contains only the term for the real images. Which term of the formula "
    "belongs to the fakes?": {"real_alone": {" + softplus(fake).mean()": ""}},
    "Your `critic` is negative. What sign does the mean of -ln D have?": {
        "critic_as_a_gain": {"losses = critic": "losses = -critic"}
    },
}

game.known["value gradient"] = {
    "Your result is a sum over the images. What does the formula divide this sum by?": {
        "all_summed": {
            ".mean() + softplus(fake).mean()": ".sum() + softplus(fake).sum()",
            ".mean(), softplus(-fake).mean()": ".sum(), softplus(-fake).sum()",
            "len(real), len(fake)": "1, 1",
        }
    },
    "Your result for the critic is too small by a factor of 2. Does the formula average its "
    "two terms, or does it add them?": {
        "critic_halved": {
            "losses = critic": "losses = critic / 2",
            "/ N, taken": "/ N / 2, taken / 2",
        }
    },
    "You take a single mean over the real images and the fakes together. How many means does "
    "the formula for `critic` contain?": {
        "one_mean_for_both": {
            CRITIC: "(softplus(-real).sum() + softplus(fake).sum()) / (N + M)",
            "/ N, taken": "/ (N + M), M * taken / (N + M)",
        }
    },
    "In your result, the critic's term for the fakes has the wrong sign. Should the critic's "
    "loss be larger or smaller when it mistakes a fake for a real "
    "image?": {"fakes_subtracted": {"mean() +": "mean() -", "taken, -taken": "-taken, -taken"}},
    "Your result for the saturating loss has the wrong sign. What sign does ln(1 - D) have, "
    "and should this loss rise or fall when D "
    "rises?": {"saturating_turned_round": {"-softplus": "softplus", "-taken": "taken"}},
    "Your result for the non-saturating loss has the wrong sign. What sign does the formula "
    "have in front of the mean, and should this loss rise or fall when D rises?": {
        "non_saturating_turned_round": {
            "softplus(-fake)": "-softplus(-fake)",
            "-sigmoid(-fake)": "sigmoid(-fake)",
        }
    },
    "You treat the real images as fakes and the fakes as real. For which images should D be "
    "close to 1?": {
        "labels_exchanged": {
            CRITIC: "softplus(real).mean() + softplus(-fake).mean()",
            "-sigmoid(-real) / N, taken": "sigmoid(real) / N, -sigmoid(-fake) / M",
        }
    },
}

game.known["gradient"] = {
    "Your gradient is the derivative with respect to D. How does D depend on the logit?": {
        "with_respect_to_D": {
            "": PROBABILITIES,
            "= sigmoid(fake)": "= 1 / (1 - b)",
            "-sigmoid(-real)": "-1 / a",
            "-sigmoid(-fake)": "-1 / b",
        }
    },
    "Your gradient isn't divided by the number of images. Are the losses sums or means?": {
        "gradients_of_sums": {"len(real), len(fake)": "1, 1"}
    },
    "The gradients of your generator losses have the wrong sign. Should the loss of the "
    "generator rise or fall when D rises?": {
        "generator_turned_round": {"-taken": "taken", "-sigmoid(-fake)": "sigmoid(-fake)"}
    },
    "Your `dreal` is proportional to D. How much can the critic still learn from a real image "
    "whose D is already close to 1?": {"dreal_of_D": {"-sigmoid(-real)": "-sigmoid(real)"}},
}
