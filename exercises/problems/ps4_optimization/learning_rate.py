"""learning_rate: linear warm-up, then steps, a geometric sequence or half a cosine.

The driver asks for the rate of every step. What is asked of the warm-up is the same for the
three schedules, and is judged once.
"""

import numpy as np
from nngrader.engine import problem

from .common import DIGITS, ELSEWHERE


def all_steps(learning_rate, lr, warmup, total, gamma, step_size):
    rates = []
    for schedule in ("step", "exponential", "cosine"):
        found = [
            learning_rate(step, schedule, lr, warmup, total, gamma, step_size)
            for step in range(total)
        ]
        if any(value is None for value in found):
            return None
        if any(isinstance(value, list | tuple) or np.shape(value) for value in found):
            raise TypeError("the rate of one step is expected as one number")
        rates.append(np.array(found))
    return np.array([r[:warmup] for r in rates]), *(r[warmup:] for r in rates)


rates = problem(
    "learning_rate",
    driver=all_steps,
    rtol=DIGITS,
    returns={
        "warm_up": "value",
        "step_rates": "schedules",
        "exponential_rates": "schedules",
        "cosine_rates": "schedules",
    },
    points={
        "shape": (1, "one number for each step, a `float`"),
        "value": (3, "the warm-up"),
        "schedules": (6, "what comes after it: a third for each of the three schedules"),
        "edge": (1, "no warm-up: `warmup` is 0"),
    },
    forbidden={"all": ELSEWHERE},
)


