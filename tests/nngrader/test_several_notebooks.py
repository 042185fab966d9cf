"""An assignment of several notebooks that an instructor made for nbgrader."""

import csv
import json
import shutil
import subprocess
import sys
import zipfile

import numpy as np
import pytest
from nngrader.course import Course
from nngrader.course.assignment import Assignment
from nngrader.errors import CannotDo, NotThere
from nngrader.gradebook import marks
from nngrader.gradebook.database import open_gradebook
from nngrader.gradebook.reweight import plan
from nngrader.intake.collect import collect
from nngrader.records.codes import Code
from nngrader.records.finding import findings_of
from nngrader.records.flag import Flag, FlagCode, flags_of
from nngrader.release.one_file import grade_file
from nngrader.reports.feedback import EXTRA, OVERRIDDEN
from nngrader.reports.item_analysis import NO_IDEA, commonest, costs
from nngrader.storage.results import latest_results

from .nbgrader_command import run_nbgrader
from .own_notebooks import PS, answered, marked, own_course, submit, write_source
from .sample_course import run

# Both notebooks define `size` and `area`; a test uses those names of its own notebook only.
SQUARES = """
(squares)=
# Squares

```{code-cell}
:name: square

SOLUTION
```

```{test} test_square
:points: 3

assert area(size) == 9
size = 0
```
"""
CIRCLES = """
```{code-cell}
:name: circle

SOLUTION
```

```{test} test_circle
:points: 4

assert size == 2
assert area(size) == 12
```

```{answer} why
:points: 2

Because 3 is near pi.
```
"""
SOLUTIONS = {
    "square": "size = 3\ndef area(x):\n    return x * x",
    "circle": "size = 2\ndef area(x):\n    return 3 * x * x",
}
NOTEBOOKS = {
    "a_squares": SQUARES.replace("SOLUTION", marked(SOLUTIONS["square"])),
    "b_circles": CIRCLES.replace("SOLUTION", marked(SOLUTIONS["circle"])),
}
LATE = "due = 2026-01-01T00:00:00+00:00\n[late]\npoints_per_day = 6\nmost_days = 3\n"
TESTS = "test_square", "test_circle"
WRONG = {"circle": "size = 2\ndef area(x):\n    return x"}


@pytest.fixture
def course(tmp_path):
    """Return a released course with an assignment of two notebooks."""
    return own_course(tmp_path / "course", NOTEBOOKS, LATE)


def rows(course):
    """Return the gradebook's points and late penalties by student and notebook."""
    with open_gradebook(Course(course), PS) as gradebook:
        return {
            (one.student.id, one.name): (one.score, one.late_submission_penalty)
            for submitted in gradebook.find_assignment(PS).submissions
            for one in submitted.notebooks
        }


@pytest.mark.sandbox
def test_points_of_all_notebooks_add_up_and_the_gradebook_has_a_row_for_each(course):
    with zipfile.ZipFile(course / "release" / f"{PS}.zip") as z:
        assert {f"{PS}/{name}.ipynb" for name in NOTEBOOKS} <= set(z.namelist())
    submit(course, "right", answered(course, SOLUTIONS))
    submit(course, "wrong", answered(course, SOLUTIONS | WRONG))
    whole = answered(course, SOLUTIONS)
    submit(course, "one", {"a_squares.ipynb": whole["a_squares.ipynb"]})
    submit(course, "named", {n.replace("circles", "mine"): nb for n, nb in whole.items()})
    (submit(course, "cut", whole) / "b_circles.ipynb").write_text('{"cells": [')
    late = submit(course, "late", whole)
    (late / "timestamp.txt").write_text("2026-01-01 12:00:00 UTC")
    assert run(course, "grade", PS) == 0
    result = marks(Course(course), PS)
    assert {s: m["earned"] for s, m in result.items()} == {
        **dict.fromkeys(("right", "named", "late"), 7),
        **dict.fromkeys(("wrong", "one", "cut"), 3),
    }
    assert {m["max_score"] for m in result.values()} == {9}
    assert result["late"]["score"] == 1  # one penalty for both notebooks
    by_row = rows(course)
    assert by_row["late", "a_squares"] == (3, 3)
    assert by_row["late", "b_circles"] == (4, 3)
    assert by_row["wrong", "b_circles"] == (0, None)
    results = latest_results(course, PS)
    for student in ("one", "cut"):
        (result,) = findings_of(results[student]["problems"]["test_circle"])
        assert (result.code, result.data) == (
            Code.NOTEBOOK_MISSING,
            {"file": "b_circles.ipynb"},
        )
    assert not {c.finding.code for c in commonest(costs(results), 9)} & {*NO_IDEA}
    flags = {s: flags_of(r) for s, r in results.items()}
    missing = Flag(FlagCode.NOTEBOOK_MISSING, data={"expected": "b_circles.ipynb"})
    assert missing in flags["one"]
    assert Flag(FlagCode.CUT_OFF, data={"file": "b_circles.ipynb"}) in flags["cut"]
    assert [flag.code for flag in flags["named"]] == [FlagCode.NOTEBOOK_RENAMED]
    assert not flags["right"]


