"""Zips and folders that lie, break, lead elsewhere, or are interrupted."""

import contextlib
import json
import os
import stat
import zipfile
from datetime import UTC

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nngrader.course.roster import Student
from nngrader.errors import CannotDo
from nngrader.intake import archive, deposit
from nngrader.intake.archive import inside, opened, parts_of
from nngrader.intake.platforms import PlatformIdentity
from nngrader.intake.submission import Unreadable
from nngrader.storage.results import Store
from nngrader.storage.scratch import alone

from .lms_downloads import (
    BOOK,
    EARLY,
    LATE,
    book,
    class_list,
    collect,
    entry,
    folder,
    moodle,
    text_of,
    tree,
    zipped,
)
from .sample_course import NAME, run

pytestmark = pytest.mark.sandbox
BYTES = st.integers(0, 255)


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
        download = tmp_path / "got.zip"
        zipped(download, {name.replace("\0", "\1"): book(), f"bob/{BOOK}": book("bob")})
        download.write_bytes(download.read_bytes().replace(b"\1.txt", b"\0.txt"))
    else:
        download = zipped(
            tmp_path / "got.zip", [(name, b"/etc/passwd"), (f"bob/{BOOK}", book())]
        )
    before = tree(tmp_path)
    status, output = collect(course, download, capsys)
    assert status == 1
    assert "1 collected, 0 unchanged, 0 replaced, 1 left out:" in output
    assert reason in output.splitlines()[1]
    assert "\x1b" not in output
    written = set(tree(tmp_path)) - set(before)
    here = f"course/submitted/bob/{NAME}/"
    assert written == {f"{here}{BOOK}", f"{here}timestamp.txt"}


def test_an_encrypted_entry_is_told(course, tmp_path, capsys):
    download = zipped(tmp_path / "got.zip", {f"ada/{BOOK}": book()})
    raw = bytearray(download.read_bytes())
    raw[raw.index(b"PK\3\4") + 6] |= 1
    raw[raw.index(b"PK\1\2") + 8] |= 1
    download.write_bytes(raw)
    assert "it is encrypted" in collect(course, download, capsys)[1]


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_entries_of_one_name_are_told(course, tmp_path, capsys):
    twice = [(f"ada/{BOOK}", book("one")), (f"ada/{BOOK}", book("two"))]
    status, output = collect(course, zipped(tmp_path / "got.zip", twice), capsys)
    assert status == 1
    assert "the zip has 2 entries of this name" in output
    assert not (course / "submitted").exists()


def test_names_that_differ_in_case_alone_are_not_two_students(course, tmp_path, capsys):
    files = {f"Ada/{BOOK}": book("one"), f"ada/{BOOK}": book("two")}
    status, output = collect(course, zipped(tmp_path / "got.zip", files), capsys)
    assert status == 1
    assert "submitted/Ada differs from ada in case alone" in output
    assert os.listdir(course / "submitted") == ["Ada"]


def test_a_bomb_is_not_read(course, tmp_path, capsys):
    files = {f"ada/{BOOK}": bytes(9 << 20), f"bob/{BOOK}": book()}
    status, output = collect(course, zipped(tmp_path / "got.zip", files), capsys)
    assert (status, output[:12]) == (1, "1 collected,")
    assert f"ada: {BOOK}: the notebook is larger than 8 MB without its outputs" in output
    assert "nothing handed in by" not in output


def test_a_bomb_of_more_than_is_read_is_told_with_the_limit(course, tmp_path, capsys):
    settings = course / "source" / NAME / "nngrader.toml"
    settings.write_text(settings.read_text().replace("[limits]", "[limits]\nnotebook_mb = 1"))
    download = zipped(
        tmp_path / "got.zip", {f"ada/{BOOK}": bytes(2 << 20), f"bob/{BOOK}": book()}
    )
    status, output = collect(course, download, capsys)
    assert (status, output[:12]) == (1, "1 collected,")
    assert f"ada: {BOOK}: it is larger than 1 MB" in output


