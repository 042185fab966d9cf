"""A group submits once: each member gets the work, and the work is graded once."""

import pytest
from nngrader.course import Course
from nngrader.course.groups import of_roster, read, without
from nngrader.course.origins import read as read_origins
from nngrader.course.roster import read as read_roster
from nngrader.errors import CannotDo, NotThere
from nngrader.gradebook.autograder import Entry, Mark
from nngrader.gradebook.by_hand import Given, for_groups
from nngrader.reports.returned import _names

from .lms_downloads import BOOK, CLASS, book, class_list, collect, text_of, zipped
from .sample_course import NAME

pytestmark = pytest.mark.sandbox
TEAMS = {"ada": "Team A", "bo": "Team A", "emmy": "B-Team", "kim1": "B-Team"}
GROUPED = "".join(
    line + (",group" if n == 0 else f",{TEAMS.get(line.split(',')[0], '')}") + "\n"
    for n, line in enumerate(CLASS.splitlines())
)
CANVAS = """name,canvas_user_id,user_id,login_id,sections,group_name,canvas_group_id
Ada Lovelace,1001,ada,ada,,Team A,7
Bo Müller-Žák,1003,,,,Team A,7
"du Châtelet, Émilie",,,,,B-Team,8
Nobody Else,99,,,,,
"""


def moodle_file(name, number, text):
    return {f"{name}_{number}_assignsubmission_file_/{BOOK}": book(text)}


def test_the_class_list_and_tables_of_platforms_define_groups(tmp_path):
    class_list(tmp_path, GROUPED)
    students = read_roster(Course(tmp_path))
    assert of_roster(students) == {"Team A": ["ada", "bo"], "B-Team": ["emmy", "kim1"]}
    file = tmp_path / "groups.csv"
    file.write_text(CANVAS, encoding="utf-8")
    assert read(file, students) == {"Team A": ["ada", "bo"], "B-Team": ["emmy"]}
    file.write_text("Email address;Groups\nada@uni.example;Team A\nkim2@uni.example;\n")
    assert read(file, students) == {"Team A": ["ada"]}
    groups = {"Team A": ["ada", "bo"], "B": ["emmy"]}
    assert without(groups, ["bo", "emmy"]) == {"Team A": ["ada"]}
    with pytest.raises(NotThere, match="kim1: not in a group"):
        without(groups, ["kim1"])
    with pytest.raises(NotThere, match=r"emy: .*; did you mean 'emmy'\?"):
        without(groups, ["emy"])


def test_a_table_of_groups_with_faults_is_refused(tmp_path):
    class_list(tmp_path)
    file, students = tmp_path / "groups.csv", read_roster(Course(tmp_path))
    for text, words in (
        ("id,team\nada,A\n", "no column"),
        ("id,group\nzoe,A\n", "line 2"),
        ("id,group\nemy,A\n", "did you mean 'emmy'"),
        ("name,group\nAda Lovelance,A\n", "did you mean 'Ada Lovelace'"),
        ("name,group\nKim Lee,A\n", "2 students"),
        ("id,group\nada,A\nada,B\n", "line 3: ada"),
    ):
        file.write_text(text)
        with pytest.raises(CannotDo, match=words):
            read(file, students)
    with pytest.raises(CannotDo, match="class list"):
        read(file, None)


def test_moodles_team_submissions_reach_all_of_the_group(course, tmp_path, capsys):
    class_list(course, GROUPED)
    files = moodle_file("Team A-Ada Lovelace", 501, "a")
    files |= moodle_file("Team A-Bo Müller-Žák", 503, "a")
    files |= moodle_file("B-Team", 9, "b") | moodle_file("Default group-Lee Kim", 505, "alone")
    status, output = collect(course, zipped(tmp_path / "got.zip", files), capsys)
    assert (status, output[:12]) == (0, "5 collected,"), output
    assert text_of(course, "kim2") == "alone"  # kim1, of the same name, is in a group
    assert [text_of(course, s) for s in ("ada", "bo", "emmy", "kim1")] == ["a", "a", "b", "b"]
    kept = read_origins(Course(course), NAME)
    assert {s: (o.group, o.through) for s, o in kept.items()} == {
        "ada": ("Team A", ""),
        "bo": ("Team A", ""),
        "emmy": ("B-Team", ""),
        "kim1": ("B-Team", "emmy"),
        "kim2": ("", ""),
    }
    assert "groups: 2; submitted by a partner: kim1 (by emmy)" in output
    back = _names(Course(course), NAME, "moodle")
    assert "kim1" not in back  # whom no page in Moodle's zip reaches: it is named
    assert back["bo"].startswith("Team A-Bo Müller-Žák_503_assignsubmission_file_/")


def entries_for(**points):
    """Return entries with one cell by student, None where it waits for a mark."""
    return {
        s: Entry(None, 0, 0, {"why": Mark("why", None, p, p is None, p or 0.0, 10.0)})
        for s, p in points.items()
    }


def test_a_mark_counts_for_all_of_a_group_that_have_none():
    groups = {"A": ["ada", "bo", "kim1"], "B": ["emmy"]}
    entries = entries_for(ada=None, bo=None, kim1=None, emmy=None)
    given = [Given(2, "ada", "why", 7.0, "ok"), Given(3, "kim1", "why", 2.0, "")]
    with pytest.raises(CannotDo, match="A, why: members have different marks, so mark bo"):
        for_groups(entries, groups, given, "f")
    result = for_groups(entries, groups, given[:1], "f")
    assert [(g.student, g.points) for g in result] == [("ada", 7), ("bo", 7), ("kim1", 7)]
    entries = entries_for(ada=7.0, bo=None, kim1=7.0, emmy=None)
    assert [(g.student, g.points) for g in for_groups(entries, groups, [], "f")] == [("bo", 7)]
    assert for_groups(entries_for(ada=7.0, bo=2.0, kim1=1.0), groups, [], "f") == []


def test_a_changed_mark_of_an_automatic_cell_is_not_shared():
    entries = entries_for(ada=7.0, bo=7.0)
    entries["bo"].grades["why"] = Mark("why", 5.0, None, False, 5.0, 10.0)
    entries["ada"].grades["why"] = Mark("why", 5.0, 7.0, False, 7.0, 10.0)
    assert for_groups(entries, {"A": ["ada", "bo"]}, [], "f") == []
    (row,) = for_groups(entries, {"A": ["ada", "bo"]}, [], "f", frozenset({"why"}))
    assert (row.student, row.points) == ("bo", 7.0)


def test_different_work_of_one_group_is_not_chosen_from(course, tmp_path, capsys):
    class_list(course, GROUPED)
    files = {f"ada/{BOOK}": book("one"), f"bo/{BOOK}": book("two")}
    status, output = collect(course, zipped(tmp_path / "got.zip", files), capsys)
    assert status == 1
    assert "2 members of Team A submitted different work" in output
    assert not (course / "submitted").exists()
    for name, day in (("ada", 1), ("bo", 2)):
        stamp = f"2026-03-0{day} 12:00:00 UTC".encode()
        files |= {f"{name}/timestamp.txt": stamp}
    status, output = collect(course, zipped(tmp_path / "got.zip", files), capsys)
    assert (status, output[:12]) == (0, "2 collected,"), output
    assert text_of(course, "ada") == text_of(course, "bo") == "two"