@pytest.mark.sandbox
def test_marks_by_hand_feedback_and_export_cover_all_notebooks(course):
    submit(course, "ada", answered(course, SOLUTIONS | {"why": "It is."}))
    assert run(course, "grade", PS) == 0
    table = course / "marks.csv"
    table.write_text("student,cell,points,comment\nada,why,1.5,Nearly\n")
    assert run(course, "marks", PS, str(table)) == 0
    assert run(course, "grade", PS) == 0
    assert run(course, "export", PS, "--out", str(course / "out.csv")) == 0
    (row,) = csv.DictReader((course / "out.csv").read_text().splitlines())
    assert (float(row["score"]), row["needs_manual_grade"]) == (8.5, "False")
    assert run(course, "feedback", PS) == 0
    page = (course / "feedback" / "ada" / PS / f"{PS}.html").read_text()
    assert all(name in page for name in ("test_square", "test_circle", "Nearly"))
    assert not plan(Course(course), PS, {"test_circle": 8.0}).wrong_total
    assert run(course, "reweight", PS, "--points", "test_circle=8", "--yes") == 0
    assert marks(Course(course), PS)["ada"]["score"] == 12.5
    files = [course / top / PS / "b_circles.ipynb" for top in ("source", "release")]
    for file in (*files, course / "autograded" / "ada" / PS / "b_circles.ipynb"):
        cells = json.loads(file.read_text())["cells"]
        given = [c["metadata"].get("nbgrader", {}).get("points") for c in cells]
        assert 8 in given, file
    assert run(course, "report", PS) == 0


@pytest.mark.sandbox
def test_the_report_names_the_folder_of_similar_submissions(course):
    for student in ("ada", "eve"):
        submit(course, student, answered(course, SOLUTIONS | {"why": "Because it is. " * 20}))
    assert run(course, "grade", PS) == 0
    assert run(course, "report", PS) == 0
    page = (course / "report" / f"{PS}.html").read_text()
    assert f"<code>autograded/eve/{PS}</code>" in page


@pytest.mark.sandbox
def test_points_given_by_hand_for_test_cells_survive_regrading(course, capsys):
    submit(course, "ada", answered(course, SOLUTIONS | WRONG))
    assert run(course, "grade", PS) == 0
    with open_gradebook(Course(course), PS) as gradebook:
        square = gradebook.find_grade("test_square", "a_squares", PS, "ada")
        square.extra_credit = 0.5
        circle = gradebook.find_grade("test_circle", "b_circles", PS, "ada")
        circle.manual_score, circle.extra_credit = 2.5, 0.25
        comment = gradebook.find_comment("circle", "b_circles", PS, "ada")
        comment.manual_comment = "Only a factor."
        gradebook.db.commit()
    shutil.rmtree(course / ".results")
    assert run(course, "grade", PS) == 0
    mark = marks(Course(course), PS)["ada"]
    assert mark["by_hand"][0] == ("test_circle", 2.75, 4, "")
    assert (mark["extra"], mark["score"]) == ({"test_square": 0.5}, 3 + 0.5 + 2.75)
    assert mark["comments"] == {"circle": "Only a factor."}
    assert run(course, "feedback", PS) == 0
    page = (course / "feedback" / "ada" / PS / f"{PS}.html").read_text()
    sections = {n: s for s in page.split("<section>") for n in TESTS if f"<code>{n}<" in s}
    assert EXTRA.format("0.5 points") in sections["test_square"]
    assert OVERRIDDEN in sections["test_circle"]
    assert "2.75 of 4" in sections["test_circle"]
    assert "Only a factor." in page
    assert run(course, "export", PS, "--out", str(course / "out.csv")) == 0
    (row,) = csv.DictReader((course / "out.csv").read_text().splitlines())
    assert float(row["score"]) == 6.25
    assert run(course, "explain", PS, "ada") == 0
    assert "recorded" not in capsys.readouterr().out.splitlines()[-1]  # the terms add up


