"""`check` finds the line of a wrong function whose change makes its answers correct."""

import ast
import inspect

import pytest
from nngrader.engine.declaration.edit import source_of
from nngrader.student import repair
from nngrader.student.corrections import CHECK, corrections, timed

from tests.exercises.declared_problems import PROBLEMS, judged, packed

# By problem: text in the reference, what replaces it, and what the message asks to check.
PLANTED = [
    ("softmax_vjp", "p * (g - g @ p)", "p * g - g @ p", "its parentheses"),
    ("softmax_vjp", "p * (g - g @ p)", "g - p * (g @ p)", "whether a factor"),
    ("two_layer_loss", ".max(axis=1, keepdims=True)", ".max()", "its axes"),
    (
        "two_layer_loss",
        "dscores[n, y] -= 1\n    dscores /= len(X)",
        "dscores /= len(X)\n    dscores[n, y] -= 1",
        "whether it and the line after it are in the right order",
    ),
    ("row_reduce", "pivots.append(j)", "pivots.append(i)", "which variables it uses"),
]


def searched(name, old, new):
    """Return the message about a reference after a replacement, and its names."""
    text, names = source_of(PROBLEMS[name].solve), dict(PROBLEMS[name].solve.__globals__)
    assert old in text
    text = text.replace(old, new)
    exec(text, names)
    data, before = packed(name, 1, True), dict(names)
    f = names[PROBLEMS[name].solve.__name__]
    message = repair.line_to_change(
        repair.in_this_process(f, data), text, data, judged(data, f)
    )
    assert names == before
    return message


@pytest.mark.parametrize(("name", "old", "new", "checked"), PLANTED)
def test_the_line_and_what_to_check_there_are_named(name, old, new, checked):
    (message,) = searched(name, old, new)
    assert f"`{new.splitlines()[0].strip()}" in message or new in message
    assert "makes all of your answers correct" in message
    assert f"Check {checked}" in message


def test_a_line_that_changes_an_array_in_place_is_named():
    old = "y[:, :, i, j] = np.tensordot(window, weight, ((1, 2, 3), (1, 2, 3))) + bias"
    new = (
        "for f in range(len(weight)):\n"
        "                part = padded[:, :, top : top + KH, left : left + KW]\n"
        "                part *= weight[f]\n"
        "                y[:, f, i, j] = part.sum(axis=(1, 2, 3)) + bias[f]"
    )
    (message,) = searched("conv2d_forward", old, new)
    assert "`part *= weight[f]`" in message
    assert "Check whether it should create a new array instead of changing one" in message


def test_a_line_is_removed_before_it_is_exchanged_with_a_loop():
    loop = "p = 0 * e\n    for k in range(1):\n        p = p + e / e.sum()\n    p = np.sqrt(p)"
    (message,) = searched("softmax_vjp", "p = e / e.sum()", loop)
    assert "`p = np.sqrt(p)`" in message
    assert "Check whether it is necessary" in message


def test_the_line_that_assigns_a_wrong_variable_is_named():
    (message,) = searched("softmax_vjp", "p = e / e.sum()", "q = e / e.sum()\n    p = -e")
    assert "`p = -e`" in message


def test_lines_are_counted_from_the_definition():
    (message,) = searched("softmax_vjp", "p * (g - g @ p)", "p * g - g @ p")
    assert "on line 4 of your function: `return p * g - g @ p`." in message


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("p * (g - g @ p)", "p * (g - g.mean())"),  # a declared mistake, which has its own hint
        ("p * (g - g @ p)", "p * g - g @ p if open else 0"),  # might change a file
        ("p * (g - g @ p)", "np.arange(len(g)) ** 2.0"),  # needs more than one change
        *(  # keep something for the next call
            ("p = e / e.sum()", f"p = e / e.sum()\n    {write}")
            for write in ("STATE[0] = e", "STATE.a[0] = e", "STATE.append(e)")
        ),
        ("return p", "raise NotImplementedError\n    return p"),  # isn't written yet
    ],
)
def test_nothing_is_said_in_other_cases(old, new):
    assert searched("softmax_vjp", old, new) == []


def test_a_line_that_makes_more_answers_correct_is_named(monkeypatch):
    monkeypatch.setattr(repair.Search, "lines", lambda self: ({}, 2))
    (message,) = searched("softmax_vjp", "p * (g - g @ p)", "p * g - g @ p")
    assert "may be on line 2" in message
    assert "makes more of your answers correct." in message


def test_a_line_is_named_once_if_an_exception_explains_it():
    gap = "gap = scores.copy()\n    gap -= scores[n, targets][:, None]\n    gap += margin"
    assert (
        searched("hinge_loss", "gap = scores - scores[n, targets][:, None] + margin", gap) == []
    )


def test_an_endless_loop_ends():
    class OutOfTimeError(Exception):
        pass

    def check():
        raise OutOfTimeError

    names = {CHECK: check}
    tree = timed(ast.parse("def f():\n    while True:\n        pass"))
    exec(compile(tree, "", "exec"), names)
    with pytest.raises(OutOfTimeError):
        names["f"]()


def test_a_docstring_adds_no_changes():
    plain, long = (
        ast.parse("def f(x):\n    return x + 1"),
        '"""Return x + 1 (x is an array)."""',
    )
    assert len(corrections(plain)) == len(
        corrections(ast.parse(f"def f(x):\n    {long}\n    return x + 1"))
    )


def test_every_kind_of_change_has_words():
    sources = [inspect.getsource(PROBLEMS[n].solve) for n in ("optimizer_step", "max_pool")]
    kinds = {kind for text in sources for kind, *_ in corrections(ast.parse(text))}
    assert kinds <= repair.WORDS.keys()
    assert len(kinds) > len(repair.WORDS) / 2


def test_every_line_whose_change_corrects_the_function_is_named():
    (message,) = searched("ridge_fit", "Z = X - middle", "Z = middle - X")
    assert "one of these lines" in message
    assert "`Z = middle - X`" in message
