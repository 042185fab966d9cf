"""Files downloaded from platforms reach the right student unchanged, or are reported."""

import json
import os
import shutil

import pytest
from nngrader.course import Course
from nngrader.course.assignment import Assignment
from nngrader.course.origins import read
from nngrader.intake.platforms import submitters_of, time_of

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
    zipped,
)
from .sample_course import NAME

pytestmark = pytest.mark.sandbox
PLATFORMS = {"moodle": moodle, "canvas": canvas, "gradescope": gradescope}


@pytest.mark.parametrize(
    "platform",
    ["moodle", *(pytest.param(p, marks=pytest.mark.slow) for p in ("canvas", "gradescope"))],
)
def test_each_platform_is_collected_and_only_with_a_class_list(
    course, tmp_path, capsys, platform
):
    files = PLATFORMS[platform]()
    status, output = collect(course, zipped(tmp_path / "got.zip", files), capsys)
    assert (status, output[:11]) == (1, "0 collected")  # no platform's name is a student
    assert "students.csv" in output
    assert not (course / "submitted").exists()
    class_list(course)
    for download in (tmp_path / "got.zip", folder(tmp_path / "got", files)):
        status, output = collect(course, download, capsys)
        assert status == 0, output
        assert [text_of(course, s) for s in ("ada", "emmy")] == ["ada", "emmy"]
        assert "no submission from: 3 students (bo, kim1, kim2)" in output
    assert output.startswith("0 collected, 2 unchanged, 0 replaced, 0 left out")


@pytest.mark.slow
def test_each_layout_of_names_is_collected(course, tmp_path, capsys):
    for n, name in enumerate(
        [
            f"ada/{NAME}/{BOOK}",
            f"ada/{BOOK}",
            "ada.ipynb",
            f"submitted/ada/{NAME}/{BOOK}",
            f"ada+{NAME}+2026-03-01 12:00:00.250000 UTC+c2VjcmV0/{BOOK}",
            f"ada+{NAME}+2026-03-01 12:00:00.250000 UTC/{BOOK}",
        ]
    ):
        if n % 2:
            class_list(course)
        download = zipped(tmp_path / "got.zip", {name: book(f"mine {n}")})
        status, output = collect(course, download, capsys)
        assert (status, output[:12]) == (0, "1 collected,"), output
        assert text_of(course, "ada") == f"mine {n}"
        assert stamp(course, "ada").replace(microsecond=0) == EARLY.replace(tzinfo=None)
        shutil.rmtree(course / "submitted")


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


LEFT_OUT = {
    f"Kim Lee_5_assignsubmission_file_/{BOOK}": "kim1, kim2",
    f"Participant_5_assignsubmission_file_/{BOOK}": "no student",
    f"Team-Ada Lovelace_5_assignsubmission_file_/{BOOK}": "class list's column `group`",
    f"1001_7_assignsubmission_file_/{BOOK}": "no student",
    f"leekim_9_70001_{BOOK}": "no student",
    f"lovelaceada_1002_70001_{BOOK}": "ada, emmy",
    f"lovelaceada_9999_70001_{BOOK}": "no student",
    f"mallory_1001_1_5555_70001_{BOOK}": "ambiguous",
    f"lovelaceada_1001_70001_by_1_2_{BOOK}": "ambiguous",
    f"nobody/{BOOK}": "no student",
    f"ada/{NAME}/report.pdf": "no notebook among 1 file",
}


@pytest.mark.slow
def test_ambiguous_submissions_are_left_out(course, tmp_path, capsys):
    class_list(course)
    for name, reason in LEFT_OUT.items():
        download = zipped(tmp_path / "got.zip", {name: book(), f"bo/{BOOK}": book("bo")})
        status, output = collect(course, download, capsys)
        assert text_of(course, "bo") == "bo"
        assert status == 1
        assert "1 left out:" in output.splitlines()[0], name
        assert reason in output.splitlines()[1], name
        assert os.listdir(course / "submitted") == ["bo"], name


