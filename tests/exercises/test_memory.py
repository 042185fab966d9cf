"""Memory of a call: what is counted, which points it costs, and the largest case in a text."""

import tracemalloc

import numpy as np
import pytest
from nngrader.engine.observation.observe import LARGE, observe

from tests.exercises.declared_problems import EXERCISES, PROBLEMS, SEED, judged, lost, packed

NAME = "pairwise_distances"
ROWS = {"X": np.ones((100, 50)), "Y": np.ones((100, 50))}


def held(f, args=ROWS):
    return observe(f, args, 1)["held"]


def test_the_peak_memory_is_counted():
    assert held(lambda X, Y: np.zeros(10_000).sum()) == pytest.approx(80_000, abs=5000)
    assert held(lambda X, Y: len([np.zeros(10_000).sum() for _ in range(9)])) < 170_000
    assert held(lambda X, Y: len([np.zeros(10_000) for _ in range(9)])) > 700_000
    assert held(lambda X, Y: [float(n) for n in range(10_000)]) > 200_000
    assert held(lambda X, Y: 1 / 0) < 5000
    assert not tracemalloc.is_tracing()


def test_small_arguments_are_not_counted():
    small = {"X": np.ones(LARGE // 8 - 1)}
    assert held(lambda X: np.zeros(10_000).sum(), small) == 0
    assert held(lambda X: np.zeros(10_000).sum(), {"X": np.ones(LARGE // 8)}) > 70_000


def test_existing_trace_function_keeps_counting():
    tracemalloc.start()
    try:
        kept = np.zeros(50_000)
        assert held(lambda X, Y: np.zeros(10_000).sum()) == pytest.approx(80_000, abs=5000)
        assert tracemalloc.is_tracing()
        assert kept.size == 50_000
    finally:
        tracemalloc.stop()


def test_stopping_the_step_count_is_no_error():
    assert held(lambda X, Y: tracemalloc.stop()) == 0


@pytest.mark.parametrize("visible", [True, False])
def test_a_three_dimensional_array_costs_only_the_points_for_memory(visible):
    def f(X, Y):
        return np.sqrt(((X[:, None].astype(float) - Y) ** 2).sum(axis=2))

    verdict = judged(packed(NAME, SEED, visible), f)
    assert lost(verdict) == {"memory"}
    assert [("bytes" in f.data) for f in verdict.findings] == [visible]


def test_correct_answers_stay_far_from_the_limit():
    p, data = PROBLEMS[NAME], packed(NAME, SEED, True)
    (case,) = [c for c in data["cases"] if c["aspect"] == "memory"]
    limit = 4 * np.prod([case["sizes"][letter] for letter in "NMD"])
    for f in (p.solve, *p.alternatives.values()):
        assert held(f, case["args"]) < limit / 2


def test_the_sandbox_has_memory_for_the_reference_on_5000_by_1000_images():
    text = (EXERCISES / "source" / "ps2_classifiers" / "nngrader.toml").read_text()
    assert "memory_mb = 1024" in text
    rng = np.random.default_rng(0)
    X, Y = (rng.integers(256, size=(n, 784), dtype=np.uint8) for n in (5000, 1000))
    tracemalloc.start()
    d = PROBLEMS[NAME].solve(X, Y)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 300e6 < 5000 * 1000 * 784 * 8 / 100
    assert d.nbytes == 40e6
    some = np.linalg.norm(X[7].astype(float) - Y, axis=1)
    assert np.allclose(d[7], some, rtol=1e-12)
