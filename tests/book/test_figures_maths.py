"""Figures of the mathematics pages: what they compute is what NumPy and nnlib compute."""

import ast
import re
from fractions import Fraction

import numpy as np
import pytest

from nnlib import linalg
from nnlib.datasets import photographs
from nnlib.probability import diagnostic_test

pytestmark = pytest.mark.browser


# shapes that broadcast
SHAPES = (
    ((3, 1), (4,)),
    ((3, 4), (4,)),
    ((3, 4), (3,)),
    ((3,), (3, 1)),
    ((), (2, 2)),
    ((1000, 1, 784), (1000, 784)),
    ((5, 0), (1,)),
    ((0,), (3,)),
    ((8, 1, 6, 1), (7, 1, 5)),
)


@pytest.mark.slow
def test_shapes_broadcast_as_numpy_says(book_figure):
    figure = book_figure("broadcast")
    for shapes in SHAPES:
        for field, shape in zip(figure.locator("input").all(), shapes, strict=True):
            field.fill(str(shape))
        message = figure.sentence()
        try:
            shape = np.broadcast_shapes(*shapes)
        except ValueError:
            with pytest.raises(ValueError, match="broadcast") as refused:
                np.zeros(shapes[0]) + np.zeros(shapes[1])
            assert message.startswith(f"ValueError: {str(refused.value).strip()}. In axis")
        else:
            count = f"{np.prod(shape):,.0f} number"
            assert message.startswith(f"The result has the shape {shape}: {count}")


# a vector that is turned
TURN = "direction of x"
WHOLE_TURN = """slider => {
  for (let degrees = 0; degrees <= 360; degrees++) {
    slider.value = degrees;
    slider.dispatchEvent(new Event("input"));
    nn.flush();
  }
}"""
MATRICES = {"stretch": [[6, 2], [2, 3]], "mirror": [[0, 1], [1, 0]], "shear": [[1, 1], [0, 1]]}


@pytest.mark.slow
def test_a_whole_turn_finds_the_eigenvalues_and_each_place_its_facts(book_figure):
    figure = book_figure("eigen")
    for degrees in (0, 45, 70, 200):
        figure.slide(TURN, degrees)
        x = np.array([np.cos(np.radians(degrees)), np.sin(np.radians(degrees))])
        y = np.array(MATRICES["stretch"]) @ x
        angle = np.degrees(linalg.angle(x, y)) * np.sign(x[0] * y[1] - x[1] * y[0])
        facts = {k: v.replace("−", "-").strip("°") for k, v in figure.facts().items()}
        assert float(facts["angle to A x"]) == pytest.approx(angle, abs=0.051)
        assert float(facts["length of A x"]) == pytest.approx(np.linalg.norm(y), abs=0.0051)
        assert ast.literal_eval(facts["A x"]) == pytest.approx(tuple(y), abs=0.0051)
    for name, matrix in MATRICES.items():
        figure.press(name)
        figure.get_by_label(TURN, exact=True).evaluate(WHOLE_TURN)
        result = figure.facts()["eigenvalues found"].replace("−", "-").split(" and ")
        expected = np.unique(linalg.eigvals(matrix).round(6))
        assert sorted(map(float, result)) == pytest.approx(sorted(expected)), name


# two equations
TERM = re.compile(r"(−?)\s*([\d.]*)\s*x([₁₂])")


def row(text):
    """Return the coefficients and the right-hand side of an equation that the figure writes."""
    left, right = text.split("=")
    results = [0.0, 0.0, float(right.replace("−", "-"))]
    for sign, size, which in TERM.findall(left):
        results["₁₂".index(which)] = (-1 if sign else 1) * float(size or 1)
    return results


@pytest.mark.slow
def test_rows_and_solutions_match_elimination(book_figure):
    figure = book_figure("eliminate")
    for system in figure.data["systems"]:
        figure.press(system["name"])
        r, s = ([Fraction(str(v)) for v in line] for line in system["rows"])
        solutions = linalg.solution_set([r[:2], s[:2]], [r[2], s[2]], exact=True)
        for part in ("0", "0.5", "1"):
            figure.slide("fraction of x₁ eliminated", part)
            facts = figure.facts()
            t = Fraction(part) * s[0] / r[0]
            now = [b - t * a for a, b in zip(r, s, strict=True)]
            np.testing.assert_allclose(row(facts["row 2"]), np.array(now, float), atol=0.005)
            if not solutions.consistent:
                assert facts["solution"] == "none"
            elif solutions.free:
                assert facts["solution"] == "all of line 1"
            else:
                shown = [float(v) for v in facts["solution"].strip("()").split(", ")]
                expected = solutions.at().astype(float)
                np.testing.assert_allclose(shown, expected, atol=0.005)