@pytest.mark.sandbox
def test_collect_takes_all_notebooks_from_a_download(course, tmp_path):
    (course / "students.csv").write_text(
        "id,first_name,last_name,email,lms_user_id\nada,Ada,Lovelace,,\n"
    )
    with zipfile.ZipFile(tmp_path / "moodle.zip", "w") as z:
        for file, notebook in answered(course, SOLUTIONS).items():
            folder = "Ada Lovelace_510_assignsubmission_file"
            z.writestr(f"{folder}/mine/{file}", json.dumps(notebook))
    assert run(course, "collect", PS, str(tmp_path / "moodle.zip")) == 0
    there = {f.name for f in (course / "submitted" / "ada" / PS).glob("*.ipynb")}
    assert there == {f"{name}.ipynb" for name in NOTEBOOKS}
    one = course / "submitted" / "ada" / PS / "b_circles.ipynb"
    assert run(course, "grade", str(one)) == 0


@pytest.mark.sandbox
def test_a_later_submission_loses_no_notebook_of_an_earlier_one(course, tmp_path):
    (course / "students.csv").write_text("id\nada\nbo\n")
    asked, place = Course(course), course / "submitted" / "ada" / PS
    whole, other = (answered(course, SOLUTIONS | c) for c in ({}, {"square": "size = 3"}))
    first = {n.replace("circles", "mine"): nb for n, nb in whole.items()}  # renamed
    again = {"a_squares.ipynb": other["a_squares.ipynb"]}

    def collected(download, notebooks, when=""):
        (folder := tmp_path / download / "ada").mkdir(parents=True, exist_ok=True)
        for file, notebook in notebooks.items():
            (folder / file).write_text(json.dumps(notebook))
        if when:
            (folder / "timestamp.txt").write_text(when)
        return collect(asked, PS, tmp_path / download)

    assert collected("first", first, "2026-01-01 12:00:00 UTC").collected == ["ada"]
    later = collected("later", again, "2026-01-02 12:00:00 UTC")
    assert (later.replaced, later.kept) == (["ada"], {"ada": ["b_circles.ipynb"]})
    there = {f.name: json.loads(f.read_text()) for f in place.glob("*.ipynb")}
    assert there == {**again, "b_circles.ipynb": whole["b_circles.ipynb"]}
    assert collected("later", again).unchanged == ["ada"]
    assert collected("early", again, "2025-12-31 12:00:00 UTC").refused == ["ada"]
    assert not collected("all", whole, "2026-01-03 12:00:00 UTC").kept
    for n, notebooks in enumerate((first, again)):  # nbgrader's exchange has both
        folder = tmp_path / "exchange" / f"bo+{PS}+2026-01-0{n + 1} 12:00:00 UTC"
        folder.mkdir(parents=True)
        for file, notebook in notebooks.items():
            (folder / file).write_text(json.dumps(notebook))
    both = collect(asked, PS, tmp_path / "exchange")
    assert (both.collected, both.kept) == (["bo"], {"bo": ["b_circles.ipynb"]})
    assert (course / "submitted" / "bo" / PS / "b_circles.ipynb").exists()


@pytest.mark.slow
@pytest.mark.sandbox
def test_several_notebooks_get_the_marks_of_nbgrader(course):
    (course / "source" / PS / "nngrader.toml").unlink()
    submit(course, "right", answered(course, SOLUTIONS))
    submit(course, "wrong", answered(course, SOLUTIONS | WRONG))
    assert run(course, "grade", PS) == 0
    ours = rows(course)
    run_nbgrader(course, ("autograde", PS, "--force"))
    assert rows(course) == ours


