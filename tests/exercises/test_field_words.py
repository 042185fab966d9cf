"""An assignment speaks the field's language, in its text as in its hints."""

import re
import sys

import pytest

from tests.exercises.declared_problems import ASSIGNMENTS, EXERCISES, PROBLEMS

sys.path.append(str(EXERCISES.parent / "tools"))

from page_lint.words import FOUND

OF_PEOPLE = re.compile(r"names?|kinds?")  # of files and entries here, where pages mean labels
HOUSE = {
    words: better for words, better in FOUND.items() if not OF_PEOPLE.search(words.pattern)
} | {
    re.compile(
        r"(?:what|which) (?:comes|came) back|from above|\bway back\b"
    ): "upstream gradient",
    re.compile(r"(?i)differentiated? [^.?!]{0,40}\bby \$"): "with respect to",
}


def house_words(text):
    """Return the house words of a text, each with the field's."""
    return [(m[0], better) for words, better in HOUSE.items() for m in words.finditer(text)]


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_the_text_uses_the_fields_words(assignment):
    text = (EXERCISES / "source" / assignment / f"{assignment}.md").read_text(encoding="utf-8")
    assert not house_words(text)


@pytest.mark.parametrize("name", PROBLEMS)
def test_the_hints_use_the_fields_words(name):
    hints = " · ".join(mistake.hint for mistake in PROBLEMS[name].mistakes.values())
    assert hints
    assert not house_words(hints)


@pytest.mark.parametrize(
    ("house", "field"),
    [
        ("What comes back to W1?", "upstream gradient"),
        ("the slope by $W$", "with respect to"),
        ("Differentiate it by $s_t$.", "with respect to"),
        ("the kink of ReLU", "activation function, or corner"),
    ],
)
def test_a_house_word_is_found(house, field):
    assert field in [better for _, better in house_words(house.replace("What", "what"))]
