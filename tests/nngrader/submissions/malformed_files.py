"""Malformed files and folders; each function writes one submission."""

import gzip
import json
import os
import shutil

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


@odd("ungradable", 0.0, "is no folder")
def file_in_place_of_the_folder(course, base, student):
    (course / "submitted" / student).mkdir(parents=True)
    (course / "submitted" / student / NAME).write_text(base.solved().text())


@odd(flag="is missing; 'Lösung (1).ipynb' is used")
def renamed_file(course, base, student):
    hand_in(course, student, base.solved().text())
    file = file_of(course, student)
    file.rename(file.with_name("Lösung (1).ipynb"))
    file.with_name("another.ipynb").write_text('{"cells": []}')


@odd(flag="is missing; 'PS2_CLASSIFIERS.IPYNB' is used")
def name_in_capitals(course, base, student):
    hand_in(course, student, base.solved().text())
    file_of(course, student).rename(file_of(course, student).with_name("PS2_CLASSIFIERS.IPYNB"))


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


@odd("ungradable", 0.0, "symbolic link")
def linked_to_nowhere(course, base, student):
    (course / "submitted" / student).mkdir(parents=True)
    (course / "submitted" / student / NAME).symlink_to("/nowhere/at/all")


@odd("ungradable", 0.0, "symbolic link")
def linked_student(course, base, student):
    (course / "submitted" / student).symlink_to(course / "submitted" / "honest-perfect")


@odd("ungradable", 0.0, "symbolic link")
def link_to_the_instructor(course, base, student):
    hand_in(course, student, "")
    file_of(course, student).unlink()
    file_of(course, student).symlink_to(course / "source" / NAME / f"{NAME}.ipynb")


@odd("ungradable", 0.0, "no ordinary file")
def pipe(course, base, student):
    hand_in(course, student, "")
    file_of(course, student).unlink()
    os.mkfifo(file_of(course, student))


@odd("ungradable", 0.0)
def folder_in_place_of_the_notebook(course, base, student):
    file_of(course, student).mkdir(parents=True)


@odd(flag="hard link")
def hard_link(course, base, student):
    hand_in(course, student, base.solved().text())
    os.link(file_of(course, student), file_of(course, student).with_name("second"))


@odd("ungradable", 0.0, "is no notebook: it breaks off before its end")
def broken_json(course, base, student):
    hand_in(course, student, base.solved().text()[:-200])


@odd("ungradable", 0.0, f"'{NAME}.ipynb' is an empty file (0 bytes)")
def empty_file(course, base, student):
    hand_in(course, student, "")


@odd("ungradable", 0.0, "it is nested too deeply")
def deeply_nested(course, base, student):
    hand_in(course, student, "[" * 2_000_000)


@odd("ungradable", 0.0, "is no notebook: it cannot be read")
def number_without_end(course, base, student):
    hand_in(course, student, '{"cells": [], "nbformat": ' + "9" * 5_000_000 + "}")


@odd("ungradable", 0.0, "larger than")
def huge(course, base, student):
    hand_in(course, student, base.solved().text() + " " * (9 << 20))


@odd("ungradable", 0.0, f"'{NAME}.ipynb' is no notebook: it is a PDF")
def a_pdf_under_its_name(course, base, student):
    hand_in(course, student, b"%PDF-1.7")


@odd("ungradable", 0.0, "it is text that is no JSON from line 2 on")
def text_under_its_name(course, base, student):
    hand_in(course, student, "{\nI have no notebook, only words.\n")


@odd("ungradable", 0.0, "no list of cells")
def list_in_place_of_a_notebook(course, base, student):
    hand_in(course, student, "[]")


@odd("ungradable", 0.0, "no list of cells")
def cells_are_a_number(course, base, student):
    hand_in(course, student, '{"cells": 3, "worksheets": {"cells": []}}')


@odd("ungradable", 0.0, "malformed")
def cells_are_rubbish(course, base, student):
    rubbish = [None, 3, "cell", [], {}, {"source": 3}, {"source": ["a", 3]}, {"metadata": []}]
    hand_in(course, student, json.dumps({"cells": rubbish * 300}))


