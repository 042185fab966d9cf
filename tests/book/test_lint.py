"""The lint of pages: each rule finds its planted fault, and lets the clean piece pass."""

import subprocess
import sys

import hash_notes
import pytest
from page_lint import RULES, Page, check
from page_lint.rules import RUNS
from page_lint.runs import load, of_notes, stored
from page_lint.source import PageSource
from pages import ROOT

CELL = "```{code-cell} python\n%s\n```\n"
FIGURE = (
    "```{code-cell} python\n:tags: [hide-input]\n:mystnb:\n:  figure:\n"
    ':    name: fig-a\n:    caption: "Two lines."\nviz.show(f, name="a", alt="%s")\n```\n'
)
FOLD = "```{code-cell} python\n:tags: [hide-input]\n%sa = 1\n```\n"
ALT = "A line that falls from 7 at the left to 0 at the right."
EXERCISE = (
    "```{exercise-start} One\n:label: ex-%d\n```\nHow?\n```{exercise-end}\n```\n\n"
    "````{solution-start} ex-%d\n:class: dropdown\n````\nSo.\n"
    "```{code-cell} python\nprint(1)\n```\n````{solution-end}\n````\n"
)
EXERCISES = "## Exercises\n\n" + "".join(EXERCISE % (k, k) for k in range(4))
PREDICT, RECALL = 'book.predict("a", "?", ["x", "y"])', 'book.recall("a", 0, "x")'
QUESTION = 'book.single("?", [("a", True, "b"), ("c", False, "d")])'
QUIZ = f"book.quiz({QUESTION}, {QUESTION}, {QUESTION})"
END = "\n## Check yourself\n\n## Exercises\n\n## Summary\n\n## Sources\n"

# rule: a piece with a fault, the words of the finding, and a clean piece
PIECES = {
    "spine": (
        END.replace("## Summary", "## Sources\n\n## Summary"),
        "must come before",
        "## Code\n" + END,
    ),
    "cell-width": (CELL % ("a" * 75), "75 columns", CELL % ("a" * 74)),
    "fold-title": (
        FOLD % "",
        "no title",
        FOLD % ':mystnb:\n:  code_prompt_show: "The slips"\n',
    ),
    "figure-caption": (FIGURE.replace("Two lines.", "") % ALT, "no caption", FIGURE % ALT),
    "caption-direction": (
        FIGURE.replace("Two lines.", "Left: a line.") % ALT,
        "contains “Left”",
        FIGURE.replace("Two lines.", "Right answers, 3 left out.") % ALT,
    ),
    "figure-alt": (FIGURE % "Figure of a loss that falls from 7 to 0", "begins", FIGURE % ALT),
    "prediction-answer": (CELL % PREDICT, "has 0 answers", CELL % f"{PREDICT}\n{RECALL}"),
    "measured": (
        CELL % "assert test_loss < 0.3",
        "“test_loss” is measured",
        CELL % "assert abs(loss - by_hand) < 1e-6",
    ),
    "unshown": (CELL % f"{QUIZ}\na = 1", "split the cell", CELL % f"a = 1\n{QUIZ}"),
    "exercise-solution": (
        EXERCISES.replace("solution-start} ex-2", "solution-start} ex-1"),
        "“ex-2” has 0 solutions",
        EXERCISES,
    ),
}


def page(text, name="classifiers/softmax"):
    path = ROOT / "chapters" / f"{name}.md"
    return Page(name, PageSource(path, f"# Title\n\n{text}"))


def findings(rule, text):
    return [finding.text for finding in check(page(text), [rule])]


@pytest.mark.parametrize("rule", PIECES)
def test_a_planted_fault_is_found_and_a_clean_piece_passes(rule):
    faulty, words, clean = PIECES[rule]
    assert any(words in text for text in findings(rule, faulty)), findings(rule, faulty)
    assert findings(rule, clean) == []


def test_every_rule_has_its_planted_fault():
    assert set(PIECES) | {"own-words"} == set(RULES)


