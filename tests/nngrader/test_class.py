"""One class goes through the grader: release, the real sandbox, gradebook, pages, tables.

All tests here look at one grading, which the fixture `graded` makes once.
"""

import contextlib
import csv
import html
import io
import json
import os
import re
import shutil
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from nngrader.course import Course
from nngrader.course.assignment import Assignment
from nngrader.gradebook import marks, open_gradebook, quiet
from nngrader.grading import all_submissions
from nngrader.grading.explain import explain
from nngrader.records.flag import FlagCode
from nngrader.storage.results import Store

from .orphan_processes import adopt_orphans
from .recorded_gradebook import give
from .sample_course import LIMITS, NAME, grade, hand_in, run
from .submissions.catalogue import HOSTILE, ODD
from .submissions.kinds import differing

pytestmark = pytest.mark.sandbox
LATE = "due = 2025-12-01T23:59:00+01:00\n[late]\npoints_per_day = 10\n"
CLASS_LIST = """id,first_name,last_name,email,lms_user_id
quorra7,Quorra,Flynnhardt,quorra@uni.example,770011
tronny8,Tronny,Bradleyson,alan.b@uni.example,770012
yorivex,Yorivex,Dumontine,dumont@uni.example,770013
"""
NAMES = sorted({w for w in re.split(r"[,.@\n]", CLASS_LIST) if len(w) > 4} - {"example"})
NAMES = [w for w in NAMES if w not in CLASS_LIST.splitlines()[0]]
# One of each kind; the others are in `test_catalogue.py`.
HOSTILE_ONES = {
    "looks-for-the-course-on-the-disk",
    "forges-replies-of-its-own",
    "tampers-with-patched-numpy",
    "breaks-by-os-exit",
}
ODD_ONES = {
    "malforms-last-changed-one-counts",
    "malforms-scripts-in-every-place",
    "honest-cell-that-is-indented-as-a-whole",
}
BROKEN = "def hinge_loss(scores, targets, margin=1.0):\n    raise KeyError(str(scores))"
KEYS = ["student", "assignment", "status", "flags", "score", "max_score", "problems"]
KEYS += ["processor"]


@dataclass
class Graded:
    """A graded class: its course, what was printed, the results, and processes left over."""

    course: Path
    printed: str
    results: dict
    pages: dict
    left: list


@pytest.fixture(scope="module")
def graded(released, base, tmp_path_factory):
    course = shutil.copytree(released, tmp_path_factory.mktemp("class") / "course")
    (course / "source" / NAME / "nngrader.toml").write_text(LATE + LIMITS)
    (course / "students.csv").write_text(CLASS_LIST)
    hand_in(course, "quorra7", base.solved().text())
    mistaken = base.mistaken("pairwise_distances", "softmax_cross_entropy")
    folder = hand_in(course, "tronny8", mistaken.add_cell("h = '<b>'").text())
    (folder / f"{NAME}.ipynb").rename(folder / "Tronny_Bradleyson-770012.ipynb")
    folder = hand_in(course, "latimer", base.solved().text())
    (folder / "timestamp.txt").write_text("2025-12-03 00:59:00 UTC")
    hand_in(course, "brokaw", base.solved().write("hinge_loss", BROKEN).add_cell("1/0").text())
    folder = hand_in(course, "stranger", base.untouched().text())
    (folder / f"{NAME}.ipynb").rename(folder / "tbradleysón2.ipynb")
    for student in HOSTILE_ONES:
        hand_in(course, student, HOSTILE[student].fill(base.solved()).text())
    for student in ODD_ONES:
        hand_in(course, student, ODD[student].make(base).text())
    hand_in(course, "broken", base.solved().text()[:-200])
    with adopt_orphans() as left, contextlib.redirect_stdout(io.StringIO()) as printed:
        results = grade(course)
        assert run(course, "feedback", NAME) == 0
        assert run(course, "report", NAME) == 0
    pages = {f.parts[-3]: f.read_text() for f in (course / "feedback").rglob("*.html")}
    return Graded(course, printed.getvalue(), results, pages, left)


def test_the_gradebook_has_the_names_of_the_class_list(graded):
    with quiet(), open_gradebook(Course(graded.course), NAME) as gradebook:
        results = {s.id: (s.first_name, s.last_name, s.email) for s in gradebook.students}
    for row in csv.DictReader(io.StringIO(CLASS_LIST)):
        assert results[row["id"]] == (row["first_name"], row["last_name"], row["email"])


def test_the_released_zip_contains_what_students_need(released):
    with zipfile.ZipFile(released / "release" / f"{NAME}.zip") as z:
        names = sorted(n.partition("/")[2] for n in z.namelist())
    wheel = next(n for n in names if n.endswith(".whl"))
    assert names == sorted(["README.txt", wheel, f"{NAME}.cases.json", f"{NAME}.ipynb"])