@odd("ungradable", 0.0, "it is no text in UTF-8")
def in_latin_1(course, base, student):
    text = json.dumps({"cells": [{"source": "# é"}]}, ensure_ascii=False)
    hand_in(course, student, text.encode("latin-1"))


@odd(flag="format 3")
def of_format_3(course, base, student):
    cells = [dict(c, input=c["source"]) for c in base.solved().cells]
    for c in cells:
        del c["source"]
    notebook = {"nbformat": 3, "metadata": {}, "worksheets": [{"cells": cells}, 3]}
    hand_in(course, student, json.dumps(notebook))


@odd(flag="timestamp.txt cannot be read")
def timestamp_of_rubbish(course, base, student):
    hand_in(course, student, base.solved().text())
    file_of(course, student).with_name("timestamp.txt").write_text("x" * 50)


@odd(flag="timestamp.txt cannot be read")
def timestamp_without_measure(course, base, student):
    hand_in(course, student, base.solved().text())
    stamp = "9" * 30 + "m11m11"
    file_of(course, student).with_name("timestamp.txt").write_text(stamp)


@odd(flag="timestamp.txt tells a time that has not come yet")
def timestamp_of_a_time_to_come(course, base, student):
    hand_in(course, student, base.solved().text())
    file_of(course, student).with_name("timestamp.txt").write_text("2999-01-01 00:00:00 UTC")


@odd(flag="timestamp.txt cannot be read")
def timestamp_that_is_a_link(course, base, student):
    hand_in(course, student, base.solved().text())
    file_of(course, student).with_name("timestamp.txt").symlink_to("/etc/shadow")


@odd("graded")
def other_files_beside(course, base, student):
    folder = hand_in(course, student, base.solved().text())
    (folder / "numpy.py").write_text("raise SystemExit")
    (folder / "nngrader").mkdir()
    (folder / "nngrader" / "__init__.py").write_text("points = lambda *a: 40")
    shutil.copy(course / "nbgrader_config.py", folder)


@odd("ungradable", 0.0, "it is no text")
def in_utf_32(course, base, student):
    hand_in(course, student, base.solved().text().encode("utf-32"))


@odd("ungradable", 0.0, "it is a packed file (gzip)")
def packed(course, base, student):
    hand_in(course, student, gzip.compress(base.solved().text().encode()))


@odd("ungradable", 0.0, "no notebook in the folder")
def saved_as_a_script(course, base, student):
    folder = hand_in(course, student, "")
    file_of(course, student).unlink()
    (folder / f"{NAME}.py").write_text(base.solved()["hinge_loss"]["source"])


@odd("graded")
def keys_that_come_twice(course, base, student):
    hand_in(course, student, '{"cells": [{"source": 1}],' + base.solved().text()[1:])


@odd("graded")
def metadata_hundreds_deep(course, base, student):
    deep = '{"a":' * 500 + "1" + "}" * 500
    text = base.solved().text().replace('"metadata": {}', f'"metadata": {deep}', 1)
    hand_in(course, student, text)


@odd("graded")
def of_a_format_to_come(course, base, student):
    notebook = base.solved()
    notebook.rest = {"metadata": [], "nbformat": "99", "orig_nbformat": None}
    hand_in(course, student, notebook.text())


@odd(flag="characters that cannot be seen")
def name_that_runs_backwards(course, base, student):
    hand_in(course, student, base.solved().text())
    (course / "submitted" / student).rename(course / "submitted" / "a\u202egnp\u200bda")


@odd("ungradable", 0.0, "no notebook in the folder")
def hundreds_of_folders(course, base, student):
    folder = hand_in(course, student, "")
    file_of(course, student).unlink()
    for n in range(300):
        (folder / f"{n:03}").mkdir()
    (folder / "299" / "deeper").mkdir()
    (folder / "299" / "deeper" / f"{NAME}.ipynb").write_text(base.solved().text())


@odd(flag="is missing; 'copy.ipynb' is used")
def broken_link_and_a_copy(course, base, student):
    folder = hand_in(course, student, base.solved().text())
    file_of(course, student).rename(folder / "copy.ipynb")
    (folder / "other.ipynb").symlink_to("/nowhere")
    os.mkfifo(folder / "pipe.ipynb")
