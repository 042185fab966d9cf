"""A check that comes out differently: the page shows the values; a strict build fails."""

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
# A failed check in a shown and in a hidden cell, an error, and a figure that needs it.
FAULTS = f"""
{FENCE}{{code-cell}} python
book.setup()
assert x == 4
print("after", "the assertion")
{FENCE}

{FENCE}{{code-cell}} python
:tags: [remove-cell]
def check(value):
    assert value < 1, "a value that is too large"
check(x)
{FENCE}

It comes to {{glue:text}}`missing:.1%` and {{glue:text}}`there:.1f`.

{FENCE}{{code-cell}} python
book.numbers(there=3)
y = [][x]
book.numbers(missing=y)
{FENCE}

{FENCE}{{code-cell}} python
:tags: [hide-input]
:mystnb:
:  figure:
:    name: fig-missing
:    caption: "A figure that is not drawn."
print(y)
{FENCE}

{FENCE}{{code-cell}} python
print("the end")
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
    """Return a small book with faults of each kind, built for a reader, strictly, and again."""
    mini = built.copy(tmp_path_factory.mktemp("claiming") / "book")
    mini.replace(f"{FENCE}{{erratum}}", PAGE + FAULTS + f"{FENCE}{{erratum}}")
    return mini, [mini.build(reader=True), mini.build(), mini.build(reader=True)]


def line_of(mini, text):
    lines = (mini.root / "chapters/part/second.md").read_text().splitlines()
    return next(k for k, line in enumerate(lines, start=1) if text in line)


def test_a_readers_build_ends_with_a_book_and_a_short_summary(claiming):
    mini, (first, _, last) = claiming
    for done in (first, last):
        assert done.returncode == 0
        lines = done.stdout.splitlines()
        start = next(k for k, line in enumerate(lines) if "came out differently" in line)
        assert len(lines[start:]) <= 10
        assert lines[start].startswith("6 checks")
        table = "\n".join(lines[start:])
        for text, expected, found in (
            ("x is small", "x is small", "x = 3"),
            ("assert x == 4", "x == 4", "x = 3"),
            ("[][x]", "no error", "IndexError: list index out of range"),
        ):
            line = rf"second\.md:{line_of(mini, text)} +expected: {expected} +found: {found}"
            assert re.search(line, table)
        assert "three" not in table
        assert "CONTRIBUTING.md" in table
        assert lines[-1].endswith("_build/html/index.html")


def test_the_summary_is_data_too(claiming):
    mini, _ = claiming
    found = json.loads((mini.root / "_build/checks.json").read_text())
    kinds = [finding["kind"] for finding in found["findings"]]
    assert kinds == ["claim", "claim", "assert", "assert", "error", "error"]
    assert found["pages"] == 3


def test_a_strict_build_stops_at_the_first_error_of_a_page(claiming):
    mini, (_, strict, _) = claiming
    assert strict.returncode != 0
    line = line_of(mini, "assert x == 4")
    message = rf"part/second\.md:{line}: cell \d+ of \d+ fails: AssertionError; x = 3"
    assert re.search(message, strict.stdout)


def test_a_strict_build_fails_for_claims(claiming, tmp_path):
    mini = claiming[0].copy(tmp_path / "book")
    mini.replace(FAULTS, "")
    strict = mini.build()
    assert strict.returncode != 0
    line = line_of(mini, "is above $5$")
    message = "a claim does not hold: the value `x` is above $5$ (asked: x > 5; here: x = 3)"
    assert re.search(rf"part/second\.md:{line}: \S*ERROR: {re.escape(message)}", strict.stdout)
    assert strict.stdout.count("a claim does not hold") == 2


def test_the_page_has_a_notice_and_a_box_at_each_place(claiming):
    page = claiming[0].page()
    notice, shown, hidden, *_ = (m.start() for m in re.finditer('class="nn-claim', page))
    assert page.index("<h1>") < notice < page.index("Two things are taught")
    assert "6 checks on this page came out differently" in page
    assert page.index("two\n") < shown < page.index("Ask.")
    assert page.index("Words of the answer.") < hidden < page.index("More words.")
    assert "The text says: x is small. Found here:" in page
    for name in re.findall(r'href="#(differs-here-\d)"', page):
        assert f'id="{name}"' in page


def test_the_cells_after_an_error_run_and_what_is_missing_is_marked(claiming):
    page = claiming[0].page()
    assert "the end\n" in page
    assert "after the assertion" not in page
    assert page.count("Traceback") == 4  # also of the cell that is not shown
    assert page.count("<em>(not computed)</em>") == 1


def test_a_claim_that_holds_leaves_nothing_in_the_page_and_no_claim_in_the_notebook(claiming):
    mini, _ = claiming
    assert "still three" not in mini.page()
    assert "vnd.nn.claim" not in mini.page()
    notebook = mini.root / "_build/html/_sources/chapters/part/second.ipynb"
    cells = json.loads(notebook.read_text())["cells"]
    outputs = [o for cell in cells for o in cell.get("outputs", [])]
    assert not [o for o in outputs if "vnd.nn.claim" in json.dumps(o)]
    assert [o for o in outputs if "".join(o.get("text", "")) == "one\ntwo\n"]