@pytest.mark.parametrize(
    ("rule", "text", "words"),
    [
        ("spine", END.replace("## Summary", "## Proof\n\n## Summary"), "“Proof” must come"),
        ("spine", END + "## Proof\n", "“Proof” must come before “Check yourself”"),
        ("spine", "## Exercises\n\n## Summary\n\n## Sources\n", "“Check yourself” is missing"),
        ("cell-width", "## Exercises\n\n" + CELL % ("a" * 69), "69 columns"),
        ("figure-alt", FIGURE % "A line.", "7 characters"),
        ("figure-alt", CELL % "viz.show(f)", "no alternative text"),
        ("figure-caption", CELL % 'book.play("a", {}, alt="a")', "no caption"),
        ("prediction-answer", CELL % RECALL, "not predicted"),
        ("prediction-answer", CELL % f"{RECALL}\n{PREDICT}", "has 0 answers"),
        ("prediction-answer", CELL % f"{PREDICT}\n{RECALL}\n{RECALL}", "has 2 answers"),
        ("prediction-answer", f"{CELL % PREDICT}\n## Next\n\n{CELL % RECALL}", "a heading"),
    ],
)
def test_other_faults_of_a_rule_are_found(rule, text, words):
    assert any(words in result for result in findings(rule, text)), findings(rule, text)


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ("figure-alt", CELL % 'viz.show(f, alt="Ten shirts: " + words)'),
        (
            "figure-alt",
            CELL % f'book.play("a", {{}}, alt="{ALT}", still=viz.show(f, alt="A line."))',
        ),
        ("own-words", "Anything that nobody has written in these words before now.\n"),
    ],
)
def test_harmless_lookalikes_pass(rule, text):
    assert findings(rule, text) == []


def test_a_finding_is_one_line_with_page_line_and_rule():
    (result,) = check(page(FOLD % ""), ["fold-title"])
    start = "chapters/classifiers/softmax.md:3: fold-title: the fold has no title"
    assert result.show("classifiers/softmax").startswith(start)


NOTES = (
    "Neural networks learn by moving every weight a little downhill each time.\n\n"
    "The loss $L = 3$ is **small** when the guess is right and large when wrong.\n"
)


def test_a_run_of_the_notes_is_found_with_its_line(tmp_path, monkeypatch):
    (tmp_path / "a.txt").write_text(NOTES, encoding="utf-8")
    hashes = hash_notes.hash_folder(tmp_path)
    (tmp_path / "runs.bin").write_bytes(stored(hashes))
    monkeypatch.setattr("page_lint.rules.RUNS", tmp_path / "runs.bin")
    taken = "He says:\nthe loss $l$ is small when the guess\nis right.\n"
    (result,) = check(page(taken), ["own-words"])
    assert result.line == 4
    assert "the loss is small when the guess is" in result.text
    own = "The loss is small when a guess is right.\n"
    assert check(page(own), ["own-words"]) == []


def test_a_run_in_a_caption_or_a_question_is_found_too(tmp_path, monkeypatch):
    (tmp_path / "runs.bin").write_bytes(stored(of_notes(NOTES)))
    monkeypatch.setattr("page_lint.rules.RUNS", tmp_path / "runs.bin")
    cell = CELL % 'book.quiz(book.single("Neural networks learn by moving every weight a", []))'
    assert len(check(page(cell), ["own-words"])) == 1


def test_a_run_does_not_cross_an_empty_line_of_the_notes():
    assert len(of_notes("one two three four\n\nfive six seven eight")) == 0
    assert len(of_notes("one two three four five six seven eight nine")) == 2
    assert len(of_notes("one two three four; five six seven eight")) == 0


def test_the_hashes_of_the_notes_are_small_sorted_and_rarely_wrong():
    hashes = load(RUNS)
    assert 20_000 < len(hashes) < 300_000
    assert RUNS.stat().st_size < 1_500_000
    assert RUNS.read_bytes() == stored(hashes)
    runs_of_the_book = 75 * 5_000
    assert len(hashes) / 256**5 * runs_of_the_book < 0.05


def test_the_command_lists_the_rules_and_fails_on_an_unknown_page():
    program = [sys.executable, ROOT / "tools" / "lint_pages.py"]
    listed = subprocess.run([*program, "--rules"], capture_output=True, text=True, check=True)
    assert [line.split()[0] for line in listed.stdout.splitlines()] == list(RULES)
    unknown = subprocess.run([*program, "no/page"], capture_output=True, text=True)
    assert unknown.returncode == 2
    assert "there is no chapters/no/page.md" in unknown.stderr