@rates.reference
def learning_rate(step, schedule, lr, warmup, total, gamma, step_size):
    """Learning rate of one step: a linear warm-up, then a schedule that falls.

    step < warmup:  lr * (step + 1) / warmup, with every schedule
    later, where t = step - warmup and T = total - warmup:
    "step":         lr * gamma^k, where k is t / step_size rounded down
    "exponential":  lr * gamma^t
    "cosine":       lr * (1 + cos(pi * t / T)) / 2

    step : int from 0 to total - 1
    schedule : str, one of these three
    lr : float, the largest rate
    warmup, total : ints, the number of steps of warm-up, which may be 0, and of all
    gamma : float between 0 and 1; step_size : int
    Returns the learning rate, a float.
    """
    if step < warmup:
        return lr * (step + 1) / warmup
    t = step - warmup
    if schedule == "step":
        return lr * gamma ** (t // step_size)
    if schedule == "exponential":
        return lr * gamma**t
    return lr * (1 + np.cos(np.pi * t / (total - warmup))) / 2


rates.example(0.8, 2, 8, 0.5, 3)


@rates.case("value", visible=2)
def with_warm_up(rng, W, S, R):
    """A schedule with warm-up."""
    T = 2 * S + R
    T += T == W  # else half a cosine that counts from step 0 rises
    return float(rng.uniform(0.05, 0.3)), W, W + T, float(rng.uniform(0.6, 0.9)), S


@rates.case("edge", parts="step_rates exponential_rates cosine_rates")
def without_warm_up(rng, S, R):
    """A schedule without warm-up."""
    return float(rng.uniform(0.05, 0.3)), 0, 2 * S + R, float(rng.uniform(0.6, 0.9)), S


@rates.alternative
def by_a_table(step, schedule, lr, warmup, total, gamma, step_size):
    import math

    t = max(step - warmup, 0)
    factors = {
        "step": math.pow(gamma, t // step_size),
        "exponential": math.exp(t * math.log(gamma)),
        "cosine": math.cos(math.pi * t / (2 * (total - warmup))) ** 2,
    }
    return lr * min(1, (step + 1) / (warmup or 1)) * (factors[schedule] if t else 1)


@rates.alternative
def step_by_step(step, schedule, lr, warmup, total, gamma, step_size):
    rate = lr
    if step < warmup:
        rate = 0.0
        for _ in range(step + 1):
            rate += lr / warmup
    elif schedule == "cosine":
        rate = 0.5 * lr + 0.5 * lr * np.cos((step - warmup) / (total - warmup) * np.pi)
    else:
        for t in range(1, step - warmup + 1):
            if schedule == "exponential" or t % step_size == 0:
                rate = rate * gamma
    return float(rate)


@rates.alternative
def whole_curve(step, schedule, lr, warmup, total, gamma, step_size):
    t = np.arange(total - warmup)
    if schedule == "cosine":
        after = np.square(np.cos(np.pi / 2 * t / len(t)))
    elif schedule == "step":
        after = gamma ** np.floor(t / step_size)
    else:
        after = np.power(gamma, t)
    before = np.arange(1, warmup + 1) / max(warmup, 1)
    curve = lr * np.concatenate([before, after])
    return curve[step]


def warmed(make):
    """Return a solution with another warm-up: ``make(step, lr, warmup, total)``."""

    def changed(step, schedule, lr, warmup, total, gamma, step_size):
        if step < warmup:
            return make(step, lr, warmup, total)
        return learning_rate(step, schedule, lr, warmup, total, gamma, step_size)

    return changed


def later(schedule, make):
    """Return a solution with another rule for one schedule: ``make(lr, t, T, gamma, size)``."""

    def changed(step, which, lr, warmup, total, gamma, step_size):
        if which != schedule or step < warmup:
            return learning_rate(step, which, lr, warmup, total, gamma, step_size)
        return make(lr, step - warmup, total - warmup, gamma, step_size)

    return changed


@rates.mistake(
    "the warm-up begins with 0, a step in which nothing is learned. What does the formula add "
    "to step?",
    loses="value",
)
def begins_with_zero(*given):
    return warmed(lambda step, lr, warmup, total: lr * step / warmup)(*given)


@rates.mistake(
    "the warm-up ends below lr by more than it rises in a step. By how many steps is it "
    "divided?",
    loses="value",
)
def divided_by_one_more(*given):
    return warmed(lambda step, lr, warmup, total: lr * (step + 1) / (warmup + 1))(*given)


@rates.mistake(
    "the warm-up rises as if it took all steps. By which number of steps is it divided?",
    loses="value",
)
def divided_by_all(*given):
    return warmed(lambda step, lr, warmup, total: lr * (step + 1) / total)(*given)


@rates.mistake(
    "the warm-up is 0 until its last step. What does // do with a fraction?", loses="value"
)
def whole_numbers(*given):
    return warmed(lambda step, lr, warmup, total: lr * ((step + 1) // warmup))(*given)


@rates.mistake("the warm-up falls. Where should it begin, and where end?", loses="value")
def falls(*given):
    return warmed(lambda step, lr, warmup, total: lr * (warmup - step) / warmup)(*given)


@rates.mistake(
    "in the warm-up the rate is lr from the first step on. What should it grow from?",
    loses="value",
)
def full_rate(*given):
    return warmed(lambda step, lr, warmup, total: lr)(*given)


@rates.mistake(
    "the warm-up does not depend on lr: it ends at 1. What is the largest rate?", loses="value"
)
def ends_at_one(*given):
    return warmed(lambda step, lr, warmup, total: (step + 1) / warmup)(*given)


@rates.mistake(
    "there is no warm-up: the schedule begins with step 0. What are the first steps for?",
    loses="value schedules",
)
def warm_up_ignored(step, schedule, lr, warmup, total, gamma, step_size):
    return learning_rate(step, schedule, lr, 0, total, gamma, step_size)


@rates.mistake(
    "after the warm-up the schedule has already lost some steps. From where does t count, and "
    "how many steps are T?",
    loses="schedules",
)
def counted_from_the_start(step, schedule, lr, warmup, total, gamma, step_size):
    if step < warmup:
        return lr * (step + 1) / warmup
    return learning_rate(step, schedule, lr, 0, total, gamma, step_size)


@rates.mistake(
    "the schedule is one step ahead. What is t in the first step after the warm-up, and with "
    "which rate does that begin?",
    loses="schedules",
)
def one_step_ahead(step, schedule, lr, warmup, total, gamma, step_size):
    if step < warmup:
        return lr * (step + 1) / warmup
    t, T = step - warmup + 1, total - warmup
    factors = {
        "step": gamma ** (t // step_size),
        "exponential": gamma**t,
        "cosine": (1 + np.cos(np.pi * t / T)) / 2,
    }
    return lr * factors[schedule]


@rates.mistake(
    "the warm-up lasts one step longer, and in that step the rate is above lr. Which step is "
    "the last with step < warmup?",
    loses="schedules",
)
def one_step_longer(step, schedule, lr, warmup, total, gamma, step_size):
    if 0 < step == warmup:
        return lr * (step + 1) / warmup
    return learning_rate(step, schedule, lr, warmup, total, gamma, step_size)


@rates.mistake(
    '"step" falls a little in every step. What is to be done with t / step_size before it '
    "becomes an exponent?",
    loses="schedules",
)
def not_in_steps(*given):
    return later("step", lambda lr, t, T, gamma, size: lr * gamma ** (t / size))(*given)


@rates.mistake(
    '"step" is multiplied by gamma once. What happens after two times step_size?',
    loses="schedules",
)
def a_single_step(*given):
    return later("step", lambda lr, t, T, gamma, size: lr * (gamma if t >= size else 1))(*given)


@rates.mistake(
    '"step" multiplies gamma by the number of drops. Where does that number stand in the '
    "formula?",
    loses="schedules",
)
def times_the_number(*given):
    return later("step", lambda lr, t, T, gamma, size: lr * gamma * (t // size))(*given)


@rates.mistake(
    '"step" falls by gamma with every step_size. Does a drop leave gamma, or take it?',
    loses="schedules",
)
def taken_in_steps(*given):
    return later("step", lambda lr, t, T, gamma, size: lr * (1 - gamma) ** (t // size))(*given)


@rates.mistake(
    '"step" counts drops by the remainder. Which of // and % says how often step_size fits?',
    loses="schedules",
)
def by_the_remainder(*given):
    return later("step", lambda lr, t, T, gamma, size: lr * gamma ** (t % size))(*given)


@rates.mistake(
    '"step" is rounded to the nearest number of drops. What is k just before the first drop?',
    loses="schedules",
)
def rounded(*given):
    return later("step", lambda lr, t, T, gamma, size: lr * gamma ** int(t / size + 0.5))(
        *given
    )


@rates.mistake(
    '"exponential" grows. Is gamma above 1 or below it, and which sign has its power?',
    loses="schedules",
)
def grows(*given):
    return later("exponential", lambda lr, t, T, gamma, size: lr * gamma**-t)(*given)


@rates.mistake(
    '"exponential" is exp(-gamma t). Which number is raised to the power t in the formula?',
    loses="schedules",
)
def natural(*given):
    return later("exponential", lambda lr, t, T, gamma, size: lr * np.exp(-gamma * t))(*given)


@rates.mistake(
    '"exponential" multiplies gamma by t. Where does t stand in the formula?',
    loses="schedules",
)
def times_t(*given):
    return later("exponential", lambda lr, t, T, gamma, size: lr * gamma * t)(*given)


@rates.mistake(
    '"exponential" is lr / (1 + gamma t), the inverse-time schedule. By which factor do two '
    "neighbours differ in a geometric sequence?",
    loses="schedules",
)
def inverse_time(*given):
    return later("exponential", lambda lr, t, T, gamma, size: lr / (1 + gamma * t))(*given)


@rates.mistake(
    '"exponential" spreads one factor gamma over all steps. Which power of gamma is it in '
    "step t?",
    loses="schedules",
)
def share_of_all(*given):
    return later("exponential", lambda lr, t, T, gamma, size: lr * gamma ** (t / T))(*given)


@rates.mistake(
    '"exponential" falls as "step" does. What belongs to one of them alone?',
    loses="schedules",
)
def exponential_like_step(*given):
    return later("exponential", lambda lr, t, T, gamma, size: lr * gamma ** (t // size))(*given)


@rates.mistake(
    '"step" falls as "exponential" does. What belongs to one of them alone?', loses="schedules"
)
def step_like_exponential(*given):
    return later("step", lambda lr, t, T, gamma, size: lr * gamma**t)(*given)


@rates.mistake('"cosine" is twice as large. What is 1 + cos(0)?', loses="schedules")
def not_halved(*given):
    return later("cosine", lambda lr, t, T, gamma, size: lr * (1 + np.cos(np.pi * t / T)))(
        *given
    )


@rates.mistake(
    '"cosine" becomes negative. What is added to the cosine in the formula?', loses="schedules"
)
def one_forgotten(*given):
    return later("cosine", lambda lr, t, T, gamma, size: lr * np.cos(np.pi * t / T))(*given)


@rates.mistake(
    '"cosine" rises. Which sign does the cosine have in the formula?', loses="schedules"
)
def rises(*given):
    return later("cosine", lambda lr, t, T, gamma, size: lr * (1 - np.cos(np.pi * t / T)) / 2)(
        *given
    )


@rates.mistake(
    '"cosine" is a quarter of a wave. Where is the half of lr reached, and where in half a '
    "wave?",
    loses="schedules",
)
def quarter_of_a_wave(*given):
    return later("cosine", lambda lr, t, T, gamma, size: lr * np.cos(np.pi * t / T / 2))(*given)


@rates.mistake(
    '"cosine" comes back to lr. How much of a wave does the formula take?', loses="schedules"
)
def whole_wave(*given):
    return later(
        "cosine", lambda lr, t, T, gamma, size: lr * (1 + np.cos(2 * np.pi * t / T)) / 2
    )(*given)


@rates.mistake(
    '"cosine" falls in jumps: its angle is rounded down. What does // do with a fraction?',
    loses="schedules",
)
def whole_angles(*given):
    return later("cosine", lambda lr, t, T, gamma, size: lr * (1 + np.cos(np.pi * t // T)) / 2)(
        *given
    )


@rates.mistake(
    '"cosine" takes its angle in degrees. In what does np.cos count?', loses="schedules"
)
def in_degrees(*given):
    return later("cosine", lambda lr, t, T, gamma, size: lr * (1 + np.cos(180 * t / T)) / 2)(
        *given
    )


@rates.mistake(
    '"cosine" reaches 0 in the last step. By which number of steps is t divided?',
    loses="schedules",
)
def zero_at_the_end(*given):
    return later(
        "cosine", lambda lr, t, T, gamma, size: lr * (1 + np.cos(np.pi * t / (T - 1))) / 2
    )(*given)


@rates.mistake(
    '"cosine" divides t by all steps, those of the warm-up too. How many are T?',
    loses="schedules",
)
def divided_by_total(step, schedule, lr, warmup, total, gamma, step_size):
    if schedule != "cosine":
        return learning_rate(step, schedule, lr, warmup, total, gamma, step_size)
    return learning_rate(step, schedule, lr, warmup, total + warmup, gamma, step_size)


@rates.mistake(
    '"cosine" does not begin at lr: its angle grows from step 0 on. What is t in the first '
    "step after the warm-up?",
    loses="schedules",
)
def cosine_from_the_start(step, schedule, lr, warmup, total, gamma, step_size):
    if schedule != "cosine" or step < warmup:
        return learning_rate(step, schedule, lr, warmup, total, gamma, step_size)
    return lr * (1 + np.cos(np.pi * step / (total - warmup))) / 2


@rates.mistake(
    "here comes the cosine. Which branch of your code does this schedule take?",
    loses="schedules",
)
def all_like_cosine(step, schedule, *given):
    return learning_rate(step, "cosine", *given)


@rates.mistake(
    'here comes "exponential". Which branch of your code does this schedule take?',
    loses="schedules",
)
def cosine_like_exponential(*given):
    return later("cosine", lambda lr, t, T, gamma, size: lr * gamma**t)(*given)


@rates.mistake(
    'here comes "step". Which branch of your code does this schedule take?', loses="schedules"
)
def cosine_like_step(*given):
    return later("cosine", lambda lr, t, T, gamma, size: lr * gamma ** (t // size))(*given)
