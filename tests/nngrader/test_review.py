"""Marks by hand, comments and rubrics: through nbgrader's library and through formgrader."""

import html
import json
import re
import shutil

import pytest
from nngrader.course import Course
from nngrader.course.anonymous import Codes
from nngrader.course.assignment import Assignment
from nngrader.errors import CannotDo
from nngrader.gradebook import by_hand, marks, quiet
from nngrader.gradebook.record import Recorder
from nngrader.intake.rebuild import FROM_ELSEWHERE, harmless
from nngrader.records.flag import Flag, FlagCode
from nngrader.reports.feedback import page

from .formgrader import formgrader
from .hand_marked_course import MODEL, RUBRIC, SCHEME, markdown_cell
from .recorded_gradebook import give, gradebook, rebuilding, record, result, tables
from .sample_course import NAME, ReleasedNotebook, hand_in, run

pytestmark = pytest.mark.sandbox
ANSWER = "Since <b>exp</b> cancels & nothing is left."


@pytest.fixture
def course(hand_marked, tmp_path):
    return shutil.copytree(hand_marked, tmp_path / "course")


@pytest.fixture
def base(hand_marked):
    return ReleasedNotebook(hand_marked)


def answered(base, text=ANSWER, drawn="I see two curves < 3."):
    notebook = base.untouched().write("why", text)
    notebook.cells.append(markdown_cell(drawn))
    return notebook


def again(course, student, notebook):
    shutil.rmtree(course / "submitted" / student)
    hand_in(course, student, notebook.text())


def sources(course, student):
    file = course / "autograded" / student / NAME / f"{NAME}.ipynb"
    return ["".join(c["source"]) for c in json.loads(file.read_text())["cells"]]


def waiting(course, student):
    """Return the cells that a person must still mark."""
    with quiet(), gradebook(course) as g:
        (notebook,) = g.find_submission(NAME, student).notebooks
        return sorted(x.name for x in notebook.grades if x.needs_manual_grade)


def test_the_marker_sees_answer_rubric_and_what_the_student_wrote(course, base):
    hand_in(course, "ada", answered(base).text())
    record(course, {"ada": 1.0})
    shown = sources(course, "ada")
    assert harmless("Since <b>exp</b> cancels & nothing is left.") in shown
    (rubric,) = [s for s in shown if RUBRIC in s]
    assert MODEL in rubric
    assert "SOLUTION" not in rubric
    assert any(SCHEME in s for s in shown)
    assert harmless("I see two curves < 3.") in shown
    assert waiting(course, "ada") == ["draw", "why"]
    (mark,) = marks(Course(course), NAME).values()
    assert mark["max_score"] == 100
    assert mark["by_hand"] == [("draw", None, 5.0, ""), ("why", None, 10.0, "")]


@pytest.mark.parametrize("lost", ["metadata", "cell", "place"])
def test_a_written_answer_is_not_lost_with_its_cell(course, base, lost):
    notebook = base.untouched()
    if lost == "metadata":
        for cell in notebook.write("why", ANSWER).cells:
            cell["metadata"] = {}
    else:
        notebook.cells.append(markdown_cell(ANSWER))
    if lost == "cell":
        notebook.delete("why")
    hand_in(course, "ada", notebook.text())
    record(course, {"ada": 0.0})
    assert waiting(course, "ada") == ["draw", "why"]
    (shown,) = [s for s in sources(course, "ada") if FROM_ELSEWHERE in s]
    assert shown == f"{FROM_ELSEWHERE}\n\n---\n\n{harmless(ANSWER)}"
    flags = rebuilding(Assignment(Course(course), NAME), "ada").flags
    assert [f.cell for f in flags if f.code == FlagCode.ANSWER_ELSEWHERE] == ["why"]


def test_marks_comments_and_extra_credit_survive_regrading(course, base):
    hand_in(course, "ada", answered(base).text())
    record(course, {"ada": 1.0})
    give(course, "ada", "why", "Which step?", manual_score=7, extra_credit=1)
    give(course, "ada", "draw", manual_score=4)
    give(course, "ada", "test_hinge_loss", manual_score=12)
    record(course, {"ada": 0.5})
    (mark,) = marks(Course(course), NAME).values()
    assert mark["score"] == 0.5 * 70 + 12 + 8 + 4
    assert ("why", 8.0, 10.0, "Which step?") in mark["by_hand"]
    with quiet(), gradebook(course) as g:
        grade = g.find_grade("test_hinge_loss", NAME, NAME, "ada")
        assert (grade.auto_score, grade.manual_score) == (7.5, 12)
    shown = page(
        {"student": "ada", "assignment": NAME, "flags": [], "problems": {}}
        | {"score": 0, "max_score": 100, "status": "graded"},
        mark,
    )
    assert '<b>why</b>, 8 of 10<span class="said comment">Which step?</span>' in shown


