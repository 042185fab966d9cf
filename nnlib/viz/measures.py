"""Plots of classifiers and decompositions: ROC, calibration, explained variance."""

from collections.abc import Mapping

import numpy as np

from ..checks import classes, drawable
from .colours import BLUE, INK, ORANGE
from .direct import label_lines
from .style import canvas, looks, styled

__all__ = ["calibration", "roc", "scree"]

ROUNDING = 1e-4  # relative error that float32 may add to a probability or to a sum


@styled
def roc(truth, scores, *, title: str = "", ax=None):
    r"""Draw the receiver operating characteristic (ROC) curve: recall against false alarms.

    For each threshold s, the curve shows the fraction of positives with score at least s
    (recall) against the fraction of negatives with score at least s (false positive rate).
    Equal scores pass the threshold together. The area under the curve is the probability that a
    random positive scores higher than a random negative, where a tie counts as one half.

    Parameters
    ----------
    truth : (N,) int
        1 for positives, 0 for negatives. Both must occur.
    scores : (N,) float, or mapping of str to (N,) float
        Scores, larger for samples that are more likely positive; or the scores of at most ten
        classifiers by name.

    Raises
    ------
    ValueError
        If truth does not contain both 0 and 1, or contains anything else, or the scores are not
        finite or differ from truth in length.

    Source: Fawcett (2006), An introduction to ROC analysis, algorithm 1.

    >>> ax = roc([0, 0, 1, 1], [0.1, 0.6, 0.4, 0.9])
    >>> ax.get_lines()[0].get_label()
    'area 0.750'
    """
    truth, runs = _binary("roc", truth, scores)
    styles = looks("roc", "classifiers", len(runs))
    names = {"xlabel": "false alarms (fraction of negatives)", "title": title}
    names["ylabel"] = "recall (fraction of positives)"
    axes = canvas("roc", ax, height=3.2, **names)
    for (name, values), style in zip(runs.items(), styles, strict=True):
        x, y = _roc(truth, values)
        label = f"{name}, area {np.trapezoid(y, x):.3f}".removeprefix(", ")
        axes.plot(x, y, color=style.colour, linestyle=style.dash, label=label)
    axes.plot([0, 1], [0, 1], color=INK, linewidth=0.8)
    axes.text(0.56, 0.52, "guessing", rotation=45, ha="center", va="center", fontsize=9)
    axes.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.02), aspect="equal")
    label_lines(axes)
    return axes


def _binary(function: str, truth, scores) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Return the true labels as booleans, and the scores of each classifier."""
    truth = classes(function, "truth", truth, 2).astype(bool)
    scores = scores if isinstance(scores, Mapping) else {"": scores}
    runs = {
        name: drawable(function, f"scores {name}".strip(), s, 1) for name, s in scores.items()
    }
    for values in runs.values():
        if values.shape != truth.shape:
            raise ValueError(
                f"{function}: expected {len(truth)} numbers, one per sample, got {len(values)}"
            )
    if function == "roc" and (truth.all() or not truth.any()):
        raise ValueError("roc: expected both 0 and 1 in truth, got only one of them")
    return truth, runs


def _roc(truth: np.ndarray, scores: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the false and the true positive rates at each threshold."""
    order = np.argsort(-scores, kind="stable")
    last = np.append(np.diff(scores[order]) != 0, True)
    recall = np.cumsum(truth[order])[last] / truth.sum()
    alarms = np.cumsum(~truth[order])[last] / (~truth).sum()
    return np.append(0.0, alarms), np.append(0.0, recall)


