"""Submissions are read as far as possible, and what is unusual about them is reported."""

import base64
import gzip
import json
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nngrader.intake import outputs
from nngrader.intake.outputs import without_outputs
from nngrader.intake.rebuild import rebuild, written
from nngrader.intake.submission import Cell, cells_of, read_submission
from nngrader.records.flag import Flag, FlagCode
from nngrader.storage.results import digest

NAME = "ps"
PICTURE = {"output_type": "display_data", "data": {"image/png": "iVBORw0KGgo" * 900_000}}
CELL = {"cell_type": "code", "source": "def f(x):\n    return 'é'", "outputs": [PICTURE]}
CELL["metadata"] = {"nbgrader": {"grade_id": "f", "solution": True}}
LARGE = json.dumps({"cells": [CELL], "metadata": {}, "nbformat": 4})
SMALL = json.dumps({"cells": [CELL | {"outputs": []}], "metadata": {}, "nbformat": 4})
PLAIN = SMALL.replace("\\u00e9", "é")
DEEP = '{"a":' * 500 + "1" + "}" * 500
FORMAT_3 = {"nbformat": 3, "worksheets": [{"cells": [CELL | {"input": CELL["source"]}]}, 3]}
del FORMAT_3["worksheets"][0]["cells"][0]["source"]
READ = {  # bytes that are a notebook
    "plain": PLAIN.encode(),
    "utf-16": PLAIN.encode("utf-16"),
    "byte order mark": PLAIN.encode("utf-8-sig"),
    "many megabytes of pictures": LARGE.encode(),
    "the same in utf-16": LARGE.encode("utf-16"),
    "source by letters": SMALL.replace(json.dumps(CELL["source"]), '["a", "b"]'),
    "a key twice": '{"cells": [3],' + SMALL[1:],
    "metadata hundreds deep": SMALL.replace('"metadata": {}', f'"metadata": {DEEP}'),
    "a format to come": SMALL.replace('"nbformat": 4', '"nbformat": "99"'),
    "format 3": json.dumps(FORMAT_3),
}
UNREAD = {  # bytes that are none, and the flag's code and data
    "empty": ("", FlagCode.EMPTY_FILE, {"bytes": 0}),
    "half": (SMALL[:-20], FlagCode.CUT_OFF, {}),
    "PDF": ("%PDF-1.7", FlagCode.NOT_A_NOTEBOOK, {"what": "pdf"}),
    "packed": (gzip.compress(SMALL.encode()), FlagCode.NOT_A_NOTEBOOK, {"what": "gzip"}),
    "words": (
        "{\nI have only words.\n",
        FlagCode.NOT_A_NOTEBOOK,
        {"what": "not-json", "line": 2},
    ),
    "latin-1": (PLAIN.encode("latin-1"), FlagCode.NOT_A_NOTEBOOK, {"what": "not-utf-8"}),
    "utf-32": (PLAIN.encode("utf-32"), FlagCode.NOT_A_NOTEBOOK, {"what": "binary"}),
    "a list": ("[]", FlagCode.NO_CELLS, {}),
    "cells that are a number": (
        '{"cells": 3, "worksheets": {"cells": []}}',
        FlagCode.NO_CELLS,
        {},
    ),
    "deeply nested": ("[" * 2_000_000, FlagCode.NOT_A_NOTEBOOK, {"what": "nested"}),
    "a number without end": (
        '{"cells": [], "n": ' + "9" * 5_000_000 + "}",
        FlagCode.NOT_A_NOTEBOOK,
        {"what": "unknown"},
    ),
    "too large": (
        SMALL + " " * (9 << 20),
        FlagCode.NOTEBOOK_TOO_LARGE,
        {"most_bytes": 8 << 20},
    ),
}


def count(cells):
    """Return how many of our cells are written, and how many there are."""
    results = [c.source for c in cells if c.grade_id == "f"]
    return sum(map(bool, results)), len(results)


