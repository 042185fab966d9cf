"""ps2, classifiers: distances between samples, softmax cross-entropy, hinge loss."""

import numpy as np
from nngrader.engine.problem import problem

DIGITS = 1e-8  # of the largest entry: tells float64 from float32 and difference quotients
ELSEWHERE = ("scipy", "sklearn", "torch", "nnlib")  # here everything is NumPy

# pairwise_distances

distances = problem(
    "pairwise_distances",
    rtol=DIGITS,
    returns={"distances": "value"},
    points={
        "shape": 3,
        "value": 13,
        "stability": 5,
        "integers": 6,
        "loops": 2,
        "inputs-unchanged": 1,
    },
    forbidden={
        "all": ELSEWHERE,
        "loops": ("numpy.vectorize", "numpy.apply_along_axis", "numpy.frompyfunc"),
    },
    no_loop_over="NM",
)


@distances.reference
def pairwise_distances(X, Y):
    """Euclidean distance from each row of X to each row of Y.

    d[n, m] = sqrt(sum over k of (X[n, k] - Y[m, k])^2)

    X : (N, D) array of numbers, float64 or integers (also pictures of type uint8)
    Y : (M, D) array of the same kind
    Returns d : (N, M) array, float64. X and Y stay as they are.
    """
    X, Y = np.asarray(X, float), np.asarray(Y, float)
    return np.sqrt(((X[:, None, :] - Y[None, :, :]) ** 2).sum(axis=2))


distances.example(
    np.array([[0.0, 0.0], [3.0, 4.0]]), np.array([[0.0, 1.0], [3.0, 0.0], [0.0, 4.0]])
)


@distances.case("value", visible=2)
def points(rng, N, M, D):
    """Random points."""
    return rng.normal(size=(N, D)) + 1, rng.normal(size=(M, D))


@distances.case("stability", rtol=3e-6)
def coincident(rng, N, M, D):
    """Points far from the origin, some of them in both sets."""
    X, Y = (rng.normal(size=(n, D)) * 3 + 50 for n in (N, M))
    shared = min(N, M) - 2
    Y[:shared] = X[::-1][:shared]
    return X, Y


@distances.case("integers")
def pictures(rng, N, M, D):
    """Pictures of type uint8."""
    X, Y = (rng.integers(256, size=(n, D), dtype=np.uint8) for n in (N, M))
    return X, Y


@distances.alternative
def by_expansion(X, Y):
    X, Y = np.float64(X), np.float64(Y)
    squares = (X**2).sum(1)[:, None] + (Y**2).sum(1) - 2 * X @ Y.T
    return np.sqrt(np.maximum(squares, 0))


@distances.alternative
def by_feature(X, Y):
    total = np.zeros((len(X), len(Y)))
    for d in range(X.shape[1]):
        total += np.subtract.outer(X[:, d].astype(float), Y[:, d].astype(float)) ** 2
    return total**0.5


@distances.alternative
def by_einsum(X, Y):
    gap = X[:, None].astype(float) - Y
    return np.sqrt(np.einsum("nmd,nmd->nm", gap, gap))


@distances.alternative
def by_norm(X, Y):
    X, Y = np.array(X.tolist()) * 1.0, np.array(Y.tolist()) * 1.0
    return np.linalg.norm(X[:, np.newaxis] - Y, axis=-1)


@distances.mistake("these are squared distances. What is still missing?", loses="value")
def squared(X, Y):
    return pairwise_distances(X, Y) ** 2


@distances.mistake(
    "|x - y| is added up. Which norm is that, and which is asked?", loses="value"
)
def manhattan(X, Y):
    X, Y = np.asarray(X, float), np.asarray(Y, float)
    return np.abs(X[:, None] - Y).sum(axis=2)


@distances.mistake("this is the largest |x - y| of a pair. Which norm is asked?", loses="value")
def largest_difference(X, Y):
    X, Y = np.asarray(X, float), np.asarray(Y, float)
    return np.abs(X[:, None] - Y).max(axis=2)


@distances.mistake(
    "the squares are averaged over the features. What does the formula do with them?",
    loses="value",
)
def averaged_over_features(X, Y):
    return pairwise_distances(X, Y) / np.sqrt(X.shape[1])


