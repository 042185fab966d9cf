"""Whatever is handed in as a notebook, there is a result, and no text of ours is lost."""

import copy
import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from nngrader.course.assignment import AssignmentSpec
from nngrader.course.notebooks import grade_id, is_code, is_solution, mark
from nngrader.engine import pack
from nngrader.grading.one_submission import Job, run
from nngrader.intake import outputs
from nngrader.intake.outputs import without_outputs
from nngrader.intake.rebuild import LOCKED, rebuild
from nngrader.intake.submission import Cell, cells_of, read_submission
from nngrader.settings import Limits

from .fake_workers import FakeSandbox
from .sample_course import NAME, SEED, hand_in, problems

EVERY = settings(
    database=None,
    deadline=None,
    max_examples=settings().max_examples * 3 // 2,  # 30 a commit, 150 with --deep
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
IDS = ["pairwise_distances", "softmax_cross_entropy", "hinge_loss"]
SURROGATES = st.characters() | st.sampled_from("\ud800\udfff\0\r")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(SURROGATES, max_size=20),
    lambda x: st.lists(x, max_size=4) | st.dictionaries(st.text(max_size=8), x, max_size=4),
    max_leaves=12,
)
STATUS = ("graded", "flagged", "ungradable")


@pytest.fixture(scope="module")
def spec(base):
    """Return the specification that all submissions share, with its own hidden cases."""
    cells = [c for c in base.instructor_joined()["cells"] if c["cell_type"] == "code"]
    marks = [(c, c["metadata"]["nbgrader"]) for c in cells]
    tests = [("def check(f): ...", None, 0.0)]
    tests += [(c["source"], m["grade_id"], m["points"]) for c, m in marks if m["grade"]]
    return AssignmentSpec(
        cells=tests,
        functions=IDS,
        hidden={p.name: pack(p, SEED, visible=False) for p in problems()},
        limits=Limits(),
        uses=[],
        most=100.0,
        unsafe=False,
        code="",
    )


def result_of(spec, base, raw):
    """Return the result on a notebook's bytes, with a worker that answers nothing useful."""
    with tempfile.TemporaryDirectory() as directory:
        folder = hand_in(Path(directory), "ada", raw)
        cells, flags = read_submission(folder, NAME, IDS)
    rebuilt = rebuild(base.instructor_joined(), base.untouched_notebook(), cells)
    job = Job(rebuilt.work, flags + rebuilt.flags, rebuilt.found)
    return rebuilt, run(spec, job, FakeSandbox([{}]), 0)


def holds(spec, base, raw):
    """Assert that there is a result with a status, from the instructor's own cells."""
    rebuilt, result = result_of(spec, base, raw)
    assert result["status"] in STATUS
    assert result["flags"] or result["status"] == "graded"
    assert result["score"] == 0
    assert len(result["cells"]) == len(IDS)
    assert {*IDS} <= result["problems"].keys() or result["status"] == "ungradable"
    json.dumps(result, allow_nan=False).encode()
    json.dumps(rebuilt.notebook, ensure_ascii=False).encode()
    ours = [grade_id(c) for c in rebuilt.notebook["cells"] if grade_id(c)]
    assert ours == [grade_id(c) for c in base.instructor["cells"] if grade_id(c)]
    by_id = {grade_id(c): "".join(c["source"]) for c in base.instructor["cells"]}
    for cell in rebuilt.notebook["cells"]:
        gid = grade_id(cell)
        assert gid is None or is_solution(cell) or cell["source"] == by_id[gid]


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
    st.text(SURROGATES, max_size=5) | KEYS | st.none() | st.integers(),
    lambda x: (
        st.lists(x, max_size=3) | st.dictionaries(KEYS | st.text(max_size=2), x, max_size=4)
    ),
    max_leaves=30,
)