def handed_in(folder, raw):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{NAME}.ipynb").write_bytes(raw if isinstance(raw, bytes) else raw.encode())
    return read_submission(folder, NAME, count)


def test_a_notebook_is_read_however_it_was_saved(tmp_path):
    for name, raw in READ.items():
        cells, flags = handed_in(tmp_path / "ada" / NAME, raw)
        assert [c.grade_id for c in cells] == ["f"], name
        assert cells[0].source == ("ab" if "letters" in name else CELL["source"]), name
        assert flags == [Flag(FlagCode.OLD_FORMAT)] * (name == "format 3"), name


def test_invalid_notebook_is_refused_with_a_reason(tmp_path):
    for name, (raw, code, data) in UNREAD.items():
        cells, flags = handed_in(tmp_path / "ada" / NAME, raw)
        assert cells is None, name
        assert flags[-1].code == code, (name, flags)
        assert data.items() <= flags[-1].data.items(), (name, flags)


def test_a_notebook_is_found_by_another_name_and_no_link_is_followed(tmp_path):
    folder = tmp_path / "ada" / NAME
    file = folder / f"{NAME}.ipynb"
    handed_in(folder, SMALL)

    def expect(code, readable=True):
        cells, flags = read_submission(folder, NAME, count)
        assert (cells is not None) == readable, code
        assert code in [flag.code for flag in flags], flags

    os.link(file, tmp_path / "second")
    expect(FlagCode.HARD_LINK)
    for other in (f"{NAME.upper()}.IPYNB", "Lösung (1).ipynb", "deeper/ps.ipynb"):
        (folder / other).parent.mkdir(exist_ok=True)
        file.rename(folder / other)
        (folder / "another.ipynb").write_text('{"cells": []}')
        expect(FlagCode.NOTEBOOK_RENAMED)
        (folder / other).rename(file)
        (folder / "another.ipynb").unlink()
    file.rename(tmp_path / "kept")
    expect(FlagCode.NO_NOTEBOOK, readable=False)
    for make, code in (
        (lambda: file.symlink_to(tmp_path / "kept"), FlagCode.FILE_IS_LINK),
        (lambda: os.mkfifo(file), FlagCode.NOT_A_REGULAR_FILE),
    ):
        make()
        expect(code, readable=False)
        file.unlink()
    (tmp_path / "kept").rename(file)
    folder.rename(tmp_path / "moved")
    folder.symlink_to(tmp_path / "moved")
    expect(FlagCode.FOLDER_IS_LINK, readable=False)
    folder.unlink()
    folder.write_text(SMALL)
    expect(FlagCode.NO_FOLDER, readable=False)


def test_of_several_notebooks_the_one_with_most_written_cells_is_used(tmp_path):
    def cells(*sources):
        return json.dumps({"cells": [CELL | {"source": s, "outputs": []} for s in sources]})

    own, one, two = f"{NAME}.ipynb", f"{NAME} (1).ipynb", "deeper/and deeper/x.ipynb"
    for n, (files, used, others) in enumerate(
        [
            ({one: cells(""), two: cells("1")}, two, [one]),
            ({own: cells(""), one: cells("1")}, one, [own]),
            ({own: cells("1"), one: cells("1")}, own, [one]),
            ({own: cells("1"), one: SMALL[:-9]}, own, [one]),
            ({own: SMALL[:-9], one: cells("")}, one, [own]),
            ({own: cells("1"), one: cells()}, own, []),
        ]
    ):
        folder = tmp_path / str(n) / NAME
        (folder / two).parent.mkdir(parents=True)
        for name, text in files.items():
            (folder / name).write_text(text)
        result, flags = read_submission(folder, NAME, count)
        data = {"file": used.split("/")[-1], "files": others}
        assert [c.source for c in result] == [json.loads(files[used])["cells"][0]["source"]], n
        assert flags == [Flag(FlagCode.SEVERAL_NOTEBOOKS, data=data)] * bool(others), n


