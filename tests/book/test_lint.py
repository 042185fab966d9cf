"""The lint of pages: each rule finds its planted fault, and lets the clean piece pass."""

import subprocess
import sys

import hash_notes
import pytest
from page_lint import RULES, Page, check
from page_lint.coverage import RUNS
from page_lint.runs import load, of_notes, stored
from page_lint.source import PageSource
from page_lint.symbols import symbols
from pages import ROOT

CELL = "```{code-cell} python\n%s\n```\n"
TAGGED = "```{code-cell} python\n:tags: [%s]\n%s\n```\n"
FIGURE = (
    "```{code-cell} python\n:tags: [hide-input]\n:mystnb:\n:  figure:\n"
    ':    name: fig-a\n:    caption: "Two lines."\nviz.show(f, name="a", alt="%s")\n```\n'
)
FOLD = "```{code-cell} python\n:tags: [hide-input]\n%sa = 1\n```\n"
SEEN = "A line that falls from 7 at the left to 0 at the right."
EXERCISE = (
    "```{exercise-start} One\n:label: ex-%d\n```\nHow?\n```{exercise-end}\n```\n\n"
    "````{solution-start} ex-%d\n:class: dropdown\n````\nSo.\n"
    "```{code-cell} python\nprint(1)\n```\n````{solution-end}\n````\n"
)
STRIP = "```{strip}\nSums, from {doc}`gradient-descent`.\n\n- add\n- subtract\n```\n"
EXERCISES = "## Exercises\n\n" + "".join(EXERCISE % (k, k) for k in range(4))
PREDICT, RECALL = 'book.predict("a", "?", ["x", "y"])', 'book.recall("a", 0, "x")'
QUESTION = 'book.single("?", [("a", True, "b"), ("c", False, "d")])'
ERRATUM = "```{erratum} nnn-e004\n```\n"
QUIZ = f"book.quiz({QUESTION}, {QUESTION}, {QUESTION})"
END = "\n## Check yourself\n\n## Exercises\n\n## Summary\n\n## Sources\n"
LONG = "The classifier gives this boot three scores and one label. "
TOPICS, ERRATA = {"nnn-024", "nnn-026"}, {"nnn-e004"}

