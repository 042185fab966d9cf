"""Feedback goes back to the student it is for, through Moodle, Canvas or a web server."""

import csv
import re
import zipfile

import nbformat
import pytest
from nngrader.reports.feedback import page
from nngrader.storage.results import Store

from .lms_downloads import BOOK, book, canvas, class_list, collect, moodle, zipped
from .sample_course import NAME, run
from .test_groups import GROUPED

pytestmark = pytest.mark.sandbox
USERS = {"501": "ada", "502": "emmy", "503": "bo"}  # by Moodle's number of the participant
PLUGIN = ["assignsubmission", "file"]
NUMBERS = {"1001": "ada", "1002": "emmy"}  # by Canvas's number of the user


def result(student):
    return {
        "student": student,
        "assignment": NAME,
        "status": "graded",
        "flags": [],
        "score": 5.0,
        "max_score": 10.0,
        "problems": {},
    }


def graded(course, monkeypatch, *students):
    """Give a course the results of these students, each with a page that names the student."""
    Store(course / ".results").put(f"latest-{NAME}", {s: result(s) for s in students})
    monkeypatch.setattr("nngrader.reports.returned.marks", lambda *_: {})
    return {s: page(result(s)) for s in students}


def entries(file):
    with zipfile.ZipFile(file) as archive:
        assert len(archive.namelist()) == len(set(archive.namelist()))
        return {n: archive.read(n).decode() for n in archive.namelist()}


def import_into_moodle(files):
    """Return (name, text) by user, as `is_valid_filename_for_import` finds them."""
    results = {}
    for path, text in files.items():
        parts = path.split("/")
        assert not parts[-1].startswith((".", "~"))
        while parts:
            info = parts.pop(0).split("_", 4)
            if info[2:4] != PLUGIN or info[1] not in USERS:
                continue
            name = "/".join([info[4] if len(info) > 4 else "", *parts])
            assert USERS[info[1]] not in results
            results[USERS[info[1]]] = name.lstrip("/"), text
            break
        else:
            raise AssertionError(f"Moodle ignores {path}")
    return results


def test_moodle_gives_each_student_the_own_page(course, tmp_path, capsys, monkeypatch):
    class_list(course)
    flat = {f"Bo Müller-Žák_503_assignsubmission_file_{BOOK}": book("bo")}
    collect(course, zipped(tmp_path / "got.zip", moodle() | flat), capsys)
    pages = graded(course, monkeypatch, "ada", "emmy", "bo")
    assert run(course, "feedback", NAME, "--layout", "moodle") == 0
    file = course / "feedback" / f"{NAME}-moodle.zip"
    actual = import_into_moodle(entries(file))
    assert actual == {s: (f"{NAME}-feedback.html", text) for s, text in pages.items()}
    assert f"{file}: 3 pages" in capsys.readouterr().out
    before = file.read_bytes()
    run(course, "feedback", NAME, "--layout", "moodle", "--out", tmp_path)
    assert (tmp_path / file.name).read_bytes() == before


def test_canvas_attaches_a_notebook_that_shows_the_page(course, tmp_path, capsys, monkeypatch):
    class_list(course)
    collect(course, zipped(tmp_path / "got.zip", canvas()), capsys)
    pages = graded(course, monkeypatch, "ada", "emmy")
    out = tmp_path / "back.zip"
    assert run(course, "feedback", NAME, "--layout", "canvas", "--out", out) == 0
    actual = entries(out)
    assert set(actual) <= set(canvas())  # the names as they were downloaded
    whose = {}
    for name, text in actual.items():
        user, attachment = [p for p in name.split("_") if p.isdecimal()][:2]
        assert f"_{user}_{attachment}_" in " ".join(canvas())
        notebook = nbformat.reads(text, as_version=4)
        nbformat.validate(notebook)
        whose[NUMBERS[user]] = notebook.cells[0].source
    assert set(whose) == set(pages)
    for student, shown in whose.items():
        assert f'<p class="soft">{student}</p>' in shown
        assert "5" in shown
        assert "\n" not in shown  # else Markdown would read a part of it as text
        assert "<style" not in shown


@pytest.mark.parametrize("layout", ["moodle", "canvas"])
def test_unreachable_students_are_named(course, tmp_path, capsys, monkeypatch, layout):
    class_list(course, GROUPED.replace("B-Team", ""))
    theirs = {
        "moodle": f"Team A-Ada Lovelace_501_assignsubmission_file_/{BOOK}",
        "canvas": f"lovelaceada_1001_70001_{BOOK}",
    }
    download = zipped(tmp_path / "got.zip", {theirs[layout]: book("ours")})
    collect(course, download, capsys)
    graded(course, monkeypatch, "ada", "bo", "kim1")
    assert run(course, "feedback", NAME, "--layout", layout) == 1
    output = capsys.readouterr()
    assert output.out.endswith(": 1 page\n")
    assert "so not in the zip: kim1" in output.err
    assert "not in the zip: bo (by ada)" in output.err


def test_some_students_get_their_page_and_a_misspelt_one_is_named(course, monkeypatch):
    graded(course, monkeypatch, "ada", "bo", "emmy")
    assert run(course, "feedback", NAME, "--students", "ada", "bo") == 0
    assert sorted(p.name for p in (course / "feedback").iterdir()) == ["ada", "bo"]
    assert run(course, "feedback", NAME, "--students", "adda") == 2
    assert run(course, "feedback", NAME, "--students", "ada", "--layout", "web") == 2


def test_a_link_cannot_be_guessed_and_stays_the_same(course, tmp_path, capsys, monkeypatch):
    class_list(course)
    pages = graded(course, monkeypatch, "ada", "emmy")
    out, address = tmp_path / "web", "https://uni.example/nn/"
    arguments = ("feedback", NAME, "--layout", "web", "--out", out, "--address", address)
    assert run(course, *arguments) == 0
    links = tmp_path / "web-links.csv"
    assert links.stat().st_mode & 0o077 == 0
    assert (course / ".secret").stat().st_mode & 0o077 == 0
    rows = {r["student"]: r for r in csv.DictReader(links.read_text().splitlines())}
    assert rows["emmy"]["email"] == "emilie@uni.example"
    names = {s: r["link"].removeprefix(address) for s, r in rows.items()}
    assert set(names) == set(pages)
    for student, name in names.items():
        assert re.fullmatch(r"[a-z2-7]{32}\.html", name)
        text = (out / name).read_text()
        assert '<meta name="robots" content="noindex' in text
        assert f">{student}<" in text
    assert {f.name for f in out.iterdir()} == {"index.html", *names.values()}
    index = (out / "index.html").read_text()
    assert not [n for n in (*names, *names.values(), "href") if n in index]
    before = links.read_text()
    run(course, *arguments)
    assert links.read_text() == before
    (course / ".secret").unlink()
    run(course, *arguments)
    assert not set(before.splitlines()[1:]) & set(links.read_text().splitlines())
