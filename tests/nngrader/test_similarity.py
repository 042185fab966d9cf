"""Similarity: what makes two cells similar, and which pairs of a class stand out."""

import ast
import functools
import inspect
import itertools
import textwrap

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st
from nngrader.engine.observation import likeness
from nngrader.engine.observation.likeness import fingerprint, winnow
from nngrader.reports.similarity import (
    ENOUGH,
    FEW,
    alike,
    rings,
    same_as_published,
    solution_fingerprints,
)

from .sample_course import problems

LONG = '''
def train(X, y, rate=0.1, steps=200):
    """Logistic regression by gradient descent."""
    n, d = X.shape
    weights = np.zeros(d)
    bias = 0.0
    losses = []
    order = np.random.default_rng(0).permutation(n)
    for step in range(steps):
        z = X[order] @ weights + bias
        p = 1 / (1 + np.exp(-np.clip(z, -500, 500)))
        if step % 10 == 0:
            losses.append(-np.mean(np.log(np.where(y[order] > 0, p, 1 - p) + 1e-12)))
        error = (p - y[order]) / n
        weights -= rate * X[order].T @ error
        bias -= rate * error.sum()
        while len(losses) > 5 and losses[-1] > losses[-2]:
            rate *= 0.5
            losses.pop()
    return weights, bias, losses
'''
DISGUISED = """
from typing import Any
def train(features: Any, target: Any, lr: float = .1, epochs: int = 200) -> tuple:
    # all my own work
    count, dims = features.shape
    history: list = []          # kept
    b = 0
    w = np.zeros(dims)
    print("start", count)
    perm = np.random.default_rng(0).permutation(count)
    for epoch in range(epochs):
        scores = (features[perm] @ w + b)
        prob = 1 / (1 + np.exp(-np.clip(scores, -500, 500)))
        if epoch % 10 == 0:
            history.append(
                -np.mean(np.log(np.where(target[perm] > 0, prob, 1 - prob) + 1e-12)))
        delta = (prob - target[perm]) / count
        assert delta.shape == (count,)
        b -= lr * delta.sum()
        w -= lr * features[perm].T @ delta
        while len(history) > 5 and history[-1] > history[-2]:
            lr *= 0.5
            history.pop()
    return w, b, history
"""
REWRITTEN = """
def train(X, y, rate=0.1, steps=200):
    w, losses = np.zeros(X.shape[1] + 1), []
    X1 = np.c_[X, np.ones(len(X))]
    def loss(w):
        return np.logaddexp(0, -(2 * y - 1) * (X1 @ w)).mean()
    for _ in range(steps):
        guess = np.tanh(X1 @ w / 2) / 2 + 0.5
        w = w - rate * (guess - y) @ X1 / len(y)
        losses += [loss(w)]
    return w[:-1], w[-1], losses
"""


def source_of(f, name):
    """Return a declared answer as a student would submit it."""
    text = textwrap.dedent(inspect.getsource(f))
    return text[text.index("def ") :].replace(f.__name__, name, 1)


@functools.cache
def answers():
    """Return correct answers as students would submit them, by problem."""
    return {
        p.name: [source_of(f, p.name) for f in (p.solve, *p.alternatives.values())]
        for p in problems()
    }


def solved():
    return {name: set(fingerprint(sources[0])) for name, sources in answers().items()}


class Renamed(ast.NodeTransformer):
    """A transformer that renames every name that a function defines."""

    def __init__(self, tree, suffix="_2"):
        self.suffix = suffix
        self.own = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and stored(n)}
        self.own |= {a.arg for a in ast.walk(tree) if isinstance(a, ast.arg)}

    def visit_Name(self, node):
        new = node.id + self.suffix if node.id in self.own else node.id
        return ast.Name(new, node.ctx)

    def visit_arg(self, node):
        return ast.arg(node.arg + self.suffix)


def stored(node):
    return isinstance(node.ctx, ast.Store)


