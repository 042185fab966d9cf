"""Times that students can write, and late versions of work that was on time."""

import itertools
import shutil

import pytest
from nngrader.course import Course
from nngrader.course.roster import read
from nngrader.intake.archive import Item
from nngrader.intake.platforms import sort, whose
from nngrader.intake.submission import Unreadable
from nngrader.records.flag import Flag, FlagCode

from .lms_downloads import BOOK, EARLY, book, class_list, folder, stamp, text_of, zipped
from .recorded_gradebook import gradebook, quiet, record
from .sample_course import LIMITS, NAME, grade, run

pytestmark = pytest.mark.sandbox
DUE = """due = 2026-10-14T23:59:00+02:00
[late]
grace_minutes = 15
points_per_day = 10
"""
EXTENDED = DUE + '[late.extensions]\nada = "2026-10-18T12:00:00+02:00"\n'
ON_TIME, LATE, LATER = (f"2026-10-{day} 20:00:00 UTC" for day in (12, 16, 17))
OWN = Flag(FlagCode.OWN_TIME, data={"source": "timestamp.txt"}).as_json()
DATED = Flag(FlagCode.OWN_TIME, data={"source": "dates", "usual": True}).as_json()
UNUSED = Flag(FlagCode.TIME_NOT_USED, data={"file": "timestamp.txt"}).as_json()
NO_ZONE = Flag(FlagCode.NO_TIME_ZONE, data={"zone": "UTC"}).as_json()
CLASS = """id,first_name,last_name,lms_user_id
ada,Ada,Lovelace,501
ben,Ben,Bitdiddle,502
kim,Kim,Lee,503
zoe,Zoe,Quit,504
jp,Jean-Paul,Marie,505
late,Ann,Late,506
"""


@pytest.fixture
def dated(course):
    """Return a course with a due date and a class list."""
    (course / "source" / NAME / "nngrader.toml").write_text(DUE + LIMITS)
    return class_list(course, CLASS)


def submitted(place, text, when, *students):
    """Write a folder for each student, with a notebook and a timestamp.txt."""
    files = {f"{s}/{BOOK}": text if isinstance(text, bytes) else book(text) for s in students}
    return folder(place, files | {f"{s}/timestamp.txt": when.encode() for s in students})


def take(course, capsys, download, *options, status=0):
    """Collect with options; return the output."""
    capsys.readouterr()
    assert run(course, "collect", NAME, download, *options) == status
    return capsys.readouterr().out


def flags(course, *students):
    """Return the flags of recorded submissions about their times, by student."""
    codes = {
        f.value for f in (FlagCode.OWN_TIME, FlagCode.TIME_NOT_USED, FlagCode.NO_TIME_ZONE)
    }
    results = record(course, dict.fromkeys(students, 1.0))
    return {s: [f for f in r["flags"] if f["code"] in codes] for s, r in results.items()}


def test_a_students_own_time_counts_but_is_flagged(dated, tmp_path, capsys, base):
    work = base.solved().text().encode()
    download = submitted(tmp_path / "got", work, ON_TIME, "ada", "kim")
    output = take(dated, capsys, download)
    (line,) = (t for t in output.splitlines() if "students' own timestamp.txt" in t)
    assert "2 students (ada; kim)" in line
    assert "--trust-times" in line
    assert flags(dated, "ada", "kim") == {"ada": [OWN], "kim": [OWN]}
    (dated / "submitted" / "kim" / NAME / "timestamp.txt").write_text(LATE)  # by the instructor
    take(dated, capsys, download)
    assert flags(dated, "ada", "kim") == {"ada": [OWN], "kim": []}
    assert stamp(dated, "kim").day == 16
    assert "students' own" not in take(dated, capsys, download, "--trust-times")
    assert flags(dated, "ada") == {"ada": []}


def test_times_from_dates_of_files_are_information(dated, tmp_path, capsys, base):
    download = folder(tmp_path / "got", {f"ada/{BOOK}": base.solved().text().encode()})
    assert "dates of the files, which students can change" in take(dated, capsys, download)
    assert flags(dated, "ada") == {"ada": [DATED]}
    shutil.rmtree(dated / "submitted")
    (dated / "source" / NAME / "nngrader.toml").write_text(LIMITS)
    with quiet(), gradebook(dated) as g:
        g.find_assignment(NAME).duedate = None
        g.db.commit()
    take(dated, capsys, download)
    assert flags(dated, "ada") == {"ada": []}


