"""Malformed files and folders; each function writes one submission."""

import os

from ..sample_course import NAME, hand_in
from .kinds import odd


def file_of(course, student):
    return course / "submitted" / student / NAME / f"{NAME}.ipynb"


@odd("graded", 0.0)
def untouched(course, base, student):
    hand_in(course, student, base.untouched().text())


@odd("ungradable", 0.0, "no notebook in the folder")
def nothing_in_the_folder(course, base, student):
    (course / "submitted" / student / NAME).mkdir(parents=True)


@odd(flag="is missing; 'ps2_classifiers.ipynb' is used")
def one_folder_deeper(course, base, student):
    folder = hand_in(course, student, base.solved().text())
    (folder / NAME).mkdir()
    file_of(course, student).rename(folder / NAME / f"{NAME}.ipynb")


@odd("ungradable", 0.0, "symbolic link")
def linked_folder(course, base, student):
    (course / "submitted" / student).mkdir(parents=True)
    target = course / "submitted" / "honest-perfect" / NAME
    (course / "submitted" / student / NAME).symlink_to(target)


@odd("ungradable", 0.0, "no ordinary file")
def pipe(course, base, student):
    hand_in(course, student, "")
    file_of(course, student).unlink()
    os.mkfifo(file_of(course, student))


@odd("ungradable", 0.0, "is no notebook: it breaks off before its end")
def broken_json(course, base, student):
    hand_in(course, student, base.solved().text()[:-200])


@odd("ungradable", 0.0, f"'{NAME}.ipynb' is no notebook: it is a PDF")
def a_pdf_under_its_name(course, base, student):
    hand_in(course, student, b"%PDF-1.7")


@odd(flag="timestamp.txt cannot be read")
def timestamp_of_rubbish(course, base, student):
    hand_in(course, student, base.solved().text())
    file_of(course, student).with_name("timestamp.txt").write_text("x" * 50)


@odd("graded")
def metadata_hundreds_deep(course, base, student):
    deep = '{"a":' * 500 + "1" + "}" * 500
    text = base.solved().text().replace('"metadata": {}', f'"metadata": {deep}', 1)
    hand_in(course, student, text)
