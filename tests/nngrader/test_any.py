"""Whatever is submitted, and whatever a worker replies, there is a result as plain data."""

import json
import math
import tempfile
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from nngrader.course.assignment import AssignmentSpec
from nngrader.course.notebooks import grade_id, is_solution, problem_of
from nngrader.engine import pack
from nngrader.grading.one_submission import Job, run
from nngrader.intake.rebuild import rebuild
from nngrader.intake.submission import cells_of, read_submission
from nngrader.limits import Ending
from nngrader.records.flag import FlagCode
from nngrader.sandbox.inside import wire
from nngrader.sandbox.supervisor import Died
from nngrader.settings import Limits

from .sample_course import NAME, SEED, hand_in, problems

EVERY = settings(
    max_examples=settings().max_examples // 2,  # 10, and 50 with --slow
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


class FakeWorker:
    """A worker that gives prepared answers in turn, again from the first after the last."""

    usable, spent, waited, limits = True, 0.001, 0.001, Limits()

    def __init__(self, answers):
        self.answers, self.asked = answers, 0

    def ask(self, question, seconds, cap, longest):
        """Return or raise the next answer."""
        self.asked += 1
        answer = self.answers[self.asked % len(self.answers)]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def fresh(self):
        """Do nothing, as no state is kept between questions."""

    close = fresh


def sandbox_with(answers):
    """Return a sandbox whose workers give prepared answers, and start no process."""
    return SimpleNamespace(limits=Limits(), worker=lambda slot: FakeWorker(answers))


@pytest.fixture(scope="module")
def spec(base):
    """Return the specification that all submissions share, with its own hidden cases."""
    cells = [c for c in base.instructor_joined()["cells"] if c["cell_type"] == "code"]
    marks = [(c, c["metadata"]["nbgrader"]) for c in cells]
    tests = [(problem_of(c), m["grade_id"], m["points"]) for c, m in marks if m["grade"]]
    return AssignmentSpec(
        tests=tests,
        hidden={p.name: pack(p, SEED, visible=False) for p in problems()},
        limits=Limits(),
        uses=[],
        most=100.0,
        unsafe=False,
        code="",
    )


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
    with tempfile.TemporaryDirectory() as directory:
        folder = hand_in(Path(directory), "ada", json.dumps({"cells": cells}))
        cells, flags = read_submission(folder, NAME, lambda cells: (0, len(cells)))
    rebuilt = rebuild(base.instructor_joined(), base.untouched_notebook(), cells)
    job = Job(rebuilt.work, flags + rebuilt.flags, rebuilt.solutions)
    result = run(spec, job, sandbox_with([{}]), 0)  # which answers nothing useful
    assert result["status"] in STATUS
    assert result["flags"] or result["status"] == "graded"
    assert result["score"] == 0
    assert len(result["cells"]) == len(IDS)
    assert {*IDS} <= result["problems"].keys() or result["status"] == "ungradable"
    json.dumps(result, allow_nan=False).encode()
    json.dumps(rebuilt.notebook, ensure_ascii=False).encode()
    by_id = {grade_id(c): "".join(c["source"]) for c in base.instructor["cells"]}
    ours = [c for c in rebuilt.notebook["cells"] if grade_id(c)]
    assert [grade_id(c) for c in ours] == [gid for gid in by_id if gid]
    assert all(is_solution(c) or c["source"] == by_id[grade_id(c)] for c in ours)


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
    assert rebuilt.solutions == len(IDS) - len(less)
    written = {name: source for name, source, own in rebuilt.work if not own}
    for gid in IDS:
        of = base.untouched() if gid in less else solved
        assert written[gid] == of[gid]["source"]
        twice = sum(grade_id(c) == gid for c in kept) > 1
        assert any(f.cell == gid for f in rebuilt.flags) == (twice or gid in less)
    assert not any(own for *_, own in rebuilt.work)


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


def test_a_forbidden_name_costs_only_the_problem_that_can_reach_it(spec):
    answer = {"names": ["scipy"], "of": {"hinge_loss": ["scipy"], "pairwise_distances": []}}
    result = run(spec, Job([("hinge_loss", "1", False)]), sandbox_with([answer]), 0)
    data = {"name": "scipy", "problems": ["softmax_cross_entropy", "hinge_loss"]}
    (flag,) = [f for f in result["flags"] if f["code"] == FlagCode.FORBIDDEN_NAME]
    assert flag["data"] == data | {"points": 70.0}  # without a list, all names count


# What a worker says

ENDINGS = [Ending.TOO_LONG, Ending.WAITED, Ending.TOO_MUCH, Ending.FORGED, Ending.BROKEN]
ERRORS = [[[name], "LEAK"] for name in ("ValueError", "SyntaxError", "NameError")]
ARRAYS = hnp.arrays(
    st.sampled_from(sorted(wire.KINDS)).map(np.dtype),
    hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=7),
)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**62), 2**62)
    | st.floats()
    | ARRAYS
    | st.text(max_size=8)
    | st.sampled_from(["ValueError", "memory", "array", "float64", "LEAK"]),
    lambda x: st.lists(x, max_size=4) | st.dictionaries(st.text(max_size=6), x, max_size=4),
    max_leaves=10,
)
PART = st.fixed_dictionaries(
    {"kind": st.just("array") | VALUES, "values": ARRAYS | VALUES},
    optional={"dtype": st.just("float64") | VALUES, "shape": VALUES, "masked": VALUES},
)
WORDS = """
    steps seconds imports value fingerprints missing limit skipped stopped line undefined
""".split()
ANSWERS = st.fixed_dictionaries(
    {},
    optional={
        "parts": st.lists(PART | VALUES, max_size=4) | VALUES,
        "error": st.none() | st.sampled_from(ERRORS) | VALUES,
        "changed": st.lists(st.sampled_from(["scores", "X"])) | VALUES,
        "names": st.lists(st.text()) | VALUES,
        **dict.fromkeys(WORDS, VALUES),
    },
)


@EVERY
@given(answers=st.lists(ANSWERS | st.sampled_from(ENDINGS).map(Died), min_size=1, max_size=6))
def test_any_answers_of_a_worker_come_to_a_result(spec, answers):
    work = [(gid, f"def {gid}(): ...", False) for gid in IDS] + [("own cell 1", "1", True)]
    result = run(spec, Job(work), sandbox_with(answers), 0)
    assert result["status"] in STATUS
    odd = (FlagCode.UNUSUAL_IMPORT, FlagCode.UNUSUAL_NAME)
    flags = [flag for flag in result["flags"] if flag["code"] not in odd]
    assert "LEAK" not in json.dumps(result | {"flags": flags}, allow_nan=False)
    assert 0 <= result["score"] <= 50
    for name in IDS:
        report = result["problems"][name]
        points = [p for pair in report["aspects"].values() for p in pair]
        assert all(math.isfinite(p) and p >= 0 for p in points)
        assert report["score"] == pytest.approx(sum(points[::2]))
