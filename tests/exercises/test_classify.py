"""The challenge of ps2: what simple and better classifiers reach, and what cannot be cheated.

And the two confusion matrices of its written question, computed anew.
"""

import functools
import re

import numpy as np
import pytest

from nnlib.datasets import fashion_mnist
from tests.exercises.challenge_files import both, data_of, judge_file, npz, tool, untold
from tests.exercises.declared_problems import CHALLENGES, PROBLEMS
from tests.exercises.test_source import cells

P = CHALLENGES["classify"]
data, reached = functools.partial(data_of, P), functools.partial(judge_file, P)


@functools.cache
def one_against_the_others(alpha=100.0):
    """Return the weights of one ridge regression for each class against the others."""
    (train, _), fits = fashion_mnist(), []
    X = train.X.astype(float)
    for c in range(10):
        fits.append(PROBLEMS["ridge_fit"].solve(X, np.where(train.y == c, 1.0, -1.0), alpha))
    return np.array([w for w, _ in fits]), np.array([b for _, b in fits])


@functools.cache
def downhill(passes=40, rate=0.1):
    """Return weights trained by SGD with the assignment's loss and a falling learning rate."""
    rng, train = np.random.default_rng(0), fashion_mnist()[0]
    X, W, b = train.X.astype(float), np.zeros((10, 784)), 0.0
    for left in np.linspace(1, 0, passes, endpoint=False):
        for rows in np.array_split(rng.permutation(len(X)), 50):
            scores = X[rows] @ W.T + b
            _, gradient = PROBLEMS["softmax_cross_entropy"].solve(scores, train.y[rows])
            W -= rate * left * gradient.T @ X[rows]
            b -= rate * left * gradient.sum(axis=0)
    return W, b


WAYS = {
    "one against the others": one_against_the_others,
    "downhill": downhill,
    "solved": lambda: tuple(np.load(P.solved_path)[name] for name in ("weight", "bias")),
}


@functools.cache
def value(way, visible):
    weight, bias = WAYS[way]()
    return reached(npz(weight=weight, bias=bias), visible=visible)[0]


@pytest.mark.slow
def test_the_tool_makes_the_file_that_is_here():
    made = tool("make_challenges").linear_weights()
    with np.load(P.solved_path) as solved:
        for name, array in made.items():
            assert np.allclose(solved[name], array, atol=1e-4)


@pytest.mark.slow
@both
def test_ways_reach_what_the_definition_says(visible):
    expected = {True: (0.798, 0.815, 0.826), False: (0.7985, 0.812, 0.824)}[visible]
    assert [value(way, visible) for way in WAYS] == pytest.approx(expected, abs=0.001)


@pytest.mark.slow
@both
def test_each_threshold_requires_a_better_classifier(visible):
    levels = P.thresholds.values()
    passed = [sum(value(way, visible) >= level for level in levels) for way in WAYS]
    assert passed == [1, 2, 3]


def test_zero_weights_reach_an_accuracy_of_a_tenth():
    zeros = npz(weight=np.zeros((10, 784)), bias=np.zeros(10))
    assert reached(zeros)[0] == pytest.approx(0.1)


def test_a_function_that_knows_more_than_the_weights_gains_nothing():
    labels = data(False)["cases"][0]["kept"]["target"]
    got, message = reached(P.solved_path.read_bytes(), lambda file, pictures: labels)
    assert got is None
    assert "Your labels aren't the classes with the highest scores" in message
    nothing = npz(weight=np.zeros((10, 784)), bias=np.zeros(10))
    assert reached(nothing, lambda file, pictures: labels)[0] is None


def test_a_few_ties_may_be_decided_in_another_way():
    raw = P.solved_path.read_bytes()

    def in_single_precision(file, pictures):
        return (np.float32(pictures / 255) @ file["weight"].T + file["bias"]).argmax(axis=1)

    def some_others(file, pictures):
        labels = P.solve(file, pictures)
        labels[:19] = 9 - labels[:19]
        return labels

    asked = reached(raw)[0]
    assert reached(raw, in_single_precision)[0] == asked == reached(raw, some_others)[0]


def one_more(file, pictures):
    return P.solve(file, pictures) + 1


