"""Files downloaded from platforms reach the right student unchanged, or are reported."""

import json
import os
from datetime import datetime

import pytest
from nbgrader.coursedir import CourseDirectory
from nngrader.course.assignment import Assignment
from nngrader.intake.deposit import LATE_MARK
from nngrader.intake.platforms import time_of

from .lms_downloads import (
    BOOK,
    EARLY,
    LATE,
    book,
    canvas,
    class_list,
    collect,
    folder,
    gradescope,
    moodle,
    stamp,
    text_of,
    tree,
    zipped,
)
from .sample_course import NAME, hand_in

pytestmark = pytest.mark.sandbox
PLATFORMS = {"moodle": moodle, "canvas": canvas, "gradescope": gradescope}


@pytest.mark.parametrize("unpacked", [False, True], ids=["zip", "folder"])
@pytest.mark.parametrize("platform", PLATFORMS)
def test_each_platform_is_collected(course, tmp_path, capsys, platform, unpacked):
    class_list(course)
    files = PLATFORMS[platform]()
    make, download = (folder, "got") if unpacked else (zipped, "got.zip")
    status, output = collect(course, make(tmp_path / download, files), capsys)
    assert output.startswith("2 collected, 0 unchanged, 0 replaced, 0 left out\n"), output
    assert status == 0
    assert [text_of(course, s) for s in ("ada", "emmy")] == ["ada", "emmy"]
    assert "nothing handed in by: 3 students (bo, kim1, kim2)" in output


@pytest.mark.deep(3)
@pytest.mark.parametrize(
    "name",
    [
        f"ada/{NAME}/{BOOK}",
        f"ada/{BOOK}",
        "ada.ipynb",
        f"submitted/ada/{NAME}/{BOOK}",
        f"ada+{NAME}+2026-03-01 12:00:00.250000 UTC+c2VjcmV0/{BOOK}",
        f"ada+{NAME}+2026-03-01 12:00:00.250000 UTC/{BOOK}",
    ],
)
@pytest.mark.parametrize("listed", [True, False], ids=["class list", "no class list"])
def test_each_layout_of_names_is_collected(course, tmp_path, capsys, name, listed):
    if listed:
        class_list(course)
    download = zipped(tmp_path / "got.zip", {name: book("mine")})
    status, output = collect(course, download, capsys)
    assert (status, output[:12]) == (0, "1 collected,"), output
    assert text_of(course, "ada") == "mine"
    assert stamp(course, "ada").replace(microsecond=0) == EARLY.replace(tzinfo=None)


@pytest.mark.parametrize("platform", PLATFORMS)
def test_without_a_class_list_no_platforms_name_is_a_student(
    course, tmp_path, capsys, platform
):
    download = zipped(tmp_path / "got.zip", PLATFORMS[platform]())
    status, output = collect(course, download, capsys)
    assert status == 1
    assert output.startswith("0 collected")
    assert "there is no class list (students.csv)" in output
    assert not (course / "submitted").exists()


def test_collecting_twice_changes_nothing(course, tmp_path, capsys):
    class_list(course)
    download = zipped(tmp_path / "got.zip", moodle())
    collect(course, download, capsys)
    before = tree(course)
    status, output = collect(course, download, capsys)
    assert (status, output.splitlines()[0]) == (
        0,
        "0 collected, 2 unchanged, 0 replaced, 0 left out",
    )
    assert tree(course) == before


def test_a_newer_one_replaces_and_the_older_is_kept(course, tmp_path, capsys):
    for n, when in enumerate((EARLY, LATE, LATE.replace(month=4))):
        download = zipped(tmp_path / "got.zip", {f"ada/{BOOK}": book(f"v{n}")}, when)
        status, output = collect(course, download, capsys)
        assert status == 0, output
    assert "0 collected, 0 unchanged, 1 replaced, 0 left out" in output
    assert text_of(course, "ada") == "v2"
    kept = course / "replaced" / "ada" / NAME
    assert [json.loads((kept / n / BOOK).read_text())["metadata"]["text"] for n in "12"] == [
        "v0",
        "v1",
    ]


def test_an_older_one_replaces_nothing(course, tmp_path, capsys):
    collect(course, zipped(tmp_path / "a.zip", {f"ada/{BOOK}": book("new")}, LATE), capsys)
    before = tree(course)
    download = zipped(tmp_path / "b.zip", {f"ada/{BOOK}": book("old")}, EARLY)
    status, output = collect(course, download, capsys)
    assert status == 1
    assert "ada: it is not newer than what is in submitted (2026-03-09 08:30:00" in output
    assert tree(course) == before