@distances.mistake(
    "what can rounding do to |x|² + |y|² - 2xy when x and y are nearly equal, before the root?",
    loses="stability",
)
def negative_under_the_root(X, Y):
    X, Y = np.float64(X), np.float64(Y)
    return np.sqrt((X**2).sum(1)[:, None] + (Y**2).sum(1) - 2 * X @ Y.T)


@distances.mistake("what is 3 - 5 in uint8? Print it.", loses="integers")
def wraps_around(X, Y):
    return np.sqrt(((X[:, None] - Y) ** 2).sum(axis=2))


@distances.mistake(
    "the difference is taken in uint8. What is 3 - 5 there? Print it.", loses="integers"
)
def subtracted_in_uint8(X, Y):
    return np.linalg.norm(X[:, None] - Y, axis=2)


@distances.mistake(
    "squares and products do not fit into uint8. What is 20 * 20 there? Print it.",
    loses="integers",
)
def expanded_in_uint8(X, Y):
    squares = (X**2).sum(1)[:, None] + (Y**2).sum(1) - 2 * X @ Y.T
    return np.sqrt(np.maximum(squares, 0))


@distances.mistake("expand (x - y)² on paper: how many products x·y are there?", loses="value")
def one_cross_term(X, Y):
    X, Y = np.float64(X), np.float64(Y)
    return np.sqrt(np.maximum((X**2).sum(1)[:, None] + (Y**2).sum(1) - X @ Y.T, 0))


@distances.mistake("expand (x - y)² on paper: which sign has the product x·y?", loses="value")
def cross_term_added(X, Y):
    X, Y = np.float64(X), np.float64(Y)
    return np.sqrt((X**2).sum(1)[:, None] + (Y**2).sum(1) + 2 * X @ Y.T)


@distances.mistake(
    "expand (x - y)² on paper: which of its three terms is missing here?", loses="value"
)
def second_square_missing(X, Y):
    X, Y = np.float64(X), np.float64(Y)
    return np.sqrt((X**2).sum(1)[:, None] - 2 * X @ Y.T)


@distances.mistake(
    "one of the three terms of (x - y)² is missing here, and the root hides it. Which one?",
    loses="value",
)
def second_square_missing_and_clipped(X, Y):
    X, Y = np.float64(X), np.float64(Y)
    return np.sqrt(np.maximum((X**2).sum(1)[:, None] - 2 * X @ Y.T, 0))


@distances.mistake(
    "the differences are added before they are squared. Which comes first in the formula?",
    loses="value",
)
def sum_of_differences(X, Y):
    X, Y = np.float64(X), np.float64(Y)
    return np.sqrt((X[:, None] - Y).sum(axis=2) ** 2)


@distances.mistake(
    "the last number of each row does not count here. Where does your loop or slice end?",
    loses="value",
)
def last_feature_left_out(X, Y):
    return pairwise_distances(X[:, :-1], Y[:, :-1])


@distances.mistake(
    "the last row of X has no distances here. Where does your loop or slice end?", loses="value"
)
def last_row_left_out(X, Y):
    d = pairwise_distances(X, Y)
    d[-1] = 0
    return d


# softmax_cross_entropy

softmax = problem(
    "softmax_cross_entropy",
    rtol=DIGITS,
    returns={"loss": "value", "gradient": "gradient"},
    points={
        "shape": 3,
        "value": 12,
        "gradient": 12,
        "stability": 8,
        "errors": 2,
        "inputs-unchanged": 3,
    },
    forbidden={"all": ELSEWHERE},
)


