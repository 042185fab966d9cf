"""What is handed in is read as far as it can be, and what is odd about it is told."""

import gzip
import json
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nngrader.intake import outputs
from nngrader.intake.outputs import without_outputs
from nngrader.intake.rebuild import rebuild
from nngrader.intake.submission import Cell, read_submission
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


def handed_in(folder, raw):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{NAME}.ipynb").write_bytes(raw if isinstance(raw, bytes) else raw.encode())
    return read_submission(folder, NAME, ["f"])


def test_a_notebook_is_read_however_it_was_saved(tmp_path):
    for name, raw in READ.items():
        cells, flags = handed_in(tmp_path / "ada" / NAME, raw)
        assert [c.grade_id for c in cells] == ["f"], name
        assert cells[0].source == ("ab" if "letters" in name else CELL["source"]), name
        assert flags == [Flag(FlagCode.OLD_FORMAT)] * (name == "format 3"), name


def test_what_is_no_notebook_is_told_with_the_reason(tmp_path):
    for name, (raw, code, data) in UNREAD.items():
        cells, flags = handed_in(tmp_path / "ada" / NAME, raw)
        assert cells is None, name
        assert flags[-1].code == code, (name, flags)
        assert data.items() <= flags[-1].data.items(), (name, flags)


def test_a_notebook_is_found_by_another_name_and_no_link_is_followed(tmp_path):
    folder = tmp_path / "ada" / NAME
    file = folder / f"{NAME}.ipynb"
    handed_in(folder, SMALL)

    def found(code, readable=True):
        cells, flags = read_submission(folder, NAME, ["f"])
        assert (cells is not None) == readable, code
        assert code in [flag.code for flag in flags], flags

    os.link(file, tmp_path / "second")
    found(FlagCode.HARD_LINK)
    for other in (f"{NAME.upper()}.IPYNB", "Lösung (1).ipynb", "deeper/ps.ipynb"):
        (folder / other).parent.mkdir(exist_ok=True)
        file.rename(folder / other)
        (folder / "another.ipynb").write_text('{"cells": []}')
        found(FlagCode.NOTEBOOK_RENAMED)
        (folder / other).rename(file)
        (folder / "another.ipynb").unlink()
    file.rename(tmp_path / "kept")
    found(FlagCode.NO_NOTEBOOK, readable=False)
    for make, code in (
        (lambda: file.symlink_to(tmp_path / "kept"), FlagCode.FILE_IS_LINK),
        (lambda: os.mkfifo(file), FlagCode.NOT_A_REGULAR_FILE),
    ):
        make()
        found(code, readable=False)
        file.unlink()
    (tmp_path / "kept").rename(file)
    folder.rename(tmp_path / "moved")
    folder.symlink_to(tmp_path / "moved")
    found(FlagCode.FOLDER_IS_LINK, readable=False)
    folder.unlink()
    folder.write_text(SMALL)
    found(FlagCode.NO_FOLDER, readable=False)


def bare(value, depth=1):
    """Return a value as a large notebook is read: from parsed JSON, which the reader scans."""
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
def test_of_a_large_notebook_all_but_its_outputs_is_read(value, indent):
    raw = json.dumps(value, indent=indent).encode()
    assert json.loads(without_outputs(raw)) == bare(value)


def test_a_notebook_of_too_many_pieces_is_refused(monkeypatch):
    monkeypatch.setattr(outputs, "MOST_TOKENS", 10)
    with pytest.raises(ValueError, match="more than 10"):
        without_outputs(b"[" * 11)
    assert without_outputs(b"[" * 10) == b"[" * 10


def test_a_locked_cell_of_an_earlier_release_is_unchanged():
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