def test_a_time_without_a_zone_is_named(dated, tmp_path, capsys, base):
    work = base.solved().text().encode()
    download = submitted(tmp_path / "got", work, ON_TIME.removesuffix(" UTC"), "ada")
    output = take(dated, capsys, download)
    assert "without a time zone, read as UTC: 1 student (ada)" in output
    assert flags(dated, "ada") == {"ada": [OWN, NO_ZONE]}
    assert "zone, read as" not in take(dated, capsys, download, "--zone", "Europe/Berlin")
    assert flags(dated, "ada") == {"ada": [OWN]}
    assert stamp(dated, "ada").hour == 18
    (dated / "submitted" / "ada" / NAME / "timestamp.txt").write_text("2026-10-12 20:00:00")
    assert flags(dated, "ada") == {"ada": [NO_ZONE]}


def test_the_zone_in_a_name_of_the_exchange_counts(course, tmp_path, capsys):
    for name, hour in (("12:00:00 +0200", 10), ("12:00:00 UTC", 12), ("12:00:00.5 -0130", 13)):
        files = {f"ada+{NAME}+2026-03-01 {name}+c2V/{BOOK}": book(name)}
        output = take(course, capsys, zipped(tmp_path / "got.zip", files))
        assert "without a time zone" not in output, name
        assert stamp(course, "ada").hour == hour
        shutil.rmtree(course / "submitted")


def test_each_notebook_of_a_moodle_zip_reaches_its_student(dated, tmp_path, capsys, base):
    work, own = base.solved().text().encode(), base.untouched().text().encode()
    files = {
        f"Ada Lovelace_501_assignsubmission_file/{BOOK}": work,
        "Ada Lovelace_501_assignsubmission_file/timestamp.txt": ON_TIME.encode(),
        f"Ben Bitdiddle_502_assignsubmission_file/{BOOK}": work,
        f"Ben Bitdiddle_502_assignsubmission_file/zoe/{NAME}/{BOOK}": own,
        f"Kim Lee_503_assignsubmission_file/../Zoe Quit_504_assignsubmission_file/{BOOK}": own,
        f"Jean_Paul Marie_505_assignsubmission_file/{BOOK}": work,
        f"Ann Late_506_assignsubmission_file/{BOOK}": work,
    }
    before = {*tmp_path.iterdir()}
    output = take(dated, capsys, zipped(tmp_path / "got.zip", files), status=1)
    assert {*tmp_path.iterdir()} - before == {tmp_path / "got.zip"}
    there = {p.name for p in (dated / "submitted").iterdir()}
    assert there == {"ada", "ben", "jp", "late"}
    assert "Kim Lee_503_assignsubmission_file/../Zoe Quit_504" in output
    assert "contain a timestamp.txt: 1 student (ada)" in output
    assert "several notebooks: 1 student (ben" in output
    assert stamp(dated, "ada") is None
    expected = {"ada": [UNUSED], "ben": [], "jp": [], "late": []}
    assert flags(dated, *expected) == expected


def test_each_notebook_of_a_canvas_zip_reaches_its_student(dated, tmp_path, capsys, base):
    work = base.solved().text().encode()
    files = {
        f"lovelaceada_501_70001_{BOOK}": work,
        "lovelaceada_501_70002_timestamp.txt": ON_TIME.encode(),
        f"lateann_506_70003_{BOOK}": work,
        f"quitzoe_LATE_504_70004_{BOOK}": work,
        "leekim_503_70005_lovelaceada.ipynb": work,
        f"bitdiddleben_502_70006_lovelaceada_501_70009_{BOOK}": work,
    }
    output = take(dated, capsys, zipped(tmp_path / "got.zip", files), status=1)
    there = {p.name for p in (dated / "submitted").iterdir()}
    assert there == {"ada", "late", "zoe", "kim"}
    assert "bitdiddleben_502_70006_lovelaceada_501" in output
    assert "marked as late by the platform: 1 student (zoe)" in output
    assert "contain a timestamp.txt: 1 student (ada)" in output
    assert flags(dated, "ada", "late") == {"ada": [UNUSED], "late": []}


def test_moodles_names_find_their_rows_and_are_never_guessed(dated):
    rows = (
        "bo,Bo,O'Connor-Žák,507\nann1,Ann,Lee,508\nann2,Lee,Ann,509\nm,Maria,Skłodowska,510\n"
    )
    class_list(dated, CLASS + rows)
    names = {
        "Jean_Paul Marie": "jp",
        "Jean-Paul  Marie": "jp",
        "Marie Jean Paul": "jp",
        "JÉAN PAUL MARIE": "jp",
        "Bo O_Connor Zak": "bo",
        "Bo OConnor-Žák": "bo",
        "O’Connor_Zak_Bo": "bo",
        "Maria SKLODOWSKA": "m",
        "Jean Marie": "no student",
        "Ann_Lee": "ann1, ann2",
        "Jean_Paul Marie_505_assignsubmission_file_Ada Lovelace": "ambiguous",
    }
    students = read(Course(dated))
    parts = (f"_501_assignsubmission_file_/{BOOK}", f"_501_assignsubmission_file_{BOOK}")
    for (name, found), part in itertools.product(names.items(), parts):
        item = Item(tuple((name + part).split("/")), EARLY, lambda _: b"")
        (submission,) = sort([item], "got", NAME, [NAME])
        if found in students:
            assert whose(submission, students) == found, name
        else:
            with pytest.raises(Unreadable, match=found):
                whose(submission, students)