@EVERY
@given(value=NESTED, indent=st.sampled_from([None, 1]))
def test_of_a_large_notebook_all_but_its_outputs_is_read(value, indent):
    raw = json.dumps(value, indent=indent).encode()
    assert json.loads(without_outputs(raw)) == bare(value)


@EVERY
@given(raw=st.text('"\\\\[]{}:ax', max_size=40))
def test_what_is_left_of_any_bytes_is_no_more_than_there_was(raw):
    assert len(without_outputs(raw.encode())) <= len(raw)


def test_a_notebook_of_too_many_pieces_is_refused(monkeypatch):
    monkeypatch.setattr(outputs, "MOST_TOKENS", 10)
    with pytest.raises(ValueError, match="more than 10 strings and brackets"):
        without_outputs(b"[" * 11)
    assert without_outputs(b"[" * 10) == b"[" * 10


@EVERY
@given(raw=st.binary(max_size=200))
def test_any_bytes_are_a_submission(spec, base, raw):
    holds(spec, base, raw)


@EVERY
@given(
    value=JSON
    | st.fixed_dictionaries({"cells": JSON})
    | st.fixed_dictionaries(
        {"worksheets": JSON | st.lists(JSON | st.fixed_dictionaries({"cells": JSON}))}
    ),
    encoding=st.sampled_from(["utf-8", "utf-16", "utf-8-sig"]),
)
def test_any_json_is_a_submission(spec, base, value, encoding):
    holds(spec, base, json.dumps(value).encode(encoding))


@EVERY
@given(
    cells=st.lists(
        JSON
        | st.fixed_dictionaries(
            {},
            optional={
                "cell_type": st.sampled_from(["code", "code", "markdown"]) | JSON,
                "source": st.text(SURROGATES) | st.lists(st.text(SURROGATES)) | JSON,
                "metadata": JSON
                | st.fixed_dictionaries(
                    {
                        "nbgrader": JSON
                        | st.fixed_dictionaries(
                            {"grade_id": JSON | st.sampled_from(IDS), "solution": JSON}
                        )
                    }
                ),
            },
        ),
        max_size=8,
    )
)
def test_any_cells_are_a_submission(spec, base, cells):
    holds(spec, base, json.dumps({"cells": cells}).encode())


@EVERY
@given(data=st.data())
def test_a_notebook_with_any_bytes_changed_is_a_submission(spec, base, data):
    raw = bytearray(base.solved().text().encode())
    offsets = st.integers(0, len(raw))
    for _ in range(data.draw(st.integers(1, 6))):
        at, size = data.draw(offsets), data.draw(st.integers(0, 40))
        raw[at : at + size] = data.draw(st.binary(max_size=40))
    holds(spec, base, bytes(raw))


@EVERY
@given(data=st.data())
def test_a_notebook_with_any_values_changed_is_a_submission(spec, base, data):
    notebook = json.loads(base.solved().text())
    for _ in range(data.draw(st.integers(1, 6))):
        change(notebook, data)
    holds(spec, base, json.dumps(notebook).encode())


def change(value, data):
    """Change, remove or duplicate one value somewhere in a parsed notebook."""
    while True:
        keys = list(value) if isinstance(value, dict) else range(len(value))
        if not keys:
            return
        key = data.draw(st.sampled_from(keys))
        inside = isinstance(value[key], dict | list)
        if not inside or data.draw(st.integers(0, 3)) == 0:
            break
        value = value[key]
    kind = data.draw(st.sampled_from(["change", "take away", "double"]))
    if kind == "change":
        value[key] = data.draw(JSON)
    elif kind == "take away":
        del value[key]
    elif isinstance(value, list):
        value.insert(key, copy.deepcopy(value[key]))


