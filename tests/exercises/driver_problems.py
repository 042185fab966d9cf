"""Problems whose arguments or results are no plain data, one of each kind."""

import numpy as np
from nngrader.engine import problem

# A class: operators, state, a long chain


def evaluate(Value, expression, numbers, times=1):
    leaves = {name: Value(x) for name, x in numbers.items()}
    y, code = leaves["a"], compile(expression, "expression", "eval")
    for _ in range(times):
        y = eval(code, {"__builtins__": {}}, leaves | {"y": y})
    y.backward()
    return y.data, [leaf.grad for leaf in leaves.values()]


value = problem(
    "Value",
    driver=evaluate,
    lists=True,
    returns={"data": "value", "grad": "gradient"},
    points={"shape": 1, "value": 5, "gradient": 8, "numbers": 3, "chain": 3},
)


@value.reference
class Value:
    """A number that remembers how it was made; `backward()` fills in every `grad`."""

    def __init__(self, data, parents=(), rule=None):
        self.data, self.grad, self.parents, self.rule = float(data), 0.0, parents, rule

    def _of(self, other):
        return other if isinstance(other, Value) else type(self)(other)

    def _made(self, data, parents, rule):
        return type(self)(data, parents, rule)

    def __add__(self, other):
        other = self._of(other)
        return self._made(self.data + other.data, (self, other), lambda g: (g, g))

    def __mul__(self, other):
        a, b = self, self._of(other)
        return self._made(a.data * b.data, (a, b), lambda g: (g * b.data, g * a.data))

    def __pow__(self, n):
        return self._made(self.data**n, (self,), lambda g: (g * n * self.data ** (n - 1),))

    def tanh(self):
        t = np.tanh(self.data)
        return self._made(t, (self,), lambda g: (g * (1 - t * t),))

    def __rmul__(self, other):
        return self * other

    def __radd__(self, other):
        return self + other

    def __sub__(self, other):
        return self + -1 * self._of(other)

    def __rsub__(self, other):
        return -1 * self + other

    def __truediv__(self, other):
        return self * self._of(other) ** -1

    def __rtruediv__(self, other):
        return other * self**-1

    def order(self):
        order, seen, stack = [], set(), [(self, False)]
        while stack:
            node, done = stack.pop()
            if done:
                order.append(node)
            elif id(node) not in seen:
                seen.add(id(node))
                stack += [(node, True), *((p, False) for p in node.parents)]
        return order[::-1]

    def backward(self):
        self.grad = 1.0
        for node in self.order():
            for parent, g in zip(
                node.parents, (node.rule and node.rule(node.grad)) or (), strict=True
            ):
                parent.grad += g


value.example("a * b + a", {"a": 2.0, "b": 3.0}, 1)


@value.case("value", visible=2)
def mixed(rng):
    """An expression in which letters come twice."""
    a, b, c = rng.uniform(0.5, 1.5, size=3)
    shapes = ("(a * b + a / c) * (b - c ** 3).tanh()", "(a / c - b ** 3) * (a * c + b).tanh()")
    return shapes[int(rng.integers(2))], {"a": float(a), "b": float(b), "c": float(c)}, 1


@value.case("numbers")
def plain_numbers(rng):
    """Plain numbers on the left and on the right."""
    return "2 - a * 3 + 1 / (a + 4)", {"a": float(rng.uniform(0.5, 1.5))}, 1


@value.case("chain", hidden=1)
def long_chain(rng):
    """A chain of 2,000 steps, twice as deep as Python lets calls be."""
    return "y + b", {"a": float(rng.normal()), "b": float(rng.uniform(0.1, 1))}, 2_000


@value.alternative
class WithSlots(Value):
    __slots__ = ()


@value.alternative
class ByDict(Value):
    def backward(self):
        grads = {id(self): 1.0}
        for node in self.order():
            node.grad += grads[id(node)]
            for p, g in zip(
                node.parents, node.rule(grads[id(node)]) if node.rule else (), strict=True
            ):
                grads[id(p)] = grads.get(id(p), 0.0) + g


