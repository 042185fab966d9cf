"""The helpers that pages call: texts, elements, figures."""

import base64
import io
import json
import re

import numpy as np
import pytest
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from PIL import Image

from nnlib import book, viz
from nnlib.viz.light import light


def data(html):
    return json.loads(re.search(r'json">(.*?)</script>', html, flags=re.DOTALL)[1])


def line(name="line"):
    ax = viz.panel(title="A line", xlabel="x (m)", ylabel="y (m)")
    ax.plot([0, 1], [0, -2], color=viz.BLUE, marker="o")
    return viz.show(ax, alt="A falling line.", name=name)


def test_a_prediction_carries_its_choices_and_shows_them_without_script():
    shown = book.predict("sum", "One & `one`?", ["Two.", "$3$."])
    three = '<span class="math notranslate nohighlight">\\(3\\)</span>.'
    read = data(shown._repr_html_())
    assert len(read.pop("id")) == 10
    assert read == {
        "name": "sum",
        "question": "One &amp; <code>one</code>?",
        "choices": ["Two.", three],
    }
    fallback = "<p><strong>Predict:</strong> One &amp; <code>one</code>?</p><ul><li>Two.</li>"
    assert fallback in shown._repr_html_()
    assert repr(shown) == "Predict: One & `one`? (Two. / $3$.)"


def test_a_number_is_predicted_in_its_unit_and_recalled():
    shown = book.predict("long", "How long?", unit="m")
    assert data(shown._repr_html_())["unit"] == "m"
    assert repr(shown) == "Predict: How long? (a number (m))"
    came_out = data(book.recall("long", np.float32(0.5), "Half.")._repr_html_())
    assert (came_out["right"], came_out["unit"]) == (0.5, "m")


def test_a_recall_knows_the_choices_and_the_id_of_its_prediction():
    asked = data(book.predict("known", "Which?", ["This.", "That."])._repr_html_())
    shown = book.recall("known", np.int64(1), "It was that.", wrong={0: "It is not: $1 < 2$."})
    read = data(shown._repr_html_())
    assert read["choices"] == ["This.", "That."]
    assert read["right"] == 1
    assert read["id"] == asked["id"]
    (other,) = read["wrong"]
    assert other["choice"] == 0
    assert other["reason"].startswith("It is not: <span")
    assert "<details><summary>The result</summary><p>It was that.</p>" in shown._repr_html_()


@pytest.mark.parametrize(
    ("name", "right"), [("never-asked", 0), ("asked", 2), ("asked", -1), ("asked", 0.5)]
)
def test_a_recall_without_its_prediction_or_choice_is_refused(name, right):
    book.predict("asked", "Which?", ["This.", "That."])
    with pytest.raises(ValueError, match="recall: expected the"):
        book.recall(name, right, "text")


@pytest.mark.parametrize("wrong", [{}, {0: "No."}, {0: "No.", 2: " "}, {0: "", 2: "", 3: ""}])
def test_a_recall_has_a_reason_for_each_other_choice(wrong):
    book.predict("why", "Which?", ["This.", "That.", "Both."])
    with pytest.raises(ValueError, match=r"recall: expected (a reason for each|text)"):
        book.recall("why", 1, "It was that.", wrong)


def test_a_reason_for_the_right_choice_is_left_out_where_the_outcome_hangs_on_a_run():
    book.predict("run", "Which?", ["This.", "That."])
    shown = book.recall("run", 1, "That.", {0: "Not this.", 1: "Not that."})
    assert [one["choice"] for one in data(shown._repr_html_())["wrong"]] == [0]


def test_a_prediction_needs_a_choice_or_a_unit_and_a_name_of_its_own():
    with pytest.raises(ValueError, match="predict: expected at least two choices, or a unit"):
        book.predict("alone", "Which?", ["This."])
    with pytest.raises(ValueError, match="predict: expected at least two choices, or a unit"):
        book.predict("nothing", "Which?")
    with pytest.raises(ValueError, match="expected choices or a unit in 'both', got both"):
        book.predict("both", "Which?", ["This.", "That."], unit="m")
    book.predict("taken", "Which?", ["This.", "That."])
    with pytest.raises(ValueError, match="new name"):
        book.predict("taken", "Which?", ["Other.", "That."])


