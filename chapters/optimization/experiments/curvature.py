"""Does curvature pay on a logistic regression, if its price is counted, and with batches?

One pass is the work of one gradient over the training set; all other arithmetic is counted in
the same unit. Curvature does not pay if gradient descent or momentum comes within a millionth
of the excess loss in as few passes as the best of Newton, BFGS, L-BFGS and conjugate gradients.
Then all run on batches, also with exact changes of the gradient and with both gradients from
one batch. Each method has twelve settings on three draws for tuning.

It takes about 6 minutes. The page optimization/second-order uses the results.
"""

from functools import cache

import numpy as np

from nnlib import datasets, experiment

CLASSES, TRAIN, PENALTY = (0, 2, 4, 6), 1600, 1e-3
TUNE, TARGETS = (100, 101, 102), (1e-1, 1e-2, 1e-3, 1e-4, 1e-6)
BATCH, BUDGET = 50, 20  # pictures of a batch, passes
TOLERANCES = {"passes": {"relative": 0.2}}


@cache
def shrunk(side):
    """Pictures of side × side pixels from 0 to 1, for training and for the test."""
    block = 28 // side
    return [
        (Z.X.reshape(-1, side, block, side, block).mean(axis=(2, 4), dtype=float), Z.y)
        for Z in datasets.fashion_mnist()
    ]


def split(seed, classes, size, side=14):
    """Training, validation and test set, centred, with a column of ones."""
    (X, y), (X_test, y_test) = shrunk(side)
    X, X_test = X.reshape(len(X), -1), X_test.reshape(len(X_test), -1)
    keep, keep_test = np.isin(y, classes), np.isin(y_test, classes)
    X, y, X_test, y_test = X[keep], y[keep], X_test[keep_test], y_test[keep_test]
    order = np.random.default_rng(seed).permutation(len(y))
    mean = X[order[:size]].mean(axis=0)

    def prepared(Z):
        return np.column_stack([Z - mean, np.ones(len(Z))])

    first, second = order[:size], order[size:]
    return (
        (prepared(X[first]), y[first]),
        (prepared(X[second]), y[second]),
        (prepared(X_test), y_test),
    )


class Logistic:
    """T-shirts and shirts against pullovers and coats, with an L2 penalty."""

    def __init__(self, seed, side=14):
        parts = split(seed, CLASSES, TRAIN, side)
        self.parts = [(X, np.isin(y, (2, 4))) for X, y in parts]
        self.X, self.t = self.parts[0]
        self.start = np.zeros(self.X.shape[1])

    def __call__(self, w, rows=slice(None)):
        """Loss and gradient, of some rows."""
        X, t = self.X[rows], self.t[rows]
        z = X @ w
        residual = 1 / (1 + np.exp(-z)) - t
        loss = np.mean(np.logaddexp(0, z) - t * z) + PENALTY / 2 * (w @ w)
        return loss, X.T @ residual / len(t) + PENALTY * w

    def hessian(self, w, rows=slice(None)):
        """Second derivatives, of some rows."""
        X = self.X[rows]
        p = 1 / (1 + np.exp(-(X @ w)))
        return (X.T * (p * (1 - p))) @ X / len(X) + PENALTY * np.eye(len(w))

    def accuracy(self, w, part):
        """Share of right answers: 0 training, 1 validation, 2 test."""
        X, t = self.parts[part]
        return float(np.mean((X @ w > 0) == t))


def line_search(phi, t, c1=1e-4, c2=0.9):
    """A length t that fulfils the strong Wolfe conditions; phi gives loss and slope."""
    loss0, slope0 = phi(0)
    low, low_slope, high = 0.0, slope0, None
    for _ in range(30):
        loss, slope = phi(t)
        if loss > loss0 + c1 * t * slope0 or slope > -c2 * slope0:
            high, high_slope = t, slope  # too long
        elif slope < c2 * slope0:
            low, low_slope = t, slope  # too short
        else:
            break
        if high is None:
            t = 2 * t
        else:
            share = 0.5
            if high_slope > 0:  # where a straight line through the slopes is 0
                share = np.clip(low_slope / (low_slope - high_slope), 0.1, 0.9)
            t = low + share * (high - low)
    return t


