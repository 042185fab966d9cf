"""The figure of the page Vectors does what its text says."""

import pytest
from test_parts import facts, told

pytestmark = [pytest.mark.browser, pytest.mark.deep(5)]

PAGE, ELEMENT = "chapters/maths/vectors.html", "nn-vectors"


def press(figure, tip, *keys):
    for key in keys:
        figure.locator(".nn-point").nth(tip).press(key)


def test_it_starts_with_the_numbers_of_its_alternative_text(figure):
    found = facts(figure)
    assert (found["a"], found["b"]) == ("(4.0, 3.0)", "(1.0, 2.0)")
    assert found["a · b"] == "10.00"
    assert (found["angle between them"], found["shadow of b on a"]) == ("27°", "2.00")
    spoken = figure.locator("xpath=ancestor::figure").get_attribute("aria-label")
    assert "dot product is 10" in spoken
    assert "27 degrees" in spoken


def test_along_the_dotted_line_shadow_and_dot_product_stay(figure):
    press(figure, 1, *["ArrowLeft"] * 3, *["ArrowUp"] * 4)
    found = facts(figure)
    assert found["b"] == "(0.7, 2.4)"
    assert (found["a · b"], found["shadow of b on a"]) == ("10.00", "2.00")
    assert found["angle between them"] != "27°"


def test_there_is_a_place_where_the_dot_product_is_zero(figure):
    press(figure, 1, *["Shift+ArrowLeft"] * 5)
    assert facts(figure)["a · b"] == "0.00"
    assert facts(figure)["angle between them"] == "90°"
    assert "perpendicular" in told(figure)


@pytest.mark.parametrize(("norm", "length"), [("1", "7.00"), ("2", "5.00"), ("∞", "4.00")])
def test_a_is_7_5_or_4_long(figure, norm, length):
    figure.get_by_role("button", name=f"{norm}-norm").press("Enter")
    assert facts(figure)["norm of a"] == length


def test_vectors_of_one_line_are_not_said_to_agree_partly(figure):
    press(figure, 1, *["ArrowRight"] * 10, *["ArrowDown"] * 5)
    assert facts(figure)["b"] == "(2.0, 1.5)"
    assert told(figure).endswith("b points the way of a.")
    press(figure, 1, "ArrowUp")
    assert told(figure).endswith("b points partly the way of a.")


def test_reset_brings_arrows_and_norm_back(figure):
    begin = facts(figure)
    figure.get_by_role("button", name="1-norm").press("Enter")
    press(figure, 1, "Shift+ArrowUp")
    assert facts(figure) != begin
    figure.get_by_role("button", name="reset").press("Enter")
    assert facts(figure) == begin
    chosen = figure.get_by_role("button", name="2-norm")
    assert chosen.get_attribute("aria-pressed") == "true"
