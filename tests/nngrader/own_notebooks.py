"""A course whose sources are notebooks that an instructor made for nbgrader."""

import json
import shutil

from nngrader.course.notebooks import from_text

from .sample_course import EXERCISES, run

PS = "ps1"


def marked(solution):
    """Return a solution between the marks that remove it from the release."""
    return f"### BEGIN SOLUTION\n{solution}\n### END SOLUTION"


def write_source(course, name, text):
    """Write a text as one of the instructor's notebooks."""
    folder = course / "source" / PS
    folder.mkdir(parents=True, exist_ok=True)
    (file := folder / f"{name}.txt").write_text(text)
    (folder / f"{name}.ipynb").write_text(json.dumps(from_text(file, [], {})))
    file.unlink()


def own_course(root, texts, settings=""):
    """Return a released course with a notebook for each text."""
    for name, text in texts.items():
        write_source(root, name, text)
    (root / "source" / PS / "nngrader.toml").write_text(settings)
    shutil.copy(EXERCISES / "nbgrader_config.py", root)
    assert run(root, "release", PS) == 0
    return root


def answered(course, cells):
    """Return the released notebooks by file name, with a student's cells."""
    results = {}
    for file in sorted((course / "release" / PS).glob("*.ipynb")):
        results[file.name] = json.loads(file.read_text())
        for cell in results[file.name]["cells"]:
            cell["source"] = cells.get(cell["id"], cell["source"])
    return results


def submit(course, student, notebooks):
    """Put notebooks into a student's folder; return the folder."""
    (place := course / "submitted" / student / PS).mkdir(parents=True)
    for file, notebook in notebooks.items():
        (place / file).write_text(json.dumps(notebook))
    return place