class Newton:
    """The exact Hessian."""

    def __init__(self, model, damping=0.0):
        self.model, self.damping = model, damping
        N, D = model.X.shape
        self.work = (N * D**2 + D**3 / 3) / (2 * N * D)

    def direction(self, w, g, s, y):
        """The direction after a step s that changed the gradient by y."""
        H = self.model.hessian(w) + self.damping * np.eye(len(w))
        return -np.linalg.solve(H, g)


def updated(M, s, y):
    """BFGS's new estimate of the inverse Hessian, after a step s changed the gradient by y."""
    rho, u = 1 / (y @ s), M @ y
    cross = np.outer(s, u)
    return M - rho * (cross + cross.T) + (rho + rho**2 * (y @ u)) * np.outer(s, s)


class BFGS:
    """A matrix M, updated after each step."""

    def __init__(self, model, scaled=True):
        self.M, self.scaled = None, scaled
        N, D = model.X.shape
        self.work = 5 * D**2 / (2 * N * D)

    def direction(self, w, g, s, y):
        """The direction after a step s that changed the gradient by y."""
        if s is None:
            return -g / np.abs(g).sum()
        if self.M is None:
            self.M = np.eye(len(g)) * ((s @ y) / (y @ y) if self.scaled else 1)
        self.M = updated(self.M, s, y)
        return -self.M @ g


def times(pairs, g, scale):
    """M g for BFGS's M, from its pairs (s, y), oldest first."""
    if not pairs:
        return scale * g
    *older, (s, y) = pairs
    rho = 1 / (y @ s)
    alpha = rho * (s @ g)
    r = times(older, g - alpha * y, scale)
    return r + (alpha - rho * (y @ r)) * s


class LBFGS:
    """The last m pairs in place of M; with m = 0 only the scale of the last pair."""

    work = 0.0

    def __init__(self, m):
        self.m, self.pairs, self.scale = m, [], None

    def direction(self, w, g, s, y):
        """The direction after a step s that changed the gradient by y."""
        if s is not None and y @ s > 1e-10:
            self.pairs = [*self.pairs, (s, y)][-self.m :] if self.m else []
            self.scale = (s @ y) / (y @ y)
        if self.scale is None:
            return -g / np.abs(g).sum()
        return -times(self.pairs, g, self.scale)


class CG:
    """Nonlinear conjugate gradients."""

    work = 0.0

    def __init__(self, polak):
        self.polak = polak

    def direction(self, w, g, s, y):
        """The direction after a step s that changed the gradient by y."""
        if s is None:
            d = -g
        else:
            last = g - y
            beta = g @ (y if self.polak else g) / (last @ last)
            d = -g + max(0, beta) * self.d
        self.d = d if g @ d < 0 else -g
        return self.d


def race(model, rule, c2, steps=1000, until=0.0):
    """Descend with a line search; steps, passes and loss after each step, and the weights."""
    w, (loss, g) = model.start, model(model.start)
    s = y = None
    passes, rows, visited, last = 1.0, [(0, 1.0, loss)], [w], None
    for k in range(1, steps + 1):
        d = rule.direction(w, g, s, y)
        t = 1.0
        if isinstance(rule, CG):  # the length that would change the loss as the last one did
            t = last / (g @ d) if last else 1 / np.abs(g).sum()
        here = {0: (loss, g)}

        def phi(t, w=w, d=d, here=here):
            if t not in here:
                here[t] = model(w + t * d)
            return here[t][0], here[t][1] @ d

        t = line_search(phi, t, c2=c2)
        if t not in here:  # at the minimum, but for rounding
            break
        last = t * (g @ d)
        passes += rule.work + len(here) - 1
        s, y = t * d, here[t][1] - g
        w, (loss, g) = w + s, here[t]
        rows.append((k, passes, loss))
        visited.append(w)
        if loss <= until or np.abs(s).max() < 1e-15:
            break
    return np.array(rows), visited


def plain(model, lr, gamma=0.0, steps=2500, until=0.0):
    """Gradient descent, with momentum if gamma is above 0; what race gives."""
    w, v, rows, visited = model.start, 0.0, [], []
    for k in range(steps + 1):
        loss, g = model(w)
        rows.append((k, k + 1, loss))
        visited.append(w)
        if loss <= until or not loss < 1e3:
            break
        v = gamma * v + g
        w = w - lr * v
    return np.array(rows), visited


def batches(N, B, seed):
    """Row numbers of one batch after another, shuffled for each pass."""
    rng = np.random.default_rng(seed)
    while True:
        order = rng.permutation(N)
        for k in range(0, N, B):
            yield order[k : k + B]


