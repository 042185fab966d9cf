"""learning_rate: a linear warm-up, then a step, exponential or cosine schedule.

The driver calls the function for every step. The warm-up is the same for all three schedules,
so we judge it only once. If a schedule returns None, for example because of a misspelled name,
the other schedules still get their points.
"""

import numpy as np
from nngrader.engine import problem

from .common import DIGITS, ELSEWHERE


def all_steps(learning_rate, lr, warmup, total, gamma, step_size):
    rates = []
    for schedule in ("step", "exponential", "cosine"):
        call = [
            learning_rate(step, schedule, lr, warmup, total, gamma, step_size)
            for step in range(total)
        ]
        if any(isinstance(value, list | tuple) or np.shape(value) for value in call):
            raise TypeError("your function should return one number, the rate of one step")
        rates.append(call)
    parts = [r for call in rates for r in call[:warmup]], *(call[warmup:] for call in rates)
    parts = [None if any(r is None for r in part) else np.array(part) for part in parts]
    if all(part is None for part in parts if part is None or part.size):
        raise TypeError("your function should return one number, but it returns None")
    if parts[0] is not None:
        parts[0] = parts[0].reshape(3, -1) if warmup else np.zeros((3, 0))
    return tuple(parts)


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
    S += S == 2 * W + 1  # otherwise round(t / S) equals step // S
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


rates.known["value"] = {
    "Your warm-up starts with a rate of 0, so the first step doesn't change the weights. What "
    "does the formula add to `step`?": {"begins_with_zero": {"(step + 1)": "step"}},
    "Your warm-up ends below `lr`. What is the rate in the last warm-up step, according to the "
    "formula?": {"divided_by_one_more": {"/ warmup": "/ (warmup + 1)"}},
    "In your warm-up, the rate rises too slowly, because it would need `total` steps to reach "
    "`lr`. Which number of steps does the formula divide "
    "by?": {"divided_by_all": {"/ warmup": "/ total"}},
    'Your code has a warm-up only for "cosine". Which schedules should start with one?': {
        "warm_up_for_cosine": {"step < warmup": 'step < warmup and schedule == "cosine"'}
    },
}

rates.known["schedules"] = {
    "Your schedule also counts the steps of the warm-up. Which step does t count from, and how "
    "large is T?": {"counted_from_the_start": {"t = step - warmup": "t, warmup = step, 0"}},
    "Your schedule is one step ahead. What is t in the first step after the warm-up, and which "
    "rate does the formula give for "
    "it?": {"one_step_ahead": {"step - warmup\n": "step - warmup + 1\n"}},
    "Your warm-up is one step too long, and its last rate is above `lr`. What is the last step "
    "with "
    "`step < warmup`?": {"one_step_longer": {"step < warmup": "step <= warmup and warmup > 0"}},
    'Your "step" schedule lowers the rate a little in every step. What should happen to t '
    "/ step_size before it becomes an exponent?": {"not_in_steps": {"t // step": "t / step"}},
    'Your "step" schedule multiplies the rate by 1 - gamma at each drop. Is `gamma` the '
    "fraction that a drop removes, or the fraction that "
    "remains?": {"taken_in_steps": {"gamma ** (": "(1 - gamma) ** ("}},
    'Your "step" schedule multiplies `gamma` by the number of drops. Which operation does the '
    "formula use instead?": {
        "times_the_drops": {
            "gamma ** (t // step_size)": "(gamma * (t // step_size) if t >= step_size else 1)"
        }
    },
    'Your "step" schedule uses the remainder as the number of drops. Which of `//` and `%` '
    "counts how many times `step_size` fits into "
    "t?": {"by_the_remainder": {"t // step": "t % step"}},
    'Your "step" schedule also counts the steps of the warm-up. Which step does t count '
    "from?": {"drops_from_the_start": {"(t // step_size)": "(step // step_size)"}},
    'Your "step" schedule rounds t / step_size to the nearest integer. Which way does the '
    "problem statement round?": {
        "rounded_to_nearest": {"(t // step_size)": "round(t / step_size)"}
    },
    'Your "step" schedule computes gamma^t first, and rounds the quotient down to 0. Which '
    "operation of gamma^k comes first, the division or the "
    "power?": {
        "divided_after_the_power": {"gamma ** (t // step_size)": "gamma**t // step_size"}
    },
    'Your "exponential" schedule also counts the steps of the warm-up. Which step does t count '
    "from?": {"exponential_from_the_start": {"gamma**t": "gamma**step"}},
    'Your "exponential" schedule uses e as its base. What does the formula raise to the '
    "power t?": {"power_of_e": {"gamma**t": "np.exp(-gamma * t)"}},
    'Your "exponential" schedule grows. Is `gamma` above or below 1, and what sign does its '
    "exponent have?": {"grows": {"gamma**t": "gamma**-t"}},
    'Your "exponential" schedule lowers the rate in steps, like "step". Which of the two '
    "formulas contains `step_size`?": {
        "exponential_like_step": {"gamma**t": "gamma ** (t // step_size)"}
    },
    'Your "step" schedule lowers the rate in every step, like "exponential". Which of the '
    "two formulas contains `step_size`?": {
        "step_like_exponential": {"gamma ** (t // step_size)": "gamma**t"}
    },
    'Your "cosine" schedule is too large by a factor of 2. What is 1 + cos(0)?': {
        "not_halved": {" / 2": ""}
    },
    'Your "cosine" schedule becomes negative. What does the formula add to the cosine?': {
        "one_forgotten": {
            "(1 + np.cos(np.pi * t / (total - warmup))) / 2": (
                "np.cos(np.pi * t / (total - warmup))"
            )
        }
    },
    'Your "cosine" schedule rises. What sign does the cosine have in the formula?': {
        "rises": {"1 + np": "1 - np"}
    },
    'Your "cosine" schedule rises back towards `lr`. Which part of a cosine wave does the '
    "formula use?": {"whole_wave": {"np.pi": "2 * np.pi"}},
    'Your "cosine" schedule uses an angle in degrees. What unit does `np.cos` expect?': {
        "in_degrees": {"np.pi": "180"}
    },
    'Your "cosine" schedule reaches 0 in the last step. Which number of steps does the formula '
    "divide t by?": {"zero_at_the_end": {"(total - warmup)": "(total - warmup - 1)"}},
    'Your "cosine" schedule divides t by `total`, which includes the warm-up. How does the '
    "problem statement define T?": {"divided_by_total": {"(total - warmup)": "total"}},
    'Your "cosine" schedule doesn\'t start at `lr`, because its angle already increases '
    "during the warm-up. What is t at the first step after the warm-up?": {
        "cosine_from_the_start": {"np.pi * t": "np.pi * step"}
    },
    'Your "cosine" schedule is the "exponential" one. Which branch of your code does "cosine" '
    "reach?": {
        "cosine_like_exponential": {
            "(1 + np.cos(np.pi * t / (total - warmup))) / 2": "gamma**t"
        }
    },
    'Your "cosine" schedule doesn\'t contain pi. What is the angle at t = T in the formula?': {
        "pi_forgotten": {"np.pi * t": "t"}
    },
    'Your function returns the "cosine" rate for "step" or "exponential", or for both. Which '
    "branch of your code do these two schedules "
    "reach?": {"all_like_cosine": 'schedule = "cosine"'},
}

rates.known["value schedules"] = {
    "Your function has no warm-up: the decay starts at step 0. What should happen while "
    "`step < warmup`?": {"warm_up_ignored": "warmup = 0"}
}
