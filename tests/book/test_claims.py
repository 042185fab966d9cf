"""A measured claim that does not hold: a page shows the values; a strict build fails."""

import json
import re

import numpy as np
import pytest

from nnlib import book

FENCE = "```"
PAGE = f"""
{FENCE}{{code-cell}} python
from nnlib import book
x = 3
book.claim(x == 3, "three is three")
print("one")
book.claim(x > 5, "the value `x` is above $5$")
print("two")
{FENCE}

{FENCE}{{exercise-start}}
:label: ex-claims
{FENCE}
Ask.
{FENCE}{{exercise-end}}
{FENCE}

`{FENCE}{{solution-start}} ex-claims
`{FENCE}
Words of the answer.
{FENCE}{{code-cell}} python
:tags: [remove-cell]
book.claim(x < 2, "x is small")
{FENCE}
More words.
`{FENCE}{{solution-end}}
`{FENCE}

{FENCE}{{code-cell}} python
:tags: [remove-input]
book.claim(x == 3, "three is still three")
{FENCE}

"""
a, scores = np.array([1.0, 2.5, 3.0]), {"near": 3, "far": 0.5}
CLAIMS = [
    (lambda: book.claim(a.mean() > 3, "s"), "a.mean() = 2.16667"),
    (lambda: book.claim(1 < 2 < scores["far"] < 7, "s"), "scores['far'] = 0.5"),
    (lambda: book.claim(a[0] == 1 and a.argmax() == 0, "s"), "a.argmax() = 2"),
    (lambda: book.claim(a[0] > 1 or a[1] > 3, "s"), "a[0] = 1; a[1] = 2.5"),
    (lambda: book.claim(all(v < 1 for v in scores.values()), "s"), "v = 3"),
    (lambda: book.claim(all([k < v for k, v in enumerate(a[::-1])]), "s"), "k = 2; v = 1"),
    (lambda: book.claim((a < 2).all(), "s"), "a = [1. , 2.5, 3. ]"),
    (lambda: book.claim(np.all(a < 2), "s"), "a = [1. , 2.5, 3. ]"),
    (lambda: book.claim(np.allclose(a, 1), "s"), "a = [1. , 2.5, 3. ]"),
    (lambda: book.claim(not a[0] == 1, "s"), "a[0] = 1"),
    (lambda: book.claim(np.nan > a[0], "s"), "np.nan = nan; a[0] = 1"),
    (lambda: book.claim(condition=len(a) > 3, statement="s"), "len(a) = 3"),
    (
        lambda: book.claim(
            max(a) < 2,
            "s",
        ),
        "max(a) = 3",
    ),
]


@pytest.mark.parametrize(("made", "found"), CLAIMS, ids=[found for _, found in CLAIMS])
def test_a_claim_that_fails_tells_the_values_of_its_sides_in_one_line(made, found, capsys):
    made()
    errors = capsys.readouterr().err
    assert errors.count("\n") == 1
    assert errors.endswith(f"; {found})\n")


def test_a_claim_that_holds_says_nothing(capsys):
    book.claim(a.mean() > 2, "the mean is above 2")
    book.claim(np.bool_(True), "true")
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("condition", [a < 2, 3, "yes", None, []])
def test_a_condition_that_is_no_truth_value_is_refused(condition):
    with pytest.raises(TypeError, match="claim: expected a truth value"):
        book.claim(condition, "s")


def test_a_claim_needs_words():
    with pytest.raises(ValueError, match="expected a text as a statement"):
        book.claim(True, "")


@pytest.fixture(scope="module")
def claiming(built, tmp_path_factory):
    """Return a small book with two claims that fail, built leniently, strictly, leniently."""
    mini = built.copy(tmp_path_factory.mktemp("claiming") / "book")
    mini.replace(f"{FENCE}{{erratum}}", PAGE + f"{FENCE}{{erratum}}")
    return mini, [mini.build(), mini.build("--strict"), mini.build()]


def line_of(mini, text):
    lines = (mini.root / "chapters/part/second.md").read_text().splitlines()
    return next(k for k, line in enumerate(lines, start=1) if text in line)


def test_a_readers_build_goes_on_and_tells_twice_what_did_not_hold(claiming):
    mini, (first, _, last) = claiming
    assert (first.returncode, last.returncode) == (0, 0)
    assert "not so here: x is small\n" in first.stdout
    for done in (first, last):  # the second takes the outputs from the cache
        table = done.stdout[done.stdout.index("came out otherwise on this computer") :]
        assert f"part/second.md:{line_of(mini, 'x is small')}  x is small\n" in table
        assert "asked  x < 2\n" in table
        assert "here   x = 3\n" in table
        assert "three" not in table


def test_a_strict_build_fails_also_by_outputs_from_the_cache(claiming):
    mini, (_, strict, _) = claiming
    assert strict.returncode != 0
    line = line_of(mini, "is above $5$")
    message = "a claim does not hold: the value `x` is above $5$ (asked: x > 5; here: x = 3)"
    assert re.search(rf"part/second\.md:{line}: \S*ERROR: {re.escape(message)}", strict.stdout)
    assert strict.stdout.count("a claim does not hold") == 2


def test_the_page_says_what_was_found_after_the_cell_or_after_what_stands_above(claiming):
    page = claiming[0].page()
    shown, hidden = (m.start() for m in re.finditer('class="nn-claim', page))
    assert page.index("two\n") < shown < page.index("Ask.")
    assert page.index("Words of the answer.") < hidden < page.index("More words.")
    assert "The text says: x is small. Found here:" in page


def test_a_claim_that_holds_leaves_nothing_in_the_page_and_no_claim_in_the_notebook(claiming):
    mini, _ = claiming
    assert "still three" not in mini.page()
    assert "vnd.nn.claim" not in mini.page()
    notebook = mini.root / "_build/html/_sources/chapters/part/second.ipynb"
    cells = json.loads(notebook.read_text())["cells"]
    outputs = [o for cell in cells for o in cell.get("outputs", [])]
    assert not [o for o in outputs if "vnd.nn.claim" in json.dumps(o)]
    assert [o for o in outputs if "".join(o.get("text", "")) == "one\ntwo\n"]
