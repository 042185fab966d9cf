"""Judge a function whose source is known, so that each finding fits its code."""

from dataclasses import replace

from ...records.codes import Code
from ..explanation.own_words import in_own_words
from ..observation.call_result import checked
from ..observation.observe import measured
from .form import UNWRITTEN
from .judging import judge

LATER = (Code.RAISED, Code.SHAPE)  # that a result kept from an earlier call can cause


def judge_own(data, run, words, names=(), measure=measured):
    """Return the verdict of `judge`, whose findings name only what the function contains.

    The points don't depend on the words.

    :param words: (set of str) The names, numbers and operators in the function's code
        (`reading.words_near`).
    """
    results = []

    def call(args):
        results.append(run(args))
        return results[-1]

    verdict = judge(in_own_words(data, words), call, names, measure)
    findings = [_of_its_own_class(f, words) for f in verdict.findings]
    later = [f for f in findings if f.code in LATER]
    if later and not data.get("file") and _keeps_something(data, run, results[0]):
        findings = [
            f.about(data=f.data | {"keeps": True}) if f in later else f for f in findings
        ]
    return replace(verdict, findings=findings)


def _of_its_own_class(finding, words):
    """Mark an exception of the wrong class that the function's own code raises."""
    raised = finding.data.get("raised")
    own = finding.code == Code.ERROR_EXPECTED and {"raise", raised} <= words
    return (
        finding.about(data=finding.data | {"own": True})
        if own and raised != UNWRITTEN
        else finding
    )


def _keeps_something(data, run, result):
    """Return whether the first call worked, and the same call now fails or differs in form."""
    first = checked(result)
    if _form(first) != [w.shape for w in data["cases"][0]["want"] or ()]:
        return False
    again = checked(run(dict(data["cases"][0]["args"])))
    return not again.stopped and _form(again) != _form(first)


def _form(o):
    """Return the shapes of the parts of a result, None if the call failed."""
    if o.failed or o.parts is None:
        return None
    return [None if p["values"] is None else p["values"].shape for p in o.parts]
