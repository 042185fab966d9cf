"""Moodle's grading worksheet: it lists students and times, and we write marks into it."""

import time
from datetime import UTC, datetime

import pytest
from nngrader.course import Course
from nngrader.course.worksheet import read, time_of
from nngrader.errors import CannotDo
from nngrader.reports import export

from .lms_downloads import BOOK, book, class_list, collect, stamp, text_of, zipped
from .sample_course import NAME, run
from .test_export import mark

pytestmark = pytest.mark.sandbox
ENGLISH = (
    '\ufeffIdentifier,"Full name","Email address",Status,Grade,"Maximum Grade",'
    '"Grade can be changed","Last modified (submission)","Last modified (grade)",'
    '"Feedback comments"\r\n'
    'Participant 501,"Ada Lovelace",ada@uni.example,"Submitted for grading - ",,90.00,Yes,'
    '"Sunday, 1 March 2026, 1:05 PM",-,"<p>one,\r\n""two""</p>"\r\n'
    'Participant 504,"Kim Lee",kim1@uni.example,"Submitted for grading",12.00,90.00,Yes,'
    '"Monday, 2 March 2026, 12:00 AM",-,\r\n'
    'Participant 505,"Lee Kim",kim2@uni.example,"No submission",-,90.00,Yes,-,-,\r\n'
)
GERMAN = (
    'ID;"Vollständiger Name";E-Mail-Adresse;Status;Bewertung;Bestwertung;'
    '"Bewertung kann geändert werden";"Zuletzt geändert (Abgabe)";'
    '"Zuletzt geändert (Bewertung)";"Feedback als Kommentar"\n'
    'Teilnehmer/in501;"Ada Lovelace";;"Zur Bewertung abgegeben";;"90,00";Ja;'
    '"Sonntag, 1. März 2026, 13:05";-;\n'
)
BLIND = (
    'Identifier,Status,Grade,"Maximum Grade","Last modified (submission)"\n'
    'Participant 501,Submitted,,90.00,"Sunday, 1 March 2026, 1:05 PM"\n'
    "Participant 502,Submitted,,90.00,-\n"
)


def sheet(folder, text):
    file = folder / "worksheet.csv"
    file.write_bytes(text.encode())
    return file


DATES = {
    "Tuesday, 1 December 2026, 3:30 PM": (2026, 12, 1, 15, 30),
    "Wednesday, September 23, 2020, 12:05 AM": (2020, 9, 23, 0, 5),
    "Dienstag, 10. März 2026, 08:07": (2026, 3, 10, 8, 7),
    "mardi 1 décembre 2026, 15:30": (2026, 12, 1, 15, 30),
    "martes, 3 de marzo de 2026, 23:59": (2026, 3, 3, 23, 59),
    "martedì, 5 maggio 2026, 00:00": (2026, 5, 5, 0, 0),
    "maandag, 2 maart 2026, 9:15": (2026, 3, 2, 9, 15),
    "terça, 7 julho 2026, 15:30": (2026, 7, 7, 15, 30),
    "01.12.2026, 15:30:10": (2026, 12, 1, 15, 30),
    "2026-12-01 15:30": (2026, 12, 1, 15, 30),
    "-": None,
    "01/12/2026, 15:30": None,  # the first of December, or the twelfth of January
    "Tuesday, 31 February 2026, 3:30 PM": None,
    "yesterday, 15:30": None,
}


def test_dates_are_read_in_seven_languages():
    for text, expected in DATES.items():
        result, wanted = time_of(text, UTC), expected and datetime(*expected, tzinfo=UTC)
        assert (result and result.replace(second=0)) == wanted, text


def test_the_worksheet_lists_students_and_times(course, tmp_path, capsys):
    class_list(course)
    files = {
        f"{who}_{number}_assignsubmission_file_/{BOOK}": book(text)
        for who, number, text in (("A. L.", 501, "ada"), ("Kim Lee", 504, "kim"))
    }
    download = zipped(tmp_path / "got.zip", files)
    worksheet = sheet(tmp_path, ENGLISH)
    words = ("--worksheet", worksheet, "--zone", "Europe/Berlin")
    assert run(course, "collect", NAME, download, *words) == 0
    said = capsys.readouterr().out
    assert "2 collected" in said
    assert "submission times of 2: grading worksheet" in said
    assert "time zone of the worksheet's dates: Europe/Berlin" in said
    assert text_of(course, "kim1") == "kim"  # two have this name, and one this address
    assert stamp(course, "ada") == datetime(2026, 3, 1, 12, 5)
    assert stamp(course, "kim1") == datetime(2026, 3, 1, 23, 0)