@EVERY
@given(data=st.data())
def test_order_and_repetition_of_cells_cost_nothing(base, data):
    solved = base.solved()
    order = data.draw(st.permutations(range(len(solved.cells))))
    more = data.draw(st.lists(st.sampled_from(order), max_size=10))
    less = data.draw(st.sets(st.sampled_from(IDS)))
    mixed = [solved.cells[k] for k in (*order, *more)]
    kept = [c for c in mixed if grade_id(c) not in less]
    cells = cells_of(json.dumps({"cells": kept}).encode(), [], "a.ipynb")
    rebuilt = rebuild(base.instructor_joined(), base.untouched_notebook(), cells)
    assert rebuilt.found == len(IDS) - len(less)
    written = {name: source for name, source, own in rebuilt.work if not own}
    for gid in IDS:
        of = base.untouched() if gid in less else solved
        assert written[gid] == of[gid]["source"]
        twice = sum(grade_id(c) == gid for c in kept) > 1
        assert any(f.startswith(f"{gid}: ") for f in rebuilt.flags) == (twice or gid in less)
    assert not any(own for *_, own in rebuilt.work)


def test_of_several_cells_with_one_id_the_last_changed_one_counts(base):
    untouched, gid = base.untouched(), IDS[0]
    sources = ["first = 1", "second = 2", untouched[gid]["source"]]
    cells = [c for c in untouched.cells if grade_id(c) != gid]
    cells += [copy.deepcopy(untouched[gid]) | {"source": source} for source in sources]
    handed = cells_of(json.dumps({"cells": cells}).encode(), [], "a.ipynb")
    rebuilt = rebuild(base.instructor_joined(), base.untouched_notebook(), handed)
    assert {name: source for name, source, _ in rebuilt.work}[gid] == "second = 2"


@EVERY
@given(data=st.data())
def test_own_cells_keep_their_order_and_their_text(base, data):
    notebook = base.solved()
    texts = data.draw(st.lists(st.text(min_size=1).filter(str.strip), max_size=8))
    for text in texts:
        gids = [gid for c in notebook.cells if (gid := grade_id(c))]
        notebook.add_cell(text, before=data.draw(st.sampled_from(gids)))
    cells = cells_of(notebook.text().encode(), [], "a.ipynb")
    rebuilt = rebuild(base.instructor_joined(), base.untouched_notebook(), cells)
    handed_in = [c.source for c in cells if c.code and c.grade_id is None]
    assert [source for _, source, own in rebuilt.work if own] == handed_in
    assert sorted(handed_in) == sorted(
        t.replace("\r\n", "\n").replace("\r", "\n") for t in texts
    )
    assert rebuilt.flags == []


def test_lost_metadata_are_one_flag_with_a_count(base):
    released = base.untouched_notebook()
    cells = [
        Cell(None, c["source"], c["cell_type"] == "code", n)
        for n, c in enumerate(released["cells"])
    ]
    rebuilt = rebuild(base.instructor_joined(), released, cells)
    (lost,) = [f for f in rebuilt.flags if "have lost their metadata" in f]
    locked = sum(mark(c).get("locked", False) for c in released["cells"])
    assert lost.startswith(f"{locked + 3} cells have lost their metadata; 3 found by name")
    assert len(rebuilt.flags) < 4


def test_many_cells_with_the_same_flag_are_one_line_and_few_have_their_own(base):
    released = base.untouched_notebook()
    changed = [
        Cell(grade_id(c), c["source"] + " " * bool(mark(c).get("locked")), is_code(c), n)
        for n, c in enumerate(released["cells"])
    ]
    locked = [grade_id(c) for c in released["cells"] if mark(c).get("locked")]
    flags = rebuild(base.instructor_joined(), released, changed).flags
    assert len(locked) > 3
    assert flags == [f"{len(locked)} cells: {LOCKED} ({', '.join(locked[:3])}, …)"]
    one = [c for c in changed if c.grade_id != locked[0]]
    one = [Cell(c.grade_id, c.source.rstrip(" "), c.code, c.position) for c in one]
    assert rebuild(base.instructor_joined(), released, one).flags[0] == f"{locked[0]}: {LOCKED}"