READS = """
```{code-cell}
:name: given

import numpy as np
import helper
rows = np.loadtxt("data/rows.csv", delimiter=",")
```

```{code-cell}
:name: total

SOLUTION
```

```{test} test_total
:points: 5

assert total() == 10
assert helper.twice(2) == 4
```
"""
TOTAL = "def total():\n    return helper.twice(np.load('numbers.npz')['a'].sum()) + rows.sum()"
VANDAL = """
def total():
    return 10
import os, pathlib, sys
for file in ("helper.py", "numbers.npz", "data/rows.csv"):
    for change in (os.unlink, lambda f: os.rename(f, "x"), lambda f: open(f, "w").close()):
        try:
            change(file)
        except OSError:
            continue
        total = None
"""


@pytest.mark.sandbox
def test_cells_read_the_instructors_files_and_cannot_change_them(tmp_path):
    course = tmp_path / "course"
    folder = course / "source" / PS
    (folder / "data").mkdir(parents=True)
    (folder / "helper.py").write_text("def twice(x):\n    return 2 * x\n")
    np.savez(folder / "numbers.npz", a=np.array([1, 2]))
    (folder / "data" / "rows.csv").write_text("1,3\n")
    own_course(course, {"reads": READS.replace("SOLUTION", marked(TOTAL))})
    with zipfile.ZipFile(course / "release" / f"{PS}.zip") as z:
        files = {f"{PS}/{name}" for name in ("helper.py", "numbers.npz", "data/rows.csv")}
        assert files <= set(z.namelist())
    for student, text in (("right", TOTAL), ("vandal", VANDAL)):
        place = submit(course, student, answered(course, {"total": text}))
        (place / "helper.py").write_text("twice = lambda x: 4\n")
    assert run(course, "grade", PS) == 0
    results = latest_results(course, PS)
    assert {s: r["score"] for s, r in results.items()} == {"right": 5, "vandal": 5}
    assert not results["right"]["flags"]
    one = course / "submitted" / "right" / PS / "reads.ipynb"
    assert grade_file(Course(course), one, unsafe=True)["score"] == 5
    (folder / "helper.py").write_text("def twice(x):\n    return 3 * x\n")
    assert run(course, "grade", PS) == 0
    assert {r["score"] for r in latest_results(course, PS).values()} == {0}


def test_no_notebook_is_made_for_an_assignment_of_notebooks(tmp_path):
    write_source(tmp_path, "a_squares", SQUARES)
    command = [sys.executable, "-m", "nngrader.course", str(tmp_path)]
    subprocess.run(command, check=True)
    files = [f.name for f in (tmp_path / "source" / PS).iterdir() if f.suffix == ".ipynb"]
    assert files == ["a_squares.ipynb"]


def test_only_the_settings_of_nbgrader_are_missing(tmp_path):
    write_source(tmp_path, "a_squares", SQUARES)
    with pytest.raises(NotThere) as error:
        Course(tmp_path).require_whole(PS)
    assert [line.partition(":")[0] for line in str(error.value).splitlines()[1:-1]] == [
        "  nbgrader_config.py"
    ]


def test_other_mixtures_are_refused_with_their_names(course):
    folder = course / "source" / PS
    twice = json.loads((folder / "a_squares.ipynb").read_text())
    (folder / "c_twice.ipynb").write_text(json.dumps(twice))
    with pytest.raises(CannotDo, match=r"a_squares\.ipynb and c_twice\.ipynb"):
        Course(course).instructor(PS)
    (folder / "c_twice.ipynb").unlink()
    (folder / "more.md").write_text("```{problem} softmax\n```\n")
    with pytest.raises(CannotDo, match=r"more\.md"):
        Assignment(Course(course), PS)
    (folder / "more.md").rename(folder / f"{PS}.md")
    with pytest.raises(CannotDo, match=r"a_squares\.ipynb, b_circles\.ipynb"):
        Course(course).source(PS)
