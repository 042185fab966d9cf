"""Right answers in strangers' styles, which no problem registers, lose nothing."""

import pytest

from tests.exercises.declared_problems import judged, packed
from tests.exercises.right_answers.catalogue import RIGHT


@pytest.mark.parametrize("visible", [True, False])
@pytest.mark.rotate("seed", 1)
@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize(("name", "f"), RIGHT)
def test_a_right_answer_in_another_style_loses_nothing(name, f, seed, visible):
    verdict = judged(packed(name, seed, visible), f)
    assert (verdict.score, verdict.findings) == (100, [])
