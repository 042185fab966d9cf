"""What pages call: texts, elements, figures."""

import json
import re

import numpy as np
import pytest

from nnlib import book, viz

QUESTION = ("One and one?", [("two", True, "count."), ("three", False, "count again.")])


def data(html):
    return json.loads(re.search(r'json">(.*?)</script>', html, flags=re.DOTALL)[1])


def line(name="line"):
    figure, axes = viz.panel(title="A line", xlabel="x (m)", ylabel="y (m)")
    axes.plot([0, 1], [0, -2], color=viz.BLUE, marker="o")
    return viz.show(figure, alt="A falling line.", name=name)


def test_a_prediction_carries_its_choices_and_shows_them_without_script():
    shown = book.predict("sum", "One & one?", ["Two.", "Three."])
    assert data(shown._repr_html_()) == {
        "name": "sum",
        "question": "One & one?",
        "choices": ["Two.", "Three."],
    }
    assert "<p>Predict: One &amp; one?</p><ul><li>Two.</li>" in shown._repr_html_()
    assert repr(shown) == "One & one? (Two. / Three.)"


def test_a_recall_knows_the_choices_of_its_prediction():
    book.predict("known", "Which?", ["This.", "That."])
    shown = book.recall("known", np.int64(1), "It was that.")
    assert data(shown._repr_html_())["choices"] == ["This.", "That."]
    assert data(shown._repr_html_())["right"] == 1
    assert "<details><summary>What came out</summary><p>It was that.</p>" in shown._repr_html_()


@pytest.mark.parametrize(("name", "right"), [("never-asked", 0), ("asked", 2), ("asked", -1)])
def test_a_recall_without_its_prediction_or_choice_is_refused(name, right):
    book.predict("asked", "Which?", ["This.", "That."])
    with pytest.raises(ValueError, match="recall: no choice"):
        book.recall(name, right, "text")


def test_a_prediction_needs_a_choice_and_a_name_of_its_own():
    with pytest.raises(ValueError, match="predict: expected two choices"):
        book.predict("alone", "Which?", ["This."])
    book.predict("taken", "Which?", ["This.", "That."])
    with pytest.raises(ValueError, match="new name"):
        book.predict("taken", "Which?", ["Other.", "That."])


def test_a_cell_that_predicts_may_run_again_with_any_sequence():
    for choices in (("This.", "That."), ("This.", "That."), ["This.", "That."]):
        assert data(book.predict("again", "Which?", choices)._repr_html_())["choices"] == [
            "This.",
            "That.",
        ]


def test_a_quiz_gives_every_choice_its_reason():
    shown = book.quiz([QUESTION])
    (question,) = data(shown._repr_html_())["questions"]
    assert question["kind"] == "single"
    assert question["choices"][1] == {"text": "three", "right": False, "reason": "count again."}
    assert repr(shown) == "1. One and one?"


@pytest.mark.parametrize(
    ("choices", "message"),
    [
        ([("two", True, "yes.")], "one right choice"),
        ([("two", True, "yes."), ("three", True, "no.")], "one right choice"),
        ([("two", False, "yes."), ("three", False, "no.")], "one right choice"),
        ([("two", True, "yes."), ("three", False, " ")], "a reason for each choice"),
    ],
)
def test_a_quiz_without_one_right_choice_or_a_reason_is_refused(choices, message):
    with pytest.raises(ValueError, match=message):
        book.quiz([("One and one?", choices)])


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
    with pytest.raises(ValueError, match="needs a caption and a text"):
        book.play("curve", {}, caption=caption, alt=alt)


def test_a_moving_figure_refuses_numbers_that_json_lacks():
    with pytest.raises(ValueError, match="JSON"):
        book.play("curve", {"y": [float("nan")]}, caption="A.", alt="B.")


def test_data_cannot_end_their_script():
    html = book.predict("close", "</script><b>", ["1", "2"])._repr_html_()
    assert html.count("</script>") == 1
    assert data(html)["question"] == "</script><b>"


@pytest.mark.parametrize("value", [[1, 2], None, np.zeros(2), {"a": 1}])
def test_only_numbers_and_texts_are_glued(value):
    with pytest.raises(TypeError, match="numbers: expected a number or a text for x"):
        book.numbers(x=value)


@pytest.mark.parametrize("value", [float("nan"), np.float32("inf"), -np.inf])
def test_only_finite_numbers_are_glued(value):
    with pytest.raises(ValueError, match="numbers: expected a finite number for x"):
        book.numbers(x=value)


def test_numpy_numbers_are_glued_as_python_numbers(monkeypatch):
    seen = {}
    monkeypatch.setattr("myst_nb.glue", lambda name, value, display: seen.update({name: value}))
    book.numbers(a=np.float32(0.5), b=np.int64(3), c="two", d=np.mean([1.0, 2.0]))
    assert seen == {"a": 0.5, "b": 3, "c": "two", "d": 1.5}
    assert [type(seen[name]) for name in ("a", "b", "d")] == [float, int, float]
    assert repr(seen["c"]) == "two"


def test_a_figure_is_the_same_bytes_each_time():
    assert line()._repr_html_() == line()._repr_html_()


def test_a_figure_takes_the_inks_of_the_page():
    html = line()._repr_html_()
    assert "var(--nn-ink, #1f2430)" in html
    assert "var(--nn-a, #0062b1)" in html
    assert not re.search(r"#(0[1-6])\1\1", html)
    assert "fill: #000000" not in html


def test_two_figures_share_no_id():
    ids = [set(re.findall(r'\sid="([^"]+)"', line(name)._repr_html_())) for name in ("a", "b")]
    assert ids[0]
    assert not ids[0] & ids[1]