def test_one_by_hand_gives_way_to_a_newer_one_and_is_kept(course, tmp_path, capsys):
    file = hand_in(course, "ada", book("by hand")) / BOOK
    os.utime(file, (EARLY.timestamp(),) * 2)
    collect(course, zipped(tmp_path / "a.zip", {f"ada/{BOOK}": book("new")}, LATE), capsys)
    assert text_of(course, "ada") == "new"
    assert b"by hand" in (course / "replaced" / "ada" / NAME / "1" / BOOK).read_bytes()


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        (f"Kim Lee_5_assignsubmission_file_/{BOOK}", "2 students fit: kim1, kim2"),
        (f"Participant_5_assignsubmission_file_/{BOOK}", "no student of the class list fits"),
        (
            f"Team-Ada Lovelace_5_assignsubmission_file_/{BOOK}",
            "the class list's column `group`",
        ),
        (f"1001_7_assignsubmission_file_/{BOOK}", "no student of the class list fits"),
        (f"leekim_9_70001_{BOOK}", "no student of the class list fits"),
        (f"lovelaceada_1002_70001_{BOOK}", "2 students fit: ada, emmy"),
        (f"lovelaceada_9999_70001_{BOOK}", "no student of the class list fits"),
        (f"mallory_1001_1_5555_70001_{BOOK}", "its name can be read in several ways"),
        (f"lovelaceada_1001_70001_by_1_2_{BOOK}", "its name can be read in several ways"),
        (f"nobody/{BOOK}", "no student of the class list fits"),
        (f"ada/{NAME}/report.pdf", "no notebook among 1 file"),
    ],
)
def test_what_is_not_exactly_one_students_is_left_out(course, tmp_path, capsys, name, reason):
    class_list(course)
    download = zipped(tmp_path / "got.zip", {name: book(), f"bo/{BOOK}": book("bo")})
    status, output = collect(course, download, capsys)
    assert text_of(course, "bo") == "bo"
    assert status == 1
    assert output.startswith("1 collected, 0 unchanged, 0 replaced, 1 left out:\n"), output
    assert f": {reason}" in output.splitlines()[1]
    assert os.listdir(course / "submitted") == ["bo"]


def test_two_submissions_of_one_student_are_not_chosen_from(course, tmp_path, capsys):
    class_list(course)
    files = {f"ada/{BOOK}": book("one"), f"Ada Lovelace/{BOOK}": book("two")}
    status, output = collect(course, zipped(tmp_path / "got.zip", files), capsys)
    assert status == 1
    assert "2 submissions of ada: which one counts?" in output


def test_two_names_with_one_number_of_canvas_are_not_mixed(course, tmp_path, capsys):
    class_list(course)
    files = canvas() | {f"_1001_70099_{BOOK}": book("another")}
    status, output = collect(course, zipped(tmp_path / "got.zip", files), capsys)
    assert (status, output[:12]) == (1, "1 collected,")
    assert "2 submissions of ada: which one counts?" in output


def test_of_the_exchange_the_last_one_counts(course, tmp_path, capsys):
    files = {
        f"ada+{NAME}+2026-03-0{day} 12:00:00.0 UTC+x{day}/{BOOK}": book(f"day {day}")
        for day in (2, 3, 1)
    }
    files[f"ada+ps9+2026-03-09 12:00:00.0 UTC+x/{BOOK}"] = book("another assignment")
    collect(course, zipped(tmp_path / "got.zip", files), capsys)
    assert text_of(course, "ada") == "day 3"
    assert stamp(course, "ada") == datetime(2026, 3, 3, 12)


def test_a_group_of_gradescope_is_collected_for_each_of_it(course, tmp_path, capsys):
    class_list(course)
    files = gradescope()
    name = "assignment_77_export/submission_metadata.yml"
    people = b"- :sid: kim1\n  - :sid: kim2\n  - :sid: stranger\n"
    files[name] = files[name].replace(b"- :name: Ada L.\n", people + b"  - :name: Ada L.\n")
    status, output = collect(course, zipped(tmp_path / "got.zip", files), capsys)
    assert (status, output[:12]) == (1, "4 collected,"), output
    assert text_of(course, "kim2") == "ada"
    assert "submission_11 (nobody named): no student of the class list fits" in output


