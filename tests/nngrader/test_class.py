"""A whole class, graded by root and by an ordinary user: what each submission comes to."""

import json
import os

import pytest

from .conftest import ANSWERS, student_of
from .sample_course import NAME, problems, run
from .submissions.catalogue import CLASSES, HONEST, HOSTILE, MALFORMED

pytestmark = pytest.mark.sandbox
PROBLEMS = {p.name: p for p in problems()}
MISTAKES = [(p, n) for p, kind, n in ANSWERS if kind == "mistake"]
ALTERNATIVES = [(p, n) for p, kind, n in ANSWERS if kind == "alternative"]


def test_every_submission_is_accounted_for(graded_twice):
    graded = graded_twice
    handed_in = set(os.listdir(graded.course / "submitted"))
    assert set(graded.results) == handed_in
    assert graded.done.returncode == 0, graded.done.stderr
    assert f"[{len(handed_in)}/{len(handed_in)}]" in graded.done.stdout


def test_every_submission_is_in_the_gradebook_with_its_score(graded_twice, capsys):
    graded = graded_twice
    assert run(graded.course, "export", NAME) == 0
    rows = capsys.readouterr().out.splitlines()[1:]
    assert len(rows) == len(graded.results)
    for result in graded.results.values():
        name = f'"{result["student"]}"' if "," in result["student"] else result["student"]
        lost = result["status"] == "ungradable"
        end = ["", "ungradable"] if lost else [result["score"], "final"]
        assert f"{name},{end[0]},100.0,0.0,False,{end[1]}," in rows


@pytest.mark.deep(48)
@pytest.mark.parametrize("student", MALFORMED)
def test_a_malformed_submission_is_graded_as_far_as_it_can_be(graded, student):
    agrees(graded[student], MALFORMED[student])


@pytest.mark.deep(48)
@pytest.mark.parametrize("student", HONEST)
def test_an_honest_oddity_has_full_marks(graded, student):
    assert HONEST[student].score == 100.0
    agrees(graded[student], HONEST[student])


def agrees(result, odd):
    """Assert that the result of an odd submission is the expected one."""
    assert result["score"] == pytest.approx(odd.score), result["flags"]
    assert result["status"] == odd.status, result["flags"]
    assert any(odd.flag in f for f in result["flags"]) or not odd.flag, result["flags"]


@pytest.mark.deep(48)
@pytest.mark.parametrize("student", CLASSES["looks"])
def test_who_looks_for_the_answer_gains_nothing(graded_twice, student):
    gains_nothing(graded_twice, student)


@pytest.mark.deep(48)
@pytest.mark.parametrize("student", CLASSES["forges"])
def test_who_forges_a_result_gains_nothing(graded_twice, student):
    gains_nothing(graded_twice, student)


@pytest.mark.deep(48)
@pytest.mark.parametrize("student", CLASSES["tampers"])
def test_who_tampers_with_what_is_around_gains_nothing(graded_twice, student):
    gains_nothing(graded_twice, student)


@pytest.mark.deep(48)
@pytest.mark.parametrize("student", CLASSES["breaks"])
def test_who_breaks_something_gains_nothing(graded_twice, student):
    gains_nothing(graded_twice, student)


def gains_nothing(graded, student):
    """Assert that a hostile submission earns no more than its share, and is flagged."""
    result, hostile = graded[student], HOSTILE[student]
    assert hostile.least <= result["score"] + 1e-6, result
    assert result["score"] <= hostile.most + 1e-6, result
    assert result["status"] == hostile.status, result["flags"]
    assert any(hostile.flag in f for f in result["flags"]) or not hostile.flag, result["flags"]


@pytest.mark.deep(48)
@pytest.mark.parametrize(("problem", "name"), ALTERNATIVES)
def test_an_alternative_scores_full_marks(graded, problem, name):
    report = graded[student_of(problem, name)]["problems"][problem]
    assert report["score"] == report["max"], report


@pytest.mark.deep(48)
@pytest.mark.parametrize(("problem", "name"), MISTAKES)
def test_a_mistake_is_charged_once_and_gets_its_hint(graded, problem, name):
    report = graded[student_of(problem, name)]["problems"][problem]
    mistake = PROBLEMS[problem].mistakes[name]
    lost = {a for a, (earned, most) in report["aspects"].items() if earned < most}
    assert len(lost) == 1
    assert lost <= mistake.loses
    assert any(mistake.hint in text for text in report["mistakes"]), report["mistakes"]


def test_the_json_holds_what_is_documented_and_nothing_else(graded):
    keys = ["student", "assignment", "status", "flags", "score", "max_score", "problems"]
    keys += ["processor"]
    for result in graded.results.values():
        assert list(result) == keys
        assert result["assignment"] == NAME
        assert result["max_score"] == 100
        for problem in result["problems"].values():
            assert list(problem) == ["score", "max", "aspects", "mistakes"]


def test_what_a_function_saw_reaches_nobody(graded):
    hostile = {s: r for s, r in graded.results.items() if s in HOSTILE}
    assert "LEAK" not in json.dumps(hostile)
    for student in hostile:
        folder = graded.course / "autograded" / student / NAME
        recorded = json.loads((folder / f"{NAME}.ipynb").read_text())
        outputs = json.dumps([c.get("outputs", []) for c in recorded["cells"]])
        assert "LEAK" not in outputs


def test_the_seed_is_closed_to_others(graded_twice):
    graded = graded_twice
    assert (graded.course / ".seed").stat().st_mode & 0o777 == 0o600
    assert (graded.course / ".results").stat().st_mode & 0o777 == 0o700


def test_no_process_of_a_worker_is_left(graded_twice):
    assert graded_twice.left == []
