"""The figure of the page Vectors does what its text says."""

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.deep(5)]

PAGE, ELEMENT = "maths/vectors", "nn-vectors"


def push(figure, tip, *keys):
    for key in keys:
        figure.locator(".nn-point").nth(tip).press(key)


def test_it_starts_with_the_numbers_of_its_alternative_text(figure):
    found = figure.facts()
    assert (found["u"], found["v"]) == ("(4.0, 3.0)", "(1.0, 2.0)")
    assert found["u · v"] == "10.00"
    assert (found["angle between them"], found["projection of v on u"]) == ("27°", "2.00")
    spoken = figure.locator("xpath=ancestor::figure").get_attribute("aria-label")
    assert "dot product is 10" in spoken
    assert "27 degrees" in spoken


def test_along_the_dotted_line_projection_and_dot_product_stay(figure):
    push(figure, 1, *["ArrowLeft"] * 3, *["ArrowUp"] * 4)
    found = figure.facts()
    assert found["v"] == "(0.7, 2.4)"
    assert (found["u · v"], found["projection of v on u"]) == ("10.00", "2.00")
    assert found["angle between them"] != "27°"


def test_there_is_a_place_where_the_dot_product_is_zero(figure):
    push(figure, 1, *["Shift+ArrowLeft"] * 5)
    assert figure.facts()["u · v"] == "0.00"
    assert figure.facts()["angle between them"] == "90°"
    assert "orthogonal" in figure.sentence()


@pytest.mark.parametrize(("norm", "length"), [("1", "7.00"), ("2", "5.00"), ("∞", "4.00")])
def test_u_is_7_5_or_4_long(figure, norm, length):
    figure.press(f"{norm}-norm")
    assert figure.facts()["norm of u"] == length


def test_vectors_of_one_line_are_not_said_to_agree_partly(figure):
    push(figure, 1, *["ArrowRight"] * 10, *["ArrowDown"] * 5)
    assert figure.facts()["v"] == "(2.0, 1.5)"
    assert figure.sentence().endswith("v points the way of u.")
    push(figure, 1, "ArrowUp")
    assert figure.sentence().endswith("v points partly the way of u.")


def test_reset_brings_arrows_and_norm_back(figure):
    begin = figure.facts()
    figure.press("1-norm")
    push(figure, 1, "Shift+ArrowUp")
    assert figure.facts() != begin
    figure.press("reset")
    assert figure.facts() == begin
    chosen = figure.get_by_role("button", name="2-norm")
    assert chosen.get_attribute("aria-pressed") == "true"
