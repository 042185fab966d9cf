"""A group hands in once: each of it gets the work, and the work is graded once."""

import pytest
from nngrader.course import Course
from nngrader.course.anonymous import Names
from nngrader.course.groups import of_roster, read, without
from nngrader.course.origins import Origin
from nngrader.course.origins import read as read_origins
from nngrader.course.roster import read as read_roster
from nngrader.errors import CannotDo, NotThere
from nngrader.gradebook.by_hand import Given, for_groups
from nngrader.gradebook.converter import Mark, Standing
from nngrader.intake.platforms import NAME_THE_GROUP
from nngrader.reports.likeness import MOST_IN_SIGHT, _one_of_each_group, _ring, _where
from nngrader.reports.returned import _names
from nngrader.reports.similarity import Ring

from .lms_downloads import BOOK, CLASS, book, class_list, collect, text_of, zipped
from .sample_course import NAME, run

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


def test_the_class_list_and_tables_of_platforms_tell_groups(tmp_path):
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
    with pytest.raises(NotThere, match="kim1: in no group"):
        without(groups, ["kim1"])
    with pytest.raises(NotThere, match=r"treat apart; did you mean 'emmy'\?"):
        without(groups, ["emy"])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("id,team\nada,A\n", "no column `group_name` or `group`"),
        ("id,group\nzoe,A\n", r"line 2 \(group A\): no student fits"),
        ("id,group\nemy,A\n", r"no student fits; did you mean 'emmy'\?"),
        ("name,group\nAda Lovelance,A\n", r"no student fits; did you mean 'Ada Lovelace'\?"),
        ("name,group\nKim Lee,A\n", r"line 2 \(group A\): 2 students fit"),
        ("id,group\nada,A\nada,B\n", "line 3: ada is in A and B"),
    ],
)
def test_a_table_of_groups_with_faults_is_refused(tmp_path, text, words):
    class_list(tmp_path)
    file = tmp_path / "groups.csv"
    file.write_text(text)
    with pytest.raises(CannotDo, match=words):
        read(file, read_roster(Course(tmp_path)))
    with pytest.raises(CannotDo, match="groups need a class list"):
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
    assert "groups: 2; handed in for kim1 by emmy" in output
    back = _names(Course(course), NAME, "moodle")
    assert "kim1" not in back  # whom no page in Moodle's zip reaches: it is named
    assert back["bo"].startswith("Team A-Bo Müller-Žák_503_assignsubmission_file_/")


def test_canvass_groups_come_from_its_table_and_one_may_be_apart(course, tmp_path, capsys):
    class_list(course)
    table = tmp_path / "groups.csv"
    table.write_text("id,group_name\nada,A\nbo,A\nkim1,A\n")
    download = zipped(tmp_path / "got.zip", {f"lovelaceada_1001_70001_{BOOK}": book("ours")})
    words = (download, "--groups", table, "--apart", "kim1")
    assert run(course, "collect", NAME, *words) == 0
    said = capsys.readouterr().out
    assert "2 collected" in said
    assert "handed in for bo by ada" in said
    assert text_of(course, "bo") == "ours"
    assert not (course / "submitted" / "kim1").exists()
    assert run(course, "collect", NAME, *words) == 0
    assert "0 collected, 2 unchanged" in capsys.readouterr().out
    back = _names(Course(course), NAME, "canvas")
    assert back == {"ada": f"lovelaceada_1001_70001_{BOOK}"}  # bo is named


def test_different_work_of_one_group_is_not_chosen_from(course, tmp_path, capsys):
    class_list(course, GROUPED)
    files = {f"ada/{BOOK}": book("one"), f"bo/{BOOK}": book("two")}
    status, output = collect(course, zipped(tmp_path / "got.zip", files), capsys)
    assert status == 1
    assert "2 of Team A handed in different work: which one counts?" in output
    assert not (course / "submitted").exists()
    for name, day in (("ada", 1), ("bo", 2)):
        stamp = f"2026-03-0{day} 12:00:00 UTC".encode()
        files |= {f"{name}/timestamp.txt": stamp}
    status, output = collect(course, zipped(tmp_path / "got.zip", files), capsys)
    assert (status, output[:12]) == (0, "2 collected,"), output
    assert text_of(course, "ada") == text_of(course, "bo") == "two"