@value.mistake("what happens to a grad when a letter comes twice?", loses="gradient chain")
class Overwrites(Value):
    def backward(self):
        self.grad = 1.0
        for node in self.order():
            for p, g in zip(
                node.parents, node.rule(node.grad) if node.rule else (), strict=True
            ):
                p.grad = g


@value.mistake("what is the derivative of tanh?", loses="gradient")
class TanhWithoutSquare(Value):
    def tanh(self):
        t = np.tanh(self.data)
        return self._made(t, (self,), lambda g: (g * (1 - t),))


@value.mistake("which number is subtracted from which in 2 - a?", loses="numbers")
class TurnedRound(Value):
    def __rsub__(self, other):
        return self - other


@value.mistake("how deep may Python's calls be nested?", loses="chain")
class Recursive(Value):
    def order(self):
        order, seen = [], set()

        def visit(node):
            if id(node) not in seen:
                seen.add(id(node))
                for p in node.parents:
                    visit(p)
                order.append(node)

        visit(self)
        return order[::-1]


@value.mistake("does a ** 3 multiply, or take a power?", loses="value gradient")
class TimesForPower(Value):
    def __pow__(self, n):
        return self * n if n > 0 else super().__pow__(n)


# A random generator, an answer judged by property


def deal(stratified_folds, y, k, seed):
    folds, again = (stratified_folds(y, k, np.random.default_rng(s)) for s in (seed, seed + 1))
    if not isinstance(folds, list | tuple):
        return folds, None, None
    folds, again = ([np.ravel(f) for f in dealt] for dealt in (folds, again))
    return np.concatenate(folds), [len(f) for f in folds], np.concatenate(again)


def properties(args, folds, sizes, again):
    y, k = args["y"], args["k"]
    if sizes is None:
        raise ValueError("the folds are expected as a list of k arrays of indices.")
    if folds.dtype.kind not in "iu":
        raise ValueError("indices are whole numbers. Of which type are those in the folds?")
    partition = len(sizes) == k and np.array_equal(np.sort(folds), np.arange(len(y)))
    inside = folds[(folds >= 0) & (folds < len(y))]
    fold = np.repeat(np.arange(len(sizes)), sizes)[: len(inside)]
    counts = np.zeros((len(sizes), int(y.max()) + 1))
    np.add.at(counts, (fold, y[inside]), 1)
    balanced = partition and np.ptp(counts, axis=0).max() <= 1
    return partition, balanced, partition and not np.array_equal(folds, again)


folds = problem(
    "stratified_folds",
    driver=deal,
    measure=properties,
    observed=("folds", "sizes", "the folds of another rng"),
    returns={"partition": "value", "balance": "balance", "shuffle": "random"},
    wrong={
        "balance": "count each class in each fold: by how much do they differ?",
    },
    points={"shape": 1, "value": 4, "balance": 5, "random": 2},
)


@folds.reference
def stratified_folds(y, k, rng):
    """Deal the indices of each class to k folds, shuffled."""
    order = np.concatenate([rng.permutation(np.flatnonzero(y == c)) for c in np.unique(y)])
    return [order[i::k] for i in range(k)]


folds.example(np.array([0, 0, 1, 1]), 2, 1)


@folds.case("value", visible=2)
def labels(rng, N, C, K):
    """Labels of classes of unequal size."""
    return rng.permutation(np.repeat(np.arange(C), rng.integers(2, 3 * K, size=C))), K, N


@folds.alternative
def fold_by_fold(y, k, rng):
    dealt, next_fold = [[] for _ in range(k)], 0
    for c in range(y.max() + 1):
        for i in rng.permutation(np.where(y == c)[0]):
            dealt[next_fold % k].append(int(i))
            next_fold += 1
    return tuple(np.array(d) for d in dealt)


@folds.alternative
def by_sorting(y, k, rng):
    shuffled = rng.permutation(len(y))
    order = shuffled[np.argsort(y[shuffled], kind="stable")]
    return [order[np.arange(len(y)) % k == i] for i in range(k)]


@folds.mistake("are the classes equally frequent in each fold?", loses="balance")
def not_stratified(y, k, rng):
    return np.array_split(rng.permutation(len(y)), k)


@folds.mistake("what do you use rng for, and what does each class get?", loses="balance random")
def cut_in_order(y, k, rng):
    return np.array_split(np.arange(len(y)), k)