def test_a_cell_that_predicts_may_run_again_with_any_sequence():
    for choices in (("This.", "That."), ("This.", "That."), ["This.", "That."]):
        assert data(book.predict("again", "Which?", choices)._repr_html_())["choices"] == [
            "This.",
            "That.",
        ]


CHOICES = [("two", True, "count."), ("three", False, "count again.")]
STEPS = [("put on socks", ""), ("put on shoes", "feet are bare."), ("walk", "not in socks.")]
LINES = [("x = [1, 2]", "a list."), ("", ""), ("y = x[2]", "there are two entries.")]
WRONG = {5: "you have added.", -6: "two minus signs make a plus."}


def one_of_each():
    return [
        book.single("One and one?", CHOICES),
        book.multiple("Which are even?", [("2", True, "twice 1."), ("4", True, "twice 2.")]),
        book.numeric("Twice 3?", 6, why="3 and 3.", wrong=WRONG),
        book.order("Getting out.", STEPS, why="feet stay dry.", also=[[0, 2, 1]]),
        book.bug("The last entry of `x`.", LINES, line=3),
    ]


def test_a_quiz_passes_all_to_the_script_and_shows_questions_and_answers_without_one():
    shown = book.quiz(*one_of_each())
    html = shown._repr_html_()
    asked = data(html)["questions"]
    assert [q["kind"] for q in asked] == ["single", "multiple", "numeric", "order", "bug"]
    assert asked[0]["choices"][1] == {"text": "three", "right": False, "reason": "count again."}
    fallback = html.partition("nn-fallback")[2]
    questions, _, answers = fallback.partition("<details><summary>Answers</summary>")
    for piece in ("One and one?", "<li>three</li>", "<li>walk</li>", " 3  y = x[2]</pre>"):
        assert piece in questions
    for piece in ("✗ count again.", "6: 3 and 3.", "feet stay dry.", "Line 3: there are two"):
        assert piece not in questions
        assert piece in answers


def test_a_quiz_is_text_where_there_is_no_page():
    text = repr(book.quiz(*one_of_each()))
    assert text.startswith("1. One and one?\n   a) two\n   b) three\n2. Which are even?")
    assert "Answers: 1: a; 2: a b; 3: 6; 4: put on socks → put on shoes → walk" in text


def test_the_id_of_a_question_changes_only_with_its_text():
    first, again = (q.data["id"] for q in (one_of_each()[0], one_of_each()[0]))
    other = [(text, right, "another reason.") for text, right, _ in CHOICES]
    assert first == again == book.single("One and one?", other).data["id"]
    assert first != book.single("1 + 1?", CHOICES).data["id"]
    assert len({q.data["id"] for q in one_of_each()}) == 5


def test_steps_start_in_the_same_wrong_order_each_time():
    starts = [one_of_each()[3].data["start"] for _ in range(2)]
    assert starts[0] == starts[1]
    assert starts[0] not in ([0, 1, 2], [0, 2, 1])
    assert sorted(starts[0]) == [0, 1, 2]


def single(*choices):
    return lambda: book.single("One and one?", list(choices))


def multiple(*choices):
    return lambda: book.multiple("Which?", list(choices))


def numeric(answer=6, why="3 and 3.", wrong=WRONG, **options):
    return lambda: book.numeric("Twice 3?", answer, why=why, wrong=wrong, **options)


def order(steps=STEPS, why="dry feet.", also=()):
    return lambda: book.order("Getting out.", steps, why=why, also=also)


def bug(lines=LINES, line=3):
    return lambda: book.bug("The last entry.", lines, line=line)


TWO, THREE = CHOICES


