"""Submissions with honest oddities in files and cells, which get full marks."""

import functools
import json

from ..sample_course import hand_in
from .kinds import odd

honest = functools.partial(odd, "graded", kind="honest")
noticed = functools.partial(odd, "flagged", kind="honest")
HELPER = "def my_hinge_loss("


@honest()
def perfect(course, base, student):
    hand_in(course, student, base.solved().text())


@honest()
def with_pictures_of_many_megabytes(course, base, student):
    notebook = base.solved()
    for c in notebook.cells:
        if c["cell_type"] == "code":
            c["outputs"] = [{"data": {"image/png": "iVBO\n" * 400_000, "text/plain": ['"[']}}]
    text = notebook.text()
    assert len(text) > 9 << 20
    hand_in(course, student, text)


@honest()
def in_utf_16(course, base, student):
    hand_in(course, student, base.solved().text().encode("utf-16"))


@honest()
def with_a_byte_order_mark(course, base, student):
    hand_in(course, student, base.solved().text().encode("utf-8-sig"))


@honest()
def sources_as_lines(course, base, student):
    notebook = base.solved()
    for c in notebook.cells:
        c["source"] = c["source"].splitlines(keepends=True)
    hand_in(course, student, notebook.text())


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
def helpers_in_cells_of_their_own(course, base, student):
    notebook = base.solved()
    for gid in ("pairwise_distances", "softmax_cross_entropy"):
        source = notebook[gid]["source"].replace(f"def {gid}(", f"def my_{gid}(")
        notebook.add_cell(source, before=gid)
        first, second = notebook[gid]["source"].partition("(")[2].partition(")")[0].split(", ")
        notebook.write(
            gid, f"def {gid}({first}, {second}):\n    return my_{gid}({first}, {second})"
        )
    hand_in(course, student, notebook.text())


@honest()
def helper_below_its_use(course, base, student):
    notebook = base.solved()
    notebook.write("hinge_loss", "def hinge_loss(*a, **k):\n    return below(*a, **k)")
    source = base.solved()["hinge_loss"]["source"].replace("hinge_loss", "below")
    notebook.add_cell(source, before="text_outcome")
    hand_in(course, student, notebook.text())


@honest()
def cells_tried_and_printed(course, base, student):
    notebook = base.solved()
    notebook.add_cell("print(pairwise_distances(np.eye(2), np.eye(2)))", before="text_outcome")
    notebook.add_cell("check(hinge_loss)\nnp.ones(3)", before="text_outcome")
    hand_in(course, student, notebook.text())


def with_helper(base, before, after=""):
    """Return a solved notebook whose hinge_loss calls a helper of another cell."""
    notebook = base.solved()
    helper = notebook["hinge_loss"]["source"].replace("def hinge_loss(", HELPER)
    notebook.write(
        "hinge_loss", f"{after}def hinge_loss(*a, **k):\n    return my_hinge_loss(*a, **k)"
    )
    return notebook.add_cell(f"{before}\n{helper}", before="hinge_loss")


@honest()
def picture_and_helper_in_one_cell(course, base, student):
    hand_in(course, student, with_helper(base, "import matplotlib.pyplot as plt").text())


@noticed(flag="imports IPython")
def display_and_helper_in_one_cell(course, base, student):
    own = "from IPython.display import display\ndisplay(3)"
    hand_in(course, student, with_helper(base, own).text())


@honest()
def display_without_import(course, base, student):
    hand_in(course, student, with_helper(base, "display(np.ones(3))").text())


@honest()
def picture_on_the_first_line_of_a_solution(course, base, student):
    first = "import matplotlib.pyplot as plt\n"
    hand_in(course, student, with_helper(base, "", first).text())


@honest()
def annotations_of_the_future(course, base, student):
    own = "from __future__ import annotations\ndef f(x: Unknown) -> Unknown: ..."
    hand_in(course, student, with_helper(base, own).text())


@honest()
def windows_line_ends(course, base, student):
    notebook = base.solved()
    for c in notebook.cells:
        c["source"] = c["source"].replace("\n", "\r\n")
    hand_in(course, student, notebook.text())


@honest()
def one_line_for_each_letter(course, base, student):
    notebook = base.solved()
    for c in notebook.cells:
        c["source"] = list(c["source"])
    hand_in(course, student, notebook.text())


