"""LBFGS against torch, evaluation for evaluation: options, saved states, errors."""

import numpy as np
import pytest
import torch

import nnlib
from nnlib.optim import LBFGS
from nnlib.optim.line_search import Point, strong_wolfe
from tests.nnlib.harness import naming
from tests.nnlib.optim.optimizers import closure_of, loss_of

PAIRS = [(nnlib, LBFGS), (torch, torch.optim.LBFGS)]
OPTIONS = [
    dict(lr=0.1),
    dict(lr=0.1, max_iter=4),
    dict(lr=0.1, max_iter=4, max_eval=3),
    dict(lr=0.1, history_size=2),
    dict(lr=0.1, tolerance_grad=1e-2),
    dict(lr=0.1, tolerance_change=1e-3),
    dict(lr=0.0, max_iter=3, tolerance_change=0.0),
    dict(max_iter=0),
]


@pytest.fixture
def arrays(rng):
    return [rng.standard_normal(shape) for shape in ((3, 5), (3,), (7, 5), (7, 3))]


def steps_of(L, make, options, start, f, steps):
    """Return the loss of each evaluation, and parameters and optimizer after some steps."""
    p = [L.tensor(a, requires_grad=True) for a in start]
    optimizer, losses = make(p, **options), []
    for _ in range(steps):
        optimizer.step(closure_of(optimizer, p, f, losses))
    return losses, [x.detach().numpy() for x in p], optimizer


def assert_alike(got, expected, tolerance=1e-10):
    assert len(got[0]) == len(expected[0])
    np.testing.assert_allclose(got[0], expected[0], rtol=tolerance, atol=tolerance)
    for a, b in zip(got[1], expected[1], strict=True):
        np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance, strict=True)


def network(L, arrays):
    X, t = (L.tensor(a) for a in arrays[2:])
    return lambda W, b: loss_of(L, W, b, X, t) + 0.1 * ((W * W).sum() + (b * b).sum())


def test_every_evaluation_matches_torch(arrays):
    for line_search_fn in [None, "strong_wolfe"]:
        for options in OPTIONS:
            with naming(line_search_fn, options):
                options = dict(
                    options, line_search_fn=line_search_fn if options.get("lr") else None
                )
                assert_alike(
                    *(
                        steps_of(L, make, options, arrays[:2], network(L, arrays), 2)
                        for L, make in PAIRS
                    )
                )


def test_the_state_has_the_form_of_torch(arrays):
    for line_search_fn in [None, "strong_wolfe"]:
        with naming(line_search_fn):
            options = dict(lr=0.1, max_iter=4, line_search_fn=line_search_fn)
            got, expected = (
                steps_of(L, make, options, arrays[:2], network(L, arrays), 2)[2].state_dict()
                for L, make in PAIRS
            )
            assert got["param_groups"] == expected["param_groups"]
            (ours,), (theirs,) = got["state"].values(), expected["state"].values()
            assert ours.keys() == theirs.keys() - {"al"}  # scratch memory of torch
            for key, value in theirs.items():
                if key != "al":
                    np.testing.assert_allclose(listed(ours[key]), listed(value), rtol=1e-8)


def listed(value):
    """Return tensors, numbers and lists of them as lists."""
    if isinstance(value, list):
        return [listed(v) for v in value]
    return value.tolist() if hasattr(value, "tolist") else value


def test_a_line_search_stops_where_the_bracket_is_tiny():
    def at(t):  # falls by rounding alone: no point meets the conditions
        return Point(t, -t if t < 1e-8 else 1.0, None, -1.0)

    result = strong_wolfe(at, at(0.0), 1.0, 1.0, max_ls=1000)
    assert 0 <= result.t < 1e-8
