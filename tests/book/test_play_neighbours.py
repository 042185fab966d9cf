"""The figure of voting neighbours: its regions, votes and distances against nnlib's."""

import re

import numpy as np
import pytest

from nnlib.classifiers import KNeighborsClassifier, distances
from nnlib.datasets import penguins

pytestmark = [pytest.mark.browser, pytest.mark.deep(5)]

NAMES = ["Adelie", "Chinstrap", "Gentoo"]
NORMS = {"L1": 1, "L2": 2, "max": np.inf}
ACROSS, UP, QUERY = [-2.4, 2.4], [-2.2, 2.6], (0.25, 0.45)  # ranges and start, as on the figure
FACTS = ("votes", "distance to the last voter", "misclassified by the others")
ELEMENT = "neighbours"


def birds():
    """Return every fifth bird: bill depth and mass in standard deviations, as on the figure."""
    train = penguins()[0]
    Z = train.X[:, [1, 3]]
    Z = (Z - Z.mean(axis=0)) / Z.std(axis=0)
    return Z[::5].round(3), train.y[::5]


def data(**start):
    X, y = birds()
    shown = {"names": NAMES, "points": X.tolist(), "labels": y.tolist(), "x": ACROSS, "y": UP}
    rest = {"k": 1, "query": QUERY, "distance": 1, "xlabel": "x", "ylabel": "y"}
    return shown | rest | start


def readout(figure):
    """Return the facts, the sentence, and the regions (rows, columns), the top row first."""
    facts = dict(zip(FACTS, figure.texts(), strict=True))
    found = figure.page.evaluate(
        "() => { const r = document.querySelector('nn-neighbours').regions;"
        "return [r.rows, r.columns, Array.from(r.of)]; }"
    )
    return facts, figure.sentence(), np.reshape(found[2], found[:2])


def put(figure, k=None, distance=None):
    """Set k by the slider and the distance by its button."""
    if k is not None:
        figure.slide(0, k)
    if distance is not None:
        figure.press(distance)


def middles(rows, columns):
    """Return the centres of the cells, as the script computes them."""
    a = ACROSS[0] + (np.arange(columns) + 0.5) * 0.05
    b = UP[1] - (np.arange(rows) + 0.5) * 0.05
    return np.stack(np.meshgrid(a, b), axis=-1).reshape(-1, 2)


def check(figure, X, y, k, distance, query=QUERY):
    """Assert that everything that the figure shows is what nnlib computes."""
    facts, sentence, regions = readout(figure)
    p = NORMS[distance]
    model = KNeighborsClassifier(min(k, len(X)), p=p).fit(X, y)
    expected = model.predict(middles(*regions.shape)).reshape(regions.shape)
    assert (regions == expected).all()
    answer = NAMES[model.predict([query])[0]]
    assert re.search(rf"\b(say|says) {answer}\b", sentence)
    d = np.sort(distances(np.array([query]), X, metric="minkowski", p=p)[0])
    assert facts[FACTS[1]] == f"{d[min(k, len(X)) - 1]:.2f}"
    votes = dict(word.rsplit(" ", 1) for word in facts[FACTS[0]].split(", "))
    near = y[model.kneighbors([query], return_distance=False)[0]]
    assert votes == {NAMES[c]: str((near == c).sum()) for c in set(near)}
    others = model.kneighbors(n_neighbors=min(k, len(X) - 1), return_distance=False)
    wrong = sum(
        np.bincount(y[row], minlength=3).argmax() != t for row, t in zip(others, y, strict=True)
    )
    assert facts[FACTS[2]] == f"{wrong} of {len(X)}"


@pytest.mark.parametrize("distance", NORMS)
@pytest.mark.parametrize("k", [1, 2, 5, 15])
def test_regions_votes_and_distances_are_nnlibs(open_figure, k, distance):
    figure = open_figure()
    put(figure, k, distance)
    check(figure, *birds(), k, distance)


def test_the_numbers_of_the_page(open_figure):
    figure = open_figure()
    assert readout(figure)[0][FACTS[2]] == "18 of 55"
    put(figure, k=7)
    assert readout(figure)[0][FACTS[2]] == "10 of 55"


def test_points_are_kept_by_keys_and_by_clicks_and_taken_back(open_figure):
    figure = open_figure()
    X, y = birds()
    figure.get_by_role("radio", name="Gentoo").check()
    handle = figure.locator(".nn-point")
    for _ in range(2):
        handle.press("Shift+ArrowLeft")
    handle.press("ArrowUp")
    handle.press("Enter")
    X, y = np.vstack([X, [-0.25, 0.5]]), np.append(y, 2)
    check(figure, X, y, 1, "L2", query=(-0.25, 0.5))
    box = figure.locator(".nn-plot").bounding_box()
    figure.page.mouse.click(box["x"] + 0.3 * box["width"], box["y"] + 0.3 * box["height"])
    facts, _, _ = readout(figure)
    assert facts[FACTS[2]].endswith(f"of {len(X) + 1}")
    figure.press("undo")
    check(figure, X, y, 1, "L2", query=(-0.25, 0.5))
    figure.press("reset")
    check(figure, *birds(), 1, "L2")


def test_a_click_keeps_a_point_where_it_was(open_figure):
    figure = open_figure()
    figure.press("remove all")
    assert "nothing can vote" in readout(figure)[1]
    figure.get_by_role("radio", name="Chinstrap").check()
    handle = figure.locator(".nn-point").bounding_box()
    figure.page.mouse.click(
        handle["x"] + handle["width"] / 2 + 60, handle["y"] + handle["height"] / 2
    )
    facts, sentence, regions = readout(figure)
    assert facts[FACTS[0]] == "Chinstrap 1"
    assert "says Chinstrap" in sentence
    assert (regions == 1).all()
    assert facts[FACTS[2]] == "–"
    unit = (
        figure.page.evaluate("() => document.querySelector('.nn-plot').getScreenCTM().a")
        * 270
        / 4.8
    )
    assert abs(float(facts[FACTS[1]]) - 60 / unit) < 0.04


def test_dragging_moves_the_query_and_keeps_nothing(open_figure):
    figure = open_figure()
    X, y = birds()
    handle = figure.locator(".nn-point").bounding_box()
    start = [handle["x"] + handle["width"] / 2, handle["y"] + handle["height"] / 2]
    figure.page.mouse.move(*start)
    figure.page.mouse.down()
    figure.page.mouse.move(start[0] - 80, start[1] + 30, steps=4)
    figure.page.mouse.up()
    facts, _, _ = readout(figure)
    assert facts[FACTS[2]].endswith(f"of {len(X)}")
    spot = figure.locator(".nn-point").get_attribute("aria-valuetext").replace("−", "-")
    check(figure, X, y, 1, "L2", query=tuple(map(float, spot.split(", "))))


def test_ties_go_to_the_smallest_label_and_are_told(open_figure):
    X, y = [[-1.0, 0.0], [1.0, 0.0]], [2, 0]
    figure = open_figure(points=X, labels=y, query=[-0.5, 0.5], k=2)
    _, sentence, regions = readout(figure)
    assert sentence == "The 2 nearest say Adelie, the first of those with equal votes."
    assert (regions == 0).all()
    put(figure, k=15)
    assert readout(figure)[1].startswith("The 2 nearest")
