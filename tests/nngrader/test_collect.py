"""What platforms let an instructor download comes to the right student, whole, or is told."""

import contextlib
import json
import os
import stat
import zipfile
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nngrader import archive, submitted
from nngrader.archive import inside, opened, parts_of
from nngrader.assignment import Assignment
from nngrader.errors import CannotDo
from nngrader.layouts import Who, time_of
from nngrader.roster import Student
from nngrader.submission import Unreadable

from .downloads import (
    EARLY,
    LATE,
    book,
    canvas,
    class_list,
    entry,
    folder,
    gradescope,
    moodle,
    zipped,
)
from .making import NAME, hand_in, run

pytestmark = pytest.mark.sandbox
BYTES = st.integers(0, 255)
PLATFORMS = {"moodle": moodle, "canvas": canvas, "gradescope": gradescope}
BOOK = f"{NAME}.ipynb"


def collect(course, place, capsys):
    """Run the command; its exit status and what it said."""
    capsys.readouterr()
    status = run(course, "collect", NAME, place)
    told = capsys.readouterr()
    assert "Traceback" not in told.err
    return status, told.out + told.err


def text_of(course, student, file=BOOK):
    """Which notebook lies there: its mark."""
    raw = (course / "submitted" / student / NAME / file).read_text()
    return json.loads(raw)["metadata"]["text"]


def tree(top):
    """All files of a folder with content and date, but for what the course keeps to itself."""
    kept = {}
    for path in sorted(top.rglob("*")):
        if ".results" not in path.parts and path.is_file() and path.name != ".seed":
            kept[str(path.relative_to(top))] = (path.read_bytes(), path.stat().st_mtime_ns)
    return kept


def stamp(course, student):
    """When a student handed in, as nbgrader reads it."""
    from nbgrader.coursedir import CourseDirectory

    folder = course / "submitted" / student / NAME
    return CourseDirectory().get_existing_timestamp(str(folder))


@pytest.mark.parametrize("unpacked", [False, True], ids=["zip", "folder"])
@pytest.mark.parametrize("platform", PLATFORMS)
def test_each_platform_is_collected(course, tmp_path, capsys, platform, unpacked):
    class_list(course)
    files = PLATFORMS[platform]()
    make, place = (folder, "got") if unpacked else (zipped, "got.zip")
    status, said = collect(course, make(tmp_path / place, files), capsys)
    assert said.startswith("2 collected, 0 unchanged, 0 replaced, 0 left out\n"), said
    assert status == 0
    assert [text_of(course, s) for s in ("ada", "emmy")] == ["ada", "emmy"]
    assert "nothing handed in by: 3: bo, kim1, kim2" in said


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
    place = zipped(tmp_path / "got.zip", {name: book("mine")})
    status, said = collect(course, place, capsys)
    assert (status, said[:12]) == (0, "1 collected,"), said
    assert text_of(course, "ada") == "mine"
    assert stamp(course, "ada").replace(microsecond=0) == EARLY.replace(tzinfo=None)


@pytest.mark.parametrize("platform", PLATFORMS)
def test_without_a_class_list_no_platforms_name_is_a_student(
    course, tmp_path, capsys, platform
):
    place = zipped(tmp_path / "got.zip", PLATFORMS[platform]())
    status, said = collect(course, place, capsys)
    assert status == 1
    assert said.startswith("0 collected")
    assert "there is no class list (students.csv)" in said
    assert not (course / "submitted").exists()


def test_collecting_twice_changes_nothing(course, tmp_path, capsys):
    class_list(course)
    place = zipped(tmp_path / "got.zip", moodle())
    collect(course, place, capsys)
    before = tree(course)
    status, said = collect(course, place, capsys)
    assert (status, said.splitlines()[0]) == (
        0,
        "0 collected, 2 unchanged, 0 replaced, 0 left out",
    )
    assert tree(course) == before