def test_a_file_that_looks_like_a_notebook_is_named(tmp_path):
    for n, name in enumerate((".ipynb_checkpoints/ps-checkpoint.ipynb", "PS.ipynb.txt")):
        folder = tmp_path / str(n) / NAME
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(SMALL)
        cells, flags = read_submission(folder, NAME, count)
        assert cells is None
        assert flags == [Flag(FlagCode.NO_NOTEBOOK, data={"files": [name]})]


def marked(gid, source, code=True, **mark):
    """Return one of the instructor's cells, with nbgrader's metadata."""
    mark = {"grade_id": gid, "solution": True, "grade": not code, "points": 5} | mark
    kind = "code" if code else "markdown"
    return {"cell_type": kind, "id": gid, "source": source, "metadata": {"nbgrader": mark}}


STUB = "def f(x):\n    raise NotImplementedError"
HELPER, RIGHT, WRONG = "def g(x): return 2 * x", "def f(x): return g(x)", "def f(x): return 0"
OURS = {
    "cells": [
        marked("f", STUB),
        marked("test_f", "points('f')", grade=True, solution=False),
        marked("why", "Your answer", code=False),
    ]
}


def rebuilt_from(*cells):
    """Return the code to run, the text of the written answer, and the flags."""
    cells = [Cell(gid, text, gid != "why", n) for n, (gid, text) in enumerate(cells)]
    out = rebuild(OURS, OURS, cells)
    ours = {
        c["metadata"]["nbgrader"]["grade_id"]: c for c in out.notebook["cells"] if c["metadata"]
    }
    assert [*ours] == ["f", "test_f", "why"]
    shown = [c["source"] for c in out.notebook["cells"] if c["cell_type"] == "code"]
    assert [t for t in shown if t != "points('f')"] == [source for _, source, _ in out.work]
    flags = [(f.code, f.cell, f.data) for f in out.flags if f.cell != "test_f"]
    return [source for _, source, _ in out.work], ours["why"]["source"], flags


def test_cells_are_counted_as_written_if_they_differ_from_the_release():
    for cells, counts in (
        ([("f", STUB), ("why", "Your answer")], (0, 2)),
        ([("f", f"{STUB}  \n"), ("why", "Because.")], (1, 2)),
        ([("f", RIGHT), ("why", " ")], (1, 2)),
        ([(None, RIGHT)], (1, 1)),
        ([(None, "a = 1")], (0, 0)),
    ):
        given = [Cell(gid, text, gid != "why", n) for n, (gid, text) in enumerate(cells)]
        assert written(OURS, given) == counts, cells


def test_all_cells_with_one_id_run_in_order_and_are_shown():
    why = ("why", "Because.")
    for texts, run in (
        ([HELPER, RIGHT], [HELPER, RIGHT]),
        ([RIGHT, HELPER], [RIGHT, HELPER]),
        ([RIGHT, WRONG, STUB], [RIGHT, WRONG]),
        ([RIGHT, WRONG, RIGHT], [WRONG, RIGHT]),
        ([RIGHT, f"{RIGHT}\n"], [f"{RIGHT}\n"]),
        ([HELPER, RIGHT, " "], [HELPER, RIGHT]),
        ([STUB, STUB], [STUB]),
    ):
        count = {"count": len(texts)}
        result = rebuilt_from(*[("f", t) for t in texts], why)
        assert result == (run, "Because.", [(FlagCode.SEVERAL_CELLS, "f", count)]), texts
    mixed = [("f", HELPER), (None, "a = 1"), ("f", RIGHT), ("why", "One."), ("why", "Two.")]
    work, answer, flags = rebuilt_from(*mixed)
    assert work == [HELPER, "a = 1", RIGHT]
    assert answer.split() == ["One.", "Two."]
    assert [cell for _, cell, _ in flags] == ["f", "why"]