@pytest.mark.slow
def test_the_page_shows_a_comment_on_a_function_and_an_answer_left_out(course, base):
    hand_in(course, "ada", base.solved().write("why", "YOUR ANSWER HERE").text())
    hand_in(course, "bob", "no notebook")
    assert run(course, "grade", NAME) == 0
    give(course, "ada", "hinge_loss", "Short & <b>clear.")
    mark = marks(Course(course), NAME)["ada"]
    assert mark["comments"] == {"hinge_loss": "Short & <b>clear."}
    assert ("why", 0.0, 10.0) in mark["left_out"]
    assert run(course, "feedback", NAME) == 0
    text = (course / "feedback" / "ada" / NAME / f"{NAME}.html").read_text()
    section = next(s for s in text.split("<section>") if "<code>hinge_loss</code>" in s)
    assert "<b>Comment:</b> Short &amp; &lt;b&gt;clear." in section
    assert section.index("Comment:") < section.index("<details>")  # not folded away
    assert '<b>why</b>, 0 of 10<span class="said comment">You wrote nothing' in text
    text = (course / "feedback" / "bob" / NAME / f"{NAME}.html").read_text()
    assert "You wrote nothing" not in text  # nobody knows


def test_a_marked_answer_is_looked_at_again_only_if_it_changed(course, base):
    hand_in(course, "ada", answered(base).text())
    record(course, {"ada": 1.0})
    for name in ("why", "draw", "test_hinge_loss"):
        give(course, "ada", name, manual_score=3)
    record(course, {"ada": 1.0}, flags=[Flag(FlagCode.HARD_LINK)])
    assert waiting(course, "ada") == []
    record(course, {"ada": 0.5})
    assert waiting(course, "ada") == ["draw", "test_hinge_loss"]
    again(course, "ada", answered(base, text="Another answer."))
    record(course, {"ada": 0.5})
    assert waiting(course, "ada") == ["draw", "test_hinge_loss", "why"]
    (mark,) = marks(Course(course), NAME).values()
    assert mark["score"] == 0.5 * 70 + 3 * 3
    again(course, "ada", answered(base))
    record(course, {"ada": 1.0}, flags=[Flag(FlagCode.HARD_LINK)])
    assert waiting(course, "ada") == []  # the marked work came back


@pytest.mark.parametrize("lost", ["notebook", "both"])
def test_marks_by_hand_survive_the_loss_of_autograded_files(course, base, lost):
    hand_in(course, "ada", answered(base).text())
    record(course, {"ada": 1.0})
    for name in ("why", "draw"):
        give(course, "ada", name, manual_score=3)
    folder = course / "autograded" / "ada" / NAME
    assert {f.name for f in folder.iterdir()} == {f"{NAME}.ipynb"}
    shutil.rmtree(folder)
    if lost == "both":
        (course / ".results" / f"recorded-{NAME}.jsonl").unlink()
    assignment = Assignment(Course(course), NAME)
    with Recorder(assignment) as recorder:
        recorder.record(result(assignment, "ada"), rebuilding(assignment, "ada").notebook)
    assert recorder.restored == {"ada": (["draw", "why"], lost == "notebook")}
    assert waiting(course, "ada") == []
    assert marks(Course(course), NAME)["ada"]["score"] == 85 + 6

    shutil.rmtree(folder)
    again(course, "ada", answered(base, text="Another answer."))
    with Recorder(assignment) as recorder:
        recorder.record(result(assignment, "ada"), rebuilding(assignment, "ada").notebook)
    assert recorder.restored == {}
    assert waiting(course, "ada") == ["draw", "why"]


