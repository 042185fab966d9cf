"""`check`, `nngrader check` and grading name only what the student's code contains."""

from pathlib import Path

import numpy as np
import pytest
from nngrader.course.assignment import AssignmentSpec
from nngrader.engine import cases_json
from nngrader.grading.one_submission import Job, run
from nngrader.records.finding import findings_of
from nngrader.records.rendering import Audience, sentences
from nngrader.sandbox.launch import Sandbox
from nngrader.settings import Limits
from nngrader.student.function import check_message
from nngrader.student.trial import Trial

from tests.exercises.declared_problems import packed
from tests.exercises.test_messages import FAULTS

LIMITS = Limits(call_seconds=2.0, total_seconds=6.0, memory_mb=500)
SETUP = ("setup", "import numpy as np", False)


def in_the_notebook(name, source, folder):
    """Return what `check` prints about a function in the first call."""
    names = {"np": np, "__name__": "__main__"}
    file = folder / "cell.py"
    file.write_text(source, encoding="utf-8")
    exec(compile(source, str(file), "exec"), names)
    data = {name: packed(name, 1, True, variants=True)}
    cases_json.save(data, folder / "a.cases.json")
    return check_message(names[name], folder)


def of_the_notebook(name, source, folder):
    """Return the sentences of `nngrader check`."""
    trial = Trial([SETUP, (name, source, False)], LIMITS)
    try:
        verdict = trial.judge(packed(name, 1, True, variants=True), [], {})
    finally:
        trial.close()
    return "\n".join(sentences(verdict.findings, Audience.VISIBLE))


def in_the_feedback(name, source, folder):
    """Return the sentences of the feedback after grading."""
    spec = AssignmentSpec(
        tests=[(name, name, 14.0)],
        hidden={name: packed(name, 1, False, variants=True)},
        limits=LIMITS,
        uses=[],
        most=14.0,
        unsafe=False,
        code="",
        solved=[],
    )
    with Sandbox(LIMITS) as box:
        result = run(spec, Job([SETUP, (name, source, False)], files={}), box, 0)
    findings = findings_of(result["problems"][name])
    return "\n".join(sentences(findings, Audience.HIDDEN))


@pytest.mark.parametrize(
    "said",
    [
        in_the_notebook,
        of_the_notebook,
        pytest.param(in_the_feedback, marks=pytest.mark.sandbox),
    ],
)
@pytest.mark.parametrize("fault", ["G10", "Y15"])
def test_every_way_to_judge_knows_the_code(said, fault, tmp_path: Path):
    name, source, present, absent = FAULTS[fault]
    message = said(name, source, tmp_path)
    assert all(words in message for words in present), message
    assert not any(words in message for words in absent), message