def bare(value, depth=1):
    """Return a parsed value without what is left out when a large notebook is read."""
    if isinstance(value, list):
        return [bare(x, depth + 1) for x in value]
    if not isinstance(value, dict):
        return value
    left_out = {1: {"metadata"}, 3: {"outputs", "attachments"}, 5: {"outputs", "attachments"}}
    return {
        k: type(x)()
        if k in left_out.get(depth, ()) and isinstance(x, list | dict)
        else bare(x, depth + 1)
        for k, x in value.items()
    }


KEYS = st.sampled_from(["metadata", "outputs", "attachments", "cells", "source"])
NESTED = st.recursive(
    st.text(st.characters() | st.sampled_from("\ud800\0\r"), max_size=5) | KEYS | st.integers(),
    lambda x: (
        st.lists(x, max_size=3) | st.dictionaries(KEYS | st.text(max_size=2), x, max_size=4)
    ),
    max_leaves=30,
)


@given(value=NESTED, indent=st.sampled_from([None, 1]))
def test_everything_but_the_outputs_of_a_large_notebook_is_read(value, indent):
    raw = json.dumps(value, indent=indent).encode()
    assert json.loads(without_outputs(raw)) == bare(value)


def test_a_notebook_of_too_many_pieces_is_refused(monkeypatch):
    monkeypatch.setattr(outputs, "MOST_TOKENS", 10)
    with pytest.raises(ValueError, match="more than 10"):
        without_outputs(b"[" * 11)
    assert without_outputs(b"[" * 10) == b"[" * 10


def test_a_locked_cell_of_an_earlier_release_counts_as_unchanged():
    about = {"grade_id": "text", "locked": True}
    cell = {"cell_type": "markdown", "id": "text", "metadata": {"nbgrader": about}}
    ours = {"cells": [cell | {"source": "10 points"}]}
    for text, earlier, changed in (
        ("9 points", {}, True),
        ("9 points", {"text": [digest("8 points"), digest("9 points")]}, False),
        ("7 points", {"text": [digest("9 points")]}, True),
        ("10 points", {}, False),
    ):
        flags = rebuild(ours, ours, [Cell("text", text, False, 0)], earlier).flags
        assert flags == [Flag(FlagCode.LOCKED_CELL_CHANGED, "text")] * changed


def test_pasted_images_are_shown_if_they_are_images():
    png = base64.b64encode(b"\x89PNG\r\n\x1a\n...").decode()
    svg = base64.b64encode(b"<svg onload='alert(1)'>").decode()
    mark = {"grade": True, "grade_id": "why", "solution": True, "points": 2}
    stub = {"cell_type": "markdown", "metadata": {"nbgrader": mark}, "source": "Answer"}
    images = {"a.png": {"image/png": png}, "b.png": {"image/png": svg}, "c": {"image/svg": png}}
    text = "![](attachment:a.png) ![x](attachment:b.png) ![](attachment:c) ![](http://d)"
    pasted = stub | {"source": text, "attachments": images}
    again = stub | {"source": "![](attachment:a.png)", "attachments": images}
    raw = json.dumps({"cells": [pasted, again], "metadata": {}, "nbformat": 4}).encode()
    out = rebuild({"cells": [stub]}, {"cells": [stub]}, cells_of(raw, [], NAME))
    (cell,) = out.notebook["cells"]
    assert cell["source"].count("![") == 2
    assert cell["source"].startswith("![pasted image](attachment:pasted-1.png) ! [x]")
    assert cell["source"].endswith("\n\n![pasted image](attachment:pasted-2.png)")
    assert cell["attachments"] == {f"pasted-{n}.png": {"image/png": png} for n in (1, 2)}
    assert FlagCode.IMAGE_NOT_SHOWN in [flag.code for flag in out.flags]
    shown = {"cell_type": "markdown", "metadata": {}, "source": "![](attachment:a.png)"}
    shown |= {"attachments": {"a.png": {"image/png": png}}}  # an image of the instructor's
    out = rebuild({"cells": [shown, stub]}, {"cells": [shown, stub]}, [])
    assert [c.get("attachments") for c in out.notebook["cells"]] == [shown["attachments"], None]
