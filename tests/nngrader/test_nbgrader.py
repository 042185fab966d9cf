"""What nbgrader itself makes of the same submissions and of the recorded gradebook."""

import json
import os
from pathlib import Path

import pytest
from nngrader.course import Course
from nngrader.gradebook import marks, open_gradebook, quiet

from .sample_course import NAME, hand_in, run

pytestmark = pytest.mark.sandbox
WRONG = {
    "pairwise_distances": "return sum((x[:, None] - 1.0 * y) ** 2 for x, y in zip(X.T, Y.T))",
    "softmax_cross_entropy": """
    if len(scores) != len(targets):
        raise ValueError
    p = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    n = np.arange(len(p))
    loss = -np.log(p[n, targets]).mean()
    p[n, targets] -= 1
    return loss, p / len(p)""",
    "hinge_loss": "return 3.0",
}


def scores(course):
    return {s: m["score"] for s, m in marks(Course(course), NAME).items()}


def partly_wrong(base):
    """Return a notebook with an ordinary mistake in each function."""
    notebook = base.solved()
    for name, body in WRONG.items():
        head = base.untouched()[name]["source"].partition("\n")[0]
        notebook.write(name, f"{head}\n    {body}")
    return notebook


@pytest.mark.turn(1)
def test_nbgraders_own_commands_agree_with_what_is_recorded(course, base, nbgrader):
    hand_in(course, "ada", base.solved().text())
    hand_in(course, "bob", partly_wrong(base).add_cell("helper = 1").text())
    assert run(course, "grade", NAME) == 0
    ours = scores(course)
    assert ours["ada"] == 100
    assert 30 < ours["bob"] < 70

    feedback, export = ("generate_feedback", NAME), ("export", "--to", "grades.csv")
    nbgrader(course, feedback, export, ("autograde", NAME, "--force"))
    page = (course / "feedback" / "bob" / NAME / f"{NAME}.html").read_text()
    assert "helper" in page
    assert "What is still missing?" in page
    lines = (course / "grades.csv").read_text().splitlines()
    assert [
        f",{ours[s]:g}" in line or f",{ours[s]}" in line
        for s, line in zip(ours, lines[1:], strict=True)
    ]
    assert scores(course) == pytest.approx(ours)


def test_the_recorded_notebook_shows_the_students_cells_points_and_findings(course, base):
    notebook = base.answering({"pairwise_distances": "squared"}).add_cell("helper = '<b>'")
    hand_in(course, "ada", notebook.text())
    assert run(course, "grade", NAME) == 0
    file = course / "autograded" / "ada" / NAME / f"{NAME}.ipynb"
    cells = json.loads(file.read_text())["cells"]
    sources = ["".join(c["source"]) for c in cells]
    assert "helper = '<b>'" in sources
    assert "**nngrader, for the instructor**" in sources[0]
    (test,) = [c for c in cells if c["id"] == "test_pairwise_distances"]
    assert "What is still missing?" in str(test["outputs"][0]["text"])
    assert float("".join(test["outputs"][1]["data"]["text/plain"])) == 30 - 13


def test_html_in_prose_of_a_student_is_not_shown_as_html(course, base):
    from nbconvert.exporters import HTMLExporter
    from traitlets.config import PyFileConfigLoader

    config = PyFileConfigLoader("nbgrader_config.py", str(course)).load_config()
    assert config.HTMLExporter.sanitize_html
    import nbformat

    cell = nbformat.v4.new_markdown_cell(
        "hi <script>alert(1)</script> [x](javascript:alert(1))"
    )
    page, _ = HTMLExporter(config=config).from_notebook_node(
        nbformat.v4.new_notebook(cells=[cell])
    )
    assert "alert(1)</script>" not in page
    assert 'href="javascript' not in page


def set_due(course, when):
    with quiet(), open_gradebook(Course(course), NAME) as gradebook:
        gradebook.update_or_create_assignment(NAME, duedate=when)


