"""The network problems of ps3: what their texts show, what constants earn, the challenge."""

import functools
import json

import numpy as np
import pytest

from nnlib.datasets import fashion_mnist
from tests.exercises.challenge_files import FILLED, both, judge_file, npz, tool, untold
from tests.exercises.declared_problems import CHALLENGES, PROBLEMS, SEED, judged, packed
from tests.exercises.test_source import cells, example

P = CHALLENGES["classify_deep"]
reached = functools.partial(judge_file, P)
MEASURED = json.loads((P.solved_path.parent / "accuracies.json").read_text())


# What the texts show


def test_the_weights_found_by_hand_have_the_loss_in_the_text():
    shown = example("train_network")
    params = {name: shown[name] for name in ("W1", "b1", "W2", "b2")}
    loss, _ = PROBLEMS["two_layer_loss"].solve(params, shown["X"], shown["y"])
    assert round(loss, 4) == shown["loss"]
    assert "$\\ln 3 = 1.0986$" in cells()["text_train_network"]
    assert round(np.log(3), 4) == 1.0986


def test_the_numbers_of_the_derivation_are_correct():
    X, y = np.array([[1.0, 2.0], [3.0, -1.0]]), np.array([0, 1])
    dz = (np.full((2, 2), 0.5) - np.eye(2)[y]) / 2
    assert np.array_equal(dz, [[-0.25, 0.25], [0.25, -0.25]])
    assert np.array_equal(dz.T @ X, [[0.5, -0.75], [-0.5, 0.75]])
    assert "(0.5, −0.75) and (−0.5, 0.75)" in cells()["derivation"]


# What knows nothing earns nothing


@both
@pytest.mark.parametrize("fill", FILLED)
def test_constant_gradients_earn_nothing(fill, visible):
    def f(params, X, y):
        made = {name: FILLED[fill](v.shape) for name, v in params.items()}
        return float(FILLED[fill](())), made

    assert judged(packed("two_layer_loss", SEED, visible), f).score == 0


@both
@pytest.mark.parametrize("fill", FILLED)
def test_uninformative_weights_earn_no_points_for_the_loss(fill, visible):
    def f(X, y, hidden, epochs, lr, rng):
        C = y.max() + 1
        shapes = {"W1": (hidden, 2), "b1": hidden, "W2": (C, hidden), "b2": C}
        return {name: FILLED[fill](shape) for name, shape in shapes.items()}

    verdict = judged(packed("train_network", SEED, visible), f)
    assert verdict.points["value"][0] == 0
    earned, most = verdict.points["given"]
    assert earned <= most / 2  # the width is right, and nothing else


# The challenge


def test_the_last_threshold_is_halfway_between_linear_classifiers_and_networks():
    assert [len(MEASURED[kind]) for kind in ("linear", "dense")] == [10, 10]
    midway = (max(MEASURED["linear"]) + np.median(MEASURED["dense"])) / 2
    assert list(P.thresholds.values()) == [0.8, 0.82, round(midway, 3)]
    assert max(MEASURED["linear"]) < midway < min(MEASURED["dense"])


@pytest.mark.slow
def test_the_accuracies_match_the_output_of_the_tool():
    measure = tool("measure_networks")
    assert measure.linear_accuracy(2) == pytest.approx(MEASURED["linear"][2], abs=0.002)
    assert measure.network_accuracy(1) == pytest.approx(MEASURED["dense"][1], abs=0.005)


@both
def test_the_solution_file_reaches_what_the_text_says(visible):
    got, _ = reached(P.solved_path.read_bytes(), visible=visible)
    expected = {True: 0.843, False: 0.851}[visible]
    assert got == pytest.approx(expected, abs=0.001)
    assert str(expected) in cells()["text_classify_deep"]
    assert f"{max(MEASURED['linear']):.4f}" in cells()["text_classify_deep"]
    assert f"{np.median(MEASURED['dense']):.3f}" in cells()["text_classify_deep"]


@pytest.mark.slow
def test_the_best_linear_classifier_written_as_a_network_misses_the_last_threshold():
    train = fashion_mnist()[0]
    W, b = tool("make_challenges").classifier(train.X.astype(float), train.y, 2)
    eye = np.eye(10)
    pair = {"W1": np.vstack([W, -W]), "b1": np.r_[b, -b], "W2": np.hstack([eye, -eye])}
    got, _ = reached(npz(**pair, b2=np.zeros(10)))
    assert got == pytest.approx(max(MEASURED["linear"]), abs=0.002)
    assert 0.82 < got < max(P.thresholds.values())


GOOD = {"W1": np.eye(20, 784), "b1": np.zeros(20), "W2": np.eye(10, 20), "b2": np.zeros(10)}
SHAPES = "Expected W1 (H, 784), b1 (H,), W2 (10, H) and b2 (10,)"
WRONG = {
    "guesses": (GOOD, lambda f, p: np.ones(len(p), int), "Your labels aren't the classes with"),
    "not scaled": (
        GOOD | {"b2": np.arange(10.0) / 9},
        lambda f, p: (p[:, :20].astype(float) @ f["W2"].T + f["b2"]).argmax(1),
        "Your pixels aren't divided by 255",
    ),
    "no hidden layer": (
        {"W1": np.eye(10, 784), "b1": np.zeros(10)},
        lambda f, p: p[:, 0],
        "four arrays",
    ),
    "turned": (GOOD | {"W1": np.eye(784, 20)}, lambda f, p: p[:, 0], SHAPES),
    "two widths": (GOOD | {"b1": np.zeros(19)}, lambda f, p: p[:, 0], SHAPES),
    "no units": (
        {
            "W1": np.zeros((0, 784)),
            "b1": np.zeros(0),
            "W2": np.zeros((10, 0)),
            "b2": GOOD["b2"],
        },
        P.solve,
        SHAPES,
    ),
    "too many units": (
        {"W1": np.zeros((1001, 784)), "b1": np.zeros(1001), "W2": np.zeros((10, 1001))}
        | {"b2": np.zeros(10)},
        P.solve,
        SHAPES,
    ),
    "nan": (GOOD | {"b2": np.full(10, np.nan)}, P.solve, "finite real numbers"),
    "complex": (GOOD | {"W2": GOOD["W2"] + 0j}, P.solve, "finite real numbers"),
    "endless": (
        GOOD | {"W1": np.full((20, 784), 1e308)},
        P.solve,
        "How large are the weights?",
    ),
    "scores": (GOOD, lambda f, p: p @ f["W1"].T, "one label for each"),
}


def test_a_transposed_network_is_reported_without_the_bytes_of_its_file():
    _, message = reached(npz(**GOOD | {"W1": GOOD["W1"].T}), P.solve, True)
    assert "matmul: " in message
    shapes = [line for line in message.splitlines() if line.startswith("(")]
    assert shapes == ["(1000, 784)"]  # of the pictures, and of no bytes of the file


@both
def test_network_without_hidden_layer_is_refused_with_a_reason(visible):
    assert untold(P, WRONG, visible) == []