def momentum_on_batches(model, lr, gamma, seed, passes, watch=None):
    """Momentum with batches; the last weights. watch(passes, w) is asked whether to stop."""
    w, v, N = model.start, 0.0, len(model.X)
    for k, rows in enumerate(batches(N, BATCH, seed)):
        if k * BATCH >= passes * N or (watch and watch(k * BATCH / N, w)):
            return w
        v = gamma * v + model(w, rows)[1]
        w = w - lr * v


def lbfgs_on_batches(model, lr, m, seed, passes, change):
    """L-BFGS with batches and a constant rate; the last weights.

    change says where the change y of the gradient comes from: "two batches", the gradients that
    are there anyway; "one batch", the old one once more, which costs as much again; or "exact",
    from all pictures, which is not counted.
    """
    w, N, seen, old = model.start, len(model.X), 0, None
    rule = LBFGS(m)
    for rows in batches(N, BATCH, seed):
        if seen >= passes * N:
            return w
        g, seen = model(w, rows)[1], seen + len(rows)
        s = y = None
        if old:
            w_old, g_old, rows_old = old
            s = w - w_old
            if change == "two batches":
                y = g - g_old
            elif change == "one batch":
                y, seen = model(w, rows_old)[1] - g_old, seen + len(rows_old)
            else:
                y = model(w)[1] - model(w_old)[1]
        old = (w, g, rows)
        w = w + lr * rule.direction(w, g, s, y)


def newton_on_batches(model, lr, seed, passes):
    """The gradient of a batch, and the exact Hessian, new for each pass and not counted."""
    w, N = model.start, len(model.X)
    for k, rows in enumerate(batches(N, BATCH, seed)):
        if k * BATCH >= passes * N:
            return w
        if k * BATCH % N == 0:
            inverse = np.linalg.inv(model.hessian(w))
        w = w - lr * inverse @ model(w, rows)[1]


C2 = (0.1, 0.5, 0.9)
TRIES = {  # twelve settings for each contender; rates are multiples of 1 / λ_max at the start
    "gradient descent": [(lr,) for lr in np.geomspace(1, 4, 12)],
    "momentum": [(lr, gamma) for gamma in (0.75, 0.85, 0.9, 0.95) for lr in (4.5, 6, 7)],
    "Newton": [(c2, damping) for c2 in C2 for damping in (0, 1e-5, 1e-4, 1e-3)],
    "BFGS": [
        (c2, scaled) for c2 in (0.05, 0.1, 0.3, 0.5, 0.7, 0.9) for scaled in (True, False)
    ],
    "L-BFGS": [(c2, m) for c2 in C2 for m in (3, 10, 30, 100)],
    "conjugate gradients": [
        (c2, polak) for c2 in (0.02, 0.05, 0.1, 0.2, 0.3, 0.4) for polak in (True, False)
    ],
    "no memory": [(c2,) for c2 in np.linspace(0.35, 0.9, 12)],
    "full memory": [(c2,) for c2 in np.linspace(0.35, 0.9, 12)],
}
FEW = ("momentum", "Newton", "L-BFGS")  # on pictures of other sizes


def contender(model, name, setting, until):
    """A run of the race under its name."""
    if name in ("gradient descent", "momentum"):
        first = np.linalg.eigvalsh(model.hessian(model.start))[-1]
        return plain(model, setting[0] / first, *setting[1:], until=until)
    c2, *rest = setting
    rules = {
        "Newton": lambda: Newton(model, *rest),
        "BFGS": lambda: BFGS(model, *rest),
        "L-BFGS": lambda: LBFGS(*rest),
        "conjugate gradients": lambda: CG(*rest),
        "no memory": lambda: LBFGS(0),
        "full memory": lambda: LBFGS(10_000),
    }
    return race(model, rules[name](), c2, until=until)


@cache
def least(seed, side=14):
    """The model, its least loss, and the weights there."""
    model = Logistic(seed, side)
    rows, visited = race(model, Newton(model), 0.9, 30)
    return model, rows[:, 2].min(), visited[-1]


def excess(seed, loss, side=14):
    """The loss above the least, as a share of what it is at the start."""
    model, low, _ = least(seed, side)
    return (loss - low) / (model(model.start)[0] - low)


