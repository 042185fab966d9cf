"""The figure of the page Vectors does what its text says."""

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.deep(5)]

PAGE, ELEMENT = "maths/vectors", "nn-vectors"


def push(figure, tip, *keys):
    for key in keys:
        figure.locator(".nn-point").nth(tip).press(key)


def test_it_starts_with_the_numbers_of_its_alternative_text(figure):
    found = figure.facts()
    assert (found["a"], found["b"]) == ("(4.0, 3.0)", "(1.0, 2.0)")
    assert found["a · b"] == "10.00"
    assert (found["angle between them"], found["shadow of b on a"]) == ("27°", "2.00")
    spoken = figure.locator("xpath=ancestor::figure").get_attribute("aria-label")
    assert "dot product is 10" in spoken
    assert "27 degrees" in spoken


def test_along_the_dotted_line_shadow_and_dot_product_stay(figure):
    push(figure, 1, *["ArrowLeft"] * 3, *["ArrowUp"] * 4)
    found = figure.facts()
    assert found["b"] == "(0.7, 2.4)"
    assert (found["a · b"], found["shadow of b on a"]) == ("10.00", "2.00")
    assert found["angle between them"] != "27°"


def test_there_is_a_place_where_the_dot_product_is_zero(figure):
    push(figure, 1, *["Shift+ArrowLeft"] * 5)
    assert figure.facts()["a · b"] == "0.00"
    assert figure.facts()["angle between them"] == "90°"
    assert "perpendicular" in figure.sentence()


@pytest.mark.parametrize(("norm", "length"), [("1", "7.00"), ("2", "5.00"), ("∞", "4.00")])
def test_a_is_7_5_or_4_long(figure, norm, length):
    figure.press(f"{norm}-norm")
    assert figure.facts()["norm of a"] == length


def test_vectors_of_one_line_are_not_said_to_agree_partly(figure):
    push(figure, 1, *["ArrowRight"] * 10, *["ArrowDown"] * 5)
    assert figure.facts()["b"] == "(2.0, 1.5)"
    assert figure.sentence().endswith("b points the way of a.")
    push(figure, 1, "ArrowUp")
    assert figure.sentence().endswith("b points partly the way of a.")


def test_reset_brings_arrows_and_norm_back(figure):
    begin = figure.facts()
    figure.press("1-norm")
    push(figure, 1, "Shift+ArrowUp")
    assert figure.facts() != begin
    figure.press("reset")
    assert figure.facts() == begin
    chosen = figure.get_by_role("button", name="2-norm")
    assert chosen.get_attribute("aria-pressed") == "true"
