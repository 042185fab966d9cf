"""Curves, charts and measures show the numbers that they are drawn from."""

import numpy as np

from nnlib import viz
from tests.nnlib.harness import Late
from tests.nnlib.viz.calls import draw
from tests.nnlib.viz.reading import labels_of, words

calibration, metrics = Late("sklearn.calibration"), Late("sklearn.metrics")


def height(path):
    return path[:, 1].min(), path[:, 1].max()


# Curves.


def test_curves_start_at_one_and_carry_their_names():
    ax = viz.curves({"loss": [3.0, 2.0]}, xlabel="epoch", ylabel="loss (nats)", log=True)
    assert list(ax.get_lines()[0].get_xdata()) == [1, 2]
    assert ax.get_yscale() == "log"
    assert labels_of(ax) == ["loss"]
    assert ax.get_ylabel() == "loss (nats)"


def test_seeds_are_a_mean_with_a_band_of_one_standard_deviation():
    ax = draw("curves")
    assert list(ax.get_lines()[0].get_ydata()) == [3.0, 2.0]
    assert list(ax.get_lines()[1].get_ydata()) == [1.5, 0.7]
    (band,) = ax.collections
    sd = np.sqrt(2)
    np.testing.assert_allclose(height(band.get_paths()[0].vertices), [2 - sd, 3 + sd])
    assert words(ax) == ["mean ± sd of 2 runs"]


def test_the_note_states_every_number_of_runs():
    ax = viz.curves({"a": np.ones((3, 2)), "b": np.ones((5, 2)), "c": [1, 2]}, ylabel="loss")
    assert words(ax) == ["mean ± sd of 3 or 5 runs"]


def test_a_guide_has_the_slope_that_it_names():
    ax = draw("convergence")
    guides = [line for line in ax.get_lines() if line.get_color() == viz.INK]
    slopes = [np.ptp(np.log(g.get_ydata())) / np.ptp(np.log(g.get_xdata())) for g in guides]
    np.testing.assert_allclose(slopes, [1, 2])
    names = [g.get_label() for g in guides]
    assert names == ["slope 1", "slope 2"]
    assert names == labels_of(ax)[2:]
    assert (ax.get_xscale(), ax.get_yscale()) == ("log", "log")


# Charts.


def test_bars_start_at_zero_with_their_number_and_spread():
    ax = draw("bars")
    assert [bar.get_x() for bar in ax.patches] == [0, 0]
    assert [bar.get_width() for bar in ax.patches] == [3.0, 1.5]
    np.testing.assert_allclose(
        ax.get_lines()[0].get_xdata(), 1.5 + np.array([-1, 1]) * 0.5**0.5
    )
    assert words(ax) == ["3", "1.5"]
    ax = viz.bars({"a": -999.4, "b": 999.5, "c": 1234}, xlabel="x")
    assert words(ax) == ["−999", "1,000", "1,234"]


def test_masses_are_stems_and_marks_carry_their_names():
    ax = draw("distributions")
    fair, biased, mark = ax.get_lines()
    assert list(fair.get_ydata()) == [0.25, 0.5, 0.25]
    assert (np.asarray(biased.get_xdata()) > np.asarray(fair.get_xdata())).all()
    assert list(mark.get_xdata()) == [1, 1]
    assert words(ax) == ["mean"]
    assert ax.get_ylabel() == "probability"


def test_the_shaded_area_is_the_probability_of_the_interval():
    x = np.linspace(0, 1, 101)
    ax = viz.distributions({"uniform": np.ones(101)}, x=x, xlabel="x", shade=(0.2, 0.6))
    (area,) = ax.collections
    corners = area.get_paths()[0].vertices
    np.testing.assert_allclose(
        [corners[:, 0].min(), corners[:, 0].max(), *height(corners)], [0.2, 0.6, 0, 1]
    )
    assert ax.get_ylabel() == "density"


def test_a_forecast_starts_at_a_line_and_has_its_band():
    ax = draw("timeline")
    measured, again, start = ax.get_lines()
    assert list(measured.get_ydata()) == [5, 6, 8, 7, 5]
    assert list(again.get_xdata()) == [5, 6]
    assert list(start.get_xdata()) == [5, 5]
    assert height(ax.collections[0].get_paths()[0].vertices) == (4.0, 7.0)
    assert labels_of(ax) == ["measured", "again"]


# Measures.


def test_roc_is_the_curve_of_scikit_learn_with_its_area():
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 2, 80)
    scores = np.round(truth + rng.standard_normal(80), 1)  # with ties
    ax = viz.roc(truth, scores)
    x, y, _ = metrics.roc_curve(truth, scores, drop_intermediate=False)
    np.testing.assert_allclose(ax.get_lines()[0].get_xydata(), np.stack([x, y], axis=1))
    assert labels_of(ax) == [f"area {metrics.roc_auc_score(truth, scores):.3f}"]


def test_calibration_accepts_a_probability_that_rounding_put_above_1():
    ax = viz.calibration([1, 0], np.array([1 + 1e-7, 0.5]))
    assert ax.get_lines()[0].get_label() == "gap 0.250"


def test_calibration_matches_scikit_learn_with_the_gap():
    rng = np.random.default_rng(0)
    p = rng.uniform(size=200)
    truth = (rng.uniform(size=200) < p**2).astype(int)
    ax = viz.calibration(truth, {"p": p}, bins=5)
    share, sure = calibration.calibration_curve(truth, p, n_bins=5)
    np.testing.assert_allclose(ax.get_lines()[0].get_xydata(), np.stack([sure, share], axis=1))
    count = np.histogram(p, 5, (0, 1))[0]
    assert labels_of(ax) == [f"p, gap {count @ np.abs(share - sure) / 200:.3f}"]


def test_scree_counts_the_part_of_the_total_beyond_the_first():
    ax = viz.scree([4.0, 2.0], total=8.0)
    assert [bar.get_height() for bar in ax.patches] == [0.5, 0.25]
    assert list(ax.get_lines()[0].get_ydata()) == [0.5, 0.75]
    ax = viz.scree([1.0, 0.0, -1e-17])  # eigenvalues of a singular covariance, up to rounding
    assert list(ax.get_lines()[0].get_ydata()) == [1, 1, 1]
