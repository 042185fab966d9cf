"""learning_rate: a linear warm-up, then a step, exponential or cosine schedule.

The driver calls the function for every step. The warm-up is the same for all three schedules,
so we judge it only once.
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
            raise TypeError("your function should return one number, the rate of one step")
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
        "shape": (1, "one `float` for each step"),
        "value": (3, "the warm-up"),
        "schedules": (
            6,
            "the rates after the warm-up, one third for each of the three schedules",
        ),
        "edge": (1, "schedules without a warm-up, when `warmup` is 0"),
    },
    forbidden={"all": ELSEWHERE},
)


@rates.reference
def learning_rate(step, schedule, lr, warmup, total, gamma, step_size):
    """Return the learning rate of one step: a linear warm-up, then a schedule that decreases.

    If step < warmup, the rate is lr * (step + 1) / warmup for every schedule. After that, let
    t = step - warmup and T = total - warmup:
    "step":         lr * gamma^k, where k is t / step_size, rounded down
    "exponential":  lr * gamma^t
    "cosine":       lr * (1 + cos(pi * t / T)) / 2

    step : int from 0 to total - 1
    schedule : str, one of these three
    lr : float, the largest rate
    warmup, total : ints, the number of warm-up steps (possibly 0) and of all steps
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
    T += T == W  # otherwise a cosine that counts from step 0 rises
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
    """Return a solution with a different warm-up: ``make(step, lr, warmup, total)``."""

    def changed(step, schedule, lr, warmup, total, gamma, step_size):
        if step < warmup:
            return make(step, lr, warmup, total)
        return learning_rate(step, schedule, lr, warmup, total, gamma, step_size)

    return changed


def later(schedule, make):
    """Return a solution with a different rule for one schedule, from ``make``."""

    def changed(step, which, lr, warmup, total, gamma, step_size):
        if which != schedule or step < warmup:
            return learning_rate(step, which, lr, warmup, total, gamma, step_size)
        return make(lr, step - warmup, total - warmup, gamma, step_size)

    return changed


@rates.mistake(
    "Your warm-up starts with a rate of 0, so nothing is learned in this step. What does "
    "the formula add to `step`?",
    loses="value",
)
def begins_with_zero(*given):
    return warmed(lambda step, lr, warmup, total: lr * step / warmup)(*given)


@rates.mistake(
    "Your warm-up ends below `lr`. What is the rate in the last warm-up step, according to "
    "the formula?",
    loses="value",
)
def divided_by_one_more(*given):
    return warmed(lambda step, lr, warmup, total: lr * (step + 1) / (warmup + 1))(*given)


@rates.mistake(
    "Your warm-up rises as slowly as if it took all steps. Which number of steps does the "
    "formula divide by?",
    loses="value",
)
def divided_by_all(*given):
    return warmed(lambda step, lr, warmup, total: lr * (step + 1) / total)(*given)