def renamed(source, suffix="_2"):
    tree = ast.parse(source)
    return ast.unparse(ast.fix_missing_locations(Renamed(tree, suffix).visit(tree)))


def class_of_alternatives(rng, n=30):
    """Return the fingerprints of a class of random correct answers with different names."""
    return {
        f"s{i:02}": {
            name: fingerprint(renamed(sources[rng.integers(len(sources))], f"_{i}"))
            for name, sources in answers().items()
        }
        for i in range(n)
    }


def test_other_names_make_the_same_fingerprints():
    for source in (*itertools.chain(*answers().values()), LONG, REWRITTEN):
        assert fingerprint(source) == fingerprint(renamed(source)) != [], source


def test_names_comments_hints_docstrings_prints_and_order_are_seen_through():
    assert fingerprint(DISGUISED) == fingerprint(LONG)


def test_statements_that_need_each_other_keep_their_order():
    for one, other in (
        ("y = x.T; y += 1; z = f(y)", "y = x.T; z = f(y); y += 1"),
        ("a = x.T\ngive(x)\nb = h(x).T", "b = h(x).T\na = x.T\ngive(x)"),
        ("x[0] = 1; y = x.sum(axis=0)", "y = x.sum(axis=0); x[0] = 1"),
        ("np.add(a, b, out=c); d = c.T.copy()", "d = c.T.copy(); np.add(a, b, out=c)"),
        ("def f(x):\n  if x.T: return 1\n  return 2.5 * x", "def f(x):\n  return 2.5 * x"),
    ):
        assert fingerprint(one) != fingerprint(other), one


def test_unreadable_submissions_have_no_fingerprints():
    for source in ("", "# nothing", "def f(:", "x = " + "(" * 5_000, "-" * 50_000 + "1"):
        assert fingerprint(source) == []
    for source in ("a" + "+a" * 60_000, "\0", "x = 1\n" * 60_000, "'\udce9'"):
        assert fingerprint(source) == []


@given(st.lists(st.integers(0, 50), max_size=60), st.lists(st.integers(0, 50), max_size=20))
def test_winnowing_sees_every_run_that_two_texts_share(run, before):
    assume(len(run) >= likeness.WINDOW)
    assert winnow(run) & winnow(before + run + before[::-1])
    assert winnow(run) <= winnow(before + run)


def test_a_copy_in_other_names_stands_out_of_thirty():
    members = class_of_alternatives(np.random.default_rng(0))
    assert rings(members, solved()) == []
    members["s07"] = {"train": fingerprint(LONG)} | members["s07"]
    members["s19"] = {"train": fingerprint(DISGUISED)} | members["s19"]
    members["s03"] = {"train": fingerprint(REWRITTEN)} | members["s03"]
    (ring,) = rings(members, solved())
    assert ring.students == ("s07", "s19")
    assert ring.cells["train"] == 1
    assert ring.weight >= ENOUGH


def test_the_published_solution_has_a_separate_list(base):
    published = solution_fingerprints(base.instructor_joined())
    given = {c: set(f) for c, f in solution_fingerprints(base.untouched_notebook()).items()}
    copy = {p: fingerprint(renamed(answers()[p][0])) for p in answers()}
    one = {"hinge_loss": copy["hinge_loss"]}
    other = {p: fingerprint(answers()[p][1]) for p in answers()}
    result = same_as_published({"ada": copy, "bob": one, "chen": other}, published, given)
    assert result == {"ada": list(published)}


def test_common_code_counts_less_for_similarity():
    for n in (30, 200):
        weights = []
        for k in range(2, max(FEW, n // 10) + 2):
            held = {f"s{i:02}": {1, 2, 3} for i in range(k)}
            weights.append(alike(held, n).get(("s00", "s01"), (0, 0.0))[1])
        assert weights[0] == 3
        assert weights == sorted(weights, reverse=True)
        assert weights[-1] == 0 < weights[-2]