def test_a_late_version_is_named_and_the_earlier_one_comes_back(dated, tmp_path, capsys):
    early = submitted(tmp_path / "1", "early", ON_TIME, "ada", "kim")
    late = submitted(tmp_path / "2", "late", LATE, "ada", "kim")
    (dated / "source" / NAME / "nngrader.toml").write_text(EXTENDED + LIMITS)
    take(dated, capsys, early)
    output = take(dated, capsys, late)
    assert "late version replaced one that was on time: 1 student (kim, 2026-10-16" in output
    assert f"nngrader restore {NAME} STUDENT" in output
    assert "--before-due" in output
    assert run(dated, "restore", NAME, "kim") == 0
    assert (text_of(dated, "ada"), text_of(dated, "kim")) == ("late", "early")
    later = b"late" in (dated / "replaced" / "kim" / NAME / "2" / BOOK).read_bytes()
    assert later
    assert run(dated, "restore", NAME, "kim", "7") == 2
    assert "2 (2026-10-16 20:00:00 UTC)" in capsys.readouterr().err
    assert run(dated, "restore", NAME, "../kim") == 2
    assert run(dated, "restore", NAME, "kim", "2") == 0
    assert text_of(dated, "kim") == "late"
    assert "back from replaced/: 1 student (kim)" in take(dated, capsys, late, "--before-due")
    assert (text_of(dated, "ada"), text_of(dated, "kim")) == ("late", "early")


def test_before_due_keeps_the_last_version_on_time(dated, tmp_path, capsys):
    (dated / "source" / NAME / "nngrader.toml").write_text(EXTENDED + LIMITS)
    late = submitted(tmp_path / "2", "late", LATE, "ada", "kim", "zoe")
    early = submitted(tmp_path / "1", "early", ON_TIME, "ada", "kim")
    take(dated, capsys, late, "--before-due")
    assert text_of(dated, "zoe") == "late"  # no version on time
    take(dated, capsys, early, "--before-due", status=1)  # ada has a newer one on time
    assert (text_of(dated, "ada"), text_of(dated, "kim")) == ("late", "early")
    output = take(dated, capsys, late, "--before-due")
    assert "the version on time stays: 1 student (kim, another is from 2026-10-16" in output
    assert text_of(dated, "kim") == "early"


def test_before_due_without_a_due_date_is_refused(course, tmp_path, capsys):
    download = submitted(tmp_path / "1", "early", ON_TIME, "ada")
    assert run(course, "collect", NAME, download, "--before-due") == 2
    assert "no due date" in capsys.readouterr().err
    assert not (course / "submitted").exists()


def test_the_same_work_again_after_the_due_date_costs_nothing_silently(dated, tmp_path, capsys):
    take(dated, capsys, submitted(tmp_path / "1", "same", ON_TIME, "kim"))
    again = submitted(tmp_path / "2", "same", LATE, "kim")
    assert "too late" in take(dated, capsys, again, "--before-due")
    assert stamp(dated, "kim").day == 12
    assert "late version replaced" in take(dated, capsys, again)
    assert run(dated, "restore", NAME, "kim") == 0
    assert stamp(dated, "kim").day == 12


def test_the_last_version_on_time_comes_back_first(dated, tmp_path, capsys):
    for n, when in enumerate((ON_TIME, LATE, LATER)):
        take(dated, capsys, submitted(tmp_path / f"{n}", f"v{n}", when, "kim"))
    assert run(dated, "restore", NAME, "kim") == 0
    assert text_of(dated, "kim") == "v0"
    assert run(dated, "restore", NAME, "kim") == 0  # the highest number
    assert text_of(dated, "kim") == "v2"


def test_late_dates_of_files_are_named_too(dated, tmp_path, capsys):
    for text, day in (("early", 12), ("late", 16)):
        when = EARLY.replace(month=10, day=day, year=2026)
        output = take(
            dated, capsys, folder(tmp_path / "got", {f"kim/{BOOK}": book(text)}, when)
        )
    assert "late version replaced one that was on time: 1 student (kim" in output