@honest()
def saved_with_nan_in_the_metadata(course, base, student):
    notebook = base.solved()
    notebook.rest["metadata"] = {"loss": float("nan"), "best": float("inf")}
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
def saved_by_vs_code(course, base, student):
    notebook = base.solved()
    notebook.rest["metadata"] = {"language_info": {"name": "python"}, "vscode": {"hash": "a"}}
    for c in notebook.cells:
        c["metadata"] |= {"vscode": {"languageId": "python"}, "tags": [], "slideshow": {}}
    text = notebook.text().replace('"nbformat_minor": 5', '"nbformat_minor": 2')
    hand_in(course, student, text)


@honest()
def saved_by_jupyterlite(course, base, student):
    notebook = base.solved()
    kernel = {"name": "python", "display_name": "Python (Pyodide)", "language": "python"}
    notebook.rest["metadata"] = {"kernelspec": kernel, "language_info": {"version": "3.13"}}
    for c in notebook.cells:
        c["metadata"] |= {"trusted": True, "scrolled": True}
    hand_in(course, student, json.dumps(json.loads(notebook.text()), indent=4))


@honest()
def saved_with_errors_and_out_of_order(course, base, student):
    notebook = base.solved()
    error = {
        "output_type": "error",
        "ename": "NameError",
        "evalue": "x",
        "traceback": ["\x1b["],
    }
    for n, c in enumerate(notebook.cells):
        if c["cell_type"] == "code":
            c["outputs"], c["execution_count"] = [error], 99 - 7 * n
    hand_in(course, student, notebook.text())


@honest()
def saved_with_megabytes_of_pictures(course, base, student):
    notebook = base.solved()
    picture = {"image/png": "iVBORw0KGgo" * 400_000}
    shown = {"output_type": "display_data", "metadata": {}, "data": picture}
    notebook["test_hinge_loss"]["outputs"] = [shown]
    hand_in(course, student, notebook.text())


@honest()
def cell_that_is_indented_as_a_whole(course, base, student):
    notebook = base.solved()
    for gid in ("pairwise_distances", "hinge_loss"):
        lines = notebook[gid]["source"].split("\n")
        notebook.write(gid, "\n".join("    " + line for line in lines))
    hand_in(course, student, notebook.text())


@honest()
def each_solution_in_the_cell_of_another(course, base, student):
    notebook = base.solved()
    first, second = notebook["softmax_cross_entropy"], notebook["hinge_loss"]
    first["source"], second["source"] = second["source"], first["source"]
    hand_in(course, student, notebook.text())


@honest()
def all_solutions_in_the_first_cell(course, base, student):
    notebook, ids = base.solved(), ("pairwise_distances", "softmax_cross_entropy", "hinge_loss")
    notebook.write(ids[0], "\n".join(notebook[gid]["source"] for gid in ids))
    for gid in ids[1:]:
        notebook.write(gid, "# see above")
    hand_in(course, student, notebook.text())


@honest()
def checkpoints_beside(course, base, student):
    folder = hand_in(course, student, base.solved().text())
    (folder / ".ipynb_checkpoints").mkdir()
    (folder / ".ipynb_checkpoints" / "ps2_classifiers-checkpoint.ipynb").write_text("{}")
    (folder / ".DS_Store").write_bytes(b"\0\0\0\1Bud1")
    (folder / "._ps2_classifiers.ipynb").write_bytes(b"\0\5\x16\7")


@honest()
def names_taken_by_later_cells(course, base, student):
    notebook = base.solved()
    taken = "sum = 0\nlen = max = 3\nnp = None\nloss, gradient = 1, 2\ndel check"
    notebook.add_cell(taken, before="text_outcome")
    hand_in(course, student, notebook.text())


@honest()
def helpers_of_one_name_in_two_solutions(course, base, student):
    notebook = base.solved()
    for gid in ("pairwise_distances", "hinge_loss"):
        helper = notebook[gid]["source"].replace(f"def {gid}(", "def helper(")
        notebook.write(gid, f"{helper}\ndef {gid}(*a, **k):\n    return helper(*a, **k)")
    hand_in(course, student, notebook.text())


@honest()
def function_mended_in_a_later_cell(course, base, student):
    notebook = base.solved()
    right = notebook["hinge_loss"]["source"]
    notebook.write("hinge_loss", "def hinge_loss(*a, **k):\n    return 1 / 0")
    notebook.add_cell(right, before="text_outcome")
    hand_in(course, student, notebook.text())
