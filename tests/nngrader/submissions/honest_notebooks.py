"""Submissions with honest oddities in files and cells, which get full marks."""

import functools

from ..sample_course import hand_in
from .kinds import odd

honest = functools.partial(odd, "graded", kind="honest")


@honest()
def perfect(course, base, student):
    hand_in(course, student, base.solved().text())


@honest()
def name_with_spaces_and_quotes(course, base, student):
    hand_in(course, student, base.solved().text())
    (course / "submitted" / student).rename(course / "submitted" / "O'Brien, Zoë [x] <b>")


@honest()
def cells_moved_about(course, base, student):
    notebook = base.solved()
    notebook.cells.reverse()
    hand_in(course, student, notebook.text())


@honest()
def saved_by_colab(course, base, student):
    notebook = base.solved()
    notebook.rest["metadata"] = {"colab": {"provenance": [], "toc_visible": True}}
    for n, c in enumerate(notebook.cells):
        c.pop("id", None)
        c["metadata"] |= {"id": f"Xy{n}", "outputId": "0-1", "cellView": "form"}
        c["metadata"] |= {"colab": {"base_uri": "https://localhost:8080/"}}
    hand_in(course, student, notebook.text())


@honest()
def cell_that_is_indented_as_a_whole(course, base, student):
    notebook = base.solved()
    for gid in ("pairwise_distances", "hinge_loss"):
        lines = notebook[gid]["source"].split("\n")
        notebook.write(gid, "\n".join("    " + line for line in lines))
    hand_in(course, student, notebook.text())