def test_two_submissions_of_one_student_are_not_chosen_from(course, tmp_path, capsys):
    class_list(course)
    files = {f"ada/{BOOK}": book("one"), f"Ada Lovelace/{BOOK}": book("two")}
    for both in (files, canvas() | {f"_1001_70099_{BOOK}": book("another")}):
        status, output = collect(course, zipped(tmp_path / "got.zip", both), capsys)
        assert status == 1
        assert "2 submissions of ada, and we can't tell which is the latest" in output


@pytest.mark.slow
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
    assert "submission_11 (Ada Lovelace): no student" in output


def test_an_unknown_time_replaces_nothing_that_is_known(course, tmp_path, capsys):
    class_list(course)
    (course / ".seed").unlink(missing_ok=True)  # before it grades, a course has none
    first = zipped(tmp_path / "m.zip", moodle())
    assert collect(course, first, capsys)[0] == 0
    mailed = zipped(tmp_path / "mail.zip", {f"ada/{BOOK}": book("by mail")}, EARLY)
    assert (
        "replaced, the earlier ones are in replaced/: ada" in collect(course, mailed, capsys)[1]
    )
    again = collect(course, first, capsys)[1]  # the mailed one stays
    assert again.startswith("0 collected, 1 unchanged, 1 not newer, 0 replaced")
    assert text_of(course, "ada") == "by mail"
    later = zipped(tmp_path / "n.zip", {name: book("later") for name in moodle()}, LATE)
    status, output = collect(course, later, capsys)
    assert status == 1
    assert f"its time is unknown, and submitted/ada/{NAME} is from 2026" in output
    assert [text_of(course, s) for s in ("ada", "emmy")] == ["by mail", "later"]
    origins = read(Course(course), NAME)
    assert origins["ada"].number == "501"


def test_a_download_zipped_again_is_collected(course, tmp_path, capsys):
    class_list(course)
    names = {f"CS101-week1\\{name}": data for name, data in moodle().items()}
    for n, files in enumerate((names, {k.replace("\\", "/"): d for k, d in names.items()})):
        assert collect(course, zipped(tmp_path / f"{n}.zip", files), capsys)[0] == 0
    assert text_of(course, "ada") == "ada"


def test_a_notebook_of_another_assignment_is_left_out(course, tmp_path, capsys):
    class_list(course)
    shutil.copytree(course / "source" / NAME, course / "source" / "other")
    (course / "source" / "other" / f"{NAME}.md").rename(course / "source/other/other.md")
    cell = {"cell_type": "code", "source": "1", "metadata": {"nbgrader": {"grade_id": "there"}}}
    cell["metadata"]["nbgrader"]["solution"] = True
    (course / "release" / "other").mkdir()
    other = json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4}).encode()
    (course / "release" / "other" / "other.ipynb").write_bytes(other)
    download = zipped(tmp_path / "got.zip", {f"ada/{BOOK}": other})
    status, output = collect(course, download, capsys)
    assert (status, output[:11]) == (1, "0 collected")
    assert f"ada: {BOOK} is a notebook of other" in output


def test_the_date_of_a_download_makes_no_student_late(course, tmp_path, capsys):
    class_list(course)
    _, output = collect(course, zipped(tmp_path / "g.zip", canvas(), LATE), capsys)
    assert stamp(course, "ada") is None
    assert "times of 2 unknown" in output
    assert "marked as late by the platform: 1 student (emmy)" in output
    when = "2026-03-01 12:00:00 UTC"
    (course / "submitted" / "ada" / NAME / "timestamp.txt").write_text(when)
    assert "times of 1 unknown" in collect(course, tmp_path / "g.zip", capsys)[1]


