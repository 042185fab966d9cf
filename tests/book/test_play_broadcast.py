"""The figure that matches two shapes, against NumPy itself."""

import numpy as np
import pytest

pytestmark = [pytest.mark.browser, pytest.mark.deep(5)]

PAGE, ELEMENT = "maths/numpy-matplotlib", "nn-broadcast"
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


def typed(figure, *shapes):
    for field, shape in zip(figure.locator("input").all(), shapes, strict=True):
        field.fill(str(shape))
    return figure.sentence()


@pytest.mark.parametrize(("a", "b"), SHAPES)
def test_the_figure_says_what_numpy_says(figure, a, b):
    message = typed(figure, a, b)
    try:
        shape = np.broadcast_shapes(a, b)
    except ValueError:
        with pytest.raises(ValueError, match="broadcast") as refused:
            np.zeros(a) + np.zeros(b)
        assert message.startswith(f"ValueError: {str(refused.value).strip()}. In axis")
    else:
        count = f"{np.prod(shape):,.0f} number"
        assert message.startswith(f"The result has the shape {shape}: {count}")


def test_every_entry_drawn_is_the_sum_of_the_two_that_met(figure):
    typed(figure, (3, 1), (1, 4))
    drawings = figure.locator("svg.nn-drawing").all()
    a, b, result = (
        np.array(d.locator("text").all_text_contents(), int).reshape(3, 4) for d in drawings
    )
    np.testing.assert_array_equal(result, a + b)
    np.testing.assert_array_equal(a, 10 * np.arange(1, 4)[:, None] + np.zeros((1, 4)))
    np.testing.assert_array_equal(b[0], np.arange(1, 5))
    own = [d.locator("rect:not([stroke-dasharray])").count() for d in drawings]
    assert own == [3, 4, 12]


def test_every_axis_is_seen_on_a_phone(figure):
    figure.page.set_viewport_size({"width": 360, "height": 800})
    typed(figure, (1000, 1, 1000, 1), (1000, 1, 784))
    right = figure.locator(".nn-shapes tr").first.locator("td").last.bounding_box()
    assert right["x"] + right["width"] <= 360 - 16


def test_what_is_not_drawn_is_said_to_be_empty_or_beyond_the_drawing(figure):
    assert typed(figure, (5, 0), (1,)).endswith("0 numbers. There is nothing to draw.")
    assert "at most two axes" in typed(figure, (2, 1, 2), (2, 2))
    assert figure.locator("svg.nn-drawing").count() == 0


def test_what_is_no_shape_is_told_and_the_last_one_stays(figure):
    message = typed(figure, "(3, x)", "(4,)")
    field = figure.locator("input").first
    field.fill("(3, x)")
    assert "“x” is not a size" in figure.sentence()
    assert field.get_attribute("aria-invalid") == "true"
    field.press("Enter")
    field.blur()
    assert field.input_value() == "(3, 1)"
    assert message


def test_a_button_puts_its_example_into_the_fields(figure):
    figure.press("table and 3 numbers")
    figure.settle()
    assert [i.input_value() for i in figure.locator("input").all()] == ["(3, 4)", "(3,)"]
    assert "4 meets 3" in figure.sentence()