def test_a_name_on_gradescope_counts_nothing_against_an_address(course, tmp_path, capsys):
    class_list(course)
    files = gradescope()
    name = "assignment_77_export/submission_metadata.yml"
    files[name] = (
        files[name]
        .replace(b"sid: ada", b"sid: mallory")
        .replace(b"ADA@uni.example", b"mallory@uni.example")
        .replace(b"Ada L.", b"Ada Lovelace")
    )
    status, output = collect(course, zipped(tmp_path / "got.zip", files), capsys)
    assert (status, output[:12]) == (1, "1 collected,")
    assert "submission_11 (Ada Lovelace): no student of the class list fits" in output


def test_the_time_of_gradescope_is_that_of_its_list(course, tmp_path, capsys):
    class_list(course)
    _, output = collect(course, zipped(tmp_path / "got.zip", gradescope(), LATE), capsys)
    assert stamp(course, "ada") == datetime(2026, 2, 27, 17, 34, 0, 861687)
    assert stamp(course, "emmy") == datetime(2026, 2, 28)
    assert "time of handing in of 2: submission_metadata.yml" in output


@pytest.mark.parametrize("platform", ["moodle", "canvas"])
def test_the_date_of_a_download_makes_nobody_late(course, tmp_path, capsys, platform):
    class_list(course)
    _, output = collect(course, zipped(tmp_path / "g.zip", PLATFORMS[platform](), LATE), capsys)
    assert stamp(course, "ada") is None
    assert "no time of handing in for 2" in output
    late = "marked as late by the platform: 1 student (emmy)"
    assert (late in output) == (platform == "canvas")
    _, output = collect(course, tmp_path / "g.zip", capsys)
    assert "2 unchanged" in output
    assert "no time of handing in for 2" in output  # which is still so
    when = "2026-03-01 12:00:00 UTC"
    (course / "submitted" / "ada" / NAME / "timestamp.txt").write_text(when)
    assert "no time of handing in for 1" in collect(course, tmp_path / "g.zip", capsys)[1]


def test_a_time_that_a_student_wrote_is_not_believed(course, tmp_path, capsys):
    class_list(course)
    files = moodle()
    files["Ada Lovelace_501_assignsubmission_file/timestamp.txt"] = b"1999-01-01 00:00:00 UTC"
    collect(course, zipped(tmp_path / "got.zip", files), capsys)
    assert os.listdir(course / "submitted" / "ada" / NAME) == [BOOK]


def test_the_time_in_nbgraders_own_folder_is_kept(course, tmp_path, capsys):
    files = {
        f"ada/{NAME}/{BOOK}": book(),
        f"ada/{NAME}/timestamp.txt": b"2026-01-02 03:04:05.000006 UTC\n",
    }
    _, output = collect(course, folder(tmp_path / "got", files), capsys)
    assert stamp(course, "ada") == datetime(2026, 1, 2, 3, 4, 5, 6)
    assert "time of handing in of 1: timestamp.txt" in output


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-02 04:04:05.000000 Europe/Berlin",
        "2026-01-02T03:04:05",
        "2026-01-02 04:04:05+0100",
    ],
)
def test_a_time_is_read_as_nbgrader_reads_it(course, tmp_path, capsys, text):
    files = {f"ada/{BOOK}": book(), "ada/timestamp.txt": text.encode()}
    collect(course, folder(tmp_path / "got", files), capsys)
    assert stamp(course, "ada") == datetime(2026, 1, 2, 3, 4, 5)
    by_nbgrader = CourseDirectory().get_existing_timestamp(str(tmp_path / "got" / "ada"))
    assert by_nbgrader == stamp(course, "ada")


@pytest.mark.parametrize(
    "text", ["21 November", "", "2026-13-45 99:00:00 UTC", "2026-01-02 03:04:05 Mars/Base"]
)
def test_a_time_that_cannot_be_read_is_told_and_no_other_is_guessed(
    course, tmp_path, capsys, text
):
    files = {f"ada/{BOOK}": book(), "ada/timestamp.txt": text.encode()}
    status, output = collect(course, folder(tmp_path / "got", files), capsys)
    assert status == 1
    assert f"  ada: timestamp.txt says {text!r}: expected a time such as 2026-" in output
    assert not (course / "submitted" / "ada").exists()