def test_marks_from_a_table_are_listed_and_then_written(course, base, tmp_path, capsys):
    for student in ("ada", "bob"):
        hand_in(course, student, answered(base).text())
    record(course, {"ada": 1.0, "bob": 1.0})
    give(course, "bob", "draw", manual_score=4)
    file = tmp_path / "marks.csv"
    file.write_text(
        "student;cell;points;comment\nada;why;7,5;Nearly.\nada;draw;;Axes?\nbob;draw;4;\n"
    )
    before = tables(course)
    assert run(course, "marks", NAME, file, "--dry-run") == 0
    lines = capsys.readouterr().out.splitlines()
    assert tables(course) == before
    assert run(course, "marks", NAME, file) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[:2] == lines[:2]
    assert "ada, why: not marked -> 7.5 of 10" in said[0]
    actual = marks(Course(course), NAME)
    assert actual["ada"]["by_hand"] == [
        ("draw", None, 5.0, "Axes?"),
        ("why", 7.5, 10, "Nearly."),
    ]
    assert ("draw", 4.0, 5.0, "") in actual["bob"]["by_hand"]
    assert waiting(course, "bob") == ["why"]
    code = Codes(Course(course))("ada")
    file.write_text(f"student,cell,points\n{code},draw,3\n")
    assert run(course, "marks", NAME, file, "--anonymous") == 0
    assert marks(Course(course), NAME)["ada"]["by_hand"][0] == ("draw", 3.0, 5.0, "Axes?")
    before = tables(course)
    faults = ["eve,why,9", "ada,how,1", "ada,test_hinge_loss,1", "ada,draw,5.5", "adda,why,1"]
    file.write_text("\n".join(["student,cell,points", "ada,why,9", *faults, ""]))
    capsys.readouterr()
    assert run(course, "marks", NAME, file) == 1
    lines = capsys.readouterr().err.splitlines()[1:]
    assert [line.split(":")[0] for line in lines] == [f"  line {n}" for n in (3, 4, 5, 6, 7)]
    assert tables(course) == before


def test_a_table_of_marks_with_faults_is_refused(tmp_path):
    file, head = tmp_path / "marks.csv", "student,cell,points\n"
    for text, words in (
        ("student,points\nada,1\n", "no column `cell`"),
        (head + "ada,why,many\n", "line 2: .* got 'many'"),
        (head + "ada,why,-1\n", "line 2: .* got '-1'"),
        (head + "ada,why,1\nada,why,2\n", "line 3: the cell why of ada"),
        (head + "ada,why,1,2\n", "line 2 has more cells"),
    ):
        file.write_text(text)
        with pytest.raises(CannotDo, match=words):
            by_hand.read(file)


@pytest.mark.slow
def test_marks_given_in_formgrader_survive_regrading(course, base):
    hand_in(course, "ada", answered(base).text())
    hand_in(course, "bob", base.untouched().text())
    record(
        course,
        {"ada": 1.0, "bob": 0.0},
        flags=[Flag(FlagCode.UNUSUAL_IMPORT, data={"name": "os"})],
    )
    with formgrader(course) as site:
        for name in ("manage_assignments", "gradebook", f"gradebook/{NAME}/{NAME}"):
            assert "formgrader" in site.page(name)
        (assignment,) = [a for a in site.get("assignments") if a["name"] == NAME]
        assert (assignment["max_score"], assignment["num_submissions"]) == (100, 2)
        results = {s["student"]: s for s in site.get(f"submitted_notebooks/{NAME}/{NAME}")}
        assert results["ada"]["needs_manual_grade"]
        one = results["ada"]["id"]
        shown = site.page(f"submissions/{one}/")
        for text in ("Imports <code>os</code>.", MODEL, SCHEME, "I see two curves"):
            assert text in shown, text
        assert harmless("<b>exp") in html.unescape(shown), shown[shown.index("Since") :][:90]
        assert not re.search("<b>exp", shown)
        grades = {g["name"]: g for g in site.get(f"grades?submission_id={one}")}
        comments = {c["name"]: c for c in site.get(f"comments?submission_id={one}")}
        site.put(f"grade/{grades['why']['id']}", {"manual_score": 6, "extra_credit": 0.5})
        site.put(f"grade/{grades['test_hinge_loss']['id']}", {"manual_score": 14})
        site.put(f"comment/{comments['why']['id']}", {"manual_comment": "Nearly <b>."})
        site.put(f"submitted_notebook/{one}/flag", {}, method="POST")

        record(course, {"ada": 0.0, "bob": 0.0})
        grades = {g["name"]: g for g in site.get(f"grades?submission_id={one}")}
        assert grades["why"]["manual_score"] == 6
        assert not grades["why"]["needs_manual_grade"]
        assert grades["test_hinge_loss"]["auto_score"] == 0
        assert grades["test_hinge_loss"]["manual_score"] == 14
        assert grades["test_hinge_loss"]["needs_manual_grade"]
        results = {s["student"]: s for s in site.get(f"submitted_notebooks/{NAME}/{NAME}")}
        assert results["ada"]["score"] == 20.5
        assert results["ada"]["flagged"]
        assert site.page(f"submissions/{one}/next") is not None
    mark = marks(Course(course), NAME)["ada"]
    assert ("why", 6.5, 10.0, "Nearly <b>.") in mark["by_hand"]
