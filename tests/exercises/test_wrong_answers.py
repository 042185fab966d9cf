"""Wrong answers that no problem registers are told what is wrong, and lose what they should."""

import pytest

from tests.exercises.declared_problems import SEED, judged, lost, packed, texts
from tests.exercises.hidden_numbers import numbers_in
from tests.exercises.wrong_answers.catalogue import WRONG

ANSWERS = {}
for name, *answer in WRONG:
    ANSWERS.setdefault(name, []).append(answer)


@pytest.mark.parametrize("seed", [SEED, pytest.param(9, marks=pytest.mark.slow)])
@pytest.mark.parametrize("name", ANSWERS)
def test_a_wrong_answer_is_told_what_is_wrong_and_nothing_hidden(name, seed):
    failed = []
    for f, words, loses in ANSWERS[name]:
        data = packed(name, seed, False)
        shown, hidden = (judged(data | {"visible": visible}, f) for visible in (True, False))
        if words not in texts(shown):
            failed.append((words, "is not told", texts(shown)))
        if not lost(hidden) or (loses and lost(hidden) != loses):
            failed.append((words, "loses", lost(hidden)))
        if told := numbers_in(data, hidden.findings):
            failed.append((words, "tells hidden numbers", told))
    assert failed == []