@folds.mistake("two different rng give the same folds. Where do you use it?", loses="random")
def own_seed(y, k, rng):
    return stratified_folds(y, k, np.random.default_rng(0))


@folds.mistake("is each index in exactly one of k folds?", loses="shape value balance random")
def last_fold_left_out(y, k, rng):
    return stratified_folds(y, k, rng)[:-1]


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


# An answer that is trained


def train(train_network, X, y, epochs, seed):
    runs = [
        train_network(X, y, 8, n, 0.5, np.random.default_rng(s))
        for n, s in ((epochs, seed), (epochs, seed), (0, seed), (0, seed + 1))
    ]
    names = ("W1", "b1", "W2", "b2")
    return tuple(np.asarray(run[n], float) for run in runs for n in names)


def learned(args, *arrays):
    if any(a is None for a in arrays):
        raise ValueError("params is expected to be a dict of the arrays W1, b1, W2, b2.")
    (W1, b1, W2, b2), again, start, other = (arrays[i : i + 4] for i in (0, 4, 8, 12))
    z = np.maximum(args["X"] @ W1.T + b1, 0) @ W2.T + b2
    z = z - z.max(axis=1, keepdims=True)
    loss = np.mean(np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(z)), args["y"]])
    moved = [not np.array_equal(a, b) for a, b in zip((W1, b1, W2, b2), start, strict=True)]
    same = all(np.array_equal(a, b) for a, b in zip((W1, b1, W2, b2), again, strict=True))
    return loss <= args["most"], moved, same and not np.array_equal(start[0], other[0])


training = problem(
    "train_network",
    driver=train,
    measure=learned,
    observed=[f"{n} of run {k}" for k in (1, 2, 3, 4) for n in ("W1", "b1", "W2", "b2")],
    kept=("most",),
    trains=True,
    returns={"loss": "value", "trained": "parameters", "repeated": "random"},
    wrong={"trained": "compare each parameter before and after: does every one move?"},
    points={"shape": 1, "value": 6, "parameters": 2, "random": 1},
)


@training.reference
def train_network(X, y, hidden, epochs, lr, rng):
    """Parameters W1 b1 W2 b2 of a network with ReLU that separates the classes."""
    return trained(X, y, hidden, epochs, lr, rng)


def trained(X, y, hidden, epochs, lr, rng, fixed=()):
    C = y.max() + 1
    p = {"W1": rng.normal(size=(hidden, X.shape[1])), "b1": np.zeros(hidden)}
    p |= {"W2": rng.normal(size=(C, hidden)) * 0.1, "b2": np.zeros(C)}
    for _ in range(epochs):
        a = X @ p["W1"].T + p["b1"]
        h = np.maximum(a, 0)
        z = h @ p["W2"].T + p["b2"]
        e = np.exp(z - z.max(axis=1, keepdims=True))
        dz = (e / e.sum(axis=1, keepdims=True) - np.eye(C)[y]) / len(X)
        da = dz @ p["W2"] * (a > 0)
        grads = {"W1": da.T @ X, "b1": da.sum(0), "W2": dz.T @ h, "b2": dz.sum(0)}
        for name in set(p) - set(fixed):
            p[name] = p[name] - lr * grads[name]
    return p


def clouds(rng, n):
    y = np.arange(n) % 2
    return rng.normal(size=(n, 2)) * 0.3 + np.where(y[:, None], 1.0, -1.0), y


training.example(*clouds(np.random.default_rng(0), 8), 200, 1, 0.2)


@training.case("value", hidden=1)
def two_clouds(rng):
    """Two clouds of points."""
    return *clouds(rng, 30), 200, int(rng.integers(1000)), 0.2


@training.alternative
def smaller_steps(X, y, hidden, epochs, lr, rng):
    return trained(X, y, hidden, 2 * epochs, lr / 2, rng)


@training.alternative
def as_lists(X, y, hidden, epochs, lr, rng):
    return {n: a.tolist() for n, a in trained(X, y, hidden, epochs, lr, rng).items()}


@training.mistake("does the loss go up or down?", loses="value")
def uphill(X, y, hidden, epochs, lr, rng):
    return trained(X, y, hidden, epochs, -lr, rng)


