"""The command: its exit status, and one-line messages that say what is wrong."""

import re
import shutil
import subprocess
import sys

import pytest
from nngrader.cli import main
from nngrader.course import Course
from nngrader.course.anonymous import Codes
from nngrader.errors import CannotDo
from nngrader.gradebook.database import open_gradebook, quiet
from nngrader.gradebook.seed import require_seed

from .sample_course import NAME, grade, hand_in, make_course, problems_folder, run

WRONG_USAGE = [
    "",
    f"mark {NAME}",
    "grade",
    f"grade {NAME} --workers 0",
    f"grade {NAME} --workers many",
    f"reweight {NAME} --points hinge_loss=many",
    f"export {NAME} --layout excel",
    f"collect {NAME}",
    f"--course /nowhere grade {NAME}",
    f"grade {NAME} --course /nowhere",
]
NOT_THERE = {  # what is named in the message, by command
    "grade ps9_nothing": "'ps9_nothing'",
    "grade ps2_clasifiers": f"did you mean '{NAME}'?",
    f"grade {NAME}": "no submissions",
    f"grade {NAME} --students nobody": "by nobody",
    f"feedback {NAME}": "nothing graded yet",
    f"collect {NAME} /nowhere": "/nowhere",
    "export ps9_nothing": "gradebook",
    "check /nowhere.ipynb": "nowhere.ipynb",
    f"reweight {NAME} --drop hinge_loss": "no submission",
    f"collect {NAME} {{empty}}": "0 bytes",
    f"collect {NAME} {{text}}": "zip",
    f"collect {NAME} {{folder}} --zone Europe/Berlim": "Europe/Berlin",
    f"collect {NAME} {{folder}} --worksheet {{text}}": "worksheet",
    f"report {NAME} --out {{folder}}": "is a folder",
    f"export {NAME} --out {{folder}}": "is a folder",
    f"grade {NAME} --json {{folder}}": "is a folder",
    "check {text}": "README.txt",
    "check {empty}": "a.ip",  # which lies beside it
}


def test_wrong_usage_exits_with_2(capsys):
    for line in WRONG_USAGE:
        with pytest.raises(SystemExit) as ended:
            main(line.split())
        assert ended.value.code == 2, line
        assert "usage: nngrader" in capsys.readouterr().err, line


def test_missing_and_wrong_files_are_named(course, tmp_path, capsys):
    places = {"empty": tmp_path / "empty.zip", "text": tmp_path / "README.txt"}
    for place, text in zip(places.values(), ("", "Read me.\n"), strict=True):
        place.write_text(text)
    (tmp_path / "a.ipynb").write_text('{"cells": []}')
    for line, words in NOT_THERE.items():
        arguments = [a.format(**places, folder=tmp_path) for a in line.split()]
        assert run(course, *arguments) == 2, line
        errors = capsys.readouterr().err
        assert words in errors, line
        assert "Traceback" not in errors, line


def test_read_and_write_errors_have_status_1(course, base, tmp_path, capsys):
    hand_in(course, "ada", base.solved().text())
    (tmp_path / "seed").write_text("seven\n")
    for arguments in (("--json", tmp_path / "nowhere/r.json"), ("--seed", tmp_path / "seed")):
        assert run(course, "grade", NAME, *arguments) == 1
        (line,) = capsys.readouterr().err.splitlines()
        assert str(tmp_path) in line
    (course / "students.csv").write_text("name\nada\n")
    assert run(course, "grade", NAME) == 1
    assert "students.csv" in capsys.readouterr().err
    (course / "students.csv").unlink()
    (course / "gradebook.db").write_bytes(b"no database " * 1000)
    for name in ("grade", "export"):
        assert run(course, name, NAME) == 1
        assert "gradebook.db" in capsys.readouterr().err


@pytest.mark.sandbox
def test_one_notebook_is_graded_without_a_record(course, base, tmp_path, capsys):
    file = tmp_path / f"{NAME} (1).ipynb"
    file.write_text(base.mistaken("pairwise_distances").text())
    made = make_course(tmp_path / "unreleased")
    for folder in (course, made, course):  # without a release or seed, they are temporary
        assert run(folder, "grade", file) == 0
        (most, *_, last) = re.findall(r"(\S+) of (\d+) points", capsys.readouterr().out)
        assert float(most[0]) < float(most[1])
        assert last[1] == "100"
        assert not (folder / "submitted").exists()
        (course / ".seed").unlink(missing_ok=True)
    assert not (made / "release").exists()
    for name, message in (("other.ipynb", "contain the name"), ("none.ipynb", "no notebook")):
        file.with_name("other.ipynb").write_text("{}")
        assert run(course, "grade", file.with_name(name)) != 0
        assert message in capsys.readouterr().err


