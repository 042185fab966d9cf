"""Each figure says what its numbers say."""

from fractions import Fraction
from itertools import pairwise
from types import SimpleNamespace

import matplotlib as mpl
import numpy as np
import pytest
import torch
from matplotlib.text import Text
from sklearn.calibration import calibration_curve
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import confusion_matrix, roc_auc_score, roc_curve
from sklearn.neighbors import KNeighborsClassifier

from nnlib import Tensor, nn, training, viz
from tests.nnlib.viz.calls import CALLS, LABELS, POINTS, bowl, draw, sigmoid_of_the_sum


def labels_of(ax):
    return [text.get_text() for text in ax.get_legend().get_texts()]


def words(ax):
    return [text.get_text() for text in ax.texts if text.get_text()]


def rgba(colour, alpha):
    return mpl.colors.to_rgba(colour, alpha)


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
    assert ax.get_legend().get_title().get_text() == "mean ± sd of 2 runs"


def test_histories_are_curves_of_the_list_that_is_asked_for():
    runs = [
        training.History(train_loss=[1.0, 0.5], val_accuracy=[0.5, 0.7]),
        training.History(train_loss=[3.0, 1.5], val_accuracy=[0.7, 0.9]),
    ]
    ax = viz.curves({"runs": runs, "one": runs[0]}, ylabel="accuracy", of="val_accuracy")
    np.testing.assert_allclose(ax.get_lines()[0].get_ydata(), [0.6, 0.8])
    np.testing.assert_allclose(ax.get_lines()[1].get_ydata(), [0.5, 0.7])


def test_the_note_on_runs_above_four_curves_keeps_clear_of_the_title():
    lines = {name: np.ones((3, 5)) for name in ("one", "two", "three", "four")}
    ax = viz.curves(lines, ylabel="loss", title="A title")
    ax.figure.draw_without_rendering()
    (title,) = ax.findobj(lambda a: isinstance(a, Text) and a.get_text() == "A title")
    assert ax.get_legend().get_window_extent().y1 <= title.get_window_extent().y0 + 1
    plain = viz.curves({name: [1.0, 2.0] for name in lines}, ylabel="loss", title="A title")
    assert ax.figure.get_figheight() > plain.figure.get_figheight()


def test_ten_curves_differ_in_dash_and_marker_and_their_legend_leaves_the_curves_free():
    ax = viz.curves({f"curve {k}": [k, k + 1.0] for k in range(10)}, ylabel="y", title="ten")
    lines = ax.get_lines()
    assert len({line.get_marker() for line in lines}) == 10
    assert len({line.get_color() for line in lines}) == 10
    ax.figure.draw_without_rendering()
    legend = ax.get_legend().get_window_extent()
    assert legend.y0 >= ax.get_window_extent().y1 - 1
    (title,) = ax.findobj(lambda a: isinstance(a, Text) and a.get_text() == "ten")
    assert legend.y1 <= title.get_window_extent().y0 + 1
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
    assert names == [text.get_text() for text in ax.get_legend().get_texts()][2:]
    assert (ax.get_xscale(), ax.get_yscale()) == ("log", "log")


def test_an_error_of_zero_leaves_a_gap():
    ax = viz.convergence({"exact": [0.1, 0.0, 0.01]})
    assert np.isnan(ax.get_lines()[0].get_ydata()).tolist() == [False, True, False]
    assert ax.get_xscale() == "linear"


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


# Tables.


def test_a_larger_count_is_darker_and_a_zero_empty():
    ax = draw("heatmap")
    assert words(ax) == ["3", "1", "2"]
    (cells,) = ax.collections
    alphas = cells.get_facecolors()[:, 3]
    np.testing.assert_allclose(alphas, [0.6, 0.2, 0.4])
    assert [t.get_text() for t in ax.get_xticklabels()] == ["day", "night"]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("when", "who")


def test_a_table_of_shares_is_shaded_between_its_ends_or_the_given_ones():
    table = [[0.25, 0.75]]
    ax = viz.heatmap(table, ["a"], ["x", "y"], xlabel="x", ylabel="y")
    assert words(ax) == ["0.25", "0.75"]
    np.testing.assert_allclose(ax.collections[0].get_facecolors()[:, 3], [0.6])
    ax = viz.heatmap(table, "a", "xy", xlabel="x", ylabel="y", limits=(0, 1), fmt=".0%")
    assert words(ax) == ["25%", "75%"]
    np.testing.assert_allclose(ax.collections[0].get_facecolors()[:, 3], [0.15, 0.45])