def test_a_name_with_two_participant_numbers_is_nobodys(dated, tmp_path, capsys):
    sheet = tmp_path / "sheet.csv"
    sheet.write_text("Identifier,Full name,Grade\nParticipant 501,Ada Lovelace,\n")
    files = {
        f"Ada Lovelace_501_assignsubmission_file_/{BOOK}": book("ada"),
        f"Ada Lovelace_501_assignsubmission_file_b_502_assignsubmission_file_{BOOK}": book("b"),
    }
    download = zipped(tmp_path / "got.zip", files)
    output = take(dated, capsys, download, "--worksheet", sheet, status=1)
    assert "b_502_assignsubmission_file_" in output
    assert text_of(dated, "ada") == "ada"
    assert {p.name for p in (dated / "submitted").iterdir()} == {"ada"}


def test_before_due_chooses_among_the_versions_of_one_download(dated, tmp_path, capsys):
    class_list(dated, "id,group\nada,A\nkim,A\nzoe,\n")
    (dated / "source" / NAME / "nngrader.toml").write_text(EXTENDED + LIMITS)
    files = {
        f"{s}+{NAME}+{when}+c2V/{BOOK}": book(when)
        for s, when in (("kim", ON_TIME), ("kim", LATE), ("zoe", ON_TIME), ("zoe", LATER))
    }
    download = zipped(tmp_path / "got.zip", files)
    output = take(dated, capsys, download)
    assert "late version replaced one that was on time: 2 students (kim" in output  # not ada
    assert text_of(dated, "kim") == LATE
    assert run(dated, "restore", NAME, "kim") == 0
    assert text_of(dated, "kim") == ON_TIME
    take(dated, capsys, download)
    assert text_of(dated, "kim") == LATE
    output = take(dated, capsys, download, "--before-due")
    assert "the version on time stays: 2 students" in output
    texts = {s: text_of(dated, s) for s in ("ada", "kim", "zoe")}
    assert texts == {"ada": LATE, "kim": ON_TIME, "zoe": ON_TIME}


def test_an_extension_granted_in_the_gradebook_counts(dated, tmp_path, capsys, base):
    work = base.solved().text().encode()
    take(dated, capsys, submitted(tmp_path / "1", work, ON_TIME, "kim"))
    record(dated, {"kim": 1.0})
    with quiet(), gradebook(dated) as g:
        g.grant_extension(NAME, "kim", days=4)
    other = base.mistaken("hinge_loss").text().encode()
    output = take(dated, capsys, submitted(tmp_path / "2", other, LATE, "kim"))
    assert "1 replaced" in output
    assert "late version" not in output


def test_hidden_and_upper_case_notebooks_are_not_lost(course, tmp_path, capsys):
    class_list(course)
    files = {
        f"ada/.work/{BOOK}": book(),
        f"bo/.{BOOK}": book(),
        f"emmy/{NAME.upper()}.IPYNB": book("upper"),
        f"emmy/.Trash/{BOOK}": book(),
        f"emmy/._{BOOK}": b"macOS",
        f"__MACOSX/emmy/._{BOOK}": b"macOS",
        f"emmy/.ipynb_checkpoints/{NAME}-checkpoint.ipynb": book(),
    }
    output = take(course, capsys, zipped(tmp_path / "got.zip", files), status=1)
    assert text_of(course, "emmy") == "upper"
    assert "2 left out:" in output
    for name in (f"ada/.work/{BOOK}: ", f"bo/.{BOOK}: "):
        assert f"  {name}the name of the file or of a folder begins with a dot" in output
    assert f"not collected: 1 file (emmy/.Trash/{BOOK})" in output


@pytest.mark.slow
def test_grading_says_what_a_late_version_costs(dated, tmp_path, capsys, base):
    early = submitted(tmp_path / "1", base.solved().text().encode(), ON_TIME, "kim")
    other = base.mistaken("pairwise_distances").text().encode()
    submitted(tmp_path / "1", other, ON_TIME, "zoe")
    late = base.mistaken("hinge_loss").text().encode()
    take(dated, capsys, early)
    before = grade(dated, "--students", "kim")["kim"]
    take(dated, capsys, submitted(tmp_path / "2", late, LATE, "kim", "zoe"))
    for _ in range(2):  # the second run tidies what the first used
        results = grade(dated)
        flag = {}
        for student, result in results.items():
            (flag[student],) = (f for f in result["flags"] if f["code"] == "late-replaced")
        assert flag["kim"]["data"] == {
            "time": ON_TIME,
            "now": results["kim"]["score"] - 20,
            "earlier": before["score"],
        }
        assert flag["kim"]["data"]["earlier"] > flag["kim"]["data"]["now"]
        assert flag["zoe"]["data"].keys() == {"time", "now"}  # it was never graded
    assert run(dated, "restore", NAME, "kim") == 0
    assert not [f for f in grade(dated)["kim"]["flags"] if f["code"] == "late-replaced"]