def test_a_time_counts_also_where_the_notebook_is_unchanged(course, tmp_path, capsys):
    class_list(course)
    name = "Ada Lovelace_501_assignsubmission_file_"
    collect(course, zipped(tmp_path / "got.zip", {f"{name}/{BOOK}": book()}), capsys)
    assert os.listdir(course / "submitted" / "ada" / NAME) == [BOOK]
    files = {
        f"ada/{NAME}/{BOOK}": book(),
        f"ada/{NAME}/timestamp.txt": b"2026-01-02 03:04:05 UTC",
    }
    _, output = collect(course, folder(tmp_path / "got", files), capsys)
    assert output.startswith("0 collected, 0 unchanged, 1 retimed, 0 replaced, 0 left out")
    assert "time of handing in of 1: timestamp.txt" in output
    assert stamp(course, "ada") == datetime(2026, 1, 2, 3, 4, 5)
    _, output = collect(course, tmp_path / "got", capsys)
    assert output.startswith("0 collected, 1 unchanged, 0 replaced, 0 left out")


def test_canvass_mark_of_lateness_is_kept_beside_the_submission(course, tmp_path, capsys):
    class_list(course)
    early = {f"lovelaceada_1001_70001_{BOOK}": book("ada")}
    late = {f"lovelaceada_LATE_1001_70001_{BOOK}": book("ada")}
    mark = course / "submitted" / "ada" / NAME / LATE_MARK
    collect(course, zipped(tmp_path / "a.zip", early), capsys)
    assert not mark.exists()
    collect(course, zipped(tmp_path / "b.zip", late), capsys)
    assert mark.exists()
    collect(course, zipped(tmp_path / "c.zip", {n: book("2") for n in early}, LATE), capsys)
    assert not mark.exists()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-01 12:00:00", "2026-03-01T12:00:00+00:00"),
        ("2026-03-01T12:00:00.123456789Z", "2026-03-01T12:00:00.123456+00:00"),
        ("2026-03-01 12:00:00.5 -0130", "2026-03-01T13:30:00.500000+00:00"),
        ("2026-13-01 12:00:00", None),
        ("9999-12-31 23:59:59 -0900", None),
        ("yesterday", None),
    ],
)
def test_times_are_read_as_they_are_written(text, expected):
    found = time_of(text)
    assert (found.isoformat() if found else None) == expected


def test_other_assignments_of_a_course_are_passed_over(course, tmp_path, capsys):
    (course / "source" / "ps1").mkdir()
    files = {f"ada/{NAME}/{BOOK}": book("this"), "ada/ps1/ps1.ipynb": book("that")}
    status, output = collect(course, zipped(tmp_path / "got.zip", files), capsys)
    assert (status, output[:12]) == (0, "1 collected,")
    assert os.listdir(course / "submitted" / "ada") == [NAME]


def test_declared_files_are_taken_and_others_are_told(course, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(Assignment, "declared", {"weights.npz": 10, "large.npz": 10})
    files = {
        f"ada/{BOOK}": book(),
        "ada/weights.npz": b"0" * 10,
        "ada/large.npz": b"0" * 11,
        "ada/notes.pdf": b"notes",
        "ada/.ipynb_checkpoints/x-checkpoint.ipynb": book("old"),
    }
    status, output = collect(course, zipped(tmp_path / "got.zip", files), capsys)
    assert (status, output[:12]) == (1, "1 collected,")
    assert "ada: large.npz: it is larger than 10 B" in output
    assert "not taken: 1 file (ada/notes.pdf)" in output
    taken = {"weights.npz", BOOK, "timestamp.txt"}
    assert set(os.listdir(course / "submitted" / "ada" / NAME)) == taken


def test_a_notebook_of_another_name_is_taken_for_the_grader_to_judge(course, tmp_path, capsys):
    files = {
        "ada/first.ipynb": book("1"),
        "ada/deeper/First.ipynb": book("2"),
        "bob/a/x.ipynb": book("x"),
        f"bob/a/b/{BOOK}": book("right"),
        f"eve/a/{BOOK}": book("left"),
        f"eve/b/{BOOK}": book("right"),
    }
    status, output = collect(course, zipped(tmp_path / "got.zip", files), capsys)
    assert status == 1
    assert f"eve: two notebooks are called {BOOK}" in output
    assert len(os.listdir(course / "submitted" / "ada" / NAME)) == 3
    assert text_of(course, "bob") == "right"