def test_confusions_are_counted_as_by_scikit_learn_and_only_mistakes_are_shaded():
    rng = np.random.default_rng(0)
    true, predicted = rng.integers(0, 4, (2, 60))
    ax = viz.confusion(true, predicted, "abcd")
    table = np.zeros((4, 4), int)
    for text in ax.texts:
        j, i = text.get_position()
        table[i, j] = int(text.get_text())
        assert (text.get_weight() == "bold") == (i == j)
    assert np.array_equal(table, confusion_matrix(true, predicted))
    centres = {tuple(p.vertices[:4].mean(axis=0)) for p in ax.collections[0].get_paths()}
    assert not centres & {(k, k) for k in range(4)}
    assert len(centres) == np.count_nonzero(table) - np.count_nonzero(np.diag(table))


def test_rates_are_per_cent_of_the_true_class():
    ax = viz.confusion([0, 0, 0, 1], [0, 0, 0, 0], "ab", rates=True)
    assert words(ax) == ["100", "100"]
    assert ax.get_xlabel() == "predicted (% of the true class)"


def test_a_matrix_is_orange_above_zero_blue_below_and_clear_at_zero():
    ax = draw("matrix")
    assert words(ax) == ["2", "−1", "0", "0.5"]
    above, below = (cells.get_facecolors() for cells in ax.collections)
    np.testing.assert_allclose(above, [rgba(viz.ORANGE, 0.6), rgba(viz.ORANGE, 0.15)])
    np.testing.assert_allclose(below, [rgba(viz.BLUE, 0.3)])


def test_a_matrix_of_fractions_is_written_exactly_and_a_vector_is_a_column():
    ax = viz.matrix(np.array([Fraction(1, 3), Fraction(-2, 7)], dtype=object))
    assert words(ax) == ["1/3", "−2/7"]
    assert [text.get_position() for text in ax.texts] == [(0, 0), (0, 1)]


@pytest.mark.parametrize(
    ("entry", "fmt", "text"),
    [(1234, "", "1,234"), (1 / 3, "", "0.333"), (-0.0, "", "0"), (-1.5, ".2f", "−1.50")],
)
def test_an_entry_is_written_in_three_digits_or_as_told(entry, fmt, text):
    assert words(viz.matrix([[entry]], fmt=fmt)) == [text]


def test_titles_wrap_where_they_are_wider_than_their_picture():
    titles = ["ankle boot\n→ sandal"] * 5
    assert words(viz.gallery(np.zeros((5, 4, 4)), titles))[0] == "ankle\nboot\n→ sandal"
    assert words(viz.gallery(np.zeros((2, 4, 4)), titles[:2]))[0] == "ankle boot\n→ sandal"


def test_a_large_matrix_is_a_picture_with_zero_in_the_middle():
    A = np.arange(-200.0, 200.0).reshape(20, 20)
    ax = viz.matrix(A)
    (image,) = ax.images
    assert np.array_equal(image.get_array(), A)
    assert image.get_clim() == (-200, 200)
    assert "grey 0" in ax.get_xlabel()


def test_attention_has_queries_as_rows_and_keys_as_columns():
    ax = draw("attention")
    assert [t.get_text() for t in ax.get_yticklabels()] == ["le", "chat", "dort"]
    assert [t.get_text() for t in ax.get_xticklabels()] == ["the", "cat"]
    assert words(ax) == ["50"] * 6


def test_much_attention_is_shaded_only_and_says_what_is_darkest():
    ax = viz.attention(np.eye(10) * 0.9, list("abcdefghij"), list("abcdefghij"))
    assert words(ax) == []
    np.testing.assert_allclose(ax.collections[0].get_facecolors(), [rgba(viz.BLUE, 1.0)] * 10)
    assert ax.get_xlabel() == "key (darkest: 90 %)"


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


# The plane.