def test_every_submission_is_accounted_for(graded):
    handed_in = os.listdir(graded.course / "submitted")
    assert sorted(graded.results) == sorted(handed_in)
    assert set(graded.pages) == set(handed_in)
    assert f"[{len(handed_in)}/{len(handed_in)}]" in graded.printed
    assert f"{len(handed_in)} submissions: " in graded.printed
    assert "not submitted: 1 student (yorivex)" in graded.printed
    codes = [f["code"] for r in graded.results.values() for f in r["flags"]]
    assert FlagCode.GRADER_FAILED not in codes
    assert graded.left == []


def test_scores_and_flags_are_those_expected(graded):
    scores = {s: r["score"] for s, r in graded.results.items()}
    status = {s: r["status"] for s, r in graded.results.items()}
    assert scores["quorra7"] == scores["latimer"] == 100
    assert (status["quorra7"], status["latimer"]) == ("graded", "flagged")
    assert scores["brokaw"] == 70
    assert scores["stranger"] == 0
    assert (scores["broken"], status["broken"]) == (0, "ungradable")
    table = HOSTILE | ODD
    ones = {student: table[student] for student in HOSTILE_ONES | ODD_ONES}
    assert differing(graded.results, ones) == {}


def test_the_json_contains_only_what_is_documented(graded):
    for result in graded.results.values():
        assert list(result) == KEYS
        assert (result["assignment"], result["max_score"]) == (NAME, 100)
        for problem in result["problems"].values():
            assert list(problem) == ["score", "max", "aspects", "findings"]
            assert problem["score"] == pytest.approx(
                sum(p for p, _ in problem["aspects"].values())
            )


def test_the_gradebook_has_every_score_and_the_price_of_lateness(graded, capsys):
    assert run(graded.course, "export", NAME) == 0
    rows = {r["student"]: r for r in csv.DictReader(io.StringIO(capsys.readouterr().out))}
    assert set(rows) == {*graded.results, "yorivex"}
    assert rows.pop("yorivex")["status"] == "missing"
    for student, row in rows.items():
        lost = graded.results[student]["status"] == "ungradable"
        less = 20.0 if student == "latimer" else 0.0
        score = graded.results[student]["score"] - less
        assert row["score"] == ("" if lost else str(score)), row
        assert row["status"] == ("ungradable" if lost else "final")
        assert float(row["late_penalty"]) == less
    assert "costs 20 points" in graded.pages["latimer"]


def test_pages_run_nothing_load_nothing_and_name_no_other_student(graded):
    for student, text in graded.pages.items():
        assert "<script" not in text, student
        assert "LEAK" not in text, student
        assert not re.search(r"""(src|href)\s*=|url\(|@import""", text), student
        assert "default-src 'none'" in text, student
        words = set(re.findall(r"[\w'-]+", html.unescape(text)))
        assert words & set(graded.pages) == {student}


def test_the_report_names_everybody_with_a_flag_and_the_same_work(graded):
    raw = (graded.course / "report" / f"{NAME}.html").read_text()
    text = " ".join(html.unescape(re.sub(r"<[^>]+>", " ", raw)).split())
    counts = [r["status"] for r in graded.results.values()]
    assert f"{len(counts)} submissions: {counts.count('graded')} graded" in text
    for r in graded.results.values():
        assert r["status"] != "ungradable" or r["student"] in text
        assert all(" ".join(f["text"].split()) in text for f in r["flags"]), r["flags"]
    assert re.search(r"Students Where to look [\w, -]*latimer, [\w, -]*quorra7", text)
    assert "Not submitted: 1 yorivex" in text


def test_the_recorded_notebook_shows_the_students_cells_points_and_findings(graded):
    file = graded.course / "autograded" / "tronny8" / NAME / f"{NAME}.ipynb"
    cells = json.loads(file.read_text())["cells"]
    sources = ["".join(c["source"]) for c in cells]
    assert "h = '<b>'" in sources
    assert "**nngrader, for the instructor**" in sources[0]
    (test,) = [c for c in cells if c["id"] == "test_pairwise_distances"]
    assert "squared distances" in str(test["outputs"][0]["text"])
    score = graded.results["tronny8"]["problems"]["pairwise_distances"]["score"]
    assert float("".join(test["outputs"][1]["data"]["text/plain"])) == score < 30


def said(findings):
    """Return the sentences on findings of the JSON, each once, with its aspects."""
    aspects = {}
    for f in findings:
        aspects.setdefault(f["text"], []).append(f["aspect"])
    return [f"{', '.join(dict.fromkeys(a))}: {text}" for text, a in aspects.items()]