def test_a_newer_one_replaces_and_the_older_is_kept(course, tmp_path, capsys):
    for n, when in enumerate((EARLY, LATE, LATE.replace(month=4))):
        place = zipped(tmp_path / "got.zip", {f"ada/{BOOK}": book(f"v{n}")}, when)
        status, said = collect(course, place, capsys)
        assert status == 0, said
    assert "0 collected, 0 unchanged, 1 replaced, 0 left out" in said
    assert text_of(course, "ada") == "v2"
    kept = course / "replaced" / "ada" / NAME
    assert [json.loads((kept / n / BOOK).read_text())["metadata"]["text"] for n in "12"] == [
        "v0",
        "v1",
    ]


def test_an_older_one_replaces_nothing(course, tmp_path, capsys):
    collect(course, zipped(tmp_path / "a.zip", {f"ada/{BOOK}": book("new")}, LATE), capsys)
    before = tree(course)
    place = zipped(tmp_path / "b.zip", {f"ada/{BOOK}": book("old")}, EARLY)
    status, said = collect(course, place, capsys)
    assert status == 1
    assert "ada: it is not newer than what is in submitted (2026-03-09 08:30:00" in said
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
        (f"Team-Ada Lovelace_5_assignsubmission_file_/{BOOK}", "no student of the class"),
        (f"1001_7_assignsubmission_file_/{BOOK}", "no student of the class list fits"),
        (f"leekim_9_70001_{BOOK}", "no student of the class list fits"),
        (f"lovelaceada_1002_70001_{BOOK}", "2 students fit: ada, emmy"),
        (f"lovelaceada_9999_70001_{BOOK}", "no student of the class list fits"),
        (f"mallory_1001_1_5555_70001_{BOOK}", "its name can be read in several ways"),
        (f"lovelaceada_1001_70001_by_1_2_{BOOK}", "its name can be read in several ways"),
        (f"nobody/{BOOK}", "no student of the class list fits"),
        (f"ada/{NAME}/report.pdf", "no notebook among 1 files"),
    ],
)
def test_what_is_not_exactly_one_students_is_left_out(course, tmp_path, capsys, name, reason):
    class_list(course)
    place = zipped(tmp_path / "got.zip", {name: book(), f"bo/{BOOK}": book("bo")})
    status, said = collect(course, place, capsys)
    assert text_of(course, "bo") == "bo"
    assert status == 1
    assert said.startswith("1 collected, 0 unchanged, 0 replaced, 1 left out:\n"), said
    assert f": {reason}" in said.splitlines()[1]
    assert os.listdir(course / "submitted") == ["bo"]


def test_two_submissions_of_one_student_are_not_chosen_from(course, tmp_path, capsys):
    class_list(course)
    files = {f"ada/{BOOK}": book("one"), f"Ada Lovelace/{BOOK}": book("two")}
    status, said = collect(course, zipped(tmp_path / "got.zip", files), capsys)
    assert status == 1
    assert "2 submissions of ada: which one counts?" in said


def test_two_names_with_one_number_of_canvas_are_not_mixed(course, tmp_path, capsys):
    class_list(course)
    files = canvas() | {f"_1001_70099_{BOOK}": book("another")}
    status, said = collect(course, zipped(tmp_path / "got.zip", files), capsys)
    assert (status, said[:12]) == (1, "1 collected,")
    assert "2 submissions of ada: which one counts?" in said


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
    status, said = collect(course, zipped(tmp_path / "got.zip", files), capsys)
    assert (status, said[:12]) == (1, "4 collected,"), said
    assert text_of(course, "kim2") == "ada"
    assert "submission_11 (nobody named): no student of the class list fits" in said


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
    status, said = collect(course, zipped(tmp_path / "got.zip", files), capsys)
    assert (status, said[:12]) == (1, "1 collected,")
    assert "submission_11 (Ada Lovelace): no student of the class list fits" in said


