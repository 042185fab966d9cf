"""Notebooks whose cells are not as they should be."""

from .making import hand_in
from .odd_files import ODD, odd

__all__ = ["ODD"]


@odd(score=60.0, flag="softmax_cross_entropy: the cell is missing")
def deleted_cell(course, base, student):
    hand_in(course, student, base.solved().delete("softmax_cross_entropy").text())


@odd("ungradable", 0.0, "the cell is missing")
def deleted_solutions(course, base, student):
    ids = ("pairwise_distances", "softmax_cross_entropy", "hinge_loss")
    hand_in(course, student, base.solved().delete(*ids).text())


@odd(flag="test_hinge_loss: a cell that is not to be changed")
def deleted_tests(course, base, student):
    hand_in(course, student, base.solved().delete("test_hinge_loss", "setup").text())


@odd(flag="hinge_loss: 2 cells with this id")
def doubled_cell(course, base, student):
    notebook = base.solved()
    stub = base.untouched()["hinge_loss"]
    notebook.cells.insert(notebook.index("test_hinge_loss"), stub)
    hand_in(course, student, notebook.text())


@odd(flag="hinge_loss: 3 cells with this id", score=70.0)
def last_changed_one_counts(course, base, student):
    notebook = base.solved()
    wrong = dict(
        notebook["hinge_loss"], source="def hinge_loss(scores, targets):\n    return 0"
    )
    stub = base.untouched()["hinge_loss"]
    at = notebook.index("test_hinge_loss")
    notebook.cells[at:at] = [wrong, stub]
    hand_in(course, student, notebook.text())


@odd(flag="another cell defines the same name")
def renamed_cell(course, base, student):
    notebook = base.solved()
    notebook["hinge_loss"]["metadata"]["nbgrader"]["grade_id"] = "hinge-loss-2"
    hand_in(course, student, notebook.text())


@odd(flag="another cell defines the same name")
def metadata_stripped(course, base, student):
    notebook = base.solved()
    for c in notebook.cells:
        c["metadata"] = {}
    hand_in(course, student, notebook.text())


@odd(flag="another cell defines the same name")
def metadata_of_wrong_types(course, base, student):
    notebook = base.solved()
    notebook["hinge_loss"]["metadata"]["nbgrader"] = ["hinge_loss"]
    notebook["pairwise_distances"]["metadata"]["nbgrader"]["grade_id"] = {"a": 1}
    hand_in(course, student, notebook.text())


@odd(flag="type of the cell was changed")
def code_as_text(course, base, student):
    notebook = base.solved()
    notebook["hinge_loss"]["cell_type"] = "markdown"
    hand_in(course, student, notebook.text())


@odd("graded")
def cells_moved_about(course, base, student):
    notebook = base.solved()
    notebook.cells.reverse()
    hand_in(course, student, notebook.text())


@odd(score=0.0, flag="test_hinge_loss: a cell that is not to be changed")
def edited_tests(course, base, student):
    notebook = base.untouched()
    for c in notebook.cells:
        mark = c["metadata"].get("nbgrader", {})
        if mark.get("grade"):
            c["source"] = f"{mark['points']}"
            mark["points"] = 1000
    hand_in(course, student, notebook.text())


@odd("graded", 0.0)
def forged_outputs(course, base, student):
    notebook = base.untouched()
    for c in notebook.cells:
        if c["cell_type"] == "code":
            data = {"text/plain": "40.0"}
            about = {"output_type": "execute_result", "metadata": {}, "execution_count": 1}
            c["outputs"] = [about | {"data": data}]
    hand_in(course, student, notebook.text())


@odd("graded", 0.0)
def forged_points(course, base, student):
    notebook = base.untouched()
    for c in notebook.cells:
        if c["metadata"].get("nbgrader", {}).get("solution"):
            c["metadata"]["nbgrader"] |= {"grade": True, "points": 100, "locked": False}
    hand_in(course, student, notebook.text())


@odd("graded")
def helpers_in_cells_of_their_own(course, base, student):
    notebook = base.solved()
    for gid in ("pairwise_distances", "softmax_cross_entropy"):
        source = notebook[gid]["source"].replace(f"def {gid}(", f"def my_{gid}(")
        notebook.own(source, before=gid)
        first, second = notebook[gid]["source"].partition("(")[2].partition(")")[0].split(", ")
        notebook.write(
            gid, f"def {gid}({first}, {second}):\n    return my_{gid}({first}, {second})"
        )
    hand_in(course, student, notebook.text())


