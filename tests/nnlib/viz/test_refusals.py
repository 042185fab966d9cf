"""Bad input is refused with a message that says what was expected and what arrived."""

import numpy as np
import pytest

from nnlib import viz
from tests.nnlib.harness import naming

NAN = float("nan")
TEN = {str(k): [1.0, 2.0] for k in range(11)}
ELEVEN = {"points": np.zeros((11, 2)), "labels": np.arange(11)}
FORECASTS = {k: ([1], [1]) for k in TEN}
NAMES = {"xlabel": "x", "ylabel": "y"}


def flat(w):
    return w[:, 0]


def scores(x):
    return np.stack([x[:, 0], -x[:, 0]], axis=1)


REFUSED = [
    ("curves", (TEN,), {"ylabel": "y"}, "curves: expected one to ten curves, got 11"),
    ("curves", ({},), {"ylabel": "y"}, "curves: expected one to ten curves, got 0"),
    ("against", ([1, 2], {"a": [1]}), NAMES, "expected 2 rows for 'a', one for each x, got 1"),
    ("against", ([1], {}), NAMES, "against: expected one to ten lines, got 0"),
    ("convergence", ({"a": [1, -1]},), {}, "errors of at least 0, not all 0, for 'a'"),
    ("convergence", ({"a": [0, 0]},), {}, "errors of at least 0, not all 0, for 'a'"),
    ("dots", ({},), {"xlabel": "x"}, "dots: expected at least one row, got none"),
    ("dots", ({"a": [NAN]},), {"xlabel": "x"}, "finite numbers for the row 'a'"),
    ("bars", ({"a": [np.inf]},), {"xlabel": "x"}, "finite numbers for the row 'a'"),
    ("distributions", ({"a": [-1]},), {"x": [0], "xlabel": "x"}, "at least 0 for 'a'"),
    ("distributions", ({"a": [1]},), {"x": [0, 1], "xlabel": "x"}, "expected 2 numbers"),
    ("timeline", ([1, 2], [1]), NAMES, r"as many times as values for 'measured', got \(2,\)"),
    ("timeline", ([1], [1]), NAMES | {"forecasts": FORECASTS}, "one to ten series, got 12"),
    ("timeline", ([1], [1]), NAMES | {"name": "0", "forecasts": {"0": ([1], [1])}}, "than '0'"),
    ("heatmap", (np.zeros((2, 3), int), "ab", "ab"), NAMES, r"expected a table \(2, 2\)"),
    ("heatmap", ([[NAN]], "a", "b"), NAMES, "finite numbers for the table"),
    ("confusion", ([0, 2], [0, 1], "ab"), {}, "true classes from 0 below 2, got 0 to 2"),
    ("confusion", ([0, 1], [0, -1], "ab"), {}, "predicted classes from 0 below 2, got -1"),
    ("matrix", ([[1, NAN]],), {}, "matrix: expected finite numbers for A, got 1 of 2"),
    ("matrix", (np.zeros((0, 2)),), {}, r"matrix: expected numbers for A, got shape \(0, 2\)"),
    ("attention", ([[0.5, 0.5]], ["a"], ["b"]), {}, r"a table \(1, 1\) for the names"),
    ("attention", ([[-0.5]], ["a"], ["b"]), {}, "weights of at least 0, as after softmax"),
    ("roc", ([1, 1], [0.1, 0.2]), {}, "roc: expected both 0 and 1 in truth"),
    ("roc", ([0, 2], [0.1, 0.2]), {}, "roc: expected truth from 0 below 2, got 0 to 2"),
    ("calibration", ([0, 1], [0.1, 1.2]), {}, "probabilities from 0 to 1, got 0.1 to 1.2"),
    ("calibration", ([0, 1], [0.1, 0.2]), {"bins": 0}, "at least one bin, got 0"),
    ("scree", ([1.0, 2.0],), {}, "scree: expected descending variances"),
    ("scree", ([2.0, -1.0],), {}, "scree: expected descending variances"),
    ("plane", (scores,), {"arrows": np.ones((11, 2))}, "one to ten arrows, got 11"),
    ("plane", (scores,), ELEVEN, "plane: expected one to ten classes of points, got 11"),
    ("regions", (flat,), {"limits": ((1, 0), (0, 1))}, "regions: expected limits"),
    ("surface", (flat,), {"limits": (0, 1)}, "surface: expected 2 dimensions for limits"),
    ("regions", (flat, [[1, 2, 3]], [0]), {}, r"points \(N, 2\) and N labels, got \(1, 3\)"),
    ("surface", (flat, {"a": [[0, 0], [NAN, 0]]}), {}, "the path 'a', got 1 of 4 NaN"),
    ("descent", (np.square, []), {}, "descent: expected numbers for steps"),
    ("descent", (np.square, [NAN]), {}, "descent: expected finite numbers for steps"),
    ("vectors", ({"a": [1, 2, 3]},), {}, "two numbers, or tail and tip, for 'a', got shape"),
    ("vectors", ({"a": [1, 2]},), {"transform": np.eye(3)}, r"a transform \(2, 2\), got"),
    ("histograms", ({},), {"xlabel": "x"}, "at least one layer and one bin, got 0 and 40"),
    ("histograms", ({"a": [0.0]},), {"xlabel": "x", "log": True}, "a nonzero number in 'a'"),
    ("gallery", (np.zeros((2, 2)),), {}, r"pictures \(N, H, W\) or \(N, H, W, 3\) and N"),
    ("gallery", (np.zeros((2, 2, 2)), ["one"]), {}, "and 1 titles"),
    ("images", (np.zeros((2, 7)),), {}, r"rows of 4 .* \(2, 2\), got 7"),
    ("images", (np.zeros((2, 5, 3, 3)),), {}, "images: expected one or three channels"),
    ("filters", (np.zeros((2, 3)),), {}, r"expected 4 dimensions for the weight \(C_out"),
    ("feature_maps", (np.zeros((2, 3, 4, 4)),), {}, r"one image, got 2: \(2, 3, 4, 4\)"),
    ("feature_maps", (np.zeros((2, 4, 4)), ["a"]), {}, "N titles or none"),
]