def test_points_are_explained_as_they_were_given_and_every_loss_has_its_case(graded):
    result = graded.results["tronny8"]
    actual = explain(Assignment(Course(graded.course), NAME), "tronny8")
    assert [lost.problem for lost in actual] == list(result["problems"])
    for lost in actual:
        one = result["problems"][lost.problem]
        assert (lost.score, lost.most, lost.hints) == (
            one["score"],
            one["max"],
            said(one["findings"]),
        )
        assert {a: list(p) for a, p in lost.aspects.items()} == one["aspects"]
        assert bool(lost.cases) == (lost.score < lost.most)
        assert all(case.inputs and case.wrong for case in lost.cases)


def test_no_anonymous_output_names_anybody(graded, tmp_path, capsys):
    course, out = graded.course, tmp_path / "out"
    assert run(course, "grade", NAME, "--anonymous", "--json", out.with_suffix(".json")) == 0
    key = course / "anonymous-key.csv"
    codes = {r["student"]: r["code"] for r in csv.DictReader(key.read_text().splitlines())}
    assert set(codes) == {*graded.results, "yorivex"}
    assert key.stat().st_mode & 0o077 == 0
    about = (codes["tronny8"], "pairwise_distances", "--anonymous", "--out", out / "why.html")
    for line in (
        ("feedback", NAME, "--anonymous", "--out", out / "pages"),
        ("report", NAME, "--anonymous", "--out", out / "report.html"),
        ("export", NAME, "--anonymous", "--out", out / "marks.csv"),
        ("explain", NAME, *about),
    ):
        assert run(course, *line) == 0
    output = capsys.readouterr()
    progress = re.findall(r"^ *\[\d+/\d+\] (\S+)", output.out, re.MULTILINE)
    assert progress == sorted(progress)  # the order of ids would tell names
    files = [out.with_suffix(".json"), *(f for f in out.rglob("*") if f.is_file())]
    assert len(files) == len(graded.results) + 4
    texts = {str(f.relative_to(tmp_path)): f.read_text() for f in files}
    texts |= {"screen": (output.out + output.err).replace(str(tmp_path), "")}
    for name, text in texts.items():
        for word in (*NAMES, *graded.results, "bradleysón"):
            assert word.casefold() not in (name + text).casefold(), (name, word)
    assert all(code in texts["out/report.html"] for code in codes.values())
    for layout in ("canvas", "moodle"):  # they need names
        assert run(course, "export", NAME, "--anonymous", "--layout", layout) == 2
    assert run(course, "feedback", NAME, "--anonymous", "--layout", "moodle") == 2
    kept = Store(course / ".results").get(f"latest-{NAME}")
    assert set(kept) == set(graded.results)  # what is kept has the names


@pytest.mark.slow
def test_only_the_owner_can_read_the_rest_of_the_autograder_for_gradescope(graded, tmp_path):
    assert run(graded.course, "gradescope", NAME, "--out", tmp_path / "autograder.zip") == 0
    with zipfile.ZipFile(tmp_path / "autograder.zip") as z:
        modes = {i.filename: i.external_attr >> 16 for i in z.infolist()}
    assert modes.pop("setup.sh") == modes.pop("run_autograder") == 0o755
    assert set(modes.values()) == {0o600}
    assert {f"course/source/{NAME}/{NAME}.md", "course/.seed"} <= set(modes)


def test_seed_and_results_are_closed_to_others(graded):
    assert (graded.course / ".seed").stat().st_mode & 0o777 == 0o600
    assert (graded.course / ".results").stat().st_mode & 0o777 == 0o700


def test_grading_again_runs_only_what_changed_and_keeps_marks_by_hand(
    graded, base, tmp_path, monkeypatch
):
    course = shutil.copytree(graded.course, tmp_path / "course", symlinks=True)
    give(course, "quorra7", "test_hinge_loss", manual_score=12)
    before, ran = marks(Course(course), NAME), []
    really = all_submissions.Threads.submit
    monkeypatch.setattr(
        all_submissions.Threads,
        "submit",
        lambda self, job: ran.append(job) or really(self, job),
    )
    assert grade(course) == graded.results
    assert ran == []
    assert marks(Course(course), NAME) == before
    assert before["quorra7"]["by_hand"] == [("test_hinge_loss", 12.0, 30.0, "")]
    file = course / "submitted" / "brokaw" / NAME / f"{NAME}.ipynb"
    file.write_text(base.solved().add_cell("changed = 1").text())
    assert run(course, "grade", NAME) == 0
    assert len(ran) == 1
    assert marks(Course(course), NAME)["brokaw"]["score"] == 100