GOOD = {"weight": np.eye(10, 784), "bias": np.zeros(10)}
WRONG = {
    "not scaled": (
        npz(weight=GOOD["weight"], bias=np.arange(10.0) / 9),
        lambda f, p: (p @ f["weight"].T + f["bias"]).argmax(axis=1),
        "the bias in your scores is 255 times too small, or it's missing",
    ),
    "counted from 1": (P.solved_path.read_bytes(), one_more, "your labels are too large by 1"),
    "lowest score": (
        P.solved_path.read_bytes(),
        lambda f, p: (p @ f["weight"].T).argmin(axis=1),
        "Predict one image step by step",
    ),
    "largest scores": (
        P.solved_path.read_bytes(),
        lambda f, p: (p @ f["weight"].T).max(axis=1),
        "the position of the largest entry",
    ),
    "scores": (npz(**GOOD), lambda f, p: p @ f["weight"].T, "one label for each"),
    "other names": (npz(W=GOOD["weight"], b=GOOD["bias"]), lambda f, p: p[:, 0], "two arrays"),
    "no bias": (npz(weight=GOOD["weight"]), lambda f, p: p[:, 0], "two arrays"),
    "turned and used so": (
        npz(weight=GOOD["weight"].T, bias=GOOD["bias"]),
        lambda f, p: (p / 255 @ f["weight"] + f["bias"]).argmax(axis=1),
        "Expected weight (10, 784)",
    ),
    "a column": (
        npz(weight=GOOD["weight"], bias=np.zeros((10, 1))),
        lambda f, p: p[:, 0],
        "as",
    ),
    "nan": (npz(weight=GOOD["weight"] * np.nan, bias=GOOD["bias"]), P.solve, "finite real"),
    "endless": (
        npz(weight=GOOD["weight"] * 1e308, bias=np.full(10, 1.7e308)),
        P.solve,
        "How large are the weights?",
    ),
    "complex": (npz(weight=GOOD["weight"] + 0j, bias=GOOD["bias"]), P.solve, "finite real"),
    "too many": (
        npz(weight=np.zeros((99, 784)), bias=np.zeros(99)),
        P.solve,
        "Expected weight (10, 784)",
    ),
}


@both
def test_nonlinear_classifier_is_refused_with_a_reason(visible):
    assert untold(P, WRONG, visible) == []


# The written question

CLASSES = (0, 4, 6)  # T-shirt, coat, shirt


def some(split):
    X, y = split
    kept = np.isin(y, CLASSES)
    return X[kept].astype(float), np.searchsorted(CLASSES, y[kept])


def confusion(answer, y):
    table = np.zeros((3, 3), int)
    np.add.at(table, (y, answer), 1)
    return table


def by_ridge(X, y, new):
    fits = [
        PROBLEMS["ridge_fit"].solve(X, np.where(y == c, 1.0, -1.0), 300.0) for c in range(3)
    ]
    return np.argmax([new @ w + b for w, b in fits], axis=0)


def by_gaussians(X, y, new):
    priors, means, S = PROBLEMS["gaussian_classifier_fit"].solve(X, y)
    pulled = np.linalg.solve(S + 0.3 * np.eye(len(S)), means.T)
    scores = new @ pulled - (pulled * means.T).sum(axis=0) / 2 + np.log(priors)
    return scores.argmax(axis=1)


def cell(gid):
    """Return the text of a cell."""
    return cells()[f"ps2_classifiers {gid}"]


def printed_confusion(name):
    """Return a confusion matrix as the question has it."""
    table = re.search(
        rf"^\| {name} \|.*\n\|.*\n((?:\|.*\n?){{3}})", cell("text_comparison"), re.M
    )
    rows = [re.findall(r"\d+", row) for row in table[1].strip().splitlines()]
    return np.array(rows, int)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "way"), [("A", by_ridge), ("B", by_gaussians)])
def test_the_confusion_matrices_match_the_two_classifiers(name, way):
    train, test = fashion_mnist()
    (X, y), (new, truth) = some(train), some(a[:1000] for a in test)
    assert (len(X), len(new)) == (1500, 300)
    assert np.array_equal(confusion(way(X, y, new), truth), printed_confusion(name))


def test_the_numbers_of_the_sample_answer_are_correct():
    A, B = printed_confusion("A"), printed_confusion("B")
    text = cell("text_comparison") + cell("comparison")
    assert (np.trace(A), np.trace(B)) == (223, 223)
    assert "correct on 223 of" in text
    assert (A[2, 2], A[:, 2].sum(), B[2, 2], B[:, 2].sum()) == (47, 67, 59, 93)
    assert (round(100 * 47 / 67), round(100 * 59 / 93)) == (70, 63)
    off = np.abs(B - A)[~np.eye(3, dtype=bool)]
    assert sorted(off)[-2:] == [9, 10]
    assert (B - A)[0, 2] == 10
    assert (A - B)[2, 0] == 9
    first, second = ([100 - t[2, 2], t[:2, 2].sum()] for t in (A, B))
    assert (first, second) == ([53, 20], [41, 34])
    assert "53 c + 20, and B costs 41 c + 34" in text
    assert "12 c > 14" in text
