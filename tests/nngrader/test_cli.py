"""The command: what it says, and its exit status."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from nngrader.cli import main
from nngrader.course import Course
from nngrader.course.anonymous import Codes
from nngrader.gradebook import open_gradebook, quiet
from nngrader.gradebook.late import policy_file
from nngrader.screen import WIDTH, line

from .sample_course import NAME, environment, hand_in, make_course, problems_folder, run


def test_a_row_that_is_too_long_ends_at_a_word_and_says_so():
    long = "this cell failed when it was loaded and was left out"
    result = {"student": "ada", "status": "flagged", "score": 1.0, "max_score": 2.0}
    told = line(result | {"flags": ["imports os", *[long] * 4]}, 1, 1).partition("of 2  ")[2]
    assert told.endswith(" …")
    assert f"imports os; {long}; {long}; {long}".startswith(told[:-1])  # with the space
    assert len(told) <= WIDTH
    assert line(result | {"flags": [long] * 2}, 1, 1).endswith(f"{long}; {long}")


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["mark", NAME],
        ["grade"],
        ["grade", NAME, "--workers", "0"],
        ["grade", NAME, "--workers", "many"],
        ["grade", NAME, "--worker", "2"],
        ["reweight", NAME, "--points", "hinge_loss=many"],
        ["grade", NAME, "--scheduler"],
        ["export", NAME, "--layout", "excel"],
        ["collect", NAME],
        ["--course", "/nowhere", "grade", NAME],
    ],
    ids=" ".join,
)
def test_wrong_usage_exits_with_2(arguments, capsys):
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert "usage: nngrader" in capsys.readouterr().err


def test_the_course_may_be_named_on_either_side_of_the_command(capsys):
    said = []
    for arguments in (
        ["--course", "/nowhere", "grade", NAME],
        ["grade", NAME, "--course", "/nowhere"],
    ):
        with pytest.raises(SystemExit):
            main(arguments)
        said.append(capsys.readouterr().err.splitlines()[-1])
    assert said == ["nngrader: error: no course folder /nowhere"] * 2


@pytest.mark.parametrize("name", ["check", "release", "collect", "grade", "feedback", "export"])
def test_every_command_explains_itself(name, capsys):
    with pytest.raises(SystemExit) as ended:
        main([name, "--help"])
    assert ended.value.code == 0
    said = " ".join(capsys.readouterr().out.split())
    done = "all is right on the visible cases" if name == "check" else "every submission"
    assert f"exit status: 0 {done}" in said
    assert "2 wrong usage" in said


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["grade", "ps9_nothing"], "no assignment 'ps9_nothing'"),
        (["grade", "ps2_clasifiers"], f"does not exist; did you mean '{NAME}'?"),
        (["export", "ps2_clasifiers"], f"not in the gradebook; did you mean '{NAME}'?"),
        (["release", "ps9_nothing"], "no assignment 'ps9_nothing'"),
        (["grade", NAME], "nothing handed in"),
        (
            ["grade", NAME, "--students", "nobody"],
            "nothing handed in for ps2_classifiers by nobody",
        ),
        (["feedback", NAME], "nothing graded yet"),
        (["collect", "ps9_nothing", "/nowhere"], "no assignment 'ps9_nothing'"),
        (["collect", NAME, "/nowhere"], "there is no /nowhere"),
        (["export", "ps9_nothing"], "not in the gradebook"),
        (["check", "/nowhere.ipynb"], "there is no notebook nowhere.ipynb"),
    ],
    ids=lambda v: " ".join(v) if isinstance(v, list) else "",
)
def test_what_is_not_there_is_one_line_and_no_traceback(course, arguments, words, capsys):
    assert run(course, *arguments) == 2
    errors = capsys.readouterr().err
    assert words in errors
    assert "Traceback" not in errors


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["collect", NAME, "{empty}"], "is empty: 0 bytes"),
        (["collect", NAME, "{text}"], "is neither a folder nor a whole zip"),
        (["collect", NAME, "{folder}", "--zone", "Europe/Berlim"], "no time zone"),
        (["collect", NAME, "{folder}", "--worksheet", "{text}"], "no grading worksheet of Moo"),
        (["report", NAME, "--out", "{folder}"], "is a folder: name a file"),
        (["export", NAME, "--out", "{folder}"], "is a folder: name a file"),
        (["grade", NAME, "--json", "{folder}"], "is a folder: name a file"),
        (["marks", NAME, "{folder}"], "is a folder: name a file"),
        (["check", "{text}"], "'README.txt' is no notebook: it is text that is no JSON"),
        (
            ["check", "{empty}"],
            "'empty.zip' is an empty file (0 bytes); beside it lies a.ip",
        ),
    ],
    ids=lambda v: " ".join(v) if isinstance(v, list) else "",
)
def test_a_file_or_a_word_of_the_wrong_kind_is_wrong_usage(
    course, tmp_path, arguments, words, capsys
):
    places = {"empty": tmp_path / "empty.zip", "text": tmp_path / "README.txt"}
    for place, text in zip(places.values(), ("", "Read me.\n"), strict=True):
        place.write_text(text)
    (tmp_path / "a.ipynb").write_text('{"cells": []}')
    assert run(course, *(a.format(**places, folder=tmp_path) for a in arguments)) == 2
    assert words in capsys.readouterr().err


def test_an_assignment_that_was_not_released_is_not_graded(tmp_path, capsys):
    course = make_course(tmp_path / "course")
    (course / "submitted" / "ada" / NAME).mkdir(parents=True)
    assert run(course, "grade", NAME) == 1
    assert f"run `nngrader release {NAME}`" in capsys.readouterr().err


def test_an_extension_for_nobody_is_told_before_the_work(course, base, capsys):
    hand_in(course, "ada", base.solved().text())
    head = "id,first_name,last_name,email\n"
    (course / "students.csv").write_text(f"{head}ada,Ada,Lane,ada@uni.example\n")
    file = policy_file(course, NAME)
    late = "due = 2025-12-01T23:59:00+01:00\n[late]\npoints_per_day = 10\n"
    late += '[late.extensions]\nadda = "2025-12-05T12:00:00Z"\n'
    file.write_text(late + (file.read_text() if file.is_file() else ""))
    assert run(course, "grade", NAME) == 1
    assert "nor has handed in (adda; did you mean 'ada'?)" in capsys.readouterr().err
    file.write_text(file.read_text().replace("adda", "ada"))
    assert run(course, "grade", NAME) == 0


def test_a_misspelt_student_is_asked_about_and_a_code_is_known_as_one(course, base, capsys):
    hand_in(course, "ada", base.solved().text())
    (course / "students.csv").write_text("id,first_name\nada,Ada\nada2,Ida\n")
    words = f"nothing handed in for {NAME} by"
    code = Codes(Course(course))("ada")
    for typed, told in (
        (["adda"], f"{words} adda; did you mean 'ada'?\n"),
        (["ada2"], f"{words} ada2\n"),  # who is known, and has handed in nothing
        ([code], f"{words} {code}; it is a code: add --anonymous\n"),
        ([code[:-1], "--anonymous"], f"{words} {code[:-1]}; did you mean {code!r}?\n"),
    ):
        for command in (["grade", NAME, "--students"], ["explain", NAME]):
            assert run(course, *command, *typed) == 2
            assert capsys.readouterr().err.endswith(told)


def test_only_those_named_are_graded_and_the_others_feedback_stays(course, base, capsys):
    for student in ("ada", "bob"):
        hand_in(course, student, base.solved().text())
    assert run(course, "grade", NAME, "--students", "bob") == 0
    assert not (course / "autograded" / "ada").exists()
    assert run(course, "grade", NAME, "--students", "ada") == 0
    assert run(course, "feedback", NAME, "--out", course / "pages") == 0
    assert "2 pages in" in capsys.readouterr().out
    assert (course / "pages" / "bob" / NAME / f"{NAME}.html").is_file()


def test_each_layout_has_the_columns_of_its_platform(course, base, capsys):
    hand_in(course, "ada", base.solved().text())
    hand_in(course, "bob", base.untouched().text())
    assert run(course, "grade", NAME) == 0
    capsys.readouterr()
    rows = {}
    for layout in ("csv", "canvas", "moodle", "gradescope"):
        assert run(course, "export", NAME, "--layout", layout, "--out", course / "m.csv") == 0
        rows[layout] = (course / "m.csv").read_text().splitlines()
    assert rows["csv"] == [
        "student,score,max_score,late_penalty,needs_manual_grade,status,flag",
        "ada,100.0,100.0,0.0,False,final,",
        "bob,0.0,100.0,0.0,False,final,",
    ]
    assert rows["canvas"] == [
        f"Student,ID,SIS User ID,SIS Login ID,Section,{NAME}",
        "    Points Possible,,,,,100.0",
        "ada,,ada,ada,,100.0",
        "bob,,bob,bob,,0.0",
    ]
    assert rows["moodle"][1:] == [",,ada,,100.0", ",,bob,,0.0"]
    assert rows["gradescope"][1:] == [
        ",,ada,,100.0,100.0,Graded",
        ",,bob,,0.0,100.0,Graded",
    ]


def test_a_seed_at_which_the_problems_do_not_hold_stops_the_grading(course, base, capsys):
    hand_in(course, "ada", base.solved().text())
    file = problems_folder(course) / "pairwise_distances.py"
    text = file.read_text()
    wrong = "def by_norm(X, Y):\n    X = X + 1"
    assert "def by_norm(X, Y):" in text
    file.write_text(text.replace("def by_norm(X, Y):", wrong))
    assert run(course, "grade", NAME) == 1
    assert "by_norm scores" in capsys.readouterr().err
    assert not (course / "autograded").exists()


def test_two_seeds_give_two_sets_of_hidden_cases_and_one_score(course, base, tmp_path):
    hand_in(course, "ada", base.solved().text())
    seed = tmp_path / "seed"
    seed.write_text("77\n")
    for arguments in ([], ["--seed", seed]):
        assert run(course, "grade", NAME, *arguments, "--json", tmp_path / "r.json") == 0
        assert json.loads((tmp_path / "r.json").read_text())[0]["score"] == 100
    first, second = Course(course).hidden(NAME), Course(course, seed_file=seed).hidden(NAME)
    for name in first:
        assert str(first[name]["cases"]) != str(second[name]["cases"])


def test_the_first_grade_makes_the_seed(course, base):
    (course / ".seed").unlink()
    hand_in(course, "ada", base.solved().text())
    assert run(course, "grade", NAME) == 0
    assert (course / ".seed").stat().st_mode & 0o777 == 0o600
    seed = Course(course).seed()
    assert seed > 10**6
    assert Course(course).seed() == seed


def test_import_of_the_package_needs_numpy_alone():
    code = (
        "import sys, nngrader\n"
        "loaded = {m.split('.')[0] for m in sys.modules} - set(sys.stdlib_module_names)\n"
        "print(sorted(m for m in loaded if not m.startswith(('_', 'site', 'distutils'))))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.strip() == "['nngrader', 'numpy']", done


def test_a_new_gradebook_has_nbgraders_newest_version_and_no_program_is_run_for_it(
    tmp_path, monkeypatch
):
    import nbgrader
    from sqlalchemy import text

    course = Course(make_course(tmp_path / "course"))
    monkeypatch.setenv("PATH", "/nowhere")
    with quiet(), open_gradebook(course, NAME) as gradebook:
        (version,) = gradebook.db.execute(text("select version_num from alembic_version")).one()
    folder = Path(nbgrader.__file__).parent / "alembic" / "versions"
    steps = "\n".join(f.read_text() for f in folder.glob("*.py"))
    assert re.findall(rf"^(\w*revision) = .{version}.$", steps, re.MULTILINE) == ["revision"]


def test_the_gradebook_knows_the_assignment_after_the_release(course):
    with quiet(), open_gradebook(Course(course), NAME) as gradebook:
        assert gradebook.find_assignment(NAME).max_score == 100


def test_a_command_does_not_load_what_its_imports_only_try(tmp_path):
    code = (
        "import sys\n"
        "from nngrader.cli import main\n"
        f"main(['--course', {str(tmp_path)!r}, 'grade', 'nothing'])\n"
        "print([n for n in sys.modules if n.startswith(('lark', 'rfc3987'))])\n"
        "print('nbgrader' in sys.modules)"
    )
    line = [sys.executable, "-W", "ignore", "-c", code]
    done = subprocess.run(line, capture_output=True, text=True, env=environment())
    assert done.stdout.splitlines() == ["['rfc3987_syntax']", "True"], done
