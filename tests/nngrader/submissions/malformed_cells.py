"""Malformed notebooks: submissions whose cells are broken, renamed, doubled or missing."""

from ..sample_course import hand_in
from .kinds import odd


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


@odd(flag="cells have lost their metadata; 3 found by name")
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


@odd(flag="oversized")
def cell_without_end(course, base, student):
    hand_in(course, student, base.solved().add_cell("#" * 300_000).text())


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
        notebook.add_cell("import os\nos._exit(0)")
    hand_in(course, student, notebook.text())


@odd(flag="malformed")
def half_characters(course, base, student):
    hand_in(course, student, base.solved().add_cell("x = '\ud800'").text())


@odd(score=60.0, flag="uses scores.__class__")
def unusual_calls(course, base, student):
    source = """def softmax_cross_entropy(scores, targets):
    return open("/etc/passwd"), eval("1"), scores.__class__.__mro__"""
    hand_in(course, student, base.solved().write("softmax_cross_entropy", source).text())


@odd(score=100.0, flag="imports scipy")
def forbidden_package_in_a_scratch_cell(course, base, student):
    hand_in(course, student, base.solved().add_cell("import scipy.special").text())


@odd(score=0.0, flag="imports scipy")
def forbidden_package(course, base, student):
    own = "def helper():\n    import scipy.special"
    hand_in(course, student, base.solved().add_cell(own).text())


@odd(score=70.0, flag="hinge_loss: is not defined after the cells have run")
def function_of_another_name(course, base, student):
    notebook = base.solved().write("hinge_loss", "def hinge(scores, targets):\n    return 0")
    hand_in(course, student, notebook.text())


@odd(score=99.0, flag="uses more than 4,000 names")
def flood_of_names(course, base, student):
    noise = "\n".join(f"    np.a{k:05}" for k in range(4200))
    own = f"def noise():\n{noise}\n    np.vectorize(abs)"
    hand_in(course, student, base.solved().add_cell(own).text())


@odd(score=0.0, flag="uses more than 4,000 names")
def flood_before_a_forbidden_package(course, base, student):
    noise = "\n".join(f"    np.a{k:05}" for k in range(4200))
    notebook = base.solved().add_cell(f"def noise():\n{noise}\n    import scipy.special")
    hand_in(course, student, notebook.text())


@odd(flag="setup: a cell that is not to be changed")
def own_cell_with_an_id_of_ours(course, base, student):
    notebook = base.solved().add_cell("np = None")
    notebook[None]["metadata"] = {"nbgrader": {"grade_id": "setup", "solution": True}}
    hand_in(course, student, notebook.text())


@odd("graded")
def ids_that_are_paths(course, base, student):
    notebook = base.solved().add_cell("x = 1").add_cell("y = 2")
    for gid in ("../../../etc/passwd", "a\0b\n<script>"):
        notebook[None]["metadata"] = {"nbgrader": {"grade_id": gid, "solution": True}}
    hand_in(course, student, notebook.text())


@odd("graded", 0.0)
def tests_of_its_own(course, base, student):
    notebook = base.untouched().add_cell("40.0")
    mark = {"grade_id": "test_more", "grade": True, "points": 40, "locked": True}
    notebook[None]["metadata"] = {"nbgrader": mark}
    hand_in(course, student, notebook.text())


@odd(flag="malformed")
def source_that_is_no_text(course, base, student):
    notebook = base.solved()
    for source in (None, {"a": 1}, [["x = 1"]], True):
        notebook.add_cell(source)
    hand_in(course, student, notebook.text())


@odd("graded")
def separators_that_end_no_line(course, base, student):
    source = "text = 'a\u2028b\u2029c\x0cd\x1ce'\nassert len(text) == 9"
    hand_in(course, student, base.solved().add_cell(source).text())


@odd(score=0.0, flag="intro: a cell that is not to be changed")
def scripts_in_every_place(course, base, student):
    notebook, script = base.untouched(), "<script>alert('LEAK')</script>"
    notebook.add_cell(f"'{script}'").add_cell(script)["intro"]["source"] += script
    notebook.cells[-1]["cell_type"] = script
    notebook.rest["metadata"] = {"title": script, "widgets": {script: script}}
    hand_in(course, student, notebook.text())
