"""Regions, vectors and landscapes show the numbers that they are drawn from."""

from itertools import pairwise

import numpy as np
import pytest
import torch

from nnlib import tensor, viz
from tests.nnlib.harness import Late, naming
from tests.nnlib.viz.calls import LABELS, POINTS, bowl, draw, sigmoid_of_the_sum
from tests.nnlib.viz.reading import labels_of, words

mpl = Late("matplotlib")
linear_model, neighbors = Late("sklearn.linear_model"), Late("sklearn.neighbors")

# The plane.


def test_the_plane_draws_straight_rays_that_meet():
    weights = np.array([[2.0, 0.5], [-1.0, 1.5], [-0.5, -2.0]])
    ax = viz.plane(lambda x: x @ weights.T, extent=2)
    corners = [path.vertices for c in ax.collections for path in c.get_paths()]
    scores = np.sort(np.concatenate(corners) @ weights.T, axis=1)
    assert len(corners) == 2
    assert np.abs(scores[:, 2] - scores[:, 1]).max() < 0.05


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


def test_regions_takes_any_kind_of_classifier():
    for classifier in [
        lambda x: x[:, 0] + x[:, 1] - 2,
        lambda x: (x[:, 0] + x[:, 1] > 2).astype(int),
        lambda x: torch.tensor(sigmoid_of_the_sum(x)),
        lambda x: tensor(sigmoid_of_the_sum(x)),
        linear_model.LogisticRegression(C=1e6).fit(POINTS, LABELS),
        neighbors.KNeighborsClassifier(1).fit(POINTS, np.array(["low", "high"])[LABELS]),
    ]:
        with naming(classifier):
            ax = viz.regions(classifier, limits=((0, 2), (0, 2)))
            np.testing.assert_allclose(edges_of(ax).sum(axis=1), 2, atol=0.06)


def test_regions_takes_names_and_labels_from_the_classes_of_an_estimator():
    classifier = neighbors.KNeighborsClassifier(1).fit(POINTS, np.array([3, 5])[LABELS])
    assert set(words(viz.regions(classifier, limits=((0, 2), (0, 2))))) == {"3", "5"}
    assert labels_of(viz.regions(classifier, POINTS, 3 + 2 * LABELS)) == ["3", "5"]
    with pytest.raises(ValueError, match=r"labels from classes_ = \[3 5\], got"):
        viz.regions(classifier, POINTS, LABELS)


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


def test_a_surface_has_paths_in_different_styles_and_bands_of_equal_area():
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


def test_steps_of_a_descent_are_on_the_curve_and_are_numbered():
    ax = draw("descent")
    np.testing.assert_array_equal(ax.get_lines()[1].get_xydata(), [[2, 4], [1, 1], [0.5, 0.25]])
    assert words(ax) == ["0", "1", "2"]
