"""Students' mistakes are named even in code whose style differs from the reference."""

from pathlib import Path

import pytest
import yaml
from nngrader.engine.declaration.edit import edited
from nngrader.records.codes import Code

from tests.exercises.declared_problems import (
    OTHER_DRAWS,
    PROBLEMS,
    SEED,
    codes,
    has,
    judged,
    lost,
    packed,
)

slow = pytest.mark.slow

FAULTS = yaml.safe_load(Path(__file__).with_name("found_faults.yml").read_text("utf-8"))

# problem, replacements in the reference, part, code, data
DESCRIBED = [
    (
        "ResidualMLP",
        [("self.out(h)", "self.out(h).squeeze()")],
        "y",
        Code.SHAPE,
        {"cause": "missing-one"},
    ),
    (
        "evaluate",
        [("right / count", "torch.tensor(right / count)")],
        "accuracy",
        Code.KIND,
        {"kind": "tensor"},
    ),
    (
        "output_shape_and_parameters",
        [
            ("field, apart = 1, 1", "field, apart, row = 1, 1, [0, 0, 0]"),
            ("shapes.append([C, H, W])", "row[:] = C, H, W; shapes.append(row)"),
        ],
        "shapes",
        Code.ALIKE,
        {"line": "row", "which": "last"},
    ),
    (
        "conv2d_backward",
        [("rows, columns], 1)", "rows, columns].sum(axis=1, keepdims=True), 1)")],
        "dweight",
        Code.ALIKE,
        {"line": "channel", "which": "sum"},
    ),
    (
        "output_shape_and_parameters",
        [("count = 0", "count = K * K")],
        "parameters",
        Code.NOT_EMPTIED,
        {"zeros": "max pooling layers"},
    ),
    (
        "residual_block",
        [("np.maximum(s, 0), ds", "np.maximum(s, s / 100), ds")],
        "y",
        Code.NOT_EMPTIED,
        {"zeros": "where `s` is negative"},
    ),
    (
        "max_pool",
        [("y, dx\n", "y, dx + (np.arange(dx.shape[2]) == dx.shape[2] - 1)[:, None]\n")],
        "dx",
        Code.ONE_LINE,
        {"line": "row", "end": "last", "empty": True},
    ),
    (
        "reparameterize",
        [("mean + sigma * eps", "mean + sigma * np.random.normal(size=eps.shape)")],
        "z",
        Code.UNREPEATABLE,
        {},
    ),
]


def faulty(name, of, change):
    """Return the reference or an alternative with some replacements, or statements first."""
    p = PROBLEMS[name]
    f = p.alternatives[of] if of else p.solve
    how = {"given": change} if isinstance(change, str) else {"edit": change}
    return edited(f, f"{name} {of}", **how)


@pytest.mark.parametrize(
    ("seed", "visible"),
    [(SEED, False), *(pytest.param(*draw, marks=slow) for draw in OTHER_DRAWS)],
)
@pytest.mark.parametrize("fault", FAULTS, ids=lambda f: f"{f['problem']}-{f['mistake']}")
def test_a_fault_is_named_and_charged_once(fault, seed, visible):
    name, mistake = fault["problem"], fault["mistake"]
    f = faulty(name, fault.get("alternative", ""), fault["change"])
    verdict = judged(packed(name, seed, visible), f)
    p, known = PROBLEMS[name], PROBLEMS[name].mistakes[mistake]
    assert {f.mistake for f in verdict.findings} == {mistake}
    assert lost(verdict) <= known.loses
    assert len(lost(verdict)) == 1 or p.measure
    assert verdict.score >= 100 * fault["kept"]


def test_an_optimizer_that_writes_into_w_loses_nothing_else():
    change = [('return w - lr * new["velocity"]', 'w -= lr * new["velocity"]; return w')]
    verdict = judged(
        packed("optimizer_step", SEED, False), faulty("optimizer_step", "a_branch_each", change)
    )
    assert lost(verdict) == {"inputs-unchanged"}


@pytest.mark.parametrize(("name", "change", "part", "code", "data"), DESCRIBED)
def test_a_fault_is_described_in_the_words_of_the_text(name, change, part, code, data):
    verdict = judged(packed(name, SEED, False), faulty(name, "", change))
    assert has(verdict, code, **data)
    assert {p for f in verdict.findings for p in f.parts} == {part}


def test_a_last_row_of_zeros_is_not_called_correct():
    change = [("first // K, left", "K - 1, left")]
    result = codes(judged(packed("max_pool", SEED, False), faulty("max_pool", "", change)))
    assert Code.LAST_LINE not in result


def test_an_answer_that_lacks_digits_is_charged_once():
    f = faulty("average_gradients", "", [("n / total", "np.float32(n / total).item()")])
    for seed, visible in ((SEED, False), *OTHER_DRAWS):
        assert lost(judged(packed("average_gradients", seed, visible), f)) == {"value"}


def test_two_rounded_parts_have_the_same_number_of_decimals():
    change = [
        ("loss / count, right / count", "round(loss / count, 4), round(right / count, 4)")
    ]
    for seed in range(5):
        verdict = judged(packed("evaluate", seed, True), faulty("evaluate", "", change))
        assert {f.data["decimals"] for f in verdict.findings} == {4}


def test_a_narrow_type_is_charged_once():
    def narrow(x, weight, dy, *options):
        return PROBLEMS["conv2d_backward"].solve(
            *(a.astype("float32") for a in (x, weight, dy)), *options
        )

    verdict = judged(packed("conv2d_backward", SEED, False), narrow)
    assert codes(verdict) == [Code.FEW_DIGITS]
    assert len(lost(verdict)) == 1


def test_subtracting_in_place_is_charged_once():
    verdict = judged(
        packed("pca", SEED, False), faulty("pca", "", "X -= X.mean(axis=0)")
    )  # raises an error for integers
    assert lost(verdict) == {"integers"}
    assert {Code.RAISED, Code.INPUTS_CHANGED} <= {*codes(verdict)}


def test_changed_input_is_charged_once():
    f = faulty("conv2d_backward", "", "x += np.sin(x)")
    verdict = judged(packed("conv2d_backward", SEED, False), f)
    assert "inputs-unchanged" in verdict.spared
    assert Code.INPUTS_CHANGED in codes(verdict)


def test_a_student_is_asked_only_for_what_the_function_returns():
    f = faulty("evaluate", "", [("loss / count, right / count", "loss / count")])
    assert has(
        judged(packed("evaluate", SEED, False), f), Code.COUNT, names=["loss", "accuracy"]
    )


def test_the_message_of_a_driver_is_not_hidden():
    f = faulty("average_gradients", "", [("for p in same:", "for p in ():")])
    first, *others = judged(packed("average_gradients", SEED, False), f).findings
    assert first.code == Code.UNMEASURED
    assert "words" in first.data
    assert {x.code for x in others} == {Code.ORDINARY_FIRST}


@pytest.mark.parametrize("visible", [True, False])
def test_a_known_mistake_in_one_of_two_parts_is_charged_once(visible):
    change = ("(grown - log_var)", "(np.expm1(2 * log_var) - 2 * log_var)")
    f = edited(PROBLEMS["kl_gaussian"].solve, "kl_gaussian", [change])
    verdict = judged(packed("kl_gaussian", SEED, visible), f)
    assert codes(verdict) == [Code.LIKE_MISTAKE]
    assert lost(verdict) == {"value"}