@rates.mistake(
    "Your warm-up rate is 0 until the last warm-up step. What does `//` do to a fraction?",
    loses="value",
)
def whole_numbers(*given):
    return warmed(lambda step, lr, warmup, total: lr * ((step + 1) // warmup))(*given)


@rates.mistake(
    "Your warm-up decreases the rate. What should the first and the last rate of the "
    "warm-up be?",
    loses="value",
)
def falls(*given):
    return warmed(lambda step, lr, warmup, total: lr * (warmup - step) / warmup)(*given)


@rates.mistake(
    "Your rate is already `lr` in the first warm-up step. Which rate should the warm-up "
    "start from?",
    loses="value",
)
def full_rate(*given):
    return warmed(lambda step, lr, warmup, total: lr)(*given)


@rates.mistake(
    "Your warm-up doesn't depend on `lr`, and it ends at 1. What should the largest rate be?",
    loses="value",
)
def ends_at_one(*given):
    return warmed(lambda step, lr, warmup, total: (step + 1) / warmup)(*given)


@rates.mistake(
    "Your function has no warm-up, because its schedule starts at step 0. What should "
    "happen while `step < warmup`?",
    loses="value schedules",
)
def warm_up_ignored(step, schedule, lr, warmup, total, gamma, step_size):
    return learning_rate(step, schedule, lr, 0, total, gamma, step_size)


@rates.mistake(
    "Your schedule also counts the steps of the warm-up. Which step does t count from, and "
    "how large is T?",
    loses="schedules",
)
def counted_from_the_start(step, schedule, lr, warmup, total, gamma, step_size):
    if step < warmup:
        return lr * (step + 1) / warmup
    return learning_rate(step, schedule, lr, 0, total, gamma, step_size)


@rates.mistake(
    "Your schedule is one step ahead. What is t in the first step after the warm-up, and "
    "which rate does the formula give for it?",
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
    "Your warm-up is one step too long, and its last rate is above `lr`. Which is the last "
    "step with `step < warmup`?",
    loses="schedules",
)
def one_step_longer(step, schedule, lr, warmup, total, gamma, step_size):
    if 0 < step == warmup:
        return lr * (step + 1) / warmup
    return learning_rate(step, schedule, lr, warmup, total, gamma, step_size)


@rates.mistake(
    'Your "step" schedule falls a little in every step. What should happen to t / '
    "step_size before it becomes an exponent?",
    loses="schedules",
)
def not_in_steps(*given):
    return later("step", lambda lr, t, T, gamma, size: lr * gamma ** (t / size))(*given)


@rates.mistake(
    'Your "step" schedule multiplies by `gamma` only once. What should happen after twice '
    "the `step_size`?",
    loses="schedules",
)
def a_single_step(*given):
    return later("step", lambda lr, t, T, gamma, size: lr * (gamma if t >= size else 1))(*given)


@rates.mistake(
    'Your "step" schedule multiplies `gamma` by the number of drops. Where does this '
    "number appear in the formula?",
    loses="schedules",
)
def times_the_number(*given):
    return later("step", lambda lr, t, T, gamma, size: lr * gamma * (t // size))(*given)


@rates.mistake(
    'Your "step" schedule multiplies the rate by 1 - gamma at each drop. Is `gamma` the '
    "fraction that a drop removes, or the fraction that remains?",
    loses="schedules",
)
def taken_in_steps(*given):
    return later("step", lambda lr, t, T, gamma, size: lr * (1 - gamma) ** (t // size))(*given)


@rates.mistake(
    'Your "step" schedule uses the remainder as the number of drops. Which of `//` and `%` '
    "counts how often `step_size` fits into t?",
    loses="schedules",
)
def by_the_remainder(*given):
    return later("step", lambda lr, t, T, gamma, size: lr * gamma ** (t % size))(*given)


@rates.mistake(
    'Your "step" schedule rounds t / step_size to the nearest integer. What should k be '
    "just before the first drop?",
    loses="schedules",
)
def rounded(*given):
    return later("step", lambda lr, t, T, gamma, size: lr * gamma ** int(t / size + 0.5))(
        *given
    )


@rates.mistake(
    'Your "exponential" schedule grows. Is `gamma` above or below 1, and which sign does '
    "its exponent have?",
    loses="schedules",
)
def grows(*given):
    return later("exponential", lambda lr, t, T, gamma, size: lr * gamma**-t)(*given)


@rates.mistake(
    'Your "exponential" schedule is exp(-gamma t). Which number does the formula raise to '
    "the power of t?",
    loses="schedules",
)
def natural(*given):
    return later("exponential", lambda lr, t, T, gamma, size: lr * np.exp(-gamma * t))(*given)


@rates.mistake(
    'Your "exponential" schedule multiplies `gamma` by t. Where does t appear in the formula?',
    loses="schedules",
)
def times_t(*given):
    return later("exponential", lambda lr, t, T, gamma, size: lr * gamma * t)(*given)


@rates.mistake(
    'Your "exponential" schedule is lr / (1 + gamma t), the inverse-time schedule. What is '
    "the ratio of two consecutive rates in the formula?",
    loses="schedules",
)
def inverse_time(*given):
    return later("exponential", lambda lr, t, T, gamma, size: lr / (1 + gamma * t))(*given)


@rates.mistake(
    'Your "exponential" schedule applies the factor `gamma` only once, spread over all '
    "steps. Which exponent does `gamma` have in step t?",
    loses="schedules",
)
def share_of_all(*given):
    return later("exponential", lambda lr, t, T, gamma, size: lr * gamma ** (t / T))(*given)


@rates.mistake(
    'Your "exponential" schedule falls in steps, like "step". Which of the two formulas '
    "contains `step_size`?",
    loses="schedules",
)
def exponential_like_step(*given):
    return later("exponential", lambda lr, t, T, gamma, size: lr * gamma ** (t // size))(*given)


@rates.mistake(
    'Your "step" schedule falls in every step, like "exponential". Which of the two '
    "formulas contains `step_size`?",
    loses="schedules",
)
def step_like_exponential(*given):
    return later("step", lambda lr, t, T, gamma, size: lr * gamma**t)(*given)


@rates.mistake(
    'Your "cosine" schedule is too large by a factor of 2. What is 1 + cos(0)?',
    loses="schedules",
)
def not_halved(*given):
    return later("cosine", lambda lr, t, T, gamma, size: lr * (1 + np.cos(np.pi * t / T)))(
        *given
    )


@rates.mistake(
    'Your "cosine" schedule becomes negative. What does the formula add to the cosine?',
    loses="schedules",
)
def one_forgotten(*given):
    return later("cosine", lambda lr, t, T, gamma, size: lr * np.cos(np.pi * t / T))(*given)


@rates.mistake(
    'Your "cosine" schedule rises. Which sign does the cosine have in the formula?',
    loses="schedules",
)
def rises(*given):
    return later("cosine", lambda lr, t, T, gamma, size: lr * (1 - np.cos(np.pi * t / T)) / 2)(
        *given
    )


@rates.mistake(
    'Your "cosine" schedule is a quarter of a cosine wave. When does the formula reach '
    "half of `lr`?",
    loses="schedules",
)
def quarter_of_a_wave(*given):
    return later("cosine", lambda lr, t, T, gamma, size: lr * np.cos(np.pi * t / T / 2))(*given)


@rates.mistake(
    'Your "cosine" schedule rises back towards `lr`. Which part of a cosine wave does the '
    "formula use?",
    loses="schedules",
)
def whole_wave(*given):
    return later(
        "cosine", lambda lr, t, T, gamma, size: lr * (1 + np.cos(2 * np.pi * t / T)) / 2
    )(*given)


@rates.mistake(
    'Your "cosine" schedule falls in jumps, because its angle is rounded down. What does '
    "`//` do to a fraction?",
    loses="schedules",
)
def whole_angles(*given):
    return later("cosine", lambda lr, t, T, gamma, size: lr * (1 + np.cos(np.pi * t // T)) / 2)(
        *given
    )


@rates.mistake(
    'Your "cosine" schedule uses an angle in degrees. Which unit does `np.cos` expect?',
    loses="schedules",
)
def in_degrees(*given):
    return later("cosine", lambda lr, t, T, gamma, size: lr * (1 + np.cos(180 * t / T)) / 2)(
        *given
    )


@rates.mistake(
    'Your "cosine" schedule reaches 0 in the last step. Which number of steps does the '
    "formula divide t by?",
    loses="schedules",
)
def zero_at_the_end(*given):
    return later(
        "cosine", lambda lr, t, T, gamma, size: lr * (1 + np.cos(np.pi * t / (T - 1))) / 2
    )(*given)


@rates.mistake(
    'Your "cosine" schedule divides t by the number of all steps, including the warm-up. '
    "How large is T?",
    loses="schedules",
)
def divided_by_total(step, schedule, lr, warmup, total, gamma, step_size):
    if schedule != "cosine":
        return learning_rate(step, schedule, lr, warmup, total, gamma, step_size)
    return learning_rate(step, schedule, lr, warmup, total + warmup, gamma, step_size)


@rates.mistake(
    'Your "cosine" schedule doesn\'t start at `lr`, because its angle already grows '
    "during the warm-up. What is t in the first step after the warm-up?",
    loses="schedules",
)
def cosine_from_the_start(step, schedule, lr, warmup, total, gamma, step_size):
    if schedule != "cosine" or step < warmup:
        return learning_rate(step, schedule, lr, warmup, total, gamma, step_size)
    return lr * (1 + np.cos(np.pi * step / (total - warmup))) / 2


@rates.mistake(
    'Your function returns the "cosine" rate for this schedule. Which branch of your code '
    "does this schedule reach?",
    loses="schedules",
)
def all_like_cosine(step, schedule, *given):
    return learning_rate(step, "cosine", *given)


@rates.mistake(
    'Your function returns the "exponential" rate for this schedule. Which branch of your '
    "code does this schedule reach?",
    loses="schedules",
)
def cosine_like_exponential(*given):
    return later("cosine", lambda lr, t, T, gamma, size: lr * gamma**t)(*given)


@rates.mistake(
    'Your function returns the "step" rate for this schedule. Which branch of your code '
    "does this schedule reach?",
    loses="schedules",
)
def cosine_like_step(*given):
    return later("cosine", lambda lr, t, T, gamma, size: lr * gamma ** (t // size))(*given)
