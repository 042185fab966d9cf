"""Problems whose arguments or answers are functions: a callback, a generator, a closure."""

import numpy as np
from nngrader.engine import problem

# A callback


def differentiate(numerical_jacobian, A, x, h=1e-5):
    def f(v):
        return np.tanh(A @ v) * v[0]

    return numerical_jacobian(f, x, h)


jacobian = problem(
    "numerical_jacobian",
    driver=differentiate,
    returns={"jacobian": "value"},
    points={"shape": 2, "value": 17, "inputs-unchanged": 1},
)


@jacobian.reference
def numerical_jacobian(f, x, h=1e-5):
    """Two-sided differences of f at x: (m, n)."""
    steps = h * np.eye(len(x))
    return np.stack([(f(x + s) - f(x - s)) / (2 * h) for s in steps], axis=1)


jacobian.example(np.array([[1.0, 0.0], [2.0, 1.0]]), np.array([1.0, 2.0]), 0.5)


@jacobian.case("value", visible=2)
def smooth(rng, M, N):
    """A smooth function of several variables."""
    return rng.normal(size=(M, N)), rng.normal(size=N), 0.1


@jacobian.alternative
def column_by_column(f, x, h=1e-5):
    out = np.zeros((len(f(x)), len(x)))
    for j in range(len(x)):
        up, down = x.copy(), x.copy()
        up[j] += h
        down[j] -= h
        out[:, j] = (f(up) - f(down)) / (2 * h)
    return out


@jacobian.alternative
def in_place_and_back(f, x, h=1e-5):
    columns, work = [], np.array(x)
    for j, keep in enumerate(x):
        work[j] = keep + h
        up = f(work)
        work[j] = keep - h
        columns.append((up - f(work)) / (2 * h))
        work[j] = keep
    return np.array(columns).T


@jacobian.mistake("how far apart are the two points?", loses="value")
def divided_by_h(f, x, h=1e-5):
    return 2 * numerical_jacobian(f, x, h)


@jacobian.mistake("one side or two?", loses="value")
def one_sided(f, x, h=1e-5):
    return np.stack([(f(x + s) - f(x)) / h for s in h * np.eye(len(x))], axis=1)


@jacobian.mistake("which side is subtracted from which?", loses="value")
def wrong_sign(f, x, h=1e-5):
    return numerical_jacobian(f, x, -h) * -1


@jacobian.mistake("which line moves the caller's x?", loses="inputs-unchanged")
def leaves_x_moved(f, x, h=1e-5):
    answer = numerical_jacobian(f, x, h)
    x += h
    return answer


@jacobian.mistake("only one entry of x moves at a time. Which column has which?", loses="value")
def all_move(f, x, h=1e-5):
    return np.stack([(f(x + h) - f(x - h)) / (2 * h)] * len(x), axis=1)


# A generator


def collect(batches, X, size):
    taken = [np.asarray(batch) for batch in batches(X, size)]
    return np.concatenate(taken), [len(batch) for batch in taken]


generator = problem(
    "batches",
    driver=collect,
    lists=True,
    returns={"rows": "value", "sizes": "sizes"},
    points={"shape": 1, "value": 4, "sizes": 4},
)


@generator.reference
def batches(X, size):
    """Yield rows of X, size at a time; the last batch may be smaller."""
    for start in range(0, len(X), size):
        yield X[start : start + size]


generator.example(np.array([[1.0], [2.0], [3.0]]), 2)


@generator.case("value", visible=2)
def some_rows(rng, N, D):
    """Rows that do not fill the last batch."""
    return rng.normal(size=(2 * N + 1, D)), N


@generator.alternative
def as_a_list(X, size):
    return [X[i : i + size] for i in range(0, len(X), size)]


@generator.alternative
def as_an_iterator(X, size):
    return iter(np.array_split(X, range(size, len(X), size)))


@generator.mistake("where is the last, smaller batch?", loses="value sizes shape")
def last_dropped(X, size):
    for start in range(0, len(X) - size + 1, size):
        yield X[start : start + size]


@generator.mistake("how many rows has a batch?", loses="sizes shape")
def one_by_one(X, size):
    yield from X[:, None]


@generator.mistake("in which order do the rows come?", loses="value")
def from_the_end(X, size):
    yield from batches(X[::-1], size)


@generator.mistake("where does the next batch begin?", loses="value")
def first_again(X, size):
    for batch in batches(X, size):
        yield X[: len(batch)]


# A closure with state


def count(make_average, numbers):
    average, other = make_average(), make_average()
    other(1e6)
    return [average(x) for x in numbers]


closure = problem(
    "make_average",
    driver=count,
    lists=True,
    returns={"averages": "value"},
    points={"shape": 1, "value": 9},
)


@closure.reference
def make_average():
    """Return a function that is given numbers and returns the mean of all so far."""
    seen = []

    def average(x):
        seen.append(x)
        return sum(seen) / len(seen)

    return average


closure.example([1.0, 3.0])


@closure.case("value", visible=2)
def in_turn(rng, N):
    """Several numbers in turn."""
    return (rng.normal(size=N).tolist(),)


@closure.alternative
class by_a_class:
    def __init__(self):
        self.total, self.n = 0.0, 0

    def __call__(self, x):
        self.total, self.n = self.total + x, self.n + 1
        return self.total / self.n


@closure.alternative
def by_nonlocal():
    total, n = 0.0, 0

    def average(x):
        nonlocal total, n
        total, n = total + x, n + 1
        return np.float64(total / n)

    return average


@closure.mistake("is this the mean, or the sum?", loses="value")
def sum_so_far():
    total = []
    return lambda x: total.append(x) or sum(total)


@closure.mistake("what does the function remember?", loses="value")
def forgets():
    return lambda x: x


@closure.mistake("how many numbers are there?", loses="value")
def one_too_many():
    seen = []
    return lambda x: seen.append(x) or sum(seen) / (len(seen) + 1)


SHARED = []


@closure.mistake("do two averages share their numbers?", loses="value")
def shared_by_all():
    SHARED.clear()
    return lambda x: SHARED.append(x) or sum(SHARED) / len(SHARED)
