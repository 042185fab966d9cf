"""Challenges: declared, packed with held-back data, judged by thresholds, tried at the gate."""

import numpy as np
import pytest
from nngrader.engine import caller, cases_json, judge, pack, with_file
from nngrader.engine.declaration.challenge import Challenge, solved_files
from nngrader.engine.declaration.gate import check_seed, over_seeds
from nngrader.engine.observation.observe import describe
from nngrader.records.codes import Code

from tests.exercises.declared_problems import has, texts
from tests.exercises.one_challenge import LABELS, NAME, SOLVED, function, judged, npz


def test_a_challenge_is_as_declared(course):
    (p,) = course.problems(NAME)
    assert over_seeds(p, 50) == check_seed(p, 3) == []


def test_points_are_given_by_thresholds(hidden):
    labels = hidden["cases"][0]["kept"]["target"]
    for share, score in (
        (1, 100),
        (0.8, 100),
        (0.7, 100 * 3 / 7),
        (0.5, 100 * 3 / 7),
        (0.4, 0),
    ):
        answer = np.where(np.arange(60) < round(60 * share), labels, 9)
        verdict = judged(hidden, lambda weights, pictures, a=answer: a)
        assert verdict.measured == pytest.approx(share)
        assert verdict.score == pytest.approx(score)


def test_missed_threshold_is_shown_with_the_value(hidden):
    verdict = judged(hidden, lambda weights, pictures: np.arange(60) % 4 * (np.arange(60) < 40))
    (result,) = verdict.findings
    assert (result.code, result.aspect) == (Code.THRESHOLD, "accuracy 0.8")
    assert result.data == {"measured": "accuracy", "value": 0.75, "threshold": 0.8}


def test_neither_labels_nor_thresholds_go_to_the_worker(hidden):
    asked = []
    data = with_file(hidden, {"weights.npz": SOLVED})
    judge(data, lambda args: asked.append(args) or {"parts": []})
    assert list(asked[0]) == ["weights", "pictures"]
    assert asked[0]["weights"].tobytes() == SOLVED


def test_the_release_contains_nothing_that_is_held_back(visible, hidden):
    text = cases_json.dumps(visible)
    secret = hidden["cases"][0]["args"]["pictures"]
    shown = cases_json.loads(text)["cases"][0]["args"]["pictures"]
    assert not {p.tobytes() for p in secret} & {p.tobytes() for p in shown}
    assert "held back" not in text


def test_cases_for_students_need_no_held_back_data(course):
    (course / "heldback" / "pictures.npz").unlink()
    assert pack(course.problems(NAME)[0], 1, visible=True)
    with pytest.raises(
        FileNotFoundError, match=r"classify needs held-back data: .*pictures.npz"
    ):
        course.hidden(NAME)


LABELED = "expected one label for each input, as an array of whole numbers"


@pytest.mark.parametrize(
    ("answer", "code", "data"),
    [
        ("np.zeros(59)", Code.UNMEASURED, {"words": LABELED}),
        ("np.zeros((60, 4))", Code.UNMEASURED, {"words": LABELED}),
        ("3", Code.UNMEASURED, {"words": LABELED}),
        ("None", Code.IS_NONE, {}),
        ("['a'] * 60", Code.KIND, {"kind": "ragged"}),
        ("(p for p in pictures)", Code.KIND, {"kind": "generator"}),
        ("np.full(60, np.nan)", Code.THRESHOLD, {"threshold": 0.5, "value": 0.0}),
        ("np.full(60, 1j)", Code.UNMEASURED, {"words": LABELED}),
        ("1 / 0", Code.RAISED, {"raised": "ZeroDivisionError"}),
        ("weights['V']", Code.RAISED, {"raised": "KeyError"}),
    ],
)
def test_wrong_labels_are_explained(hidden, answer, code, data):
    verdict = judged(hidden, function(f"lambda weights, pictures: {answer}"))
    assert verdict.score == 0
    assert has(verdict, code, **data)
    assert "59" not in texts(verdict)


@pytest.mark.parametrize(
    "reply",
    [
        None,
        {"parts": []},
        {"parts": [describe(np.zeros(3))]},
        {"parts": [describe(77), describe(3)]},
        {"parts": [describe(None), describe(np.zeros(60)), 4]},
        {"parts": [describe(0.5)] * 9},
    ],
)
def test_any_reply_of_a_worker_is_judged(hidden, reply):
    data = with_file(hidden, {"weights.npz": SOLVED})
    verdict = judge(data, lambda args: reply)
    assert verdict.score == 0
    assert verdict.findings


