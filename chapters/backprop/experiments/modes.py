"""Forward and reverse mode on a long simulation with one output: time and memory.

10,000 colonies grow, and the output is the sum of their sizes after the last step. Their growth
rates depend on n parameters, and the derivative with respect to each of these is asked for. The
numbers of steps and of parameters vary. Times are in units of the simulation itself, run for as
many steps; each is the least of several measurements, in which the contenders take turns. What
the operating system needs to hand out memory is counted by itself.
"""

import tracemalloc

import numpy as np

from nnlib import experiment

COLONIES, STEPS, PARAMETERS = 10_000, (10, 100, 1000, 10_000), (1, 2, 3, 4, 8, 16, 32)
MANY_AT = 1000  # steps of the comparison over all numbers of parameters
ROUNDS, LEAST = 5, 1000  # measurements, and steps in each of them
TOLERANCES = {"derivatives": {"relative": 1e-6}}


def simulate(r, x, steps):
    """The sizes after the last step."""
    for _ in range(steps):
        x = x + r * x * (1 - x)
    return x


def forward_mode(r, dr, x, steps):
    """The derivatives of the sum of sizes, a row of dr for each parameter."""
    dx = np.zeros_like(dr)
    for _ in range(steps):
        dx = dx * (1 + r * (1 - 2 * x)) + dr * (x * (1 - x))
        x = x + r * x * (1 - x)
    return dx.sum(axis=1)


def reverse_mode(r, x, steps, kept):
    """The derivatives of the sum of sizes with respect to all r."""
    for k in range(steps):
        kept[k] = x
        x = x + r * x * (1 - x)
    x_bar, r_bar = np.ones_like(x), np.zeros_like(x)
    for k in reversed(range(steps)):
        x = kept[k]
        r_bar += x_bar * (x * (1 - x))
        x_bar *= 1 + r * (1 - 2 * x)
    return r_bar


def fresh(r, x, steps):
    """Reverse mode in memory that is asked for anew, as libraries do."""
    return reverse_mode(r, x, steps, np.empty((steps, len(x))))


def forward_in_place(r, dr, x, steps):
    """Forward mode without temporary arrays."""
    x, dx, a, b, c = x.copy(), np.zeros_like(dr), *np.empty((2, len(x))), np.empty_like(dr)
    for _ in range(steps):
        np.subtract(1, x, out=a)
        np.subtract(a, x, out=b)
        b *= r
        b += 1
        a *= x
        dx *= b
        np.multiply(dr, a, out=c)
        dx += c
        a *= r
        x += a
    return dx.sum(axis=1)


def reverse_in_place(r, x, steps, kept):
    """Reverse mode without temporary arrays."""
    (a, b), x = np.empty((2, len(x))), x.copy()
    for k in range(steps):
        kept[k] = x
        np.subtract(1, x, out=a)
        a *= x
        a *= r
        x += a
    x_bar, r_bar = np.ones_like(x), np.zeros_like(x)
    for k in reversed(range(steps)):
        np.subtract(1, kept[k], out=a)
        np.subtract(a, kept[k], out=b)
        b *= r
        b += 1
        a *= kept[k]
        a *= x_bar
        r_bar += a
        x_bar *= b
    return r_bar


class OneRow:
    """A store with a single row, so that nothing is kept: the arithmetic alone."""

    def __init__(self, x):
        self.row = np.empty_like(x)

    def __getitem__(self, k):
        return self.row

    def __setitem__(self, k, x):
        self.row[:] = x


def checkpoints(r, x, steps):
    """Reverse mode that keeps one state in √steps and computes the others again."""
    every = max(1, round(steps**0.5))
    begins = []
    for k in range(steps):
        if k % every == 0:
            begins.append(x)
        x = x + r * x * (1 - x)
    x_bar, r_bar = np.ones_like(x), np.zeros_like(x)
    kept = np.empty((every, len(x)))
    for j in reversed(range(len(begins))):
        x, some = begins[j], min(every, steps - j * every)
        for k in range(some):
            kept[k] = x
            x = x + r * x * (1 - x)
        for k in reversed(range(some)):
            x = kept[k]
            r_bar += x_bar * (x * (1 - x))
            x_bar *= 1 + r * (1 - 2 * x)
    return r_bar


def task(seed, colonies=COLONIES):
    """Growth rates, how they depend on the parameters, and first sizes."""
    rng = np.random.default_rng(seed)
    dr = rng.uniform(0, 0.01, (max(PARAMETERS), colonies))
    return rng.uniform(0.001, 0.01, colonies), dr, rng.uniform(0.01, 0.1, colonies)


def contenders(r, dr, x, steps):
    """What is measured, by name."""
    numbers = PARAMETERS if steps == MANY_AT else PARAMETERS[:5]
    reused = np.empty((steps, len(x)))
    reused[:] = 0  # so that the memory is there before the clock starts
    return (
        {
            "run": lambda: simulate(r, x, steps),
            "reverse": lambda: reverse_mode(r, x, steps, reused),
            "reverse, fresh memory": lambda: fresh(r, x, steps),
            "reverse, in place": lambda: reverse_in_place(r, x, steps, reused),
            "reverse, nothing kept": lambda: reverse_mode(r, x, steps, OneRow(x)),
            "reverse, checkpoints": lambda: checkpoints(r, x, steps),
        }
        | {
            f"forward {n}": (lambda rows: lambda: forward_mode(r, rows, x, steps))(dr[:n])
            for n in numbers
        }
        | {
            f"forward {n}, in place": (
                lambda rows: lambda: forward_in_place(r, rows, x, steps)
            )(dr[:n])
            for n in (1, 2, 4)
        }
    )


def measured(runs, repeat):
    """The least processor time of each, and the mean time of the system, in simulations."""
    import resource  # not on every system, and the page's thin slice needs no clock

    least, system = dict.fromkeys(runs, np.inf), dict.fromkeys(runs, 0.0)
    for _ in range(ROUNDS):
        for name, go in runs.items():
            begin = resource.getrusage(resource.RUSAGE_SELF)
            for _ in range(repeat):
                go()
            end = resource.getrusage(resource.RUSAGE_SELF)
            least[name] = min(least[name], end.ru_utime - begin.ru_utime)
            system[name] += (end.ru_stime - begin.ru_stime) / ROUNDS
    return {name: least[name] / least["run"] for name in runs} | {
        f"system, {name}": system[name] / least["run"] for name in runs
    }


def megabytes(go):
    """The most memory that is held at a time."""
    tracemalloc.start()
    go()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 1e6


def run(seed):
    """Time and memory for each number of steps."""
    r, dr, x = task(seed)
    found = {}
    for steps in STEPS:
        runs = contenders(r, dr, x, steps)
        for name, runs_worth in measured(runs, max(1, LEAST // steps)).items():
            found[f"{name} @ {steps}"] = runs_worth
        for name in ("forward 8", "reverse, fresh memory", "reverse, checkpoints"):
            found[f"MB {name} @ {steps}"] = megabytes(runs[name])
    return found


def thin():
    """The derivatives of a small simulation, by all."""
    r, dr, x = task(0, colonies=100)
    ways = (
        forward_mode(r, dr[:4], x, 50),
        forward_in_place(r, dr[:4], x, 50),
        dr[:4] @ fresh(r, x, 50),
        dr[:4] @ reverse_in_place(r, x, 50, np.empty((50, len(x)))),
        dr[:4] @ checkpoints(r, x, 50),
    )
    return {"derivatives": [way.tolist() for way in ways]}


if __name__ == "__main__":
    experiment.record(run, seeds=range(5), thin=thin)
