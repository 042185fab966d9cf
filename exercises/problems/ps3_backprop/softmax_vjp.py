"""softmax_vjp: a gradient goes back through softmax, and no Jacobian is built for it."""

import numpy as np
from nngrader.engine import Held, problem

from .common import DIGITS, ELSEWHERE


def pull_back(softmax_vjp, g, z, classes):
    if not classes:
        return softmax_vjp(g, z)
    import time

    def long(C):
        k = np.arange(C)
        far = np.where(np.sin(k) > -0.5, 1000, -2000)
        return np.resize(g, C) * np.cos(k), np.resize(z, C) + np.sin(k) + far

    few = classes // 40  # first a size at which a Jacobian does not fill the memory yet
    small, held = long(few), Held()
    with held:
        start = time.process_time()
        softmax_vjp(*small)
        took = time.process_time() - start
    if held.most > 3 * few**2:
        return np.full(len(z), -1.0)
    if took > 0.1:  # and 1,600 times as long with all of them
        raise TimeoutError
    gradient, some = softmax_vjp(*long(classes)), slice(0, classes, classes // len(z))
    if issubclass(type(gradient), np.ndarray):
        gradient = np.ndarray.view(gradient, np.ndarray)
        return gradient[some][: len(z)] if gradient.shape == (classes,) else gradient
    if type(gradient) in (list, tuple) and len(gradient) == classes:
        return gradient[some][: len(z)]
    return gradient


pulled = problem(
    "softmax_vjp",
    rtol=DIGITS,
    driver=pull_back,
    returns={"dz": "value"},
    points={
        "shape": (0.75, "a (C,) array of `float64`"),
        "value": (7, "random numbers"),
        "large": (
            3.5,
            r"20,000 classes, scores near 1,000 and −2,000, without $C \cdot C$ numbers in "
            r"memory, within four seconds",
        ),
        "inputs-unchanged": (0.75, "`g` and `z` stay as they are"),
    },
    forbidden={"all": ELSEWHERE},
)


@pulled.reference
def softmax_vjp(g, z):
    """Gradient of the loss with respect to the scores z that went into p = softmax(z).

    dz[j] = (sum over i of g[i] * J[i, j])
    J[i, j] = the derivative of p[i] with respect to z[j]

    g : (C,) array: the gradient of the loss with respect to each p[i]
    z : (C,) array, numbers of any size
    Returns dz : (C,) array. C may be 20,000, so no C * C numbers are made on the way.
    """
    e = np.exp(z - z.max())
    p = e / e.sum()
    return p * (g - g @ p)


pulled.example(np.array([4.0, 1.0, -2.0]), np.log(np.array([1.0, 2.0, 1.0])), 0)


@pulled.case("value", visible=2)
def ordinary(rng, C):
    """Ordinary scores."""
    g, z = rng.normal(size=C), rng.normal(size=C)
    while C > 1 and abs(g @ softmax(z)) < 0.2:  # else a wrong sum would hardly show
        g = rng.normal(size=C)
    return g, z, 0


@pulled.case("large", hidden=1, shown=False)
def many_classes(rng, C):
    """20,000 classes."""
    return rng.normal(size=C), rng.normal(size=C), 20_000


def softmax(z):
    e = np.exp(z - z.max())
    return e / e.sum()


@pulled.alternative
def by_the_logarithm(g, z):
    log_p = z - np.logaddexp.reduce(z)
    return np.exp(log_p) * (g - np.sum(np.exp(log_p) * g))


@pulled.alternative
def one_after_the_other(g, z):
    top = max(z)
    e = [float(np.exp(v - top)) for v in z]
    p = [v / sum_of for sum_of in [sum(e)] for v in e]
    dot = sum(a * b for a, b in zip(p, g, strict=True))
    return np.array([a * (b - dot) for a, b in zip(p, g, strict=True)])


@pulled.alternative
def quotient_rule(g, z):
    e = np.exp(z - z.max())
    s = e.sum()
    return e * g / s - e * np.dot(e, g) / s**2


@pulled.alternative
def in_place_on_copies(g, z):
    p, dz = z.copy(), np.array(g)
    p -= p.max()
    np.exp(p, out=p)
    p /= p.sum()
    dz -= np.vdot(p, dz)
    dz *= p
    return dz


@pulled.mistake(
    "as many as C times C numbers are held at once. What is J g, written out for one entry, "
    "and which sum in it is the same for all?",
    loses="large",
)
def jacobian_built(g, z):
    p = softmax(z)
    return (np.diag(p) - np.outer(p, p)) @ g


@pulled.mistake(
    "what is exp(1000), and what is exp(-1000)? Which number, taken off all scores, keeps "
    "every exp finite and one of them above 0?",
    loses="large",
)
def no_shift(g, z):
    p = np.exp(z) / np.exp(z).sum()
    return p * (g - g @ p)


@pulled.mistake(
    "only each probability's own term is there. Through which other probabilities does z[j] "
    "reach the loss?",
    loses="value",
)
def sum_forgotten(g, z):
    return softmax(z) * g


@pulled.mistake(
    "each g[j] is multiplied only by the derivative of p[j] with respect to its own score. "
    "Through which other probabilities does z[j] reach the loss?",
    loses="value",
)
def diagonal_alone(g, z):
    p = softmax(z)
    return p * (1 - p) * g


@pulled.mistake("every sign is turned. What happens to p[j] when z[j] grows?", loses="value")
def sign_turned(g, z):
    p = softmax(z)
    return p * (g @ p - g)


@pulled.mistake(
    "the sum of g is taken off. With what is each g[i] multiplied in that sum?", loses="value"
)
def plain_sum(g, z):
    return softmax(z) * (g - g.sum())


@pulled.mistake(
    "the plain mean of g is taken off. With which weights should it be a mean?", loses="value"
)
def plain_mean(g, z):
    return softmax(z) * (g - g.mean())


@pulled.mistake(
    "the difference is right. With what is it multiplied before it is the gradient?",
    loses="value",
)
def factor_forgotten(g, z):
    return g - g @ softmax(z)


@pulled.mistake(
    "this goes back through log p. Does the loss get log p here, or p?", loses="value"
)
def through_the_logarithm(g, z):
    return g - softmax(z) * g.sum()


@pulled.mistake(
    "g is taken for the right answers, and p - g is returned. That is the gradient of "
    "cross-entropy: which loss is given here?",
    loses="value",
)
def as_with_cross_entropy(g, z):
    return softmax(z) - g


@pulled.mistake(
    "the softmax is taken of g. Which of the two arguments went into it?", loses="value"
)
def arguments_exchanged(g, z):
    p = softmax(g)
    return p * (z - z @ p)


@pulled.mistake(
    "the scores stand in the sum where probabilities should. Which is it, z or p?",
    loses="value",
)
def scores_in_the_sum(g, z):
    return softmax(z) * (g - g @ z)


@pulled.mistake(
    "beside the diagonal the sign of the Jacobian is turned. If one score grows, what must the "
    "other probabilities do?",
    loses="value",
)
def others_grow_too(g, z):
    p = softmax(z)
    return p * (1 - p) * g + p * (g @ p - p * g)


@pulled.mistake(
    "the sum has the product of g and p, but p is not taken from g. Of which sum is dz[j] the "
    "part that is left?",
    loses="value",
)
def sum_alone(g, z):
    p = softmax(z)
    return -p * (g @ p)


@pulled.mistake(
    "the exponentials are not divided by their sum. What do the probabilities add up to?",
    loses="value",
)
def not_normalised(g, z):
    e = np.exp(z - z.max())
    return e * (g - g @ e)


@pulled.mistake(
    "the sum is added. If one score grows, what must the other probabilities do?", loses="value"
)
def sum_added(g, z):
    p = softmax(z)
    return p * (g + g @ p)


@pulled.mistake(
    "exp is taken of minus the scores. Which probability should be largest, that of the "
    "largest score or of the smallest?",
    loses="value",
)
def scores_negated(g, z):
    p = softmax(-z)
    return p * (g - g @ p)


@pulled.mistake(
    "in the sum over i each g[i] meets p[j], and p[j] once more. Which p stands with g[i] in "
    "J[i, j]?",
    loses="value",
)
def own_probability_squared(g, z):
    p = softmax(z)
    return p * g - p * p * g.sum()