def test_the_plane_draws_straight_rays_that_meet():
    weights = np.array([[2.0, 0.5], [-1.0, 1.5], [-0.5, -2.0]])
    ax = viz.plane(lambda x: x @ weights.T, extent=2)
    corners = [path.vertices for c in ax.collections for path in c.get_paths()]
    scores = np.sort(np.concatenate(corners) @ weights.T, axis=1)
    assert len(corners) == 2
    assert np.abs(scores[:, 2] - scores[:, 1]).max() < 0.05


def test_the_plane_of_a_class_that_never_leads_has_no_boundary():
    ax = viz.plane(lambda x: np.stack([0 * x[:, 0], 0 * x[:, 0] - 1], axis=1))
    assert len(ax.collections) == 0


def test_the_plane_draws_a_boundary_where_the_winner_changes():
    ax = viz.plane(lambda x: np.stack([x[:, 0], -x[:, 0]], axis=1), extent=2)
    (contour,) = ax.collections
    xs = np.concatenate([path.vertices[:, 0] for path in contour.get_paths()])
    assert np.abs(xs).max() < 0.02


def edges_of(ax):
    """Return the points of the lines between regions."""
    lines = [c for c in ax.collections if isinstance(c, mpl.contour.QuadContourSet)]
    paths = [path for c in lines if not c.filled for path in c.get_paths()]
    return np.concatenate([path.vertices for path in paths])


def test_regions_meet_where_the_classifier_changes_its_mind():
    ax = draw("regions")
    np.testing.assert_allclose(edges_of(ax).sum(axis=1), 2, atol=0.01)
    assert labels_of(ax) == ["low", "high"]
    marked = [c for c in ax.collections if isinstance(c, mpl.collections.PathCollection)]
    np.testing.assert_array_equal(marked[1].get_offsets(), POINTS[LABELS == 1])


def test_surer_regions_are_darker_and_scores_have_one_shade():
    def shades(classifier):
        ax = viz.regions(classifier, limits=((-9, 9), (-9, 9)))
        return len([c for c in ax.collections if getattr(c, "filled", False)])

    assert shades(sigmoid_of_the_sum) == 12
    assert shades(lambda x: np.log(sigmoid_of_the_sum(x))) == 2


@pytest.mark.parametrize(
    "classifier",
    [
        lambda x: x[:, 0] + x[:, 1] - 2,
        lambda x: (x[:, 0] + x[:, 1] > 2).astype(int),
        lambda x: torch.tensor(sigmoid_of_the_sum(x)),
        lambda x: Tensor(sigmoid_of_the_sum(x)),
        LogisticRegression(C=1e6).fit(POINTS, LABELS),
        KNeighborsClassifier(1).fit(POINTS, np.array(["low", "high"])[LABELS]),
    ],
    ids=["one score", "classes", "torch", "nnlib", "probabilities", "names"],
)
def test_regions_takes_any_kind_of_classifier(classifier):
    ax = viz.regions(classifier, limits=((0, 2), (0, 2)))
    np.testing.assert_allclose(edges_of(ax).sum(axis=1), 2, atol=0.06)


def test_an_estimator_gives_the_names_of_its_classes():
    names = np.array(["rat", "cat"])[LABELS]
    ax = viz.regions(KNeighborsClassifier(1).fit(POINTS, names), POINTS, names)
    assert labels_of(ax) == ["cat", "rat"]


def test_without_points_each_region_bears_its_name_inside():
    ax = viz.regions(lambda x: np.hypot(*x.T) - 2, names=["inside", "outside"])
    places = {text.get_text(): np.hypot(*text.get_position()) for text in ax.texts}
    assert places["inside"] < 1
    assert places["outside"] > 2


def test_vectors_have_their_tips_their_names_and_the_grid_of_the_matrix():
    ax = draw("vectors")
    assert words(ax) == ["u", "v", "u − v"]
    tips = [text.xy for text in ax.texts if not text.get_text()]
    np.testing.assert_array_equal(tips, [[2, 1], [1, 2], [2, 1]])
    grid = [line.get_xydata() for line in ax.get_lines() if line.get_alpha()]
    back = np.linalg.inv([[1, 1], [0, 1]])
    for line in grid:
        straight = np.ptp((back @ line.T), axis=1)
        assert straight.min() < 1e-9
    assert ax.get_aspect() == 1


# Landscapes.


