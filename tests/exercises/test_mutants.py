"""Mechanical mutants of every reference lose points, or are the reference in other words."""

import ast
import inspect
import textwrap

import numpy as np
import pytest
from nngrader.engine import judge
from nngrader.engine.cases import PRIMES

from tests.exercises.declared import PROBLEMS, impatient, packed
from tests.exercises.equal import MANY, SMALL, differing, inputs
from tests.exercises.mutants import mutants

SEEDS = (9, 10)
FEWEST = 20
PLACES = (ast.BinOp, ast.AugAssign, ast.Compare, ast.Call, ast.Subscript, ast.UnaryOp)
NAMES = [name for name, p in PROBLEMS.items() if not getattr(p, "trains", False)]
every_problem = pytest.mark.parametrize("name", NAMES)


def is_drawn(name):
    """Whether other seeds give other inputs; those of a graph with given numbers are one.

    Mutants of such a problem are judged on its one input, and other seeds say nothing new.
    """
    first, second = (
        [repr(c.make(rng, *PRIMES[: len(c.letters)])) for c in PROBLEMS[name].cases]
        for rng in map(np.random.default_rng, (1, 2))
    )
    return first != second


def uncaught(name):
    """The mutants that have all points for some hidden cases, by what is changed."""
    found = {}
    for k, (line, f) in enumerate(mutants(PROBLEMS[name].solve)):
        data = [packed(name, seed, False) for seed in SEEDS]
        scores = [judge(d, impatient(d, f)).score for d in data]
        if max(scores) == 100:
            found[f"{k}: {line}"] = f
    return found


@every_problem
def test_there_are_at_least_twenty_mutants_where_there_are_as_many_places(name):
    tree = ast.parse(textwrap.dedent(inspect.getsource(PROBLEMS[name].solve)))
    places = sum(isinstance(node, PLACES) for node in ast.walk(tree))
    assert len(list(mutants(PROBLEMS[name].solve))) >= min(FEWEST, places)


@every_problem
def test_a_mutant_that_loses_nothing_is_the_reference_on_ten_thousand_inputs(name):
    assert list(differing(PROBLEMS[name], uncaught(name))) == []


def test_only_the_graph_is_the_same_for_every_seed():
    assert [name for name in PROBLEMS if not is_drawn(name)] == ["blame"]


@pytest.mark.parametrize("name", [name for name in NAMES if is_drawn(name)])
def test_the_inputs_on_which_mutants_are_compared_are_many_and_varied(name):
    drawn = inputs(PROBLEMS[name], MANY)
    assert len(drawn) == MANY
    shapes = {tuple(np.shape(v) for v in args) for args in drawn}
    letters = max(len(case.letters) for case in PROBLEMS[name].cases)
    most = len(SMALL) ** letters + len(PRIMES) ** letters
    assert len(shapes) >= min(51, 0.9 * most)
    first = [next(v for v in args if np.ndim(v)) for args in drawn]  # after any formula
    assert any(1 in np.shape(v) for v in first)


def test_a_mutant_that_differs_is_found():
    p = PROBLEMS["softmax_cross_entropy"]

    def wrong_for_one_row(scores, targets):
        loss, gradient = p.solve(scores, targets)
        return loss * (2 if len(scores) == 1 else 1), gradient

    changed = {"wrong": wrong_for_one_row, "right": lambda s, t: p.solve(1 * s, t)}
    assert list(differing(p, changed, 1000)) == ["wrong"]


def test_a_mutant_that_loops_without_end_is_waited_for_once():
    data, calls = packed("hinge_loss", 1, False), []

    def endless(*args):
        calls.append(args)
        while True:
            pass

    assert judge(data, impatient(data, endless)).score == 0
    assert len(calls) == 1


def test_every_kind_of_change_is_made():
    lines = [line for line, _ in mutants(PROBLEMS["hinge_loss"].solve)]
    for changed in (
        "gap = scores + scores[n, targets][:, None] + margin",
        "gradient = (gap >= 0).astype(float)",
        "gap[n, targets] = 1",
        "gradient[n, targets] = +gradient.sum(axis=1)",
        "gradient[n, targets] = -gradient.sum(axis=0)",
        "gradient[n, targets] = -gradient.sum()",
        "gradient[n, targets] = -gradient.mean(axis=1)",
        "gap[targets, n] = 0",
        "gap = scores - scores[n, targets][None, :] + margin",
        "gap = scores - scores[n, targets][:-1, None] + margin",
        "n = np.arange(len(targets))",
        "return (gap.sum() / len(scores), gradient / len(scores))",
        "without gap[n, targets] = 0",
    ):
        assert changed in lines
