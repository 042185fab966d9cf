"""Tasks of moving figures: not ticked at the start, and ticked when they have been done."""

import re

import pytest
from figure import SET, Figure

pytestmark = pytest.mark.browser

# By page and figure, moves that do the task: "press NAME", "NAME = VALUE" for a slider or a
# field, and "NAME: KEY n" for n presses of a key on a handle.
MOVES = {
    "maths/vectors": {
        "vectors": [
            "tip of v: ArrowRight 5",
            "tip of v: ArrowDown 40",
            "tip of v: ArrowLeft 55",
        ],
    },
    "maths/matrices": {
        "linear-map": ["press 2 1 1 1", "where (0, 1) goes: ArrowRight 10"],
    },
    "maths/numpy-matplotlib": {
        "broadcast": ["shape of a = (3, 1, 5)", "shape of b = (4, 1)"],
    },
    "maths/linear-systems": {
        "equations": [
            "left square of line 2: ArrowUp 25",
            "left square of line 2: ArrowUp 5",
            "right square of line 2: ArrowUp 5",
        ],
    },
    "maths/probability": {"people": ["specificity = 80", "specificity = 74.6"]},
    "classifiers/softmax": {"softmax": ["score of trouser: ArrowUp 100"]},
    "cnn/detection": {
        "boxes": [
            "predicted box: ArrowUp 9",
            "predicted box: ArrowRight 8",
            "predicted box: ArrowRight 4",
        ],
    },
    "cnn/layers": {"volumes": ["kernel = 3", "kernel = 5", "stride = 2"]},
    "optimization/momentum": {"race": ["learning rates × = 0.5", "press round bowl"]},
    "backprop/finding-folds": {
        "folds": [
            "hidden layers = 6",
            "hidden layers = 3",
            "units in each layer = 4",
        ],
    },
}
MOVE = re.compile(
    r"press (?P<press>.+)|(?P<name>.+?)(?: = (?P<value>.+)|: (?P<key>\S+) (?P<n>\d+))"
)
DONE = "goal => goal.matches('.nn-done')"
BELOW = """(figure) => [...document.querySelectorAll("nn-goal")].findLast(goal =>
  goal.compareDocumentPosition(figure) & Node.DOCUMENT_POSITION_FOLLOWING)"""
PAUSE = 700  # milliseconds in which a goal looks at a figure twice


def move(figure: Figure, text: str, pause: int = PAUSE) -> None:
    """Make a move in a figure, and wait until a goal has seen it."""
    found = MOVE.fullmatch(text)
    if found["press"]:
        named = figure.get_by_role("button", name=found["press"], exact=True)
        named.or_(figure.get_by_role("radio", name=found["press"], exact=True)).or_(
            figure.get_by_role("checkbox", name=found["press"], exact=True)
        ).first.evaluate("e => { e.focus(); e.click(); }")
    elif found["key"]:
        handle = figure.locator(f'[aria-label="{found["name"]}"]').first
        for _ in range(int(found["n"])):
            handle.press(found["key"])
    else:
        field = figure.get_by_label(found["name"], exact=True).first
        if field.get_attribute("type") == "range":
            field.evaluate(SET, found["value"])
        else:
            field.fill(found["value"])
    figure.page.wait_for_timeout(pause)


@pytest.mark.parametrize("page", MOVES)
def test_a_task_is_ticked_when_it_is_done_and_not_before(open_visit, address, page):
    visited = open_visit(address, f"chapters/{page}.html")
    for name, moves in MOVES[page].items():
        figure = Figure(visited.page.locator(f"nn-{name}").first)
        goal = figure.evaluate_handle(BELOW).as_element()
        figure.element.hover()
        visited.page.wait_for_timeout(PAUSE)
        for text in moves:
            assert not goal.evaluate(DONE), (name, f"ticked before {text}")
            move(figure, text)
        visited.page.wait_for_function(DONE, arg=goal)
        assert goal.inner_text() == "Done"
        assert goal.get_attribute("role") == "status"
    assert visited.errors == []