def test_a_late_submission_is_penalised_as_the_course_says(course, base):
    config = course / "nbgrader_config.py"
    plugin = 'c.LateSubmissionPlugin.penalty_method = "zero"\n'
    config.write_text(config.read_text() + plugin)
    for student, stamp in (
        ("late", "2026-03-02 12:00:00 UTC"),
        ("early", "2026-02-02 12:00:00 UTC"),
    ):
        folder = hand_in(course, student, base.solved().text())
        (folder / "timestamp.txt").write_text(stamp)
    assert run(course, "grade", NAME) == 0
    assert scores(course) == {"early": 100, "late": 100}
    set_due(course, "2026-03-01 00:00:00 UTC")
    assert run(course, "grade", NAME) == 0
    assert scores(course) == {"early": 100, "late": 0}
    assert run(course, "feedback", NAME) == 0
    page = (course / "feedback" / "late" / NAME / f"{NAME}.html").read_text()
    assert "Late: 100 points less." in page


def test_marks_by_hand_outlive_a_second_run(course, base):
    hand_in(course, "ada", base.solved().text())
    hand_in(course, "bob", base.solved().text())
    assert run(course, "grade", NAME) == 0
    with quiet(), open_gradebook(Course(course), NAME) as gradebook:
        grade = gradebook.find_grade("test_hinge_loss", NAME, NAME, "ada")
        grade.manual_score, grade.needs_manual_grade = 12, False
        gradebook.db.commit()
    before = os.stat(course / "autograded" / "ada" / NAME / f"{NAME}.ipynb").st_mtime_ns
    assert run(course, "grade", NAME) == 0
    assert os.stat(course / "autograded" / "ada" / NAME / f"{NAME}.ipynb").st_mtime_ns == before
    found = marks(Course(course), NAME)
    assert found["ada"]["score"] == 82
    assert not found["ada"]["needs_manual_grade"]
    assert found["ada"]["by_hand"] == [("test_hinge_loss", 12.0, 30.0, "")]


def test_a_record_that_fails_is_a_flag_and_stops_nobody(course, base, tmp_path, monkeypatch):
    from nngrader.gradebook import record

    for student in ("ada", "bob", "cy"):
        hand_in(course, student, base.solved().text())
    convert = record.Recorder._convert

    def failing(self, folder, notebook):
        if "bob" in str(notebook):
            raise SystemExit("disk full")
        convert(self, folder, notebook)

    monkeypatch.setattr(record.Recorder, "_convert", failing)
    assert run(course, "grade", NAME, "--json", tmp_path / "r.json") == 1
    assert scores(course) == {"ada": 100, "cy": 100}
    results = {r["student"]: r for r in json.loads((tmp_path / "r.json").read_text())}
    assert results["bob"]["flags"] == ["could not be recorded: SystemExit: disk full"]
    monkeypatch.undo()
    assert run(course, "grade", NAME) == 0
    assert scores(course) == {"ada": 100, "bob": 100, "cy": 100}


def test_formgrader_finds_the_course(course, base):
    hand_in(course, "ada", base.solved().text())
    assert run(course, "grade", NAME) == 0
    from nbgrader.apps.api import NbGraderAPI
    from nbgrader.coursedir import CourseDirectory
    from nngrader.gradebook import config_of

    config = config_of(Course(course), NAME)
    with quiet():
        api = NbGraderAPI(CourseDirectory(config=config), config=config)
        (assignment,) = [a for a in api.get_assignments() if a["name"] == NAME]
        (submission,) = api.get_submissions(NAME)
    assert assignment["average_score"] == 100
    assert assignment["status"] == "released" or assignment["num_submissions"] == 1
    assert submission["student"] == "ada"
    assert submission["score"] == 100
    assert submission["autograded"]


def test_the_configuration_keeps_the_text_of_the_source_at_home(course):
    from nngrader.course.folder import HIDDEN_FILES
    from traitlets.config import PyFileConfigLoader

    config = PyFileConfigLoader("nbgrader_config.py", str(course)).load_config()
    assert config.CourseDirectory.ignore == HIDDEN_FILES
    assert Path(config.CourseDirectory.root) == course.resolve()