# rule: a piece with a fault, the words of the finding, and a clean piece
PIECES = {
    "spine": (
        "## Code\n\n## Picture\n" + END,
        "must stand before",
        "## Picture\n\n## Code\n" + END,
    ),
    "opening": ("A puzzle.\n", "has no strip", f"A puzzle.\n\n{STRIP}"),
    "section-title": ("## Picture\n" + END, "names a part", "## Two lines meet\n" + END),
    "spoiler": (
        "It is {glue:text}`a:.2f`.\n\n## A\n",
        "gives a result away",
        "It is.\n\n## A\n\nIt is {glue:text}`a:.2f`.\n",
    ),
    "length": (LONG * 450, "4,501 words", LONG * 449),
    "cell-count": (CELL % "a", "1 visible cells", (CELL % "a") * 16),
    "cell-length": (CELL % ("a\n" * 21), "21 lines", CELL % ("a\n" * 12)),
    "cell-width": (CELL % ("a" * 75), "75 columns", CELL % ("a" * 74)),
    "fold-title": (
        FOLD % "",
        "no title",
        FOLD % ':mystnb:\n:  code_prompt_show: "The slips"\n',
    ),
    "skeleton": ("% WRITE: the puzzle\n", "still to be written: the puzzle", "% a remark\n"),
    "figure-count": (FIGURE % SEEN, "1 figures", (FIGURE % SEEN) * 7),
    "figure-caption": (FIGURE.replace("Two lines.", "") % SEEN, "no caption", FIGURE % SEEN),
    "caption-direction": (
        FIGURE.replace("Two lines.", "Left: a line.") % SEEN,
        "says “Left”",
        FIGURE.replace("Two lines.", "Right answers, 3 left out.") % SEEN,
    ),
    "figure-alt": (FIGURE % "Figure of a loss that falls from 7 to 0", "begins", FIGURE % SEEN),
    "prediction-count": (CELL % PREDICT, "1 predictions", CELL % f"{PREDICT}\n{PREDICT}"),
    "prediction-answer": (CELL % PREDICT, "answered 0 times", CELL % f"{PREDICT}\n{RECALL}"),
    "unshown": (CELL % f"{QUIZ}\na = 1", "a cell of its own", CELL % f"a = 1\n{QUIZ}"),
    "question-count": (
        CELL % 'book.quiz(book.bug("?", [], line=1))',
        "1 questions",
        CELL % QUIZ,
    ),
    "exercise-count": ("## Exercises\n", "0 exercises", EXERCISES),
    "exercise-solution": (
        EXERCISES.replace("solution-start} ex-2", "solution-start} ex-1"),
        "“ex-2” has 0 solutions",
        EXERCISES,
    ),
    "covers": (
        "```{covers} nnn-024\n```\n\nText.\n",
        "nnn-026 is not covered",
        "```{covers} nnn-024 nnn-026\n```\n\nText.\n",
    ),
    "erratum": ("Text.\n", "nnn-e004 is not put right", ERRATUM),
    "erratum-fold": (
        f"## Code\n\n{ERRATUM}{END}",
        "between Summary and Sources",
        END.replace("## Sources", f"{ERRATUM}\n## Sources"),
    ),
    "glue-source": (
        "It is {glue:text}`a:.2f`.\n",
        "no cell gives “a”",
        "It is {glue:text}`a:.2f`.\n\n" + CELL % "book.numbers(a=1)",
    ),
    "glue-once": (
        CELL % "book.numbers(a=1)\nbook.numbers(a=2)",
        "“a” is given",
        CELL % "book.numbers(a=1)\nbook.numbers(b=2)",
    ),
    "typed-number": (
        "The loss is 3.197.\n",
        "“3.197” is typed",
        "The loss is 3.197.\n\n"
        + TAGGED % ("remove-cell, hand-check", 'assert Fr("3.197") == x'),
    ),
    "timing": (
        "It takes 3.5 seconds.\n",
        "“3.5 seconds” is a timing",
        "It takes three steps.\n",
    ),
    "struck-word": ("It is simply a sum.\n", "“simply” is filler", "It is a sum.\n"),
    "house-word": (
        "A bend follows each sum.\n",
        "“bend” is a house word",
        "An activation function follows each sum.\n",
    ),
    "mark": ("A sum — a mean.\n", "a dash as a link", "A sum, a mean.\n"),
    "one-sentence": ("A sum. Then a mean.\n", "“Then a mean.", "A sum.\nThen a mean.\n"),
    "measured": (
        CELL % 'assert a > b, "the claim is refuted: rewrite"',
        "a verdict (“refuted”)",
        CELL
        % 'assert a == 1, "another file: rewrite"\nbook.claim(a > b, "a is larger than b")',
    ),
    "minus": ("The score is -5.\n", "use the minus sign", "The score is −5, the 1-norm 3.\n"),
    "term": (
        "The gradient vanishes in an LSTM and a vanishing gradient is small.\n",
        "“vanishing gradient” is used before",
        "A *vanishing gradient* is one that shrinks with each step.\n",
    ),
    "symbol": (
        "It is old.\n\n$$\n\\zeta = 1\n$$\n",
        "“zeta” is in no row",
        "Here $\\zeta$ is the number of zeros.\n\n$$\n\\zeta = 1\n$$\n",
    ),
}


def page(text, name="classifiers/softmax"):
    path = ROOT / "chapters" / f"{name}.md"
    return Page(name, PageSource(path, f"# Title\n\n{text}"), TOPICS, ERRATA)


def findings(rule, text):
    return [finding.text for finding in check(page(text), [rule]).findings]


