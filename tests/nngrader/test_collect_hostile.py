"""Zips and folders with false sizes, damage or links, and runs that are interrupted."""

import contextlib
import os
import stat
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nngrader.errors import CannotDo
from nngrader.intake import archive, deposit
from nngrader.intake.archive import inside, opened, parts_of
from nngrader.intake.submission import Unreadable
from nngrader.records.flag import Flag, FlagCode
from nngrader.records.flag_rendering import for_instructor

from .lms_downloads import (
    BOOK,
    EARLY,
    LATE,
    book,
    collect,
    entry,
    folder,
    moodle,
    text_of,
    tree,
    zipped,
)
from .sample_course import NAME

pytestmark = pytest.mark.sandbox
BYTES = st.integers(0, 255)


HOSTILE = [
    (f"../ada/{BOOK}", "may lead outside the folder"),
    (f"ada/../../../{BOOK}", "may lead outside the folder"),
    (f"/tmp/{BOOK}", "absolute path"),
    (f"C:/ada/{BOOK}", "absolute path"),
    (f"..\\ada\\{BOOK}", "outside the folder"),
    (f"ada/\x1b[2J{BOOK}", "control characters"),
    (f"a\nda/{BOOK}", "control characters"),
    (f"ada/{BOOK}\0.txt.ipynb", "control characters"),
    (f"ada/{'x' * 300}.ipynb", "too long"),
    ("ada/" + "a/" * 30 + BOOK, "too long"),
    (entry(f"ada/{BOOK}", mode=stat.S_IFLNK | 0o777), "symbolic link"),
    (entry(f"ada/{BOOK}", mode=stat.S_IFCHR | 0o666), "not a regular file"),
    (entry(f"ada/{BOOK}", mode=stat.S_IFIFO | 0o666), "not a regular file"),
]


def test_a_hostile_entry_is_reported_and_affects_nothing_else(course, tmp_path, capsys):
    for n, (name, reason) in enumerate(HOSTILE):
        download = tmp_path / "got.zip"
        own = [(f"bob/{BOOK}", book(f"bob {n}"))]
        if "\0" in str(name):
            zipped(download, [(name.replace("\0", "\1"), book()), *own], days(n))
            download.write_bytes(download.read_bytes().replace(b"\1.txt", b"\0.txt"))
        else:
            zipped(download, [(name, b"/etc/passwd"), *own], days(n))
        before = tree(tmp_path)
        status, output = collect(course, download, capsys)
        assert status == 1
        assert "1 left out:" in output, name
        assert reason in output.splitlines()[1], name
        assert "\x1b" not in output
        new = {f for f in set(tree(tmp_path)) - set(before) if "/replaced/" not in f}
        here = f"course/submitted/bob/{NAME}/"
        assert new <= {f"{here}{BOOK}", f"{here}timestamp.txt", f"{here}.doubt"}, name
        assert text_of(course, "bob") == f"bob {n}"


def days(n):
    return EARLY + timedelta(days=n)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_entries_with_the_same_name_are_reported(course, tmp_path, capsys):
    twice = [(f"ada/{BOOK}", book("one")), (f"ada/{BOOK}", book("two"))]
    status, output = collect(course, zipped(tmp_path / "got.zip", twice), capsys)
    assert status == 1
    assert "2 entries with this name" in output
    assert not (course / "submitted").exists()


@pytest.mark.slow
def test_a_bomb_is_not_read(course, tmp_path, capsys):
    files = {f"ada/{BOOK}": bytes(9 << 20), f"bob/{BOOK}": book()}
    status, output = collect(course, zipped(tmp_path / "got.zip", files), capsys)
    assert (status, output[:12]) == (1, "1 collected,")
    reason = for_instructor(Flag(FlagCode.NOTEBOOK_TOO_LARGE, data={"most_bytes": 8 << 20}))
    assert f"ada: {BOOK}: {reason}" in output
    assert "no submission from" not in output


def test_a_bomb_that_declares_a_small_size_is_not_read(course, tmp_path, capsys):
    download = zipped(tmp_path / "got.zip", {f"ada/{BOOK}": bytes(9 << 20)})
    size = (9 << 20).to_bytes(4, "little")
    download.write_bytes(download.read_bytes().replace(size, (100).to_bytes(4, "little")))
    status, output = collect(course, download, capsys)
    assert status == 1
    assert f"ada: {BOOK}: " in output
    assert "(BadZipFile" in output


@pytest.mark.slow
def test_too_many_entries_are_not_read(course, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(archive, "MOST_ENTRIES", 2)
    files = {f"{s}/{BOOK}": book() for s in "abc"}
    status, output = collect(course, zipped(tmp_path / "got.zip", files), capsys)
    assert (status, "has more than 2 entries" in output) == (1, True)
    status, output = collect(course, folder(tmp_path / "got", files), capsys)
    assert (status, "has more than 2 files" in output) == (1, True)


def test_invalid_zip_is_reported_in_one_line(course, tmp_path, capsys):
    raw = zipped(tmp_path / "whole.zip", moodle()).read_bytes()
    for content in (b"no zip at all", raw[: len(raw) // 2]):
        (tmp_path / "got.zip").write_bytes(content)
        got, output = collect(course, tmp_path / "got.zip", capsys)
        assert (got, len(output.splitlines())) == (2, 1)


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
    assert "eve: broken.zip: it is not a zip" in output
    assert [text_of(course, s) for s in ("ada", "zoe")] == ["inner", "inner"]


@pytest.mark.slow
def test_a_students_zip_with_too_many_entries_is_not_opened(course, tmp_path, capsys):
    many = {f"{n}.txt": b"" for n in range(2001)}
    listed = {f"{n:04}" + "x" * 200: b"" for n in range(4500)}
    files = {
        "ada/many.zip": zipped(tmp_path / "m.zip", many).read_bytes(),
        "bob/listed.zip": zipped(tmp_path / "l.zip", listed).read_bytes(),
    }
    _, output = collect(course, zipped(tmp_path / "got.zip", files), capsys)
    assert "many.zip: it has more than 2000 entries" in output
    assert "listed.zip: it has too many entries: not opened" in output


@pytest.mark.parametrize("at", [0, *(pytest.param(k, marks=pytest.mark.slow) for k in (1, 2))])
def test_an_interrupted_run_leaves_no_half_and_the_next_run_completes_it(
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
def test_links_are_not_followed_when_writing(course, tmp_path, capsys, level):
    outside = tmp_path / "outside"
    outside.mkdir()
    link = course / "submitted" / level
    link.parent.mkdir(parents=True)
    link.symlink_to(outside)
    status, output = collect(
        course, zipped(tmp_path / "g.zip", {f"ada/{BOOK}": book()}), capsys
    )
    assert status == 1
    assert "is a link or a file" in output
    assert list(outside.iterdir()) == []


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


def test_names_that_no_folder_can_hold_are_refused():
    for name in ("a\ud800", "a\u2028b", "", ".", "/", "x/" * 21):
        with pytest.raises(Unreadable):
            parts_of(name)