@softmax.reference
def softmax_cross_entropy(scores, targets):
    """Mean cross-entropy loss of a softmax classifier, and its gradient by the scores.

    p[n, c] = exp(scores[n, c]) / (sum over k of exp(scores[n, k]))
    loss = -(1/N) * (sum over n of log p[n, targets[n]])

    scores : (N, C) array, float64, numbers of any size (also 1000 or -1000)
    targets : (N,) array of integers, the right class of each row
    Returns (loss, gradient): a number, in nats, and an (N, C) array, float64.
    scores and targets stay as they are.
    Raises ValueError if there are not as many targets as rows of scores.
    """
    if targets.shape != scores.shape[:1]:
        raise ValueError(f"expected {len(scores)} targets, got {targets.shape}")
    n = np.arange(len(scores))
    z = scores - scores.max(axis=1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    gradient = np.exp(log_p)
    gradient[n, targets] -= 1
    return -log_p[n, targets].mean(), gradient / len(scores)


softmax.example(np.log([[2.0, 1.0, 1.0], [1.0, 3.0, 4.0]]), np.array([0, 1]))


@softmax.case("value", visible=2)
def ordinary(rng, N, C):
    """Ordinary scores."""
    return rng.normal(size=(N, C)) * 2, rng.integers(C, size=N)


@softmax.case("stability")
def huge(rng, N, C):
    """Scores in the thousands."""
    return rng.normal(size=(N, C)) * 1000, rng.integers(C, size=N)


@softmax.case("errors", hidden=1)
def too_few(rng, N, C):
    """One target too few."""
    return rng.normal(size=(N, C)), rng.integers(C, size=N - 1)


@softmax.case("errors", hidden=1)
def too_many(rng, N, C):
    """One target too many."""
    return rng.normal(size=(N, C)), rng.integers(C, size=N + 1)


def same_length(scores, targets):
    if len(scores) != len(targets):
        raise ValueError("as many targets as rows")


def from_probabilities(p, targets, log=np.log):
    """Loss and gradient of somebody who has probabilities, right or wrong."""
    n = np.arange(len(p))
    return -log(p[n, targets]).mean(), (p - np.eye(p.shape[1])[targets]) / len(p)


def shifted_softmax(scores, axis=1):
    e = np.exp(scores - scores.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


def log_softmax(scores):
    z = scores - scores.max(axis=1, keepdims=True)
    return z - np.log(np.exp(z).sum(axis=1, keepdims=True))


def part_of_the_samples(scores, targets, rows):
    """Loss and gradient of somebody whose loop leaves rows out, and who divides by N."""
    loss, inside = softmax_cross_entropy(scores[rows], targets[rows])
    share, gradient = len(inside) / len(scores), np.zeros(scores.shape)
    gradient[rows] = inside * share
    return loss * share, gradient


@softmax.alternative
def by_loops(scores, targets):
    same_length(scores, targets)
    loss, gradient = 0.0, np.zeros(scores.shape)
    for n, (row, t) in enumerate(zip(scores, targets, strict=True)):
        e = np.exp(row - row.max())
        loss += np.log(e.sum()) + row.max() - row[t]
        gradient[n] = (e / e.sum() - (np.arange(len(row)) == t)) / len(scores)
    return loss / len(scores), gradient


@softmax.alternative
def by_one_hot(scores, targets):
    same_length(scores, targets)
    y = np.eye(scores.shape[1])[targets]
    log_z = np.logaddexp.reduce(scores, axis=1)
    loss = np.mean(log_z - np.einsum("nc,nc->n", scores, y))
    return float(loss), (np.exp(scores - log_z[:, None]) - y) / y.shape[0]


@softmax.alternative
def in_place_on_a_copy(scores, targets):
    same_length(scores, targets)
    z = np.array(scores)
    z -= z.max(axis=1)[:, np.newaxis]
    p = np.exp(z)
    total = p.sum(axis=1, keepdims=True)
    loss = np.log(total).mean() - np.take_along_axis(z, targets[:, None], axis=1).mean()
    p /= total
    np.add.at(p, (range(len(p)), targets), -1)
    p /= len(p)
    return [loss, p]


@softmax.mistake("this is N times too large. What do you divide by?", loses="value")
def sum_instead_of_mean(scores, targets):
    loss, gradient = softmax_cross_entropy(scores, targets)
    return loss * len(scores), gradient * len(scores)


@softmax.mistake(
    "each picture keeps its own loss. What does the formula do with the N of them?",
    loses="shape value",
)
def loss_of_each_sample(scores, targets):
    _, gradient = softmax_cross_entropy(scores, targets)
    return -log_softmax(scores)[np.arange(len(scores)), targets], gradient


@softmax.mistake("the last picture does not count. Where does your loop end?", loses="value")
def last_sample_left_out(scores, targets):
    same_length(scores, targets)
    return part_of_the_samples(scores, targets, slice(None, -1))


@softmax.mistake("only the first picture counts. Where does the return stand?", loses="value")
def only_first_sample(scores, targets):
    same_length(scores, targets)
    return part_of_the_samples(scores, targets, slice(1))


@softmax.mistake(
    "this is the gradient of the sum of the losses. What does the mean change?",
    loses="gradient",
)
def gradient_not_averaged(scores, targets):
    loss, gradient = softmax_cross_entropy(scores, targets)
    return loss, gradient * len(scores)


@softmax.mistake(
    "what is exp(1000)? Which number may you subtract from a row without changing its softmax?",
    loses="stability",
)
def no_shift(scores, targets):
    same_length(scores, targets)
    p = np.exp(scores) / np.exp(scores).sum(1, keepdims=True)
    return from_probabilities(p, targets)


@softmax.mistake(
    "exp no longer overflows, but the logarithm meets a 0. "
    "Can you write log p without computing p first?",
    loses="stability",
)
def log_of_zero(scores, targets):
    same_length(scores, targets)
    return from_probabilities(shifted_softmax(scores), targets)


@softmax.mistake(
    "a small constant inside the logarithm caps the loss. "
    "How large should it be where the right class lies 2,000 below the best?",
    loses="stability",
)
def capped_by_a_constant(scores, targets):
    same_length(scores, targets)
    return from_probabilities(shifted_softmax(scores), targets, lambda p: np.log(p + 1e-12))


@softmax.mistake(
    "probabilities are cut off before the logarithm, which caps the loss. "
    "How large should it be where the right class lies 2,000 below the best?",
    loses="stability",
)
def clipped_probabilities(scores, targets):
    same_length(scores, targets)
    p = shifted_softmax(scores)
    return from_probabilities(p, targets, lambda p: np.log(np.clip(p, 1e-15, 1)))


@softmax.mistake(
    "one maximum is taken for all rows. What is exp(-2000), in a row that lies far below it?",
    loses="stability",
)
def one_maximum_for_all(scores, targets):
    same_length(scores, targets)
    e = np.exp(scores - scores.max())
    return from_probabilities(e / e.sum(axis=1, keepdims=True), targets)


@softmax.mistake(
    "all entries together add up to 1. Over which axis must exp be summed?",
    loses="value gradient stability",
)
def one_sum_for_all(scores, targets):
    same_length(scores, targets)
    e = np.exp(scores - scores.max())
    return from_probabilities(e / e.sum(), targets)


@softmax.mistake(
    "exp is summed over the whole matrix. Which entries should add up to 1?",
    loses="value gradient stability",
)
def one_sum_for_all_shifted_rows(scores, targets):
    same_length(scores, targets)
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    return from_probabilities(e / e.sum(), targets)


@softmax.mistake(
    "every row takes part with the classes of all pictures. How do you name one entry of "
    "each row?",
    loses="value",
)
def columns_of_all_targets(scores, targets):
    _, gradient = softmax_cross_entropy(scores, targets)
    return -log_softmax(scores)[:, targets].mean(), gradient


@softmax.mistake("log p is added up over all classes. Which one is asked?", loses="value")
def all_classes(scores, targets):
    _, gradient = softmax_cross_entropy(scores, targets)
    return -log_softmax(scores).sum() / len(scores), gradient


@softmax.mistake("this is the mean of -p. What does the formula take of p?", loses="value")
def logarithm_forgotten(scores, targets):
    _, gradient = softmax_cross_entropy(scores, targets)
    p = shifted_softmax(scores)
    return -p[np.arange(len(p)), targets].mean(), gradient


@softmax.mistake(
    "each row should be a distribution. Over which axis must exp be summed?",
    loses="value gradient stability",
)
def over_the_samples(scores, targets):
    same_length(scores, targets)
    return from_probabilities(shifted_softmax(scores, axis=0), targets)


@softmax.mistake(
    "another number is subtracted from each entry of a row. Which may be subtracted without "
    "changing its softmax?",
    loses="value",
)
def shifted_by_columns(scores, targets):
    return softmax_cross_entropy(scores - scores.max(axis=0), targets)


@softmax.mistake(
    "this is the softmax alone. How does the right class enter the derivative?",
    loses="gradient",
)
def target_forgotten(scores, targets):
    loss, gradient = softmax_cross_entropy(scores, targets)
    return loss, gradient + np.eye(scores.shape[1])[targets] / len(scores)


@softmax.mistake(
    "this is the derivative by log p. How do the scores enter it, those of the other classes "
    "too?",
    loses="gradient stability",
)
def by_log_p(scores, targets):
    loss, _ = softmax_cross_entropy(scores, targets)
    return loss, -np.eye(scores.shape[1])[targets] / len(scores)


@softmax.mistake(
    "this is the derivative by p, and the one by the scores is asked. How does p change with "
    "a score?",
    loses="gradient",
)
def by_p(scores, targets):
    loss, _ = softmax_cross_entropy(scores, targets)
    y = np.eye(scores.shape[1])[targets]
    return loss, -y / (np.exp(log_softmax(scores)) * len(scores))


@softmax.mistake(
    "the 1 is taken from whole columns. How do you name one entry of each row?",
    loses="gradient",
)
def whole_columns(scores, targets):
    loss, gradient = softmax_cross_entropy(scores, targets)
    p = gradient + np.eye(scores.shape[1])[targets] / len(scores)
    p[:, np.unique(targets)] -= 1 / len(scores)
    return loss, p


@softmax.mistake(
    "the scores went through softmax twice. What does the formula take the logarithm of?",
    loses="value gradient stability",
)
def softmax_twice(scores, targets):
    same_length(scores, targets)
    return from_probabilities(shifted_softmax(shifted_softmax(scores)), targets)


# hinge_loss

hinge = problem(
    "hinge_loss",
    rtol=DIGITS,
    returns={"loss": "value", "gradient": "gradient"},
    points={
        "shape": 3,
        "value": 10,
        "gradient": 10,
        "integers": 3,
        "default": 2,
        "inputs-unchanged": 2,
    },
    forbidden={"all": ELSEWHERE},
)


@hinge.reference
def hinge_loss(scores, targets, margin=1.0):
    """Mean multiclass hinge loss, and its gradient by the scores.

    gap[n, c] = scores[n, c] - scores[n, targets[n]] + margin
    loss = (1/N) * (sum over n, and over c other than targets[n], of max(0, gap[n, c]))

    scores : (N, C) array, float64 or integers
    targets : (N,) array of integers, the right class of each row
    margin : float, at least 0; 1.0 where it is left out
    Returns (loss, gradient): a number and an (N, C) array, float64.
    scores and targets stay as they are. No gap that you meet is exactly 0.
    """
    n = np.arange(len(scores))
    gap = scores - scores[n, targets][:, None] + margin
    gap[n, targets] = 0
    gradient = (gap > 0).astype(float)
    gradient[n, targets] = -gradient.sum(axis=1)
    return np.maximum(gap, 0).sum() / len(scores), gradient / len(scores)


hinge.example(np.array([[2.0, 4.0, -1.0], [1.0, 2.0, 4.0]]), np.array([0, 1]), 2.0)


def beaten(rng, scores):
    """Draw for each row a class that has not the highest score, so that every row pays."""
    N, C = scores.shape
    return np.argsort(scores, axis=1)[np.arange(N), rng.integers(C - 1, size=N)]


@hinge.case("value", visible=2)
def some_margin(rng, N, C):
    """Scores on both sides of the margin."""
    scores, targets = rng.normal(size=(N, C)) * 2, rng.integers(C, size=N)
    margin, safe = float(rng.uniform(1.5, 3)), rng.integers(N)
    scores[safe, targets[safe]] = scores[safe].max() + margin + 1  # this picture pays nothing
    return scores, targets, margin


@hinge.case("integers")
def whole_numbers(rng, N, C):
    """Whole-number scores of type int64."""
    scores = rng.integers(-9, 9, size=(N, C))
    return scores, beaten(rng, scores), 0.5


@hinge.case("default")
def margin_left_out(rng, N, C):
    """The margin left out."""
    scores = rng.normal(size=(N, C)) * 2
    return scores, beaten(rng, scores)


def gaps(scores, targets, margin):
    n = np.arange(len(scores))
    gap = np.maximum(scores - scores[n, targets][:, None] + margin, 0.0)
    gap[n, targets] = 0
    return n, gap


def pulls(gap, n, targets):
    gradient = (gap > 0).astype(float)
    gradient[n, targets] = -gradient.sum(axis=1)
    return gradient / len(gradient)


@hinge.alternative
def by_two_loops(scores, targets, margin=1.0):
    loss, gradient = 0.0, np.zeros(scores.shape)
    for n, t in enumerate(targets):
        for c in range(scores.shape[1]):
            gap = scores[n, c] - scores[n, t] + margin
            if c != t and gap > 0:
                loss += gap
                gradient[n, c] += 1
                gradient[n, t] -= 1
    return loss / len(scores), gradient / len(scores)


@hinge.alternative
def by_mask(scores, targets, margin=1.0):
    y = np.eye(scores.shape[1])[targets]
    gap = np.maximum(0, scores - (scores * y).sum(1, keepdims=True) + margin) * (1 - y)
    g = (gap > 0) - y * (gap > 0).sum(1, keepdims=True)
    return gap.sum(1).mean(), g / len(g)


@hinge.alternative
def margin_subtracted_at_the_end(scores, targets, margin=1.0):
    right = np.take_along_axis(scores, targets.reshape(-1, 1), 1)
    gap = np.where(scores + margin > right, scores + margin - right, 0)
    pulls = np.sign(gap)
    pulls[range(len(pulls)), targets] -= pulls.sum(axis=1)
    return (gap.sum() - margin * len(gap)) / len(gap), pulls / len(pulls)


def all_pull(scores, targets):
    """The gradient in which every wrong class counts."""
    y = np.eye(scores.shape[1])[targets]
    return (1 - y * scores.shape[1]) / len(scores)


@hinge.mistake("what does the right class itself contribute to this sum?", loses="value")
def right_class_counted(scores, targets, margin=1.0):
    loss, gradient = hinge_loss(scores, targets, margin)
    return loss + margin, gradient


@hinge.mistake(
    "each wrong class that is too close pulls once. How often is the right class pushed?",
    loses="gradient",
)
def right_class_once(scores, targets, margin=1.0):
    loss, gradient = hinge_loss(scores, targets, margin)
    n = np.arange(len(gradient))
    gradient[n, targets] = -1.0 * (gradient[n, targets] < 0) / len(gradient)
    return loss, gradient


@hinge.mistake(
    "the right class is pushed once in every row. What if no wrong class is too close, or "
    "several?",
    loses="gradient",
)
def right_class_always_once(scores, targets, margin=1.0):
    loss, gradient = hinge_loss(scores, targets, margin)
    gradient[np.arange(len(gradient)), targets] = -1 / len(gradient)
    return loss, gradient


@hinge.mistake(
    "the right class counts itself among those that push it. Is 0 above 0?", loses="gradient"
)
def right_class_counts_itself(scores, targets, margin=1.0):
    loss, gradient = hinge_loss(scores, targets, margin)
    gradient[np.arange(len(gradient)), targets] -= 1 / len(gradient)
    return loss, gradient


@hinge.mistake(
    "every wrong class pulls here, whether it is too close or not. Is 0 above 0?",
    loses="gradient integers default",
)
def every_class_pulls(scores, targets, margin=1.0):
    return hinge_loss(scores, targets, margin)[0], all_pull(scores, targets)


@hinge.mistake(
    "the score of the right class stands in every gap. What is the derivative by it?",
    loses="gradient",
)
def right_class_not_pushed(scores, targets, margin=1.0):
    loss, gradient = hinge_loss(scores, targets, margin)
    return loss, np.maximum(gradient, 0)


@hinge.mistake(
    "only the closest wrong class counts here. Does the formula take a maximum or a sum "
    "over the classes?",
    loses="value",
)
def largest_only(scores, targets, margin=1.0):
    n, gap = gaps(scores, targets, margin)
    closest, gradient = gap.argmax(1), np.zeros(scores.shape)
    gradient[n, closest] = gap[n, closest] > 0
    gradient[n, targets] -= gap[n, closest] > 0
    return gap.max(1).mean(), gradient / len(gradient)


@hinge.mistake("this is N times too large. What do you divide by?", loses="value")
def not_averaged(scores, targets, margin=1.0):
    loss, gradient = hinge_loss(scores, targets, margin)
    return loss * len(scores), gradient * len(scores)


@hinge.mistake(
    "must the right class have the margin in addition to winning, or is it given the margin?",
    loses="value",
)
def margin_given_away(scores, targets, margin=1.0):
    return hinge_loss(scores, targets, -margin)


@hinge.mistake(
    "the difference is turned round. Which class should lose when its score is high?",
    loses="value",
)
def difference_turned(scores, targets, margin=1.0):
    loss, gradient = hinge_loss(-np.asarray(scores), targets, margin)
    return loss, -gradient


@hinge.mistake(
    "the size of the gap stands in the gradient. What is the derivative of max(0, z) where "
    "z is above 0?",
    loses="gradient",
)
def gap_for_its_derivative(scores, targets, margin=1.0):
    n, gap = gaps(scores, targets, margin)
    gradient = gap.copy()
    gradient[n, targets] = -gap.sum(axis=1)
    return gap.sum() / len(gap), gradient / len(gap)


@hinge.mistake("every gap is squared here. What does the formula do with a gap?", loses="value")
def squared_gaps(scores, targets, margin=1.0):
    n, gap = gaps(scores, targets, margin)
    gradient = 2 * gap
    gradient[n, targets] = -gradient.sum(axis=1)
    return (gap**2).sum() / len(gap), gradient / len(gap)


@hinge.mistake(
    "the right class wins already with any lead. Where should the margin stand?", loses="value"
)
def margin_forgotten(scores, targets, margin=1.0):
    return hinge_loss(scores, targets, 0.0)


@hinge.mistake(
    "the right class is left in, in the loss and in the gradient. Over which classes does "
    "the sum go?",
    loses="value",
)
def right_class_left_in(scores, targets, margin=1.0):
    loss, gradient = hinge_loss(scores, targets, margin)
    gradient[np.arange(len(gradient)), targets] -= 1 / len(gradient)
    return loss + margin, gradient


@hinge.mistake(
    "each score is held against the margin by itself. With what does the formula compare it?",
    loses="value",
)
def each_class_alone(scores, targets, margin=1.0):
    sign = 2 * np.eye(scores.shape[1])[targets] - 1
    gap = np.maximum(margin - sign * scores, 0)
    return gap.sum() / len(gap), -sign * (gap > 0) / len(gap)


@hinge.mistake(
    "gaps below 0 are added, too. What does the formula make of them?", loses="value"
)
def maximum_forgotten(scores, targets, margin=1.0):
    n = np.arange(len(scores))
    gap = scores - scores[n, targets][:, None] + margin
    gap[n, targets] = 0
    return gap.sum() / len(gap), all_pull(scores, targets)


@hinge.mistake(
    "the last class never counts. Where does your loop over the classes end?", loses="value"
)
def last_class_left_out(scores, targets, margin=1.0):
    n, gap = gaps(scores, targets, margin)
    gap[:, -1] = 0
    return gap.sum() / len(gap), pulls(gap, n, targets)


@hinge.mistake("the last picture does not count. Where does your loop end?", loses="value")
def last_picture_left_out(scores, targets, margin=1.0):
    n, gap = gaps(scores, targets, margin)
    gap[-1] = 0
    return gap.sum() / len(gap), pulls(gap, n, targets)


@hinge.mistake("only the first picture counts. Where does the return stand?", loses="value")
def only_first_picture(scores, targets, margin=1.0):
    n, gap = gaps(scores, targets, margin)
    gap[1:] = 0
    return gap.sum() / len(gap), pulls(gap, n, targets)


@hinge.mistake(
    "each picture keeps its own loss. What does the formula do with the N of them?",
    loses="shape value",
)
def loss_of_each_picture(scores, targets, margin=1.0):
    n, gap = gaps(scores, targets, margin)
    return gap.sum(axis=1), pulls(gap, n, targets)


@hinge.mistake(
    "these numbers have lost their fractions. Of which type is an array made like whole-number "
    "scores?",
    loses="integers",
)
def made_like_the_scores(scores, targets, margin=1.0):
    loss, gradient = hinge_loss(scores, targets, margin)
    kept = np.zeros_like(scores)
    kept[:] = gradient
    return loss, kept


PROBLEMS = [distances, softmax, hinge]