@pytest.mark.parametrize(
    ("declare", "message"),
    [
        (single(TWO), "at least two choices in 'One and one"),
        (single(TWO, ("three", True, "no.")), "exactly one correct choice"),
        (single(("two", False, "no."), THREE), "exactly one correct choice"),
        (single(TWO, ("three", False, " ")), "the reason for each choice"),
        (single(TWO, ("two", False, "no.")), "expected different choices"),
        (single(TWO, ("three", "no.")), r"expected \(text, True or False, reason\)"),
        (single(TWO, ("three", 0, "no.")), r"expected \(text, True or False, reason\)"),
        (lambda: book.single("A formula $x", CHOICES), r"a formula is not closed by \$"),
        (lambda: book.single("Code `x", CHOICES), "code is not closed by `"),
        (lambda: book.single(" ", CHOICES), "single: expected text for the question, got ' '"),
        (multiple(TWO), "multiple: expected at least two choices in 'Which"),
        (multiple(TWO, ("three", False, "")), "the reason for each choice"),
        (numeric(wrong={}), "expected `wrong` with at least one number"),
        (numeric(wrong={5: " "}), "text for the reason for 5"),
        (numeric(wrong={6.05: "no."}), "wrong number 6.05 is too close to the answer 6"),
        (numeric(wrong={5: "a.", 5.05: "b."}), "5 and 5.05 are too close together"),
        (numeric(tolerance=0), "expected tolerance above 0"),
        (numeric(answer=0), "expected tolerance above 0"),
        (numeric(answer=float("nan")), "a finite number for the answer"),
        (numeric(why=""), "numeric: expected text for `why`"),
        (order(steps=STEPS[:2]), "at least three steps"),
        (order(steps=[*STEPS, STEPS[1]]), "expected different steps"),
        (order(steps=[*STEPS[:2], ("walk", "")]), "the reason for each step"),
        (order(also=[[1, 0, 2]]), "the reason for each step"),
        (order(also=[[0, 1]]), r"each step once in .*got \[0, 1\]"),
        (order(why=" "), "order: expected text for `why`"),
        (bug(line=4), "a nonempty line from 1 to 3 in 'The last entry.', got 4"),
        (bug(line=0), "got 0"),
        (bug(line=2), "got 2"),
        (bug(lines=LINES[:1], line=1), "at least 2 lines of code"),
        (bug(lines=[("x = 1", ""), LINES[2]], line=2), "the reason for line 1"),
        (lambda: book.quiz(), "at least one question"),
        (lambda: book.quiz(one_of_each()[0], one_of_each()[0]), "the same one twice"),
    ],
)
def test_a_faulty_question_is_refused(declare, message):
    with pytest.raises(ValueError, match=message):
        declare()


@pytest.mark.parametrize("answer", ["six", None, [6]])
def test_an_answer_that_is_not_a_number_is_refused(answer):
    with pytest.raises(TypeError, match="expected a number for the answer to 'Twice 3"):
        numeric(answer=answer)()


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("a < b & c", "a &lt; b &amp; c"),
        ("`x < 1`", "<code>x &lt; 1</code>"),
        ("$x < 1$", '<span class="math notranslate nohighlight">\\(x &lt; 1\\)</span>'),
        (r"for \$5", "for $5"),
        ("`$HOME`", "<code>$HOME</code>"),
        ("sure *and right*.", "sure <em>and right</em>."),
        ("2*x*3, a * b * c", "2*x*3, a * b * c"),
        ("`2 *a* 3`, f(*args, **rest)", "<code>2 *a* 3</code>, f(*args, **rest)"),
    ],
)
def test_texts_carry_formulas_code_and_signs(text, html):
    assert data(book.predict(text, text, ["1", "2"])._repr_html_())["question"] == html


def test_a_moving_figure_has_caption_text_and_still():
    shown = book.play("curve", {"y": [1, 2]}, caption="A curve.", alt="It rises.", still=line())
    html = shown._repr_html_()
    assert html.startswith('<figure class="nn-play" role="group" aria-label="It rises.">')
    assert "<nn-curve" in html
    assert "<svg" in html
    assert "<figcaption>A curve.</figcaption>" in html
    assert "<p>It rises.</p>" in book.play("c", {}, caption="A.", alt="It rises.")._repr_html_()


@pytest.mark.parametrize(("caption", "alt"), [("", "text"), ("text", " ")])
def test_a_moving_figure_without_caption_or_text_is_refused(caption, alt):
    with pytest.raises(ValueError, match="expected a caption and a description"):
        book.play("curve", {}, caption=caption, alt=alt)


def test_a_moving_figure_refuses_numbers_that_json_lacks():
    with pytest.raises(ValueError, match="JSON"):
        book.play("curve", {"y": [float("nan")]}, caption="A.", alt="B.")


