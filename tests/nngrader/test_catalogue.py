"""The catalogue of submissions itself: every class has its share, every entry its mechanism."""

import inspect

import pytest

from . import hostile
from .attack import HONEST_REST
from .catalogue import ALL, CLASSES, ODD
from .habits import BESIDE, FORMS, HABITS
from .looks import LOOKS

LEAST = 10  # of each class


def test_every_submission_belongs_to_one_class_and_no_class_is_nearly_empty():
    sorted_in = [s for students in CLASSES.values() for s in students]
    assert sorted(sorted_in) == sorted([*ALL, *ODD])
    assert {kind: len(s) for kind, s in CLASSES.items() if len(s) < LEAST} == {}
    assert len(sorted_in) >= 100


def test_no_two_submissions_are_the_same():
    assert len(set(ALL.values())) == len(ALL)
    written = [w for table in (FORMS, HABITS, BESIDE) for w in table.values()]
    assert len(set(written)) == len(written)
    makers = [inspect.getsource(odd.make) for s, odd in ODD.items() if "honest-has" not in s]
    assert len({text.partition("(course")[2] for text in makers}) == len(makers)


def test_no_table_hides_an_entry_of_another():
    tables = (table for table in vars(hostile).values() if type(table) is dict)
    assert sum(len(t) for t in tables if t is not ALL and "__name__" not in t) == len(ALL)


def test_a_hostile_function_can_never_have_the_points_of_a_right_one():
    assert {h.most for h in ALL.values() if h.function} == {HONEST_REST}


@pytest.mark.parametrize("student", ALL)
def test_a_hostile_submission_that_nobody_is_told_of_has_no_flag_to_look_for(student):
    entry = ALL[student]
    assert entry.status in ("graded", "flagged")
    assert not (entry.status == "graded" and entry.flag)


@pytest.mark.parametrize("name", LOOKS)
def test_a_spy_is_python_that_can_be_read(name):
    compile(LOOKS[name].own, name, "exec")