@pytest.mark.parametrize(
    ("call", "words"),
    [
        ('book.claim(a > b, f"rewrite {a}")', "not what to do"),
        ('book.claim(np.random.default_rng(0).normal() > 0, "it is positive")', "draw before"),
        ('book.claim(rng.normal() > 0, "it is positive")', "draw before"),
    ],
)
def test_a_claim_that_orders_or_draws_is_found(call, words):
    (finding,) = findings("measured", CELL % call)
    assert words in finding


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
        ("spine", END.replace("## Summary", "## Proof\n\n## Summary"), "“Proof” must stand"),
        ("spine", END + "## Proof\n", "“Proof” must stand before “Check yourself”"),
        ("spine", "## Exercises\n\n## Summary\n\n## Sources\n", "“Check yourself” is missing"),
        ("opening", STRIP + "\nA puzzle.\n", "stands above the puzzle"),
        ("opening", f"A puzzle.\n\n## Code\n\n{STRIP}", "stands below the first heading"),
        ("opening", f"A puzzle.\n\n{STRIP}\n{STRIP}", "a second strip"),
        (
            "opening",
            STRIP.replace("gradient-descent", "svm"),
            "not name classifiers/gradient-d",
        ),
        ("opening", f"A puzzle.\nAllow 40 minutes.\n\n{STRIP}", "“Allow 40 minutes”"),
        ("opening", f"After this page you can add.\n\n{STRIP}", "“After this page you”"),
        ("fold-title", FOLD % ":mystnb:\n:  code_prompt_show: Show it\n", "is an order"),
        ("cell-length", (CELL % ("a\n" * 13)) * 3, "median"),
        ("cell-count", (CELL % "a") * 17, "17 visible cells"),
        ("figure-count", (FIGURE % SEEN) * 8, "8 figures"),
        (
            "erratum-fold",
            END.replace("## Sources", f"{ERRATUM}\n{ERRATUM}\n## Sources"),
            "a second fold",
        ),
        (
            "covers",
            "::::{admonition} More\n```{covers} nnn-024 nnn-999\n```\nText.\n::::\n",
            "nnn-999 is not an id",
        ),
        ("house-word", "Every unit hears two numbers.\n", "say “outputs”"),
        ("house-word", "The squared miss is 4.\n", "say “error”"),
        ("house-word", "So the slope by $w$ is 2.\n", "say “with respect to”"),
        ("house-word", "Accuracy on new pictures.\n", "say “test set”"),
        ("house-word", "The pictures kept for choosing.\n", "say “validation set”"),
        ("house-word", "A line that parts the classes.\n", "say “separate the classes”"),
        ("house-word", "The ten kinds of clothes.\n", "say “classes”"),
        ("house-word", "With drawn labels.\n", "say “random labels”"),
        ("house-word", FIGURE.replace("Two lines", "A bend") % SEEN, "“bend”"),
        ("house-word", FIGURE % f"{SEEN} It blames both.", "“blames”"),
        ("house-word", CELL % "a = 1   # the bend", "“bend”"),
        ("cell-width", "## Exercises\n\n" + CELL % ("a" * 69), "69 columns"),
        ("figure-alt", FIGURE % "A line.", "7 characters"),
        ("figure-alt", CELL % "viz.show(f)", "no alternative text"),
        ("figure-caption", CELL % 'book.play("a", {}, alt="a")', "no caption"),
        ("prediction-answer", CELL % RECALL, "not predicted"),
        ("prediction-answer", CELL % f"{RECALL}\n{PREDICT}", "answered 0 times"),
        ("prediction-answer", CELL % f"{PREDICT}\n{RECALL}\n{RECALL}", "answered 2 times"),
        ("covers", "```{covers} nnn-024 nnn-024\n```\n\nA.\n", "stands 2 times"),
        ("covers", "```{covers} a b c d\n```\n\nA.\n", "4 ids at once"),
        ("covers", "```{covers} nnn-024\n```\n\n## Next\n", "nothing is taught here"),
        ("covers", "```{covers} nnn-999\n```\n\nA.\n", "nnn-999 is not an id of this page"),
        ("skeleton", CELL % "# WRITE: assert", "still to be written: assert"),
        ("skeleton", "% nnn-024 (fact): A. B.\n", "delete it"),
        ("timing", "In {glue:text}`t:.1f` s.\n", "is a timing"),
        ("timing", "It is 40 times faster.\n", "is a timing"),
        ("struck-word", "In this section we will add.\n", "announcement"),
        ("struck-word", "A powerful idea.\n", "applause"),
        ("struck-word", "Just add.\n", "“just”"),
        ("struck-word", "It is just a sum.\n", "“just”"),
        ("mark", "Add!\n", "exclamation"),
        ("mark", "Add 🎉.\n", "emoji"),
        ("term", "The softmax divides by a sum.\n", "to be defined on this page"),
        ("term", STRIP.replace("Sums", "The LSTM"), "“long short-term memory” is used before"),
        ("typed-number", "There are 7,850 parameters.\n", "“7,850” is typed"),
        ("typed-number", "Then $x$ is 0.37 and $y$ less.\n", "“0.37” is typed"),
    ],
)
def test_other_faults_of_a_rule_are_found(rule, text, words):
    assert any(words in found for found in findings(rule, text)), findings(rule, text)


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ("typed-number", "In 1958, by 3 of 10, in Python 3.11, section 6.2.2, ten of 1,000.\n"),
        ("typed-number", "About 80% of them.\n\n" + CELL % "share = 0.8"),
        (
            "typed-number",
            "All 7,850.\n\n" + TAGGED % ("hand-check", "assert 784 * 10 + 10 == n"),
        ),
        ("typed-number", "Then $x = 0.37$ holds, and\n\n$$\ny = 0.38\n$$\n"),
        ("timing", "It moves $3\\,s$, that is\n\n$$\n3 s\n$$\n"),
        ("term", "It is a *cross*, as an LSTM, of {doc}`../rnn/lstm-gru`, shows.\n"),
        ("house-word", "Bias correction, of which the LSTM misses 3, hears `bend`.\n"),
        ("one-sentence", "See e.g. Table A and Fig. Two.\n\n| A. B | C. D |\n"),
        ("struck-word", "It lies just below `simply` and $\\text{just}$.\n"),
        ("struck-word", "The matrix that we just found is one that you have just seen.\n"),
        ("mark", "Write `a != b` and $n!$, from 3–5.\n"),
        ("minus", "A 2-norm, `x = -1` and $-1$.\n"),
        ("minus", "So\n\n$$\nx = -1\n$$\n"),
        ("figure-alt", CELL % 'viz.show(f, alt="Ten shirts: " + words)'),
        (
            "figure-alt",
            CELL % f'book.play("a", {{}}, alt="{SEEN}", still=viz.show(f, alt="A line."))',
        ),
        ("own-words", "Anything that nobody has written in these words before now.\n"),
    ],
)
def test_what_only_looks_like_a_fault_passes(rule, text):
    assert findings(rule, text) == []