def decimals(text):
    """Return the numbers of a text that contain a decimal point."""
    return [float(n.replace("−", "-")) for n in re.findall(r"−?\d+\.\d+", text)]


TOTALS = ("your total", "the other total")


@pytest.mark.slow
def test_totals_match_the_prices_and_are_correct_only_on_the_line(book_figure):
    figure = book_figure("equations")
    point = figure.locator(".nn-point[aria-label='the two prices']")
    for system in figure.data["systems"]:
        A, b = np.array(system["A"]), np.array(system["b"])
        figure.press(system["name"])
        for keys in ((), ["Shift+ArrowLeft"] * 3, ["Shift+ArrowUp", "ArrowRight"]):
            for key in keys:
                point.press(key)
            texts = [figure.facts()[total] for total in TOTALS]
            prices = decimals(point.get_attribute("aria-valuetext"))[:2]
            shown = [decimals(text)[0] for text in texts]
            np.testing.assert_allclose(shown, A @ prices, atol=0.005)
            right = [abs(d) < 0.005 for d in A @ prices - b]
            assert ["as on" in text for text in texts] == right
            assert ("arrows end at b" in figure.sentence()) == all(right)


@pytest.mark.slow
def test_the_second_line_can_be_dragged_to_every_number_of_solutions(book_figure):
    figure = book_figure("equations")
    left, right = (
        figure.locator(f".nn-point[aria-label='{side} square of line 2']")
        for side in ("left", "right")
    )
    places = figure.data["grips"]
    systems = {"Cem": "one", "Ann": "infinitely many", "Ben": "none"}
    assert [system["name"] for system in figure.data["systems"]] == list(systems)
    for name, expected in systems.items():
        figure.press(name)
        assert figure.facts()["solutions"].startswith(expected)
    figure.press("Cem")  # line 2 falls by 2.5 between the squares, and your line by 5
    for square, key, times, expected in (
        (right, "ArrowDown", 4, "one"),
        (left, "ArrowUp", 1, "none"),
        (left, "ArrowUp", 5, "one"),
        (right, "ArrowUp", 5, "infinitely many"),
    ):
        for _ in range(times):
            square.press(f"Shift+{key}")
        heights = [float(square.get_attribute("aria-valuetext")) for square in (left, right)]
        assert figure.facts()["solutions"].startswith(expected)
        coffees, cakes, total = row(figure.facts()["line 2"])
        on_line = [(total - coffees * place) / cakes for place in places]
        np.testing.assert_allclose(on_line, heights, atol=0.02)


# a photograph under a matrix
# Where the middle and the four corners of the picture lie, in units of the plane.
POSITIONS = """
figure => {
  nn.flush();
  const picture = figure.querySelector("image"), plane = figure.querySelector(".nn-plane");
  const box = plane.viewBox.baseVal, half = picture.width.baseVal.value / 2;
  const there = plane.getScreenCTM().inverse().multiply(picture.getScreenCTM());
  return [[0, 0], [1, 1], [1, -1], [-1, 1], [-1, -1]].map(([x, y]) => {
    const p = new DOMPoint(x * half, -y * half).matrixTransform(there);  // y grows downwards
    return [(p.x - box.width / 2) * 6 / box.width, (box.height / 2 - p.y) * 6 / box.height];
  });
}
"""


def moved(a, b, c, d):
    corners = [(0, 0), (1, 1), (1, -1), (-1, 1), (-1, -1)]
    return [pytest.approx([a * x + b * y, c * x + d * y], abs=0.01) for x, y in corners]


def test_the_photograph_goes_where_the_matrix_takes_it(book_figure):
    figure = book_figure("linear-map")
    assert figure.evaluate(POSITIONS) == moved(1, 0, 0, 1)
    for k, entry in enumerate(("0.5", "-1.5", "2", "0.25")):
        figure.locator("input").nth(k).fill(entry)
    assert figure.evaluate(POSITIONS) == moved(0.5, -1.5, 2, 0.25)
    assert figure.facts()["determinant"] == "3.13"  # 0.125 + 3
    figure.press("(2 1; 1 1)")
    second = figure.locator(".nn-point").nth(1)
    second.press("ArrowUp")
    second.press("Shift+ArrowLeft")
    assert figure.evaluate(POSITIONS) == moved(2, 0.5, 1, 1.1)
    figure.press("mirror")
    assert figure.evaluate(POSITIONS) == moved(-1, 0, 0, 1)
    assert figure.facts()["orientation"] == "swapped"
    for k, entry in enumerate(("2", "1", "1", "0.5")):
        figure.locator("input").nth(k).fill(entry)
    assert figure.evaluate(POSITIONS) == moved(2, 1, 1, 0.5)
    assert figure.facts()["rank"] == "1"