def test_labels_as_a_list_or_as_floats_are_labels(hidden):
    for change in ("tolist()", "astype(float)", "astype('int8')"):
        assert judged(hidden, function(f"{LABELS}.{change}")).score == 100


def declared(**changes):
    about = {"file": "weights.npz", "most_bytes": 10, "thresholds": {0.5: 3}}
    p = Challenge("f", **about | changes.get("about", {}))

    def f(weights, x):
        """Labels."""

    def data(heldback=None):
        """Some."""
        return np.zeros(3), np.zeros(3)

    p.reference(changes.get("reference", f))
    p.on_visible(changes.get("data", data))
    p.on_heldback(data)
    return p


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"about": {"file": "../weights.npz"}}, "expected a plain name that ends in .npz"),
        ({"about": {"file": "weights.pkl"}}, "expected a plain name that ends in .npz"),
        ({"about": {"most_bytes": 0}}, "expected a number of bytes, 1 or more"),
        ({"about": {"thresholds": {}}}, "expected one or more, the easiest first"),
        ({"about": {"thresholds": {0.8: 1, 0.5: 1}}}, "the easiest first"),
        ({"about": {"thresholds": {0.5: 1, 0.8: 1}, "lower": True}}, "the easiest first"),
        ({"about": {"thresholds": {0.5: 0}}}, "more than 0 points"),
        ({"about": {"forbidden": {"style": ["torch"]}}}, "no points for style"),
        ({"about": {"measure": len}}, "its measure must be a plain function"),
        ({"reference": lambda w, x: 0}, "a reference with a docstring"),
        ({"data": lambda: 0}, "needs `on_visible`: a function with a docstring"),
    ],
)
def test_a_challenge_declared_wrongly_is_refused(changes, fault):
    with pytest.raises(ValueError, match=fault):
        pack(declared(**changes), 1, visible=True)


def error_and_size(args, answer):
    if answer is None or answer.shape != args["target"].shape:
        raise ValueError("a picture of the size of the one given is expected")
    near = np.abs(answer - args["target"]).max() < 0.1
    return len(args["numbers"]) if near else np.inf


def test_lower_may_be_better_and_the_size_of_the_file_can_be_measured():
    p = Challenge(
        "unpack",
        file="few.npz",
        most_bytes=9000,
        measured="bytes",
        thresholds={2000: 1, 700: 2},
        measure=error_and_size,
        lower=True,
    )

    @p.reference
    def unpack(numbers, shape):
        """Return the picture."""
        return np.outer(numbers["a"], numbers["b"])

    @p.on_visible
    @p.on_heldback
    def picture(heldback=None):
        """Return the picture."""
        return [20, 30], np.outer(np.arange(20.0), np.arange(30.0))

    data = pack(p, 1, visible=False)
    a, b = np.arange(20.0), np.arange(30.0)
    for raw, score in ((npz(a=a, b=b), 100 / 3), (npz(a=a, b=b + 1), 0)):
        given = with_file(data, {"few.npz": raw})
        assert judge(given, caller(given, unpack)).score == pytest.approx(score)


def test_large_arrays_are_written_in_few_bytes_and_come_back_as_they_were():
    for dtype in ("uint8", "float64", "int32", "bool", "float32"):
        big = np.arange(5000).reshape(50, 100).astype(dtype)
        text = cases_json.dumps({"a": big})
        back = cases_json.loads(text)["a"]
        assert len(text) < 20_000
        assert (back.dtype, back.tolist()) == (big.dtype, big.tolist())
        assert back.flags.writeable


# The gate


def test_the_gate_requires_the_solution_file(course):
    (p,) = course.problems(NAME)
    assert solved_files([p]) == {"weights.npz": SOLVED}
    (course / "heldback" / NAME / "weights.npz").write_bytes(
        npz(W=np.ones((4, 16)), b=np.ones(4))
    )
    assert check_seed(p, 1) == ["classify: the reference scores 0, expected 100"]
    (course / "heldback" / NAME / "weights.npz").unlink()
    assert "the solution file weights.npz is missing" in check_seed(p, 1)[0]


def test_the_gate_limits_the_size_of_the_solution_file(course):
    (p,) = course.problems(NAME)
    p.most_bytes = 50
    assert check_seed(p, 1) == [
        "classify: the solution file weights.npz is larger than most_bytes"
    ]


def test_the_gate_names_an_alternative_that_scores_0(course):
    (p,) = course.problems(NAME)
    p.alternatives["guess"] = lambda weights, pictures: np.zeros(60)
    assert check_seed(p, 1) == ["classify: guess scores 0, expected 100"]