def test_a_surface_has_paths_with_looks_of_their_own_and_bands_of_equal_area():
    ax = viz.surface(bowl, {"SGD": POINTS, "Adam": POINTS / 2}, levels=4)
    paths = [line for line in ax.get_lines() if line.get_label() in ("SGD", "Adam")]
    np.testing.assert_array_equal(paths[1].get_xydata(), POINTS / 2)
    assert paths[0].get_linestyle() != paths[1].get_linestyle()
    assert paths[0].get_marker() != paths[1].get_marker()
    filled = next(c for c in ax.collections if c.filled)
    heights = bowl(np.random.default_rng(0).uniform(-2, 2, (4000, 2)))
    np.testing.assert_allclose(np.histogram(heights, filled.levels)[0], 1000, atol=120)
    shades = filled.get_facecolors()[:, 3]
    assert (np.diff(shades) > 0).all()


def test_arrows_lead_from_each_place_to_the_next():
    ax = viz.surface(bowl, {"SGD": POINTS}, arrows=True)
    steps = [(text.xyann, text.xy) for text in ax.texts]
    np.testing.assert_array_equal(steps, list(pairwise(POINTS)))


def test_the_name_of_a_long_arrow_stays_inside_the_plane():
    ax = viz.plane(lambda x: x, arrows=[[0.5, 3.9], [-2, 0]], extent=4)
    places = {t.get_text(): t.get_position() for t in ax.texts}
    assert places["$w_{1}$"][1] < 4
    assert places["$w_{2}$"] == (-2.5, 0)


def test_a_flat_loss_is_drawn_without_contours():
    ax = viz.surface(lambda w: np.zeros(len(w)), {"SGD": POINTS})
    assert len(ax.collections) == 0


def test_steps_of_a_descent_lie_on_the_curve_and_are_numbered():
    ax = draw("descent")
    np.testing.assert_array_equal(ax.get_lines()[1].get_xydata(), [[2, 4], [1, 1], [0.5, 0.25]])
    assert words(ax) == ["0", "1", "2"]


def test_numbers_of_a_descent_that_would_lie_on_each_other_are_left_out():
    ax = viz.descent(lambda x: x**2, [2.0, 1.0, 0.99, 0.5, 0.49, -1.0])
    assert words(ax) == ["0", "1", "3", "5"]


# Layers and pictures.


def bars_of(stairs):
    values, edges, base = stairs.get_data()
    return (base - values) / 0.8, edges


def test_histograms_count_each_layer_on_one_axis():
    ax = draw("histograms", bins=4)
    fills = [p for p in ax.patches if p.get_fill()]
    first, edges = bars_of(fills[0])
    np.testing.assert_allclose(edges, [0, 1, 2, 3, 4])
    np.testing.assert_allclose(first, [0, 1, 1, 0])  # without the two zeros
    np.testing.assert_allclose(bars_of(fills[1])[0], [0, 0, 0, 1])
    assert [t.get_text() for t in ax.get_yticklabels()] == [
        "first\n50 % dead",
        "second\n0 % dead",
    ]
    assert words(ax) == ["50 % zero", "0 % zero"]


def test_histograms_count_zeros_unless_dead_units_are_asked_for():
    ax = viz.histograms({"a": [0.0, 0.0, 1.0]}, xlabel="activation", bins=2)
    bars, _ = bars_of(next(p for p in ax.patches if p.get_fill()))
    np.testing.assert_allclose(bars, [1, 0.5])
    assert words(ax) == []


def test_gradients_are_counted_by_size_and_saturation_is_told():
    ax = viz.histograms({"a": [0.0, -1e-4, 1.0]}, xlabel="size", log=True, saturated=0.5)
    _, edges = bars_of(next(p for p in ax.patches if p.get_fill()))
    np.testing.assert_allclose([edges[0], edges[-1]], [1e-4, 1])
    assert ax.get_xscale() == "log"
    assert [t.get_text() for t in ax.get_yticklabels()] == ["a\n33 % saturated"]


def test_a_gallery_draws_each_picture_sharply_with_its_title():
    ax = draw("gallery")
    pictures = CALLS["gallery"][0][0]
    for image, picture in zip(ax.images, pictures, strict=True):
        np.testing.assert_array_equal(image.get_array(), picture)
        assert image.get_interpolation() == "none"
        assert image.get_clim() == (0, 1)
    assert words(ax) == ["a", "b\nc", "<"]