# a photograph as a sum
SENTENCE = re.compile(r"Rank (\d+): ([\d,]+) of 16,384 bytes \((\d+)%\), .* ([\d.]+) of 255")
RED = """canvas => {
  const {width, height} = canvas, paper = canvas.getContext("2d");
  return [...paper.getImageData(0, 0, width, height).data].filter((_, k) => k % 4 === 0);
}"""


def drawn(figure, which):
    """Return the red channel of a picture: the sum, a term alone, what is missing."""
    figure.settle()
    values = np.array(figure.locator("canvas").nth(which).evaluate(RED), float)
    return values.reshape(128, 128)


@pytest.mark.slow
@pytest.mark.parametrize(("button", "name"), [("cat", "chelsea"), ("brick", "brick")])
def test_it_shows_the_nearest_matrix_of_the_rank(book_figure, button, name):
    figure = book_figure("rank")
    pixels = getattr(photographs(), name)
    grey = pixels.mean(axis=2) if pixels.ndim == 3 else pixels
    A = grey.reshape(128, 2, 128, 2).mean(axis=(1, 3)).round()
    U, s, Vh = np.linalg.svd(A)
    figure.press(button)
    slider = figure.get_by_role("slider", name="rank", exact=True)
    for rank, keys in ((1, ["Home"]), (4, ["ArrowRight"] * 3), (24, ["PageUp"] * 2)):
        for key in keys:
            slider.press(key)
        near = (U[:, :rank] * s[:rank]) @ Vh[:rank]
        error = np.sqrt(((A - near) ** 2).mean())
        numbers = SENTENCE.search(figure.sentence()).groups()
        assert int(numbers[0]) == rank
        assert int(numbers[1].replace(",", "")) == 260 * rank
        assert float(numbers[3]) == pytest.approx(error, abs=0.11)
        off = np.sqrt(((drawn(figure, 0) - np.clip(near, 0, 255)) ** 2).mean())
        assert off < min(1.2, 0.2 * error)


# one thousand tested people
DRAWS = """(element, times) => Array.from({length: times}, () => {
  [...element.querySelectorAll("button")].find(b => b.innerText.includes("draw 1,000")).click();
  nn.flush();
  const drawing = element.querySelector("svg");
  const paths = [...drawing.querySelectorAll("path")].slice(0, 4);
  const told = drawing.getAttribute("aria-label");
  return [told.match(/\\d[\\d,]* /g).map(n => +n.replace(",", "")),
    paths.map(path => path.getAttribute("d").split("M").length - 1)];
})"""  # what is told and the marks after each draw


def people(figure):
    """Return the counts: ill and negative, ill and positive, well and positive, the rest."""
    figure.settle()
    label = figure.locator("svg.nn-drawing").get_attribute("aria-label")
    return [int(n.replace(",", "")) for n in re.findall(r"([\d,]+) (?:ill|well)", label)]


def test_the_rule_of_bayes_matches_nnlib_and_the_counts_agree(open_figure):
    figure = open_figure("people", {"prior": 0.01, "sensitivity": 0.9, "specificity": 0.9})
    for percents in [
        (1, 90, 91),
        (20, 75, 60),
        (50, 50, 50),
        (0.4, 99.5, 99),
        (97.3, 12.5, 80),
    ]:
        for label, value in zip(("prior", "sensitivity", "specificity"), percents, strict=True):
            figure.slide(label, value)
        shares = [v / 100 for v in percents]
        figure.settle()
        answers = figure.locator("svg text.nn-end").all_text_contents()
        for text, positive in zip(answers, (True, False), strict=True):
            right = diagnostic_test(*shares, positive=positive)["ill"]
            share = float(text.strip("<").removesuffix("% ill")) / 100
            assert share == pytest.approx(right, abs=0.00051)
        missed, detected, alarms, cleared = people(figure)
        assert missed + detected + alarms + cleared == 1000
        assert missed + detected == pytest.approx(1000 * shares[0], abs=0.5)
        assert detected == pytest.approx((missed + detected) * shares[1], abs=0.5001)
        assert alarms == pytest.approx((alarms + cleared) * (1 - shares[2]), abs=0.5001)


@pytest.mark.slow
def test_people_are_drawn_by_chance_and_scatter_as_they_should(open_figure):
    figure = open_figure("people", {"prior": 0.01, "sensitivity": 0.9, "specificity": 0.9})
    positives, ill = [], []
    for label, marks in figure.evaluate(DRAWS, 60):
        ill.append(label[0] + label[1])
        positives.append(label[1] + label[2])
        assert marks == label
    for values, p in ((ill, 0.01), (positives, 0.108)):
        sd = (1000 * p * (1 - p)) ** 0.5
        assert abs(np.mean(values) - 1000 * p) < 4.5 * sd / 60**0.5
        assert 0.65 * sd < np.std(values, ddof=1) < 1.35 * sd
