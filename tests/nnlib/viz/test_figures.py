"""Curves, charts and measures say what their numbers say."""

from types import SimpleNamespace

import numpy as np
from matplotlib.text import Text
from sklearn.calibration import calibration_curve
from sklearn.metrics import roc_auc_score, roc_curve

from nnlib import training, viz
from tests.nnlib.viz.calls import draw
from tests.nnlib.viz.reading import labels_of, names_of, words


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


def test_histories_are_curves_of_the_list_that_is_asked_for():
    runs = [
        training.History(train_loss=[1.0, 0.5], val_accuracy=[0.5, 0.7]),
        training.History(train_loss=[3.0, 1.5], val_accuracy=[0.7, 0.9]),
    ]
    ax = viz.curves({"runs": runs, "one": runs[0]}, ylabel="accuracy", of="val_accuracy")
    np.testing.assert_allclose(ax.get_lines()[0].get_ydata(), [0.6, 0.8])
    np.testing.assert_allclose(ax.get_lines()[1].get_ydata(), [0.5, 0.7])


def test_the_note_on_runs_keeps_clear_of_the_title():
    ax = viz.curves({"one": np.ones((3, 5))}, ylabel="loss", title="A title")
    ax.figure.draw_without_rendering()
    (title,) = ax.findobj(lambda a: isinstance(a, Text) and a.get_text() == "A title")
    (note,) = ax.texts
    assert note.get_window_extent().y1 <= title.get_window_extent().y0 + 1
    assert note.get_window_extent().y0 >= ax.get_window_extent().y1


def test_ten_curves_differ_in_dash_and_marker_and_each_has_its_name_in_its_colour():
    ax = viz.curves({f"curve {k}": [k, k + 1.0] for k in range(10)}, ylabel="y", title="ten")
    lines = ax.get_lines()
    assert len({line.get_marker() for line in lines}) == 10
    assert len({line.get_color() for line in lines}) == 10
    assert [name.get_color() for name in names_of(ax)] == list(viz.COLOURS)
    assert labels_of(ax) == [f"curve {k}" for k in range(10)]


def test_against_joins_means_and_shows_every_run():
    ax = draw("against")
    mean, *runs = ax.get_lines()
    np.testing.assert_allclose(mean.get_ydata(), [0.75, 0.85])
    np.testing.assert_allclose([run.get_ydata() for run in runs], [[0.7, 0.8], [0.8, 0.9]])
    assert [tick.get_text() for tick in ax.get_xticklabels()] == ["8", "64"]


def test_a_guide_has_the_slope_that_it_names():
    ax = draw("convergence")
    guides = [line for line in ax.get_lines() if line.get_color() == viz.INK]
    slopes = [np.ptp(np.log(g.get_ydata())) / np.ptp(np.log(g.get_xdata())) for g in guides]
    np.testing.assert_allclose(slopes, [1, 2])
    names = [g.get_label() for g in guides]
    assert names == ["slope 1", "slope 2"]
    assert names == labels_of(ax)[2:]
    assert (ax.get_xscale(), ax.get_yscale()) == ("log", "log")


def test_an_error_of_zero_leaves_a_gap():
    ax = viz.convergence({"exact": [0.1, 0.0, 0.01]})
    assert np.isnan(ax.get_lines()[0].get_ydata()).tolist() == [False, True, False]
    assert ax.get_xscale() == "linear"


def test_a_history_of_another_making_is_taken_by_its_lists():
    run = SimpleNamespace(train_loss=[2.0, 1.0])
    assert list(viz.curves({"run": [run]}, ylabel="loss").get_lines()[0].get_ydata()) == [2, 1]


# Charts.


def test_dots_mark_every_run_and_each_mean():
    ax = draw("dots")
    lines = ax.get_lines()
    assert list(lines[0].get_xdata()) == [1.0, 3.0]
    assert list(lines[1].get_xdata()) == [2.0, 2.0]
    assert ax.get_xlabel() == "seconds"


def test_bars_start_at_zero_with_their_number_and_spread():
    ax = draw("bars")
    assert [bar.get_x() for bar in ax.patches] == [0, 0]
    assert [bar.get_width() for bar in ax.patches] == [3.0, 1.5]
    np.testing.assert_allclose(
        ax.get_lines()[0].get_xdata(), 1.5 + np.array([-1, 1]) * 0.5**0.5
    )
    assert words(ax) == ["3", "1.5"]


def test_a_negative_bar_has_its_number_to_the_left_with_a_true_minus():
    ax = viz.bars({"less": -0.5}, xlabel="change")
    (number,) = ax.texts
    assert (number.get_text(), number.get_ha()) == ("−0.5", "right")


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


def test_a_timeline_takes_dates():
    t = np.array(["2020-01-01", "2020-02-01"], dtype="datetime64[D]")
    ax = viz.timeline(t, [1.0, 2.0], xlabel="month", ylabel="rain (mm)")
    assert np.array_equal(ax.get_lines()[0].get_xdata(orig=True), t)


# Measures.


def test_roc_is_the_curve_of_scikit_learn_with_its_area():
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 2, 80)
    scores = np.round(truth + rng.standard_normal(80), 1)  # with ties
    ax = viz.roc(truth, scores)
    x, y, _ = roc_curve(truth, scores, drop_intermediate=False)
    np.testing.assert_allclose(ax.get_lines()[0].get_xydata(), np.stack([x, y], axis=1))
    assert labels_of(ax) == [f"area {roc_auc_score(truth, scores):.3f}"]


def test_calibration_is_that_of_scikit_learn_with_the_gap():
    rng = np.random.default_rng(0)
    p = rng.uniform(size=200)
    truth = (rng.uniform(size=200) < p**2).astype(int)
    ax = viz.calibration(truth, {"p": p}, bins=5)
    share, sure = calibration_curve(truth, p, n_bins=5)
    np.testing.assert_allclose(ax.get_lines()[0].get_xydata(), np.stack([sure, share], axis=1))
    count = np.histogram(p, 5, (0, 1))[0]
    assert labels_of(ax) == [f"p, gap {count @ np.abs(share - sure) / 200:.3f}"]


def test_scree_counts_what_the_total_holds_beyond_the_first():
    ax = viz.scree([4.0, 2.0], total=8.0)
    assert [bar.get_height() for bar in ax.patches] == [0.5, 0.25]
    assert list(ax.get_lines()[0].get_ydata()) == [0.5, 0.75]