def test_under_blind_marking_a_participant_is_a_student(course, tmp_path, capsys):
    files = {f"Participant_{n}_assignsubmission_file_/{BOOK}": book(str(n)) for n in (501, 502)}
    download = zipped(tmp_path / "got.zip", files)
    worksheet = sheet(tmp_path, BLIND)
    words = ("--worksheet", worksheet, "--zone", "UTC")
    assert run(course, "collect", NAME, download, *words[:2]) == 0
    assert time.tzname[0] in capsys.readouterr().out.splitlines()[-1]
    assert run(course, "collect", NAME, download, *words) == 0, capsys.readouterr()
    assert text_of(course, "participant-502") == "502"
    assert stamp(course, "participant-501") == datetime(2026, 3, 1, 13, 5)
    assert stamp(course, "participant-502") is None
    assert collect(course, download, capsys)[0] == 1  # without it nobody knows whose it is


@pytest.fixture
def marked(tmp_path, monkeypatch):
    """Return a course with marks; part of kim1's work is still to be marked by hand."""
    results = {"ada": mark(66.5), "kim1": mark(40.0, by_hand=True), "zoe": mark(1.0)}
    results |= {"participant-501": mark(7.25)}
    monkeypatch.setattr(export, "marks", lambda *_: {s: dict(m) for s, m in results.items()})
    monkeypatch.setattr(export, "latest", lambda *_: {})
    class_list(tmp_path)
    return tmp_path


def test_marks_are_filled_in_and_all_else_stays_byte_for_byte(marked, capsys):
    worksheet, out = sheet(marked, ENGLISH), marked / "filled.csv"
    words = ("--layout", "moodle", "--worksheet", worksheet, "--out", out)
    assert run(marked, "export", NAME, *words) == 0
    expected = ENGLISH.replace('for grading - ",,90.00', 'for grading - ",66.5,90.00')
    assert expected != ENGLISH
    assert out.read_bytes() == expected.encode()
    errors = capsys.readouterr().err
    assert "still to be marked by hand: kim1" in errors
    assert "not in the worksheet: participant-501, zoe" in errors


def test_marks_are_written_as_the_worksheet_writes_them(marked):
    quoted = GERMAN.replace(";", ",").replace('en",,"9', 'en","","9')
    for text, before, after in (
        (GERMAN, 'abgegeben";;"90,00"', 'abgegeben";66,5;"90,00"'),
        (BLIND, 'Submitted,,90.00,"Sun', 'Submitted,7.25,90.00,"Sun'),
        (quoted, 'en","","9', 'en","66,5","9'),
    ):
        filled, _ = export.fill(Course(marked), NAME, read(sheet(marked, text)))
        assert text.count(before) == 1
        assert filled == text.replace(before, after)


def test_a_worksheet_that_does_not_fit_is_refused(marked):
    for text, words in (
        ("student,score\nada,1\n", "is not a grading worksheet"),
        (ENGLISH.replace("90.00", "100.00"), "100.00 there but 90.0 here"),
        (BLIND.replace("502", "501"), "row 3"),
        ("", "no column for the grade"),
    ):
        with pytest.raises(CannotDo, match=words):
            export.fill(Course(marked), NAME, read(sheet(marked, text)))


def test_a_draft_on_moodle_is_named(course, tmp_path, capsys):
    class_list(course)
    files = {f"Ada Lovelace_501_assignsubmission_file_/{BOOK}": book()}
    download = zipped(tmp_path / "got.zip", files)
    drafts = (("Submitted for grading - ", "Draft (not submitted) - "),)
    for text, changes in ((ENGLISH, drafts), (GERMAN, (("Zur Bewertung", "Entwurf (nicht)"),))):
        for there, change in ((False, ("", "")), (True, changes[0])):
            file = sheet(tmp_path, text.replace(*change) if there else text)
            assert run(course, "collect", NAME, download, "--worksheet", file) == 0
            named = "drafts, not submitted for grading on Moodle: 1 student (ada)"
            assert (named in capsys.readouterr().out) == there
