"""Malformed notebooks: submissions whose cells are broken, renamed, doubled or missing."""

from nngrader.records.flag import FlagCode

from ..sample_course import hand_in
from .kinds import Expected, odd


@odd(score=60.0, flag=Expected(FlagCode.CELL_MISSING, "softmax_cross_entropy"))
def deleted_cell(course, base, student):
    hand_in(course, student, base.solved().delete("softmax_cross_entropy").text())


@odd("ungradable", 0.0, Expected(FlagCode.CELL_MISSING))
def deleted_solutions(course, base, student):
    ids = ("pairwise_distances", "softmax_cross_entropy", "hinge_loss")
    hand_in(course, student, base.solved().delete(*ids).text())


@odd(flag=Expected(FlagCode.SEVERAL_CELLS, "hinge_loss", {"count": 3}), score=70.0)
def last_changed_one_counts(course, base, student):
    notebook = base.solved()
    wrong = dict(
        notebook["hinge_loss"], source="def hinge_loss(scores, targets):\n    return 0"
    )
    stub = base.untouched()["hinge_loss"]
    at = notebook.index("test_hinge_loss")
    notebook.cells[at:at] = [wrong, stub]
    hand_in(course, student, notebook.text())


@odd(flag=Expected(FlagCode.SEVERAL_CELLS, "hinge_loss", {"count": 2}))
def split_cell(course, base, student):
    notebook = base.solved()
    at, cell = notebook.index("hinge_loss"), notebook["hinge_loss"]
    calls = "def hinge_loss(*args, **kwargs):\n    return hinge(*args, **kwargs)"
    helper = dict(cell, source=cell["source"].replace("def hinge_loss(", "def hinge("))
    notebook.cells[at : at + 1] = [helper, dict(cell, source=calls)]
    hand_in(course, student, notebook.text())


@odd(flag=Expected(FlagCode.METADATA_LOST, "", {"by_name": 3}))
def metadata_stripped(course, base, student):
    notebook = base.solved()
    for c in notebook.cells:
        c["metadata"] = {}
    hand_in(course, student, notebook.text())


@odd(flag=Expected(FlagCode.CELL_TYPE_CHANGED, "hinge_loss"))
def code_as_text(course, base, student):
    notebook = base.solved()
    notebook["hinge_loss"]["cell_type"] = "markdown"
    hand_in(course, student, notebook.text())


@odd(score=0.0, flag=Expected(FlagCode.LOCKED_CELL_CHANGED, "test_hinge_loss"))
def edited_tests(course, base, student):
    notebook = base.untouched()
    for c in notebook.cells:
        mark = c["metadata"].get("nbgrader", {})
        if mark.get("grade"):
            c["source"] = f"{mark['points']}"
            mark["points"] = 1000
    hand_in(course, student, notebook.text())


@odd("graded", 0.0)
def forged_points(course, base, student):
    notebook = base.untouched()
    for c in notebook.cells:
        if c["metadata"].get("nbgrader", {}).get("solution"):
            c["metadata"]["nbgrader"] |= {"grade": True, "points": 100, "locked": False}
    hand_in(course, student, notebook.text())


@odd("graded", 100.0, Expected(FlagCode.UNUSUAL_IMPORT, data={"name": "scipy.special"}))
def forbidden_package_in_an_unused_function(course, base, student):
    own = "def compare():\n    import scipy.special"
    hand_in(course, student, base.solved().add_cell(own).text())


@odd(score=70.0, flag=Expected(FlagCode.FORBIDDEN_NAME, data={"name": "scipy", "points": 30}))
def forbidden_package_in_one_function(course, base, student):
    notebook = base.solved()
    notebook["hinge_loss"]["source"] += "\n\n\ndef late():\n    import scipy.special"
    notebook["hinge_loss"]["source"] += "\n\n\nhinge_loss.late = late"
    hand_in(course, student, notebook.text())


@odd(score=70.0, flag=Expected(FlagCode.FUNCTION_MISSING, "hinge_loss"))
def function_of_another_name(course, base, student):
    notebook = base.solved().write("hinge_loss", "def hinge(scores, targets):\n    return 0")
    hand_in(course, student, notebook.text())


@odd(score=0.0, flag=Expected(FlagCode.LOCKED_CELL_CHANGED, "intro"))
def scripts_in_every_place(course, base, student):
    notebook, script = base.untouched(), "<script>alert('LEAK')</script>"
    notebook.add_cell(f"'{script}'").add_cell(script)["intro"]["source"] += script
    notebook.cells[-1]["cell_type"] = script
    notebook.rest["metadata"] = {"title": script, "widgets": {script: script}}
    hand_in(course, student, notebook.text())


@odd("graded", 0.0)
def untouched(course, base, student):
    hand_in(course, student, base.untouched().text())


@odd("ungradable", 0.0, Expected(FlagCode.CUT_OFF))
def broken_json(course, base, student):
    hand_in(course, student, base.solved().text()[:-200])


@odd("ungradable", 0.0, Expected(FlagCode.NO_NOTEBOOK))
def nothing_in_the_folder(course, base, student):
    hand_in(course, student, "").joinpath("ps2_classifiers.ipynb").unlink()


@odd(flag=Expected(FlagCode.UNREADABLE_TIME))
def timestamp_of_rubbish(course, base, student):
    folder = hand_in(course, student, base.solved().text())
    folder.joinpath("timestamp.txt").write_text("9" * 30 + "m11m11")
