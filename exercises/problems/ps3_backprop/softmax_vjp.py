"""softmax_vjp: the backward pass through softmax, without building the Jacobian."""

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

    few = classes // 40  # try a smaller size first, at which a Jacobian still fits in memory
    small, held = long(few), Held()
    with held:
        start = time.process_time()
        softmax_vjp(*small)
        took = time.process_time() - start
    if held.most > 3 * few**2:
        return np.full(len(z), -1.0)
    if took > 0.1:  # nested loops would need 1,600 times as long for all classes
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
        "shape": (0.75, "a `float64` array of shape (C,)"),
        "value": (7, "random numbers"),
        "large": (
            3.5,
            r"20,000 classes with scores near 1,000 and −2,000, within four seconds and "
            r"without storing $C \cdot C$ numbers",
        ),
        "inputs-unchanged": (0.75, "your function doesn't change `g` or `z`"),
    },
    forbidden={"all": ELSEWHERE},
)


@pulled.reference
def softmax_vjp(g, z):
    """Compute the gradient of the loss with respect to the scores z, where p = softmax(z).

    dz[j] = (sum over i of g[i] * J[i, j])
    J[i, j] is the derivative of p[i] with respect to z[j]

    g : (C,) array, the gradient of the loss with respect to p
    z : (C,) array, numbers of any size
    Returns dz : (C,) array. C may be 20,000, so your function must not store C * C numbers.
    """
    e = np.exp(z - z.max())
    p = e / e.sum()
    return p * (g - g @ p)


pulled.example(np.array([4.0, 1.0, -2.0]), np.log(np.array([1.0, 2.0, 1.0])), 0)


@pulled.case("value", visible=2)
def ordinary(rng, C):
    """Ordinary scores."""
    g, z = rng.normal(size=C), rng.normal(size=C)
    while C > 1 and abs(g @ softmax(z)) < 0.2:  # so that a wrong sum changes dz visibly
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


pulled.known["large"] = {
    "Your code stores C times C numbers at once. If you write out the formula for one entry of "
    "`dz`, which sum is the same for all "
    "entries?": {"jacobian_built": {"p * (g - g @ p)": "(np.diag(p) - np.outer(p, p)) @ g"}},
    "Your exponentials overflow for large scores. What can you subtract from all scores "
    "without changing the softmax, so that every exponential is finite and at least one is "
    "greater than 0?": {"no_shift": {"z - z.max()": "z"}},
}
pulled.known["value"] = {
    "Your code subtracts the maximum only in the numerator of p. Which exponentials does the "
    "denominator contain?": {"largest_only_above": {"e / e.sum()": "e / np.exp(z).sum()"}},
    "Your dz[j] is only p[j] g[j]. Which other probabilities change when z[j] increases?": {
        "sum_forgotten": {"p * (g - g @ p)": "p * g"}
    },
    "Your dz[j] uses only p[j] (1 - p[j]), the derivative of p[j] with respect to its own "
    "score. Which other probabilities change when z[j] "
    "increases?": {"diagonal_alone": {"p * (g - g @ p)": "p * (1 - p) * g"}},
    "Your `dz` has the wrong sign in every entry. Does p[j] increase or decrease when z[j] "
    "increases?": {"sign_turned": {"g - g @ p": "g @ p - g"}},
    "Your code subtracts the plain sum of `g`. What should each g[i] be multiplied by in this "
    "sum?": {"plain_sum": {"g @ p": "g.sum()"}},
    "Your code subtracts the unweighted mean of `g`. "
    "What should the weights of this mean be?": {"plain_mean": {"g @ p": "g.mean()"}},
    "Your code subtracts the correct sum from `g`, but a factor is still missing. What should "
    "you multiply the difference by?": {"factor_forgotten": {"p * (g - g @ p)": "g - g @ p"}},
    "Your `dz` treats `g` as the gradient with respect to log p. How does the problem "
    "statement define `g`?": {"through_the_logarithm": {"p * (g - g @ p)": "g - p * g.sum()"}},
    "Your `dz` is p - g, which is the gradient of the cross-entropy if `g` contains the "
    "one-hot labels. What does `g` contain in this "
    "problem?": {"as_with_cross_entropy": {"p * (g - g @ p)": "p - g"}},
    "Your code computes the softmax of `g`. Which of the two arguments contains the scores?": {
        "arguments_exchanged": "g, z = z, g"
    },
    "In your sum, you multiply `g` by the scores. Does J contain the scores or the "
    "probabilities?": {"scores_in_the_sum": {"g @ p": "g @ z"}},
    "The off-diagonal entries of your Jacobian have the wrong sign. When one score increases, "
    "what happens to the probabilities of the other classes?": {
        "others_grow_too": {"p * (g - g @ p)": "p * (1 - p) * g + p * (g @ p - p * g)"}
    },
    "Your exponentials aren't divided by their sum. What should the probabilities add up to?": {
        "not_normalised": {" / e.sum()": ""}
    },
    "Your code adds the sum of g[i] p[i] to each g[j]. When one score increases, what happens "
    "to the probabilities of the other classes?": {"sum_added": {"g - g @ p": "g + g @ p"}},
    "In your sum over i, you multiply each g[i] by p[j], and then you multiply the sum by p[j] "
    "again. Which probability should g[i] be multiplied by, according to J[i, "
    "j]?": {"own_probability_squared": {"p * (g - g @ p)": "p * g - p * p * g.sum()"}},
}
