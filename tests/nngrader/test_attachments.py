"""Images in solutions and mark schemes don't reach students, and a refusal says why."""

import base64
import io
import json
import shutil
import zipfile

import matplotlib.image
import numpy as np
import pytest
from nngrader.course import Course
from nngrader.release.attachments import drop_unused, removed_images
from nngrader.release.leaks import leaks

from .sample_course import EXERCISES, run

PS = "week1"
TASK = "Draw.\n\n=== BEGIN MARK SCHEME ===\n4 points: ![m](attachment:scheme.png)\n{end}"
WHY = "Why?\n\n### BEGIN SOLUTION\n![s](attachment:my%20sketch.png)\n### END SOLUTION"


def picture(seed):
    """Return a small image as base64."""
    file = io.BytesIO()
    pixels = np.random.default_rng(seed).integers(256, size=(9, 9, 3), dtype=np.uint8)
    matplotlib.image.imsave(file, pixels, format="png")
    return base64.b64encode(file.getvalue()).decode()


AXES, SKETCH, SCHEME = map(picture, range(3))


def cell(kind, source, name="", points=0, attachments=(), **roles):
    """Return a cell of an instructor's notebook."""
    about = {"grade_id": name, "schema_version": 3, "grade": False, "solution": False}
    about |= {"locked": False, "task": False} | roles | ({"points": points} if points else {})
    made = {
        "cell_type": kind,
        "source": source,
        "metadata": {"nbgrader": about} if name else {},
    }
    made |= {"id": name or "intro"} | (
        {"outputs": [], "execution_count": None} if kind == "code" else {}
    )
    images = {image: {"image/png": data} for image, data in dict(attachments).items()}
    return made | ({"attachments": images} if images else {})


def notebook(end=""):
    """Return a notebook with an image in the text, in a solution and in a mark scheme."""
    return {
        "cells": [
            cell("markdown", "![a](attachment:axes.png)", attachments={"axes.png": AXES}),
            cell(
                "code",
                "def f():\n    ### BEGIN SOLUTION\n    return 1\n    ### END SOLUTION",
                "f",
                solution=True,
            ),
            cell("code", "assert f() == 1", "test_f", 4, grade=True, locked=True),
            cell(
                "markdown", WHY, "why", 6, {"my sketch.png": SKETCH}, grade=True, solution=True
            ),
            cell(
                "markdown",
                TASK.format(end=end),
                "draw",
                4,
                {"scheme.png": SCHEME},
                task=True,
                locked=True,
            ),
        ],
        "metadata": {
            "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def course_of(folder, end):
    """Return a course whose assignment is one notebook, not released yet."""
    (folder / "source" / PS).mkdir(parents=True)
    shutil.copy(EXERCISES / "nbgrader_config.py", folder)
    (folder / "source" / PS / "vectors.ipynb").write_text(json.dumps(notebook(end)))
    return folder


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """Return the released course."""
    made = course_of(tmp_path_factory.mktemp("attachments"), "=== END MARK SCHEME ===")
    assert run(made, "release", PS) == 0
    return made


def test_only_the_images_that_students_see_are_in_the_zip(course):
    with zipfile.ZipFile(course / "release" / f"{PS}.zip") as z:
        released = json.loads(z.read(f"{PS}/vectors.ipynb"))
    images = {c["id"]: list(c["attachments"]) for c in released["cells"] if "attachments" in c}
    assert images == {"intro": ["axes.png"]}


def test_nbgraders_reason_is_passed_on_with_the_cell(tmp_path, capsys):
    assert run(course_of(tmp_path, ""), "release", PS) != 0
    printed = capsys.readouterr().err
    assert "cell draw: " in printed
    assert "mark scheme" in printed
    assert "traceback" not in printed


PLACES = {
    "an attachment of the same cell": lambda cells: cells[3].update(
        attachments={"x.png": {"image/png": SKETCH}}
    ),
    "an attachment of another cell": lambda cells: cells[1].update(
        attachments={"x.png": {"image/png": SKETCH}}
    ),
    "a data address in the text": lambda cells: cells[0].update(
        source=f"<img src='data:image/png;base64,{SKETCH}'>"
    ),
    "metadata": lambda cells: cells[0]["metadata"].update(tags=[SCHEME]),
}


@pytest.mark.parametrize("place", PLACES)
def test_the_gate_finds_an_image_of_a_solution_in_a_release(course, place, tmp_path):
    folder = shutil.copytree(course / "release" / PS, tmp_path / PS)
    file, instructor = folder / "vectors.ipynb", Course(course).instructor(PS)
    released = json.loads(file.read_text())
    assert leaks(folder, instructor, Course(course), PS) == []
    PLACES[place](released["cells"])
    file.write_text(json.dumps(released))
    (complaint, *_) = leaks(folder, instructor, Course(course), PS)
    assert complaint.startswith("vectors.ipynb")


def test_an_image_that_students_see_elsewhere_is_no_secret(tmp_path):
    shown = notebook()
    shown["cells"][3]["attachments"]["my sketch.png"] = {"image/png": AXES}
    (tmp_path / "vectors.ipynb").write_text(
        json.dumps({"cells": [*shown["cells"][:3], shown["cells"][3] | {"source": "Why?"}]})
    )
    drop_unused(tmp_path)
    assert removed_images({"cells": shown["cells"][:4]}, tmp_path) == {}
