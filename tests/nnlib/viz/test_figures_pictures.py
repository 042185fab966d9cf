"""Tables, layers and images show the numbers that they are drawn from."""

from fractions import Fraction

import numpy as np

from nnlib import nn, viz
from tests.nnlib.harness import Late, naming
from tests.nnlib.viz.calls import CALLS, draw
from tests.nnlib.viz.reading import words

mpl, metrics = Late("matplotlib"), Late("sklearn.metrics")


def rgba(colour, alpha):
    return mpl.colors.to_rgba(colour, alpha)


# Tables.


def test_a_larger_count_is_darker_and_a_zero_empty():
    ax = draw("heatmap")
    assert words(ax) == ["3", "1", "2"]
    (cells,) = ax.collections
    alphas = cells.get_facecolors()[:, 3]
    np.testing.assert_allclose(alphas, [0.6, 0.2, 0.4])
    assert [t.get_text() for t in ax.get_xticklabels()] == ["day", "night"]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("when", "who")


def test_confusions_are_counted_as_by_scikit_learn_and_only_mistakes_are_shaded():
    rng = np.random.default_rng(0)
    true, predicted = rng.integers(0, 4, (2, 60))
    ax = viz.confusion(true, predicted, "abcd")
    table = np.zeros((4, 4), int)
    for text in ax.texts:
        j, i = text.get_position()
        table[i, j] = int(text.get_text())
        assert (text.get_weight() == "bold") == (i == j)
    assert np.array_equal(table, metrics.confusion_matrix(true, predicted))
    centres = {tuple(p.vertices[:4].mean(axis=0)) for p in ax.collections[0].get_paths()}
    assert not centres & {(k, k) for k in range(4)}
    assert len(centres) == np.count_nonzero(table) - np.count_nonzero(np.diag(table))


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


def test_attention_has_queries_as_rows_and_keys_as_columns():
    ax = draw("attention")
    assert [t.get_text() for t in ax.get_yticklabels()] == ["le", "chat", "dort"]
    assert [t.get_text() for t in ax.get_xticklabels()] == ["the", "cat"]
    assert words(ax) == ["50"] * 6


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


def test_images_takes_examples_in_any_shape():
    for shape in [(2, 9), (2, 3, 3), (2, 1, 3, 3)]:
        with naming(shape):
            X = np.linspace(0, 1, 18).reshape(shape)
            ax = viz.images(X)
            np.testing.assert_array_equal(ax.images[1].get_array(), X[1].reshape(3, 3))
            assert words(ax) == []


def test_images_puts_colours_last_and_takes_a_shape():
    X = np.linspace(0, 1, 2 * 3 * 2 * 4).reshape(2, 3, 2, 4)
    for ax in (viz.images(X), viz.images(X.reshape(2, -1), shape=(3, 2, 4))):
        np.testing.assert_array_equal(ax.images[0].get_array(), np.moveaxis(X[0], 0, -1))


def test_filters_of_one_channel_are_signed_and_of_three_are_colours():
    conv = nn.Conv2d(1, 3, 5)
    ax = viz.filters(conv.weight)
    np.testing.assert_array_equal(ax.images[2].get_array(), conv.weight.detach().numpy()[2, 0])
    low, high = ax.images[0].get_clim()
    assert low == -high < 0
    ax = viz.filters(np.array([1.0, 0.0, -1.0]).reshape(1, 3, 1, 1))
    assert ax.images[0].get_array().tolist() == [[[1.0, 0.5, 0.0]]]