def test_symbols_are_the_letters_without_indices_words_and_functions():
    assert symbols(r"\hat y_{ij} = \mathrm{relu}(W^\top x_k) + \sum_n \ln \sigma") == [
        *("y", "W", "x", "sigma")
    ]


def test_a_finding_is_one_line_with_place_rule_and_cure():
    report = check(page("It is simply a sum.\n"), ["struck-word"])
    line = "chapters/classifiers/softmax.md:3: struck-word: “simply” is filler: leave it out"
    assert report.lines() == [line]


WAIVED = "% lint-allow struck-word: the word is what the page is about\n\nIt is simply.\n"


def test_a_waiver_allows_what_stands_below_it_and_is_listed():
    report = check(page(WAIVED), ["struck-word"])
    assert report.findings == []
    assert report.lines() == [
        "chapters/classifiers/softmax.md:3: allowed struck-word (1): "
        "the word is what the page is about"
    ]


@pytest.mark.parametrize(
    ("text", "rule", "words"),
    [
        (WAIVED + "\nIt is simply here.\n", "struck-word", "simply"),
        (WAIVED.replace("simply", "so"), "waiver", "delete the waiver"),
        (
            WAIVED.replace(": the word is what the page is about", ":"),
            "waiver",
            "needs its reason",
        ),
        (WAIVED.replace("struck-word", "struck"), "waiver", "no rule “struck”"),
        ("% lint-allow typed-number 37: seen\n\nIt is 38.\n", "typed-number", "38"),
    ],
    ids=["too-far", "useless", "no-reason", "no-rule", "another"],
)
def test_a_waiver_reaches_no_further_than_it_says(text, rule, words):
    found = check(page(text)).findings
    assert any(f.rule == rule and words in f.text for f in found)


def test_a_waiver_may_name_the_one_thing_it_allows():
    text = "% lint-allow typed-number 37: counted by hand\n\nIt is 37, once 38.\n"
    found = [f.text for f in check(page(text), ["typed-number"]).findings]
    assert len(found) == 1
    assert "“38”" in found[0]


NOTES = (
    "Neural networks learn by moving every weight a little downhill each time.\n\n"
    "The loss $L = 3$ is **small** when the guess is right and large when wrong.\n"
)


def test_a_run_of_the_notes_is_found_with_its_line(tmp_path, monkeypatch):
    (tmp_path / "a.txt").write_text(NOTES, encoding="utf-8")
    hashes = hash_notes.hash_folder(tmp_path)
    (tmp_path / "runs.bin").write_bytes(stored(hashes))
    monkeypatch.setattr("page_lint.coverage.RUNS", tmp_path / "runs.bin")
    taken = "He says:\nthe loss $l$ is small when the guess\nis right.\n"
    (found,) = check(page(taken), ["own-words"]).findings
    assert found.line == 4
    assert "the loss is small when the guess is" in found.text
    own = "The loss is small when a guess is right.\n"
    assert check(page(own), ["own-words"]).findings == []


def test_a_run_in_a_caption_or_a_question_is_found_too(tmp_path, monkeypatch):
    (tmp_path / "runs.bin").write_bytes(stored(of_notes(NOTES)))
    monkeypatch.setattr("page_lint.coverage.RUNS", tmp_path / "runs.bin")
    cell = CELL % 'book.quiz(book.single("Neural networks learn by moving every weight a", []))'
    assert len(check(page(cell), ["own-words"]).findings) == 1


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