def test_pictures_of_a_grid_do_not_overlap():
    ax = viz.gallery(np.zeros((7, 4, 4)), list("abcdefg"), columns=3)
    boxes = [image.get_extent() for image in ax.images]
    lefts = [round(box[0], 2) for box in boxes]
    assert lefts == [0, 4.4, 8.8, 0, 4.4, 8.8, 0]
    for k, (_, right, bottom, _) in enumerate(boxes):
        assert k % 3 == 2 or k == 6 or boxes[k + 1][0] > right
        assert k > 3 or boxes[k + 3][3] > bottom


def test_what_is_drawn_on_a_gallery_afterwards_is_shown():
    ax = viz.gallery(np.zeros((2, 4, 4)))
    assert "<svg" not in viz.show(ax, alt="Two.", name="two")._repr_html_()
    ax.plot([0, 4], [0, 4])
    html = viz.show(ax, alt="Two, one crossed out.", name="two")._repr_html_()
    assert "<svg" in html
    assert "nn-gallery" not in html


def test_a_figure_of_pyplot_is_shown_once_by_a_notebook():
    from matplotlib import pyplot as plt

    figure, other = plt.figure(), plt.figure()
    figure.gca().plot([0, 1])
    viz.show(figure, alt="A line.", name="once")
    assert plt.get_fignums() == [other.number]
    assert "<svg" in viz.show(figure, alt="A line.", name="once")._repr_html_()
    plt.close(other)


def test_a_gallery_takes_colours():
    pictures = np.zeros((1, 2, 2, 3))
    pictures[..., 0] = 1
    (image,) = viz.gallery(pictures).images
    np.testing.assert_array_equal(image.get_array(), pictures[0])


@pytest.mark.parametrize("shape", [(2, 9), (2, 3, 3), (2, 1, 3, 3)])
def test_images_takes_examples_in_any_shape(shape):
    X = np.linspace(0, 1, 18).reshape(shape)
    ax = viz.images(X)
    np.testing.assert_array_equal(ax.images[1].get_array(), X[1].reshape(3, 3))
    assert words(ax) == []


def test_images_puts_colours_last_and_takes_a_shape():
    X = np.linspace(0, 1, 2 * 3 * 2 * 4).reshape(2, 3, 2, 4)
    for ax in (viz.images(X), viz.images(X.reshape(2, -1), shape=(3, 2, 4))):
        np.testing.assert_array_equal(ax.images[0].get_array(), np.moveaxis(X[0], 0, -1))


def test_images_names_the_class_and_a_prediction_that_differs():
    assert words(draw("images")) == ["shirt", "shoe\n→ shirt"]
    assert words(viz.images(np.zeros((2, 4)), [1, 3])) == ["class 1", "class 3"]


def test_filters_of_one_channel_are_signed_and_of_three_are_colours():
    conv = nn.Conv2d(1, 3, 5)
    ax = viz.filters(conv.weight)
    np.testing.assert_array_equal(ax.images[2].get_array(), conv.weight.detach().numpy()[2, 0])
    low, high = ax.images[0].get_clim()
    assert low == -high < 0
    ax = viz.filters(np.array([1.0, 0.0, -1.0]).reshape(1, 3, 1, 1))
    assert ax.images[0].get_array().tolist() == [[[1.0, 0.5, 0.0]]]


def test_filters_of_more_channels_have_a_row_each():
    ax = viz.filters(np.ones((2, 4, 3, 3)))
    tops = [image.get_extent()[3] for image in ax.images[:8]]
    assert len(set(tops[:4])) == len(set(tops[4:])) == 1
    assert tops[4] > tops[3]


def test_feature_maps_share_one_scale_from_zero_or_around_it():
    ax = draw("feature_maps")
    assert {image.get_clim() for image in ax.images} == {(0, 3)}
    ax = viz.feature_maps(torch.tensor([[[[1.0, -2.0, -2.0]]]], requires_grad=True))
    assert ax.images[0].get_clim() == (-2, 2)


def test_a_history_of_another_making_is_taken_by_its_lists():
    run = SimpleNamespace(train_loss=[2.0, 1.0])
    assert list(viz.curves({"run": [run]}, ylabel="loss").get_lines()[0].get_ydata()) == [2, 1]