def test_the_time_of_gradescope_is_that_of_its_list(course, tmp_path, capsys):
    class_list(course)
    _, said = collect(course, zipped(tmp_path / "got.zip", gradescope(), LATE), capsys)
    assert stamp(course, "ada") == datetime(2026, 2, 27, 17, 34, 0, 861687)
    assert stamp(course, "emmy") == datetime(2026, 2, 28)
    assert "time of handing in of 2: submission_metadata.yml" in said


@pytest.mark.parametrize("platform", ["moodle", "canvas"])
def test_the_date_of_a_download_makes_nobody_late(course, tmp_path, capsys, platform):
    class_list(course)
    _, said = collect(course, zipped(tmp_path / "g.zip", PLATFORMS[platform](), LATE), capsys)
    assert stamp(course, "ada") is None
    assert "no time of handing in for 2" in said
    assert ("marked as late by the platform: 1: emmy" in said) == (platform == "canvas")


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
    _, said = collect(course, folder(tmp_path / "got", files), capsys)
    assert stamp(course, "ada") == datetime(2026, 1, 2, 3, 4, 5, 6)
    assert "time of handing in of 1: timestamp.txt" in said


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
    status, said = collect(course, zipped(tmp_path / "got.zip", files), capsys)
    assert (status, said[:12]) == (0, "1 collected,")
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
    status, said = collect(course, zipped(tmp_path / "got.zip", files), capsys)
    assert (status, said[:12]) == (1, "1 collected,")
    assert "ada: large.npz: it is larger than 10 B" in said
    assert "files that are not taken: 1: ada/notes.pdf" in said
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
    status, said = collect(course, zipped(tmp_path / "got.zip", files), capsys)
    assert status == 1
    assert f"eve: two notebooks are called {BOOK}" in said
    assert len(os.listdir(course / "submitted" / "ada" / NAME)) == 3
    assert text_of(course, "bob") == "right"