def test_data_cannot_end_their_script():
    html = book.predict("close", "</script><b>", ["1", "2"])._repr_html_()
    assert html.count("</script>") == 1
    assert data(html)["question"] == "&lt;/script&gt;&lt;b&gt;"


def test_a_name_cannot_end_its_script_either():
    html = book.predict("</script>", "Which?", ["1", "2"])._repr_html_()
    assert html.count("</script>") == 1
    assert data(html)["name"] == "</script>"


@pytest.mark.parametrize("value", [[1, 2], None, np.zeros(2), {"a": 1}])
def test_only_numbers_and_texts_are_glued(value):
    with pytest.raises(TypeError, match="numbers: expected a number or a string for x"):
        book.numbers(x=value)


@pytest.mark.parametrize("value", [float("nan"), np.float32("inf"), -np.inf])
def test_only_finite_numbers_are_glued(value):
    with pytest.raises(ValueError, match="numbers: expected a finite number for x"):
        book.numbers(x=value)


def test_numpy_numbers_are_glued_as_python_numbers(monkeypatch):
    glued = {}
    monkeypatch.setattr(
        "nnlib.book.prose._glue", lambda name, value: glued.update({name: value})
    )
    book.numbers(a=np.float32(0.5), b=np.int64(3), c="two", d=np.mean([1.0, 2.0]))
    assert glued == {"a": 0.5, "b": 3, "c": "two", "d": 1.5}
    assert [type(glued[name]) for name in ("a", "b", "d")] == [float, int, float]
    assert repr(glued["c"]) == "two"


def test_a_figure_is_the_same_bytes_each_time():
    assert line()._repr_html_() == line()._repr_html_()


def test_a_figure_takes_the_inks_of_the_page():
    html = line()._repr_html_()
    assert "var(--nn-ink, var(--jp-content-font-color1, #1f2430))" in html
    assert "var(--nn-a, #0062b1)" in html
    assert not re.search(r":\s*#[0-9a-f]{6}", html)


def test_two_figures_share_no_id():
    ids = [set(re.findall(r'\sid="([^"]+)"', line(name)._repr_html_())) for name in ("a", "b")]
    assert ids[0]
    assert not ids[0] & ids[1]


def test_every_reference_inside_a_figure_has_its_target():
    html = line()._repr_html_()
    targets = set(re.findall(r'\sid="([^"]+)"', html))
    assert set(re.findall(r'(?:url\(#|href="#)([^)"]+)', html)) == targets


def test_axes_their_figure_and_both_are_shown_once():
    ax = viz.panel(title="A line")
    once = viz.show(ax, alt="A line.", name="once")._repr_html_()
    assert viz.show(ax.figure, alt="A line.", name="once")._repr_html_() == once
    assert viz.show(ax, ax.figure, ax, alt="A line.", name="once")._repr_html_() == once
    assert once.count('<div class="nn-panel">') == 1


def test_black_in_plots_becomes_the_page_ink():
    ax = viz.panel()
    ax.annotate("high", (0.5, 0.5))
    ax.axhline(0.2, color="black")
    html = viz.show(ax, alt="A word above a line.", name="black").html
    ink = "var(--nn-ink, var(--jp-content-font-color1, #1f2430))"
    assert re.search(rf'<svg[^>]*style="[^"]*;fill:{re.escape(ink)}"', html)
    assert not re.search(r"<text[^>]*fill[^>]*>high<", html)
    assert f"stroke:{ink}" in html
    assert "#000000" not in html


def test_points_inside_a_straight_stretch_are_left_out():
    ax = viz.panel()
    ax.fill([0, 1, 2, 3, 3, 3, 3, 2, 1], [0, 0, 0, 0, 1, 2, 3, 5, 4])  # 5 corners
    paths = re.findall(r' d="([^"]*)"', viz.show(ax, alt="A shape.", name="shape").html)
    corners = [len(re.findall(r"-?[\d.]+", path)) / 2 for path in paths if path.endswith("z")]
    assert corners == 2 * [5, 5, 5]  # in both drawings; the first stands at the end again


