"""Variants of the reference explain wrong answers that no declared mistake explains."""

import numpy as np
import pytest
from nngrader.engine.declaration.edit import edited
from nngrader.engine.declaration.variants import variants
from nngrader.records.codes import Code
from nngrader.records.finding import Finding
from nngrader.records.rendering import Audience, text

from tests.exercises.declared_problems import PROBLEMS, judged, packed

# By problem: changes that students have made and that are not declared, with the explanation.
UNDECLARED = [
    ("batch_norm_backward", ("+ X_hat * dgamma", "+ X * dgamma"), {"used": "X"}),
    ("optimizer_step", ("(1 - alpha)", "(1 - momentum)"), {"used": "momentum"}),
    ("lstm_step", ("into * c * f", "into * c_new * f"), {"used": "c_new"}),
    # an alternative gives the axis by position, as in .sum(1)
    ("hinge_loss", ("gradient.sum(axis=1)", "gradient.sum(axis=0)[targets]"), {"kind": "axis"}),
]


def centred(x, scale=2.0):
    """Return (x - mean(x)) / (scale + 1)."""
    middle = x.mean(axis=0)
    return (x - middle) / (scale + 1)


def shared(x, n=3.0):
    """Return x / (2 * n)."""
    return x / (2 * n)


def words_of(f, *args):
    """Return the words about each variant of a function."""
    return [about for about, _ in variants(f, lambda: f(*args))]


def test_a_function_has_variants_of_each_kind():
    words = words_of(centred, np.ones((3, 2)))
    for about in (
        {"kind": "term", "of": "scale"},
        {"kind": "divisor", "of": "scale + 1"},
        {"kind": "parentheses", "of": "scale + 1"},
        {"kind": "default", "used": "2.0", "needed": "scale"},
        {"kind": "axis", "of": ".mean"},
        {"kind": "all-axes", "of": ".mean"},
        {"kind": "function-exchanged", "used": "sum", "needed": "mean"},
        {"kind": "constant", "used": "2", "needed": "1", "vague": True},
    ):
        assert about in words


def test_a_factor_of_a_divisor_is_called_a_divisor():
    words = words_of(shared, np.ones(3))
    assert {"kind": "divisor", "of": "n"} in words
    assert {"kind": "factor", "of": "n"} not in words


def test_names_that_the_student_does_not_know_are_not_shown():
    words = words_of(centred, np.ones((3, 2)))
    assert {"kind": "term"} in words  # of `middle`, which the docstring doesn't mention
    assert not any("middle" in str(about) for about in words)


def endless(x):
    while x > 0:
        x = x - 1
    return x + 1


def test_loops_that_might_not_end_are_left_alone():
    assert all(f(2.0) is not None for _, f in variants(endless, lambda: endless(2.0)))


@pytest.mark.parametrize("visible", [True, False])
@pytest.mark.parametrize(("name", "edit", "about"), UNDECLARED)
def test_a_mistake_that_is_not_declared_is_explained(name, edit, about, visible):
    wrong = edited(PROBLEMS[name].solve, "a student's answer", edit)
    findings = judged(packed(name, 1, visible, variants=True), wrong).findings
    (explained,) = [f for f in findings if f.code == Code.VARIANT]
    assert about.items() <= explained.data["variant"].items()
    assert [f.code for f in findings if f is not explained] == []


def test_a_variant_about_a_small_number_is_described():
    wrong = edited(
        PROBLEMS["softmax_cross_entropy"].solve, "a student's answer", ("-= 1", "-= 2")
    )
    verdict = judged(packed("softmax_cross_entropy", 1, True, variants=True), wrong)
    assert {f.code for f in verdict.findings} == {Code.AT_INDEX}
    assert "stability" in verdict.spared


@pytest.mark.parametrize("visible", [True, False])
def test_a_variant_must_also_fit_the_special_cases(visible):
    """With a stride of 1 and no padding, `j * padding` equals an undeclared forgotten term."""
    data = packed("conv2d_forward", 1, visible, variants=True)
    edit = "j * stride", "j * padding"
    wrong = edited(PROBLEMS["conv2d_forward"].solve, "a student's answer", edit)
    findings = judged(data, wrong).findings
    assert findings
    assert Code.VARIANT not in [f.code for f in findings]
    for case in data["cases"]:
        if case["aspect"] != "value":
            case.pop("variants", None)
    assert Code.VARIANT in [f.code for f in judged(data, wrong).findings]


@pytest.mark.parametrize("answer", [lambda X, *_: (X, X[0], X[0]), lambda X, *_: (0 * X, 0, 0)])
def test_an_answer_that_computes_nothing_has_no_such_explanation(answer):
    findings = judged(packed("batch_norm_backward", 1, True, variants=True), answer).findings
    assert Code.VARIANT not in [f.code for f in findings]


def test_a_correct_answer_in_a_different_style_stays_correct():
    data = packed("batch_norm_backward", 1, False, variants=True)
    for f in PROBLEMS["batch_norm_backward"].alternatives.values():
        assert judged(data, f).score == 100


@pytest.mark.parametrize("name", PROBLEMS)
def test_every_variant_has_words(name):
    for about, _ in variants(PROBLEMS[name].solve, lambda: None):
        finding = Finding(Code.VARIANT, "value", ("x",), data={"variant": about})
        assert text(finding, Audience.HIDDEN).startswith("Your `x` is what you get if you ")
