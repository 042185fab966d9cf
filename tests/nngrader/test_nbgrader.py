"""What nbgrader itself makes of the same submissions and of the recorded gradebook."""

from pathlib import Path

import pytest

from .nbgrader_command import run_nbgrader
from .recorded_gradebook import scores
from .sample_course import MISTAKES, NAME, hand_in, run

pytestmark = pytest.mark.sandbox


@pytest.mark.slow
def test_nbgraders_own_commands_agree_with_what_is_recorded(course, base):
    hand_in(course, "ada", base.solved().text())
    hand_in(course, "bob", base.mistaken(*MISTAKES).add_cell("helper = 1").text())
    assert run(course, "grade", NAME) == 0
    ours = scores(course)
    assert ours["ada"] == 100
    assert 30 < ours["bob"] < 70

    feedback, export = ("generate_feedback", NAME), ("export", "--to", "grades.csv")
    run_nbgrader(course, feedback, export, ("autograde", NAME, "--force"))
    page = (course / "feedback" / "bob" / NAME / f"{NAME}.html").read_text()
    assert "helper" in page
    assert "Which step of the formula is missing?" in page
    lines = (course / "grades.csv").read_text().splitlines()
    assert [
        f",{ours[s]:g}" in line or f",{ours[s]}" in line
        for s, line in zip(ours, lines[1:], strict=True)
    ]
    assert scores(course) == pytest.approx(ours)


def test_the_configuration_keeps_the_text_of_the_source_at_home(course):
    from nngrader.course.folder import HIDDEN_FILES
    from traitlets.config import PyFileConfigLoader

    config = PyFileConfigLoader("nbgrader_config.py", str(course)).load_config()
    assert config.CourseDirectory.ignore == HIDDEN_FILES
    assert Path(config.CourseDirectory.root) == course.resolve()
