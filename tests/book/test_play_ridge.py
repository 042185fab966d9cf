"""The ridge that is moved and turned: hits, chances, patterns, throws and handles."""

import numpy as np
import pytest

pytestmark = [pytest.mark.browser, pytest.mark.deep(5)]

ELEMENT = "ridge"
ROW, COLUMN = np.divmod(np.arange(9), 3)
GRID = (np.column_stack([ROW, COLUMN]) + 0.5) / 3
TILTED = (np.column_stack([3 * ROW + COLUMN, 3 * COLUMN + 2 - ROW]) + 0.5) / 9
THROWS = [np.random.default_rng(seed).random((9, 2)).round(4) for seed in (3, 8)]
WIDTH = 0.05
PLACES = np.random.default_rng(0).random((20_000, 2))


def found(points, angle):
    """Return the share of places of a ridge at which it holds one of the points."""
    across = np.array([-np.sin(np.radians(angle)), np.cos(np.radians(angle))])
    far = np.abs((PLACES @ across)[:, None] - points @ across)
    return float((far.min(axis=1) < WIDTH / 2).mean())


def inside(points, place, angle):
    across = np.array([-np.sin(np.radians(angle)), np.cos(np.radians(angle))])
    return int((np.abs((points - place) @ across) <= WIDTH / 2).sum())


def data(**changed):
    return {
        "patterns": [
            {"name": "grid", "points": GRID.tolist()},
            {"name": "tilted grid", "points": TILTED.tolist()},
        ],
        "throws": [throw.tolist() for throw in THROWS],
        "width": WIDTH,
        "place": [0.3, 0.45],
        "angle": 90,
        "known": [],
    } | changed


@pytest.fixture
def figure(open_figure):
    return open_figure()


def check(figure, place, angle, points, name, throw=0):
    """Assert that the figure tells the hits and the chance of this pattern."""
    said = figure.sentence()
    assert said.startswith(f"Ridge at {angle}°: ")
    assert f"holds {inside(points, place, angle)} of 9 squares ({name})" in said
    assert f"and {inside(THROWS[throw], place, angle)} of 9 circles (random search)" in said
    chance = float(said.split(f"the {name} finds it with a chance of ")[1].split("%")[0])
    assert chance / 100 == pytest.approx(found(points, angle), abs=0.02)


def test_it_starts_as_the_page_says(figure):
    check(figure, [0.3, 0.45], 90, GRID, "grid")


def test_its_chances_are_those_of_many_random_places(figure):
    for angle in (85, 80, 75):
        figure.get_by_role("slider", name="direction in degrees").press("Shift+ArrowLeft")
        check(figure, [0.3, 0.45], angle, GRID, "grid")


def test_random_search_is_as_lucky_as_many_draws(figure):
    drawn = np.random.default_rng(1).random((20_000, 9, 2))
    hits = np.abs(drawn[..., 0] - PLACES[:, :1]).min(axis=1) < WIDTH / 2
    said = figure.sentence()
    assert float(said.split("random search with ")[1].split("%")[0]) / 100 == pytest.approx(
        hits.mean(), abs=0.015
    )


def exact(points):
    """Return the chance for a ridge at 0 degrees: points by height, none near the border."""
    heights = np.unique(points[:, 1].round(9))
    return len(heights) * WIDTH


def exact_luck(n=9, pieces=200_000):
    """Return the chance of n random points for a ridge at 0 degrees, which the border cuts."""
    t = (np.arange(pieces) + 0.5) / pieces
    share = np.minimum(t + WIDTH / 2, 1) - np.maximum(t - WIDTH / 2, 0)
    return float((1 - (1 - share) ** n).mean())


KNOWN = {"angle": 0, "patterns": [exact(GRID), exact(TILTED)], "dice": exact_luck()}


def test_it_agrees_with_the_chances_at_an_axis(open_figure):
    assert open_figure(known=[KNOWN]).evaluate("e => e.agrees()") is True


@pytest.mark.parametrize("change", [{"patterns": [0.15, 0.4]}, {"dice": 0.5}])
def test_a_script_that_computes_something_else_is_noticed(open_figure, change):
    assert open_figure(known=[KNOWN | change]).evaluate("e => e.agrees()") is False


def test_a_button_shows_the_tilted_grid_and_another_draws_again(figure):
    figure.press("tilted grid")
    check(figure, [0.3, 0.45], 90, TILTED, "tilted grid")
    figure.press("draw again")
    check(figure, [0.3, 0.45], 90, TILTED, "tilted grid", throw=1)
    figure.press("draw again")
    check(figure, [0.3, 0.45], 90, TILTED, "tilted grid")


def test_the_place_is_moved_by_keyboard_and_stays_inside(figure):
    middle = figure.get_by_role("slider", name="place of the ridge")
    middle.press("Shift+ArrowLeft")
    check(figure, [0.2, 0.45], 90, GRID, "grid")
    for _ in range(5):
        middle.press("Shift+ArrowLeft")
    check(figure, [0.1, 0.45], 90, GRID, "grid")


def test_the_ridge_is_turned_by_its_handle(figure):
    figure.get_by_role("slider", name="direction of the ridge").press("Shift+ArrowRight")
    turned = round(float(np.degrees(np.arctan2(0.2, 0.1))))
    said = figure.sentence()
    assert said.startswith(f"Ridge at {turned}°")
    dial = figure.get_by_role("slider", name="direction in degrees")
    assert dial.get_attribute("aria-valuetext") == f"{turned}°"