@training.mistake("which of the parameters never change?", loses="parameters")
def biases_stay(X, y, hidden, epochs, lr, rng):
    return trained(X, y, hidden, epochs, lr, rng, fixed=("b1", "b2"))


@training.mistake("where do the first weights come from?", loses="random")
def own_rng(X, y, hidden, epochs, lr, rng):
    return trained(X, y, hidden, epochs, lr, np.random.default_rng(1))


@training.mistake("does the loop run at all?", loses="value parameters")
def nothing_done(X, y, hidden, epochs, lr, rng):
    return trained(X, y, hidden, 0, lr, rng)


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


# Tensors of nnlib, modules of torch


def with_tensor(squash, x):
    import nnlib

    t = nnlib.tensor(x, requires_grad=True)
    y = squash(t)
    y.sum().backward()
    return y.detach().numpy(), t.grad.numpy()


tensors = problem(
    "squash",
    driver=with_tensor,
    uses=("nnlib",),
    returns={"output": "value", "gradient": "gradient"},
    points={"shape": 1, "value": 4, "gradient": 4},
)


@tensors.reference
def squash(t):
    """tanh(t) * t, of a tensor."""
    return t.tanh() * t


tensors.example(np.array([0.0, 1.0]))


@tensors.case("value", visible=2)
def entries(rng, N):
    """Some numbers."""
    return (rng.normal(size=N),)


tensors.alternative(lambda t: t * t.tanh())


@tensors.alternative
def by_exp(t):
    e = (2 * t).exp()
    return t * (e - 1) / (e + 1)


@tensors.mistake("which factor has no gradient?", loses="gradient")
def one_factor_detached(t):
    return t.tanh() * t.detach()


@tensors.mistake("which factor has no gradient?", loses="gradient")
def other_factor_detached(t):
    return t.tanh().detach() * t


@tensors.mistake("where is the second factor?", loses="value gradient")
def tanh_alone(t):
    return t.tanh()


@tensors.mistake("which function is this?", loses="value gradient")
def exp_for_tanh(t):
    return t.exp() * t


def with_module(Scale, weight, x):
    import torch

    module = Scale(len(weight))
    module.load_state_dict({"weight": torch.tensor(weight)})
    y = module(torch.tensor(x))
    y.sum().backward()
    return y.detach().numpy(), module.weight.grad.numpy()


modules = problem(
    "Scale",
    driver=with_module,
    uses=("torch",),
    returns={"output": "value", "gradient": "gradient"},
    points={"shape": 1, "value": 4, "gradient": 4},
)


def scales(forward):
    """A class of modules, made where torch is imported first."""

    def Scale(n):
        import torch

        class Module(torch.nn.Module):
            def __init__(self):
                super().__init__()
                self.weight = torch.nn.Parameter(torch.ones(n, dtype=torch.float64))

        Module.forward = lambda self, x: forward(x, self.weight)
        return Module()

    return Scale


def named(name, forward):
    made = scales(forward)
    made.__name__, made.__doc__ = (
        name,
        "A module that multiplies by its weight, entry by entry.",
    )
    return made


modules.reference(named("Scale", lambda x, w: x * w))
modules.example(np.array([1.0, 2.0]), np.array([3.0, 4.0]))


@modules.case("value", visible=2)
def vectors(rng, N):
    """Vectors."""
    return rng.normal(size=N), rng.normal(size=N)


modules.alternative(named("turned", lambda x, w: w * x))
modules.alternative(named("twice_a_half", lambda x, w: 0.5 * w * x * 2))
modules.mistake("a sum or a product?", loses="value gradient")(
    named("adds", lambda x, w: x + w)
)
modules.mistake("how often is w used?", loses="value gradient")(
    named("squared", lambda x, w: x * w * w)
)
modules.mistake("where is x?", loses="value gradient")(named("no_x", lambda x, w: w * 1))
modules.mistake("which way does the sign go?", loses="value gradient")(
    named("turned_sign", lambda x, w: -x * w)
)

PROBLEMS = {
    p.name: p for p in (value, folds, jacobian, training, generator, closure, tensors, modules)
}
