"""Gradescope's list of submitters, odd and hostile ones."""

import pytest
from nngrader.intake.platforms import submitters_of

ONE = "submission_1:\n  :submitters:\n  - :name: A\n    :sid: 007\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (ONE, {"submission_1": ([("007", "", "A")], "")}),
        ("---\n'submission_1':\n  :score: 1\n", {"submission_1": ([], "")}),
        ("submission_1:\n  :submitters: []\n", {"submission_1": ([], "")}),
        ("submission_1:\n  :submitters: *1\n", {"submission_1": ([], "")}),
        ("submission_1:\n  :submitters:\n  - [[\n", {"submission_1": ([], "")}),
        (ONE + "    :email:\n    - x\n", {"submission_1": ([("007", "", "A")], "")}),
        (ONE.replace(" A", " " + "A" * 20_000), {"submission_1": ([], "")}),
        (
            ONE + "  :created_at: 2026-01-01\n",
            {"submission_1": ([("007", "", "A")], "2026-01-01")},
        ),
        (
            ONE + "  :output: |-\n      x\u2028submission_2:\n",
            {"submission_1": ([("007", "", "A")], "")},
        ),
        ("", {}),
        ("\0{", {}),
    ],
    ids=range(11),
)
def test_submitters_are_read_or_nobody_is_named(text, expected):
    assert submitters_of(text) == expected