@odd("graded")
def helper_below_its_use(course, base, student):
    notebook = base.solved()
    notebook.write("hinge_loss", "def hinge_loss(*a, **k):\n    return below(*a, **k)")
    source = base.solved()["hinge_loss"]["source"].replace("hinge_loss", "below")
    notebook.own(source, before="text_outcome")
    hand_in(course, student, notebook.text())


@odd("graded")
def cells_tried_and_printed(course, base, student):
    notebook = base.solved()
    notebook.own("print(pairwise_distances(np.eye(2), np.eye(2)))", before="text_outcome")
    notebook.own("check(hinge_loss)\nnp.ones(3)", before="text_outcome")
    hand_in(course, student, notebook.text())


@odd(flag="oversized")
def cell_without_end(course, base, student):
    hand_in(course, student, base.solved().own("#" * 300_000).text())


@odd(flag="2514 cells")
def thousands_of_cells(course, base, student):
    notebook = base.solved()
    filling = {"cell_type": "code", "metadata": {}, "source": "", "outputs": []}
    notebook.cells += [filling] * (2514 - len(notebook.cells))
    hand_in(course, student, notebook.text())


@odd(flag="left out, since several of them ended the process")
def many_cells_that_end_the_process(course, base, student):
    notebook = base.solved()
    for _ in range(30):
        notebook.own("import os\nos._exit(0)")
    hand_in(course, student, notebook.text())


@odd(flag="malformed")
def half_characters(course, base, student):
    hand_in(course, student, base.solved().own("x = '\ud800'").text())


@odd(score=60.0, flag="uses scores.__class__")
def unusual_calls(course, base, student):
    source = """def softmax_cross_entropy(scores, targets):
    return open("/etc/passwd"), eval("1"), scores.__class__.__mro__"""
    hand_in(course, student, base.solved().write("softmax_cross_entropy", source).text())


@odd(score=0.0, flag="imports scipy")
def forbidden_package(course, base, student):
    hand_in(course, student, base.solved().own("import scipy.special").text())


HELPER = "def my_hinge_loss("


def with_helper(base, before, after=""):
    """Solved, but hinge_loss uses a helper from a cell of the student's own."""
    notebook = base.solved()
    helper = notebook["hinge_loss"]["source"].replace("def hinge_loss(", HELPER)
    notebook.write(
        "hinge_loss", f"{after}def hinge_loss(*a, **k):\n    return my_hinge_loss(*a, **k)"
    )
    return notebook.own(f"{before}\n{helper}", before="hinge_loss")


@odd(flag="imports matplotlib")
def picture_and_helper_in_one_cell(course, base, student):
    hand_in(course, student, with_helper(base, "import matplotlib.pyplot as plt").text())


@odd(flag="imports IPython")
def display_and_helper_in_one_cell(course, base, student):
    own = "from IPython.display import display\ndisplay(3)"
    hand_in(course, student, with_helper(base, own).text())


@odd("graded")
def display_without_import(course, base, student):
    hand_in(course, student, with_helper(base, "display(np.ones(3))").text())


@odd(flag="hinge_loss: raised ModuleNotFoundError when it was loaded")
def picture_on_the_first_line_of_a_solution(course, base, student):
    first = "import matplotlib.pyplot as plt\n"
    hand_in(course, student, with_helper(base, "", first).text())


@odd("graded")
def annotations_of_the_future(course, base, student):
    own = "from __future__ import annotations\ndef f(x: Unknown) -> Unknown: ..."
    hand_in(course, student, with_helper(base, own).text())


@odd(score=70.0, flag="hinge_loss: is not defined after the cells have run")
def function_of_another_name(course, base, student):
    notebook = base.solved().write("hinge_loss", "def hinge(scores, targets):\n    return 0")
    hand_in(course, student, notebook.text())


@odd(score=98.0, flag="uses more than 4,000 names")
def flood_of_names(course, base, student):
    noise = "\n".join(f"    np.a{k:05}" for k in range(4200))
    own = f"def noise():\n{noise}\n    np.vectorize(abs)"
    hand_in(course, student, base.solved().own(own).text())


@odd(score=0.0, flag="uses more than 4,000 names")
def flood_before_a_forbidden_package(course, base, student):
    noise = "\n".join(f"    np.a{k:05}" for k in range(4200))
    notebook = base.solved().own(f"def noise():\n{noise}\n    import scipy.special")
    hand_in(course, student, notebook.text())