def test_a_bomb_that_declares_a_small_size_is_not_read(course, tmp_path, capsys):
    download = zipped(tmp_path / "got.zip", {f"ada/{BOOK}": bytes(9 << 20)})
    size = (9 << 20).to_bytes(4, "little")
    download.write_bytes(download.read_bytes().replace(size, (100).to_bytes(4, "little")))
    status, output = collect(course, download, capsys)
    assert status == 1
    assert f"ada: {BOOK}: the zip is broken there (BadZipFile" in output


def test_too_many_entries_are_not_read(course, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(archive, "MOST_ENTRIES", 2)
    files = {f"{s}/{BOOK}": book() for s in "abc"}
    status, output = collect(course, zipped(tmp_path / "got.zip", files), capsys)
    assert (status, "has more than 2 entries" in output) == (1, True)
    status, output = collect(course, folder(tmp_path / "got", files), capsys)
    assert (status, "has more than 2 files" in output) == (1, True)


@pytest.mark.parametrize(
    ("content", "status", "words"),
    [
        (b"", 2, "is empty: 0 bytes"),
        (b"no zip at all", 2, "is neither a folder nor a whole zip"),
        (None, 2, "there is no"),
        ("half", 1, "is neither a folder nor a whole zip"),
    ],
    ids=["empty", "text", "absent", "half"],
)
def test_what_is_no_zip_is_one_line(course, tmp_path, capsys, content, status, words):
    download = tmp_path / "got.zip"
    if content == "half":
        raw = zipped(download, moodle()).read_bytes()
        content = raw[: len(raw) // 2]
    if content is not None:
        download.write_bytes(content)
    got, output = collect(course, download, capsys)
    assert (got, len(output.splitlines())) == (status, 1)
    assert words in output


def test_a_students_zip_is_opened_one_level_deep(course, tmp_path, capsys):
    inner = zipped(tmp_path / "i.zip", {f"work/{BOOK}": book("inner")}).read_bytes()
    deeper = zipped(tmp_path / "d.zip", {"i.zip": inner}).read_bytes()
    files = {
        "ada/work.zip": inner,
        "bob/deeper.zip": deeper,
        "eve/broken.zip": inner[:-30],
        "zoe.zip": inner,
    }
    status, output = collect(course, zipped(tmp_path / "got.zip", files), capsys)
    assert status == 1
    assert output.startswith("2 collected, 0 unchanged, 0 replaced, 2 left out:"), output
    assert "bob: no notebook among 1 file" in output
    assert "eve: broken.zip: 'broken.zip' is no zip, or a broken one" in output
    assert [text_of(course, s) for s in ("ada", "zoe")] == ["inner", "inner"]


def test_a_students_zip_with_too_many_entries_is_not_opened(course, tmp_path, capsys):
    many = {f"{n}.txt": b"" for n in range(2001)}
    listed = {f"{n:04}" + "x" * 200: b"" for n in range(4500)}
    files = {
        "ada/many.zip": zipped(tmp_path / "m.zip", many).read_bytes(),
        "bob/listed.zip": zipped(tmp_path / "l.zip", listed).read_bytes(),
    }
    _, output = collect(course, zipped(tmp_path / "got.zip", files), capsys)
    assert "'many.zip' has more than 2000 entries" in output
    assert "'listed.zip' has too many entries: not opened" in output


@pytest.mark.parametrize(
    ("name", "encoding"), [("Bo Müller-Zak", "utf-8"), ("Bo Müller-Zak", "cp437")]
)
def test_names_that_do_not_say_their_encoding_are_read(
    course, tmp_path, capsys, name, encoding
):
    class_list(course)
    raw_name = name.encode(encoding)
    stand_in = "~" * len(raw_name)
    download = tmp_path / "got.zip"
    zipped(download, {f"{stand_in}_3_assignsubmission_file_/{BOOK}": book("bo")})
    download.write_bytes(download.read_bytes().replace(stand_in.encode(), raw_name))
    status, output = collect(course, download, capsys)
    assert status == 0, output
    assert text_of(course, "bo") == "bo"


@pytest.mark.parametrize("at", [0, 1, 2])
def test_an_interrupted_run_leaves_nothing_half_and_is_mended_by_the_next(
    course, tmp_path, capsys, monkeypatch, at
):
    collect(course, zipped(tmp_path / "a.zip", {f"ada/{BOOK}": book("old")}, EARLY), capsys)
    files = {f"ada/{BOOK}": book("new"), f"bob/{BOOK}": book("bob")}
    download = zipped(tmp_path / "b.zip", files, LATE)
    really, calls = os.rename, []

    def stopped(old, new):
        calls.append(new)
        if len(calls) == at + 1:
            raise KeyboardInterrupt
        really(old, new)

    with monkeypatch.context() as m:
        m.setattr(deposit.os, "rename", stopped)
        assert collect(course, download, capsys)[0] == 1
    assert not list(course.glob(".collecting-*"))
    (course / ".collecting-killed").mkdir()
    assert collect(course, download, capsys)[0] == 0
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
    status, output = collect(
        course, zipped(tmp_path / "g.zip", {f"ada/{BOOK}": book()}), capsys
    )
    assert status == 1
    assert "is a link or a file: nothing is written there" in output
    assert list(outside.iterdir()) == []


def test_links_and_pipes_in_a_folder_are_not_followed(course, tmp_path, capsys):
    download = folder(tmp_path / "got", {f"bob/{BOOK}": book()})
    (download / "ada").mkdir()
    (download / "ada" / BOOK).symlink_to(download / "bob" / BOOK)
    (download / "eve").symlink_to(download / "bob")
    (download / "zoe").mkdir()
    os.mkfifo(download / "zoe" / BOOK)
    status, output = collect(course, download, capsys)
    assert status == 1
    assert output.startswith("1 collected, 0 unchanged, 0 replaced, 2 left out:"), output
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
    download = zipped(tmp_path / "got.zip", {f"ada/{BOOK}": book()})
    with alone(Store(course / ".results"), NAME):
        status, output = collect(course, download, capsys)
    assert status == 1
    assert "is running" in output


@given(st.lists(st.text(min_size=1, max_size=40), max_size=6, unique=True))
def test_whatever_the_names_no_path_leads_out(tmp_path_factory, names):
    download = tmp_path_factory.mktemp("any") / "got.zip"
    with zipfile.ZipFile(download, "w") as made:
        for name in names:
            if name.encode(errors="ignore").decode() == name:
                made.writestr(zipfile.ZipInfo(name), b"x")
    with opened(download) as (items, _):
        for item in items:
            assert ".." not in item.parts
            assert not any(set(p) & set("/\\\0\n") or p in ("", ".") for p in item.parts)
            assert item.read(1) == b"x"


@given(st.data())
def test_a_damaged_zip_is_read_or_refused(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("damaged")
    inner = zipped(folder / "inner.zip", {f"a/{BOOK}": book()}).read_bytes()
    raw = bytearray(zipped(folder / "got.zip", moodle() | {"a/b.zip": inner}).read_bytes())
    for offset, byte in data.draw(st.lists(st.tuples(st.integers(0, len(raw) - 1), BYTES))):
        raw[offset] = byte
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
    assert not PlatformIdentity(name="---", joined="_").names(nameless)
    assert not PlatformIdentity(number="", email="").is_sure_of(nameless)


def test_dates_of_zips_are_read_from_the_seconds_that_they_hold(tmp_path):
    info = zipfile.ZipInfo("a.ipynb", (2020, 1, 1, 0, 0, 0))
    info.extra = b"UT\x05\x00\x01" + int(LATE.timestamp()).to_bytes(4, "little")
    with opened(zipped(tmp_path / "got.zip", [(info, b"")])) as (items, _):
        assert items[0].when == LATE.astimezone(UTC)
