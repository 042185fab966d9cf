"""Odd notebooks: malformed ones, and honest ones with oddities, which get full marks."""

from nngrader.records.flag import FlagCode

from .kinds import Expected, Odd

ODD = {}


def odd(status="flagged", score=100.0, flag=None, kind="malforms"):
    """Return a decorator that adds an odd submission, named after its function, to ODD."""

    def add(f):
        ODD[f"{kind}-{f.__name__}".replace("_", "-")] = Odd(f, score, score, flag, status)
        return f

    return add


@odd("ungradable", 0.0, Expected(FlagCode.CELL_MISSING))
def deleted_solutions(base):
    return base.solved().delete("pairwise_distances", "softmax_cross_entropy", "hinge_loss")


@odd(flag=Expected(FlagCode.SEVERAL_CELLS, "hinge_loss", {"count": 3}), score=70.0)
def last_changed_one_counts(base):
    notebook = base.solved()
    source = "def hinge_loss(scores, targets):\n    return 0"
    wrong = dict(notebook["hinge_loss"], source=source)
    at = notebook.index("test_hinge_loss")
    notebook.cells[at:at] = [wrong, base.untouched()["hinge_loss"]]
    return notebook


@odd(flag=Expected(FlagCode.METADATA_LOST, "", {"by_name": 3}))
def metadata_stripped(base):
    notebook = base.solved()
    for c in notebook.cells:
        c["metadata"] = {}
    return notebook


@odd(flag=Expected(FlagCode.CELL_TYPE_CHANGED, "hinge_loss"))
def code_as_text(base):
    notebook = base.solved()
    notebook["hinge_loss"]["cell_type"] = "markdown"
    return notebook


@odd(score=0.0, flag=Expected(FlagCode.LOCKED_CELL_CHANGED, "test_hinge_loss"))
def edited_tests(base):
    notebook = base.untouched()
    for c in notebook.cells:
        mark = c["metadata"].get("nbgrader", {})
        if mark.get("grade"):
            c["source"] = f"{mark['points']}"
            mark["points"] = 1000
    return notebook


@odd("graded", 0.0)
def forged_points(base):
    notebook = base.untouched()
    for c in notebook.cells:
        if c["metadata"].get("nbgrader", {}).get("solution"):
            c["metadata"]["nbgrader"] |= {"grade": True, "points": 100, "locked": False}
    return notebook


@odd("graded", 100.0, Expected(FlagCode.UNUSUAL_IMPORT, data={"name": "scipy.special"}))
def forbidden_package_in_an_unused_function(base):
    return base.solved().add_cell("def compare():\n    import scipy.special")


@odd(score=70.0, flag=Expected(FlagCode.FORBIDDEN_NAME, data={"name": "scipy", "points": 30}))
def forbidden_package_in_one_function(base):
    notebook = base.solved()
    notebook["hinge_loss"]["source"] += "\n\n\ndef late():\n    import scipy.special"
    notebook["hinge_loss"]["source"] += "\n\n\nhinge_loss.late = late"
    return notebook


@odd(score=0.0, flag=Expected(FlagCode.LOCKED_CELL_CHANGED, "intro"))
def scripts_in_every_place(base):
    notebook, script = base.untouched(), "<script>alert('LEAK')</script>"
    notebook.add_cell(f"'{script}'").add_cell(script)["intro"]["source"] += script
    notebook.cells[-1]["cell_type"] = script
    notebook.rest["metadata"] = {"title": script, "widgets": {script: script}}
    return notebook


@odd("graded", kind="honest")
def saved_by_colab(base):
    notebook = base.solved()
    notebook.rest["metadata"] = {"colab": {"provenance": [], "toc_visible": True}}
    for n, c in enumerate(notebook.cells):
        c.pop("id", None)
        c["metadata"] |= {"id": f"Xy{n}", "outputId": "0-1", "cellView": "form"}
        c["metadata"] |= {"colab": {"base_uri": "https://localhost:8080/"}}
    return notebook


@odd("graded", kind="honest")
def cell_that_is_indented_as_a_whole(base):
    notebook = base.solved()
    for gid in ("pairwise_distances", "hinge_loss"):
        lines = notebook[gid]["source"].split("\n")
        notebook.write(gid, "\n".join("    " + line for line in lines))
    return notebook