@pytest.mark.slow
def test_a_time_that_cannot_be_read_is_reported_and_not_guessed(course, tmp_path, capsys):
    for text in ("21 November", "", "2026-13-45 99:00:00 UTC", "2026-01-02 03:04:05 Mars/Base"):
        files = {f"ada/{BOOK}": book(), "ada/timestamp.txt": text.encode()}
        status, output = collect(course, folder(tmp_path / "got", files), capsys)
        assert status == 1
        assert f"  ada: timestamp.txt contains {text!r}" in output
        assert not (course / "submitted" / "ada").exists()


def test_times_are_read_as_they_are_written():
    for text, expected in (
        ("2026-03-01 12:00:00", "2026-03-01T12:00:00+00:00"),
        ("2026-03-01T12:00:00.123456789Z", "2026-03-01T12:00:00.123456+00:00"),
        ("2026-03-01 12:00:00.5 -0130", "2026-03-01T13:30:00.500000+00:00"),
        ("2026-01-02 04:04:05.000000 Europe/Berlin", "2026-01-02T03:04:05+00:00"),
        ("2026-01-02 04:04:05 CET", "2026-01-02T03:04:05+00:00"),
        ("2026-07-02 04:04:05 CET", None),
        ("2026-03-02 04:36:00 CST", None),
        ("2026-03-02 00:05:00 Europe/Berln", None),
        ("03/02/2026 10:00", None),
        ("2026-13-01 12:00:00", None),
        ("9999-12-31 23:59:59 -0900", None),
        ("yesterday", None),
    ):
        result = time_of(text)
        assert (result.isoformat() if result else None) == expected, text


def test_submitters_of_gradescope_are_read_or_no_student_is_named():
    one = "submission_1:\n  :submitters:\n  - :name: A\n    :sid: 007\n"
    known, nobody = ([("007", "", "A")], ""), ([], "")
    for text, expected in (
        (one, known),
        ("---\n'submission_1':\n  :score: 1\n", nobody),
        ("submission_1:\n  :submitters: []\n", nobody),
        ("submission_1:\n  :submitters: *1\n", nobody),
        ("submission_1:\n  :submitters:\n  - [[\n", nobody),
        (one + "    :email:\n    - x\n", known),
        (one.replace(" A", " " + "A" * 20_000), nobody),
        (one + "  :created_at: 2026-01-01\n", (known[0], "2026-01-01")),
        (one + "  :output: |-\n      x\u2028submission_2:\n", known),
    ):
        assert submitters_of(text) == {"submission_1": expected}, text
    assert submitters_of("") == submitters_of("\0{") == {}


def test_several_notebooks_are_collected_and_named(course, tmp_path, capsys):
    files = {f"ada/{BOOK}": book(), "ada/copy (1).ipynb": b'{"id": "hinge_loss"}'}
    files |= {"ada/lecture.ipynb": book("another"), "bob/ps.ipynb.txt": book()}
    files |= {"eve/.ipynb_checkpoints/ps-checkpoint.ipynb": book()}
    status, output = collect(course, zipped(tmp_path / "got.zip", files), capsys)
    assert (status, output[:12]) == (1, "1 collected,")
    assert f"several notebooks: 1 student (ada: {BOOK} | copy (1).ipynb)" in output
    assert "not collected: 1 file (ada/lecture.ipynb)" in output
    assert "  bob: no notebook among 1 file. Is ps.ipynb.txt the notebook?" in output
    assert "  eve: no notebook among 1 file. Is ps-checkpoint.ipynb the notebook?" in output


def test_declared_files_are_collected_and_others_are_reported(
    course, tmp_path, capsys, monkeypatch
):
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
    assert "not collected: 1 file (ada/notes.pdf)" in output
    taken = {"weights.npz", BOOK, "timestamp.txt", ".doubt"}
    assert set(os.listdir(course / "submitted" / "ada" / NAME)) == taken
    later = zipped(tmp_path / "b.zip", {f"ada/{BOOK}": book("later")}, LATE)
    assert "(ada: weights.npz)" in collect(course, later, capsys)[1]
    assert set(os.listdir(course / "submitted" / "ada" / NAME)) == taken