def test_an_assignment_that_was_not_released_is_not_graded(tmp_path, capsys):
    course = make_course(tmp_path / "course")
    (course / "submitted" / "ada" / NAME).mkdir(parents=True)
    assert run(course, "grade", NAME) == 1
    assert f"nngrader release {NAME}" in capsys.readouterr().err


def test_a_misspelt_student_gets_a_suggestion_and_a_code_is_recognised(course, base, capsys):
    hand_in(course, "ada", base.solved().text())
    (course / "students.csv").write_text("id,first_name\nada,Ada\nada2,Ida\n")
    code = Codes(Course(course))("ada")
    for typed, message in (
        (["adda"], "adda; did you mean 'ada'?\n"),
        (["ada2"], "ada2\n"),  # who is known, and has handed in nothing
        ([code], f"{code}; it is a code: add --anonymous\n"),
        ([code[:-1], "--anonymous"], f"{code[:-1]}; did you mean {code!r}?\n"),
    ):
        for command in (["grade", NAME, "--students"], ["explain", NAME]):
            assert run(course, *command, *typed) == 2
            assert capsys.readouterr().err.endswith(message)


def test_grading_stops_if_a_correct_answer_loses_points_at_the_seed(course, base, capsys):
    hand_in(course, "ada", base.solved().text())
    file = problems_folder(course) / "hinge_loss.py"
    text = file.read_text()
    begin = "def by_mask(scores, targets, margin=1.0):\n"
    assert begin in text
    file.write_text(text.replace(begin, f"{begin}    margin = 2 * margin\n"))
    assert run(course, "grade", NAME) == 1
    assert "by_mask scores" in capsys.readouterr().err
    assert not (course / "autograded").exists()


def test_the_first_grade_makes_a_seed_that_no_other_user_can_read(course, base):
    (course / ".seed").unlink()
    hand_in(course, "ada", base.solved().text())
    assert grade(course)["ada"]["score"] == 100
    assert (course / ".seed").stat().st_mode & 0o777 == 0o600
    seed = Course(course).seed()
    assert Course(course).seed() == seed > 10**6
    copy = course / "gradebook.seed"
    assert int(copy.read_text()) == seed
    assert copy.stat().st_mode & 0o777 == 0o600


def test_a_lost_seed_is_never_replaced(course):
    file, copy = course / ".seed", course / "gradebook.seed"
    require_seed(Course(course), NAME)
    assert copy.read_text() == file.read_text()
    hand_in(course, "ada", "{}")
    file.unlink()
    for command in (["grade", NAME], ["gradescope", NAME], ["explain", NAME, "ada"]):
        assert run(course, *command) != 0
        assert not file.exists()
        assert not (course / "autograded").exists()
    shutil.copy(copy, file)
    copy.unlink()
    with quiet(), open_gradebook(Course(course), NAME) as gradebook:
        gradebook.add_student("ada")
        gradebook.add_submission(NAME, "ada")
    file.unlink()
    with pytest.raises(CannotDo):
        require_seed(Course(course), NAME)
    assert not file.exists()


def test_a_part_of_the_class_is_not_graded_with_a_new_seed(course):
    require_seed(Course(course), NAME, whole=False)
    (course / ".seed").write_text("5\n")
    with pytest.raises(CannotDo):
        require_seed(Course(course), NAME, whole=False)
    for whole in (True, False):
        require_seed(Course(course), NAME, whole=whole)
    assert (course / "gradebook.seed").read_text() == "5\n"


def test_import_of_the_package_needs_only_numpy():
    code = (
        "import sys, nngrader\n"
        "loaded = {m.split('.')[0] for m in sys.modules} - set(sys.stdlib_module_names)\n"
        "print(sorted(m for m in loaded if not m.startswith(('_', 'site', 'distutils'))))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.strip() == "['nngrader', 'numpy']", done


@pytest.mark.parametrize("name", ["ps1+x", "hw [1]", "ps*", "a/b", "..", " ps1", ""])
@pytest.mark.parametrize("command", ["release", "grade", "feedback", "export", "report"])
def test_a_name_that_nbgrader_refuses_gets_one_line(command, name, tmp_path, capsys):
    assert main(["--course", str(tmp_path), command, name]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert repr(name) in line
    assert "name of an assignment" in line