@styled
def calibration(truth, probabilities, *, bins: int = 10, title: str = "", ax=None):
    r"""Draw how often predictions came true against their predicted probability.

    The predictions are grouped into bins of equal width. Each marker shows the mean
    probability of a bin and the fraction of its predictions that came true; the area of the
    marker grows with the number of predictions. The label of a curve contains its gap, the
    expected calibration error :math:`\sum_b \frac{n_b}{N} |\bar y_b - \bar p_b|`.

    Parameters
    ----------
    truth : (N,) int
        1 if the event happened (or if the prediction was correct), else 0.
    probabilities : (N,) float, or mapping of str to (N,) float
        Predicted probabilities, from 0 to 1; or for at most ten classifiers, by name.
    bins : int
        Number of bins from 0 to 1.

    Raises
    ------
    ValueError
        If a probability is negative or exceeds 1 by more than rounding (1e-4), the lengths
        differ, or bins is below 1.

    Source: Guo et al. (2017), On calibration of modern neural networks, equation 3.

    >>> ax = calibration([0, 1, 1, 1], [0.4, 0.4, 0.9, 0.9])
    >>> ax.get_lines()[0].get_label()
    'gap 0.100'
    """
    truth, runs = _binary("calibration", truth, probabilities)
    styles = looks("calibration", "classifiers", len(runs))
    if bins < 1:
        raise ValueError(f"calibration: expected at least one bin, got {bins}")
    names = {"xlabel": "predicted probability", "ylabel": "fraction that came true"}
    axes = canvas("calibration", ax, height=3.2, title=title, **names)
    for (name, p), style in zip(runs.items(), styles, strict=True):
        if p.min() < 0 or p.max() > 1 + ROUNDING:
            raise ValueError(
                f"calibration: expected probabilities from 0 to 1, got {p.min():g} to "
                f"{p.max():g}"
            )
        x, y, count = _bins(truth, p, bins)
        label = f"{name}, gap {count @ np.abs(y - x) / len(p):.3f}".removeprefix(", ")
        options = {"color": style.colour, "linestyle": style.dash, "linewidth": 1.2}
        axes.plot(x, y, label=label, **options)
        areas = 12 + 120 * count / len(p)
        axes.scatter(x, y, s=areas, marker=style.marker, color=style.colour)
    axes.plot([0, 1], [0, 1], color=INK, linewidth=0.8)
    axes.set(xlim=(-0.03, 1.03), ylim=(-0.03, 1.03), aspect="equal")
    label_lines(axes)
    return axes


def _bins(truth: np.ndarray, p: np.ndarray, bins: int) -> tuple[np.ndarray, ...]:
    """Return mean probability, fraction of positives and count of each non-empty bin."""
    bin_ = np.minimum((p * bins).astype(int), bins - 1)
    count = np.bincount(bin_, minlength=bins)
    full = count > 0
    confidence = np.bincount(bin_, p, minlength=bins)[full] / count[full]
    frequency = np.bincount(bin_, truth, minlength=bins)[full] / count[full]
    return confidence, frequency, count[full]


@styled
def scree(
    variances, *, total: float | None = None, components: int = 20, title: str = "", ax=None
):
    """Draw the fraction of the variance that each component explains, and the cumulative sum.

    Parameters
    ----------
    variances : (K,) float
        Variances of the components in descending order, such as the eigenvalues of the
        covariance or the squared singular values.
    total : float
        Total variance, if ``variances`` contains only the first components. Default: the sum.
    components : int
        Largest number of components to draw.

    Raises
    ------
    ValueError
        If the variances are all zero or not finite; if, by more than rounding (1e-4 of the
        total), they are negative, not in descending order or sum to more than the total; or if
        components is below 1.

    Source: Cattell (1966), The scree test for the number of factors.

    >>> ax = scree([4.0, 2.0, 2.0])
    >>> ax.get_lines()[0].get_ydata().tolist()
    [0.5, 0.75, 1.0]
    """
    v = drawable("scree", "the variances", variances, 1)
    total = v.sum() if total is None else float(total)
    slack = ROUNDING * abs(total)
    rising = (np.diff(v) > slack).any()
    if v.min() < -slack or rising or not 0 < v.sum() <= total + slack:
        raise ValueError(
            "scree: expected descending variances of at least 0 that sum to the total or less, "
            f"got {v.min():g} to {v.max():g} with sum {v.sum():g} and total {total:g}"
        )
    if components < 1:
        raise ValueError(f"scree: expected at least one component, got {components}")
    fraction = (v / total)[:components]
    k = np.arange(1, len(fraction) + 1)
    names = {"xlabel": "component", "ylabel": "fraction of the variance"}
    axes = canvas("scree", ax, title=title, **names)
    axes.bar(k, fraction, color=BLUE, alpha=0.75, width=0.7, label="each")
    line = {"color": ORANGE, "marker": "o", "markersize": 4, "linestyle": "--"}
    axes.plot(k, np.cumsum(fraction), label="cumulative", **line)
    axes.set(ylim=(0, 1.05), xlim=(0.3, len(fraction) + 0.7))
    axes.xaxis.get_major_locator().set_params(integer=True)
    label_lines(axes)
    return axes
