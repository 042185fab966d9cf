"""Make downloads as the learning platforms Moodle, Canvas and Gradescope offer them."""

import json
import os
import zipfile
from datetime import UTC, datetime

from .sample_course import NAME, run

BOOK = f"{NAME}.ipynb"
EARLY = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)
LATE = datetime(2026, 3, 9, 8, 30, 0, tzinfo=UTC)
CLASS = """id,first_name,last_name,email,lms_user_id
ada,Ada,Lovelace,ada@uni.example,1001
emmy,Émilie,du Châtelet,emilie@uni.example,1002
bo,Bo,Müller-Žák,bo@uni.example,1003
kim1,Kim,Lee,kim1@uni.example,1004
kim2,Lee,Kim,kim2@uni.example,1005
"""


def book(text="pass"):
    """Return the bytes of a notebook with a text in its metadata."""
    return f'{{"cells": [], "nbformat": 4, "metadata": {{"text": "{text}"}}}}'.encode()


def zipped(file, entries, when=EARLY):
    """Write a zip of named contents, all of one date; return its path."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items() if isinstance(entries, dict) else entries:
            archive.writestr(entry(name, when) if isinstance(name, str) else name, data)
    return file


def entry(name, when=EARLY, mode=0o100644):
    """Return a zip entry with a local time, which is what zips store."""
    local = when.astimezone()
    info = zipfile.ZipInfo(name, local.timetuple()[:6])
    info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, mode << 16
    return info


def folder(top, files, when=EARLY):
    """Write files of one date into a folder; return the folder."""
    for name, data in files.items():
        file = top / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
        os.utime(file, (when.timestamp(),) * 2)
    return top


def class_list(course, text=CLASS):
    (course / "students.csv").write_text(text, encoding="utf-8")
    return course


def moodle():
    """Return two students' files as old and new Moodle name them; one wrote text online."""
    return {
        f"Ada Lovelace_501_assignsubmission_file/{NAME}.ipynb": book("ada"),
        "Ada Lovelace_501_assignsubmission_onlinetext/onlinetext.html": b"<p>see file</p>",
        f"Emilie du Chatelet_502_assignsubmission_file_/{NAME}.ipynb": book("emmy"),
    }


def canvas():
    """Return two students' files as Canvas names them; one submitted late, three times."""
    return {
        f"lovelaceada_1001_70001_{NAME}.ipynb": book("ada"),
        f"duchâteletémilie_LATE_1002_70010_{NAME}-1.ipynb": book("second"),
        f"duchâteletémilie_LATE_1002_70011_{NAME}-2.ipynb": book("emmy"),
        f"duchâteletémilie_LATE_1002_70003_{NAME}.ipynb": book("first"),
    }


def gradescope():
    """Return two students' files with times; one program's output imitates a submitter."""
    top = "assignment_77_export"
    about = """---
submission_11:
  :submitters:
  - :name: Ada L.
    :sid: ada
    :email: ADA@uni.example
  :created_at: 2026-02-27 17:34:00.861687000 Z
  :score: 2.0
  :results:
    output: |-
      submission_12:
        :submitters:
        - :sid: ada
submission_12:
  :submitters:
  - :name: "\\xC9milie"
    :sid: '1002'
    :email: unknown@uni.example
  :created_at: 2026-02-28 01:00:00 +0100
"""
    return {
        f"{top}/submission_metadata.yml": about.encode(),
        f"{top}/submission_11/{NAME}.ipynb": book("ada"),
        f"{top}/submission_12/{NAME}.ipynb": book("emmy"),
    }


def collect(course, download, capsys):
    """Run `nngrader collect`; return its exit status and its output."""
    capsys.readouterr()
    status = run(course, "collect", NAME, download)
    output = capsys.readouterr()
    assert "Traceback" not in output.err
    return status, output.out + output.err


def text_of(course, student, file=BOOK):
    """Return the text in the metadata of a student's notebook."""
    raw = (course / "submitted" / student / NAME / file).read_text()
    return json.loads(raw)["metadata"]["text"]


def tree(top):
    """Return content and date of all files in a folder except the course's own."""
    kept = {}
    for path in sorted(top.rglob("*")):
        if ".results" not in path.parts and path.is_file() and path.name != ".seed":
            kept[str(path.relative_to(top))] = (path.read_bytes(), path.stat().st_mtime_ns)
    return kept


def stamp(course, student):
    """Return the time at which a student handed in, as nbgrader reads it."""
    from nbgrader.coursedir import CourseDirectory

    folder = course / "submitted" / student / NAME
    return CourseDirectory().get_existing_timestamp(str(folder))