def standing(**points):
    """Return entries with one cell by student, None where it waits for a mark."""
    return {
        s: Standing(None, 0, 0, {"why": Mark("why", None, p, p is None, p or 0.0, 10.0)})
        for s, p in points.items()
    }


def test_a_mark_counts_for_all_of_a_group_that_have_none():
    groups = {"A": ["ada", "bo", "kim1"], "B": ["emmy"]}
    entries = standing(ada=None, bo=None, kim1=None, emmy=None)
    given = [Given(2, "ada", "why", 7.0, "ok"), Given(3, "kim1", "why", 2.0, "")]
    with pytest.raises(CannotDo, match="A, why: different marks; give bo one"):
        for_groups(entries, groups, given, "f")
    found = for_groups(entries, groups, given[:1], "f")
    assert [(g.student, g.points) for g in found] == [("ada", 7), ("bo", 7), ("kim1", 7)]
    entries = standing(ada=7.0, bo=None, kim1=7.0, emmy=None)
    assert [(g.student, g.points) for g in for_groups(entries, groups, [], "f")] == [("bo", 7)]
    assert for_groups(standing(ada=7.0, bo=2.0, kim1=1.0), groups, [], "f") == []


def test_of_a_group_one_is_compared_with_others(tmp_path, monkeypatch):
    origins = {s: Origin("Moodle", (), g) for s, g in TEAMS.items()}
    monkeypatch.setattr("nngrader.reports.likeness.read_origins", lambda *_: origins)
    prints = {s: {} for s in ("kim2", "bo", "ada", "emmy", "zoe")}
    kept, some = _one_of_each_group(Course(tmp_path), NAME, prints, Names())
    assert (list(kept), some) == (["ada", "emmy", "kim2", "zoe"], True)


def test_the_notebooks_of_a_large_ring_are_folded_behind_the_first():
    students = tuple(f"s{n:02}" for n in range(30))
    for few, shown in ((4, 4), (30, MOST_IN_SIGHT)):
        who, _, _, where = _ring(Ring(students[:few], {"f": 0.9}, 80.0), NAME, _where)
        for cell in (who, where):
            in_sight, _, folded = cell.partition("<details>")
            assert [s for s in students[:few] if s in in_sight] == list(students[:shown])
            assert [s for s in students if s in folded] == list(students[shown:few])
        assert where.count(f"{NAME}.ipynb") == few


def test_an_unknown_group_before_a_name_is_told_and_no_match(course, tmp_path, capsys):
    class_list(course)
    files = moodle_file("Anna-Ada Lovelace", 502, "b") | moodle_file("Sam Stranger", 503, "c")
    status, told = collect(course, zipped(tmp_path / "got.zip", files), capsys)
    assert status == 1
    why = "the class list's column `group` has no 'Anna'. After the hyphen ada fits: "
    assert f"Anna-Ada Lovelace_502: {why}{NAME_THE_GROUP}\n" in told
    assert "Sam Stranger_503: no student of the class list fits\n" in told
    assert not (course / "submitted" / "ada").exists()


def test_a_group_that_moodle_names_otherwise_is_told_with_the_nearest(course, tmp_path, capsys):
    class_list(course, GROUPED.replace("Team A", "team1"))
    files = moodle_file("Team 1-Ada Lovelace", 501, "a") | moodle_file("Team 1", 9, "a")
    files |= moodle_file("B-Team-Ada Lovelace", 502, "b")
    status, told = collect(course, zipped(tmp_path / "got.zip", files), capsys)
    assert status == 1
    why = "the class list's column `group` has no 'Team 1'; did you mean 'team1'?"
    assert f"Team 1-Ada Lovelace_501: {why} After the hyphen ada fits: {NAME_THE_GROUP}" in told
    nobody = "no student of the class list fits, nor a group; did you mean 'team1'?"
    assert f"Team 1_9: {nobody}" in told
    other = "ada fits after the hyphen and is not in the group 'B-Team'"
    assert f"B-Team-Ada Lovelace_502: {other}" in told