HOSTILE = {
    "leads out": (f"../ada/{BOOK}", "leads out of the folder"),
    "leads out below": (f"ada/../../../{BOOK}", "leads out of the folder"),
    "absolute": (f"/tmp/{BOOK}", "path from the root"),
    "drive": (f"C:/ada/{BOOK}", "path from the root"),
    "backslashes": (f"..\\ada\\{BOOK}", "backslashes"),
    "control": (f"ada/\x1b[2J{BOOK}", "control characters"),
    "newline": (f"a\nda/{BOOK}", "control characters"),
    "nul": (f"ada/{BOOK}\0.txt.ipynb", "control characters"),
    "long": (f"ada/{'x' * 300}.ipynb", "too long"),
    "deep": ("ada/" + "a/" * 30 + BOOK, "too long"),
    "link": (entry(f"ada/{BOOK}", mode=stat.S_IFLNK | 0o777), "symbolic link"),
    "device": (entry(f"ada/{BOOK}", mode=stat.S_IFCHR | 0o666), "no ordinary file"),
    "pipe": (entry(f"ada/{BOOK}", mode=stat.S_IFIFO | 0o666), "no ordinary file"),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_entry_is_told_and_nothing_else_suffers(course, tmp_path, capsys, kind):
    name, reason = HOSTILE[kind]
    if kind == "nul":
        place = tmp_path / "got.zip"
        zipped(place, {name.replace("\0", "\1"): book(), f"bob/{BOOK}": book("bob")})
        place.write_bytes(place.read_bytes().replace(b"\1.txt", b"\0.txt"))
    else:
        place = zipped(tmp_path / "got.zip", [(name, b"/etc/passwd"), (f"bob/{BOOK}", book())])
    before = tree(tmp_path)
    status, said = collect(course, place, capsys)
    assert status == 1
    assert "1 collected, 0 unchanged, 0 replaced, 1 left out:" in said
    assert reason in said.splitlines()[1]
    assert "\x1b" not in said
    written = set(tree(tmp_path)) - set(before)
    here = f"course/submitted/bob/{NAME}/"
    assert written == {f"{here}{BOOK}", f"{here}timestamp.txt"}


def test_an_encrypted_entry_is_told(course, tmp_path, capsys):
    place = zipped(tmp_path / "got.zip", {f"ada/{BOOK}": book()})
    raw = bytearray(place.read_bytes())
    raw[raw.index(b"PK\3\4") + 6] |= 1
    raw[raw.index(b"PK\1\2") + 8] |= 1
    place.write_bytes(raw)
    assert "it is encrypted" in collect(course, place, capsys)[1]


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_entries_of_one_name_are_told(course, tmp_path, capsys):
    twice = [(f"ada/{BOOK}", book("one")), (f"ada/{BOOK}", book("two"))]
    status, said = collect(course, zipped(tmp_path / "got.zip", twice), capsys)
    assert status == 1
    assert "the zip has 2 entries of this name" in said
    assert not (course / "submitted").exists()


def test_names_that_differ_in_case_alone_are_not_two_students(course, tmp_path, capsys):
    files = {f"Ada/{BOOK}": book("one"), f"ada/{BOOK}": book("two")}
    status, said = collect(course, zipped(tmp_path / "got.zip", files), capsys)
    assert status == 1
    assert "submitted/Ada differs from ada in case alone" in said
    assert os.listdir(course / "submitted") == ["Ada"]


def test_a_bomb_is_not_read(course, tmp_path, capsys):
    files = {f"ada/{BOOK}": bytes(9 << 20), f"bob/{BOOK}": book()}
    status, said = collect(course, zipped(tmp_path / "got.zip", files), capsys)
    assert (status, said[:12]) == (1, "1 collected,")
    assert f"ada: {BOOK}: it is larger than 8 MB" in said


def test_a_bomb_that_declares_a_small_size_is_not_read(course, tmp_path, capsys):
    place = zipped(tmp_path / "got.zip", {f"ada/{BOOK}": bytes(9 << 20)})
    size = (9 << 20).to_bytes(4, "little")
    place.write_bytes(place.read_bytes().replace(size, (100).to_bytes(4, "little")))
    status, said = collect(course, place, capsys)
    assert status == 1
    assert f"ada: {BOOK}: the zip is broken there (BadZipFile" in said


def test_too_many_entries_are_not_read(course, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(archive, "MOST_ENTRIES", 2)
    files = {f"{s}/{BOOK}": book() for s in "abc"}
    status, said = collect(course, zipped(tmp_path / "got.zip", files), capsys)
    assert (status, "has more than 2 entries" in said) == (1, True)
    status, said = collect(course, folder(tmp_path / "got", files), capsys)
    assert (status, "has more than 2 files" in said) == (1, True)


@pytest.mark.parametrize(
    ("content", "status", "words"),
    [
        (b"", 1, "is empty: 0 bytes"),
        (b"no zip at all", 1, "is neither a folder nor a whole zip"),
        (None, 2, "there is no"),
        ("half", 1, "is neither a folder nor a whole zip"),
    ],
    ids=["empty", "text", "absent", "half"],
)
def test_what_is_no_zip_is_one_line(course, tmp_path, capsys, content, status, words):
    place = tmp_path / "got.zip"
    if content == "half":
        raw = zipped(place, moodle()).read_bytes()
        content = raw[: len(raw) // 2]
    if content is not None:
        place.write_bytes(content)
    got, said = collect(course, place, capsys)
    assert (got, len(said.splitlines())) == (status, 1)
    assert words in said


def test_a_students_zip_is_opened_one_level_deep(course, tmp_path, capsys):
    inner = zipped(tmp_path / "i.zip", {f"work/{BOOK}": book("inner")}).read_bytes()
    deeper = zipped(tmp_path / "d.zip", {"i.zip": inner}).read_bytes()
    files = {
        "ada/work.zip": inner,
        "bob/deeper.zip": deeper,
        "eve/broken.zip": inner[:-30],
        "zoe.zip": inner,
    }
    status, said = collect(course, zipped(tmp_path / "got.zip", files), capsys)
    assert status == 1
    assert said.startswith("2 collected, 0 unchanged, 0 replaced, 2 left out:"), said
    assert "bob: no notebook among 1 files" in said
    assert "eve: broken.zip: 'broken.zip' is no zip, or a broken one" in said
    assert [text_of(course, s) for s in ("ada", "zoe")] == ["inner", "inner"]


def test_a_students_zip_with_too_many_entries_is_not_opened(course, tmp_path, capsys):
    many = {f"{n}.txt": b"" for n in range(2001)}
    listed = {f"{n:04}" + "x" * 200: b"" for n in range(4500)}
    files = {
        "ada/many.zip": zipped(tmp_path / "m.zip", many).read_bytes(),
        "bob/listed.zip": zipped(tmp_path / "l.zip", listed).read_bytes(),
    }
    _, said = collect(course, zipped(tmp_path / "got.zip", files), capsys)
    assert "'many.zip' has more than 2000 entries" in said
    assert "'listed.zip' has too many entries: not opened" in said


@pytest.mark.parametrize(
    ("name", "encoding"), [("Bo Müller-Zak", "utf-8"), ("Bo Müller-Zak", "cp437")]
)
def test_names_that_do_not_say_their_encoding_are_read(
    course, tmp_path, capsys, name, encoding
):
    class_list(course)
    raw_name = name.encode(encoding)
    stand_in = "~" * len(raw_name)
    place = tmp_path / "got.zip"
    zipped(place, {f"{stand_in}_3_assignsubmission_file_/{BOOK}": book("bo")})
    place.write_bytes(place.read_bytes().replace(stand_in.encode(), raw_name))
    status, said = collect(course, place, capsys)
    assert status == 0, said
    assert text_of(course, "bo") == "bo"


@pytest.mark.parametrize("at", [0, 1, 2])
def test_an_interrupted_run_leaves_nothing_half_and_is_mended_by_the_next(
    course, tmp_path, capsys, monkeypatch, at
):
    collect(course, zipped(tmp_path / "a.zip", {f"ada/{BOOK}": book("old")}, EARLY), capsys)
    files = {f"ada/{BOOK}": book("new"), f"bob/{BOOK}": book("bob")}
    place = zipped(tmp_path / "b.zip", files, LATE)
    really, calls = os.rename, []

    def stopped(old, new):
        calls.append(new)
        if len(calls) == at + 1:
            raise KeyboardInterrupt
        really(old, new)

    with monkeypatch.context() as m:
        m.setattr(submitted.os, "rename", stopped)
        assert collect(course, place, capsys)[0] == 1
    assert not list(course.glob(".collecting-*"))
    (course / ".collecting-killed").mkdir()
    assert collect(course, place, capsys)[0] == 0
    assert [text_of(course, s) for s in ("ada", "bob")] == ["new", "bob"]
    assert b"old" in (course / "replaced" / "ada" / NAME / "1" / BOOK).read_bytes()
    assert not list(course.glob(".collecting-*"))


@pytest.mark.parametrize("level", ["ada", f"ada/{NAME}"])
def test_nothing_is_written_through_a_link(course, tmp_path, capsys, level):
    outside = tmp_path / "outside"
    outside.mkdir()
    link = course / "submitted" / level
    link.parent.mkdir(parents=True)
    link.symlink_to(outside)
    status, said = collect(course, zipped(tmp_path / "g.zip", {f"ada/{BOOK}": book()}), capsys)
    assert status == 1
    assert "is a link or a file: nothing is written there" in said
    assert list(outside.iterdir()) == []


def test_links_and_pipes_in_a_folder_are_not_followed(course, tmp_path, capsys):
    place = folder(tmp_path / "got", {f"bob/{BOOK}": book()})
    (place / "ada").mkdir()
    (place / "ada" / BOOK).symlink_to(place / "bob" / BOOK)
    (place / "eve").symlink_to(place / "bob")
    (place / "zoe").mkdir()
    os.mkfifo(place / "zoe" / BOOK)
    status, said = collect(course, place, capsys)
    assert status == 1
    assert said.startswith("1 collected, 0 unchanged, 0 replaced, 2 left out:"), said
    assert sorted(os.listdir(course / "submitted")) == ["bob"]


def test_what_was_collected_is_graded(course, base, tmp_path, capsys):
    class_list(course)
    files = moodle()
    first = next(iter(files))
    files[first] = base.solved().text().encode()
    assert collect(course, zipped(tmp_path / "got.zip", files), capsys)[0] == 0
    assert run(course, "grade", NAME, "--students", "ada", "--json", tmp_path / "r.json") == 0
    (result,) = json.loads((tmp_path / "r.json").read_text())
    assert (result["student"], result["score"], result["flags"]) == ("ada", 100, [])


def test_two_runs_do_not_collect_at_a_time(course, tmp_path, capsys):
    import fcntl

    place = zipped(tmp_path / "got.zip", {f"ada/{BOOK}": book()})
    (course / ".results").mkdir(exist_ok=True)
    with open(course / ".results" / "lock", "a") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        status, said = collect(course, place, capsys)
    assert status == 1
    assert "is running" in said


@given(st.lists(st.text(min_size=1, max_size=40), max_size=6, unique=True))
def test_whatever_the_names_no_path_leads_out(tmp_path_factory, names):
    place = tmp_path_factory.mktemp("any") / "got.zip"
    with zipfile.ZipFile(place, "w") as made:
        for name in names:
            if name.encode(errors="ignore").decode() == name:
                made.writestr(zipfile.ZipInfo(name), b"x")
    with opened(place) as (items, _):
        for item in items:
            assert ".." not in item.parts
            assert not any(set(p) & set("/\\\0\n") or p in ("", ".") for p in item.parts)
            assert item.read(1) == b"x"


@given(st.data())
def test_a_damaged_zip_is_read_or_refused(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("damaged")
    inner = zipped(folder / "inner.zip", {f"a/{BOOK}": book()}).read_bytes()
    raw = bytearray(zipped(folder / "got.zip", moodle() | {"a/b.zip": inner}).read_bytes())
    for place, byte in data.draw(st.lists(st.tuples(st.integers(0, len(raw) - 1), BYTES))):
        raw[place] = byte
    (folder / "got.zip").write_bytes(raw[: data.draw(st.integers(0, len(raw)))] or raw)
    with contextlib.suppress(CannotDo), opened(folder / "got.zip") as (items, _):
        for item in items:
            with contextlib.suppress(Unreadable):
                assert len(item.read(1000)) <= 1000
            with contextlib.suppress(Unreadable):
                assert all(len(i.read(9)) <= 9 for i in inside(item)[0] if i.when)


@pytest.mark.parametrize("name", ["a\ud800", "a\u2028b", "", ".", "/", "x/" * 21])
def test_names_that_no_folder_can_hold_are_refused(name):
    with pytest.raises(Unreadable):
        parts_of(name)


def test_an_empty_name_fits_no_student_without_a_name():
    nameless = Student("ada")
    assert not Who(name="---", joined="_").names(nameless)
    assert not Who(number="", email="").is_sure_of(nameless)


def test_dates_of_zips_are_read_from_the_seconds_that_they_hold(tmp_path):
    info = zipfile.ZipInfo("a.ipynb", (2020, 1, 1, 0, 0, 0))
    info.extra = b"UT\x05\x00\x01" + int(LATE.timestamp()).to_bytes(4, "little")
    with opened(zipped(tmp_path / "got.zip", [(info, b"")])) as (items, _):
        assert items[0].when == LATE.astimezone(UTC)
