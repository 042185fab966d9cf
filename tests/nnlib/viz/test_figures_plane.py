"""Regions, vectors and landscapes in the plane say what their numbers say."""

from itertools import pairwise

import matplotlib as mpl
import numpy as np
import pytest
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier

from nnlib import Tensor, viz
from tests.nnlib.viz.calls import LABELS, POINTS, bowl, draw, sigmoid_of_the_sum
from tests.nnlib.viz.reading import labels_of, words

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
    distances = {text.get_text(): np.hypot(*text.get_position()) for text in ax.texts}
    assert distances["inside"] < 1
    assert distances["outside"] > 2


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
    positions = {t.get_text(): t.get_position() for t in ax.texts}
    assert positions["$w_{1}$"][1] < 4
    assert positions["$w_{2}$"] == (-2.5, 0)


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