def test_bad_input_is_refused():
    for name, args, kwargs, message in REFUSED:
        with naming(name), pytest.raises(ValueError, match=message):
            getattr(viz, name)(*args, **kwargs)


KINDS = [
    ("curves", ({"a": ["one"]},), {"ylabel": "y"}, "real numbers for the curve 'a', got <U3"),
    ("curves", ({"a": None},), {"ylabel": "y"}, "real numbers for the curve 'a', got object"),
    ("curves", ([[1, 2]],), {"ylabel": "y"}, "curves: expected lines as a dict with names"),
    ("dots", ([1, 2],), {"xlabel": "x"}, "dots: expected rows as a dict with names as keys"),
    ("surface", (flat, [[0, 0]]), {}, "surface: expected paths as a dict .*, got list"),
    ("vectors", ([[0, 1]],), {}, "vectors: expected arrows as a dict"),
    ("histograms", ([[0, 1]],), {"xlabel": "x"}, "histograms: expected layers as a dict"),
    ("matrix", ([[1j]],), {}, "matrix: expected real numbers for A, got complex128"),
    ("matrix", ([[None]],), {}, "matrix: expected real numbers for A, got object"),
    ("gallery", ([[["a"]]],), {}, "real numbers for the pictures"),
    ("regions", (3,), {}, "regions: expected an estimator or a function, got int"),
]


def test_a_wrong_kind_is_refused():
    for name, args, kwargs, message in KINDS:
        with naming(name), pytest.raises(TypeError, match=message):
            getattr(viz, name)(*args, **kwargs)