def test_a_path_in_steps_ends_where_the_path_ends():
    places = [(12.34, 0.5), (13.34, 0.45), (3.0, -100.5), (3.0, -99.99), (0.01, -99.99)]
    path = "".join(f"L{x} {y}" for x, y in places)
    curve, start = '<path d="M1 2C3 4 5 6 7 8"/>', np.array([0, 1])
    svg = light(f'<svg style="fill:red"><path d="M0 1{path}z"/>{curve}</svg>')
    steps = re.search(r'd="M0 1l([^z]*)z"', svg)[1]
    numbers = np.array(re.findall(r"-?(?:\d+\.?\d*|\.\d+)", steps), dtype=float).reshape(-1, 2)
    np.testing.assert_allclose(start + numbers.cumsum(axis=0), places, atol=1e-9)
    assert curve in svg


def test_text_is_at_least_nine_points_on_a_phone():
    ax = viz.heatmap(np.eye(3, dtype=int) + 1, "abc", "abc", xlabel="x", ylabel="y")
    html = viz.show(ax, alt="A table.", name="table")._repr_html_()
    width = float(re.search(r'viewBox="0 0 ([\d.]+)', html)[1])
    shrink = min(1, 312 / (width * 4 / 3))
    sizes = [float(s) for s in re.findall(r"font:?(?:-size)?:[^;\"]*?([\d.]+)px", html)]
    assert sizes
    assert min(sizes) * shrink >= 8.6


@pytest.mark.parametrize(
    ("figures", "alt", "name", "error"),
    [
        ((), "text", "name", ValueError),
        (("figure",), " ", "name", ValueError),
        (("figure",), "text", "A name", ValueError),
        (("figure",), "text", "name", TypeError),
    ],
)
def test_a_figure_without_text_or_a_fit_name_is_refused(figures, alt, name, error):
    with pytest.raises(error, match="show: expected"):
        viz.show(*figures, alt=alt, name=name)


def cells(pictures, *args, **kwargs):
    """Return what a page shows of a gallery."""
    ax = viz.gallery(np.asarray(pictures), *args, **kwargs)
    return viz.show(ax, alt="Pictures.", name="gallery")._repr_html_()


def test_a_page_shows_each_picture_of_a_gallery_with_its_title():
    html = cells(np.linspace(0, 1, 3 * 4).reshape(3, 2, 2), ["a", "b\nc", "<"])
    assert html.count("data:image/png;base64,") == 3
    assert "<span>b<br>c</span>" in html
    assert "<span>&lt;</span>" in html


def test_a_signed_gallery_has_a_scale_with_zero_in_the_middle():
    html = cells([[[0.0, 1.0]], [[0.0, -1.0]]], signed="weight")
    assert "−1.00 or less</span><span>0</span><span>1.00 or more" in html
    assert "weight" in html


def test_a_gallery_drawn_on_given_axes_is_shown_as_drawn():
    html = cells(np.ones((1, 2, 2)), ax=viz.panel())
    assert "<svg" in html
    assert "image-rendering:pixelated" in html


@pytest.mark.parametrize("names", [{"title": "T"}, {"xlabel": "x"}, {"ylabel": "y"}])
def test_a_panel_carries_its_names(names):
    ax = viz.panel(**names, height=2)
    results = {"title": ax.get_title(loc="left"), "xlabel": ax.get_xlabel()}
    results["ylabel"] = ax.get_ylabel()
    assert results == {"title": "", "xlabel": "", "ylabel": ""} | names
    assert tuple(ax.figure.get_size_inches()) == (3.4, 2)


@pytest.mark.parametrize("options", [{}, {"signed": "weight"}])
def test_a_picture_in_a_page_has_the_colours_that_matplotlib_gives_it(rng, options):
    picture = rng.uniform(-1 if options else 0, 1, (1, 12, 12))
    shown = viz.show(viz.gallery(picture, **options), alt="Noise.", name="noise").html
    source = base64.b64decode(re.search(r'data:image/png;base64,([^"]*)', shown)[1])
    got = np.asarray(Image.open(io.BytesIO(source)).convert("RGB"))
    top = np.quantile(np.abs(picture), 0.995) if options else 1
    norm = Normalize(-top if options else 0, top)
    colours = ScalarMappable(norm, "cividis" if options else "gray")
    np.testing.assert_array_equal(got, colours.to_rgba(picture[0], bytes=True)[..., :3])