def goal(seed, share, side=14):
    """The loss at which a share of the excess is left."""
    model, low, _ = least(seed, side)
    return low + share * (model(model.start)[0] - low)


@cache
def tuned(name, side=14):
    """The setting that needs the fewest passes to a millionth, on the draws for tuning."""

    def passes(setting):
        worst = 0.0
        for seed in TUNE:
            until = goal(seed, TARGETS[-1], side)
            rows = contender(least(seed, side)[0], name, setting, until)[0]
            worst = max(worst, rows[-1, 1] if rows[-1, 2] <= until else np.inf)
        return worst

    return min(TRIES[name], key=passes)


def judged(seed, name, side=14):
    """Steps and passes at each target, and accuracy on the test pictures there."""
    model = least(seed, side)[0]
    rows, visited = contender(model, name, tuned(name, side), goal(seed, TARGETS[-1], side))
    left = excess(seed, rows[:, 2], side)
    first = [int(np.argmax(left <= target)) for target in TARGETS]
    found = {"steps": rows[first, 0], "passes": rows[first, 1]}
    if side == 14:
        found["test"] = [model.accuracy(visited[k], 2) for k in first]
        if seed == 0:
            found["curve"] = np.column_stack([rows[:, 1], left])
    return found


ON_BATCHES = {  # functions of model, setting, seed and passes, with twelve settings
    "momentum": (
        lambda model, lr, gamma, seed, passes: momentum_on_batches(
            model, lr, gamma, seed, passes
        ),
        [(lr * (1 - g), g) for g in (0, 0.9) for lr in np.geomspace(0.1, 3, 6)],
    ),
    **{
        f"L-BFGS, {change}": (
            lambda model, lr, m, seed, passes, change=change: lbfgs_on_batches(
                model, lr, m, seed, passes, change
            ),
            [(lr, m) for m in (10, 30) for lr in np.geomspace(0.003, 1, 6)],
        )
        for change in ("two batches", "one batch", "exact")
    },
    "exact Hessian": (newton_on_batches, [(lr,) for lr in np.geomspace(0.002, 0.3, 12)]),
}


@cache
def tuned_on_batches(name):
    """The setting with the lowest training loss after the budget, on the draws for tuning."""
    train, settings = ON_BATCHES[name]

    def loss(setting):
        ends = [least(k)[0](train(least(k)[0], *setting, k, BUDGET))[0] for k in TUNE]
        return np.mean(ends) if np.isfinite(ends).all() else np.inf

    return min(settings, key=loss)


def on_batches(seed, name):
    """The excess after the budget, and the accuracy on the test pictures."""
    model = least(seed)[0]
    w = ON_BATCHES[name][0](model, *tuned_on_batches(name), seed, BUDGET)
    return {
        "excess": np.nan_to_num(excess(seed, model(w)[0]), nan=1e9, posinf=1e9),
        "test": model.accuracy(w, 2),
        "setting": [float(v) for v in tuned_on_batches(name)],
    }


def course_on_batches(seed):
    """Passes, excess and test accuracy of momentum on batches, every quarter of a pass."""
    model, rows = least(seed)[0], []

    def watch(passes, w):
        if passes * 4 % 1 == 0:
            rows.append((passes, excess(seed, model(w)[0]), model.accuracy(w, 2)))

    momentum_on_batches(model, *tuned_on_batches("momentum"), seed, BUDGET, watch)
    return np.round(rows, 6)


def run(seed):
    """The race, with two ablations and two other sizes; batches."""
    found = {"race": {name: judged(seed, name) for name in TRIES}}
    found["tuned"] = {name: [float(v) for v in tuned(name)] for name in TRIES}
    found["sides"] = {
        str(side): {name: judged(seed, name, side)["passes"][-1] for name in FEW}
        for side in (7, 14, 28)
    }
    found["batches"] = {name: on_batches(seed, name) for name in ON_BATCHES}
    found["course"] = course_on_batches(seed)
    return found


def thin():
    """Passes of L-BFGS to a millionth of the excess, on the first draw."""
    model = least(0)[0]
    rows = race(model, LBFGS(30), 0.9, until=goal(0, TARGETS[-1]))[0]
    return {"passes": rows[-1, 1]}


if __name__ == "__main__":
    np.seterr(all="ignore")  # a rate that is too large overflows, which is a result here
    experiment.record(run, seeds=range(5), thin=thin)
