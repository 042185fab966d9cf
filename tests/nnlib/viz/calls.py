"""One call of each figure function, with arguments small enough to check by eye."""

import numpy as np

from nnlib import viz

E = np.exp(-np.arange(1, 9) / 2)
POINTS = np.array([[0.0, 1.0], [1.0, 0.0], [1.0, 2.0], [2.0, 1.0]])
LABELS = np.array([0, 0, 1, 1])


def bowl(w):
    """Return a quadratic loss with its minimum at the origin."""
    return w[:, 0] ** 2 + 3 * w[:, 1] ** 2


def sigmoid_of_the_sum(x):
    """Return the probabilities of two classes, by the sigmoid of the sum of x."""
    p = 1 / (1 + np.exp(2 - x.sum(axis=1)))
    return np.stack([1 - p, p], axis=1)


CALLS = {
    "against": (
        ([8, 64], {"dense": np.array([[0.7, 0.8], [0.8, 0.9]])}),
        {"xlabel": "units", "ylabel": "accuracy"},
    ),
    "attention": ((np.full((3, 2), 0.5), ["le", "chat", "dort"], ["the", "cat"]), {}),
    "bars": (({"dense": 3.0, "convolutional": [1.0, 2.0]},), {"xlabel": "seconds"}),
    "calibration": ((np.array([0, 1, 1, 1]), np.array([0.4, 0.4, 0.9, 0.9])), {}),
    "confusion": ((np.array([0, 0, 1]), np.array([0, 1, 1]), ["cat", "rat"]), {}),
    "convergence": (
        ({"one-sided": E, "two-sided": E**2},),
        {"x": E, "orders": [1, 2], "xlabel": "h"},
    ),
    "curves": (
        ({"SGD": np.array([[2.0, 1.0], [4.0, 3.0]]), "Adam": [1.5, 0.7]},),
        {"ylabel": "loss (nats)"},
    ),
    "descent": ((np.square, np.array([2.0, 1.0, 0.5])), {}),
    "distributions": (
        ({"fair": [0.25, 0.5, 0.25], "biased": [0.64, 0.32, 0.04]},),
        {"x": np.arange(3), "xlabel": "heads", "mass": True, "marks": {"mean": 1}},
    ),
    "dots": (({"a": [1.0, 3.0], "b": [2.0, 2.0]},), {"xlabel": "seconds"}),
    "feature_maps": ((np.linspace(0, 3, 18).reshape(2, 3, 3),), {}),
    "filters": ((np.linspace(-1, 1, 36).reshape(4, 1, 3, 3),), {}),
    "gallery": ((np.linspace(0, 1, 12).reshape(3, 2, 2), ["a", "b\nc", "<"]), {}),
    "heatmap": (
        (np.array([[3, 0], [1, 2]]), ["cat", "rat"], ["day", "night"]),
        {"xlabel": "when", "ylabel": "who"},
    ),
    "histograms": (
        ({"first": np.array([[0.0, 1.0], [0.0, 2.0]]), "second": np.array([[3.0], [4.0]])},),
        {"xlabel": "activation", "dead": True},
    ),
    "images": (
        (np.linspace(0, 1, 18).reshape(2, 9), [0, 1], [0, 0]),
        {"names": ["shirt", "shoe"]},
    ),
    "matrix": ((np.array([[2.0, -1.0], [0.0, 0.5]]),), {"title": "A"}),
    "plane": (
        (sigmoid_of_the_sum,),
        {"points": POINTS, "labels": LABELS, "arrows": [[1, 1]], "names": {"here": (2, 2)}},
    ),
    "regions": ((sigmoid_of_the_sum, POINTS, LABELS), {"names": ["low", "high"]}),
    "roc": ((np.array([0, 0, 1, 1]), {"network": np.array([0.1, 0.6, 0.4, 0.9])}), {}),
    "scree": ((np.array([4.0, 2.0, 2.0]),), {}),
    "surface": (
        (bowl, {"SGD": POINTS, "Adam": POINTS / 2}),
        {"minimum": (0, 0), "arrows": True, "title": "a bowl"},
    ),
    "timeline": (
        (np.arange(5), np.array([5.0, 6.0, 8.0, 7.0, 5.0])),
        {
            "xlabel": "year",
            "ylabel": "spots",
            "forecasts": {"again": ([5, 6], [5.0, 6.0], 1.0)},
        },
    ),
    "vectors": (
        ({"u": [2, 1], "v": [1, 2], "u − v": [[1, 2], [2, 1]]},),
        {"transform": [[1, 1], [0, 1]]},
    ),
}


def draw(name, **more):
    """Return the figure that a function draws with its arguments from the table."""
    args, kwargs = CALLS[name]
    return getattr(viz, name)(*args, **(kwargs | more))
