"""The steps of an algorithm: recorded only if requested, shown in three ways."""

import pytest

from nnlib.steps import Step, Steps, run

HALVING = Steps([Step("Halve 6 < 7.", r"\frac{6}{2} = 3"), Step("Done.")], result=3)


def halving(x, calls):
    while x % 2 == 0:
        x //= 2
        yield lambda x=x: calls.append(x) or Step(f"Halve: {x} is left.")
    return x


def test_no_steps_unless_requested():
    calls = []
    assert run(halving(12, calls)) == 3
    assert calls == []


def test_steps_are_reported_when_they_are_done_and_lead_to_the_same_result():
    steps = run(halving(12, []), steps=True)
    assert [str(step) for step in steps] == ["Halve: 6 is left.", "Halve: 3 is left."]
    assert steps.result == 3


def test_a_notebook_shows_sentences_and_formulas_as_a_list():
    page = HALVING._repr_html_()
    assert page.count("<li>") == 2
    assert "<p>Halve 6 &lt; 7.</p>" in page
    assert r'<div class="math" style="overflow-x:auto">\[\frac{6}{2} = 3\]</div>' in page


def test_a_figure_contains_every_step_for_readers_without_scripts():
    figure = HALVING.play(caption="Halving.", alt='Two "steps".')
    assert 'aria-label="Two &quot;steps&quot;."' in figure.html
    assert figure.html.count("<li>") == 2
    assert repr(figure) == 'Halving. Two "steps".\n1. Halve 6 < 7.\n2. Done.'


@pytest.mark.parametrize(("caption", "alt"), [("", "text"), ("Halving.", " ")])
def test_a_figure_needs_caption_and_text(caption, alt):
    with pytest.raises(ValueError, match="expected a caption and a description `alt`"):
        HALVING.play(caption=caption, alt=alt)


def test_a_figure_needs_a_step():
    with pytest.raises(ValueError, match="expected at least one step, got none"):
        Steps().play(caption="None.", alt="Nothing.")
