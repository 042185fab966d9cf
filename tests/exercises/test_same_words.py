"""A finding has the same words in the notebook, on the feedback page and in what is kept."""

import functools
import html
import re

import pytest
from nngrader.engine import report, sentences
from nngrader.engine.explanation.changes import WHERE_FROM
from nngrader.engine.judgement.ledger import PLURAL
from nngrader.reports import feedback
from nngrader.student import function as student

from tests.exercises.declared_problems import PROBLEMS, judged, packed
from tests.exercises.wrong_answers.catalogue import WRONG

every_problem = pytest.mark.parametrize("name", PROBLEMS)


def answers(name):
    """Return the known mistakes of a problem and other wrong answers to it, by name."""
    mistakes = {title: m.solve for title, m in PROBLEMS[name].mistakes.items()}
    return [*mistakes.items(), *((f.__name__, f) for of, f, *_ in WRONG if of == name)]


ADDED = (  # what is added where inputs may be shown, and what stands there where they may not
    (r" is [^:]*, and apart from that:", " is off by a factor, and apart from that:"),
    (r" \([^()]*(?:\([^()]*\)[^()]*)* here\)", ""),
    (r" \(\d+ steps for .*?\)", ""),
    (r" \([\d.]+ MB\)", ""),
    (r" in \d+ of \d+ entries, first at \[[\d, ]+\]", ""),
    (r" \((?:\w+ from \S+ to [^ ,]+(?:, )?)+\)", ""),
    (r"wrong in \d+ of \d+ entries", "wrong in part"),
    (r"agrees to \S+ of the largest entry", "agrees to some digits"),
    (r" in (row|column|entry) \d+ only", r" in one \1 only"),
    (r" has shape \(\d+,\), expected (\(\w+, \w+\)):", r" has another shape than \1:"),
    (r" \(up to \w+ \d+\)", ""),
    (r"( missing: .*? raised \w+)\b.* (\(with [^()]*\))$", r"\1 \2"),
    (r" for [a-h](?:(?:, [a-h])* and [a-h])?, and right", " for some letters, and right"),
    (r"Which steps do(?:es)? [a-h]\b.* go through\?", "Which steps do these go through?"),
    (r"shift: it is too (?:large|small)(?: everywhere)?", "shift"),
    (
        r"^(?!the function)(\w+(?:Error|Exception|Warning))\b.* \(with ([^:]*).*\)$",
        r"{who} raised \1 (with \2).",
    ),
)
NAMED = r"(?:\S+ times too (?:large|small)|of the wrong sign)[^.:]*\. .*"
ONE = {many: one for one, many in PLURAL.items()}
UNNAMED = r"(?<=[( ])(?!1[,)])\d+(?=[,)])"  # a length without a letter


def without_numbers(text, who):
    """Return a sentence about visible cases as it reads for hidden ones."""
    for shown, hidden in ADDED:
        text = re.sub(shown, hidden.replace("{who}", who), text, flags=re.DOTALL)
    return re.sub(UNNAMED, "?", text) if " has shape (" in text else text


def apart(findings):
    """Yield findings with a sentence for each part; some share one without numbers."""
    for aspect, text, mistake in findings:
        parts, rest = re.match(r"((?:\w+ and )*\w+)( .*|:.*)?$", text, re.DOTALL).groups()
        parts = parts.split(" and ") if rest else [text]
        for plural, one in ONE.items() if len(parts) > 1 else ():
            rest = re.sub(rf"^ {plural}\b", f" {one}", rest)
        yield from ((aspect, part + (rest or ""), mistake) for part in parts)


def without_factor(text):
    """Return a sentence that names a factor as it reads if another part is wrong too."""
    return re.sub(r"^(\w+) is " + NAMED, r"\1 is off by a factor. " + WHERE_FROM, text)


@functools.cache
def shown(name, f, seed):
    """Return the verdict on visible cases, which may quote the inputs."""
    return judged(packed(name, seed, True), f)


def without_inputs(name, f, seed):
    """Return the verdict on the same cases as if they were hidden."""
    return judged(packed(name, seed, True) | {"visible": False}, f)


@every_problem
def test_hidden_cases_are_told_of_in_the_same_words_without_numbers(name, seed, share):
    who = f"using {name}" if PROBLEMS[name].moving.get("driver") else "the function"
    for title, f in share(answers(name), 8):
        visible = [(a, without_numbers(t, who), m) for a, t, m in shown(name, f, seed).findings]
        expected = sorted(apart(visible), key=str)
        hidden = sorted(apart(without_inputs(name, f, seed).findings), key=str)
        if len(expected) > 1:  # any factor, beside something else, would be many ways to tell
            factors = [" is off by a factor. " in text for _, text, _ in hidden]
            expected = [
                (a, without_factor(t) if vague else t, m)
                for (a, t, m), vague in zip(expected, factors, strict=False)
            ]
        assert expected == hidden, title


@every_problem
def test_notebook_and_page_and_result_hold_the_same_sentence(name, seed, share, tmp_path):
    for title, f in share(answers(name), 8):
        verdict = shown(name, f, seed)
        kept = report(packed(name, seed, True), verdict, 10)
        printed = student.report(packed(name, seed, True), f, verdict, tmp_path)
        read = html.unescape(re.sub(r"<[^>]*>", "", page(name, kept)))
        assert kept["findings"], title
        later = re.search(r"tep (\d) of \d", printed)  # the notebook tells of no later step
        waits = [*PROBLEMS[name].steps][int(later[1]) :] if later else []
        told = [f for f in kept["findings"] if f[0] not in [*waits, *["long"] * bool(later)]]
        for text in sentences(told):
            assert text in printed, title
        for text in sentences(kept["findings"]):
            assert text in read, title


def page(name, kept):
    """Return the feedback page of a student who handed in one problem."""
    return feedback.page(
        {
            "student": "ada",
            "assignment": "ps2",
            "status": "graded",
            "flags": [],
            "score": kept["score"],
            "max_score": 10,
            "problems": {name: kept},
        }
    )