def test_every_reference_inside_a_figure_has_its_target():
    html = line()._repr_html_()
    targets = set(re.findall(r'\sid="([^"]+)"', html))
    assert set(re.findall(r'(?:url\(#|href="#)([^)"]+)', html)) == targets


def test_text_is_at_least_nine_points_on_a_phone():
    figure = viz.heatmap(np.eye(3, dtype=int) + 1, "abc", "abc", xlabel="x", ylabel="y")
    html = viz.show(figure, alt="A table.", name="table")._repr_html_()
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


def test_a_gallery_shows_each_picture_with_its_title():
    pictures = np.linspace(0, 1, 3 * 4).reshape(3, 2, 2)
    html = viz.gallery(pictures, ["a", "b\nc", "<"])._repr_html_()
    assert html.count("data:image/png;base64,") == 3
    assert "<span>b<br>c</span>" in html
    assert "<span>&lt;</span>" in html


def test_a_signed_gallery_draws_zero_in_the_same_grey():
    a, b = np.array([[0.0, 1.0]]), np.array([[0.0, -1.0]])
    html = viz.gallery(np.stack([a, b]), signed="weight")._repr_html_()
    assert "−1.00" in html
    assert "weight" in html
    assert viz.gallery(np.stack([a, b]), signed="weight")._repr_html_() == html


@pytest.mark.parametrize(
    ("shape", "titles"), [((2, 2), []), ((2, 2, 2), ["one"]), ((1, 2, 2), ["a", "b"])]
)
def test_a_gallery_that_does_not_fit_is_refused(shape, titles):
    with pytest.raises(ValueError, match=r"gallery: expected pictures \(N, H, W\)"):
        viz.gallery(np.zeros(shape), titles)


def test_a_table_that_does_not_fit_its_names_is_refused():
    with pytest.raises(ValueError, match=r"heatmap: expected a table \(2, 2\)"):
        viz.heatmap(np.zeros((2, 3), int), "ab", "ab", xlabel="x", ylabel="y")


def test_dots_mark_every_run_and_each_mean():
    figure = viz.dots({"a": [1.0, 3.0], "b": [2.0, 2.0]}, xlabel="seconds")
    (axes,) = figure.axes
    lines = axes.get_lines()
    assert list(lines[0].get_xdata()) == [1.0, 3.0]
    assert list(lines[1].get_xdata()) == [2.0, 2.0]
    assert axes.get_xlabel() == "seconds"


def test_curves_start_at_one_and_carry_their_names():
    figure = viz.curves({"loss": [3.0, 2.0]}, xlabel="epoch", ylabel="loss (nats)", log=True)
    (axes,) = figure.axes
    assert list(axes.get_lines()[0].get_xdata()) == [1, 2]
    assert axes.get_yscale() == "log"
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["loss"]


def test_a_fourth_curve_is_refused():
    lines = {name: [1.0, 2.0] for name in "abcd"}
    with pytest.raises(ValueError, match="at most three curves, got 4"):
        viz.curves(lines, xlabel="epoch", ylabel="loss (nats)")


def test_one_of_shared_axes_keeps_its_title_and_several_take_none():
    _, axes = viz.panel(title="T", xlabel="x", sharex=True)
    assert (axes.get_title(loc="left"), axes.get_xlabel()) == ("T", "x")
    _, pair = viz.panel(nrows=2, sharex=True)
    assert len(pair) == 2
    with pytest.raises(ValueError, match="several axes"):
        viz.panel(title="T", nrows=2)


@pytest.mark.parametrize(
    "marks",
    [
        {"points": np.zeros((4, 2)), "labels": np.arange(4)},
        {"arrows": np.ones((4, 2))},
    ],
)
def test_a_plane_refuses_a_fourth_class_or_arrow(marks):
    with pytest.raises(ValueError, match="plane: expected at most three arrows"):
        viz.plane(lambda x: x, **marks)


def test_the_plane_draws_straight_rays_that_meet():
    weights = np.array([[2.0, 0.5], [-1.0, 1.5], [-0.5, -2.0]])
    figure = viz.plane(lambda x: x @ weights.T, extent=2)
    (axes,) = figure.axes
    corners = [path.vertices for c in axes.collections for path in c.get_paths()]
    scores = np.sort(np.concatenate(corners) @ weights.T, axis=1)
    assert len(corners) == 2
    assert np.abs(scores[:, 2] - scores[:, 1]).max() < 0.05


def test_the_plane_of_a_class_that_never_leads_has_no_boundary():
    figure = viz.plane(lambda x: np.stack([0 * x[:, 0], 0 * x[:, 0] - 1], axis=1))
    assert len(figure.axes[0].collections) == 0


def test_the_plane_draws_a_boundary_where_the_winner_changes():
    figure = viz.plane(lambda x: np.stack([x[:, 0], -x[:, 0]], axis=1), extent=2)
    (axes,) = figure.axes
    (contour,) = axes.collections
    xs = np.concatenate([path.vertices[:, 0] for path in contour.get_paths()])
    assert np.abs(xs).max() < 0.02


@pytest.mark.parametrize(
    "words", ["display: grid", "100% / 4", "width: 100%; image-rendering: pixelated"]
)
def test_a_gallery_needs_no_style_sheet(words):
    assert words in viz.gallery(np.zeros((2, 2, 2)), columns=3)._repr_html_()


def test_a_scale_needs_no_style_sheet():
    html = viz.gallery(np.ones((1, 2, 2)), signed="weight")._repr_html_()
    assert "width: 100%; height: .9rem" in html
    assert html.count("display: flex; justify-content: ") == 2
